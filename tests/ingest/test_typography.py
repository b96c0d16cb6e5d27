from __future__ import annotations

import warnings

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import BlockKind
from ingest.read import parse_document
from ingest.reading import Reader
from ingest.split import split
from ingest.typography import Run, Type, line_types, typed_headings
from tests.ingest.checks import check

TEXT = (
    "The lamp was lit at dusk and burnt until the sun came up over the bay. Nobody slept while it did, for the oil "
    "had to be filled in twice a night. "
) * 3
Line = tuple[str, int, str]


def pdf(*lines: Line) -> bytes:
    """Lines or paragraphs, each with its size in points and its style: "", "B" or "I"."""
    paper = FPDF()
    paper.add_page()
    for text, size, style in lines:
        paper.set_font("Helvetica", style, size)
        paper.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bytes(paper.output())


def outline(*lines: Line) -> list[tuple[str, ...]]:
    """The headings that are read, each with those above it."""
    document = parse_document(pdf(*lines), "lamps.pdf")
    check(document)
    reader = Reader(document.text, document.format)
    return [
        (*block.heading_path, reader.read(block.flow).text)
        for block in document.blocks
        if block.kind is BlockKind.HEADING
    ]


def test_larger_and_bold_lines_are_headings_and_the_larger_stand_above() -> None:
    found = outline(
        ("Lighthouses", 20, ""),
        (TEXT, 10, ""),
        ("Keeping the light", 14, ""),
        (TEXT, 10, ""),
        ("Oil and wicks", 10, "B"),
        (TEXT, 10, ""),
        ("What they ate", 10, "B"),
        (TEXT, 10, ""),
        ("Ships", 14, ""),
        (TEXT, 10, ""),
    )
    assert found == [
        ("Lighthouses",),
        ("Lighthouses", "Keeping the light"),
        ("Lighthouses", "Keeping the light", "Oil and wicks"),
        ("Lighthouses", "Keeping the light", "What they ate"),
        ("Lighthouses", "Ships"),
    ]


def test_short_lines_stand_below_their_heading() -> None:
    document = parse_document(
        pdf(
            ("Opening hours", 14, "B"),
            ("Monday and Tuesday closed all day", 10, ""),
            ("Prices", 14, "B"),
            ("Horticultural grit, a bag 5.25", 10, ""),
        ),
        "shop.pdf",
    )
    assert {passage.text: passage.heading_path for passage in split(document)} == {
        "Opening hours\nMonday and Tuesday closed all day": ("Opening hours",),
        "Prices\nHorticultural grit, a bag 5.25": ("Prices",),
    }


def test_a_heading_broken_over_lines_is_one() -> None:
    long = "What the keepers of the lighthouses on the northern coast burnt before anyone had brought them oil"
    assert outline((long, 20, ""), (TEXT, 10, "")) == [(long,)]


def test_a_word_broken_in_a_heading_is_whole() -> None:
    assert outline(
        ("What the lighthouse keepers of the north burnt before magne-\nsium torches", 20, ""), (TEXT, 10, "")
    ) == [("What the lighthouse keepers of the north burnt before magnesium torches",)]


@pytest.mark.parametrize(
    "lines",
    [
        [(TEXT, 10, "")],
        [(TEXT, 10, ""), (TEXT, 14, "")],  # a paragraph in large type
        [(TEXT, 10, ""), ("It went out.", 10, "B"), (TEXT, 10, "")],  # a sentence
    ],
)
def test_what_is_no_heading_stays_text(lines: list[Line]) -> None:
    assert outline(*lines) == []


def test_what_is_bold_and_no_heading_hides_no_other() -> None:
    shouted = [(f"Never leave lamp {at} burning alone.", 10, "B") for at in range(8)]
    lines = [line for one in shouted for line in (one, (TEXT, 10, ""))]
    assert outline(*lines, ("Oil and wicks", 10, ""), (TEXT, 10, "")) == outline(
        *lines[1::2], ("Oil and wicks", 10, ""), (TEXT, 10, "")
    )


def test_a_heading_smaller_than_those_on_later_pages_stands_below_them_though_its_like_is_on_the_first_alone() -> None:
    found = outline(
        ("Lighthouses", 20, ""),
        ("Keeping the light", 14, ""),
        ("Oil and wicks", 12, ""),
        (TEXT * 12, 10, ""),
        ("Ships", 14, ""),
        (TEXT * 12, 10, ""),
        ("Fog", 14, ""),
        (TEXT, 10, ""),
    )
    assert found == [
        ("Lighthouses",),
        ("Lighthouses", "Keeping the light"),
        ("Lighthouses", "Keeping the light", "Oil and wicks"),
        ("Lighthouses", "Ships"),
        ("Lighthouses", "Fog"),
    ]


def test_headings_are_no_deeper_than_six() -> None:
    lines = [line for size in range(32, 12, -1) for line in ((f"Size of {size} points", size, ""), (TEXT, 10, ""))]
    assert max(map(len, outline(*lines))) <= 6


def test_a_title_that_the_next_page_repeats_is_a_heading() -> None:
    paper = FPDF()
    for size in (20, 9):
        paper.add_page()
        paper.set_font("Helvetica", size=size)
        paper.multi_cell(0, size / 2, "Harbour Office Policy", new_x="LMARGIN", new_y="NEXT")
        paper.set_font("Helvetica", size=10)
        paper.multi_cell(0, 5, TEXT, new_x="LMARGIN", new_y="NEXT")
    document = parse_document(bytes(paper.output()), "policy.pdf")
    check(document)
    assert [block.kind for block in document.blocks].count(BlockKind.HEADING) == 1
    assert sum(passage.text.count("Harbour Office Policy") for passage in split(document)) == 1


def test_fonts_that_are_not_bold_tell_headings_where_there_are_several() -> None:
    text = (TEXT, Type(10, "Serif"))
    lines = [line for at in range(3) for line in ((f"Lighthouse {at}", Type(10, "Italic")), text)]
    assert len(typed_headings([lines])) == 3
    assert typed_headings([lines[:4]]) == {}


def test_the_type_of_a_line_is_what_most_of_its_letters_are_in() -> None:
    runs = [Run("Oil ", Type(10, "Serif")), Run("and", Type(10, "bold")), Run("Wicks", Type(14, "bold"))]
    assert line_types("Oil and\nWicks\n\n", runs) == [Type(10, ""), Type(14, "bold"), None, None]
    assert line_types("Oil", runs) == [None]


_TYPES = st.none() | st.builds(Type, st.floats(0, 100), st.sampled_from(["", "bold", "Serif", "Sans"]))
_LINES = st.tuples(st.text("Aa 1.", max_size=40), _TYPES)


@given(st.lists(st.lists(_LINES, max_size=12), max_size=4))
def test_headings_are_lines_of_a_page_that_do_not_overlap(pages: list[list[tuple[str, Type | None]]]) -> None:
    seen: set[tuple[int, int]] = set()
    for (page, at), heading in typed_headings(pages).items():
        places = {(page, line) for line in range(at, at + heading.lines)}
        assert heading.lines > 0
        assert heading.level > 0
        assert at + heading.lines <= len(pages[page])
        assert not places & seen
        seen |= places
