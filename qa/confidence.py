"""How sure the program is that the documents answer a question.

A logistic regression on the best late-interaction score, fitted by ``tests/bench/calibrate.py`` on passages and
questions of MedQuAD and PubMedQA, never on the questions that figures are reported for. More features were tried
and did not carry over to other documents: docs/decisions.md.
"""

from __future__ import annotations

import math

from index.model import Search

_SLOPE, _BIAS = 18.03, -9.66


def confidence_of(found: Search) -> float:
    """The estimated probability, from 0 to 1, that the passages found answer the question."""
    if not found.hits:
        return 0.0
    return 1 / (1 + math.exp(-(_SLOPE * found.match + _BIAS)))


def in_words(confidence: float) -> str:
    """A confidence as a reader would say it."""
    if confidence >= 0.9:
        return "very likely answered here"
    if confidence >= 0.7:
        return "likely answered here"
    if confidence >= 0.5:
        return "perhaps answered here"
    return "probably not answered here"
