"""What the Library page says."""

from __future__ import annotations

from index.errors import CorruptIndex, IndexLocked, MissingIndex
from ui.library_view import error_html, error_text


def test_a_page_names_its_button_where_the_terminal_names_a_command() -> None:
    assert error_text(MissingIndex("x: holds no index")) == "x: holds no index; press Rebuild on the Library page."
    assert "python" not in error_text(CorruptIndex("x: was changed"))
    assert error_text(IndexLocked("another build is at work; wait.")) == "another build is at work; wait."


def test_an_error_is_text_on_the_page() -> None:
    assert error_html("<b> & more") == '<p class="error" role="alert">&lt;b&gt; &amp; more</p>'
