from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import CorruptIndex, MissingIndex, SearchIndexError, UnknownDocument
from index.layout import Layout
from index.ranking import WEIGHTS, Weights, with_adjacent
from index.search import Index, IndexReader
from index.verify import verify
from tests.conftest import Library


def test_hits_are_ranked_and_scored(seeds_index: Index) -> None:
    hits = seeds_index.search("Which sleep hormone does magnesium help to regulate?", 10)
    assert [hit.rank for hit in hits] == list(range(1, 11))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert "melatonin" in hits[0].passage.text
    assert len(hits[0].support.matches) == len(hits[0].passage.sentences)


def test_adjacent_passages_of_a_document_count(seeds_index: Index) -> None:
    question, every = "Which sleep hormone does magnesium help to regulate?", seeds_index.manifest.passages
    documents = [record.path for record in seeds_index.documents]
    ids = [passage.id for path in documents for passage in seeds_index.read(path)[1]]
    places = [(at, i) for at, path in enumerate(documents) for i in range(len(seeds_index.read(path)[1]))]
    alone = _scores(seeds_index, question, every, replace(WEIGHTS, stated=0, adjacent=0))
    together = _scores(seeds_index, question, every, replace(WEIGHTS, stated=0))
    assert [together[id_] for id_ in ids] == pytest.approx(with_adjacent([alone[id_] for id_ in ids], places))
    assert together != alone


def _scores(index: Index, question: str, k: int, weights: Weights) -> dict[str, float]:
    return {hit.passage.id: hit.score for hit in index.search(question, k, weights=weights)}


def test_more_hits_than_passages_gives_them_all(seeds_index: Index) -> None:
    hits = seeds_index.search("magnesium", 10_000)
    assert len(hits) == seeds_index.manifest.passages
    assert len({hit.passage.id for hit in hits}) == len(hits)


def test_one_document_only(seeds_index: Index) -> None:
    name = "004_a6e09db62fb7c6b7.txt"
    hits = seeds_index.search("serum magnesium", 10, document=name)
    assert len(hits) == 10
    assert {hit.document.path for hit in hits} == {name}
    with pytest.raises(UnknownDocument, match="is not in the index"):
        seeds_index.search("serum", document="nothing.txt")


@pytest.mark.parametrize(
    "question",
    [
        '"',
        "AND OR NOT NEAR(",
        "a* ^b -c :d {e}",
        "'; DROP TABLE passage; --",
        "\0\x1b[31m",
        "é" * 50,
        "?" * 5,
        "日本語 العربية 😀",
    ],
)
def test_no_question_is_query_syntax(seeds_index: Index, question: str) -> None:
    assert len(seeds_index.search(question)) == 10


def test_a_question_of_a_megabyte_is_answered_like_its_beginning(seeds_index: Index) -> None:
    assert len(seeds_index.search("magnesium and sleep " * 50_000)) == 10


def test_a_missing_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(MissingIndex, match="python -m index build"):
        Index.open(tmp_path)


FILES = ["current", "manifest.json", "passages-0000.db", "vectors.faiss"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped"])
def test_a_damaged_file_is_told_and_never_answers(library: Library, name: str, damage: str) -> None:
    library.fill()
    library.build()
    path = library.folder / name if name == "current" else Layout(library.folder).current() / name
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]
        path.write_bytes({"empty": b"", "cut": data[:middle], "flipped": flipped}[damage])
    with pytest.raises(SearchIndexError, match="python -m index build"):
        library.open()
    if name != "current":
        assert verify(library.folder) != []
    library.build()
    assert verify(library.folder) == []


@pytest.mark.slow
def test_every_file_damaged_anywhere_is_named_and_never_answers(library: Library) -> None:
    shared = (library.folder / "models").resolve()
    (library.folder / "models").unlink()
    shutil.copytree(shared, library.folder / "models")
    library.fill()
    library.build()
    files = [path for path in library.folder.rglob("*") if path.is_file() and path.name != "lock"]
    assert len(files) == 3 + 1 + 7
    expected, refused = library.open().search("How many workers are in a hive?"), set[str]()
    for path in files:
        data = path.read_bytes()
        places = sorted({len(data) * part // 8 for part in range(8)} | {len(data) - 1})
        damaged = [data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :] for at in places]
        for content in [*damaged, *(data[:at] for at in places), data + b"\n"]:
            path.write_bytes(content)
            try:
                found = library.open().search("How many workers are in a hive?")
            except SearchIndexError:
                refused.add(path.name)
                if path.name != "current":
                    problems = verify(library.folder)
                    assert any(path.name in problem or path.parent.name in problem for problem in problems)
            else:  # white space more or less in a JSON file that is checked by what it says
                assert found == expected
                assert path.name in ("current", "encoder.json")
        path.write_bytes(data)
    assert refused == {path.name for path in files}
    assert verify(library.folder) == []


def test_a_reader_moves_to_the_new_build_by_itself(library: Library) -> None:
    library.fill()
    library.build()
    reader = IndexReader(library.folder)
    first = reader.current()
    assert reader.current() is first
    library.write("owls.txt", "Owls hunt at night.\n")
    library.build()
    second = reader.current()
    assert second.build_id != first.build_id
    assert second.encoder is first.encoder
    assert second.search("When do owls hunt?")[0].document.path == "owls.txt"
    assert first.search("What do bees do?")[0].document.path == "bees.md"


def test_threads_may_share_an_index(seeds_index: Index) -> None:
    questions = [f"What about magnesium and {word}?" for word in ("sleep", "asthma", "bones", "alcohol")]
    expected = [seeds_index.search(question) for question in questions]
    found: dict[int, object] = {}

    def ask(number: int) -> None:
        found[number] = seeds_index.search(questions[number % 4])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[number] == expected[number % 4] for number in range(16))


def test_corruption_behind_the_first_page_is_a_typed_error(library: Library) -> None:
    """A file swapped under an open index."""
    library.fill()
    library.build()
    path = Layout(library.folder).current() / "passages-0000.db"
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096)
    with pytest.raises(CorruptIndex):
        library.open()
