"""From drafts to blocks: heading paths, and what a section's name says of the blocks in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from ingest.draft import Draft
from ingest.model import Block, BlockKind, Page
from ingest.reading import Reader
from ingest.section_names import ABSTRACT, BACK_MATTER, MAIN, REFERENCES
from ingest.stitch import merge_adjacent

# What may stand behind the references, apart from back matter.
_AFTER_REFERENCES = re.compile(
    r"\W*(?:chapter|part|section)\s|"
    r"\W*(?:\w+\.?\s+)?(?:additional|supplement|supporting|publisher|extended data|figure|table|appendi|annex|author|"
    r"abbreviation|methods|notes?\b|about|index\b|glossary)",
    re.I,
)
# So many blocks below a heading are looked at, for furniture may lie between.
_NEAR = 4
# "Wick B. (2012)", "B. Wick, 2012", "et al.", "doi:".
_INITIALS = r"(?:[^\W\d_a-z][\w’'-]+,? (?:[A-Z]\.?[ -]?){1,3}[,.;:&(\s]|\b(?:[A-Z]\.[ -]?){1,3} ?[^\W\d_a-z][\w’'-]+)"
_CITES = re.compile(rf"{_INITIALS}.*\b(?:19|20)\d\d\b|\bet al\b|\bdoi\b|\b(?:PMID|PMCID)\b|\[(?:CrossRef|PubMed)", re.S)
_NAMING = frozenset({BlockKind.HEADING, BlockKind.CAPTION})
_PLAIN_KINDS = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
# Article front matter (journal, authors, dates) stands before an abstract that begins in the first third.
_FRONT_SHARE = 1 / 3


def to_blocks(drafts: Sequence[Draft], reader: Reader, pages: Sequence[Page], text_length: int) -> list[Block]:
    """Blocks in the order they read, each with its heading path and page.

    A table's rows also carry its caption at the end of their path.
    """
    drafts = [_without_letters(draft, reader) for draft in drafts]
    texts = [reader.read(draft.flow).text if draft.kind in _NAMING else "" for draft in drafts]
    if pages:
        drafts = _references_whole(drafts, texts, reader)
    levels = _levels(drafts, texts)
    abstract = _abstract(drafts, texts, text_length)
    path: list[tuple[int, str]] = []
    caption: str | None = None
    blocks: list[Block] = []
    for index, (draft, text) in enumerate(zip(drafts, texts, strict=True)):
        kind = draft.kind
        if kind is BlockKind.HEADING:
            level = levels[index]
            path = [*(entry for entry in path if entry[0] < level), (level, text)]
            heading_path = tuple(title for _, title in path[:-1])
        else:
            heading_path = tuple(title for _, title in path)
        if kind is BlockKind.CAPTION:
            caption = text
        elif kind is BlockKind.TABLE_ROW and caption:
            heading_path = (*heading_path, caption)
        elif kind is not BlockKind.FURNITURE:
            caption = None
        if kind in _PLAIN_KINDS:
            kind = _role(kind, [title for _, title in path], index < abstract)
        blocks.append(
            Block(kind, merge_adjacent(draft.owned), draft.flow, heading_path, page_of(draft.first().start, pages))
        )
    return blocks


def _without_letters(draft: Draft, reader: Reader) -> Draft:
    """What has nothing to read is furniture, but for column heads, which their rows read."""
    if reader.has_letters(draft.flow) or (draft.kind is BlockKind.TABLE_ROW and not draft.flow):
        return draft
    return replace(draft, kind=BlockKind.FURNITURE)


def _references_whole(drafts: Sequence[Draft], texts: Sequence[str], reader: Reader) -> list[Draft]:
    """The drafts without headings among the references of a PDF, where headings are told by their looks: titles of
    books and initials look like some. What stands below such a one cites.
    """
    found: list[Draft] = []
    inside = False
    for index, (draft, text) in enumerate(zip(drafts, texts, strict=True)):
        if draft.kind is BlockKind.HEADING:
            begins = REFERENCES.match(text) is not None
            known = any(ends.match(text) for ends in (MAIN, BACK_MATTER, _AFTER_REFERENCES))
            below = next(
                (one for one in drafts[index + 1 : index + 1 + _NEAR] if one.kind is not BlockKind.FURNITURE), draft
            )
            goes_on = inside and not known and _CITES.search(f"{text} {reader.read(below.flow).text}") is not None
            inside = begins or goes_on
            if goes_on and not begins:
                found.append(replace(draft, kind=BlockKind.PARAGRAPH, level=0))
                continue
        found.append(draft)
    return found


def _levels(drafts: Sequence[Draft], texts: Sequence[str]) -> dict[int, int]:
    """Depths of the headings: those known as they are; the others by whether main sections stand out."""
    headings = [index for index, draft in enumerate(drafts) if draft.kind is BlockKind.HEADING]
    main = {index for index in headings if drafts[index].level == 1 or MAIN.match(texts[index])}
    below = 2 if any(drafts[index].level for index in headings) else 1
    levels = {}
    for index in headings:
        if drafts[index].level:
            levels[index] = drafts[index].level
        else:
            levels[index] = 1 if index in main else below
    return levels


def _abstract(drafts: Sequence[Draft], texts: Sequence[str], text_length: int) -> int:
    """The index of the abstract's heading where article front matter stands before it, else 0."""
    for index, draft in enumerate(drafts):
        if draft.start > _FRONT_SHARE * text_length:
            return 0
        if draft.kind is BlockKind.HEADING and ABSTRACT.match(texts[index]):
            return index
    return 0


def _role(kind: BlockKind, path: Sequence[str], before_abstract: bool) -> BlockKind:
    if any(REFERENCES.match(title) for title in path):
        return BlockKind.REFERENCE
    if before_abstract or any(BACK_MATTER.match(title) for title in path):
        return BlockKind.FRONT_MATTER
    return kind


def page_of(position: int, pages: Sequence[Page]) -> int | None:
    """The number of the page that holds a character, None where the document has no pages."""
    if not pages:
        return None
    return pages[max(0, bisect_right(pages, position, key=lambda page: page.span.start) - 1)].number
