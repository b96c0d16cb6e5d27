from __future__ import annotations

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
<h2>Costs</h2><table><caption>Costs of lamps</caption><tr><th>Lamp</th><th>Cost</th></tr><tr><td>Star</td><td>5&nbsp;£</td></tr></table>
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


tags = st.lists(
    st.sampled_from(
        "<p> </p> <div> </div> <li> <ul> </ul> <table> <tr> <td> <th> </table> <h2> </h2> <br> <b> </b> <script> </script> "
        "<nav> </nav> <!-- --> & &amp; &#65; < > <p hidden> <article> </article> <header> </header> <title> words\n 7 <a href='x>y'>".split(
            " "
        )
    ),
    max_size=25,
)


@given(tags)
def test_whatever_the_tags_nothing_is_lost(parts: list[str]) -> None:
    try:
        document = parse_document(("<html>" + "".join(parts)).encode(), "a.html")
    except IngestError:
        return
    check(document)
