"""Whether confidence means what it says: reliability, and risk against coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

_BINS = 10


class Judged(Protocol):
    """What is known of one judged question that was asked."""

    @property
    def confidence(self) -> float:
        """The stated probability."""
        ...

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        ...

    @property
    def quoted(self) -> bool:
        """Whether what was, or would have been, quoted answers it."""
        ...


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions with a confidence from ``low`` to below ``high``: how many, and their mean confidence.

    ``right`` is the share whose answer, given or held back, is right; ``answerable`` that which the documents answer.
    """

    low: float
    high: float
    questions: int
    confidence: float
    right: float
    answerable: float


@dataclass(frozen=True, slots=True)
class Risk:
    """What a threshold would do: the share of questions answered, and of these the share that should not have been.

    ``unanswerable``: the documents do not answer; ``wrong``: they do not, or what is quoted is not what answers.
    """

    threshold: float
    coverage: float
    unanswerable: float
    wrong: float


def reliability(outcomes: Sequence[Judged]) -> tuple[Bin, ...]:
    """Ten bins of equal width, empty ones left out (the reliability diagram of DeGroot and Fienberg 1983)."""
    bins = []
    for number in range(_BINS):
        low, high = number / _BINS, (number + 1) / _BINS
        inside = [o for o in outcomes if low <= o.confidence < high or (o.confidence == high == 1)]
        if inside:
            mean = sum(o.confidence for o in inside) / len(inside)
            right = sum(o.quoted for o in inside) / len(inside)
            bins.append(Bin(low, high, len(inside), mean, right, sum(o.answerable for o in inside) / len(inside)))
    return tuple(bins)


def risks(outcomes: Sequence[Judged]) -> tuple[Risk, ...]:
    """The risk-coverage curve (El-Yaniv and Wiener 2010), a point for each confidence seen, the highest first."""
    points = []
    for threshold in sorted({outcome.confidence for outcome in outcomes}, reverse=True):
        points.append(risk_at(threshold, outcomes))
    return tuple(points)


def risk_at(threshold: float, outcomes: Sequence[Judged]) -> Risk:
    """What would happen if everything of at least this confidence were answered."""
    answered = [outcome for outcome in outcomes if outcome.confidence >= threshold]
    if not answered:
        return Risk(threshold, 0.0, 0.0, 0.0)
    return Risk(
        threshold,
        len(answered) / len(outcomes),
        sum(not outcome.answerable for outcome in answered) / len(answered),
        sum(not outcome.quoted for outcome in answered) / len(answered),
    )
