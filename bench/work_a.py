"""Work A: the SIR model of Sterman's Business Dynamics (chapter 9), 3,200 Euler steps, 101 saved points a run.

Ours is a program of the engine whose step goes from one saved point to the next in 32 Euler steps. All three
stocks of all 101 points of every run are kept, as PySD keeps them. Runs differ in the contact rate; the
first has the rate of the book, whose largest saved number of infectious people is the check value.

    python -m bench.work_a [--runs 20000] [--rounds 5]
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.chunks import in_chunks
from bench.cold import cold_starts
from bench.peers.turns import Peer
from bench.timing import ROUNDS, Record, emit, once, record, run_from_command_line, take_turns
from ripeness import engine
from ripeness.flow import Scalar, layout_of

Floats = NDArray[Any]

WORK = "A: SIR, 3,200 Euler steps, 101 points"
RUNS = 20_000
PEER_RUNS = 20
CHUNK = 2_048
MOST_INFECTIOUS = 215.46825332665767
"""Largest saved number of infectious people at the rate of the book, from PySD 3.14.3."""

POPULATION, FIRST_INFECTIOUS = 10_000.0, 1.0
CONTACT_RATE, INFECTIVITY, ILLNESS_DAYS = 2.5, 0.25, 2.0
EULER_STEP, STEPS_A_POINT, POINTS = 0.0625, 32, 101


class Stocks(NamedTuple):
    """People; outputs hold the same rows as the state."""

    susceptible: Scalar
    infectious: Scalar
    recovered: Scalar


class Rates(NamedTuple):
    """What a run may vary."""

    contact_rate: Scalar  # people met a day
    infectivity: Scalar  # chance that such a meeting infects
    illness_days: Scalar


class Measure(NamedTuple):
    """A policy of the run: none in this work."""

    contact_factor: Scalar


class Calendar(NamedTuple):
    """Length of an Euler step, days."""

    step_days: Scalar


class Noise(NamedTuple):
    """The engine draws one shock; the model has none."""

    unused: Scalar


def to_the_next_point(
    stocks: Stocks, rates: Rates, measure: Measure, calendar: Calendar, noise: Noise, xp: Any
) -> tuple[Stocks, Stocks, Noise]:
    """From one saved point to the next."""
    per_meeting = (
        rates.contact_rate * measure.contact_factor * rates.infectivity / POPULATION * calendar.step_days
    )
    recovering = calendar.step_days / rates.illness_days
    susceptible, infectious, recovered = stocks
    for _ in range(STEPS_A_POINT):
        infected = per_meeting * susceptible * infectious
        recovery = infectious * recovering
        susceptible = susceptible - infected
        infectious = infectious + infected - recovery
        recovered = recovered + recovery
    after = Stocks(susceptible, infectious, recovered)
    return after, after, noise


SIR = engine.Program(
    name="work_a",
    step=to_the_next_point,
    state=layout_of(Stocks),
    params=layout_of(Rates),
    policy=layout_of(Measure),
    month=layout_of(Calendar),
    shocks=layout_of(Noise),
    outputs=layout_of(Stocks),
)


def contact_rates(runs: int) -> Floats:
    """Contact rates: the book's first, then from 2 to 3 a day."""
    return np.concatenate([[CONTACT_RATE], np.linspace(2.0, 3.0, runs - 1)])


def inputs_of(rates: Floats) -> engine.Inputs:
    """One member a run."""
    runs = len(rates)
    start = (POPULATION - FIRST_INFECTIOUS, FIRST_INFECTIOUS, 0.0)
    return engine.Inputs(
        params=np.stack([rates, np.full(runs, INFECTIVITY), np.full(runs, ILLNESS_DAYS)]),
        state=np.repeat(np.array(start)[:, None], runs, axis=1),
        policies=np.ones((1, POINTS - 1, 1)),
        months=np.full((POINTS - 1, 1), EULER_STEP),
    )


def simulate(rates: Floats, dtype: str = "float32", chunk: int = CHUNK) -> Floats:
    """Stocks (101, 3, runs) at all saved points."""
    inputs = inputs_of(rates)
    saved = np.empty((POINTS, 3, len(rates)), dtype)
    saved[0] = inputs.state
    parts = in_chunks(SIR, inputs, chunk, lambda result: result.paths[0], dtype)
    np.concatenate(parts, axis=2, out=saved[1:])
    return saved


def most_infectious(saved: Floats) -> float:
    """Check value: largest saved number of infectious people of the first run."""
    return float(saved[:, 1, 0].max())


def run(runs: int = RUNS, rounds: int = ROUNDS) -> list[Record]:
    """Our lines, and PySD's where its environment is there, turn by turn."""
    rates = contact_rates(runs)
    ours = version("ripeness")
    checks = {dtype: most_infectious(simulate(rates[:2], dtype)) for dtype in ("float32", "float64")}
    for dtype, tolerance in (("float32", 1e-4), ("float64", 1e-6)):
        if abs(checks[dtype] / MOST_INFECTIOUS - 1.0) > tolerance:
            raise AssertionError(
                f"work A in {dtype} has its peak at {checks[dtype]}, PySD at {MOST_INFECTIOUS}"
            )
    tasks: dict[str, Any] = {dtype: lambda dtype=dtype: simulate(rates, dtype) for dtype in checks}
    with Peer("work_a_pysd.py") as peer:
        for task in tasks.values():
            task()
        if peer.present:
            tasks["PySD"] = lambda: peer.take_turn(PEER_RUNS)
            cold_peer = once(tasks["PySD"])
        timings = take_turns(tasks, rounds)
    lines = [
        record(WORK, f"ripeness {dtype}", ours, runs, "runs", runs, timings[dtype], checks[dtype])
        for dtype in checks
    ]
    if peer.present:
        warm = record(
            WORK, "PySD", peer.version, PEER_RUNS, "runs", PEER_RUNS, timings["PySD"].elsewhere(), peer.check
        )
        first = record(
            WORK,
            "PySD",
            peer.version,
            PEER_RUNS,
            "runs",
            PEER_RUNS,
            cold_peer.elsewhere(),
            peer.check,
            "cold, with translation",
        )
        lines[0]["note"] = f"{lines[0]['rate'] / warm['rate']:,.0f} times PySD"
        lines += [first, warm]
    return [emit(line) for line in [*cold_starts(WORK, "bench.work_a", "SIR"), *lines]]


if __name__ == "__main__":
    raise SystemExit(run_from_command_line("work A", run, runs=RUNS))
