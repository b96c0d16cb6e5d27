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

# Says when a good part has been embedded for longer than a build keeps to itself, and goes on.
SLOW_CHILD = """
import sys, time
from pathlib import Path
from index.build import build

started, said = None, False

def progress(stage, done, total):
    global started, said
    if stage == "embedding" and done:
        started = started or time.monotonic()
        time.sleep(0.02)
        if not said and done > 0.6 * total and time.monotonic() - started > 3:
            said = True
            print("far enough", flush=True)

build(Path(sys.argv[1]), Path(sys.argv[2]), progress=progress)
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


@pytest.mark.slow
def test_a_build_that_was_killed_goes_on_where_it_was(library: Library) -> None:
    for number in range(60):
        text = " ".join(f"Sentence {at} of paper {number} weighs one matter against another." for at in range(40))
        library.write(f"{number:02}.txt", text)
    command = [sys.executable, "-c", SLOW_CHILD, str(library.seeds), str(library.folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "far enough"
        child.kill()
    summary = library.build()
    assert summary.passages >= 240
    assert 0 < summary.embedded < 0.75 * summary.passages
    assert verify(library.folder) == []
    assert len(list(Layout(library.folder).builds.iterdir())) == 1
    whole = library.build(full=True)
    assert (whole.build_id, whole.embedded) == (summary.build_id, summary.passages)
