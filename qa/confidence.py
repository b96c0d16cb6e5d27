"""How sure the program is that its answer is right.

A logistic regression on how well the quoted sentence matches the question and on whether what was asked for is there
at all, fitted by ``training/calibrate.py`` on questions on MedQuAD and PubMedQA passages that nothing was trained on,
never on the questions that figures are reported for. More was tried and did not carry over: docs/decisions.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_SLOPE, _LACKING, _BIAS = 13.88, -1.5, -8.04


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer.

    ``match``: late interaction of the question with the best single sentence of the first quote, at most 1;
    ``lacking``: the quote states nothing of the sort that is asked for, or a name in the question occurs nowhere.
    """

    match: float
    lacking: bool


def confidence_of(evidence: Evidence) -> float:
    """The estimated probability, from 0 to 1, that the documents answer and that what is quoted is the answer."""
    return 1 / (1 + math.exp(-(_SLOPE * evidence.match + _LACKING * evidence.lacking + _BIAS)))


def in_words(confidence: float) -> str:
    """A confidence as a reader would say it."""
    if confidence >= 0.9:
        return "very likely right"
    if confidence >= 0.7:
        return "likely right"
    if confidence >= 0.5:
        return "perhaps right"
    return "probably not answered here"
