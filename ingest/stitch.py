"""Paragraphs torn by a page, column or figure are made whole: one block of several spans, in reading order.

Four rules, from the surest to the least sure. (1) A paragraph that stops in mid-sentence goes on with the next
one when that begins in lower case. (2) A stretch that both begins and stops in mid-sentence is a column out of
place: it belongs into the nearest seam where one half stops in mid-sentence and the other cannot follow it.
(3) A lone end and a lone beginning belong together. (4) What is left at a seam is joined as it stands. Rules 2 and 3
skip over text, so they join paragraphs only, and only where a half ends with a word that no sentence ends with.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from ingest.draft import Draft
from ingest.model import BlockKind, Span

_JOINABLE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.REFERENCE})
_PASSED_OVER = frozenset({BlockKind.FURNITURE, BlockKind.CAPTION})
_ENDED = re.compile(r"[.!?…:][\"”’')\]*_]*(?:\s*[\[(][\d,;\s–-]+[\])][.]?)*[*_]*\Z")
_GOES_ON = re.compile(r"[a-zà-öø-ÿα-ω(\[]|[,;)%–]")
_HYPHENS = ("-", "\u2010", "\u00ad")
# What no sentence ends with, so that the next paragraph goes on with it whatever its case.
_LEFT_OPEN = re.compile(
    r"(?:[,;(\[–-]|\b(?:a|an|the|this|these|of|in|on|at|by|to|for|from|with|into|between|during|through|as|and|or|but|that|"
    r"which|than|is|are|was|were|be|been|has|have|had|can|could|may|might|will|would|should|must|not|its|their))\Z",
    re.IGNORECASE,
)
# Labels, names and list items end without a full stop too; running text that stops in mid-sentence is longer.
_SHORTEST_TORN = 40
# A column out of place lies within a page or so of where it belongs.
_FARTHEST = 6_000


def stitch(
    text: str, drafts: Sequence[Draft], *, running_text: bool, paragraphs: Container[int] = frozenset()
) -> list[Draft]:
    """Drafts with torn paragraphs joined.

    ``running_text`` says that lines are wrapped, so that a paragraph without a full stop was torn (rules 2 to 4);
    without it, only what cannot end a sentence is joined. ``paragraphs``: where some are known to begin.
    """
    work = _Work(text, list(drafts), paragraphs)
    work.join_continuations()
    if running_text:
        work.place_columns()
        work.pair_loose_ends()
        work.join_seams()
    return work.result()


class _Work:
    """Chains of drafts that read as one. A chain stands where its first draft stood."""

    def __init__(self, text: str, drafts: list[Draft], paragraphs: Container[int]) -> None:
        self._text = text
        self._paragraphs = paragraphs
        self._chains: list[list[Draft]] = [[draft] for draft in drafts]

    def result(self) -> list[Draft]:
        return [_join(self._text, chain) for chain in self._chains]

    def join_continuations(self) -> None:
        at = 0
        while at < len(self._chains):
            after = self._after(at)
            if after is not None and self._torn(at) and (self._goes_on(after) or self._left_open(at)):
                self._merge(at, [after])
            else:
                at += 1

    def place_columns(self) -> None:
        at = 0
        while at < len(self._chains):
            if self._is_paragraph(at) and self._goes_on(at) and self._torn(at):
                seam = self._nearest_seam(at)
                if seam is not None:
                    first, second = seam
                    self._merge(first, [at, second])
                    continue
            at += 1

    def pair_loose_ends(self) -> None:
        at = 0
        while at < len(self._chains):
            if self._is_paragraph(at) and self._torn(at) and self._left_open(at) and self._after(at) is None:
                beginnings = [other for other in self._near(at) if self._is_paragraph(other) and self._goes_on(other)]
                if beginnings:
                    nearest = min(beginnings, key=lambda other: self._distance(at, other))
                    self._merge(at, [nearest])
                    continue
            at += 1

    def join_seams(self) -> None:
        at = 0
        while at < len(self._chains):
            after = self._after(at)
            if after is not None and self._torn(at) and self._chains[after][0].start not in self._paragraphs:
                self._merge(at, [after])
            else:
                at += 1

    def _nearest_seam(self, column: int) -> tuple[int, int] | None:
        """The seam nearest to a column out of place, those after it first."""
        seams = []
        for first in self._near(column):
            second = self._after(first)
            if column == second or second is None or self._goes_on(second):
                continue
            if not (self._is_paragraph(first) and self._torn(first)):
                continue
            if not (self._left_open(first) or self._left_open(column)):
                continue
            seams.append((first < column, self._distance(column, first), first, second))
        return min(seams)[2:] if seams else None

    def _merge(self, at: int, others: list[int]) -> None:
        chains = [self._chains[other] for other in others]
        self._chains[at] = [draft for chain in (self._chains[at], *chains) for draft in chain]
        for other in sorted(others, reverse=True):
            del self._chains[other]

    def _after(self, at: int) -> int | None:
        """The next chain of running text, when only furniture and captions lie between."""
        if not self._is_text(at):
            return None
        for other in range(at + 1, len(self._chains)):
            kind = self._chains[other][0].kind
            if kind is BlockKind.PARAGRAPH:
                return other
            if kind not in _PASSED_OVER:
                return None
        return None

    def _is_text(self, at: int) -> bool:
        return self._chains[at][0].kind in _JOINABLE

    def _is_paragraph(self, at: int) -> bool:
        return self._chains[at][0].kind is BlockKind.PARAGRAPH

    def _torn(self, at: int) -> bool:
        if not self._is_text(at):
            return False
        last = self._chains[at][-1].last()
        if _ENDED.search(self._text[max(last.start, last.end - 80) : last.end].rstrip()):
            return False
        parts = (part for draft in self._chains[at] for part in draft.flow)
        return sum(len(part) for part in parts if isinstance(part, Span)) >= _SHORTEST_TORN

    def _left_open(self, at: int) -> bool:
        last = self._chains[at][-1].last()
        return _LEFT_OPEN.search(self._text[max(last.start, last.end - 80) : last.end].rstrip()) is not None

    def _goes_on(self, at: int) -> bool:
        first = self._chains[at][0].first()
        return _GOES_ON.match(self._text, first.start, first.end) is not None

    def _near(self, at: int) -> Iterator[int]:
        """The other chains that begin not too far from one."""
        for step in (-1, 1):
            other = at + step
            while 0 <= other < len(self._chains) and self._distance(at, other) < _FARTHEST:
                yield other
                other += step

    def _distance(self, one: int, other: int) -> int:
        return abs(self._chains[one][0].start - self._chains[other][0].start)


def _join(text: str, chain: Sequence[Draft]) -> Draft:
    """One draft that reads the chain; a space parts its pieces, but for a word broken by a hyphen."""
    first = chain[0]
    owned = tuple(span for draft in chain for span in draft.owned)
    flow = list(first.flow)
    for draft in chain[1:]:
        last = flow[-1]
        if not (isinstance(last, Span) and text[last.start : last.end].rstrip().endswith(_HYPHENS)):
            flow.append(" ")
        flow.extend(draft.flow)
    return Draft(first.kind, owned, tuple(flow), first.level)


def merge_adjacent(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in the order given, neighbours that touch made one."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].end == span.start:
            merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return tuple(merged)
