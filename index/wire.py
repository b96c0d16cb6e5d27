"""Documents and passages as JSON: between processes, and in the rows of a shard."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ingest.model import BlockKind, Document, Format, Page, Passage, Sentence, Source, Span


def dump(value: object) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def spans_list(spans: Iterable[Span]) -> list[list[int]]:
    """Spans as pairs."""
    return [[span.start, span.end] for span in spans]


def spans_of(pairs: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    """What ``spans_list`` made."""
    return tuple(Span(start, end) for start, end in pairs)


def sentences_list(sentences: Iterable[Sentence]) -> list[Any]:
    """Sentences with their spans and pages, and whether they are of a list."""
    return [[one.start, one.end, spans_list(one.spans), one.page, int(one.listed)] for one in sentences]


def sentences_of(rows: Iterable[Sequence[Any]]) -> tuple[Sentence, ...]:
    """What ``sentences_list`` made."""
    return tuple(Sentence(start, end, spans_of(spans), page, bool(listed)) for start, end, spans, page, listed in rows)


def pages_json(pages: Iterable[Page]) -> str:
    """Pages with their labels and spans, and whether they are pictures or broken."""
    return dump(
        [[page.number, page.label, page.span.start, page.span.end, page.is_picture, page.is_broken] for page in pages]
    )


def pages_from(text: str) -> tuple[Page, ...]:
    """What ``pages_json`` made."""
    return tuple(
        Page(number, label, Span(start, end), is_picture, is_broken)
        for number, label, start, end, is_picture, is_broken in json.loads(text)
    )


def source_json(source: Source) -> str:
    """A bibliographic record."""
    return dump(asdict(source))


def source_from(text: str) -> Source:
    """What ``source_json`` made."""
    values = json.loads(text)
    return Source(**{**values, "authors": tuple(values["authors"])})


def read_json(document: Document, passages: Sequence[Passage]) -> dict[str, Any]:
    """A document without its blocks, and its passages."""
    return {
        "id": document.id,
        "path": document.path,
        "format": document.format.value,
        "text": document.text,
        "pages": pages_json(document.pages),
        "source": source_json(document.source),
        "passages": [
            [
                passage.id,
                passage.kind.value,
                passage.text,
                sentences_list(passage.sentences),
                spans_list(passage.spans),
                passage.heading_path,
                passage.page,
            ]
            for passage in passages
        ],
    }


def read_from(values: dict[str, Any]) -> tuple[Document, list[Passage]]:
    """What ``read_json`` made."""
    document = Document(
        values["id"],
        values["path"],
        Format(values["format"]),
        values["text"],
        (),
        pages_from(values["pages"]),
        source_from(values["source"]),
    )
    passages = [
        Passage(
            id_,
            document.id,
            BlockKind(kind),
            text,
            sentences_of(sentences),
            spans_of(spans),
            tuple(heading_path),
            page,
        )
        for id_, kind, text, sentences, spans, heading_path, page in values["passages"]
    ]
    return document, passages
