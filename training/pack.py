"""Pack trained weights as a low-rank update of the bundled ones, which ``index.adapter`` reads.

``python -m training.pack late DATA TRAINED... OUT`` for what ``training.train`` wrote: the mean of several runs does
better than each of them (Wortsman et al. 2022, Model soups), and only a share of the change is kept: weights between
trained and bundled ones do better on matters that were not trained on than either (Wortsman et al. 2022, WiSE-FT).
With it go the tokens' counts in the passages. ``python -m training.pack cross TRAINED OUT`` for what
``training.cross`` wrote, with its head.

Each matrix's change is cut to its strongest directions (singular values), biases and norms are kept whole; all in 16
bits.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from index.export import locate_model
from index.settings import BUNDLED_MODEL
from training.data import read_abstracts, read_long, read_training
from training.model import LateEncoder, document_counts

Tensors = Mapping[str, torch.Tensor]


def main() -> None:
    """Write an update and say how much of the change it holds."""
    parser = argparse.ArgumentParser()
    kinds = parser.add_subparsers(dest="kind", required=True)
    late = kinds.add_parser("late")
    late.add_argument("data", type=Path)
    late.add_argument("trained", type=Path, nargs="+")
    late.add_argument("out", type=Path)
    late.add_argument("--rank", type=int, default=32)
    late.add_argument("--share", type=float, default=0.75, help="how much of the change is kept")
    late.add_argument("--importance", type=Path, help="a packed update whose importance of tokens is kept")
    cross = kinds.add_parser("cross")
    cross.add_argument("trained", type=Path)
    cross.add_argument("out", type=Path)
    cross.add_argument("--rank", type=int, default=128)
    options = parser.parse_args()
    base = load_file(locate_model(BUNDLED_MODEL) / "model.safetensors")
    if options.kind == "late":
        runs = [torch.load(path, map_location="cpu", weights_only=True)["model"] for path in options.trained]
        trained = {name: sum(run[name] for run in runs) / len(runs) for name in runs[0]}
        update, held = low_rank(base, trained, options.rank, options.share)
        update |= {
            "projection": trained["projection.weight"].half().contiguous(),
            "importance": trained["importance.weight"][0].half().contiguous(),
            **background(options.data),
        }
        if options.importance:
            update["importance"] = load_file(options.importance)["importance"]
    else:
        trained = torch.load(options.trained, map_location="cpu", weights_only=True)
        update, held = low_rank(base, trained, options.rank)
        update |= {name: trained[name].half() for name in ("head.weight", "head.bias")}
    save_file(update, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB, {held:.3f} of the change")


def low_rank(base: Tensors, trained: Tensors, rank: int, share: float = 1.0) -> tuple[dict[str, torch.Tensor], float]:
    """A share of what was trained of an ``encoder``, as factors of a rank, and how much of the change they hold."""
    packed: dict[str, torch.Tensor] = {}
    lost = whole = 0.0
    for name, before in base.items():
        after = trained.get(f"encoder.{name}")
        if after is None or not before.is_floating_point() or torch.equal(before, after):
            continue
        change = share * (after - before)
        if change.ndim == 2:
            left, values, right = torch.linalg.svd(change, full_matrices=False)
            kept = values[:rank].sqrt()
            packed[f"{name}.left"] = (left[:, :rank] * kept).half().contiguous()
            packed[f"{name}.right"] = (kept[:, None] * right[:rank]).half().contiguous()
            lost += float((values[rank:] ** 2).sum())
            whole += float((values**2).sum())
        else:
            packed[f"{name}.change"] = change.half().contiguous()
    return packed, 1 - lost / whole


def background(data: Path) -> dict[str, torch.Tensor]:
    """In how many of the passages trained on each token of the vocabulary occurs, and how many they are."""
    abstracts = read_abstracts(data / "pubmedqa.jsonl.gz")
    texts = [example.text for example in (*read_training(data), *read_long(), *abstracts)]
    counts = document_counts(texts, LateEncoder(locate_model(BUNDLED_MODEL), 1).tokenizer)
    return {"background.counts": counts.to(torch.int16), "background.passages": torch.tensor(len(texts))}


if __name__ == "__main__":
    main()
