"""How the page looks and what its scripts are: files in ``assets/``, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr


def theme() -> gr.themes.Base:
    """Gradio's plainest theme with fonts that are on the reader's machine."""
    import gradio as gr

    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


def asset(name: str) -> str:
    """The style sheet or a script."""
    return (Path(__file__).parent / "assets" / name).read_text(encoding="utf-8")
