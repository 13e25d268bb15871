"""Adaptive tempered sequential Monte Carlo for targets with a standard normal prior.

Parameters live in the unit normal space of their prior (z = Phi^-1 of the prior's distribution
function), so that a prior of any shape becomes N(0, I). Particles pass from the prior to the posterior
through powers of the likelihood chosen so that the effective sample size stays at a set share; at each
power they are resampled and moved by preconditioned Crank-Nicolson steps (Del Moral, Doucet and Jasra
2006; Cotter et al. 2013) around a Gaussian fitted to the particles (Rudolf and Sprungk 2018), by turns on a
few coordinates at a time, which holds where the fit is poor, and along its principal axes, which follows
what hangs together. At the last power each half of the particles moves by the Gaussian of the other half,
fitted anew now and then, so that no particle shapes its own proposals and the moves keep the target exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats], Floats]

ESS_SHARE = 0.6
"""Effective sample size that the next power may leave, share of the particles."""

WANTED_ACCEPTANCE = 0.25

COORDINATES = 14
"""Coordinates moved at once."""

ENOUGH = 8
"""Particles a coordinate from which on moves go along axes too: an axis fitted to fewer draws them together."""

ROUNDS = 4
"""Times that the Gaussian is fitted to the particles at the last power."""

FIRST_GROUP = 20
"""Axes moved at once to begin with; more while steps are long, fewer while they are short."""

LONG_STEP, SHORT_STEP, GROWTH = 0.7, 0.5, 1.3
"""Steps that make groups larger or smaller, and by how much."""

LEAST_STEP, LARGEST_STEP = 0.03, 0.98

SHRINKAGE = 0.1
"""Part of the prior in the fitted covariance, over D / (D + particles)."""

LARGEST_LOSS = 1e10
"""Minus the log likelihood of what is impossible."""


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
    moves: int,
    final_moves: int,
    seed: int,
    final: LogLikelihood | None = None,
    stage_done: Callable[[float], None] | None = None,
) -> Tempered:
    """Carry particles `start` (D, n) from the prior N(0, I) to the posterior under `log_likelihood`.

    A likelihood maps (D, n) to (n,), or to (2, n): then the particles come from the posterior under the first row,
    and the path leads from there to that under the second, as when new months arrive. A value that is not finite
    counts as impossible. `moves` is the number of moves at each power, `final_moves` that at power one.
    `log_evidence` is that of the new posterior over the old.

    `final`, where it is given, takes the place of the likelihood in the moves at power one: it may be another for each
    particle, as where each is given its own draw of something that is known from elsewhere. Particles are not weighted
    by it, so that what is given stays as it was.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 20]))
    z = np.array(start)
    n = z.shape[1]

    def levels_of(likelihood: LogLikelihood) -> LogLikelihood:
        def levels(points: Floats) -> Floats:
            found = np.atleast_2d(np.asarray(likelihood(points), float))
            found = np.where(np.isfinite(found), found, -LARGEST_LOSS)
            return found if len(found) == 2 else np.concatenate([np.zeros_like(found), found])

        return levels

    levels = levels_of(log_likelihood)
    level = levels(z)
    arrived = z
    power, evidence = 0.0, 0.0
    pace = _Pace(0.6, 0.6, FIRST_GROUP)
    powers, acceptances = [0.0], []
    sweeps = 1
    while power < 1.0:
        following = _next_power(level[1] - level[0], power, n)
        weight = (following - power) * (level[1] - level[0])
        top = weight.max()
        evidence += top + float(np.log(np.mean(np.exp(weight - top))))
        fitted = _fitted(z, np.exp(weight - top))
        chosen = rng.permutation(_systematic(np.exp(weight - top), rng))
        z, level = z[:, chosen], level[:, chosen]
        power = following
        arrived = z
        count = final_moves if power >= 1.0 else moves
        if power >= 1.0 and final is not None:
            levels = levels_of(final)
            level = levels(z)
        if power >= 1.0:
            rates = []
            for _ in range(ROUNDS):
                halves = (_fitted(z[:, n // 2 :]), _fitted(z[:, : n // 2]))
                z, level, rate, pace = _moved(levels, z, level, power, count // ROUNDS, halves, pace, rng)
                rates.append(rate)
            accepted = float(np.mean(rates))
        else:
            z, level, accepted, pace = _moved(levels, z, level, power, count, (fitted, fitted), pace, rng)
        sweeps += count
        powers.append(power)
        acceptances.append(accepted)
        if stage_done is not None:
            stage_done(power)
    distinct = np.unique(np.round(z[0], 12)).size / n
    return Tempered(
        z, level[1], evidence, tuple(powers), tuple(acceptances), distinct, _effective(arrived, z), sweeps
    )


@dataclass(frozen=True)
class _Pace:
    """Lengths of steps, 0 to 1 (a fresh draw), on coordinates and along axes, and how many axes are taken at once."""

    step: float
    along: float
    group: float

    def after(self, acceptance: float, along_axes: bool) -> _Pace:
        step = (self.along if along_axes else self.step) * np.exp(0.6 * (acceptance - WANTED_ACCEPTANCE))
        step = float(np.clip(step, LEAST_STEP, LARGEST_STEP))
        return replace(self, along=step) if along_axes else replace(self, step=step)

    def after_a_round(self, dimension: int) -> _Pace:
        if self.along > LONG_STEP:
            return replace(self, group=min(self.group * GROWTH, float(max(dimension, FIRST_GROUP))))
        if self.along < SHORT_STEP:
            return replace(self, group=max(self.group / GROWTH, 4.0))
        return self


@dataclass(frozen=True)
class _Reference:
    """A Gaussian: mean (D, 1), covariance, principal axes (D, D) as long as the spread along them, their inverse."""

    mean: Floats
    covariance: Floats
    axes: Floats
    inverse: Floats


def _fitted(z: Floats, weight: Floats | None = None) -> _Reference:
    """Reference of particles (D, n), drawn a little towards the prior where they are few."""
    dimension, n = z.shape
    share = SHRINKAGE * dimension / (dimension + n)
    found = np.atleast_2d(np.cov(z, aweights=weight))
    covariance = (1.0 - share) * found + share * np.eye(dimension)
    variances, vectors = np.linalg.eigh(covariance)
    spread = np.sqrt(np.maximum(variances, 1e-12))
    mean = np.average(z, axis=1, weights=weight)[:, None]
    return _Reference(mean, covariance, vectors * spread, (vectors / spread).T)


def _moved(
    levels: LogLikelihood,
    z: Floats,
    level: Floats,
    power: float,
    count: int,
    references: tuple[_Reference, _Reference],
    pace: _Pace,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, float, _Pace]:
    """Particles, levels and mean acceptance after `count` moves at one power, and the pace to go on with.

    A move takes the group g of standard coordinates v of a reference to sqrt(1 - s^2) v_g + s N(0, I). It is reversible
    for the reference, so that the acceptance holds the target against the reference. Each half of the particles has
    its own.
    """
    dimension, n = z.shape
    halves = (slice(0, n // 2), slice(n // 2, n))
    accepted = []
    groups: list[NDArray[np.intp]] = []
    for number in range(count):
        along_axes = n >= ENOUGH * dimension and number % 2 == 1
        if along_axes and not groups:
            pace = pace.after_a_round(dimension)
            groups = np.array_split(rng.permutation(dimension), -(-dimension // round(pace.group)))
        group = groups.pop() if along_axes else rng.permutation(dimension)[:COORDINATES]
        step = pace.along if along_axes else pace.step
        fresh = rng.standard_normal((len(group), n))
        points, reference_change = z.copy(), np.empty(n)
        for reference, half in zip(references, halves, strict=True):
            if along_axes:
                root, inverse = reference.axes[:, group], reference.inverse[group]
                rows: NDArray[np.intp] | slice = slice(None)
            else:
                root = np.linalg.cholesky(reference.covariance[np.ix_(group, group)])
                inverse, rows = np.linalg.inv(root), group
            before = inverse @ (z[rows, half] - reference.mean[rows])
            after = np.sqrt(1.0 - step**2) * before + step * fresh[:, half]
            points[rows, half] += root @ (after - before)
            reference_change[half] = 0.5 * np.sum(after * after - before * before, axis=0)
        new = levels(points)
        change = (1.0 - power) * (new[0] - level[0]) + power * (new[1] - level[1])
        change += reference_change + 0.5 * np.sum(z * z - points * points, axis=0)
        take = np.log(rng.random(n)) < change
        z, level = np.where(take, points, z), np.where(take, new, level)
        accepted.append(float(take.mean()))
        pace = pace.after(accepted[-1], along_axes)
    return z, level, float(np.mean(accepted)) if accepted else 0.0, pace


def _effective(arrived: Floats, moved: Floats) -> float:
    """Effective number of independent draws after the last moves.

    Particles share ancestors when they arrive at the last power; the moves that follow make them
    independent as far as they forget where they arrived. With correlation c between arrival and end
    (root mean square over coordinates) and u distinct arrivals among n, a draw's variance is inflated by
    1 + c^2 (n / u - 1).
    """
    n = moved.shape[1]
    distinct = np.unique(arrived[0]).size
    spread = arrived.std(axis=1) * moved.std(axis=1)
    joint = np.mean((arrived - arrived.mean(axis=1)[:, None]) * (moved - moved.mean(axis=1)[:, None]), axis=1)
    forgotten = float(np.mean((joint / np.maximum(spread, 1e-12)) ** 2))
    return n / (1.0 + forgotten * (n / distinct - 1.0))


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
