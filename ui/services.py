"""What the page can do with a library: asking, looking, adding, removing, rebuilding."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.build import build, remove
from index.model import BuildSummary, DocumentRecord, Hit
from index.search import IndexReader
from index.verify import IndexStatus, status
from ingest.library import is_passed_over, signature
from ingest.model import Passage, Span
from ingest.read import document_id
from qa.answer import answer, fold_question
from qa.evaluate import kept
from qa.model import Answer
from ui.facsimile import Facsimile, PageNotShown, facsimile
from ui.feedback import record
from ui.library_map import LibraryMap, draw

# What may be dropped on the page, and how much at once.
SUFFIXES = (".pdf", ".html", ".htm", ".md", ".markdown", ".txt")
MAX_FILES = 50
MAX_BYTES = 50 * 1024 * 1024


class UploadRefused(Exception):
    """A file cannot be added, with the reason in one sentence."""


class StaleAnswer(Exception):
    """An answer cannot be judged any more, with the reason in one sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a rebuild has come: ``done`` of ``total`` in its present stage, and the summary at its end."""

    stage: str
    done: int
    total: int
    summary: BuildSummary | None = None


class Library:
    """One library folder with its index; may be shared by all pages."""

    def __init__(self, seeds: Path, folder: Path, *, model: str, threshold: float) -> None:
        self._seeds = seeds
        self._folder = folder
        self._model = model
        self._threshold = threshold
        self._reader = IndexReader(folder)
        self._map: LibraryMap | None = None
        self._drawing = threading.Lock()
        self._status: tuple[object, IndexStatus] | None = None

    def ask(self, question: str, document: str | None = None, *, mend: bool = True) -> Answer:
        """Answer from the newest index. Raises what ``qa.answer`` and ``IndexReader.current`` raise."""
        return answer(question, self._reader.current(), document=document, threshold=self._threshold, mend=mend)

    def search(self, question: str, document: str | None = None) -> tuple[Hit, ...]:
        """The nearest passages. Raises what ``fold_question``, ``Index.search`` and ``IndexReader.current`` raise."""
        return self._reader.current().search(fold_question(question), document=document)

    def documents(self) -> tuple[DocumentRecord, ...]:
        """The indexed documents, by path."""
        return self._reader.current().documents

    def passages(self, document: str) -> tuple[DocumentRecord, list[Passage]]:
        """A document with its passages in reading order. Raises UnknownDocument."""
        return self._reader.current().read(document)

    def passage(self, id_: str) -> tuple[DocumentRecord, Passage]:
        """A passage by its id, with its document. Raises UnknownPassage."""
        return self._reader.current().passage(id_)

    def facsimile(self, document: DocumentRecord, number: int, spans: Sequence[Span]) -> tuple[Facsimile, list[int]]:
        """Page ``number`` of a PDF as a picture, with what of ``spans`` (of the document's text) is on it located.

        With it come the numbers of all pages that the spans lie on.

        Raises PageNotShown, or UnknownDocument.
        """
        text, pages = self._reader.current().document_text(document.path)
        if not 1 <= number <= len(pages):
            raise PageNotShown(f"{document.path} has no page {number}; here is its text.")
        try:
            data = (self._seeds / document.path).read_bytes()
        except OSError as error:
            raise PageNotShown(f"{document.path} cannot be opened; here is its text as it was indexed.") from error
        if document_id(data) != document.id:
            raise PageNotShown(f"{document.path} has changed since it was indexed; here is its text as it was.")
        page = pages[number - 1].span
        shown = facsimile(data, number, text[page.start : page.end], _within(spans, page))
        return shown, [other.number for other in pages if _within(spans, other.span)]

    def map(self) -> LibraryMap:
        """The map of the library, drawn once for each build."""
        index = self._reader.current()
        with self._drawing:
            if self._map is None or self._map.build_id != index.build_id:
                self._map = draw(index)
            return self._map

    def evaluation(self) -> tuple[dict[str, Any] | None, bool]:
        """The last evaluation, None before the first, and whether it is of the present index."""
        report = kept(self._folder)
        return report, report is not None and report.get("index") == self._reader.current().build_id

    def judge(self, answer: Answer, good: bool) -> Path:
        """Keep a reader's judgement of an answer beside the index; the file it went to.

        Raises StaleAnswer when a cited document has gone or changed since, so that its places mean nothing now.
        """
        index = self._reader.current()
        known = {record.path: record.id for record in index.documents}
        for citation in answer.citations:
            if known.get(citation.hit.document.path) != citation.hit.document.id:
                raise StaleAnswer(f"{citation.hit.document.path} has changed since; ask again to judge the answer.")
        return record(answer, good, self._folder / "feedback", lambda path: index.document_text(path)[0])

    def status(self) -> IndexStatus:
        """The index against the folder of documents.

        Every open page asks for it every few seconds, so files are read again only when one of them, by name, size
        or time, or the index is not what it was.
        """
        seen = (signature(self._seeds), self._reader.current().manifest)
        if self._status is None or self._status[0] != seen:
            self._status = seen, status(self._folder, self._seeds)
        return self._status[1]

    def add(self, files: Sequence[Path]) -> list[str]:
        """Copy uploaded files into the library under their own names; the names they got.

        Raises UploadRefused for too many or too large files, unknown kinds, and names taken.
        """
        if len(files) > MAX_FILES:
            raise UploadRefused(f"At most {MAX_FILES} files can be added at once.")
        if not files:
            raise UploadRefused("Choose files to add first.")
        names = [_safe_name(file) for file in files]
        for file, name in zip(files, names, strict=True):
            if file.suffix.lower() not in SUFFIXES:
                raise UploadRefused(f"{name}: only {', '.join(SUFFIXES)} files can be added.")
            if file.stat().st_size > MAX_BYTES:
                raise UploadRefused(f"{name}: is larger than {MAX_BYTES // 1024 // 1024} MB.")
            if is_passed_over(name):
                raise UploadRefused(f"{name}: files of that name are notes on a folder and are not indexed; rename it.")
            if (self._seeds / name).exists():
                raise UploadRefused(f"{name}: is in the library already; remove it first.")
        for file, name in zip(files, names, strict=True):
            shutil.copyfile(file, self._seeds / name)
        return names

    def remove(self, name: str) -> BuildSummary:
        """Move a document out of the library and forget it."""
        return remove(name, self._seeds, self._folder, model=self._model)[1]

    def rebuild(self) -> Iterator[Step]:
        """Bring the index up to date, step by step; asking goes on meanwhile. Raises what ``build`` raises."""
        steps: queue.Queue[Step | Exception] = queue.Queue()

        def work() -> None:
            try:
                summary = build(
                    self._seeds,
                    self._folder,
                    model=self._model,
                    progress=lambda stage, done, total: steps.put(Step(stage, done, total)),
                )
                steps.put(Step("finished", 1, 1, summary))
            except Exception as error:  # noqa: BLE001  handed to the page's thread, which raises it
                steps.put(error)

        threading.Thread(target=work, daemon=True).start()
        while True:
            step = steps.get()
            if isinstance(step, Exception):
                raise step
            yield step
            if step.summary:
                return


def _within(spans: Sequence[Span], page: Span) -> list[Span]:
    """What of some spans lies on a page, as offsets into the page's own text."""
    return [
        Span(max(span.start, page.start) - page.start, min(span.end, page.end) - page.start)
        for span in spans
        if span.start < page.end and span.end > page.start
    ]


def _safe_name(file: Path) -> str:
    """A file's own name without folders, leading dots and characters that are not printable."""
    name = "".join(character for character in file.name if character.isprintable() and character not in '/\\:*?"<>|')
    name = name.lstrip(". -")
    if Path(name).suffix != file.suffix:
        raise UploadRefused("A file without a name cannot be added.")
    return name
