"""The tables of a page, told by what stands in columns.

A row's cells come one after the other, each from its first line to its last, or line by line where none is broken.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from ingest.boxes import Box

# In ems: lines of one cell are no farther apart, or where one beside is centred on more of them; nor rows of one table.
_WITHIN_CELL, _WITHIN_FIRST, _WITHIN_TABLE = 1.6, 2.3, 6.0
# A cell has no more lines. Its lines are no more unevenly apart.
_MOST_LINES, _UNEVEN = 6, 1.15
# A table has no fewer rows.
_FEWEST_ROWS = 2
# A row has no more cells.
_MOST_CELLS = 60
# In ems: what lies no farther above or below is as high; what begins higher is of a cell beside.
_AS_HIGH, _RAISED = 0.5, 0.2
# A cell of more lines than those before it may be centred on them.
_TALLER = 3.2
# In ems: how far from the first column a line stands that names the rows below it.
_INDENT = 2.0
# In points: how far off its column's line a cell may stand, and of the cells how many stand on it.
_OFF, _MOST = 1.5, 0.7
# Of a table's cells so many are filled.
_FILLED = 0.6
# In ems: what is farther apart is not in one column.
_WITHIN_COLUMN = 1.2
# In ems: two lines with nearer gaps may have them below each other by chance.
_GUTTER = 1.5
# Two columns of which a row holds one or the other are one, if so many do.
_NEARLY_ALL = 0.8
# Rows of fewer cells are not told from lines with chance gaps, where others span columns.
_FEWEST_SPANNED = 3
# So many times a stretch of lines is parted where they have no columns, first at gaps so much wider than most.
_MOST_PARTINGS, _WIDER = 4, 1.2
# A name of some rows is in no larger type.
_LARGER = 1.08
# Characters: two columns of longer lines, of which so many go on in lower case, are columns of text; and if one is, a
# wider row is a line of text with a gap.
_LONG, _WIDE, _GOING_ON = 30, 60, 0.3
_COUNT = re.compile(r"\d{1,3}\Z")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


class Table(NamedTuple):
    """So many lines of a page that are these rows of cells, an empty one for what is left out; where its columns begin,
    in points, and whether the first row alone is bold."""

    lines: int
    rows: list[list[str]]
    columns: list[float]
    bold_heads: bool


class _Row(NamedTuple):
    """The cells, each of one or more lines, that lines ``first`` to ``stop`` of a page make up."""

    first: int
    stop: int
    cells: list[list[Box]]

    @property
    def bold(self) -> bool:
        return all(box.bold for cell in self.cells for box in cell)

    @property
    def size(self) -> float:
        return self.cells[0][0].size

    @property
    def top(self) -> float:
        return max(box.y for cell in self.cells for box in cell)

    @property
    def bottom(self) -> float:
        return min(box.y for cell in self.cells for box in cell)


def find_tables(text: str, lines: Sequence[Sequence[Box]]) -> dict[int, Table]:
    """The tables of a page by their first lines, given the boxes of each line."""
    rows = list(_rows(lines))
    found: dict[int, Table] = {}
    for whole in _joined(rows, _groups(rows)):
        columns = _columns([rows[at] for at in whole])
        group = _without_spanning(rows, whole, columns)
        table = [_contents(text, rows[at], columns) for at in group] if columns else []
        if table and not _counts(table) and not _is_text(table) and not _is_justified(rows, group, table):
            first, last = rows[group[0]], rows[group[-1]]
            found[first.first] = Table(last.stop - first.first, table, columns, _begins_anew(rows, group))
    return found


def _groups(rows: Sequence[_Row]) -> Iterator[range]:
    """Stretches of rows that stand in columns, and rows by themselves."""
    for stretch in _stretches(rows):
        yield from _parted(rows, stretch, _MOST_PARTINGS)


def _parted(rows: Sequence[_Row], stretch: range, partings: int) -> Iterator[range]:
    """A stretch if its rows have columns, else the parts of it above and below its widest gap."""
    if len(stretch) == 1 or (stretch and _columns([rows[at] for at in stretch])):
        yield stretch
    elif len(stretch) > 2 and partings:
        steps = [rows[at - 1].bottom - rows[at].top for at in stretch[1:]]
        widest = max(range(len(steps)), key=steps.__getitem__) if max(steps) > _WIDER * median(steps) else 0
        at = stretch.start + widest + 1
        yield from _parted(rows, range(stretch.start, at), partings - 1)
        yield from _parted(rows, range(at, stretch.stop), partings - 1)


def _joined(rows: Sequence[_Row], groups: Iterable[range]) -> Iterator[range]:
    """The groups, those made one that a line alone parts which stands at the first column as a name does."""
    whole: range | None = None
    last: range | None = None
    for group in groups:
        if whole is not None and last is not None:
            if group.start == whole.stop + 1 and _names_rows(rows, whole.stop) and _alike(rows, last, group):
                whole, last = range(whole.start, group.stop), group
                continue
            yield whole
        whole = last = group
    if whole is not None:
        yield whole


def _names_rows(rows: Sequence[_Row], at: int) -> bool:
    """Whether a row of one cell stands between those above and below it, at their first column and no larger."""
    row, above, below = rows[at], rows[at - 1], rows[at + 1]
    if len(row.cells) > 1:
        return False
    near = min(abs(_left(row.cells[0]) - _left(other.cells[0])) for other in (above, below))
    steps = above.bottom - row.top, row.bottom - below.top
    between = all(0 < step < _WITHIN_TABLE * row.size for step in steps)
    return between and near <= _INDENT * row.size and row.size <= _LARGER * min(above.size, below.size)


def _alike(rows: Sequence[_Row], one: range, other: range) -> bool:
    """Whether two groups parted by one row have the same columns, and the second has no heads of its own.

    The first may be but the heads.
    """
    if len(other) == 1 or _begins_anew(rows, other):
        return False
    groups = [group for group in (one, other, range(one.start, other.stop)) if len(group) > 1]
    return len({len(_columns([rows[at] for at in group])) for group in groups}) == 1


def _begins_anew(rows: Sequence[_Row], group: range) -> bool:
    """Whether the first of some rows alone is bold."""
    return rows[group.start].bold and len(group) > 1 and not rows[group.start + 1].bold


def _rows(lines: Sequence[Sequence[Box]]) -> Iterator[_Row]:
    """Lines put together that are cells side by side; the others by themselves."""
    cells: list[list[Box]] = []
    first = 0
    for at, boxes in enumerate(lines):
        below = 1 if cells and _goes_below(cells, boxes[0]) else 0
        beside = boxes[below:]
        if cells and (_goes_right(cells, boxes[:below], beside[0]) if beside else below):
            cells[-1].extend(boxes[:below])
            if beside and len(cells) == 1:
                begin = _begin(cells[0], beside[0])
                yield from _below_each_other(first, cells[0][:begin])
                cells[0] = cells[0][begin:]
                first += begin
            cells.extend([box] for box in beside)
        else:
            yield from _apart(first, at, cells)
            cells, first = [[box] for box in boxes], at
    yield from _apart(first, len(lines), cells)


def _apart(first: int, stop: int, cells: list[list[Box]]) -> Iterator[_Row]:
    """A row; lines below each other with nothing beside them are none."""
    if len(cells) > 1:
        yield _Row(first, stop, cells)
    elif cells:
        yield from _below_each_other(first, cells[0])


def _below_each_other(first: int, boxes: Iterable[Box]) -> Iterator[_Row]:
    return (_Row(at, at + 1, [[box]]) for at, box in enumerate(boxes, first))


def _goes_right(cells: Sequence[Sequence[Box]], below: Sequence[Box], box: Box) -> bool:
    """Whether a box begins to the right of all cells, and of what is ``below`` the last, beside them and
    higher than what came before it."""
    last = below[-1] if below else cells[-1][-1]
    if not box.y > last.y + _RAISED * box.size or len(cells) > _MOST_CELLS:
        return False
    so_far = [*below, *(one for cell in cells for one in cell[-_MOST_LINES:])]
    lowest, highest = min(one.y for one in so_far), max(one.y for one in so_far)
    beside = lowest - _AS_HIGH * box.size <= box.y <= highest + _TALLER * box.size
    return beside and box.x > max(one.end for one in so_far)


def _goes_below(cells: Sequence[Sequence[Box]], box: Box) -> bool:
    """Whether a line goes on with the last cell."""
    *others, cell = cells
    last = cell[-1]
    ends_sooner = bool(others) and _middle(cell) <= _middle(others[0]) + _RAISED * box.size
    if not 0 < last.y - box.y <= (_WITHIN_CELL if ends_sooner else _WITHIN_FIRST) * box.size:
        return False
    if not others:
        return abs(box.x - last.x) <= _OFF
    if len(cell) >= _MOST_LINES:
        return False
    beyond = box.x > max(one.end for other in others for one in other)
    return beyond and box.x < max(one.end for one in cell) and not box.end < min(one.x for one in cell)


def _middle(cell: Sequence[Box]) -> float:
    return (cell[0].y + cell[-1].y) / 2


def _begin(block: Sequence[Box], beside: Box) -> int:
    """The first of some lines below each other that are a cell, to the last, given the first line of the cell beside.

    Its lines are evenly apart; where more are, the cells begin at one height or are centred.
    """
    first = len(block) - 1
    steps: list[float] = []
    while first > 0 and len(block) - first < _MOST_LINES:
        step = block[first - 1].y - block[first].y
        if step > _UNEVEN * min([step, *steps]) or step < max(steps, default=0) / _UNEVEN:
            break
        steps.append(step)
        first -= 1
    level = [at for at in range(first, len(block)) if abs(block[at].y - beside.y) <= _AS_HIGH * beside.size]
    centred = abs(_middle(block[first:]) - beside.y) <= _AS_HIGH * beside.size
    return level[0] if level and not centred else first


def _stretches(rows: Sequence[_Row]) -> Iterator[range]:
    """Rows of several cells, each right below the other."""
    start = 0
    for at, row in enumerate(rows):
        several = len(row.cells) > 1
        if at > start and not (several and 0 < rows[at - 1].bottom - row.top < _WITHIN_TABLE * row.size):
            yield range(start, at)
            start = at
        if not several:
            start = at + 1
    yield range(start, len(rows))


def _columns(rows: Sequence[_Row]) -> list[float]:
    """Where the columns begin that the rows of several cells have; nothing where they have none.

    Where cells span columns, the rows that have as many cells as most tell.
    """
    rows = [row for row in rows if len(row.cells) > 1]
    found = _columns_of(rows)
    usual, count = max(Counter(len(row.cells) for row in rows).items(), key=lambda item: item[1], default=(0, 0))
    if len(found) < usual and usual >= _FEWEST_SPANNED and _MOST * len(rows) <= count < len(rows):
        alone = _columns_of([row for row in rows if len(row.cells) == usual])
        if len(alone) == max(len(row.cells) for row in rows):
            return alone
    return [] if _crowded(rows, found) else found


def _crowded(rows: Sequence[_Row], begins: Sequence[float]) -> bool:
    """Whether half of the rows have a wide gap within a column: it is several, made one by what spans them."""
    return bool(begins) and 2 * sum(_is_parted(row, begins) for row in rows) >= len(rows)


def _is_parted(row: _Row, begins: Sequence[float]) -> bool:
    """Whether a row has a wide gap within a column."""
    pairs = [(one, other) for one, other in pairwise(row.cells) if _column(one, begins) == _column(other, begins)]
    return any(_left(other) - _right(one) > _WITHIN_COLUMN * row.size for one, other in pairs)


def _without_spanning(rows: Sequence[_Row], group: range, begins: Sequence[float]) -> range:
    """A group without the rows at its head that lie across columns."""
    while begins and len(group) > _FEWEST_ROWS and _spans(rows[group[0]], begins):
        group = group[1:]
    return group


def _spans(row: _Row, begins: Sequence[float]) -> bool:
    """Whether cells of a row lie across columns, as a caption does."""
    into = [(_column(cell, begins) + 1, _right(cell)) for cell in row.cells]
    return _is_parted(row, begins) or any(at < len(begins) and right > begins[at] + row.size for at, right in into)


def _columns_of(rows: Sequence[_Row]) -> list[float]:
    extents = sorted((_left(cell), _right(cell)) for row in rows for cell in row.cells)
    begins: list[float] = []
    end = -math.inf
    for left, right in extents:
        if left >= end:
            begins.append(left)
        end = max(end, right)
    begins = _merged(begins, [[_column(cell, begins) for cell in row.cells] for row in rows])
    by_column: list[list[list[Box]]] = [[] for _ in begins]
    filled = 0
    for row in rows:
        places = [_column(cell, begins) for cell in row.cells]
        filled += len(set(places))
        for place, cell in zip(places, row.cells, strict=True):
            by_column[place].append(cell)
    if len(begins) < 2 or filled < _FILLED * len(begins) * len(rows):
        return []
    if len(begins) == len(rows) == 2:
        gutter = begins[1] - max(map(_right, by_column[0]))
        if gutter < _GUTTER * rows[0].size:
            return []
    return begins if all(map(_aligned, by_column[1:])) else []


def _merged(begins: Sequence[float], held: Sequence[Sequence[int]]) -> list[float]:
    """Columns, of which each row holds these, without those that stand in for another: heads centred on short cells."""
    rows_of: list[set[int]] = [set() for _ in begins]
    for row, columns in enumerate(held):
        for column in columns:
            rows_of[column].add(row)
    merged: list[float] = []
    rows: set[int] = set()
    for begin, those in zip(begins, rows_of, strict=True):
        if merged and not rows & those and len(rows | those) >= _NEARLY_ALL * len(held):
            rows |= those
        else:
            merged.append(begin)
            rows = those
    return merged


def _left(cell: Sequence[Box]) -> float:
    return min(box.x for box in cell)


def _right(cell: Sequence[Box]) -> float:
    ends = [box.end for box in cell if not math.isnan(box.end)]
    return max(ends, default=_left(cell) + cell[0].size)


def _column(cell: Sequence[Box], begins: Sequence[float]) -> int:
    return max(0, bisect_right(begins, _left(cell)) - 1)


def _aligned(cells: Sequence[Sequence[Box]]) -> bool:
    """Whether most of a column's cells begin, end or are centred at one place, whatever its head does."""
    cells = cells[1:] if len(cells) > 2 else cells
    middles = ((_left(cell) + _right(cell)) / 2 for cell in cells)
    return len(cells) > 1 and any(map(_in_line, (map(_left, cells), map(_right, cells), middles)))


def _in_line(places: Iterable[float]) -> bool:
    """Whether most places, two at least, are one."""
    places = sorted(places)
    enough = max(2, math.ceil(_MOST * len(places)))
    return any(high - low <= _OFF for low, high in zip(places, places[enough - 1 :], strict=False))


def _contents(text: str, row: _Row, begins: Sequence[float]) -> list[str]:
    contents = [""] * len(begins)
    for column, cells in groupby(row.cells, key=lambda cell: _column(cell, begins)):
        words = (word for cell in cells for box in cell for word in text[box.start : box.stop].split())
        contents[column] = f"{contents[column]} {' '.join(words)}".strip()
    return contents


def _counts(table: Sequence[Sequence[str]]) -> bool:
    """Whether the first of two columns only counts or marks the rows."""
    first = {row[0] for row in table}
    return len(table[0]) == 2 and (all(map(_COUNT.match, first)) or (len(first) == 1 and len(first.pop()) == 1))


def _is_text(table: Sequence[Sequence[str]]) -> bool:
    """Whether what stands side by side is text: columns of it, or lines of it with a gap."""
    columns = [[content for content in column if content] for column in zip(*table, strict=True)]
    if not all(any(map(_LETTER_OR_DIGIT.search, column)) for column in columns):
        return True
    long = [column for column in columns if median(map(len, column)) >= _LONG]
    going_on = sum(content[0].islower() for column in long for content in column)
    wide = len(long) >= 2 or (len(columns) == 2 and median(sum(map(len, row)) for row in table) >= _WIDE)
    return bool(long) and wide and going_on >= _GOING_ON * sum(map(len, long))


def _is_justified(rows: Sequence[_Row], group: Sequence[int], table: Sequence[Sequence[str]]) -> bool:
    """Whether rows are lines of text set to both margins, whose gaps lie below each other by chance: they go on with
    each other, or with lines above or below that are as wide."""
    if not _in_line(_right(rows[at].cells[-1]) for at in group):
        return False
    lines = [" ".join(filter(None, row)) for row in table]
    going_on = sum(below[0].islower() and above[-1].isalpha() for above, below in pairwise(lines))
    if going_on >= max(2, _GOING_ON * (len(lines) - 1)):
        return True
    around = [at for at in (group[0] - 1, group[-1] + 1) if 0 <= at < len(rows)]
    return any(_is_as_wide(rows[at], rows[group[0] if at < group[0] else group[-1]]) for at in around)


def _is_as_wide(line: _Row, row: _Row) -> bool:
    """Whether a line that touches a row begins and ends where that does."""
    near = 0 < abs(line.top - row.top) <= _WITHIN_CELL * row.size
    begins = abs(_left(line.cells[0]) - _left(row.cells[0])) <= _OFF
    return near and begins and abs(_right(line.cells[-1]) - _right(row.cells[-1])) <= _OFF
