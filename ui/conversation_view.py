"""Questions and answers as HTML: pure functions, everything from outside escaped."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from index.model import Hit
from qa.confidence import in_words
from qa.model import Answer, Citation, Status
from qa.render import DIFFERS, missing_in_words, page_in_words
from ui.escape import escape

_RELATED = 3
_EXCERPT = 180
_THUMB = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 10h4v11H2zM8 10.4 12.6 2c1.7 0 2.8 1.4 2.5 3l-.8 4H20'
    'c1.6 0 2.7 1.5 2.3 3l-2 7.2c-.3 1.1-1.2 1.8-2.4 1.8H8z"></path></svg>'
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question as it was asked, the answer to it as it was understood, and the reader's verdict: up, down or none."""

    asked: str
    answer: Answer
    verdict: str = ""


def conversation_html(exchanges: Sequence[Exchange], asking: str | None = None, doing: str = "") -> str:
    """All questions and answers so far, oldest first; ``asking`` is a question that is at work, ``doing`` at what."""
    parts = [exchange_html(number, exchange) for number, exchange in enumerate(exchanges)]
    if asking is not None:
        parts.append(
            f'<article class="exchange"><h2 class="question">{escape(asking)}</h2>'
            f'<p class="working" role="status">{escape(doing)}</p></article>'
        )
    return f'<div class="conversation" role="log" aria-live="polite">{"".join(parts)}</div>'


def exchange_html(number: int, exchange: Exchange) -> str:
    """One question with its answer; chips and cards carry ``data-open="EXCHANGE:c:MARKER"`` or ``…:h:RANK``."""
    answer = exchange.answer
    if answer.status is Status.ANSWERED:
        body = _answered_html(number, answer)
    else:
        body = (
            '<div class="abstained"><p class="verdict">The documents don’t say.</p>'
            f"<p>{escape(missing_in_words(answer.missing)) if answer.missing else ''}</p>"
            "<p>No passage answers this well enough to be quoted. These come nearest:</p></div>"
        )
    return (
        f'<article class="exchange" data-status="{answer.status.value}">'
        f'<h2 class="question">{escape(exchange.asked)}</h2>{_understood_html(number, exchange)}'
        f"{body}{_confidence_html(answer.confidence)}{_related_html(number, answer)}"
        '<div class="tools">'
        f'<button type="button" class="copy" data-copy="{escape(answer_markdown(answer))}">Copy with citations</button>'
        f"{_vote(number, 'up', 'This is right', exchange)}{_vote(number, 'down', 'This is wrong', exchange)}"
        "</div></article>"
    )


def _understood_html(number: int, exchange: Exchange) -> str:
    """How a question that leans on the one before was understood, and a way out of it."""
    if exchange.answer.read_as == " ".join(exchange.asked.split()):
        return ""
    return (
        f'<p class="understood">Understood as: <em>{escape(exchange.answer.read_as)}</em> '
        f'<button type="button" class="copy" data-plain="{number}">Ask it as written</button></p>'
    )


def _vote(number: int, verdict: str, meaning: str, exchange: Exchange) -> str:
    pressed = "true" if exchange.verdict == verdict else "false"
    return (
        f'<button type="button" class="vote {verdict}" data-vote="{number}:{verdict}" aria-pressed="{pressed}" '
        f'aria-label="{meaning}" title="{meaning}">{_THUMB}</button>'
    )


def _answered_html(number: int, answer: Answer) -> str:
    sentences = "".join(
        f'<p class="sentence">{escape(_folded(citation.quote))} {_chip(number, citation)}</p>'
        for citation in answer.citations
    )
    cards = "".join(_card_html(number, citation) for citation in answer.citations)
    differs = f'<p class="differs">{escape(DIFFERS)}</p>' if answer.differs else ""
    return f'<div class="answer">{sentences}{differs}</div><ol class="cards" aria-label="Citations">{cards}</ol>'


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
    details = [document.path if document.source.named else "", heading, page_in_words(document, page)]
    return (
        f'<span class="source">{escape(document.source.named or document.path)}</span>'
        f'<span class="details">{escape(" · ".join(detail for detail in details if detail))}</span>'
    )


def _confidence_html(confidence: float) -> str:
    percent = round(100 * confidence)
    meaning = (
        "The estimated probability that this answer is right, "
        "from how well the best sentence found matches the question."
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
            place.append(page_in_words(document, citation.page))
        lines.append(f"{citation.marker}. {_markdown(' · '.join(part for part in place if part))}")
    return "\n".join(lines)


def _markdown(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\`*_[]<>#" else character for character in text)


def _folded(text: str) -> str:
    return " ".join(text.split())
