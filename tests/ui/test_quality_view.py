"""An evaluation as diagrams, without Gradio."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.search import Index
from qa.answer import answer
from qa.evaluate import evaluate, judged, keep, kept, read_questions, report
from tests.conftest import QUESTIONS
from ui.quality_view import quality_html


def test_the_last_evaluation_is_shown(seeds_index: Index, tmp_path: Path) -> None:
    questions = judged(read_questions(QUESTIONS), QUESTIONS)[::10]
    outcomes = evaluate(questions, seeds_index, lambda question: answer(question, seeds_index, threshold=0.0), 0.5)
    keep(report(outcomes, of="<b>.jsonl", index=seeds_index.build_id), tmp_path)
    assert (tmp_path / "reliability.svg").read_text().startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    page = quality_html(kept(tmp_path), fresh=True)
    assert page.count("<svg") == 2
    assert "10 questions of &lt;b&gt;.jsonl" in page
    assert "measure again" not in page
    assert "measure again" in quality_html(kept(tmp_path), fresh=False)


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"all": 5}', '{"all": {"questions": 1}, "of": "x"}'])
def test_without_an_evaluation_it_tells_how_to_make_one(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "evaluation.json").write_text(text)
    assert "python -m qa eval" in quality_html(kept(tmp_path), fresh=False)
