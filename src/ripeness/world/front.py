"""Closed forms of the front: what a month of fighting is expected to move. The stochastic block comes later.

Equations (docs/model/closed_forms.md):
    K1  p = A^g / (A^g + D^g) = 1 / (1 + exp(-g ln(A / D)))         chance that the attacker wins a step
    K2  drift = phi (2 p - 1) / N                                   share of the stake a month, phi steps a month
    K3  spread = sqrt(phi - (phi (2 p - 1))^2) / N
    K4  survivors = sqrt((a A^2 - b B^2) / a),  end = artanh(sqrt(b / a) B / A) / sqrt(a b)     Lanchester's square law
K4 is a check of orders of magnitude only: no attrition of this kind is claimed for any war.
Source: Lanchester 1916 for K4.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array


class Annihilation(NamedTuple):
    """Survivors of the stronger side and the time at which the weaker one is gone."""

    survivors: Array
    time: Array


def advance_chance(power_a: Array, power_d: Array, log_odds_slope: Array, xp: Any) -> Array:
    """Chance that a step of the front goes to A, from combat powers in any common unit (K1)."""
    return 1.0 / (1.0 + xp.exp(-log_odds_slope * xp.log(power_a / power_d)))


def front_drift(chance: Array, steps_month: Array, steps_in_stake: Array) -> Array:
    """Expected movement of the front in a month, share of the stake (K2)."""
    return steps_month * (2.0 * chance - 1.0) / steps_in_stake


def front_spread(chance: Array, steps_month: Array, steps_in_stake: Array, xp: Any) -> Array:
    """Standard deviation of that movement (K3), where at most one step is taken in a month."""
    mean = steps_month * (2.0 * chance - 1.0)
    return xp.sqrt(steps_month - mean * mean) / steps_in_stake


def square_law(
    stronger: Array, weaker: Array, loss_of_weaker: Array, loss_of_stronger: Array, xp: Any
) -> Annihilation:
    """End of dA = -b B, dB = -a A (K4), with a = `loss_of_weaker`, b = `loss_of_stronger`; a A^2 must exceed b B^2."""
    a, b = loss_of_weaker, loss_of_stronger
    survivors = xp.sqrt((a * stronger * stronger - b * weaker * weaker) / a)
    ratio = xp.sqrt(b / a) * weaker / stronger
    artanh = 0.5 * xp.log((1.0 + ratio) / (1.0 - ratio))
    return Annihilation(survivors, artanh / xp.sqrt(a * b))
