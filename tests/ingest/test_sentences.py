from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import LONGEST_SENTENCE, sentence_bounds


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_bounds(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Research by Sartori et al., (2012) showed it.", "A study by Zheltova et al. found that markers rise."],
        ["It was given as i.v. MgSO4 infusion.", "See e.g. Boyle et al. (2017)."],
        ["TRPM6 is active [4].", "Normally, 17β-estradiol upregulates TRPM6 [4].", "RACK1 also regulates."],
        ["Consistent with Rowe et al. [59], this new study agreed.", "Magnesium (Mg2+) is integral."],
        ["Values were below 0.7–0.75 mmol/L.", "Approx. 30% of E. coli cells died.", "See Fig. 2 for the plot."],
        ["Dr. Sherry A. Rogers complains that “...the average diet provides only 40%” [8].", "Then it fell."],
        ["J. Smith wrote it.", "The U.S. Senate voted.", "What is it?", "Yes!", "Then he left."],
        ["Lamps (a) and shades (b) in white.", "They burned oil.", "(c) Wicks were trimmed.", "They burned too."],
        ["This was low (i.e. soft water, cf. Smith et al. 2010).", "No. 5 was best."],
    ],
)
def test_scientific_prose(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


def test_a_missing_space_does_not_hide_a_boundary() -> None:
    assert split("Mice died after a week.Then rats died too.") == ["Mice died after a week.", "Then rats died too."]


def test_a_reference_on_its_own_belongs_to_the_sentence_before() -> None:
    assert split("Levels fell. (Pickering et al., 2020). Next one.")[0] == "Levels fell. (Pickering et al., 2020)."


def test_overlong_sentences_are_cut_at_words() -> None:
    pieces = split("word " * 1000)
    assert all(len(piece) <= LONGEST_SENTENCE for piece in pieces)
    assert all(piece == " ".join(["word"] * (piece.count(" ") + 1)) for piece in pieces)


@given(st.text(max_size=300))
def test_no_character_is_lost_and_none_is_in_two_sentences(text: str) -> None:
    at = 0
    for start, end in sentence_bounds(text):
        assert not text[at:start].strip()
        assert start < end
        at = end
    assert not text[at:].strip()
