"""The bars on the judged questions of the seeds: what the program must reach, below the figures of docs/."""

from __future__ import annotations

import pytest

from index.search import Index
from qa.answer import answer
from qa.confidence import THRESHOLD
from qa.evaluate import Outcome, auroc, evaluate, judged, measure, read_questions
from tests.conftest import QUESTIONS


@pytest.fixture(scope="module")
def outcomes(seeds_index: Index) -> list[Outcome]:
    questions = judged(read_questions(QUESTIONS), QUESTIONS)
    assert len(questions) == 100
    return evaluate(questions, seeds_index, lambda question: answer(question, seeds_index, threshold=0.0), THRESHOLD)


def test_the_right_passage_comes_first(outcomes: list[Outcome]) -> None:
    measures = measure(outcomes)
    assert (measures.hit_at_1 or 0) >= 0.92
    assert (measures.hit_at_5 or 0) >= 0.98
    assert (measures.mrr_at_10 or 0) >= 0.94


def test_the_quotes_answer(outcomes: list[Outcome]) -> None:
    assert (measure(outcomes).answer_hit or 0) >= 0.82
    assert sum(outcome.quoted for outcome in outcomes) >= 61


def test_confidence_tells_what_the_documents_do_not_say(outcomes: list[Outcome]) -> None:
    assert (auroc(outcomes, "unanswerable") or 0) >= 0.995
    assert (auroc(outcomes, "near_miss_unanswerable") or 0) >= 0.96
    assert (measure(outcomes).brier_right or 1) <= 0.1
    assert (measure(outcomes).abstention_f1 or 0) >= 0.85
