"""The command line of the index: build, status, verify, remove."""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from tqdm import tqdm

    from index.model import BuildSummary
    from index.settings import LibrarySettings

_POLL_SECONDS = 1.0


class Parser(argparse.ArgumentParser):
    """A parser of options that tells wrong usage in one line, as every other error is told."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is; exit code 2."""
        self.exit(2, f"loccit: {one_line(message)}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 an error (one line on stderr), 2 wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    return report_errors(lambda: int(options.run(options)))


def report_errors(run: Callable[[], int]) -> int:
    """The exit code of ``run``; the program's own errors become one line on stderr and exit code 1."""
    from index.errors import SearchIndexError
    from ingest.errors import IngestError

    if isinstance(sys.stdout, io.TextIOWrapper):  # a letter that the terminal lacks is no reason to fail
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return run()
    except (SearchIndexError, IngestError) as error:
        print(f"loccit: {one_line(str(error))}", file=sys.stderr)
    except KeyboardInterrupt:
        print("loccit: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        print(f"loccit: {one_line(str(error))}; check disk space and permissions.", file=sys.stderr)
    return 1


def one_line(text: str) -> str:
    """A text without line breaks and control characters, fit for a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def add_library_options(parser: argparse.ArgumentParser, *, seeds: bool) -> None:
    """The options that say where documents and index lie; without them ``loccit.toml`` or its defaults do."""
    if seeds:
        parser.add_argument("--seeds", type=Path, metavar="FOLDER", help="folder of documents (default: seeds)")
    parser.add_argument("--index", type=Path, metavar="FOLDER", help="folder of the index (default: .loccit)")


def library_of(options: argparse.Namespace) -> LibrarySettings:
    """The library that the options and the settings file name."""
    from index.settings import FILE_NAME, LibrarySettings, read_section

    settings = read_section(Path(FILE_NAME), "library", LibrarySettings)
    if getattr(options, "seeds", None):
        settings = replace(settings, seeds=str(options.seeds))
    if options.index:
        settings = replace(settings, index=str(options.index))
    return settings


def model_of() -> str:
    """The name of the embedding model in the settings file."""
    from index.settings import FILE_NAME, ModelSettings, read_section

    return read_section(Path(FILE_NAME), "model", ModelSettings).name


def _parser() -> Parser:
    parser = Parser(prog="python -m index", description="Build and look after the index of the documents.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="bring the index up to date with the documents")
    build.add_argument("--full", action="store_true", help="read and embed everything anew")
    build.add_argument("--quiet", action="store_true", help="say nothing when there is nothing to do")
    build.add_argument("--watch", action="store_true", help="go on, and build whenever a document changes")
    build.set_defaults(run=_build)
    status = commands.add_parser("status", help="show the documents, and whether the index is up to date")
    status.set_defaults(run=_status)
    verify = commands.add_parser("verify", help="check every file, vector and quote of the index")
    verify.set_defaults(run=_verify)
    remove = commands.add_parser("remove", help="take a document out of the library and the index")
    remove.add_argument("document", metavar="DOCUMENT", help="its file name below the folder of documents")
    remove.set_defaults(run=_remove)
    for command in (build, status, verify, remove):
        add_library_options(command, seeds=command is not verify)
    return parser


def _build(options: argparse.Namespace) -> int:
    from ingest.library import signature

    library = library_of(options)
    before = signature(Path(library.seeds)) if options.watch else frozenset()
    _build_once(library, full=options.full, quiet=options.quiet)
    if options.watch:
        _watch(library, before)
    return 0


def _build_once(library: LibrarySettings, *, full: bool = False, quiet: bool = False) -> None:
    from index.build import build

    bar = _Bar()
    try:
        summary = build(Path(library.seeds), Path(library.index), model=model_of(), full=full, progress=bar)
    finally:
        bar.close()
    lines = summary_lines(summary)
    for line in lines[1:] if quiet and summary.is_noop else lines:
        print(line)


class _Bar:
    """A progress bar on stderr, where that is a terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        from tqdm import tqdm as new_bar

        if stage != self._stage:
            self.close()
            self._stage = stage
            embedding = stage == "embedding"
            self._bar = new_bar(
                total=total, desc=stage, unit="B" if embedding else "", unit_scale=embedding, leave=False
            )
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def summary_lines(summary: BuildSummary) -> list[str]:
    """What a build did, in a line for the index and one for each file that failed."""
    if summary.is_noop:
        head = f"Index {summary.build_id} is up to date: {summary.unchanged} documents, {summary.passages} passages."
    else:
        documents = summary.unchanged + len(summary.added) + len(summary.changed)
        head = (
            f"Index {summary.build_id}: {documents} documents, {summary.passages} passages; "
            f"{len(summary.added)} added, {len(summary.changed)} changed, {len(summary.removed)} removed, "
            f"{summary.embedded} passages embedded in {summary.seconds:.1f} s."
        )
    return [
        head,
        *(f"Not read: {one_line(failure.reason)}" for failure in summary.failed),
        *(f"Read in part: {one_line(failure.reason)}" for failure in summary.partly),
    ]


def _watch(library: LibrarySettings, seen: frozenset[tuple[str, int, int]]) -> None:
    """Build whenever a file is not as it was before the last build that ended."""
    from index.errors import IndexLocked, SearchIndexError
    from ingest.errors import IngestError
    from ingest.library import signature

    print("Watching for changes; stop with Ctrl-C.", flush=True)
    while True:
        time.sleep(_POLL_SECONDS)
        now = signature(Path(library.seeds))
        if now == seen:
            continue
        try:
            _build_once(library)
        except IndexLocked:
            continue  # another build is at work: try again when it has ended
        except (SearchIndexError, IngestError, OSError) as error:
            print(f"loccit: {one_line(str(error))}", file=sys.stderr)
        seen = now
        sys.stdout.flush()


def _status(options: argparse.Namespace) -> int:
    from index.verify import status

    library = library_of(options)
    found = status(Path(library.index), Path(library.seeds))
    manifest, model = found.manifest, model_of()
    print(f"Index {manifest.build_id}, built {manifest.built_at} with {one_line(manifest.model)}")
    print(f"{manifest.documents} documents, {manifest.passages} passages\n")
    for record in found.documents:
        pages = f", {record.pages} pages" if record.pages else ""
        print(f"  {one_line(record.path)}  {record.passages} passages{pages}  {one_line(record.title)}")
    for failure in found.failed:
        print(f"  Not read: {one_line(failure.reason)}")
    for record in found.documents:
        if record.unread:
            print(f"  Read in part: {one_line(record.unread)}")
    print()
    for what, names in (("new", found.new), ("changed", found.changed), ("removed", found.removed)):
        if names:
            print(f"{len(names)} {what}: {one_line(', '.join(names))}")
    if manifest.model != model:
        print(f"The settings name another model: {one_line(model)}")
    fresh = found.is_fresh and manifest.model == model
    print("The index is up to date." if fresh else "Run python -m index build to bring it up to date.")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from index.errors import CorruptIndex
    from index.verify import verify

    problems = verify(Path(library_of(options).index))
    for problem in problems[1:]:
        print(one_line(problem))
    if problems:
        raise CorruptIndex(problems[0])
    print("The index is whole: files, database, vectors and every quote.")
    return 0


def _remove(options: argparse.Namespace) -> int:
    from index.build import remove

    library = library_of(options)
    bar = _Bar()
    try:
        moved, summary = remove(
            options.document, Path(library.seeds), Path(library.index), model=model_of(), progress=bar
        )
    finally:
        bar.close()
    print(f"Moved {one_line(options.document)} to {one_line(str(moved))}")
    print("\n".join(summary_lines(summary)))
    return 0
