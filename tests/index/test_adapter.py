"""The shipped updates: whole, small, described, and refused when they were changed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index.adapter import CROSS, LATE, Update
from index.errors import ModelError
from tests.conftest import ROOT


@pytest.mark.parametrize("update", [LATE, CROSS])
def test_what_is_shipped_is_what_the_model_card_describes(update: Update) -> None:
    assert update.check() in (ROOT / "docs" / "model_card.md").read_text(encoding="utf-8")


def test_what_is_shipped_is_small() -> None:
    assert sum(update.path.stat().st_size for update in (LATE, CROSS)) < 25_000_000


@pytest.mark.parametrize("update", [LATE, CROSS])
def test_a_changed_update_is_refused(update: Update, tmp_path: Path) -> None:
    copy = replace(update, path=Path(shutil.copy(update.path, tmp_path)))
    assert copy.check()
    with copy.path.open("r+b") as file:
        file.seek(100_000)
        file.write(b"\xff\x00\xff")
    with pytest.raises(ModelError, match="is not the update"):
        copy.check()
    with pytest.raises(ModelError, match="cannot be read"):
        replace(update, path=tmp_path / "nothing").check()


def test_an_update_that_does_not_fit_is_told() -> None:
    import torch

    with pytest.raises(ModelError, match="does not fit"):
        CROSS.apply(torch.nn.Linear(2, 2))
