"""Token vectors in four bits: what is unpacked is close to what was packed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.search import Index
from index.tokens import TokenVectors, even, pack


def unit(count: int, dimension: int, seed: int) -> np.ndarray:
    rows: np.ndarray = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    lengths: np.ndarray = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / lengths)


def unpacked(rows: np.ndarray) -> np.ndarray:
    nothing = np.zeros(0, np.int32)
    return TokenVectors(pack(rows), nothing, nothing.reshape(0, 2)).vectors()


@given(st.integers(0, 30), st.integers(8, 130), st.integers(0, 1000))
def test_vectors_come_back_nearly_as_they_were(count: int, dimension: int, seed: int) -> None:
    rows = unit(count, dimension, seed)
    found = unpacked(rows)
    assert found.shape == even(rows).shape
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert (np.sum(found * even(rows), axis=1) > 0.95).all()


def test_products_are_kept() -> None:
    rows = unit(500, 96, 0)
    assert np.abs(unpacked(rows) @ rows.T - rows @ rows.T).mean() < 0.015


def test_a_passage_takes_at_most_16_kilobytes(seeds_index: Index) -> None:
    longest = unit(seeds_index.encoder.meta.max_tokens, seeds_index.encoder.encode_question("What?").tokens.shape[1], 0)
    assert len(pack(longest).tobytes()) + 4 * len(longest) + 8 * 20 <= 16 * 1024
