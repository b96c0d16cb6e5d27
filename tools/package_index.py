"""What the lock files are made of: a package index's files, and an entry with their hashes."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable
from typing import Any


def published(index: str, name: str) -> list[dict[str, Any]]:
    """All files of a package, as an index at an address tells them (PEP 691)."""
    accepted = {"Accept": "application/vnd.pypi.simple.v1+json"}
    request = urllib.request.Request(f"{index.rstrip('/')}/{name}/", headers=accepted)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        files: list[dict[str, Any]] = json.load(answer)["files"]
    return files


def locked(name: str, version: object, marker: str, hashes: Iterable[str]) -> str:
    """The entry of a lock file: one version, where a marker holds (none if empty), and the hashes that it may have."""
    requirement = f"{name}=={version} ; {marker}" if marker else f"{name}=={version}"
    return " \\\n".join([requirement, *(f"    --hash=sha256:{one}" for one in sorted(hashes))])
