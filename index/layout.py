"""Where an index lies, how a build is named, and how a finished one takes the old one's place.

.loccit/
  current            the build in use and the hash of its manifest: replaced by one atomic rename
  lock               held while a build is at work
  builds/NAME/       passages-NNNN.db, vectors.faiss, manifest.json: never changed once finished; a later build
                     may share files with it, by links
  models/DIGEST/     the exported model
  feedback/          readers' judgements of answers
  evaluation.json    the last evaluation, and its reliability.svg
  removed/           documents that were taken out of the library: yours, not ours to delete
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import CorruptIndex, IndexLocked, MissingIndex, OutdatedIndex
from index.model import Failure

# Raise this when what is stored, or how documents are read, changes: older indexes are then built anew.
FORMAT = 8

VECTORS_FILE = "vectors.faiss"
MANIFEST_FILE = "manifest.json"
# Hashing is quick but not free: a build of more bytes is checked by length on opening, by hash in verify. Whatever is
# quoted carries a checksum of its own.
_HASH_ON_OPEN = 64 * 1024 * 1024
# Bytes hashed at once: in larger steps a thread seldom waits for another.
_CHUNK = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a build: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build is made of.

    ``build_id`` hashes documents, settings and model: equal input, equal id. ``encoder`` is the fingerprint of the
    exported model that the vectors are from; ``model`` its name in the settings.
    """

    format: int
    build_id: str
    model: str
    model_digest: str
    encoder: str
    seeds: str
    built_at: str
    documents: int
    passages: int
    failures: tuple[Failure, ...]
    files: dict[str, FileRecord]


class Layout:
    """The paths of an index folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pointer = folder / "current"
        self.builds = folder / "builds"
        self.models = folder / "models"

    def current(self) -> Path:
        """The folder of the build in use. Raises MissingIndex or CorruptIndex."""
        return self.builds / self._pointed()[0]

    def manifest(self) -> Manifest:
        """The manifest of the build in use. Raises MissingIndex, CorruptIndex, or OutdatedIndex for another version."""
        name, digest = self._pointed()
        return _read_manifest(self.builds / name, digest)

    def _pointed(self) -> tuple[str, str]:
        try:
            name, _, digest = self.pointer.read_text(encoding="utf-8").strip().partition(" ")
        except FileNotFoundError:
            raise MissingIndex(f"{self.folder}: holds no index") from None
        except (OSError, UnicodeDecodeError) as error:
            raise CorruptIndex(f"{self.pointer}: cannot be read") from error
        if not name or "/" in name or "\\" in name or name.startswith("."):
            raise CorruptIndex(f"{self.pointer}: does not name a build")
        return name, digest

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock that keeps a second writer out; it goes with the process that holds it.

        Raises IndexLocked.
        """
        from filelock import FileLock, Timeout

        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise IndexLocked(f"{self.folder}: another build is at work; wait for it to end.") from None
        try:
            yield
        finally:
            lock.release()

    def new_build(self, build_id: str) -> Path:
        """An empty folder for a build, under a name not used before."""
        serial = 1
        while (self.builds / f"{build_id}-{serial}").exists():
            serial += 1
        folder = self.builds / f"{build_id}-{serial}"
        folder.mkdir(parents=True)
        return folder

    def swap(self, build: Path) -> None:
        """Make a finished build the one in use, by one atomic rename."""
        for path in (*build.iterdir(), build, self.builds):
            _sync(path)
        if self.pointer.is_dir():
            shutil.rmtree(self.pointer)
        fresh = self.pointer.with_name("current.new")
        fresh.write_text(f"{build.name} {file_sha256(build / MANIFEST_FILE)}\n", encoding="utf-8")
        _sync(fresh)
        fresh.replace(self.pointer)
        _sync(self.folder)

    def unfinished(self) -> Path | None:
        """What the build that got furthest left behind when it was killed, beside those that were finished."""
        folders = [path for path in self.builds.iterdir() if path.is_dir()] if self.builds.is_dir() else []
        left = [path for path in folders if not (path / MANIFEST_FILE).exists()]
        return max(left, key=lambda path: sum(file.stat().st_size for file in path.iterdir()), default=None)

    def tidy(self, *, keep: Collection[Path | None], model: str = "") -> None:
        """Delete builds other than those to ``keep``: older ones, and what killed builds left behind.

        Where a ``model`` is named, by its digest, all others go too.
        """
        self.pointer.with_name("current.new").unlink(missing_ok=True)
        for path in self.builds.iterdir() if self.builds.is_dir() else ():
            if path not in keep:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.models.iterdir() if self.models.is_dir() else ():
            if path.name.endswith(".partial") or (model and path.name != model):
                shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    digest, chunk = hashlib.sha256(), memoryview(bytearray(_CHUNK))
    with path.open("rb", buffering=0) as file:
        while read := file.readinto(chunk):
            digest.update(chunk[:read])
    return digest.hexdigest()


def file_size(path: Path) -> int:
    """The bytes of a file, 0 where it cannot be looked at."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def record_file(path: Path) -> FileRecord:
    """Size and hash of a file."""
    return FileRecord(path.stat().st_size, file_sha256(path))


def write_manifest(build: Path, manifest: Manifest) -> None:
    """Write the manifest, the last file of a build."""
    (build / MANIFEST_FILE).write_text(json.dumps(asdict(manifest), indent=1, ensure_ascii=False), encoding="utf-8")


def _read_manifest(build: Path, digest: str) -> Manifest:
    path = build / MANIFEST_FILE
    try:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise CorruptIndex(f"{path}: was changed or cut short since it was built")
        values = json.loads(data)
        version = values["format"]
        if version != FORMAT:
            raise OutdatedIndex(f"{build}: is of format {version}, this version reads {FORMAT}")
        values["failures"] = tuple(Failure(**failure) for failure in values["failures"])
        values["files"] = {name: FileRecord(**record) for name, record in values["files"].items()}
        return Manifest(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptIndex(f"{path}: cannot be read") from error


def check_files(build: Path, manifest: Manifest, *, thorough: bool = False) -> None:
    """Compare a build's files with its manifest. Raises CorruptIndex naming the first that differs."""
    hashed = thorough or sum(record.size for record in manifest.files.values()) <= _HASH_ON_OPEN
    for name, record in manifest.files.items():
        path = build / name
        try:
            whole = path.stat().st_size == record.size and (not hashed or file_sha256(path) == record.sha256)
        except OSError:
            raise CorruptIndex(f"{path}: is missing or cannot be read") from None
        if not whole:
            raise CorruptIndex(f"{path}: was changed or cut short since it was built")
