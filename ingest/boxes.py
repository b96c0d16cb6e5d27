"""Where the stretches of a PDF page's lines stand that wide gaps part."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# In ems: a wider gap within a line may part cells; whether it does, the lines around tell.
_CELL_GAP = 0.45
# What marks the members of lists parts no cells.
_LONGEST_MARKER = 12
_MARKER = re.compile(r"\W*(?:[-*+•‣▪◦·●○■□–—]|\[?\d{1,3}[.)\]]|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\))\W*\Z")
# pypdf puts each piece of such text before those that it has read.
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


class Place(NamedTuple):
    """Where a piece of a page's text begins in the text, and on the page: where it begins and ends from the left, how
    high its line lies and how large its type is, in points; NaN where that is not known."""

    start: int
    x: float
    end: float
    y: float
    size: float
    bold: bool


class Box(NamedTuple):
    """A stretch of a line between wide gaps: where it lies in the text and on the page, as places do."""

    start: int
    stop: int
    x: float
    end: float
    y: float
    size: float
    bold: bool


def boxes_of_lines(text: str, places: Sequence[Place]) -> Iterator[list[Box]]:
    """The boxes of each line of a page that is not blank, given where its pieces stand.

    What is not known of a line is NaN.
    """
    stops = [*(place.start for place in places), len(text)][1:]
    said = [place for place, stop in zip(places, stops, strict=True) if text[place.start : stop].strip()]
    at = index = 0
    for line in text.split("\n"):
        stop = at + len(line)
        first = index
        while index < len(said) and said[index].start < stop:
            index += 1
        if line.strip():
            yield _boxes(text, at, stop, said[first:index])
        at = stop + 1


def _boxes(text: str, start: int, stop: int, places: Sequence[Place]) -> list[Box]:
    if not places or text[start : places[0].start].strip() or _RIGHT_TO_LEFT.search(text, start, stop):
        return [Box(start, stop, math.nan, math.nan, math.nan, math.nan, bold=False)]
    boxes: list[Box] = []
    for place in places:
        last = boxes[-1] if boxes else None
        end = place.x if place.end < place.x else place.end
        if last is None:
            boxes.append(Box(start, stop, place.x, end, place.y, place.size, place.bold))
        elif place.x - last.end > _CELL_GAP * min(place.size, last.size) and not _is_marker(
            text[last.start : place.start]
        ):
            boxes[-1] = last._replace(stop=place.start)
            boxes.append(Box(place.start, stop, place.x, end, place.y, place.size, place.bold))
        else:
            boxes[-1] = last._replace(
                end=_most(last.end, end), size=_most(last.size, place.size), bold=last.bold and place.bold
            )
    return boxes


def _is_marker(text: str) -> bool:
    return len(text) <= _LONGEST_MARKER and _MARKER.match(text) is not None


def _most(one: float, other: float) -> float:
    return one if one > other else other
