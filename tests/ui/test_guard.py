"""Requests from other sites and under other names are refused, to the endpoints for programs as well."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.guard import LOOPBACK, NeededRoutesOnly, SameSiteOnly


async def _answer(_: Request) -> PlainTextResponse:
    return PlainTextResponse("in")


def client(hosts: tuple[str, ...]) -> TestClient:
    routes = [Route("/", _answer, methods=["GET", "POST"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(SameSiteOnly, hosts=hosts)]))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "127.0.0.1:7860"}, 200),
        ({"host": "localhost:7860", "origin": "http://localhost:7860"}, 200),
        ({"host": "[::1]:7860"}, 200),
        ({"host": "evil.example:7860"}, 403),
        ({"host": "127.0.0.1.evil.example"}, 403),
        ({"host": ""}, 403),
        ({"host": "127.0.0.1:7860", "origin": "http://evil.example"}, 403),
        ({"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:8000"}, 403),
        ({"host": "127.0.0.1:7860", "origin": "null"}, 403),
    ],
)
def test_on_this_machine_only_its_own_page_may_ask(headers: dict[str, str], status: int) -> None:
    assert client(LOOPBACK).post("/", headers=headers).status_code == status


def test_elsewhere_any_name_will_do_but_no_other_site() -> None:
    assert client(()).post("/", headers={"host": "docs.example"}).status_code == 200
    assert client(()).post("/", headers={"host": "a.example", "origin": "http://b.example"}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/queue/join", "/gradio_api/call/ask", "/mcp"])
def test_what_the_page_needs_is_open(path: str) -> None:
    assert needed().get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://example.org/x",
        "/gradio_api/file=HTTPS://example.org/x",
        "/gradio_api/file=/tmp/%2e%2e/etc/passwd",
        "/gradio_api/proxy=http://example.org/x",
        "/gradio_api/vibe-code",
        "/gradio_api/undo-vibe-edit/",
        "/gradio_api/dev/reload",
        "/gradio_api/runs",
        "/gradio_api/custom_component/x/server/y/z.py",
        "/monitoring",
        "/openapi.json",
        "/docs",
        "/static/../../etc/passwd",
    ],
)
def test_what_fetches_passes_on_or_changes_is_shut(path: str) -> None:
    assert needed().get(path).status_code == 404


def needed() -> TestClient:
    routes = [Route("/{path:path}", _answer, methods=["GET", "POST"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(NeededRoutesOnly)]))
