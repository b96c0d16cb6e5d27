"""Libraries of any size: real ids, tables, words and sentences; vectors drawn with the spectrum of real embeddings.

Independent random vectors would be no fair test of an index, nor would a library of a few thousand words. Sentences
are the seeds' own, mixed, with some of their words replaced by rarer ones that are made up, by Zipf's law.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from index.build import scan
from index.layout import VECTORS_FILE, Layout, record_file, write_manifest
from index.rows import NewPassage, Vectors
from index.search import Index
from index.store import PassageStore
from index.tokens import TokenVectors
from index.vectors import index_vectors
from index.writer import StoreWriter
from ingest.model import BlockKind, Document, Format, Passage, Sentence, Source, Span

DOCUMENT_PASSAGES = 100
_SENTENCES = 4
_REPLACED = 0.15
_VOCABULARY = 500_000
_SEED = 7


@dataclass(frozen=True, slots=True)
class Material:
    """What libraries are mixed from: sentences with their tokens, and how real vectors are spread."""

    sentences: tuple[tuple[str, tuple[int, ...]], ...]
    mean: Vectors
    axes: Vectors

    @classmethod
    def of(cls, index: Index) -> Material:
        """The material of a real index: its sentences, each embedded once."""
        texts = sorted(
            {
                passage.text[sentence.start : sentence.end]
                for record in index.documents
                for passage in index.read(record.path)[1]
                for sentence in passage.sentences
            }
        )
        encoded = [index.encoder.encode_passage(text) for text in texts]
        vectors = np.array([one.vector for one in encoded])
        values, directions = np.linalg.eigh(np.cov(vectors.T))
        axes = (directions * np.sqrt(np.maximum(values, 0))).astype(np.float32)
        ids = [tuple(one.ids.tolist()) for one in encoded]
        return cls(tuple(zip(texts, ids, strict=True)), vectors.mean(axis=0), axes)

    def vectors(self, count: int, chance: np.random.Generator) -> Vectors:
        """Vectors (count, dimension) of length 1 with mean and covariance of the real ones."""
        drawn = self.mean + chance.normal(size=(count, len(self.mean))).astype(np.float32) @ self.axes.T
        normalised: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return normalised


def write_library(material: Material, model: Index, seeds: Path, folder: Path, passages: int) -> None:
    """A library of so many passages in ``seeds`` and its finished index in ``folder``, as ``build`` would leave it."""
    layout, chance = Layout(folder), np.random.default_rng(_SEED)
    target = layout.new_build("synthetic")
    documents = passages // DOCUMENT_PASSAGES
    for number, (text, _) in enumerate(islice(_documents(material), documents)):
        _write_text(seeds, number, text)
    digests, _ = scan(seeds, folder)
    width = model.encoder.encode_question("how wide?").tokens.shape[1] // 2
    writer = StoreWriter(target, None, {}, {})
    for (text, parts), (name, digest) in zip(_documents(material), sorted(digests.items()), strict=False):
        document = Document(digest, name, Format.TEXT, text, (), (), Source(title=name))
        new = _passages(document, parts, material.vectors(len(parts), chance), chance, width)
        writer.add_document(document, digest, len(parts), new, model.manifest.built_at)
    written, _ = writer.finish()
    store = PassageStore.open(target, written)
    vectors = index_vectors(store.all_vectors, store.size()[0], model.encoder.meta.dimension, lambda _: None)
    vectors.save(target / VECTORS_FILE)
    records = {name: record_file(target / name) for name in (*written, VECTORS_FILE)}
    manifest = replace(
        model.manifest, build_id="synthetic", documents=documents, passages=passages, failures=(), files=records
    )
    write_manifest(target, manifest)
    layout.swap(target)


def write_texts(material: Material, seeds: Path, size: int) -> None:
    """Text files of so many bytes in all, mixed from the material."""
    written = 0
    for number, (text, _) in enumerate(_documents(material)):
        if written >= size:
            return
        written += _write_text(seeds, number, text)


def _write_text(seeds: Path, number: int, text: str) -> int:
    path = seeds / f"{number // 1000:04d}" / f"{number:06d}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_text(text, encoding="utf-8")


Parts = list[tuple[Span, tuple[int, ...]]]


def _documents(material: Material) -> Iterator[tuple[str, list[Parts]]]:
    """Texts without end, each with its passages: sentences at their spans with their tokens. The same each time."""
    chance = np.random.default_rng(_SEED)
    while True:
        text, passages = "", list[Parts]()
        for chosen in chance.integers(len(material.sentences), size=(DOCUMENT_PASSAGES, _SENTENCES)):
            parts: Parts = []
            for at in chosen:
                words = material.sentences[at][0].split()
                for place in np.flatnonzero(chance.random(len(words)) < _REPLACED):
                    words[place] = f"w{int(_VOCABULARY ** chance.random()):x}"
                sentence = " ".join(words)
                parts.append((Span(len(text), len(text) + len(sentence)), material.sentences[at][1]))
                text += sentence + " "
            passages.append(parts)
            text = text[:-1] + "\n\n"
        yield text, passages


def _passages(
    document: Document, parts: Sequence[Parts], vectors: Vectors, chance: np.random.Generator, width: int
) -> Iterator[NewPassage]:
    for position, (spans, vector) in enumerate(zip(parts, vectors, strict=True)):
        start = spans[0][0].start
        text = document.text[start : spans[-1][0].end]
        id_ = hashlib.sha256(f"{document.id} {position}".encode()).hexdigest()[:32]
        sentences = tuple(Sentence(s.start - start, s.end - start, (s,)) for s, _ in spans)
        passage = Passage(id_, document.id, BlockKind.PARAGRAPH, text, sentences, tuple(s for s, _ in spans), (), None)
        ids = np.array([token for _, tokens in spans for token in tokens][:240], dtype=np.int32)
        ends = np.minimum(np.cumsum([len(tokens) for _, tokens in spans]), len(ids))
        ranges = np.stack([np.concatenate([[0], ends[:-1]]), ends], axis=1).astype(np.int32)
        codes = chance.integers(256, size=(len(ids), width), dtype=np.uint8)
        yield NewPassage(passage, document.path, id_, vector, TokenVectors(codes, ids, ranges))
