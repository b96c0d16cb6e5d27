"""The blocks of plain text, lightly marked text and Markdown.

Plain text says nothing of its structure, so lines are judged by their looks: length against the wrap width,
case, final punctuation, blank lines around. In Markdown only marks count, and lines in a row are one paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from ingest.draft import Draft, spaced
from ingest.lines import Line, LineKind, after_marker, ends_sentence
from ingest.model import BlockKind, Code, Span
from ingest.section_names import is_section_name
from ingest.tables import TableHeads, read_table
from ingest.typography import Heading

_NAVIGATION = re.compile(
    r"\W*(?:previous|next|back to(?: \w+){1,5}|home|menu|share(?: this)?|skip to (?:main )?content|table of contents|"
    r"(?:click here to )?download(?: the| this| as)?(?: full)? ?(?:pdf|article|version)(?: from \w+)?|"
    r"related (?:articles|posts)|read more|sign in|log in|subscribe|print|cookie (?:policy|settings)|"
    r"all rights reserved|advertisement)\W*\Z",
    re.IGNORECASE,
)
_SETEXT = re.compile(r"(?:=+|-{2,})\Z")
_PAGE_NUMBER = re.compile(r"\W*(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\W*\Z", re.IGNORECASE)
_NUMBERED_HEADING = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=[A-ZÀ-Þ])")
_NEVER_IN_HEADING = re.compile(r"[@¹²³⁴⁵⁶⁷⁸⁹^{};=]|://|(?<!\bvs)(?<!\bDr)(?<!\bSt)\.\s+[A-Z]|\[\d|,.*,.*,")
# "**Serves:** 4"
_LABEL = re.compile(r"(?:\*\*|__)[^*_\n]{1,40}(?::(?:\*\*|__)|(?:\*\*|__):)\s")
_MAX_HEADING_LENGTH, _CHARACTERS_A_WORD = 110, 7
# Of a heading that more than its looks tell.
LONGEST_KNOWN_HEADING = 160
# Where so many headings are known, looks tell no others but those that are named as sections are.
_KNOWN = 5
_LONGEST_LABEL = 120
# A shorter line is not broken where few are.
_SHORTEST_BROKEN = 25
_MAY_BE_HEADING = (LineKind.TEXT, LineKind.NUMBERED)
# A line that looks like one of these may be the middle of a wrapped sentence.
_MAY_BE_WRAPPED = (LineKind.NUMBERED, LineKind.RECORD, LineKind.TAB)


class Known(NamedTuple):
    """What more than its looks tells of a text: headings that look like ones, which lines begin paragraphs, which of
    those members of lists, which go on with the line above and which begin tables, and where the heads of those
    stand, all by where they begin."""

    headings: Mapping[int, Heading]
    paragraphs: frozenset[int]
    members: frozenset[int]
    runs_on: frozenset[int]
    tables: frozenset[int]
    table_heads: Mapping[int, TableHeads]


_NOTHING_KNOWN = Known({}, frozenset(), frozenset(), frozenset(), frozenset(), {})


def read_text(
    text: str, lines: Sequence[Line], *, markdown: bool, width: int, known: Known = _NOTHING_KNOWN
) -> list[Draft]:
    """Drafts that tile what some lines on end tile of a text; plain text is wrapped at ``width``, if that is not 0."""
    return _Parser(text, lines, markdown, width, known).drafts()


class _Parser:
    def __init__(self, text: str, lines: Sequence[Line], markdown: bool, width: int, known: Known) -> None:
        self._text = text
        self._lines = lines
        self._markdown = markdown
        self._width = width
        self._runs: list[int] | None = None
        self._known = known
        self._tail = len(lines) if markdown else _tail_of_navigation(lines)

    def drafts(self) -> list[Draft]:
        found: list[Draft] = []
        at = 0
        while at < len(self._lines):
            end, draft = self._next(at)
            while end < len(self._lines) and self._lines[end].kind is LineKind.BLANK:
                end += 1
            found.extend(self._own(at, end, draft))
            at = end
        return found

    def _own(self, at: int, end: int, draft: Draft | list[Draft]) -> list[Draft]:
        """Give the block, or the last of a table's rows, the blank lines that follow it."""
        stop = self._lines[end - 1].stop
        if isinstance(draft, list):
            owned = draft[-1].owned
            return [*draft[:-1], replace(draft[-1], owned=(*owned[:-1], Span(owned[-1].start, stop)))]
        return [replace(draft, owned=(Span(self._lines[at].start, stop),))]

    def _next(self, at: int) -> tuple[int, Draft | list[Draft]]:
        """The block that begins at line ``at``, and the line after it."""
        line = self._lines[at]
        kind = line.kind
        if kind in (LineKind.BLANK, LineKind.RULE) or at >= self._tail or self._is_navigation(at):
            return at + 1, self._draft(BlockKind.FURNITURE, at, at + 1)
        if kind is LineKind.ATX_HEADING:
            level = len(line.text) - len(line.text.lstrip("#"))
            return at + 1, Draft(BlockKind.HEADING, (), (self._without_closing_marks(line),), level)
        if kind is LineKind.BOLD_HEADING and self._stands_alone(at):
            return at + 1, Draft(BlockKind.HEADING, (), (line.content,), 7)
        if kind is LineKind.FENCE:
            return self._fenced(at)
        if kind in (LineKind.PIPE, LineKind.TAB):
            end = self._table_end(at)
            return end, read_table(self._text, self._lines[at:end], self._known.table_heads.get(line.start))
        if self._markdown and kind is LineKind.TEXT and self._next_is_setext(at):
            level = 1 if self._lines[at + 1].text[0] == "=" else 2
            return at + 2, Draft(BlockKind.HEADING, (), (line.content,), level)
        if known := self._known_heading(at):
            end = at + known.lines
            whole = Span(line.content.start, self._lines[end - 1].content.end)
            return end, Draft(BlockKind.HEADING, (), (whole,), known.level)
        if not self._markdown:
            depth = self._heading_level(at)
            if depth is not None:
                return at + 1, Draft(BlockKind.HEADING, (), (line.content,), depth)
        if kind in (LineKind.ITEM, LineKind.NUMBERED):
            end = self._run(at, self._item_goes_on)
            first = after_marker(line) if kind is LineKind.ITEM else line.content
            return end, Draft(BlockKind.LIST_ITEM, (), (Span(first.start, self._lines[end - 1].content.end),))
        if line.start in self._known.members and kind is LineKind.TEXT:
            return self._block(BlockKind.LIST_ITEM, at, self._run(at, self._item_goes_on))
        if kind is LineKind.CAPTION:
            return self._block(BlockKind.CAPTION, at, self._run(at, self._caption_goes_on))
        if kind is LineKind.RECORD:
            end = at + 1 if not self._width else self._run(at, self._paragraph_goes_on)
            return self._block(BlockKind.FRONT_MATTER, at, end)
        return self._block(BlockKind.PARAGRAPH, at, self._run(at, self._paragraph_goes_on))

    def _known_heading(self, at: int) -> Heading | None:
        known = self._known.headings.get(self._lines[at].start)
        if known is None or at + known.lines > len(self._lines):
            return None
        after = self._neighbour(at + known.lines - 1, +1)
        goes_on = after is not None and after.kind is LineKind.TEXT and after.text[:1].islower()
        return known if not goes_on and self._lines[at].kind in _MAY_BE_HEADING else None

    def _block(self, kind: BlockKind, at: int, end: int) -> tuple[int, Draft]:
        return end, self._draft(kind, at, end)

    def _draft(self, kind: BlockKind, at: int, end: int) -> Draft:
        start = self._lines[at].content.start
        if self._markdown and self._lines[at].text.startswith(">"):
            return Draft(kind, (), spaced([_quoted(line) for line in self._lines[at:end] if line.text]))
        return Draft(kind, (), (Span(start, max(start, self._lines[end - 1].content.end)),))

    def _run(self, at: int, goes_on: Callable[[int], bool]) -> int:
        end = at + 1
        while end < len(self._lines) and goes_on(end):
            end += 1
        return end

    def _paragraph_goes_on(self, at: int) -> bool:
        """Whether line ``at`` goes on with the paragraph of the line before it."""
        line, before = self._lines[at], self._lines[at - 1]
        if self._known_heading(at) or line.start in self._known.paragraphs:
            return False
        if line.kind is not LineKind.TEXT:
            wrapped = line.kind in _MAY_BE_WRAPPED and bool(self._width) and _full(before, self._width)
            return wrapped and not ends_sentence(before.text)
        if at >= self._tail:
            return False
        if self._markdown:
            if _LABEL.match(line.text) or (self._breaks_off(before) and not line.text[:1].islower()):
                return False
            return not _SETEXT.match(line.text) and not self._next_is_setext(at)
        if not self._width or line.indent > before.indent:
            return self._is_broken(at)
        if self._names_section(at):
            return False
        if not ends_sentence(before.text) or line.start in self._known.runs_on:
            return True
        if not _full(before, self._width) and not line.text[:1].islower():
            return False
        return self._heading_level(at) is None

    def _breaks_off(self, line: Line) -> bool:
        """Whether a line of Markdown ends with the mark of a line break, two spaces or a backslash."""
        return self._text[line.start : line.stop].rstrip("\r\n").endswith(("  ", "\\"))

    def _caption_goes_on(self, at: int) -> bool:
        """A caption ends at its first line that does not run to the margin."""
        before = self._lines[at - 1]
        full = self._markdown or (bool(self._width) and _full(before, self._width))
        return full and not ends_sentence(before.text) and self._paragraph_goes_on(at)

    def _next_is_setext(self, at: int) -> bool:
        return at + 1 < len(self._lines) and _SETEXT.match(self._lines[at + 1].text) is not None

    def _item_goes_on(self, at: int) -> bool:
        line, before = self._lines[at], self._lines[at - 1]
        if line.kind is not LineKind.TEXT or self._known_heading(at) or line.start in self._known.paragraphs:
            return False
        if self._markdown or line.indent > 0:
            return True
        if not self._width:
            return self._is_broken(at)
        if line.start in self._known.runs_on:
            return True
        return _full(before, self._width) and not ends_sentence(before.text)

    def _is_broken(self, at: int) -> bool:
        """Whether the line before line ``at`` is broken though few are, where it is known which begin paragraphs."""
        before, line = self._lines[at - 1].text, self._lines[at].text
        goes_on = len(before) >= _SHORTEST_BROKEN and line[:1].islower() and not ends_sentence(before)
        return goes_on and bool(self._known.paragraphs)

    def _without_closing_marks(self, line: Line) -> Span:
        span = after_marker(line)
        title = self._text[span.start : span.end]
        return Span(span.start, span.start + len(re.sub(r"(?:\s+|\A)#+\Z", "", title)))

    def _fenced(self, at: int) -> tuple[int, Draft | list[Draft]]:
        """A block of code, which is a list of its lines."""
        mark = self._lines[at].text[:3]
        end = at + 1
        while end < len(self._lines) and not self._lines[end].text.startswith(mark):
            end += 1
        inside = [line for line in self._lines[at + 1 : end] if line.text]
        end = min(end + 1, len(self._lines))
        if not inside:
            return self._block(BlockKind.FURNITURE, at, end)
        if not self._markdown:  # the lines of plain text are joined to others where they end in mid-sentence
            return end, Draft(BlockKind.PARAGRAPH, (), spaced(line.content for line in inside))
        groups: list[list[Line]] = []
        for line in inside:  # a bracket on a line of its own goes with the line before it
            if groups and not any(map(str.isalnum, line.text)):
                groups[-1].append(line)
            else:
                groups.append([line])
        kind = BlockKind.LIST_ITEM if len(groups) > 1 else BlockKind.PARAGRAPH
        begins = [self._lines[at].start, *(group[0].start for group in groups[1:])]
        ends = [*begins[1:], self._lines[end - 1].stop]
        return end, [
            Draft(kind, (Span(*owned),), spaced(Code(line.content.start, line.content.end) for line in group))
            for owned, group in zip(zip(begins, ends, strict=True), groups, strict=True)
        ]

    def _table_end(self, at: int) -> int:
        """The line after the table that begins at ``at``.

        A page break may tear a table: up to two blank lines may lie between rows of as many tabs.
        """
        kind = self._lines[at].kind
        end, blanks = at + 1, 0
        tabs = self._tabs(at)
        for index in range(at + 1, len(self._lines)):
            line = self._lines[index]
            if line.start in self._known.paragraphs:
                break
            if line.kind is kind and (
                (kind is LineKind.PIPE and not blanks) or (kind is LineKind.TAB and self._tabs(index) == tabs)
            ):
                end, blanks = index + 1, 0
            elif line.kind is LineKind.BLANK and kind is LineKind.TAB and blanks < 2:
                blanks += 1
            else:
                break
        return end

    def _tabs(self, at: int) -> int:
        line = self._lines[at]
        return self._text.count("\t", line.start, line.stop)

    def _stands_alone(self, at: int) -> bool:
        before = self._lines[at - 1].kind if at else LineKind.BLANK
        after = self._lines[at + 1].kind if at + 1 < len(self._lines) else LineKind.BLANK
        return before is not LineKind.TEXT and (not self._markdown or after is not LineKind.TEXT)

    def _is_navigation(self, at: int) -> bool:
        line = self._lines[at]
        if line.kind not in (LineKind.TEXT, LineKind.BOLD_HEADING) or len(line.text) > 400:
            return False
        around = [*self._lines[max(0, at - 1) : at], *self._lines[at + 1 : at + 2]]
        alone = all(near.kind is not LineKind.TEXT or _NAVIGATION.match(near.text) for near in around)
        return alone and _NAVIGATION.match(re.sub(r"<[^<>]*>|\*\*", "", line.text)) is not None

    def _neighbour(self, at: int, step: int) -> Line | None:
        at += step
        while 0 <= at < len(self._lines) and self._lines[at].kind is LineKind.BLANK:
            at += step
        return self._lines[at] if 0 <= at < min(self._tail, len(self._lines)) else None

    def _heading_level(self, at: int) -> int | None:
        """The depth of the heading that line ``at`` looks like, 0 if unknown; None if it is no heading."""
        line = self._lines[at]
        if not _looks_like_heading(line):
            return None
        if len(self._known.headings) >= _KNOWN and not (self._names_section(at) or _NUMBERED_HEADING.match(line.text)):
            return None
        before, after = self._neighbour(at, -1), self._neighbour(at, +1)
        if after is None or (after.kind is LineKind.TEXT and after.text[:1].islower()):
            return None
        if after.start in self._known.runs_on and not self._names_section(at):
            return None
        if line.kind is LineKind.NUMBERED or _NUMBERED_HEADING.match(line.text):
            number = _NUMBERED_HEADING.match(line.text)
            if number is None or any(near and near.kind is LineKind.NUMBERED for near in (before, after)):
                return None
            depth = number.group("number").count(".") + 1
            return None if self._numbers_beside(at, depth) else depth
        previous_line = self._lines[at - 1] if at else None
        adjacent = previous_line is not None and previous_line.kind is LineKind.TEXT
        if self._width:
            if len(line.text) > 0.8 * self._width and not line.text.isupper():
                return None
            if adjacent and previous_line and not (ends_sentence(previous_line.text) or self._names_section(at)):
                return None
        elif self._in_run_of_short_lines(at):
            return None
        return 1 if line.text.isupper() and len(line.text) > 3 else 0

    def _numbers_beside(self, at: int, depth: int) -> bool:
        """Whether a line that touches line ``at`` is numbered to the same depth: a list of institutes or contents."""
        touching = [*self._lines[max(0, at - 1) : at], *self._lines[at + 1 : at + 2]]
        numbers = (_NUMBERED_HEADING.match(line.text) for line in touching if line.kind is not LineKind.BLANK)
        return any(number is not None and number["number"].count(".") + 1 == depth for number in numbers)

    def _names_section(self, at: int) -> bool:
        """Whether line ``at`` holds the name of a section, whatever stands unfinished above it.

        What goes on in lower case on the next line is none.
        """
        if not is_section_name(self._lines[at].text):
            return False
        after = self._neighbour(at, +1)
        return after is not None and not (after.kind is LineKind.TEXT and after.text[:1].islower())

    def _in_run_of_short_lines(self, at: int) -> bool:
        """Three or more heading-like lines without a blank between them are a list, not headings."""
        if self._runs is None:
            self._runs = [0] * len(self._lines)
            likely = (line.kind is LineKind.TEXT and _looks_like_heading(line) for line in self._lines)
            index = 0
            for alike, group in groupby(likely):
                length = len(list(group))
                if alike:
                    self._runs[index : index + length] = [length] * length
                index += length
        return self._runs[at] >= 3


def _looks_like_heading(line: Line) -> bool:
    return line.kind in _MAY_BE_HEADING and looks_like_heading(line.text)


def looks_like_heading(text: str, longest: int = _MAX_HEADING_LENGTH) -> bool:
    """Whether a line is as short as a heading, begins like one and holds no more than a heading does."""
    words = text.split()
    bare = text.rstrip("\"”’'")
    if len(text) > longest or len(words) > longest // _CHARACTERS_A_WORD or not bare:
        return False
    if bare[-1] in ".,…-–!" or (bare != text and bare[-1] == "?") or (text.endswith(":") and len(words) > 6):
        return False
    if not (text[0].isupper() or text[0].isdigit() or text[0] in "“\"'¿") or not any(map(str.isalpha, text)):
        return False
    number = _NUMBERED_HEADING.match(text)
    return _NEVER_IN_HEADING.search(text, number.end() if number else 0) is None


def _full(line: Line, width: int) -> bool:
    """Whether a wrapped line runs to the margin, so that the paragraph may go on below it."""
    return len(line.text) >= 0.75 * width


def _quoted(line: Line) -> Span:
    return Span(line.content.start + len(line.text) - len(line.text.lstrip("> ")), line.content.end)


def _tail_of_navigation(lines: Sequence[Line]) -> int:
    """Where the links at the foot of a web page begin: from a "Previous" or "Next" on, only labels follow."""
    tail, links = len(lines), 0
    for at in range(len(lines) - 1, max(-1, len(lines) - 60), -1):
        line = lines[at]
        if line.kind is LineKind.BLANK:
            continue
        if (
            len(line.text) > _LONGEST_LABEL
            or line.text.endswith(".")
            or line.kind not in (LineKind.TEXT, LineKind.ITEM)
        ):
            break
        if _NAVIGATION.match(line.text):
            tail, links = at, links + 1
    return tail if links >= 2 else len(lines)


def is_page_number(text: str) -> bool:
    """Whether a line holds nothing but a page number."""
    return _PAGE_NUMBER.match(text) is not None
