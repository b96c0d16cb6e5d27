from __future__ import annotations

import io
import warnings
from itertools import pairwise
from typing import Any

import pytest
from fpdf import FPDF
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

from ingest.errors import BrokenDocument, EncryptedDocument, NoTextLayer
from ingest.model import BlockKind, Span
from ingest.read import parse_document
from ingest.reading import Reader
from ingest.split import split
from tests.ingest.checks import check

THINGS = "ships gulls seals boats nets clouds stars waves rocks whales buoys sails masts oars crabs".split()
PARAGRAPHS = [
    f"On day {day} the keeper walked to the tower, lit the lamp with a long match and sat down to watch "
    + ", ".join(THINGS[day % 7 : day % 7 + 3 + day % 5])
    + f" until the morning came; he counted {day * 7} {THINGS[day % 15]} and wrote it down, as he always did."
    for day in range(1, 31)
]


def pdf(paragraphs: list[str], *, title: str | None = None, password: str | None = None) -> bytes:
    class Paper(FPDF):
        def header(self) -> None:
            self.cell(0, 10, "Journal of Lamps, volume 7", new_x="LMARGIN", new_y="NEXT")

        def footer(self) -> None:
            self.set_y(-15)
            self.cell(0, 10, str(self.page_no()), align="C")

    paper = Paper()
    paper.set_font("Helvetica", size=12)
    if title:
        paper.set_title(title)
        paper.set_author("Ann Keeper; Bob Wick")
    if password:
        paper.set_encryption(owner_password="owner", user_password=password)
    paper.add_page()
    for paragraph in paragraphs:
        paper.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
        paper.ln(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bytes(paper.output())


def test_pages_are_read_in_order_with_numbers_and_without_running_heads() -> None:
    document = parse_document(pdf(PARAGRAPHS, title="On Lamps"), "lamps.pdf")
    passages = check(document)
    assert document.source.title == "On Lamps"
    assert document.source.author_year is not None
    assert document.source.author_year.startswith("Keeper and Wick")
    assert len(document.pages) >= 3
    text = "\n".join(passage.text for passage in passages)
    assert "Journal of Lamps" not in text
    assert [passage.page for passage in passages] == sorted(passage.page or 0 for passage in passages)
    for paragraph in PARAGRAPHS:
        assert paragraph in " ".join(text.split())


def test_a_paragraph_torn_by_a_page_break_is_one_block() -> None:
    document = parse_document(pdf(PARAGRAPHS), "lamps.pdf")
    reader = Reader(document.text, document.format)
    texts = [reader.read(block.flow).text for block in document.blocks if block.kind is BlockKind.PARAGRAPH]
    assert any(len(block.spans) > 1 for block in document.blocks)
    assert all(text.endswith("did.") for text in texts)


def test_the_page_of_a_passage_is_where_it_begins() -> None:
    document = parse_document(pdf(PARAGRAPHS), "lamps.pdf")
    for passage in split(document):
        page = document.pages[(passage.page or 0) - 1]
        assert page.span.start <= passage.spans[0].start < page.span.end


def test_lines_that_look_alike_but_say_different_things_are_kept() -> None:
    pages = [f"Weight: {60 + 3 * n * n}\n{PARAGRAPHS[n]}\nLevel: {7 * n * n}" for n in range(5)]
    paper = FPDF()
    paper.set_font("Helvetica", size=12)
    for text in pages:
        paper.add_page()
        paper.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    text = "\n".join(passage.text for passage in check(parse_document(bytes(paper.output()), "form.pdf")))
    assert all(f"Weight: {60 + 3 * n * n}" in text and f"Level: {7 * n * n}" in text for n in range(5))


def test_the_page_of_a_sentence_is_its_own() -> None:
    document = parse_document(pdf(PARAGRAPHS), "lamps.pdf")
    for passage in split(document):
        for sentence in passage.sentences:
            page = document.pages[(sentence.page or 0) - 1]
            assert page.span.start <= sentence.spans[0].start < page.span.end


def test_an_encrypted_pdf_is_refused_with_what_to_do() -> None:
    with pytest.raises(EncryptedDocument, match="save a copy without a password"):
        parse_document(pdf(PARAGRAPHS, password="secret"), "locked.pdf")


def test_a_pdf_of_pictures_asks_for_ocr() -> None:
    paper = FPDF()
    paper.add_page()
    paper.rect(10, 10, 50, 50)
    with pytest.raises(NoTextLayer, match="OCR"):
        parse_document(bytes(paper.output()), "scan.pdf")


def test_pages_of_pictures_among_pages_of_text_are_told_apart_from_blank_ones() -> None:
    paper = FPDF()
    paper.set_font("Helvetica", size=12)
    paper.add_page()
    paper.multi_cell(0, 6, PARAGRAPHS[0])
    paper.add_page()
    paper.image(Image.new("L", (40, 40), 128), w=100)
    paper.add_page()
    document = parse_document(bytes(paper.output()), "half.pdf")
    assert [page.is_picture for page in document.pages] == [False, True, False]
    check(document)


@pytest.mark.parametrize("cut", [20, 200, 1000])
def test_a_broken_pdf_is_refused(cut: int) -> None:
    with pytest.raises((BrokenDocument, NoTextLayer)):
        parse_document(pdf(PARAGRAPHS)[:cut], "broken.pdf")


def test_printed_numbers_are_those_of_running_heads() -> None:
    class Journal(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            self.cell(0, 10, f"Journal of Lamps 7, {self.page_no() + 1120}")

    paper = Journal()
    paper.set_font("Helvetica", size=12)
    paper.add_page()
    for paragraph in PARAGRAPHS:
        paper.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = parse_document(bytes(paper.output()), "journal.pdf")
    assert [page.label for page in document.pages] == [str(1121 + n) for n in range(len(document.pages))]
    assert [page.label for page in parse_document(pdf(PARAGRAPHS), "lamps.pdf").pages][:2] == ["1", "2"]


def test_lists_without_full_stops_on_two_pages_are_not_mixed() -> None:
    """What stands between the halves of a sentence is skipped over only where something shows that it is torn."""
    names = "magic globs aliases icons treetops".split()
    written = [
        f"- {name}/files (each holds a mapping from the names of {name} to their kinds, one a line)" for name in names
    ]
    meant = [
        f"- {name} elements tell what is in the file of that name, as long as there is one of them" for name in names
    ]
    document = parse_document(pdf([*PARAGRAPHS[:3], *written, *PARAGRAPHS[3:14], *meant]), "lists.pdf")
    assert len(document.pages) > 1
    for passage in check(document):
        for sentence in passage.sentences:
            gaps = [after.start - before.end for before, after in pairwise(sentence.spans)]
            assert all(0 <= gap < 100 for gap in gaps), passage.text[sentence.start : sentence.end]


def drawn(content: str, *, widths: list[int], encoding: dict[str, Any], characters: str = "") -> bytes:
    """A PDF of one page that draws with a font of the codes 32 to 126; ``characters`` maps codes in its own way."""
    writer = PdfWriter()
    page = writer.add_blank_page(600, 800)
    cmap = StreamObject()
    cmap.set_data(
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(characters.split())} beginbfchar\n{characters}\nendbfchar endcmap end".encode()
    )
    font = {
        "/Type": NameObject("/Font"),
        "/Subtype": NameObject("/Type1"),
        "/BaseFont": NameObject("/ABCDEF+Keeper"),
        "/FirstChar": NumberObject(32),
        "/LastChar": NumberObject(126),
        "/Widths": ArrayObject(map(NumberObject, widths)),
        **encoding,
        **({"/ToUnicode": writer._add_object(cmap)} if characters else {}),
    }
    fonts = DictionaryObject({NameObject("/F1"): dictionary(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = StreamObject()
    stream.set_data(content.encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def dictionary(entries: dict[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in entries.items()})


def test_words_set_apart_by_moves_do_not_run_together_where_the_font_has_no_space() -> None:
    widths = [734] + [500] * 93 + [600]  # the code of the space is that of a capital N
    places = (
        "BT /F1 10 Tf 50 700 Td (The) Tj 18 0 Td (keeper) Tj 33 0 Td (lit) Tj 18 0 Td (the) Tj 18 0 Td (lamp) Tj ET"
    )
    codes = "<20> <004E>\n" + "\n".join(f"<{code:02X}> <{code:04X}>" for code in range(65, 123))
    data = drawn(places, widths=widths, encoding={}, characters=codes)
    assert parse_document(data, "a.pdf").text.strip() == "The keeper lit the lamp"


def test_glyphs_named_by_typesetters_are_read_as_their_characters() -> None:
    names = ArrayObject([NumberObject(65), *map(NameObject, ["/C6", "/H9251", "/Delta1", "/C2", "/unknown7"])])
    encoding = {"/Encoding": dictionary({"/Type": NameObject("/Encoding"), "/Differences": names})}
    data = drawn(
        "BT /F1 10 Tf 50 700 Td (7 A 2, B and C, 3 D 4, c/C6) Tj ET", widths=[250] + [500] * 94, encoding=encoding
    )
    assert parse_document(data, "a.pdf").text.strip().startswith("7 ± 2, α and Δ, 3 × 4")


def test_a_space_before_a_hyphen_that_breaks_a_word_is_dropped_and_a_dash_is_left_alone() -> None:
    lines = ["The conformation is shown; a conforma -", "tion of it before the harbour -", "though nobody came."]
    moves = "".join(f"1 0 0 1 50 {700 - 12 * at} Tm ({line}) Tj " for at, line in enumerate(lines))
    data = drawn(f"BT /F1 10 Tf {moves}ET", widths=[250] + [500] * 94, encoding={})
    document = parse_document(data, "a.pdf")
    read = Reader(document.text, document.format).read([Span(0, len(document.text))]).text
    assert read == "The conformation is shown; a conformation of it before the harbour - though nobody came."


def test_a_page_that_cannot_be_read_leaves_the_others() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf(PARAGRAPHS)))
    contents = writer.pages[1].raw_get("/Contents")
    writer.pages[1][NameObject("/Contents")] = ArrayObject([contents] * 10_001)  # more than pypdf puts together
    out = io.BytesIO()
    writer.write(out)
    document = parse_document(out.getvalue(), "torn.pdf")
    assert [page.number for page in document.pages if page.is_broken] == [2]
    assert PARAGRAPHS[0] in Reader(document.text, document.format).read(document.blocks[1].flow).text
    check(document)


def test_a_pdf_of_a_page_that_cannot_be_read_and_blank_ones_is_broken_and_no_scan() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf(PARAGRAPHS[:1])))
    writer.pages[0][NameObject("/Contents")] = ArrayObject([writer.pages[0].raw_get("/Contents")] * 10_001)
    writer.add_blank_page()
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(BrokenDocument, match="not a readable PDF"):
        parse_document(out.getvalue(), "torn.pdf")


def test_feet_that_say_which_page_of_how_many_are_left_out() -> None:
    class Journal(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            side = "Keeper et al., Lamps 7" if self.page_no() % 2 else "Lamps 7"
            self.cell(0, 10, f"{side} (2019) {self.page_no()} of 9")

    paper = Journal()
    paper.set_font("Helvetica", size=12)
    paper.set_title("&lambda; &ndash; On Lamps")
    for paragraph in PARAGRAPHS[:9]:
        paper.add_page()
        for _ in range(12):
            paper.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = parse_document(bytes(paper.output()), "journal.pdf")
    assert document.source.title == "λ – On Lamps"
    assert not any("of 9" in passage.text for passage in check(document))


def test_titles_of_books_among_references_are_no_headings() -> None:
    paper = FPDF()
    paper.set_font("Helvetica", size=12)
    paper.add_page()
    lines = [
        *PARAGRAPHS[:4],
        "References",
        "Keeper A. (2011) On lamps and their oil, a first account. Journal of Lamps 7, 12.",
        "Owls and Lamps",
        "Wick B. (2012) On trimming it, with notes for beginners in the trade. Journal of Lamps 8, 3.",
        "Appendix",
        *PARAGRAPHS[4:6],
    ]
    for line in lines:
        paper.multi_cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
        paper.ln(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = parse_document(bytes(paper.output()), "paper.pdf")
    reader = Reader(document.text, document.format)
    read = [(block.kind, reader.read(block.flow).text) for block in document.blocks]
    assert [text for kind, text in read if kind is BlockKind.HEADING] == ["References", "Appendix"]
    assert any(kind is BlockKind.REFERENCE and "Owls and Lamps" in text for kind, text in read)
    assert read[-1][0] is BlockKind.PARAGRAPH


def lined(*pages: list[str]) -> bytes:
    paper = FPDF()
    paper.set_font("Helvetica", size=12)
    for lines in pages:
        paper.add_page()
        for line in lines:
            paper.multi_cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bytes(paper.output())


def test_what_one_page_repeats_is_no_running_line() -> None:
    document = parse_document(lined([*PARAGRAPHS[:8], "40 mg", "40 mg", "40 mg"]), "doses.pdf")
    assert sum(passage.text.count("40 mg") for passage in check(document)) == 3
    assert [page.label for page in document.pages] == ["1"]


def test_what_stands_on_both_of_two_pages_is_a_running_line_but_not_what_counts() -> None:
    pages = [["Harbour Office, Policy 7", f"Question {at}", *PARAGRAPHS[8 * at : 8 * at + 8]] for at in (1, 2)]
    text = "\n".join(passage.text for passage in check(parse_document(lined(*pages), "policy.pdf")))
    assert "Policy 7" not in text
    assert "Question 1" in text
    assert "Question 2" in text


def test_a_form_loses_no_more_than_its_outermost_lines() -> None:
    fields = "Name: Ann|Birth: 1950|Sex: female|Drug: oil|Dose: low|Route: oral|Allergy: none|Diet: any".split("|")
    document = parse_document(lined(*([*fields, *PARAGRAPHS[at : at + 3]] for at in range(0, 12, 3))), "forms.pdf")
    text = "\n".join(passage.text for passage in check(document))
    assert all(text.count(field) == 4 for field in fields[3:])


def test_chapters_behind_references_are_none() -> None:
    lines = [
        "2 References",
        "ISO 9001, of 2015, on quality.",
        "3 Procedure",
        "The keeper has since 2015 lit it.",
        "Chapter Two",
        *PARAGRAPHS[:2],
    ]
    document = parse_document(lined(lines), "manual.pdf")
    assert document.blocks[-1].kind is BlockKind.PARAGRAPH
