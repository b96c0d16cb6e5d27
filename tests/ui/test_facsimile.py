"""Pages as pictures, and where on them a quote stands: real PDFs, drawn by PDFium."""

from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ingest.model import Span
from ingest.read import parse_document
from ingest.reading import letters
from tests.ingest.test_pdf import PARAGRAPHS, pdf
from ui.draw_page import draw, locate
from ui.facsimile import PageNotShown, facsimile

PAPER = pdf(PARAGRAPHS, title="On Lamps")


def darkest(picture: Image.Image) -> int:
    return min(picture.tobytes())


def test_the_lines_of_a_quote_are_marked_and_nothing_else() -> None:
    document = parse_document(PAPER, "lamps.pdf")
    first = document.pages[0].span
    text = document.text[first.start : first.end]
    start = text.index("On day 3 the keeper")
    end = text.index("On day 4 the keeper")
    shown = facsimile(PAPER, 1, text, [Span(start, end)])
    assert len(shown.boxes) == len(text[start:end].rstrip().splitlines())
    tops = [box.top for box in shown.boxes]
    assert tops == sorted(tops)
    picture = Image.open(io.BytesIO(shown.image)).convert("L")
    assert picture.size == (shown.width, shown.height)
    for box in shown.boxes:
        left, top = box.left * shown.width / 100, box.top * shown.height / 100
        inked = picture.crop(
            (int(left), int(top), int(left + box.width * shown.width / 100), int(top + box.height * shown.height / 100))
        )
        assert darkest(inked) < 100
    assert all(0 <= box.left <= 100 and box.left + box.width <= 100 for box in shown.boxes)


def test_of_equal_lines_the_right_one_is_marked() -> None:
    data = pdf(["The lamp burns all night.", "It is cold.", "The lamp burns all night.", "It is dark."])
    document = parse_document(data, "twice.pdf")
    text = document.text[: document.pages[0].span.end]
    first, second = text.index("The lamp"), text.rindex("The lamp")
    upper = draw(data, 1, text, [(first, first + 25)])["boxes"]
    lower = draw(data, 1, text, [(second, second + 25)])["boxes"]
    assert len(upper) == len(lower) == 1
    assert upper[0][1] < lower[0][1]


def test_a_turned_page_is_marked_where_it_shows() -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(["The lamp burns all night."])))
    writer.pages[0].rotate(90)
    stream = io.BytesIO()
    writer.write(stream)
    document = parse_document(stream.getvalue(), "turned.pdf")
    text = document.text[: document.pages[0].span.end]
    start = text.index("The lamp")
    drawn = draw(stream.getvalue(), 1, text, [(start, start + 25)])
    assert drawn["width"] > drawn["height"]
    picture = Image.open(io.BytesIO(base64.b64decode(drawn["image"]))).convert("L")
    for left, top, width, height in drawn["boxes"]:
        x, y = left * drawn["width"] / 100, top * drawn["height"] / 100
        part = picture.crop(
            (int(x), int(y), int(x + width * drawn["width"] / 100) + 1, int(y + height * drawn["height"] / 100) + 1)
        )
        assert darkest(part) < 100


def test_a_page_that_cannot_be_drawn_says_so() -> None:
    with pytest.raises(PageNotShown, match="Page 1 cannot be drawn"):
        facsimile(b"%PDF-1.7 and no more", 1, "text", [])
    with pytest.raises(PageNotShown, match="Page 99"):
        facsimile(PAPER, 99, "text", [])


@given(st.lists(st.text("abc \n-é1", min_size=1, max_size=12), min_size=1, max_size=8), st.data())
def test_what_is_found_has_the_letters_that_were_sought(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    drawn = letters(text)
    found = locate(text, [(start, end)], drawn)
    assert "".join(drawn[at] for at in found) == letters(text[start:end])
    shuffled = letters("\n".join(data.draw(st.permutations(lines))))
    assert all(0 <= at < len(shuffled) for at in locate(text, [(start, end)], shuffled))
