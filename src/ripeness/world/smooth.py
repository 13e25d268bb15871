"""Smooth forms of the switches that the blocks share; all have derivatives everywhere but at a kink."""

from __future__ import annotations

from typing import Any

from ripeness.flow import Array

LOG_2PI = 1.8378770664093453


def clip(value: Array, low: Any, high: Any, xp: Any) -> Array:
    """Value held between `low` and `high`."""
    return xp.minimum(xp.maximum(value, low), high)


def logistic(value: Array, xp: Any) -> Array:
    """Logistic function; the argument is clipped at 40 so that float32 never overflows."""
    return 1.0 / (1.0 + xp.exp(-clip(value, -40.0, 40.0, xp)))


def softplus(value: Array, xp: Any) -> Array:
    """Smooth positive part, `log(1 + exp(value))`."""
    return xp.maximum(value, 0.0) + xp.log(1.0 + xp.exp(-xp.abs(value)))


def halving(months: Array, xp: Any) -> Array:
    """Factor by which a quantity of half-life `months` shrinks in one month."""
    return xp.exp(-0.6931471805599453 / xp.maximum(months, 0.1))


def normal_tail(value: Array, xp: Any) -> tuple[Array, Array]:
    """Chance that a standard normal lies above `value`, and its density there over that chance.

    Zelen and Severo (1964), 26.2.17: to 1e-7 of the chance in the body, 0.02 % at 3.5.
    """
    size = xp.abs(value)
    t = 1.0 / (1.0 + 0.2316419 * size)
    over_density = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    density = xp.exp(-0.5 * (size * size + LOG_2PI))
    beyond = density * over_density
    above = xp.where(value > 0.0, beyond, 1.0 - beyond)
    return above, xp.where(value > 0.0, 1.0 / over_density, density / above)
