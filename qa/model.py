"""The types that answering produces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.model import Hit
from ingest.model import Span
from qa.confidence import Evidence


class Status(StrEnum):
    """Whether the documents answered."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands: ``spans`` of its document's source text, in reading order.

    The source at the spans has the letters of ``quote``, in the same order.
    """

    marker: int
    hit: Hit
    quote: str
    spans: tuple[Span, ...]
    page: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question, in their own words.

    ``read_as`` is the question with its typing errors mended. Each citation is one quote of the answer, in the order
    shown; there is none when the documents do not answer. ``confidence`` estimates the probability that the answer is
    right, ``evidence`` is what it was estimated from (None where nothing was found); ``hits`` are the nearest passages,
    cited or not; ``missing`` are, for a question not answered, its words that occur nowhere; ``differs``: the quotes
    give different figures; ``timing_ms`` are milliseconds by stage.
    """

    question: str
    read_as: str
    status: Status
    confidence: float
    evidence: Evidence | None
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    missing: tuple[str, ...]
    differs: bool
    build_id: str
    timing_ms: dict[str, float]

    @property
    def text(self) -> str:
        """The quotes with their markers: ``One sentence. [1] Another. [2]``."""
        return " ".join(f"{citation.quote} [{citation.marker}]" for citation in self.citations)

    @property
    def related(self) -> tuple[Hit, ...]:
        """The hits that are not cited."""
        cited = {citation.hit.passage.id for citation in self.citations}
        return tuple(hit for hit in self.hits if hit.passage.id not in cited)
