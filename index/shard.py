"""One SQLite file of documents, passages, vectors and their lexical index, finished and read only.

The lexical index is SQLite's FTS5 over Porter stems; its BM25 orders what is found in one shard.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from index.errors import CorruptIndex
from index.model import DocumentRecord
from index.rows import (
    DOCUMENT_COLUMNS,
    PASSAGE_COLUMNS,
    TOKEN_COLUMNS,
    VECTOR_COLUMNS,
    PassageTokens,
    StoredPassage,
    Vectors,
    document_text,
    passage_tokens,
    stored_document,
    stored_passage,
    stored_vectors,
)
from ingest.model import Page

_TABLES = ("document", "passage", "vector", "token", "word", "stem", "lexical")
_PASSAGES = f"SELECT {PASSAGE_COLUMNS} FROM passage JOIN document ON document.number = passage.document"
_PASSAGE = f"{_PASSAGES} WHERE passage.number = ?"
_BY_ID = f"{_PASSAGES} WHERE passage.id = ? ORDER BY passage.number LIMIT 1"
_TOKENS = f"SELECT {TOKEN_COLUMNS} FROM passage"
_EMBEDDED = f"{_TOKENS} WHERE embedded = ? LIMIT 1"
_VECTOR = f"SELECT {VECTOR_COLUMNS} FROM vector WHERE number = ?"
_ALL_VECTORS = f"SELECT {VECTOR_COLUMNS} FROM vector ORDER BY number"
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
_WORD_COUNTS = "SELECT text, passages FROM word WHERE text IN (SELECT value FROM json_each(?))"
_STEM_COUNTS = "SELECT text, passages FROM stem WHERE text IN (SELECT value FROM json_each(?))"
_TOKEN_COUNTS = "SELECT id, passages FROM token WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S105
_BATCH = 4096


class Shard:
    """One file of a store, which never changes; any number of readers may have it open."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path, *, unfinished: bool = False) -> Shard:
        """Open a shard; of an ``unfinished`` one, what a killed build left, only what it had written whole is seen.

        Raises CorruptIndex when the file is not one.
        """
        mode = "rw" if unfinished else "ro&immutable=1"
        try:
            connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, check_same_thread=False)
            connection.execute("PRAGMA mmap_size = 1073741824")
            for table in _TABLES:
                connection.execute(f"SELECT 1 FROM {table} LIMIT 1")
        except sqlite3.Error as error:
            raise CorruptIndex(f"{path}: is not a readable index ({error})") from error
        return cls(connection, path)

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def digests(self) -> dict[str, str]:
        """For each document's path, the digest it was stored under."""
        return dict(self._query("SELECT path, digest FROM document"))

    def holds_document(self, path: str) -> bool:
        """Whether a document is here."""
        return bool(self._query("SELECT 1 FROM document WHERE path = ?", (path,)))

    def documents(self) -> list[tuple[int, DocumentRecord]]:
        """All documents with their numbers."""
        return [stored_document(row) for row in self._query(f"SELECT {DOCUMENT_COLUMNS} FROM document")]

    def document_text(self, path: str) -> tuple[str, tuple[Page, ...]] | None:
        """The source text of a document as it was indexed, and its pages; None where it is not here."""
        rows = self._query("SELECT text, pages, text_checksum FROM document WHERE path = ?", (path,))
        return document_text(*rows[0]) if rows else None

    def size(self) -> tuple[int, int]:
        """How many passages, and how many tokens they have in all."""
        ((passages, tokens),) = self._query("SELECT ifnull(sum(passages), 0), ifnull(sum(tokens), 0) FROM document")
        return int(passages), int(tokens)

    def passage_numbers(self, document: int) -> list[int]:
        """The numbers of a document's passages, in reading order."""
        return [
            n for (n,) in self._query("SELECT number FROM passage WHERE document = ? ORDER BY position", (document,))
        ]

    def passages(self, numbers: Iterable[int]) -> list[StoredPassage]:
        """The passages under some numbers."""
        return [stored_passage(row) for n in numbers for row in self._query(_PASSAGE, (n,))]

    def tokens(self, numbers: Iterable[int]) -> list[PassageTokens]:
        """What the passages under some numbers are ranked by."""
        return [passage_tokens(row) for n in numbers for row in self._query(f"{_TOKENS} WHERE number = ?", (n,))]

    def vectors(self, numbers: Sequence[int]) -> Vectors:
        """The dense vectors (n, dimension) of the passages under some numbers. Raises CorruptIndex."""
        rows = [row for number in numbers for row in self._query(_VECTOR, (number,))]
        if len(rows) != len(numbers):
            raise CorruptIndex(f"{self._path}: lacks a passage's vector")
        return stored_vectors(rows)

    def all_vectors(self) -> Iterator[tuple[list[int], Vectors]]:
        """Every passage's number and dense vector, some thousands at a time."""
        cursor = self._connection.execute(_ALL_VECTORS)
        while rows := cursor.fetchmany(_BATCH):
            yield [number for number, *_ in rows], stored_vectors(rows)

    def all_passages(self) -> Iterator[tuple[StoredPassage, PassageTokens]]:
        """Every passage with what it is ranked by, by document and position."""
        numbers = self._query("SELECT number FROM passage ORDER BY document, position")
        for (number,) in numbers:
            yield self.passages([number])[0], self.tokens([number])[0]

    def passage_by_id(self, id_: str) -> StoredPassage | None:
        """The passage with an id; of equal ones (two files of the same content) the first."""
        return next((stored_passage(row) for row in self._query(_BY_ID, (id_,))), None)

    def embedded(self, key: str) -> tuple[Vectors, PassageTokens] | None:
        """The vectors of a passage embedded from the same text by the same model, if there is one."""
        for row in self._query(_EMBEDDED, (key,)):
            tokens = passage_tokens(row)
            return self.vectors([tokens.number])[0], tokens
        return None

    def search_words(self, query: str, count: int, documents: Sequence[int] | None) -> list[tuple[int, float]]:
        """Numbers and scores of the best matches of a full-text query, best first, only in ``documents`` if given."""
        if documents is None:
            rows = self._query(_SEARCH_WORDS, (query, count))
        else:
            rows = self._query(_SEARCH_WORDS_AMONG, (query, json.dumps(list(documents)), count))
        return [(number, score) for number, score in rows]

    def holds(self, query: str, documents: Sequence[int] | None) -> bool:
        """Whether any passage, only of ``documents`` if given, matches a full-text query."""
        if documents is None:
            return bool(self._query(_HOLDS, (query,)))
        return bool(self._query(_HOLDS_AMONG, (query, json.dumps(list(documents)))))

    def word_counts(self, words: Iterable[str]) -> dict[str, int]:
        """How many passages hold each of some words, in lower case, just so; words that none holds are left out."""
        return dict(self._query(_WORD_COUNTS, (json.dumps(list(words)),)))

    def stem_counts(self, stems: Iterable[str]) -> dict[str, int]:
        """How many passages hold each of some stems, in text or headings; stems that none holds are left out."""
        return dict(self._query(_STEM_COUNTS, (json.dumps(list(stems)),)))

    def token_counts(self, ids: Iterable[int]) -> dict[int, int]:
        """How many passages hold each of some tokens; tokens that none holds are left out."""
        return dict(self._query(_TOKEN_COUNTS, (json.dumps(list(ids)),)))

    def problems(self) -> list[str]:
        """What SQLite's own check finds wrong."""
        found = [row[0] for row in self._query("PRAGMA integrity_check") if row[0] != "ok"]
        return [f"{self._path.name}: {problem}" for problem in found]

    def _query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise CorruptIndex(f"{self._path}: cannot be read ({error})") from error
