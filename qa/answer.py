"""Answers made of the documents' own sentences, each with its place."""

from __future__ import annotations

import time
from collections.abc import Sequence

from index.model import DocumentRecord, Hit
from index.search import Index
from ingest.decode import storable
from qa.attribution import attributed_to, names_body
from qa.confidence import THRESHOLD, Evidence, confidence_of
from qa.errors import EmptyQuestion
from qa.figures import asks_for_figure, differ
from qa.model import Answer, Citation, Status
from qa.quotes import Quote, chosen_quotes, ranked_quotes
from qa.spelling import mended
from qa.words import content_words

# An answer comes with at least this many of the nearest passages.
_FEWEST_HITS = 10


def answer(
    question: str,
    index: Index,
    *,
    k: int = 10,
    document: str | None = None,
    threshold: float = THRESHOLD,
    mend: bool = True,
) -> Answer:
    """Answer a question from the documents of an index, or abstain when confidence is below ``threshold``.

    ``k`` hits come with it, ten at least where the index has them. With ``mend`` typing errors are mended first.

    Raises EmptyQuestion, UnknownDocument or CorruptIndex.
    """
    question = fold_question(question)
    started = time.perf_counter()
    read_as = mended(question, index, document=document) if mend else question
    hits = index.search(read_as, max(k, _FEWEST_HITS), document=document)
    searched = time.perf_counter()
    speaker = attributed_to(read_as)
    heard = hits if speaker is None else _of_those_who_mention(speaker, hits, index)
    ranked = ranked_quotes(read_as, heard or hits, index.models.cross)
    evidence = Evidence(ranked[0].match, ranked[0].verdict) if ranked else None
    confidence = confidence_of(evidence) if evidence and heard else 0.0
    citations = _cite(chosen_quotes(read_as, ranked)) if ranked and confidence >= threshold else ()
    missing = () if citations else index.unknown(content_words(read_as), document=document)
    ended = time.perf_counter()
    return Answer(
        question,
        read_as,
        Status.ANSWERED if citations else Status.ABSTAINED,
        confidence,
        evidence,
        citations,
        hits,
        missing,
        asks_for_figure(read_as) and differ([citation.quote for citation in citations]),
        index.build_id,
        {"search": 1000 * (searched - started), "answer": 1000 * (ended - searched), "total": 1000 * (ended - started)},
    )


def fold_question(question: str) -> str:
    """A question with white space folded. Raises EmptyQuestion when it holds no letter or digit."""
    folded = " ".join(storable(question).split())
    if not any(map(str.isalnum, folded)):
        raise EmptyQuestion("nothing was asked; write a question in words.")
    return folded


def _of_those_who_mention(name: str, hits: Sequence[Hit], index: Index) -> list[Hit]:
    """The hits that may tell what someone said: of documents that mention a person, passages that mention a body."""
    if name.isupper():  # documents mention a body in passing, and "WHO" is "who" to the index
        return [hit for hit in hits if names_body(name, f"{_record(hit.document)} {hit.passage.text}")]
    known = {
        document.path: name.casefold() in _record(document).casefold()
        or not index.unknown((name,), document=document.path)
        for document in {hit.document for hit in hits}
    }
    return [hit for hit in hits if known[hit.document.path]]


def _record(document: DocumentRecord) -> str:
    return " ".join((document.path, document.title, *document.source.authors))


def _cite(quotes: Sequence[Quote]) -> tuple[Citation, ...]:
    """Citations in order of merit."""
    return tuple(
        Citation(
            marker,
            quote.hit,
            quote.text,
            tuple(span for sentence in quote.sentences for span in sentence.spans),
            quote.sentences[0].page,
        )
        for marker, quote in enumerate(quotes, 1)
    )
