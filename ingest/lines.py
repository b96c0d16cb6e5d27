"""Lines of a text with their offsets, and what can be told of a line by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise
from typing import NamedTuple

from ingest.model import Span


class LineKind(Enum):
    """What a line looks like before its neighbours are considered."""

    BLANK = auto()
    RULE = auto()
    ATX_HEADING = auto()
    BOLD_HEADING = auto()
    FENCE = auto()
    PIPE = auto()
    TAB = auto()
    ITEM = auto()
    NUMBERED = auto()
    CAPTION = auto()
    RECORD = auto()
    TEXT = auto()


class Line(NamedTuple):
    """``text`` is the line without white space around it; ``indent`` is how many characters stand before it.

    ``stop`` is where the next line begins.
    """

    kind: LineKind
    start: int
    indent: int
    stop: int
    text: str

    @property
    def content(self) -> Span:
        """Where ``text`` lies."""
        start = self.start + self.indent
        return Span(start, start + len(self.text))


_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)"
_CAPTION_BEGINS = (
    r"(?i:(?:figure|fig\.?|table|scheme|chart|box|plate)\s+"
    r"(?:[A-Z]?[\dIVX]+[a-z]?(?:\s?[–—]\s?figure supplement \d+)?(?!\s?[–—]\s?figure)\s*[.:|–—]\s*\S"
    r"|\d+[a-z]?\s+(?-i:[A-ZÀ-Þ][a-zà-ÿ])))"
)
_PATTERNS: tuple[tuple[LineKind, str], ...] = (
    (LineKind.FENCE, r"(?:```|~~~)[^`]*\Z"),
    (LineKind.RULE, r"(?:[-*_=~#.•–—]\s*){3,}\Z|\{\{[<%](?:(?!\}\}).)*\}\}\Z|\\(?:newpage|pagebreak)\Z"),
    (LineKind.ATX_HEADING, r"#{1,6}\s+\S"),
    (LineKind.BOLD_HEADING, r"(?:\*\*|__)(?![*_\s])[^*_<\[\]]{2,100}(?<![\s.,;])(?:\*\*|__):?\Z"),
    (LineKind.PIPE, r"\|.*\|\Z|[^|]*\S\s*(?<!\\)\|.*\S"),
    (LineKind.CAPTION, _CAPTION_BEGINS),
    (
        LineKind.RECORD,
        r"(?i:[*\s]*(?:received|accepted|published(?: online)?|(?:reviewed (?:& |and ))?revised|submitted|"
        r"available online|key ?words|corresponding authors?|correspondence(?: to)?|cite (?:this|as)|"
        r"to cite|orcid|e-?mail|phone|tel|fax|"
        r"authors?|affiliations?|citation|doi|issn|isbn|pmid|licen[cs]e|copyright|abbreviations)\s*:"
        r"|©|copyright ©|\(c\) \d{4}|[pe]?-?issn\s+\d|isbn\s+\d|doi\s*10\.\d|https?://(?:dx\.)?doi\.org/\S+\Z"
        r"|(?=.{0,300}\Z)\S+@\S+\.\w+\Z)",
    ),
    (LineKind.ITEM, r"[-*+•‣▪◦·●]\s+\S"),
    (LineKind.NUMBERED, r"(?:\[?\d{1,3}[.)\]]|\(?[a-z]\)|\(?[ivx]{1,4}\))\s+\S"),
)
_KIND = re.compile("|".join(f"(?P<{kind.name}>{pattern})" for kind, pattern in _PATTERNS))
_CAPTION = re.compile(_CAPTION_BEGINS)
# A line that begins with a letter, not as a caption or record may, and holds no mark of the others: found much sooner.
_ORDINARY = re.compile(r"(?!(?i:fig|table|scheme|chart|box|plate|doi|isbn|[pe]?-?issn)|[a-z]{1,4}\))[^\W\d_][^|:@©]*\Z")
_ENDS_SENTENCE = re.compile(r"[.!?…:;](?:[\"”’')\]]|\s*[\[(][\d,;\s–-]+[\])])*\Z")
_LAST_OF_SENTENCE = frozenset(".!?…:;\"”’')]")
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\Z")
_MARKER = re.compile(r"(?:#{1,6}|[-*+•‣▪◦·●]|\[?\d{1,3}[.)\]]|\(?[a-z]\)|\(?[ivx]{1,4}\))\s+")


def split_lines(text: str, start: int = 0, stop: int | None = None) -> list[Line]:
    """The lines of ``text[start:stop]``, in order; they tile it exactly."""
    lines: list[Line] = []
    at = start
    for raw in text[start:stop].splitlines(keepends=True):
        bare = raw.strip("\ufeff").strip()
        end = at + len(raw)
        lines.append(Line(_kind(bare, raw), at, raw.find(bare), end, bare))
        at = end
    return _only_real_tables(lines)


def _only_real_tables(lines: list[Line]) -> list[Line]:
    """Lines with a bar in them that belong to no table are text or captions.

    A table begins with a bar or has a delimiter row.
    """
    found: list[Line] = []
    inside = False
    for index, line in enumerate(lines):
        if line.kind is LineKind.PIPE:
            follows = index + 1 < len(lines) and is_delimiter(lines[index + 1].text)
            inside = inside or line.text.startswith("|") or follows
            found.append(line if inside else line._replace(kind=_kind_without_bars(line.text)))
        else:
            inside = False
            found.append(line)
    return found


def _kind_without_bars(text: str) -> LineKind:
    return LineKind.CAPTION if _CAPTION.match(text) else LineKind.TEXT


def is_delimiter(text: str) -> bool:
    """Whether a line parts a table's heads from its rows: ``|---|:---:|``."""
    return "|" in text and _DELIMITER.match(text) is not None


def ends_sentence(text: str) -> bool:
    """Whether a line ends as a sentence does: with a stop, and behind it nothing but closing marks and references."""
    return text[-1:] in _LAST_OF_SENTENCE and _ENDS_SENTENCE.search(text) is not None


def _kind(bare: str, raw: str) -> LineKind:
    if not bare:
        return LineKind.TAB if "\t" in raw.strip("\r\n ") else LineKind.BLANK
    if "\t" in raw and (("\t" in raw.strip("\r\n ") and "\t" in raw.lstrip("\ufeff \t")) or raw.startswith("\t\t")):
        return LineKind.TAB
    if _ORDINARY.match(bare):
        return LineKind.TEXT
    match = _KIND.match(bare)
    return LineKind[match.lastgroup] if match and match.lastgroup else LineKind.TEXT


def after_marker(line: Line) -> Span:
    """The content without its bullet, number or heading marks."""
    match = _MARKER.match(line.text)
    start = line.content.start + (match.end() if match else 0)
    return Span(start, line.content.end)


# A text counts as hard-wrapped when its long lines keep within this many characters.
_WIDEST_WRAP = 130
_NARROWEST_WRAP = 30
_MIN_CONTINUED = 0.2


def wrap_width(lines: Sequence[Line], *, widest: int = _WIDEST_WRAP) -> int:
    """The column at which running text is wrapped, 0 where each line is a paragraph of its own.

    Text is wrapped when lines often stop in mid-sentence and the next begins in lower case; the width is the 90th
    percentile of the lines that are followed at once by another. Lines longer than ``widest`` are no wrapped ones.
    """
    pairs = [
        (line, following)
        for line, following in pairwise(lines)
        if line.kind is LineKind.TEXT and following.kind is LineKind.TEXT
    ]
    continued = sum(following.text[:1].islower() and not ends_sentence(line.text) for line, following in pairs)
    if continued < 2 or continued < _MIN_CONTINUED * len(pairs):
        return 0
    lengths = sorted(len(line.text) for line, _ in pairs)
    every = sorted(len(line.text) for line in lines if line.kind is LineKind.TEXT)
    width = lengths[int(0.9 * (len(lengths) - 1))]
    longest = every[int(0.97 * (len(every) - 1))]
    return width if width >= _NARROWEST_WRAP and longest <= widest else 0
