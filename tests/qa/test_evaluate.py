"""Measures worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.model import Span
from qa.answer import answer
from qa.errors import BadQuestionFile
from qa.evaluate import JudgedQuestion, Outcome, auroc, evaluate, judged, measure, overlaps, read_questions, report
from tests.conftest import Library


def outcome(
    answerable: bool,
    *,
    rank: int | None = None,
    hit: bool = False,
    abstained: bool = False,
    confidence: float = 0.5,
    kind: str = "fact",
) -> Outcome:
    return Outcome("x", kind, answerable, rank, hit, hit, abstained, confidence, None)


def test_measures() -> None:
    measures = measure(
        [
            outcome(True, rank=1, hit=True, confidence=1.0),
            outcome(True, rank=4, confidence=0.5),
            outcome(True, rank=None, abstained=True, confidence=0.0),
            outcome(False, abstained=True, confidence=0.0),
            outcome(False, confidence=0.5),
        ]
    )
    assert (measures.hit_at_1, measures.hit_at_3, measures.hit_at_5) == pytest.approx((1 / 3, 1 / 3, 2 / 3))
    assert measures.mrr_at_10 == pytest.approx((1 + 0.25) / 3)
    assert measures.answer_hit == pytest.approx(1 / 3)
    assert (measures.abstention_precision, measures.abstention_recall, measures.abstention_f1) == (0.5, 0.5, 0.5)
    assert measures.brier == pytest.approx((0 + 0.25 + 1 + 0 + 0.25) / 5)


def test_auroc_counts_ties_half() -> None:
    outcomes = [
        outcome(True, confidence=0.9),
        outcome(True, confidence=0.5),
        outcome(False, confidence=0.5, kind="near"),
    ]
    assert auroc(outcomes) == pytest.approx(0.75)
    assert auroc(outcomes, "near") == pytest.approx(0.75)
    assert auroc(outcomes, "far") is None


def test_an_overlap_is_half_of_the_shorter() -> None:
    assert overlaps([Span(0, 10)], [Span(5, 100)])
    assert not overlaps([Span(0, 10)], [Span(6, 100)])
    assert overlaps([Span(0, 3), Span(20, 23)], [Span(0, 100)])
    assert not overlaps([], [Span(0, 5)])
    assert not overlaps([*[Span(0, 60)] * 4, Span(1000, 1400)], [Span(0, 300)])


def test_gold_that_is_not_found_counts_as_missed(library: Library) -> None:
    library.fill()
    library.build()
    index = library.open()
    gold = (("glass.html", "Glass is made of sand."), ("gone.txt", "Sand is molten."))
    found, lost = (
        JudgedQuestion("1", question, "multi_source", True, gold, ()) for question in ("What is glass made of?", "??")
    )
    outcomes = evaluate([found, lost], index, lambda question: answer(question, index), 0.5)
    assert [outcome.coverage for outcome in outcomes] == [0.5, 0.0]


def test_a_run_over_a_small_library(library: Library, tmp_path: Path) -> None:
    library.fill()
    library.build()
    index = library.open()

    def row(question: str, kind: str, answerable: bool, gold: list[tuple[str, str]], must: list[object]) -> str:
        places = [{"doc": document, "quote": quote} for document, quote in gold]
        judgement = {"kind": kind, "answerable": answerable, "gold": places, "must_include": must}
        return json.dumps({"question": question, **judgement})

    hive = [("bees.md", "A hive holds 40,000 workers in June.")]
    rows = [
        row("How many workers does a hive hold in June?", "number", True, hive, [["40,000", "40000"]]),
        row("What is glass made of?", "fact", True, [("gone.txt", "Glass is made of sand.")], ["sand"]),
        row(" ", "fact", True, [], []),
        row("Who was the first king of Poland?", "unanswerable", False, [], []),
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(rows) + "\n\n")
    outcomes = evaluate(judged(read_questions(path), path), index, lambda question: answer(question, index), 0.5)
    assert [(o.rank, o.answer_hit, o.abstained) for o in outcomes] == [
        (1, True, False),
        (None, False, False),
        (None, False, True),
        (None, False, True),
    ]
    assert report(outcomes, of="questions.jsonl", index=index.build_id)["kinds"]["number"]["hit_at_1"] == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 1: is not JSON"),
        ("[]", "line 1: has no question"),
        ('{"question": 5}', "line 1: has no question"),
        ("\xff", "cannot be read"),
    ],
)
def test_a_bad_file_of_questions_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadQuestionFile, match=message):
        read_questions(path)
    with pytest.raises(BadQuestionFile, match="is not judged"):
        judged([{"question": "What?"}], path)
