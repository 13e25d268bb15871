"""From the world's paths to what the models of an ending read: the front as a share, the chest, people, spending.

Walked months run from the eve of the start, so that already the first step of a policy may lapse. A level is that
at the start of a month: the world's output of the month before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness import engine
from ripeness.bargaining import Drivers
from ripeness.case import Case, StakeMap
from ripeness.ensemble.effort import Effort, effort, lever_path
from ripeness.ensemble.plans import Announced
from ripeness.ensemble.simulate import Question, program_of, run_chunk
from ripeness.flow import PolicyRow, layout_of

Floats = NDArray[Any]

LEVELS = ("territory_km2", "support_d")
"""Outputs read as levels, at the start of a month."""

FLOWS = (
    "squeeze",
    "losses_a",
    "losses_d",
    "dead_a",
    "dead_d",
    "civilian_harm",
    "aid_allocated_usd_bn",
    "aid_delivered_usd_bn",
    "coalition_cost_usd_bn",
)
"""Outputs read as flows of the month; a program that lacks one has zeros there."""

MOMENTUM_MONTHS = 6
"""Months over which the movement of the front is momentum."""

PURSE_MONTHS, MOST_PURSE_MONTHS = 12, 24.0
"""A treasury's runway jumps with the season: the parties read its mean over a year, no month counted beyond this."""

MEMBERS_AT_ONCE = engine.BLOCK
"""Members whose whole paths are held at a time."""


@dataclass(frozen=True)
class Paths:
    """World paths by name, each (NP, T, n) float32, over the walked months; the first policy is the reference."""

    rows: Mapping[str, Floats]
    first: int
    """Index of the first walked month, the eve of the start, among the case's months."""

    def __getitem__(self, name: str) -> Floats:
        return self.rows[name]

    @property
    def shape(self) -> tuple[int, int, int]:
        """NP, T, n."""
        np_, t, n = self.rows["losses_a"].shape
        return np_, t, n


def eve(question: Question) -> int:
    """Index of the eve of the start among the question's months; the second month where there is none before."""
    return max(question.start - question.case.first_month - 1, 1)


def world_paths(
    question: Question,
    parameters: Floats,
    members: int,
    *,
    dtype: str = "float32",
    threads: int | None = None,
) -> Paths:
    """Paths of the first `members` futures, simulated block by block; only the rows that are read are kept."""
    from ripeness.ensemble.simulate import over_blocks

    first = eve(question)
    names = program_of(question.case).outputs.row_names
    seasonal = "runway_months" in names

    def block(start: int, part: Floats) -> dict[str, Floats]:
        result = run_chunk(question, part, start, start + part.shape[1], "kernel", dtype)
        found = {}
        for name in LEVELS:
            found[name] = result.paths[:, first - 1 : -1, names.index(name)].astype(np.float32)
        found["chest_months"] = _purse(result.paths[:, :, names.index("chest_months")], first, seasonal)
        found["territory_after_km2"] = result.paths[:, first:, names.index("territory_km2")].astype(
            np.float32
        )
        shape = found["territory_km2"].shape
        for name in FLOWS:
            has = name in names
            found[name] = (
                result.paths[:, first:, names.index(name)].astype(np.float32)
                if has
                else np.zeros(shape, np.float32)
            )
        return found

    parts = over_blocks(block, parameters[:, :members], MEMBERS_AT_ONCE, threads)
    return Paths({name: np.concatenate([part[name] for part in parts], axis=2) for name in parts[0]}, first)


def _purse(chest: Floats, first: int, seasonal: bool) -> Floats:
    """A's purse at the start of each walked month (NP, T, n) from monthly readings of all months (NP, T', n)."""
    if not seasonal:
        return chest[:, first - 1 : -1].astype(np.float32)
    sums = np.cumsum(np.minimum(chest, MOST_PURSE_MONTHS), axis=1, dtype=np.float64)
    sums = np.pad(sums, ((0, 0), (1, 0), (0, 0)))
    ends = np.arange(first, chest.shape[1])
    begins = np.maximum(ends - PURSE_MONTHS, 0)
    return ((sums[:, ends] - sums[:, begins]) / (ends - begins)[:, None]).astype(np.float32)


def front_share(area_km2: Floats, stake: StakeMap) -> Floats:
    """A's share of the stake, 0..1, from the area that it holds, under one map of the stake."""
    land = (area_km2 - stake.area_at_0_km2) / (stake.area_at_1_km2 - stake.area_at_0_km2)
    share = stake.land_weight * land + (1.0 - stake.land_weight) * stake.other_share
    return np.clip(share, 0.0, 1.0)


class Announcements(NamedTuple):
    """Every policy's announced paths, its effort and price, and its offered guarantees."""

    announced: tuple[Announced, ...]
    efforts: tuple[Effort, ...]
    deterrence: Floats  # (NP,)
    denial: Floats  # (NP,)


def announcements(question: Question, ratchets: Sequence[float], paths: Paths) -> Announcements:
    """What each policy announces, month by month from the eve, from its lever rows and mean aid in the world.

    `ratchets` holds the months between steps of a policy that is a ratchet, 0 for a dated one.
    """
    field = layout_of(PolicyRow)["levers"]
    levers = question.policies[:, :, field.start : field.start + field.rows]
    whole = [effort(question.case, rows) for rows in levers]
    efforts = [Effort(each.share[paths.first :], each.price_usd_bn[paths.first :]) for each in whole]
    aid = paths["aid_delivered_usd_bn"].mean(axis=2).astype(np.float64)
    usual = max(float(aid[0, :12].mean()), 1e-9)
    rows = [path[paths.first :] for path in levers]
    found = tuple(
        Announced(
            effort=own.share,
            effort_held=efforts[0].share,
            talks=lever_path(row, "talks"),
            relief=lever_path(row, "pressure_relief"),
            push=lever_path(row, "pressure_to_talk"),
            aid=aid[p] / usual,
            aid_held=aid[0] / usual,
            ratchet_months=ratchets[p],
        )
        for p, (own, row) in enumerate(zip(efforts, rows, strict=True))
    )
    return Announcements(
        found,
        tuple(efforts),
        np.array([lever_path(row, "guarantee_deterrence")[1:].max(initial=0.0) for row in rows]),
        np.array([lever_path(row, "guarantee_denial")[1:].max(initial=0.0) for row in rows]),
    )


def drivers_of(case: Case, paths: Paths, announced: Announcements, stake: StakeMap) -> Drivers:
    """The record that every model of an ending reads, (NP, T, n)."""
    front = front_share(paths["territory_km2"], stake)
    after = front_share(paths["territory_after_km2"], stake)
    step = after - front
    shape = paths.shape

    def spread(values: Sequence[Floats]) -> Floats:
        return np.broadcast_to(np.stack(values)[:, :, None], shape).astype(np.float32)

    def held(values: Floats) -> Floats:
        return np.broadcast_to(values[:1], shape)

    pressure = spread([each.effort for each in announced.announced])
    travelled = np.cumsum(step, axis=1) - step
    before = np.pad(travelled, ((0, 0), (MOMENTUM_MONTHS, 0), (0, 0)))[:, : shape[1]]
    return Drivers(
        front=front,
        front_step=step,
        chest=paths["chest_months"],
        pressure=pressure,
        front_held=held(front),
        front_step_held=held(step),
        chest_held=held(paths["chest_months"]),
        pressure_held=held(pressure),
        talks=spread([each.talks for each in announced.announced]),
        relief=spread([each.relief for each in announced.announced]),
        aid=spread([each.aid for each in announced.announced]),
        push=spread([each.push for each in announced.announced]),
        stress=paths["squeeze"],
        casualties_a=paths["losses_a"],
        casualties_d=paths["losses_d"],
        civilian=paths["civilian_harm"],
        momentum=(travelled - before).astype(np.float32),
        support_d=paths["support_d"] if "opinion" in case.blocks else None,
    )
