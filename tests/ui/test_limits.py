"""Requests that are too long or too many are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.limits import Limits


async def _length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def client(clock: Callable[[], float]) -> TestClient:
    routes = [Route(path, _length, methods=["POST"]) for path in ("/ask", "/upload", "/login")]
    limits = Middleware(Limits, upload_bytes=6_000_000, clock=clock)
    return TestClient(Starlette(routes=routes, middleware=[limits]))


def _parts(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield bytes(1_000_000)


def test_a_request_that_is_too_long_is_refused_whether_it_says_so_or_not() -> None:
    asking = client(lambda: 0.0)
    assert asking.post("/ask", content=bytes(4_000_000)).text == "4000000"
    assert asking.post("/ask", content=bytes(5_000_000)).status_code == 413
    assert asking.post("/ask", content=_parts(4)).text == "4000000"
    assert asking.post("/ask", content=_parts(5)).status_code == 413
    assert asking.post("/upload", content=_parts(5)).text == "5000000"
    assert asking.post("/upload", content=_parts(7)).status_code == 413


def test_passwords_may_be_tried_ten_times_a_minute() -> None:
    now = 0.0
    asking = client(lambda: now)
    codes = [asking.post("/login").status_code for _ in range(12)]
    assert codes == [200] * 10 + [429] * 2
    assert asking.post("/ask").status_code == 200
    now = 61.0
    assert asking.post("/login").status_code == 200
