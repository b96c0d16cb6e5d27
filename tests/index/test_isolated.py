"""Reading in a process of its own: the same documents, and nothing that a file does reaches the build."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.encoder import Encoder
from index.fit import fitting_passages
from index.isolated import IsolatedReader, Limits
from index.layout import Layout
from ingest.errors import BrokenDocument, EmptyDocument, OverLimit, UnreadableFile
from ingest.read import read_document
from tests.conftest import SEEDS, Library

Start = Callable[[Path, Limits], IsolatedReader]
FEW_WORDS = "Owls hunt at night. They hear a mouse under snow.\n"


@pytest.fixture
def start(seeds_index_folder: Path) -> Iterator[Start]:
    readers = []
    model = next(Layout(seeds_index_folder).models.iterdir())

    def begin(root: Path, limits: Limits) -> IsolatedReader:
        readers.append(IsolatedReader(model, Encoder.open(model).meta, root, limits))
        return readers[-1]

    yield begin
    for reader in readers:
        reader.close()


def test_a_document_comes_as_it_was_read(start: Start, seeds_index_folder: Path) -> None:
    encoder = Encoder.open(next(Layout(seeds_index_folder).models.iterdir()))
    reader = start(SEEDS, Limits())
    for path in sorted(SEEDS.glob("*.txt")):
        expected = read_document(path, root=SEEDS)
        document, passages = reader.read(path)
        assert (document.id, document.path, document.text) == (expected.id, expected.path, expected.text)
        assert (document.source, document.pages) == (expected.source, expected.pages)
        assert passages == fitting_passages(expected, encoder.counter, encoder.meta.document_prompt)


def test_what_cannot_be_read_is_told_as_without_a_process(start: Start, library: Library) -> None:
    reader = start(library.seeds, Limits())
    with pytest.raises(EmptyDocument, match=r"empty\.txt: is empty"):
        reader.read(library.write("empty.txt", ""))
    with pytest.raises(UnreadableFile, match=r"gone\.txt"):
        reader.read(library.seeds / "gone.txt")
    assert reader.read(library.write("owls.txt", FEW_WORDS))[1]


def test_a_file_that_takes_too_long_is_given_up(start: Start, library: Library) -> None:
    reader = start(library.seeds, Limits(seconds=1.5, seconds_a_byte=0))
    endless = library.write("endless.txt", "One more sentence of many is here. " * 800_000)
    with pytest.raises(OverLimit, match=r"endless\.txt: was not read within 2 s"):
        reader.read(endless)
    assert reader.read(library.write("owls.txt", FEW_WORDS))[1]


def test_a_file_that_takes_too_much_memory_is_given_up(start: Start, library: Library) -> None:
    reader = start(library.seeds, Limits(memory=350 * 1024**2, memory_a_byte=0))
    large = library.write("large.txt", "One more sentence of many is here. " * 800_000)
    with pytest.raises((OverLimit, BrokenDocument), match=r"large\.txt: (takes more than|its reader broke down)"):
        reader.read(large)
    assert reader.read(library.write("owls.txt", FEW_WORDS))[1]


def test_a_reader_that_dies_is_replaced(start: Start, library: Library) -> None:
    def children() -> set[int]:
        return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}

    before = children()
    reader = start(library.seeds, Limits())
    owls = library.write("owls.txt", FEW_WORDS)
    assert reader.read(owls)[1]
    (process,) = children() - before
    os.kill(process, signal.SIGKILL)
    with pytest.raises(BrokenDocument, match="its reader broke down"):
        reader.read(owls)
    assert reader.read(owls)[1]
