"""The map of the library as SVG: passages, the last question, its hits. Pure functions, everything escaped."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence

from qa.model import Answer
from qa.render import page_in_words
from ui.escape import escape
from ui.library_map import LibraryMap, Point

_WIDTH, _HEIGHT, _EDGE = 1000, 560, 28
# As many documents have a colour of their own; smaller ones share the last.
_COLOURS = 8
_EXCERPT = 260


def map_html(drawn: LibraryMap, answer: Answer | None) -> str:
    """The map with a legend; ``answer`` is the last question with its hits.

    Points carry ``data-passage`` with their passage's id, legend entries ``data-only`` with their group's number.
    """
    groups = _groups(drawn)
    ranks = {hit.passage.id: hit.rank for hit in answer.hits} if answer else {}
    points = [_point_html(point, groups[point.document.path], number == 0) for number, point in enumerate(drawn.points)]
    star = drawn.place(answer.hits) if answer else None
    question = _question_html(drawn, star, ranks) if star else ""
    asked = (
        f"The last question, “{escape(answer.question)}”, lies at the star; its nearest passages are numbered."
        if answer and star
        else "Ask a question to see where it lies among the passages."
    )
    sample = (
        f" Drawn are {len(drawn.points)} of {drawn.passages} passages, evenly spread."
        if len(drawn.points) < drawn.passages
        else ""
    )
    meaning = "Each point is a passage; those that say similar things lie near each other."
    label = "Passages; arrow keys walk from one to the next"
    return (
        '<section class="map" aria-label="Map of the library">'
        f'<p class="details">{meaning} {asked}{sample}</p>'
        f'<div class="legend" role="group" aria-label="Documents">{_legend_html(drawn, groups)}</div>'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="group" aria-label="{label}">'
        f"{''.join(points)}{question}</svg>"
        '<div class="map-note" aria-live="polite"><p class="details"></p><p class="excerpt">'
        "Point at a passage to read how it begins; click to open it.</p></div></section>"
    )


def _groups(drawn: LibraryMap) -> dict[str, int]:
    """For each document its colour's number, the largest first."""
    sizes = Counter(point.document.path for point in drawn.points)
    ordered = sorted(sizes, key=lambda path: (-sizes[path], path))
    return {path: min(number, _COLOURS - 1) for number, path in enumerate(ordered)}


def _legend_html(drawn: LibraryMap, groups: Mapping[str, int]) -> str:
    names: dict[int, list[str]] = {}
    for path, group in groups.items():
        names.setdefault(group, []).append(path)
    titles = {point.document.path: point.document.title for point in drawn.points}
    return "".join(
        f'<button type="button" class="key" data-only="{group}" aria-pressed="false">'
        f'<span class="dot c{group}"></span>{escape(_named(titles, paths))}</button>'
        for group, paths in sorted(names.items())
    )


def _named(titles: Mapping[str, str], paths: Sequence[str]) -> str:
    if len(paths) > 1:
        return f"{len(paths)} other documents"
    return textwrap.shorten(titles[paths[0]], 44, placeholder=" …")


def _spot(x: float, y: float) -> tuple[float, float]:
    return round(_EDGE + x * (_WIDTH - 2 * _EDGE), 1), round(_EDGE + (1 - y) * (_HEIGHT - 2 * _EDGE), 1)


def _point_html(point: Point, group: int, first: bool) -> str:
    x, y = _spot(point.x, point.y)
    passage = point.passage
    place = [point.document.title, " › ".join(passage.heading_path), page_in_words(point.document, passage.page)]
    where = escape(" · ".join(part for part in place if part))
    text = escape(textwrap.shorten(passage.text, _EXCERPT, placeholder=" …"))
    return (
        f'<circle class="point c{group}" cx="{x}" cy="{y}" r="6" role="button" tabindex="{0 if first else -1}" '
        f'data-x="{x}" data-y="{y}" data-group="{group}" data-passage="{escape(passage.id)}" data-place="{where}" '
        f'data-text="{text}" aria-label="{where}"></circle>'
    )


def _question_html(drawn: LibraryMap, at: tuple[float, float], ranks: Mapping[str, int]) -> str:
    x, y = _spot(*at)
    parts, labels = [], []
    for point in drawn.points:
        if point.passage.id in ranks:
            a, b = _spot(point.x, point.y)
            parts.append(f'<line class="ray" x1="{x}" y1="{y}" x2="{a}" y2="{b}"></line>')
            parts.append(f'<circle class="ring" cx="{a}" cy="{b}" r="10"></circle>')
            labels.append(f'<text class="rank" x="{a + 12}" y="{b + 5}">{ranks[point.passage.id]}</text>')
    star = f'<text class="star" x="{x}" y="{y}">★</text>'
    return f'<g aria-hidden="true" class="question-mark">{"".join(parts)}{"".join(labels)}{star}</g>'
