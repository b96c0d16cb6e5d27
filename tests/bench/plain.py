"""What a plain script costs: sentence-transformers and FAISS over the same passages, as any tutorial has it.

``python -m tests.bench.plain PASSAGES.json VECTORS.npy "question"`` with passages already embedded and stored.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

from index.export import locate_model
from index.settings import BUNDLED_MODEL

if __name__ == "__main__":
    passages, vectors = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), np.load(sys.argv[2])
    model = SentenceTransformer(str(locate_model(BUNDLED_MODEL)), device="cpu")
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _, found = index.search(model.encode([sys.argv[3]], normalize_embeddings=True), 3)
    for number in found[0]:
        print(passages[number])
