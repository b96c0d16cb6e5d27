"""The text of a PDF, page by page, by pypdf."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Sequence

from ingest.draft import Draft
from ingest.errors import BrokenDocument, EncryptedDocument, NoTextLayer
from ingest.lines import split_lines
from ingest.model import BlockKind, Page, Source, Span
from ingest.text import is_page_number, read_text

# A running head or foot stands among the first or last lines of a page, at the same place on many pages.
_EDGE_LINES = 3
# On a page with fewer lines than this only the outermost ones can be.
_MANY_LINES = 12
_MIN_REPEATS = 3
_MIN_SHARE = 0.4
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER_AT_END = re.compile(r"\A\W*\d+\b|\b\d+\W*\Z")


def extract(data: bytes, name: str) -> tuple[str, tuple[Page, ...], Source]:
    """The pages' text in order, each page ended by a form feed, and what the PDF's metadata say.

    Raises EncryptedDocument, NoTextLayer or BrokenDocument.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedDocument(f"{name}: is encrypted; save a copy without a password and add that.")
        labels = reader.page_labels
        texts = [page.extract_text() for page in reader.pages]
        metadata = reader.metadata
    except EncryptedDocument:
        raise
    except Exception as error:
        raise BrokenDocument(
            f"{name}: is not a readable PDF ({type(error).__name__}); repair it or export it anew."
        ) from error
    if not any(text.strip() for text in texts):
        raise NoTextLayer(
            f"{name}: its {len(texts)} pages hold pictures and no text; run OCR on it and add the result."
        )
    texts = [_storable(text) for text in texts]
    return "".join(text + "\f" for text in texts), _pages(texts, labels), _source(metadata)


def _storable(text: str) -> str:
    """pypdf may give lone surrogates for unmapped glyphs; they cannot be stored as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _pages(texts: Sequence[str], labels: Sequence[str]) -> tuple[Page, ...]:
    pages, start = [], 0
    for number, text in enumerate(texts, 1):
        end = start + len(text) + 1
        label = labels[number - 1] if number <= len(labels) else str(number)
        pages.append(Page(number, label, Span(start, end)))
        start = end
    return tuple(pages)


def _source(metadata: object) -> Source:
    if metadata is None:
        return Source()
    title = getattr(metadata, "title", None)
    author = getattr(metadata, "author", None)
    doi = metadata.get("/doi") if isinstance(metadata, dict) else None
    return Source(
        title=_meaningful(title),
        authors=tuple(name.strip() for name in re.split(r";|,\s|\band\b", author) if name.strip())
        if isinstance(author, str)
        else (),
        doi=str(doi) if doi else None,
    )


def _meaningful(title: object) -> str | None:
    """Word processors put file names and placeholders where the title belongs."""
    if not isinstance(title, str) or not title.strip():
        return None
    bare = title.strip()
    if re.search(r"\.(?:docx?|pdf|indd|tex|qxd|rtf)\Z", bare, re.I) or re.match(
        r"(?:untitled|microsoft word|\(anonymous\))", bare, re.I
    ):
        return None
    return bare


def read_pages(text: str, pages: Sequence[Page]) -> list[Draft]:
    """Drafts of a paginated text: running heads, feet and page numbers are furniture, the rest is read as text."""
    drafts: list[Draft] = []
    at = 0
    for start, stop in _furniture(text, pages):
        if start > at:
            drafts.extend(read_text(text, at, start, markdown=False))
        drafts.append(Draft(BlockKind.FURNITURE, (Span(start, stop),), (Span(start, stop),)))
        at = stop
    if at < len(text):
        drafts.extend(read_text(text, at, len(text), markdown=False))
    return drafts


def _edges(text: str, page: Page) -> list[tuple[int, str, int, int]]:
    """The first and last lines of a page that are not blank: place (from the end below zero), shape, start, stop."""
    lines = [line for line in split_lines(text, page.span.start, page.span.end) if line.text]
    deep = _EDGE_LINES if len(lines) >= _MANY_LINES else 1
    places = {index if 2 * index < len(lines) else index - len(lines): line for index, line in enumerate(lines)}
    return [
        (place, _PAGE_NUMBER_AT_END.sub("#", line.text), line.start, line.stop)
        for place, line in places.items()
        if -deep <= place < deep
    ]


def _furniture(text: str, pages: Sequence[Page]) -> list[tuple[int, int]]:
    """Running heads and feet, which stand at one place of many pages, and page numbers at a page's very edge."""
    edges = [_edges(text, page) for page in pages]
    counts = Counter((place, shape) for lines in edges for place, shape, _, _ in lines)
    enough = max(_MIN_REPEATS, _MIN_SHARE * len(pages))
    offsets = Counter(
        offset for page, lines in zip(pages, edges, strict=True) for offset in _number_offsets(text, page, lines)
    )
    return [
        (start, stop)
        for page, lines in zip(pages, edges, strict=True)
        for place, shape, start, stop in lines
        if counts[place, shape] >= enough
        or any(
            offset == 0 or offsets[offset] >= 2 for offset in _number_offsets(text, page, [(place, shape, start, stop)])
        )
    ]


def _number_offsets(text: str, page: Page, lines: Sequence[tuple[int, str, int, int]]) -> list[int]:
    """How far the numbers that stand alone at a page's edges are from the page's own: alike for real page numbers."""
    alone = [
        text[start:stop] for place, _, start, stop in lines if place in (0, -1) and is_page_number(text[start:stop])
    ]
    numbers = [int(match.group()) for line in alone if (match := _NUMBER.search(line))]
    return [number - page.number for number in numbers]
