"""Write ``gpu.lock``: what PyTorch's build for graphics processors needs besides ``requirements.lock``.

``python tools/lock_gpu.py INDEX``, with the address of a package index that answers in JSON (PEP 691). Nothing of it is
installed here, nor downloaded whole: of each wheel only its metadata is read.
"""

from __future__ import annotations

import io
import re
import sys
import urllib.request
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from package_index import locked, published
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

_ROOT = Path(__file__).parent.parent
_HEAD = "# What PyTorch needs besides where it is built for a GPU, pinned and by hash. Written by tools/lock_gpu.py."
_PYTHON, _MACHINE = "3.11", "x86_64"
_MARKER = 'platform_system == "Linux"'
_BLOCK = 1 << 17


def main() -> None:
    """Write the file."""
    index = sys.argv[1]
    known = {canonicalize_name(name) for name in _pinned("requirements.lock")}
    wanted = {"torch": Requirement(f"torch=={_pinned('torch.lock')['torch']}")}
    found: dict[str, tuple[Version, list[str]]] = {}
    waiting = ["torch"]
    while waiting:
        name = waiting.pop()
        files, version = _release(index, name, wanted[name])
        found[name] = version, [file["hashes"]["sha256"] for file in files]
        for needed in _requirements(next(file for file in files if _fits(file["filename"]))):
            other = canonicalize_name(needed.name)
            if other in known or not _applies(needed, wanted[name].extras):
                continue
            before = wanted.setdefault(other, Requirement(other))
            specifier, extras = before.specifier & needed.specifier, before.extras | needed.extras
            if other not in found or (specifier, extras) != (before.specifier, before.extras):
                before.specifier, before.extras = specifier, extras
                waiting.append(other)
    del found["torch"]
    entries = [locked(name, version, _MARKER, hashes) for name, (version, hashes) in sorted(found.items())]
    (_ROOT / "gpu.lock").write_text("\n".join([_HEAD, *entries]) + "\n", encoding="utf-8")


def _pinned(lock: str) -> dict[str, str]:
    """The versions in a lock file by name."""
    return dict(re.findall(r"^([\w.-]+)==([^ ]+)", (_ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


def _release(index: str, name: str, wanted: Requirement) -> tuple[list[dict[str, Any]], Version]:
    """The wheels of the newest release that a requirement allows and that fits."""
    files = [file for file in published(index, name) if file["filename"].endswith(".whl") and not file.get("yanked")]
    versions = {parse_wheel_filename(file["filename"])[1] for file in files if _fits(file["filename"])}
    version = max(wanted.specifier.filter(versions))
    return [file for file in files if parse_wheel_filename(file["filename"])[1] == version], version


def _fits(wheel: str) -> bool:
    """Whether a wheel is for Linux and the Python that the metadata is read for."""
    return any(
        (tag.platform == "any" or ("linux" in tag.platform and tag.platform.endswith(_MACHINE)))
        and tag.interpreter in ("py3", f"cp{_PYTHON.replace('.', '')}")
        for tag in parse_wheel_filename(wheel)[3]
    )


def _requirements(wheel: dict[str, Any]) -> list[Requirement]:
    with zipfile.ZipFile(io.BufferedReader(_Remote(wheel["url"]), _BLOCK)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    return [Requirement(text) for text in metadata.get_all("Requires-Dist") or []]


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    linux = {"platform_system": "Linux", "sys_platform": "linux", "platform_machine": _MACHINE}
    where = {**linux, "python_version": _PYTHON}
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**where, "extra": extra}) for extra in extras or {""})


class _Remote(io.RawIOBase):
    """A file behind an address, of which only what is read is fetched."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._at = 0
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD")) as answer:  # noqa: S310
            self._size = int(answer.headers["Content-Length"])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = (0, self._at, self._size)[whence] + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        end = min(self._at + len(buffer), self._size)
        if end <= self._at:
            return 0
        wanted = {"Range": f"bytes={self._at}-{end - 1}"}
        with urllib.request.urlopen(urllib.request.Request(self._url, headers=wanted)) as answer:  # noqa: S310
            found = answer.read(end - self._at)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


if __name__ == "__main__":
    main()
