"""Is the conclusion built in? Orderings of talks and pressure compared over the whole box of priors.

No data and no case: a small world (a random front, a chest that pressure drains or, in a tight oil market, fills)
under draws of every structural constant. A laboratory in which one ordering is best in all draws, or in none, has
assumed its answer. Eight switches, each with no effect inside its prior, must be able to turn the ranking:

    S1 credible reserve      S2 cheap screen       S3 perishable pressure   S4 tight oil market
    S5 refusal and rally     S6 speed limit        S7 alliance hopes        S8 coalition made by failure
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import Drivers, Endings, Grid, Kind, PhasePlan, Stakes, Starts, walk
from ripeness.bargaining.peace import peace_values
from ripeness.case import Case
from ripeness.ensemble.bargain import plan_of, structural_stakes, uniforms_of
from ripeness.ensemble.draws import draw_parameters, unit_points
from ripeness.ensemble.plans import Announced
from ripeness.flow import BargainingParameters, layout_of

Floats = NDArray[np.float64]

ORDERINGS = ("talks_only", "pressure_only", "sequential", "pressure_first", "simultaneous", "conditional")
"""The orderings of models of talks and pressure; names as in the shipped policies."""

MONTHS = 97
"""Months walked, the eve included."""

DURABLE_MONTHS = 60
"""Months that a deal must last to be called durable."""

WALKERS = 24
"""Futures walked for each draw."""

GRID = Grid(front=16, chest=6, chest_step=3.0, evidence=7, reputation=7)
"""A grid for search; reported thresholds use finer ones."""

BASE_PRESSURE = 0.3
"""Effort of the measures in force before the start."""


class Surroundings(NamedTuple):
    """What the small world draws beside the structural constants; arrays (D,)."""

    phi: Floats  # chance a month of a step of the front
    front: Floats  # A's share at the start
    chest: Floats  # months of A's financing at the start
    drift: Floats  # its change a month with no pressure
    drain: Floats  # the same a unit of pressure
    relief: Floats  # share of pressure suspended while talks with relief last
    talk_months: Floats  # length of the first phase of a sequence
    price: Floats  # coalition's cost of full pressure, stake a month
    tight_months: Floats  # months in which the oil market is tight
    tight_price: Floats  # factor on the price while it is
    backlash: Floats  # share of the drain that dearer oil turns around while it is
    guarantee: Floats  # offered with any deal


BOX = {
    "phi": (0.1, 0.5),
    "front": (0.35, 0.75),
    "chest": (3.0, 18.0),
    "drift": (-0.15, 0.1),
    "drain": (-0.5, 0.05),
    "relief": (0.0, 1.0),
    "talk_months": (3.0, 18.0),
    "price": (0.0, 0.15),
    "tight_months": (0.0, 18.0),
    "tight_price": (1.0, 3.0),
    "backlash": (0.0, 1.5),
    "guarantee": (0.0, 0.9),
}
"""Ends of the uniform priors of the surroundings; judgements, wide on purpose."""


@dataclass(frozen=True)
class Draws:
    """A sample of the whole box: D structural draws and their surroundings."""

    record: BargainingParameters
    around: Surroundings
    seed: int
    walkers: int = WALKERS

    @property
    def count(self) -> int:
        """D."""
        return int(self.around.phi.size)


class Payoffs(NamedTuple):
    """By walker, (orderings, D, walkers of a draw); values in stake-months."""

    defender: Floats  # D's value less what the coalition pays
    attacker: Floats
    months: Floats  # to a deal that lasts five years; the end of the run where there is none
    durable: Floats  # share of walkers with such a deal


def sample(case: Case, draws: int, seed: int, walkers: int = WALKERS) -> Draws:
    """Draws of the box; structural constants from the case's priors (the common ones)."""
    values = draw_parameters(case, layout_of(BargainingParameters), draws, seed)
    points = unit_points(len(BOX), draws, seed + 1)
    around = Surroundings(
        *(low + (high - low) * u for (low, high), u in zip(BOX.values(), points, strict=True))
    )
    return Draws(BargainingParameters(*values), around, seed, walkers)


def payoffs(draws: Draws, orderings: tuple[str, ...] = ORDERINGS, threads: int | None = None) -> Payoffs:
    """Solve and walk every ordering under every draw."""
    announced = [[_announced(name, draws, d) for d in range(draws.count)] for name in orderings]
    plans = [plan_of(draws.record, rows) for rows in announced]
    drivers = _drivers(draws, announced, plans)
    stakes = structural_stakes(draws.record, draws.around.phi, draws.around.drift, draws.around.drain)
    believed = draws.around.guarantee * draws.record.guarantee_weight
    stakes = stakes._replace(deterrence=believed, denial=0.0)
    walkers = np.repeat(np.arange(draws.count), draws.walkers)
    starts = Starts(
        draw=walkers,
        evidence=draws.record.evidence_start[walkers],
        reputation=_log_odds(draws.record.firm)[walkers],
        phase=np.zeros((len(orderings), walkers.size), np.int64),
        firm=draws.record.firm[walkers],
    )
    uniforms = uniforms_of(draws.seed, MONTHS, walkers.size)
    ends = walk(stakes, plans, GRID, drivers, starts, uniforms, threads=threads)
    return _valued(draws, stakes, drivers, ends, announced, walkers)


def shares_best(values: Floats, sense: str = "higher") -> Floats:
    """Share of draws in which each ordering is best by the mean of its walkers, (orderings,); ties share a draw."""
    signed = values.mean(axis=2) * (1.0 if sense == "higher" else -1.0)
    best = signed >= signed.max(axis=0) - 1e-9
    return np.asarray((best / best.sum(axis=0)).mean(axis=1))


class Switch(NamedTuple):
    """One way in which talking first may be right: words, what holds besides, and the constants off and on."""

    words: str
    besides: Mapping[str, float]
    off: Mapping[str, float]
    on: Mapping[str, float]


SWITCHES = {
    "S1": Switch(
        "a reserve that is credible: A believes in the step and the step is sure, while pressure is dear",
        {"price": 0.15, "execution_soft": 0.02},
        {"firm": 0.1, "execution_firm": 0.7},
        {"firm": 0.95, "execution_firm": 0.95},
    ),
    "S2": Switch(
        "talks that screen cheaply: an early serious offer between sides that see the balance alike",
        {"doubt_a": 0.3, "doubt_d": -0.3, "relief": 0.0},
        {"chance_talks": 0.03},
        {"chance_talks": 0.6},
    ),
    "S3": Switch(
        "pressure that perishes: A soon works around most of it, and it is paid for all the same",
        {"price": 0.1, "talk_months": 18.0},
        {"adaptation_share": 0.0, "adaptation_months": 4.0},
        {"adaptation_share": 0.8, "adaptation_months": 4.0},
    ),
    "S4": Switch(
        "a tight oil market: for a year and a half pressure pays A and costs the coalition more",
        {},
        {"tight_months": 0.0, "tight_price": 1.0, "backlash": 0.0},
        {"tight_months": 18.0, "tight_price": 3.0, "backlash": 1.5},
    ),
    "S5": Switch(
        "refusal and rally: A does not sit down under pressure, and hardens",
        {},
        {"refusal": 0.0, "cost_pressure": 0.06},
        {"refusal": 0.95, "cost_pressure": -0.04},
    ),
    "S6": Switch(
        "a speed limit: a leader who is behind, and would not survive defeat, is squeezed at once with little in hand",
        {"chest": 3.0, "drain": -0.5, "odds_empty": 0.8, "front": 0.45},
        {"defeat_a": 0.0},
        {"defeat_a": 60.0},
    ),
    "S7": Switch(
        "alliance hopes: an empty chest costs A battles, and D waits for more",
        {"chest": 3.0, "drain": -0.5},
        {"odds_empty": 0.0},
        {"odds_empty": 0.8},
    ),
    "S8": Switch(
        "a coalition made by failure: talks that broke down bring third parties in",
        {"firm": 0.05, "execution_soft": 0.02},
        {"breakdown_firm": 0.0},
        {"breakdown_firm": 0.3},
    ),
}
"""What holds besides, off and on name structural constants or surroundings; each off lies in the prior."""


def switched(draws: Draws, name: str, on: bool) -> Draws:
    """The same draws with one switch off or on, all else as drawn but for what the switch needs besides."""
    switch = SWITCHES[name]
    values = {**switch.besides, **(switch.on if on else switch.off)}
    size = np.ones(draws.count)
    record = {key: value * size for key, value in values.items() if key in BargainingParameters._fields}
    around = {key: value * size for key, value in values.items() if key in Surroundings._fields}
    return replace(draws, record=draws.record._replace(**record), around=draws.around._replace(**around))


def single(draws: Draws, draw: int, walkers: int) -> Draws:
    """One draw of a sample, with more walkers."""
    return replace(
        draws,
        record=BargainingParameters(*(field[draw : draw + 1] for field in draws.record)),
        around=Surroundings(*(field[draw : draw + 1] for field in draws.around)),
        walkers=walkers,
    )


def _announced(name: str, draws: Draws, d: int) -> Announced:
    """Monthly paths of an ordering from the eve; a sequence breaks off talks for a month, then talks under pressure."""
    around = draws.around
    month = np.arange(MONTHS)
    first = month <= round(float(around.talk_months[d]))
    talks = {
        "talks_only": month >= 1,
        "pressure_only": month < 0,
        "sequential": (month >= 1) & (month != round(float(around.talk_months[d])) + 1),
        "pressure_first": ~first,
    }.get(name, month >= 1)
    full = {
        "talks_only": month < 0,
        "sequential": ~first,
    }.get(name, month >= 1)
    granted = {"talks_only": talks, "sequential": talks & first}.get(name, month < 0)
    relief = granted * around.relief[d]
    base = np.full(MONTHS, BASE_PRESSURE)
    return Announced(
        effort=np.where(full, 1.0, BASE_PRESSURE),
        effort_held=base,
        talks=talks.astype(float),
        relief=relief,
        push=np.zeros(MONTHS),
        aid=np.ones(MONTHS),
        aid_held=np.ones(MONTHS),
        ratchet_months=6.0 if name == "conditional" else 0.0,
    )


def _drivers(draws: Draws, announced: list[list[Announced]], plans: list[PhasePlan]) -> Drivers:
    """The small world: one front for all orderings, the chest under the announced and the base pressure.

    The chest is drained by what bites: after what A has learned to work around, and less relief.
    """
    around, walkers = draws.around, np.repeat(np.arange(draws.count), draws.walkers)
    uniforms = uniforms_of(draws.seed + 2, MONTHS, walkers.size)
    high = uniforms.firm < 1.0 / (1.0 + np.exp(-draws.record.evidence_start[walkers]))
    chance = np.where(high, draws.record.balance_high[walkers], draws.record.balance_low[walkers])
    moves = np.asarray(uniforms.settle) < around.phi[walkers]
    ahead = np.where(np.asarray(uniforms.ratify) < chance, 1.0, -1.0)
    step = moves * ahead / GRID.front
    start = np.round(around.front[walkers] * GRID.front) / GRID.front
    level = start + np.cumsum(step, axis=0) - step
    shape = (len(announced), MONTHS, walkers.size)
    biting = np.stack([plan.pressure[:, :, int(plan.executed[0, 0].argmax())] for plan in plans])
    effort = biting * (1.0 - np.stack([[each.relief for each in rows] for rows in announced]))
    tight = np.arange(MONTHS) < around.tight_months[:, None]
    drain = around.drain[:, None] * (1.0 - around.backlash[:, None] * tight)
    changes = around.drift[:, None] + drain * effort
    top = GRID.chest * GRID.chest_step
    chest = np.clip(around.chest[:, None] + np.cumsum(changes, axis=2) - changes, 0.0, top)
    changes_held = around.drift[:, None] + drain * BASE_PRESSURE
    held = np.clip(around.chest[:, None] + np.cumsum(changes_held, axis=1) - changes_held, 0.0, top)

    def members(values: Floats) -> Floats:
        return np.moveaxis(values[:, walkers], 1, 2).astype(np.float32)

    base = np.broadcast_to(held[None], chest.shape)
    front = np.broadcast_to(level, shape).astype(np.float32)
    steps = np.broadcast_to(step, shape).astype(np.float32)
    return Drivers(
        front=front,
        front_step=steps,
        chest=members(chest),
        pressure=members(effort),
        front_held=front,
        front_step_held=steps,
        chest_held=members(base),
        pressure_held=np.full(shape, BASE_PRESSURE, np.float32),
    )


def _valued(
    draws: Draws,
    stakes: Stakes,
    drivers: Drivers,
    ends: Endings,
    announced: list[list[Announced]],
    walkers: NDArray[np.intp],
) -> Payoffs:
    """What each side got along the walk, discounted to the start; a war that goes on is worth its flow for ever."""
    delta = draws.record.patience[walkers]
    whole = 1.0 / (1.0 - delta)
    share = np.clip(np.asarray(drivers.front, float), 0.0, 1.0)
    effort = np.stack([[each.effort for each in rows] for rows in announced])[:, walkers]
    tight = np.arange(MONTHS) < draws.around.tight_months[:, None]
    price = draws.around.price[:, None] * np.where(tight, draws.around.tight_price[:, None], 1.0)
    pressed = np.moveaxis(effort, 1, 2)
    executed = np.nan_to_num(np.asarray(ends.executed, float))
    applied = BASE_PRESSURE + executed * (pressed - BASE_PRESSURE)
    paid = price[walkers].T * applied
    chest = drivers.chest_held + executed * (np.asarray(drivers.chest, float) - drivers.chest_held)
    cost_a = (
        draws.record.cost_a[walkers]
        + draws.record.cost_pressure[walkers] * applied
        + draws.record.cost_empty[walkers] * np.exp(-chest)
    )
    month = np.arange(MONTHS)[:, None]
    war = month < ends.month[:, None, :]
    weight = delta**month * war
    value_d = (weight * (1.0 - share - draws.record.cost_d[walkers] - paid)).sum(axis=1)
    value_a = (weight * (share - cost_a)).sum(axis=1)
    at_end = np.where(np.isfinite(ends.month), ends.month, MONTHS)
    later = delta**at_end
    terms = np.nan_to_num(ends.terms)
    kept_a, kept_d = peace_values(stakes, terms, walkers)
    last = share[:, -1]
    after_a = np.select(
        [ends.kind == Kind.SETTLED, ends.kind == Kind.COLLAPSE_A, ends.kind == Kind.COLLAPSE_D],
        [kept_a, -draws.record.defeat_a[walkers] * np.ones_like(last), whole * np.ones_like(last)],
        (last - cost_a[:, -1]) * whole,
    )
    after_d = np.select(
        [ends.kind == Kind.SETTLED, ends.kind == Kind.COLLAPSE_A, ends.kind == Kind.COLLAPSE_D],
        [kept_d, whole * np.ones_like(last), -draws.record.defeat_d[walkers] * np.ones_like(last)],
        (1.0 - last - draws.record.cost_d[walkers] - paid[:, -1]) * whole,
    )
    lasting = (ends.kind == Kind.SETTLED) & (ends.renewed_month >= ends.month + DURABLE_MONTHS)
    until = np.where(lasting, ends.month, MONTHS)

    def by_draw(values: Floats) -> Floats:
        return values.reshape(len(values), draws.count, draws.walkers)

    return Payoffs(
        by_draw(value_d + later * after_d),
        by_draw(value_a + later * after_a),
        by_draw(until.astype(float)),
        by_draw(lasting.astype(float)),
    )


def _log_odds(chance: Floats) -> Floats:
    return np.asarray(np.log(chance / (1.0 - chance)))
