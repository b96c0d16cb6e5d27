"""Texts measured in a model's tokens, without the model itself."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

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
