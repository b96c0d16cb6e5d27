"""What pypdf reads of a page: its text, and how the pieces of it are set and placed."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias

from ingest.boxes import Place
from ingest.typography import BOLD_FONT, Run, Type

# Thousandths of the font's size: a space wider than that is none, and what it is then taken for.
_WIDEST_SPACE = 400
_USUAL_SPACE = 250
_BOLD = re.compile(r"bold|black|heavy|demi|medi\b|CMBX|\bBX\d", re.IGNORECASE)
# "/ABCDEF+Times-Roman": part of a font.
_SUBSET = re.compile(r"\A/?[A-Z]{6}\+")
# Of an em: text that rises less along a line is upright.
_SLANT = 0.01

# What is replaced in pypdf is the whole process's.
_PATCHED = threading.RLock()
# Those of the page and of the line, as pypdf has them.
_Matrices: TypeAlias = tuple[list[float], list[float]]


class PageText(NamedTuple):
    """A page's text, the pieces that it came in, the same but for white space, where on the page they stand, and what
    its fonts name glyphs. Of what a form on it holds it is not known where it stands."""

    text: str
    runs: list[Run]
    places: list[Place]
    glyph_names: frozenset[str]


@contextmanager
def page_reader() -> Iterator[Callable[[Any], PageText]]:
    """While it lasts, what reads pages of pypdf.

    That raises whatever reading a malformed page leads pypdf to.
    """
    with _PATCHED, _narrow_spaces(), _noted_places() as notes:
        yield lambda page: _read_page(page, notes)


def _read_page(page: Any, notes: _Notes) -> PageText:
    runs: list[Run] = []

    def visit(text: str, user: Sequence[float], line: Sequence[float], font: Any, size: float) -> None:
        if text.strip():
            height = abs(size) * abs(complex(*line[2:4])) * abs(complex(*user[2:4]))
            runs.append(Run(text, Type(round(height, 1) if math.isfinite(height) else 0.0, _font_name(font))))

    read_form = page.extract_xform_text

    def read_apart(*what: Any, **how: Any) -> Any:
        with notes.paused():  # a form's places are its own, and so are the lengths of its text
            return read_form(*what, **how)

    notes.begin()
    page.extract_xform_text = read_apart
    try:
        text = page.extract_text(visitor_text=visit)
    finally:
        del page.extract_xform_text
    return PageText(text, runs, notes.places, _glyph_names(page))


def _font_name(font: Any) -> str:
    """What a font of pypdf is called; bold ones are all one."""
    name = _SUBSET.sub("", str(font.get("/BaseFont", ""))) if hasattr(font, "get") else ""
    return BOLD_FONT if _BOLD.search(name) else name


class _Notes:
    """The places of a page's pieces, as they are read."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.places: list[Place] = []
        self._paused = False

    @contextmanager
    def paused(self) -> Iterator[None]:
        before, self._paused = self._paused, True
        try:
            yield
        finally:
            self._paused = before

    def note(self, at: int, before: _Matrices, here: _Matrices, *, font: Any, size: float, width: float) -> None:
        """Note a move from one place to another or text shown in one place, after which the text is ``at`` long.

        ``width`` is that of the text at the place before, ``font`` and ``size`` are those of the type.
        """
        if self._paused:
            return
        last = self.places[-1] if self.places else None
        if last and not width and before == here:
            if math.isnan(last.size):
                height = _finite(abs(size) * math.hypot(*_turned(0, 1, here)))
                self.places[-1] = last._replace(size=height, bold=_font_name(font) == BOLD_FONT)
            return
        if last and width > 0:
            end = last.x + width * math.hypot(*_turned(1, 0, before))
            self.places[-1] = last = last._replace(end=_finite(end if math.isnan(last.end) else max(end, last.end)))
        if last and at == last.start:
            self.places.pop()
        along, rise = _turned(1, 0, here)
        upright = along > 0 and abs(rise) <= _SLANT * along
        user, (*_, x, y) = here
        x, y = x * user[0] + y * user[2] + user[4], x * user[1] + y * user[3] + user[5]
        self.places.append(Place(at, _finite(x) if upright else math.nan, math.nan, _finite(y), math.nan, bold=False))


def _turned(x: float, y: float, matrices: _Matrices) -> tuple[float, float]:
    """Where a step on a line of text leads on the page."""
    user, line = matrices
    x, y = x * line[0] + y * line[2], x * line[1] + y * line[3]
    return x * user[0] + y * user[2], x * user[1] + y * user[3]


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan


@contextmanager
def _noted_places() -> Iterator[_Notes]:
    """While it lasts, the places of the pieces that pypdf reads are noted.

    What pypdf hands out is where a stretch of text begins; where it ends it compares with where the next begins, to
    tell whether words or lines are parted, and keeps to itself.
    """
    from pypdf._text_extraction import _text_extractor as extractor

    told = extractor.crlf_space_check  # type: ignore[attr-defined]
    notes = _Notes()

    def compare(text: str, before: _Matrices, here: _Matrices, *rest: Any) -> Any:
        result = told(text, before, here, *rest)
        notes.note(len(result[0]) + len(result[1]), before, here, font=rest[1], size=rest[4], width=rest[6])
        return result

    extractor.crlf_space_check = compare  # type: ignore[attr-defined,assignment]
    try:
        yield notes
    finally:
        extractor.crlf_space_check = told  # type: ignore[attr-defined]


def _glyph_names(page: Any) -> frozenset[str]:
    """What the fonts of a page of pypdf name glyphs; nothing where that cannot be told."""
    from pypdf.errors import PyPdfError

    try:
        fonts = page["/Resources"]["/Font"]
        encodings = [fonts[name].get("/Encoding") for name in fonts]
        return frozenset(
            str(entry)
            for encoding in encodings
            if hasattr(encoding, "get")
            for entry in encoding.get("/Differences", ())
            if isinstance(entry, str)
        )
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, PyPdfError):
        return frozenset()


@contextmanager
def _narrow_spaces() -> Iterator[None]:
    """While it lasts, pypdf takes no font's space for wider than spaces are.

    Where a font holds no space, words are set apart by moves, which pypdf compares with the width of the glyph that
    has the space's code in other fonts: a capital N, and the words run together (py-pdf/pypdf, number 3978). There is
    no setting for it.
    """
    from pypdf.generic._font import Font

    told = Font._add_space_width

    def narrow(widths: dict[str, float], flags: int, space: str) -> float:
        width = told(widths, flags, space)
        fixed_pitch = flags & 1 or len(set(widths.values())) <= 2  # with the default width
        return width if width <= _WIDEST_SPACE or fixed_pitch else _USUAL_SPACE

    Font._add_space_width = staticmethod(narrow)  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Font._add_space_width = staticmethod(told)  # type: ignore[method-assign]
