"""Documents as HTML, without Gradio."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from index.search import Index
from ingest.model import Span
from qa.answer import answer
from tests.conftest import Library
from ui.document_view import Place, document_html, facsimile_html, passage_place, place_of
from ui.facsimile import Box, Facsimile


def marked(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)]


def test_exactly_the_quote_is_marked_in_its_document(seeds_index: Index) -> None:
    for question in (
        "How much of our magnesium sits in the skeleton?",
        "What is XMEN?",
        "Is glycinate better than oxide?",
    ):
        for citation in answer(question, seeds_index, threshold=0.0).citations:
            page = document_html(*seeds_index.read(citation.hit.document.path), place_of(citation))
            assert marked(page) == [citation.quote]


def test_a_hit_is_marked_whole(seeds_index: Index) -> None:
    hit = answer("What is XMEN?", seeds_index).hits[5]
    assert marked(document_html(*seeds_index.read(hit.document.path), place_of(hit))) == [hit.passage.text]


def test_a_document_that_changed_says_so(library: Library) -> None:
    library.fill()
    library.build()
    citation = answer("What is glass made of?", library.open()).citations[0]
    library.write("glass.html", "<html><p>Glass is something else now.</p>")
    library.build()
    page = document_html(*library.open().read("glass.html"), place_of(citation))
    assert "has changed since" in page
    assert marked(page) == []


def test_a_page_is_shown_with_its_lines_and_its_number_as_printed_and_as_counted(library: Library) -> None:
    library.fill()
    library.build()
    record = replace(library.open().documents[0], page_labels=("<ii>", "iii"))
    picture = facsimile_html(
        record, Facsimile(1, b"webp", 900, 1200, (Box(10, 20, 30.5, 2), Box(10, 23, 12, 2))), (1, 2)
    )
    assert picture.count('class="line"') == 2
    assert "left:10%;top:20%;width:30.5%;height:2%" in picture
    assert "page &lt;ii&gt; (1 of 2)" in picture
    assert "Also on page iii (2 of 2)" in picture
    assert "could not be made out" not in picture
    assert "could not be made out" in facsimile_html(record, Facsimile(1, b"webp", 900, 1200, ()), (1,))
    assert "<ii>" not in picture
    assert 'data-page="0" aria-label="Page before" disabled' in picture
    assert 'data-page="2" aria-label="Page after">' in picture
    passages = library.open().read(record.path)[1]
    page = document_html(record, passages, passage_place(record, passages[0]), picture)
    assert page.index("<figure") < page.index("<details>") < page.index("<mark")


def test_why_there_is_no_picture_is_told(library: Library) -> None:
    library.fill()
    library.build()
    record, passages = library.open().read("bees.md")
    place = Place(record, passages[0].id, 0, 4, (Span(0, 4),), None)
    assert "cannot be &lt;drawn&gt;" in document_html(record, passages, place, note="It cannot be <drawn>.")
