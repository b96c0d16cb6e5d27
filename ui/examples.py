"""Example questions drawn from a library's own headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from index.model import DocumentRecord
from ingest.model import BlockKind, Passage

_GENERAL = re.compile(
    r"\W*(?:[\d.]+\s*)?(?:abstract|summary|introduction|background|conclusions?|methods|results.*|discussion|references|"
    r"review methods|future directions|.{0,12})\W*\Z",
    re.IGNORECASE,
)
_MATTER = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)


def example_questions(
    documents: Iterable[DocumentRecord], passages: Callable[[str], list[Passage]], count: int = 4
) -> list[str]:
    """Up to ``count`` questions, from as many documents as there are: what each says most about."""
    chosen: list[str] = []
    for document in documents:
        read = passages(document.path)
        words = {word for passage in read for word in re.findall(r"[a-z’'-]+", passage.text)}
        headings = Counter(
            passage.heading_path[-1]
            for passage in read
            if passage.kind in _MATTER and passage.heading_path and not _GENERAL.match(passage.heading_path[-1])
        )
        questions = [_as_question(heading, words) for heading, _ in headings.most_common(3)]
        chosen += [question for question in questions if question not in chosen][:1]
        if len(chosen) == count:
            break
    return chosen


def _as_question(heading: str, words: set[str]) -> str:
    """A heading as a question; capitals go where the document itself writes the word without."""
    if heading.endswith("?"):
        return heading
    subject = [word.lower() if word[1:].islower() and word.lower() in words else word for word in heading.split()]
    return f"What is said about {' '.join(subject).rstrip('.:')}?"
