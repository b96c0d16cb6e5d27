"""The types that reading a document produces. All are frozen; none holds a bag of metadata."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """How a document is written, which decides what counts as mark-up."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"


class BlockKind(StrEnum):
    """What a block is for."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list"
    TABLE_ROW = "table row"
    CAPTION = "caption"
    REFERENCE = "reference"
    FRONT_MATTER = "front matter"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open character offsets into ``Document.text``."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Code(Span):
    """A span whose marks are no mark-up: they are read as they stand."""


@dataclass(frozen=True, slots=True)
class Source:
    """The bibliographic record of a document: what the document states of itself."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    url: str | None = None
    licence: str | None = None

    @property
    def author_year(self) -> str | None:
        """``Kędzierska et al. 2025``, as far as authors and year are known."""
        surnames = [_surname(author) for author in self.authors]
        names = f"{surnames[0]} et al." if len(surnames) > 2 else " and ".join(surnames)
        parts = [names] if names else []
        if self.year is not None:
            parts.append(str(self.year))
        return " ".join(parts) or None

    @property
    def named(self) -> str | None:
        """``Kędzierska et al. 2025, Title``; ``Title (2024)`` where no author is known."""
        if self.title and not self.authors:
            return f"{self.title} ({self.year})" if self.year is not None else self.title
        return ", ".join(part for part in (self.author_year, self.title) if part) or None


def _surname(author: str) -> str:
    """``Kędzierska, Milena`` and ``Milena Kędzierska`` both give ``Kędzierska``."""
    family, comma, _ = author.partition(",")
    if comma:
        return family.strip()
    words = author.split()
    return words[-1] if words else author


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paginated document: ``number`` as counted from 1, ``label`` as printed.

    ``is_picture``: it shows a picture and holds no text, as a scanned page does; ``is_broken``: it could not be read.
    """

    number: int
    label: str
    span: Span
    is_picture: bool = False
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A structural piece of a document.

    ``spans`` is what the block owns: the spans of all blocks of a document tile its text exactly.
    ``flow`` is how the block reads: source spans in reading order, which leave out mark-up and may
    borrow from other blocks (a table row borrows its column heads), joined by literal connectors
    that hold no letters or digits.
    """

    kind: BlockKind
    spans: tuple[Span, ...]
    flow: tuple[Span | str, ...]
    heading_path: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as decoded. ``text`` is never cleaned, so that offsets stay true to the file.

    ``id`` hashes the file's bytes; ``path`` is relative to the library folder, with forward slashes.
    """

    id: str
    path: str
    format: Format
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: offsets into ``Passage.text``, where the source holds it, and on which page it begins.

    ``spans`` are in reading order; concatenated, they hold the sentence's letters in the same order. ``listed``: it is
    of a list's member.
    """

    start: int
    end: int
    spans: tuple[Span, ...]
    page: int | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one document that are ranked and cited together.

    ``text`` is the reading text; ``spans`` cover the same letters in the source, in reading order.
    ``id`` hashes the document's id and the spans.
    """

    id: str
    document_id: str
    kind: BlockKind
    text: str
    sentences: tuple[Sentence, ...]
    spans: tuple[Span, ...]
    heading_path: tuple[str, ...]
    page: int | None
