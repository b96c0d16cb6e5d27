"""Measures of retrieval, answers and silence on judged questions.

A file of questions holds one JSON object a line: ``id``, ``question``, ``kind``, ``answerable``, ``gold`` (``doc``
and a verbatim ``quote`` with white space collapsed) and ``must_include`` (strings, or lists of alternatives). A judged
question that cannot be asked scores zero, so that dropping hard questions cannot raise a figure.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.errors import UnknownDocument
from index.search import Index
from ingest.model import Span
from qa.calibration import reliability, risk_at, risks
from qa.diagram import reliability_svg
from qa.errors import BadQuestionFile, EmptyQuestion
from qa.model import Answer, Status

_DEPTH = 10
_KEPT, _DIAGRAM = "evaluation.json", "reliability.svg"
_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_COVERED_KINDS = frozenset({"conflict", "multi_source"})


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that answers: spans of a document's source text."""

    document: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question with what is known of its answer; not answerable when ``gold`` is empty."""

    id: str
    question: str
    kind: str
    answerable: bool
    gold: tuple[tuple[str, str], ...]
    must_include: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one judged question went; ``rank`` is that of the first passage on a gold place, None if not found.

    ``quoted``: what is quoted, or would have been, answers; ``answer_hit``: and it was not held back.
    """

    id: str
    kind: str
    answerable: bool
    rank: int | None
    quoted: bool
    answer_hit: bool
    abstained: bool
    confidence: float
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Measures:
    """Means over some outcomes; None where nothing of the sort was asked. Definitions: README of the question set.

    ``brier`` takes confidence for the probability that the documents answer, ``brier_right`` that the answer is right.
    """

    questions: int
    answerable: int
    hit_at_1: float | None
    hit_at_3: float | None
    hit_at_5: float | None
    hit_at_10: float | None
    mrr_at_10: float | None
    answer_hit: float | None
    coverage_at_5: float | None
    declined: int
    rightly_declined: int
    abstention_precision: float | None
    abstention_recall: float | None
    abstention_f1: float | None
    brier: float | None
    brier_right: float | None


def read_questions(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file of questions, each with a ``question``. Raises BadQuestionFile."""
    rows = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise BadQuestionFile(f"{path}: cannot be read ({reason}); name a JSON Lines file.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise BadQuestionFile(f"{path}, line {number}: is not JSON; each line holds one object.") from error
        if not isinstance(row, dict) or not isinstance(row.get("question"), str):
            raise BadQuestionFile(
                f"{path}, line {number}: has no question; each line holds one object with a question."
            )
        rows.append(row)
    return rows


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def judged(rows: Iterable[dict[str, Any]], path: Path) -> list[JudgedQuestion]:
    """The rows as judged questions. Raises BadQuestionFile for one that lacks its judgement."""
    questions = []
    for number, row in enumerate(rows, 1):
        try:
            questions.append(
                JudgedQuestion(
                    str(row.get("id", number)),
                    row["question"],
                    str(row["kind"]),
                    bool(row["answerable"]),
                    tuple((str(gold["doc"]), str(gold["quote"])) for gold in row["gold"]),
                    tuple((item,) if isinstance(item, str) else tuple(item) for item in row["must_include"]),
                )
            )
        except (KeyError, TypeError) as error:
            raise BadQuestionFile(f"{path}, question {number}: is not judged ({error} is missing or wrong).") from error
    return questions


def evaluate(
    questions: Sequence[JudgedQuestion], index: Index, ask: Callable[[str], Answer], threshold: float
) -> list[Outcome]:
    """Ask every question and compare the answers with the judgements.

    ``ask`` answers whatever its confidence; what has less than ``threshold`` counts as declined.
    """
    outcomes = []
    for question in questions:
        places = _locate(question, index)
        try:
            answer = ask(question.question)
        except EmptyQuestion:
            missed = 0.0 if question.kind in _COVERED_KINDS else None
            outcomes.append(
                Outcome(question.id, question.kind, question.answerable, None, False, False, True, 0.0, missed)
            )
            continue
        hits = answer.hits[:_DEPTH]
        found = [
            any(gold.document == hit.document.path and overlaps(hit.passage.spans, gold.spans) for gold in places)
            for hit in hits
        ]
        abstained = answer.status is Status.ABSTAINED or answer.confidence < threshold
        quoted = _answers(question, answer, places)
        outcomes.append(
            Outcome(
                question.id,
                question.kind,
                question.answerable,
                found.index(True) + 1 if any(found) else None,
                quoted,
                quoted and not abstained,
                abstained,
                answer.confidence,
                _coverage(question, places, answer),
            )
        )
    return outcomes


def _locate(question: JudgedQuestion, index: Index) -> list[Gold]:
    places = []
    for document, quote in question.gold:
        try:
            text, _ = index.document_text(document)
        except UnknownDocument:
            continue
        pattern = r"\s+".join(re.escape(word) for word in quote.split())
        match = re.search(pattern, text)
        if match:
            places.append(Gold(document, (Span(*match.span()),)))
    return places


def overlaps(spans: Sequence[Span], gold: Sequence[Span]) -> bool:
    """Whether two sets of spans share at least half of the shorter one."""
    one, other = _union(spans), _union(gold)
    shared = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in one for b in other)
    return shared > 0 and 2 * shared >= min(sum(map(len, one)), sum(map(len, other)))


def _union(spans: Sequence[Span]) -> list[Span]:
    """The same characters, each once: a table's passage repeats the column heads with every row."""
    united: list[Span] = []
    for span in sorted(spans):
        if united and span.start <= united[-1].end:
            united[-1] = Span(united[-1].start, max(united[-1].end, span.end))
        else:
            united.append(span)
    return united


def _answers(question: JudgedQuestion, answer: Answer, places: Sequence[Gold]) -> bool:
    """Whether a quote lies on a gold place and holds every string that it must."""
    for citation in answer.citations:
        on_place = any(
            gold.document == citation.hit.document.path and overlaps(citation.spans, gold.spans) for gold in places
        )
        text = " ".join(citation.quote.split()).casefold()
        if on_place and all(any(string.casefold() in text for string in item) for item in question.must_include):
            return True
    return False


def _coverage(question: JudgedQuestion, places: Sequence[Gold], answer: Answer) -> float | None:
    """The share of a question's gold quotes that the first five hits overlap; one that cannot be located is missed."""
    if question.kind not in _COVERED_KINDS or not question.gold:
        return None
    covered = [
        any(hit.document.path == gold.document and overlaps(hit.passage.spans, gold.spans) for hit in answer.hits[:5])
        for gold in places
    ]
    return sum(covered) / len(question.gold)


def measure(outcomes: Sequence[Outcome]) -> Measures:
    """The measures of some outcomes. Declining is the positive class of abstention, not answerable the truth."""
    answerable = [outcome for outcome in outcomes if outcome.answerable]
    declined = [outcome for outcome in outcomes if outcome.abstained]
    rightly = sum(not outcome.answerable for outcome in declined)
    silent = len(outcomes) - len(answerable)
    precision = rightly / len(declined) if declined else None
    recall = rightly / silent if silent else None
    hits = {k: _mean(outcome.rank is not None and outcome.rank <= k for outcome in answerable) for k in (1, 3, 5, 10)}
    return Measures(
        questions=len(outcomes),
        answerable=len(answerable),
        hit_at_1=hits[1],
        hit_at_3=hits[3],
        hit_at_5=hits[5],
        hit_at_10=hits[10],
        mrr_at_10=_mean(1 / outcome.rank if outcome.rank else 0.0 for outcome in answerable),
        answer_hit=_mean(outcome.answer_hit for outcome in answerable),
        coverage_at_5=_mean(outcome.coverage for outcome in answerable if outcome.coverage is not None),
        declined=len(declined),
        rightly_declined=rightly,
        abstention_precision=precision,
        abstention_recall=recall,
        abstention_f1=2 * rightly / (len(declined) + silent) if declined or silent else None,
        brier=_mean((outcome.confidence - outcome.answerable) ** 2 for outcome in outcomes),
        brier_right=_mean((outcome.confidence - outcome.quoted) ** 2 for outcome in outcomes),
    )


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, Measures]:
    """The measures of each kind of question, kinds in alphabetical order."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.kind].append(outcome)
    return {kind: measure(groups[kind]) for kind in sorted(groups)}


def auroc(outcomes: Sequence[Outcome], kind: str | None = None) -> float | None:
    """The chance that an answerable question has a higher confidence than one that is not, ties counted half.

    Against questions of one kind only, where one is named.
    """
    positive = [outcome.confidence for outcome in outcomes if outcome.answerable]
    negative = [o.confidence for o in outcomes if not o.answerable and (kind is None or o.kind == kind)]
    if not positive or not negative:
        return None
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))


def report(outcomes: Sequence[Outcome], *, of: str, index: str) -> dict[str, Any]:
    """Everything measured, as it is printed with ``--json``: ``of`` which file of questions, on which build."""
    kinds = sorted({outcome.kind for outcome in outcomes if not outcome.answerable})
    return {
        "of": of,
        "index": index,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "all": asdict(measure(outcomes)),
        "auroc": {"all": auroc(outcomes), **{kind: auroc(outcomes, kind) for kind in kinds}},
        "kinds": {kind: asdict(measures) for kind, measures in by_kind(outcomes).items()},
        "reliability": [asdict(one) for one in reliability(outcomes)],
        "risk": [asdict(one) for one in risks(outcomes)],
        "thresholds": [asdict(risk_at(threshold, outcomes)) for threshold in _THRESHOLDS],
        "questions": [asdict(outcome) for outcome in outcomes],
    }


def keep(report: Mapping[str, Any], folder: Path) -> None:
    """Keep a report as the last one beside the index in ``folder``, and draw its reliability diagram there.

    Not being able to is no failure of measuring.
    """
    fresh = folder / f"{_KEPT}.new"
    with suppress(OSError):
        fresh.write_text(json.dumps(report), encoding="utf-8")
        fresh.replace(folder / _KEPT)
        (folder / _DIAGRAM).write_text(reliability_svg(report["reliability"], alone=True), encoding="utf-8")


def kept(folder: Path) -> dict[str, Any] | None:
    """The last report that was kept, None where there is none that can be read."""
    try:
        found = json.loads((folder / _KEPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _mean(values: Iterable[float]) -> float | None:
    collected = list(values)
    return sum(collected) / len(collected) if collected else None
