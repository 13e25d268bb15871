"""The bargaining game: one solve, the kernel against the same months written by hand in C.

Run `python -m bench.game`. Checked first, timed then: thresholds of the first month must agree. The tables of the
month are made by the kernel on both sides: they are made once, the months are made again and again.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.c_loop import SOURCE, available, gcc_version
from bench.timing import ROUNDS, THREADS, Record, emit, record, run_from_command_line, take_turns
from ripeness.bargaining import Grid, PhasePlan, Stakes, kernel
from ripeness.bargaining.solver import Game

FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp", "-fPIC")

TOLERANCE = 1e-4
"""Largest difference of a threshold, share of the stake: float32 in another order of sums."""

GRIDS = (
    Grid(front=20, chest=8, chest_step=2.0, evidence=7, reputation=5, phases=4),
    Grid(front=16, chest=12, chest_step=1.5, evidence=13, reputation=5, phases=2),
    Grid(front=16, chest=8, chest_step=2.0, evidence=9, reputation=9, phases=3),
)

HORIZON = 360


class Shape(ctypes.Structure):
    """`shape_t` of game.c."""

    _fields_ = [
        (name, ctypes.c_int)
        for name in ("fronts", "chests", "evidences", "reputations", "phases", "row", "horizon")
    ]


class Constants(ctypes.Structure):
    """`stakes_t` of game.c."""

    _fields_ = [
        (name, ctypes.c_double)
        for name in (
            "delta", "phi", "cost_d", "progress_cost", "progress_cost_d", "progress_front", "precision", "alpha",
            "start_a", "slope_a", "start_d", "slope_d", "lambda_a", "lambda_d",
        )
    ]  # fmt: skip


TABLES = (
    "cost_a", "offers", "temperature", "talks", "chance", "chest_cell", "chest_part", "evidence_cell", "evidence_part",
    "reputation_cell", "reputation_part", "order", "moves", "same", "lanes",
)  # fmt: skip


class Tables(ctypes.Structure):
    """`tables_t` of game.c."""

    _fields_ = [(name, ctypes.c_void_p) for name in TABLES]


def made_up_stakes() -> Stakes:
    """The middle of the prior, without tables of renewal."""
    return Stakes(
        delta=0.99, phi=0.35, logit_high=0.36, logit_low=-0.32, offset_a=1.0, offset_d=-0.75, leak=0.965,
        cost_a=0.05, cost_d=0.12, cost_pressure=0.02, cost_empty=0.15, odds_empty=0.4, odds_aid=0.2,
        aid_normal=1.0, drift=-0.1, drain=-0.5, lambda_a=10.0, lambda_d=30.0, proposer=0.5, chance_talks=0.2,
        chance_base=0.03, refusal=0.35, pressure_max=1.0, temperature=0.017, progress_cost=0.03,
        progress_precision=20.0, verification=0.67, offset_reputation=0.3, renewal_hazard=0.01,
        renewal_slope=0.0, gain_a=0.18, loss_d=0.45, cost_renewal_a=4.0, cost_renewal_d=10.0, deterrence=0.6,
        denial=0.3, progress_front=0.75, progress_cost_d=0.025,
    )  # fmt: skip


def ladder(phases: int) -> PhasePlan:
    """Phases of rising pressure: up without progress, down with it; a firm coalition climbs faster."""
    rows = []
    for climb in (0.3, 0.1):
        chances = np.zeros((1, phases, 2, phases))
        for e in range(phases):
            chances[0, e, 0, min(e + 1, phases - 1)] += climb
            chances[0, e, 0, e] += 1.0 - climb
            chances[0, e, 1, max(e - 1, 0)] += 0.3
            chances[0, e, 1, e] += 0.7
        rows.append(chances)
    pressure = np.linspace(0.0, 1.0, phases)[None]
    same = np.ones_like(pressure)
    return PhasePlan(pressure, same, 0.0 * same, same, 0.0 * same, pressure, *rows)


def compiled(folder: Path) -> ctypes.CDLL:
    """Compile game.c into `folder` and load it."""
    library = folder / "game.so"
    compiled_only = folder / "game.o"
    # Linked without -ffast-math, whose start-up code would turn off subnormal numbers in the whole process.
    for command in (
        ["gcc", *FLAGS, "-c", str(SOURCE / "game.c"), "-o", str(compiled_only)],
        ["gcc", "-shared", "-fopenmp", str(compiled_only), "-o", str(library), "-lm"],
    ):
        subprocess.run(command, check=True, capture_output=True, text=True)
    return ctypes.CDLL(str(library))


def our_solve(game: Game, threads: int) -> Callable[[], NDArray[Any]]:
    """The kernel with its arrays allocated; returns thresholds (2, states) of the first month."""
    from concurrent.futures import ThreadPoolExecutor

    plan = game.plans[0]
    shape = game.shape_of(plan)
    values, kept = game.values_array(shape), np.empty(3 * shape.states, game.dtype)
    inputs = (shape, game.stakes_of(0), game.curves_of(0), plan.of(0), HORIZON, 1, 3, values, kept)
    workers = ThreadPoolExecutor(threads)

    def run() -> NDArray[Any]:
        counters = np.zeros(2 * kernel.DONE, np.int64)
        list(workers.map(lambda _: kernel.solve(*inputs, counters), range(threads)))
        return kept[: 2 * shape.states].reshape(2, -1)

    return run


def their_solve(library: ctypes.CDLL, game: Game, threads: int) -> Callable[[], NDArray[Any]]:
    """The same in C, given the month's tables."""
    plan = game.plans[0]
    shape, stakes, curves = game.shape_of(plan), game.stakes_of(0), game.curves_of(0)
    values = game.values_array(shape)
    tables = kernel.new_tables(shape, values)
    kernel.fill_row(tables, shape, stakes)
    kernel.fill_month(tables, shape, stakes, plan.of(0), 0)
    thresholds = np.empty((2, shape.states), np.float32)
    sizes = Shape(*(getattr(shape, name) for name, _ in Shape._fields_[:-1]), HORIZON)
    constants = Constants(
        stakes.delta, stakes.phi, stakes.cost_d, stakes.progress_cost, stakes.progress_cost_d,
        stakes.progress_front, stakes.progress_precision, stakes.proposer, curves.start_a, curves.slope_a,
        curves.start_d, curves.slope_d, stakes.lambda_a, stakes.lambda_d,
    )  # fmt: skip
    pointers = Tables(*(getattr(tables, name).ctypes.data for name in TABLES))
    lanes = [getattr(tables, name) for name in ("share", "inside", "edge_a", "edge_d")]
    arrays = [array.ctypes.data_as(ctypes.c_void_p) for array in (*lanes, values, *thresholds)]

    def run(alive: tuple[Any, ...] = (tables, values)) -> NDArray[Any]:
        del alive  # C holds addresses of what Python would throw away
        if library.solve_game(
            ctypes.byref(sizes), ctypes.byref(constants), ctypes.byref(pointers), *arrays, threads
        ):
            raise MemoryError("the C game found no memory")
        return thresholds

    return run


def require_agreement(game: Game, ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """Largest difference of a threshold inside the front; AssertionError where it is too large."""
    shape = game.shape_of(game.plans[0])
    lanes = np.arange(shape.row) % shape.fronts
    inner = (
        (lanes > 0) & (lanes < shape.fronts - 1) & (np.arange(shape.row) < shape.fronts * shape.reputations)
    )
    gap = float(np.abs(ours - theirs).reshape(2, -1, shape.row)[..., inner].max())
    if not gap <= TOLERANCE:
        raise AssertionError(
            f"bench/c/game.c no longer solves the game of the kernel: thresholds differ by {gap}"
        )
    return gap


def run(runs: int = 0, rounds: int = ROUNDS) -> list[Record]:
    """Time every grid with one and with two threads, turn by turn; `runs` is not used."""
    del runs
    records = []
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(Path(folder)) if available() else None
        for grid in GRIDS:
            game = Game.checked(made_up_stakes(), [ladder(grid.phases)], grid, "float32")
            states = (grid.front + 1) * (grid.chest + 1) * grid.evidence * grid.reputation * grid.phases
            for threads in (1, THREADS):
                tasks = {"ripeness": our_solve(game, threads)}
                check = 0.0
                if library is not None:
                    tasks["C"] = their_solve(library, game, threads)
                    check = require_agreement(game, tasks["ripeness"](), tasks["C"]())
                tasks["ripeness"]()
                for tool, timing in take_turns(tasks, rounds).items():
                    tool_version = version("ripeness") if tool == "ripeness" else f"gcc {gcc_version()}"
                    work = f"game, {HORIZON} months, {threads} threads"
                    line = record(
                        work, tool, tool_version, states, "state-months", states * HORIZON, timing, check
                    )
                    records.append(emit(line))
    return records


if __name__ == "__main__":
    raise SystemExit(run_from_command_line("the bargaining game", run, 0))
