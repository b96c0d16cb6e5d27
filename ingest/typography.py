"""The type that the lines of a PDF are set in, and the headings that it tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, groupby
from typing import NamedTuple

from ingest.lines import ends_sentence

BOLD_FONT = "bold"
# So much larger than most of the text is a heading's type; another font of about the same size will do.
_LARGER, _AS_LARGE = 1.08, 0.9
# Of a line's letters so many are in one type, if it is a heading's.
_WHOLE = 0.9
# More lines on end, or characters in them, are a paragraph in that type.
_MOST_LINES, _LONGEST = 3, 160
# A shorter line of a heading is not broken: the next one is a heading of its own.
_BROKEN = 30
_NUMBERED = re.compile(r"\d+(?:\.\d+)*\.?\s")
# Of a document's letters so many at most are in the type of one sort of heading.
_SHARE = 0.1
# Letters: fewer label something in a figure; so many of several sizes are text with raised figures.
_FEWEST, _FEWEST_OF_TEXT = 4, 20
# So many lines above text must be in a font that is not bold.
_FEWEST_ALIKE = 3
# Deeper ones are as deep.
_DEEPEST = 6
# A line that is shorter, of the longest on its page, ends a paragraph though no stop does.
_SHORT = 0.6


class Type(NamedTuple):
    """A size in points and a font, by name; bold fonts are all one, and nothing stands for several."""

    size: float
    font: str


class Run(NamedTuple):
    """A piece of a page's text in one type."""

    text: str
    type: Type


class Heading(NamedTuple):
    """A heading of so many lines, at a depth from 1."""

    lines: int
    level: int


def line_types(text: str, runs: Sequence[Run]) -> list[Type | None]:
    """What each line of a page is set in, None where that is of several types or cannot be told."""
    lines = text.split("\n")
    types = [run.type for run in runs for _ in "".join(run.text.split())]
    bare = ["".join(line.split()) for line in lines]
    if sum(map(len, bare)) != len(types):
        return [None] * len(lines)
    found: list[Type | None] = []
    at = 0
    for line in bare:
        of_letters = compress(types[at : at + len(line)], map(str.isalpha, line))
        found.append(_of_most(Counter(of_letters)))
        at += len(line)
    return found


def count_letters(text: str) -> int:
    """How many letters a text has."""
    return sum(map(str.isalpha, text))


def _of_most(letters: Counter[Type]) -> Type | None:
    """The type that nearly all of some letters are in, its font left out where only the size is theirs."""
    sizes: Counter[float] = Counter()
    fonts: Counter[str] = Counter()
    for kind, count in letters.items():
        sizes[kind.size] += count
        fonts[kind.font] += count
    whole = _WHOLE * letters.total()
    for size, of_size in sizes.most_common(1):
        for font, of_font in fonts.most_common(1):
            return Type(size, font if of_font >= whole else "") if of_size >= whole else None
    return None


def typed_headings(pages: Sequence[Sequence[tuple[str, Type | None]]]) -> dict[tuple[int, int], Heading]:
    """The headings among the lines of a document's pages, by page and line, both from 0."""
    letters: Counter[Type] = Counter()
    for page in pages:
        for text, kind in page:
            if kind:
                letters[kind] += count_letters(text)
    if not letters:
        return {}
    body = max(letters, key=lambda kind: (kind.font != "", letters[kind]))
    sorts: Counter[Type | None] = Counter()
    for kind, count in letters.items():
        sorts[_sort(kind, body)] += count
    likely = list(_likely(pages, body, sorts, _SHARE * letters.total()))
    above = Counter(group.kind for group in likely if group.above_text)
    apart = Counter(group.kind for group in likely if not group.above_text)
    found: dict[tuple[int, int], tuple[int, Type]] = {}
    for group in likely:
        titles = group.page == 0 and not group.kind.font
        known = group.above_text or titles or above[group.kind] > apart[group.kind]
        if known and (group.kind.font in ("", BOLD_FONT) or above[group.kind] >= _FEWEST_ALIKE):
            page = pages[group.page]
            for first, many in _parts(page, group.first, group.lines):
                if sum(count_letters(text) for text, _ in page[first : first + many]) >= _FEWEST:
                    found[group.page, first] = many, group.kind
    levels = _levels({place: kind for place, (_, kind) in found.items()})
    return {place: Heading(many, levels[kind]) for place, (many, kind) in found.items()}


def _sort(kind: Type | None, body: Type) -> Type | None:
    """What a line's type is for a heading's: its size where that is larger, else another font; None for the text's."""
    if kind is None or kind.size < _AS_LARGE * body.size:
        return None
    if kind.size >= _LARGER * body.size:
        return Type(kind.size, "")
    return kind if kind.font not in ("", body.font) else None


class _Group(NamedTuple):
    """Lines on end in one type; ``above_text``: whether the text, or another such group above it, comes next."""

    page: int
    first: int
    lines: int
    kind: Type
    above_text: bool


def _likely(
    pages: Sequence[Sequence[tuple[str, Type | None]]], body: Type, sorts: Counter[Type | None], most: float
) -> Iterator[_Group]:
    """What may be a heading by its type, and by where it stands if the type is no larger."""
    for number, page in enumerate(pages):
        margin = _SHORT * max((len(text.strip()) for text, _ in page), default=0)
        above_text: set[int] = set()
        for first, lines, kind in reversed(list(_groups([(text, _sort(kind, body)) for text, kind in page]))):
            below = next((at for at in range(first + lines, len(page)) if page[at][0].strip()), None)
            if below is not None and (below in above_text or _is_text(page[below], body)):
                above_text.add(first)
            if not kind.font or (sorts[kind] <= most and not _within(page, first, margin)):
                yield _Group(number, first, lines, kind, first in above_text)


def _is_text(line: tuple[str, Type | None], body: Type) -> bool:
    """Whether a line is in the text's type, or in several of which that may be one."""
    text, kind = line
    if kind is None:
        return count_letters(text) >= _FEWEST_OF_TEXT
    return kind.size >= _AS_LARGE * body.size and _sort(kind, body) is None


def _groups(page: Sequence[tuple[str, Type | None]]) -> Iterator[tuple[int, int, Type]]:
    """Lines on end in one type that are few enough for a heading: where they begin, how many they are."""
    numbered = [(at, text, kind) for at, (text, kind) in enumerate(page) if text.strip()]
    for kind, group in groupby(numbered, key=lambda line: line[2]):
        lines = list(group)
        if kind and len(lines) <= _MOST_LINES and sum(len(text) for _, text, _ in lines) <= _LONGEST:
            yield lines[0][0], lines[-1][0] - lines[0][0] + 1, kind


def _within(page: Sequence[tuple[str, Type | None]], at: int, margin: float) -> bool:
    """Whether line ``at`` goes on with an unfinished line that runs to the margin, a length in characters."""
    above = (page[one][0].strip() for one in range(at - 1, -1, -1))
    before = next(filter(None, above), "")
    return len(before) > margin and not ends_sentence(before)


def _parts(page: Sequence[tuple[str, Type | None]], at: int, count: int) -> Iterator[tuple[int, int]]:
    """The headings that some lines of one type are: one broken over lines, or several."""
    first = at
    for end in range(at + 1, at + count + 1):
        following = page[end][0].strip() if end < at + count else ""
        broken = len(page[end - 1][0].strip()) >= _BROKEN or following[:1].islower()
        if not following or not broken or _NUMBERED.match(following):
            yield first, end - first
            first = end


def _levels(kinds: Mapping[tuple[int, int], Type]) -> dict[Type, int]:
    """The depth of each type of heading: what is larger than all on later pages is a title, and one."""
    every = set(kinds.values())
    later = {_rank(kind) for (page, _), kind in kinds.items() if page}
    titles = {kind for kind in every if later and _rank(kind) > max(later)}
    ranked = enumerate(sorted({_rank(kind) for kind in every - titles}, reverse=True), 2 if titles else 1)
    depth = {rank: min(level, _DEEPEST) for level, rank in ranked}
    return {kind: 1 if kind in titles else depth[_rank(kind)] for kind in every}


def _rank(kind: Type) -> tuple[float, bool]:
    """Larger type stands above smaller, and that above bold and other fonts."""
    return (round(2 * kind.size) / 2, True) if not kind.font else (0.0, kind.font == BOLD_FONT)
