"""Texts measured in a model's tokens, without the model itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Words whose number of tokens is remembered.
_KNOWN_WORDS = 1 << 16


class _Lengths(dict[str, int]):
    """How many tokens words have, each looked up when first met; begun anew when there are too many."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def __missing__(self, word: str) -> int:
        if len(self) >= _KNOWN_WORDS:
            self.clear()
        self[word] = length = len(self._tokenizer.encode(word, add_special_tokens=False).ids)
        return length


class TokenCounter:
    """Counts tokens as the model with a ``tokenizer`` and a limit of ``max_tokens`` does. May be shared by threads."""

    def __init__(self, tokenizer: Tokenizer, max_tokens: int) -> None:
        # A tokenizer tells no more than its limit; this many tokens are left for a text beside the special ones.
        self.room = max_tokens - max(1, tokenizer.num_special_tokens_to_add(False))
        self._lengths = _Lengths(tokenizer)

    def count(self, text: str) -> int:
        """The number of tokens of a text, special ones not counted: the sum over its words, each looked up once.

        Exact where no token spans white space and words do not bear on each other's tokens (WordPiece, the bundled
        model's; SentencePiece), and near it elsewhere. Of one word it tells no more than the model's limit.
        """
        return sum(map(self._lengths.__getitem__, text.split()))
