"""Documents to be read: some megabytes of each sort, made of the seeds."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from pathlib import Path

from ingest.read import read_document

_BYTES = 4_000_000
_PAGES = 100


def write(folder: Path, seeds: Path) -> dict[str, list[Path]]:
    """Files by what they are, below ``folder``."""
    folder.mkdir()
    sources = [path for path in sorted(seeds.rglob("*")) if path.suffix in (".txt", ".md", ".html", ".pdf")]
    paragraphs = [
        " ".join(document.text[block.spans[0].start : block.spans[-1].end].split())
        for document in (read_document(path, root=seeds) for path in sources)
        for block in document.blocks
        if block.kind == "paragraph" and sum(map(len, block.spans)) > 200
    ]
    paragraphs *= -(-_BYTES // sum(len(paragraph) + 2 for paragraph in paragraphs))
    text = folder / "prose.txt"
    text.write_text("\n\n".join(paragraphs), encoding="utf-8")
    marked = folder / "prose.md"
    marked.write_text(
        "\n\n".join(f"## Part {n}\n\n{one}" if n % 5 == 0 else one for n, one in enumerate(paragraphs)),
        encoding="utf-8",
    )
    page = folder / "prose.html"
    body = "\n".join(f"<p>{html.escape(one)}</p>" for one in paragraphs)
    page.write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    wrapped = folder / "wrapped.txt"
    wrapped.write_text("\n\n".join("\n".join(textwrap.wrap(one, 72)) for one in paragraphs), encoding="utf-8")
    printed = folder / "prose.pdf"
    _print(paragraphs, printed)
    return {
        "plain text": [text],
        "plain text, wrapped": [wrapped],
        "Markdown": [marked],
        "HTML": [page],
        "PDF": [printed],
    }


def _print(paragraphs: Sequence[str], path: Path) -> None:
    """Paragraphs as pages of a PDF."""
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(True, margin=20)
    pdf.add_page()
    pdf.set_font("Times", size=10)
    for paragraph in paragraphs:
        pdf.multi_cell(0, 5, paragraph.encode("latin-1", "replace").decode("latin-1"))
        pdf.ln(3)
        if pdf.page > _PAGES:
            break
    pdf.output(str(path))
