"""Whether an index is whole, and whether it is up to date."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.build import scan
from index.errors import SearchIndexError
from index.layout import VECTORS_FILE, Layout, Manifest, check_files
from index.model import DocumentRecord, Failure
from index.search import Models
from index.store import PassageStore
from index.vectors import FaissStore
from ingest.model import Format
from ingest.reading import letters, source_letters


def verify(folder: Path) -> list[str]:
    """Everything wrong with an index, a sentence each; empty when it is whole.

    Files against their hashes, the database by its own check, vectors for number and length, and the letters of
    every sentence against the source at its spans. Raises MissingIndex.
    """
    layout = Layout(folder)
    build = layout.current()
    try:
        manifest = layout.manifest()
        check_files(build, manifest, thorough=True)
        store = PassageStore.open(build, manifest.files)
        vectors = FaissStore.load(build / VECTORS_FILE)
        models = Models.open(layout.models / manifest.model_digest)
        if models.encoder.meta.fingerprint != manifest.encoder:
            return [f"{layout.models}: holds another export of the model than the index was built with"]
        return [*store.problems(), *_check_passages(store, vectors, manifest)]
    except SearchIndexError as error:
        return [error.what]


def _check_passages(store: PassageStore, vectors: FaissStore, manifest: Manifest) -> list[str]:
    problems = []
    records = dict(store.documents())
    texts: dict[int, tuple[str, Format]] = {}
    count = 0
    for stored, ranked in store.all_passages():
        count += 1
        record = records[stored.document]
        if stored.document not in texts:
            texts = {stored.document: (store.document_text(record.path)[0], record.format)}
        text, kind = texts[stored.document]
        if len(ranked.tokens.sentences) != len(stored.passage.sentences):
            problems.append(f"{record.path}: passage {stored.position} has token ranges of other sentences")
        for sentence in stored.passage.sentences:
            quote = stored.passage.text[sentence.start : sentence.end]
            if letters(quote) != source_letters(text, sentence.spans, kind):
                problems.append(f"{record.path}: a sentence differs from its source: {quote[:60]!r}")
        length = float(np.linalg.norm(store.vectors([stored.number])[0]))
        if abs(length - 1) > 1e-3:
            problems.append(f"{record.path}: the vector of passage {stored.position} has length {length:.3f}")
    if not count == len(vectors) == manifest.passages:
        problems.append(f"{count} passages, {len(vectors)} vectors, {manifest.passages} in the manifest")
    return problems


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What an index holds, and what has changed in the library since: what the next build would do."""

    manifest: Manifest
    documents: tuple[DocumentRecord, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Failure, ...]

    @property
    def is_fresh(self) -> bool:
        """Whether a build would find nothing to do."""
        return not (self.new or self.changed or self.removed)


def status(folder: Path, seeds: Path) -> IndexStatus:
    """The state of the index in ``folder`` against the documents in ``seeds``.

    A file that could not be read is new again once it has changed. Raises a SearchIndexError, or UnreadableFile for a
    missing folder of documents.
    """
    layout = Layout(folder)
    build, manifest = layout.current(), layout.manifest()
    check_files(build, manifest)
    store = PassageStore.open(build, manifest.files)
    indexed = store.digests()
    documents = tuple(record for _, record in store.documents())
    store.close()
    found, passed_over = scan(seeds, folder)
    known = {failure.path: failure for failure in manifest.failures if failure.digest}
    failed = tuple(known[name] for name in found if name in known and known[name].digest == found[name])
    bad = {failure.path for failure in (*failed, *passed_over)}
    return IndexStatus(
        manifest,
        documents,
        new=tuple(name for name in found if name not in indexed and name not in bad),
        changed=tuple(name for name in found if name in indexed and found[name] != indexed[name] and name not in bad),
        removed=tuple(sorted(name for name in indexed if name not in found)),
        failed=(*failed, *passed_over),
    )
