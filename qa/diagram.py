"""Reliability and risk as SVG drawings, for the page and for a file of their own. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_SIDE, _LEFT, _BELOW, _TOP = 300, 62, 42, 12
# What the page's style sheet says of these classes, for a drawing that stands alone.
_STYLE = (
    "<style>text{font:12px sans-serif;fill:#635c53}.grid{stroke:#e2dcd2}.ideal{stroke:#635c53;stroke-dasharray:3 4}"
    ".curve{fill:none;stroke:#8a2d1c;stroke-width:2.2}.curve.second{stroke-dasharray:6 4;stroke:#23211e}"
    ".dot-mark{fill:#8a2d1c;stroke:#fff;stroke-width:1.5}</style>"
)


def reliability_svg(bins: Sequence[Mapping[str, Any]], *, alone: bool = False) -> str:
    """The reliability diagram of bins as ``qa.calibration.Bin`` has them; ``alone`` brings its own style."""
    dots = "".join(
        f'<circle class="dot-mark" cx="{_x(one["confidence"])}" cy="{_y(one["right"])}" '
        f'r="{3 + min(9.0, one["questions"] ** 0.5 * 1.6):.1f}"><title>{one["questions"]} questions: stated '
        f"{one['confidence']:.2f}, found {one['right']:.2f}</title></circle>"
        for one in bins
    )
    path = _path([(one["confidence"], one["right"]) for one in bins])
    body = (
        f'<path class="ideal" d="M{_x(0)} {_y(0)} L{_x(1)} {_y(1)}"></path><path class="curve" d="{path}"></path>{dots}'
    )
    return _drawing("Reliability", ("stated confidence", "share of answers that are right"), body, alone)


def risk_svg(risks: Sequence[Mapping[str, Any]], *, alone: bool = False) -> str:
    """Risk against coverage, for points as ``qa.calibration.Risk`` has them."""
    drawn = {name: _path([(one["coverage"], one[name]) for one in risks]) for name in ("unanswerable", "wrong")}
    body = (
        f'<path class="curve" d="{drawn["unanswerable"]}"></path>'
        f'<path class="curve second" d="{drawn["wrong"]}"></path>'
    )
    axes = ("share of questions answered", "share of these that is wrong")
    return _drawing("Risk against coverage", axes, body, alone)


def _drawing(title: str, axes: tuple[str, str], body: str, alone: bool) -> str:
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
    space = 'xmlns="http://www.w3.org/2000/svg" ' if alone else ""
    return (
        f'<svg {space}viewBox="0 0 {_LEFT + _SIDE + 14} {_TOP + _SIDE + _BELOW}" role="img" aria-label="{title}">'
        f"{_STYLE if alone else ''}{ticks}{names}{body}</svg>"
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{_x(x)} {_y(y)}" for x, y in points) if points else ""


def _x(share: float) -> float:
    return round(_LEFT + _SIDE * float(share), 1)


def _y(share: float) -> float:
    return round(_TOP + _SIDE * (1 - float(share)), 1)
