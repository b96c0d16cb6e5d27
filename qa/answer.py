"""Answers made of the documents' own sentences, each with its place."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.model import Hit
from index.search import Index
from ingest.decode import storable
from ingest.model import BlockKind, Passage, Sentence
from qa.confidence import Evidence, confidence_of
from qa.errors import EmptyQuestion
from qa.expected import met
from qa.figures import asks_for_figure, differ, figures
from qa.model import Answer, Citation, Status
from qa.spelling import mended
from qa.words import content_words, names

# An answer comes with at least this many of the nearest passages.
_FEWEST_HITS = 10
# Sentences are sought in this many of the best passages.
_PASSAGES = 5
# What counts beside late interaction with the quoted sentences: their passage's score, and, against it, each sentence
# more than one. Chosen on held-out questions on MedQuAD and PubMedQA passages: docs/decisions.md.
_PASSAGE_WEIGHT = 1.0
_LONGER = 0.01
# What states the sort of thing that is asked for, a percentage or a year, is worth so much more.
_STATED = 0.1
# A further quote joins the answer when it is nearly as good as the best one.
_NEARLY = 0.94
_MAX_QUOTES = 3
# Asked how much, other places with a figure are shown too, so that no different one is kept back.
_NEARLY_FIGURE = 0.92
_MAX_FIGURES = 4
# A quote is a few sentences that follow each other, up to this many characters unless one alone is longer.
_LONGEST_QUOTE = 400
_MAX_SENTENCES = 3
# What a colon leads in is quoted with it, up to this many characters.
_LONGEST_LIST = 900
_FEWEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Sentences ``first`` to ``last`` of a passage, which may be quoted."""

    hit: Hit
    first: int
    last: int
    value: float

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.hit.passage.sentences[self.first : self.last + 1]

    @property
    def text(self) -> str:
        return self.hit.passage.text[self.sentences[0].start : self.sentences[-1].end]

    def touches(self, other: _Candidate) -> bool:
        """Whether both share a sentence or follow each other."""
        same = self.hit.passage.id == other.hit.passage.id
        return same and self.first <= other.last + 1 and other.first <= self.last + 1


def answer(
    question: str,
    index: Index,
    *,
    k: int = 10,
    document: str | None = None,
    threshold: float = 0.5,
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
    candidates = _candidates(read_as, hits)
    evidence = _evidence(read_as, candidates[0], index, document) if candidates else None
    confidence = confidence_of(evidence) if evidence else 0.0
    citations = _cite(_choose(read_as, candidates)) if candidates and confidence >= threshold else ()
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


def _candidates(question: str, hits: Sequence[Hit]) -> list[_Candidate]:
    """What may be quoted of the best passages, best first; what says nothing only where there is nothing else."""
    windows = (candidate for hit in hits[:_PASSAGES] for candidate in _windows(hit))
    found = [replace(one, value=one.value + _STATED) if met(question, one.text) else one for one in windows]
    found.sort(key=lambda candidate: -candidate.value)
    return [candidate for candidate in found if _says_something(candidate)] or found


def _evidence(question: str, best: _Candidate, index: Index, document: str | None) -> Evidence:
    match = max(best.hit.support.score(at, at) for at in range(best.first, best.last + 1))
    lacking = met(question, best.text) is False or bool(index.unknown(names(question), document=document))
    return Evidence(match, lacking)


def _windows(hit: Hit) -> Iterator[_Candidate]:
    """What may be quoted: stretches of a paragraph, a colon with all that it leads in, short front matter whole."""
    passage = hit.passage
    if passage.kind is BlockKind.FRONT_MATTER and len(passage.text) <= _LONGEST_QUOTE:
        last = len(passage.sentences) - 1  # who, where and when stand in lines that say little each for itself
        yield _Candidate(hit, 0, last, hit.support.score(0, last) + _PASSAGE_WEIGHT * hit.score)
        return
    for first in range(len(passage.sentences)):
        for last in _ends(passage, first):
            value = hit.support.score(first, last) + _PASSAGE_WEIGHT * hit.score - _LONGER * (last - first)
            yield _Candidate(hit, first, last, value)


def _ends(passage: Passage, first: int) -> Iterator[int]:
    """Where a quote that begins with the sentence ``first`` may end."""
    text, sentences = passage.text, passage.sentences
    start = sentences[first].start
    if text[start : sentences[first].end].endswith(":"):
        led_in = [at for at in range(first, len(sentences)) if sentences[at].end - start <= _LONGEST_LIST]
        yield led_in[-1] if led_in else first
        return
    for last in range(first, min(first + _MAX_SENTENCES, len(sentences))):
        quote = text[start : sentences[last].end]
        if last > first and (len(quote) > _LONGEST_QUOTE or "\n" in quote):
            return
        yield last


def _says_something(candidate: _Candidate) -> bool:
    """Neither a question nor a heading or label of a few words says anything; a quote ends with what does."""
    last = candidate.sentences[-1]
    text = candidate.hit.passage.text[last.start : last.end]
    if text.endswith("?"):
        return False
    return len(text.split()) >= _FEWEST_WORDS or any(map(str.isdigit, text)) or text.endswith((".", "!"))


def _choose(question: str, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The best quote and what is nearly as good from elsewhere; other figures too, where one is asked for."""
    best = candidates[0]
    chosen = _add([best], candidates, _NEARLY * best.value, _MAX_QUOTES)
    if asks_for_figure(question) and figures(best.text):
        single = [
            candidate for candidate in candidates if candidate.first == candidate.last and figures(candidate.text)
        ]
        chosen = _add(chosen, single, _NEARLY_FIGURE * best.value, _MAX_FIGURES)
    return chosen


def _add(chosen: Sequence[_Candidate], candidates: Sequence[_Candidate], least: float, most: int) -> list[_Candidate]:
    """The chosen ones and those of the candidates that are worth at least so much and stand elsewhere."""
    found = list(chosen)
    texts = {candidate.text.casefold() for candidate in found}
    for candidate in candidates:
        if len(found) >= most or candidate.value < least:
            break
        if candidate.text.casefold() not in texts and not any(candidate.touches(other) for other in found):
            found.append(candidate)
            texts.add(candidate.text.casefold())
    return found


def _cite(chosen: Sequence[_Candidate]) -> tuple[Citation, ...]:
    """Citations in order of merit."""
    return tuple(
        Citation(
            marker,
            candidate.hit,
            candidate.text,
            tuple(span for sentence in candidate.sentences for span in sentence.spans),
            candidate.sentences[0].page,
        )
        for marker, candidate in enumerate(chosen, 1)
    )
