"""The panel beside the chat and the map that shows a document with what was chosen marked."""

from __future__ import annotations

from typing import Any

import gradio as gr

from index.errors import SearchIndexError
from ingest.model import Format
from ui.document_view import Place, document_html, facsimile_html
from ui.facsimile import PageNotShown
from ui.library_view import error_html
from ui.services import Library
from ui.theme import asset


class DocumentPanel:
    """The panel's components: ``outputs`` are what an event that opens a place gives values for."""

    def __init__(self, library: Library, elem_id: str, what: str) -> None:
        self._empty = f'<p class="empty">Choose a {what} to see it in its document.</p>'
        self._library = library
        self._place = gr.State(None)
        self._shown = gr.HTML(
            self._empty,
            elem_id=elem_id,
            elem_classes="document-panel",
            js_on_load=asset("document.js"),
            apply_default_css=False,
        )
        self.outputs = [self._shown, self._place]
        self._shown.select(self._turn, [self._place], [self._shown], api_visibility="private")

    def open(self, place: Place | None) -> tuple[Any, Place | None]:
        """Values for ``outputs`` that show a place."""
        return (self._empty if place is None else opened(self._library, place)), place

    def _turn(self, place: Place | None, event: gr.EventData) -> Any:
        page = str(event.page)
        return opened(self._library, place, int(page)) if place and page.isdecimal() else gr.skip()


def opened(library: Library, place: Place, page: int | None = None) -> str:
    """The document of a place, marked; of a PDF the page as it is printed, ``page`` where another was turned to."""
    try:
        document, passages = library.passages(place.document.path)
    except SearchIndexError as error:
        return error_html(error)
    picture, note = "", ""
    if document.format is Format.PDF and document.id == place.document.id:
        try:
            shown, pages = library.facsimile(document, page or place.page or 1, place.spans)
            picture = facsimile_html(document, shown, pages)
        except PageNotShown as error:
            note = str(error)
    return document_html(document, passages, place, picture, note)
