"""What peace is worth: a deal holds until, by a lottery, war resumes.

Equations (docs/model/bargaining.md), y being A's share under the deal, B = 1 / (1 - delta):

    G7   h' = h (1 - G_d);  h = hmax, or hmax logistic(lam_h gain) with gain = g_A (1 - G_s) (1 - y) B - K_A
         R_A = (y + g_A (1 - G_s) (1 - y)) B - K_A;  R_D = (1 - y)(1 - L_D (1 - G_s)) B - K_D
    G8   P_A = (y + delta h' R_A) / (1 - delta (1 - h'));  P_D = (1 - y + delta h' R_D) / (1 - delta (1 - h'))

With a constant chance of renewal P is linear in y and is inverted exactly; else it is a table of 101 points,
which goes on as a straight line outside 0..1. Nothing here depends on the war, so there is no feedback.
Sources: Powell 2006 (the commitment problem), Fortna 2003 (what makes agreements last).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining.game import Stakes

Floats = NDArray[np.float64]

POINTS = 101
"""Points of a table."""

LEAST_SLOPE = 0.5
"""Smallest slope of P in y, stake-months: where renewal falls so fast in y that P would turn, it is flat."""


class Curve(NamedTuple):
    """Value of peace to one side by A's share, and its inverse; for all draws."""

    start: Floats
    """(D,) P(0), stake-months."""
    slope: Floats
    """(D,) P(1) - P(0), stake-months; negative for D."""
    values: Floats
    """(D, 101) P at 0, 0.01 .. 1."""
    shares: Floats
    """(D, 101) y at values equally far from each other between P(0) and P(1)."""


class Peace(NamedTuple):
    """Value of peace to both sides."""

    a: Curve
    d: Curve


def peace(stakes: Stakes) -> Peace:
    """Tables of G8; fields of `stakes` are arrays (D,)."""
    columns = Stakes(*(np.asarray(field)[:, None] for field in stakes))
    value_a, value_d = values(columns, np.linspace(0.0, 1.0, POINTS))
    return Peace(_curve(stakes, value_a, 1.0), _curve(stakes, value_d, -1.0))


def peace_values(stakes: Stakes, share: Floats, draw: NDArray[np.integer[Any]]) -> tuple[Floats, Floats]:
    """P_A, P_D (..., n) of deals at A's `share` (..., n), by the structural draw (n,) of each member (G8)."""
    fields = (np.atleast_1d(np.asarray(field, np.float64)) for field in stakes)
    return values(Stakes(*(field[draw] if len(field) > 1 else field for field in fields)), share)


def values(stakes: Stakes, share: Floats) -> tuple[Floats, Floats]:
    """P_A and P_D at the shares y of A (G8); fields broadcast with `share`."""
    delta, whole = stakes.delta, 1.0 / (1.0 - stakes.delta)
    hazard = renewal(stakes, share)
    rest = (1.0 - stakes.denial) * (1.0 - share)
    after_a = (share + stakes.gain_a * rest) * whole - stakes.cost_renewal_a
    after_d = (1.0 - share - stakes.loss_d * rest) * whole - stakes.cost_renewal_d
    denominator = 1.0 - delta * (1.0 - hazard)
    return (
        (share + delta * hazard * after_a) / denominator,
        (1.0 - share + delta * hazard * after_d) / denominator,
    )


def renewal(stakes: Stakes, share: Floats) -> Floats:
    """h', chance a month that war resumes under a deal at A's `share` (G7); fields broadcast with `share`."""
    whole = 1.0 / (1.0 - stakes.delta)
    gain = stakes.gain_a * (1.0 - stakes.denial) * (1.0 - share) * whole - stakes.cost_renewal_a
    tempted = 1.0 / (1.0 + np.exp(-np.clip(stakes.renewal_slope * gain, -40.0, 40.0)))
    factor = np.where(stakes.renewal_slope == 0.0, 1.0, tempted)
    return np.asarray(stakes.renewal_hazard * factor * (1.0 - stakes.deterrence))


def value_at(curve: Curve, share: Floats) -> Floats:
    """P at A's share (D, ...), on a straight line outside 0..1."""
    return _read(curve.values, share)


def share_at(curve: Curve, value: Floats) -> Floats:
    """y at which peace is worth `value` (D, ...), on a straight line outside P(0)..P(1)."""
    shape = (-1, *[1] * (np.ndim(value) - 1))
    return _read(curve.shares, (value - curve.start.reshape(shape)) / curve.slope.reshape(shape))


def _read(table: Floats, place: Floats) -> Floats:
    """Rows of a table over 0..1 read at places (D, ...)."""
    scaled = place * (POINTS - 1)
    cell = np.clip(np.floor(scaled), 0, POINTS - 2).astype(np.intp)
    draw = np.arange(len(table)).reshape(-1, *[1] * (place.ndim - 1))
    low, high = table[draw, cell], table[draw, cell + 1]
    return np.asarray(low + (scaled - cell) * (high - low))


def _curve(stakes: Stakes, value: Floats, sign: float) -> Curve:
    """Curve through values (D, 101), rising if `sign` is 1; straight where the chance of renewal is constant."""
    even = np.linspace(0.0, 1.0, POINTS)
    straight = np.asarray(stakes.renewal_slope)[:, None] == 0.0
    least = LEAST_SLOPE * even
    steep = sign * (np.maximum.accumulate(sign * value - least, axis=1) + least)
    value = np.where(straight, value, steep)
    start, slope = value[:, 0], value[:, -1] - value[:, 0]
    shares = np.stack([np.interp(even, (row - row[0]) / (row[-1] - row[0]), even) for row in value])
    return Curve(start, slope, value, np.where(straight, even, shares))
