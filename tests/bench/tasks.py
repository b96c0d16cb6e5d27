"""What is measured in a process of its own: ``python -m tests.bench.tasks TASK ...`` prints one JSON object."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from index.build import build, processors
from index.encoder import Encoder
from index.export import load_model, locate_model
from index.isolated import IsolatedReader
from index.layout import VECTORS_FILE, Layout
from index.search import Index
from index.settings import BUNDLED_MODEL
from index.store import PassageStore
from index.vectors import FaissStore
from ingest.errors import IngestError
from qa.answer import answer
from tests.bench.synthetic import Material, write_library, write_texts

_ROUNDS = 3
_RECALL_QUERIES = 100


def questions(path: str) -> list[str]:
    """The questions of a question set."""
    return [json.loads(line)["question"] for line in Path(path).read_text(encoding="utf-8").splitlines()]


def ask(folder: str, path: str) -> dict[str, Any]:
    """Answer every question of a set, warm; milliseconds for the answer and for the embedding of the question alone."""
    started = time.perf_counter()
    index = Index.open(Path(folder))
    opened = time.perf_counter() - started
    asked = questions(path)
    for question in asked[:5]:
        answer(question, index)
    answers, searches, embeddings = [], [], []
    for question in asked:
        embeddings.append(_milliseconds(partial(index.encoder.encode_question, question)))
        searches.append(_milliseconds(partial(index.search, question)))
        answers.append(_milliseconds(partial(answer, question, index)))
    size = sum(record.size for record in index.manifest.files.values())
    return {
        "opened": opened,
        "embedding": float(np.median(embeddings)),
        "search": float(np.median(searches)),
        "search_p95": float(np.percentile(searches, 95)),
        "answer": float(np.median(answers)),
        "answer_p95": float(np.percentile(answers, 95)),
        "bytes": size,
        "passages": index.manifest.passages,
    }


def recall(folder: str, model: str) -> dict[str, Any]:
    """Of the ten passages with the nearest vectors, the share among the candidates that a search ranks; its cost."""
    build_folder, manifest = Layout(Path(folder)).current(), Layout(Path(folder)).manifest()
    store = PassageStore.open(build_folder, manifest.files)
    vectors = FaissStore.load(build_folder / VECTORS_FILE, mapped=True)
    drawn = Material.of(Index.open(Path(model))).vectors(_RECALL_QUERIES, np.random.default_rng(1))
    best: list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = []
    for numbers, rows in store.all_vectors():
        scores = drawn @ rows.T
        count = min(10, scores.shape[1])
        top = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        best.append((np.take_along_axis(scores, top, axis=1), np.asarray(numbers)[top]))
    scores, found = np.concatenate([s for s, _ in best], axis=1), np.concatenate([n for _, n in best], axis=1)
    exact = np.take_along_axis(found, np.argsort(-scores, axis=1)[:, :10], axis=1)
    shares, costs = [], []
    for query, nearest in zip(drawn, exact.tolist(), strict=True):
        started = time.perf_counter()
        candidates, _ = vectors.search(query, 100)
        costs.append(1000 * (time.perf_counter() - started))
        again = np.argsort(-(store.vectors(candidates.tolist()) @ query))[:10]
        shares.append(len(set(candidates[again].tolist()) & set(nearest)) / len(nearest))
    return {"recall": float(np.mean(shares)), "vectors": float(np.median(costs))}


def change(seeds: str, folder: str) -> dict[str, Any]:
    """Add a document to a library, and take it out again: seconds, embedding it included."""
    path = Path(seeds) / "added.txt"
    text = "Swifts sleep on the wing. They come down only to breed, and weigh about as much as an egg."
    path.write_text(text, encoding="utf-8")
    added = build(Path(seeds), Path(folder))
    assert added.added == ("added.txt",)
    assert added.embedded <= 1
    path.unlink()
    removed = build(Path(seeds), Path(folder))
    assert removed.removed == ("added.txt",)
    nothing = build(Path(seeds), Path(folder))
    return {"added": added.seconds, "removed": removed.seconds, "nothing": nothing.seconds}


def synthesise(model: str, seeds: str, folder: str, passages: str) -> dict[str, Any]:
    """Write a library of so many passages and its index."""
    index = Index.open(Path(model))
    started = time.perf_counter()
    write_library(Material.of(index), index, Path(seeds), Path(folder), int(passages))
    return {"seconds": time.perf_counter() - started}


def read(*paths: str) -> dict[str, Any]:
    """Read and split some files as a build does: megabytes of file and pages a second."""
    layout = Layout(Path(".loccit"))
    folder = layout.models / layout.manifest().model_digest
    seconds, size, pages = 0.0, 0, 0
    for path in map(Path, paths):
        reader = IsolatedReader(folder, Encoder.open(folder).meta, path.parent)
        with suppress(IngestError):
            reader.read(path.with_name("nothing.txt"))  # begun and warm
        started = time.perf_counter()
        document, _ = reader.read(path)
        seconds += time.perf_counter() - started
        reader.close()
        size += path.stat().st_size
        pages += len(document.pages)
    return {"megabytes_a_second": size / 1e6 / seconds, "pages_a_second": pages / seconds}


def embed(path: str) -> dict[str, Any]:
    """Embed passages as a build does and as sentence-transformers does at its defaults: passages a second, by turns."""
    texts: list[str] = json.loads(Path(path).read_text(encoding="utf-8"))
    layout = Layout(Path(".loccit"))
    encoder = Encoder.open(layout.models / layout.manifest().model_digest, threads=1)
    model, _ = load_model(BUNDLED_MODEL, locate_model(BUNDLED_MODEL))
    ours, theirs = [], []
    with ThreadPoolExecutor(processors()) as executor:
        for _ in range(_ROUNDS):
            started = time.perf_counter()
            vectors = [encoded.vector for encoded in executor.map(encoder.encode_passage, texts)]
            ours.append(len(texts) / (time.perf_counter() - started))
            started = time.perf_counter()
            expected = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
            theirs.append(len(texts) / (time.perf_counter() - started))
    cosine = float(np.einsum("nd,nd->n", np.array(vectors), expected).min())
    return {"ours": float(np.median(ours)), "theirs": float(np.median(theirs)), "cosine": cosine, "count": len(texts)}


def fill(work: str, megabytes: str) -> dict[str, Any]:
    """Build an index of a folder of so many megabytes of text, with a model so small that embedding costs little."""
    folder = Path(work)
    model = _tiny_model(folder / "model")
    index = Index.open(Path(".loccit"))
    write_texts(Material.of(index), folder / "seeds", int(megabytes) * 1_000_000)
    started = time.perf_counter()
    summary = build(folder / "seeds", folder / "index", model=str(model))
    return {"passages": summary.passages, "seconds": time.perf_counter() - started}


def _tiny_model(folder: Path) -> Path:
    """A model of one layer with weights drawn by chance, and the bundled model's tokenizer."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    bundled = locate_model(BUNDLED_MODEL)
    shutil.copytree(bundled, folder / "bert", ignore=shutil.ignore_patterns("*.safetensors", "1_Pooling"))
    config = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, max_position_embeddings=512
    )
    BertModel(config).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=256)
    SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu").save(str(folder / "whole"))
    return folder / "whole"


def _milliseconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - started)


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    task.__name__: task for task in (ask, recall, change, synthesise, read, embed, fill)
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
