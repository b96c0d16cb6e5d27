"""A question that leans on the one before it, made to stand by itself.

There is no language model here, so little is guessed: a preposition's phrase takes the place of the one that stood
there, a pronoun that of what was asked about by name, and else the question before is put in front, as it was asked.
The rules know English words; how often they are right, and wrong, is in docs/decisions.md.
"""

from __future__ import annotations

import re

_OPENER = re.compile(
    r"(?:(?:and|but|or|so|also|then)\b,?\s*)?(?:(?:what|how)\s+about\b|what\s+of\b|same\s+for\b)\s*|"
    r"(?:and|but|or|so|also|then)\b,?\s*",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|am|does|do|did|can|could|should|would|will|may|"
    r"might|must|has|have|had|list|name|explain|describe|tell|give|show)\b",
    re.IGNORECASE,
)
_PREPOSITIONS = (
    "in|on|at|for|with|without|during|after|before|among|against|by|from|of|under|over|inside|outside|to|as|between"
)
_PREPOSITION = re.compile(rf"(?:{_PREPOSITIONS})\b", re.IGNORECASE)
# A preposition's phrase ends at the next one, at a verb or another clause, and at the end.
_PHRASE = (
    r"\b{preposition}\s+(?:(?!(?:"
    + _PREPOSITIONS
    + r"|is|are|was|were|do|does|did|can|could|has|have|and|or|but|if|when|that|which|who)\b)[^\s,;:?]+\s*)+"
)
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|these|those|he|him|his|she|her|ones|"
    r"(?:which|this|other)\s+one|this|(?<=\bis )that|(?<=\bdoes )that|(?<=\bdid )that|(?<=\bwas )that)\b",
    re.IGNORECASE,
)
# "Is it safe to ...": this "it" means what follows.
_EXPLETIVE = re.compile(
    r"\b(?:is|was|would|will|can|could|might|may)\s+it\s+(?:be\s+)?(?:[\w’'-]+\s+){1,4}?"
    r"(?:to|that|for|whether|if|when|what|how|why|who)\b|\bdoes\s+it\s+(?:take|matter|make)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:what|who)\s+(?:exactly\s+)?(?:is|are)\s+(?P<name>(?!\w+ing\b)(?:(?:the|an?)\s+)?(?:\S+\s*){1,3})\?*\Z", re.I
)
_POSSESSIVE = re.compile(r"\b(?:its|their|his)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:it|they|them|this|these|those|that)\b", re.IGNORECASE)
_WORD = re.compile(r"[\w’'-]+")
_STOP_WORDS = frozenset(
    "a an the of in on at for with to from by as and or but so also then what which who whom whose when where why how "
    "much many long often far is are was were am be been does do did done can could should would will may might must "
    "has have had not no than there about any some else more less other others exactly really".split()
)
# A pronoun with more than this before it speaks of that; a question of more content than this stands by itself.
_MOST_BEFORE, _MOST_CONTENT = 2, 6


def understand(question: str, before: str | None) -> str:
    """The question as it would be asked by itself; ``before`` is the one before it, as that was understood."""
    question = " ".join(question.split())
    if not before or not question:
        return question
    before = _first_question(before)
    fragment = _fragment(question)
    if fragment is not None:
        return _with_fragment(before, fragment)
    if not _leans(question):
        return question
    return _with_name(question, before) or f"{_ended(before)} {question}"


def _first_question(before: str) -> str:
    """Of a question with another put in front, the one in front: a chain of questions does not grow."""
    folded = " ".join(before.split())
    end = re.search(r"\?\s", folded)
    return folded[: end.start() + 1] if end else folded


def _fragment(question: str) -> str | None:
    """What is left of "and in women?" when it holds no question of its own; None for a whole question."""
    opener = _OPENER.match(question)
    rest = question[opener.end() :] if opener else question
    if _ASKING.match(rest) or not rest.strip(" ?"):
        return None
    if not opener and not (_PREPOSITION.match(rest) and len(rest.split()) <= _MOST_CONTENT and rest.endswith("?")):
        return None
    return rest.strip(" ?")


def _with_fragment(before: str, fragment: str) -> str:
    preposition = _PREPOSITION.match(fragment)
    if preposition:
        fragment = preposition.group().lower() + fragment[preposition.end() :]
        phrases = list(re.finditer(_PHRASE.format(preposition=preposition.group()), before, re.IGNORECASE))
        if phrases:
            at, end = phrases[-1].span()
            return _ended(" ".join(f"{before[:at]} {fragment} {before[end:].lstrip(' ?')}".split()))
    return f"{_ended(before)} And {fragment}?"


def _leans(question: str) -> bool:
    """Whether a whole question says too little by itself, or speaks of what it does not name."""
    content = _content(question)
    if not content:
        return True
    pronoun = _PRONOUN.search(_EXPLETIVE.sub(" ", question))
    return (
        pronoun is not None
        and len(content) <= _MOST_CONTENT
        and len(_content(question[: pronoun.start()])) <= _MOST_BEFORE
    )


def _content(text: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(text)]
    return [word for word in words if word not in _STOP_WORDS and not _PRONOUN.fullmatch(word)]


def _with_name(question: str, before: str) -> str | None:
    """The question with what was asked about by name ("What is TRPM6?") for its pronouns; None where there is none."""
    named = _NAMED.match(before)
    name = named.group("name").strip(" ?") if named else ""
    if not name or any(_PREPOSITION.fullmatch(word) or _ASKING.fullmatch(word) for word in name.split()):
        return None
    filled = _SUBJECT.sub(name, _POSSESSIVE.sub(f"{name}'s", question))
    return filled if filled != question else None


def _ended(question: str) -> str:
    return f"{question.rstrip(' ?.!')}?"
