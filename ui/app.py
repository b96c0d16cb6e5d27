"""The page, wired in one place: components, events, and the functions that they are given."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import gradio as gr
from gradio.events import api

from index.errors import SearchIndexError
from ingest.errors import IngestError
from qa.errors import QuestionError
from qa.model import Answer, Citation
from qa.render import answer_json, hit_json
from ui.examples import example_questions
from ui.library_view import error_html, library_html, step_html, summary_html
from ui.render import conversation_html, document_html, mark_of
from ui.services import SUFFIXES, Library, UploadRefused

_EVERYTHING = "All documents"
_POLL_SECONDS = 5.0
_ERRORS = (SearchIndexError, IngestError, QuestionError, UploadRefused, OSError)
_WELCOME = (
    '<header class="masthead"><h1>loc. cit.</h1><p>Answers from your own documents, in their own words, '
    "each sentence with the place it comes from.</p></header>"
)
_NO_DOCUMENT = '<p class="empty">Choose a citation to see it in its document.</p>'
# A click on anything that says what to open is told to the server; a copy stays in the page.
_ON_CONVERSATION = """
element.addEventListener('click', (event) => {
  const copy = event.target.closest('[data-copy]');
  if (copy) {
    navigator.clipboard.writeText(copy.dataset.copy).then(() => { copy.textContent = 'Copied'; });
    return;
  }
  const vote = event.target.closest('[data-vote]');
  if (vote) {
    vote.parentElement.querySelectorAll('.vote').forEach((one) => one.setAttribute('aria-pressed', one === vote));
    trigger('like', { vote: vote.dataset.vote });
    return;
  }
  const open = event.target.closest('[data-open]');
  if (open) { trigger('select', { place: open.dataset.open }); }
});
watch('value', () => {
  const last = [...element.querySelectorAll('.exchange')].pop();
  if (last) { last.scrollIntoView({ block: 'start' }); }
});
"""
# Gradio names its upload button otherwise than it shows it; without a name of its own it has the one that is seen.
_ON_LOAD = """
() => {
  const rename = () => document.querySelectorAll('#files button[aria-label]').forEach(
    (button) => { if (button.innerText.trim()) { button.removeAttribute('aria-label'); } });
  new MutationObserver(rename).observe(document.body, { childList: true, subtree: true });
  rename();
}
"""
_ON_DOCUMENT = """
watch('value', () => {
  const mark = element.querySelector('mark');
  if (mark) {
    mark.scrollIntoView({ block: 'center' });
    mark.focus({ preventScroll: true });
  }
});
"""


def theme() -> gr.themes.Base:
    """Gradio's plainest theme with fonts that are on the reader's machine."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


def style() -> str:
    """The style sheet."""
    return (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def build_app(library: Library) -> gr.Blocks:
    """The page over one library."""
    with gr.Blocks(title="loccit", analytics_enabled=False) as app:
        gr.HTML(_WELCOME)
        with gr.Tabs():
            with gr.Tab("Ask"):
                _ask_tab(app, library)
            with gr.Tab("Library"):
                _library_tab(app, library)
        _endpoints(library)
        app.load(None, js=_ON_LOAD, api_visibility="private")
    return cast(gr.Blocks, app)


def _ask_tab(app: gr.Blocks, library: Library) -> None:
    answers = gr.State([])
    with gr.Row(equal_height=False):
        with gr.Column(scale=6, min_width=320, elem_classes="asking"):
            conversation = gr.HTML(
                conversation_html([]), elem_id="conversation", js_on_load=_ON_CONVERSATION, apply_default_css=False
            )
            with gr.Row(elem_classes="examples"):
                examples = [gr.Button(visible=False, size="sm", min_width=240) for _ in range(4)]
            with gr.Column(elem_classes="composer"):
                question = gr.Textbox(
                    label="Question",
                    placeholder="Ask the documents",
                    autofocus=True,
                    max_length=4000,
                    elem_id="question",
                )
                with gr.Row(equal_height=True):
                    only = gr.Dropdown([_EVERYTHING], value=_EVERYTHING, label="Look in", elem_id="only", scale=3)
                    send = gr.Button("Ask", variant="primary", elem_id="ask", scale=1, min_width=100)
        with gr.Column(scale=5, min_width=320):
            page = gr.HTML(_NO_DOCUMENT, elem_id="document", js_on_load=_ON_DOCUMENT, apply_default_css=False)

    def respond(text: str, so_far: list[Answer], where: str) -> Iterator[tuple[str, list[Answer], str]]:
        yield conversation_html(so_far, text), so_far, ""
        try:
            found = library.ask(text, None if where == _EVERYTHING else where)
        except _ERRORS as error:
            yield conversation_html(so_far) + error_html(str(error)), so_far, text
            return
        yield conversation_html([*so_far, found]), [*so_far, found], ""

    def arrive(request: gr.Request) -> tuple[Any, ...]:
        """The filter and the examples; a question in the address is asked at once.

        Without one the conversation is left alone: the reader may have asked already.
        """
        try:
            documents = library.documents()
            shown = example_questions(documents, lambda path: library.passages(path)[1], len(examples))
            asked = request.query_params.get("q", "").strip()
            so_far = [library.ask(asked)] if asked else []
        except _ERRORS as error:
            message = conversation_html([]) + error_html(str(error))
            return (message, gr.skip(), gr.skip(), *[gr.skip()] * len(examples))
        buttons = [gr.update(value=text, visible=True) for text in shown]
        buttons += [gr.update(visible=False)] * (len(examples) - len(buttons))
        names = gr.update(choices=[_EVERYTHING, *(record.path for record in documents)])
        if so_far:
            return (conversation_html(so_far), so_far, names, *buttons)
        return (gr.skip(), gr.skip(), names, *buttons)

    def open_place(so_far: list[Answer], event: gr.EventData) -> str:
        return _open(library, so_far, str(event.place))

    def judge(so_far: list[Answer], event: gr.EventData) -> None:
        number, verdict = str(event.vote).split(":")
        if number.isdecimal() and int(number) < len(so_far):
            library.judge(so_far[int(number)], verdict == "up")

    outputs = [conversation, answers, question]
    gr.on([question.submit, send.click], respond, [question, answers, only], outputs, api_visibility="private")
    for button in examples:
        button.click(respond, [button, answers, only], outputs, api_visibility="private")
    conversation.select(open_place, [answers], [page], api_visibility="private")
    conversation.like(judge, [answers], None, api_visibility="private")
    app.load(arrive, None, [conversation, answers, only, *examples], api_visibility="private")


def _open(library: Library, so_far: Sequence[Answer], place: str) -> str:
    """The document of a citation or hit, marked; ``place`` is EXCHANGE:c:MARKER or EXCHANGE:h:RANK."""
    try:
        exchange, kind, number = place.split(":")
        answer = so_far[int(exchange)]
        found = answer.citations[int(number) - 1] if kind == "c" else answer.hits[int(number) - 1]
    except (ValueError, IndexError):
        return _NO_DOCUMENT
    document = found.hit.document if isinstance(found, Citation) else found.document
    try:
        return document_html(*library.passages(document.path), mark_of(found))
    except _ERRORS as error:
        return error_html(str(error))


def _library_tab(app: gr.Blocks, library: Library) -> None:
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


def _endpoints(library: Library) -> None:
    """The same functions for programs, by name; all of them only read."""

    def ask(question: str, document: str | None = None) -> dict[str, Any]:
        """Answer a question with quoted sentences and their places, or abstain: the JSON of ``qa ask --json``."""
        return answer_json(library.ask(question, document or None))

    def search(question: str, document: str | None = None) -> list[dict[str, Any]]:
        """The passages nearest to a question, best first."""
        return [hit_json(hit) for hit in library.ask(question, document or None).hits]

    def list_documents() -> list[dict[str, Any]]:
        """The documents of the library with their titles, formats and numbers of pages and passages."""
        return [
            {
                "document": record.path,
                "title": record.title,
                "format": record.format.value,
                "pages": record.pages,
                "passages": record.passages,
            }
            for record in library.documents()
        ]

    api(ask, api_name="ask")
    api(search, api_name="search")
    api(list_documents, api_name="list_documents")
