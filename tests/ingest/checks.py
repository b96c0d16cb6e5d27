"""What must hold for every document, whatever it looks like."""

from __future__ import annotations

from ingest.model import BlockKind, Document, Passage
from ingest.reading import Reader, letters, source_letters
from ingest.split import split


def check(document: Document) -> list[Passage]:
    """Nothing is lost, every quote has its source's letters; the passages."""
    blocks_tile(document)
    passages = split(document)
    quotes_are_true(document, passages)
    nothing_is_lost(document, passages)
    return passages


def blocks_tile(document: Document) -> None:
    at = 0
    for span in sorted(span for block in document.blocks for span in block.spans):
        assert span.start == at, f"gap or overlap at {at}: {document.text[at : at + 40]!r}"
        at = span.end
    assert at == len(document.text)


def quotes_are_true(document: Document, passages: list[Passage]) -> None:
    for passage in passages:
        assert letters(passage.text) == source_letters(document.text, passage.spans, document.format)
        for sentence in passage.sentences:
            quote = passage.text[sentence.start : sentence.end]
            assert letters(quote) == source_letters(document.text, sentence.spans, document.format)
            assert quote == quote.strip()


def nothing_is_lost(document: Document, passages: list[Passage]) -> None:
    covered = bytearray(len(document.text))
    for passage in passages:
        for span in passage.spans:
            covered[span.start : span.end] = b"\1" * len(span)
    reader = Reader(document.text, document.format)
    for block in document.blocks:
        if block.kind is not BlockKind.FURNITURE:
            reading = reader.read(block.flow)
            for span in reading.spans(0, len(reading.text)):
                lost = [i for i in range(span.start, span.end) if document.text[i].isalnum() and not covered[i]]
                assert not lost, document.text[span.start : span.end]
