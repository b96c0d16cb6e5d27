"""Questions that lean on the one before, and questions that do not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search import Index
from qa.answer import answer
from qa.evaluate import evaluate, judged, measure, read_questions
from qa.follow_up import understand
from tests.conftest import QUESTIONS

FOLLOW_UPS = QUESTIONS.with_name("follow_ups.jsonl")


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("How common is gout in men?", "and in women?", "How common is gout in women?"),
        ("Does walking help with sleep?", "What about with pain?", "Does walking help with pain?"),
        ("What is TRPM6?", "How does it work?", "How does TRPM6 work?"),
        ("What is the Depletion Score?", "What are its factors?", "What are the Depletion Score's factors?"),
        ("Does ethanol harm the liver?", "Why?", "Does ethanol harm the liver? Why?"),
        ("Does ethanol harm the liver?", "How does it do that?", "Does ethanol harm the liver? How does it do that?"),
        ("Does tea help?", "And coffee?", "Does tea help? And coffee?"),
        ("Does tea help? And coffee?", "Why?", "Does tea help? And coffee? Why?"),
        ("Does tea help? Why?", "And coffee?", "Does tea help? And coffee?"),
        ("What is TRPM6?", "And TRPM7?", "What is TRPM7?"),
        ("What is taurate?", "What is it good for?", "What is taurate good for?"),
        ("What is taurate?", "Is it safe to take?", "Is taurate safe to take?"),
        ("What is taurate?", "Is that common?", "What is taurate? Is that common?"),
        ("What is taurate?", "tell me more", "What is taurate? tell me more"),
        (
            "Who is at risk in youth with gout?",
            "In men with lupus?",
            "Who is at risk in youth with gout? And in men with lupus?",
        ),
    ],
)
def test_what_leans_is_filled_in(before: str, question: str, understood: str) -> None:
    assert understand(question, before) == understood


@pytest.mark.parametrize(
    "question",
    [
        "What is neuropathy?",
        "Is it safe to take magnesium daily?",
        "Why do phone batteries lose capacity as they get older?",
        "Who won the World Cup in 2018?",
        "And does magnesium help with sleep?",
        "hard water benefits",
        "Who are the crazy ones?",
        "In which foods is magnesium found?",
        "What do these papers say about sleep?",
        "What is that protein called?",
        "How common is it to lack magnesium?",
        "How is it that serum magnesium is a poor measure?",
        "What is IT?",
        "What is his-tag?",
    ],
)
def test_what_stands_by_itself_is_left_alone(question: str) -> None:
    assert understand(question, "Does tea help?") == question
    assert understand(question, None) == question


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_breaks_it(question: str, before: str) -> None:
    understood = understand(question, before)
    assert understood == " ".join(understood.split())
    assert understand(question, None) == " ".join(question.split())


def test_judged_questions_stand_by_themselves() -> None:
    questions = [row["question"] for row in read_questions(QUESTIONS)]
    assert sum(understand(question, "Does tea help?") != question for question in questions) <= 2


def test_follow_ups_find_what_they_mean(seeds_index: Index) -> None:
    known = {question.id: question for question in judged(read_questions(QUESTIONS), QUESTIONS)}
    rows = [json.loads(line) for line in FOLLOW_UPS.read_text(encoding="utf-8").splitlines()]

    def found(understood: bool) -> float:
        asked = [
            replace(
                known[row["id"]],
                question=understand(row["question"], row["before"]) if understood else row["question"],
            )
            for row in rows
        ]
        return measure(evaluate(asked, seeds_index, lambda question: answer(question, seeds_index), 0.5)).hit_at_5 or 0

    assert found(understood=True) >= 0.9 > 0.75 > found(understood=False)
