"""The text of a PDF, page by page, by pypdf."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise, zip_longest
from typing import Any, NamedTuple

from ingest.decode import storable
from ingest.draft import Draft
from ingest.errors import BrokenDocument, EncryptedDocument, NoTextLayer
from ingest.glyphs import spelt_out
from ingest.layout import Laid, goes_on, set_apart
from ingest.line_numbers import without_line_numbers
from ingest.lines import split_lines, wrap_width
from ingest.model import BlockKind, Page, Source, Span
from ingest.pdf_page import PageText, page_reader
from ingest.pdf_source import stated_source
from ingest.reading import vocabulary
from ingest.running import counted_from, running_lines
from ingest.tables import TableHeads
from ingest.text import LONGEST_KNOWN_HEADING, Known, looks_like_heading, read_text
from ingest.typography import Heading, Run, Type, line_types, typed_headings

# A page's lines are always wrapped; captions run over both columns, and a line of each may be read as one.
_WIDEST = 220
_LOOSE_HYPHEN = re.compile(r"([^\W\d_]+) -\n([^\W\d_]+)")


class Extract(NamedTuple):
    """A PDF's text, the pages' in order and each ended by a form feed, what the PDF says of itself, and what it shows
    of the text's structure."""

    text: str
    pages: tuple[Page, ...]
    source: Source
    known: Known


def extract(data: bytes, name: str) -> Extract:
    """What is read of a PDF.

    Raises EncryptedDocument, NoTextLayer or BrokenDocument.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedDocument(f"{name}: is encrypted; save a copy without a password and add that.")
        labels = reader.page_labels
        read, broken = _read(reader.pages)
        pictures = {
            at
            for at, page in enumerate(read)
            if at not in broken and not _says_anything(page.text) and _shows_picture(reader.pages[at])
        }
        source = stated_source(reader, *_first_page(read))
    except EncryptedDocument:
        raise
    except Exception as error:
        raise BrokenDocument(
            f"{name}: is not a readable PDF ({type(error).__name__}); repair it or export it anew."
        ) from error
    if not any(page.text.strip() for page in read):
        pages = f"{len(read)} page{'s' if len(read) != 1 else ''}"
        raise NoTextLayer(f"{name}: holds pictures and no text ({pages}); run OCR on it and add the result.")
    laid = _laid_out(read)
    texts = _mended([page.text for page in laid])
    text = "".join(text + "\f" for text in texts)
    known = _known(texts, laid)
    return Extract(text, _labelled(text, _pages(texts, pictures, broken), labels), source, known)


def _read(pages: Iterable[Any]) -> tuple[list[PageText], set[int]]:
    """What pypdf reads of pages, and which of them, counted from 0, it could not.

    Raises what reading the first of those did where no other says anything.
    """
    read: list[PageText] = []
    failed: dict[int, Exception] = {}
    with page_reader() as reader:
        for at, page in enumerate(pages):
            try:
                read.append(reader(page))
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001  (pypdf raises whatever a malformed page leads it to)
                failed[at] = error
                read.append(PageText("", [], [], frozenset()))
    if failed and not any(_says_anything(page.text) for page in read):
        raise min(failed.items())[1]
    return read, set(failed)


def _first_page(read: Sequence[PageText]) -> tuple[str, list[Run]]:
    """The text of the first page and the pieces it came in."""
    if not read:
        return "", []
    page = read[0]
    runs = [run._replace(text=spelt_out(run.text, page.glyph_names)) for run in page.runs]
    return spelt_out(page.text, page.glyph_names), runs


class _Page(NamedTuple):
    """A page's text as it is laid out, what else is known of its layout, and the types of its lines."""

    text: str
    laid: Laid
    types: list[Type | None]


def _laid_out(read: Sequence[PageText]) -> list[_Page]:
    """The pages without the numbers of their lines; those without any with what white space shows."""
    pages: list[_Page] = []
    for page, text in zip(read, without_line_numbers([page.text for page in read]), strict=True):
        counted = text != page.text
        laid = Laid(text) if counted else set_apart(text, page.places)
        types = line_types(page.text if counted else laid.text, page.runs)
        pages.append(_Page(storable(spelt_out(laid.text, page.glyph_names)), laid, types))
    return pages


def _known(texts: Sequence[str], laid: Sequence[_Page]) -> Known:
    """What is known of the lines of the pages' texts."""
    pages: list[list[tuple[str, Type | None]]] = []
    starts: list[list[int]] = []
    at = 0
    for text, page in zip(texts, laid, strict=True):
        lines = text.split("\n")
        pages.append(list(zip_longest(lines, page.types[: len(lines)])))
        starts.append(list(accumulate((len(line) + 1 for line in lines), initial=at)))
        at += len(text) + 1
    headings: dict[int, Heading] = {}
    for (number, first), heading in typed_headings(pages).items():
        if first in laid[number].laid.tables:  # bold heads
            continue
        whole = " ".join(line for line, _ in pages[number][first : first + heading.lines])
        if looks_like_heading(" ".join(whole.split()), LONGEST_KNOWN_HEADING):
            headings[starts[number][first]] = heading

    def offsets(of: Callable[[Laid], Iterable[int]]) -> frozenset[int]:
        return frozenset(of_page[at] for of_page, page in zip(starts, laid, strict=True) for at in of(page.laid))

    return Known(
        headings=headings,
        paragraphs=offsets(lambda page: page.begins),
        members=offsets(lambda page: page.members),
        runs_on=offsets(lambda page: page.runs_on),
        tables=offsets(lambda page: page.tables),
        table_heads=_table_heads(laid, starts),
    )


def _table_heads(pages: Sequence[_Page], starts: Sequence[Sequence[int]]) -> dict[int, TableHeads]:
    """Where the heads of tables stand that their type tells, or that a table goes on with from the page before."""
    heads: dict[int, TableHeads] = {}
    for page, of_page in zip(pages, starts, strict=True):
        for first, table in page.laid.tables.items():
            if table.bold_heads:
                heads[of_page[first]] = TableHeads(of_page[first], sure=True)
    for (above, of_above), (below, of_below) in pairwise(zip(pages, starts, strict=True)):
        if over := goes_on(above.laid, below.laid):
            before, start = of_above[over[0]], of_below[over[1]]
            heads.setdefault(start, heads.get(before, TableHeads(before, sure=False)))
    return heads


def _mended(texts: Sequence[str]) -> list[str]:
    """The pages' texts without the space that some fonts have before a hyphen that breaks a word at a line end.

    A word is broken where it stands whole elsewhere; a dash is left alone.
    """
    if not any(map(_LOOSE_HYPHEN.search, texts)):
        return list(texts)
    words = vocabulary("\n".join(texts))

    def mend(found: re.Match[str]) -> str:
        return f"{found[1]}-\n{found[2]}" if (found[1] + found[2]).lower() in words else found[0]

    return [_LOOSE_HYPHEN.sub(mend, text) for text in texts]


def _says_anything(text: str) -> bool:
    return any(map(str.isalnum, text))


def _shows_picture(page: Any) -> bool:
    """Whether a page of pypdf places a picture; what cannot be told counts for no."""
    from pypdf.errors import PyPdfError

    try:
        objects = page["/Resources"]["/XObject"]
        return any(objects[name]["/Subtype"] == "/Image" for name in objects)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, PyPdfError):
        return False


def _pages(texts: Sequence[str], pictures: Container[int], broken: Container[int]) -> tuple[Page, ...]:
    pages, start = [], 0
    for at, text in enumerate(texts):
        end = start + len(text) + 1
        pages.append(Page(at + 1, str(at + 1), Span(start, end), at in pictures, at in broken))
        start = end
    return tuple(pages)


def _labelled(text: str, pages: Sequence[Page], labels: Sequence[str]) -> tuple[Page, ...]:
    """The pages with their printed numbers: as the PDF states them, else as running heads and feet count."""
    counted = [page.label for page in pages]
    if len(labels) == len(pages) and list(labels) != counted:
        return tuple(replace(page, label=storable(label)) for page, label in zip(pages, labels, strict=True))
    offset = counted_from(text, pages)
    return tuple(replace(page, label=str(page.number + offset)) for page in pages) if offset else tuple(pages)


def read_pages(text: str, pages: Sequence[Page], known: Known) -> list[Draft]:
    """Drafts of a paginated text: running heads, feet and page numbers are furniture, the rest is read as text."""
    drafts: list[Draft] = []
    at = 0
    running = dict(running_lines(text, pages))
    for start, stop in running.items():
        if start in known.headings and start < pages[0].span.end:  # the title, which the other pages repeat
            continue
        if start in known.tables and stop not in running:  # a table's heads, which every page repeats
            continue
        drafts.extend(_read_between(text, at, start, known))
        drafts.append(Draft(BlockKind.FURNITURE, (Span(start, stop),), (Span(start, stop),)))
        at = stop
    return [*drafts, *_read_between(text, at, len(text), known)]


def _read_between(text: str, start: int, stop: int, known: Known) -> list[Draft]:
    lines = split_lines(text, start, stop)
    return read_text(text, lines, markdown=False, width=wrap_width(lines, widest=_WIDEST), known=known)
