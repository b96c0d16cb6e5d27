"""The library in two dimensions: passages that say similar things lie near each other.

Positions are t-SNE's (van der Maaten and Hinton 2008) of the passages' dense vectors; docs/decisions.md has how much of
the neighbourhoods they keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.model import DocumentRecord, Hit
from index.search import Index
from ingest.model import Passage

# More passages than this are drawn as an even sample: a page with more points is slow, and no easier to read.
MOST_POINTS = 2000
_PERPLEXITY = 15.0
_FEWEST_FOR_TSNE = 10
# A question lies amid its nearest passages.
_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A passage on the map: ``x`` and ``y`` from 0 to 1."""

    document: DocumentRecord
    passage: Passage
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class LibraryMap:
    """The points of one build, in reading order, and how many passages the library has in all."""

    build_id: str
    points: tuple[Point, ...]
    passages: int

    def place(self, hits: Sequence[Hit]) -> tuple[float, float] | None:
        """Where a question lies: amid its nearest passages that are drawn, the nearest most; None where none is."""
        drawn = {point.passage.id: point for point in self.points}
        near = [drawn[hit.passage.id] for hit in hits if hit.passage.id in drawn][:_NEAREST]
        if not near:
            return None
        weights = [1 / rank**2 for rank in range(1, len(near) + 1)]
        x = sum(weight * point.x for weight, point in zip(weights, near, strict=True))
        y = sum(weight * point.y for weight, point in zip(weights, near, strict=True))
        return x / sum(weights), y / sum(weights)


def draw(index: Index) -> LibraryMap:
    """The map of a build; takes about three seconds for as many points as are drawn at most."""
    passages, vectors = index.sample(MOST_POINTS)
    points = tuple(
        Point(document, passage, float(x), float(y))
        for (document, passage), (x, y) in zip(passages, _positions(vectors), strict=True)
    )
    return LibraryMap(index.build_id, points, index.manifest.passages)


def _positions(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Positions (n, 2) from 0 to 1 of vectors (n, d)."""
    count = len(vectors)
    if count < _FEWEST_FOR_TSNE:  # too few for neighbourhoods: in a circle
        angles = 2 * np.pi * np.arange(count) / max(count, 1)
        return 0.5 + 0.4 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    from sklearn.manifold import TSNE

    perplexity = min(_PERPLEXITY, (count - 1) / 3)
    drawn = TSNE(2, metric="cosine", perplexity=perplexity, init="pca", random_state=0).fit_transform(vectors)
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    linear = (drawn - low) / np.maximum(high - low, 1e-9)
    # A passage far from all others would crowd the rest together: half of each position is its rank.
    ranks = drawn.argsort(axis=0).argsort(axis=0) / (count - 1)
    spread: npt.NDArray[np.float64] = (linear + ranks) / 2
    return spread
