"""Thumbs up and down, kept as judged questions, so that a question set grows from use.

A thumb up is a judgement and goes to ``judged.jsonl`` in the format of the evaluation sets, which ``qa eval`` reads. A
thumb down only says that the answer is wrong: it goes to ``to_judge.jsonl`` with what was said, for a person to judge.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ingest.reading import join_spans
from qa.model import Answer, Citation, Status

JUDGED, TO_JUDGE = "judged.jsonl", "to_judge.jsonl"
_LOCK = threading.Lock()


def record(answer: Answer, good: bool, folder: Path, source_text: Callable[[str], str]) -> Path:
    """Put a judgement into its file in ``folder``; where it went. ``source_text`` gives a document's text by path."""
    gold = [
        {"doc": citation.hit.document.path, "quote": quote}
        for citation in answer.citations
        for quote in _source_quotes(citation, source_text(citation.hit.document.path))
    ]
    row: dict[str, Any] = {
        "id": "",
        "question": answer.question,
        "kind": "feedback",
        "answerable": answer.status is Status.ANSWERED,
        "gold": gold,
        "answer": answer.text,
        "must_include": [],
    }
    with _LOCK:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (JUDGED, TO_JUDGE):  # a judgement takes the place of an earlier one on the same answer
            kept = [
                one
                for one in _read(folder / name)
                if (one["question"], one["answer"]) != (row["question"], row["answer"])
            ]
            if (name == JUDGED) == good:
                kept.append(row)
            _write(folder / name, kept)
    return folder / (JUDGED if good else TO_JUDGE)


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    fresh = path.with_name(path.name + ".new")
    lines = [
        json.dumps({**row, "id": f"f{number:03d}"}, ensure_ascii=False) + "\n" for number, row in enumerate(rows, 1)
    ]
    fresh.write_text("".join(lines), encoding="utf-8")
    fresh.replace(path)


def _source_quotes(citation: Citation, text: str) -> list[str]:
    """The source at a citation's spans with white space collapsed, stretches parted by no more than that as one."""
    return [" ".join(text[span.start : span.end].split()) for span in join_spans(text, citation.spans)]
