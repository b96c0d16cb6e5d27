"""Answers made of the documents' own sentences, each with its place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from index.model import Hit
from index.search import Index
from ingest.decode import storable
from ingest.model import Sentence
from qa.confidence import confidence_of
from qa.errors import EmptyQuestion
from qa.model import Answer, Citation, Status

# An answer comes with at least this many of the nearest passages.
_FEWEST_HITS = 10
# Sentences are sought in this many of the best passages.
_PASSAGES = 5
# What a passage's own score counts beside its sentence's: chosen on MedQuAD and PubMedQA passages, docs/decisions.md.
_PASSAGE_WEIGHT = 1.0
# A further sentence joins the answer when it is nearly as good as the best one.
_NEARLY = 0.94
_MAX_SENTENCES = 3
# Sentences next to each other are one quote up to this many characters.
_LONGEST_QUOTE = 400
_FEWEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may be quoted, by its place in a passage."""

    hit: Hit
    position: int
    value: float

    @property
    def sentence(self) -> Sentence:
        return self.hit.passage.sentences[self.position]

    @property
    def text(self) -> str:
        return self.hit.passage.text[self.sentence.start : self.sentence.end]


def answer(question: str, index: Index, *, k: int = 10, document: str | None = None, threshold: float = 0.5) -> Answer:
    """Answer a question from the documents of an index, or abstain when confidence is below ``threshold``.

    ``k`` hits come with it, ten at least where the index has them.

    Raises EmptyQuestion, UnknownDocument or CorruptIndex.
    """
    question = fold_question(question)
    started = time.perf_counter()
    found = index.search(question, max(k, _FEWEST_HITS), document=document)
    searched = time.perf_counter()
    candidates = _candidates(found.hits)
    confidence = confidence_of(found)
    citations = _cite(_choose(candidates)) if candidates and confidence >= threshold else ()
    ended = time.perf_counter()
    return Answer(
        question,
        Status.ANSWERED if citations else Status.ABSTAINED,
        confidence,
        citations,
        found.hits,
        index.build_id,
        {"search": 1000 * (searched - started), "answer": 1000 * (ended - searched), "total": 1000 * (ended - started)},
    )


def fold_question(question: str) -> str:
    """A question with white space folded. Raises EmptyQuestion when it holds no letter or digit."""
    folded = " ".join(storable(question).split())
    if not any(map(str.isalnum, folded)):
        raise EmptyQuestion("nothing was asked; write a question in words.")
    return folded


def _candidates(hits: Sequence[Hit]) -> list[_Candidate]:
    """The sentences of the best passages, best first; what says nothing is left out unless there is nothing else."""
    found = []
    for hit in hits[:_PASSAGES]:
        for position, score in enumerate(hit.sentence_scores):
            candidate = _Candidate(hit, position, score + _PASSAGE_WEIGHT * hit.score)
            found.append(candidate)
    found.sort(key=lambda candidate: -candidate.value)
    return [candidate for candidate in found if _says_something(candidate.text)] or found


def _says_something(text: str) -> bool:
    """Neither a question nor a heading or label of a few words says anything."""
    if text.endswith("?"):
        return False
    return len(text.split()) >= _FEWEST_WORDS or any(map(str.isdigit, text)) or text.endswith((".", "!"))


def _choose(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The best sentence and what is nearly as good, no text twice."""
    chosen = [candidates[0]]
    texts = {candidates[0].text.casefold()}
    for candidate in candidates[1:]:
        if len(chosen) == _MAX_SENTENCES or candidate.value < _NEARLY * candidates[0].value:
            break
        if candidate.text.casefold() not in texts:
            chosen.append(candidate)
            texts.add(candidate.text.casefold())
    return chosen


def _cite(chosen: Sequence[_Candidate]) -> tuple[Citation, ...]:
    """Citations in order of merit, neighbours in one passage joined in the order they stand."""
    groups: list[list[_Candidate]] = []
    for candidate in chosen:
        for group in groups:
            if _joins(group, candidate):
                group.append(candidate)
                group.sort(key=lambda member: member.position)
                break
        else:
            groups.append([candidate])
    return tuple(_citation(marker, group) for marker, group in enumerate(groups, 1))


def _joins(group: Sequence[_Candidate], candidate: _Candidate) -> bool:
    if group[0].hit.passage.id != candidate.hit.passage.id:
        return False
    start = min(group[0].sentence.start, candidate.sentence.start)
    end = max(group[-1].sentence.end, candidate.sentence.end)
    adjacent = candidate.position in (group[0].position - 1, group[-1].position + 1)
    return adjacent and end - start <= _LONGEST_QUOTE


def _citation(marker: int, group: Sequence[_Candidate]) -> Citation:
    passage = group[0].hit.passage
    quote = passage.text[group[0].sentence.start : group[-1].sentence.end]
    spans = tuple(span for member in group for span in member.sentence.spans)
    return Citation(marker, group[0].hit, quote, spans, group[0].sentence.page)
