"""The command line as a contract: output, exit codes, one line on stderr."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest.reading import letters
from tests.conftest import ROOT, SEEDS, Library

ANSWER_KEYS = [
    "question",
    "status",
    "confidence",
    "answer",
    "citations",
    "hits",
    "index",
    "timing_ms",
    "missing",
    "differs",
    "read_as",
]
HIT_KEYS = ["rank", "score", "document", "title", "page", "heading", "spans", "text", "passage", "page_label"]
CITATION_KEYS = ["marker", "document", "title", "page", "heading", "spans", "quote", "page_label"]


def run(*arguments: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *map(str, arguments)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", **environment}
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_an_answer_as_json(seeds_index_folder: Path) -> None:
    done = run("qa", "ask", "Why is serum magnesium a poor measure?", "--json", "--index", seeds_index_folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert list(answer) == ANSWER_KEYS
    assert answer["status"] == "answered"
    assert len(answer["hits"]) == 10
    assert all(list(hit) == HIT_KEYS for hit in answer["hits"])
    assert all(list(citation) == CITATION_KEYS for citation in answer["citations"])
    for citation in answer["citations"]:
        source = (SEEDS / citation["document"]).read_bytes().decode("utf-8")
        assert letters("".join(source[start:end] for start, end in citation["spans"])) == letters(citation["quote"])
        assert f"[{citation['marker']}]" in answer["answer"]


def test_an_abstention_has_its_exit_code_and_the_nearest_passages(seeds_index_folder: Path) -> None:
    done = run("qa", "ask", "Who won the World Cup in 2018?", "--json", "--index", seeds_index_folder)
    assert done.returncode == 3
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["answer"], answer["citations"]) == ("abstained", "", [])
    assert len(answer["hits"]) == 10


def test_a_batch_is_answered_in_order(seeds_index_folder: Path, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    rows = [{"id": "b", "question": "What is neuropathy?"}, {"id": "a", "question": " "}, {"question": "What is XMEN?"}]
    batch.write_text("\n".join(map(json.dumps, rows)))
    done = run("qa", "ask", "--batch", batch, "--json", "--index", seeds_index_folder)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["b", "a", 3]
    assert [answer["status"] for answer in answers] == ["answered", "abstained", "answered"]
    assert "nothing was asked" in answers[1]["error"]


def test_odd_bytes_in_questions_and_batches(seeds_index_folder: Path, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_bytes(b'\xef\xbb\xbf{"id": "\\ud800", "question": "What\xe2\x80\xa8is \\ud800 neuropathy?"}\n')
    done = run("qa", "ask", "--batch", batch, "--index", seeds_index_folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["id"] == "\ud800"
    batch.write_text('{"id": NaN, "question": "What?"}')
    assert "line 1: is not JSON" in run("qa", "ask", "--batch", batch, "--index", seeds_index_folder).stderr
    ascii_only = run("qa", "ask", "What is XMEN?", "--json", "--index", seeds_index_folder, PYTHONIOENCODING="ascii")
    assert json.loads(ascii_only.stdout)["status"] == "answered"
    command = [
        os.fsencode(sys.executable),
        b"-m",
        b"qa",
        b"ask",
        b"caf\xff",
        b"--index",
        os.fsencode(seeds_index_folder),
    ]
    done_bytes = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done_bytes.returncode in (0, 3)
    assert done_bytes.stderr == b""


def test_watching_builds_when_a_document_comes_and_survives_a_bad_one(library: Library) -> None:
    library.fill()
    command = [
        sys.executable,
        "-m",
        "index",
        "build",
        "--watch",
        "--seeds",
        str(library.seeds),
        "--index",
        str(library.folder),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert "3 added" in process.stdout.readline()
            assert "Watching" in process.stdout.readline()
            library.write("broken.pdf", b"%PDF-1.7 and no more")
            assert "3 documents" in process.stdout.readline()
            assert "Not read: broken.pdf" in process.stdout.readline()
            library.write("owls.txt", "Owls hunt at night.\n")
            assert "1 added" in process.stdout.readline()
        finally:
            process.kill()


def test_the_answer_for_a_reader(seeds_index_folder: Path) -> None:
    done = run(
        "qa", "ask", "Which sleep hormone does magnesium help to regulate?", "--index", seeds_index_folder, COLUMNS="80"
    )
    assert done.returncode == 0
    assert "melatonin" in done.stdout.partition("[1]")[0]
    assert "[1] The Core Connection: How Magnesium Influences Your Nerves" in done.stdout
    assert "Confidence" in done.stdout
    assert "Also related:" in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_colour_only_on_a_terminal(seeds_index_folder: Path) -> None:
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "qa", "ask", "What is XMEN?", "--index", str(seeds_index_folder)]
    environ = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=child) as process:
        os.close(child)
        shown = b""
        try:
            while chunk := os.read(parent, 65536):
                shown += chunk
        except OSError:  # the other end closed
            pass
        os.close(parent)
    assert process.returncode == 0
    assert b"\x1b[36m" in shown


def test_search_and_one_document(seeds_index_folder: Path) -> None:
    name = "003_58da0025e11e9692.txt"
    done = run("qa", "search", "hard water", "-k", "3", "--document", name, "--json", "--index", seeds_index_folder)
    found: dict[str, Any] = json.loads(done.stdout)
    assert [hit["document"] for hit in found["hits"]] == [name] * 3
    assert "Hard water" in run("qa", "search", "hard water", "--index", seeds_index_folder).stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["qa"], 2),
        (["qa", "ask"], 2),
        (["qa", "ask", "x", "--batch", "y"], 2),
        (["qa", "ask", "x", "-k", "0"], 2),
        (["qa", "ask", "x", "-k", "9" * 20], 2),
        (["qa", "ask", "x", "-k", "9" * 5000], 2),
        (["qa", "ask", "x", "-k", "many"], 2),
        (["qa", "ask", "x", "--unknown"], 2),
        (["qa", "search"], 2),
        (["ui", "--port", "many"], 2),
        (["qa", "answer", "x"], 2),
        (["index", "bild"], 2),
    ],
)
def test_wrong_usage(arguments: list[str], code: int) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert done.stderr.startswith("loccit: ")
    assert done.stderr.endswith(" --help\n")
    assert len(done.stderr.splitlines()) == 1


def test_a_question_in_words_of_the_shell(seeds_index_folder: Path) -> None:
    words = "why is serum magnesium a poor measure?".split()
    done = run("qa", "ask", *words, "--json", "--index", seeds_index_folder)
    assert json.loads(done.stdout)["question"] == " ".join(words)
    done = run("qa", "search", *words, "--json", "--index", seeds_index_folder)
    assert json.loads(done.stdout)["question"] == " ".join(words)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["qa", "ask", "  "], 2, "nothing was asked"),
        (["qa", "ask", "What?", "--document", "no.txt"], 1, "no.txt: is not in the index"),
        (["qa", "ask", "--batch", "no.jsonl"], 1, "no.jsonl: cannot be read"),
        (["qa", "eval", "no.jsonl"], 1, "no.jsonl: cannot be read"),
        (["index", "remove", "no.txt"], 1, "no.txt: is no document of"),
    ],
)
def test_errors_are_one_line(
    seeds_index_folder: Path, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    done = run(*arguments, "--index", seeds_index_folder, cwd=ROOT)
    assert done.returncode == code
    assert message in done.stderr
    assert done.stderr.startswith("loccit: ")
    assert len(done.stderr.splitlines()) == 1


def test_errors_of_a_place_without_an_index(tmp_path: Path) -> None:
    for arguments in (["qa", "ask", "What?"], ["index", "status"], ["index", "verify"]):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr == "loccit: .loccit: holds no index; run: python -m index build\n"
    assert run("index", "build", cwd=tmp_path).stderr == (
        "loccit: seeds: is not a folder; create it or name another with --seeds.\n"
    )
    (tmp_path / "loccit.toml").write_text("[answer]\ntreshold = 1\n")
    assert "holds no index" in run("qa", "ask", "What?", cwd=tmp_path).stderr
    (tmp_path / "loccit.toml").write_text("[anser]\n")
    assert "unknown section [anser]" in run("qa", "ask", "What?", cwd=tmp_path).stderr


def test_an_index_of_another_model_is_refused(library: Library) -> None:
    library.fill()
    library.build()
    (library.seeds.parent / "loccit.toml").write_text('[library]\nindex = "index"\n[model]\nname = "other/model"\n')
    done = run("qa", "ask", "What?", cwd=library.seeds.parent)
    assert done.returncode == 1
    assert "was built for all-MiniLM-L6-v2, not other/model" in done.stderr


def test_the_life_of_a_library(library: Library) -> None:
    library.fill()
    library.write("broken.pdf", b"%PDF-1.7 and no more")
    where = ("--seeds", library.seeds, "--index", library.folder)
    built = run("index", "build", *where)
    assert built.returncode == 0, built.stderr
    assert "3 documents, 3 passages; 3 added" in built.stdout
    assert "Not read: broken.pdf" in built.stdout
    assert "up to date" in run("index", "build", *where).stdout
    (said,) = run("index", "build", "--quiet", *where).stdout.splitlines()
    assert said.startswith("Not read: broken.pdf")
    library.write("owls.txt", "Owls hunt at night.\n")
    status = run("index", "status", *where).stdout
    assert "1 new: owls.txt" in status
    assert "Not read: broken.pdf" in status
    removed = run("index", "remove", "tides.txt", *where)
    assert "1 added, 0 changed, 1 removed" in removed.stdout
    assert "up to date" in run("index", "status", *where).stdout
    assert (library.folder / "removed" / "tides.txt").is_file()
    assert "The index is whole" in run("index", "verify", "--index", library.folder).stdout


def test_a_question_loads_no_deep_learning_framework(seeds_index_folder: Path) -> None:
    heavy = (
        "torch transformers sentence_transformers gradio onnx huggingface_hub pypdf scipy sklearn "
        "charset_normalizer filelock ingest.split"
    )
    code = (
        "import sys; from qa.cli import main;"
        f"main(['ask', 'What is XMEN?', '--index', {str(seeds_index_folder)!r}]);"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_is_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("index build", "index status", "index verify", "index remove", "qa ask", "qa search", "qa eval"):
        assert f"python -m {command}" in readme


def test_evaluation_prints_a_row_for_each_kind(seeds_index_folder: Path) -> None:
    questions = ROOT / "tests" / "data" / "magnesium.jsonl"
    shown = run("qa", "eval", questions, "--index", seeds_index_folder).stdout
    assert "near_miss_unanswerable" in shown
    assert "abstention: precision" in shown
