"""What a PDF says of itself: its metadata, and the title on its first page where these hold none."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ingest.frontmatter import doi_in
from ingest.largest_type import in_largest_type
from ingest.model import Source
from ingest.typography import Run

_FILE_NAME = re.compile(r"\.(?:docx?|pdf|indd|tex|qxd|rtf)\Z", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"(?:title\Z|untitled|microsoft word|\(anonymous\))", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
# A title of fewer words is a job number, or cut short.
_FEWEST_WORDS = 3
# Letters that a title lacks which is cut short.
_FEWEST_LEFT_OUT = 4
# Who a word processor takes for the author.
_NOBODY = re.compile(
    r"(?:admin\w*|(?:windows |microsoft office )?(?:user|owner)|microsoft(?: (?:office|word|account|corporation))?|"
    r"author|unknown|anonymous|\W*)\Z",
    re.IGNORECASE,
)
_DOI_KEY = re.compile(r"(?<!journal)doi\Z", re.IGNORECASE)
_WHOLE_DOI = re.compile(r"10\.\d{4,9}/\S+\Z")
_BETWEEN_AUTHORS = re.compile(r",\s|\band\b|\s&\s")
# "Keeper, Ann B.", but not "NIH, CDC".
_SURNAME_FIRST = re.compile(r"\s*(?![A-Z]+,)([^\s,]+),\s+([^\s,]+(?:\s[A-Z]\.?)*)\s*\Z")


def stated_source(reader: Any, first_page: str, runs: Sequence[Run]) -> Source:
    """What a reader of pypdf has by way of title, authors and DOI; of malformed metadata what can be had.

    ``first_page``: what was read of the first page. Raises whatever the document information leads pypdf to.
    """
    info = {key: value.get_object() for key, value in (reader.metadata or {}).items()}
    xmp = _xmp(reader)
    creators = _authors(xmp.get("creator") or ())
    title = next(filter(None, map(_meaningful, (info.get("/Title"), *(xmp.get("title") or {}).values()))), None)
    return Source(
        title=_shown(first_page, runs, title) or title,
        authors=creators if len(creators) > 1 else _authors([info.get("/Author")]),
        doi=_doi(info),
    )


def _xmp(reader: Any) -> Mapping[str, Any]:
    try:
        stated = reader.xmp_metadata
        return {"creator": stated.dc_creator, "title": stated.dc_title} if stated else {}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (pypdf and the XML parser raise whatever malformed metadata lead them to)
        return {}


def _meaningful(title: object) -> str | None:
    """Word processors put file names and placeholders where the title belongs."""
    bare = html.unescape(title).strip() if isinstance(title, str) else ""
    return None if not _WORD.search(bare) or _FILE_NAME.search(bare) or _PLACEHOLDER.match(bare) else bare


def _shown(first_page: str, runs: Sequence[Run], stated: str | None) -> str | None:
    """The title that the first page shows, where the stated one is missing or its beginning, or short and not there."""
    shown = in_largest_type(first_page, runs)
    if shown is None or stated is None:
        return shown
    whole, part, page = map(_squeezed, (shown, stated, first_page))
    if whole.startswith(part):
        return shown if len(whole) > len(part) + _FEWEST_LEFT_OUT else None
    return shown if len(_WORD.findall(stated)) < _FEWEST_WORDS and part not in page else None


def _squeezed(text: str) -> str:
    return re.sub(r"\W", "", text).casefold()


def _authors(stated: Iterable[object]) -> tuple[str, ...]:
    """The people in fields of one or several names, each once."""
    names: list[str] = []
    for field in stated:
        for part in field.split(";") if isinstance(field, str) else ():
            one = _SURNAME_FIRST.match(part)
            names += [f"{one[2]} {one[1]}"] if one else _BETWEEN_AUTHORS.split(part)
    people = dict.fromkeys(" ".join(name.split()) for name in names)
    return tuple(name for name in people if not _NOBODY.match(name))


def _doi(info: Mapping[str, Any]) -> str | None:
    """The DOI in a field that is named so, else in the subject, where publishers put the place of publication."""
    fields = [str(value).strip() for key, value in info.items() if _DOI_KEY.search(key)]
    whole = next(filter(_WHOLE_DOI.match, fields), None)
    return whole or next(filter(None, map(doi_in, (*fields, str(info.get("/Subject", ""))))), None)
