"""Where sentences begin and end in a reading text.

The boundaries come from sentencex (Wikimedia), which knows abbreviations, initials, decimals and reference
numbers. A few rules repair what scientific prose taught us it gets wrong; overlong sentences are cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

# No real sentence is longer; a line without punctuation may be. Cuts fall at white space where there is any.
LONGEST_SENTENCE = 800

# "(b) Here. There." is one sentence to sentencex; behind a square bracket it is two.
_PANEL = re.compile(r"\(([A-Za-z]|[ivx]{1,4})\)(?=\s)")
_STRETCH = 10_000
_STRETCH_END = re.compile(r"[.!?]\s+(?=[A-Z])|[。！？]|\n")
# "1. Mix the flour." is one sentence.
_NUMBER_ONLY = re.compile(r"\s*[(\[]?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)\]]\s*\Z")
# A boundary before one of these is no boundary: "et al. [59], this", "approx. 5 p.m.".
_CONTINUES = re.compile(r"[\s\[\](),;:\d–-]*[,;:)\]]|\s*[a-zà-öø-ÿα-ω]")
# An abbreviation that introduces what follows cannot end a sentence.
_CANNOT_END = frozenset(
    "approx. Approx. ca. Ca. cf. Cf. e.g. E.g. i.e. I.e. i.v. i.m. i.p. s.c. p.o. vs. viz. Fig. Figs. Tab. Eq. Eqs."
    " Ref. Refs. No. Nos. Vol. resp. incl. esp. Dr. Prof. doi. Doi. ed. Ed. eds. Eds. pp. subsp. spp.".split()
)
_REFERENCE_ONLY = re.compile(r"\s*[(\[][^()\[\]]{1,80}[)\]][.]?\s*\Z")
# "5 mmol/L. Then" and "vitamin D. It": the single letter is no initial.
_AFTER_LETTER = re.compile(r"[.](?<=[A-Za-z][.])\s+(?=[A-Z][a-z])")
_NOT_AN_INITIAL = re.compile(
    r"(?:/[A-Za-z]|\b(?:[Vv]itamins?|[Tt]ypes?|[Hh]epatitis|[Gg]rade|[Cc]lass|[Gg]roup|[Ss]tage|[Ii]nfluenza) [A-Z])\Z"
)
_LONGEST_BEFORE = len(" influenza A")
_MISSING_SPACE = re.compile(r"[.!?](?<=[a-zà-ÿ)\]%].)(?=[A-Z][a-z]+ )")


def sentence_bounds(text: str) -> list[tuple[int, int]]:
    """Half-open bounds of the sentences of ``text``, in order, without the white space between them.

    Every character that is not white space lies in exactly one sentence.
    """
    cuts = {0, len(text), *_boundaries(text)}
    cuts.update(match.end() for match in _MISSING_SPACE.finditer(text))
    cuts.update(
        match.end()
        for match in _AFTER_LETTER.finditer(text)
        if _NOT_AN_INITIAL.search(text[max(0, match.start() - _LONGEST_BEFORE) : match.start()])
    )
    bounds: list[tuple[int, int]] = []
    for start, end in pairwise(sorted(cuts)):
        if not text[start:end].strip():
            continue
        if bounds and _belongs(text, bounds[-1], start, end):
            bounds[-1] = (bounds[-1][0], end)
        else:
            bounds.append((start, end))
    return [piece for start, end in bounds for piece in _cut(text, *_trim(text, start, end))]


def _boundaries(text: str) -> Iterator[int]:
    """The ends of what sentencex finds, in stretches: its time grows with the square of a text without line breaks."""
    at = 0
    while at < len(text):
        end = len(text)
        if end - at > _STRETCH:
            ends = [match.end() for match in _STRETCH_END.finditer(text, at + _STRETCH // 2, at + _STRETCH)]
            end = ends[-1] if ends else at + _STRETCH
        for boundary in sentencex.get_sentence_boundaries("en", _PANEL.sub(r"[\1]", text[at:end])):
            yield at + boundary["end_index"]
        at = end


def _belongs(text: str, previous: tuple[int, int], start: int, end: int) -> bool:
    """Whether ``text[start:end]`` goes on with the sentence before it."""
    before = text[max(previous[0], start - 40) : start]
    if start - previous[0] <= 40 and _NUMBER_ONLY.match(before):
        return True
    if _last_word(before) in _CANNOT_END:
        return True
    if text[start].isupper():
        return False
    if _CONTINUES.match(text, start, end) and not text[start:end].lstrip().startswith(("(", "[")):
        return True
    return _REFERENCE_ONLY.match(text, start, end) is not None


def _last_word(text: str) -> str:
    """What stands behind the last space (a reading's only white space) or opening bracket, closing ones apart."""
    word = text.rstrip().rpartition(" ")[2]
    return word[max(word.rfind("("), word.rfind("[")) + 1 :]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Bounds no longer than LONGEST_SENTENCE, cut after a semicolon or comma, else at white space, else anywhere."""
    bounds: list[tuple[int, int]] = []
    while end - start > LONGEST_SENTENCE:
        limit = start + LONGEST_SENTENCE
        cut = limit
        for mark in ("; ", ", ", " "):
            found = text.rfind(mark, start + LONGEST_SENTENCE // 2, limit)
            if found > 0:
                cut = found + len(mark)
                break
        bounds.append(_trim(text, start, cut))
        start, end = _trim(text, cut, end)
    if start < end:
        bounds.append((start, end))
    return bounds
