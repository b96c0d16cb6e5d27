"""How documents, passages and vectors are written as rows of a shard, and read back.

Rows carry checksums, so that one that was damaged is never taken for what was written.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import CorruptIndex
from index.model import DocumentRecord
from index.stems import TOKENIZER
from index.tokens import TokenVectors
from index.wire import (
    dump,
    pages_from,
    pages_json,
    sentences_list,
    sentences_of,
    source_from,
    source_json,
    spans_list,
    spans_of,
)
from ingest.model import BlockKind, Document, Format, Page, Passage

Vectors = npt.NDArray[np.float32]

SCHEMA = f"""
CREATE TABLE document (
  number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, id TEXT NOT NULL, digest TEXT NOT NULL, format TEXT NOT NULL,
  source TEXT NOT NULL, indexed_at TEXT NOT NULL, passages INTEGER NOT NULL, tokens INTEGER NOT NULL,
  pages TEXT NOT NULL, checksum INTEGER NOT NULL, text_checksum INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE TABLE passage (
  number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document, position INTEGER NOT NULL,
  id TEXT NOT NULL, embedded TEXT NOT NULL, checksum INTEGER NOT NULL, kind TEXT NOT NULL, page INTEGER,
  heading_path TEXT NOT NULL, spans TEXT NOT NULL, context TEXT NOT NULL, text TEXT NOT NULL, sentences TEXT NOT NULL,
  token_checksum INTEGER NOT NULL, token_ids BLOB NOT NULL, sentence_tokens BLOB NOT NULL, token_vectors BLOB NOT NULL
);
CREATE INDEX passage_document ON passage (document, position);
CREATE INDEX passage_embedded ON passage (embedded);
CREATE INDEX passage_id ON passage (id);
CREATE TABLE vector (number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, value BLOB NOT NULL);
CREATE TABLE token (id INTEGER PRIMARY KEY, passages INTEGER NOT NULL);
CREATE TABLE word (text TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE lexical USING fts5 (
  context, text, content = 'passage', content_rowid = 'number', tokenize = "{TOKENIZER}"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (lexical, row);
CREATE TABLE stem (text TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
"""
# What `stored_document`, `stored_passage` and `passage_tokens` take.
DOCUMENT_COLUMNS = "number, id, path, format, source, indexed_at, passages, pages, checksum"
PASSAGE_COLUMNS = (
    "passage.number, passage.document, position, passage.id, document.id, kind, page, heading_path, spans,"
    " passage.text, sentences, passage.checksum"
)
TOKEN_COLUMNS = "number, document, position, id, token_checksum, token_ids, sentence_tokens, token_vectors"  # noqa: S105
VECTOR_COLUMNS = "number, checksum, value"
_NO_CODES = np.zeros((0, 1), np.uint8)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its number in the store and its document's."""

    number: int
    document: int
    position: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class PassageTokens:
    """What a passage is ranked by: its token vectors; ``id`` is the passage's."""

    number: int
    document: int
    position: int
    id: str
    tokens: TokenVectors


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to be stored: ``context`` is what it was embedded with, ``key`` hashes all that was embedded."""

    passage: Passage
    context: str
    key: str
    vector: Vectors
    tokens: TokenVectors


def vector_row(vector: Vectors) -> tuple[int, bytes]:
    """A checksum and a vector of length 1 in 16 bits a component, which keep its direction to a cosine of 1 - 1e-6."""
    value = vector.astype(np.float16).tobytes()
    return zlib.crc32(value), value


def stored_vectors(rows: Sequence[tuple[int, int, bytes]]) -> Vectors:
    """Vectors (n, dimension) from ``VECTOR_COLUMNS``. Raises CorruptIndex when one is not what was written."""
    for number, checksum, value in rows:
        if zlib.crc32(value) != checksum:
            raise CorruptIndex(f"the vector of passage {number}: was damaged")
    values = np.frombuffer(b"".join(value for *_, value in rows), dtype=np.float16)
    return values.reshape(len(rows), -1).astype(np.float32) if rows else np.zeros((0, 0), np.float32)


def document_row(document: Document, digest: str, passages: int, tokens: int, indexed_at: str) -> tuple[Any, ...]:
    """All columns of a document but its number."""
    source, pages = source_json(document.source), pages_json(document.pages)
    kind = document.format.value
    return (
        document.path,
        document.id,
        digest,
        kind,
        source,
        indexed_at,
        passages,
        tokens,
        pages,
        _checksum(document.id, document.path, kind, source, indexed_at, passages, pages),
        _checksum(document.text, pages),
        document.text,
    )


def stored_document(row: Sequence[Any]) -> tuple[int, DocumentRecord]:
    """A document's number and record from ``DOCUMENT_COLUMNS``. Raises CorruptIndex when it is not what was written."""
    number, id_, path, kind, source, indexed_at, passages, pages, checksum = row
    if _checksum(id_, path, kind, source, indexed_at, passages, pages) != checksum:
        raise CorruptIndex(f"document {number}: its record was damaged")
    known = pages_from(pages)
    return number, DocumentRecord(
        id=id_,
        path=path,
        format=Format(kind),
        source=source_from(source),
        passages=passages,
        page_labels=tuple(page.label for page in known),
        pictures=tuple(page.number for page in known if page.is_picture),
        broken=tuple(page.number for page in known if page.is_broken),
        indexed_at=indexed_at,
    )


def document_text(text: str, pages: str, checksum: int) -> tuple[str, tuple[Page, ...]]:
    """A document's text and pages. Raises CorruptIndex when they are not what was written."""
    if _checksum(text, pages) != checksum:
        raise CorruptIndex("a document's text was damaged")
    return text, pages_from(pages)


def passage_row(new: NewPassage) -> tuple[Any, ...]:
    """All columns of a passage from ``id`` on."""
    passage, tokens = new.passage, new.tokens
    heading_path, spans, sentences = (
        dump(passage.heading_path),
        dump(spans_list(passage.spans)),
        dump(sentences_list(passage.sentences)),
    )
    blobs = (tokens.ids.tobytes(), tokens.sentences.tobytes(), tokens.codes.tobytes())
    return (
        passage.id,
        new.key,
        _checksum(passage.id, passage.kind.value, passage.page, heading_path, spans, passage.text, sentences),
        passage.kind.value,
        passage.page,
        heading_path,
        spans,
        new.context,
        passage.text,
        sentences,
        zlib.crc32(b"".join(blobs)),
        *blobs,
    )


def stored_passage(row: Sequence[Any]) -> StoredPassage:
    """A passage from ``PASSAGE_COLUMNS``. Raises CorruptIndex when it is not what was written."""
    number, document, position, id_, document_id, kind, page, heading_path, spans, text, sentences, checksum = row
    if _checksum(id_, kind, page, heading_path, spans, text, sentences) != checksum:
        raise CorruptIndex(f"passage {number}: was damaged")
    passage = Passage(
        id_,
        document_id,
        BlockKind(kind),
        text,
        sentences_of(json.loads(sentences)),
        spans_of(json.loads(spans)),
        tuple(json.loads(heading_path)),
        page,
    )
    return StoredPassage(number, document, position, passage)


def passage_tokens(row: Sequence[Any]) -> PassageTokens:
    """What a passage is ranked by from ``TOKEN_COLUMNS``. Raises CorruptIndex."""
    number, document, position, id_, checksum, ids, ranges, codes = row
    if zlib.crc32(codes, zlib.crc32(ranges, zlib.crc32(ids))) != checksum:
        raise CorruptIndex(f"passage {number}: was damaged")
    token_ids = np.frombuffer(ids, dtype=np.int32)
    tokens = TokenVectors(
        np.frombuffer(codes, dtype=np.uint8).reshape(len(token_ids), -1) if len(token_ids) else _NO_CODES,
        token_ids,
        np.frombuffer(ranges, dtype=np.int32).reshape(-1, 2),
    )
    return PassageTokens(number, document, position, id_, tokens)


def _checksum(*parts: object) -> int:
    return zlib.crc32("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"))
