"""The types that building and searching an index produce."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingest.model import Format, Passage, Source

_MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the index keeps of a document; ``path`` is relative to the library folder.

    ``page_labels`` are the numbers printed on its pages, in order; of the pages, counted from 1, ``pictures`` show a
    picture and hold no text, ``broken`` could not be read; ``indexed_at`` is when it was last read, in ISO 8601.
    """

    id: str
    path: str
    format: Format
    source: Source
    passages: int
    page_labels: tuple[str, ...]
    pictures: tuple[int, ...]
    broken: tuple[int, ...]
    indexed_at: str

    @property
    def pages(self) -> int:
        """How many pages it has, 0 where it is not paginated."""
        return len(self.page_labels)

    @property
    def unread(self) -> str | None:
        """What of it could not be read, None where nothing is known to be missing."""
        return unread_pages(self.path, self.pictures, self.broken)

    def label_of(self, page: int | None) -> str | None:
        """The printed number of a page counted from 1, None for no page."""
        return self.page_labels[page - 1] if page is not None and 1 <= page <= self.pages else None

    @property
    def title(self) -> str:
        """The document's title, or its file name where it states none."""
        return self.source.title or self.path


def unread_pages(path: str, pictures: Sequence[int], broken: Sequence[int]) -> str | None:
    """What is to be said of a document with these pages of pictures and these unreadable ones, None without any."""
    told = []
    if pictures:
        what = "holds a picture" if len(pictures) == 1 else "hold pictures"
        told.append(f"{_pages(pictures)} {what} and no text; run OCR on it and add the result.")
    if broken:
        told.append(f"{_pages(broken)} cannot be read; repair the file or export it anew.")
    return f"{path}: {' '.join(told)}" if told else None


def _pages(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_SHOWN])) + (", ..." if len(numbers) > _MOST_SHOWN else "")
    return f"page {shown}" if len(numbers) == 1 else f"pages {shown}"


@dataclass(frozen=True, slots=True)
class Support:
    """How the m sentences of a passage bear on a question of n tokens.

    ``matches`` (m, n) is each token's best match in each sentence or in the title and headings above it, a cosine;
    ``weights`` (n,) are the tokens' shares, by their rarity in the collection.
    """

    matches: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]

    def score(self, first: int, last: int) -> float:
        """Late interaction with the sentences from ``first`` to ``last``, both included, read together."""
        return float(self.weights @ self.matches[first : last + 1].max(axis=0))


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question, best first: ``rank`` counts from 1, ``score`` grows with relevance."""

    passage: Passage
    document: DocumentRecord
    rank: int
    score: float
    support: Support = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why; ``digest`` hashes its bytes, where it could be opened at all."""

    path: str
    reason: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What a build did: documents by what became of them, passages by whether they had to be embedded.

    ``partly`` are documents of which some pages could not be read.
    """

    build_id: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: tuple[Failure, ...]
    partly: tuple[Failure, ...]
    passages: int
    embedded: int
    seconds: float

    @property
    def is_noop(self) -> bool:
        """Whether the index was already up to date."""
        return not (self.added or self.changed or self.removed or self.embedded)
