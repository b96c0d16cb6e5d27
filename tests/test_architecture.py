"""The shape of the house: imports run one way, nothing heavy at import, no pickle."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "ingest": {"ingest"},
    "index": {"index", "ingest"},
    "qa": {"qa", "index", "ingest"},
    "ui": {"ui", "qa", "index", "ingest"},
    "training": {"training", "qa", "index", "ingest"},
}
SOURCES = [path for package in MAY_IMPORT for path in sorted((ROOT / package).glob("*.py"))]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_run_one_way(path: Path) -> None:
    ours = imported(path) & set(MAY_IMPORT)
    assert ours <= MAY_IMPORT[path.parent.name]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_is_unpickled_or_evaluated(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile", "__import__"}
    assert not imported(path) & {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"}


@pytest.mark.parametrize("module", ["index.cli", "qa.cli", "ui.cli"])
def test_the_command_line_starts_without_anything_heavy(module: str) -> None:
    heavy = "gradio numpy faiss onnxruntime tokenizers torch transformers sentence_transformers pypdf yaml sqlite3"
    code = f"import sys, {module}; print([name for name in '{heavy}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
