"""Nulls: what past wars' mean rate alone, or exhaustion alone, would make of the war.

Equations (docs/model/rivals.md):
    RN1  N0, climatology: a deal with a constant chance h a month, on the front as it stands
    RN2  N1, exhaustion: a' = a - m_A b (1 - r_A),  b' = b - m_D a (1 - r_D);  a, b strength over that of the start,
         m_i = losses of i in the month / losses of i at the start / 24,  r_A = 0.75 (1 - stress),
         r_D = 0.75 min(aid, 1), aid over the usual
    RN3  A collapses in the first month in which a <= theta_A, D likewise; no deal is ever made
Sources: Correlates of War 4.0 (RN1, as the prior of h); Lanchester 1916, square law (RN2).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import bounds
from ripeness.bargaining.competing import driver, endings, of_draws
from ripeness.bargaining.game import Drivers, Endings, Stakes, Uniforms

Floats = NDArray[np.float64]

MODEL = "the exhaustion null"

STRENGTH_MONTHS = 24.0
"""Strength at the start in months of own losses at that time; a judgement: 700 thousand men, 30 thousand a month."""

REPLACED = 0.75
"""Share of losses that a side replaces while it has money, D usual aid; a judgement: recruits, returned wounded."""


class Thresholds(NamedTuple):
    """Share of starting strength at which a side gives in; numbers, or arrays (D,) over structural draws."""

    a: Any
    d: Any


class Strength(NamedTuple):
    """Strength of both sides over that of the start, (NP, T, n), at the end of each month, never below 0."""

    a: Floats
    d: Floats


def climatology_endings(
    hazard: Any, drivers: Drivers, draw: NDArray[np.integer[Any]], stakes: Stakes, uniforms: Uniforms
) -> Endings:
    """How wars end under N0 (RN1); `hazard` is a number or (D,), `stakes` broadcast with (NP, n)."""
    chance = np.broadcast_to(of_draws(bounds.share("hazard", hazard), draw), drivers.front.shape)
    terms = np.asarray(drivers.front, np.float64)
    return endings(uniforms.settle < chance, terms, drivers, stakes, uniforms.renewal, chance.copy())


def drawdown(
    drivers: Drivers, strength_months: float = STRENGTH_MONTHS, replaced: float = REPLACED
) -> Strength:
    """Strength month by month (RN2); a side without losses at the start loses none."""
    stress = np.clip(driver(drivers, "stress", MODEL), 0.0, 1.0)
    rates = [
        _over_start(driver(drivers, name, MODEL)) / bounds.positive("strength_months", strength_months)
        for name in ("casualties_a", "casualties_d")
    ]
    kept = bounds.share("replaced", replaced)
    helped = np.clip(driver(drivers, "aid", MODEL), 0.0, 1.0)
    net_a, net_d = rates[0] * (1.0 - kept * (1.0 - stress)), rates[1] * (1.0 - kept * helped)
    policies, months, members = drivers.front.shape
    left_a, left_d = np.ones((policies, members)), np.ones((policies, members))
    found = Strength(np.empty(drivers.front.shape), np.empty(drivers.front.shape))
    for t in range(months):
        left_a, left_d = (
            np.maximum(left_a - net_a[:, t] * left_d, 0.0),
            np.maximum(left_d - net_d[:, t] * left_a, 0.0),
        )
        found.a[:, t], found.d[:, t] = left_a, left_d
    return found


def exhaustion_endings(
    thresholds: Thresholds, drivers: Drivers, draw: NDArray[np.integer[Any]], stakes: Stakes
) -> Endings:
    """How wars end under N1 (RN2, RN3): a dated collapse, or none; no luck is drawn.

    Where both give in in the same month, the one that lies further below its threshold collapses.
    """
    theta_a, theta_d = (
        of_draws(bounds.share(f"thresholds.{name}", value), draw)
        for name, value in thresholds._asdict().items()
    )
    left = drawdown(drivers)
    a, d = left.a <= theta_a, left.d <= theta_d
    worse_d = left.d * theta_a < left.a * theta_d
    never = np.zeros(a.shape, bool)
    nothing = np.full(a.shape, np.nan)
    both = (a & ~(d & worse_d), d & ~(a & ~worse_d))
    return endings(never, nothing, drivers, stakes, np.full(len(draw), 0.5), gives_in=both)


def _over_start(losses: Floats) -> Floats:
    first = losses[:, :1]
    return np.asarray(np.where(first > 0.0, losses / np.where(first > 0.0, first, 1.0), 0.0))
