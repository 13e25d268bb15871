"""What is believed about a parameter before this record is read.

`low` and `high` of a prior are its 5th and 95th percentiles. With `bounds` the distribution is cut off
there and renormalised.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ripeness.base import RipenessError
from ripeness.case._shapes import Z95, Beta, Fixed, HalfNormal, LogNormal, Normal, Shape, Triangular, Uniform


@dataclass(frozen=True)
class Prior:
    """A shape, cut off at `bounds` where there are any."""

    shape: Shape
    bounds: tuple[float, float] | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether the parameter is taken as known."""
        return isinstance(self.shape, Fixed)

    @cached_property
    def _kept(self) -> tuple[float, float]:
        """Shares of the shape below the lower and below the upper bound."""
        if self.bounds is None or self.is_fixed:
            return 0.0, 1.0
        below, above = self.shape.cumulative(np.asarray(self.bounds, float))
        return float(below), float(above)

    def ppf(self, u: ArrayLike) -> Any:
        """Value at probability u (any shape); increasing in u, a float for a float."""
        below, above = self._kept
        u = np.asarray(u, float)
        x = self.shape.quantile(below + u * (above - below))
        if self.bounds is not None and not self.is_fixed:
            x = np.clip(x, *self.bounds)
        return x[()]

    def logpdf(self, x: ArrayLike) -> Any:
        """Log density at x (any shape), normalised inside the bounds, -inf outside."""
        below, above = self._kept
        x = np.asarray(x, float)
        log = self.shape.log_density(x) - math.log(above - below)
        if self.bounds is not None and not self.is_fixed:
            log = np.where((x >= self.bounds[0]) & (x <= self.bounds[1]), log, -np.inf)
        return log[()]

    @cached_property
    def sd(self) -> float:
        """Standard deviation; with bounds by quadrature over 4096 quantiles, good to about 1 in 1000."""
        if self.bounds is None or self.is_fixed:
            return self.shape.deviation()
        return float(np.std(self.ppf((np.arange(4096) + 0.5) / 4096)))

    def describe(self) -> str:
        """The prior in words and numbers."""
        if self.bounds is None or self.is_fixed:
            return self.shape.words()
        return f"{self.shape.words()}, cut to {self.bounds[0]:g} to {self.bounds[1]:g}"


def prior_from(spec: Mapping[str, Any]) -> Prior:
    """Prior as a parameter file writes it, `{dist: ..., ...}`; RipenessError where it cannot be drawn."""
    numbers = {key: value for key, value in spec.items() if key not in ("dist", "bounds")}
    shape = _SHAPES[spec["dist"]](**numbers)
    bounds = spec.get("bounds")
    prior = Prior(shape) if bounds is None else _bounded(shape, float(bounds[0]), float(bounds[1]))
    with np.errstate(all="ignore"):
        try:
            drawn = [*prior.ppf(np.array([1e-9, 0.5, 1 - 1e-9])), prior.sd]
        except OverflowError:
            drawn = [math.inf]
    _need(
        all(math.isfinite(value) for value in drawn), "draws leave the range of numbers", "narrow the prior"
    )
    return prior


def _bounded(shape: Shape, low: float, high: float) -> Prior:
    _need(low < high, "the lower bound is not below the upper one", "write bounds as [lower, upper]")
    if isinstance(shape, Fixed):
        _need(low <= shape.value <= high, "the fixed value is outside its bounds", "change one of them")
    with np.errstate(all="ignore"):
        below, above = shape.cumulative(np.array([low, high]))
    inside = isinstance(shape, Fixed) or above - below > 1e-6
    _need(inside, "almost nothing of the prior lies within its bounds", "widen the bounds")
    return Prior(shape, (low, high))


def _need(condition: bool, problem: str, remedy: str) -> None:
    if not condition:
        raise RipenessError(problem, remedy)


def _lognormal(median: float, low: float, high: float) -> LogNormal:
    _need(
        0 < low < median < high, "needs 0 < low < median < high", "put low, median and high in order, above 0"
    )
    return LogNormal(float(median), math.log(high / low) / (2 * Z95))


def _normal(
    mean: float, sd: float | None = None, low: float | None = None, high: float | None = None
) -> Normal:
    if sd is None:
        assert low is not None and high is not None
        _need(low < mean < high, "needs low < mean < high", "put low, mean and high in order")
        sd = (high - low) / (2 * Z95)
    _need(sd > 0, "needs sd above 0", "give a positive sd, or use dist: fixed")
    return Normal(float(mean), float(sd))


def _uniform(low: float, high: float) -> Uniform:
    _need(low < high, "needs low < high", "put low and high in order, or use dist: fixed")
    return Uniform(float(low), float(high))


def _triangular(low: float, mode: float, high: float) -> Triangular:
    _need(low <= mode <= high and low < high, "needs low <= mode <= high", "put low, mode and high in order")
    return Triangular(float(low), float(mode), float(high))


def _halfnormal(scale: float) -> HalfNormal:
    _need(scale > 0, "needs scale above 0", "give a positive scale")
    return HalfNormal(float(scale))


def _beta(
    a: float | None = None,
    b: float | None = None,
    mean: float | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Beta:
    if a is not None and b is not None:
        _need(a > 0 and b > 0, "needs a and b above 0", "give positive a and b")
        return Beta(float(a), float(b))
    assert mean is not None and low is not None and high is not None
    _need(0 <= low < mean < high <= 1, "needs 0 <= low < mean < high <= 1", "put low, mean and high in order")
    return _beta_of_width(float(mean), high - low)


def _beta_of_width(mean: float, width: float) -> Beta:
    """Beta with this mean whose 90 % interval is this wide; the wider it is, the smaller a + b."""
    from scipy.special import betaincinv

    def interval(log_total: float) -> float:
        total = math.exp(log_total)
        low, high = betaincinv(mean * total, (1 - mean) * total, np.array([0.05, 0.95]))
        return float(high - low)

    # Below a + b = 1 / min(mean, 1 - mean) the density piles up at an end, which no interval means.
    wide, narrow = math.log(1.0 / min(mean, 1.0 - mean)), math.log(1e7)
    _need(
        interval(wide) > width > interval(narrow),
        "no single-peaked beta has this mean and an interval this wide",
        "move low and high, give a and b, or use triangular or uniform",
    )
    while narrow - wide > 1e-12:
        middle = 0.5 * (wide + narrow)
        wide, narrow = (middle, narrow) if interval(middle) > width else (wide, middle)
    total = math.exp(wide)
    return Beta(mean * total, (1 - mean) * total)


def _fixed(value: float) -> Fixed:
    return Fixed(float(value))


_SHAPES: dict[str, Callable[..., Shape]] = {
    "lognormal": _lognormal,
    "normal": _normal,
    "uniform": _uniform,
    "triangular": _triangular,
    "halfnormal": _halfnormal,
    "beta": _beta,
    "fixed": _fixed,
}
