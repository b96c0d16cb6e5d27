"""``python -m index.read_worker TOKENIZER MAX_TOKENS PROMPT``: reads documents for ``index.isolated``.

Takes one request a line (JSON: path, root, seconds and bytes that it may take) and answers each with the length of a
JSON object in eight bytes, and the object. It ends with its input.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

from index.counter import TokenCounter
from index.fit import fitting_passages
from index.wire import read_json
from ingest.confine import confine
from ingest.errors import IngestError
from ingest.read import read_document


def main() -> None:
    """Answer requests until there are no more."""
    from tokenizers import Tokenizer

    tokenizer, max_tokens, prompt = sys.argv[1:]
    loaded = Tokenizer.from_file(tokenizer)
    loaded.enable_truncation(int(max_tokens))
    counter = TokenCounter(loaded, int(max_tokens))
    # A document makes many objects and few cycles: looking for these once it is read is a quarter quicker.
    gc.freeze()
    gc.disable()
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a library prints is no answer
        for line in sys.stdin.buffer:
            answer = json.dumps(_answer(json.loads(line), counter, prompt)).encode("ascii")
            answers.write(len(answer).to_bytes(8, "big") + answer)
            answers.flush()
            gc.collect()


def _answer(request: dict[str, Any], counter: TokenCounter, prompt: str) -> dict[str, Any]:
    """The document and its passages, or why there are none."""
    confine(request["bytes"], request["seconds"])
    try:
        document = read_document(Path(request["path"]), root=Path(request["root"]))
        return {"read": read_json(document, fitting_passages(document, counter, prompt))}
    except IngestError as error:
        return {"error": type(error).__name__, "reason": str(error)}
    except MemoryError:
        return {"error": "MemoryError", "reason": ""}
    except Exception as error:  # noqa: BLE001  whatever a broken file makes of a reader is told, not raised
        return {"error": "", "reason": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
