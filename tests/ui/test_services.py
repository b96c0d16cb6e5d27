from __future__ import annotations

from pathlib import Path

import pytest

from index.settings import BUNDLED_MODEL
from qa.evaluate import evaluate, judged, read_questions
from tests.conftest import Library as Files
from ui import services
from ui.auth import BadAuthFile, hash_password, read_auth_file
from ui.cli import main
from ui.examples import example_questions
from ui.library_view import library_html, removable, step_html
from ui.services import Library, StaleAnswer, Step, UploadRefused


@pytest.fixture
def shared(library: Files) -> Library:
    library.fill()
    library.build()
    return Library(library.seeds, library.folder, model=BUNDLED_MODEL, threshold=0.5)


def upload(folder: Path, name: str, text: str = "Owls hunt at night.") -> Path:
    (folder / "upload").mkdir(exist_ok=True)
    path = folder / "upload" / name
    path.write_text(text)
    return path


def test_a_document_is_added_rebuilt_asked_and_removed(shared: Library, tmp_path: Path) -> None:
    assert shared.add([upload(tmp_path, "owls.txt")]) == ["owls.txt"]
    assert "1 new document: rebuild" in library_html(shared.status())
    steps = list(shared.rebuild())
    assert steps[-1].summary is not None
    assert steps[-1].summary.added == ("owls.txt",)
    assert {step.stage for step in steps} >= {"scanning", "embedding", "finished"}
    assert shared.ask("When do owls hunt?").citations[0].hit.document.path == "owls.txt"
    assert shared.remove("owls.txt").removed == ("owls.txt",)
    assert "owls.txt" not in library_html(shared.status())


def test_judgements_become_a_question_set(shared: Library, library: Files) -> None:
    right, wrong = shared.ask("What is glass made of?"), shared.ask("Who was the first king of Poland?")
    judged_file = shared.judge(right, good=True)
    shared.judge(right, good=False)
    assert shared.judge(right, good=True) == judged_file
    shared.judge(wrong, good=True)
    assert judged_file.with_name("to_judge.jsonl").read_text() == ""
    questions = judged(read_questions(judged_file), judged_file)
    assert [(question.id, question.answerable) for question in questions] == [("f001", True), ("f002", False)]
    index = library.open()
    outcomes = evaluate(questions, index, shared.ask, 0.5)
    assert outcomes[0].answer_hit
    assert outcomes[1].abstained


def test_an_answer_from_a_document_that_changed_cannot_be_judged(shared: Library, library: Files) -> None:
    answered = shared.ask("What is glass made of?")
    library.write("glass.html", "<html><p>Glass is something else now.</p>")
    list(shared.rebuild())
    with pytest.raises(StaleAnswer, match=r"glass\.html has changed"):
        shared.judge(answered, good=True)


def test_what_is_there_can_be_removed_whether_it_could_be_read_or_not(shared: Library, library: Files) -> None:
    library.write("broken.pdf", b"%PDF-1.7 and no more")
    list(shared.rebuild())
    library.write("new.txt", "Something new.")
    (library.seeds / "bees.md").unlink()
    assert removable(shared.status()) == ("broken.pdf", "glass.html", "new.txt", "tides.txt")


def test_uploads_are_limited(shared: Library, tmp_path: Path) -> None:
    with pytest.raises(UploadRefused, match=r"only \.pdf"):
        shared.add([upload(tmp_path, "x.exe")])
    with pytest.raises(UploadRefused, match="Choose files"):
        shared.add([])
    with pytest.raises(UploadRefused, match="notes on a folder"):
        shared.add([upload(tmp_path, "ReadMe.md")])
    with pytest.raises(UploadRefused, match="in the library already"):
        shared.add([upload(tmp_path, "bees.md")])
    with pytest.raises(UploadRefused, match="At most"):
        shared.add([upload(tmp_path, f"{n}.txt") for n in range(services.MAX_FILES + 1)])
    with pytest.raises(UploadRefused, match="without a name"):
        shared.add([upload(tmp_path, "...txt")])


def test_a_name_cannot_leave_the_folder(shared: Library, library: Files, tmp_path: Path) -> None:
    (name,) = shared.add([upload(tmp_path, "..\\..\\evil\n<b>.txt")])
    assert (library.seeds / name).is_file()
    assert name == "evilb.txt"


def test_a_failed_document_is_shown_with_its_reason(shared: Library, library: Files) -> None:
    library.write("<i>.pdf", b"%PDF-1.7 and no more")
    list(shared.rebuild())
    page = library_html(shared.status())
    assert "&lt;i&gt;.pdf</th>" in page
    assert ">is not a readable PDF" in page
    assert '<span class="state failed">' in page


def test_progress_tells_the_time_left() -> None:
    page = step_html(Step("embedding", 25, 100), seconds=10)
    assert 'aria-valuenow="25"' in page
    assert "about 30 s left" in page


def test_examples_come_from_the_documents(shared: Library) -> None:
    assert example_questions(shared.documents(), lambda path: shared.passages(path)[1]) == []


def test_passwords_are_hashed_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text(f"ann:{hash_password('right', b'0123456789abcdef')}\n")
    check = read_auth_file(path)
    assert check("ann", "right")
    assert not check("ann", "wrong")
    assert not check("bob", "right")
    assert "right" not in path.read_text()


@pytest.mark.parametrize("text", ["", "ann:secret\n", "ann\n", "ann:zz$zz\n"])
def test_a_bad_file_of_passwords_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "users").write_text(text)
    with pytest.raises(BadAuthFile):
        read_auth_file(tmp_path / "users")


def test_the_page_is_not_opened_to_others_without_passwords(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--host", "0.0.0.0"])
    assert stopped.value.code == 2
    assert "--host needs --auth-file" in capsys.readouterr().err


def test_a_missing_index_is_told_before_the_page_is_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--index", str(tmp_path)]) == 1
    assert "holds no index" in capsys.readouterr().err
