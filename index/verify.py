"""Whether an index is whole, and whether it is up to date."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from index.build import scan
from index.encoder import Encoder
from index.errors import SearchIndexError
from index.layout import PASSAGES_FILE, VECTORS_FILE, Layout, Manifest, check_files, read_manifest
from index.model import DocumentRecord
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
        manifest = read_manifest(build)
        check_files(build, manifest, thorough=True)
        store = PassageStore.open(build / PASSAGES_FILE)
        vectors = FaissStore.load(build / VECTORS_FILE)
        Encoder.open(layout.models / manifest.model_digest)
        return [*store.problems(), *_check_passages(store, vectors, manifest)]
    except SearchIndexError as error:
        return [str(error)]


def _check_passages(store: PassageStore, vectors: FaissStore, manifest: Manifest) -> list[str]:
    problems = []
    records = dict(store.documents())
    texts: dict[int, tuple[str, Format]] = {}
    count = 0
    for stored in store.all_passages():
        count += 1
        record = records[stored.document]
        if stored.document not in texts:
            texts = {stored.document: (store.document_text(record.path)[0], record.format)}
        text, kind = texts[stored.document]
        for sentence in stored.passage.sentences:
            quote = stored.passage.text[sentence.start : sentence.end]
            if letters(quote) != source_letters(text, sentence.spans, kind):
                problems.append(f"{record.path}: a sentence differs from its source: {quote[:60]!r}")
        try:
            length = float(np.linalg.norm(vectors.get(stored.number)))
        except KeyError:
            problems.append(f"{record.path}: passage {stored.position} has no vector")
            continue
        if abs(length - 1) > 1e-3:
            problems.append(f"{record.path}: the vector of passage {stored.position} has length {length:.3f}")
    if not count == len(vectors) == manifest.passages:
        problems.append(f"{count} passages, {len(vectors)} vectors, {manifest.passages} in the manifest")
    return problems


def records(folder: Path) -> list[DocumentRecord]:
    """The documents of the index, by path. Raises MissingIndex or CorruptIndex."""
    store = PassageStore.open(Layout(folder).current() / PASSAGES_FILE)
    found = [record for _, record in store.documents()]
    store.close()
    return found


def freshness(folder: Path, seeds: Path) -> dict[str, list[str]]:
    """What a build would do: the documents that are new, changed or removed since the last one.

    Files that could not be read then, and have not changed, are none of these. Raises MissingIndex, CorruptIndex or,
    for a missing folder of documents, UnreadableFile.
    """
    build = Layout(folder).current()
    manifest = read_manifest(build)
    store = PassageStore.open(build / PASSAGES_FILE)
    indexed = store.digests()
    store.close()
    found, _ = scan(seeds)
    failed = {failure.path for failure in manifest.failures}
    return {
        "new": sorted(name for name in found if name not in indexed and name not in failed),
        "changed": sorted(name for name in found if name in indexed and found[name] != indexed[name]),
        "removed": sorted(name for name in indexed if name not in found),
    }
