"""The Ask tab: the chat, and beside it the document that a citation comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from index.errors import SearchIndexError
from index.model import DocumentRecord
from qa.errors import QuestionError
from qa.follow_up import understand
from ui.conversation_view import Exchange, conversation_html
from ui.document_panel import DocumentPanel
from ui.document_view import Place, place_of
from ui.examples import example_questions
from ui.library_view import error_html, error_text
from ui.services import Library, StaleAnswer
from ui.theme import asset

_EVERYTHING = "All documents"
_EXAMPLES = 4
_ERRORS = (SearchIndexError, QuestionError, OSError)


@dataclass(frozen=True, slots=True)
class AskTab:
    """What other tabs need of this one: the conversation so far, a list of ``Exchange``, and the filter."""

    so_far: gr.State
    only: gr.Dropdown


def ask_tab(app: gr.Blocks, library: Library) -> AskTab:
    """Fill the tab at hand."""
    so_far = gr.State([])
    with gr.Row(equal_height=False):
        with gr.Column(scale=6, min_width=320, elem_classes="asking"):
            conversation = gr.HTML(
                conversation_html([]),
                elem_id="conversation",
                js_on_load=asset("conversation.js"),
                apply_default_css=False,
            )
            with gr.Row(elem_classes="examples"):
                examples = [gr.Button(visible=False, size="sm", min_width=240) for _ in range(_EXAMPLES)]
            with gr.Column(elem_classes="composer"):
                with gr.Row(equal_height=True):
                    question = gr.Textbox(
                        label="Question",
                        placeholder="Ask the documents",
                        autofocus=True,
                        container=False,
                        max_length=4000,
                        elem_id="question",
                        scale=4,
                    )
                    send = gr.Button("Ask", variant="primary", elem_id="ask", scale=1, min_width=90)
                only = gr.Dropdown(
                    [_EVERYTHING], value=_EVERYTHING, label="Look in", container=False, elem_id="only", min_width=160
                )
        with gr.Column(scale=5, min_width=320):
            panel = DocumentPanel(library, "document", "citation")

    def respond(text: str, exchanges: list[Exchange], where: str) -> Iterator[tuple[Any, Any, Any]]:
        yield from _respond(library, text, exchanges, where)

    def as_written(exchanges: list[Exchange], where: str, event: gr.EventData) -> tuple[Any, Any]:
        return _ask_as_written(library, exchanges, where, str(event.exchange))

    def arrive(request: gr.Request) -> tuple[Any, ...]:
        """The filter and the examples; a question in the address is asked at once.

        Without one the conversation is left alone: the reader may have asked already.
        """
        try:
            documents = library.documents()
            shown = example_questions(documents, lambda path: library.passages(path)[1], _EXAMPLES)
            asked = request.query_params.get("q", "").strip()
            first = [Exchange(asked, library.ask(asked))] if asked else []
        except _ERRORS as error:
            message = conversation_html([]) + error_html(error)
            return (message, gr.skip(), gr.skip(), *[gr.skip()] * _EXAMPLES)
        buttons = [gr.update(value=text, visible=True) for text in shown]
        buttons += [gr.update(visible=False)] * (_EXAMPLES - len(buttons))
        names = choices(documents, _EVERYTHING)
        if first:
            return (conversation_html(first), first, names, *buttons)
        return (gr.skip(), gr.skip(), names, *buttons)

    def open_place(exchanges: list[Exchange], event: gr.EventData) -> tuple[Any, Place | None]:
        return panel.open(_place(exchanges, str(event.place)))

    def judge(exchanges: list[Exchange], event: gr.EventData) -> tuple[Any, list[Exchange]]:
        return _judged(library, exchanges, str(event.vote))

    outputs = [conversation, so_far, question]
    gr.on([question.submit, send.click], respond, [question, so_far, only], outputs, api_visibility="private")
    for button in examples:
        button.click(respond, [button, so_far, only], outputs, api_visibility="private")
    conversation.select(open_place, [so_far], panel.outputs, api_visibility="private")
    conversation.like(judge, [so_far], [conversation, so_far], api_visibility="private", show_progress="hidden")
    conversation.undo(as_written, [so_far, only], [conversation, so_far], api_visibility="private")
    app.load(arrive, None, [conversation, so_far, only, *examples], api_visibility="private")
    return AskTab(so_far, only)


def choices(documents: Sequence[DocumentRecord], chosen: str) -> Any:
    """The filter with these documents to choose from; what was chosen stays, if it is still there."""
    names = [_EVERYTHING, *(record.path for record in documents)]
    return gr.update(choices=names, value=chosen if chosen in names else _EVERYTHING)


def _respond(library: Library, text: str, exchanges: list[Exchange], where: str) -> Iterator[tuple[Any, Any, Any]]:
    """Ask with the question before in mind: first what is at work, then what came of it."""
    understood = understand(text, exchanges[-1].answer.read_as if exchanges else None)
    yield conversation_html(exchanges, text, _doing(library, where)), exchanges, ""
    try:
        answered = [*exchanges, Exchange(text, library.ask(understood, _document(where)))]
    except _ERRORS as error:
        yield conversation_html(exchanges) + error_html(error), exchanges, text
        return
    yield conversation_html(answered), answered, gr.skip()


def _ask_as_written(library: Library, exchanges: list[Exchange], where: str, number: str) -> tuple[Any, Any]:
    """Ask a question again that was understood with the one before, now by itself."""
    if not number.isdecimal() or int(number) >= len(exchanges):
        return gr.skip(), gr.skip()
    asked = exchanges[int(number)].asked
    try:
        answered = [*exchanges, Exchange(asked, library.ask(asked, _document(where), mend=False))]
    except _ERRORS as error:
        return conversation_html(exchanges) + error_html(error), gr.skip()
    return conversation_html(answered), answered


def _judged(library: Library, exchanges: list[Exchange], vote: str) -> tuple[Any, list[Exchange]]:
    """Keep the verdict on an exchange, EXCHANGE:up or EXCHANGE:down; where it cannot be kept the page says why."""
    number, _, verdict = vote.partition(":")
    if not number.isdecimal() or int(number) >= len(exchanges) or verdict not in ("up", "down"):
        return gr.skip(), exchanges
    judged = exchanges[int(number)]
    try:
        library.judge(judged.answer, verdict == "up")
    except (*_ERRORS, StaleAnswer) as error:
        gr.Warning(error_text(error))
        return conversation_html(exchanges), exchanges
    exchanges = [replace(one, verdict=verdict) if one is judged else one for one in exchanges]
    return gr.skip(), exchanges


def _document(where: str) -> str | None:
    return None if where == _EVERYTHING else where


def _doing(library: Library, where: str) -> str:
    """At what the page is at work."""
    if where != _EVERYTHING:
        return f"Looking through {where} …"
    try:
        count = len(library.documents())
    except _ERRORS:
        return "Opening the index …"
    return f"Looking through {count} document{'s' if count != 1 else ''} …"


def _place(exchanges: Sequence[Exchange], name: str) -> Place | None:
    """The place of a citation or hit by its name, EXCHANGE:c:MARKER or EXCHANGE:h:RANK; None for another name."""
    try:
        exchange, kind, number = name.split(":")
        answer = exchanges[int(exchange)].answer
        return place_of(answer.citations[int(number) - 1] if kind == "c" else answer.hits[int(number) - 1])
    except (ValueError, IndexError):
        return None
