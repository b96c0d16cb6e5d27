"""The embedding model as the index uses it: an ONNX graph run by onnxruntime, without PyTorch.

One pass gives both a vector for the whole text and one for each of its tokens.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.errors import BadExport
from index.layout import file_sha256
from index.measure import TokenCounter

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

ENCODER_FILE = "encoder.onnx"
# Apart from the graph, so that onnxruntime maps them: of the embeddings only the rows that are looked up are in memory.
WEIGHTS_FILE = "encoder.onnx.data"
TOKENIZER_FILE = "tokenizer.json"
META_FILE = "encoder.json"
BACKGROUND_FILE = "background.npy"
CROSS_FILE = "cross.onnx"
CROSS_FILES = (CROSS_FILE, "cross.onnx.data")
# Characters. A question is cut at the model's limit of tokens anyway; what lies far behind it is not even tokenised.
MAX_QUESTION = 4000

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncoderMeta:
    """What is known of an exported model; ``digest`` hashes the files that it was made from.

    ``files``: the SHA-256 of each file of the export. Only the bundled model has a background, which says how rare its
    tokens are in general, and a cross-encoder.
    """

    digest: str
    dimension: int
    max_tokens: int
    query_prompt: str
    document_prompt: str
    inputs: tuple[str, ...]
    files: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """A hash of all of it: equal fingerprints, equal vectors."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def dump(self) -> str:
        """The record as it is stored, with its fingerprint."""
        return json.dumps({"meta": asdict(self), "fingerprint": self.fingerprint}, indent=1)

    @classmethod
    def load(cls, text: str) -> EncoderMeta:
        """The record from what ``dump`` made. Raises ValueError or what a damaged one makes Python raise."""
        stored = json.loads(text)
        meta = cls(**{**stored["meta"], "inputs": tuple(stored["meta"]["inputs"])})
        if meta.fingerprint != stored["fingerprint"]:
            raise ValueError("the fingerprint differs")
        return meta

    def check(self, folder: Path, *names: str) -> None:
        """Raises BadExport when one of some files is missing or is not the one that was written."""
        try:
            changed = any(file_sha256(folder / name) != self.files[name] for name in names)
        except OSError as error:
            raise BadExport(f"{folder}: the exported model cannot be read") from error
        if changed:
            raise BadExport(f"{folder}: the exported model was changed")


def open_session(path: Path, threads: int | None) -> onnxruntime.InferenceSession:
    """A graph ready to run on the processor, by ``threads`` threads, by default as many as there are processors."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or 0
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as the model sees it.

    ``vector``: (dimension,), of length 1. ``tokens``: (n, dimension), each of length 1, without special tokens;
    ``ids``: (n,), the tokens' numbers in the vocabulary; ``offsets``: (n, 2), their characters in the text.
    """

    vector: Vector
    tokens: Vector
    ids: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int32]


class Encoder:
    """An exported model, loaded. Not changed by use; may be shared between threads.

    ``counter`` measures texts in its tokens; ``background`` (v,) is the share of passages elsewhere that hold each
    token of the vocabulary, where it is known.
    """

    def __init__(
        self,
        meta: EncoderMeta,
        session: onnxruntime.InferenceSession,
        tokenizer: Tokenizer,
        background: Vector | None = None,
    ) -> None:
        self.meta = meta
        self.background = background
        self._session = session
        self.tokenizer = tokenizer
        self.counter = TokenCounter(tokenizer, meta.max_tokens)

    @classmethod
    def open(cls, folder: Path, *, threads: int | None = None) -> Encoder:
        """Load an export. One text is embedded by ``threads`` threads, by default as many as there are processors.

        Raises BadExport when a file is missing or is not the one that was written.
        """
        from tokenizers import Tokenizer

        try:
            meta = EncoderMeta.load((folder / META_FILE).read_text(encoding="utf-8"))
            meta.check(folder, ENCODER_FILE, WEIGHTS_FILE, TOKENIZER_FILE)
            background = None
            if BACKGROUND_FILE in meta.files:
                meta.check(folder, BACKGROUND_FILE)
                background = np.load(folder / BACKGROUND_FILE, allow_pickle=False)
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
            tokenizer.enable_truncation(meta.max_tokens)
            tokenizer.no_padding()
            session = open_session(folder / ENCODER_FILE, threads)
        except BadExport:
            raise
        except Exception as error:  # neither tokenizers' nor onnxruntime's errors have a public base
            raise BadExport(f"{folder}: the exported model cannot be read") from error
        return cls(meta, session, tokenizer, background)

    def encode_question(self, text: str) -> Encoded:
        """Embed a question, with the model's prompt for questions."""
        return self.encode(self.meta.query_prompt + text, skip=len(self.meta.query_prompt))

    def encode_passage(self, text: str) -> Encoded:
        """Embed a passage, with the model's prompt for documents."""
        return self.encode(self.meta.document_prompt + text, skip=len(self.meta.document_prompt))

    def encode(self, text: str, *, skip: int = 0) -> Encoded:
        """Embed one text; tokens within its first ``skip`` characters are left out of the token vectors.

        Texts go through one at a time: without padding that is quicker here than batches, and a text's vectors do
        not depend on what else is embedded.
        """
        encoding = self.tokenizer.encode(text)
        feeds = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        vector, tokens = self._session.run(
            None, {name: np.asarray([feeds[name]], dtype=np.int64) for name in self.meta.inputs}
        )
        offsets = np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2)
        keep = (np.asarray(encoding.special_tokens_mask) == 0) & (offsets[:, 1] > skip)
        return Encoded(
            vector[0].astype(np.float32),
            _normalised(tokens[0][keep]),
            np.asarray(encoding.ids, dtype=np.int32)[keep],
            offsets[keep] - skip,
        )


def _normalised(rows: npt.NDArray[Any]) -> Vector:
    values = rows.astype(np.float32)
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    normalised: Vector = np.divide(values, lengths, out=np.zeros_like(values), where=lengths > 0)
    return normalised
