"""Fuzz one target with coverage: ``python -m tests.fuzz TARGET --seconds N [--corpus FOLDER] [--seed N]``.

What reaches new code is kept in a folder of its own; what fails is written to ``crash-...`` there. Put either into
``tests/fuzz/corpus/TARGET/`` for it to be run with the tests from then on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

KEPT = Path(__file__).parent / "corpus"


def main() -> None:
    """Fuzz until the time is up or something fails."""
    with atheris.instrument_imports(include=["ingest", "qa", "index", "pypdf"]):
        from tests.fuzz.targets import TARGETS
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, help="folder for what reaches new code (default: a temporary one)")
    parser.add_argument("--seed", type=int, default=0, help="where chance begins (default: another place every time)")
    options = parser.parse_args()
    folder = options.corpus or Path(tempfile.mkdtemp(prefix=f"fuzz-{options.target}-"))
    folder.mkdir(parents=True, exist_ok=True)
    limits = [
        f"-seed={options.seed}",
        f"-max_total_time={options.seconds}",
        "-timeout=20",
        "-rss_limit_mb=3000",
        "-max_len=20000",
    ]
    where = [f"-artifact_prefix={folder}/", str(folder), str(KEPT / options.target)]
    atheris.Setup([sys.argv[0], *limits, "-print_final_stats=1", *where], TARGETS[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
