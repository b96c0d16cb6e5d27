"""Real documents, the real model and a real index, built once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from index.build import build
from index.model import BuildSummary
from index.search import Index

# How long one example takes says more about what else the machine does than about the code.
settings.register_profile("loccit", deadline=None)
settings.load_profile("loccit")

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
QUESTIONS = ROOT / "tests" / "data" / "magnesium.jsonl"


@pytest.fixture(scope="session")
def seeds_index_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeds") / "index"
    build(SEEDS, folder)
    return folder


@pytest.fixture(scope="session")
def seeds_index(seeds_index_folder: Path) -> Index:
    return Index.open(seeds_index_folder)


@pytest.fixture
def library(tmp_path: Path, seeds_index_folder: Path) -> Library:
    """An empty library whose index shares the exported model."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "models").symlink_to(seeds_index_folder / "models")
    return Library(tmp_path / "seeds", tmp_path / "index")


class Library:
    def __init__(self, seeds: Path, folder: Path) -> None:
        self.seeds = seeds
        self.folder = folder

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    def build(self, *, full: bool = False, progress: Callable[[str, int, int], None] | None = None) -> BuildSummary:
        return build(self.seeds, self.folder, full=full, progress=progress)

    def open(self) -> Index:
        return Index.open(self.folder)

    def fill(self) -> None:
        """Three short documents on three matters."""
        self.write(
            "bees.md", "# Bees\n\nHoney bees dance to show where food is. A hive holds 40,000 workers in June.\n"
        )
        self.write("tides.txt", "Tides\n\nThe moon pulls the sea. Spring tides come twice a month.\n")
        self.write(
            "glass.html",
            "<html><body><h1>Glass</h1><p>Glass is made of sand.</p><p>It melts at 1700 °C.</p></body></html>",
        )
