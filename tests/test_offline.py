"""Nothing leaves the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SEEDS

CHILD = """
import sys

def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"):
        sys.stderr.write(f"NETWORK {event} {arguments[1:]}\\n")
        raise PermissionError(event)

sys.addaudithook(hook)
from index.cli import main as index
from qa.cli import main as qa

where = ["--index", sys.argv[2]]
assert index(["build", "--seeds", sys.argv[1], *where]) == 0
assert index(["verify", *where]) == 0
assert qa(["ask", "Which sleep hormone does magnesium help to regulate?", *where]) == 0
"""


@pytest.mark.slow
def test_building_from_scratch_and_asking_open_no_connection(tmp_path: Path) -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))}
    command = [sys.executable, "-c", CHILD, str(SEEDS), str(tmp_path / "index")]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert "NETWORK" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert "melatonin" in done.stdout


CHAT = """
import os, sys

def hook(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.bind"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "a file"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host not in ("127.0.0.1", "localhost", "::1", "a file"):
        sys.stderr.write(f"NETWORK {event} {arguments[1:]}\\n")
        raise PermissionError(event)

sys.addaudithook(hook)
import json
import socket
from pathlib import Path
import httpx
from index.settings import BUNDLED_MODEL
from ui.app import serve
from ui.services import Library

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
library = Library(Path(sys.argv[1]), Path(sys.argv[2]), model=BUNDLED_MODEL, threshold=0.5)
serve(library, host="127.0.0.1", port=port, mcp=True, wait=False)
with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
    asked = {"data": ["Which sleep hormone does magnesium help to regulate?", None]}
    event = client.post("/gradio_api/call/ask", json=asked).json()["event_id"]
    lines = client.get(f"/gradio_api/call/ask/{event}").text.strip().splitlines()
(found,) = json.loads(lines[-1].removeprefix("data: "))
print(found["status"], found["answer"], flush=True)
os._exit(0)
"""


@pytest.mark.slow
def test_the_chat_opens_no_connection_but_to_its_own_machine(seeds_index_folder: Path) -> None:
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_", "GRADIO_"))
    }
    command = [sys.executable, "-c", CHAT, str(SEEDS), str(seeds_index_folder)]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert "NETWORK" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("answered")
    assert "melatonin" in done.stdout
