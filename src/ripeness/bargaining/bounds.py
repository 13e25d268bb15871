"""Where a number given to a closed form must lie: one fault is said with its name, value and remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]


def share(name: str, value: Any) -> Floats:
    """The value as an array of shares or chances, 0 and 1 included."""
    return between(name, value, 0.0, 1.0)


def inner_share(name: str, value: Any) -> Floats:
    """The same without 0 and 1."""
    given = between(name, value, 0.0, 1.0)
    _require((given > 0.0) & (given < 1.0), name, given, "give a number above 0 and below 1")
    return given


def discount(name: str, value: Any) -> Floats:
    """A monthly discount factor: 0 to below 1."""
    given = between(name, value, 0.0, 1.0)
    _require(given < 1.0, name, given, "give a factor below 1: with endless patience no value is finite")
    return given


def not_negative(name: str, value: Any) -> Floats:
    """Finite numbers of 0 or more."""
    return between(name, value, 0.0, np.inf)


def positive(name: str, value: Any) -> Floats:
    """Finite numbers above 0."""
    given = between(name, value, 0.0, np.inf)
    _require(given > 0.0, name, given, "give a number above 0")
    return given


def whole(name: str, value: Any, least: int) -> Floats:
    """Whole numbers of at least `least`."""
    given = between(name, value, least, np.inf)
    _require(given == np.floor(given), name, given, "give whole numbers")
    return given


def between(name: str, value: Any, low: float, high: float) -> Floats:
    """The value as float64, finite and in low..high; RipenessError names it where it is not."""
    given = finite(name, value)
    limits = f"from {low:g} to {high:g}" if np.isfinite(high) else f"of {low:g} or more"
    _require((given >= low) & (given <= high), name, given, f"give a number {limits}")
    return given


def finite(name: str, value: Any) -> Floats:
    """The value as float64, all of it finite."""
    try:
        given = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise RipenessError(f"{name} is {value!r}", "give a number or an array of numbers") from error
    _require(np.isfinite(given), name, given, "give a finite number")
    return given


def _require(holds: NDArray[np.bool_], name: str, given: Floats, remedy: str) -> None:
    if not np.all(holds):
        raise RipenessError(f"{name} is {float(given[~np.asarray(holds)].ravel()[0]):g}", remedy)
