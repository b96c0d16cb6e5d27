"""Running heads and feet of pages, and page numbers: what a page holds besides its text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ingest.lines import Line, split_lines
from ingest.model import Page
from ingest.text import is_page_number

# A running head or foot stands among the first or last lines of a page, on many pages.
_EDGE_LINES = 3
# On a page with fewer lines than this only the outermost ones can be.
_MANY_LINES = 12
_MIN_REPEATS = 3
_MIN_SHARE = 0.4
# Left and right pages often have a foot of their own; what counts the pages is none of the text.
_MIN_SHARE_COUNTING, _FEWEST_WORDS = 0.3, 4
# What stands within what is found may count the pages too, so often.
_ROUNDS = 3
# "Page 3 of 17", "3/17"; a number at the beginning or end.
_NUMBER = re.compile(
    r"(?<!\d)(?P<first>\d{1,4}) ?of ?\d{1,4}(?!\d)|(?<!\S)(?P<part>\d{1,4})/\d{1,4}\Z|"
    r"\A\W*(?P<number>\d{1,6})(?!\d)|(?<!\d)(?P<last>\d{1,6})\W*\Z"
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line near the top (``place`` from 0) or foot (from -1 down) of a page.

    ``offset`` is how far the number in it is from the page's own; ``shape`` is the rest of it.
    """

    page: int
    place: int
    line: Line
    shape: str
    offset: int | None

    @property
    def counts(self) -> tuple[bool, str, int | None]:
        """What it has in common with the other lines that count the pages as it does."""
        return self.place < 0, self.shape, self.offset

    @property
    def share(self) -> float:
        """Of the pages, how many must have its like: more where it may be a heading, "Question 3"."""
        return _MIN_SHARE if len(self.shape.split()) < _FEWEST_WORDS else _MIN_SHARE_COUNTING

    @property
    def is_number(self) -> bool:
        """Whether it is a number alone at the very edge of the page."""
        return self.place in (0, -1) and is_page_number(self.line.text)

    @property
    def repeats(self) -> tuple[bool, str]:
        """What it has in common with its like on other pages."""
        return self.place < 0, self.line.text


def running_lines(text: str, pages: Sequence[Page]) -> list[tuple[int, int]]:
    """Where running heads and feet lie, in order, and page numbers at a page's very edge.

    They are the same on many pages, or the same but for a number that counts the pages.
    """
    lines = [list(_lines(text, page)) for page in pages]
    found: list[Line] = []
    for again in range(_ROUNDS):
        new = _running(list(_edges(lines, pages)), len(pages), only_counting=again > 0)
        if not new:
            break
        found += new
        gone = {line.start for line in new}
        lines = [[line for line in of_page if line.start not in gone] for of_page in lines]
    return sorted((line.start, line.stop) for line in found)


def counted_from(text: str, pages: Sequence[Page]) -> int:
    """How much more than a page's own number its running head or foot says, 0 where that cannot be told."""
    edges = _edges([list(_lines(text, page)) for page in pages], pages)
    runs = _on_pages((edge, edge.counts) for edge in edges if edge.offset is not None)
    (_, _, offset), seen = max(runs.items(), key=lambda item: item[1], default=((False, "", 0), 0))
    return offset if offset and seen >= _enough(len(pages)) and pages[0].number + offset >= 0 else 0


def _running(edges: Sequence[_Edge], pages: int, *, only_counting: bool) -> list[Line]:
    repeated = _on_pages((edge, edge.repeats) for edge in edges if not only_counting)
    counting = _on_pages((edge, edge.counts) for edge in edges)
    alone = _on_pages((edge, edge.offset) for edge in edges if edge.is_number)
    return [
        edge.line
        for edge in edges
        if repeated[edge.repeats] >= min(_enough(pages), max(pages, 2))
        or (edge.offset is not None and counting[edge.counts] >= _enough(pages, edge.share))
        or (edge.is_number and (edge.offset == 0 or alone[edge.offset] >= 2))
    ]


def _on_pages(keys: Iterable[tuple[_Edge, T]]) -> Counter[T]:
    """On how many pages there is an edge with each key."""
    return Counter(key for _, key in {(edge.page, key) for edge, key in keys})


def _lines(text: str, page: Page) -> Iterator[Line]:
    return (line for line in split_lines(text, page.span.start, page.span.end) if line.text)


def _edges(lines: Sequence[Sequence[Line]], pages: Iterable[Page]) -> Iterator[_Edge]:
    """The first and last of the lines of each page."""
    for of_page, page in zip(lines, pages, strict=True):
        deep = _EDGE_LINES if len(of_page) >= _MANY_LINES else 1
        for index, line in enumerate(of_page):
            place = index if 2 * index < len(of_page) else index - len(of_page)
            if -deep <= place < deep:
                number = _NUMBER.search(line.text)
                said = number and next(filter(None, number.groups()))
                shape = " ".join(_NUMBER.sub("#", line.text, count=1).split())
                yield _Edge(page.number, place, line, shape, int(said) - page.number if said else None)


def _enough(pages: int, share: float = _MIN_SHARE) -> float:
    """On how many of some pages a line must stand to be a running one."""
    return max(_MIN_REPEATS, share * pages)
