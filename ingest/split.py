"""Documents into passages: whole sentences, cut where it hurts least.

The cuts of a section minimise the sum over its passages of ``((length - target) / target)²``, plus a penalty for
each cut inside a paragraph or list, twice it inside a list's member or after a colon: a passage should be near the
target and end where a paragraph ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ingest.model import Block, BlockKind, Document, Passage, Sentence, Span
from ingest.reading import Reader, join_spans
from ingest.sections import page_of
from ingest.sentences import sentence_bounds

# Characters of reading text: chosen on the judged questions, see docs/decisions.md.
TARGET = 600
LONGEST = 1000
_CUT_IN_PARAGRAPH = 0.15
_CUT_IN_MEMBER = 0.3
_CUT_AFTER_COLON = 0.3
# A passage of words on lines of their own ends after this many, which also bounds the search for the best cuts.
_MOST_UNITS = 60
# A table row or reference up to this long is quoted whole.
_WHOLE = 400
# A reference, and a table row that is no mere pair of words, says what it is without its neighbours.
_ALONE = frozenset({BlockKind.TABLE_ROW, BlockKind.REFERENCE})
_SHORT_ROW = 120
_UNBROKEN = frozenset({BlockKind.HEADING, BlockKind.CAPTION, BlockKind.FRONT_MATTER})
_BETWEEN_BLOCKS = "\n"
_BETWEEN_SENTENCES = " "


class _Unit(NamedTuple):
    """A sentence with where it comes from; ``size`` is its measured length, ``opens`` marks the first of its block."""

    text: str
    size: int
    spans: tuple[Span, ...]
    kind: BlockKind
    opens: bool
    page: int | None


def split(
    document: Document,
    *,
    length: Callable[[str], int] = len,
    room: Callable[[tuple[str, ...], Collection[BlockKind]], int] = lambda heading_path, kinds: 1 << 30,
) -> list[Passage]:
    """The passages of a document in reading order.

    ``length`` measures a text as the embedding model does (in tokens), ``room`` is how much of that a passage may take
    that stands under a heading path, in a section of blocks of some kinds. A sentence longer than the room is cut at
    words until it fits. Every block that is not furniture is in a passage.
    """
    reader = Reader(document.text, document.format)
    passages: dict[str, Passage] = {}
    for path, section in _sections(document.blocks, reader):
        most = max(1, room(path, {block.kind for block in section}))
        units = _units(document, reader, section, length, most)
        for chosen in _pack(units, most):
            passage = _passage(document, path, chosen)
            passages.setdefault(passage.id, passage)  # a first cell that fills a passage is the same in each part
    return list(passages.values())


def _sections(blocks: Sequence[Block], reader: Reader) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Runs of blocks that may share a passage, each with its heading path; headings open the run they head."""
    pending: list[Block] = []
    section: list[Block] = []
    path: tuple[str, ...] = ()
    read = [part for block in blocks if block.kind is not BlockKind.FURNITURE for part in _parted(block, reader)]
    for block, following in zip(read, [*read[1:], None], strict=True):
        if not block.flow:  # column heads: their rows read them
            continue
        captions = block.kind is BlockKind.CAPTION and following is not None and following.kind is BlockKind.TABLE_ROW
        heads = block.kind is BlockKind.HEADING or captions
        if section and (heads or _stands_alone(block) or block.heading_path != path or _stands_alone(section[-1])):
            yield path, section
            section = []
        if heads:
            pending.append(block)
            continue
        if not section:
            path = block.heading_path
            section = pending
            pending = []
        section.append(block)
    if section:
        yield path, section
    if pending:
        yield pending[0].heading_path, pending


def _stands_alone(block: Block) -> bool:
    return block.kind in _ALONE and sum(len(part) for part in block.flow) >= _SHORT_ROW


def _parted(block: Block, reader: Reader) -> list[Block]:
    """A table row, in parts where it is too long to be quoted whole: its first cell with some of the others each.

    A first cell of ``_SHORT_ROW`` characters or more is not repeated.
    """
    if block.kind is not BlockKind.TABLE_ROW or _length(block.flow, reader) <= _WHOLE:
        return [block]
    cells = [(cell, _length(cell, reader)) for cell in _cells(block)]
    label, label_length = cells[0] if cells[0][1] < _SHORT_ROW else ([], 0)
    parts: list[list[Span | str]] = []
    size = _WHOLE
    for cell, length in cells[1:] if label else cells:
        if size + length > _WHOLE:
            parts.append([*label])
            size = label_length
        parts[-1].extend(cell)
        size += length
    return [replace(block, flow=_without_connector(part)) for part in parts]


def _length(flow: Sequence[Span | str], reader: Reader) -> int:
    """How many characters a flow has as it reads; mark-up is longer."""
    at_most = sum(len(part) for part in flow)
    return at_most if at_most < _SHORT_ROW else len(reader.read(flow).text)


def _cells(block: Block) -> list[list[Span | str]]:
    """The cells of a row in order, each with its head and the connector after it; one where no head is borrowed.

    A cell begins where the row borrows a column head from another block.
    """
    cells: list[list[Span | str]] = [[]]
    borrowing = True
    for part in block.flow:
        borrows = isinstance(part, Span) and not any(own.start <= part.start < own.end for own in block.spans)
        if borrows and not borrowing:
            cells.append([])
        if isinstance(part, Span):
            borrowing = borrows
        cells[-1].append(part)
    return cells


def _without_connector(flow: Sequence[Span | str]) -> tuple[Span | str, ...]:
    return tuple(flow[:-1] if isinstance(flow[-1], str) else flow)


def _units(
    document: Document, reader: Reader, blocks: Iterable[Block], length: Callable[[str], int], room: int
) -> list[_Unit]:
    units: list[_Unit] = []
    for block in blocks:
        reading = reader.read(block.flow)
        whole = block.kind in _UNBROKEN or block.kind in _ALONE
        opens = True
        bounds = [(0, len(reading.text))] if whole and len(reading.text) <= _WHOLE else sentence_bounds(reading.text)
        for bound in bounds:
            for start, end, size in _fitting(reading.text, *bound, length, room):
                spans = reading.spans(start, end)
                if not spans:
                    continue
                page = page_of(spans[0].start, document.pages)
                units.append(_Unit(reading.text[start:end], size, spans, block.kind, opens, page))
                opens = False
    return units


def _fitting(
    text: str, start: int, end: int, length: Callable[[str], int], room: int
) -> Iterator[tuple[int, int, int]]:
    """A sentence with its measured length, halved at words until each part fits."""
    sentence = text[start:end]
    size = length(sentence)
    if len(sentence) < 2 or size <= room:
        yield start, end, size
        return
    space = sentence.rfind(" ", 1, len(sentence) // 2 + 1)
    first_end, second_start = (space, space + 1) if space > 0 else (len(sentence) // 2, len(sentence) // 2)
    yield from _fitting(text, start, start + first_end, length, room)
    yield from _fitting(text, start + second_start, end, length, room)


def _pack(units: Sequence[_Unit], room: int) -> Iterator[Sequence[_Unit]]:
    """The partition of a section into passages of least cost, by dynamic programming over the cuts."""
    count = len(units)
    lengths, sizes = [len(unit.text) + 1 for unit in units], [unit.size for unit in units]
    costs = [_cut_cost(units, start) for start in range(count)]
    best = [0.0] + [float("inf")] * count
    cut_before = [0] * (count + 1)
    for end in range(1, count + 1):
        characters = size = 0
        for start in range(end - 1, max(-1, end - 1 - _MOST_UNITS), -1):
            characters += lengths[start]
            size += sizes[start]
            if start < end - 1 and (characters > LONGEST or size > room):
                break
            cost = best[start] + ((characters - TARGET) / TARGET) ** 2 + costs[start]
            if cost < best[end]:
                best[end], cut_before[end] = cost, start
    cuts = [count]
    while cuts[-1]:
        cuts.append(cut_before[cuts[-1]])
    for start, end in zip(reversed(cuts), reversed(cuts[:-1]), strict=False):
        yield units[start:end]


def _cut_cost(units: Sequence[_Unit], start: int) -> float:
    """What a cut before ``units[start]`` costs; a heading is never parted from what it heads."""
    if start == 0:
        return 0.0
    if units[start - 1].kind in (BlockKind.HEADING, BlockKind.CAPTION):
        return 10.0
    before, after = units[start - 1], units[start]
    in_list = before.kind is after.kind is BlockKind.LIST_ITEM
    if not after.opens:
        return _CUT_IN_MEMBER if in_list else _CUT_IN_PARAGRAPH
    if before.text.endswith(":"):
        return _CUT_AFTER_COLON
    return _CUT_IN_PARAGRAPH if in_list else 0.0


def _text(units: Sequence[_Unit]) -> tuple[str, list[tuple[int, int]]]:
    parts: list[str] = []
    bounds: list[tuple[int, int]] = []
    at = 0
    for unit in units:
        if parts:
            separator = _BETWEEN_BLOCKS if unit.opens else _BETWEEN_SENTENCES
            parts.append(separator)
            at += len(separator)
        parts.append(unit.text)
        bounds.append((at, at + len(unit.text)))
        at += len(unit.text)
    return "".join(parts), bounds


def _passage(document: Document, path: tuple[str, ...], units: Sequence[_Unit]) -> Passage:
    text, bounds = _text(units)
    sentences = tuple(
        Sentence(start, end, unit.spans, unit.page, unit.kind is BlockKind.LIST_ITEM)
        for (start, end), unit in zip(bounds, units, strict=True)
    )
    spans = join_spans(document.text, (span for unit in units for span in unit.spans))
    kind = next((unit.kind for unit in units if unit.kind is not BlockKind.HEADING), BlockKind.HEADING)
    digest = hashlib.sha256(f"{document.id}:{','.join(f'{span.start}-{span.end}' for span in spans)}".encode())
    return Passage(digest.hexdigest()[:32], document.id, kind, text, sentences, spans, path, units[0].page)
