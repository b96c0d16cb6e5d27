"""Scores of passages for a question: late interaction fused with the dense vector and BM25.

Late interaction (Khattab and Zaharia 2020, ColBERT): each token of the question looks for its best match among a
passage's tokens; the matches are averaged with the tokens' rarity in the collection as weights. Weights of the
fusion were chosen on MedQuAD and PubMedQA passages, not on the judged questions: docs/decisions.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.store import TokenVectors

Floats = npt.NDArray[np.float32]

# Late interaction with the whole passage, with its best sentence, cosine of the dense vectors, BM25.
LATE, SENTENCE, DENSE, LEXICAL = 1.0, 0.5, 0.3, 0.2
_TOTAL = LATE + SENTENCE + DENSE + LEXICAL
# BM25 has no upper bound: b / (b + 10) brings it into the range of the others.
_LEXICAL_HALF = 10.0


@dataclass(frozen=True, slots=True)
class LateScore:
    """Late-interaction scores of one passage.

    ``whole``: over all its tokens; ``sentences``: (m,), over each sentence's alone; ``in_context``: (m,), over each
    sentence's and those of the title and headings that the passage was embedded with.
    """

    whole: float
    sentences: Floats
    in_context: Floats


def rarity(counts: Sequence[int], passages: int) -> Floats:
    """Weights of tokens that occur in ``counts`` of ``passages``, summing to 1.

    The inverse document frequency of BM25 in its never negative form, ln(1 + (N - n + 0.5) / (n + 0.5)).
    """
    weights = np.array([math.log(1 + (passages - n + 0.5) / (n + 0.5)) for n in counts], dtype=np.float32)
    return weights / max(float(weights.sum()), 1e-9)


def late_scores(question: Floats, weights: Floats, passages: Sequence[TokenVectors]) -> list[LateScore]:
    """Scores of some passages for a question of tokens (n, dimension) with weights (n,)."""
    return [_late_score(question, weights, tokens) for tokens in passages]


def _late_score(question: Floats, weights: Floats, tokens: TokenVectors) -> LateScore:
    nothing = np.zeros(len(tokens.sentences), np.float32)
    if not len(tokens.values) or not len(question) or not len(tokens.sentences):
        return LateScore(0.0, nothing, nothing)
    matches = question @ (tokens.values.astype(np.float32) * np.float32(tokens.scale)).T
    context = matches[:, : tokens.sentences[0, 0]].max(axis=1, initial=-1.0)
    sentences, in_context = nothing.copy(), nothing.copy()
    for number, (start, end) in enumerate(tokens.sentences):
        if end > start:
            best = matches[:, start:end].max(axis=1)
            sentences[number] = weights @ best
            in_context[number] = weights @ np.maximum(best, context)
    return LateScore(float(weights @ matches.max(axis=1)), sentences, in_context)


def fuse(late: LateScore, dense: float, lexical: float) -> float:
    """One score out of all, at most 1."""
    sentence = float(late.sentences.max(initial=0.0))
    words = lexical / (lexical + _LEXICAL_HALF) if lexical > 0 else 0.0
    return (LATE * late.whole + SENTENCE * sentence + DENSE * dense + LEXICAL * words) / _TOTAL


def sentence_vectors(tokens: TokenVectors) -> Floats:
    """A vector of length 1 for each sentence, (m, dimension): the mean of its tokens in the passage's context."""
    values = tokens.values.astype(np.float32)
    rows = [
        values[start:end].mean(axis=0) if end > start else np.zeros(values.shape[1], np.float32)
        for start, end in tokens.sentences
    ]
    stacked = np.array(rows, dtype=np.float32).reshape(len(rows), -1)
    lengths = np.linalg.norm(stacked, axis=1, keepdims=True)
    vectors: Floats = np.divide(stacked, lengths, out=np.zeros_like(stacked), where=lengths > 0)
    return vectors


def weights_for(ids: Sequence[int], counts: Mapping[int, int], passages: int) -> Floats:
    """Rarity weights of a question's tokens."""
    return rarity([counts.get(token, 0) for token in ids], passages)
