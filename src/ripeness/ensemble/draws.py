"""Parameter draws: what differs between the members of an ensemble apart from the shocks.

Member i is point i of one scrambled Sobol sequence (Owen 1998; Joe and Kuo 2008), so it is the same
whatever the number of members, the chunk it is computed in and the policies it meets, and any power
of two of members from the first on fills the priors evenly.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from ripeness.base import Month, RipenessError
from ripeness.flow import BargainingParameters, Layout, layout_of, parts_of

if TYPE_CHECKING:
    from ripeness.case import Case, Pool, Prior

Floats = NDArray[np.float64]

BITS = 30
"""Binary digits of a Sobol coordinate; also the log2 of the largest ensemble."""

BLOCK = 1024
"""Points computed at a time."""

EDGE = 6.5
"""Normal scores of the points lie within plus and minus this: 2^-31 is at 6.2."""

LATENT, LATENTS = 400, 32
"""First Sobol dimension of what the pools of a part share, and how many dimensions a part of a program has for it."""

CELLS = 512
"""Cells of the quantile tables; their error is below 1e-6 of a standard deviation."""


def unit_points(dimensions: int, members: int, seed: int, first_member: int = 0) -> Floats:
    """Points (dimensions, members) strictly inside the unit cube; column j is member first_member + j."""
    if members < 0 or first_member < 0 or first_member + members > 2**BITS:
        raise RipenessError(
            f"members {first_member} to {first_member + members} are outside 0 to 2^{BITS}", "ask for fewer"
        )
    start = first_member - first_member % BLOCK
    sampler = qmc.Sobol(dimensions, scramble=True, bits=BITS, rng=seed)
    if start:
        sampler.fast_forward(start)
    blocks = -(-(first_member + members - start) // BLOCK)
    points = [sampler.random(BLOCK) for _ in range(blocks)]
    if not points:
        return np.empty((dimensions, 0))
    kept = np.concatenate(points)[first_member - start : first_member - start + members]
    # Coordinates are multiples of 2^-30 and may be 0; the middle of the cell keeps every quantile finite.
    return np.ascontiguousarray(kept.T) + 0.5 ** (BITS + 1)


def draw_parameters(
    case: Case,
    layout: Layout,
    members: int,
    seed: int,
    *,
    first_member: int = 0,
    cutoff: Month | None = None,
) -> Floats:
    """Prior draws (layout.size, members) of the case, rows in the order of `layout`.

    Every row has its own Sobol dimension, fixed ones too, so that a changed prior moves its own row only; what the
    pools of the case share has dimensions of its own. The first part of a joined record is drawn as it is alone: a
    program that adds a war to the money chain draws the money chain as it was. With `cutoff`, the priors are those
    of a fit to the months before it. A row that the case has no parameter for raises RipenessError.
    """
    points, size = [], 0
    for kind in parts_of(layout.record):
        first, size = size, size + layout_of(kind).size
        # Scrambles differ with the number of dimensions; the digits under them are those of other dimensions.
        points.append(unit_points(size, members, seed, first_member)[first:])
    scores = ndtri(np.concatenate(points))
    if pools_of(case, layout):
        latents = [
            ndtri(
                unit_points(at + LATENTS, members, seed, first_member)[
                    at : at + 2 * len(pools_of(case, layout_of(kind)))
                ]
            )
            for at, kind in zip((LATENT, LATENT + LATENTS), parts_of(layout.record), strict=False)
        ]
        scores = pooled_scores(case, layout, scores, np.concatenate(latents))
    return values_at_scores(case, layout, scores, cutoff)


def pools_of(case: Case, layout: Layout) -> tuple[Pool, ...]:
    """Pools of the case among the parameters of `layout`, those of its first part first."""
    if layout.record is BargainingParameters:
        return ()
    return tuple(
        pool
        for kind in parts_of(layout.record)
        for pool in case.pools
        if set(pool.members) <= set(layout_of(kind).row_labels)
    )


def pooled_scores(case: Case, layout: Layout, own: Floats, latents: Floats) -> Floats:
    """Normal scores (layout.size, n) of parameters from their own and two of each pool (2 pools, n), in its order."""
    scores = own.copy()
    for number, pool in enumerate(pools_of(case, layout)):
        rows = [layout.row_labels.index(name) for name in pool.members]
        scores[rows] = pool.scores(own[rows], latents[2 * number : 2 * number + 2])
    return scores


def parameter_values(case: Case, layout: Layout, u: Floats, cutoff: Month | None = None) -> Floats:
    """Parameter rows (layout.size, n) at probabilities `u` of their priors; `cutoff` as in `draw_parameters`."""
    return values_at_scores(case, layout, ndtri(u), cutoff)


def values_at_scores(case: Case, layout: Layout, scores: Floats, cutoff: Month | None = None) -> Floats:
    """The same at normal scores of the priors: 0 is the median, 1 the quantile at 0.84."""
    known = case.bargaining if layout.record is BargainingParameters else case.parameters
    missing = [name for name in layout.row_labels if name not in known]
    if missing:
        raise RipenessError(
            f"case {case.name} has no prior for {', '.join(missing)}", "add them to parameters.yaml"
        )
    return np.stack(
        [
            _values(known[name].prior_at(cutoff), row)
            for name, row in zip(layout.row_labels, scores, strict=True)
        ]
    )


def draw_posterior(posterior: Floats, members: int, seed: int, *, first_member: int = 0) -> Floats:
    """Posterior draws (P, members) from the columns of `posterior` (P, n), in a seeded permutation.

    Member i takes column order[i mod n]: every column is used once before any is used twice. The order is the
    rank of scrambled Sobol points, so that the first members already spread over the whole chain.
    """
    n = posterior.shape[1]
    if n == 0:
        raise RipenessError("the posterior holds no draws", "run the fit again")
    order = unit_points(1, n, seed)[0].argsort().argsort()
    return posterior[:, order[np.arange(first_member, first_member + members) % n]]


def _values(prior: Prior, scores: Floats) -> Floats:
    """Quantiles of a prior at normal scores, from its table: a beta would cost more than the future it starts."""
    if prior.is_fixed:
        return np.full(scores.shape, prior.ppf(0.5))
    table, low, high = _table(prior)
    place = (scores + EDGE) * (CELLS / (2 * EDGE))
    cell = place.astype(np.int64)
    within = place - cell
    cubic, square, slope, level = (row[cell] for row in table)
    return np.clip(level + within * (slope + within * (square + within * cubic)), low, high)


@lru_cache(maxsize=4096)
def _table(prior: Prior) -> tuple[Floats, float, float]:
    """Cubic pieces (4, CELLS) of the quantile as a function of the normal score, and its two ends."""
    scores = np.linspace(-EDGE, EDGE, CELLS + 1)
    values = np.asarray(prior.ppf(ndtr(scores)), dtype=np.float64)
    return CubicSpline(np.arange(CELLS + 1.0), values).c, float(values[0]), float(values[-1])
