"""The words of a question that carry its content. They are English ones."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+(?:-\w+)*")
_STOP_WORDS = frozenset(
    "a an the of in on at for with to from by as and or but so also then what which who whom whose when where why how "
    "much many long often far is are was were am be been does do did done can could should would will may might must "
    "has have had not no than there about any some else more less other others exactly really s t me us you please "
    "tell explain elaborate detail details say says again continue".split()
)
# Words that ask but name nothing that a document could lack.
_EMPTY = frozenset(
    "i my we our your it its they them their he she his her this that these those if into out up down over under get "
    "got give go going come take taken use used using make made like just ever never still yet only very too such "
    "mean means meant called name thing things kind way ways people person someone anyone everyone something anything "
    "write show list find know think want need according between during after before against without within per one "
    "two first last best most least same each every all both own because while during until since".split()
)
_SHORTEST = 3


def spoken(text: str, apart_from: re.Pattern[str]) -> list[str]:
    """The words of a text that are no stop words, in lower case; ``apart_from`` matches what is left out besides."""
    words = _WORD.findall(apart_from.sub(" ", text))
    return [word.lower() for word in words if word.lower() not in _STOP_WORDS]


def content_words(question: str) -> tuple[str, ...]:
    """What a question is about, word by word, each once, as it is written."""
    words = [word for word in _WORD.findall(question) if len(word) >= _SHORTEST]
    return tuple(dict.fromkeys(word for word in words if word.lower() not in _STOP_WORDS | _EMPTY))
