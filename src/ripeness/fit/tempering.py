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
    sweeps: int


def temper(
    log_likelihood: LogLikelihood,
    start: Floats,
    *,
    moves: int,
    final_moves: int,
    seed: int,
    stage_done: Callable[[float], None] | None = None,
) -> Tempered:
    """Carry particles `start` (D, n) ~ N(0, I) to the posterior.

    `log_likelihood` maps (D, n) to (n,); a value that is not finite counts as impossible. `moves` is
    the number of group moves at each power, `final_moves` that at power one.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 20]))
    z = np.array(start)
    dimension, n = z.shape
    level = _finite(log_likelihood(z))
    power, evidence, step = 0.0, 0.0, 0.6
    powers, acceptances = [0.0], []
    origin = np.arange(n)
    sweeps = 1
    while power < 1.0:
        following = _next_power(level, power, n)
        weight = (following - power) * level
        top = weight.max()
        evidence += top + float(np.log(np.mean(np.exp(weight - top))))
        chosen = _systematic(np.exp(weight - top), rng)
        z, level, origin = z[:, chosen], level[chosen], origin[chosen]
        power = following
        count = final_moves if power >= 1.0 else moves
        centre = z.mean(axis=1)
        covariance = np.cov(z) if dimension > 1 else np.array([[z.var()]])
        accepted = []
        for _ in range(count):
            group = rng.permutation(dimension)[: min(GROUP, dimension)]
            z, level, rate = _move(log_likelihood, z, level, power, group, centre, covariance, step, rng)
            accepted.append(rate)
            step = float(np.clip(step * np.exp(0.7 * (rate - WANTED_ACCEPTANCE)), 0.05, 0.98))
            sweeps += 1
        powers.append(power)
        acceptances.append(float(np.mean(accepted)) if accepted else 0.0)
        if stage_done is not None:
            stage_done(power)
    distinct = np.unique(np.round(z[0], 12)).size / n
    return Tempered(z, level, evidence, tuple(powers), tuple(acceptances), distinct, sweeps)


def _move(
    log_likelihood: LogLikelihood,
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
    new_level = _finite(log_likelihood(proposal))

    def against_reference(points: Floats) -> Floats:
        scaled = np.linalg.solve(root, points - mean)
        return 0.5 * np.sum(scaled**2, axis=0) - 0.5 * np.sum(points**2, axis=0)

    log_ratio = power * (new_level - level) + against_reference(fresh) - against_reference(z[group])
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
