"""A store over several shards, written, changed and read through its public faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.errors import CorruptIndex
from index.layout import record_file
from index.rows import NewPassage
from index.store import PassageStore
from index.tokens import TokenVectors, pack
from index.writer import StoreWriter
from ingest.model import BlockKind, Document, Format, Page, Passage, Sentence, Source, Span

WORDS = ("owls", "bees", "tides", "glass", "clocks", "ferns", "rivers", "bridges")


def document(name: str) -> tuple[Document, list[NewPassage]]:
    """Two passages about one thing; its vectors are drawn by its name."""
    text = f"On {name}. Nothing holds more {name} than this."
    pages = (Page(1, "i", Span(0, len(text))),)
    found = Document(f"id-{name}", f"{name}.txt", Format.TEXT, text, (), pages, Source(title=name))
    rng = np.random.default_rng(len(name) + ord(name[0]))
    new = []
    for at, part in enumerate((text[: len(name) + 4], text[len(name) + 5 :])):
        span = Span(text.index(part), text.index(part) + len(part))
        sentence = Sentence(0, len(part), (span,), 1)
        passage = Passage(f"{name}-{at}", found.id, BlockKind.PARAGRAPH, part, (sentence,), (span,), (name,), 1)
        vectors = rng.normal(size=(4, 8)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        ids = np.array([0, 10, 11, 20][at:], np.int32)
        tokens = TokenVectors(pack(vectors[at:]), ids, np.array([[0, 3]], np.int32))
        new.append(NewPassage(passage, name, f"key-{name}-{at}", vectors[0], tokens))
    return found, new


def write(
    folder: Path, names: tuple[str, ...], *, most: int = 4, previous: Path | None = None, gone: tuple[str, ...] = ()
) -> PassageStore:
    """A build of some documents on top of another, without those that are gone."""
    folder.mkdir()
    before = [path.name for path in sorted(previous.iterdir())] if previous else []
    old = PassageStore.open(previous, before) if previous else PassageStore({})
    records = {name: record_file(previous / name) for name in before} if previous else {}
    writer = StoreWriter(folder, previous, old.shard_sizes(), records, shard_passages=most)
    for name in gone:
        writer.remove_document(old.shard_of(name), name)
    for name in names:
        found, passages = document(name)
        writer.add_document(found, f"digest-{name}", len(passages), iter(passages), "2026-01-01T00:00:00+00:00")
    written, taken = writer.finish()
    return PassageStore.open(folder, [*written, *taken])


def inodes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


def test_documents_are_spread_over_shards_and_read_as_one_store(tmp_path: Path) -> None:
    store = write(tmp_path / "one", WORDS)
    assert len(list((tmp_path / "one").iterdir())) == 4
    assert store.size()[0] == 16
    assert [record.path for _, record in store.documents()] == sorted(f"{word}.txt" for word in WORDS)
    for word in WORDS:
        found, passages = document(word)
        assert store.document_text(found.path) == (found.text, found.pages)
        (number,) = [n for n, record in store.documents() if record.path == found.path]
        numbers = store.passage_numbers([number])
        assert [one.passage for one in store.passages(numbers)] == [new.passage for new in passages]
        assert np.allclose(store.vectors(numbers), [new.vector for new in passages], atol=1e-3)
        assert [one.tokens.ids.tolist() for one in store.tokens(numbers)] == [
            new.tokens.ids.tolist() for new in passages
        ]
        assert set(store.search_words(word, 5, None)) == set(numbers)
        assert store.search_words(word, 5, [number + 1]) == []
        stored = store.embedded(passages[1].key)
        assert stored is not None
        assert np.allclose(stored[0], passages[1].vector, atol=1e-3)
        by_id = store.passage_by_id(passages[0].passage.id)
        assert by_id is not None
        assert by_id.number == numbers[0]
    assert store.holds("Owl", None)
    assert not store.holds("zebra", None)
    assert store.most_frequent(["owls", "nothing"]) == "nothing"
    assert store.token_counts([10, 0, 99]) == {10: 16, 0: 8}
    assert store.problems() == []


def test_a_change_writes_only_its_own_shard_anew(tmp_path: Path) -> None:
    write(tmp_path / "one", WORDS)
    store = write(tmp_path / "two", ("kites",), previous=tmp_path / "one", gone=("bees.txt",))
    before, after = inodes(tmp_path / "one"), inodes(tmp_path / "two")
    assert before.keys() == after.keys()
    assert sum(before[name] != after[name] for name in before) == 1
    assert store.size()[0] == 16
    assert store.search_words("kites", 5, None)
    assert store.search_words("bees", 5, None) == []
    assert not store.holds("bees", None)
    assert all(b"bees" not in path.read_bytes() for path in (tmp_path / "two").iterdir())
    assert store.problems() == []


def test_a_shard_that_is_emptied_goes(tmp_path: Path) -> None:
    write(tmp_path / "one", ("owls", "bees", "tides"), most=2)
    store = write(tmp_path / "two", (), most=2, previous=tmp_path / "one", gone=("tides.txt",))
    assert len(list((tmp_path / "two").iterdir())) == 2
    assert store.size()[0] == 4
    with pytest.raises(KeyError):
        store.document_text("tides.txt")


def test_when_all_is_gone_one_empty_shard_is_left(tmp_path: Path) -> None:
    write(tmp_path / "one", ("owls", "bees", "tides"), most=2)
    gone = ("owls.txt", "bees.txt", "tides.txt")
    store = write(tmp_path / "two", (), most=2, previous=tmp_path / "one", gone=gone)
    assert len(list((tmp_path / "two").iterdir())) == 1
    assert store.size()[0] == 0
    assert store.documents() == []


def test_a_shard_that_was_damaged_is_not_built_upon(tmp_path: Path) -> None:
    write(tmp_path / "one", ("owls",))
    path = tmp_path / "one" / "passages-0000.db"
    records = {path.name: record_file(path)}
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    (tmp_path / "two").mkdir()
    writer = StoreWriter(tmp_path / "two", tmp_path / "one", {0: 2}, records)
    with pytest.raises(CorruptIndex, match="changed"):
        writer.remove_document(0, "owls.txt")


@pytest.mark.parametrize("part", [b"Nothing holds more owls", b"id-owls", b"key-owls-1"])
def test_what_was_damaged_is_never_taken_for_what_was_written(tmp_path: Path, part: bytes) -> None:
    """Even in a store too large to be hashed whenever it is opened."""
    write(tmp_path / "one", ("owls",)).close()
    path = tmp_path / "one" / "passages-0000.db"
    data = path.read_bytes()
    assert part in data
    path.write_bytes(data.replace(part, part[:-1] + b"?"))
    store = PassageStore.open(tmp_path / "one", [path.name])
    _, passages = document("owls")
    try:
        numbers = store.passage_numbers([number for number, _ in store.documents()])
        read = [one.passage for one in store.passages(numbers)], store.document_text("owls.txt")[0]
    except CorruptIndex:
        return
    assert read == ([new.passage for new in passages], document("owls")[0].text)
