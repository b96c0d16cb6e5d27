"""The bundled encoder with a projection of its token vectors, in PyTorch, and the scores that training works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from index.adapter import Update
from index.export import locate_model
from index.graphs import importance_of, untrained_cross
from index.layout import file_sha256
from index.settings import BUNDLED_MODEL

MAX_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch of texts: dense vectors (b, h), token vectors (b, n, d), which of them count, ids and offsets.

    ``importance`` (b, n): what each token counts for beside its rarity.
    """

    dense: torch.Tensor
    tokens: torch.Tensor
    importance: torch.Tensor
    mask: torch.Tensor
    ids: torch.Tensor
    offsets: torch.Tensor

    def row(self, at: int) -> Encoded:
        """One text of the batch, as a batch of its own."""
        parts = (self.dense, self.tokens, self.importance, self.mask, self.ids, self.offsets)
        return Encoded(*(part[at : at + 1] for part in parts))


class LateEncoder(torch.nn.Module):
    """One pass gives a text's dense vector, its projected token vectors, all of length 1, and their importance."""

    def __init__(self, folder: Path, dimension: int) -> None:
        super().__init__()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.encoder = AutoModel.from_pretrained(folder)
        self.projection = torch.nn.Linear(self.encoder.config.hidden_size, dimension, bias=False)
        self.importance = torch.nn.Linear(self.encoder.config.hidden_size, 1, bias=False)
        torch.nn.init.zeros_(self.importance.weight)

    def forward(self, texts: Sequence[str]) -> Encoded:
        """Texts, cut at ``MAX_TOKENS``, as vectors."""
        batch = self.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        ).to(self.encoder.device)
        offsets, special = batch.pop("offset_mapping"), batch.pop("special_tokens_mask")
        # While training at half precision: twice as fast on processors that have it, and the scores stay exact.
        with torch.autocast(self.encoder.device.type, dtype=torch.bfloat16, enabled=self.training):
            hidden = self.encoder(**batch).last_hidden_state.float()
        attended = batch["attention_mask"].unsqueeze(-1).float()
        dense = functional.normalize((hidden * attended).sum(1) / attended.sum(1), dim=-1)
        tokens = functional.normalize(self.projection(hidden), dim=-1)
        importance = importance_of(hidden, self.importance.weight[0])
        mask = (special == 0) & (batch["attention_mask"] == 1)
        return Encoded(dense, tokens, importance, mask, batch["input_ids"], offsets)


def update_of(path: Path) -> Update:
    """A packed update that was not shipped."""
    return Update(path, file_sha256(path))


def load_late(update: Update) -> LateEncoder:
    """The bundled model with a packed update, ready to encode. Raises ModelError as ``Update.apply`` does."""
    late = LateEncoder(locate_model(BUNDLED_MODEL), 1)
    brought = update.apply(late.encoder)
    late.projection.weight = torch.nn.Parameter(brought["projection"])
    late.importance.weight = torch.nn.Parameter(brought["importance"][None])
    return late.eval()


class PairReader(torch.nn.Module):
    """The bundled model as an untrained cross-encoder, with its tokenizer."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = untrained_cross(folder)

    def forward(self, questions: Sequence[str], quotes: Sequence[str]) -> torch.Tensor:
        """(b,): logits of as many pairs."""
        batch = self.tokenizer(
            list(questions), list(quotes), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
        ).to(self.model.head.weight.device)
        with torch.autocast(batch["input_ids"].device.type, dtype=torch.bfloat16, enabled=self.training):
            logits: torch.Tensor = self.model(batch["input_ids"], batch["attention_mask"], batch["token_type_ids"])
        return logits


def matches(questions: Encoded, passages: Encoded) -> torch.Tensor:
    """(q, p, n, m): the cosine of every question token with every passage token, -1 where there is none."""
    cosines = torch.einsum("qnd,pmd->qpnm", questions.tokens, passages.tokens)
    return cosines.masked_fill(~passages.mask[None, :, None, :], -1.0)


def weights_of(questions: Encoded, rarity: torch.Tensor) -> torch.Tensor:
    """(q, n): each token's share, by its rarity in the collection and its importance; rows sum to 1."""
    weights = rarity[questions.ids] * questions.importance * questions.mask
    return weights / weights.sum(1, keepdim=True).clamp_min(1e-9)


def document_counts(texts: Sequence[str], tokenizer: Any) -> torch.Tensor:
    """In how many of the texts each token of the vocabulary occurs, (v,)."""
    counts = torch.zeros(len(tokenizer))
    for ids in tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS)["input_ids"]:
        counts[list(set(ids))] += 1
    return counts


def rarity_of(texts: Sequence[str], tokenizer: Any) -> torch.Tensor:
    """For every token of the vocabulary its inverse document frequency, as ``index.ranking.rarity`` has it."""
    counts = document_counts(texts, tokenizer)
    return torch.log(1 + (len(texts) - counts + 0.5) / (counts + 0.5))


def principal_axes(model: LateEncoder, texts: Sequence[str], dimension: int) -> torch.Tensor:
    """(d, h): the axes along which token vectors differ most, to start the projection from."""
    with torch.no_grad():
        rows = []
        for at in range(0, len(texts), 16):
            batch = model.tokenizer(
                list(texts[at : at + 16]), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
            )
            hidden = functional.normalize(model.encoder(**batch).last_hidden_state, dim=-1)
            rows.append(hidden[batch["attention_mask"] == 1])
        stacked = torch.cat(rows)
        _, vectors = torch.linalg.eigh(stacked.T @ stacked)
    axes: torch.Tensor = vectors[:, -dimension:].T.flip(0).contiguous()
    return axes


def use(device: str, *models: torch.nn.Module) -> None:
    """Compute on a device, such as "cuda", from now on: models, and all tensors that are made."""
    for model in models:
        model.to(device)
    torch.set_default_device(device)


def warm_up_and_decay(optimiser: torch.optim.Optimizer, steps: int) -> torch.optim.lr_scheduler.LambdaLR:
    """The rates rise over the first tenth of the steps, then fall to nothing."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (0.1 * steps), max(0.0, (steps - step) / (0.9 * steps)))
    )
