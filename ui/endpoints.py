"""The library for programs: functions that only read, as named endpoints of the page and as tools of MCP."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.events import api

from index.errors import SearchIndexError
from qa.errors import QuestionError
from qa.render import answer_json, document_json, hit_json, passage_json
from ui.services import Library

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

MCP_PATH = "/mcp"
_INSTRUCTIONS = (
    "Answers questions from a person's own documents, in the documents' own words, each quote with its exact place. "
    "When the documents do not say, the answer's status is 'abstained': then say so, and do not answer from elsewhere."
)


def functions(library: Library) -> tuple[Callable[..., Any], ...]:
    """What programs may do with a library. All raise a SearchIndexError or QuestionError, one sentence each."""

    def ask(question: str, document: str | None = None) -> dict[str, Any]:
        """Answer a question from the documents in their own words, or abstain when they do not say.

        The answer consists of verbatim quotes; each citation has its document, heading, page and exact place. The
        question must stand by itself. Name a document to look only into it.
        """
        return answer_json(library.ask(question, document or None))

    def search(question: str, document: str | None = None) -> list[dict[str, Any]]:
        """The passages nearest to a question or to some words, best first, each with its place and its text.

        Name a document to look only into it.
        """
        return [hit_json(hit) for hit in library.search(question, document or None)]

    def list_documents() -> list[dict[str, Any]]:
        """The documents of the library: names, titles, authors, formats, numbers of pages and passages."""
        return [document_json(record) for record in library.documents()]

    def get_passage(passage: str) -> dict[str, Any]:
        """One passage whole, by the id that comes with every hit, sentence by sentence with its place."""
        return passage_json(*library.passage(passage))

    return ask, search, list_documents, get_passage


def add_endpoints(library: Library) -> None:
    """Put the functions into the Gradio app at hand, under their names."""
    for function in functions(library):
        api(_told(function), api_name=function.__name__)


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its errors told to the caller; Gradio keeps other errors to itself."""

    @functools.wraps(function)
    def told(*values: Any) -> Any:
        try:
            return function(*values)
        except (SearchIndexError, QuestionError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    return told


def mcp_server(library: Library) -> FastMCP:
    """The functions as tools of an MCP server without sessions, declared read-only."""
    from mcp.server.fastmcp import FastMCP
    from mcp.types import ToolAnnotations

    server = FastMCP(
        "loccit",
        _INSTRUCTIONS,
        stateless_http=True,
        json_response=True,
        streamable_http_path=MCP_PATH,
        log_level="ERROR",
    )
    read_only = ToolAnnotations(readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False)
    for function in functions(library):
        server.add_tool(function, annotations=read_only)
    return server
