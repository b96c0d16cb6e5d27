"""A PDF's page as a picture, with the lines of a quote located on it.

The picture is drawn by PDFium in a process of its own: what a broken or hostile file does there ends there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.model import Span

_SECONDS = 20


class PageNotShown(Exception):
    """No picture of a page can be made, with the reason in one sentence."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a line to be marked: per cent of the page's width and height, from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Facsimile:
    """One page: its picture (WebP, ``width`` by ``height`` pixels) and what is to be marked on it."""

    number: int
    image: bytes
    width: int
    height: int
    boxes: tuple[Box, ...]


def facsimile(pdf: bytes, number: int, text: str, spans: Sequence[Span]) -> Facsimile:
    """Page ``number`` (counted from 1) of a PDF; ``spans`` are what to mark, in the page's extracted ``text``.

    Raises PageNotShown.
    """
    request = {"number": number, "text": text, "spans": [[span.start, span.end] for span in spans]}
    try:
        drawn = subprocess.run(
            [sys.executable, "-m", "ui.draw_page"],
            input=json.dumps(request).encode("ascii") + b"\n" + pdf,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
        found = json.loads(drawn.stdout)
        boxes = tuple(Box(*box) for box in found["boxes"])
        return Facsimile(number, b64decode(found["image"]), found["width"], found["height"], boxes)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise PageNotShown(f"Page {number} cannot be drawn; here is its text.") from error
