"""Fit the confidence of ``qa/confidence.py``: ``python -m training.calibrate health_questions.jsonl.gz``.

Five libraries are made of the passages that the encoder was trained on and every second one that was held out: what is
said nowhere in a small library is often said somewhere in a large one. Asked are only questions on held-out passages:
those whose passage is in the library, those whose passage is not, and the near misses of those that are. An answer is
right when it quotes a sentence that is judged to answer. The sorts are weighted as if seven in ten questions had an
answer. Prints figures by five-fold cross-validation over passages, then the coefficients.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.build import build
from index.search import Index
from ingest.model import Span
from qa.answer import answer
from qa.evaluate import overlaps
from qa.model import Answer
from training.data import HELD_OUT

FOLDS = 5
LIBRARIES = 5
SHARES = {"answerable": 0.7, "elsewhere": 0.15, "near miss": 0.15}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one sort, the document it is about, and where that answers it."""

    question: str
    sort: str
    document: str
    gold: tuple[Span, ...] = ()


def write_library(rows: list[dict[str, Any]], folder: Path, library: int) -> list[Asked]:
    """The passages of one library as Markdown files of their own, and the questions on those that were held out."""
    asked: list[Asked] = []
    held = 0
    for number, row in enumerate(rows):
        if row["generic"] or number // HELD_OUT % LIBRARIES != library:
            continue
        name, text, spans = f"{row['id']}.md", f"# {row['title']}\n\n", []
        for sentence in row["sentences"]:
            spans.append(Span(len(text), len(text) + len(sentence)))
            text += sentence + " "
        ours = number % HELD_OUT == 0
        held += ours
        inside = not ours or held % 2 == 0
        if inside:
            (folder / name).write_text(text + "\n", encoding="utf-8")
        for question in row["questions"] if ours else ():
            gold = tuple(spans[at] for at in question["answer_sentences"])
            asked.append(Asked(question["question"], "answerable" if inside else "elsewhere", name, gold))
        asked += [Asked(question, "near miss", name) for question in row["near_misses"] if ours and inside]
    return asked


def fit(rows: Floats, labels: Floats, weights: Floats, steps: int = 50) -> Floats:
    """Coefficients of a weighted logistic regression on rows (n, 3), by Newton's method with a slight ridge."""
    found = np.zeros(rows.shape[1])
    for _ in range(steps):
        chances = 1 / (1 + np.exp(-rows @ found))
        gradient = rows.T @ (weights * (chances - labels)) + 1e-3 * found
        hessian = (rows * (weights * chances * (1 - chances))[:, None]).T @ rows + 1e-3 * np.eye(len(found))
        found -= np.linalg.solve(hessian, gradient)
    return found


def auroc(positive: Floats, negative: Floats) -> float:
    """The chance that a positive scores above a negative, ties counted half."""
    above = positive[:, None] > negative[None]
    return float(np.mean(above + 0.5 * (positive[:, None] == negative[None])))


def main(path: str) -> None:
    """Build, ask, fit and print."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        passages = [json.loads(line) for line in file]
    asked: list[Asked] = []
    answers: list[Answer] = []
    for library in range(LIBRARIES):
        with tempfile.TemporaryDirectory() as temporary:
            seeds = Path(temporary, "seeds")
            seeds.mkdir()
            questions = write_library(passages, seeds, library)
            build(seeds, Path(temporary, "index"))
            index = Index.open(Path(temporary, "index"))
            asked += questions
            answers += [answer(one.question, index, threshold=0.0) for one in questions]
    sorts = np.array([one.sort for one in asked])
    right = np.array(
        [
            one.sort == "answerable"
            and any(c.hit.document.path == one.document and overlaps(c.spans, one.gold) for c in found.citations)
            for one, found in zip(asked, answers, strict=True)
        ],
        dtype=np.float64,
    )
    answerable = sorts == "answerable"
    first = np.array([f.hits[0].document.path == o.document for o, f in zip(asked, answers, strict=True)])
    print(f"{len(asked)} questions; right passage first {first[answerable].mean():.3f}")
    print(f"right quote {right[answerable].mean():.3f}")
    rows = np.array([[e.match, e.lacking, 1.0] if (e := found.evidence) else [0.0, 1.0, 1.0] for found in answers])
    weights = np.array([SHARES[sort] / np.mean(sorts == sort) for sort in sorts])
    documents = sorted({one.document for one in asked})
    folds = np.array([documents.index(one.document) % FOLDS for one in asked])
    chances = np.zeros(len(asked))
    for fold in range(FOLDS):
        found = fit(rows[folds != fold], right[folds != fold], weights[folds != fold])
        chances[folds == fold] = 1 / (1 + np.exp(-rows[folds == fold] @ found))
    for sort in ("elsewhere", "near miss"):
        print(f"cross-validated AUROC against {sort}: {auroc(chances[answerable], chances[sorts == sort]):.3f}")
    print(f"cross-validated Brier score {np.average((chances - right) ** 2, weights=weights):.3f}")
    print("slope, lacking and bias:", np.round(fit(rows, right, weights), 2).tolist())


if __name__ == "__main__":
    main(sys.argv[1])
