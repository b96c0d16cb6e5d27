"""The updates that tune the bundled model: shipped with the program, checked by their hashes.

``LATE`` tunes it for late interaction, ``CROSS`` makes a cross-encoder of it. Both were trained by ``training/``:
docs/model_card.md. A matrix's change comes as two thin factors, a bias's as it is.
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


@dataclass(frozen=True, slots=True)
class Update:
    """A file of changes to the bundled model's weights, and the SHA-256 that it was shipped with."""

    path: Path
    sha256: str

    def check(self) -> str:
        """The file's hash. Raises ModelError when the file is missing or is not the one that was shipped."""
        try:
            found = file_sha256(self.path)
        except OSError as error:
            raise ModelError(f"{self.path}: cannot be read; reinstall loccit.") from error
        if found != self.sha256:
            raise ModelError(f"{self.path}: is not the update that was shipped; reinstall loccit.")
        return found

    def apply(self, encoder: torch.nn.Module) -> dict[str, torch.Tensor]:
        """Add the changes to the bundled encoder's weights in place; what else the file holds. Raises as ``check``."""
        import torch
        from safetensors.torch import load_file

        self.check()
        stored = {name: tensor.float() for name, tensor in load_file(self.path).items()}
        with torch.no_grad():
            for name, weights in encoder.named_parameters():
                if f"{name}.left" in stored:
                    weights.add_(stored.pop(f"{name}.left") @ stored.pop(f"{name}.right"))
                elif f"{name}.change" in stored:
                    weights.add_(stored.pop(f"{name}.change"))
        if any(name.endswith((".left", ".right", ".change")) for name in stored):
            raise ModelError(f"{self.path}: does not fit the installed model; reinstall loccit.")
        return stored


_FOLDER = Path(__file__).parent
LATE = Update(_FOLDER / "late.safetensors", "6687dc50424fdb84c904bfec014a91028db0b01601012d9baeab1a9d86fd2cec")
CROSS = Update(_FOLDER / "cross.safetensors", "9dd3af312abfd13adb23ba067f966e7b11c297e0e30ef4791e687306135f4812")


@dataclass(frozen=True, slots=True)
class Adapted:
    """What ``LATE`` brings besides.

    ``projection`` (d, hidden): of token vectors; ``importance`` (hidden,): the direction in which they tell what a
    token of a question counts for; ``background`` (v,): the share of the passages it was trained on which hold each
    token of the vocabulary.
    """

    projection: torch.Tensor
    importance: torch.Tensor
    background: npt.NDArray[np.float32]


def adapt(encoder: torch.nn.Module) -> Adapted:
    """Tune the bundled encoder for late interaction, in place. Raises ModelError as ``Update.check`` does."""
    brought = LATE.apply(encoder)
    background = brought["background.counts"] / brought["background.passages"]
    return Adapted(brought["projection"], brought["importance"], background.numpy())
