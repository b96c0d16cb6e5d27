"""The types that building and searching an index produce."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.model import Format, Passage, Source


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the index keeps of a document; ``path`` is relative to the library folder.

    ``page_labels`` are the numbers printed on its pages, in order; ``indexed_at`` is when it was last
    read, in ISO 8601.
    """

    id: str
    path: str
    format: Format
    source: Source
    passages: int
    page_labels: tuple[str, ...]
    indexed_at: str

    @property
    def pages(self) -> int:
        """How many pages it has, 0 where it is not paginated."""
        return len(self.page_labels)

    def label_of(self, page: int | None) -> str | None:
        """The printed number of a page counted from 1, None for no page."""
        return self.page_labels[page - 1] if page is not None and 1 <= page <= self.pages else None

    @property
    def title(self) -> str:
        """The document's title, or its file name where it states none."""
        return self.source.title or self.path


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question, best first: ``rank`` counts from 1, ``score`` grows with relevance.

    ``sentence_scores`` tell, for each sentence of the passage, how well it alone matches the question.
    """

    passage: Passage
    document: DocumentRecord
    rank: int
    score: float
    sentence_scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """The hits for a question, best first, and the best late-interaction score of any candidate, from 0 to 1.

    That score means the same from question to question, so it tells how well the documents match this one.
    """

    hits: tuple[Hit, ...]
    match: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why; ``digest`` hashes its bytes, where it could be opened at all."""

    path: str
    reason: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What a build did: documents by what became of them, passages by whether they had to be embedded."""

    build_id: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: tuple[Failure, ...]
    passages: int
    embedded: int
    seconds: float

    @property
    def is_noop(self) -> bool:
        """Whether the index was already up to date."""
        return not (self.added or self.changed or self.removed or self.embedded)
