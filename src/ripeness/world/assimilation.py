"""How a block takes in the record of a month (abduction), and how it draws where the record ends.

A block predicts a quantity as `predicted + error`, where the error persists with factor rho and
receives a monthly shock of spread sigma. Months before the origin are *filtered*: the error is held at
its conditional mean and its variance P is carried along (a Kalman filter on the errors, given the
parameters), so that a sparse or noisy record counts for what it is worth. From the origin on months are
*drawn*: the first draw spends the carried variance. The shock that gives the value is handed to every
other policy of the same future, so that a counterfactual meets the history that the record implies.

    A1  V = sigma^2 + rho^2 P,   g = V / (V + r^2)                    r observation error
    A2  mean = predicted + g (y - predicted),  var = (1 - g) V        g = 0 where the record is silent
    A3  value = mean + drawing sqrt(var) z,   P' = (1 - drawing) var
    A4  shock used = (value - predicted) / sigma
    A5  log p(y) = log N(y; predicted, V + r^2)
    A6  three errors seen only through sums: the same with a 3 x 3 covariance, one observation at a time
    A9  what an earlier block of the month left open of a term adds to V in A1 and A5, and goes with its own share of P'
    A10 a value at its legal bound says that the sum lies beyond: p = Phi, and the moments of what lies beyond
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import SITES, Array, MonthRow
from ripeness.world.smooth import LOG_2PI, clip, normal_tail

FURTHEST_BOUND = 3.5
"""Spreads between a sum and its bound at most: beyond, `normal_tail` would get the moments wrong."""


class Reader(NamedTuple):
    """Who reads the record: the reference policy does (1), and draws from the origin on (1)."""

    is_reference: Array
    drawing: Array


class Observation(NamedTuple):
    """One observed quantity of the month: value, observation error, and 1 where it may be read."""

    value: Array
    sd: Array
    present: Array


class Assimilated(NamedTuple):
    """A quantity after the record: its value, the shock that gives it, the variance left, the record's log density."""

    value: Array
    shock: Array
    variance: Array
    log_likelihood: Array


class Errors3(NamedTuple):
    """Three errors and the lower triangle of their covariance: 11, 21, 22, 31, 32, 33."""

    mean: tuple[Array, Array, Array]
    covariance: tuple[Array, Array, Array, Array, Array, Array]


def observation(month: MonthRow, reader: Reader, site: str) -> Observation:
    """The month's observation of `site`; silent for every run but the reference."""
    i = SITES.index(site)
    return Observation(month.observed[i], month.observed_sd[i], month.present[i] * reader.is_reference)


def assimilate(
    predicted: Array,
    spread: Array,
    shock: Array,
    seen: Observation,
    reader: Reader,
    xp: Any,
    carried_variance: Array = 0.0,
) -> Assimilated:
    """Take one observation into `predicted + error` (A1 to A5).

    `spread` is sigma and `carried_variance` rho^2 P, both in the unit of `predicted`. `shock` is a
    standard normal for the reference and the shock already used for every other policy.
    """
    own = spread * spread
    variance = own + carried_variance
    total = variance + seen.sd * seen.sd
    here = seen.present > 0.5
    gain = xp.where(here, variance / total, 0.0)
    surprise = seen.value - predicted
    left = variance * (1.0 - gain)
    drawn = predicted + gain * surprise + reader.drawing * xp.sqrt(left) * shock
    value = xp.where(reader.is_reference > 0.5, drawn, predicted + spread * shock)
    return Assimilated(
        value,
        (value - predicted) / spread,
        reader.is_reference * (1.0 - reader.drawing) * left,
        xp.where(here, _log_normal(surprise, total, xp), 0.0),
    )


def predict_errors(errors: Errors3, persistence: tuple[Array, ...], spread: tuple[Array, ...]) -> Errors3:
    """Errors of the next month before its record (A1 for three)."""
    m, c = errors
    r1, r2, r3 = persistence
    return Errors3(
        (r1 * m[0], r2 * m[1], r3 * m[2]),
        (
            r1 * r1 * c[0] + spread[0] * spread[0],
            r1 * r2 * c[1],
            r2 * r2 * c[2] + spread[1] * spread[1],
            r1 * r3 * c[3],
            r2 * r3 * c[4],
            r3 * r3 * c[5] + spread[2] * spread[2],
        ),
    )


def observe_sum(
    errors: Errors3, weights: tuple[float, float, float], surprise_at_zero: Array, seen: Observation, xp: Any
) -> tuple[Errors3, Array]:
    """Update three errors by one observed weighted sum (A6); returns them and the record's log density.

    `surprise_at_zero` is the observation less its prediction with all three errors at zero.
    """
    m, c = errors
    rows = ((c[0], c[1], c[3]), (c[1], c[2], c[4]), (c[3], c[4], c[5]))
    cross = [sum(w * row[j] for j, w in enumerate(weights) if w) for row in rows]
    total = sum(w * cross[i] for i, w in enumerate(weights) if w) + seen.sd * seen.sd
    surprise = surprise_at_zero - sum(w * m[i] for i, w in enumerate(weights) if w)
    here = xp.where(seen.present > 0.5, 1.0, 0.0)
    gain = [here * value / total for value in cross]
    covariance = tuple(
        c[k] - gain[i] * cross[j] for k, (i, j) in enumerate(((0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)))
    )
    mean = tuple(m[i] + gain[i] * surprise for i in range(3))
    density = xp.where(seen.present > 0.5, _log_normal(surprise, total, xp), 0.0)
    return Errors3(mean, covariance), density


def observe_at_least(
    errors: Errors3,
    weights: tuple[float, float, float],
    surprise_at_zero: Array,
    sd: Array,
    here: Array,
    xp: Any,
) -> tuple[Errors3, Array]:
    """Update three errors by the news that a weighted sum lies above a bound, where `here` is 1 (A10).

    `surprise_at_zero` is the bound less the sum's prediction with all errors at zero, and `sd` the observation error of
    the value that stands at the bound. The sum is taken as normal with the moments of the part above.
    """
    m, c = errors
    rows = ((c[0], c[1], c[3]), (c[1], c[2], c[4]), (c[3], c[4], c[5]))
    cross = [sum(w * row[j] for j, w in enumerate(weights) if w) for row in rows]
    total = sum(w * cross[i] for i, w in enumerate(weights) if w)
    spread = xp.sqrt(total)
    bound = (surprise_at_zero - sum(w * m[i] for i, w in enumerate(weights) if w)) / spread
    bound = clip(bound, -FURTHEST_BOUND, FURTHEST_BOUND, xp)
    above, hazard = normal_tail(bound, xp)
    shift = here * hazard / spread
    shrink = here * hazard * (hazard - bound) / total
    covariance = tuple(
        c[k] - shrink * cross[i] * cross[j]
        for k, (i, j) in enumerate(((0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)))
    )
    mean = tuple(m[i] + shift * cross[i] for i in range(3))
    density = here * (xp.log(above) - xp.log(xp.where(here > 0.5, sd, 1.0)) - 0.5 * LOG_2PI)
    return Errors3(mean, covariance), density


def draw_errors(errors: Errors3, shocks: tuple[Array, ...], reader: Reader, xp: Any) -> Errors3:
    """Conditional means while filtering; a joint draw, which spends the covariance, from the origin on (A3)."""
    m, c = errors
    a11 = xp.sqrt(xp.maximum(c[0], 1e-12))
    a21, a31 = c[1] / a11, c[3] / a11
    a22 = xp.sqrt(xp.maximum(c[2] - a21 * a21, 1e-12))
    a32 = (c[4] - a31 * a21) / a22
    a33 = xp.sqrt(xp.maximum(c[5] - a31 * a31 - a32 * a32, 1e-12))
    z1, z2, z3 = (reader.drawing * z for z in shocks)
    keep = 1.0 - reader.drawing
    return Errors3(
        (m[0] + a11 * z1, m[1] + a21 * z1 + a22 * z2, m[2] + a31 * z1 + a32 * z2 + a33 * z3),
        tuple(keep * value for value in c),
    )


def _log_normal(surprise: Array, variance: Array, xp: Any) -> Array:
    return -0.5 * (surprise * surprise / variance + xp.log(variance) + LOG_2PI)
