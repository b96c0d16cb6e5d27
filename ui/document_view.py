"""A document as HTML, what is cited marked in it. Pure functions, everything from outside escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from index.model import DocumentRecord, Hit
from ingest.model import Passage, Span
from qa.model import Citation
from qa.render import page_in_words
from ui.escape import escape
from ui.facsimile import Box, Facsimile


@dataclass(frozen=True, slots=True)
class Place:
    """What to show in a document: ``start`` to ``end`` of one passage's text, which stand at ``spans`` of its source.

    ``document`` is the record of when it was found; ``page`` is where it begins.
    """

    document: DocumentRecord
    passage_id: str
    start: int
    end: int
    spans: tuple[Span, ...]
    page: int | None


def place_of(found: Citation | Hit) -> Place:
    """The place of a citation: its quote; of a hit: its whole passage."""
    if isinstance(found, Hit):
        return passage_place(found.document, found.passage)
    passage = found.hit.passage
    start = next(sentence.start for sentence in passage.sentences if sentence.spans[0] == found.spans[0])
    return Place(found.hit.document, passage.id, start, start + len(found.quote), found.spans, found.page)


def passage_place(document: DocumentRecord, passage: Passage) -> Place:
    """The place of a whole passage."""
    return Place(document, passage.id, 0, len(passage.text), passage.spans, passage.page)


def document_html(
    document: DocumentRecord, passages: Sequence[Passage], place: Place, picture: str = "", note: str = ""
) -> str:
    """A document as it was read, passage by passage, with exactly one stretch marked.

    ``picture`` (``facsimile_html``) goes before the text, which is then folded away; ``note`` says why there is none.
    """
    parts = []
    page = None
    for passage in passages:
        if passage.page is not None and passage.page != page:
            page = passage.page
            parts.append(f'<p class="page">{escape(page_in_words(document, page))}</p>')
        parts.append(_passage_html(passage, place if place.passage_id == passage.id else None))
    text = "".join(parts)
    if picture:
        text = f"{picture}<details><summary>The text as it was read</summary>{text}</details>"
    if all(passage.id != place.passage_id for passage in passages):
        note = "This document has changed since the answer was given."
    said = f'<p class="gone">{escape(note)}</p>' if note else ""
    licence = f" · {escape(document.source.licence)}" if document.source.licence else ""
    return (
        '<section class="document" aria-label="Document"><header>'
        f"<h2>{escape(document.source.named or document.path)}</h2>"
        '<button type="button" class="copy back" data-back>Back to the answer</button>'
        f'<p class="details">{escape(document.path)}{licence}</p></header>{said}{text}</section>'
    )


def facsimile_html(document: DocumentRecord, shown: Facsimile, pages: Sequence[int]) -> str:
    """A page's picture with the cited lines marked, its number as printed and as counted, and the pages beside it.

    ``pages`` are those that the cited words stand on.
    """
    page = page_in_words(document, shown.number)
    alternative = f"The {page} of {document.path} as it is printed, {len(shown.boxes)} lines of it marked"
    counted = "" if "(" in page else f" of {document.pages}"
    more = "".join(
        f'<button type="button" class="copy" data-page="{other}">Also on '
        f"{escape(page_in_words(document, other))}</button>"
        for other in pages
        if other != shown.number
    )
    lost = shown.number in pages and not shown.boxes
    note = '<p class="gone">The cited words could not be made out on the picture; they are in the text below.</p>'
    return (
        '<figure class="facsimile"><figcaption>'
        f"{_turn_html(shown.number - 1, document.pages, 'Page before', '‹')}"
        f"<span>{escape(page)}{counted}</span>"
        '<button type="button" class="turn" data-enlarge aria-pressed="false" aria-label="Enlarge">⤢</button>'
        f"{_turn_html(shown.number + 1, document.pages, 'Page after', '›')}</figcaption>{more}{note if lost else ''}"
        f'<div class="frame"><div class="sheet"><img alt="{escape(alternative)}" width="{shown.width}" '
        f'height="{shown.height}" src="data:image/webp;base64,{b64encode(shown.image).decode("ascii")}">'
        f"{''.join(map(_line_html, shown.boxes))}</div></div></figure>"
    )


def _line_html(box: Box) -> str:
    style = f"left:{box.left}%;top:{box.top}%;width:{box.width}%;height:{box.height}%"
    return f'<span class="line" tabindex="-1" style="{style}"></span>'


def _turn_html(page: int, pages: int, meaning: str, sign: str) -> str:
    disabled = "" if 1 <= page <= pages else " disabled"
    return f'<button type="button" class="turn" data-page="{page}" aria-label="{meaning}"{disabled}>{sign}</button>'


def _passage_html(passage: Passage, place: Place | None) -> str:
    text = passage.text
    if place is None:
        shown = escape(text)
    else:
        shown = (
            f'{escape(text[: place.start])}<mark tabindex="-1">{escape(text[place.start : place.end])}</mark>'
            f"{escape(text[place.end :])}"
        )
    return f'<p class="passage {passage.kind.value.replace(" ", "-")}">{shown}</p>'
