"""Tables in plain text: rows of cells parted by tabs or by bars, read together with their column heads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ingest.draft import Draft, spaced
from ingest.lines import Line, LineKind, is_delimiter, split_lines
from ingest.model import BlockKind, Span

Cells = list[list[Span]]

_BAR = re.compile(r"(?<!\\)\|")
_TAB = re.compile(r"\t")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?\Z")
_LABEL_NEVER_HAS = re.compile(r"[\d@]|://")


class TableHeads(NamedTuple):
    """Where the line begins that holds a table's heads; unless ``sure``, if they look like ones."""

    start: int
    sure: bool


def read_table(text: str, lines: Sequence[Line], known: TableHeads | None = None) -> list[Draft]:
    """Drafts of the rows of one table; ``lines`` are its lines with the blank ones between them.

    The heads that are ``known`` may stand above another part of the table.
    """
    piped = any(line.kind is LineKind.PIPE for line in lines)
    rows: list[tuple[list[Line], Cells]] = []
    before: list[Line] = []
    heads: Cells | None = None
    torn = False  # a blank line, as a page break leaves it, lies between this row and the one above
    for line in lines:
        if not line.text:
            (rows[-1][0] if rows else before).append(line)
            torn = bool(rows)
            continue
        if piped and is_delimiter(line.text):
            if len(rows) == 1 and heads is None:
                heads = rows[0][1]
            (rows[-1][0] if rows else before).append(line)
            continue
        cells = _cells(text, line, _BAR if piped else _TAB)
        if rows and torn and heads is not rows[-1][1] and _continues(cells, rows[-1][1]):
            rows[-1][0].append(line)
            for above, below in zip(rows[-1][1], cells, strict=True):
                above.extend(below)
        else:
            rows.append(([line] if rows else [*before, line], cells))
        torn = False
    if not rows:
        return [Draft(BlockKind.FURNITURE, tuple(Span(line.start, line.stop) for line in lines), ())]
    if heads is None and not piped:
        heads = _heads(text, [cells for _, cells in rows], known)
    only_heads = len(rows) == 1
    named = [_string(text, cell) for cell in heads] if heads else None
    return [
        _draft(text, owned, cells, heads)
        if only_heads or [_string(text, cell) for cell in cells] != named
        else Draft(BlockKind.TABLE_ROW, tuple(Span(line.start, line.stop) for line in owned), ())  # also if repeated
        for owned, cells in rows
    ]


def _cells(text: str, line: Line, separator: re.Pattern[str]) -> Cells:
    """Each cell's spans, stripped; an empty cell has none. Outer bars part nothing."""
    start, end = line.start, line.stop
    if separator is _BAR:
        start, end = line.content.start, line.content.end
        start += text[start] == "|"
        end -= text[end - 1] == "|" and text[end - 2] != "\\"
    cells: Cells = []
    at = start
    stops = [match.start() for match in separator.finditer(text, start, end)]
    for stop in [*stops, end]:
        cell = text[at:stop]
        bare = cell.strip()
        begin = at + cell.find(bare) if bare else at
        cells.append([Span(begin, begin + len(bare))] if bare else [])
        at = stop + 1
    return cells


def _continues(cells: Cells, above: Cells) -> bool:
    """A row torn by a page break goes on with its first cell empty."""
    return len(cells) == len(above) and not cells[0] and bool(above[0]) and any(cells)


def _heads(text: str, rows: Sequence[Cells], known: TableHeads | None) -> Cells | None:
    """The heads of tab-parted rows: those known, or the first row if it looks like heads."""
    if known:
        (line, *_) = split_lines(text, known.start, text.find("\n", known.start))
        over = _cells(text, line, _TAB)
        is_first = [_string(text, cell) for cell in over] == [_string(text, cell) for cell in rows[0]]
        if len(over) == len(rows[0]) and (known.sure or _has_heads(text, rows if is_first else [over, *rows])):
            return rows[0] if is_first else over
    return rows[0] if _has_heads(text, rows) else None


def _has_heads(text: str, rows: Sequence[Cells]) -> bool:
    """Whether the first of tab-parted rows names the columns, at least three or over figures."""
    corner_is_empty = not rows[0][0] and all(row[0] for row in rows[1:])
    if len(rows) < 2 or not (all(rows[0]) or (corner_is_empty and all(rows[0][1:]))):
        return False
    strings = [[_string(text, cell) for cell in row] for row in rows]
    strings = strings[:1] + [row for row in strings[1:] if row != strings[0]]  # which pages repeat
    columns = [[row[at] for row in strings if at < len(row)] for at in range(len(rows[0]))]
    if not all(_names(label, below) for label, *below in columns):
        return False
    if len(rows[0]) >= 3:
        return True
    return all(any(map(_LABEL_NEVER_HAS.search, row[1:])) for row in strings[1:])


def _names(label: str, below: Sequence[str]) -> bool:
    """Whether a cell names the column of those below it, and not what is beside it: by words; or by a year, or a few
    digits among words, above a figure and nothing alike."""
    if not _LABEL_NEVER_HAS.search(label):
        return not label.endswith(":")
    sort = _sort(label)
    return sort is not None and sort not in map(_sort, below) and any(map(_DIGIT.search, below))


def _sort(content: str) -> str | None:
    """What a cell with digits is, where that may be a column's name."""
    if _YEAR.match(content):
        return "year"
    digits = sum(map(str.isdecimal, content))
    words = content[:1].isalpha() and 0 < 4 * digits <= sum(map(str.isalpha, content))
    return "words" if words and "@" not in content and "://" not in content else None


def _string(text: str, cell: Sequence[Span]) -> str:
    return " ".join(text[span.start : span.end] for span in cell)


def _draft(text: str, lines: Sequence[Line], cells: Cells, heads: Cells | None) -> Draft:
    owned = tuple(Span(line.start, line.stop) for line in lines)
    flow: list[Span | str] = []
    for column, cell in enumerate(cells):
        content = _string(text, cell)
        if not _LETTER_OR_DIGIT.search(content):
            continue
        if flow:
            flow.append(" " if text[_end(flow) - 1] in ".;!?" else "; " if heads else " ")
        if heads and heads is not cells and column < len(heads) and heads[column]:
            flow.extend([*heads[column], ": "])
        flow.extend(spaced(cell))
    return Draft(BlockKind.TABLE_ROW, owned, tuple(flow))


def _end(flow: Sequence[Span | str]) -> int:
    last = flow[-1]
    assert isinstance(last, Span)
    return last.end
