"""Names and hashed passwords of those who may use a page that others can reach."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

# scrypt's cost for interactive use (RFC 7914, section 2): 16 MiB and some tens of milliseconds a try.
_N, _R, _P = 2**14, 8, 1


class BadAuthFile(Exception):
    """The file of names and passwords cannot be used."""


def hash_password(password: str, salt: bytes) -> str:
    """A password as a line of the file holds it: ``SALT$HASH``, both in hexadecimal."""
    digest = hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P)
    return f"{salt.hex()}${digest.hex()}"


def read_auth_file(path: Path) -> Callable[[str, str], bool]:
    """A check of name and password against a file of lines ``NAME:SALT$HASH``. Raises BadAuthFile."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        known = dict(line.split(":", 1) for line in lines)
        for entry in known.values():
            salt, digest = entry.split("$")
            bytes.fromhex(salt), bytes.fromhex(digest)
    except (OSError, ValueError) as error:
        raise BadAuthFile(f"{path}: is not a file of lines NAME:SALT$HASH; write one with --hash-password.") from error
    if not known:
        raise BadAuthFile(f"{path}: names nobody; write a line with --hash-password.")

    def check(name: str, password: str) -> bool:
        entry = known.get(name) or f"{'00' * 16}${'00' * 64}"
        salt = bytes.fromhex(entry.split("$")[0])
        return hmac.compare_digest(hash_password(password, salt), entry) and name in known

    return check
