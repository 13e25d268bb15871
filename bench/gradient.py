"""The gradient by every lever and month against the forward runs it is made from, turn by turn.

    python -m bench.gradient [--members 1000 10000] [--rounds 5]

Two forward runs are timed beside it: of the reference and the policy, which the score needs, and of the reference
alone, the least that can be run. Nothing is timed before the score of the gradient is that of the run.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bench.question import Asked, asked
from bench.timing import ROUNDS, THREADS, Record, emit, machine, once, record, table, take_turns
from ripeness import engine
from ripeness.ensemble.lever_gradient import lever_gradient
from ripeness.ensemble.metrics import metric_named
from ripeness.ensemble.simulate import Question, program_of, run_members
from ripeness.flow import records_of

Floats = NDArray[np.float64]

SIZES = (1_000, 10_000)
DTYPES = ("float32", "float64")
WORK = "gradient"
METRIC = metric_named("oil_gas_revenue_rub_trn")


def compiled(question: Asked) -> Iterator[Record]:
    """What the first gradient and the first run of all pay on this machine, or on one that has kept the kernels."""
    program = program_of(question.question.case)
    for dtype in DTYPES:
        kept = engine.gradient.is_cached(program, dtype=dtype)
        timing = once(lambda dtype=dtype: engine.gradient.prepare(program, dtype=dtype))
        yield record(
            WORK,
            f"ripeness gradient kernel, {dtype}",
            version("ripeness"),
            1,
            "kernel",
            1,
            timing,
            None,
            "from the cache" if kept else "compiled",
        )


def compare(question: Asked, sizes: Sequence[int], rounds: int) -> Iterator[Record]:
    """Time the three at each size and precision, warm; the ratios stand in the line of the gradient.

    AssertionError where the score of the gradient is not that of the run.
    """
    both = _of_two(question.question)
    alone = replace(both, names=both.names[:1], policies=both.policies[:1])
    row = records_of(both.program).output_rows.index(METRIC.output)
    months = both.policies.shape[1]
    for dtype in DTYPES:
        for members in sizes:
            parameters = question.parameters(members)
            tasks = {
                "gradient": lambda parameters=parameters, dtype=dtype: lever_gradient(
                    both, both.names[1], METRIC, parameters, dtype=dtype, threads=THREADS
                ),
                "forward": lambda parameters=parameters, dtype=dtype: run_members(
                    both, parameters, dtype=dtype, threads=THREADS
                ),
                "reference alone": lambda parameters=parameters, dtype=dtype: run_members(
                    alone, parameters, dtype=dtype, threads=THREADS
                ),
            }
            found, run, _ = [task() for task in tasks.values()]
            score = float(np.asarray(run[1, row], np.float64).mean())
            assert abs(found.value - score) <= 1e-5 * abs(score), (found.value, score)
            timings = take_turns(tasks, rounds)
            ratios = {
                name: {
                    "median": median(
                        mine / theirs
                        for mine, theirs in zip(timings["gradient"].wall, timings[name].wall, strict=True)
                    ),
                    "cpu": sum(timings["gradient"].cpu) / sum(timings[name].cpu),
                }
                for name in ("forward", "reference alone")
            }
            for name, timing in timings.items():
                policies = 1 if name == "reference alone" else 2
                more = {} if name != "gradient" else {"ratios": ratios, "note": _in_words(ratios)}
                yield record(
                    WORK,
                    f"{name}, {dtype}",
                    version("ripeness"),
                    members,
                    "member-steps",
                    members * policies * months,
                    timing,
                    score,
                    threads=THREADS,
                    months=months,
                    levers=int(np.count_nonzero(found.monthly.mean)),
                    **more,
                )


def _of_two(question: Question) -> Question:
    """The question with its first two policies."""
    return replace(question, names=question.names[:2], policies=question.policies[:2])


def _in_words(ratios: dict[str, dict[str, float]]) -> str:
    run, alone = ratios["forward"], ratios["reference alone"]
    return (
        f"{run['median']:.2f} of the run of both policies by wall, {run['cpu']:.2f} by CPU; "
        f"{alone['median']:.2f} and {alone['cpu']:.2f} of the reference alone"
    )


def run(sizes: Sequence[int] = SIZES, rounds: int = ROUNDS, question: Asked | None = None) -> list[Record]:
    """All lines: what is compiled first, then the three side by side."""
    subject = question or asked()
    return [emit(line) for lines in (compiled(subject), compare(subject, sizes, rounds)) for line in lines]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.gradient", description="A gradient against runs.")
    parser.add_argument("--members", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    emit({"machine": machine()})
    print(table(run(options.members, options.rounds)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
