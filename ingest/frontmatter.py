"""Delimited front matter at the top of a text: JSON, YAML or TOML, whatever the file is called."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml

from ingest.draft import Draft
from ingest.lines import split_lines
from ingest.model import BlockKind, Source, Span

_FENCED = {
    "---": re.compile(r"\ufeff?---[ \t]*\r?\n(?P<body>.*?)(?:\r?\n)?^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE),
    "+++": re.compile(
        r"\ufeff?\+\+\+[ \t]*\r?\n(?P<body>.*?)(?:\r?\n)?^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
    ),
}
_MAX_LENGTH = 64 * 1024
_KEY = re.compile(r"\s{0,4}[\"']?[A-Za-z_][\w.-]*[\"']?\s*[:=](?:\s|\Z)")
# Marks of syntax: quotes at the edge of a value, brackets, a comma at a line's end, a list's dash.
_SYNTAX = re.compile(
    r"(?<![^\s:,=\[{(])[\"']|[\"'](?=[\s,:=\]}]|\Z)|(?<![^\s:=,])[\[{]|[\]}](?=[\s,\]}]|\Z)|,(?=\s*\n)|^\s*-\s",
    re.MULTILINE,
)
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"'<>]+")


def read_front_matter(text: str) -> tuple[list[Draft], Source, int]:
    """The front matter's blocks, one a key, what it says of the document, and where the body begins.

    Front matter that does not parse is left to the body: nothing is lost by a missing bracket.
    """
    found = _locate(text)
    if found is None:
        return [], Source(), 0
    values, end = found
    return _drafts(text, end), _source(values), end


def _locate(text: str) -> tuple[Mapping[str, Any], int] | None:
    head = text[:_MAX_LENGTH]
    mark = head.lstrip("\ufeff")[:3]
    try:
        if mark in _FENCED:
            match = _FENCED[mark].match(head)
            if match is None:
                return None
            body = match.group("body")
            values = yaml.safe_load(body) if mark == "---" else tomllib.loads(body)
            end = match.end()
        elif mark.startswith("{"):
            start = head.index("{")
            values, end = json.JSONDecoder().raw_decode(head, start)
            if head[end : end + 1] not in ("", "\n", "\r"):
                return None
        else:
            return None
    except Exception:  # noqa: BLE001  PyYAML lets through what its constructors raise: KeyError, AttributeError and more
        return None
    if not isinstance(values, Mapping) or not values:
        return None
    return values, end


def _drafts(text: str, end: int) -> list[Draft]:
    """One draft for each key with the lines that belong to it; marks of syntax are owned but not read."""
    groups: list[list[Span]] = []
    for line in split_lines(text, 0, end):
        span = Span(line.start, line.stop)
        after_fence = bool(groups) and text[groups[-1][0].start : groups[-1][-1].end].strip() in _FENCED
        if (
            not groups
            or after_fence
            or line.text in _FENCED
            or (_KEY.match(text, line.start, line.stop) and line.indent <= 4 and _reads(text, groups[-1]))
        ):
            groups.append([span])
        else:
            groups[-1].append(span)
    drafts = []
    for group in groups:
        owned = Span(group[0].start, group[-1].end)
        flow = () if text[owned.start : owned.end].strip() in _FENCED else _values(text, owned)
        drafts.append(Draft(BlockKind.FRONT_MATTER if flow else BlockKind.FURNITURE, (owned,), flow))
    return drafts


def _reads(text: str, group: list[Span]) -> bool:
    return any(character.isalnum() for character in text[group[0].start : group[-1].end])


def _values(text: str, owned: Span) -> tuple[Span | str, ...]:
    """The keys and values without marks of syntax, joined as a person would write them."""
    flow: list[Span | str] = []
    at = last = owned.start
    cuts = [match.span() for match in _SYNTAX.finditer(text, owned.start, owned.end)]
    for start, stop in [*cuts, (owned.end, owned.end)]:
        piece = text[at:start]
        if any(character.isalnum() for character in piece):
            begin = at + len(piece) - len(piece.lstrip(" \t\r\n:="))
            if flow:
                gap = text[last:begin]
                flow.append(": " if ":" in gap or "=" in gap else " " if text[last - 1] in ":=" else ", ")
            last = at + len(piece.rstrip())
            flow.append(Span(begin, last))
        at = stop
    return tuple(flow)


def _source(values: Mapping[str, Any]) -> Source:
    lower = {str(key).lower(): value for key, value in values.items()}
    stated = next((lower[key] for key in ("date", "year", "published", "issued") if key in lower), "")
    date = str(stated) if isinstance(stated, str | int | datetime.date) else ""
    return Source(
        title=_string(lower.get("title")),
        authors=_names(lower.get("authors", lower.get("author"))),
        year=year_in(date),
        doi=doi_in(_string(lower.get("doi")) or ""),
        url=_string(lower.get("url")),
        licence=_string(lower.get("licence", lower.get("license"))),
    )


def _string(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(name for name in (part.strip() for part in re.split(r";|\band\b", value)) if name)
    if isinstance(value, Mapping):
        return _names(value.get("name"))
    if isinstance(value, list):
        names = (item.get("name") if isinstance(item, Mapping) else item for item in value)
        return tuple(name.strip() for name in names if isinstance(name, str) and name.strip())
    return ()


def year_in(date: str) -> int | None:
    """The first year from 1500 to 2099 that a date names."""
    match = _YEAR.search(date)
    return int(match.group()) if match else None


def doi_in(text: str) -> str | None:
    """The first DOI in a text."""
    match = _DOI.search(text)
    if match is None:
        return None
    doi = match.group().rstrip(".,;")
    return doi if doi.count(")") <= doi.count("(") else doi.rstrip(").,;")
