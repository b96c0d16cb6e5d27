"""The documents of a folder: which files count, in what order, and what was passed over."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ingest.decode import storable
from ingest.errors import UnreadableFile
from ingest.sidecar import SUFFIX


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in the folder that looks meant to be a document but is not read, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The documents of a folder, by name, and what is passed over though nobody hid it."""

    documents: tuple[Path, ...]
    skipped: tuple[Skipped, ...]


def list_documents(folder: Path, *, apart_from: Path | None = None) -> Listing:
    """Files below ``folder`` that are documents; what lies below ``apart_from`` is left alone.

    Hidden files, sidecars and READMEs are not documents; links that lead out of the folder are not followed.
    Raises UnreadableFile when the folder is not there.
    """
    if not folder.is_dir():
        raise UnreadableFile(f"{folder}: is not a folder; create it or name another with --seeds.")
    root = folder.resolve()
    left_alone = apart_from.resolve() if apart_from else None
    documents: list[Path] = []
    skipped: list[Skipped] = []

    def cannot_enter(error: OSError) -> None:
        name = _name(folder, Path(error.filename))
        skipped.append(Skipped(name, f"{name}: the folder cannot be read ({error.strerror}); check its permissions."))

    for parent, folders, files in os.walk(folder, onerror=cannot_enter):
        here = Path(parent)
        for name in sorted(folders):
            if (here / name).is_symlink() and not name.startswith("."):
                shown = _name(folder, here / name)
                skipped.append(
                    Skipped(shown, f"{shown}: links to folders are not followed; put the files themselves here.")
                )
        folders[:] = [name for name in folders if not name.startswith(".") and (here / name).resolve() != left_alone]
        for name in files:
            path = here / name
            if is_passed_over(name):
                continue
            why = _why_not(path, root, set(files))
            if why:
                shown = _name(folder, path)
                skipped.append(Skipped(shown, f"{shown}: {why}"))
            elif not name.endswith(SUFFIX):
                documents.append(path)
    return Listing(
        tuple(sorted(documents, key=lambda path: path.relative_to(folder).as_posix())),
        tuple(sorted(skipped, key=lambda item: item.name)),
    )


def is_passed_over(name: str) -> bool:
    """Whether a file of that name is no document: hidden, an editor's copy, or a note on its folder."""
    return name.startswith(".") or name.endswith("~") or Path(name).stem.lower() == "readme"


def _name(folder: Path, path: Path) -> str:
    """A path below ``folder`` for a message: what is not UTF-8 in it is replaced."""
    return storable(path.relative_to(folder).as_posix())


def _why_not(path: Path, root: Path, beside: set[str]) -> str | None:
    """Why a file is neither a document nor the sidecar of one, None if it is."""
    try:
        path.name.encode("utf-8")
        if path.name.endswith(SUFFIX):
            owner = path.name.removesuffix(SUFFIX)
            return None if owner in beside else f"there is no document {owner} beside it; rename one of them."
        if not path.exists():
            return "links to nothing; remove it."
        if not path.resolve().is_relative_to(root):
            return "links out of the folder and is not followed; put the file itself here."
        if not path.is_file():
            return "is not a regular file; remove it."
    except UnicodeEncodeError:
        return "its name is not valid UTF-8; rename it."
    except (OSError, RuntimeError) as error:
        return f"cannot be read ({getattr(error, 'strerror', None) or error}); check the file and its permissions."
    return None


def signature(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Names, sizes and times of all files below a folder: what changes when a document does."""
    found = set()
    for path in folder.rglob("*"):
        try:
            status = path.stat()
        except OSError:
            continue
        found.add((str(path), status.st_size, status.st_mtime_ns))
    return frozenset(found)
