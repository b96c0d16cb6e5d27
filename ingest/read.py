"""A file in, a Document out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from ingest.decode import decode, storable
from ingest.draft import Draft
from ingest.errors import BrokenDocument, EmptyDocument, UnknownFormat, UnreadableFile
from ingest.frontmatter import read_front_matter
from ingest.html import read_html
from ingest.lines import split_lines, wrap_width
from ingest.model import Block, BlockKind, Document, Format, Page, Source
from ingest.pdf import extract, read_pages
from ingest.reading import Reader
from ingest.sections import to_blocks
from ingest.sidecar import parse_sidecar, sidecar_of
from ingest.stitch import stitch
from ingest.text import read_text

_SUFFIXES = {
    "": Format.TEXT,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".pdf": Format.PDF,
}
_HTML_START = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x1f\x8b": "a gzip file",
}
_UNTITLED = re.compile(r"\W*(?:abstract|summary|introduction|background|contents|table of contents)\W*\Z", re.I)
_SAMPLE = 4096


def read_document(path: Path, *, root: Path | None = None) -> Document:
    """Read one file with its sidecar. ``root`` is the library folder that ``Document.path`` is relative to.

    Raises an IngestError for anything that keeps the file from being read.
    """
    name = (path.relative_to(root) if root else Path(path.name)).as_posix()
    data = read_bytes(path, name)
    sidecar = sidecar_of(path)
    record = parse_sidecar(read_bytes(sidecar, sidecar.name), sidecar.name) if sidecar else None
    return parse_document(data, name, record)


def read_bytes(path: Path, name: str) -> bytes:
    """The bytes of a file. Raises UnreadableFile."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"{name}: cannot be read ({error.strerror or error}); check the file and its permissions."
        ) from error


def parse_document(data: bytes, name: str, record: Source | None = None) -> Document:
    """The document in a file's bytes. ``record``, where given, is what is known of it besides.

    Raises EmptyDocument, UnknownFormat, BinaryFile, EncryptedDocument, NoTextLayer or BrokenDocument.
    """
    if not data.strip():
        raise EmptyDocument(f"{name}: is empty; put text into it or remove it.")
    kind = _format(data, name)
    pages: tuple[Page, ...] = ()
    stated = Source()
    if kind is Format.PDF:
        text, pages, stated, known = extract(data, name)
        running = wrap_width(split_lines(text)) > 0
        drafts = stitch(text, read_pages(text, pages, known), running_text=running, paragraphs=known.paragraphs)
    else:
        text = decode(data, name)
        if kind is Format.HTML:
            drafts, stated = read_html(text)
        else:
            drafts, stated = _read_marked_text(text, kind)
    blocks = to_blocks(drafts, reader := Reader(text, kind), pages, len(text))
    if all(block.kind is BlockKind.FURNITURE for block in blocks):
        raise EmptyDocument(f"{name}: holds no words; nothing of it can be found.")
    source = _complete(record or Source(), stated, blocks, reader)
    return Document(document_id(data), name, kind, text, tuple(blocks), pages, source)


def document_id(data: bytes) -> str:
    """The id of a document in these bytes."""
    return hashlib.sha256(data).hexdigest()[:32]


def _read_marked_text(text: str, format: Format) -> tuple[list[Draft], Source]:
    front, stated, begin = read_front_matter(text)
    markdown = format is Format.MARKDOWN
    lines = split_lines(text, begin)
    width = 0 if markdown else wrap_width(lines)
    body = read_text(text, lines, markdown=markdown, width=width)
    return [*front, *(body if markdown else stitch(text, body, running_text=width > 0))], stated


def _format(data: bytes, name: str) -> Format:
    """The format told by the content first, by the name where the content does not tell."""
    suffix = Path(name).suffix.lower()
    if b"%PDF-" in data[:1024] and (
        suffix == ".pdf" or data[:64].lstrip(b"\xef\xbb\xbf\x00\r\n\t ").startswith(b"%PDF-")
    ):
        return Format.PDF
    for magic, what in _ARCHIVES.items():
        if data.startswith(magic):
            raise UnknownFormat(f"{name}: is {what}; export it as PDF, HTML, Markdown or text.")
    if suffix == ".pdf":
        raise BrokenDocument(f"{name}: is named .pdf but does not begin as a PDF; export it anew.")
    if _HTML_START.match(data[:_SAMPLE]):
        return Format.HTML
    if suffix not in _SUFFIXES:
        raise UnknownFormat(f"{name}: {suffix} files are not read; known are PDF, HTML, Markdown and plain text.")
    return _SUFFIXES[suffix]


def _complete(record: Source, stated: Source, blocks: Sequence[Block], reader: Reader) -> Source:
    """What the sidecar says, then front matter or metadata, then the first heading for a title."""
    title = record.title or stated.title or (None if record != Source() else _first_heading(blocks, reader))
    return Source(
        title=_clean(title),
        authors=tuple(_clean(author) or "" for author in record.authors or stated.authors),
        year=record.year or stated.year,
        doi=_clean(record.doi or stated.doi),
        url=_clean(record.url or stated.url),
        licence=_clean(record.licence or stated.licence),
    )


def _clean(text: str | None) -> str | None:
    """A field of a record; an escape in front matter can make it hold what cannot be stored."""
    return storable(text) if text else None


def _first_heading(blocks: Sequence[Block], reader: Reader) -> str | None:
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            text = reader.read(block.flow).text
            if not _UNTITLED.match(text):
                return text
        elif block.kind is not BlockKind.FURNITURE and block.kind is not BlockKind.FRONT_MATTER:
            return None
    return None
