"""Everything that reading a document can fail with.

IngestError
├── UnreadableFile      the file cannot be opened
├── EmptyDocument       nothing to read in it
├── UnknownFormat       neither its name nor its content is of a known format
├── BinaryFile          it holds bytes, not text
├── EncryptedDocument   it needs a password
├── NoTextLayer         its pages are pictures: it needs OCR
├── BrokenDocument      it claims a format but cannot be parsed as such
├── OverLimit           reading it takes more time or memory than one file may
└── BadSidecar          its provenance record cannot be used
"""

from __future__ import annotations


class IngestError(Exception):
    """One sentence saying what is wrong, where, and what to do."""


class UnreadableFile(IngestError):
    """The file cannot be opened."""


class EmptyDocument(IngestError):
    """There is nothing to read in the file."""


class UnknownFormat(IngestError):
    """Neither the name nor the content tells a known format."""


class BinaryFile(IngestError):
    """The file holds bytes that are not text."""


class EncryptedDocument(IngestError):
    """The file needs a password."""


class NoTextLayer(IngestError):
    """The pages are pictures without text."""


class BrokenDocument(IngestError):
    """The file claims a format but cannot be parsed as such."""


class OverLimit(IngestError):
    """Reading the file takes more time or memory than one file may."""


class BadSidecar(IngestError):
    """The provenance record beside a document cannot be used."""
