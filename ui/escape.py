"""Text of documents and questions, made harmless for a page."""

from __future__ import annotations

import html

# Characters that turn the direction of text, and controls: shown, they could make a page lie.
_DROPPED = dict.fromkeys(
    (*range(9), *range(11, 32), *range(127, 160), 1564, 8206, 8207, *range(8234, 8239), *range(8294, 8298), 65279)
)
# Gradio's HTML component reads its value as a template too: braces, dollars and backticks must not be live there.
_TEMPLATE = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;"})


def escape(text: str) -> str:
    """A text as HTML that shows it and does nothing else, in an element or in an attribute's quotes."""
    return html.escape(text.translate(_DROPPED), quote=True).translate(_TEMPLATE)
