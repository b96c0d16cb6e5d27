"""The cross-encoder as an answer uses it: an ONNX graph run by onnxruntime, without PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoder import CROSS_FILE, CROSS_FILES, INPUTS, MAX_QUESTION, Encoder, EncoderMeta, inputs_of, open_session
from index.errors import BadExport

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer


def load_graph(folder: Path, meta: EncoderMeta) -> onnxruntime.InferenceSession:
    """The graph of the cross-encoder in an export, ready to run. Raises BadExport as ``CrossEncoder.open`` does."""
    meta.check(folder, *CROSS_FILES)
    try:
        return open_session(folder / CROSS_FILE, None)
    except Exception as error:  # onnxruntime's errors have no public base
        raise BadExport(f"{folder}: the exported cross-encoder cannot be read") from error


class CrossEncoder:
    """Reads a question and a quote together and judges whether the quote answers. May be shared between threads."""

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, folder: Path, encoder: Encoder) -> CrossEncoder:
        """Load the cross-encoder that was exported into ``folder`` together with ``encoder``.

        Raises BadExport when a file is missing or is not the one that was written.
        """
        return cls(load_graph(folder, encoder.meta), encoder.tokenizer)

    def logits(self, question: str, quotes: Sequence[str]) -> list[float]:
        """For each quote the logit of the probability that it answers the question: above 0 if it does.

        A final mark of the question counts for nothing. What is longer than the model's limit of tokens together is
        cut, the longer of both first.
        """
        bare = question[:MAX_QUESTION].rstrip(" ?.!")
        return [self._logit(bare, quote) for quote in quotes]

    def _logit(self, question: str, quote: str) -> float:
        # One at a time: without padding that is quicker than together.
        (logits,) = self._session.run(None, inputs_of(self._tokenizer.encode(question, quote), INPUTS))
        return float(logits[0])
