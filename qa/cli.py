"""The command line of answering: ask, search, eval."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.cli import Parser, add_library_options, library_of, model_of, one_line, report_errors

if TYPE_CHECKING:
    from index.search import Index
    from qa.model import Answer
    from qa.render import Style

_ABSTAINED = 3
_WRONG_USAGE = 2
_WIDEST = 100
_MOST = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 answered, 3 abstained, 2 wrong usage, 1 any other error."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "ask" and bool(options.question) == bool(options.batch):
        parser.error("ask needs a question or --batch, and not both")
    return report_errors(lambda: _report_question_errors(lambda: int(options.run(options))))


def _report_question_errors(run: Callable[[], int]) -> int:
    from qa.errors import EmptyQuestion, QuestionError

    try:
        return run()
    except QuestionError as error:
        print(f"loccit: {one_line(str(error))}", file=sys.stderr)
        return _WRONG_USAGE if isinstance(error, EmptyQuestion) else 1


def _parser() -> Parser:
    parser = Parser(prog="python -m qa", description="Ask the documents; they answer in their own words.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")
    ask = commands.add_parser("ask", help="answer a question with quoted sentences and their places")
    ask.add_argument("question", metavar="QUESTION", nargs="*")
    ask.add_argument(
        "--batch", type=Path, metavar="FILE", help="answer the questions of a JSON Lines file, with a JSON object each"
    )
    ask.set_defaults(run=_ask)
    search = commands.add_parser("search", help="show the passages nearest to a question")
    search.add_argument("question", metavar="QUESTION", nargs="+")
    search.set_defaults(run=_search)
    for command in (ask, search):
        command.add_argument("-k", type=_positive, default=10, metavar="N", help="passages to return (default: 10)")
        command.add_argument("--document", metavar="NAME", help="look only into this document")
    evaluate = commands.add_parser("eval", help="measure the program on judged questions")
    evaluate.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    evaluate.set_defaults(run=_evaluate)
    for command in (ask, search, evaluate):
        command.add_argument("--json", action="store_true", help="print JSON")
        add_library_options(command, seeds=False)
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) <= len(str(_MOST)) else 0
    if not 1 <= number <= _MOST:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {_MOST}")
    return number


def _open(options: argparse.Namespace) -> Index:
    from index.errors import OutdatedIndex
    from index.search import Index

    folder = Path(library_of(options).index)
    model = model_of()
    index = Index.open(folder)
    if index.manifest.model != model:
        raise OutdatedIndex(f"{folder}: was built for {index.manifest.model}, not {model}")
    return index


def _asker(options: argparse.Namespace, index: Index, threshold: float) -> Callable[[str], Answer]:
    from qa.answer import answer

    k, document = getattr(options, "k", 10), getattr(options, "document", None)
    return lambda question: answer(question, index, k=k, document=document, threshold=threshold)


def _asked(options: argparse.Namespace) -> str:
    """The question, which a shell may have taken apart into words."""
    return " ".join(options.question)


def _ask(options: argparse.Namespace) -> int:
    from qa.model import Status
    from qa.render import answer_json, answer_text
    from qa.settings import threshold_of

    if options.batch is not None:
        return _ask_batch(options)
    started = time.perf_counter()
    index = _open(options)
    opened = time.perf_counter()
    answer = _asker(options, index, threshold_of())(_asked(options))
    answer.timing_ms["open"] = 1000 * (opened - started)
    if options.json:
        print(_json(answer_json(answer)))
    else:
        print(answer_text(answer, _width(), _style()))
    return 0 if answer.status is Status.ANSWERED else _ABSTAINED


def _ask_batch(options: argparse.Namespace) -> int:
    """One JSON object a line, in order; a question that cannot be asked says so in ``error``."""
    from qa.errors import EmptyQuestion
    from qa.evaluate import read_questions
    from qa.model import Answer, Status
    from qa.render import answer_json
    from qa.settings import threshold_of

    rows = read_questions(options.batch)
    index = _open(options)
    ask = _asker(options, index, threshold_of())
    for number, row in enumerate(rows, 1):
        key = {"id": row.get("id", number)}
        try:
            print(_json(answer_json(ask(row["question"]), **key)), flush=True)
        except EmptyQuestion as error:
            asked = row["question"]
            nothing = Answer(asked, asked, Status.ABSTAINED, 0.0, None, (), (), (), False, index.build_id, {})
            print(_json({**answer_json(nothing, **key), "error": str(error)}), flush=True)
    return 0


def _search(options: argparse.Namespace) -> int:
    from qa.answer import fold_question
    from qa.render import hit_json, hits_text

    question = fold_question(_asked(options))
    index = _open(options)
    hits = index.search(question, options.k, document=options.document)
    if options.json:
        print(_json({"question": question, "hits": [hit_json(hit) for hit in hits], "index": index.build_id}))
    else:
        print(hits_text(hits, _width(), _style()))
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from qa.evaluate import evaluate, judged, keep, read_questions, report
    from qa.render import measures_text
    from qa.settings import threshold_of

    questions = judged(read_questions(options.questions), options.questions)
    index = _open(options)
    outcomes = evaluate(questions, index, _asker(options, index, 0.0), threshold_of())
    measured = report(outcomes, of=options.questions.name, index=index.build_id)
    keep(measured, Path(library_of(options).index))
    print(_json(measured) if options.json else measures_text(measured))
    return 0


def _json(value: object) -> str:
    """JSON as the output can hold it: escaped where its encoding, or a lone surrogate, leaves no other way."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(sys.stdout.encoding if sys.stdout else "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return text


def _width() -> int:
    return min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)


def _style() -> Style:
    """Colour only on a terminal, and not where NO_COLOR is set."""
    from qa.render import Style

    return (
        Style.colour() if sys.stdout is not None and sys.stdout.isatty() and "NO_COLOR" not in os.environ else Style()
    )
