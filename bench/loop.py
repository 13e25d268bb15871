"""The monthly loop against C: the same members, policies, months and kept outputs, turn by turn.

    python -m bench.loop [--members 1000 10000 100000] [--rounds 5] [--made-up]

Kept on both sides: all outputs of the last month for every policy and member, and mean and standard
deviation of every output in every month. Nothing is timed before the two agree.
"""

from __future__ import annotations

import argparse
import json
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
from bench.cold import cold, cold_starts
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
    "float64": Differences(mean=1e-5, median=1e-9, p99=1e-7, worst=1e-3),
    "float32": Differences(mean=1e-3, median=1e-5, p99=1e-3, worst=1.0),
}
"""What counts as agreement. A member that stands at a switch or a floor carries the rounding of another exp on,
in float64 too, and then weighs 1/2,000 in a mean: so single members are held least, medians most."""


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
        compiling = Timing((loop.compile_seconds,), ())
        yield cold(WORK, "C with libmvec, gcc", gcc_version(), compiling, "compiled")
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


def run(sizes: Sequence[int] = SIZES, rounds: int = ROUNDS, question: Asked | None = None) -> list[Record]:
    """All lines of the loop: cold starts, both tools at each size, and memory at the largest."""
    found = [emit(memory(max(sizes)))]
    found += [emit(line) for line in cold_starts(WORK, "ripeness.ensemble.programs", "MONEY_CHAIN")]
    if available():
        found += [emit(line) for line in compare(question or asked(), sizes, rounds)]
    else:
        print("gcc is not here: the loop is not compared with C", file=sys.stderr)
    return found


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
