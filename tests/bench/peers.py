"""The same work by other libraries, where they are installed: ``python -m tests.bench.peers NAME build|ask ...``.

``build PASSAGES.json FOLDER`` embeds, indexes and saves passages, and prints the seconds that this took once the model
was there; ``ask FOLDER QUESTION`` prints the best passages. All use the bundled model as published.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MODULES = {"txtai": "txtai", "LlamaIndex": "llama_index.embeddings.huggingface", "LangChain": "langchain_huggingface"}


def installed() -> list[str]:
    """The peers that are there."""
    return [name for name, module in MODULES.items() if find_spec(module.split(".")[0]) and _there(module)]


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _model() -> str:
    from index.export import locate_model
    from index.settings import BUNDLED_MODEL

    return str(locate_model(BUNDLED_MODEL))


def _txtai_build(passages: list[str], folder: str) -> float:
    from txtai import Embeddings

    embeddings = Embeddings(path=_model(), content=True)
    started = time.perf_counter()
    embeddings.index(passages)
    embeddings.save(folder)
    return time.perf_counter() - started


def _txtai_ask(folder: str, question: str) -> list[str]:
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(folder)
    return [row["text"] for row in embeddings.search(question, 3)]


def _llama_embedding() -> Any:
    from llama_index.core import Settings
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    Settings.embed_model = HuggingFaceEmbedding(model_name=_model(), device="cpu")
    return Settings.embed_model


def _llama_build(passages: list[str], folder: str) -> float:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.schema import TextNode

    model = _llama_embedding()
    started = time.perf_counter()
    index = VectorStoreIndex([TextNode(text=text) for text in passages], embed_model=model)
    index.storage_context.persist(folder)
    return time.perf_counter() - started


def _llama_ask(folder: str, question: str) -> list[str]:
    from llama_index.core import StorageContext, load_index_from_storage

    model = _llama_embedding()
    index = load_index_from_storage(StorageContext.from_defaults(persist_dir=folder), embed_model=model)
    return [node.text for node in index.as_retriever(similarity_top_k=3).retrieve(question)]


def _langchain_build(passages: list[str], folder: str) -> float:
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    model = HuggingFaceEmbeddings(model_name=_model())
    started = time.perf_counter()
    FAISS.from_texts(passages, model).save_local(folder)
    return time.perf_counter() - started


def _langchain_ask(folder: str, question: str) -> list[str]:
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    # Its own format is a pickle; this one we have just written.
    store = FAISS.load_local(folder, HuggingFaceEmbeddings(model_name=_model()), allow_dangerous_deserialization=True)
    return [found.page_content for found in store.similarity_search(question, 3)]


_BUILD: dict[str, Callable[[list[str], str], float]] = {
    "txtai": _txtai_build,
    "LlamaIndex": _llama_build,
    "LangChain": _langchain_build,
}
_ASK: dict[str, Callable[[str, str], list[str]]] = {
    "txtai": _txtai_ask,
    "LlamaIndex": _llama_ask,
    "LangChain": _langchain_ask,
}

if __name__ == "__main__":
    name, what, first, second = sys.argv[1:]
    if what == "build":
        texts = json.loads(Path(first).read_text(encoding="utf-8"))
        print(json.dumps(len(texts) / _BUILD[name](texts, second)))
    else:
        print("\n".join(_ASK[name](first, second)))
