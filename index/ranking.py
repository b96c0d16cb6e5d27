"""Scores of passages for a question: late interaction fused with the dense vector, BM25 and the adjacent passages.

Late interaction (Khattab and Zaharia 2020, ColBERT): each token of the question looks for its best match among a
passage's tokens; the matches are averaged with the tokens' rarity in the collection as weights. BM25 (Robertson et al.
1994; k1 = 1.2, b = 0.75) is over the model's tokens and the whole collection, the same however it is divided. Weights
of ``fuse`` were chosen on MedQuAD and PubMedQA passages, not on the judged questions, that of adjacent passages on long
documents with the judged questions in sight: docs/decisions.md.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.encoder import Encoded
from index.tokens import Floats, TokenVectors

_K1, _B = 1.2, 0.75
# BM25 has no upper bound: b / (b + 10) brings it into the range of the others.
_LEXICAL_HALF = 10.0
# What is known of words in general counts as much as this many passages: docs/decisions.md.
BACKGROUND = 200
# An adjacent passage that is no candidate counts as so much worse; where a document has no other passage, as if there
# were one as good as they usually are: docs/decisions.md.
_FAR_BEHIND, _USUALLY_BEHIND = 0.2, 0.1


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts for how much: late interaction with the whole passage and with its best sentence; cosine of the
    dense vectors; BM25. Beside their weighted mean, which counts 1, the score of an adjacent passage; and, on top, that
    a passage states the sort of thing that is asked for (``index.expected``), and that it is front matter of the very
    document that is asked about. ``importance`` is the power to which the model's word on what a question's token
    counts for is taken.
    """

    late: float = 1.0
    sentence: float = 0.7
    dense: float = 0.3
    lexical: float = 0.2
    adjacent: float = 0.1
    stated: float = 0.04
    own: float = 0.2
    importance: float = 1.0


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class LateScore:
    """How one passage matches a question of n tokens.

    ``whole``: late interaction over all its tokens; ``sentences``: (m,), over each sentence's tokens alone;
    ``by_sentence``: (m, n), the best match of each question token in each sentence, or in the title and headings that
    the passage was embedded with.
    """

    whole: float
    sentences: Floats
    by_sentence: Floats


def rarity(counts: Sequence[float], passages: int) -> Floats:
    """Weights of tokens that occur in ``counts`` of ``passages``, summing to 1: their inverse document frequencies."""
    weights = np.array([_inverse_frequency(n, passages) for n in counts], dtype=np.float32)
    return weights / max(float(weights.sum()), 1e-9)


def late_scores(question: Floats, weights: Floats, passages: Sequence[TokenVectors]) -> list[LateScore]:
    """Scores of some passages for a question of tokens (n, dimension) with weights (n,)."""
    return [_late_score(question, weights, tokens) for tokens in passages]


def _late_score(question: Floats, weights: Floats, tokens: TokenVectors) -> LateScore:
    count, parts = len(question), len(tokens.sentences)
    sentences, by_sentence = np.zeros(parts, np.float32), np.zeros((parts, count), np.float32)
    if not len(tokens) or not count or not parts:
        return LateScore(0.0, sentences, by_sentence)
    cosines = question @ tokens.vectors().T
    context = cosines[:, : tokens.sentences[0, 0]].max(axis=1, initial=-1.0)
    for number, (start, end) in enumerate(tokens.sentences):
        if end > start:
            best = cosines[:, start:end].max(axis=1)
            sentences[number] = weights @ best
            by_sentence[number] = np.maximum(best, context)
    return LateScore(float(weights @ cosines.max(axis=1)), sentences, by_sentence)


def bm25(
    ids: Sequence[int], passages: Sequence[TokenVectors], counts: Mapping[int, int], size: int, average: float
) -> Floats:
    """BM25 of some passages (p,) for a question of tokens ``ids``.

    ``counts`` tells how many of the ``size`` passages hold each token, ``average`` how many tokens one has.
    """
    tokens = sorted(set(ids))
    rarities = np.array([_inverse_frequency(counts.get(token, 0), size) for token in tokens], dtype=np.float32)
    scores = np.zeros(len(passages), np.float32)
    for at, passage in enumerate(passages):
        found = (passage.ids[None, :] == np.array(tokens, dtype=np.int32)[:, None]).sum(axis=1)
        length = _K1 * (1 - _B + _B * len(passage) / max(average, 1e-9))
        scores[at] = rarities @ (found * (_K1 + 1) / (found + length))
    return scores


def fuse(late: LateScore, dense: float, lexical: float, weights: Weights = WEIGHTS) -> float:
    """The weighted mean of all, at most 1."""
    parts = (
        (weights.late, late.whole),
        (weights.sentence, float(late.sentences.max(initial=0.0))),
        (weights.dense, dense),
        (weights.lexical, lexical / (lexical + _LEXICAL_HALF) if lexical > 0 else 0.0),
    )
    return sum(weight * score for weight, score in parts) / sum(weight for weight, _ in parts)


def with_adjacent(
    scores: Sequence[float],
    places: Sequence[tuple[int, int]],
    sole: Collection[int] = (),
    weights: Weights = WEIGHTS,
) -> list[float]:
    """Scores of some passages, each the weighted mean of its own and that of the better of the two adjacent passages.

    What answers mostly stands amid what is about the same. ``places``: each passage's document and its position there;
    ``sole``: the documents of one passage. An adjacent passage that is not among them, or scores more than
    ``_FAR_BEHIND`` less, counts as so much less.
    """
    known = dict(zip(places, scores, strict=True))
    found = []
    for score, (document, position) in zip(scores, places, strict=True):
        least = score - (_USUALLY_BEHIND if document in sole else _FAR_BEHIND)
        better = max(least, *(known.get((document, at), least) for at in (position - 1, position + 1)))
        found.append((score + weights.adjacent * better) / (1 + weights.adjacent))
    return found


def weights_for(
    question: Encoded,
    counts: Mapping[int, int],
    passages: int,
    background: Floats | None,
    weights: Weights = WEIGHTS,
) -> Floats:
    """Weights (n,) of a question's tokens, summing to 1: their rarity times their importance.

    ``background`` (v,) is the share of passages elsewhere that hold each token of the vocabulary. It counts as much as
    ``BACKGROUND`` passages, so that a library of a few pages does not take "when" for a rare word.
    """
    found = np.array([counts.get(token, 0) for token in question.ids.tolist()], dtype=np.float64)
    if background is not None:
        found += background[question.ids] * BACKGROUND
        passages += BACKGROUND
    shares: Floats = rarity(found.tolist(), passages) * question.importance**weights.importance
    return shares / max(float(shares.sum()), 1e-9)


def _inverse_frequency(count: float, passages: int) -> float:
    """That of BM25 in its never negative form."""
    return math.log(1 + (passages - count + 0.5) / (count + 0.5))
