"""Who may talk to the page's server: nobody through another site or under another name.

A page elsewhere can make a reader's browser send requests to this machine (cross-site requests), and a name that is
made to point here (DNS rebinding) passes for the same site. Browsers say in ``Origin`` which page asks and in ``Host``
under which name; both are checked for every request, the endpoints for programs and MCP included. Of Gradio's many
routes only those that the page needs are open: others fetch addresses, pass requests on, or change programs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")


_NEEDED = re.compile(
    r"/|/(?:config|info|theme\.css|favicon\.ico|robots\.txt|manifest\.json|login|logout|user|token|login_check)/?"
    r"|/(?:static|assets|svelte)/(?!.*\.\.).*"
    r"|/gradio_api/(?:info|config|user|token|login_check|app_id|startup-events|theme\.css|upload|upload_progress|reset|cancel)/?"
    r"|/gradio_api/(?:queue/(?:join|data)|heartbeat/\w+|(?:call|api|run)(?:/v2)?/\w+(?:/\w+)?)/?"
    r"|/gradio_api/file=(?!.*(?:://|\.\.)).*"
    r"|/mcp/?"
)


class NeededRoutesOnly:
    """ASGI middleware: 404 for every route that the page, its endpoints and MCP can do without."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 404."""
        if scope["type"] in ("http", "websocket") and not _NEEDED.fullmatch(scope["path"]):
            from starlette.responses import PlainTextResponse

            await PlainTextResponse("There is nothing here.", 404)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class SameSiteOnly:
    """ASGI middleware; ``hosts`` are the names that the server goes by, any where there are none."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str] = ()) -> None:
        self._app = app
        self._hosts = tuple(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403."""
        if scope["type"] in ("http", "websocket") and not self._allows(scope):
            from starlette.responses import PlainTextResponse

            await PlainTextResponse("Requests from other sites are refused.", 403)(scope, receive, send)
            return

        async def unframed(message: Message) -> None:
            """No other site may show the page inside its own, where a click would not do what it seems to."""
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", []),
                    (b"content-security-policy", b"frame-ancestors 'self'"),
                ]
            await send(message)

        await self._app(scope, receive, unframed)

    def _allows(self, scope: Scope) -> bool:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if self._hosts and urlsplit(f"//{host}").hostname not in self._hosts:
            return False
        origin = headers.get(b"origin")
        return origin is None or urlsplit(origin).netloc == host
