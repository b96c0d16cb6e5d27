"""Tune the bundled encoder to judge a quote: ``python -m training.cross ../shared/data OUT``.

A cross-encoder reads a question and a quote together and says whether the quote answers it. It is taught on what the
program would quote: the stretch of a passage that late interaction, as shipped, finds nearest to the question.
Recipe: docs/model_card.md. Fixed seed; the same data give the same weights on the same machine.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch.nn import functional

from index.adapter import LATE
from index.export import locate_model
from index.settings import BUNDLED_MODEL
from training.balance import overlap_weights
from training.data import Example, batches, may_answer, read_long, read_training, reworded
from training.model import (
    Encoded,
    LateEncoder,
    PairReader,
    load_late,
    matches,
    rarity_of,
    use,
    warm_up_and_decay,
    weights_of,
)
from training.train import sentence_masks, sentence_scores

BATCH = 32
LONGEST = 420
"""Characters of a stretch at most, about as many as a quote has."""
LENGTHS = (1, 1, 2, 2, 3)
"""Sentences of a stretch, each as likely as the next."""
WRONG_SENTENCE, NEAREST_WRONG = 0.35, 0.6
"""How often a question is also put to a wrong sentence of its passage, and how often to the nearest of these."""
ELSEWHERE, MISS_ELSEWHERE = 1.0, 0.6
"""How often a question, and a near miss, is also put to a passage that does not answer it."""
ASIDE = 0.6
"""How much such a pair counts beside a question with its answer or a near miss."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question or near miss on a passage, and where late interaction would look for its answer.

    ``answers``: the sentences that answer, none for a near miss. ``scores``: of every sentence of the passage.
    ``elsewhere``: the nearest passages that do not answer, each with its nearest sentence.
    """

    text: str
    answers: tuple[int, ...]
    scores: tuple[float, ...]
    elsewhere: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a quote with its title, whether this answers that, and how much the pair counts."""

    question: str
    quote: str
    label: float
    weight: float


def main() -> None:
    """Train, reporting the loss, and save all weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--device", default="cpu", help='"cuda" where there is a graphics processor')
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2e-4)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    training = [*read_long(), *read_training(options.data)]
    late = load_late(LATE)
    model = PairReader(locate_model(BUNDLED_MODEL))
    model.model.encoder.load_state_dict(late.encoder.state_dict())  # what matches a question is learned already
    use(options.device, late, model)
    asked = located(late, training)
    importance = overlap_weights(training)
    for name, parameter in model.model.encoder.named_parameters():
        # The bundled model never saw a second text.
        parameter.requires_grad = "embeddings" not in name or "token_type" in name
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in model.model.encoder.parameters() if p.requires_grad], "lr": options.rate},
            {"params": model.model.head.parameters(), "lr": 20 * options.rate},
        ],
        weight_decay=0.01,
    )
    steps = options.epochs * (len(training) // BATCH)
    schedule = warm_up_and_decay(optimiser, steps)
    step, started, seen = 0, time.time(), 0.0
    model.train()
    for _ in range(options.epochs):
        for chosen in batches(range(len(training)), BATCH, chance):
            loss = loss_of(model, pairs_of(chosen, training, asked, importance, chance))
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            seen = 0.97 * seen + 0.03 * loss.item() if seen else loss.item()
            if step % 20 == 0:
                print(f"step {step}/{steps} {time.time() - started:.0f} s loss {seen:.3f}", flush=True)
        torch.save(model.model.state_dict(), options.out)


def located(late: LateEncoder, examples: Sequence[Example], count: int = 3) -> list[list[Asked]]:
    """For every example its questions and near misses, with what late interaction makes of them."""
    rarity = rarity_of([example.text for example in examples], late.tokenizer)
    found: list[list[Asked]] = []
    with torch.no_grad():
        passages = [_small(late([example.text])) for example in examples]
        masks = [sentence_masks(example, passage, 0) for example, passage in zip(examples, passages, strict=True)]
        dense = torch.cat([passage.dense for passage in passages])
        for number, example in enumerate(examples):
            texts = [*(q.text for q in example.questions), *example.near_misses]
            questions = late(texts)
            weights = weights_of(questions, rarity)
            near = (questions.dense @ dense.T).topk(min(4 * count, len(examples)), dim=1).indices.tolist()
            found.append([])
            for row, text in enumerate(texts):
                answers = example.questions[row].sentences if row < len(example.questions) else ()
                others = [j for j in near[row] if j != number and not may_answer(example, examples[j])][:count]
                scores = [_scores(questions, row, weights[row], passages[j], masks[j]) for j in (number, *others)]
                elsewhere = [(j, _best(there)) for j, there in zip(others, scores[1:], strict=True)]
                found[-1].append(Asked(text, answers, scores[0], tuple(elsewhere)))
    return found


def _small(encoded: Encoded) -> Encoded:
    """The same in 16 bits: there are thousands."""
    return replace(encoded, tokens=encoded.tokens.half())


def _scores(
    questions: Encoded, row: int, weights: torch.Tensor, passage: Encoded, masks: torch.Tensor
) -> tuple[float, ...]:
    one = replace(passage, tokens=passage.tokens.float())
    return tuple(sentence_scores(weights, matches(questions.row(row), one)[0, 0], masks).tolist())


def _best(scores: Sequence[float], among: Sequence[int] | None = None) -> int:
    return max(range(len(scores)) if among is None else among, key=lambda at: scores[at])


def pairs_of(
    chosen: Sequence[int],
    examples: Sequence[Example],
    asked: Sequence[Sequence[Asked]],
    importance: Mapping[str, float],
    chance: random.Random,
) -> list[Pair]:
    """The pairs of a batch of examples: questions with answers, with other stretches, and near misses."""
    pairs = []
    for number in chosen:
        example = examples[number]
        for one in asked[number]:
            text, best = reworded(one.text, chance), _best(one.scores)
            if one.answers:
                at = best if best in one.answers else chance.choice(one.answers)
                pairs.append(Pair(text, stretch(example, at, chance), 1.0, importance[one.text]))
                wrong = [at for at in range(len(one.scores)) if at not in one.answers]
                if wrong and chance.random() < WRONG_SENTENCE:
                    at = _best(one.scores, wrong) if chance.random() < NEAREST_WRONG else chance.choice(wrong)
                    pairs.append(Pair(text, _under_title(example, at, at), 0.0, ASIDE))
            else:
                pairs.append(Pair(text, stretch(example, best, chance), 0.0, importance[one.text]))
            if one.elsewhere and chance.random() < (ELSEWHERE if one.answers else MISS_ELSEWHERE):
                other, at = chance.choice(one.elsewhere)
                pairs.append(Pair(text, stretch(examples[other], at, chance), 0.0, ASIDE))
    return pairs


def stretch(example: Example, at: int, chance: random.Random) -> str:
    """A sentence of an example with none to two beside it, under its title."""
    first = last = at
    for _ in range(chance.choice(LENGTHS) - 1):
        if first > 0 and (last + 1 >= len(example.sentences) or chance.random() < 0.5):
            wider = first - 1, last
        else:
            wider = first, min(last + 1, len(example.sentences) - 1)
        if sum(map(len, example.sentences[wider[0] : wider[1] + 1])) > LONGEST:
            break
        first, last = wider
    return _under_title(example, first, last)


def _under_title(example: Example, first: int, last: int) -> str:
    quote = " ".join(example.sentences[first : last + 1])
    return f"{example.title}\n{quote}" if example.title else quote


def loss_of(model: PairReader, pairs: Sequence[Pair]) -> torch.Tensor:
    """How far the pairs are judged from what they are, each alone, and each answer against all that does not answer."""
    ordered = sorted(pairs, key=lambda pair: len(pair.question) + len(pair.quote))
    longest = len(ordered) // 3
    parts = [part for part in (ordered[:-longest], ordered[-longest:]) if part]  # less padding
    found = torch.cat([model([p.question for p in part], [p.quote for p in part]) for part in parts])
    labels = torch.tensor([pair.label for part in parts for pair in part])
    weights = torch.tensor([pair.weight for part in parts for pair in part])
    answers = labels > 0.5
    each = functional.binary_cross_entropy_with_logits(found, labels, weight=weights)
    margins = functional.softplus(found[~answers][:, None] - found[answers][None])
    return each + (weights[~answers][:, None] * weights[answers][None] * margins).mean() / 2


if __name__ == "__main__":
    main()
