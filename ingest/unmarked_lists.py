"""Lists of a page whose members nothing marks but that they stand further in; browsers draw their bullets."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence

from ingest.boxes import Box

# In ems: how far in members stand, and how far apart their lines are at most.
_INDENT, _FARTHEST = (0.5, 6.0), 2.6
# In points: what begins at one place, or is of one size.
_ALIKE = 1.0
# A member has no more lines.
_MOST_LINES = 4


def unmarked_members(
    lines: Sequence[tuple[int, Box]], begins: Container[int], runs_on: Container[int]
) -> frozenset[int]:
    """Which of a page's lines, by number with their first boxes, begin members of lists.

    Those are two paragraphs or more, below each other and further in than what is above them. ``begins``: the lines
    that begin paragraphs; ``runs_on``: those that go on with the line above.
    """
    found: list[int] = []
    at = 1
    while at < len(lines):
        members, end = _list_at(lines, at, begins, runs_on)
        found += members
        at = end
    return frozenset(found)


def _list_at(
    lines: Sequence[tuple[int, Box]], at: int, begins: Container[int], runs_on: Container[int]
) -> tuple[list[int], int]:
    """The members of the list that begins at a line, and the line after it; none where it begins no list."""
    lead, (number, first) = lines[at - 1][1], lines[at]
    least, most = _INDENT
    indent = (first.x - lead.x) / (first.size or math.nan)
    end = at + 1
    if not (least < indent < most and lead.y > first.y and number in begins):
        return [], end
    members = [number]
    longest = count = 1
    while end < len(lines) and _is_below(lines[end][1], lines[end - 1][1], first):
        number, box = lines[end]
        if number in runs_on and box.x > first.x - _ALIKE:
            count += 1
        elif number in begins and abs(box.x - first.x) < _ALIKE:
            members.append(number)
            count = 1
        else:
            break
        longest = max(longest, count)
        end += 1
    if end < len(lines) and lines[end][0] in runs_on:  # the last is a paragraph whose first line stands in
        members.pop()
    return (members, end) if len(members) > 1 and longest <= _MOST_LINES else ([], end)


def _is_below(box: Box, above: Box, first: Box) -> bool:
    """Whether a line is near the one above it and in the type of the list's first."""
    return 0 < above.y - box.y < _FARTHEST * first.size and abs(box.size - first.size) <= _ALIKE
