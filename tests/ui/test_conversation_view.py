"""Questions and answers as HTML, without Gradio."""

from __future__ import annotations

import re

from index.search import Index
from qa.answer import answer
from qa.model import Answer
from tests.conftest import Library
from ui.conversation_view import Exchange, answer_markdown, conversation_html, exchange_html
from ui.document_view import document_html, place_of


def asked(answer: Answer) -> Exchange:
    return Exchange(answer.question, answer)


def test_an_answer_has_a_chip_and_a_card_for_each_citation(seeds_index: Index) -> None:
    found = answer("Is there any upside to drinking hard water?", seeds_index)
    page = exchange_html(3, asked(found))
    for citation in found.citations:
        assert page.count(f'data-open="3:c:{citation.marker}"') == 2
    assert page.count('class="card"') == len(found.citations)
    assert "Also related" in page


def test_an_abstention_looks_like_one(seeds_index: Index) -> None:
    page = exchange_html(0, asked(answer("Who won the World Cup in 2018?", seeds_index)))
    assert 'data-status="abstained"' in page
    assert "The documents don’t say." in page
    assert "Nearest passages" in page
    assert 'class="card"' not in page


def test_hostile_text_is_shown_and_does_nothing(library: Library) -> None:
    evil = "<script>alert(1)</script> costs 40 mg of gold ![x](http://x.example/y.png) {{x}} ${y}."
    library.write("evil.txt", f"Evil heading\n\n{evil} It is a long paragraph about gold, so that it is read as one.\n")
    library.build()
    index = library.open()
    found = answer("How much gold does it cost <img src=x onerror=alert(2)>?", index, threshold=0.0)
    for page in (
        conversation_html([asked(found)], "<b>next</b>", "<b>at work</b>"),
        document_html(*index.read("evil.txt"), place_of(found.citations[0])),
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


def test_a_question_understood_with_the_one_before_says_so(seeds_index: Index) -> None:
    found = answer("What is TRPM6?", seeds_index)
    assert "Understood as" not in exchange_html(0, asked(found))
    page = exchange_html(2, Exchange("And what is <that>?", found))
    assert "And what is &lt;that&gt;?</h2>" in page
    assert "Understood as: <em>What is TRPM6?</em>" in page
    assert 'data-plain="2"' in page
