"""Typing errors in a question, mended after the library's own vocabulary.

A word that occurs nowhere and is no common English word becomes the library's most frequent word one edit away (Norvig
2007, How to write a spelling corrector).
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

from index.search import Index
from qa.words import content_words

# Shorter words have too many neighbours.
_SHORTEST = 5
# A rare word of the library is no likelier to be meant than one that it lacks.
_FEWEST_PASSAGES = 3


def mended(question: str, index: Index, *, document: str | None = None) -> str:
    """The question with its typing errors mended. Raises UnknownDocument."""
    long = [word for word in content_words(question) if len(word) >= _SHORTEST and word.isalpha() and word.isascii()]
    for word in index.unknown(long, document=document):
        # What the model has as one token is a word; so is a name or an abbreviation.
        if index.encoder.counter.count(word) < 2 or not word[1:].islower():
            continue
        better = index.most_frequent(_one_edit_away(word.lower()), least=_FEWEST_PASSAGES)
        if better:
            shown = better.capitalize() if word[0].isupper() else better
            question = re.sub(rf"\b{word}\b", shown, question)
    return question


def _one_edit_away(word: str) -> Iterable[str]:
    """What is one letter left out, doubled, swapped with its neighbour, or another, away; the first is seldom wrong."""
    halves = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    letters = string.ascii_lowercase
    yield from (a + b[1:] for a, b in halves if b)
    yield from (a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1)
    yield from (a + letter + b[1:] for a, b in halves if b for letter in letters)
    yield from (a + letter + b for a, b in halves for letter in letters)
