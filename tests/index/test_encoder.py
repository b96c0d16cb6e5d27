"""The exported model against sentence-transformers itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from index.encoder import META_FILE, Encoder
from index.errors import ModelError
from index.export import load_model, locate_model, prepare_encoder
from index.search import Index
from index.settings import BUNDLED_MODEL
from tests.conftest import QUESTIONS


@pytest.fixture(scope="module")
def encoder(seeds_index: Index) -> Encoder:
    return seeds_index.encoder


@pytest.mark.slow
def test_the_export_equals_sentence_transformers(encoder: Encoder, seeds_index: Index) -> None:
    model, _ = load_model(BUNDLED_MODEL, locate_model(BUNDLED_MODEL))
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()[:40]]
    passages = [hit.passage.text for hit in seeds_index.search(questions[0], 40)]
    texts = [*questions, *passages, "long " * 600]
    expected = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    cosines = [float(encoder.encode(text).vector @ vector) for text, vector in zip(texts, expected, strict=True)]
    assert min(cosines) >= 0.9999


def test_token_vectors_are_those_of_the_text_without_special_tokens(encoder: Encoder) -> None:
    text = "Spring tides come twice."
    encoded = encoder.encode(text)
    assert [text[start:end] for start, end in encoded.offsets] == ["Spring", "tides", "come", "twice", "."]
    assert encoded.tokens.shape == (5, 96)
    assert np.allclose(np.linalg.norm(encoded.tokens, axis=1), 1, atol=1e-5)
    assert encoded.ids.shape == (5,)
    assert encoder.counter.count(text) == 5


def test_a_text_beyond_the_limit_is_cut_not_refused(encoder: Encoder) -> None:
    assert len(encoder.encode("tide " * 1000).ids) == encoder.counter.room == 254


def test_a_changed_export_is_not_loaded(tmp_path: Path, seeds_index_folder: Path, encoder: Encoder) -> None:
    export = seeds_index_folder / "models" / encoder.meta.digest
    copy = Path(shutil.copytree(export, tmp_path / "copy"))
    with (copy / "encoder.onnx").open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff\xff")
    with pytest.raises(ModelError, match="was changed"):
        Encoder.open(copy)
    tokenizer = copy / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes().replace(b'"magnesium"', b'"magnesiun"'))
    meta = (export / META_FILE).read_text()
    for text in ("{}", "", meta.replace("256", "4"), meta.replace("input_ids", "input_idz"), "[" * 10_000):
        (copy / META_FILE).write_text(text)
        with pytest.raises(ModelError, match="cannot be read"):
            Encoder.open(copy)


@pytest.mark.slow
def test_a_damaged_export_is_made_anew(tmp_path: Path, seeds_index_folder: Path, encoder: Encoder) -> None:
    exports = Path(shutil.copytree(seeds_index_folder / "models", tmp_path / "models"))
    (exports / encoder.meta.digest / "tokenizer.json").write_text("")
    (exports / encoder.meta.digest / "background.npy").write_bytes(b"")
    assert prepare_encoder(BUNDLED_MODEL, exports).counter.count("spring tides") == 2


def test_a_folder_without_safe_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelError, match="no safetensors"):
        prepare_encoder(str(tmp_path / "model"), tmp_path / "exports")


def test_an_unknown_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="neither a folder nor to be had"):
        prepare_encoder("no/such-model", tmp_path)


@pytest.mark.slow
def test_any_sentence_transformers_model_in_a_folder_will_do(tmp_path: Path) -> None:
    """A model of another size and pooling, made here from scratch."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "spring", "tides", "come", "twice", "a", "month", "."]
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config).save_pretrained(tmp_path / "bert")
    BertTokenizer(vocab={word: number for number, word in enumerate(words)}).save_pretrained(tmp_path / "bert")
    transformer = Transformer(str(tmp_path / "bert"), max_seq_length=64)
    model = SentenceTransformer(modules=[transformer, Pooling(32, pooling_mode="cls")], device="cpu")
    model.save(str(tmp_path / "model"))
    encoder = prepare_encoder(str(tmp_path / "model"), tmp_path / "exports")
    expected = model.encode("spring tides", normalize_embeddings=True)
    assert float(encoder.encode("spring tides").vector @ expected) > 0.9999
    assert encoder.counter.room == 62
