"""One suite over every engine behind the protocol; exact search in numpy is the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from index.errors import CorruptIndex
from index.vectors import FaissStore, Numbers, Vectors, VectorStore


class ExactStore:
    """Brute force, to be checked by hand."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._vectors: dict[int, Vectors] = {}

    def __len__(self) -> int:
        return len(self._vectors)

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension or len(numbers) != len(vectors):
            raise ValueError(vectors.shape)
        self._vectors.update(zip(numbers.tolist(), vectors, strict=True))

    def remove(self, numbers: Numbers) -> None:
        for number in numbers.tolist():
            self._vectors.pop(number, None)

    def get(self, number: int) -> Vectors:
        return self._vectors[number]

    def search(self, vector: Vectors, count: int, among: Iterable[int] | None = None) -> tuple[Numbers, Vectors]:
        if vector.shape != (self.dimension,):
            raise ValueError(vector.shape)
        numbers = [n for n in self._vectors if among is None or n in set(among)]
        scored = sorted(((float(self._vectors[n] @ vector), n) for n in numbers), reverse=True)[:count]
        return np.array([n for _, n in scored], np.int64), np.array([s for s, _ in scored], np.float32)

    def save(self, path: Path) -> None:
        np.savez(path, *self._vectors.values())


@pytest.fixture(params=[FaissStore.empty, ExactStore], ids=["faiss", "exact"])
def empty(request: pytest.FixtureRequest) -> Callable[[int], VectorStore]:
    make: Callable[[int], VectorStore] = request.param
    return make


def unit(rows: int, dimension: int, seed: int = 0) -> Vectors:
    values = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    normalised: Vectors = values / np.linalg.norm(values, axis=1, keepdims=True)
    return normalised


def test_the_nearest_come_first(empty: Callable[[int], VectorStore]) -> None:
    store, vectors = empty(8), unit(50, 8)
    store.add(np.arange(100, 150), vectors)
    numbers, scores = store.search(vectors[7], 5)
    order = np.argsort(-(vectors @ vectors[7]))[:5]
    assert numbers.tolist() == (order + 100).tolist()
    assert np.allclose(scores, np.sort(vectors @ vectors[7])[::-1][:5], atol=1e-5)


def test_search_among_some(empty: Callable[[int], VectorStore]) -> None:
    store, vectors = empty(8), unit(20, 8)
    store.add(np.arange(20), vectors)
    numbers, _ = store.search(vectors[3], 5, among=[4, 9])
    assert set(numbers.tolist()) == {4, 9}


def test_what_is_removed_is_gone(empty: Callable[[int], VectorStore]) -> None:
    store, vectors = empty(8), unit(5, 8)
    store.add(np.arange(5), vectors)
    store.remove(np.array([2, 77]))
    assert len(store) == 4
    assert 2 not in store.search(vectors[2], 5)[0].tolist()
    with pytest.raises(KeyError):
        store.get(2)
    assert np.allclose(store.get(3), vectors[3], atol=1e-6)


def test_an_empty_store_finds_nothing(empty: Callable[[int], VectorStore]) -> None:
    assert len(empty(8).search(unit(1, 8)[0], 5)[0]) == 0


def test_wrong_shapes_are_refused(empty: Callable[[int], VectorStore]) -> None:
    with pytest.raises(ValueError, match="3"):
        empty(8).add(np.arange(2), unit(2, 3))
    with pytest.raises(ValueError, match="3"):
        empty(8).search(unit(1, 3)[0], 1)


def test_faiss_survives_a_round_trip_and_refuses_rubbish(tmp_path: Path) -> None:
    store, vectors = FaissStore.empty(8), unit(5, 8)
    store.add(np.arange(5), vectors)
    store.save(tmp_path / "v")
    loaded = FaissStore.load(tmp_path / "v")
    assert loaded.search(vectors[1], 3)[0].tolist() == store.search(vectors[1], 3)[0].tolist()
    (tmp_path / "v").write_bytes(b"rubbish")
    with pytest.raises(CorruptIndex):
        FaissStore.load(tmp_path / "v")
