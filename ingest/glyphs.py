"""Characters of fonts that name their glyphs in ways of their own, which pypdf leaves as names in the text.

Typesetters number glyphs: ``C`` and the place in TeX's symbol font (cmsy10); ``H`` and a number, in the MathematicalPi
and Universal Greek fonts; a Greek letter's name with a digit behind it. Only names that a page's fonts hold are looked
for in its text. The codes are those of the fonts; of each, what papers use outside of displayed formulas is here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# What the Universal Greek font holds from this code on; it leaves two out.
_FIRST_GREEK = 9251
_GREEK = "αβγδεζηθικλμνξ πρσ τυφχψω"
_TEX_SYMBOLS = {
    0: "−", 1: "·", 2: "×", 3: "*", 4: "÷", 6: "±", 14: "°", 15: "•", 20: "≤", 21: "≥", 24: "~", 25: "≈",
    28: "≪", 29: "≫", 33: "→", 49: "∞", 210: "®", 211: "©", 212: "™",
}  # fmt: skip
_MATHEMATICAL_PI = {
    9004: "Δ", 11001: "+", 11002: "−", 11003: "×", 11004: "÷", 11005: "=", 11006: "±", 11009: "∞", 11011: "~",
    11015: "≈", 11021: "<", 11022: ">", 11032: "′", 11033: "″", 11349: "≤", 11350: "≥", 17034: "°",
    20841: "|", 20849: "(", 20850: ")",
}  # fmt: skip
_NAME = re.compile(r"/(?:(?P<family>[CH])(?P<code>\d{1,5})|(?P<greek>[A-Z]?[a-z]{2,7})\d)")


def character_of(name: str) -> str | None:
    """The character of a glyph's name, its slash with it; None for a name of no such font."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    if match["greek"]:
        return _greek(match["greek"])
    code = int(match["code"])
    if match["family"] == "C":
        return _TEX_SYMBOLS.get(code)
    if 0 <= code - _FIRST_GREEK < len(_GREEK):
        return _GREEK[code - _FIRST_GREEK].strip() or None
    return _MATHEMATICAL_PI.get(code)


def spelt_out(text: str, names: Iterable[str]) -> str:
    """A text with these names of glyphs replaced by their characters; the longest name first where two fit."""
    known = {name: character for name in names if (character := character_of(name)) is not None}
    if not known:
        return text
    pattern = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    return re.sub(pattern, lambda match: known[match.group()], text)


def _greek(name: str) -> str | None:
    letter = {"lambda": "lamda"}.get(name.lower(), name.lower())
    try:
        return unicodedata.lookup(f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER {letter}")
    except KeyError:
        return None
