"""Manuscripts whose lines are counted in the margin: the counts are no text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

_AT_END = re.compile(r"(?:(?<=\s)|\A)(?P<number>\d{1,4})\s*\Z")
_AT_BEGINNING = re.compile(r"\A\s*(?P<number>\d{1,4})(?=\s|\Z)")
# On a page so many lines are counted, this many at least, one after the other but for a line or two now and then.
_SHARE_OF_LINES, _FEWEST = 0.5, 8
_FARTHEST = 3
# Where that is so on these pages, on others so many are enough.
_FEWEST_THEN = 3
# Of the pages so many.
_SHARE_OF_PAGES, _FEWEST_PAGES = 0.3, 2
# A list counts its members too, but they do not go on with each other in lower case.
_GOING_ON = 0.2
_Run: TypeAlias = list[tuple[int, re.Match[str]]]


def without_line_numbers(pages: Sequence[str]) -> list[str]:
    """The texts of pages without the numbers that count their lines, at the lines' ends or beginnings."""
    lines = [page.split("\n") for page in pages]
    for place in (_AT_END, _AT_BEGINNING):
        runs = [_longest_run(of_page, place) for of_page in lines]
        counted = sum(_is_most_of(run, of_page) for run, of_page in zip(runs, lines, strict=True))
        if counted < max(_FEWEST_PAGES, _SHARE_OF_PAGES * len(pages)):
            continue
        for run, of_page in zip(runs, lines, strict=True):
            for at, match in run if len(run) >= _FEWEST_THEN else []:
                of_page[at] = _without(match)
    return ["\n".join(of_page) for of_page in lines]


def _is_most_of(run: _Run, lines: Sequence[str]) -> bool:
    enough = max(_FEWEST, _SHARE_OF_LINES * sum(bool(line.strip()) for line in lines))
    return len(run) >= enough and sum(_without(match).strip()[:1].islower() for _, match in run) >= _GOING_ON * len(run)


def _longest_run(lines: Sequence[str], place: re.Pattern[str]) -> _Run:
    """The lines of a page that hold rising numbers at that place, from the last to the first."""
    matches = [(at, match) for at, line in enumerate(lines) if (match := place.search(line))]
    longest: dict[int, tuple[int, int]] = {}  # by number: the run that ends with it, and its last match
    before: list[int | None] = []
    for index, (_, match) in enumerate(matches):
        number = int(match["number"])
        runs = [longest[number - step] for step in range(1, _FARTHEST + 1) if number - step in longest]
        length, previous = max(runs, default=(0, None))
        before.append(previous)
        longest[number] = max(longest.get(number, (0, 0)), (length + 1, index))
    found: _Run = []
    at = max(longest.values(), default=(0, None))[1]
    while at is not None:
        found.append(matches[at])
        at = before[at]
    return found


def _without(match: re.Match[str]) -> str:
    return match.string[: match.start("number")] + match.string[match.end("number") :]
