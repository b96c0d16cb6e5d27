"""Bytes to text: the encoding is told by a byte order mark, by UTF-8 being strict, or by statistics."""

from __future__ import annotations

import codecs
import re

from ingest.errors import BinaryFile

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SAMPLE = 64 * 1024
# Text has almost no control bytes; compressed or executable data has about one in nine.
_MAX_CONTROL_SHARE = 0.02
# A stray byte in UTF-8 is replaced, not taken as a sign of another encoding.
_MAX_STRAY_SHARE = 0.01
# With fewer letters beyond ASCII than this, statistics mistake one Western encoding for another.
_ENOUGH_TO_TELL = 300


def decode(data: bytes, name: str) -> str:
    """Decode ``data`` without changing a character: newlines and a UTF-8 mark stay where they are.

    Bytes that have no meaning in the encoding become U+FFFD. Raises BinaryFile when the bytes are not text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    sample = data[:_SAMPLE]
    wide = _wide_encoding(sample)
    if wide:
        return data.decode(wide, "replace")
    if len(_CONTROL.findall(sample)) > _MAX_CONTROL_SHARE * len(sample):
        raise BinaryFile(f"{name}: holds bytes, not text; convert it to text, Markdown, HTML or PDF.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_otherwise(data)


def storable(text: str) -> str:
    """A text without lone surrogates, which no encoding can store: each becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without a mark: in Western text nearly every other byte is zero."""
    half = max(1, len(sample) // 2)
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.7 and even < 0.1:
        return "utf-16-le"
    if even > 0.7 and odd < 0.1:
        return "utf-16-be"
    return None


def _decode_otherwise(data: bytes) -> str:
    """Text that is not strict UTF-8: nearly UTF-8, told by its letters, or Western as most such files are."""
    beyond = len(_NOT_ASCII.findall(data))
    repaired = data.decode("utf-8", "replace")
    if repaired.count("\ufffd") <= _MAX_STRAY_SHARE * beyond:
        return repaired
    if beyond >= _ENOUGH_TO_TELL:
        from charset_normalizer import from_bytes

        first = next(iter(_NOT_ASCII.finditer(data))).start()
        best = from_bytes(data[max(0, first - 1000) : first + _SAMPLE]).best()
        if best is not None:
            return data.decode(best.encoding, "replace")
    return data.decode("cp1252", "replace")
