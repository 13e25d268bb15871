"""Shares of variance by input: Sobol indices of first, total and second order from a designed sample.

Inputs are independent. Rows of A and B are independent points of N; AB_i is A with input i from B, BA_i is B with
input i from A. With values f centred on the mean of all of them and V the variance of f(A) and f(B) together,

Equations (docs/model/sensitivity.md):
    SA1  S_i   = mean(f_B (f_AB_i - f_A)) / V                      Saltelli and others (2010), table 2 (b)
    SA2  T_i   = mean((f_A - f_AB_i)^2) / (2 V)                    Jansen (1999)
    SA3  S_ij  = mean(f_BA_i f_AB_j - f_A f_B) / V - S_i - S_j     Saltelli (2002)

They are those of SALib on the same sample. Intervals resample the N rows (Archer, Saltelli and Sobol 1997). The rows
are put in an order of their own values first, so that neither their order nor that of the inputs changes a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]

RESAMPLES = 200
"""Bootstrap samples behind an interval."""

LEVEL = 0.9
"""Share of resampled values inside an interval."""

FEWEST_ROWS = 8
"""Base rows below which nothing can be resampled."""

FLAT = 1e-12
"""A variance below this share of the mean square of the values is rounding: the output does not vary."""


@dataclass(frozen=True)
class Estimates:
    """One number an input, (d,), with the ends of its interval; nan where the output does not vary."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Indices:
    """Sobol indices of one output.

    second (d, d): row i, column j from BA_i and AB_j, so that there are two estimates of each pair; None without BA.

    mean, variance: of the output over A and B. `varies` is False for a constant output, which has no shares: all
    indices are nan.
    """

    first: Estimates
    total: Estimates
    second: Estimates | None
    mean: float
    variance: float
    rows: int

    @property
    def varies(self) -> bool:
        """Whether there is a variance to be shared out."""
        return self.variance > 0.0

    @property
    def interactions(self) -> float:
        """Share of variance that no input explains alone, 1 - sum S_i; below 0 only by sampling error."""
        return float(1.0 - self.first.value.sum())


def sobol_indices(
    a: Any,
    b: Any,
    ab: Any,
    ba: Any = None,
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Indices:
    """Indices from values on A and B, (N,), on AB_i and, for the second order, on BA_i, (d, N).

    RipenessError where shapes do not fit or a value is not finite.
    """
    f_a, f_b, f_ab, f_ba = _checked(a, b, ab, ba, level)
    d, n = f_ab.shape
    both = np.concatenate([f_a, f_b])
    scale = float(np.mean(both**2))
    variance = float(both.var())
    if np.ptp(both) == 0.0 or variance <= FLAT * scale:
        nothing = Estimates(*np.full((3, d), np.nan))
        pairs = None if f_ba is None else Estimates(*np.full((3, d, d), np.nan))
        return Indices(nothing, nothing, pairs, float(both.mean()), 0.0, n)
    centre = np.concatenate([both, f_ab.ravel(), *([] if f_ba is None else [f_ba.ravel()])]).mean()
    order = np.lexsort((np.sort(f_ab, axis=0).sum(axis=0), f_b, f_a))
    # Scaled, so that sums of squares of small and large outputs are rounded alike.
    f_a, f_b, f_ab = ((f[..., order] - centre) / np.sqrt(variance) for f in (f_a, f_b, f_ab))
    f_ba = None if f_ba is None else (f_ba[..., order] - centre) / np.sqrt(variance)
    weights = np.vstack([np.ones(n), _resampled(n, resamples, seed)]) / n
    spread = _variance_of(weights, f_a, f_b)
    # A resample whose rows are all alike has no shares; it says nothing and is left out of the interval.
    kept = spread > FLAT
    weights, spread = weights[kept], spread[kept]
    first = (weights @ (f_b * (f_ab - f_a)).T) / spread[:, None]
    total = 0.5 * (weights @ ((f_ab - f_a) ** 2).T) / spread[:, None]
    second = None
    if f_ba is not None:
        crossed = f_ba[:, None] * f_ab[None] - f_a * f_b
        pairs = (weights @ crossed.reshape(d * d, n).T).reshape(-1, d, d) / spread[:, None, None]
        pairs = pairs - first[:, :, None] - first[:, None, :]
        pairs[:, np.arange(d), np.arange(d)] = np.nan
        second = _with_interval(pairs, level)
    return Indices(
        _with_interval(first, level),
        _with_interval(total, level),
        second,
        float(both.mean()),
        variance,
        n,
    )


def _checked(a: Any, b: Any, ab: Any, ba: Any, level: float) -> tuple[Floats, Floats, Floats, Floats | None]:
    if not 0.0 < level < 1.0:
        raise RipenessError(f"level is {level}", "give a share between 0 and 1, such as 0.9")
    f_a, f_b, f_ab = (np.asarray(each, dtype=np.float64) for each in (a, b, ab))
    f_ba = None if ba is None else np.asarray(ba, dtype=np.float64)
    n = f_a.size
    shapes_fit = f_a.shape == f_b.shape == (n,) and f_ab.ndim == 2 and f_ab.shape[1] == n and len(f_ab)
    if not shapes_fit or (f_ba is not None and f_ba.shape != f_ab.shape):
        raise RipenessError(
            f"values have the shapes {f_a.shape}, {f_b.shape} and {f_ab.shape}",
            "give (N,) for A and for B, and (inputs, N) for A with one input from B",
        )
    if n < FEWEST_ROWS:
        raise RipenessError(f"there are {n} base rows", f"give {FEWEST_ROWS} or more, better 1024")
    for name, values in (("A", f_a), ("B", f_b), ("AB", f_ab), ("BA", f_ba)):
        if values is not None and not np.isfinite(values).all():
            wrong = int((~np.isfinite(values)).sum())
            raise RipenessError(
                f"{wrong} of {values.size} values on {name} are not finite",
                "a variance needs numbers: count what was not reached as the last month, and leave out what has none",
            )
    return f_a, f_b, f_ab, f_ba


def _resampled(rows: int, resamples: int, seed: int) -> Floats:
    """How often each row is drawn in each bootstrap sample, (resamples, rows)."""
    chance = np.full(rows, 1.0 / rows)
    return np.random.default_rng(seed).multinomial(rows, chance, size=resamples).astype(np.float64)


def _variance_of(weights: Floats, f_a: Floats, f_b: Floats) -> Floats:
    """Variance of both samples together under each row of weights."""
    mean = weights @ (f_a + f_b) / 2.0
    return np.asarray(weights @ (f_a**2 + f_b**2) / 2.0 - mean**2)


def _with_interval(resampled: Floats, level: float) -> Estimates:
    """The estimate, which is the first row, with quantiles of the others."""
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(resampled[1:] if len(resampled) > 1 else resampled, [tail, 1.0 - tail], axis=0)
    return Estimates(resampled[0], low, high)
