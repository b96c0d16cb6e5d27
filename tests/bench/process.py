"""Commands run in processes of their own, timed from start to end, with the most memory that they held."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True, slots=True)
class Run:
    """A finished command: wall-clock seconds, most resident memory in MB (2^20), and what it printed."""

    seconds: float
    megabytes: float
    output: str


# A process begins with the most memory that its parent held, so a small one starts what is measured.
_LAUNCH = """
import json, os, sys, time
started = time.perf_counter()
child = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[2:]], os.environ)
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    json.dump([time.perf_counter() - started, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)], file)
"""


def run(arguments: Sequence[str]) -> Run:
    """Run Python with some arguments from the root of the project. Raises CalledProcessError when it fails."""
    with tempfile.NamedTemporaryFile("r") as report:
        command = [sys.executable, "-S", "-c", _LAUNCH, report.name, *arguments]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, check=True)
        seconds, megabytes, code = json.load(report)
    if code not in (0, 3):  # 3: the program abstained
        raise subprocess.CalledProcessError(code, command, done.stdout)
    return Run(seconds, megabytes, done.stdout)


def measured(task: str, *arguments: str) -> dict[str, Any]:
    """What one of the tasks of ``tests.bench.tasks`` reports, with the ``megabytes`` of its process."""
    done = run(["-m", "tests.bench.tasks", task, *arguments])
    found: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return {**found, "megabytes": done.megabytes}
