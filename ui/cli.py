"""``python -m ui``: the web chat at 127.0.0.1:7860."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from index.cli import Parser, add_library_options, library_of, model_of, report_errors
from ui.guard import LOOPBACK

_PORT = 7860


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until it is stopped; the exit code: 0 stopped, 1 an error (one line on stderr), 2 wrong usage."""
    parser = Parser(prog="python -m ui", description="Ask the documents in the browser.")
    parser.add_argument("--port", type=int, default=_PORT, metavar="N", help=f"port (default: {_PORT})")
    parser.add_argument(
        "--host", default=LOOPBACK[0], help="address to serve at; other than loopback needs --auth-file"
    )
    parser.add_argument("--auth-file", type=Path, metavar="FILE", help="names and hashed passwords of who may enter")
    parser.add_argument("--hash-password", metavar="NAME", help="ask for a password, print a line for --auth-file")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("--mcp", action="store_true", help="offer search, ask and reading as MCP tools too")
    add_library_options(parser, seeds=True)
    options = parser.parse_args(arguments)
    if options.hash_password:
        return _print_line(options.hash_password)
    if options.host not in LOOPBACK and options.auth_file is None:
        parser.error("--host needs --auth-file: others could read the documents")
    if options.mcp and options.auth_file is not None:
        parser.error("--mcp cannot go with --auth-file: MCP's tools would not ask for the password")
    return report_errors(lambda: _serve(options))


def _print_line(name: str) -> int:
    from ui.auth import hash_password

    print(f"{name}:{hash_password(getpass.getpass(), secrets.token_bytes(16))}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from index.search import Index
    from qa.settings import threshold_of
    from ui.auth import BadAuthFile, read_auth_file

    try:
        check = read_auth_file(options.auth_file) if options.auth_file else None
    except BadAuthFile as error:
        print(f"loccit: {error}", file=sys.stderr)
        return 1
    settings = library_of(options)
    Index.open(Path(settings.index))  # a missing or broken index is told before the page is up

    from ui.app import serve
    from ui.endpoints import MCP_PATH
    from ui.services import Library

    library = Library(Path(settings.seeds), Path(settings.index), model=model_of(), threshold=threshold_of())
    print(f"loccit is at http://{options.host}:{options.port}; stop it with Ctrl-C.", flush=True)
    if options.mcp:
        print(f"MCP (streamable HTTP) is at http://{options.host}:{options.port}{MCP_PATH}.", flush=True)
    serve(library, host=options.host, port=options.port, check=check, mcp=options.mcp, browser=options.open)
    return 0
