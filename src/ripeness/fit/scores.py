"""Scores of probabilistic forecasts: how far an ensemble is from what then happened.

Every score is negatively oriented (lower is better) and works on whole arrays: the members are the
last axis of `ensemble`, whose other axes must broadcast with `observed`. The mean over forecasts is
left to the caller, because months and origins are rarely exchangeable.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

Floats = NDArray[np.float64]


class Coverage(NamedTuple):
    """Share of outcomes inside an interval, and the band in which chance alone would put it."""

    share: float
    n: int
    low: float
    high: float

    @property
    def consistent(self) -> bool:
        """Whether the share lies within the band of a forecast whose level is right."""
        return self.low <= self.share <= self.high


def crps(ensemble: ArrayLike, observed: ArrayLike) -> Floats:
    """Continuous ranked probability score of the ensemble taken as the forecast itself.

    mean |x - y| - sum_ij |x_i - x_j| / (2 m^2) (Gneiting and Raftery 2007, eq. 21), in the unit of
    the observed quantity. `ensemble` (..., m), `observed` (...); returns (...).
    """
    members = _members(ensemble)
    return _distance(members, observed) - _spread(members) / members.shape[-1] ** 2


def crps_fair(ensemble: ArrayLike, observed: ArrayLike) -> Floats:
    """CRPS corrected for ensemble size: its mean is that of the distribution the members come from.

    The pair sum is divided by 2 m (m - 1) (Ferro 2014), so that ensembles of different size compare.
    Can be negative. Needs two members. Shapes as for `crps`.
    """
    members = _members(ensemble, at_least=2)
    size = members.shape[-1]
    return _distance(members, observed) - _spread(members) / (size * (size - 1))


def crps_gaussian(mean: ArrayLike, sd: ArrayLike, observed: ArrayLike) -> Floats:
    """CRPS of a normal forecast in closed form (Gneiting et al. 2005); `sd` > 0, shapes broadcast."""
    mean, sd, observed = (np.asarray(a, dtype=np.float64) for a in (mean, sd, observed))
    if np.any(sd <= 0):
        raise ValueError("the standard deviation of a normal forecast must be above 0")
    z = (observed - mean) / sd
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return sd * (z * (2 * special.ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi))


def log_score(ensemble: ArrayLike, observed: ArrayLike) -> Floats:
    """Minus the log density of the outcome under a normal with the ensemble's mean and spread.

    A normal approximation, chosen because a kernel estimate of the tail would be decided by its
    bandwidth; read it beside the CRPS where the ensemble is skewed. An ensemble without spread has no
    density and scores infinity. Needs two members. Shapes as for `crps`; unit nats.
    """
    members = _members(ensemble, at_least=2)
    mean, variance = members.mean(axis=-1), members.var(axis=-1, ddof=1)
    degenerate = (np.ptp(members, axis=-1) == 0) | (variance < np.finfo(np.float64).tiny)
    variance = np.where(degenerate, 1.0, variance)
    squared = (np.asarray(observed, dtype=np.float64) - mean) ** 2
    score = 0.5 * (np.log(2 * np.pi * variance) + squared / variance)
    return np.where(degenerate, np.inf, score)


def central_interval(ensemble: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Lower and upper ends of the central interval that holds `level` of new draws.

    Quantiles at rank p (m + 1), so that an outcome drawn like the members falls inside with
    probability `level` whatever the distribution, as long as the ensemble has members enough to hold
    both ranks; smaller ensembles give their range. Shapes: (..., m) to two of (...).
    """
    _check_level(level)
    members = _members(ensemble)
    low, high = np.quantile(members, [(1 - level) / 2, (1 + level) / 2], axis=-1, method="weibull")
    return low, high


def interval_score(lower: ArrayLike, upper: ArrayLike, observed: ArrayLike, level: float) -> Floats:
    """Width of a central interval plus 2 / (1 - level) times how far the outcome lies outside it.

    Winkler 1972; Gneiting and Raftery 2007, eq. 43. Ends and outcome broadcast, in one unit.
    """
    _check_level(level)
    lower, upper, observed = (np.asarray(a, dtype=np.float64) for a in (lower, upper, observed))
    if np.any(lower > upper):
        raise ValueError("the lower end of an interval lies above its upper end")
    outside = np.maximum(lower - observed, 0) + np.maximum(observed - upper, 0)
    return (upper - lower) + 2 / (1 - level) * outside


def coverage(
    ensemble: ArrayLike,
    observed: ArrayLike,
    level: float,
    *,
    independent: int | None = None,
    band: float = 0.9,
) -> Coverage:
    """Share of outcomes inside the central `level` interval, with a binomial band around the level.

    `ensemble` (n, m), `observed` (n,); pairs with a missing (nan) outcome are left out. `independent`
    is the number of effectively independent outcomes, by default all: forecasts whose horizons
    overlap repeat one another, and the band must then be wider. `band` is the probability of the
    band (equal tails) if the level were right.
    """
    members, outcomes = _pairs(ensemble, observed)
    low, high = central_interval(members, level)
    return coverage_of((outcomes >= low) & (outcomes <= high), level, independent=independent, band=band)


def coverage_of(
    inside: ArrayLike, level: float, *, independent: int | None = None, band: float = 0.9
) -> Coverage:
    """The same from whether each outcome lay inside its interval, (n,)."""
    _check_level(level)
    held = np.asarray(inside, dtype=bool)
    n = held.size
    trials = n if independent is None else independent
    if not 1 <= trials <= n:
        raise ValueError(f"independent outcomes must be between 1 and {n}, not {trials}")
    ends = stats.binom.ppf([(1 - band) / 2, (1 + band) / 2], trials, level) / trials
    return Coverage(float(held.mean()), n, float(ends[0]), float(ends[1]))


def windows_apart(first: ArrayLike, length: int) -> int:
    """Most windows of `length` months, begun at the months `first`, of which no two share a month.

    Forecasts over overlapping windows repeat one another: so many are independent at best.
    """
    free, count = -math.inf, 0
    for start in np.unique(np.asarray(first, dtype=np.int64)):
        if start >= free:
            free, count = float(start) + length, count + 1
    return count


def pit(ensemble: ArrayLike, observed: ArrayLike) -> Floats:
    """Place of the outcome among the members, in 0..1: uniform when the forecast is calibrated.

    (rank + 1/2) / (m + 1) with ties at half, hence no random numbers and the same answer every time.
    Shapes as for `crps`.
    """
    members = _members(ensemble)
    outcome = np.asarray(observed, dtype=np.float64)[..., None]
    rank = (members < outcome).sum(axis=-1) + 0.5 * (members == outcome).sum(axis=-1)
    return (rank + 0.5) / (members.shape[-1] + 1)


def pit_uniformity(places: ArrayLike) -> float:
    """Probability of PIT values at least this uneven if the forecast were calibrated.

    Cramer-von Mises test against the uniform. It takes the values as independent: give it one outcome
    a non-overlapping horizon. Missing values are left out; at least two must remain.
    """
    values = np.asarray(places, dtype=np.float64).ravel()
    values = values[np.isfinite(values)]
    if values.size < 2:
        raise ValueError("a uniformity test needs at least two outcomes")
    return float(stats.cramervonmises(values, "uniform").pvalue)


def pit_counts(places: ArrayLike, bins: int = 5) -> list[int]:
    """How many PIT values lie in each of `bins` equal parts of 0..1; missing ones are left out."""
    values = np.asarray(places, dtype=np.float64).ravel()
    counts, _ = np.histogram(values[np.isfinite(values)], bins=bins, range=(0.0, 1.0))
    return [int(count) for count in counts]


def energy_score(ensemble: ArrayLike, observed: ArrayLike, *, fair: bool = False) -> Floats:
    """CRPS of a vector: mean |x - y| - sum_ij |x_i - x_j| / (2 m^2) with Euclidean distance.

    Gneiting and Raftery 2007, eq. 22; put the components in comparable units first. `ensemble`
    (..., m, d), `observed` (..., d); returns (...). `fair` divides by 2 m (m - 1) as in `crps_fair`.
    """
    members = np.asarray(ensemble, dtype=np.float64)
    size = members.shape[-2]
    if size < (2 if fair else 1):
        raise ValueError(f"an ensemble of {size} is too small for this score")
    outcome = np.asarray(observed, dtype=np.float64)[..., None, :]
    distance = np.linalg.norm(members - outcome, axis=-1).mean(axis=-1)
    pairs = np.zeros(members.shape[:-2])
    # Members against themselves shifted by k meet every pair i, j once for each of k = 1..m-1, without
    # the m x m x d array that a direct difference would need.
    for shift in range(1, size):
        pairs += np.linalg.norm(members - np.roll(members, shift, axis=-2), axis=-1).sum(axis=-1)
    return distance - pairs / (2 * size * (size - 1 if fair else size))


def brier(forecast: ArrayLike, outcome: ArrayLike) -> Floats:
    """Brier score over all categories: sum of (probability - indicator)^2 along the last axis."""
    forecast, outcome = (np.asarray(a, dtype=np.float64) for a in (forecast, outcome))
    return ((forecast - outcome) ** 2).sum(axis=-1)


def brier_of_event(chance: ArrayLike, happened: ArrayLike) -> Floats:
    """Brier score of a yes or no: (chance - happened)^2, half of that over the two categories. Shapes broadcast."""
    chance, happened = (np.asarray(a, dtype=np.float64) for a in (chance, happened))
    if np.any((chance < 0) | (chance > 1)):
        raise ValueError("a chance lies between 0 and 1")
    return (chance - happened) ** 2


def skill(score: ArrayLike, baseline: ArrayLike) -> float:
    """1 - mean score / mean baseline score: 1 is perfect, 0 as good as the baseline, below 0 worse.

    Means run over the forecasts that both have (finite in both). nan where there is none or the
    baseline is perfect.
    """
    score, baseline = np.broadcast_arrays(
        np.asarray(score, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    )
    both = np.isfinite(score) & np.isfinite(baseline)
    if not both.any() or baseline[both].mean() == 0:
        return float("nan")
    return float(1 - score[both].mean() / baseline[both].mean())


def _members(ensemble: ArrayLike, at_least: int = 1) -> Floats:
    members = np.asarray(ensemble, dtype=np.float64)
    size = members.shape[-1] if members.ndim else 0
    if size < at_least:
        raise ValueError(f"an ensemble of {size} is too small for this score; it needs {at_least}")
    return members


def _distance(members: Floats, observed: ArrayLike) -> Floats:
    return np.abs(members - np.asarray(observed, dtype=np.float64)[..., None]).mean(axis=-1)


def _spread(members: Floats) -> Floats:
    """Half of sum_ij |x_i - x_j|, from the order statistics in m log m."""
    size = members.shape[-1]
    weights = 2.0 * np.arange(1, size + 1) - size - 1
    # Centred first: the weights sum to zero, and large levels would otherwise cost digits.
    ordered = np.sort(members - members.mean(axis=-1, keepdims=True), axis=-1)
    return ordered @ weights


def _pairs(ensemble: ArrayLike, observed: ArrayLike) -> tuple[Floats, Floats]:
    members, outcomes = _members(ensemble), np.asarray(observed, dtype=np.float64)
    if members.ndim != 2 or outcomes.shape != members.shape[:1]:
        raise ValueError(f"expected shapes (n, m) and (n,), got {members.shape} and {outcomes.shape}")
    known = np.isfinite(outcomes)
    if not known.any():
        raise ValueError("there is no outcome to compare with")
    return members[known], outcomes[known]


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"an interval level lies between 0 and 1, not {level}")
