"""Building an index: read what is new, embed what is not yet embedded, write beside the old one, check, swap."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import CorruptIndex, MissingIndex, NothingToIndex, OutdatedIndex, SearchIndexError, UnknownDocument
from index.layout import (
    FORMAT,
    PASSAGES_FILE,
    VECTORS_FILE,
    Layout,
    Manifest,
    check_files,
    read_manifest,
    record_file,
    write_manifest,
)
from index.model import BuildSummary, Failure
from index.settings import BUNDLED_MODEL
from ingest.errors import IngestError
from ingest.library import list_documents
from ingest.model import Document, Passage, Source
from ingest.read import parse_document, read_bytes
from ingest.sidecar import parse_sidecar, sidecar_of
from ingest.split import split

if TYPE_CHECKING:
    from index.encoder import Encoder, Vector
    from index.store import NewPassage, PassageStore
    from index.vectors import FaissStore

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
    started = time.perf_counter()
    layout = Layout(folder)
    report = progress or (lambda stage, done, total: None)
    with layout.writing():
        previous = None if full else _previous(layout)
        layout.tidy(keep=_current_or_none(layout))
        files, failures = _scan(seeds, report)
        encoder = _encoder(model, layout, report)
        if previous is not None and previous.manifest.model_digest != encoder.meta.digest:
            previous = None
        build_id = _build_id(encoder, files, failures)
        old = previous.digests if previous else {}
        if previous and previous.manifest.build_id == build_id:
            return BuildSummary(
                build_id,
                (),
                (),
                (),
                len(old),
                previous.manifest.failures,
                previous.manifest.passages,
                0,
                time.perf_counter() - started,
            )
        if not files and previous is None:
            raise NothingToIndex(_nothing(seeds, failures))
        target = layout.new_build(build_id)
        try:
            work = _Build(target, encoder, previous, report)
            read, failed = work.write(files)
            failures.extend(failed)
            if not work.passages and previous is None:
                raise NothingToIndex(_nothing(seeds, failures))
            work.finish(build_id, str(seeds), tuple(failures))
            layout.swap(target)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
        layout.tidy(keep=target)
    names = {file.name for file in files}
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


def remove(name: str, seeds: Path, folder: Path) -> Path:
    """Move a document and its sidecar out of the library into ``removed/`` beside the index; where it is now.

    The index forgets it with the next build. Raises UnknownDocument.
    """
    path = seeds / name
    if path not in list_documents(seeds):
        raise UnknownDocument(f"{name}: is no document of {seeds}; python -m index status lists them.")
    target = folder / "removed" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if sidecar_of(path).is_file():
        shutil.move(sidecar_of(path), sidecar_of(target))
    shutil.move(path, target)
    return target


def scan(seeds: Path) -> tuple[dict[str, str], tuple[Failure, ...]]:
    """The digests of a library's documents by path, and the files that cannot be opened."""
    files, failures = _scan(seeds, lambda stage, done, total: None)
    return {file.name: file.digest for file in files}, tuple(failures)


def _current_or_none(layout: Layout) -> Path | None:
    try:
        return layout.current()
    except SearchIndexError:
        return None


def _previous(layout: Layout) -> _Previous | None:
    """The build in use, if it is whole and of this version."""
    from index.store import PassageStore

    try:
        folder = layout.current()
        manifest = read_manifest(folder)
        check_files(folder, manifest, thorough=True)
        store = PassageStore.open(folder / PASSAGES_FILE)
        digests = store.digests()
        store.close()
    except (MissingIndex, OutdatedIndex, CorruptIndex):
        return None
    return _Previous(folder, manifest, digests)


def _scan(seeds: Path, report: Progress) -> tuple[list[_File], list[Failure]]:
    files, failures = [], []
    paths = list_documents(seeds)
    for done, path in enumerate(paths):
        report("scanning", done, len(paths))
        name = path.relative_to(seeds).as_posix()
        try:
            digest = hashlib.sha256(read_bytes(path, name))
            if sidecar_of(path).is_file():
                digest.update(b"\0" + read_bytes(sidecar_of(path), sidecar_of(path).name))
        except IngestError as error:
            failures.append(Failure(name, str(error)))
            continue
        files.append(_File(path, name, digest.hexdigest()[:32]))
    report("scanning", len(paths), len(paths))
    return files, failures


def _encoder(model: str, layout: Layout, report: Progress) -> Encoder:
    from index.export import prepare_encoder

    report("preparing the model", 0, 1)
    encoder = prepare_encoder(model, layout.models)
    report("preparing the model", 1, 1)
    return encoder


def _build_id(encoder: Encoder, files: list[_File], failures: list[Failure]) -> str:
    parts = [f"{FORMAT} {encoder.meta.digest}", *(f"{file.name} {file.digest}" for file in files), *map(str, failures)]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


class _Build:
    """One build at work in its own folder, document by document, so that memory does not grow with the library."""

    def __init__(self, folder: Path, encoder: Encoder, previous: _Previous | None, report: Progress) -> None:
        from index.store import PassageStore
        from index.vectors import FaissStore

        self._folder = folder
        self._encoder = encoder
        self._report = report
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
                document = _parse(file)
            except IngestError as error:
                failures.append(Failure(file.name, str(error)))
            else:
                self._add(file, document, done, total)
                read.append(file.name)
            done += _size(file.path)
            self._report("embedding", done, total)
        return read, failures

    def finish(self, build_id: str, seeds: str, failures: tuple[Failure, ...]) -> None:
        """Write the build's files and its manifest, and check them. Raises CorruptIndex if they do not agree."""
        from index.store import PassageStore
        from index.vectors import FaissStore

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
                model=self._encoder.meta.name,
                model_digest=self._encoder.meta.digest,
                seeds=seeds,
                built_at=datetime.now(UTC).isoformat(timespec="seconds"),
                documents=documents,
                passages=passages,
                failures=failures,
                files={name: record_file(self._folder / name) for name in (PASSAGES_FILE, VECTORS_FILE)},
            ),
        )

    def _add(self, file: _File, document: Document, done: int, total: int) -> None:
        passages = split(document, length=self._encoder.count, room=lambda path: self._room(document, path))
        entries, vectors = [], []
        size = _size(file.path)
        for index, passage in enumerate(passages):
            entry, vector = self._embed(document, passage)
            entries.append(entry)
            vectors.append(vector)
            self._report("embedding", done + size * index // len(passages), total)
        numbers = np.asarray(self._store.add_document(document, file.digest, entries), dtype=np.int64)
        self._vectors.add(numbers, np.asarray(vectors, dtype=np.float32).reshape(len(vectors), -1))

    def _room(self, document: Document, heading_path: tuple[str, ...]) -> int:
        prefix = self._encoder.meta.document_prompt + context_of(document.source, heading_path)
        return self._encoder.room - self._encoder.count(prefix)

    def _embed(self, document: Document, passage: Passage) -> tuple[NewPassage, Vector]:
        """A passage's vectors: the old build's where the same text was embedded there, else the model's."""
        from index.store import NewPassage, quantise

        context = context_of(document.source, passage.heading_path)
        before = f"{context}\n" if context else ""
        key = hashlib.sha256(f"{self._encoder.meta.digest}\n{before}{passage.text}".encode()).hexdigest()[:32]
        if self._past:
            store, vectors = self._past
            known = store.embedded(key)
            if known is not None:
                number, tokens = known
                return NewPassage(passage, context, key, tokens), vectors.get(number)
        encoded = self._encoder.encode_passage(before + passage.text)
        self.embedded += 1
        return NewPassage(passage, context, key, quantise(encoded, passage, len(before))), encoded.vector


def _parse(file: _File) -> Document:
    sidecar = sidecar_of(file.path)
    record = parse_sidecar(read_bytes(sidecar, sidecar.name), sidecar.name) if sidecar.is_file() else None
    return parse_document(read_bytes(file.path, file.name), file.name, record)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
