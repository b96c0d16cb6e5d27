from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IngestError
from ingest.model import BlockKind
from ingest.read import parse_document
from ingest.reading import Reader
from tests.ingest.checks import check

PAGE = """<!DOCTYPE html>
<html><head><title>Lamps | Example</title><meta name="citation_title" content="On Lamps">
<meta name="citation_author" content="Keeper, Ann"><meta name="citation_publication_date" content="1999/05/01">
<script>var hidden = "secret words";</script><style>p { color: red }</style></head>
<body><nav><a href="/">Home</a></nav>
<article><h1>Lamps</h1><p>Lamps give <b>light</b> &amp; w<i>arm</i>th.<br>They burn&nbsp;oil.</p>
<ul><li>Oil is cheap.<li>Gas is bright.</ul>
<h2>Costs</h2><table><caption>Costs of lamps</caption><tr><th>Lamp</th><th>Cost</th></tr>
<tr><td>Star</td><td>5&nbsp;£</td></tr></table>
<!-- a <p>comment</p> --></article><footer>Imprint</footer></body></html>
"""


def test_a_page() -> None:
    document = parse_document(PAGE.encode(), "page.html")
    check(document)
    reader = Reader(document.text, document.format)
    assert [(b.kind, reader.read(b.flow).text) for b in document.blocks if b.kind is not BlockKind.FURNITURE] == [
        (BlockKind.HEADING, "Lamps"),
        (BlockKind.PARAGRAPH, "Lamps give light & warmth. They burn oil."),
        (BlockKind.LIST_ITEM, "Oil is cheap."),
        (BlockKind.LIST_ITEM, "Gas is bright."),
        (BlockKind.HEADING, "Costs"),
        (BlockKind.CAPTION, "Costs of lamps"),
        (BlockKind.TABLE_ROW, ""),
        (BlockKind.TABLE_ROW, "Lamp: Star; Cost: 5 £"),
    ]
    assert document.source.title == "On Lamps"
    assert document.source.author_year == "Keeper 1999"


def test_html_is_known_by_its_content() -> None:
    assert parse_document(PAGE.encode(), "page.txt").source.title == "On Lamps"


def test_a_page_nested_ten_thousand_deep_is_read() -> None:
    text = "<html>" + "<div>" * 10_000 + "deep words" + "</div>" * 10_000
    (passage,) = check(parse_document(text.encode(), "a.html"))
    assert passage.text == "deep words"


TAGS = (
    "<p> </p> <div> </div> <li> <ul> </ul> <table> <tr> <td> <th> </table> <thead> <h2> </h2> <br> <b> </b> <script> "
    "</script> <nav> </nav> <!-- --> & &amp; &#65; &eacute; < > <article> </article> <main> <header> </header> <aside> "
    "</aside> <title> </title> <head> <body> <![foo[ ]]> <![>b 7 words \n <svg> </svg> <select> <option>"
).split(" ")
tags = st.lists(st.sampled_from([*TAGS, "<p hidden>", "<a href='x>y'>"]), max_size=25)


@pytest.mark.parametrize(
    ("page", "texts"),
    [
        ("<head><title>x</title><body><p>Read.</p>", ["Read."]),
        ("<head><meta a=b><title>T</title><p>Read.", ["Read."]),
        ("<p hidden>x<p>Read.</p>", ["Read."]),
        ("<ul><li hidden>x<li>Read.</ul>", ["Read."]),
        ("<body aria-hidden='true'><p>Read.</p>", ["Read."]),
        ("<nav><a>x</a><main><p>Read.</p></main>", ["Read."]),
        ("<nav>Nothing but furniture.</nav>", ["Nothing but furniture."]),
        ("<main><header><h1>Head</h1><p>Lead.</p></header><aside>Aside.</aside></main>", ["Head\nLead.\nAside."]),
        ("<table><tr>Before<td>6<br>mg</td><td><p>Iron</p></td></tr></table>", ["Before 6 mg Iron"]),
        ("<table><tr><th>Only</th><th>heads</th></tr></table>", ["Only heads"]),
        ("<table><thead><tr><td>Dose</td></tr></thead><tr><td><p>5</p></td></tr></table>", ["Dose: 5"]),
        ("<p>One.</p><![ endif]--><p>Two.</p>", ["One.\nTwo."]),
        ("<title>Cats &amp; Dogs</title><svg><title>icon</title></svg><p>Read.", ["Read."]),
    ],
)
def test_content_is_not_lost_to_structure(page: str, texts: list[str]) -> None:
    assert [passage.text for passage in check(parse_document(f"<html>{page}".encode(), "a.html"))] == texts


@given(tags)
def test_whatever_the_tags_nothing_is_lost(parts: list[str]) -> None:
    try:
        document = parse_document(("<html>" + "".join(parts)).encode(), "a.html")
    except IngestError:
        return
    check(document)
