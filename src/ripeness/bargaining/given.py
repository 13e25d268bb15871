"""What callers hand to the game, checked and laid out: one fault is said with its field, value and remedy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining.game import Drivers, Grid, PhasePlan, Stakes, Starts, Uniforms
from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]

SHARES = (
    "phi", "leak", "proposer", "chance_talks", "chance_base", "refusal", "verification", "renewal_hazard", "gain_a",
    "loss_d", "deterrence", "denial",
)  # fmt: skip
"""Fields of `Stakes` that lie in 0..1."""

POSITIVE = ("pressure_max", "temperature", "ratification_width")
NOT_NEGATIVE = ("progress_precision", "renewal_slope", "progress_front", "outside_push", "push_insincere")

LATE_WEIGHT = 360.0 * math.log(0.99)
"""Logarithm of the weight of what comes after the horizon."""

LONGEST = 3600
"""Months beyond which no horizon is chosen by itself."""

ROW_TOLERANCE = 1e-6
"""How far the chances of the next phase may be from summing to 1."""


class Plan(NamedTuple):
    """A checked `PhasePlan`; every array float64 with a leading axis over draws (1 where all draws share it)."""

    pressure: Floats
    talks: Floats
    relief: Floats
    aid: Floats
    push: Floats
    executed: Floats
    firm: Floats
    soft: Floats
    ratified: Floats

    @property
    def months(self) -> int:
        """Months after which the last row holds for ever."""
        return int(self.pressure.shape[-2])

    @property
    def phases(self) -> int:
        """E of this plan."""
        return int(self.pressure.shape[-1])

    def of(self, draw: int) -> Plan:
        """The plan of one draw, without the leading axis."""
        return Plan(*(array[draw if len(array) > 1 else 0] for array in self))


def checked_grid(grid: Grid) -> Grid:
    """The grid itself; RipenessError where it cannot be used."""
    least = {"front": 2, "chest": 1, "evidence": 1, "reputation": 1, "phases": 1}
    for name, low in least.items():
        value = getattr(grid, name)
        _require(
            int(value) == value and value >= low,
            f"grid.{name}",
            value,
            f"give a whole number of at least {low}",
        )
    for name in ("evidence", "reputation"):
        value = getattr(grid, name)
        _require(
            value % 2 == 1, f"grid.{name}", value, "give an odd number of points, so that 0 is one of them"
        )
    for name in ("chest_step", "evidence_max", "reputation_max"):
        value = getattr(grid, name)
        _require(np.isfinite(value) and value > 0.0, f"grid.{name}", value, "give a number above 0")
    return grid


def checked_stakes(stakes: Stakes) -> Stakes:
    """The same with every field an array (D,) of float64; RipenessError where a value makes no sense."""
    arrays = []
    for name, value in zip(stakes._fields, stakes, strict=True):
        array = np.atleast_1d(np.asarray(value, np.float64))
        _require(array.ndim == 1, f"stakes.{name}", array.shape, "give a number or one number a draw")
        _require_each(np.isfinite(array), f"stakes.{name}", array, "give a finite number")
        arrays.append(array)
    draws = max(len(array) for array in arrays)
    for name, array in zip(stakes._fields, arrays, strict=True):
        _require(
            len(array) in (1, draws),
            f"stakes.{name}",
            f"{len(array)} draws",
            f"give 1 or {draws}, as elsewhere",
        )
    given = Stakes(*(np.broadcast_to(array, draws).copy() for array in arrays))
    _require_each(
        (given.delta >= 0.0) & (given.delta < 1.0),
        "stakes.delta",
        given.delta,
        "give a monthly discount factor from 0 to below 1: with endless patience no value is finite",
    )
    for name in SHARES:
        array = getattr(given, name)
        _require_each((array >= 0.0) & (array <= 1.0), f"stakes.{name}", array, "give a share from 0 to 1")
    for name in POSITIVE:
        _require_each(
            getattr(given, name) > 0.0, f"stakes.{name}", getattr(given, name), "give a number above 0"
        )
    for name in NOT_NEGATIVE:
        _require_each(getattr(given, name) >= 0.0, f"stakes.{name}", getattr(given, name), "give 0 or more")
    _require_each(
        given.phi * given.progress_front <= 1.0,
        "stakes.progress_front",
        given.progress_front,
        "phi times it is a chance: keep it at 1 or below",
    )
    return given


def checked_plans(plans: Sequence[PhasePlan], draws: int, grid: Grid) -> list[Plan]:
    """Every plan checked; RipenessError names the plan by its place."""
    _require(len(plans) > 0, "plans", "none", "give at least one")
    return [_checked_plan(plan, f"plans[{i}]", draws, grid) for i, plan in enumerate(plans)]


def checked_horizons(stakes: Stakes, horizon: int | None, months: int) -> NDArray[np.int64]:
    """Months (D,) for which the game of each draw is played.

    None is as long as makes what comes after it weigh as little as 360 months do at a discount factor of 0.99.
    RipenessError where a horizon ends before the months that are asked for.
    """
    least = max(months, 1)
    if horizon is not None:
        _require(horizon >= least, "horizon", horizon, f"give at least {least} months, or None")
        return np.full(len(stakes.delta), int(horizon))
    with np.errstate(divide="ignore"):
        needed = np.ceil(LATE_WEIGHT / np.log(stakes.delta) - 1e-9)
    return np.clip(needed, least, max(LONGEST, least)).astype(np.int64)


def checked_walk(
    drivers: Drivers, starts: Starts, uniforms: Uniforms, plans: list[Plan], draws: int
) -> tuple[Drivers, Starts, Uniforms]:
    """What a walk is given, as float64 arrays of matching shapes."""
    shape = np.shape(drivers.front)
    _require(len(shape) == 3, "drivers.front", shape, "give an array (policies, months, members)")
    _require(
        shape[0] == len(plans), "drivers.front", f"{shape[0]} policies", f"give one a plan, {len(plans)}"
    )
    _, months, members = shape
    _require(months > 0, "drivers.front", shape, "give at least one month")
    given_drivers = drivers._replace(
        **{
            name: _array(value, shape, f"drivers.{name}")
            for name, value in drivers._asdict().items()
            if value is not None
        }
    )
    given_starts = Starts(
        draw=_whole(starts.draw, (members,), draws, "starts.draw"),
        evidence=_array(starts.evidence, (members,), "starts.evidence"),
        reputation=_array(starts.reputation, (members,), "starts.reputation"),
        phase=np.stack(
            [
                _whole(row, (members,), plan.phases, f"starts.phase of plan {i}")
                for i, (row, plan) in enumerate(
                    zip(np.broadcast_to(starts.phase, (len(plans), members)), plans, strict=True)
                )
            ]
        ),
        firm=_share(starts.firm, (members,), "starts.firm"),
    )
    given_uniforms = Uniforms(
        *(
            _share(
                value, (members,) if name in ("firm", "renewal") else (months, members), f"uniforms.{name}"
            )
            for name, value in uniforms._asdict().items()
        )
    )
    return given_drivers, given_starts, given_uniforms


def _checked_plan(plan: PhasePlan, name: str, draws: int, grid: Grid) -> Plan:
    arrays = {}
    shape = np.shape(plan.pressure)[-2:]
    _require(len(shape) == 2, f"{name}.pressure", np.shape(plan.pressure), "give an array (months, phases)")
    months, phases = shape
    _require(months > 0, f"{name}.pressure", "0 months", "give at least one")
    _require(
        phases <= grid.phases, f"{name}.pressure", f"{phases} phases", f"grid.phases allows {grid.phases}"
    )
    whole = plan._replace(ratified=np.ones((months, phases)) if plan.ratified is None else plan.ratified)
    for field, value in whole._asdict().items():
        wanted = (months, phases, 2, phases) if field in ("firm", "soft") else (months, phases)
        array = np.asarray(value, np.float64)
        array = array[None] if array.ndim == len(wanted) else array
        _require(
            array.shape[1:] == wanted and len(array) in (1, draws),
            f"{name}.{field}",
            f"shape {np.shape(value)}",
            f"give {wanted}, or the same for each of {draws} draws",
        )
        _require_each(np.isfinite(array), f"{name}.{field}", array, "give finite numbers")
        if field not in ("pressure", "aid"):
            _require_each(
                (array >= 0.0) & (array <= 1.0), f"{name}.{field}", array, "give numbers from 0 to 1"
            )
        if field in ("firm", "soft"):
            sums = array.sum(axis=-1)
            _require_each(
                np.abs(sums - 1.0) <= ROW_TOLERANCE,
                f"{name}.{field}",
                sums,
                "let the chances of a row sum to 1",
            )
            array = array / sums[..., None]
        arrays[field] = np.array(array, order="C")  # a read-only view would be another type to the kernel
    return Plan(**arrays)


def _array(value: Any, shape: tuple[int, ...], name: str) -> Floats:
    array = np.array(value, np.float64, order="C")  # a read-only view would be another type to the kernel
    _require(array.shape == shape, name, f"shape {array.shape}", f"give {shape}")
    _require_each(np.isfinite(array), name, array, "give finite numbers")
    return array


def _share(value: Any, shape: tuple[int, ...], name: str) -> Floats:
    array = _array(value, shape, name)
    _require_each((array >= 0.0) & (array <= 1.0), name, array, "give numbers from 0 to 1")
    return array


def _whole(value: Any, shape: tuple[int, ...], below: int, name: str) -> NDArray[np.int64]:
    array = _array(value, shape, name)
    _require_each(
        (array >= 0) & (array < below) & (array % 1 == 0), name, array, f"give whole numbers below {below}"
    )
    return array.astype(np.int64)


def _require_each(holds: NDArray[Any], name: str, values: NDArray[Any], remedy: str) -> None:
    if not np.all(holds):
        place = np.unravel_index(int(np.argmin(holds)), holds.shape)
        where = "".join(f"[{i}]" for i in place) if holds.size > 1 else ""
        _require(False, f"{name}{where}", values[place], remedy)


def _require(holds: bool | np.bool_, name: str, value: object, remedy: str) -> None:
    if not holds:
        raise RipenessError(f"{name} is {value}", remedy)
