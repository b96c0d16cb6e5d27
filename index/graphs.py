"""The bundled model's two ways of reading, and any other model's one, written as ONNX graphs by PyTorch."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onnxruntime
import torch

from index.adapter import CROSS, Adapted
from index.encoder import INPUTS

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# The logarithm of a token's importance lies between this and its opposite.
_MOST = 5.0


class CrossModel(torch.nn.Module):
    """The bundled encoder as a cross-encoder: reads a question and a quote together.

    The mean of the question's token vectors and that of the quote's give one logit a pair: whether the quote answers.
    """

    def __init__(self, encoder: torch.nn.Module, hidden: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = torch.nn.Linear(2 * hidden, 1)

    def forward(self, ids: torch.Tensor, attended: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """(b,) logits from token ids, attention mask and token types (b, n), of type 1 where a token is the quote's."""
        hidden = self.encoder(input_ids=ids, attention_mask=attended, token_type_ids=second).last_hidden_state.float()
        sides = (attended * (1 - second)).unsqueeze(-1).float(), (attended * second).unsqueeze(-1).float()
        means = [(hidden * side).sum(1) / side.sum(1).clamp_min(1) for side in sides]
        logits: torch.Tensor = self.head(torch.cat(means, dim=1)).squeeze(1)
        return logits


def importance_of(hidden: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """(b, n): what each token of a question counts for beside its rarity, from its vector before the projection."""
    return (hidden @ direction).clamp(-_MOST, _MOST).exp()


def untrained_cross(source: Path) -> CrossModel:
    """The bundled model in ``source`` as a cross-encoder that has learned nothing yet."""
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(source, use_safetensors=True)
    return CrossModel(encoder, encoder.config.hidden_size).eval()


def load_cross(source: Path) -> CrossModel:
    """The cross-encoder as it is shipped, made of the bundled model in ``source``. Raises ModelError."""
    model = untrained_cross(source)
    brought = CROSS.apply(model.encoder)
    model.head.load_state_dict({"weight": brought["head.weight"], "bias": brought["head.bias"]})
    return model


def write_encoder(model: SentenceTransformer, adapted: Adapted | None, longest: int, path: Path) -> tuple[str, ...]:
    """Export a whole model for texts of up to ``longest`` tokens.

    Token ids in; normalised sentence embedding, (projected) token embeddings, and the tokens' importance out, which is
    1 where nothing is known of it. Returns the names of its inputs.
    """
    features = model.tokenizer(["a probe of the exporter", "one more"], padding=True, return_tensors="pt")
    inputs = tuple(key for key in INPUTS if key in features)

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            output = self.model(dict(zip(inputs, tensors, strict=True)))
            vector = torch.nn.functional.normalize(output["sentence_embedding"], dim=-1)
            tokens = output["token_embeddings"]
            if adapted is None:
                return vector, tokens, torch.ones_like(tokens[..., 0])
            return vector, tokens @ adapted.projection.T, importance_of(tokens, adapted.importance)

    shapes = _shapes(len(inputs), longest)
    example = {key: features[key] for key in inputs}
    _write(Graph(), example, (shapes,), ("sentence", "tokens", "importance"), path)
    return inputs


def write_cross(model: CrossModel, tokenizer: Any, longest: int, path: Path) -> None:
    """Export a cross-encoder for pairs of up to ``longest`` tokens: token ids in, logits out."""
    features = tokenizer(["what is it", "who"], ["A probe.", "One more of them."], padding=True, return_tensors="pt")
    _write(model, {key: features[key] for key in INPUTS}, _shapes(len(INPUTS), longest), ("logits",), path)


def _shapes(count: int, longest: int) -> tuple[dict[int, torch.export.Dim], ...]:
    """Any number of texts, of up to ``longest`` tokens, for so many inputs."""
    batch, length = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("length", min=2, max=longest)
    return tuple({0: batch, 1: length} for _ in range(count))


def _write(
    graph: torch.nn.Module,
    example: Mapping[str, torch.Tensor],
    shapes: tuple[Any, ...],
    outputs: Sequence[str],
    path: Path,
) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as temporary, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        plain = Path(temporary, path.name)
        torch.onnx.export(
            graph.eval(),
            tuple(example.values()),
            str(plain),
            input_names=list(example),
            output_names=list(outputs),
            dynamic_shapes=shapes,
            dynamo=True,
            external_data=True,
            verbose=False,
        )
        _optimise(plain, path)


def _optimise(plain: Path, path: Path) -> None:
    """Write a graph with its nodes fused, once, so that it opens in a third of the time; weights lie beside it."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Beyond this level it would suit no other processor.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path)
    options.add_session_config_entry("session.optimized_model_external_initializers_file_name", f"{path.name}.data")
    options.add_session_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", "1024")
    onnxruntime.InferenceSession(str(plain), options, providers=["CPUExecutionProvider"])
