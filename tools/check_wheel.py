"""``python tools/check_wheel.py LOCK WHEEL``: stop unless a wheel's hash is among those that a lock allows."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

if __name__ == "__main__":
    lock, wheel = Path(sys.argv[1]), Path(sys.argv[2])
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if f"--hash=sha256:{digest}" not in lock.read_text(encoding="utf-8").split():
        raise SystemExit(f"{wheel.name}: its hash {digest} is not in {lock}")
