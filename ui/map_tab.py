"""The Map tab: the library in two dimensions, and beside it the passage that was chosen."""

from __future__ import annotations

from typing import Any

import gradio as gr

from index.errors import SearchIndexError
from ui.conversation_view import Exchange
from ui.document_panel import DocumentPanel
from ui.document_view import Place, passage_place
from ui.library_view import error_html
from ui.map_view import map_html
from ui.services import Library
from ui.theme import asset

_DRAWING = '<p class="working" role="status">Drawing the map …</p>'


def map_tab(tab: gr.Tab, library: Library, so_far: gr.State) -> None:
    """Fill the tab at hand; it is drawn when it is first looked at."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=7, min_width=320):
            shown = gr.HTML(_DRAWING, elem_id="map", js_on_load=asset("map.js"), apply_default_css=False)
        with gr.Column(scale=4, min_width=320):
            panel = DocumentPanel(library, "map-document", "passage")

    def show(exchanges: list[Exchange]) -> str:
        try:
            return map_html(library.map(), exchanges[-1].answer if exchanges else None)
        except SearchIndexError as error:
            return error_html(error)

    def open_passage(event: gr.EventData) -> tuple[Any, Place | None]:
        try:
            return panel.open(passage_place(*library.passage(str(event.passage))))
        except SearchIndexError as error:
            return error_html(error), None

    tab.select(show, [so_far], [shown], api_visibility="private")
    shown.select(open_passage, None, panel.outputs, api_visibility="private")
