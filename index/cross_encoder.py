"""The cross-encoder as an answer uses it: an ONNX graph run by onnxruntime, without PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.encoder import CROSS_FILE, CROSS_FILES, TOKENIZER_FILE, EncoderMeta, open_session
from index.errors import BadExport

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer


class CrossEncoder:
    """Reads a question and a quote together and judges whether the quote answers. May be shared between threads."""

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, folder: Path, meta: EncoderMeta, *, threads: int | None = None) -> CrossEncoder:
        """Load the cross-encoder of the export in ``folder``; ``threads`` as in ``Encoder.open``.

        Raises BadExport when a file is missing or is not the one that was written.
        """
        from tokenizers import Tokenizer

        try:
            meta.check(folder, *CROSS_FILES, TOKENIZER_FILE)
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
            tokenizer.enable_truncation(meta.max_tokens)
            tokenizer.no_padding()
            return cls(open_session(folder / CROSS_FILE, threads), tokenizer)
        except BadExport:
            raise
        except Exception as error:  # neither tokenizers' nor onnxruntime's errors have a public base
            raise BadExport(f"{folder}: the exported cross-encoder cannot be read") from error

    def logits(self, question: str, quotes: Sequence[str]) -> list[float]:
        """For each quote the logit of the probability that it answers the question: above 0 if it does.

        What is longer than the model's limit of tokens together is cut, the longer of both first.
        """
        return [self._logit(question, quote) for quote in quotes]

    def _logit(self, question: str, quote: str) -> float:
        pair = self._tokenizer.encode(question, quote)
        feeds = {"input_ids": pair.ids, "attention_mask": pair.attention_mask, "token_type_ids": pair.type_ids}
        # One at a time: without padding that is quicker than together.
        (logits,) = self._session.run(None, {name: np.array([row], dtype=np.int64) for name, row in feeds.items()})
        return float(logits[0])
