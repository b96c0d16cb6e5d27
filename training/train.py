"""Tune the bundled encoder for late interaction: ``python -m training.train ../shared/data OUT``.

Recipe: docs/model_card.md. Fixed seed; the same data give the same weights on the same machine.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch.nn import functional

from index.export import locate_model
from index.settings import BUNDLED_MODEL
from training.balance import overlap_weights
from training.data import (
    Example,
    batches,
    half_new,
    may_answer,
    read_abstracts,
    read_long,
    read_training,
    reworded,
)
from training.model import (
    Encoded,
    LateEncoder,
    load_late,
    matches,
    principal_axes,
    rarity_of,
    update_of,
    use,
    warm_up_and_decay,
    weights_of,
)

TEMPERATURE = 0.03
MARGIN = 0.05
DENSE_TEMPERATURE = 0.05


def main() -> None:
    """Train, reporting the losses, and save all weights."""
    options = _options()
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    training = read_training(options.data)
    if options.start:
        training = half_new(read_long(), training, chance)
    abstracts = read_abstracts(options.data / "pubmedqa.jsonl.gz")
    texts = [example.text for example in training]
    model = load_late(update_of(options.start)) if options.start else untrained(options.dimension, texts)
    use(options.device, model)
    rarity = rarity_of([*texts, *(example.text for example in abstracts)], model.tokenizer)
    for parameter in model.encoder.embeddings.parameters():
        parameter.requires_grad = False
    hard = hard_negatives(model, training)
    importance = overlap_weights(training)
    judges = torch.nn.Parameter(torch.tensor([[20.0, 0.6], [20.0, 0.5]]))
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in model.encoder.parameters() if p.requires_grad], "lr": options.rate},
            {"params": model.projection.parameters(), "lr": 10 * options.rate},
            {"params": model.importance.parameters(), "lr": 25 * options.rate},
            {"params": [judges], "lr": 1e-2, "weight_decay": 0.0},
        ],
        weight_decay=0.01,
    )
    steps = options.epochs * (len(training) // options.batch + options.abstracts)
    schedule = warm_up_and_decay(optimiser, steps)
    step, started, seen = 0, time.time(), dict[str, float]()
    for epoch in range(options.epochs):
        model.train()
        chosen = batches(training, options.batch, chance)
        if options.abstracts:
            chosen += batches(abstracts, options.batch, chance)[: options.abstracts]
            chance.shuffle(chosen)
        for batch in chosen:
            others = [training[i] for i in negatives(batch, hard, chance)]
            losses = losses_of(model, rarity, judges, batch, others, importance, chance)
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
                    f"epoch {epoch} step {step}/{steps} {time.time() - started:.0f} s {said} {judges.tolist()}",
                    flush=True,
                )
        torch.save(
            {
                "model": model.state_dict(),
                "judges": judges.detach(),
                "options": {k: str(v) for k, v in vars(options).items()},
            },
            options.out,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, help="a packed update to go on from, on long documents and others")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu", help='"cuda" where there is a graphics processor')
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--dimension", type=int, default=96)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--abstracts", type=int, default=50, help="batches of PubMedQA's own questions an epoch")
    parser.add_argument("--rate", type=float, default=4e-5)
    parser.add_argument("--calibration", type=float, default=0.3)
    parser.add_argument("--sentence", type=float, default=1.0)
    parser.add_argument("--dense", type=float, default=0.5)
    return parser.parse_args()


def untrained(dimension: int, texts: Sequence[str]) -> LateEncoder:
    """The bundled model, with the principal axes of some texts' token vectors as its projection."""
    model = LateEncoder(locate_model(BUNDLED_MODEL), dimension).eval()
    with torch.no_grad():
        model.projection.weight.copy_(principal_axes(model, texts[:400], dimension))
    return model


def hard_negatives(model: LateEncoder, examples: Sequence[Example], count: int = 8) -> dict[str, list[int]]:
    """For each question the passages that do not answer it and that the model, as it begins, finds nearest."""
    with torch.no_grad():
        passages = torch.cat(
            [model([e.text for e in examples[at : at + 16]]).dense for at in range(0, len(examples), 16)]
        )
        questions = [(question.text, i) for i, e in enumerate(examples) for question in e.questions]
        asked = torch.cat([model([t for t, _ in questions[at : at + 64]]).dense for at in range(0, len(questions), 64)])
        order = (asked @ passages.T).argsort(dim=1, descending=True)[:, : 3 * count].tolist()
    return {
        text: [j for j in row if j != i and not may_answer(examples[i], examples[j])][:count]
        for (text, i), row in zip(questions, order, strict=True)
    }


def negatives(batch: Sequence[Example], hard: dict[str, list[int]], chance: random.Random) -> list[int]:
    """For each passage of a batch a hard negative of one of its questions, where one is known."""
    return [chance.choice(found) for e in batch if (found := hard.get(chance.choice(e.questions).text))]


def losses_of(
    model: LateEncoder,
    rarity: torch.Tensor,
    judges: torch.Tensor,
    batch: Sequence[Example],
    others: Sequence[Example],
    importance: Mapping[str, float],
    chance: random.Random,
) -> dict[str, torch.Tensor]:
    """The losses of one batch; ``others`` are passages that answer none of its questions.

    ``importance`` says how much each question and near miss counts in telling what is answered. Questions without near
    misses, PubMedQA's own, have no sentences known either, and are judged by whole passages, all alike.

    ``judges`` (2, 2): slope and middle of the probability that a passage answers, by the score of the whole passage
    and by that of its best sentence.
    """
    questions = [(question, i) for i, example in enumerate(batch) for question in example.questions]
    misses = [(miss, i) for i, example in enumerate(batch) for miss in example.near_misses]
    passages = model([example.text for example in [*batch, *others]])
    asked = model([reworded(text, chance) for text in [*(q.text for q, _ in questions), *(m for m, _ in misses)]])
    weights = weights_of(asked, rarity)
    cosines = matches(asked, passages)
    scores = torch.einsum("qn,qpn->qp", weights, cosines.max(dim=3).values)
    count = len(questions)
    own = torch.tensor([i for _, i in questions])
    about = [*own.tolist(), *(i for _, i in misses)]
    same = torch.arange(len(batch) + len(others))[None] == own[:, None]
    alike = torch.tensor([[may_answer(batch[i], other) for other in [*batch, *others]] for i in own.tolist()])
    real = scores[:count].masked_fill(alike & ~same, -1.0)
    positive = real[torch.arange(count), own]
    lost = real.masked_fill(same, -1.0).max(dim=1).values
    missed = scores[torch.arange(count, len(about)), torch.tensor(about[count:], dtype=torch.long)]
    masks = [sentence_masks(example, passages, i) for i, example in enumerate(batch)]
    by_sentence = [sentence_scores(weights[row], cosines[row, i], masks[i]) for row, i in enumerate(about)]
    told = [
        (found, question.sentences)
        for found, (question, _) in zip(by_sentence, questions, strict=False)
        if question.sentences
    ]
    choices = [_choice(found, answers) for found, answers in told if len(found) > 1]
    if not misses:
        calibration = (_judged(judges[0], positive, 1.0) + _judged(judges[0], lost, 0.0)) / 2
    else:
        answering = torch.stack([found[list(answers)].max() for found, answers in told])
        nearest = torch.stack([found.max() for found in by_sentence[count:]])
        real_weights = torch.tensor([importance[question.text] for question, _ in questions])
        miss_weights = torch.tensor([importance[miss] for miss, _ in misses])
        calibration = (
            calibration_loss(judges[0], positive, real_weights, missed, miss_weights)
            + _judged(judges[0], lost, 0.0)
            + calibration_loss(judges[1], answering, real_weights, nearest, miss_weights)
        )
    dense = asked.dense[:count] @ passages.dense.T
    return {
        "ranking": functional.cross_entropy(real / TEMPERATURE, own),
        "calibration": calibration,
        "sentence": torch.stack(choices).mean() if choices else positive.new_zeros(()),
        "dense": functional.cross_entropy((dense / DENSE_TEMPERATURE).masked_fill(alike & ~same, -1e4), own),
    }


def calibration_loss(
    judge: torch.Tensor,
    positive: torch.Tensor,
    positive_weights: torch.Tensor,
    missed: torch.Tensor,
    missed_weights: torch.Tensor,
) -> torch.Tensor:
    """How far the scores of questions (q,) and near misses (m,) are from telling which are answered.

    Each near miss of the batch shall lie a margin below each question, so that a score means the same from question to
    question.
    """
    found = _judged(judge, positive, 1.0, positive_weights)
    held = _judged(judge, missed, 0.0, missed_weights)
    weights = missed_weights[:, None] * positive_weights[None]
    return found / 2 + held / 2 + (weights * _overlap(positive, missed)).mean()


def _judged(
    judge: torch.Tensor, scores: torch.Tensor, label: float, weights: torch.Tensor | None = None
) -> torch.Tensor:
    logits = judge[0] * (scores - judge[1])
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(scores, label), weight=weights)


def _overlap(positive: torch.Tensor, missed: torch.Tensor) -> torch.Tensor:
    """(m, q): how far each near miss is from lying a margin below each question."""
    return functional.softplus((missed[:, None] - positive[None] + MARGIN) / MARGIN)


def sentence_masks(example: Example, passages: Encoded, row: int) -> torch.Tensor:
    """(s, m): which tokens each sentence is judged by, its own and the title's."""
    starts = passages.offsets[row, :, 0]
    at = len(example.title) + 1 if example.title else 0
    context = starts < at
    masks = []
    for sentence in example.sentences:
        masks.append(passages.mask[row] & (context | ((starts >= at) & (starts < at + len(sentence)))))
        at += len(sentence) + 1
    return torch.stack(masks)


def sentence_scores(weights: torch.Tensor, cosines: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    """(s,): late interaction of a question (n,) with each sentence, from the cosines (n, m) with the passage."""
    best = cosines[None].masked_fill(~masks[:, None], -1.0).max(dim=2).values
    return best @ weights


def _choice(scores: torch.Tensor, answers: Sequence[int]) -> torch.Tensor:
    """How far the answering sentences are from matching their question best."""
    return -torch.logsumexp(functional.log_softmax(scores / TEMPERATURE, dim=0)[list(answers)], dim=0)


if __name__ == "__main__":
    main()
