from __future__ import annotations

import math
import warnings

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from ingest.boxes import Place
from ingest.layout import set_apart
from ingest.model import BlockKind, Document
from ingest.read import parse_document
from ingest.reading import Reader
from tests.ingest.checks import check

PROSE = (
    "The keeper of the light at Bell Point slept by day and woke when the tide turned. He wrote in his log what passed "
    "in the night, the ships and the weather and how much oil the lamp had burnt, and sent it to the board in spring. "
)


def paper() -> FPDF:
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica", "", 10)
    return made


def read(made: FPDF) -> Document:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = parse_document(bytes(made.output()), "made.pdf")
    check(document)
    return document


def blocks(document: Document, kind: BlockKind) -> list[str]:
    reader = Reader(document.text, document.format)
    return [text for block in document.blocks if block.kind is kind and (text := reader.read(block.flow).text)]


def row(made: FPDF, *cells: str, widths: tuple[int, ...] = (40, 40, 40), align: str = "L") -> None:
    for cell, width in zip(cells, widths, strict=True):
        made.cell(width, 6, cell, align=align)
    made.ln()


@pytest.mark.parametrize("align", ["L", "R", "C"])
def test_cells_that_stand_in_columns_are_read_with_their_heads(align: str) -> None:
    made = paper()
    made.multi_cell(0, 5, PROSE * 2, new_x="LMARGIN", new_y="NEXT")
    made.ln(4)
    row(made, "Lamp", "Oil a night", "Wicks", align=align)
    row(made, "Bell Point", "12 litres", "4", align=align)
    row(made, "Gull Rock", "8 litres", "2", align=align)
    made.ln(4)
    made.multi_cell(0, 5, PROSE * 2, new_x="LMARGIN", new_y="NEXT")
    document = read(made)
    assert blocks(document, BlockKind.TABLE_ROW) == [
        "Lamp: Bell Point; Oil a night: 12 litres; Wicks: 4",
        "Lamp: Gull Rock; Oil a night: 8 litres; Wicks: 2",
    ]
    assert blocks(document, BlockKind.PARAGRAPH) == [(PROSE * 2).strip()] * 2


def test_cells_of_several_lines_are_whole() -> None:
    made = paper()
    made.multi_cell(0, 5, PROSE * 2, new_x="LMARGIN", new_y="NEXT")
    made.ln(4)
    with made.table(line_height=5) as table:
        for cells in (
            ("Lamp", "What it was built for", "Lit in"),
            ("Bell Point, the oldest lamp of the whole coast and the islands off it", "Fishing boats", "1803"),
            (
                "Gull Rock",
                "Ships bound for the harbour of the town that lies behind the cape, by day and by night",
                "1811",
            ),
            ("Cape Mary", "The mail", "1840"),
        ):
            line = table.row()
            for cell in cells:
                line.cell(cell)
    assert blocks(read(made), BlockKind.TABLE_ROW)[-3:] == [
        "Lamp: Bell Point, the oldest lamp of the whole coast and the islands off it; "
        "What it was built for: Fishing boats; Lit in: 1803",
        "Lamp: Gull Rock; What it was built for: Ships bound for the harbour of the town that lies behind the cape, "
        "by day and by night; Lit in: 1811",
        "Lamp: Cape Mary; What it was built for: The mail; Lit in: 1840",
    ]


def test_a_line_at_the_first_column_names_rows_of_one_table() -> None:
    made = paper()
    row(made, "Patients", "Oil", "Salt")
    row(made, "Sex", "", "", widths=(40, 0, 0))
    row(made, "Men", "11", "12")
    row(made, "Women", "13", "9")
    row(made, "Age", "", "", widths=(40, 0, 0))
    row(made, "Under 40", "6", "4")
    row(made, "Over 40", "18", "17")
    assert blocks(read(made), BlockKind.TABLE_ROW) == [
        "Patients: Sex",
        "Patients: Men; Oil: 11; Salt: 12",
        "Patients: Women; Oil: 13; Salt: 9",
        "Patients: Age",
        "Patients: Under 40; Oil: 6; Salt: 4",
        "Patients: Over 40; Oil: 18; Salt: 17",
    ]


def test_a_table_goes_on_over_the_page() -> None:
    made = paper()
    row(made, "Light", "Meaning", "What to do")
    for light in ("Green", "Blue", "White"):
        row(made, f"{light}, steady", f"{light} meaning", "Nothing")
    made.add_page()
    for light in ("Orange", "Red"):
        row(made, f"{light}, steady", f"{light} meaning", "Call")
    assert blocks(read(made), BlockKind.TABLE_ROW)[-2:] == [
        "Light: Orange, steady; Meaning: Orange meaning; What to do: Call",
        "Light: Red, steady; Meaning: Red meaning; What to do: Call",
    ]


def test_heads_that_every_page_repeats_name_the_columns_of_each() -> None:
    made = paper()
    for page in range(4):
        if page:
            made.add_page()
        row(made, "Light", "Meaning", "What to do")
        for at in range(3):
            row(made, f"Light {page}{at}", f"Meaning {page}{at}", "Nothing at all")
    rows = blocks(read(made), BlockKind.TABLE_ROW)
    assert len(rows) == 12
    assert rows[-1] == "Light: Light 32; Meaning: Meaning 32; What to do: Nothing at all"


def test_text_between_parts_tables_on_two_pages() -> None:
    made = paper()
    row(made, "Name", "Fee", "Paid in")
    row(made, "Anna", "12 pounds", "May")
    row(made, "Bert", "14 pounds", "June")
    made.cell(0, 10, "That was the list of all members.")
    made.add_page()
    row(made, "Lamp", "broken", "cellar")
    row(made, "Chair", "whole", "hall")
    row(made, "Table", "lost", "attic")
    assert not any("Fee" in found for found in blocks(read(made), BlockKind.TABLE_ROW)[2:])


def test_a_heading_parts_tables_and_rows_that_are_alike_are_kept() -> None:
    made = paper()
    for room in ("Kitchen", "Bathroom"):
        made.set_font("Helvetica", "B", 14)
        made.cell(0, 8, room)
        made.ln()
        made.set_font("Helvetica", "", 10)
        row(made, "Tap", "broken", widths=(40, 40))
        row(made, "Lamp", "works", widths=(40, 40))
    document = read(made)
    assert blocks(document, BlockKind.TABLE_ROW) == ["Tap broken", "Lamp works"] * 2
    assert blocks(document, BlockKind.HEADING) == ["Kitchen", "Bathroom"]


def test_cells_centred_on_those_of_widely_set_lines_are_whole() -> None:
    made = paper()
    with made.table() as table:
        for cells in (
            ("Name", "Remarks", "Price"),
            ("Lamp", "A lamp for the desk with an arm that can be turned in all directions and a switch", "12.50"),
            ("Chair", "Made of oak", "90.00"),
        ):
            line = table.row()
            for cell in cells:
                line.cell(cell)
    assert blocks(read(made), BlockKind.TABLE_ROW) == [
        "Name: Lamp; Remarks: A lamp for the desk with an arm that can be turned in all directions and a switch; "
        "Price: 12.50",
        "Name: Chair; Remarks: Made of oak; Price: 90.00",
    ]


def test_labels_beside_their_values_are_no_heads() -> None:
    made = paper()
    row(made, "First name:", "Anna", "Last name:", "Berg", widths=(40, 40, 40, 40))
    row(made, "Born:", "3 May 1980", "Department:", "Sales", widths=(40, 40, 40, 40))
    assert blocks(read(made), BlockKind.TABLE_ROW) == [
        "First name: Anna Last name: Berg",
        "Born: 3 May 1980 Department: Sales",
    ]


def test_a_line_that_is_read_from_right_to_left_is_left_alone() -> None:
    text = "house שלום\ndog כלב\n"
    places = [
        Place(0, 20.0, 50.0, 100.0, 10.0, bold=False),
        Place(6, 120.0, 150.0, 100.0, 10.0, bold=False),
        Place(11, 20.0, 50.0, 80.0, 10.0, bold=False),
        Place(15, 120.0, 150.0, 80.0, 10.0, bold=False),
    ]
    assert "\t" not in set_apart(text, places).text


def test_bold_heads_name_two_columns_of_words_and_bold_labels_none() -> None:
    made = paper()
    made.set_font("Helvetica", "B", 10)
    row(made, "Keeper", "Lamp", widths=(40, 40))
    made.set_font("Helvetica", "", 10)
    row(made, "Wick", "Bell Point", widths=(40, 40))
    row(made, "Lens", "Gull Rock", widths=(40, 40))
    made.ln(30)
    for label, value in (("Name of the keeper:", "Al"), ("Lamp:", "Bell Point"), ("Oil:", "Whale")):
        made.set_font("Helvetica", "B", 10)
        made.cell(60, 6, label)
        made.set_font("Helvetica", "", 10)
        made.cell(40, 6, value)
        made.ln()
    assert blocks(read(made), BlockKind.TABLE_ROW) == [
        "Keeper: Wick; Lamp: Bell Point",
        "Keeper: Lens; Lamp: Gull Rock",
        "Name of the keeper: Al",
        "Lamp: Bell Point",
        "Oil: Whale",
    ]


def test_a_broken_line_goes_on_in_lower_case_where_few_lines_are_broken() -> None:
    made = paper()
    for text in ("Your first week", "Badge and laptop from the keeper's\ndesk in room 1.12", "Tour of the lamp house"):
        made.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
        made.ln(6)
    assert "Badge and laptop from the keeper's desk in room 1.12" in blocks(read(made), BlockKind.PARAGRAPH)


def test_paragraphs_that_stand_further_in_are_a_list() -> None:
    made = paper()
    made.multi_cell(0, 5, PROSE * 2 + "Bring:", new_x="LMARGIN", new_y="NEXT")
    made.ln(3)
    for text in ("the keys of the lamp house", "oil for three nights, in cans", "a coat"):
        made.set_x(25)
        made.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
    made.multi_cell(0, 5, PROSE * 2, new_x="LMARGIN", new_y="NEXT")
    document = read(made)
    assert blocks(document, BlockKind.LIST_ITEM) == [
        "the keys of the lamp house",
        "oil for three nights, in cans",
        "a coat",
    ]


def test_paragraphs_whose_first_line_stands_in_are_whole_and_no_list() -> None:
    made = paper()
    words = PROSE.strip()
    for _ in range(4):
        made.set_x(17)
        made.cell(0, 5, words[:100], new_x="LMARGIN", new_y="NEXT")
        made.multi_cell(0, 5, words[100:], new_x="LMARGIN", new_y="NEXT")
    document = read(made)
    assert not blocks(document, BlockKind.LIST_ITEM)
    assert len(blocks(document, BlockKind.PARAGRAPH)) == 4


def test_marked_and_counted_lines_are_no_tables() -> None:
    made = paper()
    made.multi_cell(0, 5, PROSE * 2, new_x="LMARGIN", new_y="NEXT")
    for marker, text in (("1.", "Trim the wick"), ("2.", "Fill in oil"), ("3.", "Light the lamp")):
        row(made, marker, text, widths=(12, 60))
    for count, text in ((1, "Wick, B. (1901). Oil lamps."), (2, "Lens, A. (1903). Glass.")):
        row(made, str(count), text, widths=(12, 60))
    assert not blocks(read(made), BlockKind.TABLE_ROW)


def test_columns_of_text_line_by_line_are_no_table() -> None:
    made = paper()
    words = (PROSE * 6).split()
    lines = [" ".join(words[at : at + 7]) for at in range(0, len(words) - 7, 7)]
    for left, right in zip(lines[::2], lines[1::2], strict=False):
        row(made, left, right, widths=(95, 95))
    assert not blocks(read(made), BlockKind.TABLE_ROW)


def test_wide_gaps_part_paragraphs_that_no_stop_ends() -> None:
    made = paper()
    for text in (PROSE, "Keepers who were on duty in the winter of the great storm, and what became of them", PROSE):
        made.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
        made.ln(4)
    assert blocks(read(made), BlockKind.PARAGRAPH)[1].endswith("became of them")


def test_a_line_that_ends_where_more_would_fit_ends_a_paragraph() -> None:
    made = paper()
    made.multi_cell(0, 5, PROSE * 3, new_x="LMARGIN", new_y="NEXT")
    made.multi_cell(0, 5, "Bell Point Lighthouse Museum\nHarbour Road 4, open in May\nTickets at the door for 3 pounds")
    found = blocks(read(made), BlockKind.PARAGRAPH)
    assert found[0] == (PROSE * 3).strip()
    assert "Tickets at the door for 3 pounds" in found


def test_counted_lines_stay_as_they_are() -> None:
    made = paper()
    for page in range(2):
        if page:
            made.add_page()
        words = (PROSE * 8).split()
        for number in range(24):
            row(made, str(page * 24 + number + 1), " ".join(words[number * 11 : number * 11 + 11]), widths=(15, 150))
    document = read(made)
    assert not blocks(document, BlockKind.TABLE_ROW)
    assert "12 " not in document.text


NUMBERS = st.one_of(st.floats(-1000, 1000), st.just(math.nan), st.sampled_from([0.0, 10.0, 12.0, 72.0, 200.0]))
SIZES = st.sampled_from([8.0, 10.0, 14.0, math.nan])


@given(st.data())
def test_nothing_but_white_space_changes(data: st.DataObject) -> None:
    pieces = data.draw(
        st.lists(st.tuples(st.text("ab1. -•", max_size=8), st.sampled_from(["", " ", "\n"])), max_size=30)
    )
    text = "".join(piece + end for piece, end in pieces)
    starts = [0]
    for piece, end in pieces:
        starts.append(starts[-1] + len(piece) + len(end))
    places = [
        Place(
            start,
            data.draw(NUMBERS),
            data.draw(NUMBERS),
            data.draw(NUMBERS),
            data.draw(SIZES),
            data.draw(st.booleans()),
        )
        for start in starts[:-1]
        if data.draw(st.booleans())
    ]
    laid = set_apart(text, places)
    assert "".join(laid.text.split()) == "".join(text.split())
    assert all(0 <= line < len(laid.text.split("\n")) or line == len(laid.text.split("\n")) for line in laid.begins)


def test_lines_of_a_figure_that_climb_take_no_longer_than_they_are() -> None:
    places = [Place(2 * at, 20.0 * at, 20.0 * at + 8, 20.0 * at, 10.0, bold=False) for at in range(20_000)]
    assert set_apart("a\n" * 20_000, places).text.count("\n") == 19_999
