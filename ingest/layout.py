"""What a PDF's page shows by white space and its text lacks: the cells of tables, and where paragraphs begin.

pypdf breaks lines, and says neither how far apart they are nor what gaps they hold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from ingest.boxes import Box, Place, boxes_of_lines
from ingest.columns import Table, find_tables
from ingest.lines import ends_sentence
from ingest.typography import count_letters
from ingest.unmarked_lists import unmarked_members

# Lines so many times as far apart as usual are of two paragraphs, if the first ends a sentence or the second begins
# one, or if they are so much farther apart.
_WIDE, _VERY_WIDE = 1.25, 2.0
# In ems: how far apart lines may be for the usual to be counted from them.
_TIGHTEST, _LOOSEST = 0.7, 2.6
# Of how many lines of a size the usual is told.
_FEWEST = 5
# Type so much larger is of another paragraph.
_SIZE_CHANGE = 1.12
# How many lines above and below tell how far a column's lines run, and in points how near to a line they begin.
_NEAR, _SAME_COLUMN = 8, 72.0
# A line that fills no more of its column than this is no wrapped one, whatever follows.
_SHORT = 0.6
# So many lines may be running heads and feet.
_EDGE_LINES = 3
# A label has fewer words.
_FEWEST_WORDS = 3
_WORD = re.compile(r"[^\W\d_]{2,}")
# Of an em.
_USUAL_WIDTH = 0.5
# In ems: how far the first line of a paragraph may stand in.
_INDENT = (0.5, 4.0)
# In points: what steps are rounded by.
_ROUNDED = 0.5
# In points: a column's cells may begin a little further in on the next page.
_SAME_PLACE = 15.0
# In points: lines that begin as near to each other begin alike.
_ALIKE = 1.0


class Laid(NamedTuple):
    """A page's text with its tables' cells set apart, which of its lines, from 0, begin paragraphs, which of those
    members of lists, which go on with the line above, and the tables by their first lines."""

    text: str
    begins: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()
    runs_on: frozenset[int] = frozenset()
    tables: Mapping[int, Table] = MappingProxyType({})


def set_apart(text: str, places: Sequence[Place]) -> Laid:
    """The text with tabs between the cells of tables, a line for each row; nothing but white space changes."""
    lines = list(boxes_of_lines(text, places))
    tables = find_tables(text, lines)
    usual = _usual_steps([line for line in lines if len(line) == 1])
    written: list[str] = []
    begins: set[int] = set()
    runs_on: set[int] = set()
    placed: dict[int, Table] = {}
    firsts: list[tuple[int, Box]] = []
    at = 0
    while at < len(lines):
        if table := tables.get(at):
            placed[len(written)] = table
            begins |= {len(written), len(written) + len(table.rows)}
            written.extend("\t".join(row) for row in table.rows)
            at += table.lines
            continue
        if at and _begins(text, lines, at, usual):
            begins.add(len(written))
        elif at and _runs_on(lines[at - 1], lines[at], usual):
            runs_on.add(len(written))
        firsts.append((len(written), lines[at][0]))
        written.append(text[lines[at][0].start : lines[at][-1].stop].rstrip())
        at += 1
    members = unmarked_members(firsts, begins, runs_on)
    return Laid("\n".join(written), frozenset(begins), members, frozenset(runs_on), placed)


def _usual_steps(lines: Sequence[Sequence[Box]]) -> dict[int, float]:
    """How far apart, in ems, lines of each size in whole points usually are; 0 stands for the others."""
    steps: dict[int, list[float]] = {}
    for above, below in pairwise(lines):
        step = (above[0].y - below[0].y) / below[0].size if below[0].size else math.nan
        if abs(above[0].size - below[0].size) < 0.3 and _TIGHTEST < step < _LOOSEST:
            steps.setdefault(round(below[0].size), []).append(step)
    every = [step for some in steps.values() for step in some]
    usual = {size: _low(some) for size, some in steps.items() if len(some) >= _FEWEST}
    return {0: _low(every) if every else math.nan, **usual}


def _low(steps: Sequence[float]) -> float:
    """The third of them: most of a page may be lines that stand apart, but few are nearer than usual."""
    return sorted(steps)[len(steps) // 3]


def goes_on(above: Laid, below: Laid) -> tuple[int, int] | None:
    """The first lines of the last table of a page and of the first on the next page, if that goes on with it.

    Between them lie running heads and feet alone, and their columns begin alike.
    """
    if not above.tables or not below.tables:
        return None
    last, first = max(above.tables), min(below.tables)
    between = above.text.split("\n")[last + len(above.tables[last].rows) :], below.text.split("\n")[:first]
    if not all(map(_may_be_edge, between)):
        return None
    one, other = above.tables[last].columns, below.tables[first].columns
    alike = len(one) == len(other) and all(abs(x - y) < _SAME_PLACE for x, y in zip(one, other, strict=True))
    return (last, first) if alike else None


def _may_be_edge(lines: Sequence[str]) -> bool:
    """Whether lines at the edge of a page may be running heads or feet, and no text."""
    said = [line for line in lines if line.strip()]
    return len(said) <= _EDGE_LINES and not any(ends_sentence(line.rstrip()) for line in said)


def _begins(text: str, lines: Sequence[Sequence[Box]], at: int, usual: Mapping[int, float]) -> bool:
    """Whether a line begins a paragraph; what is written here and there in a figure has none."""
    above, below = lines[at - 1][0], lines[at][0]
    in_line = abs(above.x - below.x) < _ALIKE and 0 < above.y - below.y < _LOOSEST * below.size
    if not in_line and max(_words(text, lines[at - 1]), _words(text, lines[at])) < _FEWEST_WORDS:
        return False
    apart = _apart(text, lines[at - 1], lines[at], usual)
    return apart or _ended(text, lines, at - 1) or _indented(text, lines, at)


def _indented(text: str, lines: Sequence[Sequence[Box]], at: int) -> bool:
    """Whether a line alone stands further in than those above and below it, after a sentence."""
    above, line = lines[at - 1][0], lines[at][0]
    least, most = _INDENT
    if not (least * line.size < line.x - above.x < most * line.size and line.y < above.y):
        return False
    alone = at + 1 == len(lines) or abs(lines[at + 1][0].x - above.x) < _ALIKE
    return alone and ends_sentence(_text(text, lines[at - 1]))


def _runs_on(above: Sequence[Box], below: Sequence[Box], usual: Mapping[int, float]) -> bool:
    """Whether a line that begins no paragraph stands right below the other, in the same type."""
    one, other = above[0], below[0]
    if math.isnan(other.size) or abs(one.size - other.size) > _ALIKE:
        return False
    step = usual.get(round(other.size), usual[0]) * other.size
    near = 0 < one.y - other.y <= _WIDE * step + _ROUNDED
    return near and -_ALIKE < one.x - other.x < _INDENT[1] * other.size


def _apart(text: str, above: Sequence[Box], below: Sequence[Box], usual: Mapping[int, float]) -> bool:
    """Whether the space between two lines is more than that between a paragraph's."""
    one, other = above[0], below[0]
    step = one.y - other.y
    size = min(one.size, other.size)
    if max(one.size, other.size) > _SIZE_CHANGE * size and abs(step) > size:
        return min(count_letters(_text(text, above)), count_letters(_text(text, below))) > 3
    if math.isnan(size):
        return False
    leading = usual.get(round(size), usual[0]) * size
    if not step > _WIDE * leading + _ROUNDED:
        return False
    ended = ends_sentence(_text(text, above)) or not _text(text, below)[:1].islower()
    return ended or step > _VERY_WIDE * leading


def _ended(text: str, lines: Sequence[Sequence[Box]], at: int) -> bool:
    """Whether a line was broken where the first word of the next would have fitted."""
    above, below = lines[at], lines[at + 1]
    x, end, size = above[0].x, above[-1].end, above[0].size
    line, following = _text(text, above), _text(text, below)
    if line.endswith("-") or not below[0].y < above[0].y:
        return False
    margin = max(
        (
            near[-1].end
            for near in lines[max(0, at - _NEAR) : at + _NEAR]
            if abs(near[0].x - x) < _SAME_COLUMN and abs(near[0].size - size) < _ALIKE and near[-1].end > x
        ),
        default=math.nan,
    )
    below_end = below[-1].end
    if math.isnan(below_end):  # as of a page's last piece
        below_end = below[0].x + len(following) * _USUAL_WIDTH * size
    if following[:1].islower() or line.endswith(","):
        full = _SHORT * (margin - x)
        return end - x < full and below_end - x < full and abs(below[0].x - x) < _ALIKE
    character = (below_end - below[0].x) / len(following)
    return end + (len(following.split()[0]) + 2) * character + size < margin


def _text(text: str, line: Sequence[Box]) -> str:
    return text[line[0].start : line[-1].stop].strip()


def _words(text: str, line: Sequence[Box]) -> int:
    """How many words, of two letters at least, a line has."""
    return len(_WORD.findall(text, line[0].start, line[-1].stop))
