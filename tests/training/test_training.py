"""The training scripts on a handful of examples: what they read, and that the losses say what they should."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.export import locate_model
from index.settings import BUNDLED_MODEL
from training.balance import overlap_weights
from training.data import (
    LONG,
    LONG_HELD_OUT,
    Example,
    Question,
    batches,
    half_new,
    may_answer,
    read_abstracts,
    read_health,
    read_long,
    read_rows,
    read_training,
    reworded,
)

OWLS = Example(
    "Owls",
    ("Owls hunt at night.", "They hear a mouse under snow."),
    (Question("When do owls hunt?", (0,)), Question("What do owls hear?", (1,))),
    ("How long do owls live?", "Where do owls nest?"),
)
BEES = Example(
    "Bees",
    ("Honey bees dance to show where food is.", "A hive holds 40,000 workers in June."),
    (Question("Why do bees dance?", (0,)), Question("How many workers are in a hive?", (1,))),
    ("How long does a queen live?", "Why do bees sting?"),
)


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_passages_are_held_out_whole_and_boilerplate_is_left_out(tmp_path: Path) -> None:
    rows = [
        {
            "title": f"T{number}",
            "generic": number == 3,
            "sentences": ["One.", "Two."],
            "questions": [{"question": "What?", "answer_sentences": [1]}],
            "near_misses": ["Why?"],
        }
        for number in range(11)
    ]
    training, held = read_health(write(tmp_path / "health.gz", rows))
    assert [example.title for example in held] == ["T0", "T5", "T10"]
    assert [example.title for example in training] == ["T1", "T2", "T4", "T6", "T7", "T8", "T9"]
    assert training[0].text == "T1\nOne. Two."


def test_abstracts_give_two_paragraphs_each(tmp_path: Path) -> None:
    row = {"question": "Does it?", "contexts": ["It does. It is.", "So it was.", "And more."]}
    examples = read_abstracts(write(tmp_path / "pubmedqa.gz", [row]))
    assert [example.sentences for example in examples] == [("It does.", "It is."), ("So it was.",)]


def test_the_questions_written_for_this_project_are_whole(tmp_path: Path) -> None:
    write(tmp_path / "health_questions.jsonl.gz", [])
    sets = [read_training(tmp_path), read_long()]
    assert min(map(len, sets)) > 1000
    examples = [example for one in sets for example in one]
    for example in examples:
        assert example.questions, example.title
        assert example.near_misses, example.title
        assert all(0 <= at < len(example.sentences) for q in example.questions for at in q.sentences)
        assert all(question.sentences for question in example.questions)
        assert not {question.text for question in example.questions} & set(example.near_misses)


def test_training_goes_on_with_what_is_new_and_as_many_others() -> None:
    going_on = half_new(["a", "b"], ["c", "d", "e"], random.Random(1))
    assert going_on[:2] == ["a", "b"]
    assert len(set(going_on[2:]) & {"c", "d", "e"}) == 2
    assert half_new(["a", "b"], ["c"], random.Random(1)) == ["a", "b", "c"]


def test_the_long_documents_that_figures_are_reported_for_are_not_trained_on() -> None:
    judged = Path(__file__).parents[1] / "data" / "long.jsonl"
    asked = {json.loads(line)["question"] for line in judged.read_text(encoding="utf-8").splitlines()}
    trained, held = _texts(LONG), _texts(LONG_HELD_OUT)
    assert len(asked) > 1000
    assert len(held) > 500
    assert not trained & asked
    assert not held & (trained | asked)


def _texts(path: Path) -> set[str]:
    rows = read_rows(path)
    return {text for row in rows for text in (*(q["question"] for q in row["questions"]), *row["near_misses"])}


def test_rows_of_one_table_are_told_apart_and_passages_on_one_matter_are_not() -> None:
    row, other = (
        Example("Owls > Sizes", (text,), (), (), distinct=True) for text in ("Eagle owl: 3 kg.", "Elf owl: 40 g.")
    )
    assert not may_answer(row, other)
    assert may_answer(OWLS, Example("Owls", ("They nest in trees.",), ()))
    assert not may_answer(OWLS, BEES)


def test_a_final_mark_tells_nothing() -> None:
    chance = random.Random(0)
    seen = [reworded("What is it ?", chance) for _ in range(200)]
    assert set(seen) == {"What is it", "What is it?"}
    assert 60 < seen.count("What is it?") < 140
    assert len(batches([OWLS, BEES] * 5, 4, chance)) == 2


def test_weights_take_from_wording_what_it_tells() -> None:
    owls = [
        Example(f"T{number}", ("One.",), (Question("who goes there", (0,)),), ("how many of those", "who is it not"))
        for number in range(20)
    ]
    weights = overlap_weights(owls)
    assert weights["how many of those"] < weights["who is it not"]


def test_a_question_is_put_to_its_answer_and_to_what_does_not_answer() -> None:
    from training.cross import Asked, pairs_of

    asked = [
        [
            Asked("When do owls hunt?", (0,), (0.9, 0.2), ((1, 1),)),
            Asked("How long do owls live?", (), (0.3, 0.4), ((1, 0),)),
        ],
        [Asked("Why do bees sting?", (), (0.5, 0.1), ())],
    ]
    importance = {one.text: 1.0 for each in asked for one in each}
    seen = {
        (pair.question.rstrip("?"), line, pair.label)
        for seed in range(50)
        for pair in pairs_of([0, 1], [OWLS, BEES], asked, importance, random.Random(seed))
        for line in pair.quote.split("\n")[1:]
    }
    owls, bees = OWLS.sentences, BEES.sentences
    assert {label for question, quote, label in seen if question == "When do owls hunt" and owls[0] in quote} == {1.0}
    assert ("When do owls hunt", owls[1], 0.0) in seen
    assert any(question == "When do owls hunt" and bees[1] in quote for question, quote, _ in seen)
    assert {label for question, _, label in seen if question != "When do owls hunt"} == {0.0}


def test_a_low_rank_update_holds_what_it_has_room_for() -> None:
    import torch

    from training.pack import low_rank

    torch.manual_seed(0)
    base = {"w": torch.randn(8, 6), "b": torch.randn(8)}
    after = {
        "encoder.w": base["w"] + torch.outer(torch.randn(8), torch.randn(6)),
        "encoder.b": base["b"] + 1,
    }
    packed, held = low_rank(base, after, 1, share=0.5)
    assert held > 0.999
    change = packed["w.left"].float() @ packed["w.right"].float()
    assert torch.allclose(change, (after["encoder.w"] - base["w"]) / 2, atol=1e-2)
    assert torch.allclose(packed["b.change"].float(), torch.full((8,), 0.5), atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("near_misses", [True, False])
def test_learning_lowers_the_losses_and_parts_near_misses_from_questions(near_misses: bool) -> None:
    import torch

    from training.model import LateEncoder, principal_axes, rarity_of
    from training.train import losses_of

    importance = dict.fromkeys(
        [*(q.text for e in (OWLS, BEES) for q in e.questions), *OWLS.near_misses, *BEES.near_misses], 1.0
    )

    torch.manual_seed(0)
    model = LateEncoder(locate_model(BUNDLED_MODEL), 16)
    texts = [OWLS.text, BEES.text]
    batch = [OWLS, BEES] if near_misses else [replace(one, near_misses=()) for one in (OWLS, BEES)]
    rarity = rarity_of([*texts, "The moon pulls the sea."] * 5, model.tokenizer)
    with torch.no_grad():
        model.projection.weight.copy_(principal_axes(model.eval(), texts, 16))
    judges = torch.nn.Parameter(torch.tensor([[20.0, 0.6], [20.0, 0.5]]))
    optimiser = torch.optim.AdamW([*model.parameters(), judges], lr=1e-4)
    totals = []
    for _ in range(8):
        losses = losses_of(model, rarity, judges, batch, [], importance, random.Random(0))
        assert set(losses) == {"ranking", "calibration", "sentence", "dense"}
        total = torch.stack(list(losses.values())).sum()
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        totals.append(float(total.detach()))
    assert totals[-1] < 0.7 * totals[0]


@pytest.mark.slow
def test_importance_is_learned_for_what_finds_the_passage() -> None:
    """Two kinds of token: one matches the question's own passage best, one matches all alike."""
    import torch

    from training.importance import fit

    torch.manual_seed(0)
    hidden = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).repeat(40, 1, 1)
    matched = torch.tensor([[0.9, 0.5], [0.6, 0.5], [0.6, 0.5]]).repeat(40, 1, 1)
    direction = fit(hidden, torch.ones(40, 2), matched)
    assert direction[0] > 0.1 > -0.1 > direction[1]
