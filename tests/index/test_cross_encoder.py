"""The cross-encoder: what it makes of a question and a quote, and that a damaged one is refused and made anew."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.cross_encoder import CrossEncoder
from index.encoder import CROSS_FILES
from index.errors import BadExport
from index.export import prepare_encoder
from index.search import Index, Models
from index.settings import BUNDLED_MODEL
from qa.answer import answer


@pytest.fixture(scope="module")
def cross(seeds_index: Index) -> CrossEncoder:
    assert seeds_index.models.cross is not None
    return seeds_index.models.cross


def test_what_answers_is_told_from_what_is_only_near(cross: CrossEncoder) -> None:
    quote = "Barn owls\nA barn owl lays five eggs in May and sits on them for 31 days."
    (answered,) = cross.logits("How many eggs does a barn owl lay?", [quote])
    assert answered > 0
    for near in ("How much does the egg of a barn owl weigh?", "Which animals eat the eggs of barn owls?"):
        assert cross.logits(near, [quote])[0] < answered
    assert cross.logits("When was the railway to Antwerp opened?", [quote])[0] < 0


def test_a_verdict_does_not_depend_on_what_else_is_read(cross: CrossEncoder) -> None:
    quotes = ["It lays five eggs.", "The owl " * 60, "Owls\nA barn owl lays eggs in May, five of them, in an old barn."]
    together = cross.logits("How many eggs?", quotes)
    assert together == pytest.approx([cross.logits("How many eggs?", [quote])[0] for quote in quotes], abs=1e-3)
    assert cross.logits("How many eggs?", []) == []


@pytest.mark.parametrize(("question", "quote"), [("", ""), ("why " * 3000, "because " * 3000), ("\x00", "\ud7ff")])
def test_whatever_is_asked_has_a_verdict(cross: CrossEncoder, question: str, quote: str) -> None:
    assert abs(cross.logits(question, [quote])[0]) < 100


def test_threads_may_share_it(cross: CrossEncoder) -> None:
    quotes = [f"It lays {number} eggs in the {'old ' * number}barn." for number in range(8)]
    expected = cross.logits("How many eggs?", quotes)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: cross.logits("How many eggs?", quotes), range(16))) == [expected] * 16


def test_a_model_without_one_answers_by_its_match_alone(seeds_index: Index, seeds_index_folder: Path) -> None:
    plain = Index.open(seeds_index_folder, models=Models(seeds_index.encoder, None))
    found = answer("How does magnesium act on the HPA axis?", plain)
    assert found.evidence is not None
    assert found.evidence.verdict is None
    assert "HPA" in found.citations[0].quote
    read = answer("How does magnesium act on the HPA axis?", seeds_index).evidence
    assert read is not None
    assert read.verdict is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", CROSS_FILES)
def test_a_damaged_cross_encoder_is_refused_and_made_anew(
    name: str, tmp_path: Path, seeds_index_folder: Path, seeds_index: Index
) -> None:
    meta = seeds_index.encoder.meta
    exports = Path(shutil.copytree(seeds_index_folder / "models", tmp_path / "models"))
    with (exports / meta.digest / name).open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff\xff")
    with pytest.raises(BadExport, match="was changed"):
        CrossEncoder.open(exports / meta.digest, seeds_index.encoder)
    prepare_encoder(BUNDLED_MODEL, exports)
    assert CrossEncoder.open(exports / meta.digest, seeds_index.encoder).logits("What?", ["That."])
