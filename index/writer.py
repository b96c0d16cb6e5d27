"""Writing the shards of a new build, beside those of the build that it starts from."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from index.errors import CorruptIndex
from index.layout import FileRecord, record_file
from index.rows import SCHEMA, NewPassage, document_row, passage_row, vector_row
from index.store import first_number, shard_name
from ingest.model import Document

# At most so many passages are in a shard, unless one document alone has more: docs/decisions.md.
SHARD_PASSAGES = 10_000
# What a killed build had finished is kept; what it did in these last seconds is done again.
_COMMIT_SECONDS = 2.0
# A shard of which more than this share is free pages is written anew.
_MAX_FREE = 0.25
_WORD = re.compile(r"\w+")
_OPTIMIZE = "INSERT INTO lexical(lexical) VALUES ('optimize')"
_COUNT_TOKEN = "INSERT INTO token VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET passages = passages + excluded.passages"  # noqa: S105
_COUNT_WORD = "INSERT INTO word VALUES (?, ?) ON CONFLICT (text) DO UPDATE SET passages = passages + excluded.passages"


class _ShardWriter:
    """One shard that is being written."""

    def __init__(self, path: Path, serial: int, *, new: bool) -> None:
        self._first = first_number(serial) + 1
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF;")
        # What is deleted is overwritten.
        self._connection.execute("PRAGMA secure_delete = ON")
        if new:
            self._connection.executescript(f"PRAGMA page_size = 8192; {SCHEMA}")
        self._connection.execute("BEGIN")
        self._tokens: Counter[int] = Counter()
        self._words: Counter[str] = Counter()
        self._removed = False
        self._new = new
        ((self.passages,),) = self._connection.execute("SELECT count(*) FROM passage")

    def add(self, document: Document, digest: str, passages: Iterable[NewPassage], indexed_at: str) -> list[int]:
        """Store a document with its passages; the numbers the passages got, in order."""
        execute = self._connection.execute
        number, first, tokens = self._next("document"), self._next("passage"), 0
        numbers = []
        for position, new in enumerate(passages):
            at = first + position
            row = (at, number, position, *passage_row(new))
            execute(f"INSERT INTO passage VALUES ({_marks(row)})", row)
            execute("INSERT INTO vector VALUES (?, ?, ?)", (at, *vector_row(new.vector)))
            execute("INSERT INTO lexical (rowid, context, text) VALUES (?, ?, ?)", (at, new.context, new.passage.text))
            self._count(new.tokens.ids, new.passage.text, +1)
            numbers.append(at)
            tokens += len(new.tokens)
        row = (number, *document_row(document, digest, len(numbers), tokens, indexed_at))
        execute(f"INSERT INTO document VALUES ({_marks(row)})", row)
        self.passages += len(numbers)
        return numbers

    def remove(self, path: str) -> list[int]:
        """Delete a document and its passages without a trace; the numbers that the passages had."""
        execute = self._connection.execute
        rows = execute(
            "SELECT p.number, p.context, p.text, p.token_ids FROM passage p JOIN document d ON p.document = d.number"
            " WHERE d.path = ?",
            (path,),
        ).fetchall()
        for number, context, text, ids in rows:
            self._count(np.frombuffer(ids, dtype=np.int32), text, -1)
            execute(
                "INSERT INTO lexical (lexical, rowid, context, text) VALUES ('delete', ?, ?, ?)",
                (number, context, text),
            )
            execute("DELETE FROM passage WHERE number = ?", (number,))
            execute("DELETE FROM vector WHERE number = ?", (number,))
        execute("DELETE FROM document WHERE path = ?", (path,))
        self.passages -= len(rows)
        self._removed = True
        return [number for number, *_ in rows]

    def commit(self) -> None:
        """Make what was written so far survive the end of the process."""
        self._write_counts()
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN")

    def finish(self) -> bool:
        """Write everything and close: the file then stands alone. Whether it holds no document."""
        execute = self._connection.execute
        self._write_counts()
        ((documents,),) = execute("SELECT count(*) FROM document")
        if self._removed:
            execute("DELETE FROM token WHERE passages <= 0")
            execute("DELETE FROM word WHERE passages <= 0")
        if self._removed or self._new:  # words of a removed document stay in the lexical index until its parts merge
            execute(_OPTIMIZE)
        execute("DELETE FROM stem")
        execute("INSERT INTO stem SELECT term, doc FROM vocabulary")
        execute("COMMIT")
        ((pages,),), ((free,),) = execute("PRAGMA page_count").fetchall(), execute("PRAGMA freelist_count").fetchall()
        if free > _MAX_FREE * pages:
            execute("VACUUM")
        self._connection.close()
        return not documents

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._connection.close()

    def _next(self, table: str) -> int:
        ((highest,),) = self._connection.execute(f"SELECT max(number) FROM {table}")
        return self._first if highest is None else int(highest) + 1

    def _count(self, ids: Iterable[int], text: str, sign: int) -> None:
        for token in {int(one) for one in ids}:
            self._tokens[token] += sign
        for word in {word.lower() for word in _WORD.findall(text) if word.isalpha()}:
            self._words[word] += sign

    def _write_counts(self) -> None:
        self._connection.executemany(_COUNT_TOKEN, [(token, n) for token, n in self._tokens.items() if n])
        self._connection.executemany(_COUNT_WORD, [(word, n) for word, n in self._words.items() if n])
        self._tokens.clear()
        self._words.clear()


class StoreWriter:
    """Writes the shards of a build into ``folder``, starting from the ``shards`` (serial to passages) of another.

    ``records`` tell what those shards' files should be. All that is removed is removed before anything is added. Where
    none has room for a document within ``shard_passages``, those being written are finished, so that memory does not
    grow with what is added, and a new one is begun. Shards that are not changed are linked, or copied where the file
    system has no links. Not thread-safe.
    """

    def __init__(
        self,
        folder: Path,
        previous: Path | None,
        shards: Mapping[int, int],
        records: Mapping[str, FileRecord],
        *,
        shard_passages: int = SHARD_PASSAGES,
    ) -> None:
        self._folder = folder
        self._previous = previous
        self._untouched = dict(shards)
        self._records = records
        self._most = shard_passages
        self._open: dict[int, _ShardWriter] = {}
        self._written: list[int] = []
        self._committed = time.monotonic()

    def add_document(
        self, document: Document, digest: str, count: int, passages: Iterable[NewPassage], indexed_at: str
    ) -> list[int]:
        """Store a document with its passages, ``count`` of them; the numbers the passages got, in order.

        Raises CorruptIndex as ``remove_document`` does.
        """
        numbers = self._with_room(count).add(document, digest, passages, indexed_at)
        if time.monotonic() - self._committed > _COMMIT_SECONDS:
            for writer in self._open.values():
                writer.commit()
            self._committed = time.monotonic()
        return numbers

    def remove_document(self, serial: int, path: str) -> list[int]:
        """Delete a document of the shard with that serial; the numbers that its passages had.

        Raises CorruptIndex when the shard is not what was written.
        """
        return self._edited(serial).remove(path)

    def finish(self) -> tuple[list[str], list[str]]:
        """Close all shards: the names of those that were written, and of those taken over as they were."""
        empty = self._finish_open()
        if empty and not self._written and not self._untouched:
            self._written.append(empty.pop())
        for serial in empty:
            (self._folder / shard_name(serial)).unlink()
        for serial in self._untouched:
            self._link(serial)
        return [shard_name(serial) for serial in sorted(self._written)], [shard_name(one) for one in self._untouched]

    def close(self) -> None:
        """Let go of all shards, finished or not."""
        for writer in self._open.values():
            writer.close()

    def _with_room(self, passages: int) -> _ShardWriter:
        """A shard that so many passages may be added to: one being written, else the emptiest, else a new one."""
        for writer in self._open.values():
            if writer.passages + passages <= self._most or not writer.passages:
                return writer
        emptiest = min(self._untouched, key=lambda serial: self._untouched[serial], default=None)
        if emptiest is not None and self._untouched[emptiest] + passages <= self._most:
            return self._edited(emptiest)
        self._finish_open()
        serial = 1 + max([*self._written, *self._untouched], default=-1)
        self._open[serial] = _ShardWriter(self._folder / shard_name(serial), serial, new=True)
        return self._open[serial]

    def _finish_open(self) -> list[int]:
        """Finish the shards that are being written; those that hold no document."""
        empty: list[int] = []
        for serial, writer in sorted(self._open.items()):
            (empty if writer.finish() else self._written).append(serial)
        self._open.clear()
        return empty

    def _edited(self, serial: int) -> _ShardWriter:
        if serial not in self._open:
            path = self._folder / shard_name(serial)
            shutil.copyfile(self._source(serial), path)
            if record_file(path) != self._records[path.name]:
                raise CorruptIndex(f"{path.name}: was changed since it was built")
            self._open[serial] = _ShardWriter(path, serial, new=False)
            del self._untouched[serial]
        return self._open[serial]

    def _link(self, serial: int) -> None:
        source, target = self._source(serial), self._folder / shard_name(serial)
        try:
            os.link(source, target)
        except OSError:  # a file system without links
            shutil.copyfile(source, target)

    def _source(self, serial: int) -> Path:
        if self._previous is None:
            raise KeyError(serial)
        return self._previous / shard_name(serial)


def _marks(row: Sequence[object]) -> str:
    return ", ".join("?" * len(row))
