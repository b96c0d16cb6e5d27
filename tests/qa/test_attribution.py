from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.attribution import attributed_to, names_body


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did Keeper find about lamps?", "Keeper"),
        ("What did Dr. Ann B. Keeper find about lamps?", "Keeper"),
        ("Why does Professor Ann Keeper-Wick think so?", "Keeper-Wick"),
        ("What did Keeper et al. report?", "Keeper"),
        ("What did Keeper and Wick conclude?", "Keeper"),
        ("What did Keeper and her colleagues conclude?", "Keeper"),
        ("According to Müller, who lit the lamps?", "Müller"),
        ("Who lit the lamps, according to O’Brien?", "O’Brien"),
        ("What is Keeper's theory of light?", "Keeper"),
        ("What does the WHO recommend?", "WHO"),
        ("What is the WHO's advice on salt?", "WHO"),
        ("Lamps according to NASA", "NASA"),
    ],
)
def test_who_is_said_to_have_said_it_is_told(question: str, name: str) -> None:
    assert attributed_to(question) == name


@pytest.mark.parametrize(
    "question",
    [
        "What did the authors find?",
        "What do the Polish authors conclude?",
        "According to the review, who lit the lamps?",
        "How many lamps are lit according to Table 2?",
        "According to Step 3, who lit the lamps?",
        "What does the American Heart Association recommend?",
        "What does MRI show of the brain?",
        "How does Python call a function?",
        "Does Oslo have lamps?",
        "Does " + "International " * 40 + "matter?",
        "Aa-" * 4000,
        "what did keeper find?",
        "Keeper says",
        "",
    ],
)
def test_nobody_is_asked_about_where_no_name_says_so(question: str) -> None:
    assert attributed_to(question) is None


@pytest.mark.parametrize(
    ("abbreviation", "text"),
    [
        ("WHO", "The WHO says so."),
        ("WHO", "At the World Health Organization it is said."),
        ("NIH", "the National Institutes of Health"),
        ("USDA", "The U.S. Department of Agriculture recommends lamps."),
        ("IOM", "the Institute of Medicine"),
        ("NASEM", "National Academies of Sciences, Engineering, and Medicine"),
    ],
)
def test_a_body_is_named_by_its_abbreviation_or_its_words(abbreviation: str, text: str) -> None:
    assert names_body(abbreviation, text)


@pytest.mark.parametrize("text", ["Who says so?", "The world's health.", "World Health", "", "WHOSE"])
def test_a_body_is_not_named_by_a_word_of_the_same_letters_nor_by_some_of_its_words(text: str) -> None:
    assert not names_body("WHO", text)


@given(st.text(max_size=80))
def test_whoever_is_asked_about_stands_in_the_question(question: str) -> None:
    name = attributed_to(question)
    assert name is None or name in question
