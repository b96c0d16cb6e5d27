"""One suite over every engine behind the protocol; exact search in numpy is the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from index.errors import CorruptIndex
from index.vectors import FLAT_AT_MOST, FaissStore, Numbers, Vectors, VectorStore, index_vectors


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

    def search(self, vector: Vectors, count: int) -> tuple[Numbers, Vectors]:
        if vector.shape != (self.dimension,):
            raise ValueError(vector.shape)
        scored = sorted(((float(one @ vector), n) for n, one in self._vectors.items()), reverse=True)[:count]
        return np.array([n for _, n in scored], np.int64), np.array([s for s, _ in scored], np.float32)

    def save(self, path: Path) -> None:
        np.savez(path, *self._vectors.values())


def inverted(dimension: int) -> FaissStore:
    """Inverted lists so few that all of them are looked into."""
    return FaissStore.lists(unit(400, dimension, seed=9), 36)


@pytest.fixture(params=[FaissStore.flat, inverted, ExactStore], ids=["flat", "lists", "exact"])
def empty(request: pytest.FixtureRequest) -> Callable[[int], VectorStore]:
    make: Callable[[int], VectorStore] = request.param
    return make


def unit(rows: int, dimension: int, seed: int = 0) -> Vectors:
    values = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    normalised: Vectors = values / np.linalg.norm(values, axis=1, keepdims=True)
    return normalised


@pytest.mark.parametrize("make", [FaissStore.flat, ExactStore])
def test_the_nearest_come_first(make: Callable[[int], VectorStore]) -> None:
    store, vectors = make(8), unit(50, 8)
    store.add(np.arange(100, 150), vectors)
    numbers, scores = store.search(vectors[7], 5)
    order = np.argsort(-(vectors @ vectors[7]))[:5]
    assert numbers.tolist() == (order + 100).tolist()
    assert np.allclose(scores, np.sort(vectors @ vectors[7])[::-1][:5], atol=1e-5)


def test_what_is_removed_is_gone(empty: Callable[[int], VectorStore]) -> None:
    store, vectors = empty(8), unit(5, 8)
    store.add(np.arange(5), vectors)
    store.remove(np.array([2, 77]))
    assert len(store) == 4
    assert 2 not in store.search(vectors[2], 5)[0].tolist()
    assert store.search(vectors[3], 1)[0].tolist() == [3]


def test_an_empty_store_finds_nothing(empty: Callable[[int], VectorStore]) -> None:
    assert len(empty(8).search(unit(1, 8)[0], 5)[0]) == 0


def test_wrong_shapes_are_refused(empty: Callable[[int], VectorStore]) -> None:
    with pytest.raises(ValueError, match="3"):
        empty(8).add(np.arange(2), unit(2, 3))
    with pytest.raises(ValueError, match="3"):
        empty(8).search(unit(1, 3)[0], 1)


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("make", [FaissStore.flat, inverted])
def test_faiss_survives_a_round_trip_and_refuses_rubbish(
    make: Callable[[int], FaissStore], mapped: bool, tmp_path: Path
) -> None:
    store, vectors = make(8), unit(50, 8)
    store.add(np.arange(50), vectors)
    store.save(tmp_path / "v")
    loaded = FaissStore.load(tmp_path / "v", mapped=mapped)
    assert loaded.search(vectors[1], 50)[0].tolist()[0] == 1
    assert set(loaded.search(vectors[1], 50)[0].tolist()) == set(range(50))
    (tmp_path / "w").write_bytes(b"rubbish")
    with pytest.raises(CorruptIndex):
        FaissStore.load(tmp_path / "w", mapped=mapped)


def test_a_store_suits_the_numbers_that_it_was_made_for() -> None:
    assert FaissStore.flat(8).suits(FLAT_AT_MOST)
    assert not FaissStore.flat(8).suits(FLAT_AT_MOST + 1)
    lists = FaissStore.lists(unit(40_000, 8), 60_000)
    assert lists.suits(100_000)
    assert not lists.suits(1_000_000)
    assert not lists.suits(20_000)


@pytest.mark.parametrize("count", [2_000, 60_000])
def test_many_vectors_are_indexed_so_that_nearly_all_of_the_nearest_are_found(count: int) -> None:
    rng = np.random.default_rng(1)
    # A falling spectrum, as that of embeddings: independent components would be no fair test.
    vectors = (rng.normal(size=(count, 64)) * np.arange(1, 65) ** -0.5).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    told: list[int] = []

    def batches() -> Iterator[tuple[list[int], Vectors]]:
        for at in range(0, count, 4096):
            yield list(range(at, min(at + 4096, count))), vectors[at : at + 4096]

    store = index_vectors(batches, count, 64, told.append)
    assert told[-1] == len(store) == count
    assert store.suits(count)
    found = []
    for query in (vectors[:100] + 0.05 * rng.normal(size=(100, 64))).astype(np.float32):
        exact = np.argsort(-(vectors @ query))[:10]
        found.append(len(set(store.search(query, 10)[0].tolist()) & set(exact.tolist())) / 10)
    assert np.mean(found) >= (1.0 if count <= FLAT_AT_MOST else 0.9)
