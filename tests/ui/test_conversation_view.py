"""Answers and documents as HTML, without Gradio."""

from __future__ import annotations

import re
from html import unescape

from index.search import Index
from qa.answer import answer
from tests.conftest import Library
from ui.render import answer_markdown, conversation_html, document_html, exchange_html, mark_of


def marked(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)]


def test_an_answer_has_a_chip_and_a_card_for_each_citation(seeds_index: Index) -> None:
    found = answer("Is there any upside to drinking hard water?", seeds_index)
    page = exchange_html(3, found)
    for citation in found.citations:
        assert page.count(f'data-open="3:c:{citation.marker}"') == 2
    assert page.count('class="card"') == len(found.citations)
    assert "Also related" in page


def test_an_abstention_looks_like_one(seeds_index: Index) -> None:
    page = exchange_html(0, answer("Who won the World Cup in 2018?", seeds_index))
    assert 'data-status="abstained"' in page
    assert "The documents don’t say." in page
    assert "Nearest passages" in page
    assert 'class="card"' not in page


def test_exactly_the_quote_is_marked_in_its_document(seeds_index: Index) -> None:
    for question in (
        "How much of our magnesium sits in the skeleton?",
        "What is XMEN?",
        "Is glycinate better than oxide?",
    ):
        for citation in answer(question, seeds_index, threshold=0.0).citations:
            page = document_html(*seeds_index.read(citation.hit.document.path), mark_of(citation))
            assert marked(page) == [citation.quote]


def test_a_hit_is_marked_whole(seeds_index: Index) -> None:
    hit = answer("What is XMEN?", seeds_index).hits[5]
    assert marked(document_html(*seeds_index.read(hit.document.path), mark_of(hit))) == [hit.passage.text]


def test_a_document_that_changed_says_so(library: Library) -> None:
    library.fill()
    library.build()
    citation = answer("What is glass made of?", library.open()).citations[0]
    library.write("glass.html", "<html><p>Glass is something else now.</p>")
    library.build()
    page = document_html(*library.open().read("glass.html"), mark_of(citation))
    assert "has changed since" in page
    assert marked(page) == []


def test_hostile_text_is_shown_and_does_nothing(library: Library) -> None:
    evil = "<script>alert(1)</script> costs 40 mg of gold ![x](http://x.example/y.png) {{x}} ${y}."
    library.write("evil.txt", f"Evil heading\n\n{evil} It is a long paragraph about gold, so that it is read as one.\n")
    library.build()
    index = library.open()
    found = answer("How much gold does it cost <img src=x onerror=alert(2)>?", index, threshold=0.0)
    for page in (
        conversation_html([found], "<b>next</b>"),
        document_html(*index.read("evil.txt"), mark_of(found.citations[0])),
    ):
        assert not re.search(r"<(?:script|img|b)\b", page)
        assert "{{" not in page
        assert "${" not in page


def test_an_answer_can_be_copied_with_its_citations(seeds_index: Index) -> None:
    found = answer("Which sleep hormone does magnesium help to regulate?", seeds_index)
    text = answer_markdown(found)
    assert text.startswith("**Which sleep hormone")
    assert "melatonin" in text
    assert "1. The Core Connection: How Magnesium Influences Your Nerves" in text
    assert "don't say" in answer_markdown(answer("Who won the World Cup in 2018?", seeds_index))
