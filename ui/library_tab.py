"""The Library tab: what is indexed, adding, removing, rebuilding."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import SearchIndexError
from ingest.errors import IngestError
from ui.library_view import error_html, library_html, step_html, summary_html
from ui.services import SUFFIXES, Library, UploadRefused

_POLL_SECONDS = 5.0
_ERRORS = (SearchIndexError, IngestError, UploadRefused, OSError)


def library_tab(app: gr.Blocks, library: Library) -> None:
    """Fill the tab at hand."""
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

    def show() -> tuple[str, Any]:
        try:
            status = library.status()
        except _ERRORS as error:
            return error_html(str(error)), gr.update()
        return library_html(status), gr.update(choices=[record.path for record in status.documents])

    def run() -> Iterator[tuple[str, str, Any]]:
        started = time.monotonic()
        try:
            for step in library.rebuild():
                yield (gr.skip(), step_html(step, time.monotonic() - started), gr.skip())
            done = gr.skip()
        except _ERRORS as error:
            done = error_html(str(error))
        shown, choices = show()
        yield shown, done, choices

    def add_files(chosen: list[str] | None) -> Iterator[tuple[Any, ...]]:
        try:
            library.add([Path(path) for path in chosen or []])
        except _ERRORS as error:
            yield gr.skip(), error_html(str(error)), gr.skip(), None
            return
        for result in run():
            yield (*result, None)

    def take_out(chosen: str | None, confirmed: bool) -> tuple[Any, ...]:
        if not chosen or not confirmed:
            return gr.skip(), error_html("Choose a document and confirm that it may go."), gr.skip(), False
        try:
            said = summary_html(library.remove(chosen))
        except _ERRORS as error:
            said = error_html(str(error))
        shown, choices = show()
        return shown, said, gr.update(**{**choices, "value": None}), False

    outputs = [table, progress, name]
    rebuild.click(run, None, outputs, api_visibility="private", concurrency_limit=1)
    add.click(add_files, [files], [*outputs, files], api_visibility="private", concurrency_limit=1)
    remove.click(take_out, [name, sure], [*outputs, sure], api_visibility="private", concurrency_limit=1)
    app.load(show, None, [table, name], api_visibility="private")
    gr.Timer(_POLL_SECONDS).tick(show, None, [table, name], api_visibility="private", show_progress="hidden")
