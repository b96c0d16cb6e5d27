"""The last evaluation as diagrams: reliability, risk against coverage, hits by kind. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ui.escape import escape
from ui.library_view import time_html

_SIDE, _LEFT, _BELOW, _TOP = 300, 62, 42, 12
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
            ("Brier score", whole["brier"]),
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
    dots = "".join(
        f'<circle class="dot-mark" cx="{_x(one["confidence"])}" cy="{_y(one["answerable"])}" '
        f'r="{3 + min(9.0, one["questions"] ** 0.5 * 1.6):.1f}"><title>{one["questions"]} questions: stated '
        f"{one['confidence']:.2f}, found {one['answerable']:.2f}</title></circle>"
        for one in bins
    )
    path = "M" + " L".join(f"{_x(one['confidence'])} {_y(one['answerable'])}" for one in bins)
    body = (
        f'<path class="ideal" d="M{_x(0)} {_y(0)} L{_x(1)} {_y(1)}"></path>'
        f'<path class="curve" d="{path if bins else ""}"></path>{dots}'
    )
    rows = [(f"{one['low']:.1f}–{one['high']:.1f}", one["confidence"], one["answerable"]) for one in bins]
    return _chart(
        "Reliability",
        "Does confidence mean what it says? On the diagonal, of the questions answered with 0.8, eight in ten have an "
        "answer. The larger the dot, the more questions.",
        ("stated confidence", "share that the documents answer"),
        body,
        _table(("confidence", "stated", "answerable"), rows),
    )


def _risk_html(risks: Sequence[Mapping[str, Any]]) -> str:
    drawn = {
        name: "M" + " L".join(f"{_x(one['coverage'])} {_y(one[name])}" for one in risks) if risks else ""
        for name in ("unanswerable", "wrong")
    }
    body = (
        f'<path class="curve" d="{drawn["unanswerable"]}"></path>'
        f'<path class="curve second" d="{drawn["wrong"]}"></path>'
    )
    step = max(1, len(risks) // 10)
    rows = [
        (f"{one['coverage']:.2f}", one["threshold"], one["unanswerable"], one["wrong"])
        for one in risks[step - 1 :: step]
    ]
    return _chart(
        "Risk against coverage",
        "How often is it wrong to answer, when more is answered? Solid: the documents do not answer. Dashed: that, or "
        "the quote is not what answers.",
        ("share of questions answered", "share of these that is wrong"),
        body,
        _table(("answered", "from confidence", "unanswerable", "wrong"), rows),
    )


def _chart(title: str, meaning: str, axes: tuple[str, str], body: str, table: str) -> str:
    ticks = "".join(
        f'<path class="grid" d="M{_x(0)} {_y(t)} H{_x(1)} M{_x(t)} {_y(0)} V{_y(1)}"></path>'
        f'<text class="tick" x="{_x(t)}" y="{_y(0) + 16}" text-anchor="middle">{t:g}</text>'
        f'<text class="tick" x="{_x(0) - 8}" y="{_y(t) + 4}" text-anchor="end">{t:g}</text>'
        for t in (0, 0.25, 0.5, 0.75, 1)
    )
    middle = _TOP + _SIDE / 2
    names = (
        f'<text class="axis" x="{_LEFT + _SIDE / 2}" y="{_TOP + _SIDE + 36}" text-anchor="middle">{axes[0]}</text>'
        f'<text class="axis" transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">{axes[1]}</text>'
    )
    return (
        f'<figure class="chart"><figcaption><h3>{title}</h3><p class="details">{meaning}</p></figcaption>'
        f'<svg viewBox="0 0 {_LEFT + _SIDE + 14} {_TOP + _SIDE + _BELOW}" role="img" aria-label="{title}">'
        f"{ticks}{names}{body}</svg><details><summary>As a table</summary>{table}</details></figure>"
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


def _x(share: float) -> float:
    return round(_LEFT + _SIDE * float(share), 1)


def _y(share: float) -> float:
    return round(_TOP + _SIDE * (1 - float(share)), 1)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
