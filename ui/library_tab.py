"""The Library tab: what is indexed, adding, removing, rebuilding."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import SearchIndexError
from ingest.errors import IngestError
from ui.ask_tab import choices
from ui.library_view import error_html, library_html, removable, step_html, summary_html
from ui.services import SUFFIXES, Library, UploadRefused

_POLL_SECONDS = 5.0
_ERRORS = (SearchIndexError, IngestError, UploadRefused, OSError)


def library_tab(app: gr.Blocks, library: Library, only: gr.Dropdown) -> None:
    """Fill the tab at hand; ``only`` is the chat's filter by document, which follows the library."""
    table = gr.HTML(elem_id="library", apply_default_css=False)
    progress = gr.HTML(elem_id="progress", apply_default_css=False)
    with gr.Row(equal_height=False):
        with gr.Column(min_width=300):
            files = gr.File(
                label="Add documents", file_count="multiple", file_types=list(SUFFIXES), elem_id="files", height=150
            )
            add = gr.Button("Add and rebuild", variant="primary", elem_id="add")
            rebuild = gr.Button("Rebuild", elem_id="rebuild")
        with gr.Column(min_width=300):
            name = gr.Dropdown([], label="Remove a document", elem_id="remove-name")
            sure = gr.Checkbox(label="Yes, take it out of the library", elem_id="sure")
            remove = gr.Button("Remove", variant="stop", elem_id="remove")

    def show(chosen: str) -> tuple[Any, Any, Any]:
        """The table, what can be removed, and the filter."""
        try:
            status = library.status()
        except _ERRORS as error:
            return error_html(error), gr.skip(), gr.skip()
        return library_html(status), gr.update(choices=list(removable(status))), choices(status.documents, chosen)

    def run(chosen: str) -> Iterator[tuple[Any, Any, Any, Any]]:
        """Rebuild: how it goes, then what came of it."""
        stage, since = "", time.monotonic()
        done: Any = gr.skip()
        try:
            for step in library.rebuild():
                if step.stage != stage:
                    stage, since = step.stage, time.monotonic()
                yield gr.skip(), step_html(step, time.monotonic() - since), gr.skip(), gr.skip()
        except _ERRORS as error:
            done = error_html(error)
        table, names, filtered = show(chosen)
        yield table, done, names, filtered

    def add_files(dropped: list[str] | None, chosen: str) -> Iterator[tuple[Any, ...]]:
        try:
            library.add([Path(path) for path in dropped or []])
        except _ERRORS as error:
            yield gr.skip(), error_html(error), gr.skip(), gr.skip(), None
            return
        for result in run(chosen):
            yield (*result, None)

    def take_out(name: str | None, confirmed: bool, chosen: str) -> tuple[Any, ...]:
        if not name or not confirmed:
            return gr.skip(), error_html("Choose a document and confirm that it may go."), gr.skip(), gr.skip(), False
        try:
            said = summary_html(library.remove(name))
        except _ERRORS as error:
            said = error_html(error)
        table, names, filtered = show(chosen)
        return table, said, gr.update(**{**names, "value": None}), filtered, False

    shown = [table, name, only]
    outputs = [table, progress, name, only]
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    rebuild.click(run, [only], outputs, **quiet)
    add.click(add_files, [files, only], [*outputs, files], **quiet)
    remove.click(take_out, [name, sure, only], [*outputs, sure], **quiet)
    app.load(show, [only], shown, **quiet)
    gr.Timer(_POLL_SECONDS).tick(show, [only], shown, **quiet)
