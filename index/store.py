"""The passages of an index in one SQLite file: documents, passages, token vectors and the lexical index.

The lexical index is SQLite's FTS5 with BM25 (Robertson et al. 1994; k1 = 1.2, b = 0.75) over Porter stems.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import CorruptIndex
from index.model import DocumentRecord
from index.tokens import TokenVectors
from ingest.model import BlockKind, Document, Format, Page, Passage, Sentence, Source, Span

_SCHEMA = """
CREATE TABLE document (
  number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, id TEXT NOT NULL, digest TEXT NOT NULL, format TEXT NOT NULL,
  source TEXT NOT NULL, text TEXT NOT NULL, pages TEXT NOT NULL, indexed_at TEXT NOT NULL
);
CREATE TABLE passage (
  number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document, position INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL, context TEXT NOT NULL, text TEXT NOT NULL, sentences TEXT NOT NULL, spans TEXT NOT NULL,
  heading_path TEXT NOT NULL, page INTEGER, embedded TEXT NOT NULL, token_ids BLOB NOT NULL,
  sentence_tokens BLOB NOT NULL, token_vectors BLOB NOT NULL
);
CREATE INDEX passage_document ON passage (document, position);
CREATE INDEX passage_embedded ON passage (embedded);
CREATE INDEX passage_id ON passage (id);
CREATE TABLE token (id INTEGER PRIMARY KEY, passages INTEGER NOT NULL);
CREATE TABLE word (text TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE lexical USING fts5 (
  context, text, content = 'passage', content_rowid = 'number', tokenize = "porter unicode61 remove_diacritics 2"
);
"""
_TABLES = ("SELECT 1 FROM document LIMIT 1", "SELECT 1 FROM passage LIMIT 1", "SELECT 1 FROM token LIMIT 1")
# Every column of a passage, and the id of its document.
_PASSAGES = "SELECT passage.*, document.id FROM passage JOIN document ON document.number = passage.document"
_PASSAGE = f"{_PASSAGES} WHERE passage.number = ?"
_EMBEDDED = f"{_PASSAGES} WHERE embedded = ? LIMIT 1"
_BY_ID = f"{_PASSAGES} WHERE passage.id = ? ORDER BY passage.number LIMIT 1"
_ALL_PASSAGES = f"{_PASSAGES} ORDER BY passage.document, position"
# A database of which more than this share is free pages is written anew.
_MAX_FREE = 0.25
_INSERT_PASSAGE = "INSERT INTO passage VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NO_CODES = np.zeros((0, 1), np.uint8)
_SEARCH_WORDS = (
    "SELECT rowid, -bm25(lexical) AS score FROM lexical WHERE lexical MATCH ? ORDER BY score DESC, rowid LIMIT ?"
)
_SEARCH_WORDS_AMONG = (
    "SELECT lexical.rowid, -bm25(lexical) AS score FROM lexical JOIN passage ON number = lexical.rowid"
    " WHERE lexical MATCH ? AND document IN (SELECT value FROM json_each(?)) ORDER BY score DESC, lexical.rowid LIMIT ?"
)
_HOLDS = "SELECT 1 FROM lexical WHERE lexical MATCH ? LIMIT 1"
_HOLDS_AMONG = (
    "SELECT 1 FROM lexical JOIN passage ON number = lexical.rowid"
    " WHERE lexical MATCH ? AND document IN (SELECT value FROM json_each(?)) LIMIT 1"
)
_WORD = re.compile(r"\w+")
# A question of a megabyte has no more to say than its first words.
_MAX_QUERY_WORDS = 64


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its number in the store, its document and its token vectors."""

    number: int
    document: int
    position: int
    passage: Passage
    tokens: TokenVectors


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to be stored: ``context`` is what it was embedded with, ``key`` hashes all that was embedded."""

    passage: Passage
    context: str
    key: str
    tokens: TokenVectors


class PassageStore:
    """One SQLite file. ``create`` and ``edit`` open it for a single writer, ``open`` for any number of readers."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def create(cls, path: Path) -> PassageStore:
        """A new, empty store."""
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;")
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        return cls(connection, path)

    @classmethod
    def edit(cls, path: Path) -> PassageStore:
        """A store to be changed; nobody else may have it open. What is deleted is overwritten."""
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;")
        connection.execute("BEGIN")
        return cls(connection, path)

    @classmethod
    def open(cls, path: Path) -> PassageStore:
        """A finished store, which never changes. Raises CorruptIndex when the file is not one."""
        try:
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            connection.execute("PRAGMA mmap_size = 1073741824")
            for table in _TABLES:
                connection.execute(table)
        except sqlite3.Error as error:
            raise CorruptIndex(
                f"{path}: is not a readable index ({error}); run: python -m index build --full"
            ) from error
        return cls(connection, path)

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def finish(self) -> None:
        """Write everything and close: the file then stands alone."""
        self._connection.execute("INSERT INTO lexical(lexical) VALUES ('optimize')")
        self._connection.execute("COMMIT")
        ((pages,),), ((free,),) = self._query("PRAGMA page_count"), self._query("PRAGMA freelist_count")
        if free > _MAX_FREE * pages:
            self._connection.execute("VACUUM")
        self._connection.close()

    # Writing

    def add_document(
        self, document: Document, digest: str, passages: Sequence[NewPassage], indexed_at: str
    ) -> list[int]:
        """Store a document with its passages; the numbers the passages got, in order."""
        cursor = self._connection.execute(
            "INSERT INTO document (path, id, digest, format, source, text, pages, indexed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.path,
                document.id,
                digest,
                document.format.value,
                _dump(asdict(document.source)),
                document.text,
                _dump([[page.number, page.label, page.span.start, page.span.end] for page in document.pages]),
                indexed_at,
            ),
        )
        numbers = []
        for position, new in enumerate(passages):
            row = (cursor.lastrowid, position, *_passage_row(new))
            inserted = self._connection.execute(_INSERT_PASSAGE, row)
            number = int(inserted.lastrowid or 0)
            self._connection.execute(
                "INSERT INTO lexical (rowid, context, text) VALUES (?, ?, ?)", (number, new.context, new.passage.text)
            )
            numbers.append(number)
        self._count_tokens((new.tokens.ids for new in passages), +1)
        self._count_words((new.passage.text for new in passages), +1)
        return numbers

    def remove_document(self, path: str) -> list[int]:
        """Delete a document and its passages without a trace; the numbers that the passages had."""
        rows = self._connection.execute(
            "SELECT p.number, p.context, p.text, p.token_ids FROM passage p JOIN document d ON p.document = d.number"
            " WHERE d.path = ?",
            (path,),
        ).fetchall()
        self._count_tokens((np.frombuffer(ids, dtype=np.int32) for _, _, _, ids in rows), -1)
        self._count_words((text for _, _, text, _ in rows), -1)
        for number, context, text, _ in rows:
            self._connection.execute(
                "INSERT INTO lexical (lexical, rowid, context, text) VALUES ('delete', ?, ?, ?)",
                (number, context, text),
            )
            self._connection.execute("DELETE FROM passage WHERE number = ?", (number,))
        self._connection.execute("DELETE FROM document WHERE path = ?", (path,))
        return [number for number, *_ in rows]

    def _count_tokens(self, passages: Iterable[npt.NDArray[np.int32]], sign: int) -> None:
        counts: Counter[int] = Counter()
        for ids in passages:
            counts.update(set(ids.tolist()))
        self._connection.executemany(
            "INSERT INTO token VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET passages = passages + excluded.passages",
            [(token, sign * count) for token, count in counts.items()],
        )
        if sign < 0:
            self._connection.execute("DELETE FROM token WHERE passages <= 0")

    def _count_words(self, texts: Iterable[str], sign: int) -> None:
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update({word.lower() for word in _WORD.findall(text) if word.isalpha()})
        self._connection.executemany(
            "INSERT INTO word VALUES (?, ?) ON CONFLICT (text) DO UPDATE SET passages = passages + excluded.passages",
            [(word, sign * count) for word, count in counts.items()],
        )
        if sign < 0:
            self._connection.execute("DELETE FROM word WHERE passages <= 0")

    # Reading

    def digests(self) -> dict[str, str]:
        """For each document's path, the digest it was stored under."""
        return dict(self._query("SELECT path, digest FROM document"))

    def documents(self) -> list[tuple[int, DocumentRecord]]:
        """All documents with their numbers, by path."""
        rows = self._query(
            "SELECT number, id, path, format, source,"
            " (SELECT count(*) FROM passage WHERE document = document.number), pages, indexed_at"
            " FROM document ORDER BY path"
        )
        return [
            (
                number,
                DocumentRecord(id_, path, Format(kind), _source(source), passages, _labels(pages), indexed_at),
            )
            for number, id_, path, kind, source, passages, pages, indexed_at in rows
        ]

    def document_text(self, path: str) -> tuple[str, tuple[Page, ...]]:
        """The source text of a document as it was indexed, and its pages. Raises KeyError."""
        for text, pages in self._query("SELECT text, pages FROM document WHERE path = ?", (path,)):
            return text, tuple(Page(n, label, Span(start, end)) for n, label, start, end in json.loads(pages))
        raise KeyError(path)

    def passage_count(self) -> int:
        """Passages held."""
        return int(self._query("SELECT count(*) FROM passage")[0][0])

    def passage_numbers(self, documents: Iterable[int]) -> list[int]:
        """The numbers of all passages of some documents."""
        return [n for d in documents for (n,) in self._query("SELECT number FROM passage WHERE document = ?", (d,))]

    def passages(self, numbers: Iterable[int]) -> list[StoredPassage]:
        """The passages under some numbers, in the order given."""
        return [_stored(row) for n in numbers for row in self._query(_PASSAGE, (n,))]

    def passage_by_id(self, id_: str) -> StoredPassage | None:
        """The passage with an id; of equal ones (two files of the same content) the first."""
        return next((_stored(row) for row in self._query(_BY_ID, (id_,))), None)

    def all_passages(self) -> Iterator[StoredPassage]:
        """Every passage, by document and position."""
        for row in self._connection.execute(_ALL_PASSAGES):
            yield _stored(row)

    def embedded(self, key: str) -> tuple[int, TokenVectors] | None:
        """A passage embedded from the same text by the same model, if there is one."""
        for row in self._query(_EMBEDDED, (key,)):
            stored = _stored(row)
            return stored.number, stored.tokens
        return None

    def search_words(self, question: str, count: int, documents: Sequence[int] | None) -> list[tuple[int, float]]:
        """Numbers and BM25 scores of the best passages for any of a question's words, best first."""
        query = _any_of_its_words(question)
        if not query:
            return []
        if documents is None:
            rows = self._query(_SEARCH_WORDS, (query, count))
        else:
            rows = self._query(_SEARCH_WORDS_AMONG, (query, json.dumps(list(documents)), count))
        return [(number, score) for number, score in rows]

    def holds(self, text: str, documents: Sequence[int] | None) -> bool:
        """Whether any passage holds any of a text's words: the same match, without ranking what matches."""
        query = _any_of_its_words(text)
        if not query:
            return False
        if documents is None:
            return bool(self._query(_HOLDS, (query,)))
        return bool(self._query(_HOLDS_AMONG, (query, json.dumps(list(documents)))))

    def most_frequent(self, words: Iterable[str], *, least: int = 1) -> str | None:
        """Which of some words, in lower case, most passages hold; None where none is in as many as ``least``."""
        rows = self._query(
            "SELECT text FROM word WHERE text IN (SELECT value FROM json_each(?)) AND passages >= ?"
            " ORDER BY passages DESC, text LIMIT 1",
            (json.dumps(list(words)), least),
        )
        return str(rows[0][0]) if rows else None

    def token_counts(self, ids: Iterable[int]) -> Mapping[int, int]:
        """In how many passages each token occurs."""
        return {i: n for i in set(ids) for (n,) in self._query("SELECT passages FROM token WHERE id = ?", (i,))}

    def problems(self) -> list[str]:
        """What SQLite's own check finds wrong."""
        found = [row[0] for row in self._query("PRAGMA integrity_check") if row[0] != "ok"]
        return [f"{self._path.name}: {problem}" for problem in found]

    def _query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise CorruptIndex(f"{self._path}: cannot be read ({error}); run: python -m index build --full") from error


def _any_of_its_words(text: str) -> str:
    """A full-text query for any of a text's words, each quoted, so that nothing in it is read as query syntax."""
    words = list(dict.fromkeys(match.group().lower() for match in _WORD.finditer(text)))[:_MAX_QUERY_WORDS]
    return " OR ".join(f'"{word}"' for word in words)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _spans(spans: Iterable[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _passage_row(new: NewPassage) -> tuple[Any, ...]:
    passage, tokens = new.passage, new.tokens
    return (
        passage.id,
        passage.kind.value,
        new.context,
        passage.text,
        _dump(
            [[sentence.start, sentence.end, _spans(sentence.spans), sentence.page] for sentence in passage.sentences]
        ),
        _dump(_spans(passage.spans)),
        _dump(passage.heading_path),
        passage.page,
        new.key,
        tokens.ids.tobytes(),
        tokens.sentences.tobytes(),
        tokens.codes.tobytes(),
    )


def _stored(row: Sequence[Any]) -> StoredPassage:
    (
        number,
        document,
        position,
        id_,
        kind,
        _,
        text,
        sentences,
        spans,
        heading_path,
        page,
        _,
        ids,
        ranges,
        codes,
        document_id,
    ) = row
    try:
        token_ids = np.frombuffer(ids, dtype=np.int32)
        tokens = TokenVectors(
            np.frombuffer(codes, dtype=np.uint8).reshape(len(token_ids), -1) if len(token_ids) else _NO_CODES,
            token_ids,
            np.frombuffer(ranges, dtype=np.int32).reshape(-1, 2),
        )
        passage = Passage(
            id_,
            document_id,
            BlockKind(kind),
            text,
            tuple(
                Sentence(start, end, tuple(Span(a, b) for a, b in parts), on_page)
                for start, end, parts, on_page in json.loads(sentences)
            ),
            tuple(Span(a, b) for a, b in json.loads(spans)),
            tuple(json.loads(heading_path)),
            page,
        )
    except (ValueError, TypeError) as error:
        raise CorruptIndex(f"passage {number}: cannot be read ({error}); run: python -m index build --full") from error
    return StoredPassage(number, document, position, passage, tokens)


def _labels(pages: str) -> tuple[str, ...]:
    return tuple(str(label) for _, label, _, _ in json.loads(pages))


def _source(text: str) -> Source:
    values = json.loads(text)
    return Source(**{**values, "authors": tuple(values["authors"])})
