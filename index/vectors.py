"""The vector store: a small protocol, so that another engine can take FAISS's place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import CorruptIndex

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


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

    def get(self, number: int) -> Vectors:
        """The vector (dimension,) under a number. Raises KeyError."""
        ...

    def search(self, vector: Vectors, count: int, among: Iterable[int] | None = None) -> tuple[Numbers, Vectors]:
        """Numbers and scores of the ``count`` best for ``vector`` (dimension,), fewer where there are fewer."""
        ...

    def save(self, path: Path) -> None:
        """Write the store to a file."""
        ...


class FaissStore:
    """Exact search by FAISS over vectors under numbers of our own."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def empty(cls, dimension: int) -> FaissStore:
        """A store for vectors of ``dimension`` components."""
        import faiss

        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)))

    @classmethod
    def load(cls, path: Path) -> FaissStore:
        """Read a store. Raises CorruptIndex when the file is not one."""
        import faiss

        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise CorruptIndex(f"{path}: is not a readable vector index; run: python -m index build --full") from error

    @property
    def dimension(self) -> int:
        """Components of each vector."""
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

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

    def get(self, number: int) -> Vectors:
        """The vector (dimension,) under a number. Raises KeyError."""
        try:
            vector: Vectors = self._index.reconstruct(number)
        except RuntimeError as error:
            raise KeyError(number) from error
        return vector

    def search(self, vector: Vectors, count: int, among: Iterable[int] | None = None) -> tuple[Numbers, Vectors]:
        """Numbers and scores of the ``count`` best for ``vector``, only ``among`` some numbers where given."""
        import faiss

        if vector.shape != (self.dimension,):
            raise ValueError(f"a vector of shape {vector.shape} for dimension {self.dimension}")
        parameters = None
        if among is not None:
            selector = faiss.IDSelectorBatch(np.fromiter(among, dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, numbers = self._index.search(vector[None], min(count, len(self)) or 1, params=parameters)
        found = numbers[0] >= 0
        return numbers[0][found], scores[0][found]

    def save(self, path: Path) -> None:
        """Write the store to a file."""
        import faiss

        faiss.write_index(self._index, str(path))
