"""What is fuzzed: bytes in; nothing comes out but the errors that are promised, and the invariants hold."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from index.stems import Stemmer
from index.store import PassageStore
from ingest.errors import BadSidecar, IngestError
from ingest.frontmatter import read_front_matter
from ingest.read import parse_document
from ingest.sentences import sentence_bounds
from ingest.sidecar import parse_sidecar
from qa.answer import fold_question
from qa.errors import BadQuestionFile, EmptyQuestion
from qa.evaluate import judged, read_questions
from qa.figures import asks_for_figure, differ, figures
from qa.follow_up import understand
from qa.words import content_words
from tests.ingest.checks import check


def _document(name: str) -> Callable[[bytes], None]:
    def target(data: bytes) -> None:
        logging.disable(logging.CRITICAL)  # pypdf has much to say of broken files
        with suppress(IngestError):
            check(parse_document(data, name))

    return target


def front_matter(data: bytes) -> None:
    """Front matter of whatever sort, and a provenance record."""
    text = data.decode("utf-8", "replace")
    drafts, _, begin = read_front_matter(text)
    assert 0 <= begin <= len(text)
    assert not drafts or begin > 0
    with suppress(BadSidecar):
        parse_sidecar(data, "a.source.toml")


def sentences(data: bytes) -> None:
    """Every character that is not white space is in exactly one sentence."""
    text = data.decode("utf-8", "replace")
    covered = "".join(text[start:end] for start, end in sentence_bounds(text))
    assert "".join(covered.split()) == "".join(text.split())


def question(data: bytes) -> None:
    """What is asked, on its way to the index: folded, understood with the one before, looked up."""
    text = data.decode("utf-8", "surrogateescape")
    with suppress(EmptyQuestion):
        before, _, asked = fold_question(text).partition("|")
        understand(asked, before)
        content_words(asked)
        differ([before, asked])
        figures(asked)
        asks_for_figure(asked)
        Stemmer().stems(asked.split())
        assert PassageStore({}).search_words(asked, 10, None) == []


def question_file(data: bytes) -> None:
    """A file of questions, judged or not."""
    with NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(data)
        file.flush()
        with suppress(BadQuestionFile):
            rows = read_questions(Path(file.name))
            json.dumps(rows)
            judged(rows, Path(file.name))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "text": _document("a.txt"),
    "markdown": _document("a.md"),
    "html": _document("a.html"),
    "pdf": _document("a.pdf"),
    "front_matter": front_matter,
    "sentences": sentences,
    "question": question,
    "question_file": question_file,
}
