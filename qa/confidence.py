"""How sure the program is that its answer is right.

A logistic regression on how well the best sentence of the best passage matches the question, fitted by
``training/calibrate.py`` on questions on MedQuAD and PubMedQA passages that nothing was trained on, never on the
questions that figures are reported for. More features were tried and did not carry over: docs/decisions.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.model import Hit

_SLOPE, _BIAS = 13.88, -8.04


def evidence_of(hits: Sequence[Hit]) -> float:
    """Late interaction with the best single sentence of the best passage, at most 1; 0 where nothing was found."""
    if not hits:
        return 0.0
    return max((hits[0].support.score(at, at) for at in range(len(hits[0].passage.sentences))), default=0.0)


def confidence_of(hits: Sequence[Hit]) -> float:
    """The estimated probability, from 0 to 1, that the documents answer and that what is quoted is the answer."""
    return 1 / (1 + math.exp(-(_SLOPE * evidence_of(hits) + _BIAS))) if hits else 0.0


def in_words(confidence: float) -> str:
    """A confidence as a reader would say it."""
    if confidence >= 0.9:
        return "very likely right"
    if confidence >= 0.7:
        return "likely right"
    if confidence >= 0.5:
        return "perhaps right"
    return "probably not answered here"
