"""Fit the confidence of ``qa/confidence.py``: ``python -m training.calibrate DATA``.

Slope and bias come from questions on public passages that nothing was trained on: those whose passage is in the
library, those whose passage is not, and the near misses of those that are. An answer is right when it quotes a sentence
that is judged to answer. That a quote states nothing of the sort asked for is too rare among so few; what it tells
comes from the questions written for this project. Libraries are small ones of some 180 passages: what is said nowhere
in a small library is often said somewhere in a large one. The sorts are weighted as if seven in ten questions had an
answer. Prints figures by five-fold cross-validation over the held-out passages, then the coefficients.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
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
from training.data import HELD_OUT, WRITTEN, read_rows

FOLDS = 5
PASSAGES = 180
SHARES = {"answerable": 0.7, "elsewhere": 0.15, "near miss": 0.15}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one sort, the document it is about, and where that answers it."""

    question: str
    sort: str
    document: str
    gold: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers to some questions: their sorts, documents, what was seen (n, 2), and whether they are right (n,)."""

    sorts: npt.NDArray[np.str_]
    documents: list[str]
    seen: Floats
    right: Floats
    first: Floats

    @property
    def weights(self) -> Floats:
        """(n,): each answer's weight, so that the sorts have their shares."""
        return np.array([SHARES[sort] / np.mean(self.sorts == sort) for sort in self.sorts])


def libraries(rows: Sequence[dict[str, Any]], held_out: Callable[[int], bool], count: int) -> Judged:
    """The answers to the questions on held-out passages, asked in ``count`` libraries of the rows.

    Of the held-out passages of a library every second one is left out of it.
    """
    asked: list[Asked] = []
    answers: list[Answer] = []
    for library in range(count):
        with tempfile.TemporaryDirectory() as temporary:
            seeds = Path(temporary, "seeds")
            seeds.mkdir()
            numbered = [(at, row) for at, row in enumerate(rows) if at // HELD_OUT % count == library]
            questions = write_library([(row, held_out(at)) for at, row in numbered], seeds)
            build(seeds, Path(temporary, "index"))
            index = Index.open(Path(temporary, "index"))
            asked += questions
            answers += [answer(one.question, index, threshold=0.0) for one in questions]
    return Judged(
        np.array([one.sort for one in asked]),
        [one.document for one in asked],
        np.array([[e.match, e.unstated] if (e := found.evidence) else [0.0, 1.0] for found in answers]),
        np.array([_is_right(one, found) for one, found in zip(asked, answers, strict=True)], dtype=np.float64),
        np.array([f.hits[0].document.path == o.document for o, f in zip(asked, answers, strict=True)], np.float64),
    )


def _is_right(one: Asked, found: Answer) -> bool:
    return one.sort == "answerable" and any(
        cited.hit.document.path == one.document and overlaps(cited.spans, one.gold) for cited in found.citations
    )


def write_library(rows: Sequence[tuple[dict[str, Any], bool]], folder: Path) -> list[Asked]:
    """Passages as Markdown files of their own, and the questions on those that are held out."""
    asked: list[Asked] = []
    held = 0
    for row, ours in rows:
        if row["generic"]:
            continue
        name, text, spans = f"{row['id']}.md", f"# {row['title']}\n\n", []
        for sentence in row["sentences"]:
            spans.append(Span(len(text), len(text) + len(sentence)))
            text += sentence + " "
        held += ours
        inside = not ours or held % 2 == 0
        if inside:
            (folder / name).write_text(text + "\n", encoding="utf-8")
        for question in row["questions"] if ours else ():
            gold = tuple(spans[at] for at in question["answer_sentences"])
            asked.append(Asked(question["question"], "answerable" if inside else "elsewhere", name, gold))
        asked += [Asked(question, "near miss", name) for question in row["near_misses"] if ours and inside]
    return asked


def fit(rows: Floats, labels: Floats, weights: Floats, offsets: Floats | float = 0.0, steps: int = 50) -> Floats:
    """Coefficients of a weighted logistic regression on rows (n, d), by Newton's method with a slight ridge."""
    found = np.zeros(rows.shape[1])
    for _ in range(steps):
        chances = 1 / (1 + np.exp(-(rows @ found + offsets)))
        gradient = rows.T @ (weights * (chances - labels)) + 1e-3 * found
        hessian = (rows * (weights * chances * (1 - chances))[:, None]).T @ rows + 1e-3 * np.eye(len(found))
        found -= np.linalg.solve(hessian, gradient)
    return found


def auroc(positive: Floats, negative: Floats) -> float:
    """The chance that a positive scores above a negative, ties counted half."""
    above = positive[:, None] > negative[None]
    return float(np.mean(above + 0.5 * (positive[:, None] == negative[None])))


def main(data: Path) -> None:
    """Build, ask, fit and print."""
    own = read_rows(WRITTEN)
    written = libraries(own, lambda at: at % 2 == 0, len(own) // PASSAGES)
    shift = fit(_with_one(written.seen), written.right, written.weights)[1]
    print(f"unstated: {shift:.2f}")
    public = read_rows(data / "health_questions.jsonl.gz")
    held = libraries(public, lambda at: at % HELD_OUT == 0, len(public) // PASSAGES)
    answerable = held.sorts == "answerable"
    print(f"{len(held.right)} questions; right passage first {held.first[answerable].mean():.3f}")
    print(f"right quote {held.right[answerable].mean():.3f}")
    rows, offsets = _with_one(held.seen[:, :1]), held.seen[:, 1] * shift
    documents = sorted(set(held.documents))
    folds = np.array([documents.index(document) % FOLDS for document in held.documents])
    chances = np.zeros(len(rows))
    for fold in range(FOLDS):
        rest = folds != fold
        found = fit(rows[rest], held.right[rest], held.weights[rest], offsets[rest])
        chances[~rest] = 1 / (1 + np.exp(-(rows[~rest] @ found + offsets[~rest])))
    for sort in ("elsewhere", "near miss"):
        print(f"cross-validated AUROC against {sort}: {auroc(chances[answerable], chances[held.sorts == sort]):.3f}")
    print(f"cross-validated Brier score {np.average((chances - held.right) ** 2, weights=held.weights):.3f}")
    print("slope and bias:", np.round(fit(rows, held.right, held.weights, offsets), 2).tolist())


def _with_one(columns: Floats) -> Floats:
    return np.concatenate([columns, np.ones((len(columns), 1))], axis=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
