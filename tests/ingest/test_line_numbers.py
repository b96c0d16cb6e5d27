from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.line_numbers import without_line_numbers

WORDS = [f"the keeper of lamp {name} went up the stairs and lit it" for name in "abcdefghijklmnopqrstuvwxy"]


def test_counted_lines_lose_their_counts_and_nothing_else() -> None:
    behind = ["\n".join(f"{line} {25 * page + n}" for n, line in enumerate(WORDS, 1)) for page in range(3)]
    before = ["\n".join(f"{25 * page + n} {line}" for n, line in enumerate(WORDS, 1)) for page in range(3)]
    for pages in (behind, before):
        assert [" ".join(page.split()) for page in without_line_numbers([*pages, "Figure 4\nin 2019"])] == [
            *[" ".join(WORDS)] * 3,
            "Figure 4 in 2019",
        ]


def test_a_line_that_is_not_counted_does_not_end_the_counting() -> None:
    pages = ["\n".join([*(f"{line} {n}" for n, line in enumerate(WORDS, 1)), "A Journal", "and more 26"])] * 2
    assert without_line_numbers(pages)[0].split("\n")[-2:] == ["A Journal", "and more "]


def test_members_of_a_list_keep_their_numbers() -> None:
    pages = ["\n".join(f"{n} {line.capitalize()}" for n, line in enumerate(WORDS, 1))] * 3
    assert without_line_numbers(pages) == pages


def test_rows_and_contents_keep_their_numbers() -> None:
    rows = ["\n".join(f"{n} patient {'male' if n % 2 else 'female'}" for n in range(1, 13))] * 3
    assert without_line_numbers(rows) == rows
    contents = ["\n".join(f"bread and butter {n}" for n in range(1, 13))] * 3
    assert without_line_numbers(contents) == contents


def test_other_numbers_in_a_counted_manuscript_stay() -> None:
    counted = ["\n".join(f"{line} {25 * page + n}" for n, line in enumerate(WORDS, 1)) for page in range(2)]
    days = "Results of day 1\nResults of day 2\nResults of day 3"
    assert without_line_numbers([*counted, days])[2] == days


@given(st.lists(st.text(alphabet="ab1 23\n", max_size=80), max_size=4))
def test_nothing_but_digits_is_taken_away(pages: list[str]) -> None:
    found = without_line_numbers(pages)
    assert [page.count("\n") for page in found] == [page.count("\n") for page in pages]
    for page, was in zip(found, pages, strict=True):
        assert "".join(page.split()).translate({ord(c): "" for c in "123"}) == "".join(was.split()).translate(
            {ord(c): "" for c in "123"}
        )
