"""Files made to break a reader: each is read or reported with a reason, none hangs, and the rest is indexed."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF

from index.encoder import Encoder
from index.isolated import IsolatedReader
from index.layout import Layout
from index.verify import verify
from tests.conftest import Library

WORDS = "Owls hunt at night. They hear a mouse under snow."


def pdf_of(objects: list[bytes]) -> bytes:
    """A PDF file of numbered objects, the first of which is the catalogue."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return data + head + table + trailer


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
SHOWN = b"BT /F 12 Tf 50 700 Td (%s) Tj ET" % WORDS.encode()


def cyclic() -> bytes:
    """A tree of pages that holds itself."""
    return pdf_of([CATALOGUE, b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>", PAGE, stream(SHOWN), FONT])


def chained() -> bytes:
    """An object that is a reference to itself."""
    return pdf_of([CATALOGUE, PAGES, b"3 0 R"])


def bomb() -> bytes:
    """A page whose contents are a gigabyte, in a megabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 24)) for _ in range(64)) + packer.flush()
    return pdf_of([CATALOGUE, PAGES, PAGE, stream(packed, b"/Filter /FlateDecode"), FONT])


def doubly_packed() -> bytes:
    """A filter upon a filter upon a filter."""
    content = SHOWN
    for _ in range(3):
        content = zlib.compress(content)
    filters = b"/Filter [/FlateDecode /FlateDecode /FlateDecode]"
    return pdf_of([CATALOGUE, PAGES, PAGE, stream(content, filters), FONT])


def without_fonts() -> bytes:
    """Text in fonts that are not there."""
    return pdf_of([CATALOGUE, PAGES, PAGE, stream(SHOWN)])


def ill_named() -> bytes:
    """A font whose letters' names lead around in a circle."""
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /DescendantFonts [5 0 R] /ToUnicode 5 0 R >>"
    return pdf_of([CATALOGUE, PAGES, PAGE, stream(SHOWN), font])


def many_pages() -> bytes:
    """Two thousand pages."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    for number in range(2000):
        pdf.add_page()
        pdf.cell(text=f"{number}")
    pdf.multi_cell(0, 6, WORDS)
    return bytes(pdf.output())


def unpaged() -> bytes:
    """No page at all."""
    return pdf_of([CATALOGUE, b"<< /Type /Pages /Kids [] /Count 0 >>"])


def overcounted() -> bytes:
    """A page that says that it is two thousand million."""
    return pdf_of([CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>", PAGE, stream(SHOWN), FONT])


PDFS: list[Callable[[], bytes]] = [
    cyclic,
    chained,
    bomb,
    doubly_packed,
    without_fonts,
    ill_named,
    many_pages,
    unpaged,
    overcounted,
]
PAGES_OF_HTML = {
    "nested.html": "<html><body>" + "<div>" * 10_000 + WORDS,
    "unclosed.html": "<html><body>" + "<p>x<b><a href='" * 20_000 + WORDS,
    "tables.html": "<html><body>" + "<table><tr><td>" * 5_000 + WORDS,
    "entities.html": "<html><body><p>" + "&#0;&#xd800;&#x110000;&notanentity;&" * 5_000 + WORDS,
    "declared.html": "<html><body>" + "<!DOCTYPE " * 5_000 + "<p>" + WORDS,
}
LAUGHS = "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefghij", "bcdefghijk", strict=True))
TEXTS = {
    "brackets.md": "[" * 50_000 + WORDS,
    "stars.md": "**_" * 30_000 + WORDS,
    "links.md": "[a](" * 30_000 + WORDS,
    "bars.txt": "| a " * 30_000 + "\n" + "|---" * 30_000 + "\n" + WORDS,
    "hyphens.txt": "word-\n" * 50_000 + WORDS,
    "blank.txt": "\n" * 500_000 + WORDS,
    "spaces.txt": " \t\u3000" * 200_000 + WORDS,
    "doubled.txt": "word  " * 200_000 + WORDS,
    "yaml.md": "---\n" + "a: &a [*a, *a]\n" * 2_000 + "---\n" + WORDS,
    "billion.md": f"---\na: &a [x,x]\n{LAUGHS}---\n{WORDS}",
    "marks.txt": "a" + "\u0301" * 100_000 + " " + WORDS,
    "bidi.txt": "\u202e\u2066" * 50_000 + WORDS,
}


@pytest.mark.slow
@pytest.mark.parametrize("make", PDFS, ids=lambda make: make.__name__)
def test_a_bad_pdf_is_read_or_reported(library: Library, make: Callable[[], bytes]) -> None:
    library.write("bad.pdf", make())
    library.write("good.txt", WORDS)
    _built(library, "bad.pdf")


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PAGES_OF_HTML, *TEXTS])
def test_a_bad_text_is_read_or_reported(library: Library, name: str) -> None:
    library.write(name, {**PAGES_OF_HTML, **TEXTS}[name])
    library.write("good.txt", WORDS)
    _built(library, name)


def _built(library: Library, name: str) -> None:
    started = time.monotonic()
    summary = library.build()
    assert time.monotonic() - started < 150
    failed = {failure.path: failure.reason for failure in summary.failed}
    assert name in summary.added or failed[name].startswith(f"{name}: ")
    assert "please report" not in failed.get(name, "")
    assert "good.txt" in summary.added
    assert verify(library.folder) == []


@pytest.mark.slow
def test_fifty_megabytes_in_one_line_are_read(library: Library, seeds_index_folder: Path) -> None:
    model = next(Layout(seeds_index_folder).models.iterdir())
    path = library.write("line.txt", f"{WORDS} " * (50_000_000 // len(WORDS)))
    reader = IsolatedReader(model, Encoder.open(model).meta, library.seeds)
    try:
        _, passages = reader.read(path)
    finally:
        reader.close()
    assert sum(len(passage.text) for passage in passages) > 49_000_000
