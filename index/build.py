"""Building an index: read what is new, embed what is not yet embedded, write beside the old one, check, swap."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby
from pathlib import Path

import numpy as np

from index.context import context_of
from index.encoder import Encoder
from index.errors import (
    CorruptIndex,
    MissingIndex,
    NothingToIndex,
    OutdatedIndex,
    SearchIndexError,
    UnknownDocument,
    UnwritableIndex,
)
from index.export import prepare_encoder
from index.isolated import IsolatedReader
from index.layout import (
    FORMAT,
    VECTORS_FILE,
    Layout,
    Manifest,
    check_files,
    file_size,
    record_file,
    write_manifest,
)
from index.model import BuildSummary, Failure, unread_pages
from index.rows import NewPassage
from index.settings import BUNDLED_MODEL
from index.store import PassageStore
from index.tokens import token_vectors
from index.vectors import FaissStore, index_vectors
from index.writer import StoreWriter
from ingest.errors import IngestError, UnreadableFile
from ingest.library import list_documents
from ingest.model import Document, Passage
from ingest.read import read_bytes
from ingest.sidecar import SUFFIX, sidecar_of

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, the steps done and the steps in all."""

# Passages that are being embedded or wait for it, while earlier ones are written.
_AHEAD = 64
# Vectors that are added at once.
_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class _File:
    """A document's file as found: ``digest`` hashes its bytes and its sidecar's."""

    path: Path
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class _Previous:
    """The build that a new one starts from."""

    folder: Path
    manifest: Manifest
    store: PassageStore
    digests: dict[str, str]


def build(
    seeds: Path, folder: Path, *, model: str = BUNDLED_MODEL, full: bool = False, progress: Progress | None = None
) -> BuildSummary:
    """Bring the index in ``folder`` up to date with the documents in ``seeds``.

    With ``full`` everything is read and embedded anew. Until the last step the old index goes on serving; a build
    that is killed leaves it as it was. Raises a SearchIndexError, or UnreadableFile for a missing folder.
    """
    layout = Layout(folder)
    with _told(folder), layout.writing():
        return _build(layout, seeds, model, full, progress or _silently)


def remove(
    name: str, seeds: Path, folder: Path, *, model: str = BUNDLED_MODEL, progress: Progress | None = None
) -> tuple[Path, BuildSummary]:
    """Move a document and its sidecar out of the library into ``removed/`` beside the index, and forget it.

    Returns where it is now, and what the build did. Raises UnknownDocument, or what ``build`` raises.
    """
    layout = Layout(folder)
    with _told(folder), layout.writing():
        path = seeds / name
        if path not in list_documents(seeds, apart_from=folder).documents:
            raise UnknownDocument(f"{name}: is no document of {seeds}; python -m index status lists them.")
        target = _free(folder / "removed" / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        sidecar = sidecar_of(path)
        if sidecar:
            shutil.move(sidecar, target.with_name(target.name + SUFFIX))
        shutil.move(path, target)
        return target, _build(layout, seeds, model, False, progress or _silently, may_be_empty=True)


def scan(seeds: Path, folder: Path) -> tuple[dict[str, str], tuple[Failure, ...]]:
    """The digests of a library's documents by path, and what cannot be opened or is passed over."""
    files, failures = _scan(seeds, folder, _silently)
    return {file.name: file.digest for file in files}, tuple(failures)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What keeps a build from writing, as one error of ours."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnwritableIndex(f"{folder}: cannot be written ({reason}); check disk space and permissions.") from error


def _silently(stage: str, done: int, total: int) -> None:
    del stage, done, total


def _free(path: Path) -> Path:
    """The path itself, or with a number before its suffix where a document or a sidecar has the name."""
    number, free = 1, path
    while free.exists() or sidecar_of(free):
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _build(
    layout: Layout, seeds: Path, model: str, full: bool, report: Progress, *, may_be_empty: bool = False
) -> BuildSummary:
    started = time.perf_counter()
    current = _current_or_none(layout)
    unfinished = layout.unfinished()
    layout.tidy(keep={current, unfinished})
    previous = None if full else _previous(layout)
    files, failures = _scan(seeds, layout.folder, report)
    if not files and not may_be_empty:
        raise NothingToIndex(_nothing(seeds, failures))
    report("preparing the model", 0, 1)
    encoder = prepare_encoder(model, layout.models, threads=1)
    report("preparing the model", 1, 1)
    if previous is not None and previous.manifest.encoder != encoder.meta.fingerprint:
        previous = None
    build_id = _build_id(model, encoder, files, failures)
    old = previous.digests if previous else {}
    names = {file.name for file in files}
    settled = previous and all(f.digest or f.path not in names for f in previous.manifest.failures)
    if previous and settled and previous.manifest.build_id == build_id:
        layout.tidy(keep={current})
        return BuildSummary(
            build_id=build_id,
            added=(),
            changed=(),
            removed=(),
            unchanged=len(old),
            failed=previous.manifest.failures,
            partly=(),
            passages=previous.manifest.passages,
            embedded=0,
            seconds=time.perf_counter() - started,
        )
    target = layout.new_build(build_id)
    try:
        model_folder = layout.models / encoder.meta.digest
        with _Build(
            target,
            seeds,
            encoder,
            model_folder,
            previous=previous,
            unfinished=None if full else unfinished,
            report=report,
        ) as work:
            read, failed = work.write(files)
            failures.extend(failed)
            passages = work.finish(build_id, model, str(seeds), tuple(failures), may_be_empty=may_be_empty)
        if passages is None:
            raise NothingToIndex(_nothing(seeds, failures))
        layout.swap(target)
    except KeyboardInterrupt:  # what was embedded so far is there for the next build
        raise
    except CorruptIndex:
        shutil.rmtree(target, ignore_errors=True)
        if previous is None:
            raise
        return _build(layout, seeds, model, True, report, may_be_empty=may_be_empty)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    layout.tidy(keep={target}, model=encoder.meta.digest)
    return BuildSummary(
        build_id=build_id,
        added=tuple(name for name in read if name not in old),
        changed=tuple(name for name in read if name in old),
        removed=tuple(sorted(name for name in old if name not in names)),
        unchanged=sum(old.get(file.name) == file.digest for file in files),
        failed=tuple(failures),
        partly=tuple(work.partly),
        passages=passages,
        embedded=work.embedded,
        seconds=time.perf_counter() - started,
    )


def _nothing(seeds: Path, failures: list[Failure]) -> str:
    if failures:
        return f"{seeds}: none of its {len(failures)} files can be read, the first because: {failures[0].reason}"
    return f"{seeds}: holds no documents; put PDF, HTML, Markdown or text files there."


def _current_or_none(layout: Layout) -> Path | None:
    try:
        return layout.current()
    except SearchIndexError:
        return None


def _previous(layout: Layout) -> _Previous | None:
    """The build in use, if it is whole and of this version."""
    try:
        folder = layout.current()
        manifest = layout.manifest()
        check_files(folder, manifest)
        store = PassageStore.open(folder, manifest.files)
        return _Previous(folder, manifest, store, store.digests())
    except (MissingIndex, OutdatedIndex, CorruptIndex):
        return None


def _scan(seeds: Path, folder: Path, report: Progress) -> tuple[list[_File], list[Failure]]:
    listing = list_documents(seeds, apart_from=folder)
    files: list[_File] = []
    failures = [Failure(skipped.name, skipped.reason) for skipped in listing.skipped]
    for done, path in enumerate(listing.documents):
        report("scanning", done, len(listing.documents))
        name = path.relative_to(seeds).as_posix()
        try:
            digest = hashlib.sha256(read_bytes(path, name))
            sidecar = sidecar_of(path)
            if sidecar:
                digest.update(b"\0" + read_bytes(sidecar, sidecar.name))
        except IngestError as error:
            failures.append(Failure(name, str(error)))
            continue
        files.append(_File(path, name, digest.hexdigest()[:32]))
    report("scanning", len(listing.documents), len(listing.documents))
    return files, failures


def _build_id(model: str, encoder: Encoder, files: list[_File], failures: list[Failure]) -> str:
    parts = [
        f"{FORMAT} {model} {encoder.meta.digest} {encoder.meta.fingerprint}",
        *(f"{file.name} {file.digest}" for file in files),
        *(failure.reason for failure in failures),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Read:
    """A document that was read, and how it is embedded; ``share`` is its part of the bytes to be read."""

    file: _File
    document: Document
    passages: Sequence[Passage]
    share: int


class _Build:
    """One build at work in its own folder, a few passages at a time, so that memory does not grow with the library."""

    def __init__(
        self,
        folder: Path,
        seeds: Path,
        encoder: Encoder,
        model: Path,
        *,
        previous: _Previous | None,
        unfinished: Path | None,
        report: Progress,
    ) -> None:
        self._folder = folder
        self._encoder = encoder
        self._previous = previous
        self._report = report
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._executor = ThreadPoolExecutor(processors())
        self._reader = IsolatedReader(model, encoder.meta, seeds)
        self._writer = StoreWriter(
            folder,
            previous.folder if previous else None,
            previous.store.shard_sizes() if previous else {},
            previous.manifest.files if previous else {},
        )
        self._known = [previous.store] if previous else []
        if unfinished:
            with suppress(CorruptIndex):
                names = [path.name for path in unfinished.iterdir()]
                self._known.append(PassageStore.open(unfinished, names, unfinished=True))
        self._removed: list[int] = []
        self._added: list[int] = []
        self._failures: list[Failure] = []
        self.partly: list[Failure] = []
        self.embedded = 0

    def __enter__(self) -> _Build:
        return self

    def __exit__(self, *exception: object) -> None:
        self._reader.close()
        self._executor.shutdown(cancel_futures=True)
        self._writer.close()
        for store in self._known:
            store.close()

    def write(self, files: Sequence[_File]) -> tuple[list[str], list[Failure]]:
        """Make the build hold what ``files`` hold; the names that were read anew, and what could not be read."""
        now = {file.name: file.digest for file in files}
        before = self._previous.digests if self._previous else {}
        if self._previous:
            for name in (name for name, digest in before.items() if now.get(name) != digest):
                self._removed += self._writer.remove_document(self._previous.store.shard_of(name), name)
        stale = [file for file in files if before.get(file.name) != file.digest]
        total, done = sum(file_size(file.path) for file in stale), 0
        read: list[str] = []
        embedded = self._embedded(self._read(stale))
        for _, group in groupby(embedded, key=lambda pair: pair[0].file.name):
            document, first = next(group)
            passages = (passage for passage in chain([first], (other for _, other in group)) if passage is not None)
            self._added += self._writer.add_document(
                document.document,
                document.file.digest,
                len(document.passages),
                self._told(passages, document, done, total),
                self._started,
            )
            read.append(document.file.name)
            pages = document.document.pages
            pictures = [page.number for page in pages if page.is_picture]
            broken = [page.number for page in pages if page.is_broken]
            if unread := unread_pages(document.file.name, pictures, broken):
                self.partly.append(Failure(document.file.name, unread, document.file.digest))
            done += document.share
        self._report("embedding", total, total)
        return read, self._failures

    def finish(
        self, build_id: str, model: str, seeds: str, failures: tuple[Failure, ...], *, may_be_empty: bool
    ) -> int | None:
        """Write the build's files and its manifest, and check them; how many passages it holds.

        None, and no build, where it holds none and must not be empty. Raises CorruptIndex if the files do not agree.
        """
        written, taken = self._writer.finish()
        store = PassageStore.open(self._folder, [*written, *taken])
        documents, (passages, _) = len(store.digests()), store.size()
        if not passages and not may_be_empty:
            store.close()
            return None
        vectors = self._vectors(store, passages)
        vectors.save(self._folder / VECTORS_FILE)
        store.close()
        if passages != len(vectors):
            raise CorruptIndex(f"{self._folder}: holds {passages} passages but {len(vectors)} vectors")
        records = {name: record_file(self._folder / name) for name in (*written, VECTORS_FILE)}
        if self._previous:
            records |= {name: self._previous.manifest.files[name] for name in taken}
        write_manifest(
            self._folder,
            Manifest(
                format=FORMAT,
                build_id=build_id,
                model=model,
                model_digest=self._encoder.meta.digest,
                encoder=self._encoder.meta.fingerprint,
                seeds=seeds,
                built_at=self._started,
                documents=documents,
                passages=passages,
                failures=failures,
                files=records,
            ),
        )
        return passages

    def _vectors(self, store: PassageStore, count: int) -> FaissStore:
        """The vectors of all passages, in the old build's index where that still suits so many."""
        if self._previous:
            vectors = FaissStore.load(self._previous.folder / VECTORS_FILE)
            if vectors.suits(count):
                vectors.remove(np.asarray(self._removed, dtype=np.int64))
                for at in range(0, len(self._added), _AT_ONCE):
                    numbers = self._added[at : at + _AT_ONCE]
                    vectors.add(np.asarray(numbers, dtype=np.int64), store.vectors(numbers))
                return vectors
        return index_vectors(
            store.all_vectors, count, self._encoder.meta.dimension, lambda done: self._report("indexing", done, count)
        )

    def _read(self, files: Sequence[_File]) -> Iterator[_Read]:
        """The documents, read and split; what cannot be read is noted and passed over."""
        for file in files:
            share = file_size(file.path)
            try:
                document, passages = self._reader.read(file.path)
            except UnreadableFile as error:  # it is tried again next time
                self._failures.append(Failure(file.name, str(error)))
            except IngestError as error:
                self._failures.append(Failure(file.name, str(error), file.digest))
            else:
                yield _Read(file, document, passages, share)

    def _embedded(self, documents: Iterable[_Read]) -> Iterator[tuple[_Read, NewPassage | None]]:
        """Every passage of some documents with its vectors, in order; a document without passages comes with None.

        A few passages are always being embedded while others are read and written.
        """
        waiting: deque[tuple[_Read, Future[NewPassage] | NewPassage | None]] = deque()
        for document in documents:
            if not document.passages:
                waiting.append((document, None))
            for passage in document.passages:
                waiting.append((document, self._embed(document.document, passage)))
                while len(waiting) > _AHEAD:
                    yield _result(*waiting.popleft())
        while waiting:
            yield _result(*waiting.popleft())

    def _told(self, passages: Iterable[NewPassage], document: _Read, done: int, total: int) -> Iterator[NewPassage]:
        for at, passage in enumerate(passages):
            self._report("embedding", done + document.share * at // len(document.passages), total)
            yield passage

    def _embed(self, document: Document, passage: Passage) -> Future[NewPassage] | NewPassage:
        """A passage's vectors: an older build's where the same text was embedded there, else the model's."""
        context = context_of(document.source, passage.heading_path, passage.kind)
        before = f"{context}\n" if context else ""
        key = _embedding_key(self._encoder, before, passage)
        for store in self._known:
            known = store.embedded(key)
            if known is not None:
                vector, stored = known
                return NewPassage(passage, context, key, vector, stored.tokens)
        self.embedded += 1
        return self._executor.submit(_embed, self._encoder, passage, context, before, key)


def _embed(encoder: Encoder, passage: Passage, context: str, before: str, key: str) -> NewPassage:
    encoded = encoder.encode_passage(before + passage.text)
    return NewPassage(passage, context, key, encoded.vector, token_vectors(encoded, passage, len(before)))


def _result(document: _Read, passage: Future[NewPassage] | NewPassage | None) -> tuple[_Read, NewPassage | None]:
    return document, passage.result() if isinstance(passage, Future) else passage


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _embedding_key(encoder: Encoder, context: str, passage: Passage) -> str:
    """A hash of all that a passage's vectors depend on: the model, the text, and where its sentences lie."""
    bounds = [(sentence.start, sentence.end) for sentence in passage.sentences]
    return hashlib.sha256(f"{encoder.meta.fingerprint}\n{context}{passage.text}\n{bounds}".encode()).hexdigest()[:32]
