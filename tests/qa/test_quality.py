"""The bars on the judged questions of the seeds: far enough below the figures of docs/ to bear noise, no more."""

from __future__ import annotations

import pytest

from index.search import Index
from qa.answer import answer
from qa.evaluate import Outcome, auroc, evaluate, judged, measure, read_questions
from tests.conftest import QUESTIONS


@pytest.fixture(scope="module")
def outcomes(seeds_index: Index) -> list[Outcome]:
    questions = judged(read_questions(QUESTIONS), QUESTIONS)
    assert len(questions) == 100
    return evaluate(questions, seeds_index, lambda question: answer(question, seeds_index, threshold=0.0), 0.5)


def test_the_right_passage_comes_first(outcomes: list[Outcome]) -> None:
    measures = measure(outcomes)
    assert (measures.hit_at_1 or 0) >= 0.83
    assert (measures.hit_at_5 or 0) >= 0.94
    assert (measures.mrr_at_10 or 0) >= 0.88


def test_the_quotes_answer(outcomes: list[Outcome]) -> None:
    assert (measure(outcomes).answer_hit or 0) >= 0.71
    assert sum(outcome.quoted for outcome in outcomes) >= 59


def test_confidence_tells_what_the_documents_do_not_say(outcomes: list[Outcome]) -> None:
    assert (auroc(outcomes, "unanswerable") or 0) >= 0.97
    assert (auroc(outcomes, "near_miss_unanswerable") or 0) >= 0.9
    assert (measure(outcomes).brier_right or 1) <= 0.17
    assert (measure(outcomes).abstention_f1 or 0) >= 0.72
