"""Documents read in a process of their own, within limits, so that no file can take a build down or hold it up."""

from __future__ import annotations

import gc
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.encoder import TOKENIZER_FILE, EncoderMeta
from index.layout import file_size
from index.wire import read_from
from ingest import errors
from ingest.errors import BrokenDocument, IngestError, OverLimit
from ingest.model import Document, Passage

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may take: seconds and bytes of memory, and so much more for each byte that it has."""

    seconds: float = 60.0
    seconds_a_byte: float = 4e-6
    memory: int = 2 * 1024**3
    memory_a_byte: int = 24


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: decoding makes many objects and no cycles, and takes a third of the time so."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class IsolatedReader:
    """Reads and splits documents for the model whose export is in a folder; begins its process when it is made."""

    def __init__(self, model: Path, meta: EncoderMeta, root: Path, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        tokenizer = str((model / TOKENIZER_FILE).absolute())
        self._command = ["-m", "index.read_worker", tokenizer, str(meta.max_tokens), meta.document_prompt]
        self._root = root
        self._process = self._start()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def read(self, path: Path) -> tuple[Document, list[Passage]]:
        """A document, without its blocks, and its passages. Raises an IngestError, OverLimit among them."""
        name = path.relative_to(self._root).as_posix()
        size = file_size(path)
        seconds = self._limits.seconds + size * self._limits.seconds_a_byte
        memory = self._limits.memory + size * self._limits.memory_a_byte
        places = {"path": str(path.absolute()), "root": str(self._root.absolute())}
        request = {**places, "seconds": seconds, "bytes": memory}
        try:
            answer = self._exchange(json.dumps(request).encode("ascii") + b"\n", seconds)
        except TimeoutError:
            self._restart()
            raise OverLimit(f"{name}: was not read within {seconds:.0f} s; split it, or save it anew.") from None
        except EOFError:
            code = self._restart()
            raise BrokenDocument(f"{name}: its reader broke down (exit code {code}); save the file anew.") from None
        with _uncollected():
            told = json.loads(answer)
            if "read" in told:
                return read_from(told["read"])
        kind, reason = told["error"], told["reason"]
        if kind == "MemoryError":
            self._restart()
            raise OverLimit(f"{name}: takes more than {memory / 2**30:.1f} GiB to read; split it, or save it anew.")
        if not kind:
            raise BrokenDocument(f"{name}: cannot be read ({reason}); please report this file.")
        error: type[IngestError] = getattr(errors, kind)
        raise error(reason)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  our own module; nothing of a document is on its command line
            [sys.executable, *self._command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parent.parent,
        )

    def _restart(self) -> int:
        """End the process, begin another; the exit code of the one that ended."""
        self.close()
        code = self._process.returncode
        self._process = self._start()
        return code

    def _exchange(self, request: bytes, seconds: float) -> bytes:
        """The answer to a request. Raises TimeoutError, or EOFError when the process ended."""
        deadline = time.monotonic() + seconds
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise EOFError from None
        length = int.from_bytes(self._receive(8, deadline), "big")
        return self._receive(length, deadline)

    def _receive(self, length: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        parts, missing = [], length
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while missing:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                part = os.read(descriptor, min(missing, _CHUNK))
                if not part:
                    raise EOFError
                parts.append(part)
                missing -= len(part)
        return b"".join(parts)
