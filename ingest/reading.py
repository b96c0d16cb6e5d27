"""From source text to reading text, with a map back.

The source text is what spans point into. The reading text is what is embedded, ranked and shown: white
space folded, line-end hyphens mended, ligatures spelt out, mark-up dropped. Every letter of a reading
text comes from a known place of the source, in the order of the flow.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.entities import html5

from ingest.model import Code, Format, Span

_HTML_TAGS = (
    "a|abbr|article|aside|b|big|blockquote|body|br|button|caption|center|cite|code|col|dd|del|details|div|dl|dt|em|"
    "figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|li|link|main|mark|"
    "meta|nav|ol|p|path|picture|pre|q|s|samp|script|section|small|source|span|strike|strong|style|sub|summary|sup|svg|"
    "table|tbody|td|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr"
)

# Each alternative is named; `_edit` says what takes its place.
_WHITE = r"(?P<hyphen>(?<=\w)[-\u2010\u00ad][ \t]*\r?\n\s*(?=\w))|(?P<white> \s+|[^\S ]\s*)"
_NOTHING = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
_CHARACTERS = rf"(?P<nothing>[{_NOTHING}]+)|(?P<ligature>[\ufb00-\ufb06])"
_ENTITY = r"(?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
_MARK_UP = (
    r"(?P<comment><!--.{0,4000}?-->)"
    rf"|(?P<tag></?(?:{_HTML_TAGS})(?:\s[^<>]{{0,4000}})?/?>)"
    r"|(?P<autolink><(?P<address>(?:https?://|mailto:)[^\s<>]{1,2000})>)"
    r"|(?P<codespan>(?P<ticks>`{1,3})(?!`)(?P<inner>[^\n`]{1,300})(?P=ticks)(?!`))"
    r"|(?P<image_link>\[(?=!\[))"
    r"|(?P<shortcode>\{\{[<%].{0,400}?[>%]\}\})"
    r"|(?P<image>!\[(?:[^\[\]\\]|\\.){0,1000}\]\([^()\s]{0,2000}(?:\s+\"[^\"\n]{0,300}\")?\))"
    r"|(?P<link_close>\]\(<?(?:[a-z][a-z0-9+.-]*:|[/\#.]|[\w-]+\.)"
    r"(?:[^\s()<>]|\([^\s()]{0,500}\)){0,2000}>?(?:\s+\"[^\"\n]{0,300}\")?\))"
    r"|(?P<link_open>\[(?=(?:[^\[\]\\\n]|\\.){1,500}\]\(<?(?:[a-z][a-z0-9+.-]*:|[/\#.]|[\w-]+\.)))"
    r"|(?P<super>\^\{(?P<raised>[^{}\n]{0,40})\})"
    r"|(?P<strong>\*\*+|__+|~~)"
    r"|(?P<emphasis>(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=[^\s_])|(?<=[^\s_])_(?!\w))"
    r"|(?P<code>`+)"
    r"|(?P<escape>\\(?P<escaped>[\\`*_{}\[\]()\#+\-.!<>|~$^]))"
)
EDITS = {
    Format.TEXT: re.compile(f"{_WHITE}|{_CHARACTERS}|{_ENTITY}|(?i:{_MARK_UP})", re.DOTALL),
    Format.HTML: re.compile(f"{_WHITE}|{_CHARACTERS}|{_ENTITY}", re.DOTALL),
    Format.PDF: re.compile(f"{_WHITE}|{_CHARACTERS}"),
}
EDITS[Format.MARKDOWN] = EDITS[Format.TEXT]
"""What is not read as it stands, by format."""
# An edit holds one of these characters, behind nothing but a hyphen and spaces: a set is found much sooner. Of these
# "[ ] < & ! ~ ^ {" are common in prose, and begin an edit only before certain others.
_TELLTALE = re.compile(
    r"[\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    r"&<`\[\]{!^*_~\\\u2010\ufb00-\ufb06"
    rf"{_NOTHING}](?:(?<![\[\]<&!~^{{])"
    r"|(?<=\[)(?![\d,; –-]+\](?!\())|(?<=\])(?=\()|(?<=<)(?=[!/\w])|(?<=&)(?=[#A-Za-z])|(?<=!)(?=\[)|(?<=~)(?=~)"
    r"|(?<=\^)(?=\{)|(?<=\{)(?=\{))"
)
# A line break between two words, which are not one word torn, is read as the space that it is.
_LONE_BREAK = re.compile(r"\n(?<=[^\s\u2010\u00ad-]\n)(?=\S)")
# Of these, one part is read as it stands.
_KEPT = {"super": "raised", "escape": "escaped", "autolink": "address", "codespan": "inner"}
_CHARACTER_REFERENCE = re.compile(_ENTITY)
_REFERENCE_OR_WHITE = re.compile(rf"{_ENTITY}|\s+|(?P<nothing>[{_NOTHING}]+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LINE_END_HYPHEN = re.compile(r"(?<=\w)[-\u2010\u00ad][ \t]*\r?\n\s*(?=\w)")
_LEFT_PART = re.compile(r"[^\W\d_]+\Z")
_RIGHT_PART = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """``length`` characters of reading text from ``at`` on stand for ``source``.

    ``source`` is None for a connector; when its length differs from ``length`` or ``verbatim`` is false, the
    piece replaces its source as a whole.
    """

    at: int
    length: int
    source: Span | None
    verbatim: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading text and where each of its characters comes from."""

    text: str
    pieces: tuple[Piece, ...]
    source: str

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The source spans of ``text[start:end]``, in reading order.

        Neighbours are joined when nothing with letters or digits lies between them, so that a sentence running
        over a line break is one span and a link's address is not part of the sentence.
        """
        found: list[Span] = []
        pieces = self.pieces
        if pieces and start >= _end(pieces[0]):
            pieces = pieces[bisect_right(pieces, start, key=_end) :]
        for piece in pieces:
            if piece.at >= end:
                break
            if piece.source is None or self._is_mark(piece):
                continue
            if piece.verbatim:
                low = max(start, piece.at) - piece.at
                high = min(end, piece.at + piece.length) - piece.at
                span = Span(piece.source.start + low, piece.source.start + high)
            else:
                span = piece.source
            span = _strip(self.source, span)
            if not len(span):
                continue
            if found and span.start >= found[-1].end and _silent(self.source, found[-1].end, span.start):
                found[-1] = Span(found[-1].start, span.end)
            else:
                found.append(span)
        return tuple(found)

    def _is_mark(self, piece: Piece) -> bool:
        """Whether a piece stands for a mark without letters, such as ``&amp;``: its name is not part of a quote."""
        return not piece.verbatim and not letters(self.text[piece.at : piece.at + piece.length])


def _unescape(reference: str) -> str:
    """What a character reference stands for: itself where no character has that name ("&notit;" is not "¬it;")."""
    return html.unescape(reference) if reference[1] == "#" or reference[1:] in html5 else reference


def _end(piece: Piece) -> int:
    return piece.at + piece.length


def _strip(source: str, span: Span) -> Span:
    start, end = span.start, span.end
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    return span if end - start == len(span) else Span(start, end)


# "gamma-" is half of a compound where "gamma" is a word of the document; "in-" is not.
_LONG_HALF = 4
# What compounds begin or end with that are broken at their own hyphen.
_COMPOUND_STARTS = frozenset("alpha beta gamma delta kappa lambda omega".split())
_COMPOUND_ENDS = frozenset(
    (
        "associated based bound buffered coated containing deficient dependent derived driven expressing free "
        "induced labelled labeled like linked mediated negative positive related resistant rich sensitive specific "
        "treated"
    ).split()
)
# A gap longer than this is never joined: it cannot be a line break or a mark of emphasis.
_LONGEST_SILENT_GAP = 200


def _silent(source: str, start: int, end: int) -> bool:
    return end - start <= _LONGEST_SILENT_GAP and not any(map(_is_letter, source[start:end]))


def vocabulary(text: str) -> frozenset[str]:
    """The words of a document, in lower case, hyphenated words whole: what line-end hyphens are mended by.

    What a hyphen at a line end parts counts for no words.
    """
    runs: set[str] = set()
    stretches = _LINE_END_HYPHEN.split(text)
    for at, stretch in enumerate(stretches):
        words = stretch.split()
        runs.update(words[int(at > 0) : len(words) - int(at < len(stretches) - 1)])
    return frozenset(word for run in runs for word in _WORD.findall(run.lower()))


def _place(text: str, start: int, end: int) -> int:
    """Where the next telltale character stands, ``end`` where there is none."""
    match = _TELLTALE.search(text, start, end)
    return match.start() if match else end


def _double(text: str, start: int, end: int) -> int:
    """The same of two spaces on end."""
    found = text.find("  ", start, end)
    return end if found < 0 else found


class Reader:
    """Turns flows of one document into readings. The vocabulary is made when first needed."""

    def __init__(self, text: str, format: Format) -> None:
        self._text = text
        self._flat = _LONE_BREAK.sub(" ", text)
        self._edits = EDITS[format]
        self._mends_seams = format is not Format.HTML
        self._words: frozenset[str] | None = None

    def read(self, flow: Sequence[Span | str]) -> Reading:
        """The reading text of a flow, trimmed of white space at both ends and at every seam."""
        pieces: list[Piece] = []
        text: list[str] = []
        at = 0
        for string, source, verbatim in self._joined(flow):
            if string:
                pieces.append(Piece(at, len(string), source, verbatim))
                text.append(string)
                at += len(string)
        return Reading("".join(text), tuple(pieces), self._text)

    def has_letters(self, flow: Sequence[Span | str]) -> bool:
        """Whether a letter or digit is read in a flow; no more of it is looked at than that takes."""
        first = flow[0] if flow else ""
        if isinstance(first, Span) and self._text[first.start : min(first.start + 1, first.end)].isalnum():
            return True  # no edit takes a letter away
        return any(any(map(str.isalnum, string)) for string, _, _ in self._edited(flow))

    def _joined(self, flow: Sequence[Span | str]) -> Iterator[tuple[str, Span | None, bool]]:
        """The edited flow with runs of white space folded to one space across seams, none at the ends."""
        pending = False
        begun = False
        for string, span, verbatim in self._edited(flow):
            source = span
            body = string.strip(" ")
            if begun and (pending or string[:1] == " ") and body:
                yield " ", None, False
            if body:
                if source is not None and verbatim and len(body) < len(string):
                    lead = len(string) - len(string.lstrip(" "))
                    source = Span(source.start + lead, source.start + lead + len(body))
                yield body, source, verbatim
                begun = True
                pending = string[-1] == " "
            elif string:
                pending = True

    def _edited(self, flow: Sequence[Span | str]) -> Iterator[tuple[str, Span | None, bool]]:
        for index, part in enumerate(flow):
            if isinstance(part, str):
                bare = part.strip()
                if part[:1].isspace():
                    yield " ", None, False
                if bare:
                    yield bare, None, False
                if bare and part[-1:].isspace():
                    yield " ", None, False
                continue
            if isinstance(part, Code):
                yield from self._references(part)
                continue
            yield from self._edit_span(part, flow[index + 1] if index + 1 < len(flow) else None)

    def _edit_span(self, span: Span, following: Span | str | None) -> Iterator[tuple[str, Span | None, bool]]:
        text, at = self._flat, span.start
        for match in self.edits(span):
            if match.start() > at:
                yield text[at : match.start()], Span(at, match.start()), True
            yield from self._replace(match)
            at = match.end()
        end = span.end
        if self._mends_seams and isinstance(following, Span) and following.start != span.end:
            end = self._seam(at, span.end, following)
        if end > at:
            yield text[at:end], Span(at, end), True

    def edits(self, span: Span) -> Iterator[re.Match[str]]:
        """The edits of a span from left to right, as ``finditer`` would find them, apart from lone line breaks."""
        text, edits, at, end = self._text, self._edits, span.start, span.end
        telltale, double = _place(self._flat, at, end), _double(text, at, end)
        while min(telltale, double) < end:
            place = min(telltale, double)
            begin = place
            while begin > at and text[begin - 1] in " \t":
                begin -= 1
            if begin > at and text[begin - 1] == "-":
                begin -= 1
            for start in range(begin, place + 1):
                match = edits.match(text, start, end)
                if match:
                    yield match
                    at = match.end()
                    break
            else:
                at = place + 1
            if telltale < at:
                telltale = _place(self._flat, at, end)
            if double < at:
                double = _double(text, at, end)

    def _seam(self, at: int, end: int, following: Span) -> int:
        """Where a span stops when a word is broken by a hyphen at the seam to the next span."""
        stripped = len(self._text[at:end].rstrip()) + at
        if stripped <= at or self._text[stripped - 1] not in "-\u2010\u00ad":
            return end
        hyphen = stripped - 1
        return hyphen if self._drops_hyphen(hyphen, following.start) else stripped

    def _replace(self, match: re.Match[str]) -> Iterator[tuple[str, Span | None, bool]]:
        name = match.lastgroup
        span = Span(*match.span())
        string = match.group()
        if name == "white":
            yield " ", None, False
        elif name == "hyphen":
            if not self._drops_hyphen(match.start(), match.end()):
                yield string[0], Span(match.start(), match.start() + 1), True
        elif name == "ligature":
            yield unicodedata.normalize("NFKC", string), span, False
        elif name == "entity":
            yield from self._references(span)
        elif name in _KEPT:
            yield from self._references(Span(*match.span(_KEPT[name])))
        elif name == "tag" and string[:3].lower() in ("<br", "<p>", "<li", "<td", "<tr"):
            yield " ", span, False

    def _references(self, span: Span) -> Iterator[tuple[str, Span | None, bool]]:
        """A stretch as it stands but for white space and character references, which mean the same everywhere."""
        at = span.start
        for match in _REFERENCE_OR_WHITE.finditer(self._text, span.start, span.end):
            if match.start() > at:
                yield self._text[at : match.start()], Span(at, match.start()), True
            at = match.end()
            if match["nothing"]:
                continue
            value = _unescape(match.group()) if match["entity"] else " "
            if value.isspace():
                yield " ", None, False
            else:
                yield value, Span(*match.span()), value == match.group()
        if span.end > at:
            yield self._text[at : span.end], Span(at, span.end), True

    def _drops_hyphen(self, hyphen: int, right: int) -> bool:
        """Whether a hyphen at a line end only breaks a word.

        The document decides: the joined word occurs in it, or else neither the hyphenated word nor both its halves
        do, nor a first half long enough to be half of a compound. Some halves are a compound's wherever they stand.
        """
        left_match = _LEFT_PART.search(self._text[max(0, hyphen - 60) : hyphen])
        right_match = _RIGHT_PART.match(self._text[right : right + 60])
        if self._text[hyphen] == "\u00ad":
            return True
        if left_match is None or right_match is None or right_match.group()[0].isupper():
            return False
        if self._words is None:
            self._words = vocabulary(self._text)
        left, tail = left_match.group().lower(), right_match.group().lower()
        if left + tail in self._words:
            return True
        if f"{left}-{tail}" in self._words or (left in self._words and tail in self._words):
            return False
        if left in _COMPOUND_STARTS or (tail in _COMPOUND_ENDS and len(left) >= _LONG_HALF):
            return False
        return left not in self._words or len(left) < _LONG_HALF


def join_spans(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in reading order; those with only white space between them are one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start >= joined[-1].end and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return tuple(joined)


def letters(text: str) -> str:
    """The letters, marks and digits of a text under compatibility decomposition: what quote and source share.

    A sign such as "™" is none, whatever it decomposes to. Decomposed again once what lies between them is gone: a mark
    behind a control character joins no letter in the source, but does in the reading.
    """
    parts = unicodedata.normalize("NFKD", "".join(filter(_is_letter, text)))
    return unicodedata.normalize("NFKD", "".join(filter(_is_letter, parts)))


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def source_letters(source: str, spans: Iterable[Span], format: Format) -> str:
    """The letters of a source at its spans, in the order given; a character reference counts as what it stands for."""
    text = " ".join(source[span.start : span.end] for span in spans)
    if format is not Format.PDF:
        text = _CHARACTER_REFERENCE.sub(lambda match: _unescape(match.group()), text)
    return letters(text)
