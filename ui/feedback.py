"""Thumbs up and down, kept as judged questions, so that a question set grows from use.

A thumb up is a judgement and goes to ``judged.jsonl`` in the format of the evaluation sets, which ``qa eval`` reads. A
thumb down only says that the answer is wrong: it goes to ``to_judge.jsonl`` with what was said, for a person to judge.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest.reading import join_spans
from qa.model import Answer, Citation, Status

JUDGED, TO_JUDGE = "judged.jsonl", "to_judge.jsonl"
_LOCK = threading.Lock()


def record(answer: Answer, good: bool, folder: Path, source_text: Callable[[str], str]) -> Path:
    """Append a judgement to its file in ``folder``; where it went. ``source_text`` gives a document's text by path."""
    gold = [
        {"doc": citation.hit.document.path, "quote": quote}
        for citation in answer.citations
        for quote in _source_quotes(citation, source_text(citation.hit.document.path))
    ]
    row: dict[str, Any] = {
        "question": answer.question,
        "kind": "feedback",
        "answerable": answer.status is Status.ANSWERED,
        "gold": gold,
        "answer": answer.text,
        "must_include": [],
    }
    path = folder / (JUDGED if good else TO_JUDGE)
    with _LOCK:
        folder.mkdir(parents=True, exist_ok=True)
        number = path.read_text(encoding="utf-8").count("\n") + 1 if path.exists() else 1
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"id": f"f{number:03d}", **row}, ensure_ascii=False) + "\n")
    return path


def _source_quotes(citation: Citation, text: str) -> list[str]:
    """The source at a citation's spans with white space collapsed, stretches parted by no more than that as one."""
    return [" ".join(text[span.start : span.end].split()) for span in join_spans(text, citation.spans)]
