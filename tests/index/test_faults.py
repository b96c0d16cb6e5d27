"""What the machine does to a build: full disks, closed doors, files that move, and readers in its way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.build import build
from index.layout import Layout
from index.search import Index
from index.verify import verify
from tests.conftest import ROOT, Library

QUESTION = "How many workers are in a hive?"
# No file may grow beyond a limit, which is what a full disk looks like from inside.
FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from index.build import build
from index.errors import UnwritableIndex
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    build(Path(sys.argv[1]), Path(sys.argv[2]))
except UnwritableIndex as error:
    print(error)
    sys.exit(7)
"""
# As somebody who may only do what the files' modes say.
NOBODY = """
import sys
from pathlib import Path
from index.build import build
from index.errors import UnwritableIndex
from index.search import Index
print(Index.open(Path(sys.argv[2])).search("How many workers are in a hive?")[0].document.path)
try:
    build(Path(sys.argv[1]), Path(sys.argv[2]))
except UnwritableIndex as error:
    print(error)
    sys.exit(7)
"""


# To root, modes say nothing.
AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


def run(script: str, library: Library, *arguments: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-c", script, str(library.seeds), str(library.folder), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_full_disk_leaves_the_old_index(library: Library) -> None:
    library.fill()
    old = library.build().build_id
    library.write("owls.txt", "Owls hunt at night. They hear a mouse under snow.\n")
    for limit in (0, 10, 1_000, 8_192, 20_000, 60_000, 90_000):
        failed = run(FULL_DISK, library, str(limit))
        assert failed.returncode == 7, (limit, failed.stderr[-1000:])
        assert "check disk space" in failed.stdout
        assert Index.open(library.folder).build_id == old
        assert verify(library.folder) == []
        assert [path.name for path in Layout(library.folder).builds.iterdir()] == [
            Layout(library.folder).current().name
        ]
    assert run(FULL_DISK, library, str(1 << 30)).returncode == 0
    assert library.open().build_id != old


def test_a_folder_that_may_only_be_read_answers_and_refuses_to_build(library: Library) -> None:
    library.fill()
    library.build()
    library.write("owls.txt", "Owls hunt at night.\n")
    with tempfile.TemporaryDirectory() as temporary:
        closed = Library(Path(temporary, "seeds"), Path(temporary, "index"))
        shutil.copytree(library.seeds, closed.seeds)
        shutil.copytree(library.folder, closed.folder)
        places = [Path(temporary), *Path(temporary).rglob("*")]
        for place in places:
            place.chmod(0o555)
        try:
            refused = run(NOBODY, closed, before=AS_ANYBODY if os.getuid() == 0 else ())
        finally:
            for place in places:
                place.chmod(0o755)
    assert refused.returncode == 7, refused.stderr[-1000:]
    assert refused.stdout.startswith("bees.md\n")
    assert "cannot be written (Permission denied)" in refused.stdout


def test_a_file_that_vanishes_while_it_is_built_is_reported_and_read_when_it_is_back(library: Library) -> None:
    library.fill()
    path = library.write("owls.txt", "Owls hunt at night. They hear a mouse under snow.\n")
    text = path.read_text()

    def vanish(stage: str, done: int, total: int) -> None:
        if stage == "preparing the model":
            path.unlink(missing_ok=True)

    summary = build(library.seeds, library.folder, progress=vanish)
    assert [failure.path for failure in summary.failed] == ["owls.txt"]
    assert verify(library.folder) == []
    path.write_text(text)
    assert library.build().added == ("owls.txt",)


def test_a_file_that_changes_while_it_is_built_is_read_again(library: Library) -> None:
    library.fill()
    path = library.write("owls.txt", "Owls hunt at night.\n")

    def change(stage: str, done: int, total: int) -> None:
        if stage == "preparing the model":
            path.write_text("Owls sleep by day.\n")

    build(library.seeds, library.folder, progress=change)
    assert verify(library.folder) == []
    library.build()
    assert library.open().document_text("owls.txt")[0] == "Owls sleep by day.\n"
    assert library.build().is_noop


def test_a_clock_that_goes_back_hides_no_change(library: Library) -> None:
    library.fill()
    path = library.write("owls.txt", "Owls hunt at night.\n")
    os.utime(path, (time.time() + 1e6, time.time() + 1e6))
    library.build()
    path.write_text("Owls sleep by day.\n")
    os.utime(path, (0, 0))
    assert library.build().changed == ("owls.txt",)


# Every document says the same number: an answer made of two builds would hold two.
ASKING = """
import re, sys, time
from pathlib import Path
from index.search import IndexReader
from qa.answer import answer
reader, seen = IndexReader(Path(sys.argv[1])), set()
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    index = reader.current()
    found = answer("How many keepers watch the hive, the tide and the kiln?", index, threshold=0.0)
    numbers = {number for hit in found.hits for number in re.findall(r"\\d+", hit.passage.text)}
    assert len(numbers) == 1 and len(found.hits) == 3, (numbers, found)
    assert found.build_id == index.build_id
    seen |= numbers
    time.sleep(0.05)  # eight that never rest would leave the builds no processor
print(len(seen), flush=True)
"""


@pytest.mark.slow
def test_eight_processes_ask_through_fifty_rebuilds(library: Library, tmp_path: Path) -> None:
    def write(number: int) -> None:
        for name in ("hive", "tide", "kiln"):
            library.write(f"{name}.txt", f"There are {number} keepers who watch the {name} at any hour.\n")

    write(100)
    library.build()
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", ASKING, str(library.folder), str(stop)]
    readers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(8)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for number in range(101, 151):
        write(number)
        library.build()
    stop.touch()
    for reader in readers:
        output, errors = reader.communicate(timeout=120)
        assert reader.returncode == 0, errors[-2000:]
        assert int(output) > 1
    assert verify(library.folder) == []
