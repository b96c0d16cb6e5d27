"""Formats, errors, sidecars, and which files are documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.errors import BadSidecar, BinaryFile, BrokenDocument, EmptyDocument, UnknownFormat, UnreadableFile
from ingest.library import list_documents
from ingest.model import Format
from ingest.read import parse_document, read_document


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "a.txt", EmptyDocument),
        (b" \n\t ", "a.txt", EmptyDocument),
        (b"---\n***\n", "a.txt", EmptyDocument),
        (b"PK\x03\x04rest", "a.docx", UnknownFormat),
        (b"words", "a.exe", UnknownFormat),
        (b"\x00\x01\x02\x03" * 50, "a.txt", BinaryFile),
        (b"not a pdf", "a.pdf", BrokenDocument),
        (b"%PDF-1.7 and no more", "a.pdf", BrokenDocument),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(data: bytes, name: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"^{name}: ") as caught:
        parse_document(data, name)
    assert "\n" not in str(caught.value)


def test_the_name_decides_where_the_content_does_not() -> None:
    assert parse_document(b"# Lamps\n\nLight.", "a.md").format is Format.MARKDOWN
    assert parse_document(b"# Lamps\n\nLight.", "a.txt").format is Format.TEXT
    assert parse_document(b"<p>Lamps</p>", "a.html").format is Format.HTML


def test_a_missing_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="gone"):
        read_document(tmp_path / "gone.txt")


def test_the_sidecar_comes_before_what_the_document_states(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: Theirs\nyear: 1999\n---\n\nLamps give light.\n")
    assert read_document(path).source.title == "Theirs"
    (tmp_path / "a.md.source.toml").write_text('title = "Ours"\nauthors = ["Keeper, Ann", "Wick, Bob", "Sea, Cy"]\n')
    source = read_document(path).source
    assert (source.title, source.year, source.author_year) == ("Ours", 1999, "Keeper et al. 1999")


def test_the_first_heading_is_the_title_unless_it_says_nothing() -> None:
    assert parse_document(b"# Lamps\n\nLight.", "a.md").source.title == "Lamps"
    assert parse_document(b"# Abstract\n\nLight.", "a.md").source.title is None


@pytest.mark.parametrize("text", ["title = ", "titel = 'x'", "authors = 'Ann'", "year = 'old'", "year = true"])
def test_a_bad_sidecar_is_reported(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text("Lamps give light.")
    (tmp_path / "a.txt.source.toml").write_text(text)
    with pytest.raises(BadSidecar, match=r"a\.txt\.source\.toml"):
        read_document(tmp_path / "a.txt")


def test_what_counts_as_a_document(tmp_path: Path) -> None:
    inside = tmp_path / "library"
    (inside / "sub").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("secret")
    for name in ("b.txt", "a b.md", "sub/c.html", "b.txt.source.toml", "README.md", ".hidden.txt", "d.txt~", "x.docx"):
        (inside / name).write_text("x")
    (inside / "link.txt").symlink_to(tmp_path / "outside.txt")
    names = [path.relative_to(inside).as_posix() for path in list_documents(inside).documents]
    assert names == ["a b.md", "b.txt", "sub/c.html", "x.docx"]


def test_what_is_passed_over_is_told(tmp_path: Path) -> None:
    inside = tmp_path / "library"
    (inside / "index" / "builds").mkdir(parents=True)
    (inside / "index" / "current").write_text("x")
    (tmp_path / "outside.txt").write_text("secret")
    (inside / "out.txt").symlink_to(tmp_path / "outside.txt")
    (inside / "gone.txt").symlink_to(tmp_path / "gone.txt")
    (inside / "up").symlink_to(tmp_path)
    (inside / "lost.md.source.toml").write_text("")
    os.mkfifo(inside / "pipe.txt")
    (inside / os.fsdecode(b"bad\xff.txt")).write_text("x")
    listing = list_documents(inside, apart_from=inside / "index")
    assert listing.documents == ()
    assert [item.name for item in listing.skipped] == [
        "bad?.txt",
        "gone.txt",
        "lost.md.source.toml",
        "out.txt",
        "pipe.txt",
        "up",
    ]
    assert all(item.reason.startswith(item.name) for item in listing.skipped)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is not a folder"):
        list_documents(tmp_path / "nowhere")
