"""How sure the program is that its answer is right.

A logistic regression on how well the quoted sentence matches the question and on what the cross-encoder makes of both.
It was fitted by ``training/calibrate.py`` on questions on passages that nothing was trained on, never on the questions
that figures are reported for. More was tried and did not carry over: docs/decisions.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_MATCH, _VERDICT, _BIAS = 6.71, 0.38, -3.28
# From here on an answer is given, where the settings say nothing else: docs/decisions.md.
THRESHOLD = 0.4
# Where there is no cross-encoder.
_MATCH_ALONE, _BIAS_ALONE = 13.57, -7.61


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer.

    ``match``: late interaction of the question with the best single sentence of the first quote, at most 1;
    ``verdict``: the cross-encoder's logit that the quote answers, None where the model has no cross-encoder.
    """

    match: float
    verdict: float | None


def confidence_of(evidence: Evidence) -> float:
    """The estimated probability, from 0 to 1, that the documents answer and that what is quoted is the answer."""
    if evidence.verdict is None:
        logit = _MATCH_ALONE * evidence.match + _BIAS_ALONE
    else:
        logit = _MATCH * evidence.match + _VERDICT * evidence.verdict + _BIAS
    return 1 / (1 + math.exp(-logit))


def in_words(confidence: float) -> str:
    """A confidence as a reader would say it."""
    if confidence >= 0.9:
        return "very likely right"
    if confidence >= 0.7:
        return "likely right"
    if confidence >= THRESHOLD:
        return "perhaps right"
    return "probably not answered here"
