"""Everything that building, opening or searching an index can fail with.

SearchIndexError
├── MissingIndex      no index has been built here
├── OutdatedIndex     built by another version or for another model
├── CorruptIndex      a file of it is missing, cut short or changed
├── UnwritableIndex   the disk is full, or the folder may not be written to
├── IndexLocked       another build is at work
├── NothingToIndex    the folder holds no document that can be read
├── UnknownDocument   no document of that name
├── UnknownPassage    no passage with that id
├── ModelError        the embedding model cannot be found, loaded or trusted
│   └── BadExport     its export is missing, cut short or changed
└── BadSettings       loccit.toml cannot be used
"""

from __future__ import annotations


class SearchIndexError(Exception):
    """One sentence saying what is wrong, where, and what to do; without the ``command`` that mends it, ``what``."""

    command = ""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"{self.what}; run: {self.command}" if self.command else self.what


class MissingIndex(SearchIndexError):
    """No index has been built here."""

    command = "python -m index build"


class OutdatedIndex(SearchIndexError):
    """The index was built by another version or for another model."""

    command = "python -m index build"


class CorruptIndex(SearchIndexError):
    """A file of the index is missing, cut short or changed."""

    command = "python -m index build --full"


class UnwritableIndex(SearchIndexError):
    """The disk is full, or the folder may not be written to."""


class IndexLocked(SearchIndexError):
    """Another build is at work."""


class NothingToIndex(SearchIndexError):
    """The folder holds no document that can be read."""


class UnknownDocument(SearchIndexError):
    """No document of that name is in the index."""


class UnknownPassage(SearchIndexError):
    """No passage of the index has that id."""


class ModelError(SearchIndexError):
    """The embedding model cannot be found, loaded or trusted."""


class BadExport(ModelError):
    """The model's export is missing, cut short or changed."""

    command = "python -m index build"


class BadSettings(SearchIndexError):
    """The settings file cannot be used."""
