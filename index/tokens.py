"""Token vectors as an index stores them: four bits a component, so that a passage takes a few kilobytes.

Components of vectors of length 1 are spread about normally; each is kept as the nearest of the 16 levels that lose
least of a normal distribution (Max 1960, Quantizing for minimum distortion). What that costs: docs/decisions.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.encoder import Encoded
from ingest.model import Passage

Floats = npt.NDArray[np.float32]

_HALF = (0.1284, 0.3881, 0.6568, 0.9424, 1.2562, 1.6181, 2.0690, 2.7326)
_LEVELS = np.array([*(-level for level in reversed(_HALF)), *_HALF], dtype=np.float32)
_BOUNDS = (_LEVELS[1:] + _LEVELS[:-1]) / 2
# Two components for each value of a byte, as one number of eight bytes: so they are looked up several times as fast.
_PAIRS = np.stack([np.repeat(_LEVELS, 16), np.tile(_LEVELS, 16)], axis=1).view(np.float64).ravel()


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The token vectors of one passage.

    ``codes`` (n, d / 2) holds two components a byte; ``ids`` (n,) are the tokens' numbers in the vocabulary;
    ``sentences`` (m, 2) are half-open token ranges, what comes before the first being title and headings.
    """

    codes: npt.NDArray[np.uint8]
    ids: npt.NDArray[np.int32]
    sentences: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.codes)

    def vectors(self) -> Floats:
        """The vectors (n, d), each of length 1."""
        rows = np.take(_PAIRS, self.codes, mode="clip").view(np.float32)
        rows /= np.sqrt(np.einsum("nd,nd->n", rows, rows))[:, None]
        return rows


def even(vectors: Floats) -> Floats:
    """Vectors (n, d) with a component of nothing more where d is odd, so that two share a byte."""
    padded: Floats = np.pad(vectors, ((0, 0), (0, vectors.shape[1] % 2)))
    return padded


def pack(vectors: Floats) -> npt.NDArray[np.uint8]:
    """Codes (n, ceil(d / 2)) of vectors (n, d) of length 1."""
    spread = even(vectors) * np.float32(np.sqrt(vectors.shape[1]))
    levels = np.searchsorted(_BOUNDS, spread).astype(np.uint8)
    codes: npt.NDArray[np.uint8] = levels[:, 0::2] * np.uint8(16) + levels[:, 1::2]
    return codes


def token_vectors(encoded: Encoded, passage: Passage, context_length: int) -> TokenVectors:
    """The token vectors of a passage that was embedded after a context of so many characters."""
    starts = encoded.offsets[:, 0] - context_length
    ranges = [
        (int(np.searchsorted(starts, sentence.start)), int(np.searchsorted(starts, sentence.end)))
        for sentence in passage.sentences
    ]
    return TokenVectors(
        pack(encoded.tokens), encoded.ids.astype(np.int32), np.asarray(ranges, dtype=np.int32).reshape(-1, 2)
    )
