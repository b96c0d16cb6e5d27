"""The passages of a build: one store over its shards.

A shard holds some thousands of passages. An incremental build writes anew only those that it changes; the rest are the
old build's own files, linked, so that adding a document to a large library costs no more than to a small one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from index.errors import CorruptIndex
from index.model import DocumentRecord
from index.rows import PassageTokens, StoredPassage, Vectors
from index.shard import Shard
from index.stems import Stemmer
from ingest.model import Page

_NAME = "passages-{:04d}.db"
_SHARD_NAME = re.compile(r"passages-(\d{4,})\.db")
# A number is its shard's serial and its row there.
_ROW_BITS = 32
_WORD = re.compile(r"\w+")
# A question of a megabyte has no more to say than its first words.
_MAX_QUERY_WORDS = 64
# Words are sought rarest first while so few passages hold them in all; what half of a large library holds tells
# nothing apart, and BM25 would have to score it all.
_MOST_MATCHES = 5_000


def shard_name(serial: int) -> str:
    """The file name of the shard with a serial number."""
    return _NAME.format(serial)


def serial_of(name: str) -> int | None:
    """The serial number of the shard that a file name is of, None for other files."""
    match = _SHARD_NAME.fullmatch(name)
    return int(match.group(1)) if match else None


def first_number(serial: int) -> int:
    """No document or passage of the shard has a number below this one, nor any of another shard above it."""
    return serial << _ROW_BITS


class PassageStore:
    """All shards of a finished build. Not to be used by two threads at a time."""

    def __init__(self, shards: Mapping[int, Shard]) -> None:
        self._shards = dict(sorted(shards.items()))
        self._stemmer = Stemmer()

    @classmethod
    def open(cls, folder: Path, names: Iterable[str], *, unfinished: bool = False) -> PassageStore:
        """Open the shards among some files of a build. Raises CorruptIndex when one is not readable."""
        found = {serial: name for name in names if (serial := serial_of(name)) is not None}
        return cls({serial: Shard.open(folder / name, unfinished=unfinished) for serial, name in found.items()})

    def close(self) -> None:
        """Release the files."""
        for shard in self._shards.values():
            shard.close()

    def digests(self) -> dict[str, str]:
        """For each document's path, the digest it was stored under."""
        return {path: digest for shard in self._shards.values() for path, digest in shard.digests().items()}

    def shard_of(self, path: str) -> int:
        """The serial number of the shard that holds a document. Raises KeyError."""
        for serial, shard in self._shards.items():
            if shard.holds_document(path):
                return serial
        raise KeyError(path)

    def shard_sizes(self) -> dict[int, int]:
        """How many passages are in the shard of each serial number."""
        return {serial: shard.size()[0] for serial, shard in self._shards.items()}

    def documents(self) -> list[tuple[int, DocumentRecord]]:
        """All documents with their numbers, by path."""
        found = [document for shard in self._shards.values() for document in shard.documents()]
        return sorted(found, key=lambda pair: pair[1].path)

    def document_text(self, path: str) -> tuple[str, tuple[Page, ...]]:
        """The source text of a document as it was indexed, and its pages. Raises KeyError."""
        for shard in self._shards.values():
            found = shard.document_text(path)
            if found is not None:
                return found
        raise KeyError(path)

    def size(self) -> tuple[int, int]:
        """How many passages, and how many tokens they have in all."""
        sizes = [shard.size() for shard in self._shards.values()]
        return sum(passages for passages, _ in sizes), sum(tokens for _, tokens in sizes)

    def passage_numbers(self, documents: Iterable[int]) -> list[int]:
        """The numbers of all passages of some documents, each's in reading order."""
        return [number for document in documents for number in self._of(document).passage_numbers(document)]

    def passages(self, numbers: Iterable[int]) -> list[StoredPassage]:
        """The passages under some numbers, in the order given."""
        return [stored for number in numbers for stored in self._of(number).passages([number])]

    def tokens(self, numbers: Iterable[int]) -> list[PassageTokens]:
        """What the passages under some numbers are ranked by, in the order given."""
        return [tokens for number in numbers for tokens in self._of(number).tokens([number])]

    def vectors(self, numbers: Iterable[int]) -> Vectors:
        """The dense vectors (n, dimension) of some passages, in the order given. Raises CorruptIndex."""
        rows = [self._of(number).vectors([number])[0] for number in numbers]
        return np.stack(rows) if rows else np.zeros((0, 0), np.float32)

    def all_vectors(self) -> Iterator[tuple[list[int], Vectors]]:
        """Every passage's number and dense vector, some thousands at a time."""
        for shard in self._shards.values():
            yield from shard.all_vectors()

    def all_passages(self) -> Iterator[tuple[StoredPassage, PassageTokens]]:
        """Every passage with what it is ranked by, each document's in reading order."""
        for shard in self._shards.values():
            yield from shard.all_passages()

    def passage_by_id(self, id_: str) -> StoredPassage | None:
        """The passage with an id; of equal ones (two files of the same content) the first."""
        return next((found for shard in self._shards.values() if (found := shard.passage_by_id(id_))), None)

    def embedded(self, key: str) -> tuple[Vectors, PassageTokens] | None:
        """The vectors of a passage embedded from the same text by the same model, if there is one."""
        return next((found for shard in self._shards.values() if (found := shard.embedded(key))), None)

    def search_words(self, question: str, count: int, documents: Sequence[int] | None) -> list[int]:
        """Numbers of the best passages for any of a question's words, best first, only in ``documents`` if given.

        Each shard's matches are ordered by BM25 over that shard: good enough to choose what is ranked.
        """
        words = self._telling(question)
        if not words:
            return []
        found = [
            match
            for shard, among in self._selected(documents)
            for match in shard.search_words(_any_of(words), count, among)
        ]
        return [number for number, _ in sorted(found, key=lambda match: -match[1])[:count]]

    def _telling(self, question: str) -> list[str]:
        """The rarest of a question's words, as many as few enough passages hold in all."""
        words = _words(question)
        stems = self._stemmer.stems(words)
        held: Counter[str] = Counter()
        for shard in self._shards.values():
            held.update(shard.stem_counts({stem for parts in stems for stem in parts}))
        counts = {word: min(held[part] for part in parts) for word, parts in zip(words, stems, strict=True) if parts}
        chosen, matches = [], 0
        for word in sorted(counts, key=lambda word: counts[word]):
            matches += counts[word]
            if matches > _MOST_MATCHES:
                break
            if counts[word]:
                chosen.append(word)
        return chosen

    def holds(self, text: str, documents: Sequence[int] | None) -> bool:
        """Whether any passage holds any of a text's words in any of their forms."""
        words = _words(text)
        return bool(words) and any(shard.holds(_any_of(words), among) for shard, among in self._selected(documents))

    def most_frequent(self, words: Iterable[str], *, least: int = 1) -> str | None:
        """Which of some words, in lower case, most passages hold; None where none is in as many as ``least``."""
        sought, counts = list(words), Counter[str]()
        for shard in self._shards.values():
            counts.update(shard.word_counts(sought))
        best = min(counts.items(), key=lambda item: (-item[1], item[0]), default=None)
        return best[0] if best and best[1] >= least else None

    def token_counts(self, ids: Iterable[int]) -> Mapping[int, int]:
        """In how many passages each token occurs; tokens that none holds are left out."""
        sought, counts = set(ids), Counter[int]()
        for shard in self._shards.values():
            counts.update(shard.token_counts(sought))
        return counts

    def problems(self) -> list[str]:
        """What SQLite's own check finds wrong."""
        return [problem for shard in self._shards.values() for problem in shard.problems()]

    def _of(self, number: int) -> Shard:
        try:
            return self._shards[number >> _ROW_BITS]
        except KeyError:
            raise CorruptIndex(f"passage {number}: its shard is missing") from None

    def _selected(self, documents: Sequence[int] | None) -> Iterator[tuple[Shard, Sequence[int] | None]]:
        """The shards to look into, each with the documents that count there."""
        for serial, shard in self._shards.items():
            among = None if documents is None else [number for number in documents if number >> _ROW_BITS == serial]
            if among is None or among:
                yield shard, among


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(match.group().lower() for match in _WORD.finditer(text)))[:_MAX_QUERY_WORDS]


def _any_of(words: Iterable[str]) -> str:
    """A full-text query for any of some words, each quoted, so that nothing in it is read as query syntax."""
    return " OR ".join(f'"{word}"' for word in words)
