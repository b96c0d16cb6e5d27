"""The five real documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.library import list_documents
from ingest.model import BlockKind, Document, Passage
from ingest.read import read_document
from ingest.split import split
from tests.conftest import SEEDS
from tests.ingest.checks import check

DOCUMENTS = list_documents(SEEDS).documents


def read(number: str) -> Document:
    (path,) = [path for path in DOCUMENTS if path.name.startswith(number)]
    return read_document(path)


def passage_with(number: str, words: str) -> Passage:
    (found,) = [passage for passage in split(read(number)) if words in passage.text]
    return found


def test_there_are_five_documents_and_no_sidecars_among_them() -> None:
    assert [path.name[:3] for path in DOCUMENTS] == ["000", "001", "002", "003", "004"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name[:3])
def test_every_character_is_kept_and_every_quote_is_true(path: Path) -> None:
    document = read_document(path)
    assert document.text == path.read_bytes().decode("utf-8")
    check(document)


def test_sidecars_say_who_wrote_what() -> None:
    assert read("001").source.author_year == "Kędzierska et al. 2025"
    assert read("000").source.year == 2024
    assert read("002").source.title is None


def test_json_front_matter_in_a_text_file_is_read_key_by_key() -> None:
    passage = passage_with("000", "tiki_page_id")
    assert passage.kind is BlockKind.FRONT_MATTER
    assert "tiki_page_id: 15162\ndate: 2024-03-22\ncategories: Vitamin D and Magnesium" in passage.text


def test_mark_up_is_dropped_from_the_reading_text() -> None:
    text = "\n".join(passage.text for passage in split(read("000")))
    assert "<img" not in text
    assert "cloudfront" not in text
    assert "](" not in text
    assert "**" not in text


def test_columns_out_of_place_are_put_back() -> None:
    transient = passage_with("002", "from the melastatin subfamily of")
    assert "melastatin subfamily of transient receptor potential channels." in transient.text
    hormones = passage_with("002", "In this section of the nephron")
    assert "hormones such as AVP and PTH, and various drugs including diuretics" in hormones.text
    assert len(hormones.spans) == 2


def test_words_broken_at_line_ends_keep_their_own_hyphens() -> None:
    assert "82-97% in the processing of wheat" in passage_with("002", "97% in the processing").text
    assert "serum gamma-glutamyltransferase" in passage_with("002", "glutamyltransferase").text


def test_a_table_row_torn_by_a_page_break_is_whole_with_its_heads() -> None:
    row = passage_with("001", "Mechanism / Role of Magnesium: Acts as an inhibitory control")
    assert row.text.startswith("Area: HPA Axis Regulation; ")
    assert row.kind is BlockKind.TABLE_ROW
    assert (
        "Outcome / Consequence of Deficiency: Deficiency causes HPA axis hyperactivity, evidenced by elevated brain CRH"
        " and plasma ACTH levels in animal models"
    ) in row.text
    assert row.heading_path[-1].startswith("Table 1: Summary")


def test_rows_of_a_bar_table_are_read_with_their_heads() -> None:
    row = passage_with("004", "Magnesium Taurate")
    assert row.text.startswith("Magnesium Form: Magnesium Taurate; Key Benefit for Nervous System: Combines magnesium")
    assert row.text.endswith("Potential Side Effects: Well-tolerated and gentle on the stomach.")


def test_navigation_at_the_foot_of_a_page_is_furniture() -> None:
    text = "\n".join(passage.text for passage in split(read("003")))
    assert "GLP-1" not in text
    assert "Spindle Cell" not in text


def test_headings_make_paths() -> None:
    assert passage_with("001", "A preliminary database search").heading_path == (
        "2. REVIEW METHODS",
        "Study Selection & Data Extraction",
    )
    assert passage_with("002", "Asthma is a pathological condition").heading_path == (
        "Magnesium and the respiratory system",
    )


def test_front_and_back_matter_and_references_are_told_apart() -> None:
    dates = passage_with("001", "Accepted: 16 December 2025")
    assert dates.kind is BlockKind.FRONT_MATTER
    assert "Published: 24 December 2025" in dates.text
    assert passage_with("001", "did not receive any external funding").kind is BlockKind.FRONT_MATTER
    assert passage_with("001", "Klotho").kind is BlockKind.REFERENCE
