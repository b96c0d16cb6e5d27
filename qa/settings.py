"""``[answer]`` of ``loccit.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.settings import FILE_NAME, read_section
from qa.confidence import THRESHOLD


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """Below a confidence of ``threshold``, a probability, the program abstains."""

    threshold: float = THRESHOLD

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ValueError("threshold must be a probability, from 0 to 1")


def threshold_of() -> float:
    """The threshold in the settings file. Raises BadSettings."""
    return read_section(Path(FILE_NAME), "answer", AnswerSettings).threshold
