"""The stems under which the lexical index knows words: told by its own tokenizer, so that both always agree."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

# SQLite's FTS5: words without diacritics, by Porter's stems (1980).
TOKENIZER = "porter unicode61 remove_diacritics 2"


class Stemmer:
    """Words in, stems out. Not to be used by two threads at a time."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.execute(f'CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = "{TOKENIZER}")')
        self._connection.execute("CREATE VIRTUAL TABLE stems USING fts5vocab ('words', 'instance')")

    def stems(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """The stems of each word, several where the index parts it, none where it holds nothing that is indexed."""
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", list(enumerate(words)))
        found: list[list[str]] = [[] for _ in words]
        for number, stem in self._connection.execute("SELECT doc, term FROM stems ORDER BY doc, offset"):
            found[number].append(stem)
        self._connection.execute("ROLLBACK")
        return [tuple(stems) for stems in found]
