"""A build killed with SIGKILL, at points spread over its course, never harms the index."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.layout import Layout
from index.verify import verify
from tests.conftest import ROOT, Library

POINTS, DRIVERS = 200, 2
# Forks a build for every point. Every file that is opened, made, moved or deleted is an audit event; the build dies at
# the one asked for. Another fork then looks at what is left, and builds again.
DRIVER = """
import os, shutil, signal, sys
from pathlib import Path
import faiss, numpy, onnxruntime, tokenizers, tqdm
import index.export, ingest.pdf
from index.build import build
from index.search import Index
from index.verify import verify

points, first, step = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
seeds, snapshot, folder = map(Path, sys.argv[4:7])
old, new = sys.argv[7:9]

def restore():
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(snapshot, folder, symlinks=True)

def forked(run):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = run()
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]

def build_until(stop, report):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event.split(".")[0] in ("open", "os", "shutil", "sqlite3", "subprocess") and event != "os.putenv":
            seen += 1
            if seen == stop:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    build(seeds, folder)
    os.write(report, str(seen).encode())
    return 0

def look():
    index = Index.open(folder)
    assert index.build_id in (old, new), index.build_id
    assert index.search("How many workers are in a hive?")[0].document.path == "bees.md"
    assert verify(folder) == [], verify(folder)
    found = index.build_id
    assert build(seeds, folder).build_id == new
    assert len(list((folder / "builds").iterdir())) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["builds", "current", "lock", "models"]
    return 10 if found == old else 11

restore()
reading, writing = os.pipe()
assert forked(lambda: build_until(-1, writing)) == 0
events = int(os.read(reading, 100))
for point in range(first, points, step):
    restore()
    ended = forked(lambda: build_until(1 + point * events // points, writing))
    assert os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL, ended
    print(os.waitstatus_to_exitcode(forked(look)), flush=True)
"""


@pytest.mark.slow
def test_a_build_killed_anywhere_leaves_the_old_index_or_the_new_one(library: Library, tmp_path: Path) -> None:
    library.fill()
    old = library.build().build_id
    snapshot = tmp_path / "snapshot"
    shutil.copytree(library.folder, snapshot, symlinks=True)
    library.write("owls.txt", "Owls hunt at night. They hear a mouse under snow.\n")
    new = library.build().build_id
    drivers = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", DRIVER, str(POINTS), str(first), str(DRIVERS)),
                *(str(library.seeds), str(snapshot), str(tmp_path / f"copy{first}"), old, new),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for first in range(DRIVERS)
    ]
    outcomes = [(*driver.communicate(), driver.returncode) for driver in drivers]
    assert all(code == 0 for *_, code in outcomes), outcomes
    codes = [code for output, *_ in outcomes for code in output.split()]
    assert len(codes) == POINTS, outcomes
    assert set(codes) == {"10", "11"}, outcomes


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
