"""The page, wired in one place: its tabs, its endpoints, and the server that it runs on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import gradio as gr
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from ui.ask_tab import ask_tab
from ui.endpoints import add_endpoints, mcp_server
from ui.guard import LOOPBACK, NeededRoutesOnly, SameSiteOnly
from ui.library_tab import library_tab
from ui.limits import Limits
from ui.map_tab import map_tab
from ui.quality_tab import quality_tab
from ui.services import MAX_BYTES, MAX_FILES, Library
from ui.theme import asset, theme

_AT_ONCE = 8
# Whoever comes when so many wait is told that the page is busy.
_WAITING = 200
# Gradio keeps some 90 kB for each of so many visitors, and takes every call of an endpoint for another one.
_VISITORS = 500
_WELCOME = (
    '<header class="masthead"><h1>loc. cit.</h1><p>Answers from your own documents, in their own words, '
    "each sentence with the place it comes from.</p></header>"
)


def build_app(library: Library) -> gr.Blocks:
    """The page over one library."""
    with gr.Blocks(title="loccit", analytics_enabled=False) as app:
        gr.HTML(_WELCOME)
        with gr.Tabs():
            with gr.Tab("Ask"):
                asking = ask_tab(app, library)
            with gr.Tab("Library"):
                library_tab(app, library, asking.only)
            with gr.Tab("Map") as tab:
                map_tab(tab, library, asking.so_far)
            with gr.Tab("Quality") as tab:
                quality_tab(tab, library)
        add_endpoints(library)
        app.load(None, js=asset("page.js"), api_visibility="private")
    return cast(gr.Blocks, app)


def _only_posts(route: BaseRoute) -> BaseRoute:
    """Without sessions there is nothing to listen for: a GET, which would be held open, is answered 405."""
    if isinstance(route, Route):
        route.methods = {"POST"}
    return route


def serve(
    library: Library,
    *,
    host: str,
    port: int,
    check: Callable[[str, str], bool] | None = None,
    mcp: bool = False,
    browser: bool = False,
    wait: bool = True,
) -> gr.Blocks:
    """Serve the page; with ``wait`` until it is stopped. ``check`` tells whether a name and a password may enter.

    ``mcp`` serves the endpoints as MCP tools too. Nobody is asked for a password there, so that it cannot go with
    ``check``: raises ValueError.
    """
    if mcp and check is not None:
        raise ValueError("MCP cannot be protected by passwords")
    app = build_app(library)
    guard: Any = Middleware(SameSiteOnly, hosts=LOOPBACK if host in LOOPBACK else ())
    limits: Any = Middleware(Limits, upload_bytes=MAX_FILES * MAX_BYTES)
    inside: dict[str, Any] = {"middleware": [guard, Middleware(NeededRoutesOnly), limits]}
    if mcp:
        server = mcp_server(library)
        inside["routes"] = [_only_posts(route) for route in server.streamable_http_app().routes]
        inside["lifespan"] = lambda _: server.session_manager.run()
    app.queue(default_concurrency_limit=_AT_ONCE, max_size=_WAITING).launch(
        server_name=host,
        server_port=port,
        auth=check,
        theme=theme(),
        css=asset("style.css"),
        footer_links=[],
        quiet=True,
        share=False,
        show_error=False,
        inbrowser=browser,
        max_file_size=MAX_BYTES,
        enable_monitoring=False,
        mcp_server=False,
        state_session_capacity=_VISITORS,
        app_kwargs=inside,
        prevent_thread_lock=not wait,
        pwa=False,
        ssr_mode=False,
    )
    return app
