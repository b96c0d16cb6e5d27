"""A question that leans on the one before it, made to stand by itself.

There is no language model here, so little is guessed: a preposition's phrase takes the place of the one that stood
there, a pronoun that of what was asked about by name, and else the question before is put in front, as it was asked.
The rules know English words; how often they are right, and wrong, is in docs/decisions.md.
"""

from __future__ import annotations

import re

from qa.words import spoken

_OPENER = re.compile(
    r"(?:(?:and|but|or|so|also|then)\b[,:]?\s*)?(?:(?:what|how)\s+about\b|what\s+of\b|same\s+for\b)[,:]?\s*|"
    r"(?:and|but|or|so|also|then)\b[,:]?\s*",
    re.IGNORECASE,
)
_VERBS = (
    "is|are|was|were|am|be|does|do|did|can|could|should|would|will|may|might|must|has|have|had|help|helps|work|works|"
    "mean|means|happen|happens|cause|causes|affect|affects|matter|last|lasts|true|safe|enough|normal|common|bad|good"
)
_QUESTION_WORD = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)\b", re.IGNORECASE)
_ASKING = re.compile(
    rf"(?:{_QUESTION_WORD.pattern}|(?:{_VERBS}|list|name|explain|describe|tell|give|show)\b)", re.IGNORECASE
)
_PREPOSITIONS = (
    "in|on|at|for|with|without|during|after|before|among|against|by|from|of|under|over|inside|outside|to|as|between"
)
_PREPOSITION = re.compile(rf"\b(?:{_PREPOSITIONS})\b", re.IGNORECASE)
# A preposition's phrase ends at the next one, at a verb or another clause, and at the end.
_PHRASE = (
    r"\b{preposition}\s+(?:(?!(?:"
    + _PREPOSITIONS
    + r"|is|are|was|were|do|does|did|can|could|has|have|and|or|but|if|when|that|which|who)\b)[^\s,;:?]+\s*)+"
)
# "This" and "that" before a noun, or opening a clause, lean on nothing: only those before a verb or at the end do.
_PRONOUN = re.compile(
    r"\b(?:(?!(?-i:IT)\b)it|its|they|them|their|theirs|he|him|his|she|her|(?:which|this|that|other)\s+one|"
    rf"(?:this|these|those)(?=\s*[?.!]*\Z|\s+(?:{_VERBS}|{_PREPOSITIONS})\b)|"
    r"(?:(?<=\bis )|(?<=[’']s )|(?<=\bdoes )|(?<=\bdid )|(?<=\bwas )|(?<=\bdo )|(?<=\bexplain ))that"
    rf"(?=\s*[?.!]*\Z|\s+(?:{_VERBS}|{_PREPOSITIONS})\b))(?![\w’'-])",
    re.IGNORECASE,
)
# "Is it safe to take iron?": this "it" means what follows.
_EXPLETIVE = re.compile(
    r"\b(?:is|was|would|will|can|could|might|may|does|did|do)\s+it\s+(?:be\s+)?(?:[\w’'-]+\s+){0,4}?"
    r"(?:to|that|whether|if|when|how|why|who|for\s+\w+\s+to)\b",
    re.IGNORECASE,
)
_FEWEST_AFTER_EXPLETIVE = 3
_NAMED = re.compile(
    r"(?P<asking>(?:what|who)\s+(?:exactly\s+)?(?:is|are))\s+"
    r"(?P<name>(?!\w+ing\b)(?:(?:the|an?)\s+)?(?:\S+\s*){1,3})\?*\Z",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:it|they|them)\b", re.IGNORECASE)
# A pronoun with more than this before it speaks of that; a question of more content than this stands by itself.
_MOST_BEFORE, _MOST_CONTENT = 2, 6


def understand(question: str, before: str | None) -> str:
    """The question as it would be asked by itself; ``before`` is the one before it, as that was understood."""
    question = " ".join(question.split())
    if not before or not question:
        return question
    context = _context(before)
    fragment = _fragment(question)
    if fragment is not None:
        return _with_fragment(context, fragment)
    if not _leans(question):
        return question
    return _with_name(question, context) or f"{_ended(context)} {question}"


def _context(before: str) -> str:
    """Of a question with another put in front: the one in front, and a fragment after it; a chain does not grow."""
    parts = re.split(r"(?<=\?)\s+", " ".join(before.split()))
    fragments = [part for part in parts[1:] if _fragment(part) is not None]
    return " ".join([parts[0], *fragments[-1:]])


def _fragment(question: str) -> str | None:
    """What is left of "and in women?" when it holds no question of its own; None for a whole question."""
    opener = _OPENER.match(question)
    rest = question[opener.end() :] if opener else question
    if _ASKING.match(rest) or not rest.strip(" ?"):
        return None
    if not opener and not (
        _PREPOSITION.match(rest)
        and len(rest.split()) <= _MOST_CONTENT
        and rest.endswith("?")
        and not _QUESTION_WORD.search(rest)
    ):
        return None
    return rest.strip(" ?")


def _with_fragment(context: str, fragment: str) -> str:
    first = re.split(r"(?<=\?)\s", context)[0]
    preposition = _PREPOSITION.match(fragment)
    named = _NAMED.match(first)
    if preposition:
        fragment = preposition.group().lower() + fragment[preposition.end() :]
        phrases = list(re.finditer(_PHRASE.format(preposition=preposition.group()), first, re.IGNORECASE))
        if phrases and len(_PREPOSITION.findall(fragment)) == 1:
            at, end = phrases[-1].span()
            return _ended(" ".join(f"{first[:at]} {fragment} {first[end:].lstrip(' ?')}".split()))
    elif named and _is_name(named.group("name")):
        return f"{named.group('asking')} {fragment}?"
    return f"{_ended(first)} And {fragment}?"


def _leans(question: str) -> bool:
    """Whether a whole question says too little by itself, or speaks of what it does not name."""
    content = _content(question)
    if not content:
        return True
    bare = _EXPLETIVE.sub(" ", question) if len(content) >= _FEWEST_AFTER_EXPLETIVE else question
    pronoun = _PRONOUN.search(bare)
    return (
        pronoun is not None and len(content) <= _MOST_CONTENT and len(_content(bare[: pronoun.start()])) <= _MOST_BEFORE
    )


def _content(text: str) -> list[str]:
    return spoken(text, _PRONOUN)


def _with_name(question: str, context: str) -> str | None:
    """The question with what was asked about by name ("What is TRPM6?") for its pronoun; None where that won't do."""
    named = _NAMED.match(context)
    name = named.group("name").strip(" ?") if named else ""
    if not _is_name(name) or len(_PRONOUN.findall(question)) != 1:
        return None
    filled = _SUBJECT.sub(name, _POSSESSIVE.sub(f"{name}'s", question))
    return filled if filled != question else None


def _is_name(name: str) -> bool:
    words = name.strip(" ?").split()
    return bool(words) and not any(_PREPOSITION.fullmatch(word) or _ASKING.fullmatch(word) for word in words)


def _ended(question: str) -> str:
    return f"{question.rstrip(' ?.!')}?"
