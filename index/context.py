"""What a passage is read with: the title and headings it stands under."""

from __future__ import annotations

from ingest.model import BlockKind, Source

_MAX_CONTEXT = 200
_SAID = {BlockKind.FRONT_MATTER: "about this document: authors who wrote it, journal, when it was published, DOI"}
_MOST_AUTHORS = 4


def context_of(source: Source, heading_path: tuple[str, ...], kind: BlockKind) -> str:
    """What a passage is embedded with: its document's title and the headings above it, the deepest kept.

    Front matter seldom says what it is, or whose, so that is said for it.
    """
    authors = ", ".join(source.authors[:_MOST_AUTHORS]) if kind in _SAID else ""
    parts = [part for part in (source.title, authors, *heading_path, _SAID.get(kind)) if part]
    context = " > ".join(dict.fromkeys(parts))
    return context[-_MAX_CONTEXT:].lstrip(" >") if len(context) > _MAX_CONTEXT else context


def longest_context_of(source: Source, heading_path: tuple[str, ...]) -> str:
    """The longest of the contexts that a passage of any kind has below some headings."""
    return max((context_of(source, heading_path, kind) for kind in (BlockKind.PARAGRAPH, *_SAID)), key=len)
