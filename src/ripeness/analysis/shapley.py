"""Shapley effects: shares of variance of inputs that depend on each other, from futures as they were drawn.

Sobol indices need independent inputs, and draws of a posterior are not. The Shapley effect of an input is its mean
contribution to the explained variance over all orders in which inputs may become known (Owen 2014; Song, Nelson and
Staum 2016).

Equations (docs/model/sensitivity.md):
    SH1  Sh_i = mean over orders of  v(before i and i) - v(before i),     v(u) = Var(E[Y | X_u]) / Var(Y)

The effects of all inputs add up to v(all), and with what they leave unexplained (`rest`) to 1. An input that does
nothing may still carry a share, that of the inputs it moves with. v(u) is estimated in two ways:

    SH2  by a smooth fit on the inputs of u (`surfaces`), its share adjusted for the number of columns; one Cholesky
        factor gives v of every beginning of an order, so that inputs by tens are no burden
    SH3  by neighbours: 1 - mean variance of Y among the nearest rows in X_u / Var(Y) (Broto, Bachoc and Depecker 2020),
        which takes any shape but needs many rows for each input; for a check with few inputs
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.spatial import cKDTree

from ripeness.analysis.surfaces import (
    SAME,
    Columns,
    adjusted,
    columns_for,
    folds_of,
    normal_scores,
)
from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

ORDERS = 64
"""Orders looked at, each with its reverse."""

ORDERS_OF_PARTS = 32
"""Orders, reverses among them, looked at for each part that is left out."""

FOLDS = 16
"""Parts of the futures; leaving out one after the other gives the standard errors."""

NEAREST = 3
"""Rows among which a conditional variance is taken."""

MOST_BY_NEIGHBOURS = 10
"""Inputs for which every subset can be looked at."""

Z90 = 1.6448536269514722
"""Standard errors to either end of an interval of 90 %."""


@dataclass(frozen=True)
class Effects:
    """Shapley effects (d, m) of d inputs on m outcomes, as shares of each outcome's variance.

    error: standard errors (delete-a-part jackknife over groups of futures). rest (m,): the share that the inputs leave
    unexplained, so that effects and rest add up to 1: other inputs, luck, and shapes that the fit misses. variance
    (m,): of the outcomes, 0 for a constant one, whose effects are nan. groups: independent pieces of evidence.
    """

    value: Floats
    error: Floats
    rest: Floats
    rest_error: Floats
    variance: Floats
    groups: int

    @property
    def low(self) -> Floats:
        """Lower ends of intervals of 90 %."""
        return self.value - Z90 * self.error

    @property
    def high(self) -> Floats:
        """Upper ends of intervals of 90 %."""
        return self.value + Z90 * self.error


def shapley_effects(
    inputs: Any, outcomes: Any, groups: Any = None, *, orders: int = ORDERS, folds: int = FOLDS, seed: int = 0
) -> Effects:
    """Shapley effects (SH1, SH2) of inputs (d, n) on outcomes (m, n).

    Futures of one of the `groups` (n,) are one piece of evidence. Splines bend, and products are looked at, as far as
    there is evidence for them. RipenessError where shapes do not fit, values are not finite, or evidence is too thin.
    """
    x, y, places = _checked(inputs, outcomes, groups)
    pieces = int(places.max()) + 1
    folds = min(folds, pieces)
    order = canonical(x, y)
    x = x[order]
    varies = np.ptp(y, axis=1) > 0.0
    flat = np.full((len(x), len(y)), np.nan)
    if not varies.any():
        return Effects(flat, flat, np.full(len(y), np.nan), np.full(len(y), np.nan), np.zeros(len(y)), pieces)
    known = y[varies]
    columns = columns_for(x, known, pieces)
    paths = _orders(len(x), orders, seed)
    fold = folds_of(known, x, places, folds)

    whole = _effects(columns.values, known, columns, paths, pieces)
    parts = []
    for left_out in range(folds):
        kept = fold != left_out
        rows = len(np.unique(places[kept]))
        # The same few orders for every part: what they miss is common to all and leaves the scatter alone.
        parts.append(_effects(columns.values[kept], known[:, kept], columns, paths[:ORDERS_OF_PARTS], rows))
    spread = np.array(parts)
    error = np.sqrt((folds - 1.0) / folds * ((spread - spread.mean(axis=0)) ** 2).sum(axis=0))
    rests = spread.sum(axis=1)
    rest_error = np.sqrt((folds - 1.0) / folds * ((rests - rests.mean(axis=0)) ** 2).sum(axis=0))
    value, errors = flat.copy(), flat.copy()
    back = np.empty(len(order), dtype=np.intp)
    back[order] = np.arange(len(order))
    value[:, varies], errors[:, varies] = whole[back], error[back]
    rest, rest_errors = np.full((2, len(y)), np.nan)
    rest[varies], rest_errors[varies] = 1.0 - whole.sum(axis=0), rest_error
    return Effects(value, errors, rest, rest_errors, np.where(varies, y.var(axis=1), 0.0), pieces)


def shapley_by_neighbours(inputs: Any, outcome: Any, nearest: int = NEAREST) -> Floats:
    """Shapley effects (SH1, SH3) of a few inputs (d, n) on one outcome (n,), shares of its variance.

    Every subset of inputs is looked at. What the nearest rows of all inputs still differ in is left out of the sum.
    """
    x, y, _ = _checked(inputs, outcome, None)
    d, y = len(x), y[0]
    if d > MOST_BY_NEIGHBOURS:
        raise RipenessError(
            f"{d} inputs have too many subsets", f"choose {MOST_BY_NEIGHBOURS} or fewer, or `shapley_effects`"
        )
    scores, variance = normal_scores(x), float(y.var())
    if variance == 0.0:
        return np.full(d, np.nan)

    def explained(chosen: tuple[int, ...]) -> float:
        if not chosen:
            return 0.0
        points = scores[list(chosen)].T
        near = cKDTree(points).query(points, k=nearest)[1]
        return 1.0 - float(y[near].var(axis=1, ddof=1).mean()) / variance

    return _by_subsets(d, explained)


def canonical(inputs: Floats, outcomes: Floats) -> Whole:
    """An order of inputs that their values decide, not their names or places: by rank correlation with the outcomes."""
    scores = normal_scores(inputs)
    centred = outcomes - outcomes.mean(axis=1, keepdims=True)
    size = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    found = scores @ (centred / np.where(size > 0, size, 1.0)).T / scores.shape[1]
    # Rounded, so that sums in another order do not turn a tie.
    return np.lexsort([*np.round(found.T, 9), -np.round(np.abs(found).sum(axis=1), 9)])


def _checked(inputs: Any, outcomes: Any, groups: Any) -> tuple[Floats, Floats, Whole]:
    x = np.atleast_2d(np.asarray(inputs, dtype=np.float64))
    y = np.atleast_2d(np.asarray(outcomes, dtype=np.float64))
    ids = np.arange(x.shape[1]) if groups is None else np.asarray(groups)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or ids.shape != (x.shape[1],):
        raise RipenessError(
            f"inputs {x.shape}, outcomes {y.shape} and groups {ids.shape} do not fit",
            "give (inputs, futures), (outcomes, futures) and one group a future",
        )
    for name, values in (("inputs", x), ("outcomes", y)):
        if not np.isfinite(values).all():
            raise RipenessError(
                f"{int((~np.isfinite(values)).sum())} of {values.size} {name} are not finite",
                "count what was not reached as the last month, and leave out what has no value",
            )
    places = np.unique(ids, return_inverse=True)[1].astype(np.intp)
    pieces = int(places.max()) + 1
    if pieces < 2 * len(x) + 8:
        raise RipenessError(
            f"{pieces} independent futures are too few for {len(x)} inputs",
            f"give {2 * len(x) + 8} or more, or choose fewer inputs",
        )
    return x, y, places


def _orders(d: int, count: int, seed: int) -> list[Whole]:
    """Seeded orders of the inputs, each followed by its reverse; every order where there are not more."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        one = rng.permutation(d)
        found += [one, one[::-1]]
    return found


def _effects(values: Floats, y: Floats, columns: Columns, paths: list[Whole], pieces: int) -> Floats:
    """Mean contributions (d, m) over the orders."""
    x = values - values.mean(axis=0)
    centred = (y - y.mean(axis=1, keepdims=True)).T
    total = (centred**2).sum(axis=0)
    products, with_outcome = x.T @ x, (x.T @ centred) / np.sqrt(np.where(total > 0, total, 1.0))
    products[np.diag_indices_from(products)] *= 1.0 + SAME
    d = columns.inputs
    sums = np.zeros((d, y.shape[0]))
    for path in paths:
        place = np.empty(d, dtype=np.intp)
        place[path] = np.arange(d)
        enters = place[columns.needs].max(axis=1)
        order = np.argsort(enters, kind="stable")
        factor = cholesky(products[np.ix_(order, order)], lower=True, check_finite=False)
        steps = solve_triangular(factor, with_outcome[order], lower=True, check_finite=False) ** 2
        counts = np.bincount(enters, minlength=d)
        ends = np.cumsum(counts)
        share = np.vstack([np.zeros(y.shape[0]), np.cumsum(steps, axis=0)])[ends]
        level = adjusted(share, pieces, ends[:, None])
        sums[path] += np.diff(level, axis=0, prepend=0.0)
    return sums / len(paths)


def _by_subsets(d: int, explained: Callable[[tuple[int, ...]], float]) -> Floats:
    """Shapley values of a game over d players from the worth of every subset."""
    worth = {u: explained(u) for size in range(d + 1) for u in combinations(range(d), size)}
    value = np.zeros(d)
    for u, level in worth.items():
        for i in set(range(d)) - set(u):
            with_i = tuple(sorted((*u, i)))
            value[i] += (worth[with_i] - level) / (d * comb(d - 1, len(u)))
    return value
