"""What each part of the ranking and of the confidence adds: ``python -m training.ablation INDEX QUESTIONS... > table``.

Every line is measured on an index that is there, with the judged questions of each file; docs/ablation.md keeps it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from index.ranking import WEIGHTS, Weights
from index.search import Index
from qa.answer import answer
from qa.evaluate import JudgedQuestion, Outcome, auroc, evaluate, judged, measure, read_questions
from qa.model import Answer

_NONE = Weights(0, 0, 0, 0, 0, 0, 0, 0)
RANKINGS = {
    "dense vectors alone": replace(_NONE, dense=1),
    "BM25 alone": replace(_NONE, lexical=1),
    "late interaction with the passage alone": replace(_NONE, late=1),
    "all": WEIGHTS,
    "all but late interaction with the passage": replace(WEIGHTS, late=0),
    "all but its best sentence": replace(WEIGHTS, sentence=0),
    "all but dense vectors": replace(WEIGHTS, dense=0),
    "all but BM25": replace(WEIGHTS, lexical=0),
    "all but the sort of thing asked for": replace(WEIGHTS, stated=0, own=0),
    "all but adjacent passages": replace(WEIGHTS, adjacent=0),
    "all but the importance of the question's tokens": replace(WEIGHTS, importance=0),
}


def _first_score(found: Answer) -> float:
    return found.hits[0].score if found.hits else 0.0


def _match(found: Answer) -> float:
    return found.evidence.match if found.evidence else 0.0


def _verdict(found: Answer) -> float:
    return (found.evidence.verdict or 0.0) if found.evidence else -10.0


def _confidence(found: Answer) -> float:
    return found.confidence


# What the hits are ranked by, and what is taken of the answer.
JUDGES: dict[str, tuple[Weights, Callable[[Answer], float]]] = {
    "cosine of the nearest dense vector": (RANKINGS["dense vectors alone"], _first_score),
    "score of the first passage": (WEIGHTS, _first_score),
    "late interaction with the quoted sentence": (WEIGHTS, _match),
    "the cross-encoder's verdict on the quote": (WEIGHTS, _verdict),
    "both (all)": (WEIGHTS, _confidence),
}


def main() -> None:
    """Print two Markdown tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path, nargs="+")
    options = parser.parse_args()
    index = Index.open(options.index)
    sets = [judged(read_questions(path), path) for path in options.questions]
    heads = [f"{path.stem}: {head}" for path in options.questions for head in ("hit@1", "hit@5", "MRR@10")]
    print(_row(["ranking", *heads]), _row(["---", *["--:"] * len(heads)]), sep="\n")
    for name, weights in RANKINGS.items():
        cells = [cell for questions in sets for cell in _ranked(questions, index, weights)]
        print(_row([name, *cells]), flush=True)
    heads = [f"{path.stem}: AUROC {head}" for path in options.questions for head in ("all", "near misses")]
    print("", _row(["confidence", *heads]), _row(["---", *["--:"] * len(heads)]), sep="\n")
    for name, (weights, judge) in JUDGES.items():
        cells = [cell for questions in sets for cell in _told(questions, index, weights, judge)]
        print(_row([name, *cells]), flush=True)


def _ranked(questions: Sequence[JudgedQuestion], index: Index, weights: Weights) -> list[str]:
    measures = measure(_outcomes(questions, index, weights, _confidence))
    return [f"{value or 0:.3f}" for value in (measures.hit_at_1, measures.hit_at_5, measures.mrr_at_10)]


def _told(
    questions: Sequence[JudgedQuestion], index: Index, weights: Weights, judge: Callable[[Answer], float]
) -> list[str]:
    outcomes = _outcomes(questions, index, weights, judge)
    return [f"{auroc(outcomes, kind) or 0:.3f}" for kind in (None, "near_miss_unanswerable")]


def _outcomes(
    questions: Sequence[JudgedQuestion], index: Index, weights: Weights, judge: Callable[[Answer], float]
) -> list[Outcome]:
    def ask(question: str) -> Answer:
        found = answer(question, index, threshold=0.0)
        if weights != WEIGHTS:
            found = replace(found, hits=index.search(found.read_as, weights=weights))
        return replace(found, confidence=judge(found))

    return evaluate(questions, index, ask, 0.5)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
