"""How much each direct dependency takes on the disk."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tests.bench.process import ROOT


def dependency_sizes() -> list[tuple[str, float, str]]:
    """Name, megabytes of its own files and reason of every direct dependency, the largest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = _reasons((ROOT / "docs" / "decisions.md").read_text(encoding="utf-8"))
    names = [re.split(r"[\[<>=~! ]", requirement)[0] for requirement in project["dependencies"]]
    found = [(name, _megabytes(name), reasons.get(name, "")) for name in names]
    return sorted(found, key=lambda row: -row[1])


def _megabytes(name: str) -> float:
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return 0.0
    paths = {Path(file.locate()) for file in files}
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def _reasons(decisions: str) -> dict[str, str]:
    """The rows of the table of dependencies in ``docs/decisions.md``, by package."""
    table = decisions.partition("## Dependencies")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", table, re.MULTILINE)
    return {name.partition(" ")[0]: why for names, why in rows for name in names.split(", ")}
