from __future__ import annotations

import pytest

from ingest.glyphs import character_of, spelt_out


@pytest.mark.parametrize(
    ("name", "character"),
    [
        ("/C0", "−"),
        ("/C6", "±"),
        ("/H9251", "α"),
        ("/H9275", "ω"),
        ("/H11002", "−"),
        ("/Delta1", "Δ"),
        ("/lambda1", "λ"),
        ("/C9999", None),
        ("/H9265", None),
        ("/Cip1", None),
        ("/space", None),
        ("C6", None),
    ],
)
def test_names_of_glyphs(name: str, character: str | None) -> None:
    assert character_of(name) == character


def test_only_names_that_the_fonts_hold_are_spelt_out_the_longest_first() -> None:
    text = "7.5/C62.1 and /C24 4 at 40/C14C, but C1/C2"
    assert spelt_out(text, ["/C6", "/C24", "/C14", "/C1"]) == "7.5±2.1 and ~ 4 at 40°C, but C1/C2"
    assert spelt_out(text, []) == text
