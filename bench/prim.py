"""PRIM, 20 inputs: one box by peeling and pasting, against the EMA Workbench on the same futures.

Ours takes the sorting of every input with it. The boxes must be the same, limit by limit.

    python -m bench.prim [--runs 100000] [--rounds 5]
"""

from __future__ import annotations

from importlib.metadata import version
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.peers.turns import Peer
from bench.timing import ROUNDS, Record, emit, record, run_from_command_line, take_turns
from ripeness.analysis.prim import Box, Table, trajectory

WORK = "PRIM, 20 inputs"
ROWS, INPUTS, SEED = 100_000, 20, 1


def futures(rows: int, seed: int = SEED) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Uniform inputs (20, rows), and cases in a corner of three of them, with a few anywhere."""
    random = np.random.default_rng(seed)
    inputs = random.random((INPUTS, rows))
    corner = (inputs[0] < 0.4) & (inputs[1] > 0.6) & (inputs[2] < 0.8)
    return inputs, corner | (random.random(rows) < 0.02)


def last_box(inputs: NDArray[np.float64], cases: NDArray[np.bool_]) -> Box:
    """The end of the trajectory, peels that are equally good in the order of inputs, as the peer has them."""
    return trajectory(Table.of(inputs, cases), ties="order")[-1]


def run(rows: int = ROWS, rounds: int = ROUNDS) -> list[Record]:
    """Our line, and EMA's where its environment is there, turn by turn."""
    inputs, cases = futures(rows)
    tasks: dict[str, Any] = {"ours": lambda: last_box(inputs, cases)}
    box = last_box(inputs, cases)
    with Peer("prim_ema.py") as peer:
        if peer.present:
            tasks["ema"] = lambda: peer.take_turn({"rows": rows, "seed": SEED})
            tasks["ema"]()
            _require_same_box(box, inputs, peer.answer["limits"])
        timings = take_turns(tasks, rounds)
    lines = [
        record(WORK, "ripeness", version("ripeness"), rows, "futures", rows, timings["ours"], box.density)
    ]
    if peer.present:
        theirs = timings["ema"].elsewhere()
        lines.append(record(WORK, "EMA Workbench", peer.version, rows, "futures", rows, theirs, peer.check))
        ratio = median(theirs.wall) / median(timings["ours"].wall)
        lines[0]["note"] = f"{ratio:.1f} times as fast as EMA, same box"
    return [emit(line) for line in lines]


def _require_same_box(box: Box, inputs: NDArray[np.float64], theirs: list[list[float]]) -> None:
    ours = [
        [max(low, row.min()), min(high, row.max())]
        for low, high, row in zip(box.lower, box.upper, inputs, strict=True)
    ]
    if not np.array_equal(ours, theirs):
        wrong = [j for j, (one, other) in enumerate(zip(ours, theirs, strict=True)) if one != other]
        raise AssertionError(f"PRIM: the limits of inputs {wrong} differ from those of the EMA Workbench")


if __name__ == "__main__":
    raise SystemExit(run_from_command_line("PRIM", run, runs=ROWS))
