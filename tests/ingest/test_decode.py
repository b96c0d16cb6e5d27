from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decode import decode
from ingest.errors import BinaryFile

GERMAN = "Größere Mengen Öl fließen über die Straße. Früher war das ärgerlich, später nicht mehr. " * 5


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("cp1252", b""), ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)],
)
def test_encodings_are_detected(encoding: str, mark: bytes) -> None:
    assert decode(mark + GERMAN.encode(encoding), "a.txt") == GERMAN


def test_wide_encodings_without_a_mark_are_told_by_their_zeros() -> None:
    assert decode("plain words".encode("utf-16-le"), "a.txt") == "plain words"
    assert decode("plain words".encode("utf-16-be"), "a.txt") == "plain words"


def test_a_mark_stays_so_that_offsets_are_those_of_the_file() -> None:
    assert decode(codecs.BOM_UTF8 + b"text", "a.txt") == "\ufefftext"


@pytest.mark.parametrize("data", [b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\x03", bytes(range(256)) * 4])
def test_bytes_that_are_not_text_are_refused(data: bytes) -> None:
    with pytest.raises(BinaryFile, match=r"a\.txt: holds bytes"):
        decode(data, "a.txt")


@given(st.text().filter(lambda text: "\0" not in text))
def test_newlines_and_every_character_are_kept(text: str) -> None:
    try:
        assert decode(text.encode("utf-8"), "a.txt") == text
    except BinaryFile:
        assert any(ord(character) < 32 for character in text)
