"""The Quality tab: what the last evaluation measured."""

from __future__ import annotations

import gradio as gr

from index.errors import SearchIndexError
from ui.library_view import error_html
from ui.quality_view import quality_html
from ui.services import Library


def quality_tab(tab: gr.Tab, library: Library) -> None:
    """Fill the tab at hand; it is read anew whenever it is looked at."""
    shown = gr.HTML(elem_id="quality", apply_default_css=False)

    def show() -> str:
        try:
            return quality_html(*library.evaluation())
        except SearchIndexError as error:
            return error_html(error)

    tab.select(show, None, [shown], api_visibility="private")
