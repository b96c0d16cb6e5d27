"""Settings from ``loccit.toml``: unknown sections and keys are refused, so that a typing error is never silent."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from index.errors import BadSettings

FILE_NAME = "loccit.toml"
BUNDLED_MODEL = "all-MiniLM-L6-v2"
_SECTIONS = ("library", "model", "answer")

Section = TypeVar("Section")


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """``[library]``: the folder of documents and the folder of the index built from it."""

    seeds: str = "seeds"
    index: str = ".loccit"

    def __post_init__(self) -> None:
        if "\0" in self.seeds + self.index:
            raise ValueError("a folder's name cannot hold a null character")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """``[model]``: the bundled embedding model, or any sentence-transformers model by name or folder."""

    name: str = BUNDLED_MODEL


def read_section(path: Path, name: str, kind: type[Section]) -> Section:
    """One section of the settings file as a dataclass of type ``kind``; its defaults where there is no file.

    All sections are checked for their names, this one for its keys and their types too. Raises BadSettings.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadSettings(f"{path}: cannot be read as TOML ({error}); correct it.") from error
    unknown = sorted(set(values) - set(_SECTIONS))
    if unknown:
        raise BadSettings(f"{path}: unknown section [{unknown[0]}]; known are {', '.join(_SECTIONS)}.")
    section = values.get(name, {})
    if not isinstance(section, dict):
        raise BadSettings(f"{path}: {name} must be a section, [{name}].")
    defaults = kind()
    known = {field.name: type(getattr(defaults, field.name)) for field in fields(defaults)}  # type: ignore[arg-type]
    for key, value in section.items():
        if key not in known:
            raise BadSettings(f"{path}: unknown key {key!r} in [{name}]; known are {', '.join(sorted(known))}.")
        if known[key] is float and type(value) is int:
            continue
        if type(value) is not known[key]:
            raise BadSettings(f"{path}: {name}.{key} must be of type {known[key].__name__}, not {value!r}.")
    try:
        return kind(**section)
    except ValueError as error:
        raise BadSettings(f"{path}: [{name}] {error}.") from error
