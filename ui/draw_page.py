"""``python -m ui.draw_page``: one page of a PDF as a picture, for ``ui.facsimile``.

Reads a line of JSON (page number, the page's extracted text, spans of it to mark) and after it the PDF; writes JSON.
"""

from __future__ import annotations

import base64
import ctypes
import io
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.confine import confine
from ingest.reading import letters

# Pixels on the longer side: sharp on a wide screen, and about 200 kB.
_LONGEST = 1800
# Bytes; and seconds of processor time, should nobody wait any longer.
_MEMORY, _SECONDS = 2 * 1024**3, 20.0
# A part of a stretch with fewer letters than this could be anywhere.
_FEWEST_LETTERS = 8

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


def main() -> None:
    """Draw what standard input asks for."""
    confine(_MEMORY, _SECONDS, for_good=True)
    request = json.loads(sys.stdin.buffer.readline())
    drawn = draw(sys.stdin.buffer.read(), request["number"], request["text"], request["spans"])
    json.dump(drawn, sys.stdout)


def draw(pdf: bytes, number: int, text: str, spans: Sequence[Sequence[int]]) -> dict[str, Any]:
    """The page's picture as WebP in base 64, its size in pixels, and boxes in per cent of it."""
    import pypdfium2

    page = pypdfium2.PdfDocument(pdf)[number - 1]
    scale = _LONGEST / max(page.get_size())
    picture = page.render(scale=scale).to_pil()
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=80)
    width, height = picture.size
    placed = _characters(page, width, height)
    wanted = locate(text, spans, "".join(letter for letter, _ in placed))
    boxes = _lines([placed[at][1] for at in wanted])
    return {
        "image": base64.b64encode(stream.getvalue()).decode("ascii"),
        "width": width,
        "height": height,
        "boxes": [
            [round(100 * part, 3) for part in (x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height)]
            for x0, y0, x1, y1 in boxes
        ],
    }


def _characters(page: Any, width: int, height: int) -> list[tuple[str, Box]]:
    """The page's letters and digits in the order of its text, each with its place on the picture."""
    import pypdfium2.raw as pdfium

    def on_picture(x: float, y: float) -> tuple[float, float]:
        """A point of the page on its picture, whichever way the page is turned or cropped."""
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
        return across.value, down.value

    text = page.get_textpage()
    found = []
    for index in range(text.count_chars()):
        for letter in letters(chr(pdfium.FPDFText_GetUnicode(text, index))):
            left, bottom, right, top = text.get_charbox(index, loose=True)
            (x0, y0), (x1, y1) = on_picture(left, top), on_picture(right, bottom)
            found.append((letter, (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))))
    return found


def locate(text: str, spans: Sequence[Sequence[int]], drawn: str) -> list[int]:
    """Which of the ``drawn`` letters are those of ``text`` at ``spans``, in order.

    Another program extracted the text, so only letters are compared, and where a stretch stands otherwise on the page,
    its lines or parts of them each for themselves. Of equal stretches that one is meant which has as many before it.
    """
    found: list[int] = []
    for start, end in spans:
        for at, stop in _pieces(text, start, end, drawn):
            wanted = letters(text[at:stop])
            if found and drawn.startswith(wanted, found[-1] + 1):
                place = found[-1] + 1
            else:
                place = _occurrence(drawn, wanted, letters(text[:at]).count(wanted)) if wanted else -1
            if place >= 0:
                found += range(place, place + len(wanted))
    return found


def _pieces(text: str, start: int, end: int, drawn: str) -> Iterator[tuple[int, int]]:
    """The stretch as a whole where it is drawn so, else its lines, else their halves, while they can be told apart."""
    wanted = letters(text[start:end])
    if wanted in drawn:
        yield start, end
        return
    lines = text[start:end].splitlines(keepends=True)
    if len(lines) == 1:
        middle = text.rfind(" ", start, (start + end) // 2)
        lines = [text[start:middle], text[middle:end]] if middle > start else []
    for line in lines:
        if len(letters(line)) >= _FEWEST_LETTERS:
            yield from _pieces(text, start, start + len(line), drawn)
        start += len(line)


def _occurrence(drawn: str, wanted: str, before: int) -> int:
    """Where ``wanted`` begins for the time after ``before`` others, or the last before that; -1 where nowhere."""
    at = drawn.find(wanted)
    for _ in range(before):
        later = drawn.find(wanted, at + len(wanted))
        if later < 0:
            break
        at = later
    return at


def _lines(boxes: Sequence[Box]) -> list[Box]:
    """The boxes of single letters, joined to one for each line."""
    lines: list[Box] = []
    for box in boxes:
        if lines and _continues(lines[-1], box):
            last = lines[-1]
            lines[-1] = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        else:
            lines.append(box)
    return lines


def _continues(line: Box, box: Box) -> bool:
    """Whether a letter stands on the line, to its right and not far off."""
    height = max(line[3] - line[1], 1)
    shared = min(line[3], box[3]) - max(line[1], box[1])
    return 2 * shared > min(height, box[3] - box[1]) and -height < box[0] - line[2] < 3 * height


if __name__ == "__main__":
    main()
