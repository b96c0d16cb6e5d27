"""Typing errors, mended after the library's own words."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from index.search import Index
from qa.answer import answer
from qa.evaluate import evaluate, judged, measure, read_questions
from qa.spelling import mended
from qa.words import content_words
from tests.conftest import QUESTIONS


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("What does magnesuim do in neuropathy?", "What does magnesium do in neuropathy?"),
        ("Does Supplementatoin help?", "Does Supplementation help?"),
        ("How do horses sleep?", "How do horses sleep?"),
        ("What is XMEN?", "What is XMEN?"),
        ("What is metal?", "What is metal?"),
    ],
)
def test_only_what_is_no_word_is_mended(seeds_index: Index, asked: str, read: str) -> None:
    assert mended(asked, seeds_index) == read


def test_judged_questions_are_left_as_they_are(seeds_index: Index) -> None:
    questions = [row["question"] for row in read_questions(QUESTIONS)]
    assert sum(mended(question, seeds_index) != question for question in questions) <= 2


def test_a_question_can_be_asked_as_it_is_written(seeds_index: Index) -> None:
    asked = "What does magnesuim do?"
    assert answer(asked, seeds_index).read_as == "What does magnesium do?"
    assert answer(asked, seeds_index).question == asked
    assert answer(asked, seeds_index, mend=False).read_as == asked


def test_a_typing_error_in_every_question_costs_little(seeds_index: Index) -> None:
    chance = random.Random(5)

    def mistyped(question: str) -> str:
        words = [word for word in content_words(question) if len(word) >= 6 and word.isalpha() and word.islower()]
        if not words:
            return question
        word = chance.choice(words)
        at = chance.randrange(1, len(word) - 2)
        return question.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :], 1)

    questions = judged(read_questions(QUESTIONS), QUESTIONS)
    wrong = [replace(question, question=mistyped(question.question)) for question in questions]
    found = measure(evaluate(wrong, seeds_index, lambda question: answer(question, seeds_index, threshold=0.0), 0.5))
    assert (found.hit_at_1 or 0) >= 0.8
    assert (found.answer_hit or 0) >= 0.6
