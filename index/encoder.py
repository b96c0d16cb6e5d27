"""The embedding model as the index uses it: an ONNX graph run by onnxruntime, without PyTorch.

One pass gives both a vector for the whole text and one for each of its tokens.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.counter import TokenCounter
from index.errors import BadExport
from index.layout import file_sha256

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Encoding, Tokenizer

ENCODER_FILE = "encoder.onnx"
# Apart from the graph, so that onnxruntime maps them: of the embeddings only the rows that are looked up are in memory.
WEIGHTS_FILE = "encoder.onnx.data"
TOKENIZER_FILE = "tokenizer.json"
META_FILE = "encoder.json"
BACKGROUND_FILE = "background.npy"
CROSS_FILE = "cross.onnx"
CROSS_FILES = (CROSS_FILE, "cross.onnx.data")
# What a graph may be given: a text's token ids, which of them count, and which text of two each is from.
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# Characters. A question is cut at the model's limit of tokens anyway; what lies far behind it is not even tokenised.
MAX_QUESTION = 4000

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncoderMeta:
    """What is known of an exported model; ``digest`` hashes the files that it and its cross-encoder were made from.

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
        """A hash of all that vectors come from: equal fingerprints, equal vectors, whatever the cross-encoder."""
        files = {name: sha256 for name, sha256 in self.files.items() if name not in CROSS_FILES}
        return _hash({**asdict(self), "digest": None, "files": files})

    def dump(self) -> str:
        """The record as it is stored, with a hash of its own."""
        return json.dumps({"meta": asdict(self), "sha256": _hash(asdict(self))}, indent=1)

    @classmethod
    def read(cls, folder: Path) -> EncoderMeta:
        """The record of the export in a folder, from what ``dump`` made. Raises BadExport."""
        try:
            stored = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
            meta = cls(**{**stored["meta"], "inputs": tuple(stored["meta"]["inputs"])})
            if _hash(asdict(meta)) != stored["sha256"]:
                raise ValueError("the record was changed")
        except Exception as error:  # whatever a damaged one makes Python raise
            raise BadExport(f"{folder}: the exported model cannot be read") from error
        return meta

    def check(self, folder: Path, *names: str) -> None:
        """Raises BadExport when one of some files is missing or is not the one that was written."""
        try:
            changed = any(file_sha256(folder / name) != self.files[name] for name in names)
        except OSError as error:
            raise BadExport(f"{folder}: the exported model cannot be read") from error
        if changed:
            raise BadExport(f"{folder}: the exported model was changed")


def _hash(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def open_session(path: Path, threads: int | None) -> onnxruntime.InferenceSession:
    """A graph ready to run on the processor, by ``threads`` threads, by default as many as there are processors."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or 0
    # Threads of one graph that spin for more work take the processors from the next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # It was optimised when it was written.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def inputs_of(encoding: Encoding, names: Sequence[str]) -> dict[str, npt.NDArray[np.int64]]:
    """What a graph with inputs of some names is given of one tokenised text."""
    known = dict(zip(INPUTS, (encoding.ids, encoding.attention_mask, encoding.type_ids), strict=True))
    return {name: np.array([known[name]], dtype=np.int64) for name in names}


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as the model sees it.

    ``vector``: (dimension,), of length 1. ``tokens``: (n, dimension), each of length 1, without special tokens;
    ``importance``: (n,), what each token counts for in a question beside its rarity, 1 where the model does not tell;
    ``ids``: (n,), the tokens' numbers in the vocabulary; ``offsets``: (n, 2), their characters in the text.
    """

    vector: Vector
    tokens: Vector
    importance: Vector
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

        meta = EncoderMeta.read(folder)
        try:
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
        vector, tokens, importance = self._session.run(None, inputs_of(encoding, self.meta.inputs))
        offsets = np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2)
        keep = (np.asarray(encoding.special_tokens_mask) == 0) & (offsets[:, 1] > skip)
        return Encoded(
            vector[0].astype(np.float32),
            _normalised(tokens[0][keep]),
            importance[0][keep].astype(np.float32),
            np.asarray(encoding.ids, dtype=np.int32)[keep],
            offsets[keep] - skip,
        )


def _normalised(rows: npt.NDArray[Any]) -> Vector:
    values = rows.astype(np.float32)
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    normalised: Vector = np.divide(values, lengths, out=np.zeros_like(values), where=lengths > 0)
    return normalised
