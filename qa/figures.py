"""Figures in quotes, and whether two quotes give different ones for the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

_ASKS = re.compile(
    r"\bhow\s+(?:much|many|often|long|far|high|low|likely|common)\b|"
    r"\b(?:percent(?:age)?|fraction|share|proportion|prevalence|dose|dosage|amount|number|rate|cut-?off|concentration|"
    r"daily intake|limit|mg|half-life)\b",
    re.IGNORECASE,
)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
# A number or a range, what it counts behind it. Reference numbers and years of publication are no figures.
_FIGURE = re.compile(
    rf"(?<![\w.,/–-])(?P<low>{_NUMBER})(?:\s*(?:[–-]|to|and)\s*(?P<high>{_NUMBER}))?\s*"
    r"(?P<unit>%|percent\b|per cent\b|[µμ]?[mk]?g(?:/\w+)?\b|[mµμ]?mol/L\b|m[lLM]\b|IU\b|[A-Za-z]{3,})?"
)
_NO_FIGURES = re.compile(
    r"\[[^\]]*\]|\((?:[^()]*?\b(?:et al\.?|and|&)[^()]*?)?(?:1[89]|20)\d\d[a-z]?\)|\b(?:1[89]|20)\d\d\b"
)
_STEM = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or range with what it counts: a unit, or the beginning of the word behind it."""

    low: float
    high: float
    unit: str


def asks_for_figure(question: str) -> bool:
    """Whether a question asks how much or how many."""
    return _ASKS.search(question) is not None


def figures(text: str) -> tuple[Figure, ...]:
    """The figures of a text, in order."""
    found = []
    for match in _FIGURE.finditer(_NO_FIGURES.sub(" ", text)):
        low = _value(match["low"])
        high = _value(match["high"]) if match["high"] else low
        unit = (match["unit"] or "").lower().replace("per cent", "%").replace("percent", "%")
        found.append(Figure(min(low, high), max(low, high), unit if len(unit) <= _STEM else unit[:_STEM]))
    return tuple(found)


def differ(texts: Sequence[str]) -> bool:
    """Whether two of the texts give figures of one unit that have nothing in common."""
    return any(_clash(figures(one), figures(other)) for one, other in combinations(texts, 2))


def _clash(one: Sequence[Figure], other: Sequence[Figure]) -> bool:
    shared = {figure.unit for figure in one} & {figure.unit for figure in other} - {""}
    return any(not any(_meet(a, b) for a in one if a.unit == unit for b in other if b.unit == unit) for unit in shared)


def _meet(one: Figure, other: Figure) -> bool:
    return one.low <= other.high and other.low <= one.high


def _value(number: str) -> float:
    return float(number.replace(",", ""))
