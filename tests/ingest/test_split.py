from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.read import parse_document
from ingest.reading import letters, source_letters
from ingest.split import LONGEST, TARGET, split


def words(text: str) -> int:
    return len(text.split())


def test_passages_are_near_the_target_and_end_with_sentences() -> None:
    text = "# Lamps\n\n" + " ".join(f"This is sentence number {n} of a long paragraph about lamps." for n in range(100))
    passages = split(parse_document(text.encode(), "a.md"))
    assert all(0.5 * TARGET < len(passage.text) <= LONGEST for passage in passages)
    assert all(passage.text.endswith("lamps.") for passage in passages)
    assert passages[0].text.startswith("Lamps\nThis is sentence number 0")
    assert all(passage.heading_path == ("Lamps",) for passage in passages)


def test_sections_do_not_share_a_passage() -> None:
    passages = split(parse_document(b"# One\n\nFirst.\n\n# Two\n\nSecond.\n", "a.md"))
    assert [passage.text for passage in passages] == ["One\nFirst.", "Two\nSecond."]


def test_a_heading_without_content_is_still_in_a_passage() -> None:
    assert split(parse_document(b"# One\n\nFirst.\n\n# Last\n", "a.md"))[-1].text == "Last"


def test_an_unchanged_document_keeps_its_passages_ids() -> None:
    text = b"# One\n\nFirst. Second.\n"
    first, second = (split(parse_document(text, name)) for name in ("a.md", "b.md"))
    assert [passage.id for passage in first] == [passage.id for passage in second]
    assert len({passage.id for passage in first}) == len(first)


WIDE = (
    "| Area | Junior rower | Senior rower | Coxswain |\n|---|---|---|---|\n"
    f"| Boats | {'Carries the oars down to the slip. ' * 7}| {'Launches the boat by herself. ' * 7}"
    f"| {'Steers in strong wind and rain. ' * 7}|\n"
    "| Fees | 20 | 30 | 10 |\n"
)


@pytest.mark.parametrize("written_as_html", [False, True])
def test_a_row_too_long_to_quote_is_parted_at_its_cells_and_each_part_says_whose_row_it_is(
    written_as_html: bool,
) -> None:
    source, name = (as_html(WIDE), "a.html") if written_as_html else (WIDE, "a.md")
    document = parse_document(source.encode(), name)
    passages = split(document)
    assert [passage.text.split(".")[0] for passage in passages] == [
        "Area: Boats; Junior rower: Carries the oars down to the slip",
        "Area: Boats; Senior rower: Launches the boat by herself",
        "Area: Boats; Coxswain: Steers in strong wind and rain",
        "Area: Fees; Junior rower: 20; Senior rower: 30; Coxswain: 10",
    ]
    assert len({passage.id for passage in passages}) == 4
    for passage in passages:
        assert letters(passage.text) == source_letters(document.text, passage.spans, document.format)


def as_html(table: str) -> str:
    rows = [line.strip("|").split("|") for line in table.splitlines() if "---" not in line]
    head, *body = [
        "".join(f"<{tag}>{cell.strip()}</{tag}>" for cell in row)
        for row, tag in zip(rows, ["th", "td", "td"], strict=True)
    ]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in [head, *body]) + "</table>"


def test_a_list_is_not_cut_where_a_paragraph_can_be() -> None:
    before = "The club was founded by four brothers who had built their own boat from planks of a barn. " * 5
    members = [f"- the member number {n} must row on the lake twice a week" for n in range(8)]
    after = "The lake freezes over in the third week of January and is closed to everyone until the thaw. " * 5
    text = f"{before}\n\nThese are the duties:\n\n" + "\n".join(members) + f"\n\n{after}\n"
    duties = next(passage.text for passage in split(parse_document(text.encode(), "a.md")) if "duties" in passage.text)
    assert all(f"number {n} " in duties for n in range(8))


def test_a_first_cell_that_fills_a_passage_is_one_passage() -> None:
    words_97 = "word " * 97
    table = (
        f"| Area | One | Two | Three |\n|---|---|---|---|\n| Boats on the lake. |{words_97}|{words_97}|{words_97}|\n"
    )
    passages = split(parse_document(table.encode(), "a.md"), length=words, room=lambda path, kinds: 100)
    assert len({passage.id for passage in passages}) == len(passages)


def test_a_list_is_cut_between_its_members() -> None:
    members = [f"- Member {n} rows on the lake. He also sweeps the house and rinses the oars." for n in range(40)]
    passages = split(parse_document("\n".join(members).encode(), "a.md"))
    assert len(passages) > 2
    assert all(passage.text.startswith("Member ") for passage in passages)


@given(
    st.lists(st.sampled_from(["one", "two", "three.", "Four", "five!", "\n\n", "\n\n## Head\n\n"]), max_size=80),
    st.integers(min_value=1, max_value=30),
)
def test_no_passage_is_longer_than_there_is_room(parts: list[str], room: int) -> None:
    document = parse_document(("# Start\n\nOnce. " + " ".join(parts)).encode(), "a.md")
    passages = split(document, length=words, room=lambda path, kinds: room)
    assert all(words(passage.text) <= room or len(passage.sentences) == 1 for passage in passages)
    assert all(words(passage.text[s.start : s.end]) <= room for passage in passages for s in passage.sentences)
