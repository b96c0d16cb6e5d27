"""Passages that fit the model."""

from __future__ import annotations

from index.context import longest_context_of
from index.counter import TokenCounter
from ingest.model import Document, Passage
from ingest.split import split


def fitting_passages(document: Document, counter: TokenCounter, prompt: str) -> list[Passage]:
    """The passages of a document, each short enough for the model with its context and the ``prompt`` before it."""
    return split(
        document,
        length=counter.count,
        room=lambda heading_path, kinds: (
            counter.room - counter.count(prompt + longest_context_of(document.source, heading_path, kinds))
        ),
    )
