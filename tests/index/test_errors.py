"""Each error says once what mends it."""

from __future__ import annotations

import pytest

from index.errors import BadExport, CorruptIndex, MissingIndex, OutdatedIndex, SearchIndexError, UnknownDocument


@pytest.mark.parametrize("kind", [MissingIndex, OutdatedIndex, CorruptIndex, BadExport])
def test_the_command_that_mends_it_is_said_once(kind: type[SearchIndexError]) -> None:
    assert str(kind("it: is broken")) == f"it: is broken; run: {kind.command}"
    assert kind("it: is broken").what == "it: is broken"


def test_where_no_command_mends_it_none_is_said() -> None:
    assert str(UnknownDocument("it: is not there")) == "it: is not there"
