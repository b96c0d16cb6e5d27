from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.figures import Figure, asks_for_figure, differ, figures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bones hold 50–65% of it [4,54].", [Figure(50, 65, "%")]),
        ("About 1,800 mg (Boyle et al., 2017) in 12 weeks", [Figure(1800, 1800, "mg"), Figure(12, 12, "weeks")]),
        ("between 0.7 and 1.0 mmol/L", [Figure(0.7, 1.0, "mmol/L".lower())]),
        ("more than 300 enzymes and 600 enzymatic reactions", [Figure(300, 300, "enzym"), Figure(600, 600, "enzym")]),
        ("In 1995 nobody knew [12].", []),
    ],
)
def test_figures_are_read_with_what_they_count(text: str, found: list[Figure]) -> None:
    assert [(f.low, f.high, f.unit[:5]) for f in figures(text)] == [(f.low, f.high, f.unit[:5]) for f in found]


def test_figures_that_have_nothing_in_common_differ() -> None:
    assert differ(["Bones hold 50% of it.", "Bones hold 60% of it."])
    assert differ(["over 300 enzymes", "It takes part in 600 enzymatic reactions."])
    assert not differ(["Bones hold 50–65%.", "Bones hold 60% of it."])
    assert not differ(["It takes 50 mg.", "It takes 3 weeks."])
    assert not differ(["It takes 50 mg."])


@pytest.mark.parametrize(
    ("question", "asks"),
    [("How much boron do tomatoes need?", True), ("What share of adults lack it?", True), ("Why is it red?", False)],
)
def test_questions_for_a_figure_are_told_apart(question: str, asks: bool) -> None:
    assert asks_for_figure(question) is asks


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert not differ([text, text])
