"""The text of a PDF, page by page, by pypdf."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate, zip_longest
from typing import Any

from ingest.decode import storable
from ingest.draft import Draft
from ingest.errors import BrokenDocument, EncryptedDocument, NoTextLayer
from ingest.glyphs import spelt_out
from ingest.line_numbers import without_line_numbers
from ingest.lines import split_lines, wrap_width
from ingest.model import BlockKind, Page, Source, Span
from ingest.pdf_source import stated_source
from ingest.reading import vocabulary
from ingest.running import counted_from, running_lines
from ingest.text import LONGEST_KNOWN_HEADING, looks_like_heading, read_text
from ingest.typography import Heading, Run, Type, line_types, read_page, typed_headings

# Thousandths of the font's size: a space wider than that is none, and what it is then taken for.
_WIDEST_SPACE = 400
_USUAL_SPACE = 250
# A page's lines are always wrapped; captions run over both columns, and a line of each may be read as one.
_WIDEST = 220
_LOOSE_HYPHEN = re.compile(r"([^\W\d_]+) -\n([^\W\d_]+)")


def extract(data: bytes, name: str) -> tuple[str, tuple[Page, ...], Source, dict[int, Heading]]:
    """The pages' text in order, each page ended by a form feed, what the PDF says of itself, and where headings begin
    that their type tells.

    Raises EncryptedDocument, NoTextLayer or BrokenDocument.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedDocument(f"{name}: is encrypted; save a copy without a password and add that.")
        labels = reader.page_labels
        with _narrow_spaces():
            first, texts, types, broken = _read(reader.pages)
        pictures = {
            at
            for at, text in enumerate(texts)
            if at not in broken and not _says_anything(text) and _shows_picture(reader.pages[at])
        }
        source = stated_source(reader, texts[0] if texts else "", first)
    except EncryptedDocument:
        raise
    except Exception as error:
        raise BrokenDocument(
            f"{name}: is not a readable PDF ({type(error).__name__}); repair it or export it anew."
        ) from error
    if not any(text.strip() for text in texts):
        pages = f"{len(texts)} page{'s' if len(texts) != 1 else ''}"
        raise NoTextLayer(f"{name}: holds pictures and no text ({pages}); run OCR on it and add the result.")
    texts = _mended(without_line_numbers([storable(text) for text in texts]))
    text = "".join(text + "\f" for text in texts)
    return text, _labelled(text, _pages(texts, pictures, broken), labels), source, _headings(texts, types)


def _read(pages: Iterable[Any]) -> tuple[list[Run], list[str], list[list[Type | None]], set[int]]:
    """The pieces of the first of pypdf's pages, the texts of all, the types of their lines, and which pages, counted
    from 0, could not be read.

    Raises what reading the first of those did where no other says anything.
    """
    first: list[Run] = []
    texts: list[str] = []
    types: list[list[Type | None]] = []
    failed: dict[int, Exception] = {}
    for at, page in enumerate(pages):
        text = ""
        runs: list[Run] = []
        try:
            names = _glyph_names(page)
            text, runs = read_page(page)
            text, runs = spelt_out(text, names), [run._replace(text=spelt_out(run.text, names)) for run in runs]
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  (pypdf raises whatever a malformed page leads it to)
            failed[at] = error
        first = first if at else runs
        texts.append(text)
        types.append(line_types(text, runs))
    if failed and not any(map(_says_anything, texts)):
        raise min(failed.items())[1]
    return first, texts, types, set(failed)


def _headings(texts: Sequence[str], types: Sequence[Sequence[Type | None]]) -> dict[int, Heading]:
    """Where headings begin in the pages' texts, which have the lines that have the types."""
    pages: list[list[tuple[str, Type | None]]] = []
    starts: list[list[int]] = []
    at = 0
    for text, of_page in zip(texts, types, strict=True):
        lines = text.split("\n")
        pages.append(list(zip_longest(lines, of_page[: len(lines)])))
        starts.append(list(accumulate((len(line) + 1 for line in lines), initial=at)))
        at += len(text) + 1
    found: dict[int, Heading] = {}
    for (page, first), heading in typed_headings(pages).items():
        whole = " ".join(line for line, _ in pages[page][first : first + heading.lines])
        if looks_like_heading(" ".join(whole.split()), LONGEST_KNOWN_HEADING):
            found[starts[page][first]] = heading
    return found


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


def _glyph_names(page: Any) -> set[str]:
    """What the fonts of a page of pypdf name glyphs; nothing where that cannot be told."""
    from pypdf.errors import PyPdfError

    try:
        fonts = page["/Resources"]["/Font"]
        encodings = [fonts[name].get("/Encoding") for name in fonts]
        return {
            str(entry)
            for encoding in encodings
            if hasattr(encoding, "get")
            for entry in encoding.get("/Differences", ())
            if isinstance(entry, str)
        }
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, PyPdfError):
        return set()


@contextmanager
def _narrow_spaces() -> Iterator[None]:
    """While it lasts, pypdf takes no font's space for wider than spaces are.

    Where a font holds no space, words are set apart by moves, which pypdf compares with the width of the glyph that
    has the space's code in other fonts: a capital N, and the words run together (py-pdf/pypdf, number 3978). There is
    no setting for it.
    """
    from pypdf.generic._font import Font

    told = Font._add_space_width

    def narrow(widths: dict[str, float], flags: int, space: str) -> float:
        width = told(widths, flags, space)
        fixed_pitch = flags & 1 or len(set(widths.values())) <= 2  # with the default width
        return width if width <= _WIDEST_SPACE or fixed_pitch else _USUAL_SPACE

    Font._add_space_width = staticmethod(narrow)  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Font._add_space_width = staticmethod(told)  # type: ignore[method-assign]


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


def read_pages(text: str, pages: Sequence[Page], headings: Mapping[int, Heading]) -> list[Draft]:
    """Drafts of a paginated text: running heads, feet and page numbers are furniture, the rest is read as text."""
    drafts: list[Draft] = []
    at = 0
    for start, stop in running_lines(text, pages):
        if start in headings and start < pages[0].span.end:  # the title, which the other pages repeat
            continue
        drafts.extend(_read_between(text, at, start, headings))
        drafts.append(Draft(BlockKind.FURNITURE, (Span(start, stop),), (Span(start, stop),)))
        at = stop
    return [*drafts, *_read_between(text, at, len(text), headings)]


def _read_between(text: str, start: int, stop: int, headings: Mapping[int, Heading]) -> list[Draft]:
    lines = split_lines(text, start, stop)
    return read_text(text, lines, markdown=False, width=wrap_width(lines, widest=_WIDEST), headings=headings)
