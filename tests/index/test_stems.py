"""Stems as the lexical index has them."""

from __future__ import annotations

from index.stems import Stemmer


def test_forms_of_a_word_share_its_stem() -> None:
    stemmer = Stemmer()
    one, other, third = stemmer.stems(["deficiencies", "Deficiency", "naïve"])
    assert one == other
    assert third == ("naiv",)


def test_a_word_may_have_several_stems_or_none() -> None:
    stemmer = Stemmer()
    assert stemmer.stems(["foo_bar", "_", "", 'x" OR "y']) == [("foo", "bar"), (), (), ("x", "or", "y")]
    assert stemmer.stems([]) == []
    assert stemmer.stems(["runs"]) == [("run",)]
