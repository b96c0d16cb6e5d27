"""The library as HTML: its documents, what changed, how a rebuild goes. Pure functions."""

from __future__ import annotations

from index.cli import summary_lines
from index.errors import SearchIndexError
from index.model import BuildSummary, DocumentRecord
from index.verify import IndexStatus
from ui.escape import escape
from ui.services import Step

_STAGES = {
    "scanning": "Looking through the folder",
    "preparing the model": "Preparing the model",
    "embedding": "Reading and embedding",
    "finished": "Finished",
}


def library_html(status: IndexStatus) -> str:
    """A table of documents with what is known of each, and a banner where a rebuild is due."""
    changed, gone = set(status.changed), set(status.removed)
    rows = [
        _row(record, "removed" if record.path in gone else "changed" if record.path in changed else "indexed")
        for record in status.documents
    ]
    rows += [_other_row(name, "new") for name in status.new]
    rows += [
        _other_row(failure.path, "failed", failure.reason.removeprefix(f"{failure.path}: "))
        for failure in status.failed
    ]
    heads = ("File", "Title", "Format", "Pages", "Passages", "Indexed", "Status")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    built = f"Built {time_html(status.manifest.built_at)} (UTC) · {status.manifest.passages} passages"
    return (
        f'{_banner(status)}<div class="table"><table class="library"><thead><tr>{head}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div><p class="details">{built}</p>'
    )


def removable(status: IndexStatus) -> tuple[str, ...]:
    """The names of the files that can be taken out of the library: all that are there, read or not."""
    gone = set(status.removed)
    there = {record.path for record in status.documents if record.path not in gone}
    return tuple(sorted({*there, *status.new, *(failure.path for failure in status.failed if failure.digest)}))


def _row(record: DocumentRecord, state: str) -> str:
    return (
        f'<tr><th scope="row">{escape(record.path)}</th><td>{escape(record.source.named or "")}</td>'
        f"<td>{record.format.value}</td><td>{_pages(record)}</td><td>{record.passages}</td>"
        f"<td>{time_html(record.indexed_at)}</td>{_state(state)}</tr>"
    )


def _pages(record: DocumentRecord) -> str:
    if not record.unread:
        return str(record.pages or "")
    return f'{record.pages} <span class="details">{escape(record.unread.removeprefix(f"{record.path}: "))}</span>'


def _other_row(name: str, state: str, reason: str = "") -> str:
    return f'<tr><th scope="row">{escape(name)}</th><td colspan="5">{escape(reason)}</td>{_state(state)}</tr>'


def time_html(moment: str) -> str:
    """A moment in ISO 8601 as a date and a time of day, UTC."""
    return f'<time datetime="{escape(moment)}">{escape(moment[:16].replace("T", " "))}</time>'


def _state(state: str) -> str:
    return f'<td><span class="state {state}">{state}</span></td>'


def _banner(status: IndexStatus) -> str:
    due = [
        f"{len(names)} {what} document{'s' if len(names) != 1 else ''}"
        for what, names in (("new", status.new), ("changed", status.changed), ("removed", status.removed))
        if names
    ]
    if not due:
        return ""
    return f'<p class="banner" role="status">{escape(", ".join(due))}: rebuild to search them.</p>'


def step_html(step: Step, seconds: float) -> str:
    """A rebuild's progress, with the time left where it can be told; its summary at the end."""
    if step.summary:
        return summary_html(step.summary)
    share = step.done / step.total if step.total else 0.0
    left = f" · about {seconds * (1 - share) / share:.0f} s left" if step.stage == "embedding" and share > 0.05 else ""
    label = _STAGES.get(step.stage, step.stage)
    return (
        f'<div class="progress" role="progressbar" aria-valuenow="{round(100 * share)}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-label="{escape(label)}"><span style="width:{round(100 * share)}%"></span></div>'
        f'<p class="details">{escape(label)}: {round(100 * share)}%{escape(left)}</p>'
    )


def summary_html(summary: BuildSummary) -> str:
    """What a build did."""
    return "".join(f'<p class="details" role="status">{escape(line)}</p>' for line in summary_lines(summary))


def error_html(error: Exception | str) -> str:
    """One sentence of what went wrong."""
    return f'<p class="error" role="alert">{escape(error_text(error))}</p>'


def error_text(error: Exception | str) -> str:
    """An error as it is told to who sits before the page: what a command would mend, a button does."""
    if isinstance(error, SearchIndexError) and error.command:
        return f"{error.what}; press Rebuild on the Library page."
    return str(error)
