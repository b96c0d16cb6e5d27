"""How much and how often one may ask of the page's server: sizes of requests, and tries at the password."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Files come in requests of their own; whatever else is sent is short.
_UPLOAD = "/upload"
_LONGEST = 4 * 1024 * 1024
_LOGIN = "/login"
_TRIES, _SECONDS = 10, 60.0


class TooLarge(Exception):
    """A request is longer than it may be."""


class Limits:
    """ASGI middleware: 413 for what is too long, 429 for the eleventh try at a password within a minute.

    ``upload_bytes`` is the most that may be uploaded at once; ``clock`` tells seconds.
    """

    def __init__(self, app: ASGIApp, upload_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._upload_bytes = upload_bytes
        self._clock = clock
        self._tries: dict[str, deque[float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from starlette.responses import PlainTextResponse

        if scope["method"] == "POST" and scope["path"].endswith(_LOGIN) and self._tries_too_often(scope):
            await PlainTextResponse("Too many tries; wait a minute.", 429)(scope, receive, send)
            return
        most, seen, begun = self._upload_bytes if scope["path"].endswith(_UPLOAD) else _LONGEST, 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if _declared(scope) > most:
                raise TooLarge
            await self._app(scope, counted, noted)
        except TooLarge:
            if not begun:
                await PlainTextResponse("The request is too long.", 413)(scope, receive, send)

    def _tries_too_often(self, scope: Scope) -> bool:
        """Whether a client has tried a password too often of late; this try counts."""
        now = self._clock()
        for client in [client for client, tries in self._tries.items() if now - tries[-1] > _SECONDS]:
            del self._tries[client]
        tries = self._tries.setdefault(str((scope.get("client") or ("",))[0]), deque(maxlen=_TRIES + 1))
        tries.append(now)
        return len(tries) > _TRIES and now - tries[0] <= _SECONDS


def _declared(scope: Scope) -> int:
    """The length of its body that a request declares, 0 where it declares none."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0
