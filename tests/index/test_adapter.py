"""The shipped update: whole, small, described, and refused when it was changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.adapter import ADAPTER_FILE, check_adapter
from index.errors import ModelError
from tests.conftest import ROOT


def test_what_is_shipped_is_what_the_model_card_describes() -> None:
    assert check_adapter() in (ROOT / "docs" / "model_card.md").read_text(encoding="utf-8")
    assert ADAPTER_FILE.stat().st_size < 25_000_000


def test_a_changed_update_is_refused(tmp_path: Path) -> None:
    copy = Path(shutil.copy(ADAPTER_FILE, tmp_path))
    assert check_adapter(copy)
    with copy.open("r+b") as file:
        file.seek(100_000)
        file.write(b"\xff\x00\xff")
    with pytest.raises(ModelError, match="is not the update"):
        check_adapter(copy)
    with pytest.raises(ModelError, match="cannot be read"):
        check_adapter(tmp_path / "nothing")
