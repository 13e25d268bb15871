"""Work C: the shallow lake with a decision rule, 100 inflow draws by 100 years an experiment.

After Carpenter, Ludwig and Brock (1999), Ward and others (2015), Quinn and others (2017), as the examples
of the EMA Workbench state it. Ours is a program of the engine with one member a draw; the means over the
100 draws of an experiment, and their largest over years, are taken as each chunk ends. Every experiment's
outcomes are written to a Parquet file, as EMA's are collected in memory.

    python -m bench.work_c [--runs 4000] [--rounds 5]
"""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path
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

WORK = "C: lake problem, 100 draws x 100 years"
EXPERIMENTS = 4_000
PEER_EXPERIMENTS = 100
DRAWS, YEARS = 100, 100
CHUNK = 64
"""Experiments a chunk: 6,400 members are 25 whole blocks."""

ALPHA = 0.4
FIRST_RELEASE, LEAST_RELEASE, MOST_RELEASE = 0.1, 0.01, 0.1
SMALL_CHANGE = 0.02
SEED = 42

UNCERTAINTIES = {
    "b": (0.1, 0.45),
    "q": (2.0, 4.5),
    "mean": (0.01, 0.05),
    "stdev": (0.001, 0.005),
    "delta": (0.93, 0.99),
}
LEVERS = {"c1": (-2.0, 2.0), "c2": (-2.0, 2.0), "r1": (0.01, 2.0), "r2": (0.01, 2.0), "w1": (0.0, 1.0)}
OUTCOMES = ("max_p", "utility", "inertia", "reliability")


class Lake(NamedTuple):
    """One draw's lake; counts and sums are over the years so far."""

    pollution: Scalar
    release: Scalar  # of the last year
    discount: Scalar  # of next year
    utility: Scalar
    steady: Scalar  # years in which the release rose by less than 0.02
    reliable: Scalar  # years below the critical pollution


class Constants(NamedTuple):
    """An experiment's constants."""

    b: Scalar  # share of phosphorus lost a year
    q: Scalar  # recycling exponent
    inflow_log_mean: Scalar
    inflow_log_sd: Scalar
    delta: Scalar
    c1: Scalar
    c2: Scalar
    r1: Scalar
    r2: Scalar
    w1: Scalar
    critical: Scalar


class Rule(NamedTuple):
    """Bounds of the yearly release: the same for all."""

    least: Scalar
    most: Scalar


class Year(NamedTuple):
    """Weight of a year's utility."""

    alpha: Scalar


class Inflow(NamedTuple):
    """Natural inflow, standard normal of its log."""

    natural: Scalar


class Reported(NamedTuple):
    """What a year reports."""

    pollution: Scalar
    utility: Scalar
    steady: Scalar
    reliable: Scalar


def next_year(
    lake: Lake, constants: Constants, rule: Rule, year: Year, inflow: Inflow, xp: Any
) -> tuple[Lake, Reported, Inflow]:
    """One year of the lake; the release answers the pollution of the year before."""
    x = lake.pollution
    near_1, near_2 = xp.abs(x - constants.c1) / constants.r1, xp.abs(x - constants.c2) / constants.r2
    wanted = constants.w1 * near_1**3 + (1.0 - constants.w1) * near_2**3
    release = xp.minimum(xp.maximum(wanted, rule.least), rule.most)
    power = xp.exp(constants.q * xp.log(xp.maximum(x, 1e-12)))
    natural = xp.exp(constants.inflow_log_mean + constants.inflow_log_sd * inflow.natural)
    after = (1.0 - constants.b) * x + power / (1.0 + power) + release + natural
    lake = Lake(
        pollution=after,
        release=release,
        discount=lake.discount * constants.delta,
        utility=lake.utility + year.alpha * release * lake.discount,
        steady=lake.steady + xp.where(release - lake.release < SMALL_CHANGE, 1.0, 0.0),
        reliable=lake.reliable + xp.where(after < constants.critical, 1.0, 0.0),
    )
    return lake, Reported(after, lake.utility, lake.steady, lake.reliable), inflow


LAKE = engine.Program(
    name="work_c",
    step=next_year,
    state=layout_of(Lake),
    params=layout_of(Constants),
    policy=layout_of(Rule),
    month=layout_of(Year),
    shocks=layout_of(Inflow),
    outputs=layout_of(Reported),
)


def design(experiments: int, seed: int = SEED) -> dict[str, Floats]:
    """Latin hypercube over uncertainties and levers, the same for both sides."""
    draw = np.random.default_rng(seed)
    columns = {}
    for name, (low, high) in {**UNCERTAINTIES, **LEVERS}.items():
        cells = (draw.permutation(experiments) + draw.random(experiments)) / experiments
        columns[name] = low + (high - low) * cells
    return columns


def critical_pollution(b: Floats, q: Floats) -> Floats:
    """Pollution above 0.01 at which recycling first equals the loss, by bisection on [0.01, 1.5]."""
    low, high = np.full_like(b, 0.01), np.full_like(b, 1.5)
    for _ in range(50):
        middle = 0.5 * (low + high)
        power = middle**q
        below = power / (1.0 + power) < b * middle
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return 0.5 * (low + high)


def inputs_of(columns: dict[str, Floats], draws: int = DRAWS, seed: int = SEED) -> engine.Inputs:
    """One member a draw: experiment e has the members e * draws to (e + 1) * draws."""
    mean, stdev = columns["mean"], columns["stdev"]
    rows = Constants(
        b=columns["b"],
        q=columns["q"],
        inflow_log_mean=np.log(mean**2 / np.sqrt(stdev**2 + mean**2)),
        inflow_log_sd=np.sqrt(np.log(1.0 + stdev**2 / mean**2)),
        delta=columns["delta"],
        **{name: columns[name] for name in LEVERS},
        critical=critical_pollution(columns["b"], columns["q"]),
    )
    params = np.repeat(np.stack(rows), draws, axis=1)
    members = params.shape[1]
    state = np.zeros((LAKE.state.size, members))
    state[LAKE.state["release"].start] = FIRST_RELEASE
    state[LAKE.state["discount"].start] = params[LAKE.params["delta"].start]
    state[LAKE.state["utility"].start] = ALPHA * FIRST_RELEASE
    state[LAKE.state["reliable"].start] = 1.0  # the lake starts clean
    return engine.Inputs(
        params=params,
        state=state,
        policies=np.tile([LEAST_RELEASE, MOST_RELEASE], (1, YEARS - 1, 1)),
        months=np.full((YEARS - 1, 1), ALPHA),
        seed=seed,
    )


def outcomes_of(result: engine.Result, draws: int = DRAWS) -> Floats:
    """Outcomes (4, experiments) of the experiments of one chunk."""
    pollution = result.paths[0, :, 0]
    by_year = pollution.reshape(len(pollution), -1, draws).mean(axis=2)
    last = result.finals[0, 1:].reshape(3, -1, draws).mean(axis=2)
    return np.stack([by_year.max(axis=0), last[0], last[1] / YEARS, last[2] / YEARS])


def simulate(columns: dict[str, Floats], dtype: str = "float32") -> Floats:
    """Outcomes (4, experiments) in the order of `OUTCOMES`."""
    inputs = inputs_of(columns)
    return np.concatenate(in_chunks(LAKE, inputs, CHUNK * DRAWS, outcomes_of, dtype), axis=1)


def simulate_to(path: Path, columns: dict[str, Floats]) -> Floats:
    """Simulate and write every experiment with its outcomes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    outcomes = simulate(columns)
    pq.write_table(pa.table(columns | dict(zip(OUTCOMES, outcomes, strict=True))), path, compression="zstd")
    return outcomes


def run(runs: int = EXPERIMENTS, rounds: int = ROUNDS) -> list[Record]:
    """Our lines, and EMA's where its environment is there, turn by turn."""
    columns = design(runs)
    same = {name: values[:PEER_EXPERIMENTS] for name, values in columns.items()}
    with tempfile.TemporaryDirectory() as folder, Peer("work_c_ema.py") as peer:
        file = Path(folder) / "outcomes.parquet"
        check = float(simulate_to(file, same)[0].mean())
        tasks: dict[str, Any] = {"ours": lambda: simulate_to(file, columns)}
        tasks["ours"]()
        if peer.present:
            points = {name: list(values) for name, values in same.items()}
            tasks |= {
                "sequential": lambda: peer.take_turn({"processes": 1, "design": points}),
                "parallel": lambda: peer.take_turn({"processes": 2, "design": points}),
            }
            cold_peer = once(tasks["sequential"])
            tasks["parallel"]()
            _require_same_lakes(simulate(same)[0], np.array(peer.answer["max_p"]))
        timings = take_turns(tasks, rounds)
    ours = version("ripeness")
    lines = [record(WORK, "ripeness float32", ours, runs, "experiments", runs, timings["ours"], check)]
    if peer.present:
        kinds = {"sequential": "one process", "parallel": "two processes"}
        warm = [
            record(
                WORK, f"EMA Workbench, {words}", peer.version, PEER_EXPERIMENTS, "experiments", PEER_EXPERIMENTS,
                timings[kind].elsewhere(), peer.check,
            )
            for kind, words in kinds.items()
        ]  # fmt: skip
        first = record(
            WORK, "EMA Workbench, one process", peer.version, PEER_EXPERIMENTS, "experiments", PEER_EXPERIMENTS,
            cold_peer.elsewhere(), peer.check, "cold",
        )  # fmt: skip
        lines[0]["note"] = (
            f"{lines[0]['rate'] / max(line['rate'] for line in warm):,.0f} times EMA's faster line"
        )
        lines += [first, *warm]
    return [emit(line) for line in [*cold_starts(WORK, "bench.work_c", "LAKE"), *lines]]


def _require_same_lakes(ours: Floats, theirs: Floats) -> None:
    """The same experiments on other inflow draws: means within four standard errors of their difference.

    EMA meets all its experiments with the same draws, so a shift common to all is within what draws do.
    """
    gap = ours - theirs
    allowed = 4.0 * gap.std(ddof=1) / np.sqrt(len(gap)) + 2e-3 * abs(float(theirs.mean()))
    if abs(gap.mean()) > allowed:
        raise AssertionError(
            f"work C: mean of max_p is {ours.mean():.5f} here and {theirs.mean():.5f} in EMA, "
            f"{abs(gap.mean()):.1e} apart where draws explain {allowed:.1e}"
        )


if __name__ == "__main__":
    raise SystemExit(run_from_command_line("work C", run, runs=EXPERIMENTS))
