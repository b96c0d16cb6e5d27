"""The public question sets, read for training: passages with questions, answering sentences and near misses."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

HELD_OUT = 5
"""Every fifth passage of the public questions is never trained on."""
WRITTEN = Path(__file__).with_name("questions.jsonl.gz")
"""Questions and near misses written for this project, on passages of MedQuAD and PubMedQA and on invented ones."""
WRITTEN_HELD_OUT = Path(__file__).with_name("held_out.jsonl.gz")
"""The same on other documents, which nothing is ever trained on."""
LONG_HELD_OUT = Path(__file__).with_name("long_held_out.jsonl.gz")
"""Questions and near misses on long invented documents that nothing is ever trained on."""
LONG = Path(__file__).with_name("long_documents.jsonl.gz")
"""Questions and near misses on every passage of long invented documents, each passage among its neighbours."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and which sentences of its passage answer it (none known where empty)."""

    text: str
    sentences: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A passage under its title, with questions that it answers and near misses that it does not."""

    title: str
    sentences: tuple[str, ...]
    questions: tuple[Question, ...]
    near_misses: tuple[str, ...] = ()
    distinct: bool = False
    """Whether what others say under the same title never answers the questions, as with the rows of a table."""

    @property
    def text(self) -> str:
        """The passage as the index embeds it: title, new line, sentences."""
        return f"{self.title}\n{' '.join(self.sentences)}" if self.title else " ".join(self.sentences)


def read_health(path: Path) -> tuple[list[Example], list[Example]]:
    """Passages to train on and passages held out; boilerplate that recurs elsewhere is left out of both."""
    training: list[Example] = []
    held: list[Example] = []
    for number, row in enumerate(read_rows(path)):
        if row["generic"]:
            continue
        (held if number % HELD_OUT == 0 else training).append(_example(row))
    return training, held


def read_training(data: Path) -> list[Example]:
    """What is trained on: the public health questions that are not held out, and those written for this project."""
    training, _ = read_health(data / "health_questions.jsonl.gz")
    return [*training, *map(_example, read_rows(WRITTEN))]


def read_long() -> list[Example]:
    """The passages of long documents that are trained on."""
    return [_example(row) for row in read_rows(LONG)]


def half_new(new: Sequence[T], others: Sequence[T], chance: random.Random) -> list[T]:
    """What training goes on with: all that is new, and by chance as many of the others, as far as there are."""
    return [*new, *chance.sample(others, min(len(new), len(others)))]


def read_abstracts(path: Path) -> list[Example]:
    """The first two paragraphs of PubMedQA's abstracts, each with the question of its abstract."""
    return [
        Example("", tuple(re.split(r"(?<=[.!?])\s+", context)), (Question(row["question"]),))
        for row in read_rows(path)
        for context in row["contexts"][:2]
    ]


def may_answer(example: Example, other: Example) -> bool:
    """Whether another passage may answer an example's questions too: it has the same title."""
    return bool(example.title) and example.title == other.title and not (example.distinct and other.distinct)


def reworded(question: str, chance: random.Random) -> str:
    """The question with or without its final mark, by chance: the mark must not tell what has an answer."""
    bare = question.rstrip(" ?.!")
    return f"{bare}?" if chance.random() < 0.5 else bare


def batches(examples: Sequence[T], size: int, chance: random.Random) -> list[list[T]]:
    """The examples, or their numbers, in random order, ``size`` at a time, a rest left out."""
    shuffled = list(examples)
    chance.shuffle(shuffled)
    return [shuffled[at : at + size] for at in range(0, len(shuffled) - size + 1, size)]


def _example(row: dict[str, Any]) -> Example:
    return Example(
        row["title"],
        tuple(row["sentences"]),
        tuple(Question(one["question"], tuple(one["answer_sentences"])) for one in row["questions"]),
        tuple(row["near_misses"]),
        row.get("distinct", False),
    )


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a compressed file, one a line."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
