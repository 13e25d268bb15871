"""The monthly loop against C: the same members, policies, months and kept outputs, turn by turn.

    python -m bench.loop [--members 1000 10000 100000] [--rounds 5] [--made-up]

Kept on both sides: all outputs of the last month for every policy and member, and mean and standard
deviation of every output in every month. Nothing is timed before the two agree.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.c_loop import (
    Differences,
    DisagreementError,
    available,
    compiled,
    differences,
    gcc_version,
    require_agreement,
)
from bench.question import Asked, asked, made_up
from bench.timing import (
    ROUNDS,
    THREADS,
    Record,
    Timing,
    emit,
    machine,
    peak_megabytes,
    record,
    table,
    take_turns,
)
from ripeness.ensemble.simulate import simulate

SIZES = (1_000, 10_000, 100_000)
CHECKED_MEMBERS = 2_000
WORK = "loop"

LIMITS = {
    "float64": Differences(mean=1e-5, median=1e-5, p99=1e-5, worst=1e-5),
    "float32": Differences(mean=1e-4, median=1e-5, p99=1e-3, worst=1.0),
}
"""What counts as agreement. In float64 every number of every member must agree. In float32 members near a
switch or a floor carry the rounding of another exp on, so that only medians, means and the 99 % are held."""

COLD = """
import time
began = time.perf_counter()
from ripeness import engine
from ripeness.ensemble.simulate import MONEY_CHAIN
imported = time.perf_counter()
engine.kernel.prepare(MONEY_CHAIN, "float32")
print(imported - began, time.perf_counter() - imported)
"""


def check(question: Asked, members: int = CHECKED_MEMBERS) -> dict[str, Differences]:
    """Hold the C version to the kernel in both precisions; the largest differences by precision.

    DisagreementError names the outputs that differ.
    """
    parameters = question.parameters(members)
    worst = {}
    with tempfile.TemporaryDirectory() as folder:
        for dtype, limits in LIMITS.items():
            theirs = compiled(Path(folder), dtype).simulate(question.question, parameters, THREADS)
            ours = simulate(question.question, parameters, keep_paths=0, dtype=dtype, threads=THREADS)
            found = differences(ours, theirs)
            require_agreement(found, limits)
            worst[dtype] = Differences(*(max(values) for values in zip(*found.values(), strict=True)))
    return worst


def compare(question: Asked, sizes: Sequence[int], rounds: int) -> Iterator[Record]:
    """Time both at each size, warm, after the check; the ratio stands in our line."""
    agreement = {dtype: limits._asdict() for dtype, limits in check(question).items()}
    n_policies, n_months = question.question.policies.shape[:2]
    with tempfile.TemporaryDirectory() as folder:
        loop = compiled(Path(folder))
        yield _cold("gcc", gcc_version(), loop.compile_seconds, "compiled")
        for members in sizes:
            parameters = question.parameters(members)
            tasks = {
                "C": lambda parameters=parameters: loop.simulate(question.question, parameters, THREADS),
                "ours": lambda parameters=parameters: simulate(
                    question.question, parameters, keep_paths=0, threads=THREADS
                ),
            }
            for task in tasks.values():
                task()
            timings = take_turns(tasks, rounds)
            steps = members * n_policies * n_months
            ratios = [
                theirs / ours for ours, theirs in zip(timings["ours"].wall, timings["C"].wall, strict=True)
            ]
            cpu_ratio = sum(timings["C"].cpu) / sum(timings["ours"].cpu)
            shared = {
                "policies": n_policies,
                "months": n_months,
                "question": question.name,
                "threads": THREADS,
            }
            yield record(
                WORK,
                "C with libmvec, gcc",
                gcc_version(),
                members,
                "member-steps",
                steps,
                timings["C"],
                agreement,
                **shared,
            )
            yield record(
                WORK,
                "ripeness kernel",
                version("ripeness"),
                members,
                "member-steps",
                steps,
                timings["ours"],
                agreement,
                **shared,
                ratio_to_c={
                    "min": min(ratios),
                    "median": sorted(ratios)[len(ratios) // 2],
                    "max": max(ratios),
                },
                cpu_ratio_to_c=cpu_ratio,
                note=f"{sorted(ratios)[len(ratios) // 2]:.2f} of C by wall, {cpu_ratio:.2f} by CPU",
            )


def cold_starts() -> Iterator[Record]:
    """What the first run of all pays: our kernel compiled into an empty cache, then read from it."""
    with tempfile.TemporaryDirectory() as folder:
        for state in ("cold, compiled", "cold, cached"):
            done = subprocess.run(
                [sys.executable, "-c", COLD],
                env={**os.environ, "RIPENESS_CACHE": folder},
                capture_output=True,
                text=True,
                check=True,
            )
            imported, prepared = (float(word) for word in done.stdout.split())
            yield _cold(
                "ripeness kernel",
                version("ripeness"),
                prepared,
                state.partition(", ")[2],
                f"and {imported:.2f} s of imports",
            )


def memory(members: int) -> Record:
    """Peak memory of a process that draws and runs this many members, and nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.loop", "--memory", str(members)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    found: Record = json.loads(done.stdout)
    return found


def _memory_of_this_process(members: int) -> Record:
    question = asked()
    before = peak_megabytes()
    parameters = question.parameters(members)
    timing = take_turns(
        {"ours": lambda: simulate(question.question, parameters, keep_paths=0, threads=THREADS)}, rounds=1
    )["ours"]
    n_policies, n_months = question.question.policies.shape[:2]
    return record(
        "memory",
        "ripeness kernel",
        version("ripeness"),
        members,
        "member-steps",
        members * n_policies * n_months,
        timing,
        None,
        "one process",
        peak_mb=peak_megabytes(),
        note=f"peak {peak_megabytes():,.0f} MB ({before:,.0f} MB of it before the draw)",
    )


def _cold(tool: str, tool_version: str, seconds: float, state: str, note: str = "") -> Record:
    timing = Timing((seconds,), (seconds,))
    return record(
        "compile", tool, tool_version, 1, "programs", 1.0, timing, None, f"cold, {state}", note=note
    )


def run(sizes: Sequence[int] = SIZES, rounds: int = ROUNDS, question: Asked | None = None) -> list[Record]:
    """All lines of the loop: cold starts, both tools at each size, and memory at the largest."""
    found = [emit(line) for line in cold_starts()]
    if available():
        found += [emit(line) for line in compare(question or asked(), sizes, rounds)]
    else:
        print("gcc is not here: the loop is not compared with C", file=sys.stderr)
    return [*found, emit(memory(max(sizes)))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where the C version computes something else."""
    parser = argparse.ArgumentParser(prog="python -m bench.loop", description="The monthly loop against C.")
    parser.add_argument("--members", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--made-up", action="store_true", help="use made-up months instead of the shipped case"
    )
    parser.add_argument(
        "--memory", type=int, metavar="MEMBERS", help="only report the peak memory of one run"
    )
    options = parser.parse_args(arguments)
    if options.memory:
        emit(_memory_of_this_process(options.memory))
        return 0
    emit({"machine": machine()})
    try:
        lines = run(options.members, options.rounds, made_up() if options.made_up else None)
    except DisagreementError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
