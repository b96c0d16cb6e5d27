"""Which sentences of the best passages to quote: those that answer, whole lists, other figures beside a figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.context import context_of
from index.cross_encoder import CrossEncoder
from index.expected import Expected, expected
from index.model import Hit
from ingest.model import BlockKind, Passage, Sentence
from qa.figures import asks_for_figure, figures

# Sentences are sought in this many of the best passages.
_PASSAGES = 5
# What counts beside late interaction with the quoted sentences: their passage's score, and, against it, each sentence
# more than one. Chosen on held-out questions on MedQuAD and PubMedQA passages: docs/decisions.md.
_PASSAGE_WEIGHT = 1.0
_LONGER = 0.01
# What states the sort of thing that is asked for, a percentage or a year, is worth so much more.
_STATED = 0.1
# So many of the best are read by the cross-encoder, whose logit counts so much.
_JUDGED = 3
_VERDICT = 0.1
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
# "Serves: four" says as much as a sentence.
_LABELLED = re.compile(r"\w: \w")
_TEXT = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
# A sentence that begins so speaks of what the one before it names; "this review" is the document itself.
_REFERS_BACK = re.compile(
    r"(?:this(?! (?:review|article|paper|chapter|section|guide|book|page|document)\b)|these|it|its|they|their|such|"
    r"those|he|she|thus|hence|therefore|so|both|the (?:authors?|stud(?:y|ies)|results?|disease|condition|effects?|"
    r"latter|former|researchers|findings?|data|team|group))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quote:
    """Sentences ``first`` to ``last`` of a passage, which may be quoted, and what they are worth as an answer.

    ``verdict`` is the cross-encoder's logit that they answer, None where it did not read them.
    """

    hit: Hit
    first: int
    last: int
    value: float
    verdict: float | None = None

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences, of which there is at least one."""
        return self.hit.passage.sentences[self.first : self.last + 1]

    @property
    def text(self) -> str:
        """The quote as it stands in its passage."""
        return self.hit.passage.text[self.sentences[0].start : self.sentences[-1].end]

    @property
    def in_block(self) -> str:
        """The quote with the rest of the paragraphs or references that it is of."""
        text = self.hit.passage.text
        end = text.find("\n", self.sentences[-1].end)
        return text[text.rfind("\n", 0, self.sentences[0].start) + 1 : end if end >= 0 else len(text)]

    @property
    def in_context(self) -> str:
        """The quote under what its passage was embedded with: title, headings, and what front matter is; a table's row
        also under those above it that fit into a quote, for a record says at its head what it is of."""
        passage = self.hit.passage
        context = context_of(self.hit.document.source, passage.heading_path, passage.kind)
        first = self.first
        while passage.kind is BlockKind.TABLE_ROW and first and _size(passage, first - 1, self.last) <= _LONGEST_QUOTE:
            first -= 1
        text = passage.text[passage.sentences[first].start : self.sentences[-1].end]
        return f"{context}\n{text}" if context else text

    @property
    def match(self) -> float:
        """Late interaction of the question with the best of the sentences alone."""
        return max(self.hit.support.score(at, at) for at in range(self.first, self.last + 1))

    def is_other_row(self, best: Quote) -> bool:
        """Whether this is a row of the same table that matches the question clearly worse: it is of something else."""
        of_table = self.hit.passage.kind is best.hit.passage.kind is BlockKind.TABLE_ROW
        same = self.hit.document.path == best.hit.document.path
        alike = of_table and same and self.hit.passage.heading_path == best.hit.passage.heading_path
        return alike and self.match < _NEARLY * best.match

    def touches(self, other: Quote) -> bool:
        """Whether both share a sentence or, of neither a list, follow each other."""
        same = self.hit.passage.id == other.hit.passage.id
        apart = int("\n" not in self.text and "\n" not in other.text)
        return same and self.first <= other.last + apart and other.first <= self.last + apart


def ranked_quotes(question: str, hits: Sequence[Hit], cross: CrossEncoder | None) -> list[Quote]:
    """What may be quoted of the best passages, best first; what says nothing only where there is nothing else.

    The cross-encoder, where there is one, chooses the first among the best.
    """
    asked = expected(question)
    among = hits if asked and asked.nothing_else else hits[:_PASSAGES]
    windows = (quote for hit in among for quote in _windows(hit))
    found = _stating(windows, asked) if asked else list(windows)
    found.sort(key=lambda quote: -quote.value)
    found = [quote for quote in found if _says_something(quote)] or found
    return _judged(question, found[:_JUDGED], cross) + found[_JUDGED:] if cross else found


def _stating(quotes: Iterable[Quote], asked: Expected) -> list[Quote]:
    """The quotes, those that state what is asked for worth more.

    Who wrote the document that is asked about is for its front matter to tell, however well a reference in it fits:
    where that states it, it alone, and never a reference to another.
    """
    own: list[Quote] = []
    stating: list[Quote] = []
    others: list[Quote] = []
    for quote in quotes:
        kind, title = quote.hit.passage.kind, quote.hit.document.title
        if asked.is_of_another(kind, title, quote.in_block):
            continue
        if asked.stated_in(quote.text):
            told = own if asked.is_told_by(kind, title) else stating
            told.append(replace(quote, value=quote.value + _STATED))
        else:
            others.append(quote)
    return own or (stating if asked.nothing_else else stating + others)


def _judged(question: str, quotes: Sequence[Quote], cross: CrossEncoder) -> list[Quote]:
    """The quotes with their verdicts, the one that is best with it first."""
    verdicts = cross.logits(question, [quote.in_context for quote in quotes])
    judged = [replace(quote, verdict=verdict) for quote, verdict in zip(quotes, verdicts, strict=True)]
    best = max(range(len(judged)), key=lambda at: judged[at].value + _VERDICT * verdicts[at], default=0)
    return judged[best : best + 1] + judged[:best] + judged[best + 1 :]


def chosen_quotes(question: str, ranked: Sequence[Quote]) -> list[Quote]:
    """The best quote and what is nearly as good from elsewhere; other figures too, where one is asked for.

    A quote that refers to the sentence before it, or that the next sentence refers to, is shown with that.
    """
    best = ranked[0]
    ranked = [quote for quote in ranked if not quote.is_other_row(best)]
    chosen = _add([best], ranked, _NEARLY * best.value, _MAX_QUOTES)
    if asks_for_figure(question) and figures(best.text):
        single = [quote for quote in ranked if quote.first == quote.last and figures(quote.text)]
        chosen = _add(chosen, single, _NEARLY_FIGURE * best.value, _MAX_FIGURES)
    for at, quote in enumerate(chosen):
        chosen[at] = _completed(quote, [*chosen[:at], *chosen[at + 1 :]])
    return chosen


def _windows(hit: Hit) -> Iterator[Quote]:
    """What may be quoted: stretches of a paragraph, a list with what leads it in, short front matter."""
    passage = hit.passage
    if passage.kind is BlockKind.FRONT_MATTER and len(passage.text) <= _LONGEST_QUOTE:
        yield _quote(hit, 0, len(passage.sentences) - 1, 0)  # lines that say little each for itself
        return
    never_alone: set[int] = set()
    for members in _lists(passage):
        lead = members[0] - 1
        led = _leads_in(passage, lead) or _is_heading(passage, lead)
        first, last = (lead if led else members[0]), members[-1]
        yield _quote(hit, first, last, 1)
        if led:
            never_alone.add(lead)
        if _size(passage, members[0], last) <= _LONGEST_QUOTE:
            never_alone.update(at for at in members if not _sentence(passage, at).endswith((".", "!")))
    for first in range(len(passage.sentences)):
        for last in _ends(passage, first):
            if never_alone.isdisjoint(range(first, last + 1)):
                yield _quote(hit, first, last, last - first)


def _quote(hit: Hit, first: int, last: int, longer: int) -> Quote:
    """A quote and its worth; ``longer``: the units of text in it more than one."""
    return Quote(hit, first, last, hit.support.score(first, last) + _PASSAGE_WEIGHT * hit.score - _LONGER * longer)


def _lists(passage: Passage) -> Iterator[range]:
    """The lists of a passage that are not too long to be quoted: members on two lines or more."""
    at, count = 0, len(passage.sentences)
    while at < count:
        end = at
        while end < count and passage.sentences[end].listed:
            end += 1
        if end > at and passage.text.find("\n", passage.sentences[at].start, passage.sentences[end - 1].end) >= 0:
            led = _leads_in(passage, at - 1)
            if _size(passage, at - led, end - 1) <= (_LONGEST_LIST if led else _LONGEST_QUOTE):
                yield range(at, end)
        at = max(end, at + 1)


def _leads_in(passage: Passage, at: int) -> bool:
    return at >= 0 and _sentence(passage, at).endswith(":")


def _is_heading(passage: Passage, at: int) -> bool:
    return at >= 0 and _sentence(passage, at) in passage.heading_path


def _size(passage: Passage, first: int, last: int) -> int:
    return passage.sentences[last].end - passage.sentences[first].start


def _ends(passage: Passage, first: int) -> Iterator[int]:
    """Where a quote that begins with the sentence ``first`` may end: not with what leads in more, but for all of it."""
    sentences = passage.sentences
    if _leads_in(passage, first):
        led_in = [at for at in range(first, len(sentences)) if _size(passage, first, at) <= _LONGEST_LIST]
        yield led_in[-1] if led_in else first
        return
    for last in range(first, min(first + _MAX_SENTENCES, len(sentences))):
        if last > first and (not _fits(passage, first, last) or _leads_in(passage, last)):
            return
        yield last


def _fits(passage: Passage, first: int, last: int) -> bool:
    """Whether sentences are a quote of one paragraph and not too long."""
    quote = passage.text[passage.sentences[first].start : passage.sentences[last].end]
    return len(quote) <= _LONGEST_QUOTE and "\n" not in quote


def _says_something(quote: Quote) -> bool:
    """Neither a question, a lead without its list, nor a heading or name of a few words says anything; a quote, but
    for a list, ends with what does."""
    is_list = quote.hit.passage.kind in _TEXT and "\n" in quote.text
    text = quote.text if is_list else _sentence(quote.hit.passage, quote.last)
    if text.endswith(("?", ":")):
        return False
    if len(text.split()) >= _FEWEST_WORDS or text.endswith((".", "!")):
        return True
    labelled = _LABELLED.search(text) is not None or any(map(str.isdigit, text))
    return labelled and not _is_heading(quote.hit.passage, quote.last)


def _completed(quote: Quote, others: Sequence[Quote]) -> Quote:
    """The quote with the sentence before it that it refers to and the next one that refers to it, where these fit."""
    earlier = replace(quote, first=quote.first - 1)
    if quote.first > 0 and _belongs(earlier, quote.first, others):
        quote = earlier
    later = replace(quote, last=quote.last + 1)
    if later.last < len(quote.hit.passage.sentences) and _belongs(later, later.last, others):
        quote = later
    return quote


def _belongs(longer: Quote, referring: int, others: Sequence[Quote]) -> bool:
    """Whether a longer quote may stand for one: its sentence ``referring`` speaks of the one before it."""
    passage = longer.hit.passage
    fits = _fits(passage, longer.first, longer.last) and not any(longer.touches(other) for other in others)
    return (
        fits and not _leads_in(passage, longer.last) and _REFERS_BACK.match(_sentence(passage, referring)) is not None
    )


def _sentence(passage: Passage, at: int) -> str:
    return passage.text[passage.sentences[at].start : passage.sentences[at].end]


def _add(chosen: Sequence[Quote], ranked: Sequence[Quote], least: float, most: int) -> list[Quote]:
    """The chosen ones and those of the ranked that are worth at least so much and stand elsewhere."""
    found = list(chosen)
    texts = {quote.text.casefold() for quote in found}
    for quote in ranked:
        if len(found) >= most or quote.value < least:
            break
        if quote.text.casefold() not in texts and not any(quote.touches(other) for other in found):
            found.append(quote)
            texts.add(quote.text.casefold())
    return found
