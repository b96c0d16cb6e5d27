"""``[answer]`` of ``loccit.toml``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """Below a confidence of ``threshold``, a probability, the program abstains."""

    threshold: float = 0.5
