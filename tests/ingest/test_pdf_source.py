from __future__ import annotations

import io
import warnings

import pytest
from fpdf import FPDF
from pypdf import PdfWriter
from pypdf.generic import NameObject, TextStringObject

from ingest.model import Source
from ingest.read import parse_document

TITLE = "What the keepers of lighthouses burnt before there was oil"
TEXT = "The lamp was lit at dusk and burnt until the sun came up; nobody slept while it did. " * 12
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq>{}</rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def stated(
    *lines: tuple[int, str],
    title: str = "",
    author: str = "",
    subject: str = "",
    creators: tuple[str, ...] = (),
    text: str = TEXT,
) -> Source:
    """What is known of a PDF with lines of some sizes above its text."""
    paper = FPDF()
    paper.add_page()
    for size, line in lines:
        paper.set_font("Helvetica", size=size)
        paper.multi_cell(0, size / 2, line, new_x="LMARGIN", new_y="NEXT")
    paper.set_font("Helvetica", size=10)
    paper.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
    if title:
        paper.set_title(title)
    if author:
        paper.set_author(author)
    if subject:
        paper.set_subject(subject)
    if creators:
        paper.set_xmp_metadata(XMP.format("".join(f"<rdf:li>{name}</rdf:li>" for name in creators)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return parse_document(bytes(paper.output()), "lamps.pdf").source


@pytest.mark.parametrize("title", ["", "untitled", "Title", "Microsoft Word - lamps", "lamps.docx", "jol-07 1..14"])
def test_the_largest_type_of_the_first_page_is_the_title_where_the_metadata_have_none(title: str) -> None:
    shown = stated((14, "Journal of Lamps"), (9, "Review"), (20, TITLE), (12, "Ann Keeper and Bob Wick"), title=title)
    assert shown.title == TITLE


def test_a_long_title_is_one_line() -> None:
    assert stated((30, TITLE)).title == TITLE


def test_a_title_that_the_metadata_cut_short_is_whole() -> None:
    assert stated((20, TITLE), title="What the keepers of lighthouses burnt").title == TITLE


def test_a_stated_title_stays_whatever_is_larger() -> None:
    assert stated((30, "University of the Coast, Press"), (20, TITLE), title=TITLE).title == TITLE


def test_a_rubric_is_no_title_where_there_is_another_and_a_short_title_is_one() -> None:
    assert stated((24, "Original Article"), (20, TITLE)).title == TITLE
    assert stated((24, "Lamps and Oil in Light"), (20, "Ann")).title == "Lamps and Oil in Light"
    assert stated((24, "Lamps and Oil"), (20, "Ann")).title == "Lamps and Oil"


def test_a_short_title_stands_above_longer_headings() -> None:
    heads = [(14, "Discounts and conditions of payment"), (10, TEXT), (14, "Hygiene of teeth and gums")]
    assert stated((20, "Prices 2026"), (10, TEXT), *heads).title == "Prices 2026"


def test_a_page_of_one_size_shows_no_title() -> None:
    assert stated((10, "It begins at once, and goes on."), text="So it does.").title is None


def test_a_short_title_that_the_page_shows_stays() -> None:
    shown = stated((20, "Quarterly Journal of Lamps"), (14, "Lamp oil"), title="Lamp oil")
    assert shown.title == "Lamp oil"


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        ("Lamp oil - a review of the evidence", "Lamp oil - a review of the evidence"),
        ("Pre- and post-war lighthouse care", "Pre- and post-war lighthouse care"),
        ("Keeping the great north light-\nhouses", "Keeping the great north lighthouses"),
        ("Keeping the great north slow-\nmoving ships", "Keeping the great north slow-moving ships"),
    ],
)
def test_hyphens_of_a_title_stay_but_those_that_break_a_word(shown: str, title: str) -> None:
    assert stated((24, shown), text=f"Old lighthouses stand there. {TEXT}").title == title


def test_metadata_that_lie_elsewhere_in_the_file_are_read() -> None:
    paper = FPDF()
    paper.add_page()
    paper.set_font("Helvetica", size=10)
    paper.multi_cell(0, 5, TEXT)
    writer = PdfWriter(clone_from=io.BytesIO(bytes(paper.output())))
    info = {"/Title": TITLE, "/Author": "Ann Keeper"}
    writer.add_metadata(info)
    for key, value in info.items():
        writer._info[NameObject(key)] = writer._add_object(TextStringObject(value))  # type: ignore[index]
    out = io.BytesIO()
    writer.write(out)
    source = parse_document(out.getvalue(), "lamps.pdf").source
    assert source.title == TITLE
    assert source.authors == ("Ann Keeper",)


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ("Ann Keeper; Bob Wick", ("Ann Keeper", "Bob Wick")),
        ("Ann Keeper, Bob Wick and Cy Tallow", ("Ann Keeper", "Bob Wick", "Cy Tallow")),
        ("Keeper, Ann", ("Ann Keeper",)),
        ("Keeper, Ann B.; Wick, Bob", ("Ann B. Keeper", "Bob Wick")),
        ("Ann Keeper & Bob Wick", ("Ann Keeper", "Bob Wick")),
        ("AT&T", ("AT&T",)),
        ("NIH, CDC", ("NIH", "CDC")),
        ("Microsoft Research", ("Microsoft Research",)),
        ("Administrator", ()),
        ("Microsoft Office User", ()),
        ("user", ()),
    ],
)
def test_authors_are_people(author: str, authors: tuple[str, ...]) -> None:
    assert stated(author=author).authors == authors


def test_all_authors_are_named_where_the_metadata_list_them() -> None:
    assert stated(author="Ann Keeper", creators=("Ann Keeper", "Bob Wick")).authors == ("Ann Keeper", "Bob Wick")
    assert stated(creators=("Ann Keeper, Bob Wick, Cy Tallow", "Ann Keeper", "Bob Wick")).authors == (
        "Ann Keeper",
        "Bob Wick",
        "Cy Tallow",
    )
    assert stated(author="Ann Keeper", creators=("not", "XML <")).authors == ("Ann Keeper",)


def test_a_doi_in_the_subject_is_the_documents() -> None:
    assert stated(subject="Journal of Lamps, 7 (1999) 1-9. doi:10.1234/jol(7).1.").doi == "10.1234/jol(7).1"
    assert stated(subject="(https://doi.org/10.1234/jol.7)").doi == "10.1234/jol.7"
    assert stated(subject="About 10.5 lamps").doi is None
