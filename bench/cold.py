"""What the first run of a program pays in a new process: compiled into an empty cache, then read from it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from bench.timing import Record, Timing, record

PREPARE = """
import importlib, sys, time
began = time.perf_counter()
from ripeness import engine
program = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
imported = time.perf_counter()
cpu = time.process_time()
engine.kernel.prepare(program, "float32")
print(imported - began, time.perf_counter() - imported, time.process_time() - cpu)
"""


def cold_starts(work: str, module: str, program: str) -> Iterator[Record]:
    """Seconds to a ready float32 kernel of `module.program`, twice: without a cache and with one."""
    with tempfile.TemporaryDirectory() as folder:
        for state in ("compiled", "from cache"):
            done = subprocess.run(
                [sys.executable, "-c", PREPARE, module, program],
                cwd=Path(__file__).parents[1],
                env={**os.environ, "RIPENESS_CACHE": folder},
                capture_output=True,
                text=True,
                check=True,
            )
            imported, wall, cpu = (float(word) for word in done.stdout.split())
            timing = Timing((wall,), (cpu,))
            note = f"and {imported:.2f} s of imports"
            yield cold(work, "ripeness kernel", version("ripeness"), timing, state, note)


def cold(work: str, tool: str, tool_version: str, timing: Timing, state: str, note: str = "") -> Record:
    """A line for what is done once before the first run."""
    return record(work, tool, tool_version, 1, "programs", 1.0, timing, None, f"cold, {state}", note=note)
