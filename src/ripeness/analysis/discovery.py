"""Scenario discovery: which boxes in the inputs hold most of the cases, and whether another sample would say so.

A box is reported only if it would be found again. Its limits must be needed (quasi-p at most 0.05), must come back in
at least 0.8 of resamples on the same side, and what is left must beat the base rate on futures that were held out.
Futures that share a structural draw are resampled together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis.prim import (
    ALPHA,
    LOWER,
    MIN_MASS,
    UPPER,
    Bools,
    Box,
    Floats,
    Table,
    pruned,
    quasi_p,
    trajectory,
)

LEAST_COVERAGE = 0.5
"""Share of the cases that a chosen box keeps at least."""

NEAR = 0.1
"""A box that gains so much less density than the densest, as a share, is taken before it if it limits fewer inputs."""

LEVEL = 0.05
"""Largest quasi-p of a limit that is kept."""

STABLE = 0.8
"""Share of resamples that must limit the same side of an input."""

RESAMPLES = 50
"""Resamples behind stability and held-out density."""

FEWEST = 20
"""Cases, and futures that are none, without which no box is looked for."""

MOST_BOXES = 3
"""Boxes looked for one after the other, each among the cases that no earlier one holds."""


MOST_INPUTS, FEW_INPUTS = 15, 3
"""Inputs that a first trajectory may limit: those most unlike between cases and others, chosen anew in every resample;
and how many of them are looked at again where no limit of the first was needed."""


@dataclass(frozen=True)
class Limit:
    """One limit of a box: the input and its side, how needed it is, and how it fares in resamples.

    again: share of resamples that limit this side. spread: 10th to 90th percentile of the limit in those.
    """

    input: int
    side: int
    value: float
    quasi_p: float
    again: float
    spread: tuple[float, float]


@dataclass(frozen=True)
class FoundBox:
    """A box that would be found again, with the density elsewhere.

    held_out: mean density on the futures that resamples left out, of the same limits as each of these resamples set
    them. held_out_gain: 5th percentile over resamples of that density less the base rate of the same futures.
    """

    box: Box
    elsewhere: float
    limits: tuple[Limit, ...]
    held_out: float
    held_out_gain: float


@dataclass(frozen=True)
class Discovery:
    """What was found about one question.

    reason: why there is no box: `nowhere`, `everywhere`, `too_few` (cases or futures that are none), `no_gain` (no
    limit is needed) or `unstable`; empty where there is one. tried: the chosen box before its unstable limits were
    taken away, and `again` (d, 2) how often each side was limited in resamples. densest: the end of the trajectory.
    """

    futures: int
    groups: int
    base_rate: float
    design_effect: float
    trajectory: tuple[Box, ...]
    densest: Box | None
    tried: Box | None
    boxes: tuple[FoundBox, ...]
    reason: str
    again: Floats
    resamples: int

    @property
    def coverage(self) -> float:
        """Share of all cases in the boxes together."""
        return sum(found.box.coverage for found in self.boxes)


def discover(
    inputs: Any,
    cases: Any,
    *,
    groups: NDArray[np.intp] | None = None,
    alpha: float = ALPHA,
    min_mass: float = MIN_MASS,
    least_coverage: float = LEAST_COVERAGE,
    resamples: int = RESAMPLES,
    most_boxes: int = MOST_BOXES,
    most_inputs: int = MOST_INPUTS,
    seed: int = 0,
) -> Discovery:
    """Boxes of inputs (d, n) that hold most of the cases (n,), each among what earlier ones left.

    `groups` (n,) are resampled together; each future by itself where there are none. Neither the order of futures nor
    the order or names of inputs changes a number, as long as `groups` go with their futures.
    """
    table = Table.of(inputs, cases)
    ids = own_groups(table) if groups is None else np.asarray(groups)
    effect = design_effect(table.cases, ids)
    nothing = np.zeros((table.inputs.shape[0], 2))
    hits, size = table.total_cases, table.total
    empty = Discovery(
        size, len(np.unique(ids)), hits / size, effect, (), None, None, (), "", nothing, resamples
    )
    if min(hits, size - hits) < FEWEST:
        reason = "nowhere" if hits == 0 else "everywhere" if hits == size else "too_few"
        return replace(empty, reason=reason)
    options = _Options(alpha, min_mass, least_coverage, effect, most_inputs)
    found: list[FoundBox] = []
    first: Discovery | None = None
    among = np.ones(size, dtype=bool)
    for _ in range(most_boxes):
        if not (table.cases & among).any():
            break
        one = _one_box(table, ids, among, options, resamples, seed)
        if first is None:
            first = replace(
                empty,
                trajectory=one.path,
                densest=one.path[-1],
                tried=one.tried,
                reason=one.reason,
                again=one.again,
            )
        if one.found is None:
            break
        found.append(one.found)
        among &= ~one.found.box.holds(table.inputs)
    return replace(first or empty, boxes=tuple(found))


def chosen(path: Sequence[Box], least_coverage: float = LEAST_COVERAGE) -> Box | None:
    """The box of the rule on a trajectory: of those that keep enough of its cases and are nearly as dense as the
    densest of them, the one with fewest limited inputs, then with most cases.

    None where no box has limits.
    """
    able = [box for box in path if box.coverage >= least_coverage * path[0].coverage]
    top = max(box.density for box in able)
    enough = top - NEAR * (top - path[0].density)
    near = [box for box in able if box.density >= enough and len(box.limited)]
    return min(near, key=lambda box: (len(box.limited), -box.coverage)) if near else None


def design_effect(cases: Bools, groups: NDArray[Any]) -> float:
    """How many futures stand for one independent one, from how alike cases are within groups (Kish 1965, 5.4)."""
    _, place, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    count, n = len(sizes), len(place)
    if count == n or count < 2:
        return 1.0
    sums = np.bincount(place, weights=cases, minlength=count)
    mean = sums.sum() / n
    between = float((sizes * (sums / sizes - mean) ** 2).sum() / (count - 1))
    within = float((sums * (1.0 - sums / sizes)).sum() / (n - count))
    typical = (n - float((sizes**2).sum()) / n) / (count - 1)
    spread = between + (typical - 1.0) * within
    alike = (between - within) / spread if spread > 0 else 0.0
    return 1.0 + (typical - 1.0) * min(max(alike, 0.0), 1.0)


def own_groups(table: Table) -> NDArray[np.intp]:
    """A group of its own for each future, numbered by its inputs and not by its place."""
    columns = np.argsort(table.preference.min(axis=1), kind="stable")
    keys = [table.cases, *(table.inputs[j] for j in columns[::-1])]
    order = np.lexsort(keys)
    ids = np.empty(len(order), dtype=np.intp)
    ids[order] = np.arange(len(order))
    return ids


def multiplicities(groups: NDArray[Any], resample: int, seed: int = 0) -> NDArray[np.int64]:
    """How often a resample takes each future (n,): a Poisson number of mean 1 for its group, from the group's number.

    The bootstrap of independent Poisson weights (Hanley and MacGibbon 2006): about 37 of 100 groups are left out.
    """
    uniform = _mixed(np.asarray(groups).astype(np.uint64), seed * 1_000_003 + resample)
    steps = np.exp(-1.0) * np.cumsum(1.0 / np.cumprod([1.0, *range(1, 12)]))
    return np.searchsorted(steps, uniform, side="right").astype(np.int64)


def _mixed(numbers: NDArray[np.uint64], key: int) -> Floats:
    """Uniform numbers in 0..1 from whole numbers and a key (SplitMix64: Steele, Lea and Flood 2014)."""
    mask, golden = (1 << 64) - 1, 0x9E3779B97F4A7C15
    with np.errstate(over="ignore"):
        state = (numbers + np.uint64(1)) * np.uint64(golden) ^ np.uint64(_scramble(key * golden & mask))
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _scramble(state: int) -> int:
    mask = (1 << 64) - 1
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & mask
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB & mask
    return state ^ (state >> 31)


@dataclass(frozen=True)
class _Options:
    alpha: float
    min_mass: float
    least_coverage: float
    design_effect: float
    most_inputs: int


@dataclass(frozen=True)
class _OneBox:
    path: tuple[Box, ...]
    tried: Box | None
    found: FoundBox | None
    reason: str
    again: Floats


def _one_box(
    table: Table, ids: NDArray[Any], among: Bools, options: _Options, resamples: int, seed: int
) -> _OneBox:
    path, tried = _candidate(table, among, options)
    nothing = np.zeros((table.inputs.shape[0], 2))
    if tried is None:
        return _OneBox(path, None, None, "no_gain", nothing)
    rounds = []
    for number in range(resamples):
        times = multiplicities(ids, number, seed)
        taken = times > 0
        if not (table.cases & among & taken).any():
            continue
        part = table.resampled(times)
        _, box = _candidate(part, among[taken], options)
        rounds.append((taken, box))
    again = nothing.copy()
    for _, box in rounds:
        for side in () if box is None else box.sides:
            again[side] += 1.0
    again /= max(len(rounds), 1)
    kept = [side for side in tried.sides if again[side] >= STABLE]
    box = _only(table, tried, kept, among)
    box = pruned(table, box, among=among, level=LEVEL, design_effect=options.design_effect)
    if not box.sides:
        return _OneBox(path, tried, None, "unstable", again)
    chances = quasi_p(table, box, among, options.design_effect)
    densities, gains = [], []
    for taken, other in rounds:
        out = among & ~taken
        if other is None or not set(box.sides) <= set(other.sides):
            continue
        inside = out & _only(table, other, box.sides, among).holds(table.inputs)
        if inside.any():
            densities.append(float(table.cases[inside].mean()))
            gains.append(densities[-1] - float(table.cases[out].mean()))
    if not gains or np.quantile(gains, LEVEL) <= 0.0:
        return _OneBox(path, tried, None, "unstable", again)
    limits = tuple(_limit(box, side, chances, again, [other for _, other in rounds]) for side in box.sides)
    outside = among & ~box.holds(table.inputs)
    elsewhere = float(table.cases[outside].mean()) if outside.any() else 0.0
    found = FoundBox(box, elsewhere, limits, float(np.mean(densities)), float(np.quantile(gains, LEVEL)))
    return _OneBox(path, tried, found, "", again)


def _candidate(table: Table, among: Bools, options: _Options) -> tuple[tuple[Box, ...], Box | None]:
    """The trajectory and the box of the rule, without limits that chance could set.

    Twice: over the strongest inputs, then over those of them whose limits were needed, or the few strongest.
    """
    _, box = _rule(table, among, options, _strong(table, among, options.most_inputs))
    inputs = np.zeros(len(table.inputs), dtype=bool)
    if box.sides:
        inputs[box.limited] = True
    else:
        inputs = _strong(table, among, FEW_INPUTS)
    path, box = _rule(table, among, options, inputs)
    return path, box if box.sides else None


def _rule(table: Table, among: Bools, options: _Options, inputs: Bools) -> tuple[tuple[Box, ...], Box]:
    rows = np.flatnonzero(inputs)
    part = Table(np.ascontiguousarray(table.inputs[rows]), table.cases, table.weights)
    path = trajectory(part, alpha=options.alpha, min_mass=options.min_mass, among=among)
    box = pruned(
        part,
        chosen(path, options.least_coverage) or path[0],
        among=among,
        level=LEVEL,
        design_effect=options.design_effect,
    )
    count = len(table.inputs)
    return tuple(_widened(each, rows, count) for each in path), _widened(box, rows, count)


def _strong(table: Table, among: Bools, most: int) -> Bools:
    """The inputs whose rank sums over cases lie farthest from what chance gives; all that tie with the last."""
    if len(table.inputs) <= most:
        return np.ones(len(table.inputs), dtype=bool)
    weights = np.where(among, table.weights, 0).astype(np.float64)
    held = weights * table.cases
    ranks = table.ranks
    away = np.abs(weights.sum() * (ranks @ held) - held.sum() * (ranks @ weights))
    return np.asarray(away >= np.sort(away)[-most])


def _widened(box: Box, rows: NDArray[np.intp], count: int) -> Box:
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    lower[rows], upper[rows] = box.lower, box.upper
    return replace(box, lower=lower, upper=upper)


def _only(table: Table, box: Box, sides: Sequence[tuple[int, int]], among: Bools) -> Box:
    """The box with its limits on these sides and no others."""
    lower, upper = np.full(len(box.lower), -np.inf), np.full(len(box.upper), np.inf)
    for j, side in sides:
        (upper, lower)[side][j] = (box.upper, box.lower)[side][j]
    return table.measured(lower, upper, among)


def _limit(
    box: Box, side: tuple[int, int], chances: Floats, again: Floats, others: Sequence[Box | None]
) -> Limit:
    j, which = side
    value = (box.upper, box.lower)[which][j]
    values = [(other.upper, other.lower)[which][j] for other in others if other is not None]
    finite = np.array([each for each in values if np.isfinite(each)])
    low, high = np.quantile(finite, (0.1, 0.9)) if finite.size else (value, value)
    return Limit(j, which, float(value), float(chances[side]), float(again[side]), (float(low), float(high)))


SIDES = {UPPER: "upper", LOWER: "lower"}
"""Names of sides in documents."""
