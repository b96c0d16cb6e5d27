"""Building: incremental, pure, whole, reported."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from index.build import remove
from index.errors import IndexLocked, MissingIndex, NothingToIndex, UnknownDocument
from index.layout import Layout
from index.search import Index
from index.verify import freshness, verify
from tests.conftest import Library

QUESTIONS = ["How many bees live in a hive?", "When do spring tides come?", "What is glass made of?", "Who is king?"]


def everything(index: Index) -> list[object]:
    """All that an index says to some questions, scores to the fifth digit."""
    return [
        [(hit.document.path, hit.passage, round(hit.score, 5)) for hit in index.search(question, 50).hits]
        for question in QUESTIONS
    ]


def test_a_first_build_adds_all_documents(library: Library) -> None:
    library.fill()
    summary = library.build()
    assert summary.added == ("bees.md", "glass.html", "tides.txt")
    assert summary.embedded == summary.passages == 3
    assert library.open().search(QUESTIONS[0]).hits[0].document.path == "bees.md"
    assert verify(library.folder) == []


def test_nothing_to_do_embeds_nothing_and_keeps_the_build(library: Library) -> None:
    library.fill()
    first = library.build()
    again = library.build()
    assert again.is_noop
    assert again.build_id == first.build_id
    assert (again.unchanged, again.embedded, again.passages) == (3, 0, 3)


def test_adding_a_document_embeds_only_that_document(library: Library) -> None:
    library.fill()
    library.build()
    library.write("owls.txt", "Owls hunt at night. They hear a mouse under snow.\n")
    summary = library.build()
    assert summary.added == ("owls.txt",)
    assert (summary.unchanged, summary.embedded, summary.passages) == (3, 1, 4)
    assert library.open().search("What do owls hear?").hits[0].document.path == "owls.txt"


def test_a_changed_document_keeps_what_did_not_change(library: Library) -> None:
    long = "# Lamps\n\n" + "\n\n".join(f"## Part {n}\n\nLamp number {n} burns oil from seed {n}." for n in range(9))
    library.write("lamps.md", long)
    library.build()
    library.write("lamps.md", long.replace("Lamp number 4 burns", "Lamp number 4 wastes"))
    summary = library.build()
    assert summary.changed == ("lamps.md",)
    assert summary.embedded == 1
    assert "wastes" in library.open().search("Which lamp wastes oil?").hits[0].passage.text


def test_incremental_builds_equal_full_ones(library: Library, tmp_path: Path) -> None:
    library.fill()
    library.build()
    library.write("owls.txt", "Owls hunt at night. They hear a mouse under snow.\n")
    library.build()
    (library.seeds / "tides.txt").unlink()
    library.write("bees.md", "# Bees\n\nBees sleep in winter. They do not dance then.\n")
    incremental = library.build()
    found = everything(library.open())
    full = library.build(full=True)
    assert incremental.build_id == full.build_id
    assert everything(library.open()) == found


def test_a_removed_document_leaves_no_trace(library: Library) -> None:
    library.fill()
    library.write("secret.txt", "The xylophonist hides in Zanzibar.\n")
    library.build()
    assert remove("secret.txt", library.seeds, library.folder).is_file()
    summary = library.build()
    assert summary.removed == ("secret.txt",)
    build = Layout(library.folder).current()
    assert [path.name for path in build.parent.iterdir()] == [build.name]
    for path in build.iterdir():
        data = path.read_bytes().lower()
        assert b"xylophonist" not in data
        assert b"zanzibar" not in data
    with pytest.raises(UnknownDocument):
        remove("secret.txt", library.seeds, library.folder)


def test_a_changed_sidecar_is_a_change(library: Library) -> None:
    library.fill()
    library.build()
    library.write("tides.txt.source.toml", 'title = "On Tides"\nauthors = ["Moon, Ann"]\nyear = 1999\n')
    assert library.build().changed == ("tides.txt",)
    (record,) = [record for record in library.open().documents if record.path == "tides.txt"]
    assert record.source.author_year == "Moon 1999"


def test_a_broken_file_is_reported_and_stops_nothing(library: Library) -> None:
    library.fill()
    library.write("broken.pdf", b"%PDF-1.7 and no more")
    library.write("empty.txt", "")
    library.write("tides.txt.source.toml", "titel = 'x'")
    summary = library.build()
    assert summary.added == ("bees.md", "glass.html")
    assert [failure.path for failure in summary.failed] == ["broken.pdf", "empty.txt", "tides.txt"]
    assert all(failure.reason for failure in summary.failed)
    assert library.build().failed == summary.failed
    assert freshness(library.folder, library.seeds) == {"new": [], "changed": [], "removed": []}


def test_what_a_build_would_do_is_known_beforehand(library: Library) -> None:
    library.fill()
    library.build()
    library.write("owls.txt", "Owls hunt at night.\n")
    library.write("bees.md", "# Bees\n\nBees sleep.\n")
    (library.seeds / "tides.txt").unlink()
    assert freshness(library.folder, library.seeds) == {
        "new": ["owls.txt"],
        "changed": ["bees.md"],
        "removed": ["tides.txt"],
    }


def test_an_empty_library_is_an_error_at_first_and_an_empty_index_later(library: Library) -> None:
    with pytest.raises(NothingToIndex, match="holds no documents"):
        library.build()
    with pytest.raises(MissingIndex):
        library.open()
    library.fill()
    library.build()
    for path in library.seeds.iterdir():
        path.unlink()
    assert len(library.build().removed) == 3
    assert library.open().search("anything").hits == ()


def test_a_library_of_broken_files_says_why(library: Library) -> None:
    library.write("empty.txt", "")
    with pytest.raises(NothingToIndex, match="none of its 1 files can be read"):
        library.build()


def test_an_old_index_goes_on_serving_while_a_build_is_at_work(library: Library) -> None:
    library.fill()
    library.build()
    served = library.open()
    library.write("owls.txt", "Owls hunt at night.\n")
    seen: list[str] = []
    library.build(progress=lambda stage, done, total: seen.append(Index.open(library.folder).build_id))
    assert set(seen) == {served.build_id}
    assert served.search("When do spring tides come?").hits[0].document.path == "tides.txt"


def hold_lock(folder: Path, held: object, release: object) -> None:
    with Layout(folder).writing():
        held.set()  # type: ignore[attr-defined]
        release.wait(30)  # type: ignore[attr-defined]


def test_there_is_one_writer_at_a_time(library: Library) -> None:
    library.fill()
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    other = context.Process(target=hold_lock, args=(library.folder, held, release))
    other.start()
    assert held.wait(30)
    with pytest.raises(IndexLocked, match="another build"):
        library.build()
    release.set()
    other.join()
    assert library.build().passages == 3


def test_an_index_of_another_format_is_refused_and_rebuilt(library: Library) -> None:
    library.fill()
    library.build()
    manifest = Layout(library.folder).current() / "manifest.json"
    values = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**values, "format": 999}))
    with pytest.raises(Exception, match="is of format 999") as caught:
        library.open()
    assert type(caught.value).__name__ == "OutdatedIndex"
    assert library.build().embedded == 3
    assert library.open().search(QUESTIONS[2]).hits[0].document.path == "glass.html"
