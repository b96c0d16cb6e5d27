"""Fit the confidence of ``qa/confidence.py``: ``python -m training.calibrate DATA``.

The questions are on passages that nothing was trained on, public ones, some written for this project, and those of long
documents, a fifth of them in words far from the passage's: those whose passage is in the library, those whose passage
is not, and the near misses of those that are. An answer is right when it quotes a sentence that is judged to answer.
Libraries are small ones of some 180 passages: what is said nowhere in a small library is often said somewhere in a
large one. The sorts are weighted as if seven in ten questions had an answer. Prints figures by five-fold cross-
validation over the held-out passages, then the coefficients.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.build import build
from index.search import Index, Models
from ingest.model import Span
from qa.answer import answer
from qa.evaluate import overlaps
from qa.model import Answer
from training.data import HELD_OUT, LONG_HELD_OUT, WRITTEN, WRITTEN_HELD_OUT, read_rows

FOLDS = 5
PASSAGES = 180
SHARES = {"answerable": 0.7, "elsewhere": 0.15, "near miss": 0.15}

Floats = npt.NDArray[np.float64]
Rows = Sequence[tuple[dict[str, Any], bool]]
"""Passages with their questions, and whether they are held out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one sort, the file it is about and the document that this is from, and where it is answered."""

    question: str
    sort: str
    file: str
    document: str
    gold: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers to some questions: their sorts, documents, what was seen (n, 2), and whether they are right (n,).

    ``first``: whether the passage that answers is the first hit.
    """

    sorts: npt.NDArray[np.str_]
    documents: list[str]
    seen: Floats
    right: Floats
    first: Floats

    @property
    def weights(self) -> Floats:
        """(n,): each answer's weight, so that the sorts have their shares."""
        return np.array([SHARES[sort] / np.mean(self.sorts == sort) for sort in self.sorts])


def public_libraries(data: Path) -> list[Rows]:
    """The public passages, of which every fifth is held out, dealt out to libraries."""
    rows = [(row, at % HELD_OUT == 0) for at, row in enumerate(read_rows(data / "health_questions.jsonl.gz"))]
    count = len(rows) // PASSAGES
    return [[row for at, row in enumerate(rows) if at // HELD_OUT % count == library] for library in range(count)]


def written_libraries() -> list[Rows]:
    """The written passages that are held out, document by document, among others: one in five."""
    held, others = read_rows(WRITTEN_HELD_OUT), read_rows(WRITTEN)
    size = PASSAGES // HELD_OUT
    rest = (HELD_OUT - 1) * size
    return [
        [
            *((row, True) for row in held[at : at + size]),
            *((row, False) for row in others[number :: len(others) // rest][:rest]),
        ]
        for number, at in enumerate(range(0, len(held), size))
    ]


def long_libraries() -> list[Rows]:
    """The passages of long documents, a few documents together, all held out: half of them will be left out."""
    held = read_rows(LONG_HELD_OUT)
    count = max(1, len(held) // (2 * PASSAGES))
    return [
        [(row, True) for row in held[len(held) * at // count : len(held) * (at + 1) // count]] for at in range(count)
    ]


def judge(libraries: Sequence[Rows]) -> tuple[Judged, Judged]:
    """The answers to the questions on held-out passages, every second of which is left out of its library.

    Those with the cross-encoder, and those without.
    """
    asked: list[Asked] = []
    answers: list[Answer] = []
    alone: list[Answer] = []
    for rows in libraries:
        with tempfile.TemporaryDirectory() as temporary:
            seeds = Path(temporary, "seeds")
            seeds.mkdir()
            questions = write_library(rows, seeds)
            build(seeds, Path(temporary, "index"))
            index = Index.open(Path(temporary, "index"))
            asked += questions
            answers += [answer(one.question, index, threshold=0.0) for one in questions]
            index = Index.open(Path(temporary, "index"), models=Models(index.encoder, None))
            alone += [answer(one.question, index, threshold=0.0) for one in questions]
    return _judged(asked, answers), _judged(asked, alone)


def _judged(asked: Sequence[Asked], answers: Sequence[Answer]) -> Judged:
    return Judged(
        np.array([one.sort for one in asked]),
        [one.document for one in asked],
        np.array([_seen(found) for found in answers]),
        np.array([_is_right(one, found) for one, found in zip(asked, answers, strict=True)], dtype=np.float64),
        np.array([f.hits[0].document.path == o.file for o, f in zip(asked, answers, strict=True)], np.float64),
    )


def _seen(found: Answer) -> tuple[float, float]:
    evidence = found.evidence
    return (evidence.match, evidence.verdict or 0.0) if evidence else (0.0, 0.0)


def _is_right(one: Asked, found: Answer) -> bool:
    return one.sort == "answerable" and any(
        cited.hit.document.path == one.file and overlaps(cited.spans, one.gold) for cited in found.citations
    )


def write_library(rows: Rows, folder: Path) -> list[Asked]:
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
            asked.append(
                Asked(question["question"], "answerable" if inside else "elsewhere", name, row["document"], gold)
            )
        asked += [
            Asked(question, "near miss", name, row["document"]) for question in row["near_misses"] if ours and inside
        ]
    return asked


def fit(rows: Floats, labels: Floats, weights: Floats, steps: int = 50) -> Floats:
    """Coefficients of a weighted logistic regression on rows (n, d), by Newton's method with a slight ridge."""
    found = np.zeros(rows.shape[1])
    for _ in range(steps):
        chances = 1 / (1 + np.exp(-(rows @ found)))
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
    judged = judge([*public_libraries(data), *written_libraries(), *long_libraries()])
    for name, held, count in (("with the cross-encoder", judged[0], 2), ("without", judged[1], 1)):
        answerable = held.sorts == "answerable"
        print(f"{name}: {len(held.right)} questions")
        print(f"  right passage first {held.first[answerable].mean():.3f}")
        print(f"  right quote {held.right[answerable].mean():.3f}")
        rows = np.concatenate([held.seen[:, :count], np.ones((len(held.seen), 1))], axis=1)
        chances = _cross_validated(rows, held)
        for sort in ("elsewhere", "near miss"):
            print(
                f"  cross-validated AUROC against {sort}: {auroc(chances[answerable], chances[held.sorts == sort]):.3f}"
            )
        print(f"  cross-validated Brier score {np.average((chances - held.right) ** 2, weights=held.weights):.3f}")
        print("  coefficients and bias:", np.round(fit(rows, held.right, held.weights), 2).tolist())


def _cross_validated(rows: Floats, held: Judged) -> Floats:
    """(n,): for each answer the probability that it is right, fitted on answers from other documents."""
    documents = sorted(set(held.documents))
    folds = np.array([documents.index(document) % FOLDS for document in held.documents])
    chances = np.zeros(len(rows))
    for fold in range(FOLDS):
        rest = folds != fold
        found = fit(rows[rest], held.right[rest], held.weights[rest])
        chances[~rest] = 1 / (1 + np.exp(-(rows[~rest] @ found)))
    return chances


if __name__ == "__main__":
    main(Path(sys.argv[1]))
