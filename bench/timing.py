"""Seconds of tasks that take turns, and the lines in which they are reported."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

Record = dict[str, Any]

ROUNDS = 5
THREADS = 2


@dataclass(frozen=True)
class Timing:
    """Wall and CPU seconds of each round; the machine may be shared, so both are said.

    CPU seconds are those of this process, and empty for work done in another one.
    """

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @classmethod
    def of(cls, rounds: Sequence[tuple[float, float]]) -> Timing:
        """From (wall, CPU) of each round."""
        wall, cpu = zip(*rounds, strict=True)
        return cls(tuple(wall), tuple(cpu))

    def elsewhere(self) -> Timing:
        """The same without CPU seconds."""
        return Timing(self.wall, ())


def take_turns(tasks: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, Timing]:
    """Time every task once a round, one after the other, so that a slow minute hits all of them.

    Each task must have run before, or its first round is cold.
    """
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            wall, cpu = perf_counter(), process_time()
            task()
            seconds[name].append((perf_counter() - wall, process_time() - cpu))
    return {name: Timing.of(pairs) for name, pairs in seconds.items()}


def once(task: Callable[[], object]) -> Timing:
    """One run, for what is cold only once."""
    return take_turns({"task": task}, rounds=1)["task"]


def record(
    work: str,
    tool: str,
    tool_version: str,
    n: int,
    unit: str,
    amount: float,
    timing: Timing,
    check: object,
    state: str = "warm",
    **more: object,
) -> Record:
    """One line: `amount` units of work were done a round; `check` is what must agree with the peer."""
    middle = median(timing.wall)
    middle_cpu = median(timing.cpu) if timing.cpu else None
    return {
        "work": work,
        "tool": tool,
        "version": tool_version,
        "n": n,
        "state": state,
        "seconds": {"min": min(timing.wall), "median": middle, "max": max(timing.wall)},
        "cpu_seconds": middle_cpu,
        "rounds": len(timing.wall),
        "rate": amount / middle,
        "rate_per_cpu_second": amount / middle_cpu if middle_cpu else None,
        "unit": f"{unit}/s",
        "check": check,
        **more,
    }


def emit(line: Record) -> Record:
    """Print a record as one JSON line."""
    print(json.dumps(line), flush=True)
    return line


def table(records: Sequence[Record]) -> str:
    """The records as a text table."""
    rows = [("work", "tool", "n", "state", "median s", "min .. max s", "CPU s", "rate", "note")]
    for line in records:
        seconds = line["seconds"]
        rows.append(
            (
                line["work"],
                f"{line['tool']} {line['version']}",
                f"{line['n']:,}",
                line["state"],
                f"{seconds['median']:.3g}",
                f"{seconds['min']:.3g} .. {seconds['max']:.3g}",
                f"{line['cpu_seconds']:.3g}" if line["cpu_seconds"] else "",
                f"{_plain(line['rate'])} {line['unit']}",
                line.get("note", ""),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def run_from_command_line(name: str, run: Callable[..., list[Record]], runs: int) -> int:
    """Command line of one work: `--runs` and `--rounds`, JSON lines and a table."""
    parser = argparse.ArgumentParser(description=f"Time {name}.")
    parser.add_argument("--runs", type=int, default=runs)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    emit({"machine": machine()})
    print(table(run(options.runs, options.rounds)))
    return 0


def machine() -> Record:
    """What the figures were taken on, in neutral words."""
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "numba": version("numba"),
        "ripeness": version("ripeness"),
    }


def peak_megabytes() -> float:
    """Most memory that this process has held since it began; a child's usage would begin with its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if platform.system() == "Darwin" else 2**10)


def _plain(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100.0 else f"{rate:.3g}"


def _cpu_name() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
