"""The update that tunes the bundled model for late interaction: shipped with the program, checked by its hash.

It was trained by ``training/`` on public questions: docs/model_card.md. A matrix's change comes as two thin factors, a
bias's as it is; the projection makes token vectors short.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from index.layout import file_sha256

if TYPE_CHECKING:
    import torch

ADAPTER_FILE = Path(__file__).parent / "adapter.safetensors"
_SHA256 = "6bf85e271a9e84a48be16a328551fee03d71a78d3ef7f815a3c73e969495915a"


def check_adapter(path: Path = ADAPTER_FILE) -> str:
    """The hash of the shipped update. Raises ModelError when the file is missing or is not the one that was shipped."""
    try:
        found = file_sha256(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read; reinstall loccit.") from error
    if found != _SHA256:
        raise ModelError(f"{path}: is not the update that was shipped; reinstall loccit.")
    return found


@dataclass(frozen=True, slots=True)
class Adapted:
    """What the update brings besides: the projection (d, hidden) of token vectors, and the ``background``.

    That is the share of the passages it was trained on which hold each token of the vocabulary (v,).
    """

    projection: torch.Tensor
    background: npt.NDArray[np.float32]


def apply_adapter(encoder: torch.nn.Module) -> Adapted:
    """Add the update to the bundled encoder's weights in place. Raises ModelError as ``check_adapter`` does."""
    import torch
    from safetensors.torch import load_file

    check_adapter()
    update = load_file(ADAPTER_FILE)
    with torch.no_grad():
        for name, weights in encoder.named_parameters():
            if f"{name}.left" in update:
                weights.add_(update[f"{name}.left"].float() @ update[f"{name}.right"].float())
            elif f"{name}.change" in update:
                weights.add_(update[f"{name}.change"].float())
    counts, passages = update["background.counts"].float(), float(update["background.passages"])
    return Adapted(update["projection"].float(), (counts / passages).numpy())
