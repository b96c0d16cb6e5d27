"""Blocks of plain text and Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IngestError
from ingest.model import BlockKind, Document
from ingest.read import parse_document
from ingest.reading import Reader
from tests.ingest.checks import check

WRAPPED = """THE LIGHTHOUSE

The keeper climbed the stairs every evening at dusk and lit the lamp that
warned ships away from the rocks below. He had done so for thirty years
without missing a night.

The Lamp

The lamp burned oil pressed from seeds. It was cleaned each morning with
a soft cloth and a little vinegar, which kept the glass from going dull,
and the wick was trimmed.
"""


def blocks(text: str, name: str = "a.txt") -> list[tuple[BlockKind, str]]:
    document = parse_document(text.encode("utf-8"), name)
    check(document)
    reader = Reader(document.text, document.format)
    return [
        (block.kind, reader.read(block.flow).text) for block in document.blocks if block.kind is not BlockKind.FURNITURE
    ]


def kinds(text: str, name: str = "a.txt") -> list[BlockKind]:
    return [kind for kind, _ in blocks(text, name)]


def test_wrapped_lines_are_one_paragraph_and_headings_are_found() -> None:
    found = blocks(WRAPPED)
    assert [kind for kind, _ in found] == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
    ]
    assert found[1][1].startswith("The keeper climbed the stairs every evening at dusk and lit the lamp that warned")
    assert found[2][1] == "The Lamp"


def test_notes_that_end_with_a_reference_are_not_wrapped_lines() -> None:
    notes = [
        "owls fly without a sound at night. [3]",
        "bees dance to tell of flowers. [12]",
        "ferns like shade. [7]",
    ]
    assert [text for _, text in blocks("\n".join(notes * 3))] == notes * 3


def test_windows_line_ends_read_the_same() -> None:
    assert blocks(WRAPPED.replace("\n", "\r\n")) == blocks(WRAPPED)


def test_a_paragraph_torn_by_a_blank_line_is_one_block() -> None:
    torn = WRAPPED.replace("warned ships", "\nwarned ships")
    assert blocks(torn) == blocks(WRAPPED)


def test_a_paragraph_torn_by_a_caption_is_one_block_of_two_spans() -> None:
    text = (
        "The first long paragraph of this text stops in the middle of its only sentence and then goes on with\n\n"
        "Figure 1: A drawing of a lamp\n\n"
        "what was left to say, which is not much but ends with a full stop.\n"
    )
    document = parse_document(text.encode(), "a.txt")
    (paragraph,) = [block for block in document.blocks if block.kind is BlockKind.PARAGRAPH]
    assert len(paragraph.spans) == 2
    assert "goes on with what was left" in Reader(text, document.format).read(paragraph.flow).text


def test_lines_of_their_own_are_paragraphs_and_short_ones_headings() -> None:
    text = (
        "Choosing a lamp\n"
        "A lamp should be bright enough to be seen from the sea on a dark night, whatever the weather may be like.\n"
        "- Oil lamps are cheap.\n"
        "- Gas lamps are bright.\n"
        "Getting Started: Oil vs. Gas\n"
        "Whoever starts should take oil, since it keeps well and needs no pipes, no pressure and no great skill.\n"
    )
    assert kinds(text) == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.LIST_ITEM,
        BlockKind.LIST_ITEM,
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
    ]


def test_numbered_sections_nest() -> None:
    text = (
        "1. METHODS\n\nWe lit the lamp on every evening of the year and wrote down how far it could be seen.\n\n"
        "1.1 The lamp\n\nIt was a lamp of the usual kind, with a wick of cotton and a mirror of silvered glass.\n"
    )
    document = parse_document(text.encode(), "a.txt")
    assert document.blocks[-1].heading_path == ("1. METHODS", "1.1 The lamp")


def test_numbered_lines_in_a_row_are_a_list() -> None:
    assert kinds("Steps to take\n\n1. Fill the lamp\n2. Trim the wick\n3. Light it\n") == [
        BlockKind.HEADING,
        *[BlockKind.LIST_ITEM] * 3,
    ]


def test_markdown() -> None:
    text = (
        "# Lamps\n\nLamps give\nlight.\n\nOil\n---\n\n> Oil is *old*.\n> It smells.\n\n```\nlamp --on\n```\n\n"
        "* one\n  more\n* two\n\n| Lamp | Cost |\n|---|---:|\n| Oil | 5 |\n| Gas | 9 |\n"
    )
    assert blocks(text, "a.md") == [
        (BlockKind.HEADING, "Lamps"),
        (BlockKind.PARAGRAPH, "Lamps give light."),
        (BlockKind.HEADING, "Oil"),
        (BlockKind.PARAGRAPH, "Oil is old. It smells."),
        (BlockKind.PARAGRAPH, "lamp --on"),
        (BlockKind.LIST_ITEM, "one more"),
        (BlockKind.LIST_ITEM, "two"),
        (BlockKind.TABLE_ROW, ""),
        (BlockKind.TABLE_ROW, "Lamp: Oil; Cost: 5"),
        (BlockKind.TABLE_ROW, "Lamp: Gas; Cost: 9"),
    ]


def test_a_tab_table_with_heads_is_read_with_them_and_its_caption() -> None:
    text = "Table 2: Lamps in use\n\nLamp\tFuel\tCost\nStar\tOil\t5\nMoon\tGas\t9\n"
    document = parse_document(text.encode(), "a.txt")
    rows = [block for block in document.blocks if block.kind is BlockKind.TABLE_ROW and block.flow]
    reader = Reader(text, document.format)
    assert reader.read(rows[1].flow).text == "Lamp: Moon; Fuel: Gas; Cost: 9"
    assert rows[1].heading_path == ("Table 2: Lamps in use",)


def test_rows_of_a_group_stay_apart_and_repeated_heads_are_read_once() -> None:
    text = "| Group | Dose |\n|---|---|\n| Mice | 10 mg |\n| | 20 mg |\n| Group | Dose |\n| Rats | 5 mg |\n"
    assert [part for _, part in blocks(text, "a.md") if part] == [
        "Group: Mice; Dose: 10 mg",
        "Dose: 20 mg",
        "Group: Rats; Dose: 5 mg",
    ]


def test_years_and_numbered_words_name_columns_unless_those_below_are_alike() -> None:
    assert blocks("Item\t2024\t2025\nOil\t5\t6\nGas\t7\t8\n")[1:] == [
        (BlockKind.TABLE_ROW, "Item: Oil; 2024: 5; 2025: 6"),
        (BlockKind.TABLE_ROW, "Item: Gas; 2024: 7; 2025: 8"),
    ]
    assert blocks("Ticket\tChildren under 12\tAdults\nDay\t5\t6\n")[1:] == [
        (BlockKind.TABLE_ROW, "Ticket: Day; Children under 12: 5; Adults: 6"),
    ]
    assert blocks("Ann\t2001\tOslo\nBob\t2002\tRome\n")[0] == (BlockKind.TABLE_ROW, "Ann 2001 Oslo")
    assert blocks("Monarch\t1952\t2022\nBirth\tunknown\tunknown\n")[0] == (BlockKind.TABLE_ROW, "Monarch 1952 2022")
    assert blocks("Room 12\tYoga\tMonday\nRoom 14\tChess\tFriday\n")[0] == (BlockKind.TABLE_ROW, "Room 12 Yoga Monday")


def test_a_tab_table_of_pairs_has_no_heads() -> None:
    assert blocks("Ann\tann@example.org\nBob\tbob@example.org\n") == [
        (BlockKind.TABLE_ROW, "Ann ann@example.org"),
        (BlockKind.TABLE_ROW, "Bob bob@example.org"),
    ]


@pytest.mark.parametrize(
    ("front", "name"),
    [
        ('{\n  "title": "Lamps, old and new",\n  "year": 1999\n}\n', "a.txt"),
        ('---\ntitle: "Lamps, old and new"\ndate: 1999-05-01\n---\n', "a.md"),
        ("+++\ntitle = 'Lamps, old and new'\nyear = 1999\n+++\n", "a.txt"),
    ],
)
def test_front_matter_of_three_kinds(front: str, name: str) -> None:
    document: Document = parse_document(f"{front}\nLamps give light.\n".encode(), name)
    check(document)
    assert document.source.title == "Lamps, old and new"
    assert document.source.year == 1999
    assert [block.kind for block in document.blocks if block.kind is not BlockKind.FURNITURE] == [
        BlockKind.FRONT_MATTER,
        BlockKind.FRONT_MATTER,
        BlockKind.PARAGRAPH,
    ]


@pytest.mark.parametrize(
    ("text", "name", "texts"),
    [
        ("Back to the Future was a hit in 1985.\n", "a.txt", ["Back to the Future was a hit in 1985."]),
        ("Ten.\n\nMenu\n\n- Soup of the day\n- Steak\n", "a.txt", ["Ten.", "Soup of the day", "Steak"]),
        ("{{% note %}} Never mix bleach and ammonia. {{% /note %}}\n", "a.md", ["Never mix bleach and ammonia."]),
        ("Use `__init__`, A -> B, <https://a.b>.\n", "a.md", ["Use __init__, A -> B, https://a.b."]),
        ("# Intro to C#\n\n## Two ##\n", "a.md", ["Intro to C#", "Two"]),
        ("1. Mix the flour. Add water.\n2. Bake it.\n", "a.txt", ["1. Mix the flour. Add water.", "2. Bake it."]),
        ("- item two\n---\n", "a.md", ["item two"]),
        ("a | b\n--|--\n1 | 2\n", "a.md", ["a: 1; b: 2"]),
        ("Either a | or b.\n", "a.md", ["Either a | or b."]),
        ("[![b](u.png)](http://u.x) hello\n", "a.md", ["hello"]),
    ],
)
def test_content_is_not_lost_to_looks(text: str, name: str, texts: list[str]) -> None:
    assert [part for _, part in blocks(text, name) if part] == texts


def test_front_matter_that_does_not_parse_is_read_as_text() -> None:
    assert "Lamps" in " ".join(text for _, text in blocks("---\ntitle: [unclosed\n---\n\nLamps give light.\n"))


lines = st.lists(
    st.sampled_from(
        [
            "",
            " ",
            "A short line",
            "a line in lower case that goes on",
            "A sentence of some length, which ends here.",
            "# Heading",
            "Title\n===",
            "- item",
            "1. first",
            "1.2 Part",
            "a\tb\tc",
            "\t\tmore",
            "| a | b |",
            "|---|---|",
            "```",
            "> quoted",
            "---",
            "Table 1: A table",
            "Figure 2. A figure",
            "Keywords: one, two",
            "Next",
            "**Bold**",
            "<img src='x'>",
            "REFERENCES",
            "Abstract",
            "10.1234/abc",
            "word-",
            "\f",
            "\ufeff",
        ]
    ),
    max_size=20,
)


@given(lines, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["a.txt", "a.md"]))
def test_whatever_the_lines_nothing_is_lost(parts: list[str], newline: str, name: str) -> None:
    try:
        document = parse_document(newline.join(parts).encode("utf-8"), name)
    except IngestError:
        return
    check(document)


@given(st.text(max_size=400), st.sampled_from(["a.txt", "a.md", "a.html"]))
def test_whatever_the_characters_nothing_is_lost(text: str, name: str) -> None:
    try:
        document = parse_document(text.encode("utf-8"), name)
    except IngestError:
        return
    check(document)


def test_code_reads_as_it_stands_line_by_line() -> None:
    text = '# Tool\n\n```toml\npatterns = ["*.tmp", "*.bak"]\n\n__all__ = "<b>bold</b>"\n```\n\nDone **at once**.\n'
    assert blocks(text, "a.md") == [
        (BlockKind.HEADING, "Tool"),
        (BlockKind.LIST_ITEM, 'patterns = ["*.tmp", "*.bak"]'),
        (BlockKind.LIST_ITEM, '__all__ = "<b>bold</b>"'),
        (BlockKind.PARAGRAPH, "Done at once."),
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Fig. 1 | Growth of owls in cold barns", BlockKind.CAPTION),
        ("Fig. 1 Growth of owls in cold barns", BlockKind.CAPTION),
        ("Figure 4—figure supplement 2. Growth of owls", BlockKind.CAPTION),
        ("Figure 4—figure supplement 1A). We found owls.", BlockKind.PARAGRAPH),
        ("Fig. 1 shows how owls grow in cold barns.", BlockKind.PARAGRAPH),
        ("Owls | mice are in it.", BlockKind.PARAGRAPH),
    ],
)
def test_captions_with_and_without_a_stop_behind_their_number(line: str, kind: BlockKind) -> None:
    assert kinds(line) == [kind]


def test_a_section_is_named_below_a_line_that_ends_in_mid_sentence() -> None:
    text = WRAPPED.replace("and the wick was trimmed.", "and the wick was trimmed\nReferences and Notes\n") + (
        "1. A. Keeper, On lamps and their oil, Journal of Lamps 7, 12 (2019).\n"
    )
    assert (BlockKind.HEADING, "References and Notes") in blocks(text)
    assert kinds(text)[-1] is BlockKind.REFERENCE
    wrapped = WRAPPED.replace("and the wick was trimmed.", "and these are the\nResults\nof trimming it.")
    assert kinds(wrapped).count(BlockKind.HEADING) == kinds(WRAPPED).count(BlockKind.HEADING)


def test_lines_that_touch_and_are_numbered_alike_are_no_headings() -> None:
    institutes = "1 Department of Zoology, Hoot\n2 Department of Lamps, Fort\n\n"
    assert BlockKind.HEADING not in kinds(institutes + WRAPPED.partition("\n\n")[2].partition("\n\n")[0])
    below = "2 Methods\n2.1 Lamps of the keeper\n\n" + WRAPPED.partition("\n\n")[2].partition("\n\n")[0]
    assert kinds(below)[:2] == [BlockKind.HEADING, BlockKind.HEADING]


def test_labels_and_hard_breaks_part_lines_of_markdown() -> None:
    text = "# Soup\n\n**Serves:** 4\n**Freezes:** no\n\nHot Lane 2  \nFort Hoot\\\nHills\nand dales\n"
    assert [read for _, read in blocks(text, "a.md")] == [
        "Soup",
        "Serves: 4",
        "Freezes: no",
        "Hot Lane 2",
        "Fort Hoot\\",
        "Hills and dales",
    ]


def test_a_bracket_alone_goes_with_the_line_before_and_controls_are_not_read() -> None:
    assert blocks("```\nif (x) {\ny = 1;\n}\n\x1b[31mred\u202eabc\n```\n", "a.md") == [
        (BlockKind.LIST_ITEM, "if (x) {"),
        (BlockKind.LIST_ITEM, "y = 1; }"),
        (BlockKind.LIST_ITEM, "[31mredabc"),
    ]


def test_prose_that_begins_as_a_section_is_named_goes_on() -> None:
    text = (
        "The trial was planned in the spring and approved in the year of 2012 by the\n"
        "Institutional Review Board of the University of\n"
        "California and it was funded by the state. All of the patients slept better\n"
        "after a week of it, and they said so when they were asked about that at the\n"
        "end of the year in which they had been treated.\n"
    )
    assert kinds(text) == [BlockKind.PARAGRAPH]
    hard = "Owls hunt more than  \nmice at night.  \nThey sleep by day.\n"
    assert [read for _, read in blocks(hard, "a.md")] == ["Owls hunt more than mice at night.", "They sleep by day."]
