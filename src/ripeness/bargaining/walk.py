"""The war walked through the solved game, month by month along given paths of the world.

Equations (docs/model/bargaining.md); e is how much of the announced pressure the phase carries out:

    G17  front' = front + step_held + e (step - step_held); the chest likewise
    G18  evidence from the front's own change z:  l' = leak l + ((z - m_L)^2 - (z - m_H)^2) / (2 phi / N^2),
         m_k = phi (2 p_k' - 1) / N; in a month of progress phi, and with it z, is that much smaller
    G19  renewal: the deal lasts the first n months with (1 - h')^n <= 1 - u
    G20  a signed deal holds at home with chance logistic((support of D - 0.5) / width)

A month runs: thresholds are read between the points of the grid, a deal is made with chance g on the terms of
whoever proposes, else A chooses progress, the front and the chest move, the coalition's hidden type draws the
next phase. A front share of 0 or 1 ends the war. Solutions are kept for one draw and plan at a time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import given
from ripeness.bargaining.game import Drivers, Endings, Grid, PhasePlan, Stakes, Starts, Uniforms
from ripeness.bargaining.reference import logistic
from ripeness.bargaining.solver import Game

Floats = NDArray[np.float64]

TABLES = 3
"""Kept of a month for a walk: thresholds of both and the chance of progress."""


def walk(
    stakes: Stakes,
    plans: Sequence[PhasePlan],
    grid: Grid,
    drivers: Drivers,
    starts: Starts,
    uniforms: Uniforms,
    horizon: int | None = None,
    dtype: str = "float32",
    threads: int | None = None,
    done: Callable[[int], None] | None = None,
) -> Endings:
    """How the war of every member ends under every plan; the months are those of `drivers`.

    `horizon` is in months; None lets it grow with patience (360 at a discount factor of 0.99).
    Each pair of draw and plan is solved once for all members of the draw, on one of `threads` cores (all by
    default), and dropped. Neither the number of threads nor the other members change a member's result.
    `done` is called with 1 after every structural draw.

    RipenessError where an input makes no sense.
    """
    from ripeness.bargaining import kernel

    game = Game.checked(stakes, plans, grid, dtype)
    drivers, starts, uniforms = given.checked_walk(drivers, starts, uniforms, game.plans, game.draws)
    policies, months, members = drivers.front.shape
    horizons = given.checked_horizons(game.stakes, horizon, months)
    ratified = _ratified(game.stakes, drivers, starts)
    endings = _empty(policies, months, members)
    own = threading.local()

    def room(size: int) -> NDArray[np.generic]:
        """Room for kept tables, used again by the next solve of the thread."""
        if getattr(own, "size", 0) < size:
            own.kept, own.size = np.empty(size, dtype), size
        return own.kept[:size]

    def walk_one(task: tuple[int, int]) -> None:
        draw, p = task
        who = np.flatnonzero(starts.draw == draw)
        plan, shape = game.plans[p].of(draw), game.shape_of(game.plans[p])
        kept = room(months * TABLES * shape.states)
        inputs, counters = (
            (game.stakes_of(draw), game.curves_of(draw), plan),
            np.zeros(2 * kernel.DONE, np.int64),
        )
        kernel.solve(
            shape, *inputs, int(horizons[draw]), months, TABLES, game.values_array(shape), kept, counters
        )
        path = kernel.Paths(
            drivers.front[p],
            drivers.front_step[p],
            drivers.front_step_held[p],
            drivers.chest[p],
            drivers.chest_held[p],
            ratified[p],
        )
        records = kernel.Records(*(getattr(endings, name)[p] for name in kernel.Records._fields))
        kernel.walk(
            shape, inputs[0], plan, kept, path, _floats_of(starts), starts.phase[p], uniforms, who, records
        )

    tasks = [(int(draw), p) for draw in np.unique(starts.draw) for p in range(policies)]
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as workers:
        for number, _ in enumerate(workers.map(walk_one, tasks), start=1):
            if done is not None and number % policies == 0:
                done(1)
    return endings


def _floats_of(starts: Starts) -> Starts:
    """The starts with the columns by policy left out, so that all have one shape."""
    return starts._replace(phase=starts.draw)


def _ratified(stakes: Stakes, drivers: Drivers, starts: Starts) -> Floats:
    """Chance (NP, T, n) that a signed deal holds at home (G20); 1 where no support is given."""
    if drivers.support_d is None:
        return np.ones(drivers.front.shape)
    return ratification(drivers.support_d, stakes.ratification_width[starts.draw])


def ratification(support: Floats, width: Floats) -> Floats:
    """Chance that a deal holds at home under a public's `support` 0..1 for settling (G20); half at a half."""
    return logistic((support - 0.5) / width)


def _empty(policies: int, months: int, members: int) -> Endings:
    single = {
        "kind": np.zeros((policies, members), np.int8),
        "month": np.full((policies, members), np.inf),
        "terms": np.full((policies, members), np.nan),
        "renewed_month": np.full((policies, members), np.inf),
    }
    monthly = [name for name in Endings._fields if name not in single]
    return Endings(**single, **{name: np.full((policies, months, members), np.nan) for name in monthly})
