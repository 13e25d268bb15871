"""Distributions of one number: quantile, cumulative, log density, standard deviation, in words.

u are probabilities in 0..1, x values in the parameter's unit. SciPy is loaded only when a number is
asked for.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z95 = 1.6448536269514722
"""Standard normal 95th percentile."""

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)

Floats = NDArray[np.float64]


class Shape(ABC):
    """A distribution on the line; u are probabilities in 0..1, x values in the parameter's unit."""

    @abstractmethod
    def quantile(self, u: Floats) -> Floats:
        """Value below which a share u lies."""

    @abstractmethod
    def cumulative(self, x: Floats) -> Floats:
        """Share below x."""

    @abstractmethod
    def log_density(self, x: Floats) -> Floats:
        """Natural logarithm of the density; -inf outside the support."""

    @abstractmethod
    def deviation(self) -> float:
        """Standard deviation."""

    @abstractmethod
    def words(self) -> str:
        """The distribution in words and numbers."""


def _normal_quantile(u: Floats) -> Floats:
    from scipy.special import ndtri

    return ndtri(u)


def _normal_cumulative(z: Floats) -> Floats:
    from scipy.special import ndtr

    return ndtr(z)


@dataclass(frozen=True)
class Normal(Shape):
    """Normal distribution."""

    mean: float
    sd: float

    def quantile(self, u: Floats) -> Floats:
        return self.mean + self.sd * _normal_quantile(u)

    def cumulative(self, x: Floats) -> Floats:
        return _normal_cumulative((x - self.mean) / self.sd)

    def log_density(self, x: Floats) -> Floats:
        return -0.5 * ((x - self.mean) / self.sd) ** 2 - math.log(self.sd) - HALF_LOG_2PI

    def deviation(self) -> float:
        return self.sd

    def words(self) -> str:
        return f"normal, mean {self.mean:g}, sd {self.sd:g}"


@dataclass(frozen=True)
class LogNormal(Shape):
    """Distribution of exp(normal); `log_sd` is the standard deviation of the logarithm."""

    median: float
    log_sd: float

    def quantile(self, u: Floats) -> Floats:
        return self.median * np.exp(self.log_sd * _normal_quantile(u))

    def cumulative(self, x: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            z = np.log(np.maximum(x, 0.0) / self.median) / self.log_sd
        return _normal_cumulative(z)

    def log_density(self, x: Floats) -> Floats:
        inside = x > 0
        log_x = np.log(np.where(inside, x, 1.0))
        z = (log_x - math.log(self.median)) / self.log_sd
        return np.where(inside, -0.5 * z**2 - log_x - math.log(self.log_sd) - HALF_LOG_2PI, -np.inf)

    def deviation(self) -> float:
        return self.median * math.sqrt(math.exp(self.log_sd**2) * math.expm1(self.log_sd**2))

    def words(self) -> str:
        low, high = (self.median * math.exp(sign * Z95 * self.log_sd) for sign in (-1, 1))
        return f"lognormal, median {self.median:g}, 90 % between {low:.3g} and {high:.3g}"


@dataclass(frozen=True)
class HalfNormal(Shape):
    """Absolute value of a normal with mean 0; `scale` is that normal's standard deviation."""

    scale: float

    def quantile(self, u: Floats) -> Floats:
        return self.scale * _normal_quantile(0.5 + 0.5 * u)

    def cumulative(self, x: Floats) -> Floats:
        return np.maximum(2.0 * _normal_cumulative(x / self.scale) - 1.0, 0.0)

    def log_density(self, x: Floats) -> Floats:
        log = math.log(2.0) - 0.5 * (x / self.scale) ** 2 - math.log(self.scale) - HALF_LOG_2PI
        return np.where(x >= 0, log, -np.inf)

    def deviation(self) -> float:
        return self.scale * math.sqrt(1 - 2 / math.pi)

    def words(self) -> str:
        return f"half-normal, scale {self.scale:g}"


@dataclass(frozen=True)
class Uniform(Shape):
    """Equal density from `low` to `high`; both are the ends, not percentiles."""

    low: float
    high: float

    def quantile(self, u: Floats) -> Floats:
        return self.low + (self.high - self.low) * u

    def cumulative(self, x: Floats) -> Floats:
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def log_density(self, x: Floats) -> Floats:
        inside = (x >= self.low) & (x <= self.high)
        return np.where(inside, -math.log(self.high - self.low), -np.inf)

    def deviation(self) -> float:
        return (self.high - self.low) / math.sqrt(12.0)

    def words(self) -> str:
        return f"uniform from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Triangular(Shape):
    """Density that rises to `mode` and falls to `high`; `low` and `high` are the ends."""

    low: float
    mode: float
    high: float

    @property
    def _turn(self) -> float:
        return (self.mode - self.low) / (self.high - self.low)

    def quantile(self, u: Floats) -> Floats:
        width = self.high - self.low
        rising = self.low + np.sqrt(np.maximum(u, 0.0) * width * (self.mode - self.low))
        falling = self.high - np.sqrt(np.maximum(1.0 - u, 0.0) * width * (self.high - self.mode))
        return np.where(u < self._turn, rising, falling)

    def cumulative(self, x: Floats) -> Floats:
        x = np.clip(x, self.low, self.high)
        width = self.high - self.low
        rising = (x - self.low) ** 2 / (width * max(self.mode - self.low, 1e-300))
        falling = 1.0 - (self.high - x) ** 2 / (width * max(self.high - self.mode, 1e-300))
        return np.where(x < self.mode, rising, falling)

    def log_density(self, x: Floats) -> Floats:
        width = self.high - self.low
        rising = (x - self.low) / max(self.mode - self.low, 1e-300)
        falling = (self.high - x) / max(self.high - self.mode, 1e-300)
        inside = (x >= self.low) & (x <= self.high)
        height = np.where(x == self.mode, 1.0, np.where(x < self.mode, rising, falling))
        with np.errstate(divide="ignore"):
            return np.where(inside, np.log(2.0 * np.where(inside, height, 1.0) / width), -np.inf)

    def deviation(self) -> float:
        a, b, c = self.low, self.high, self.mode
        return math.sqrt((a * a + b * b + c * c - a * b - a * c - b * c) / 18.0)

    def words(self) -> str:
        return f"triangular from {self.low:g} to {self.high:g} with its peak at {self.mode:g}"


@dataclass(frozen=True)
class Beta(Shape):
    """Beta distribution on 0..1."""

    a: float
    b: float

    def quantile(self, u: Floats) -> Floats:
        from scipy.special import betaincinv

        return betaincinv(self.a, self.b, u)

    def cumulative(self, x: Floats) -> Floats:
        from scipy.special import betainc

        return betainc(self.a, self.b, np.clip(x, 0.0, 1.0))

    def log_density(self, x: Floats) -> Floats:
        from scipy.special import betaln, xlog1py, xlogy

        inside = (x >= 0) & (x <= 1)
        at = np.where(inside, x, 0.5)
        with np.errstate(divide="ignore"):
            log = xlogy(self.a - 1, at) + xlog1py(self.b - 1, -at) - betaln(self.a, self.b)
        return np.where(inside, log, -np.inf)

    def deviation(self) -> float:
        total = self.a + self.b
        return math.sqrt(self.a * self.b / (total * total * (total + 1)))

    def words(self) -> str:
        return f"beta, mean {self.a / (self.a + self.b):.3g}, sd {self.deviation():.3g}"


@dataclass(frozen=True)
class Fixed(Shape):
    """One value, not uncertain; the log density is 0 there, so that it adds nothing to a posterior."""

    value: float

    def quantile(self, u: Floats) -> Floats:
        return np.full(np.shape(u), self.value)

    def cumulative(self, x: Floats) -> Floats:
        return np.where(x >= self.value, 1.0, 0.0)

    def log_density(self, x: Floats) -> Floats:
        return np.where(x == self.value, 0.0, -np.inf)

    def deviation(self) -> float:
        return 0.0

    def words(self) -> str:
        return f"fixed at {self.value:g}"
