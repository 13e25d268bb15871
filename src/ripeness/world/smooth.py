"""Smooth forms of the switches that the blocks share; all have derivatives everywhere but at a kink."""

from __future__ import annotations

from typing import Any

from ripeness.flow import Array


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
