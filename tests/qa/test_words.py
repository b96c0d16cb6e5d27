from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.words import content_words, names


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What did Sartori find in mice?", ("Sartori",)),
        ("Does it help against Alzheimer's? My mother asks.", ("Alzheimer",)),
        ("Does it help with ADHD, DNA and SLC41A1?", ()),
        ("Owls at night", ()),
        ("IS IT TRUE OF OWLS", ()),
        ("How Owls Hunt At Night", ()),
        ("when did owls come to japan", ()),
    ],
)
def test_names_have_capital_letters_where_words_have_none(question: str, found: tuple[str, ...]) -> None:
    assert names(question) == found


@given(st.text())
def test_names_are_content_words(text: str) -> None:
    assert set(names(text)) <= set(content_words(text))
