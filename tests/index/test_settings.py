from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import BadSettings
from index.settings import LibrarySettings, ModelSettings, read_section


def test_defaults_without_a_file(tmp_path: Path) -> None:
    assert read_section(tmp_path / "loccit.toml", "library", LibrarySettings) == LibrarySettings("seeds", ".loccit")


def test_a_section_is_read(tmp_path: Path) -> None:
    path = tmp_path / "loccit.toml"
    path.write_text('[model]\nname = "a/b"\n[library]\nseeds = "papers"\n')
    assert read_section(path, "model", ModelSettings).name == "a/b"
    assert read_section(path, "library", LibrarySettings) == LibrarySettings("papers", ".loccit")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[modle]\n", "unknown section"),
        ("[library]\nseed = 'x'\n", "unknown key 'seed'"),
        ("[library]\nseeds = 5\n", "library.seeds must be of type str"),
        ("library = 5\n", "must be a section"),
        ("[library\n", "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "loccit.toml"
    path.write_text(text)
    with pytest.raises(BadSettings, match=message):
        read_section(path, "library", LibrarySettings)
