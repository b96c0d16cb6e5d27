"""How sure the program is that its answer is right.

A logistic regression on how well the quoted sentence matches the question and on whether it states what was asked for,
fitted by ``training/calibrate.py`` on questions on MedQuAD and PubMedQA passages that nothing was trained on,
never on the questions that figures are reported for. More was tried and did not carry over: docs/decisions.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_SLOPE, _UNSTATED, _BIAS = 16.83, -4.09, -9.43


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer.

    ``match``: late interaction of the question with the best single sentence of the first quote, at most 1;
    ``unstated``: the quote states nothing of the sort that is asked for.
    """

    match: float
    unstated: bool


def confidence_of(evidence: Evidence) -> float:
    """The estimated probability, from 0 to 1, that the documents answer and that what is quoted is the answer."""
    return 1 / (1 + math.exp(-(_SLOPE * evidence.match + _UNSTATED * evidence.unstated + _BIAS)))


def in_words(confidence: float) -> str:
    """A confidence as a reader would say it."""
    if confidence >= 0.9:
        return "very likely right"
    if confidence >= 0.7:
        return "likely right"
    if confidence >= 0.5:
        return "perhaps right"
    return "probably not answered here"
