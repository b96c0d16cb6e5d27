from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.expected import expected
from ingest.model import BlockKind


@pytest.mark.parametrize(
    ("question", "states", "states_not"),
    [
        ("What percentage of owls hunt by day?", "About 12% do.", "Some owls hunt by day [12]."),
        ("what share of the eggs hatches", "One third of them hatch.", "Many of the eggs hatch."),
        (
            "How many milligrams of zinc should I take?",
            "Adults take 11 mg a day.",
            "Zinc is taken with food since 1990.",
        ),
        ("usual starting dose of aspirin", "It is begun with 75-mg tablets.", "The dose depends on the illness."),
        ("How long do owls live?", "They live for up to twenty years.", "They live in hollow trees."),
        ("At what age do owlets fly?", "Owlets fly when six weeks old.", "Owlets fly before they can hunt."),
        ("In what year was the barn built?", "It was built in 1887.", "It was built by hand."),
        ("On which day was it accepted?", "Accepted: 16 December 2025", "It was accepted at once."),
        ("How many barns were searched?", "We searched fourteen barns.", "Barns were searched (Hill et al., 2017)."),
        ("doi of the owl review", "(doi: 10.1000/jowls.2012)", "The review is about owls."),
        ("doi of the owl review", "https://doi.org/10.5555/owl.7", "The review is about owls."),
        ("Who wrote the owl review?", "Ada Strix¹, Bo Tyto2", "The review is about owls and mice."),
        ("Who wrote the owl review?", "Ada Strix 1†, Bo Tyto2,3", "The review is from Fort Hoot 12345."),
        ("Who are the authors of it?", "Strix A, Tyto BC. Owls. J Owls 2020;3:4.", "The authors looked at owls."),
        ("In which journal did Strix publish?", "Strix A. Owls. J Owls 2020;3(1):4-9.", "Strix published on owls."),
        ("When was the owl review published?", "Published: 24 December 2025", "The review is about owls."),
        ("In which year was the owl review published?", "Published: 24 December 2025", "The review is about owls."),
        (
            "How often has the owl review been cited?",
            "Cited 122 times as of March 2024",
            "Cited by owls in March 2024.",
        ),
        ("How many citations does it have?", "It has 12 citations.", "It cites 12 reviews."),
        ("How much does an owl weigh?", "It weighs up to 700 g.", "Its weight depends on the mice."),
        ("How often do owls feed?", "They feed every night.", "They feed on mice."),
        ("which gene makes owls white", "White owls have a change in MC1R.", "White owls have white parents."),
        ("What was the correlation coefficient?", "They were related (r = -0.4).", "They were closely related."),
    ],
)
def test_a_text_states_what_is_asked_for_or_does_not(question: str, states: str, states_not: str) -> None:
    asked = expected(question)
    assert asked is not None
    assert asked.stated_in(states)
    assert not asked.stated_in(states_not)


@pytest.mark.parametrize("question", ["Why do owls hunt at night?", "Can owls swim?", "What is a barn owl?", ""])
def test_other_questions_ask_for_nothing_of_the_sort(question: str) -> None:
    assert expected(question) is None


@given(st.text(), st.text())
def test_any_text_can_be_read(question: str, text: str) -> None:
    asked = expected(question)
    assert asked is None or asked.stated_in(text) in {True, False}


@pytest.mark.parametrize(
    ("question", "own"),
    [
        ("Who wrote the article on owls and mice?", True),
        ("Who is the first author of the owl paper?", True),
        ("When was the paper on owls published?", True),
        ("What is the DOI of the mice and owl review?", True),
        ("Who wrote the article on owls and bats?", False),
        ("Who wrote it?", False),
        ("How many owls eat mice?", False),
    ],
)
def test_front_matter_tells_of_the_document_whose_title_names_all_that_is_named(question: str, own: bool) -> None:
    asked = expected(question)
    assert asked is not None
    assert asked.is_told_by(BlockKind.FRONT_MATTER, "Mice and the Barn Owl: a Review") is own
    assert not asked.is_told_by(BlockKind.REFERENCE, "Mice and the Barn Owl: a Review")


@pytest.mark.parametrize(
    ("question", "reference", "another"),
    [
        ("When was the paper on owls published?", "Strix A. On eagles. J Eagles 2020;3:4.", True),
        ("When was the paper on owls published?", "Strix A. On owls. J Owls 2020;3:4.", False),
        ("When was Strix's paper on owls published?", "Strix A. On eagles. J Eagles 2020;3:4.", False),
        ("When was it published?", "Strix A. On eagles. J Eagles 2020;3:4.", False),
        ("How many owls eat mice?", "Strix A. On eagles. J Eagles 2020;3:4.", False),
    ],
)
def test_a_reference_that_names_something_else_tells_of_another_document(
    question: str, reference: str, another: bool
) -> None:
    asked = expected(question)
    assert asked is not None
    title = "Mice and the Barn Owl: a Review"
    assert asked.is_of_another(BlockKind.REFERENCE, title, reference) is another
    assert not asked.is_of_another(BlockKind.PARAGRAPH, title, reference)


@pytest.mark.parametrize(
    ("question", "nothing_else"),
    [
        ("What is the DOI of the owl review?", True),
        ("doi for Strix 2020", True),
        ("What does the DOI stand for?", False),
        ("Who wrote the owl review?", False),
    ],
)
def test_only_a_doi_answers_who_asks_for_one(question: str, nothing_else: bool) -> None:
    asked = expected(question)
    assert asked is not None
    assert asked.nothing_else is nothing_else
