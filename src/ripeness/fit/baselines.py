"""Forecasts that know no mechanism: the bar that a backcast of the model has to clear.

Every baseline takes the history of one series and returns an ensemble for one later month. Months
are whole numbers on any common count (a calendar month is `12 * year + month`); gaps and missing
values are allowed. Only months before `origin` are read, whatever else the arrays hold. Horizon 1 is
the origin month itself, the first one that could not be read, so the target is `origin + horizon - 1`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

Floats = NDArray[np.float64]

MIN_PAIRS = 6
"""Fewest past changes from which a spread is taken at its own horizon."""

MIN_SPARSE = 3
"""Fewest past changes, of any length, from which a sparse series takes its spread."""

YEAR = 12


class TooShortError(ValueError):
    """The history before the origin does not support this baseline; score the others there."""


class Past(NamedTuple):
    """Known values before the origin, in order of month."""

    months: NDArray[np.int64]
    values: Floats


def target_month(origin: int, horizon: int) -> int:
    """Month that a forecast at `origin` and `horizon` is about."""
    if horizon < 1:
        raise ValueError(f"a horizon is at least 1 month, not {horizon}")
    return origin + horizon - 1


def past_of(months: ArrayLike, values: ArrayLike, origin: int) -> Past:
    """Known values before `origin`, sorted; later and missing ones are dropped. TooShortError if none."""
    months, values = np.asarray(months, dtype=np.int64), np.asarray(values, dtype=np.float64)
    if months.ndim != 1 or months.shape != values.shape:
        raise ValueError(f"months and values must be two equal rows, not {months.shape} and {values.shape}")
    readable = (months < origin) & np.isfinite(values)
    months, values = months[readable], values[readable]
    if months.size == 0:
        raise TooShortError(f"no value is known before month {origin}")
    order = np.argsort(months)
    months, values = months[order], values[order]
    if np.any(np.diff(months) == 0):
        raise ValueError("a month appears twice in the history; pass one vintage")
    return Past(months, values)


def random_walk(
    months: ArrayLike, values: ArrayLike, *, origin: int, horizon: int, members: int, seed: int
) -> Floats:
    """Last known value plus normal changes as large as past changes over the same number of months.

    The spread is the root mean square of changes over k months, k counted from the last known month,
    and so no drift is taken; where fewer than `MIN_PAIRS` such changes exist, that of the longest
    shorter span that has them, times sqrt(k / span). TooShortError below `MIN_PAIRS` changes in all.
    Returns (members,).
    """
    past = past_of(months, values, origin)
    steps = target_month(origin, horizon) - int(past.months[-1])
    spread = _walk_spread(past, steps, 1)
    return past.values[-1] + spread * _normals(members, seed)


def seasonal_random_walk(
    months: ArrayLike, values: ArrayLike, *, origin: int, horizon: int, members: int, seed: int
) -> Floats:
    """Value of the same calendar month in the last known year plus normal changes from year to year.

    For series with a strong season, such as fiscal flows. The spread is found as for `random_walk`, from
    changes over whole years. TooShortError where that calendar month was never seen, or with fewer than
    `MIN_PAIRS` changes over whole years. Returns (members,).
    """
    past = past_of(months, values, origin)
    target = target_month(origin, horizon)
    same_season = np.flatnonzero((target - past.months) % YEAR == 0)
    if same_season.size == 0:
        raise TooShortError(f"no value is known for the calendar month of {target} before month {origin}")
    last = same_season[-1]
    spread = _walk_spread(past, target - int(past.months[last]), YEAR)
    return past.values[last] + spread * _normals(members, seed)


def autoregression(
    months: ArrayLike, values: ArrayLike, *, origin: int, horizon: int, members: int, seed: int
) -> Floats:
    """First-order autoregression about an estimated mean, fitted by exact likelihood across gaps.

    x(t + g) given x(t) is normal with mean mu + phi^g (x(t) - mu) and variance
    s^2 (1 - phi^(2 g)) / (1 - phi^2), the first value is stationary, and phi lies in [0, 0.99]. Mean and
    variance are solved for exactly at each phi. The forecast variance counts the two fitted moments
    and the error of the mean. TooShortError below `MIN_PAIRS` + 1 values. Returns (members,).
    """
    past = past_of(months, values, origin)
    if past.months.size <= MIN_PAIRS:
        raise TooShortError(f"an autoregression needs {MIN_PAIRS + 1} values, not {past.months.size}")
    best = optimize.minimize_scalar(
        lambda phi: -_profile(past, phi)[0], bounds=(0.0, 0.99), method="bounded", options={"xatol": 1e-5}
    )
    _, mean, variance, mean_variance = _profile(past, float(best.x))
    steps = target_month(origin, horizon) - int(past.months[-1])
    kept = float(best.x) ** steps
    centre = mean + kept * (past.values[-1] - mean)
    spread = math.sqrt(variance * (1 - kept**2) + mean_variance * (1 - kept) ** 2)
    return centre + spread * _normals(members, seed)


def climatology(
    months: ArrayLike, values: ArrayLike, *, origin: int, horizon: int, members: int, seed: int
) -> Floats:
    """Past values drawn with replacement, all alike: what was usual. Returns (members,)."""
    past = past_of(months, values, origin)
    target_month(origin, horizon)
    return np.random.default_rng(seed).choice(past.values, members)


Baseline = Callable[..., Floats]

BASELINES: dict[str, Baseline] = {
    "random_walk": random_walk,
    "seasonal_random_walk": seasonal_random_walk,
    "autoregression": autoregression,
    "climatology": climatology,
}
"""Baselines by the name that reports show."""


def _normals(members: int, seed: int) -> Floats:
    return np.random.default_rng(seed).standard_normal(members)


def _walk_spread(past: Past, steps: int, unit: int) -> float:
    """Root mean square change over `steps` months from past changes over multiples of `unit`."""
    spans = [span for span in range(steps, 0, -unit) if _changes(past, span).size >= MIN_PAIRS]
    if spans:
        changes = _changes(past, spans[0])
        return math.sqrt(float(np.mean(changes**2)) * steps / spans[0])
    if unit == 1 and past.values.size > MIN_SPARSE:
        # A series read now and then: successive changes, each scaled by the months it took.
        return math.sqrt(float(np.mean(np.diff(past.values) ** 2 / np.diff(past.months))) * steps)
    raise TooShortError(f"fewer than {MIN_PAIRS} past changes over {unit} months or a multiple are known")


def _changes(past: Past, span: int) -> Floats:
    """Changes over exactly `span` months, wherever both ends are known."""
    _, later, earlier = np.intersect1d(
        past.months, past.months + span, assume_unique=True, return_indices=True
    )
    return past.values[later] - past.values[earlier]


def _profile(past: Past, phi: float) -> tuple[float, float, float, float]:
    """Log likelihood at `phi`, with mean, stationary variance and variance of the mean solved for."""
    kept = phi ** np.diff(past.months)
    # Independent standardised equations: z = mu * weight + noise of stationary standard deviation.
    noise = np.sqrt(np.concatenate([[1.0], 1 - kept**2]))
    weight = np.concatenate([[1.0], 1 - kept]) / noise
    z = np.concatenate([past.values[:1], past.values[1:] - kept * past.values[:-1]]) / noise
    precision = float(weight @ weight)
    mean = float(weight @ z) / precision
    squares = float(((z - mean * weight) ** 2).sum())
    count = past.values.size
    likelihood = -0.5 * count * math.log(max(squares, 1e-300) / count) - float(np.log(noise).sum())
    # Two degrees of freedom go to the mean and to phi.
    variance = squares / (count - 2)
    return likelihood, mean, variance, variance / precision
