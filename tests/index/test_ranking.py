"""Scores that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from index.ranking import LateScore, fuse, late_scores, rarity, sentence_vectors
from index.store import TokenVectors

EAST, NORTH = [127, 0], [0, 127]


def tokens(rows: list[list[int]], sentences: list[list[int]]) -> TokenVectors:
    return TokenVectors(
        np.array(rows, np.int8), 1 / 127, np.arange(len(rows), dtype=np.int32), np.array(sentences, np.int32)
    )


def test_rare_tokens_weigh_more_and_all_weights_sum_to_one() -> None:
    weights = rarity([1, 50, 100], 100)
    assert weights.sum() == pytest.approx(1)
    assert weights[0] > weights[1] > weights[2] > 0
    assert weights[0] / weights[1] == pytest.approx(math.log(1 + 99.5 / 1.5) / math.log(1 + 50.5 / 50.5))


def test_each_question_token_takes_its_best_match() -> None:
    question = np.array([[1, 0], [0, 1]], np.float32)
    passage = tokens([EAST, EAST, NORTH], [[0, 2], [2, 3]])
    (score,) = late_scores(question, np.array([0.75, 0.25], np.float32), [passage])
    assert score.whole == pytest.approx(1)
    assert score.sentences.tolist() == pytest.approx([0.75, 0.25])
    assert score.in_context.tolist() == score.sentences.tolist()


def test_a_sentence_in_context_may_lean_on_the_headings() -> None:
    question = np.array([[1, 0], [0, 1]], np.float32)
    (score,) = late_scores(question, np.array([0.5, 0.5], np.float32), [tokens([NORTH, EAST, EAST], [[1, 2], [2, 3]])])
    assert score.sentences.tolist() == pytest.approx([0.5, 0.5])
    assert score.in_context.tolist() == pytest.approx([1, 1])


def test_a_passage_or_sentence_without_tokens_scores_nothing() -> None:
    question, weights = np.array([[1, 0]], np.float32), np.array([1], np.float32)
    assert late_scores(question, weights, [tokens([EAST], [[0, 1], [1, 1]])])[0].sentences.tolist() == pytest.approx(
        [1, 0]
    )
    assert (
        late_scores(
            question,
            weights,
            [TokenVectors(np.zeros((0, 2), np.int8), 1, np.zeros(0, np.int32), np.zeros((0, 2), np.int32))],
        )[0].whole
        == 0
    )


def test_the_fused_score_grows_with_each_part_and_stays_below_one() -> None:
    def score(late: float, sentence: float, dense: float, lexical: float) -> float:
        return fuse(LateScore(late, np.array([sentence], np.float32), np.array([], np.float32)), dense, lexical)

    base = score(0.5, 0.5, 0.5, 5)
    assert all(
        better > base
        for better in (
            score(0.6, 0.5, 0.5, 5),
            score(0.5, 0.6, 0.5, 5),
            score(0.5, 0.5, 0.6, 5),
            score(0.5, 0.5, 0.5, 6),
        )
    )
    assert score(1, 1, 1, 1e9) == pytest.approx(1)


def test_a_sentence_vector_is_the_mean_of_its_tokens() -> None:
    vectors = sentence_vectors(tokens([EAST, NORTH, NORTH], [[0, 2], [2, 3], [3, 3]]))
    assert vectors.tolist() == [pytest.approx([math.sqrt(0.5), math.sqrt(0.5)]), [0, 1], [0, 0]]
