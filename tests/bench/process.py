"""Commands run in processes of their own, timed from start to end, with the most memory that they held."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
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


def run(arguments: Sequence[str]) -> Run:
    """Run Python with some arguments from the root of the project. Raises CalledProcessError when it fails."""
    command = [sys.executable, *arguments]
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as child:
        assert child.stdout is not None
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 3):  # 3: the program abstained
        raise subprocess.CalledProcessError(child.returncode, command, output)
    return Run(seconds, usage.ru_maxrss / 1024, output)


def measured(task: str, *arguments: str) -> dict[str, Any]:
    """What one of the tasks of ``tests.bench.tasks`` reports, with the ``megabytes`` of its process."""
    done = run(["-m", "tests.bench.tasks", task, *arguments])
    found: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return {**found, "megabytes": done.megabytes}
