"""Manuscripts whose lines are counted in the margin: the counts are no text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from ingest.lines import ends_sentence

_AT_END = re.compile(r"(?:(?<=\s)|\A)(?P<number>\d{1,4})\s*\Z")
_AT_BEGINNING = re.compile(r"\A\s*(?P<number>\d{1,4})(?=\s|\Z)")
# On a page so many lines are counted, this many at least, one after the other but for a line or two now and then.
_SHARE_OF_LINES, _FEWEST = 0.5, 8
_FARTHEST = 3
# Where that is so, on a page that goes on counting so many are enough.
_FEWEST_THEN = 3
# Of the pages so many.
_SHARE_OF_PAGES, _FEWEST_PAGES = 0.3, 2
# A list counts its members too, but they are not long lines that go on with each other in lower case.
_GOING_ON, _LONG = 0.2, 40
_Run: TypeAlias = list[tuple[int, re.Match[str]]]


def without_line_numbers(pages: Sequence[str]) -> list[str]:
    """The texts of pages without the numbers that count their lines, at the lines' ends or beginnings."""
    lines = [page.split("\n") for page in pages]
    for place in (_AT_END, _AT_BEGINNING):
        runs = [_longest_run(of_page, place) for of_page in lines]
        counted = [_is_most_of(run, of_page) for run, of_page in zip(runs, lines, strict=True)]
        if sum(counted) < max(_FEWEST_PAGES, _SHARE_OF_PAGES * len(pages)):
            continue
        last = 0
        for run, of_page, surely in zip(runs, lines, counted, strict=True):
            if surely or (len(run) >= _FEWEST_THEN and 0 < _number(run[-1]) - last <= _FARTHEST):
                last = _number(run[0])
                for at, match in run:
                    of_page[at] = _without(match)
    return ["\n".join(of_page) for of_page in lines]


def _is_most_of(run: _Run, lines: Sequence[str]) -> bool:
    enough = max(_FEWEST, _SHARE_OF_LINES * sum(bool(line.strip()) for line in lines))
    texts = [_without(match).strip() for _, match in reversed(run)]
    goes_on = sum(
        len(text) >= _LONG and following[:1].islower() and not ends_sentence(text)
        for text, following in pairwise(texts)
    )
    return len(run) >= enough and goes_on >= _GOING_ON * len(run)


def _number(counted: tuple[int, re.Match[str]]) -> int:
    return int(counted[1]["number"])


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
