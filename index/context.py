"""What a passage is read with: the title and headings it stands under."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.model import BlockKind, Source

_MOST = 200
_SAID = {BlockKind.FRONT_MATTER: "about this document: authors who wrote it, journal, when it was published, DOI"}
# Of front matter the title matters most, and it stands furthest from the end, which is kept.
_MOST_WHERE_SAID = 320
_MOST_AUTHORS = 4
_BETWEEN = " > "
_BREAK = re.compile(r"[\s\u2010-]")


def context_of(source: Source, heading_path: tuple[str, ...], kind: BlockKind) -> str:
    """What a passage is embedded with: its document's title and the headings above it, the deepest kept.

    Front matter seldom says what it is, or whose, so that is said for it; authors who find no room are left out.
    """
    said = _SAID.get(kind)
    if not said:
        return _joined((source.title, *heading_path), _MOST)
    authors = ", ".join(source.authors[:_MOST_AUTHORS])
    whole = _joined((source.title, authors, *heading_path, said))
    return whole if len(whole) <= _MOST_WHERE_SAID else _joined((source.title, *heading_path, said), _MOST_WHERE_SAID)


def longest_context_of(source: Source, heading_path: tuple[str, ...], kinds: Iterable[BlockKind]) -> str:
    """The longest of the contexts that passages of some kinds have below some headings."""
    return max((context_of(source, heading_path, kind) for kind in kinds), key=len)


def _joined(parts: Iterable[str | None], most: int | None = None) -> str:
    said: dict[str, str] = {}  # a title that the document repeats as a heading, broken otherwise, is said once
    for part in filter(None, parts):
        said.setdefault(_BREAK.sub("", part).casefold(), part)
    context = _BETWEEN.join(said.values())
    return context if most is None or len(context) <= most else context[-most:].lstrip(_BETWEEN)
