from __future__ import annotations

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.escape import escape


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '" onmouseover="alert(1)',
        "' autofocus onfocus='alert(1)",
        "![x](https://example.org/x.png)",
        "[x](javascript:alert(1))",
        "${alert(1)} {{constructor}} `x`",
    ],
)
def test_nothing_is_live(text: str) -> None:
    shown = escape(text)
    assert not set("<>\"'{}$`") & set(shown)
    assert html.unescape(shown) == text


def test_directions_and_controls_are_dropped() -> None:
    assert escape("a\u202eb\u2066c\x1b[31md\x00") == "abc[31md"


@given(st.text())
def test_whatever_the_text_there_is_no_tag(text: str) -> None:
    parser = Tags()
    parser.feed(f"<p title='{escape(text)}'>{escape(text)}</p>")
    assert parser.tags == ["p"]
