"""A block in the making, before headings are ordered and sections are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.model import BlockKind, Span


@dataclass(frozen=True, slots=True)
class Draft:
    """``owned`` tiles the text together with the other drafts; ``flow`` is how it reads.

    ``level`` is the depth of a heading, 1 the highest, 0 for one whose depth only the document as a whole tells.
    """

    kind: BlockKind
    owned: tuple[Span, ...]
    flow: tuple[Span | str, ...]
    level: int = 0

    @property
    def start(self) -> int:
        """Where the draft's first owned character lies."""
        return self.owned[0].start

    def first(self) -> Span:
        """The first source span that is read; what is owned where nothing is."""
        return next((part for part in self.flow if isinstance(part, Span)), self.owned[0])

    def last(self) -> Span:
        """The last source span that is read; what is owned where nothing is."""
        return next((part for part in reversed(self.flow) if isinstance(part, Span)), self.owned[-1])


def spaced(spans: Iterable[Span]) -> tuple[Span | str, ...]:
    """A flow of spans with a space between them."""
    return tuple(part for index, span in enumerate(spans) for part in ((" ", span) if index else (span,)))
