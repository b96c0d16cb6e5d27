"""The page behind a password, in a process of its own: who is let in, what can be had, what is written down."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from tests.conftest import ROOT, Library
from ui.auth import hash_password

pytestmark = pytest.mark.slow
NAME, PASSWORD = "reader", "a long pass phrase"
SECRET = "heliotrope"


@dataclass
class Site:
    """A running page, its address, its library and what it has printed so far."""

    address: str
    library: Library
    log: Path
    clients: ExitStack

    def client(self, cookies: httpx.Cookies | None = None) -> httpx.Client:
        return self.clients.enter_context(httpx.Client(base_url=self.address, timeout=20, cookies=cookies))

    def enter(self, password: str = PASSWORD) -> httpx.Client:
        client = self.client()
        client.post("/login", data={"username": NAME, "password": password})
        return client


def serve(library: Library, folder: Path) -> Iterator[Site]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    users, log = folder / "users", folder / "log"
    users.write_text(f"{NAME}:{hash_password(PASSWORD, secrets.token_bytes(16))}\n")
    arguments = ["--port", str(port), "--auth-file", str(users), "--seeds", str(library.seeds)]
    command = [sys.executable, "-m", "ui", *arguments, "--index", str(library.folder)]
    with log.open("w") as written:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=written, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
    site = Site(f"http://127.0.0.1:{port}", library, log, ExitStack())
    try:
        for _ in range(240):
            time.sleep(0.25)
            try:
                site.client().get("/")
                break
            except httpx.TransportError:
                assert process.poll() is None, log.read_text()
        yield site
    finally:
        site.clients.close()
        process.terminate()
        process.wait(20)


@pytest.fixture
def site(library: Library, tmp_path: Path) -> Iterator[Site]:
    library.fill()
    library.write("secret.txt", f"The {SECRET} opens at dusk. Nobody else knows of the {SECRET}.\n")
    library.build()
    yield from serve(library, tmp_path)


DATA = ("/config", "/gradio_api/info", "/gradio_api/queue/data?session_hash=x", "/gradio_api/file=/etc/passwd")


def test_who_may_enter_and_what_can_be_had(site: Site, tmp_path: Path) -> None:
    outside = site.client()
    for path in DATA:
        assert outside.get(path).status_code == 401, path
    asking = {"data": [f"When does the {SECRET} open?", None]}
    for path in ("/gradio_api/call/ask", "/gradio_api/run/ask", "/gradio_api/queue/join"):
        refused = outside.post(path, json=asking)
        assert refused.status_code in (401, 422), path
        assert SECRET not in refused.text
    assert SECRET not in outside.get("/").text
    assert outside.post("/gradio_api/upload", files={"files": ("a.txt", b"x")}).status_code == 401

    assert site.client().post("/login", data={"username": NAME, "password": "wrong"}).status_code in (400, 401)
    assert site.client().post("/login", data={"username": "", "password": ""}).status_code in (400, 401, 422)
    forged = httpx.Cookies()
    for name in ("access-token", "access-token-unsecure"):
        forged.set(name, secrets.token_urlsafe(16))
    assert site.client(forged).get("/config").status_code == 401

    inside = site.enter()
    assert inside.get("/config").status_code == 200
    kept = httpx.Cookies(inside.cookies)
    seeds = site.library.seeds
    for path in ("/etc/passwd", f"{seeds}/secret.txt", f"{seeds.parent}/index/current", f"{ROOT}/pyproject.toml"):
        for spelt in (path, path.replace("/", "%2f"), f"/tmp/..{path}", f"..%2f..{path}"):
            had = inside.get(f"/gradio_api/file={spelt}")
            assert had.status_code in (403, 404), spelt
            assert SECRET not in had.text
    for path in ("/static/..%2f..%2f..%2fetc/passwd", "/assets/../../../../etc/passwd", "/svelte/..%2fx"):
        assert inside.get(path).status_code in (403, 404), path
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    inside.post("/gradio_api/upload", files={"files": ("../../../escaped.txt", b"I got out")})
    assert not list(tmp_path.rglob("*escaped*"))
    assert {path for path in tmp_path.rglob("*") if path.is_file()} - before <= {site.log}

    program = Client(site.address, auth=(NAME, PASSWORD), verbose=False)
    assert program.predict(f"When does the {SECRET} open?", None, api_name="/ask")["status"] == "answered"
    program.close()
    inside.get("/logout")
    assert site.client(kept).get("/config").status_code == 401, "a replayed cookie"
    assert site.client(kept).post("/gradio_api/call/ask", json=asking).status_code == 401

    tried = [site.client().post("/login", data={"username": NAME, "password": str(n)}).status_code for n in range(12)]
    assert tried[-1] == 429
    log = site.log.read_text()
    assert SECRET not in log
    assert not re.search(r"open\?|Traceback", log), log
