"""The title that a PDF's first page shows: what stands there in the largest type."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from ingest.reading import vocabulary
from ingest.typography import Run, count_letters

# So much larger than most of the page's text is a title's type.
_LARGER = 1.1
# A stretch of fewer letters may be a rubric or a logo above a title, which is the only one of its size; where there is
# no such title, the largest is one if it is more than an initial.
_FEWEST, _FEWEST_OF_SHORT = 20, 3
# Characters: more are no title.
_LONGEST = 400
# The title is among so many of the largest sizes; a page may have thousands.
_SIZES = 10
# Characters of other type within a title: a raised 2, a Greek letter, a line's number.
_ASIDE = 8
_BROKEN = re.compile(r"(\w+)-[ \t]*\n\s*(\w+)")
# Ligatures that pypdf sets apart from the letters on both sides of them.
_LIGATURE = re.compile(r"[\ufb00-\ufb06]")
_LOOSE_LIGATURE = re.compile(r"(?<=[^\W\d_]) ([\ufb00-\ufb06]) (?=[^\W\d_])")


def in_largest_type(page_text: str, runs: Sequence[Run]) -> str | None:
    """What stands on a page in the largest type, as one line; None where that is no title by its length.

    ``page_text``: what was read of the page, which has the spaces that the pieces of other sizes lack.
    """
    by_size: Counter[float] = Counter()
    for text, (size, _) in runs:
        by_size[size] += count_letters(text)
    usual = max(by_size, key=by_size.__getitem__, default=0.0)
    sizes = sorted((size for size in by_size if size > _LARGER * usual), reverse=True)[:_SIZES]
    stretches = [_stretches(runs, size) for size in sizes]
    alone = [of_size[0] for of_size in stretches if len(of_size) == 1]
    longest = [max(of_size, key=count_letters) for of_size in stretches]
    for fewest, among in ((_FEWEST, alone), (_FEWEST_OF_SHORT, longest)):
        for stretch in among:
            if fewest <= count_letters(stretch) and len(stretch) <= _LONGEST:
                return _one_line(_as_read(stretch, page_text), page_text)
    return None


def _as_read(stretch: str, page_text: str) -> str:
    """The stretch as it stands in the page's text, where it does but for white space."""
    found = re.search(r"\s*".join(map(re.escape, "".join(stretch.split()))), page_text)
    return found[0] if found else stretch


def _one_line(stretch: str, page_text: str) -> str:
    """The stretch without line breaks; a word broken at one is joined where it stands whole on the page."""
    words = vocabulary(page_text) if _BROKEN.search(stretch) else frozenset()

    def mend(found: re.Match[str]) -> str:
        return found[1] + ("" if (found[1] + found[2]).lower() in words else "-") + found[2]

    text = _LOOSE_LIGATURE.sub(r"\1", " ".join(_BROKEN.sub(mend, stretch).split()))
    return _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def _stretches(runs: Sequence[Run], size: float) -> list[str]:
    """The texts of one size, those parted by a few characters of another joined with these, but for a line's number."""
    stretches: list[str] = []
    aside: str | None = None  # what came since the last run of the size, while that is short
    for text, (at, _) in runs:
        if at != size:
            if aside is not None:
                aside = aside + text if len(aside + text) <= _ASIDE else None
        elif aside is None:
            stretches.append(text)
            aside = ""
        else:
            counts = aside.strip().isdecimal() and stretches[-1].endswith(" ")
            stretches[-1] += text if counts else aside + text
            aside = ""
    return stretches
