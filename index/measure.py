"""Passages that fit the model: texts measured in its tokens, without the model itself."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.model import BlockKind, Document, Passage, Source
from ingest.split import split

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MAX_CONTEXT = 200
_SAID = {BlockKind.FRONT_MATTER: "about this document: authors who wrote it, journal, when it was published, DOI"}
_MOST_AUTHORS = 4
# Words whose number of tokens is remembered.
_KNOWN_WORDS = 1 << 16


class TokenCounter:
    """Counts tokens as the model with a ``tokenizer`` and a limit of ``max_tokens`` does. May be shared by threads."""

    def __init__(self, tokenizer: Tokenizer, max_tokens: int) -> None:
        # A tokenizer tells no more than its limit; this many tokens are left for a text beside the special ones.
        self.room = max_tokens - max(1, tokenizer.num_special_tokens_to_add(False))
        self._count_word = lru_cache(_KNOWN_WORDS)(
            lambda word: len(tokenizer.encode(word, add_special_tokens=False).ids)
        )

    def count(self, text: str) -> int:
        """The number of tokens of a text, special ones not counted: the sum over its words, each looked up once.

        Exact where no token spans white space and words do not bear on each other's tokens (WordPiece, the bundled
        model's; SentencePiece), and near it elsewhere. Of one word it tells no more than the model's limit.
        """
        return sum(map(self._count_word, text.split()))


def context_of(source: Source, heading_path: tuple[str, ...], kind: BlockKind) -> str:
    """What a passage is embedded with: its document's title and the headings above it, the deepest kept.

    Front matter seldom says what it is, or whose, so that is said for it.
    """
    authors = ", ".join(source.authors[:_MOST_AUTHORS]) if kind in _SAID else ""
    parts = [part for part in (source.title, authors, *heading_path, _SAID.get(kind)) if part]
    context = " > ".join(dict.fromkeys(parts))
    return context[-_MAX_CONTEXT:].lstrip(" >") if len(context) > _MAX_CONTEXT else context


def fitting_passages(document: Document, counter: TokenCounter, prompt: str) -> list[Passage]:
    """The passages of a document, each short enough for the model with its context and the ``prompt`` before it."""
    return split(
        document,
        length=counter.count,
        room=lambda heading_path: (
            counter.room - counter.count(prompt + _longest_context(document.source, heading_path))
        ),
    )


def _longest_context(source: Source, heading_path: tuple[str, ...]) -> str:
    return max((context_of(source, heading_path, kind) for kind in (BlockKind.PARAGRAPH, *_SAID)), key=len)
