"""What sort of thing a question asks for, where its words say so, and whether a text states one.

Asked for a percentage, a dose, a time, a date, an author, a gene or a count, a sentence without any answers nothing,
however well its other words fit. The patterns are English ones; what they tell: docs/decisions.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.model import BlockKind

_NUMBERS = (
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|"
    r"hundreds?|thousands?|millions?|billions?|dozens?|half|both|none|several"
)
_FRACTIONS = r"hal(?:f|ves)|thirds?|quarters?|fifths?|sixths?|eighths?|tenths?"
_UNITS = (
    r"[µμmk]?g|mcg|[mµμ]?l|[mµμn]?mol|IU|mEq|milligrams?|micrograms?|grams?|kilograms?|kilos?|pounds?|ounces?|"
    r"lit(?:er|re)s?|millilit(?:er|re)s?|tablespoons?|teaspoons?|cups?|tablets?|capsules?|pills?|drops?|units?|doses?"
)
_TIMES = (
    r"(?:milli)?seconds?|ms(?:ec)?|minutes?|min|hours?|days?|nights?|weeks?|months?|years?|yr|decades?|centur(?:y|ies)"
)
_AGES = (
    r"age[ds]?|birth|newborns?|infan\w+|child\w*|\w*teens?|teenage\w*|adolescen\w+|adult\w*|puberty|life\w*|pregnancy|"
    r"trimester|(?:twen|thir|for|fif|six|seven|eigh|nine)ties|\d0'?s"
)
_MONTHS = r"jan\w*|feb\w*|march|april|may|june|july|august|sept\w*|oct\w*|nov\w*|dec\w*"
_MEASURES = (
    r"coefficients?|ratio|cut-?offs?|p-?value|half-life|sensitivity|specificity|incidence|prevalence|score|"
    r"reference (?:range|interval)|threshold|temperature|speed|price|cost|weight|height|length|width"
)

# First name and surname, or surname and initials.
_NAME = r"(?-i:\b[^\W\d_a-z][\w’'-]+ (?:[A-Z]{1,3}\b|(?:[A-Z]\. )*[^\W\d_a-z][\w’'*-]+))"
# What marks an author's affiliation: "1†,".
_NOTE = r"[\s\d,*†‡§¶#^{}¹²³⁴⁵⁶⁷⁸⁹⁰]{0,12}"
# A number, no year.
_COUNT = r"(?<![\d.])(?!(?:1[89]|20)\d\d\b)\d"


def _compiled(sorts: Sequence[tuple[str, str]]) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((re.compile(asked, re.IGNORECASE), re.compile(stated, re.IGNORECASE)) for asked, stated in sorts)


# How a question asks for a bibliographic detail of a document, and what a text that states one holds.
_DETAILS = _compiled(
    (
        (r"\bdoi\b", r"(?<!\d)10\.\d{4}"),
        (
            r"\bwho (?:(?:co-?)?(?:wrote|authored)|penned|published|(?:is|are|was|were) the (?:\w+ )?authors?)\b|"
            r"\bauthors? of\b|\bwritten by\b",
            rf"{_NAME}{_NOTE}(?:[,;·]| and\b| &)|\bby {_NAME}|\bauthors?\W+{_NAME}",
        ),
        (r"\b(?:what|which) journal\b", r"(?:19|20)\d\d\s?;\s?\d|\bvol(?:ume)?\b|\bdoi\b|\d\s?\(\d+\)"),
        (
            r"\b(?:when|(?:what|which) (?:year|month|day|date)) (?:was|were|did|has)\b.*"
            r"\b(?:publish(?:ed)?|appear(?:ed)?|come out|accepted|submitted)\b|"
            r"\bpublication (?:date|year)\b|\b(?:date|year) of publication\b",
            r"\b(?:1[5-9]|20)\d\d\b",
        ),
        (
            r"\bhow (?:often|many times)\b.*\bcited\b|\bhow many (?:citations|times cited)\b",
            rf"\bcited\W+(?:by\W+)?(?:\d|(?:{_NUMBERS})\b)|(?:\d|\b(?:{_NUMBERS})) (?:citations|(?:times )?cited)\b",
        ),
    )
)
# Asked so, nothing else will do: of 234 training questions for a DOI the answer to each holds one.
_NOTHING_ELSE = re.compile(r"\bdoi (?:of|for)\b", re.IGNORECASE)
# Words of such a question that name no subject.
_NO_SUBJECT = frozenset(
    "a an the of in on by for to and or at as is are was were be been has have had do does did it its this that "
    "who when what which wrote written writes penned author authors authored coauthor coauthored first last "
    "corresponding senior published publish publication appear appeared come out accepted submitted year doi "
    "month day date many times often cited citations cite journal name names called article paper review study "
    "report document text book chapter website page about please tell me you".split()
)

# The same of each other sort of thing asked for. The first that fits counts.
_SORTS = _compiled(
    (
        (
            r"\b(?:what|which|how large an?|how big an?)\s+(?:per ?cent(?:age)?|fraction|share|proportion|portion)\b|"
            r"\bper ?cent(?:age)?\W*\Z|\bhow many per ?cent\b",
            rf"\d\s?%|\bper ?cent|\b(?:{_FRACTIONS})\b|\b(?:in|of) (?:every )?(?:\d|(?:{_NUMBERS})\b)",
        ),
        (
            rf"\bhow many (?:{_UNITS})\b|"
            r"\b(?:what|which|recommended|usual|starting|maximum|daily)(?:\s[\w-]+){0,3}\s(?:dose|dosage|amount|intake)\b|"
            r"\bdos(?:e|age)(?: mg)?\W*\Z",
            rf"\d[\s-]*(?:{_UNITS}|[cm]?Gy|%)(?![a-z])|\b(?:{_NUMBERS}|one|an?) (?:{_UNITS})\b",
        ),
        (
            rf"\bhow (?:long|soon|old)\b|\bhow many (?:{_TIMES})\b|\b(?:at|by|from|over|under) (?:what|which) age\b|"
            r"\bwhat age\b",
            rf"(?:\b|\d)(?:{_TIMES})\b|\b(?:{_AGES})\b|\b(?:permanent|forever|throughout)\b|\d\s?h\b|"
            r"\b(?:under|over|below|above|until|from) \d",
        ),
        (
            r"\b(?:what|which)(?:\s\w+)? (?:year|date|day)\b(?! of)",
            rf"\b(?:1[5-9]|20)\d\d\b|\b(?:{_MONTHS})\s\d|\d\s(?:{_MONTHS})\b|\bday \d|\d(?:st|nd|rd|th)\b",
        ),
        (r"\bhow many\b|\b(?:what|which) (?:is|was|are|were) the number of\b", rf"{_COUNT}|\b(?:{_NUMBERS}|one)\b"),
        (r"\bhow much\b", rf"{_COUNT}|\b(?:{_NUMBERS}|twice|double|fold)\b"),
        (
            r"\bhow (?:often|frequent\w*|likely|common|rare)\b",
            rf"{_COUNT}|\b(?:{_NUMBERS}|one|once|twice|daily|weekly|monthly|yearly|annually|every|each|rare\w*|"
            r"(?:un)?common\w*|(?:un)?likely|often|frequent\w*|usual\w*|always|never|sometimes|most|few)\b",
        ),
        (r"\b(?:which|what) genes?\b", r"(?-i:\b[A-Z][A-Z0-9-]{2,}\b)"),
        (rf"\b(?:what|which)(?:\s[\w-]+){{0,4}}\s(?:{_MEASURES})\b", rf"{_COUNT}|\b(?:twice|double|half|fold|times)\b"),
    )
)
# References and years of publication state nothing.
_REFERENCES = re.compile(r"\[[\d,;\s–-]+\]|\([^()]*\b(?:1[89]|20)\d\d[a-z]?\)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Expected:
    """A sort of thing that is asked for.

    ``subject``: where it is a bibliographic detail, what else the question names, words without their plural; else
    nothing. ``nothing_else``: whether what does not state it cannot answer.
    """

    stated: re.Pattern[str]
    subject: frozenset[str] = frozenset()
    nothing_else: bool = False

    def stated_in(self, text: str) -> bool:
        """Whether a text states such a thing."""
        read = text if self.nothing_else else _REFERENCES.sub(" ", text)
        return self.stated.search(read) is not None

    def is_told_by(self, kind: BlockKind, title: str) -> bool:
        """Whether it is for such a block of the document with that title to tell.

        It is for its front matter, where a bibliographic detail is asked for and the title names all of the subject.
        """
        return kind is BlockKind.FRONT_MATTER and self._is_named_in(title)

    def is_of_another(self, kind: BlockKind, title: str, text: str) -> bool:
        """Whether such a block of the document with that title tells of another document than the one asked about.

        A reference does, where a bibliographic detail is asked for and all of the subject is in the title, not in it.
        """
        return kind is BlockKind.REFERENCE and self._is_named_in(title) and not self._is_named_in(text)

    def _is_named_in(self, text: str) -> bool:
        """Whether there is a subject, and a text names all of it."""
        return bool(self.subject) and self.subject <= _singulars(text)


def expected(question: str) -> Expected | None:
    """What sort of thing a question asks for, None where its words do not tell."""
    for asked, stated in _DETAILS:
        if asked.search(question):
            return Expected(stated, _singulars(question), _NOTHING_ELSE.search(question) is not None)
    return next((Expected(stated) for asked, stated in _SORTS if asked.search(question)), None)


def _singulars(text: str) -> frozenset[str]:
    return frozenset(word.rstrip("s") for word in _WORD.findall(text.lower()) if word not in _NO_SUBJECT)
