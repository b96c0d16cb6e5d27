"""Building an index: read what is new, embed what is not yet embedded, write beside the old one, check, swap."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from index.encoder import Encoder, Vector
from index.errors import CorruptIndex, MissingIndex, NothingToIndex, OutdatedIndex, SearchIndexError, UnknownDocument
from index.export import prepare_encoder
from index.layout import (
    FORMAT,
    PASSAGES_FILE,
    VECTORS_FILE,
    Layout,
    Manifest,
    check_files,
    record_file,
    write_manifest,
)
from index.model import BuildSummary, Failure
from index.settings import BUNDLED_MODEL
from index.store import NewPassage, PassageStore
from index.tokens import token_vectors
from index.vectors import FaissStore
from ingest.errors import IngestError
from ingest.library import list_documents
from ingest.model import Document, Passage, Source
from ingest.read import read_bytes, read_document
from ingest.sidecar import SUFFIX, sidecar_of
from ingest.split import split

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, the steps done and the steps in all."""

_MAX_CONTEXT = 200


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
    digests: dict[str, str]


def context_of(source: Source, heading_path: tuple[str, ...]) -> str:
    """What a passage is embedded with: its document's title and the headings above it, the deepest kept."""
    parts = [part for part in (source.title, *heading_path) if part]
    context = " > ".join(dict.fromkeys(parts))
    return context[-_MAX_CONTEXT:].lstrip(" >") if len(context) > _MAX_CONTEXT else context


def build(
    seeds: Path, folder: Path, *, model: str = BUNDLED_MODEL, full: bool = False, progress: Progress | None = None
) -> BuildSummary:
    """Bring the index in ``folder`` up to date with the documents in ``seeds``.

    With ``full`` everything is read and embedded anew. Until the last step the old index goes on serving; a build
    that is killed leaves it as it was. Raises a SearchIndexError, or UnreadableFile for a missing folder.
    """
    layout = Layout(folder)
    with layout.writing():
        return _build(layout, seeds, model, full, progress or _silently)


def remove(
    name: str, seeds: Path, folder: Path, *, model: str = BUNDLED_MODEL, progress: Progress | None = None
) -> tuple[Path, BuildSummary]:
    """Move a document and its sidecar out of the library into ``removed/`` beside the index, and forget it.

    Returns where it is now, and what the build did. Raises UnknownDocument, or what ``build`` raises.
    """
    layout = Layout(folder)
    with layout.writing():
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
    previous = None if full else _previous(layout)
    layout.tidy(keep=_current_or_none(layout))
    files, failures = _scan(seeds, layout.folder, report)
    if not files and not may_be_empty:
        raise NothingToIndex(_nothing(seeds, failures))
    report("preparing the model", 0, 1)
    encoder = prepare_encoder(model, layout.models)
    report("preparing the model", 1, 1)
    if previous is not None and previous.manifest.encoder != encoder.meta.fingerprint:
        previous = None
    build_id = _build_id(model, encoder, files, failures)
    old = previous.digests if previous else {}
    names = {file.name for file in files}
    settled = previous and all(f.digest or f.path not in names for f in previous.manifest.failures)
    if previous and settled and previous.manifest.build_id == build_id:
        return BuildSummary(
            build_id=build_id,
            added=(),
            changed=(),
            removed=(),
            unchanged=len(old),
            failed=previous.manifest.failures,
            passages=previous.manifest.passages,
            embedded=0,
            seconds=time.perf_counter() - started,
        )
    target = layout.new_build(build_id)
    try:
        work = _Build(target, seeds, encoder, previous, report)
        read, failed = work.write(files)
        failures.extend(failed)
        if not work.passages and not may_be_empty:
            raise NothingToIndex(_nothing(seeds, failures))
        work.finish(build_id, model, str(seeds), tuple(failures))
        layout.swap(target)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    layout.tidy(keep=target)
    return BuildSummary(
        build_id=build_id,
        added=tuple(name for name in read if name not in old),
        changed=tuple(name for name in read if name in old),
        removed=tuple(sorted(name for name in old if name not in names)),
        unchanged=sum(old.get(file.name) == file.digest for file in files),
        failed=tuple(failures),
        passages=work.passages,
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
        check_files(folder, manifest, thorough=True)
        store = PassageStore.open(folder / PASSAGES_FILE)
        digests = store.digests()
        store.close()
    except (MissingIndex, OutdatedIndex, CorruptIndex):
        return None
    return _Previous(folder, manifest, digests)


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
        f"{FORMAT} {model} {encoder.meta.fingerprint}",
        *(f"{file.name} {file.digest}" for file in files),
        *(failure.reason for failure in failures),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:16]


class _Build:
    """One build at work in its own folder, document by document, so that memory does not grow with the library."""

    def __init__(
        self, folder: Path, seeds: Path, encoder: Encoder, previous: _Previous | None, report: Progress
    ) -> None:
        self._folder = folder
        self._root = seeds
        self._encoder = encoder
        self._report = report
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._past: tuple[PassageStore, FaissStore] | None = None
        self._digests: dict[str, str] = {}
        if previous is None:
            self._store = PassageStore.create(folder / PASSAGES_FILE)
            self._vectors = FaissStore.empty(encoder.meta.dimension)
        else:
            self._digests = previous.digests
            shutil.copyfile(previous.folder / PASSAGES_FILE, folder / PASSAGES_FILE)
            self._store = PassageStore.edit(folder / PASSAGES_FILE)
            self._vectors = FaissStore.load(previous.folder / VECTORS_FILE)
            self._past = (
                PassageStore.open(previous.folder / PASSAGES_FILE),
                FaissStore.load(previous.folder / VECTORS_FILE),
            )
        self.embedded = 0

    @property
    def passages(self) -> int:
        """Passages in the build."""
        return len(self._vectors)

    def write(self, files: list[_File]) -> tuple[list[str], list[Failure]]:
        """Make the build hold what ``files`` hold; the names that were read anew, and what could not be read."""
        now = {file.name: file.digest for file in files}
        for name, digest in self._digests.items():
            if now.get(name) != digest:
                self._vectors.remove(np.asarray(self._store.remove_document(name), dtype=np.int64))
        stale = [file for file in files if self._digests.get(file.name) != file.digest]
        total = sum(_size(file.path) for file in stale)
        done = 0
        read: list[str] = []
        failures: list[Failure] = []
        for file in stale:
            try:
                document = read_document(file.path, root=self._root)
                passages = split(document, length=self._encoder.count, room=partial(self._room, document))
            except IngestError as error:
                failures.append(Failure(file.name, str(error), file.digest))
            except Exception as error:  # noqa: BLE001  one broken file never stops a build; it is tried again next time
                reason = f"{file.name}: cannot be read ({type(error).__name__}: {error}); please report this file."
                failures.append(Failure(file.name, reason))
            else:
                self._add(file, document, passages, done, total)
                read.append(file.name)
            done += _size(file.path)
            self._report("embedding", done, total)
        return read, failures

    def finish(self, build_id: str, model: str, seeds: str, failures: tuple[Failure, ...]) -> None:
        """Write the build's files and its manifest, and check them. Raises CorruptIndex if they do not agree."""
        if self._past:
            self._past[0].close()
        self._store.finish()
        self._vectors.save(self._folder / VECTORS_FILE)
        store, vectors = PassageStore.open(self._folder / PASSAGES_FILE), FaissStore.load(self._folder / VECTORS_FILE)
        documents, passages = len(store.digests()), store.passage_count()
        store.close()
        if passages != len(vectors):
            raise CorruptIndex(f"{self._folder}: holds {passages} passages but {len(vectors)} vectors; build again.")
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
                files={name: record_file(self._folder / name) for name in (PASSAGES_FILE, VECTORS_FILE)},
            ),
        )

    def _add(self, file: _File, document: Document, passages: Sequence[Passage], done: int, total: int) -> None:
        entries, vectors = [], []
        size = _size(file.path)
        for index, passage in enumerate(passages):
            entry, vector = self._embed(document, passage)
            entries.append(entry)
            vectors.append(vector)
            self._report("embedding", done + size * index // len(passages), total)
        numbers = np.asarray(self._store.add_document(document, file.digest, entries, self._started), dtype=np.int64)
        self._vectors.add(numbers, np.asarray(vectors, dtype=np.float32).reshape(len(vectors), -1))

    def _room(self, document: Document, heading_path: tuple[str, ...]) -> int:
        prefix = self._encoder.meta.document_prompt + context_of(document.source, heading_path)
        return self._encoder.room - self._encoder.count(prefix)

    def _embed(self, document: Document, passage: Passage) -> tuple[NewPassage, Vector]:
        """A passage's vectors: the old build's where the same text was embedded there, else the model's."""
        context = context_of(document.source, passage.heading_path)
        before = f"{context}\n" if context else ""
        key = _embedding_key(self._encoder, before, passage)
        if self._past:
            store, vectors = self._past
            known = store.embedded(key)
            if known is not None:
                number, tokens = known
                return NewPassage(passage, context, key, tokens), vectors.get(number)
        encoded = self._encoder.encode_passage(before + passage.text)
        self.embedded += 1
        return NewPassage(passage, context, key, token_vectors(encoded, passage, len(before))), encoded.vector


def _embedding_key(encoder: Encoder, context: str, passage: Passage) -> str:
    """A hash of all that a passage's vectors depend on: the model, the text, and where its sentences lie."""
    bounds = [(sentence.start, sentence.end) for sentence in passage.sentences]
    return hashlib.sha256(f"{encoder.meta.fingerprint}\n{context}{passage.text}\n{bounds}".encode()).hexdigest()[:32]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
