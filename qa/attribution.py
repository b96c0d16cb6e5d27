"""Whose words or findings a question asks for, as far as a name is written as one. The patterns are English ones."""

from __future__ import annotations

import re

_ABBREVIATION = r"[A-Z][A-Z]+"
_WORD = r"[^\W\d_a-z][\w’'-]*[a-z][\w-]*"
_INITIAL = r"[^\W\d_a-z]\."
# The WHO; Dr. Ann B. Keeper.
_NAME = rf"(?:(?:the )?(?P<body{{0}}>{_ABBREVIATION})|(?:(?:{_WORD}\.?|{_INITIAL}) )*(?P<person{{0}}>{_WORD}))"
_SAYS = (
    "say|said|find|found|report|show|observe|conclude|argue|claim|suggest|recommend|advise|propose|write|think|"
    "believe|state|describe|discover|call|estimate|define"
)
_OF_SOMEONE = (
    "views?|opinions?|findings?|theory|advice|claims?|conclusions?|recommendations?|estimates?|study|trial|paper|"
    "article|research|work|experiments?"
)
_ASKED = re.compile(
    rf"\b[Aa]ccording to {_NAME.format(1)}\b|"
    rf"\b(?:did|does|do|has|have) {_NAME.format(2)}(?:,? et al\.?)?(?: and [^?,;]+?)? (?:{_SAYS})\b|"
    rf"\b{_NAME.format(3)}['’]s? (?:{_OF_SOMEONE})\b"
)
# "According to Table 2".
_PART = re.compile(r"(?:Table|Figure|Fig|Chapter|Section|Article|Part|Appendix|Page|Annex)s?\Z")
_BETWEEN = r"\s(?:(?:of|for|on|and|the)\s)*"


def attributed_to(question: str) -> str | None:
    """Who is asked about in "what did Ann Keeper find" or "what does the WHO say": surname or abbreviation."""
    found = _ASKED.search(question)
    name = next(filter(None, found.groups()), None) if found else None
    return None if name is None or _PART.match(name) else name


def names_body(abbreviation: str, text: str) -> bool:
    """Whether a text has an abbreviation, or the words it is made of: WHO, "World Health Organization"."""
    words = _BETWEEN.join(rf"{letter}[\w-]+" for letter in abbreviation)
    return re.search(rf"\b(?:{abbreviation}|{words})\b", text) is not None
