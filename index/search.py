"""An index, opened: questions in, ranked hits out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.cross_encoder import CrossEncoder, load_graph
from index.encoder import CROSS_FILE, MAX_QUESTION, Encoded, Encoder, EncoderMeta
from index.errors import CorruptIndex, ModelError, OutdatedIndex, UnknownDocument, UnknownPassage
from index.expected import expected
from index.layout import VECTORS_FILE, Layout, Manifest, check_files
from index.model import DocumentRecord, Hit, Support
from index.ranking import WEIGHTS, Weights, bm25, fuse, late_scores, weights_for, with_adjacent
from index.rows import PassageTokens
from index.store import PassageStore
from index.tokens import even
from index.vectors import FaissStore, Vectors
from ingest.model import Page, Passage

# This many passages from the vectors and as many from the words are ranked by late interaction.
CANDIDATES = 100
# So many more than are wanted are looked at for the sort of thing that is asked for.
_MORE = 10


@dataclass(frozen=True, slots=True)
class Models:
    """What reads questions: the embedding model and, where it has one, its cross-encoder."""

    encoder: Encoder
    cross: CrossEncoder | None

    @classmethod
    def open(cls, folder: Path) -> Models:
        """Load the export in ``folder``, both graphs at once. Raises BadExport."""
        meta = EncoderMeta.read(folder)
        with ThreadPoolExecutor(1) as aside:
            graph = aside.submit(load_graph, folder, meta) if CROSS_FILE in meta.files else None
            encoder = Encoder.open(folder)
            return cls(encoder, CrossEncoder(graph.result(), encoder.tokenizer) if graph else None)


class Index:
    """One finished build. It never changes, so that an answer never mixes two builds."""

    def __init__(self, manifest: Manifest, store: PassageStore, vectors: FaissStore, models: Models) -> None:
        self.manifest = manifest
        self.models = models
        self._store = store
        self._vectors = vectors
        self._documents = dict(store.documents())
        passages, tokens = store.size()
        self._average = tokens / max(1, passages)
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path, *, models: Models | None = None) -> Index:
        """Open the build in use below ``folder``; ``models`` that are the same are not loaded again.

        Raises MissingIndex, OutdatedIndex, CorruptIndex or ModelError.
        """
        layout = Layout(folder)
        build = layout.current()
        try:
            return cls._open(layout, models)
        except (CorruptIndex, ModelError):
            if layout.current() == build:
                raise
            return cls._open(layout, models)  # swapped while it was being opened

    @classmethod
    def _open(cls, layout: Layout, models: Models | None) -> Index:
        build, manifest = layout.current(), layout.manifest()
        with ThreadPoolExecutor(1) as aside:
            opening = aside.submit(_models, layout, manifest, models)
            check_files(build, manifest)
            store = PassageStore.open(build, manifest.files)
            vectors = FaissStore.load(build / VECTORS_FILE, mapped=True)
            models = opening.result()
        meta = models.encoder.meta
        if meta.fingerprint != manifest.encoder or vectors.dimension != meta.dimension:
            raise OutdatedIndex(f"{build}: was built with another export of its model")
        return cls(manifest, store, vectors, models)

    @property
    def encoder(self) -> Encoder:
        """The embedding model."""
        return self.models.encoder

    @property
    def build_id(self) -> str:
        """The id of the build."""
        return self.manifest.build_id

    @property
    def documents(self) -> tuple[DocumentRecord, ...]:
        """The documents, by path."""
        return tuple(self._documents.values())

    def document_text(self, path: str) -> tuple[str, tuple[Page, ...]]:
        """The source text of a document as it was indexed, and its pages. Raises UnknownDocument."""
        with self._lock:
            try:
                return self._store.document_text(path)
            except KeyError:
                raise _unknown(path) from None

    def read(self, path: str) -> tuple[DocumentRecord, list[Passage]]:
        """A document with its passages in reading order. Raises UnknownDocument."""
        for number, record in self._documents.items():
            if record.path == path:
                with self._lock:
                    stored = self._store.passages(self._store.passage_numbers([number]))
                return record, [one.passage for one in stored]
        raise _unknown(path)

    def passage(self, id_: str) -> tuple[DocumentRecord, Passage]:
        """A passage by its id, with its document. Raises UnknownPassage."""
        with self._lock:
            stored = self._store.passage_by_id(id_)
        if stored is None:
            raise UnknownPassage(f"{id_}: no passage of the index has this id; ids come with every hit.")
        return self._documents[stored.document], stored.passage

    def sample(self, most: int) -> tuple[list[tuple[DocumentRecord, Passage]], Vectors]:
        """Up to ``most`` passages spread evenly over the library, in reading order, and their dense vectors (n, d)."""
        with self._lock:
            numbers = self._store.passage_numbers(self._documents)
            step = max(1, -(-len(numbers) // most))
            stored = self._store.passages(numbers[::step])
            vectors = self._store.vectors(one.number for one in stored)
        return [(self._documents[one.document], one.passage) for one in stored], vectors

    def search(
        self, question: str, k: int = 10, *, document: str | None = None, weights: Weights = WEIGHTS
    ) -> tuple[Hit, ...]:
        """The ``k`` best passages for a question, only of ``document`` where one is named.

        Candidates by dense vector and by words are ranked by ``ranking.fuse`` and ``ranking.with_adjacent``, so that
        a score depends a little on what else is a candidate. Raises UnknownDocument.
        """
        with self._lock:
            return self._search(question[:MAX_QUESTION], k, document, weights)

    def unknown(self, words: Iterable[str], *, document: str | None = None) -> tuple[str, ...]:
        """Which of some words no passage holds in any of their forms. Raises UnknownDocument."""
        with self._lock:
            chosen = None if document is None else self._select(document)
            return tuple(word for word in words if not self._store.holds(word, chosen))

    def most_frequent(self, words: Iterable[str], *, least: int = 1) -> str | None:
        """Which of some words, in lower case, most passages hold; None where none is in as many as ``least``."""
        with self._lock:
            return self._store.most_frequent(words, least=least)

    def _search(self, question: str, k: int, document: str | None, weights: Weights) -> tuple[Hit, ...]:
        chosen = None if document is None else self._select(document)
        encoded = self.encoder.encode_question(question)
        count = max(k, CANDIDATES)
        numbers = {*self._nearest(encoded, count, chosen), *self._store.search_words(question, count, chosen)}
        candidates = self._store.tokens(sorted(numbers))
        if not candidates:
            return ()
        ids = encoded.ids.tolist()
        tokens, counts = [candidate.tokens for candidate in candidates], self._store.token_counts(ids)
        shares = weights_for(encoded, counts, self.manifest.passages, self.encoder.background, weights)
        late = late_scores(even(encoded.tokens), shares, tokens)
        dense = self._store.vectors(candidate.number for candidate in candidates) @ encoded.vector
        lexical = bm25(ids, tokens, counts, self.manifest.passages, self._average)
        alone = [fuse(*parts, weights) for parts in zip(late, dense.tolist(), lexical.tolist(), strict=True)]
        places = [(one.document, one.position) for one in candidates]
        sole = {document for document, _ in places if self._documents[document].passages == 1}
        scores = with_adjacent(alone, places, sole, weights)
        order = sorted(range(len(candidates)), key=lambda i: (-scores[i], self._place(candidates[i])))
        asked = expected(question)
        order = _without_copies(order, [candidate.id for candidate in candidates])
        if not asked or not asked.subject:  # what tells of a document itself may lie anywhere
            order = order[: k + _MORE if asked else k]
        found = dict(zip(order, self._store.passages(candidates[i].number for i in order), strict=True))
        if asked:
            for i, stored in found.items():
                if asked.stated_in(stored.passage.text):
                    own = asked.is_told_by(stored.passage.kind, self._documents[stored.document].title)
                    scores[i] += weights.stated + weights.own * own
            order.sort(key=lambda i: -scores[i])
        return tuple(
            Hit(
                found[i].passage,
                self._documents[found[i].document],
                rank,
                scores[i],
                Support(late[i].by_sentence, shares),
            )
            for rank, i in enumerate(order[:k], 1)
        )

    def _nearest(self, encoded: Encoded, count: int, chosen: Sequence[int] | None) -> list[int]:
        """The passages with the nearest dense vectors; those of some documents alone are compared one by one."""
        if chosen is None:
            return [int(number) for number in self._vectors.search(encoded.vector, count)[0]]
        among = self._store.passage_numbers(chosen)
        if len(among) <= count:
            return among
        cosines = self._store.vectors(among) @ encoded.vector
        return [among[at] for at in np.argsort(-cosines, kind="stable")[:count]]

    def _place(self, stored: PassageTokens) -> tuple[str, int]:
        return self._documents[stored.document].path, stored.position

    def _select(self, name: str) -> Sequence[int]:
        """The document of that path, or those whose file name it is."""
        numbers = [number for number, record in self._documents.items() if record.path == name]
        numbers = numbers or [number for number, record in self._documents.items() if Path(record.path).name == name]
        if not numbers:
            raise _unknown(name)
        return numbers


def _models(layout: Layout, manifest: Manifest, loaded: Models | None) -> Models:
    """The models of a build: those ``loaded``, where they are the same."""
    if loaded:
        meta = loaded.encoder.meta
        if (meta.digest, meta.fingerprint) == (manifest.model_digest, manifest.encoder):
            return loaded
    return Models.open(layout.models / manifest.model_digest)


def _unknown(name: str) -> UnknownDocument:
    return UnknownDocument(f"{name}: is not in the index; python -m index status lists what is.")


def _without_copies(order: Sequence[int], ids: Sequence[str]) -> list[int]:
    """Positions in order, of equal passages (two files of the same content) the first only."""
    seen: set[str] = set()
    return [i for i in order if not (ids[i] in seen or seen.add(ids[i]))]  # type: ignore[func-returns-value]


class IndexReader:
    """Follows an index folder: ``current`` is always the newest finished build."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._layout = Layout(folder)
        self._index: Index | None = None
        self._build: Path | None = None
        self._lock = threading.Lock()

    def current(self) -> Index:
        """The build in use, opened again only when another took its place. Raises what ``Index.open`` raises."""
        with self._lock:
            build = self._layout.current()
            if self._index is None or build != self._build:
                self._index = Index.open(self._folder, models=self._index.models if self._index else None)
                self._build = build
            return self._index
