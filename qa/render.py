"""Answers as JSON and as text for a terminal. Pure functions."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.cli import one_line
from index.model import DocumentRecord, Hit
from ingest.model import Passage, Span
from qa.confidence import in_words
from qa.model import Answer, Citation, Status

_RELATED = 3
_EXCERPT = 160
_MOST_MISSING = 4
DIFFERS = "These places give different figures; compare what each of them speaks of."
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Style:
    """Escape sequences of a terminal, or none."""

    bold: str = ""
    dim: str = ""
    mark: str = ""
    end: str = ""

    @classmethod
    def colour(cls) -> Style:
        """For a terminal that shows colour."""
        return cls("\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m")


def answer_json(answer: Answer, **more: Any) -> dict[str, Any]:
    """An answer as one JSON object; ``more`` goes first (a question's id)."""
    return {
        **more,
        "question": answer.question,
        "status": answer.status.value,
        "confidence": round(answer.confidence, 4),
        "answer": answer.text,
        "citations": [citation_json(citation) for citation in answer.citations],
        "hits": [hit_json(hit) for hit in answer.hits],
        "index": answer.build_id,
        "timing_ms": {stage: round(value, 2) for stage, value in answer.timing_ms.items()},
        "missing": list(answer.missing),
        "differs": answer.differs,
        "read_as": answer.read_as,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation as JSON."""
    return {
        "marker": citation.marker,
        **_place_json(citation.hit.document, citation.page, citation.hit.passage.heading_path),
        "spans": _spans_json(citation.spans),
        "quote": citation.quote,
        "page_label": citation.hit.document.label_of(citation.page),
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """A hit as JSON."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        **_place_json(hit.document, hit.passage.page, hit.passage.heading_path),
        "spans": _spans_json(hit.passage.spans),
        "text": hit.passage.text,
        "passage": hit.passage.id,
        "page_label": hit.document.label_of(hit.passage.page),
    }


def passage_json(document: DocumentRecord, passage: Passage) -> dict[str, Any]:
    """A passage as JSON: its place, its text, and each sentence with its spans."""
    return {
        "passage": passage.id,
        **_place_json(document, passage.page, passage.heading_path),
        "kind": passage.kind.value,
        "spans": _spans_json(passage.spans),
        "text": passage.text,
        "sentences": [
            {"text": passage.text[sentence.start : sentence.end], "spans": _spans_json(sentence.spans)}
            for sentence in passage.sentences
        ],
    }


def document_json(document: DocumentRecord) -> dict[str, Any]:
    """What is known of a document as JSON."""
    source = document.source
    return {
        "document": document.path,
        "title": document.title,
        "authors": list(source.authors),
        "year": source.year,
        "doi": source.doi,
        "url": source.url,
        "licence": source.licence,
        "format": document.format.value,
        "pages": document.pages,
        "pages_without_text": list(document.pictures),
        "pages_not_read": list(document.broken),
        "passages": document.passages,
        "indexed_at": document.indexed_at,
    }


def _place_json(document: DocumentRecord, page: int | None, heading: Sequence[str]) -> dict[str, Any]:
    return {
        "document": document.path,
        "title": document.title,
        "page": page,
        "heading": list(heading),
    }


def _spans_json(spans: Sequence[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def answer_text(answer: Answer, width: int, style: Style) -> str:
    """An answer for a reader: the quotes, their places, and what else is near."""
    lines: list[str] = []
    if answer.read_as != answer.question:
        lines += [*_wrap(f"Read as: {_folded(answer.read_as)}", width, style=(style.dim, style.end)), ""]
    if answer.status is Status.ANSWERED:
        for citation in answer.citations:
            lines += _wrap_lines(f"{citation.quote} [{citation.marker}]", width)
        if answer.differs:
            lines += ["", *_wrap(DIFFERS, width)]
        lines.append("")
        for citation in answer.citations:
            lines += _citation_lines(citation, width, style)
    else:
        lines += [f"{style.bold}The documents don't say.{style.end}"]
        lines += _wrap(missing_in_words(answer.missing), width) if answer.missing else []
        lines += [""]
    judgement = f"Confidence {answer.confidence:.2f}: {in_words(answer.confidence)}."
    lines += _wrap(judgement, width, style=(style.dim, style.end))
    related = answer.related[:_RELATED]
    if related:
        lines += ["", "Also related:" if answer.citations else "Nearest passages:"]
        for hit in related:
            lines += _related_lines(hit, width, style)
    return "\n".join(lines)


def hits_text(hits: Sequence[Hit], width: int, style: Style) -> str:
    """Hits for a reader, each with its place, score and text."""
    lines: list[str] = []
    for hit in hits:
        place = _place(hit.document, hit.passage.page, hit.passage.heading_path)
        lines += _wrap(
            f"{hit.rank}. {place}  ({hit.score:.3f})", width, subsequent=_INDENT, style=(style.mark, style.end)
        )
        lines += [*_wrap(_folded(hit.passage.text), width, _INDENT, _INDENT), ""]
    return "\n".join(lines).rstrip() or "Nothing found."


def _citation_lines(citation: Citation, width: int, style: Style) -> list[str]:
    place = _place(citation.hit.document, citation.page, citation.hit.passage.heading_path)
    head = _wrap(f"[{citation.marker}] {place}", width, subsequent=_INDENT, style=(style.mark, style.end))
    return [*head, *_wrap_lines(f"“{citation.quote}”", width, _INDENT), ""]


def _related_lines(hit: Hit, width: int, style: Style) -> list[str]:
    place = _place(hit.document, hit.passage.page, hit.passage.heading_path)
    excerpt = textwrap.shorten(_folded(hit.passage.text), _EXCERPT, placeholder=" …")
    return [
        *_wrap(f"  - {place}", width, subsequent=_INDENT, style=(style.mark, style.end)),
        *_wrap(excerpt, width, _INDENT, _INDENT),
    ]


def _place(document: DocumentRecord, page: int | None, heading: Sequence[str]) -> str:
    """``Kędzierska et al. 2025, Title · file.txt · Heading › Below · page 3``."""
    where = [document.path, " › ".join(heading), page_in_words(document, page)]
    parts = [document.source.named or "", *where, document.source.doi or document.source.url or ""]
    return one_line(" · ".join(part for part in parts if part))


def missing_in_words(words: Sequence[str]) -> str:
    """``Nothing here mentions “dogs” or “cats”.``"""
    quoted = [f"“{word}”" for word in words[:_MOST_MISSING]]
    named = " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
    return f"Nothing here mentions {named}."


def page_in_words(document: DocumentRecord, page: int | None) -> str:
    """``page 1123 (3 of 12)``: as printed, and as counted from 1 where that differs; empty for no page."""
    if page is None:
        return ""
    label = document.label_of(page)
    return f"page {page}" if label in (None, str(page)) else f"page {label} ({page} of {document.pages})"


def _wrap_lines(text: str, width: int, indent: str = "") -> list[str]:
    """A quote wrapped line by line, so that a list's members stay apart."""
    return [part for line in text.split("\n") for part in _wrap(_folded(line), width, indent, indent)]


def _folded(text: str) -> str:
    return one_line(" ".join(text.split()))


def _wrap(
    text: str, width: int, initial: str = "", subsequent: str = "", style: tuple[str, str] = ("", "")
) -> list[str]:
    lines = textwrap.wrap(
        text, max(20, width), initial_indent=initial, subsequent_indent=subsequent, break_on_hyphens=False
    )
    return [f"{style[0]}{line}{style[1]}" for line in lines]


def measures_text(report: Mapping[str, Any]) -> str:
    """The measures of an evaluation as a table: one row a kind, all together last."""
    columns = ("hit@1", "hit@3", "hit@5", "hit@10", "MRR@10", "answer", "cover")
    head = f"{'kind':<24}{'n':>5}" + "".join(f"{column:>8}" for column in columns) + f"{'declined':>10}"
    rows = [head, "-" * len(head)]
    kinds: dict[str, Mapping[str, Any]] = {**report["kinds"], "all": report["all"]}
    for kind, values in kinds.items():
        figures = "".join(
            f"{_figure(values[name]):>8}"
            for name in ("hit_at_1", "hit_at_3", "hit_at_5", "hit_at_10", "mrr_at_10", "answer_hit", "coverage_at_5")
        )
        rows.append(f"{one_line(kind):<24}{values['questions']:>5}{figures}{values['declined']:>10}")
    whole = report["all"]
    rows += [
        "",
        f"abstention: precision {_figure(whole['abstention_precision'])}, "
        f"recall {_figure(whole['abstention_recall'])}, F1 {_figure(whole['abstention_f1'])} "
        f"({whole['rightly_declined']} of {whole['declined']} rightly declined)",
        "AUROC: " + ", ".join(f"{kind} {_figure(value)}" for kind, value in report["auroc"].items()),
        f"Brier score {_figure(whole['brier'])} for being answerable, {_figure(whole['brier_right'])} for being right",
        "",
        f"{'answering from':<16}{'answered':>10}{'unanswerable':>14}{'wrong':>8}",
    ]
    rows += [
        f"confidence {risk['threshold']:<5.1f}{_figure(risk['coverage']):>10}"
        f"{_figure(risk['unanswerable']):>14}{_figure(risk['wrong']):>8}"
        for risk in report["thresholds"]
    ]
    return "\n".join(rows)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
