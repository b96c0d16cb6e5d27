"""Pack trained weights as a low-rank update of the bundled ones: ``python -m training.pack DATA TRAINED... OUT``.

The mean of several runs' weights does better than each of them (Wortsman et al. 2022, Model soups). Only a share of the
change is kept: weights between trained and bundled ones do better on matters that were not trained on than either
(Wortsman et al. 2022, WiSE-FT). Each matrix's change is cut to its strongest directions (singular values), biases and
norms are kept whole; all in 16 bits. With it go the tokens' counts in the passages. ``index.adapter`` reads the file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from index.export import locate_model
from index.settings import BUNDLED_MODEL
from training.data import read_abstracts, read_training
from training.model import LateEncoder, document_counts


def main() -> None:
    """Write the update and say how much of the change it holds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("trained", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--share", type=float, default=0.75, help="how much of the change is kept")
    options = parser.parse_args()
    runs = [torch.load(path, weights_only=True)["model"] for path in options.trained]
    trained = {name: sum(run[name] for run in runs) / len(runs) for name in runs[0]}
    bundled = locate_model(BUNDLED_MODEL)
    base = load_file(bundled / "model.safetensors")
    abstracts = read_abstracts(options.data / "pubmedqa.jsonl.gz")
    texts = [example.text for example in (*read_training(options.data), *abstracts)]
    counts = document_counts(texts, LateEncoder(bundled, 1).tokenizer)
    packed = {"background.counts": counts.to(torch.int16), "background.passages": torch.tensor(len(texts))}
    packed |= {"projection": trained["projection.weight"].half().contiguous()}
    lost = whole = 0.0
    for name, before in base.items():
        after = trained.get(f"encoder.{name}")
        if after is None or not before.is_floating_point() or torch.equal(before, after):
            continue
        change = options.share * (after - before)
        if change.ndim == 2:
            left, values, right = torch.linalg.svd(change, full_matrices=False)
            kept = values[: options.rank].sqrt()
            packed[f"{name}.left"] = (left[:, : options.rank] * kept).half().contiguous()
            packed[f"{name}.right"] = (kept[:, None] * right[: options.rank]).half().contiguous()
            lost += float((values[options.rank :] ** 2).sum())
            whole += float((values**2).sum())
        else:
            packed[f"{name}.change"] = change.half().contiguous()
    save_file(packed, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB, {1 - lost / whole:.3f} of the change")


if __name__ == "__main__":
    main()
