"""The last evaluation as diagrams: reliability, risk against coverage, hits by kind. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qa.diagram import reliability_svg, risk_svg
from ui.escape import escape
from ui.library_view import time_html

_NONE = (
    '<section class="quality"><p class="empty">Nothing has been measured yet. With a file of judged questions, run '
    "<code>python -m qa eval QUESTIONS.jsonl</code>; what thumbs up keeps in <code>.loccit/feedback/</code> is such a "
    "file.</p></section>"
)


def quality_html(report: Mapping[str, Any] | None, fresh: bool) -> str:
    """An evaluation (the JSON of ``qa eval``); not ``fresh`` when the index has changed since."""
    if report is None:
        return _NONE
    try:
        return _report_html(report, fresh)
    except (KeyError, TypeError, ValueError):  # written by another version
        return _NONE


def _report_html(report: Mapping[str, Any], fresh: bool) -> str:
    whole = report["all"]
    stale = "" if fresh else '<p class="banner" role="status">The index has changed since: measure again.</p>'
    figures = "".join(
        f"<div><dt>{name}</dt><dd>{_figure(value)}</dd></div>"
        for name, value in (
            ("Right passage first", whole["hit_at_1"]),
            ("Among the first five", whole["hit_at_5"]),
            ("Quoted what answers", whole["answer_hit"]),
            ("AUROC of confidence", report["auroc"]["all"]),
            ("Brier score", whole["brier_right"]),
        )
    )
    return (
        f'<section class="quality" aria-label="Quality">{stale}'
        f'<p class="details">{whole["questions"]} questions of {escape(str(report["of"]))}, asked '
        f"{time_html(str(report['at']))} (UTC); {whole['answerable']} of them have an answer in the documents.</p>"
        f'<dl class="figures">{figures}</dl><div class="charts">'
        f"{_reliability_html(report['reliability'])}{_risk_html(report['risk'])}</div>"
        f"{_kinds_html(report['kinds'])}</section>"
    )


def _reliability_html(bins: Sequence[Mapping[str, Any]]) -> str:
    rows = [(f"{one['low']:.1f}–{one['high']:.1f}", one["confidence"], one["right"], one["answerable"]) for one in bins]
    return _chart(
        "Reliability",
        "Does confidence mean what it says? On the diagonal, of the answers given with 0.8, eight in ten are right. "
        "The larger the dot, the more questions.",
        reliability_svg(bins),
        _table(("confidence", "stated", "right", "answerable"), rows),
    )


def _risk_html(risks: Sequence[Mapping[str, Any]]) -> str:
    step = max(1, len(risks) // 10)
    rows = [
        (f"{one['coverage']:.2f}", one["threshold"], one["unanswerable"], one["wrong"])
        for one in risks[step - 1 :: step]
    ]
    return _chart(
        "Risk against coverage",
        "How often is it wrong to answer, when more is answered? Solid: the documents do not answer. Dashed: that, or "
        "the quote is not what answers.",
        risk_svg(risks),
        _table(("answered", "from confidence", "unanswerable", "wrong"), rows),
    )


def _chart(title: str, meaning: str, drawing: str, table: str) -> str:
    return (
        f'<figure class="chart"><figcaption><h3>{title}</h3><p class="details">{meaning}</p></figcaption>'
        f"{drawing}<details><summary>As a table</summary>{table}</details></figure>"
    )


def _kinds_html(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    head = ("kind", "questions", "first", "first three", "first five", "quoted", "declined")
    rows = "".join(
        f'<tr><th scope="row">{escape(kind.replace("_", " "))}</th><td>{values["questions"]}</td>'
        f"{''.join(_bar(values[name]) for name in ('hit_at_1', 'hit_at_3', 'hit_at_5', 'answer_hit'))}"
        f"<td>{values['declined']}</td></tr>"
        for kind, values in kinds.items()
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in head)
    return (
        '<h3>By kind of question</h3><p class="details">Where the right passage stands among those found, whether the '
        "quote is what answers, and how many questions were declined.</p>"
        f'<div class="table" tabindex="0" role="region" aria-label="By kind of question"><table class="library kinds">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _bar(value: float | None) -> str:
    if value is None:
        return "<td>–</td>"
    return f'<td><span class="bar" style="--share:{100 * value:.0f}%"></span>{value:.2f}</td>'


def _table(heads: Sequence[str], rows: Sequence[Sequence[str | float]]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{cell if isinstance(cell, str) else f'{cell:.2f}'}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f'<table class="library"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
