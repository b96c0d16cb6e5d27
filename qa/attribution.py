"""Whose words or findings a question asks for, as far as a name is written as one. The rules are English ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ABBREVIATION = re.compile(r"[A-Z]{2,10}\Z")
_CAPITALISED = re.compile(r"[^\W\d_a-z][\w’'-]*[^\W_]\Z")
_INITIAL = re.compile(r"[^\W\d_a-z]\.\Z|(?:Dr|Mr|Mrs|Ms|Prof)\.\Z")
_OWNER = re.compile(r"['’]s?\Z")
_ASKS = frozenset("did does do has have".split())
_SAYS = frozenset(
    "say said report conclude argue claim suggest recommend advise propose write think believe state estimate".split()
)
# What is asked of people and of devices: "what does CT show".
_FINDS = frozenset("find found show observe describe discover".split())
_OF_SOMEONE = frozenset(
    "view views opinion opinions finding findings theory advice claim claims conclusion conclusions recommendation "
    "recommendations estimate estimates study trial paper article research work experiment experiments".split()
)
# "According to Table 2", "this paper".
_NOBODY = re.compile(
    r"(?:Table|Figure|Fig|Chapter|Section|Article|Part|Appendix|Page|Annex|Step|Equation|Clause|Schedule|Box|Rule|Law|"
    r"Supplement|Theorem)s?\Z|(?:This|These|That|Those|The|My|Your|Our|Their|His|Her|Its|I)\Z"
)
_MARKS = ',;:?!()[]"“”'
_SMALL = frozenset("of for on and the in".split())
_WORD = re.compile(r"\w[\w-]*")


def attributed_to(question: str) -> str | None:
    """Who is asked about in "what did Ann Keeper find" or "what does the WHO say": surname or abbreviation."""
    words = question.split()
    for at, word in enumerate(words):
        if word.lower() == "to" and at and words[at - 1].lower() == "according":
            name, _ = _name(words, at + 1)
            said = name is not None
        elif word.lower() in _ASKS:
            name, end = _name(words, at + 1)
            said = name is not None and _speaks(words, end, name)
        else:
            name = _OWNER.sub("", word) if _OWNER.search(word) else None
            said = name is not None and _is_name(name) and _bare(words, at + 1) in _OF_SOMEONE
        if name and said and not _NOBODY.match(name):
            return name
    return None


def _name(words: Sequence[str], at: int) -> tuple[str | None, int]:
    """The last word of the name that begins at a word, and where it ends; behind "the" only an abbreviation is one."""
    article = words[at : at + 1] == ["the"]
    at += article
    name = None
    while at < len(words):
        bare = words[at].strip(_MARKS).removesuffix(".")
        if not _INITIAL.match(words[at]):
            if not _is_name(bare) or (name and _ABBREVIATION.match(bare)):
                break
            name = bare
        at += 1
        if words[at - 1][-1] in _MARKS or (name and _ABBREVIATION.match(name)):
            break
    return (None if article and name and not _ABBREVIATION.match(name) else name), at


def _is_name(word: str) -> bool:
    """Whether a word is written as a name: "Keeper", "WHO"."""
    return _ABBREVIATION.match(word) is not None or (
        _CAPITALISED.match(word) is not None and any(map(str.islower, word))
    )


def _speaks(words: Sequence[str], at: int, name: str) -> bool:
    """Whether what is asked of a name, and of others with it ("et al.", "and colleagues"), is what they say or find."""
    verbs = _SAYS if _ABBREVIATION.match(name) else _SAYS | _FINDS
    if _bare(words, at) == "et":
        at += 2
    if _bare(words, at) == "and":
        return any(_bare(words, one) in verbs for one in range(at + 1, min(at + 6, len(words))))
    return _bare(words, at) in verbs


def _bare(words: Sequence[str], at: int) -> str:
    return words[at].strip(_MARKS + ".") if at < len(words) else ""


def names_body(abbreviation: str, text: str) -> bool:
    """Whether a text has an abbreviation, or the words it is made of: WHO, "World Health Organization"."""
    words = _WORD.findall(text.replace(".", "") if "." in text else text)
    return any(_begins(abbreviation, words, at) for at in range(len(words)) if words[at][0] == abbreviation[0])


def _begins(abbreviation: str, words: Sequence[str], at: int) -> bool:
    """Whether words from one on spell an abbreviation: by initials, "of" and "the" or not, or "US" as it stands."""
    found = 0
    for word in words[at : at + 2 * len(abbreviation)]:
        if word.isupper() and abbreviation.startswith(word, found):
            found += len(word)
        elif word[0] == abbreviation[found]:
            found += 1
        elif word.lower() in _SMALL:
            found += word[0].upper() == abbreviation[found]
        else:
            return False
        if found == len(abbreviation):
            return True
    return False
