"""The provenance record of a document: a TOML file beside it, ``NAME.source.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

from ingest.errors import BadSidecar
from ingest.model import Source

SUFFIX = ".source.toml"


def sidecar_of(path: Path) -> Path | None:
    """The record of ``path``, None where there is none."""
    sidecar = path.with_name(path.name + SUFFIX)
    try:
        return sidecar if sidecar.is_file() else None
    except OSError:  # a name so long that no sidecar can have one
        return None


def parse_sidecar(data: bytes, name: str) -> Source:
    """The record in a sidecar's bytes. Raises BadSidecar for bad TOML, unknown keys and wrong types."""
    try:
        values = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadSidecar(f"{name}: is not valid TOML ({error}); correct it so that its document is read.") from error
    known = {field.name for field in fields(Source)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise BadSidecar(f"{name}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    for key, value in values.items():
        if key == "authors":
            right = isinstance(value, list) and all(isinstance(author, str) for author in value)
        elif key == "year":
            right = isinstance(value, int) and not isinstance(value, bool)
        else:
            right = isinstance(value, str)
        if not right:
            raise BadSidecar(f"{name}: {key} has the wrong type; authors are a list, year a number, the rest text.")
    authors = tuple(values.pop("authors", ()))
    return Source(authors=authors, **values)
