"""Tune the bundled encoder for late interaction: ``python -m training.train ../shared/data OUT``.

Recipe: docs/model_card.md. Fixed seed; the same data give the same weights on the same machine.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch.nn import functional

from index.export import locate_model
from index.settings import BUNDLED_MODEL
from training.data import Example, batches, read_health, read_pubmedqa, reworded
from training.model import Encoded, LateEncoder, matches, principal_axes, rarity_of, weights_of

SEED = 7
BATCH = 8
TEMPERATURE = 0.03
DENSE_TEMPERATURE = 0.05


def main() -> None:
    """Train, reporting the losses, and save all weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dimension", type=int, default=96)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=4e-5)
    parser.add_argument("--pubmed", type=int, default=50, help="batches of PubMedQA an epoch")
    parser.add_argument("--calibration", type=float, default=1.0)
    parser.add_argument("--sentence", type=float, default=1.0)
    parser.add_argument("--dense", type=float, default=0.5)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    training, _ = read_health(options.data / "health_questions.jsonl.gz")
    pubmed = read_pubmedqa(options.data / "pubmedqa.jsonl.gz")
    model = LateEncoder(locate_model(BUNDLED_MODEL), options.dimension)
    texts = [example.text for example in training]
    rarity = rarity_of([*texts, *(example.text for example in pubmed)], model.tokenizer)
    with torch.no_grad():
        model.projection.weight.copy_(principal_axes(model.eval(), texts[:400], options.dimension))
    for parameter in model.encoder.embeddings.parameters():
        parameter.requires_grad = False
    hard = hard_negatives(model, training)
    judge = torch.nn.Parameter(torch.tensor([20.0, 0.6]))  # slope and middle of the probability
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in model.encoder.parameters() if p.requires_grad], "lr": options.rate},
            {"params": model.projection.parameters(), "lr": 10 * options.rate},
            {"params": [judge], "lr": 1e-2, "weight_decay": 0.0},
        ],
        weight_decay=0.01,
    )
    steps = options.epochs * (len(training) // BATCH + options.pubmed)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (0.1 * steps), max(0.0, (steps - step) / (0.9 * steps)))
    )
    step, started, seen = 0, time.time(), dict[str, float]()
    for epoch in range(options.epochs):
        kinds = [*batches(training, BATCH, chance), *batches(pubmed, BATCH, chance)[: options.pubmed]]
        chance.shuffle(kinds)
        model.train()
        for batch in kinds:
            losses = losses_of(
                model, rarity, judge, batch, [training[i] for i in negatives(batch, hard, chance)], chance
            )
            total = (
                losses["ranking"]
                + options.calibration * losses["calibration"]
                + options.sentence * losses["sentence"]
                + options.dense * losses["dense"]
            )
            optimiser.zero_grad()
            total.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            for name, value in losses.items():
                seen[name] = 0.95 * seen.get(name, value.item()) + 0.05 * value.item()
            if step % 10 == 0:
                said = " ".join(f"{name} {value:.3f}" for name, value in seen.items())
                print(
                    f"epoch {epoch} step {step}/{steps} {time.time() - started:.0f} s {said} {judge.tolist()}",
                    flush=True,
                )
        torch.save(
            {
                "model": model.state_dict(),
                "judge": judge.detach(),
                "options": {k: str(v) for k, v in vars(options).items()},
            },
            options.out,
        )


def hard_negatives(model: LateEncoder, examples: Sequence[Example], count: int = 8) -> dict[str, list[int]]:
    """For each question the passages under other titles that the untrained model finds nearest."""
    with torch.no_grad():
        passages = torch.cat(
            [model([e.text for e in examples[at : at + 16]]).dense for at in range(0, len(examples), 16)]
        )
        questions = [(question.text, i) for i, e in enumerate(examples) for question in e.questions]
        asked = torch.cat([model([t for t, _ in questions[at : at + 64]]).dense for at in range(0, len(questions), 64)])
        order = (asked @ passages.T).argsort(dim=1, descending=True)[:, : 3 * count].tolist()
    return {
        text: [j for j in row if examples[j].title != examples[i].title][:count]
        for (text, i), row in zip(questions, order, strict=True)
    }


def negatives(batch: Sequence[Example], hard: dict[str, list[int]], chance: random.Random) -> list[int]:
    """For each passage of a batch a hard negative of one of its questions, where one is known."""
    return [chance.choice(found) for e in batch if (found := hard.get(chance.choice(e.questions).text))]


def losses_of(
    model: LateEncoder,
    rarity: torch.Tensor,
    judge: torch.Tensor,
    batch: Sequence[Example],
    others: Sequence[Example],
    chance: random.Random,
) -> dict[str, torch.Tensor]:
    """The losses of one batch; ``others`` are passages that answer none of its questions."""
    questions = [(question, i) for i, example in enumerate(batch) for question in example.questions]
    misses = [(miss, i) for i, example in enumerate(batch) for miss in example.near_misses]
    passages = model([example.text for example in [*batch, *others]])
    asked = model([reworded(text, chance) for text in [*(q.text for q, _ in questions), *(m for m, _ in misses)]])
    weights = weights_of(asked, rarity)
    cosines = matches(asked, passages)
    scores = torch.einsum("qn,qpn->qp", weights, cosines.max(dim=3).values)
    own = torch.tensor([i for _, i in questions])
    count = len(questions)
    rows = torch.arange(count)
    same = torch.tensor([[a == b for b in [*range(len(batch)), *[-1] * len(others)]] for a in own.tolist()])
    titles = [example.title for example in [*batch, *others]]
    alike = torch.tensor([[bool(batch[i].title) and batch[i].title == title for title in titles] for i in own.tolist()])
    real = scores[:count].masked_fill(alike & ~same, -1.0)
    positive = real[rows, own]
    ranking = functional.cross_entropy(real / TEMPERATURE, own)
    dense = asked.dense[:count] @ passages.dense.T
    lost = real.masked_fill(same, -1.0).max(dim=1).values
    groups = [(positive, 1.0), (lost, 0.0)]
    if misses:
        missed = scores[count + torch.arange(len(misses)), torch.tensor([i for _, i in misses])]
        groups.append((missed, 0.0))
    calibration = torch.stack(
        [
            functional.binary_cross_entropy_with_logits(judge[0] * (value - judge[1]), torch.full_like(value, label))
            for value, label in groups
        ]
    ).mean()
    if misses:
        calibration = calibration + functional.softplus((missed[:, None] - positive[None] + 0.05) / 0.05).mean()
    return {
        "ranking": ranking,
        "calibration": calibration,
        "sentence": sentence_loss(batch, questions, passages, weights, cosines),
        "dense": functional.cross_entropy((dense / DENSE_TEMPERATURE).masked_fill(alike & ~same, -1e4), own),
    }


def sentence_loss(
    batch: Sequence[Example],
    questions: Sequence[tuple[object, int]],
    passages: Encoded,
    weights: torch.Tensor,
    cosines: torch.Tensor,
) -> torch.Tensor:
    """How far the answering sentences, each with the title, are from matching their question best."""
    losses = []
    for row, (question, i) in enumerate(questions):
        answers = getattr(question, "sentences", ())
        example = batch[i]
        if not answers or len(example.sentences) < 2:
            continue
        starts = passages.offsets[i, :, 0]
        at = len(example.title) + 1 if example.title else 0
        context = passages.mask[i] & (starts < at)
        scores = []
        for sentence in example.sentences:
            inside = passages.mask[i] & (starts >= at) & (starts < at + len(sentence))
            at += len(sentence) + 1
            best = cosines[row, i][:, inside | context]
            scores.append((weights[row] * best.max(dim=1).values).sum() if inside.any() else weights.new_tensor(-1.0))
        logs = functional.log_softmax(torch.stack(scores) / TEMPERATURE, dim=0)
        losses.append(-torch.logsumexp(logs[list(answers)], dim=0))
    return torch.stack(losses).mean() if losses else weights.new_tensor(0.0)


if __name__ == "__main__":
    main()
