"""A build killed with SIGKILL, at points spread over its course, never harms the index."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from index.layout import Layout
from index.search import Index
from index.verify import verify
from tests.conftest import ROOT, Library

POINTS = 24
# Every file that is opened, made, moved or deleted is an audit event; the child dies at the one asked for.
CHILD = """
import os, signal, sys
from pathlib import Path
from index.build import build
import index.export, index.search, index.verify, ingest.pdf, numpy, faiss, onnxruntime, tokenizers, tqdm

stop, seen = int(sys.argv[3]), 0

def hook(event, arguments):
    global seen
    if event.split(".")[0] in ("open", "os", "shutil", "sqlite3") and event != "os.putenv":
        seen += 1
        if seen == stop:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
build(Path(sys.argv[1]), Path(sys.argv[2]))
print(seen)
"""


def run(library: Library, stop: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, str(library.seeds), str(library.folder), str(stop)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_build_killed_anywhere_leaves_the_old_index_or_the_new_one(library: Library) -> None:
    library.fill()
    old = library.build().build_id
    extra = library.seeds / "owls.txt"

    def change() -> None:
        library.write("owls.txt", "Owls hunt at night. They hear a mouse under snow.\n")

    change()
    done = run(library, stop=-1)
    assert done.returncode == 0, done.stderr
    events = int(done.stdout.split()[-1])
    new = library.open().build_id
    assert new != old
    outcomes = set()
    for point in range(POINTS):
        extra.unlink()
        assert library.build().build_id == old
        change()
        killed = run(library, stop=1 + point * events // POINTS)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        index = Index.open(library.folder)
        assert index.build_id in (old, new)
        assert index.search("How many workers are in a hive?")[0].document.path == "bees.md"
        assert verify(library.folder) == []
        outcomes.add(index.build_id)
        assert library.build().build_id == new
        builds = Layout(library.folder).builds
        assert len(list(builds.iterdir())) == 1
        assert sorted(path.name for path in library.folder.iterdir()) == ["builds", "current", "lock", "models"]
    assert outcomes == {old, new}
