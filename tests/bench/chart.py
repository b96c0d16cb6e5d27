"""Cost against size, drawn."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

_LINES = {
    "search, median ms": "search",
    "search, 95th percentile ms": "search_p95",
    "of it vectors, ms": "vectors",
    "document added, ms": "added_ms",
    "opened, ms": "opened_ms",
}


def chart(points: Sequence[Mapping[str, Any]]) -> str:
    """An SVG of milliseconds against passages, both in powers of ten; a broken line shows what linear would be."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.6), layout="constrained")
    axes = figure.subplots()
    sizes = [point["size"] for point in points]
    for label, name in _LINES.items():
        factor = 1000 if name.endswith("_ms") else 1
        axes.plot(sizes, [factor * point[name.removesuffix("_ms")] for point in points], marker="o", label=label)
    axes.plot(sizes, [size / sizes[0] for size in sizes], linestyle=":", color="gray", label="linear")
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="milliseconds")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()
