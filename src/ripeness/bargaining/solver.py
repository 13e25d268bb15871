"""The game solved by the kernel, for many draws and plans at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import given
from ripeness.bargaining.game import Grid, PhasePlan, Solution, Stakes
from ripeness.bargaining.given import Plan
from ripeness.bargaining.peace import Peace, peace
from ripeness.bargaining.reference import effective_pressure, logistic, offer_chance
from ripeness.base.errors import RipenessError

DTYPES = ("float32", "float64")

TABLES = 5
"""Kept of a month for a solution: thresholds of both, chance of progress, values of both."""


@dataclass(frozen=True)
class Game:
    """Checked stakes, plans and grid, laid out for the kernel."""

    stakes: Stakes
    plans: list[Plan]
    grid: Grid
    dtype: str

    @classmethod
    def checked(cls, stakes: Stakes, plans: Sequence[PhasePlan], grid: Grid, dtype: str) -> Game:
        """RipenessError where an input makes no sense."""
        if dtype not in DTYPES:
            raise RipenessError(f"dtype is {dtype!r}", f"give {' or '.join(DTYPES)}")
        grid, stakes = given.checked_grid(grid), given.checked_stakes(stakes)
        return cls(stakes, given.checked_plans(plans, len(stakes.delta), grid), grid, dtype)

    @property
    def draws(self) -> int:
        """D."""
        return len(self.stakes.delta)

    @cached_property
    def _peace(self) -> Peace:
        return peace(self.stakes)

    def stakes_of(self, draw: int) -> Stakes:
        """Stakes of one draw, as numbers."""
        return Stakes(*(float(field[draw]) for field in self.stakes))

    def curves_of(self, draw: int) -> Any:
        """`kernel.Curves` of one draw."""
        from ripeness.bargaining import kernel

        a, d = self._peace
        return kernel.Curves(
            straight=bool(self.stakes.renewal_slope[draw] == 0.0),
            start_a=float(a.start[draw]),
            slope_a=float(a.slope[draw]),
            start_d=float(d.start[draw]),
            slope_d=float(d.slope[draw]),
            values_a=a.values[draw],
            values_d=d.values[draw],
            shares_a=a.shares[draw],
            shares_d=d.shares[draw],
        )

    def shape_of(self, plan: Plan) -> Any:
        """`kernel.Shape` of one plan."""
        from ripeness.bargaining import kernel

        places = (self.grid.front + 1) * self.grid.reputation
        row = -(-places // kernel.LINE) * kernel.LINE
        chests, evidences = self.grid.chest + 1, self.grid.evidence
        return kernel.Shape(
            fronts=self.grid.front + 1,
            chests=chests,
            evidences=evidences,
            reputations=self.grid.reputation,
            phases=plan.phases,
            row=row,
            slice=evidences * row,
            states=plan.phases * chests * evidences * row,
            chest_step=float(self.grid.chest_step),
            evidence_max=float(self.grid.evidence_max),
            reputation_max=float(self.grid.reputation_max),
        )

    def values_array(self, shape: Any) -> NDArray[Any]:
        """Room for two generations of values, and for vectors that overshoot the last of them."""
        from ripeness.bargaining import kernel

        return np.zeros(4 * shape.states + 4 * kernel.LINE, self.dtype)


def solve(
    stakes: Stakes,
    plans: Sequence[PhasePlan],
    grid: Grid,
    horizon: int | None = None,
    keep: int = 1,
    dtype: str = "float32",
    threads: int | None = None,
) -> Solution:
    """The game of every draw and plan in its first `keep` months, as `reference.solve` but fast.

    `horizon` is in months; None lets it grow with patience (360 at a discount factor of 0.99).
    `threads` is the number of cores to use, all by default; the result does not depend on it.

    RipenessError where an input makes no sense.
    """
    from ripeness.bargaining import kernel

    game = Game.checked(stakes, plans, grid, dtype)
    horizons = given.checked_horizons(game.stakes, horizon, keep)
    axes = (grid.phases, grid.chest + 1, grid.evidence, grid.reputation, grid.front + 1)
    tables = np.full((TABLES, game.draws, len(plans), keep, *axes), np.nan, dtype)
    tasks = [(draw, p) for draw in range(game.draws) for p in range(len(plans))]
    cores = threads or os.cpu_count() or 1
    team = max(1, cores // len(tasks))

    def solve_one(draw: int, p: int, workers: ThreadPoolExecutor | None) -> None:
        plan, shape = game.plans[p], game.shape_of(game.plans[p])
        kept = np.empty(keep * TABLES * shape.states, dtype)
        inputs = (
            shape,
            game.stakes_of(draw),
            game.curves_of(draw),
            plan.of(draw),
            int(horizons[draw]),
            keep,
            TABLES,
        )
        shared = (game.values_array(shape), kept)
        counters = np.zeros(2 * kernel.DONE, np.int64)
        if workers is None:
            kernel.solve(*inputs, *shared, counters)
        else:
            list(workers.map(lambda _: kernel.solve(*inputs, *shared, counters), range(team)))
        tables[:, draw, p, :, : plan.phases] = _unpacked(kept, shape, keep)

    with ThreadPoolExecutor(cores) as workers:
        if team > 1:
            for draw, p in tasks:
                solve_one(draw, p, workers)
        else:
            list(workers.map(lambda task: solve_one(task[0], task[1], None), tasks))
    least, most, progress, value_a, value_d = tables.swapaxes(4, 8)
    return Solution(least, most, _deal_chances(game, least, most), progress, value_a, value_d)


def _unpacked(kept: NDArray[Any], shape: Any, keep: int) -> NDArray[Any]:
    """Tables of one solve as (5, months, E, W + 1, L, R, N + 1)."""
    rows = kept.reshape(keep, TABLES, shape.phases, shape.chests, shape.evidences, shape.row).swapaxes(0, 1)
    inner = rows[..., : shape.reputations * shape.fronts]
    return inner.reshape(*inner.shape[:-1], shape.reputations, shape.fronts)


def _deal_chances(game: Game, least: NDArray[Any], most: NDArray[Any]) -> NDArray[Any]:
    """g (G15); axes of `Solution`."""
    chances = np.full_like(least, np.nan)
    columns = Stakes(*(field[:, None, None] for field in game.stakes))
    for p, plan in enumerate(game.plans):
        months = np.minimum(np.arange(least.shape[2]), plan.months - 1)
        pressure, talks, push, ratified = (
            array[:, months] for array in (effective_pressure(plan), plan.talks, plan.push, plan.ratified)
        )
        offers = offer_chance(columns, pressure, talks, push) * ratified
        temperature = columns.temperature * (1.0 + columns.push_insincere * push)
        over_states = (slice(None), slice(None), *[None] * 4)
        zopa = (most - least)[:, p, ..., : plan.phases]
        chances[:, p, ..., : plan.phases] = offers[over_states] * logistic(zopa / temperature[over_states])
    chances[:, :, :, [0, -1]] = np.where(np.isnan(chances[:, :, :, [0, -1]]), np.nan, 0.0)
    return chances
