"""Fit the weights of ``qa/confidence.py`` and measure the choice of sentences, on data of its own.

    python -m tests.bench.calibrate ../shared/data/health_questions.jsonl.gz

Half of the passages become a library; questions on them are answerable, those on the other half are not. Prints
how often the right sentence is chosen for several weights, and the regression's slope and bias with its five-fold
cross-validated AUROC and Brier score. Near misses are only measured: each was written to resemble its passage more
than the questions do, so that no score of resemblance can be fitted to them.
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

from index.build import build
from index.model import Search
from index.search import Index
from ingest.model import Span
from qa.evaluate import overlaps


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, the document that answers it, and where; no document for one that is not answerable."""

    question: str
    document: str | None
    gold: tuple[Span, ...]
    near_miss: bool = False


def write_library(rows: list[dict[str, Any]], folder: Path) -> list[Judged]:
    """Every second passage as a Markdown file of its own, and all questions."""
    judged = []
    for number, row in enumerate(rows):
        name = f"{row['id']}.md"
        text = f"# {row['title']}\n\n"
        spans = []
        for sentence in row["sentences"]:
            spans.append(Span(len(text), len(text) + len(sentence)))
            text += sentence + " "
        held = number % 2 == 0
        if held:
            (folder / name).write_text(text + "\n", encoding="utf-8")
        if row["generic"]:
            continue
        for question in row["questions"]:
            gold = tuple(spans[i] for i in question["answer_sentences"])
            judged.append(Judged(question["question"], name if held else None, gold if held else ()))
        if held:
            judged.extend(Judged(question, None, (), near_miss=True) for question in row["near_misses"])
    return judged


def best_sentence(found: Search, weight: float) -> tuple[float, str, tuple[Span, ...]]:
    """The best sentence of the five best passages: its value, document and spans."""
    return max(
        (score + weight * hit.score, hit.document.path, sentence.spans)
        for hit in found.hits[:5]
        for sentence, score in zip(hit.passage.sentences, hit.sentence_scores, strict=True)
    )


def fit(inputs: np.ndarray, labels: np.ndarray, steps: int = 100) -> np.ndarray:
    """Logistic regression by Newton's method with a slight ridge; weights, the bias last."""
    rows = np.hstack([inputs, np.ones((len(inputs), 1))])
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        chances = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (chances - labels) + 0.1 * weights
        hessian = (rows * (chances * (1 - chances))[:, None]).T @ rows + 0.1 * np.eye(rows.shape[1])
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def predict(inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The chances that a fitted regression gives."""
    chances: np.ndarray = 1 / (1 + np.exp(-(inputs @ weights[:-1] + weights[-1])))
    return chances


def auroc(positive: np.ndarray, negative: np.ndarray) -> float:
    """The chance that a positive scores above a negative, ties counted half."""
    above = positive[:, None] > negative[None]
    return float(np.mean(above + 0.5 * (positive[:, None] == negative[None])))


def main(path: str) -> None:
    """Build, ask, fit and print."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    with tempfile.TemporaryDirectory() as temporary:
        seeds = Path(temporary, "seeds")
        seeds.mkdir()
        judged = write_library(rows, seeds)
        build(seeds, Path(temporary, "index"))
        index = Index.open(Path(temporary, "index"))
        found = [index.search(item.question) for item in judged]
    answerable = [i for i, item in enumerate(judged) if item.document]
    first = np.mean([found[i].hits[0].document.path == judged[i].document for i in answerable])
    print(f"{len(judged)} questions, {len(answerable)} answerable, right document first {first:.3f}")
    for weight in (0.0, 0.5, 1.0, 2.0, 3.0, 5.0):
        right = []
        for i in answerable:
            _, document, spans = best_sentence(found[i], weight)
            right.append(document == judged[i].document and overlaps(spans, judged[i].gold))
        print(f"passage weight {weight}: right sentence {np.mean(right):.3f}")
    pairs = [(found[i].match, float(item.document is not None)) for i, item in enumerate(judged) if not item.near_miss]
    x, y = np.array([[match] for match, _ in pairs]), np.array([label for _, label in pairs])
    folds = np.arange(len(y)) // 20 % 5
    chances = np.zeros(len(y))
    for fold in range(5):
        chances[folds == fold] = predict(x[folds == fold], fit(x[folds != fold], y[folds != fold]))
    near = np.array([found[i].match for i, item in enumerate(judged) if item.near_miss])
    print(
        f"answerable {y.mean():.3f}, AUROC {auroc(chances[y == 1], chances[y == 0]):.3f}, "
        f"Brier {np.mean((chances - y) ** 2):.3f}"
    )
    print(f"AUROC against near misses {auroc(x[y == 1, 0], near):.3f}")
    print("slope and bias:", np.round(fit(x, y), 2).tolist())


if __name__ == "__main__":
    main(sys.argv[1])
