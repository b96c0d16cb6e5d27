from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import Format, Span
from ingest.reading import EDITS, Reader, letters, source_letters


def read(text: str, format: Format = Format.TEXT) -> str:
    return Reader(text, format).read([Span(0, len(text))]).text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a\n  b\t\xa0c ", "a b c"),
        ("hyper-\ntension and hypertension", "hypertension and hypertension"),
        ("anti-\ninflammatory; an anti-inflammatory drug", "anti-inflammatory; an anti-inflammatory drug"),
        ("with in-\ncreasing wind we went in", "with increasing wind we went in"),
        ("long-\nterm; a long day, a term", "long-term; a long day, a term"),
        ("gamma-\nsecretase, tris-\nbuffered", "gamma-secretase, tris-buffered"),
        (
            "---\nanti-inflammatory drugs; the anti-\ninflammatory drug",
            "--- anti-inflammatory drugs; the anti-inflammatory drug",
        ),
        ("82-\n97%", "82-97%"),
        ("soft\u00adhyphen", "softhyphen"),
        ("e\ufb03cient \ufb01bre", "efficient fibre"),
        ("see [the page](https://example.org/a_(b)) now", "see the page now"),
        ("[4,5] and [x](y) stay", "[4,5] and [x](y) stay"),
        ('before <img src="x.png" alt="image" width="7"> after', "before after"),
        ("![alt](x.png)text", "text"),
        ("p < 0.05 and x<y>z", "p < 0.05 and x<y>z"),
        ("**bold**, *italic*, `code`, 5 * 3, snake_case", "bold, italic, code, 5 * 3, snake_case"),
        ("Kowalska^{1*}", "Kowalska1*"),
        ("fish &amp; chips &lt;3", "fish & chips <3"),
        (r"\(CC BY\)", "(CC BY)"),
        ("{{< toc >}}text", "text"),
        ("a\u202eb\u200bc\x07d\x1b[1m", "abcd[1m"),
    ],
)
def test_what_is_repaired_for_reading(source: str, expected: str) -> None:
    assert read(source) == expected


def test_pdf_text_has_no_mark_up_to_drop() -> None:
    assert read("a * b_c <b> [x](http://y.z) &amp;", Format.PDF) == "a * b_c <b> [x](http://y.z) &amp;"


def test_spans_leave_out_what_is_not_read() -> None:
    source = "See [the long page](https://example.org) here"
    reading = Reader(source, Format.TEXT).read([Span(0, len(source))])
    spans = reading.spans(0, len(reading.text))
    assert [source[span.start : span.end] for span in spans] == ["See [the long page", "here"]


def test_a_combining_mark_in_what_is_not_read_parts_two_spans() -> None:
    source = "Zoo <!-- \u0301 --> keeper"
    reading = Reader(source, Format.MARKDOWN).read([Span(0, len(source))])
    assert reading.text == "Zoo keeper"
    assert reading.spans(0, len(reading.text)) == (Span(0, 3), Span(15, 21))


def test_a_sentence_over_a_line_break_is_one_span() -> None:
    source = "One **two**\nthree"
    reading = Reader(source, Format.TEXT).read([Span(0, len(source))])
    assert reading.spans(0, len(reading.text)) == (Span(0, len(source)),)


def test_connectors_come_from_nowhere() -> None:
    source = "Dose | 5 mg"
    reading = Reader(source, Format.TEXT).read([Span(0, 4), ": ", Span(7, 11)])
    assert reading.text == "Dose: 5 mg"
    assert reading.spans(0, len(reading.text)) == (Span(0, 11),)


marked_up = st.text(
    alphabet=st.sampled_from("ab9é-–\n\r\t \xa0*_`[]()<>!#&;:/\\^{}|\u00ad\ufb01\u0301.\"'"), max_size=80
)


@given(st.one_of(st.text(max_size=80), marked_up), st.sampled_from(list(Format)), st.data())
def test_any_stretch_of_a_reading_has_the_letters_of_its_spans(
    source: str, format: Format, data: st.DataObject
) -> None:
    reading = Reader(source, format).read([Span(0, len(source))])
    # Only whole pieces can be traced: a ligature or an entity stands for its source as a whole.
    cuts = sorted({0, len(reading.text), *(piece.at for piece in reading.pieces)})
    start = data.draw(st.sampled_from(cuts))
    end = data.draw(st.sampled_from([cut for cut in cuts if cut >= start]))
    expected = letters(reading.text[start:end])
    spans = reading.spans(start, end)
    assert source_letters(source, spans, format) == expected
    assert all(0 <= span.start < span.end <= len(source) for span in spans)


@given(st.one_of(st.text(max_size=80), marked_up), st.sampled_from(list(Format)), st.data())
def test_edits_are_found_as_the_pattern_alone_would_find_them(source: str, format: Format, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    found = [match.span() for match in Reader(source, format).edits(Span(start, end))]
    # A line break between two words is read as a space anyway.
    lone = {match.span() for match in re.finditer(r"(?<=[^\s\u2010\u00ad-])\n(?=\S)", source)}
    assert found == [match.span() for match in EDITS[format].finditer(source, start, end) if match.span() not in lone]


@given(st.lists(st.text(alphabet="ab9é.[]&", min_size=1, max_size=5), min_size=1), st.sampled_from(list(Format)))
def test_a_line_break_between_words_reads_as_a_space(words: list[str], format: Format) -> None:
    assert read("\n".join(words), format) == read(" ".join(words), format)


@given(st.text(max_size=200))
def test_a_reading_never_has_white_space_to_fold(source: str) -> None:
    text = read(source, Format.PDF)
    assert text == " ".join(text.split())
