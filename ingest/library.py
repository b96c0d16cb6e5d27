"""The documents of a folder: which files count, in what order."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import UnreadableFile
from ingest.sidecar import SUFFIX


def list_documents(folder: Path) -> list[Path]:
    """Files below ``folder`` that are documents, sorted by path.

    Hidden files, sidecars and READMEs are not documents; links that lead out of the folder are not followed.
    Raises UnreadableFile when the folder is not there.
    """
    if not folder.is_dir():
        raise UnreadableFile(f"{folder}: is not a folder; create it or name another with --seeds.")
    root = folder.resolve()
    found = []
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if path.name.endswith((SUFFIX, "~")) or path.stem.lower() == "readme":
            continue
        if path.is_file() and path.resolve().is_relative_to(root):
            found.append(path)
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())
