"""Smooth fits of outcomes on inputs: the conditional mean E[Y | X] from futures as they were drawn.

Every input is read through its normal score, so that only the order of its values counts.

Equations (docs/model/sensitivity.md):
    SF1  z = Phi^-1((rank - 1/2) / n)            equal values share their mean rank
    SF2  E[Y | X] = c + sum_i s_i(z_i) + sum_{i<j} p_ij(z_i, z_j)

s_i is a natural cubic spline (Stone and Koo 1985), p_ij a product of the first `pair_degree` parts of two splines,
and the fit is least squares. Columns are orthonormal within an input, which keeps the products apart from their parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import ndtri

from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

KNOTS = {2: (-1.2, 0.0, 1.2), 3: (-1.5, -0.5, 0.5, 1.5), 4: (-1.6, -0.7, 0.0, 0.7, 1.6)}
"""Knots, in normal scores, of a spline with so many columns."""

MOST_COLUMNS_A_ROW = 1.0 / 10.0
"""Columns that a row of evidence can carry."""

PAIRED = 12
"""Inputs that explain most, of which products of two are looked at."""

SAME = 1e-9
"""What is left of a column, as a share, where the columns before it say the same."""


@dataclass(frozen=True)
class Columns:
    """Columns (n, p) of SF2, centred, and for each the inputs that it needs: `needs` (p, 2), equal for a spline."""

    values: Floats
    needs: Whole
    inputs: int

    def of(self, chosen: Sequence[int]) -> Whole:
        """Columns that need no other inputs than the chosen."""
        inside = np.zeros(self.inputs, dtype=bool)
        inside[list(chosen)] = True
        return np.flatnonzero(inside[self.needs].all(axis=1))


def normal_scores(values: Any) -> Floats:
    """Normal scores (d, n) of each row (SF1); a row of equal values has zeros."""
    rows = np.atleast_2d(np.asarray(values, dtype=np.float64))
    scores = np.empty(rows.shape)
    for target, row in zip(scores, rows, strict=True):
        _, place, counts = np.unique(row, return_inverse=True, return_counts=True)
        target[:] = ndtri((np.cumsum(counts) - 0.5 * counts) / row.size)[place]
    return scores


def columns_of(
    inputs: Any, degree: int, pairs: Sequence[tuple[int, int]] = (), pair_degree: int = 1
) -> Columns:
    """Columns of SF2 for inputs (d, n): splines of `degree` columns (1 is a straight line) and products of `pairs`."""
    scores = normal_scores(inputs)
    own = [_orthonormal(_spline(row, degree)) for row in scores]
    values = [part for part in own if part.shape[1]]
    needs = [np.full((part.shape[1], 2), i) for i, part in enumerate(own) if part.shape[1]]
    for i, j in pairs:
        few, others = own[i][:, :pair_degree], own[j][:, :pair_degree]
        product = (few[:, :, None] * others[:, None, :]).reshape(len(few), -1)
        values.append(product - product.mean(axis=0))
        needs.append(np.tile([i, j], (product.shape[1], 1)))
    if not values:
        return Columns(np.empty((scores.shape[1], 0)), np.empty((0, 2), dtype=np.intp), len(scores))
    return Columns(np.concatenate(values, axis=1), np.concatenate(needs).astype(np.intp), len(scores))


def columns_for(inputs: Any, outcomes: Any, pieces: int) -> Columns:
    """As many columns as `pieces` of independent evidence carry: half for splines, the rest for products.

    Products are of the inputs that explain most of an outcome by themselves.
    """
    x, y = np.atleast_2d(inputs), np.atleast_2d(outcomes)
    most = MOST_COLUMNS_A_ROW * pieces
    degree = max((k for k in KNOTS if 2 * k * len(x) <= most), default=1)
    left = max(int(most) - degree * len(x), 0)
    alone = explained_alone(x, y, degree).max(axis=1)
    strong = np.argsort(-np.round(alone, 9), kind="stable")[:PAIRED]
    count = comb(len(strong), 2)
    pair_degree = max((k for k in (2, 3) if k <= degree and k * k * count <= left), default=1)
    every = sorted(combinations(range(len(strong)), 2), key=lambda pair: (pair[1], pair[0]))
    pairs = [(int(strong[i]), int(strong[j])) for i, j in every[: left // pair_degree**2]]
    return columns_of(x, degree, pairs, pair_degree)


def explained_alone(inputs: Any, outcomes: Any, degree: int = 3) -> Floats:
    """Share of each outcome's variance that each input explains by itself, (d, m), for inputs (d, n), outcomes (m, n).

    Adjusted for the columns of the fit, so that an input that does nothing has 0 on average, and may be below.
    """
    y = np.atleast_2d(np.asarray(outcomes, dtype=np.float64)).T
    y = y - y.mean(axis=0)
    total = np.maximum((y**2).sum(axis=0), np.finfo(float).tiny)
    found = []
    for row in normal_scores(inputs):
        part = _orthonormal(_spline(row, degree))
        share = ((part.T @ y) ** 2).sum(axis=0) / (total * len(y))
        found.append(adjusted(share, len(y), part.shape[1]))
    return np.array(found)


def adjusted(share: Any, rows: int, columns: Any) -> Any:
    """Explained share less what as many columns of noise would explain (Ezekiel 1930)."""
    return 1.0 - (1.0 - share) * (rows - 1.0) / np.maximum(rows - 1.0 - np.asarray(columns, float), 1.0)


def folds_of(outcome: Any, inputs: Any, groups: Any, count: int) -> Whole:
    """Fold 0..count-1 of each row: groups in the order of their mean outcome, dealt out in turn.

    So every fold has the same mix of outcomes, and neither the order of rows nor that of inputs decides. Rows of one
    group stay together. Groups of equal outcomes are told apart by their inputs.
    """
    ids, place = np.unique(np.asarray(groups), return_inverse=True)
    if len(ids) < count:
        raise RipenessError(
            f"{len(ids)} groups cannot make {count} folds", "give more futures, or more draws"
        )
    size = np.bincount(place)
    keys = [np.bincount(place, weights=row) / size for row in np.atleast_2d(np.asarray(outcome, float))]
    rows = np.asarray(inputs, dtype=np.float64)
    if rows.size:
        keys.append(np.bincount(place, weights=np.sort(normal_scores(rows), axis=0)[-1]) / size)
    # Rounded, so that sums in another order break no tie the other way.
    order = np.lexsort([np.round(key, 12) for key in reversed(keys)])
    fold = np.empty(len(ids), dtype=np.intp)
    fold[order] = np.arange(len(ids)) % count
    return fold[place]


def fitted_elsewhere(columns: Floats, outcomes: Floats, folds: Whole) -> Floats:
    """E[Y | X] (m, n) of each row from the rows of the other folds; outcomes (m, n)."""
    found = np.empty(outcomes.shape)
    parts = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    x = np.hstack([np.ones((len(columns), 1)), columns])
    products = [x[rows].T @ x[rows] for rows in parts]
    with_outcome = [x[rows].T @ outcomes[:, rows].T for rows in parts]
    every, every_outcome = sum(products), sum(with_outcome)
    for rows, own, own_outcome in zip(parts, products, with_outcome, strict=True):
        others = every - own
        others[np.diag_indices_from(others)] *= 1.0 + SAME
        weights = cho_solve(cho_factor(others, lower=True), every_outcome - own_outcome)
        found[:, rows] = (x[rows] @ weights).T
    return found


def _spline(score: Floats, degree: int) -> Floats:
    """A straight line and the bends of a natural cubic spline, (n, degree)."""
    if np.ptp(score) == 0.0:
        return np.empty((len(score), 0))
    degree = min(degree, len(np.unique(score)) - 1, max(KNOTS))
    if degree < 2:
        return score[:, None]
    knots = np.array(KNOTS[degree])
    last, before = knots[-1], knots[-2]

    def cube(at: float) -> Floats:
        return np.asarray(np.maximum(score - at, 0.0) ** 3)

    bends = [
        cube(t) - cube(before) * (last - t) / (last - before) + cube(last) * (before - t) / (last - before)
        for t in knots[:-2]
    ]
    return np.stack([score, *bends], axis=1)


def _orthonormal(part: Floats) -> Floats:
    """The same space in centred columns of mean square 1 with no product, in the order given."""
    if not part.shape[1]:
        return part
    basis, triangle = np.linalg.qr(part - part.mean(axis=0))
    size = np.abs(np.diag(triangle))
    kept = size > SAME * size.max()
    return np.asarray(basis[:, kept] * np.sign(np.diag(triangle))[kept] * np.sqrt(len(part)))
