"""Adaptive tempered sequential Monte Carlo for targets with a standard normal prior.

Parameters live in the unit normal space of their prior (z = Phi^-1 of the prior's distribution
function), so that a prior of any shape becomes N(0, I). Particles pass from the prior to the posterior
through powers of the likelihood chosen so that the effective sample size stays at a set share; at each
power they are resampled and moved by preconditioned Crank-Nicolson steps on random groups of
coordinates, whose reference Gaussian is fitted to the particles (Del Moral, Doucet and Jasra 2006;
Cotter et al. 2013; Rudolf and Sprungk 2018 for the fitted reference).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats], Floats]

ESS_SHARE = 0.6
"""Effective sample size that the next power may leave, share of the particles."""

GROUP = 14
"""Coordinates moved at once."""

WANTED_ACCEPTANCE = 0.25


@dataclass(frozen=True)
class Tempered:
    """Particles (D, n) of the posterior, and how they were reached."""

    particles: Floats
    log_likelihood: Floats
    log_evidence: float
    powers: tuple[float, ...]
    acceptance: tuple[float, ...]
    distinct_share: float
    effective_draws: float
    sweeps: int


def temper(
    log_likelihood: LogLikelihood,
    start: Floats,
    *,
    before: LogLikelihood | None = None,
    moves: int,
    final_moves: int,
    seed: int,
    stage_done: Callable[[float], None] | None = None,
) -> Tempered:
    """Carry particles `start` (D, n) to the posterior under `log_likelihood`.

    They come from the prior N(0, I), or, with `before`, from the posterior under that likelihood: the
    path then leads from the one to the other, as when new months arrive. A likelihood maps (D, n) to
    (n,); a value that is not finite counts as impossible. `moves` is the number of group moves at each
    power, `final_moves` that at power one. `log_evidence` is that of the new posterior over the old.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 20]))
    z = np.array(start)
    dimension, n = z.shape

    def levels(points: Floats) -> Floats:
        new = _finite(log_likelihood(points))
        old = np.zeros_like(new) if before is None else _finite(before(points))
        return np.stack([old, new])

    level = levels(z)
    arrived = z
    power, evidence, step = 0.0, 0.0, 0.6
    powers, acceptances = [0.0], []
    sweeps = 1
    while power < 1.0:
        following = _next_power(level[1] - level[0], power, n)
        weight = (following - power) * (level[1] - level[0])
        top = weight.max()
        evidence += top + float(np.log(np.mean(np.exp(weight - top))))
        chosen = _systematic(np.exp(weight - top), rng)
        z, level = z[:, chosen], level[:, chosen]
        power = following
        arrived = z
        count = final_moves if power >= 1.0 else moves
        centre = z.mean(axis=1)
        covariance = np.cov(z) if dimension > 1 else np.array([[z.var()]])
        accepted = []
        for _ in range(count):
            group = rng.permutation(dimension)[: min(GROUP, dimension)]
            z, level, rate = _move(levels, z, level, power, group, centre, covariance, step, rng)
            accepted.append(rate)
            step = float(np.clip(step * np.exp(0.7 * (rate - WANTED_ACCEPTANCE)), 0.05, 0.98))
            sweeps += 1
        powers.append(power)
        acceptances.append(float(np.mean(accepted)) if accepted else 0.0)
        if stage_done is not None:
            stage_done(power)
    distinct = np.unique(np.round(z[0], 12)).size / n
    return Tempered(
        z, level[1], evidence, tuple(powers), tuple(acceptances), distinct, _effective(arrived, z), sweeps
    )


def _effective(arrived: Floats, moved: Floats) -> float:
    """Effective number of independent draws after the last moves.

    Particles share ancestors when they arrive at the last power; the moves that follow make them
    independent as far as they forget where they arrived. With correlation c between arrival and end
    (median over coordinates) and u distinct arrivals among n, a draw's variance is inflated by
    1 + c^2 (n / u - 1).
    """
    n = moved.shape[1]
    distinct = np.unique(arrived[0]).size
    spread = arrived.std(axis=1) * moved.std(axis=1)
    joint = np.mean((arrived - arrived.mean(axis=1)[:, None]) * (moved - moved.mean(axis=1)[:, None]), axis=1)
    forgotten = float(np.median(np.abs(joint) / np.maximum(spread, 1e-12)))
    return n / (1.0 + forgotten**2 * (n / distinct - 1.0))


def _move(
    levels: LogLikelihood,
    z: Floats,
    level: Floats,
    power: float,
    group: NDArray[np.intp],
    centre: Floats,
    covariance: Floats,
    step: float,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, float]:
    """One preconditioned Crank-Nicolson move of a group; reversible for the fitted Gaussian."""
    n = z.shape[1]
    mean = centre[group][:, None]
    block = covariance[np.ix_(group, group)] + 1e-6 * np.eye(len(group))
    root = np.linalg.cholesky(block)
    away = z[group] - mean
    fresh = mean + np.sqrt(1.0 - step**2) * away + step * (root @ rng.standard_normal((len(group), n)))
    proposal = z.copy()
    proposal[group] = fresh
    new_level = levels(proposal)

    def against_reference(points: Floats) -> Floats:
        scaled = np.linalg.solve(root, points - mean)
        return 0.5 * np.sum(scaled**2, axis=0) - 0.5 * np.sum(points**2, axis=0)

    change = new_level - level
    log_ratio = (
        (1.0 - power) * change[0] + power * change[1] + against_reference(fresh) - against_reference(z[group])
    )
    take = np.log(rng.random(n)) < log_ratio
    return np.where(take, proposal, z), np.where(take, new_level, level), float(take.mean())


def _next_power(level: Floats, power: float, n: int) -> float:
    """Largest power up to one whose incremental weights keep the effective sample size (bisection)."""

    def size(candidate: float) -> float:
        weight = (candidate - power) * (level - level.max())
        ratio = np.exp(weight - weight.max())
        return float(ratio.sum() ** 2 / np.sum(ratio**2))

    if size(1.0) >= ESS_SHARE * n:
        return 1.0
    low, high = power, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if size(middle) >= ESS_SHARE * n else (low, middle)
    return max(low, power + 1e-9)


def _systematic(weight: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Systematic resampling: indices in proportion to `weight`."""
    n = len(weight)
    edges = np.cumsum(weight) / np.sum(weight)
    return np.minimum(np.searchsorted(edges, (np.arange(n) + rng.random()) / n), n - 1)


def _finite(level: Floats) -> Floats:
    return np.where(np.isfinite(level), level, -1e10)
