"""Refit what a question's tokens count for: ``python -m training.importance ../shared/data UPDATE OUT``.

Trained together with all else (``training.train``) importance learns mostly what tells a near miss from a question, and
pays for it in ranking where a library has many subjects. So it is learned again for ranking alone, everything else as
packed in UPDATE, and the mean of both directions goes into OUT. Fixed seed.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from index.graphs import importance_of
from training.data import Example, may_answer, read_training
from training.model import MAX_TOKENS, Encoded, LateEncoder, load_late, rarity_of, update_of

NEGATIVES = 24
"""The nearest passages by dense vector that do not answer, which a question's own shall outrank."""
LONGEST = 48
"""Tokens of a question that are looked at."""
STEPS, BATCH, RATE, DECAY, TEMPERATURE = 600, 512, 1e-3, 0.3, 0.03


def main() -> None:
    """Encode, fit and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("update", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    update = load_file(options.update)
    hidden, rarity, matched = gather(read_training(options.data), load_late(update_of(options.update)))
    found = fit(hidden, rarity, matched)
    update["importance"] = ((update["importance"].float() + found) / 2).half().contiguous()
    save_file(update, options.out)


def gather(examples: Sequence[Example], late: LateEncoder) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What the examples' questions are ranked by.

    (q, n, h): each question's tokens before the projection; (q, n): their rarity, 0 where there is none; (q, p, n):
    their best matches in the question's own passage, which is the first, and in others.
    """
    rarities = rarity_of([example.text for example in examples], late.tokenizer)
    rows = []
    with torch.no_grad():
        passages = [late([example.text]) for example in examples]
        dense = torch.cat([passage.dense for passage in passages])
        tokens = [passage.tokens[0][passage.mask[0]] for passage in passages]
        for number, example in enumerate(examples):
            for question in example.questions:
                asked = late([question.text])
                nearest = (dense @ asked.dense[0]).topk(min(len(examples), 2 * NEGATIVES)).indices.tolist()
                others = [j for j in nearest if j != number and not may_answer(example, examples[j])]
                rows.append(
                    _row(asked, hidden_of(late, question.text), rarities, [tokens[j] for j in (number, *others)])
                )
    hidden, rarity, matched = (torch.stack(parts) for parts in zip(*rows, strict=True))
    return hidden, rarity, matched


def hidden_of(late: LateEncoder, text: str) -> torch.Tensor:
    """(n, h): the vectors of a question's tokens before the projection, special ones left out."""
    batch = late.tokenizer([text], truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
    hidden: torch.Tensor = late.encoder(**batch).last_hidden_state[0, 1:-1]
    return hidden


def _row(
    asked: Encoded, hidden: torch.Tensor, rarities: torch.Tensor, passages: Sequence[torch.Tensor]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """One question's part of what ``gather`` returns, filled up to equal sizes."""
    words = asked.mask[0]
    tokens = asked.tokens[0][words][:LONGEST]
    best = torch.stack([(tokens @ passage.T).max(dim=1).values for passage in passages[: NEGATIVES + 1]])
    short, few = LONGEST - len(tokens), NEGATIVES + 1 - len(best)
    return (
        functional.pad(hidden[:LONGEST], (0, 0, 0, short)).half(),
        functional.pad(rarities[asked.ids[0][words]][:LONGEST], (0, short)),
        functional.pad(best, (0, short, 0, few), value=-1.0).half(),
    )


def fit(hidden: torch.Tensor, rarity: torch.Tensor, matched: torch.Tensor) -> torch.Tensor:
    """(h,): the direction by which questions (q, ...) rank their own passages best."""
    direction = torch.nn.Parameter(torch.zeros(hidden.shape[2]))
    optimiser = torch.optim.AdamW([direction], lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for step in range(STEPS):
        rows = torch.randint(len(hidden), (BATCH,))
        weights = rarity[rows] * importance_of(hidden[rows].float(), direction)
        shares = weights / weights.sum(1, keepdim=True).clamp_min(1e-9)
        scores = torch.einsum("qn,qpn->qp", shares, matched[rows].float())
        loss = functional.cross_entropy(scores / TEMPERATURE, torch.zeros(BATCH, dtype=torch.long))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % 100 == 99:
            print(f"step {step + 1}/{STEPS} loss {loss.item():.3f}", flush=True)
    return direction.detach()


if __name__ == "__main__":
    main()
