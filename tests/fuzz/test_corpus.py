"""The corpus, and whatever hypothesis thinks of, through every target; and some seconds of fuzzing with coverage."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file())
SECONDS = 10
# The same beginning every time: new ground is for longer runs by hand, a change should fail here for its own faults.
SEED = 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_corpus_breaks_nothing(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


@given(st.sampled_from(sorted(TARGETS)), st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_whatever_the_bytes_nothing_breaks(target: str, data: bytes) -> None:
    TARGETS[target](data)


@given(st.sampled_from(FILES), st.integers(0, 1 << 20), st.binary(max_size=8), st.integers(0, 16))
def test_a_changed_corpus_breaks_nothing(path: Path, at: int, inserted: bytes, cut: int) -> None:
    data = path.read_bytes()
    at %= len(data) + 1
    TARGETS[path.parent.name](data[:at] + inserted + data[at + cut :])


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not made for this Python")
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_fuzzing_with_coverage_finds_nothing(target: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", str(SECONDS), "--corpus", str(tmp_path)]
    command += ["--seed", str(SEED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
