"""The blocks of an HTML page, with offsets into its source.

The standard library's parser tells where each piece of text stands; it never fails and never recurses.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser

from ingest.draft import Draft
from ingest.frontmatter import year_in
from ingest.model import BlockKind, Source, Span

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_KINDS = {
    "li": BlockKind.LIST_ITEM,
    "dd": BlockKind.LIST_ITEM,
    "dt": BlockKind.LIST_ITEM,
    "figcaption": BlockKind.CAPTION,
    "caption": BlockKind.CAPTION,
}
_BOUNDARIES = frozenset(
    (
        "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol p pre section summary "
        "table tbody tfoot thead tr ul template"
    ).split()
)
_HEAD_TAGS = frozenset("head title meta link base style script noscript template".split())
# What these hold is never part of the document's words.
_UNREAD = frozenset("script style noscript template svg head title".split())
# These hold a page's furniture, not its matter.
_FURNITURE = frozenset("nav button select iframe object".split())
# These do only outside of what the page is about.
_PAGE_FURNITURE = frozenset({"footer", "aside"})
_MATTER = frozenset({"main", "article", "section"})
_NEVER_HIDDEN = frozenset({"html", "body", "main", "article"})
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_CELLS = frozenset({"td", "th"})
_TABLE_PARTS = frozenset("table caption thead tbody tfoot tr td th".split())
# Opening a tag closes these, if they are open within the nearest of those (HTML Living Standard, optional tags).
_IMPLIED_ENDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "option": (frozenset({"option"}), frozenset({"select", "datalist"})),
    "td": (_CELLS, frozenset({"tr", "table"})),
    "th": (_CELLS, frozenset({"tr", "table"})),
    "tr": (frozenset({"tr", "caption"}), frozenset({"table"})),
    **{
        part: (frozenset({"tr", "caption", "thead", "tbody", "tfoot"}), frozenset({"table"}))
        for part in ("thead", "tbody", "tfoot")
    },
}
_PARAGRAPH_ENDS = (frozenset({"p"}), frozenset({"td", "th", "table", "caption", "button", "li"}))


def read_html(text: str) -> tuple[list[Draft], Source]:
    """Drafts that tile ``text``, and what the page's head says of it.

    A page that seems to hold nothing but furniture is read again as if it had none: better too much than nothing.
    """
    parser = _parse(text, hide_furniture=True)
    if not any(_has_words(text, draft) for draft in parser.drafts):
        parser = _parse(text, hide_furniture=False)
    return parser.drafts, _source(parser.title, parser.meta)


def _parse(text: str, *, hide_furniture: bool) -> _Parser:
    parser = _Parser(text, hide_furniture)
    parser.feed(text)
    parser.close()
    parser.finish()
    return parser


def _has_words(text: str, draft: Draft) -> bool:
    return draft.kind is not BlockKind.FURNITURE and any(
        any(map(str.isalnum, text[part.start : part.end])) for part in draft.flow if isinstance(part, Span)
    )


class _Parser(HTMLParser):
    def __init__(self, text: str, hide_furniture: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.drafts: list[Draft] = []
        self.meta: dict[str, list[str]] = {}
        self._titles: list[str] = []
        self._text = text
        self._hide_furniture = hide_furniture
        self._line_starts = _line_starts(text)
        self._open: list[str] = []
        self._count: Counter[str] = Counter()
        self._hidden_from: int | None = None  # the depth of the element that hides what is in it
        self._block_start = 0
        self._flow: list[Span | str] = []
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._cells: list[list[Span | str]] | None = None
        self._heads: list[list[Span | str]] = []
        self._unread_heads: int | None = None  # where the draft of column heads stands that no row has read yet
        self._all_heads = False

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """``<![foo[``: the parser's own method refuses unknown keywords; a browser takes them for a comment."""
        place = self.lineno, self.offset
        try:
            return int(super().parse_marked_section(i, report))
        except AssertionError:
            self.lineno, self.offset = place
            return int(self.parse_bogus_comment(i))

    @property
    def title(self) -> str | None:
        """The page's title with white space folded, None where it has none."""
        return " ".join(html.unescape("".join(self._titles)).split()) or None

    def finish(self) -> None:
        """Close the last block at the end of the text."""
        self._close_block(len(self._text))
        self._end_table()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = self._here()
        self._close_implied(tag, at)
        if tag == "meta":
            self._keep_meta({name: value or "" for name, value in attrs})
        if tag in _CELLS:
            if self._cells is None:
                self._close_block(at)
                self._begin_row()
            assert self._cells is not None
            self._cells.append([])
            self._all_heads = self._all_heads and (tag == "th" or bool(self._count["thead"]))
        elif tag == "br" or (tag in _BOUNDARIES and self._in_cell(tag)):
            self._target().append(" ")
        elif tag in _BOUNDARIES:
            self._close_block(at)
            self._begin(tag)
        if tag in _VOID:
            return
        if self._hidden_from is None and self._hides(tag, attrs):
            self._close_block(at)
            self._hidden_from = len(self._open)
        self._open.append(tag)
        self._count[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        depth = self._depth_of(tag)
        if depth is None:
            return
        end = self._after_tag()
        inside = self._in_cell(tag)
        self._pop_to(depth, end)
        if tag in _BOUNDARIES and inside:
            self._target().append(" ")
        elif tag in _BOUNDARIES:
            self._close_block(end)
            if tag == "table":
                self._end_table()

    def handle_data(self, data: str) -> None:
        start = self._here()
        self._take(Span(start, start + len(data)))

    def handle_entityref(self, name: str) -> None:
        self._take_reference(len(name) + 1)

    def handle_charref(self, name: str) -> None:
        self._take_reference(len(name) + 2)

    def _hides(self, tag: str, attrs: list[tuple[str, str | None]]) -> bool:
        if tag in _UNREAD:
            return True
        if not self._hide_furniture or tag in _NEVER_HIDDEN:
            return False
        if any(name == "hidden" or (name == "aria-hidden" and value == "true") for name, value in attrs):
            return True
        return tag in _FURNITURE or (tag in _PAGE_FURNITURE and not any(self._count[matter] for matter in _MATTER))

    def _close_implied(self, tag: str, at: int) -> None:
        """Close what this start tag ends without an end tag of its own."""
        if self._count["head"] and tag not in _HEAD_TAGS:
            self._pop_to(self._open.index("head"), at)
        if (
            tag in ("main", "article")
            and self._hidden_from is not None
            and self._open[self._hidden_from] not in _UNREAD
        ):
            self._pop_to(self._hidden_from, at)
        rules = [_IMPLIED_ENDS[tag]] if tag in _IMPLIED_ENDS else []
        if tag in _BOUNDARIES and self._count["p"]:
            rules.append(_PARAGRAPH_ENDS)
        for closes, within in rules:
            for depth in range(len(self._open) - 1, -1, -1):
                if self._open[depth] in closes:
                    self._pop_to(depth, at)
                    break
                if self._open[depth] in within:
                    break

    def _depth_of(self, tag: str) -> int | None:
        """Where the element that an end tag closes is open; outside of a table's cell only a table's parts close it."""
        if not self._count[tag]:
            return None
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth] == tag:
                return depth
            if self._open[depth] in _CELLS and tag not in _TABLE_PARTS:
                return None
        return None

    def _pop_to(self, depth: int, end: int) -> None:
        while len(self._open) > depth:
            self._count[self._open.pop()] -= 1
        if self._hidden_from is not None and depth <= self._hidden_from:
            self._hidden_from = None
            self._close_block(end, furniture=True)

    def _in_cell(self, tag: str) -> bool:
        return bool(self._cells) and tag not in _TABLE_PARTS

    def _target(self) -> list[Span | str]:
        return self._cells[-1] if self._cells else self._flow

    def _take_reference(self, length: int) -> None:
        start = self._here()
        end = start + length
        self._take(Span(start, end + (self._text[end : end + 1] == ";")))

    def _take(self, span: Span) -> None:
        if self._open and self._open[-1] == "title" and not self._count["svg"]:
            self._titles.append(self._text[span.start : span.end])
        if self._hidden_from is not None:
            return
        target = self._target()
        if target and isinstance(target[-1], Span) and target[-1].end == span.start:
            target[-1] = Span(target[-1].start, span.end)
        else:
            target.append(span)

    def _begin(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._kind, self._level = BlockKind.HEADING, _HEADINGS[tag]
        elif tag == "tr":
            self._begin_row()
        else:
            self._kind = _KINDS.get(tag, BlockKind.LIST_ITEM if "li" in self._open[-3:] else BlockKind.PARAGRAPH)

    def _begin_row(self) -> None:
        self._kind, self._cells, self._all_heads = BlockKind.TABLE_ROW, [], True

    def _close_block(self, end: int, *, furniture: bool = False) -> None:
        owned = Span(self._block_start, end)
        cells = self._cells
        if len(owned):
            if cells is not None and any(cells):
                self._add_row(owned, cells)
            else:
                kind = BlockKind.FURNITURE if furniture else self._kind
                self.drafts.append(Draft(kind, (owned,), tuple(self._flow), self._level))
        self._block_start = end
        self._flow = []
        self._kind, self._level, self._cells = BlockKind.PARAGRAPH, 0, None

    def _add_row(self, owned: Span, cells: list[list[Span | str]]) -> None:
        if self._all_heads and not self._heads:
            self._heads, self._unread_heads = cells, len(self.drafts)
            self.drafts.append(Draft(BlockKind.TABLE_ROW, (owned,), ()))
            return
        if len(cells) >= len(self._heads):
            self._unread_heads = None
        self.drafts.append(Draft(BlockKind.TABLE_ROW, (owned,), tuple(self._row_flow(cells, self._heads))))

    def _row_flow(self, cells: list[list[Span | str]], heads: list[list[Span | str]]) -> list[Span | str]:
        flow = list(self._flow)
        for column, cell in enumerate(cells):
            if not any(isinstance(part, Span) and self._text[part.start : part.end].strip() for part in cell):
                continue
            if flow:
                flow.append("; " if heads else " ")
            if column < len(heads) and heads[column]:
                flow.extend([*heads[column], ": "])
            flow.extend(cell[:-1] if cell[-1] == " " else cell)
        return flow

    def _end_table(self) -> None:
        """Forget the column heads; where no row has read them all, they are read by themselves."""
        if self._unread_heads is not None:
            draft = self.drafts[self._unread_heads]
            self.drafts[self._unread_heads] = replace(draft, flow=tuple(self._row_flow(self._heads, [])))
        self._heads, self._unread_heads = [], None

    def _keep_meta(self, attributes: Mapping[str, str]) -> None:
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        if name and attributes.get("content"):
            self.meta.setdefault(name, []).append(attributes["content"].strip())

    def _here(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    def _after_tag(self) -> int:
        close = self._text.find(">", self._here())
        return len(self._text) if close < 0 else close + 1


def _line_starts(text: str) -> list[int]:
    """Offsets of line beginnings as HTMLParser counts lines: by line feeds alone."""
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _source(title: str | None, meta: Mapping[str, list[str]]) -> Source:
    def first(*names: str) -> str | None:
        return next((meta[name][0] for name in names if name in meta), None)

    return Source(
        title=first("citation_title", "dc.title", "og:title") or title,
        authors=tuple(meta.get("citation_author") or meta.get("dc.creator") or meta.get("author") or ()),
        year=year_in(
            first("citation_publication_date", "citation_date", "dc.date", "article:published_time", "date") or ""
        ),
        doi=first("citation_doi", "dc.identifier.doi"),
        url=first("og:url", "citation_public_url"),
        licence=first("dc.rights", "license"),
    )
