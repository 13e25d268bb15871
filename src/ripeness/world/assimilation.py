"""The record of one month, and how a block takes it in (abduction).

A block predicts a quantity as `predicted + spread * shock` with a standard normal shock. Where the
record holds a value with error `sd`, the shock that history implies is drawn from its conditional
distribution (equation R1), so that the run carries the observation and its honest uncertainty; the
log density of the observation under the prediction (R2) is what the fit uses. Where the record is
silent, the shock is the drawn one. A counterfactual reuses the shocks that the reference implied.

    R1  shock | y = g (y - predicted) / spread + sqrt(1 - g) z,   g = spread^2 / (spread^2 + sd^2)
    R2  log p(y) = log N(y; predicted, spread^2 + sd^2)
    R3  a | a + b + e = y  is  a + var(a) (y - a - b - e) / (var(a) + var(b) + var(e)), likewise b

The terms of a sum are treated as independent given what was seen before; the small correlation that an
earlier observation of the same sum leaves between two of them is neglected.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import SITES, Array, MonthRow

LOG_2PI = 1.8378770664093453


class Observation(NamedTuple):
    """One observed quantity of the month: value, observation error, and 1 where it may be read."""

    value: Array
    sd: Array
    present: Array


class Assimilated(NamedTuple):
    """A quantity after the record: the draw, its shock, its conditional moments, the record's log density."""

    value: Array
    shock: Array
    mean: Array
    variance: Array
    log_likelihood: Array


def observation(month: MonthRow, is_reference: Array, site: str) -> Observation:
    """The month's observation of `site`; silent for every run but the reference."""
    i = SITES.index(site)
    return Observation(month.observed[i], month.observed_sd[i], month.present[i] * is_reference)


def assimilate(predicted: Array, spread: Array, shock: Array, seen: Observation, xp: Any) -> Assimilated:
    """Take one observation into `predicted + spread * shock` (equations R1 and R2)."""
    variance = spread * spread
    total = variance + seen.sd * seen.sd
    gain = variance / total
    surprise = seen.value - predicted
    here = seen.present > 0.5
    implied = gain * surprise / spread + xp.sqrt(xp.maximum(1.0 - gain, 0.0)) * shock
    used = xp.where(here, implied, shock)
    return Assimilated(
        predicted + spread * used,
        used,
        xp.where(here, predicted + gain * surprise, predicted),
        xp.where(here, variance * (1.0 - gain), variance),
        xp.where(here, _log_normal(surprise, total, xp), 0.0),
    )


def drawn(predicted: Array, spread: Array, shock: Array) -> Assimilated:
    """A quantity with no observation of its own, ready to share one with others."""
    return Assimilated(predicted + spread * shock, shock, predicted, spread * spread, 0.0 * shock)


def assimilate_sum(
    terms: tuple[Assimilated, ...],
    spreads: tuple[Array, ...],
    signs: tuple[float, ...],
    noise: Array,
    seen: Observation,
    xp: Any,
) -> tuple[Assimilated, ...]:
    """Take in an observation of the signed sum of `terms` (equation R3, Matheron's rule).

    All terms and a drawn observation error (`noise`, standard normal) are corrected by the same
    innovation, each in proportion to its variance, which samples their exact joint distribution.
    `spreads` are the prior spreads that turn a value into its shock. The log density of the sum is
    carried by the last term.
    """
    here = xp.where(seen.present > 0.5, 1.0, 0.0)
    total = seen.sd * seen.sd
    surprise, innovation = seen.value, seen.value - seen.sd * noise
    for term, sign in zip(terms, signs, strict=True):
        total = total + term.variance
        surprise = surprise - sign * term.mean
        innovation = innovation - sign * term.value
    updated = []
    for term, spread, sign in zip(terms, spreads, signs, strict=True):
        share = here * sign * term.variance / total
        updated.append(
            Assimilated(
                term.value + share * innovation,
                term.shock + share * innovation / spread,
                term.mean + share * surprise,
                term.variance * (1.0 - here * term.variance / total),
                term.log_likelihood,
            )
        )
    density = xp.where(seen.present > 0.5, _log_normal(surprise, total, xp), 0.0)
    updated[-1] = updated[-1]._replace(log_likelihood=updated[-1].log_likelihood + density)
    return tuple(updated)


def _log_normal(surprise: Array, variance: Array, xp: Any) -> Array:
    return -0.5 * (surprise * surprise / variance + xp.log(variance) + LOG_2PI)
