"""Rival R1: settlement as a monthly hazard that covariates shift, with no bargaining behind it.

Equations (docs/model/rivals.md):
    RH1  logit h = b0 + b1 stress + b2 losses + b3 move + b4 talks + b5 talks push (1 - move)
                   + b6 pressure + b7 guarantee
    RH2  losses = ln(mean of the last twelve months / that of the start) / 0.35, both sides together
    RH3  move = min(|change of the front in six months| / 0.1, 1);  pressure = pressure (1 - relief talks)
    RH4  terms = front share at the month of the deal + spread x logistic noise, within 0..1
    RH5  S_n = (1 - h)^n,  median = ln(1/2) / ln(1 - h)
Sources: Bennett and Stam 1996 (no dependence on duration); Weisiger 2015 (cumulative fighting shortens wars, recent
peaks do not); Min 2025 (outside pressure to meet on an undecided battlefield goes with insincere talks: b5 < 0).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import bounds
from ripeness.bargaining.competing import biting_pressure, driver, endings, of_draws
from ripeness.bargaining.game import Drivers, Endings, Stakes, Uniforms

Floats = NDArray[np.float64]

MODEL = "the hazard rival"

LOSSES_SD = 0.35
"""Standard deviation of the log of twelve months' losses over those of the start; a judgement (RH2)."""

LOSSES_MONTHS = 12

FULL_MOVE = 0.1
"""Share of the stake by which a side that moves the front in six months has decided the battlefield (RH3)."""

TERMS_SPREAD = 0.03
"""Standard deviation of terms about the front, share of the stake; a judgement: half a step of the front (RH4)."""

LOGISTIC_SD = np.pi / np.sqrt(3.0)
"""Standard deviation of the standard logistic distribution."""


class HazardCoefficients(NamedTuple):
    """Effects on the monthly log odds of a settlement; numbers, or arrays (D,) over structural draws."""

    base: Any
    """b0: all covariates at zero."""
    stress: Any
    """b1: A's budget under full stress."""
    losses: Any
    """b2: losses a standard deviation above those of the start."""
    momentum: Any
    """b3: a battlefield that one side has decided."""
    talks: Any
    """b4: talks."""
    push: Any
    """b5: full outside pressure to meet while talks last and the battlefield is undecided."""
    pressure: Any
    """b6: full cost pressure on A."""
    guarantee: Any
    """b7: a full guarantee on offer."""


class Covariates(NamedTuple):
    """What shifts the hazard, (NP, T, n), and the guarantee on offer, which broadcasts with it."""

    stress: Floats
    losses: Floats
    momentum: Floats
    talks: Floats
    push: Floats
    pressure: Floats
    guarantee: Floats


def settlement_chance(log_odds: Any) -> Floats:
    """Chance a month from its log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(bounds.finite("log_odds", log_odds), -700.0, 700.0))))


def survival(chance: Any, months: Any) -> Floats:
    """Chance that war still goes on after `months` at a constant monthly chance of ending (RH5)."""
    return np.asarray((1.0 - bounds.share("chance", chance)) ** bounds.not_negative("months", months))


def median_months(chance: Any) -> Floats:
    """Months after which half of such wars have ended (RH5); inf where none ever does."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(0.5) / np.log1p(-bounds.share("chance", chance)))


def monthly_chance(share_left: Any, months: Any) -> Floats:
    """Constant monthly chance that leaves `share_left` of wars going on after `months` (RH5 turned round)."""
    left = bounds.share("share_left", share_left)
    return np.asarray(1.0 - left ** (1.0 / bounds.positive("months", months)))


def covariates(drivers: Drivers, guarantee: Any) -> Covariates:
    """Covariates of RH1 along the world's paths (RH2, RH3); `guarantee` (NP,) 0..1 is what each policy offers."""
    talks = driver(drivers, "talks", MODEL)
    moved = np.minimum(np.abs(driver(drivers, "momentum", MODEL)) / FULL_MOVE, 1.0)
    losses = driver(drivers, "casualties_a", MODEL) + driver(drivers, "casualties_d", MODEL)
    return Covariates(
        driver(drivers, "stress", MODEL),
        losses_over_start(losses),
        moved,
        talks,
        talks * driver(drivers, "push", MODEL) * (1.0 - moved),
        biting_pressure(drivers, MODEL),
        bounds.share("guarantee", guarantee)[..., None, None],
    )


def losses_over_start(losses: Floats) -> Floats:
    """Log of the mean of twelve months (NP, T, n) over the first month, in standard deviations (RH2).

    Months before the first count as the first. 0 where a war has no losses to compare with.
    """
    first = losses[:, :1]
    padded = np.concatenate([np.repeat(first, LOSSES_MONTHS - 1, axis=1), losses], axis=1)
    total = np.cumsum(np.pad(padded, ((0, 0), (1, 0), (0, 0))), axis=1)
    mean = (total[:, LOSSES_MONTHS:] - total[:, :-LOSSES_MONTHS]) / LOSSES_MONTHS
    known = (first > 0.0) & (mean > 1e-9 * first)
    ratio = np.where(known, mean, 1.0) / np.where(known, first, 1.0)
    return np.asarray(np.log(ratio) / LOSSES_SD)


def deal_chance(
    coefficients: HazardCoefficients, found: Covariates, draw: NDArray[np.integer[Any]]
) -> Floats:
    """Chance of a settlement in each month (NP, T, n); `draw` (n,) is each member's structural draw (RH1)."""
    base, *effects = (of_draws(bounds.finite(n, v), draw) for n, v in coefficients._asdict().items())
    log_odds = base + sum(effect * value for effect, value in zip(effects, found, strict=True))
    return settlement_chance(np.broadcast_to(log_odds, found.talks.shape))


def hazard_endings(
    coefficients: HazardCoefficients,
    drivers: Drivers,
    draw: NDArray[np.integer[Any]],
    guarantee: Any,
    stakes: Stakes,
    uniforms: Uniforms,
) -> Endings:
    """How wars end under R1; `stakes` broadcast with (NP, n) and tell how long a deal lasts."""
    chance = deal_chance(coefficients, covariates(drivers, guarantee), draw)
    noise = np.asarray(uniforms.proposer, np.float64)
    spread = TERMS_SPREAD / LOGISTIC_SD * np.log(noise / (1.0 - noise))
    terms = np.clip(drivers.front + spread, 0.0, 1.0)
    return endings(uniforms.settle < chance, terms, drivers, stakes, uniforms.renewal, chance)
