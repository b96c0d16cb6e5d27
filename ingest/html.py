"""The blocks of an HTML page, with offsets into its source.

The standard library's parser tells where each piece of text stands; it never fails and never recurses.
"""

from __future__ import annotations

from collections.abc import Mapping
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
# What these hold is not part of the document's words.
_FURNITURE = frozenset("script style nav noscript template svg head button select iframe object".split())
_PAGE_FURNITURE = frozenset({"header", "footer", "aside"})
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_CELLS = frozenset({"td", "th"})


def read_html(text: str) -> tuple[list[Draft], Source]:
    """Drafts that tile ``text``, and what the page's head says of it."""
    parser = _Parser(text)
    parser.feed(text)
    parser.close()
    parser.finish()
    return parser.drafts, _source(parser.title, parser.meta)


class _Parser(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.drafts: list[Draft] = []
        self.meta: dict[str, list[str]] = {}
        self._titles: list[str] = []
        self._text = text
        self._line_starts = _line_starts(text)
        self._open: list[str] = []
        self._hidden = 0
        self._in_title = False
        self._block_start = 0
        self._flow: list[Span | str] = []
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._cells: list[list[Span | str]] | None = None
        self._heads: list[list[Span | str]] = []
        self._head_row = False
        self._cell_is_head = False

    @property
    def title(self) -> str | None:
        """The page's title with white space folded, None where it has none."""
        return " ".join("".join(self._titles).split()) or None

    def finish(self) -> None:
        """Close the last block at the end of the text."""
        self._close_block(len(self._text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = self._here()
        if tag == "meta":
            self._keep_meta({name: value or "" for name, value in attrs})
        if tag == "title":
            self._in_title = True
        if tag == "br":
            self._flow.append(" ")
        if tag in _BOUNDARIES:
            self._close_block(at)
            self._begin(tag)
        if tag in _CELLS and self._cells is not None:
            self._cells.append([])
            self._cell_is_head = self._cell_is_head and tag == "th"
        if tag in _VOID:
            return
        hidden = any(name == "hidden" or (name == "aria-hidden" and value == "true") for name, value in attrs)
        if self._hidden or hidden or tag in _FURNITURE or (tag in _PAGE_FURNITURE and "article" not in self._open):
            if not self._hidden:
                self._close_block(at)
            self._hidden += 1
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if tag not in self._open:
            return
        end = self._after_tag()
        closes_boundary = tag in _BOUNDARIES
        while self._open:
            top = self._open.pop()
            if self._hidden:
                self._hidden -= 1
                if not self._hidden:
                    self._close_block(end, furniture=True)
            if top == tag:
                break
        if closes_boundary:
            self._close_block(end)
            if tag == "table":
                self._heads = []

    def handle_data(self, data: str) -> None:
        start = self._here()
        self._take(Span(start, start + len(data)))

    def handle_entityref(self, name: str) -> None:
        self._take_reference(len(name) + 1)

    def handle_charref(self, name: str) -> None:
        self._take_reference(len(name) + 2)

    def _take_reference(self, length: int) -> None:
        start = self._here()
        end = start + length
        self._take(Span(start, end + (self._text[end : end + 1] == ";")))

    def _take(self, span: Span) -> None:
        if self._in_title:
            self._titles.append(self._text[span.start : span.end])
        if self._hidden:
            return
        target = self._cells[-1] if self._cells else self._flow
        if target and isinstance(target[-1], Span) and target[-1].end == span.start:
            target[-1] = Span(target[-1].start, span.end)
        else:
            target.append(span)

    def _begin(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._kind, self._level = BlockKind.HEADING, _HEADINGS[tag]
        elif tag == "tr":
            self._kind, self._cells, self._cell_is_head = BlockKind.TABLE_ROW, [], True
        else:
            self._kind = _KINDS.get(tag, BlockKind.LIST_ITEM if "li" in self._open[-3:] else BlockKind.PARAGRAPH)

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
        if self._cell_is_head and not self._heads:
            self._heads = cells
            self.drafts.append(Draft(BlockKind.TABLE_ROW, (owned,), ()))
            return
        flow: list[Span | str] = []
        for column, cell in enumerate(cells):
            if not any(isinstance(part, Span) and self._text[part.start : part.end].strip() for part in cell):
                continue
            if flow:
                flow.append("; " if self._heads else " ")
            if column < len(self._heads) and self._heads[column]:
                flow.extend([*self._heads[column], ": "])
            flow.extend(cell)
        self.drafts.append(Draft(BlockKind.TABLE_ROW, (owned,), tuple(flow)))

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
