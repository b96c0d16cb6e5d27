"""Scores that can be worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoder import Encoded
from index.ranking import WEIGHTS, LateScore, bm25, fuse, late_scores, rarity, weights_for, with_adjacent
from index.tokens import TokenVectors, pack

EAST, NORTH = [1, 0], [0, 1]
# Four bits a component are coarse in two dimensions.
_COARSE = 0.12


def tokens(rows: list[list[int]], sentences: list[list[int]]) -> TokenVectors:
    codes = pack(np.array(rows, np.float32).reshape(len(rows), 2))
    return TokenVectors(codes, np.arange(len(rows), dtype=np.int32), np.array(sentences, np.int32).reshape(-1, 2))


def test_rare_tokens_weigh_more_and_all_weights_sum_to_one() -> None:
    weights = rarity([1, 50, 100], 100)
    assert weights.sum() == pytest.approx(1)
    assert weights[0] > weights[1] > weights[2] > 0
    assert weights[0] / weights[1] == pytest.approx(math.log(1 + 99.5 / 1.5) / math.log(1 + 50.5 / 50.5))


def asked(ids: list[int], importance: list[float]) -> Encoded:
    nothing = np.zeros((len(ids), 2))
    return Encoded(
        np.zeros(2, np.float32),
        nothing.astype(np.float32),
        np.array(importance, np.float32),
        np.array(ids, np.int32),
        nothing.astype(np.int32),
    )


def test_a_small_library_does_not_take_common_words_for_rare_ones() -> None:
    background = np.array([0.5, 0.0], np.float32)
    question = asked([0, 1], [1, 1])
    alone = weights_for(question, {1: 1}, 3, None)
    known = weights_for(question, {1: 1}, 3, background)
    assert alone[0] > alone[1]
    assert known[1] > 3 * known[0]
    assert weights_for(question, {0: 50_000, 1: 5}, 100_000, background)[1] > 0.9


def test_what_matters_more_to_a_question_weighs_more() -> None:
    weights = weights_for(asked([0, 1, 0], [1, 1, 3]), {0: 2, 1: 2}, 10, None)
    assert weights.sum() == pytest.approx(1)
    assert weights.tolist() == pytest.approx([0.2, 0.2, 0.6])


def test_a_question_without_words_has_no_weights() -> None:
    assert len(weights_for(asked([], []), {}, 10, None)) == 0


def test_each_question_token_takes_its_best_match() -> None:
    question = np.array([[1, 0], [0, 1]], np.float32)
    passage = tokens([EAST, EAST, NORTH], [[0, 2], [2, 3]])
    (score,) = late_scores(question, np.array([0.75, 0.25], np.float32), [passage])
    assert score.whole == pytest.approx(1, abs=_COARSE)
    assert score.sentences.tolist() == pytest.approx([0.75, 0.25], abs=_COARSE)
    assert score.by_sentence.tolist() == [pytest.approx([1, 0], abs=_COARSE), pytest.approx([0, 1], abs=_COARSE)]


def test_a_sentence_in_context_may_lean_on_the_headings() -> None:
    question = np.array([[1, 0], [0, 1]], np.float32)
    (score,) = late_scores(question, np.array([0.5, 0.5], np.float32), [tokens([NORTH, EAST, EAST], [[1, 2], [2, 3]])])
    assert score.sentences.tolist() == pytest.approx([0.5, 0.5], abs=_COARSE)
    assert score.by_sentence.tolist() == [pytest.approx([1, 1], abs=_COARSE)] * 2


def test_a_passage_or_sentence_without_tokens_scores_nothing() -> None:
    question, weights = np.array([[1, 0]], np.float32), np.array([1], np.float32)
    (score,) = late_scores(question, weights, [tokens([EAST], [[0, 1], [1, 1]])])
    assert score.sentences.tolist() == pytest.approx([1, 0], abs=_COARSE)
    assert late_scores(question, weights, [tokens([], [])])[0].whole == 0


def test_the_fused_score_grows_with_each_part_and_stays_below_one() -> None:
    def score(late: float, sentence: float, dense: float, lexical: float) -> float:
        return fuse(LateScore(late, np.array([sentence], np.float32), np.array([[]])), dense, lexical)

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


def test_bm25_counts_rare_tokens_more_and_long_passages_less() -> None:
    short, long = tokens([EAST, NORTH], [[0, 2]]), tokens([EAST] * 8, [[0, 8]])
    short, long = replace(short, ids=np.array([5, 6], np.int32)), replace(long, ids=np.arange(5, 13, dtype=np.int32))
    counts = {5: 50, 12: 1}
    one, other = bm25([5, 5], [short, long], counts, 100, 5.0).tolist()
    assert one > other > 0
    missed, rare = bm25([12], [short, long], counts, 100, 5.0).tolist()
    assert missed == 0
    assert rare > 5 * other
    # Robertson et al. 1994: idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))
    assert one == pytest.approx(np.log(1 + 50.5 / 50.5) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 5)))


def test_a_good_passage_beside_it_helps_a_passage() -> None:
    places = [(1, 4), (1, 5), (2, 6), (2, 9)]
    found = with_adjacent([0.6, 0.5, 0.6, 0.1], places)
    assert found == pytest.approx([(0.6 + 0.05) / 1.1, (0.5 + 0.06) / 1.1, (0.6 + 0.04) / 1.1, (0.1 - 0.01) / 1.1])
    assert with_adjacent([], []) == []


def test_the_better_of_two_adjacent_passages_counts() -> None:
    found = with_adjacent([0.7, 0.6, 0.8], [(1, 2), (1, 0), (1, 1)])
    assert found == pytest.approx([(0.7 + 0.08) / 1.1, (0.6 + 0.08) / 1.1, (0.8 + 0.07) / 1.1])


def test_one_far_behind_counts_as_none() -> None:
    none, behind = with_adjacent([0.6], [(1, 0)]), with_adjacent([0.6, 0.1], [(1, 0), (1, 1)])
    assert none[0] == behind[0]
    assert behind[1] > 0.1


def test_a_document_of_one_passage_is_no_worse_than_others_usually_are() -> None:
    sole, other = with_adjacent([0.6, 0.6], [(1, 0), (2, 7)], {1})
    assert sole == pytest.approx((0.6 + 0.05) / 1.1)
    assert sole > other


@given(st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 2), st.integers(0, 5)), max_size=12))
def test_every_passage_has_a_score_near_its_own(rows: list[tuple[float, int, int]]) -> None:
    scores, places = [score for score, _, _ in rows], [(document, position) for _, document, position in rows]
    found = with_adjacent(scores, places)
    assert len(found) == len(scores)
    assert all(score - 0.02 <= new <= max(scores) + 1e-9 for score, new in zip(scores, found, strict=True))
    assert with_adjacent(scores, places, (), replace(WEIGHTS, adjacent=0)) == scores
