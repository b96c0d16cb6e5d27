"""The map of a library, without Gradio."""

from __future__ import annotations

import re

import pytest

from index.search import Index
from qa.answer import answer
from tests.conftest import Library
from ui.library_map import LibraryMap, draw
from ui.map_view import map_html


@pytest.fixture(scope="module")
def drawn(seeds_index: Index) -> LibraryMap:
    return draw(seeds_index)


def test_every_passage_is_a_point(seeds_index: Index, drawn: LibraryMap) -> None:
    assert len(drawn.points) == seeds_index.manifest.passages
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in drawn.points)
    assert draw(seeds_index) == drawn


def test_what_says_similar_things_lies_near(seeds_index: Index, drawn: LibraryMap) -> None:
    """The five nearest points of a passage are far more often of its own neighbours than chance would have it."""
    _, vectors = seeds_index.sample(1000)
    places = [(point.x, point.y) for point in drawn.points]
    kept = 0
    for number, (x, y) in enumerate(places):
        near = sorted(range(len(places)), key=lambda i: (places[i][0] - x) ** 2 + (places[i][1] - y) ** 2)[1:6]
        alike = set((-(vectors @ vectors[number])).argsort()[1:11].tolist())
        kept += len(alike.intersection(near))
    assert kept / (5 * len(places)) > 0.5


def test_the_question_lies_amid_its_hits(seeds_index: Index, drawn: LibraryMap) -> None:
    found = answer("What is XMEN?", seeds_index)
    page = map_html(drawn, found)
    assert page.count('class="ring"') == len(found.hits)
    assert "★" in page
    assert "What is XMEN?" in page
    assert page.count('<circle class="point') == len(drawn.points)
    assert len(re.findall(r'tabindex="0"', page)) == 1
    assert "★" not in map_html(drawn, None)


def test_few_and_hostile_passages_can_be_drawn_too(library: Library) -> None:
    library.write("a.txt", "<script>evil</script>\n\nThe {{x}} ${y} costs <b>40</b> crowns, as they all say here.\n")
    library.build()
    page = map_html(draw(library.open()), None)
    assert "<script>" not in page
    assert "<b>" not in page
    assert "{{" not in page
    assert "${" not in page
