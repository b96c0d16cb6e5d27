"""Answers and documents as HTML: pure functions, everything from outside escaped."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from index.model import DocumentRecord, Hit
from ingest.model import Passage
from qa.confidence import in_words
from qa.model import Answer, Citation, Status
from ui.escape import escape

_RELATED = 3
_EXCERPT = 180


@dataclass(frozen=True, slots=True)
class Mark:
    """What to mark in a document: characters ``start`` to ``end`` of one passage's text."""

    passage_id: str
    start: int
    end: int


def mark_of(found: Citation | Hit) -> Mark:
    """What to mark for a citation: its quote; for a hit: its whole passage."""
    if isinstance(found, Hit):
        return Mark(found.passage.id, 0, len(found.passage.text))
    passage = found.hit.passage
    start = next(sentence.start for sentence in passage.sentences if sentence.spans[0] == found.spans[0])
    return Mark(passage.id, start, start + len(found.quote))


def conversation_html(answers: Sequence[Answer], asking: str | None = None) -> str:
    """All questions and answers so far, oldest first; ``asking`` is a question that is being looked up."""
    parts = [exchange_html(number, answer) for number, answer in enumerate(answers)]
    if asking is not None:
        parts.append(
            f'<article class="exchange"><h2 class="question">{escape(asking)}</h2>'
            '<p class="working" role="status">Looking through the documents…</p></article>'
        )
    return f'<div class="conversation" role="log" aria-live="polite">{"".join(parts)}</div>'


def exchange_html(number: int, answer: Answer) -> str:
    """One question with its answer; chips and cards carry ``data-open="EXCHANGE:c:MARKER"`` or ``…:h:RANK``."""
    if answer.status is Status.ANSWERED:
        body = _answered_html(number, answer)
    else:
        body = (
            '<div class="abstained"><p class="verdict">The documents don’t say.</p>'
            "<p>No passage answers this well enough to be quoted. These come nearest:</p></div>"
        )
    return (
        f'<article class="exchange" data-status="{answer.status.value}">'
        f'<h2 class="question">{escape(answer.question)}</h2>'
        f"{body}{_confidence_html(answer.confidence)}{_related_html(number, answer)}"
        '<div class="tools">'
        f'<button type="button" class="copy" data-copy="{escape(answer_markdown(answer))}">Copy with citations</button>'
        f"{_vote(number, 'up', 'This is right', '👍')}{_vote(number, 'down', 'This is wrong', '👎')}"
        "</div></article>"
    )


def _vote(number: int, verdict: str, meaning: str, sign: str) -> str:
    return (
        f'<button type="button" class="vote" data-vote="{number}:{verdict}" aria-pressed="false" '
        f'aria-label="{meaning}" title="{meaning}"><span aria-hidden="true">{sign}</span></button>'
    )


def _answered_html(number: int, answer: Answer) -> str:
    sentences = "".join(
        f'<p class="sentence">{escape(_folded(citation.quote))} {_chip(number, citation)}</p>'
        for citation in answer.citations
    )
    cards = "".join(_card_html(number, citation) for citation in answer.citations)
    return f'<div class="answer">{sentences}</div><ol class="cards" aria-label="Citations">{cards}</ol>'


def _chip(number: int, citation: Citation) -> str:
    return (
        f'<button type="button" class="chip" data-open="{number}:c:{citation.marker}" '
        f'aria-label="Citation {citation.marker}: show it in its document">{citation.marker}</button>'
    )


def _card_html(number: int, citation: Citation) -> str:
    return (
        f'<li class="card"><button type="button" class="place" data-open="{number}:c:{citation.marker}">'
        f'<span class="marker">{citation.marker}</span>{_place_html(citation.hit, citation.page)}'
        f"</button><blockquote>{escape(_folded(citation.quote))}</blockquote></li>"
    )


def _place_html(hit: Hit, page: int | None) -> str:
    document = hit.document
    heading = " › ".join(hit.passage.heading_path)
    details = [document.path, heading, f"page {page}" if page is not None else ""]
    return (
        f'<span class="source">{escape(document.source.named or document.path)}</span>'
        f'<span class="details">{escape(" · ".join(detail for detail in details if detail))}</span>'
    )


def _confidence_html(confidence: float) -> str:
    percent = round(100 * confidence)
    meaning = (
        "The estimated probability that the documents answer this question, "
        "from how well the nearest passages match it."
    )
    return (
        f'<p class="confidence" title="{escape(meaning)}"><span class="meter" aria-hidden="true">'
        f'<span style="width:{percent}%"></span></span>{escape(in_words(confidence))} · {percent}%</p>'
    )


def _related_html(number: int, answer: Answer) -> str:
    related = answer.related[:_RELATED]
    if not related:
        return ""
    items = "".join(
        f'<li><button type="button" class="place" data-open="{number}:h:{hit.rank}">'
        f"{_place_html(hit, hit.passage.page)}</button>"
        f'<p class="excerpt">{escape(textwrap.shorten(_folded(hit.passage.text), _EXCERPT, placeholder=" …"))}</p></li>'
        for hit in related
    )
    title = "Also related" if answer.citations else "Nearest passages"
    return f'<section class="related"><h3>{title}</h3><ul>{items}</ul></section>'


def document_html(document: DocumentRecord, passages: Sequence[Passage], mark: Mark | None) -> str:
    """A document as it was read, passage by passage, with exactly one stretch marked."""
    parts = []
    page = None
    for passage in passages:
        if passage.page is not None and passage.page != page:
            page = passage.page
            parts.append(f'<p class="page">page {page}</p>')
        parts.append(_passage_html(passage, mark if mark and mark.passage_id == passage.id else None))
    gone = ""
    if mark and all(passage.id != mark.passage_id for passage in passages):
        gone = '<p class="gone">This document has changed since the answer was given.</p>'
    licence = f" · {escape(document.source.licence)}" if document.source.licence else ""
    return (
        '<section class="document" aria-label="Document"><header>'
        f"<h2>{escape(document.source.named or document.path)}</h2>"
        f'<p class="details">{escape(document.path)}{licence}</p></header>{gone}{"".join(parts)}</section>'
    )


def _passage_html(passage: Passage, mark: Mark | None) -> str:
    text = passage.text
    if mark is None:
        shown = escape(text)
    else:
        shown = (
            f'{escape(text[: mark.start])}<mark tabindex="-1">{escape(text[mark.start : mark.end])}</mark>'
            f"{escape(text[mark.end :])}"
        )
    return f'<p class="passage {passage.kind.value.replace(" ", "-")}">{shown}</p>'


def answer_markdown(answer: Answer) -> str:
    """An answer with its citations, to be pasted elsewhere."""
    lines = [f"**{_markdown(answer.question)}**", ""]
    if not answer.citations:
        return "\n".join([*lines, "The documents don't say."])
    for citation in answer.citations:
        lines += [f"> {_markdown(_folded(citation.quote))} [{citation.marker}]", ""]
    for citation in answer.citations:
        document = citation.hit.document
        place = [document.source.named, document.path, " › ".join(citation.hit.passage.heading_path)]
        if citation.page is not None:
            place.append(f"p. {citation.page}")
        lines.append(f"{citation.marker}. {_markdown(' · '.join(part for part in place if part))}")
    return "\n".join(lines)


def _markdown(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\`*_[]<>#" else character for character in text)


def _folded(text: str) -> str:
    return " ".join(text.split())
