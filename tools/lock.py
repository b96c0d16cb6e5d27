"""Write ``requirements.lock``: every installed package, pinned, with the hashes of all its published files.

``python tools/lock.py INDEX [TORCH_WHEEL ...]`` in the environment that is to be locked, with the address of a package
index that answers in JSON (PEP 691). PyTorch goes into ``torch.lock``
apart: which of its builds fits depends on the machine, and the one without a GPU's libraries is not in the package
index, so that wheels may be named besides. ``tools/check_wheel.py`` checks it before it is installed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from package_index import locked, published

_HEAD = "# Every package, pinned and by hash: what the Makefile installs. Written by tools/lock.py."
# Needed only by Pythons other than the one that writes the file.
_ELSEWHERE = {("audioop-lts", "0.2.2"): "python_version >= '3.13'"}


def main() -> None:
    """Write the file."""
    index, wheels = sys.argv[1], [Path(name) for name in sys.argv[2:]]
    freeze = [sys.executable, "-m", "pip", "list", "--format=freeze", "--exclude-editable"]
    frozen = subprocess.run(freeze, capture_output=True, text=True, check=True)  # noqa: S603
    pinned = [line.partition("+")[0].split("==") for line in frozen.stdout.splitlines()]
    releases = {(name, version): "" for name, version in pinned if name not in ("pip", "loccit")} | _ELSEWHERE
    root, lines = Path(__file__).parent.parent, {"requirements.lock": [_HEAD], "torch.lock": [_HEAD]}
    for (name, version), marker in sorted(releases.items(), key=lambda item: item[0][0].lower()):
        hashes = _hashes(index, name, version)
        if name == "torch":
            hashes += [hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels]
        entry = locked(name, version, marker, hashes)
        lines["torch.lock" if name == "torch" else "requirements.lock"].append(entry)
    for file, entries in lines.items():
        (root / file).write_text("\n".join(entries) + "\n", encoding="utf-8")


def _hashes(index: str, name: str, version: str) -> list[str]:
    """The hashes of a release's files, as the index tells them."""
    stem = name.replace("-", "_").lower()
    found = [
        file["hashes"]["sha256"]
        for file in published(index, name)
        if (file["filename"].lower().replace("-", "_") + "_").startswith(f"{stem}_{version}_")
        or file["filename"].lower().replace("-", "_").startswith(f"{stem}_{version}.")
    ]
    if not found:
        raise SystemExit(f"{name} {version}: no files of this release are listed")
    return found


if __name__ == "__main__":
    main()
