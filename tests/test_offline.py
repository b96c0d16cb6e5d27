"""Nothing leaves the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SEEDS

CHILD = """
import sys

def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"):
        sys.stderr.write(f"NETWORK {event} {arguments[1:]}\\n")
        raise PermissionError(event)

sys.addaudithook(hook)
from index.cli import main as index
from qa.cli import main as qa

where = ["--index", sys.argv[2]]
assert index(["build", "--seeds", sys.argv[1], *where]) == 0
assert index(["verify", *where]) == 0
assert qa(["ask", "Which sleep hormone does magnesium help to regulate?", *where]) == 0
"""


@pytest.mark.slow
def test_building_from_scratch_and_asking_open_no_connection(tmp_path: Path) -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))}
    command = [sys.executable, "-c", CHILD, str(SEEDS), str(tmp_path / "index")]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert "NETWORK" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert "melatonin" in done.stdout
