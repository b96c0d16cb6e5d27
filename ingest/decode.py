"""Bytes to text: the encoding is told by a byte order mark, by UTF-8 being strict, or by statistics."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from ingest.errors import BinaryFile

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 64 * 1024
# Text has almost no control bytes; compressed or executable data has about one in nine.
_MAX_CONTROL_SHARE = 0.02


def decode(data: bytes, name: str) -> str:
    """Decode ``data`` without changing a character: newlines and a UTF-8 mark stay where they are.

    Raises BinaryFile when the bytes are not text in any encoding.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, encoding, name)
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        return _decode_as(data, _wide_encoding(sample, name), name)
    if len(_CONTROL.findall(sample)) > _MAX_CONTROL_SHARE * len(sample):
        raise _binary(name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(sample).best()
        if best is None:
            raise _binary(name) from None
        return _decode_as(data, best.encoding, name)


def _wide_encoding(sample: bytes, name: str) -> str:
    """UTF-16 without a mark: in Western text nearly every other byte is zero."""
    half = max(1, len(sample) // 2)
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.7 and even < 0.1:
        return "utf-16-le"
    if even > 0.7 and odd < 0.1:
        return "utf-16-be"
    raise _binary(name)


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise _binary(name) from None


def _binary(name: str) -> BinaryFile:
    return BinaryFile(f"{name}: holds bytes, not text; convert it to text, Markdown, HTML or PDF.")
