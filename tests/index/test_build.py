"""Building: incremental, pure, whole, reported."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image

from index.build import build, remove
from index.cli import main
from index.errors import IndexLocked, MissingIndex, NothingToIndex, OutdatedIndex, UnknownDocument
from index.export import locate_model
from index.layout import Layout
from index.search import Index
from index.settings import BUNDLED_MODEL
from index.verify import status, verify
from tests.conftest import Library

QUESTIONS = ["How many bees live in a hive?", "When do spring tides come?", "What is glass made of?", "Who is king?"]


def everything(index: Index) -> list[object]:
    """All that an index says to some questions, scores to the fifth digit."""
    return [
        [(hit.document.path, hit.passage, round(hit.score, 5)) for hit in index.search(question, 50)]
        for question in QUESTIONS
    ]


def test_a_first_build_adds_all_documents(library: Library) -> None:
    library.fill()
    summary = library.build()
    assert summary.added == ("bees.md", "glass.html", "tides.txt")
    assert summary.embedded == summary.passages == 3
    assert library.open().search(QUESTIONS[0])[0].document.path == "bees.md"
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
    assert library.open().search("What do owls hear?")[0].document.path == "owls.txt"


def test_a_changed_document_keeps_what_did_not_change(library: Library) -> None:
    long = "# Lamps\n\n" + "\n\n".join(f"## Part {n}\n\nLamp number {n} burns oil from seed {n}." for n in range(9))
    library.write("lamps.md", long)
    library.build()
    library.write("lamps.md", long.replace("Lamp number 4 burns", "Lamp number 4 wastes"))
    summary = library.build()
    assert summary.changed == ("lamps.md",)
    assert summary.embedded == 1
    assert "wastes" in library.open().search("Which lamp wastes oil?")[0].passage.text


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
    moved, summary = remove("secret.txt", library.seeds, library.folder)
    assert moved.is_file()
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
    found = status(library.folder, library.seeds)
    assert found.is_fresh
    assert found.failed == summary.failed
    library.write("empty.txt", "No longer empty.")
    assert status(library.folder, library.seeds).new == ("empty.txt",)


def test_pages_of_pictures_are_reported(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    paper = FPDF()
    paper.set_font("Helvetica", size=12)
    for page in range(4):
        paper.add_page()
        if page % 2:
            paper.image(Image.new("L", (40, 40), 128), w=100)
        else:
            paper.multi_cell(0, 6, "Owls hunt at night and hear a mouse under the snow.")
    library.write("owls.pdf", bytes(paper.output()))
    told = "owls.pdf: pages 2, 4 hold pictures and no text; run OCR on it and add the result."
    assert [failure.reason for failure in library.build().partly] == [told]
    assert library.open().documents[0].pictures == (2, 4)
    assert main(["status", "--seeds", str(library.seeds), "--index", str(library.folder)]) == 0
    assert f"Read in part: {told}" in capsys.readouterr().out


def test_what_a_build_would_do_is_known_beforehand(library: Library) -> None:
    library.fill()
    library.build()
    library.write("owls.txt", "Owls hunt at night.\n")
    library.write("bees.md", "# Bees\n\nBees sleep.\n")
    (library.seeds / "tides.txt").unlink()
    found = status(library.folder, library.seeds)
    assert (found.new, found.changed, found.removed) == (("owls.txt",), ("bees.md",), ("tides.txt",))


def test_an_empty_library_is_an_error_and_leaves_the_index_alone(library: Library) -> None:
    with pytest.raises(NothingToIndex, match="holds no documents"):
        library.build()
    with pytest.raises(MissingIndex):
        library.open()
    library.write("bees.md", "# Bees\n\nBees dance.\n")
    library.build()
    (library.seeds / "bees.md").rename(library.folder / "bees.md")
    with pytest.raises(NothingToIndex):
        library.build()
    assert library.open().search("What do bees do?")[0].document.path == "bees.md"


def test_the_last_document_may_be_removed(library: Library) -> None:
    library.write("bees.md", "# Bees\n\nBees dance.\n")
    library.build()
    first, _ = remove("bees.md", library.seeds, library.folder)
    assert library.open().search("What do bees do?") == ()
    library.write("bees.md", "# Bees\n\nOther bees dance.\n")
    second, _ = remove("bees.md", library.seeds, library.folder)
    assert first.is_file()
    assert second.is_file()


def test_the_same_text_cut_into_other_sentences_is_embedded_anew(library: Library) -> None:
    text = "Zebrafish regrow their fins within weeks. The blastema forms at the wound. Then bone grows back."
    library.write("fish.md", f"# Fish\n\n{text}\n")
    library.build()
    library.write("fish.md", f"# Fish\n\n| {text} |\n|---|\n")
    assert library.build().embedded == 1
    assert verify(library.folder) == []
    (hit, *_) = library.open().search("How do zebrafish regrow fins?")
    assert len(hit.support.matches) == len(hit.passage.sentences)


def test_documents_that_break_a_reader_stop_nothing(library: Library) -> None:
    library.fill()
    for number, front in enumerate(("a: !!bool x", 'a: !!int ""', "date: !!timestamp foo", 'title: "\\ud800x"')):
        library.write(f"front{number}.md", f"---\n{front}\n---\n\nThe words of document {number}.\n")
    library.write("marked.html", "<html><p>a</p><![foo[ x ]]><p>b</p>")
    library.write("deep.txt", "Deep words.")
    library.write("deep.txt.source.toml", "a=" + "[" * 5000)
    library.write("n" * 245 + ".txt", "A long name.")
    (library.seeds / os.fsdecode(b"bad\xff.txt")).write_text("x")
    summary = library.build()
    assert [failure.path for failure in summary.failed] == ["bad?.txt", "deep.txt"]
    assert len(summary.added) == 3 + 4 + 2
    assert verify(library.folder) == []


def test_a_model_of_another_name_is_another_index_and_only_its_export_is_kept(library: Library) -> None:
    shared = (library.folder / "models").resolve()
    (library.folder / "models").unlink()
    shutil.copytree(shared, library.folder / "models")
    library.fill()
    first = library.build()
    exported = list((library.folder / "models").iterdir())
    second = build(library.seeds, library.folder, model=str(locate_model(BUNDLED_MODEL)))
    (kept,) = (library.folder / "models").iterdir()
    assert kept not in exported
    assert second.build_id != first.build_id
    assert second.embedded == second.passages
    assert library.open().manifest.model.endswith("model")


@pytest.mark.slow
def test_another_export_that_gives_the_same_vectors_embeds_nothing_again(library: Library, tmp_path: Path) -> None:
    """As when only the cross-encoder is a new one."""
    (library.folder / "models").unlink()
    model = Path(shutil.copytree(locate_model(BUNDLED_MODEL), tmp_path / "model"))
    library.fill()
    first = build(library.seeds, library.folder, model=str(model))
    (model / "notes.txt").write_text("Tuned with care.\n")
    second = build(library.seeds, library.folder, model=str(model))
    assert first.embedded == first.passages == second.passages
    assert second.embedded == 0
    assert second.build_id != first.build_id
    assert verify(library.folder) == []
    assert library.open().search("What do owls hear?", 1)


def test_files_of_equal_content_are_found_once(library: Library) -> None:
    for name in ("one.txt", "two.txt"):
        library.write(name, "Owls hunt at night. They hear a mouse under snow.\n")
    assert library.build().passages == 2
    assert [hit.document.path for hit in library.open().search("What do owls hear?")] == ["one.txt"]


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
    assert served.search("When do spring tides come?")[0].document.path == "tides.txt"


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
    layout = Layout(library.folder)
    manifest = layout.current() / "manifest.json"
    data = json.dumps({**json.loads(manifest.read_text()), "format": 999}).encode()
    manifest.write_bytes(data)
    layout.pointer.write_text(f"{manifest.parent.name} {hashlib.sha256(data).hexdigest()}")
    with pytest.raises(OutdatedIndex, match="is of format 999"):
        library.open()
    assert library.build().embedded == 3
    assert library.open().search(QUESTIONS[2])[0].document.path == "glass.html"
