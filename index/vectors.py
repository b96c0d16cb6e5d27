"""The vector store: a small protocol, so that another engine can take FAISS's place."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import CorruptIndex

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

# Up to so many vectors exact search is quick; above, they lie in inverted lists, eight bits a component. Measured:
# docs/benchmarks.md.
FLAT_AT_MOST = 50_000
# So many lists as times the square root of the number of vectors, made from so many examples each in so many rounds,
# and made anew when that number has changed by so much.
_LISTS = 2.0
_EXAMPLES = 40
_ROUNDS = 10
_DRIFT = 3.0
# Lists that are looked into: as many as times the square root of all, and never fewer than this.
_PROBED = 5.0
_FEWEST_PROBED = 24


class VectorStore(Protocol):
    """Vectors of length 1, each under a number; search is by inner product, highest first."""

    @property
    def dimension(self) -> int:
        """Components of each vector."""
        ...

    def __len__(self) -> int:
        """Vectors held."""
        ...

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        """Put ``vectors`` (n, dimension) under ``numbers`` (n,)."""
        ...

    def remove(self, numbers: Numbers) -> None:
        """Take out what is under ``numbers``; numbers that are not there are passed over."""
        ...

    def search(self, vector: Vectors, count: int) -> tuple[Numbers, Vectors]:
        """Numbers and scores of the ``count`` best for ``vector`` (dimension,), fewer where there are fewer."""
        ...

    def save(self, path: Path) -> None:
        """Write the store to a file."""
        ...


class FaissStore:
    """Search by FAISS over vectors under numbers of our own: exact while they are few, else in inverted lists."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def flat(cls, dimension: int) -> FaissStore:
        """An empty store for vectors of ``dimension`` components that is searched exactly."""
        import faiss

        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)))

    @classmethod
    def lists(cls, examples: Vectors, count: int) -> FaissStore:
        """An empty store of inverted lists for ``count`` vectors like the ``examples`` (n, dimension)."""
        import faiss

        dimension = examples.shape[1]
        lists = max(1, round(_LISTS * math.sqrt(count)))
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension),
            dimension,
            lists,
            faiss.ScalarQuantizer.QT_8bit,
            faiss.METRIC_INNER_PRODUCT,
        )
        index.cp.niter, index.cp.spherical = _ROUNDS, True
        index.cp.max_points_per_centroid, index.cp.min_points_per_centroid = 2 * _EXAMPLES, 1
        index.nprobe = min(lists, max(_FEWEST_PROBED, round(_PROBED * math.sqrt(lists))))  # saved with the index
        index.train(np.ascontiguousarray(examples, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path, *, mapped: bool = False) -> FaissStore:
        """Read a store; one that is ``mapped`` stays on the disk and cannot be changed.

        Raises CorruptIndex when the file is not one.
        """
        import faiss

        flags = faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY if mapped else 0
        try:
            index = faiss.read_index(str(path), flags)
        except RuntimeError as error:
            raise CorruptIndex(f"{path}: is not a readable vector index") from error
        return cls(index)

    @property
    def dimension(self) -> int:
        """Components of each vector."""
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def suits(self, count: int) -> bool:
        """Whether a store of this kind is what ``count`` vectors should be in."""
        if not hasattr(self._index, "nlist"):
            return count <= FLAT_AT_MOST
        made_for = (self._index.nlist / _LISTS) ** 2
        return count > FLAT_AT_MOST / 2 and made_for / _DRIFT < count < made_for * _DRIFT

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        """Put ``vectors`` (n, dimension) under ``numbers`` (n,). Raises ValueError for other shapes."""
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension or len(numbers) != len(vectors):
            raise ValueError(
                f"vectors of shape {vectors.shape} and {len(numbers)} numbers for dimension {self.dimension}"
            )
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), numbers)

    def remove(self, numbers: Numbers) -> None:
        """Take out what is under ``numbers``; numbers that are not there are passed over."""
        self._index.remove_ids(numbers)

    def search(self, vector: Vectors, count: int) -> tuple[Numbers, Vectors]:
        """Numbers and scores of the ``count`` best for ``vector``."""
        if vector.shape != (self.dimension,):
            raise ValueError(f"a vector of shape {vector.shape} for dimension {self.dimension}")
        import faiss

        faiss.omp_set_num_threads(1)  # of this thread; waking others costs more than they save on one question
        scores, numbers = self._index.search(vector[None], min(count, len(self)) or 1)
        found = numbers[0] >= 0
        return numbers[0][found], scores[0][found]

    def save(self, path: Path) -> None:
        """Write the store to a file. Raises OSError."""
        import faiss

        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(errno.EIO, "the vectors cannot be written", str(path)) from error


def index_vectors(
    batches: Callable[[], Iterable[tuple[Sequence[int], Vectors]]],
    count: int,
    dimension: int,
    report: Callable[[int], None],
) -> FaissStore:
    """A store of the kind that suits ``count`` vectors, which ``batches`` yields with their numbers.

    They are read twice where inverted lists are made: first for examples. ``report`` is told how many are in.
    """
    if count <= FLAT_AT_MOST:
        store = FaissStore.flat(dimension)
    else:
        every = max(1, count // _examples_for(count))
        store = FaissStore.lists(np.concatenate([vectors[::every] for _, vectors in batches()]), count)
    for numbers, vectors in batches():
        store.add(np.asarray(numbers, dtype=np.int64), vectors)
        report(len(store))
    return store


def _examples_for(count: int) -> int:
    """How many examples inverted lists for ``count`` vectors are made from."""
    return round(_LISTS * math.sqrt(count) * _EXAMPLES)
