"""Patient rule induction: boxes in the inputs in which most of the cases lie.

Friedman and Fisher (1999), Bump hunting in high-dimensional data, Statistics and Computing 9, with the objective
that is usual in scenario discovery, gain in density per row lost (Kwakkel and Jaxa-Rozen 2016), and the quasi-p
values of Bryant and Lempert (2010). Inputs are (d, n), one row an input and one column a future; cases (n,) say of
which futures the claim holds.

Counts are whole numbers throughout, so that no result depends on the order of futures. Peels that are equally good
are told apart by what is in the data and never by the name or the place of an input (`preference`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Whole = NDArray[np.int64]
Ties = Literal["content", "order"]

ALPHA = 0.05
"""Share of the futures in a box that one peel or paste moves."""

MIN_MASS = 0.05
"""Least share of all futures that a box holds."""

WEIGHT_UNITS = 2**30
"""The heaviest future counts so many units: sums of weights are exact in any order."""

UPPER, LOWER = 0, 1
"""Sides of an input: a peel from above sets its upper limit."""


@dataclass(frozen=True)
class Box:
    """Limits (d,) on every input, -inf and inf where there is none, and what lies inside.

    coverage: share of all cases. density: share of cases among the futures inside. mass: share of all futures.
    """

    lower: Floats
    upper: Floats
    coverage: float
    density: float
    mass: float

    @property
    def limited(self) -> NDArray[np.intp]:
        """Inputs with a limit on some side."""
        return np.flatnonzero(np.isfinite(self.lower) | np.isfinite(self.upper))

    @property
    def sides(self) -> tuple[tuple[int, int], ...]:
        """(input, side) of every limit, in the order of inputs, upper first."""
        return tuple(
            (int(j), side)
            for j in self.limited
            for side in (UPPER, LOWER)
            if np.isfinite((self.upper, self.lower)[side][j])
        )

    def holds(self, inputs: Floats) -> Bools:
        """Which of the futures (d, n) lie inside."""
        inside = np.ones(inputs.shape[1], dtype=bool)
        for j in self.limited:
            inside &= (inputs[j] >= self.lower[j]) & (inputs[j] <= self.upper[j])
        return inside


@dataclass(frozen=True)
class Table:
    """Futures to look at: inputs (d, n), cases (n,), and whole-number weights (n,) of futures that count at all."""

    inputs: Floats
    cases: Bools
    weights: Whole

    @classmethod
    def of(cls, inputs: Any, cases: Any, weights: Any = None) -> Table:
        """Checked arrays; weights of 1 by default. Futures of weight 0 are left out.

        RipenessError where shapes do not fit or numbers are not finite.
        """
        rows = np.ascontiguousarray(inputs, dtype=np.float64)
        held = np.asarray(cases, dtype=bool)
        if rows.ndim != 2 or held.shape != rows.shape[1:] or held.size == 0:
            raise RipenessError(
                f"inputs have the shape {rows.shape} and cases {held.shape}",
                "give inputs by futures, and one truth value a future",
            )
        if not np.isfinite(rows).all():
            raise RipenessError("some inputs are not finite numbers", "leave those futures out")
        if weights is None:
            return cls(rows, held, np.ones(held.size, dtype=np.int64))
        units = _whole(np.asarray(weights, dtype=np.float64), held.size)
        kept = units > 0
        if kept.all():
            return cls(rows, held, units)
        return cls(np.ascontiguousarray(rows[:, kept]), held[kept], units[kept])

    @property
    def total(self) -> int:
        """Weight of all futures."""
        return int(self.weights.sum())

    @property
    def total_cases(self) -> int:
        """Weight of all cases."""
        return int(self.weights[self.cases].sum())

    @property
    def base_rate(self) -> float:
        """Share of cases among all futures."""
        return self.total_cases / self.total

    @cached_property
    def even(self) -> bool:
        """Whether all futures count alike."""
        return bool((self.weights == self.weights[0]).all())

    @cached_property
    def ranks(self) -> Floats:
        """(d, n) twice the rank of each future by each input; futures of equal value share theirs."""
        return np.stack([_doubled_ranks(row) for row in self.inputs])

    def resampled(self, times: Whole) -> Table:
        """The table with each future taken so many times; ranks stay those of the whole."""
        kept = times > 0
        part = Table(
            np.ascontiguousarray(self.inputs[:, kept]), self.cases[kept], (self.weights * times)[kept]
        )
        part.__dict__["ranks"] = self.ranks[:, kept]
        return part

    @cached_property
    def preference(self) -> NDArray[np.intp]:
        """(d, 2) place of each input's side among peels that are equally good; the least goes first.

        First the side from which cases keep away most (rank sum of Wilcoxon and Mann-Whitney over all futures), then
        the input whose cases lie nearest to its middle; equal ones in the order given, which leaves copies only.
        """
        count, n = self.inputs.shape
        keys = np.empty((count, 2, 2))
        for j, row in enumerate(self.inputs):
            mine = (_doubled_ranks(row) - (n + 1.0)).astype(np.int64)[self.cases]
            away, spread = int(mine.sum()), int((mine**2).sum())
            keys[j, UPPER], keys[j, LOWER] = (away, spread), (-away, spread)
        order = np.lexsort((keys[..., 1].ravel(), keys[..., 0].ravel()))
        places = np.empty(2 * count, dtype=np.intp)
        places[order] = np.arange(2 * count)
        return places.reshape(count, 2)

    def measured(self, lower: Floats, upper: Floats, among: Bools | None = None) -> Box:
        """The box of these limits with its coverage, density and mass."""
        inside = Box(lower, upper, 0.0, 0.0, 0.0).holds(self.inputs)
        if among is not None:
            inside &= among
        weight, cases = int(self.weights[inside].sum()), int(self.weights[inside & self.cases].sum())
        return self.box(lower, upper, weight, cases)

    def box(self, lower: Floats, upper: Floats, weight: int, cases: int) -> Box:
        """A box from what it weighs."""
        return Box(
            lower,
            upper,
            cases / self.total_cases if self.total_cases else 0.0,
            cases / weight if weight else 0.0,
            weight / self.total,
        )


def trajectory(
    table: Table,
    *,
    alpha: float = ALPHA,
    min_mass: float = MIN_MASS,
    among: Bools | None = None,
    ties: Ties = "content",
) -> tuple[Box, ...]:
    """Boxes from all futures down to the least mass, each a peel (then a paste) of the one before.

    `among` (n,) are the futures not yet in an earlier box; coverage and mass refer to all. With `ties="order"`, peels
    that are equally good are taken in the order of inputs, from above first, as the EMA Workbench does.
    """
    if not 0.0 < alpha < 0.5 or not 0.0 < min_mass < 1.0:
        raise RipenessError(
            f"alpha is {alpha} and the least mass {min_mass}", "choose alpha under 0.5, the mass in 0..1"
        )
    count = table.inputs.shape[0]
    state = _Peeling(table, np.ones(table.cases.size, dtype=bool) if among is None else among.copy())
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    found = [table.box(lower, upper, state.weight, state.cases)]
    total = table.total
    while state.order.shape[1] > 1:
        peels = state.peels(alpha)
        best = _best(table, peels, lower, upper, state.weight, state.cases, ties)
        if best is None or peels.weight[best] / total < min_mass:
            break
        lower, upper = _limited(lower, upper, best, float(peels.limit[best]))
        state.cut(best, int(peels.cut[best]))
        found.append(table.box(lower, upper, state.weight, state.cases))
    whole = np.ones(table.cases.size, dtype=bool) if among is None else among
    return (*found, *_pasted(table, found[-1], whole, alpha, min_mass, ties))


def quasi_p(table: Table, box: Box, among: Bools | None = None, design_effect: float = 1.0) -> Floats:
    """(d, 2) chance of at least the box's cases, were the limit on a side of no use; nan where there is no limit.

    Sides are `UPPER` and `LOWER`. One-sided binomial tests of Bryant and Lempert (2010), at the density that the box
    has without the limit. Futures that are no independent evidence count less by `design_effect`.
    """
    chances = np.full((table.inputs.shape[0], 2), np.nan)
    weight, cases, without = _without_each(table, box, among)
    rows = table.cases.size / table.total / design_effect  # weights in futures, then in independent ones
    for (j, side), (more, more_cases) in zip(box.sides, without, strict=True):
        density = (cases + more_cases) / max(weight + more, 1)
        hits, size = cases * rows, weight * rows
        chances[j, side] = 1.0 if hits <= 0.0 else float(betainc(hits, max(size - hits, 0.0) + 1.0, density))
    return chances


def pruned(
    table: Table,
    box: Box,
    *,
    among: Bools | None = None,
    level: float = 0.05,
    design_effect: float = 1.0,
) -> Box:
    """The box without limits that chance could have set: the least needed goes first, until all are below `level`."""
    while box.sides:
        chances = quasi_p(table, box, among, design_effect)
        worst = max(box.sides, key=lambda side: (chances[side], table.preference[side]))
        if chances[worst] <= level:
            break
        lower, upper = box.lower.copy(), box.upper.copy()
        (upper, lower)[worst[1]][worst[0]] = (np.inf, -np.inf)[worst[1]]
        box = table.measured(lower, upper, among)
    return box


@dataclass(frozen=True)
class _Peels:
    """Candidate peels (d, 2): where the sorted futures are cut, the new limit, and what would be left."""

    cut: NDArray[np.intp]
    limit: Floats
    weight: Whole
    cases: Whole


class _Peeling:
    """Futures of the present box, sorted by every input: (d, m) column numbers, each row ascending."""

    def __init__(self, table: Table, inside: Bools) -> None:
        self.table = table
        self.inside = inside
        order = np.argsort(table.inputs, axis=1).astype(np.int32)
        self.order = order if inside.all() else _kept(order, inside)
        self._measure()

    def _measure(self) -> None:
        weights = self.table.weights
        self.weight = int(weights[self.inside].sum())
        self.cases = int(weights[self.inside & self.table.cases].sum())

    def cut(self, side: tuple[int, int], place: int) -> None:
        """Take the peel of an input's side: futures from `place` on go, or those before it."""
        row = self.order[side[0]]
        self.inside[row[place:] if side[1] == UPPER else row[:place]] = False
        self.order = _kept(self.order, self.inside)
        self._measure()

    def peels(self, alpha: float) -> _Peels:
        """Every input from above and from below, the limit halfway between the futures that it parts."""
        count, size = self.order.shape
        peels = _Peels(
            np.empty((count, 2), dtype=np.intp),
            np.empty((count, 2)),
            np.empty((count, 2), dtype=np.int64),
            np.empty((count, 2), dtype=np.int64),
        )
        for side, share in ((UPPER, 1.0 - alpha), (LOWER, alpha)):
            below, above = self._places(share)
            low, high = self._values(below), self._values(above)
            for j in np.flatnonzero(low == high):
                values = self.table.inputs[j, self.order[j]]
                below[j], above[j] = _apart(values, int(below[j]), int(above[j]), down=side == UPPER)
                low[j], high[j] = values[below[j]], values[above[j]]
            limit = (low + high) / 2.0
            # Halfway between neighbouring floats may be either of them; the limit must keep what stays.
            peels.limit[:, side] = np.where(limit >= high, low, limit) if side == UPPER else limit
            none = size if side == UPPER else 0
            peels.cut[:, side] = np.where(low == high, none, below + 1 if side == UPPER else above)
            weight, cases = self._outside(peels.cut[:, side], side)
            peels.weight[:, side], peels.cases[:, side] = self.weight - weight, self.cases - cases
        return peels

    def _places(self, share: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Places (d,) in the order between which the quantile lies, futures taken as often as they weigh."""
        count, size = self.order.shape
        if self.table.even:
            ends = _ends(size, share)
            return np.full(count, ends[0], dtype=np.intp), np.full(count, ends[1], dtype=np.intp)
        sums = np.cumsum(self.table.weights[self.order], axis=1)
        below, above = (
            np.array([np.searchsorted(row, end, side="right") for row in sums], dtype=np.intp)
            for end in _ends(self.weight, share)
        )
        return below, above

    def _values(self, places: NDArray[np.intp]) -> Floats:
        rows = np.arange(len(places))
        return self.table.inputs[rows, self.order[rows, places]]

    def _outside(self, cut: NDArray[np.intp], side: int) -> tuple[Whole, Whole]:
        """Weight and cases (d,) beyond the cuts."""
        size = self.order.shape[1]
        first, last = (int(cut.min()), size) if side == UPPER else (0, int(cut.max()))
        tail = self.order[:, first:last]
        places = np.arange(first, last)
        beyond = places >= cut[:, None] if side == UPPER else places < cut[:, None]
        cases = self.table.cases[tail] & beyond
        if self.table.even:
            return beyond.sum(axis=1), cases.sum(axis=1)
        weights = self.table.weights[tail]
        return (weights * beyond).sum(axis=1), (weights * cases).sum(axis=1)


def _whole(weights: Floats, size: int) -> Whole:
    """Weights in whole units; those that are whole numbers already, and small, as they are."""
    if weights.shape != (size,) or not np.isfinite(weights).all() or weights.min() < 0 or weights.max() <= 0:
        raise RipenessError(
            f"weights have the shape {weights.shape}",
            f"give {size} finite weights of at least 0, not all of them 0",
        )
    small = weights.max() <= WEIGHT_UNITS and (weights == np.round(weights)).all()
    units: Whole = np.round(weights if small else weights / weights.max() * WEIGHT_UNITS).astype(np.int64)
    return units // np.gcd.reduce(units)


def _doubled_ranks(row: Floats) -> Floats:
    _, place, ties = np.unique(row, return_inverse=True, return_counts=True)
    return np.asarray((2.0 * np.cumsum(ties) - ties + 1.0)[place])


def _ends(weight: int, share: float) -> tuple[int, int]:
    """Places between which a quantile of so many futures lies."""
    place = (weight - 1) * share
    return int(np.floor(place)), int(np.ceil(place))


def _apart(values: Floats, below: int, above: int, *, down: bool) -> tuple[int, int]:
    """Neighbouring places of sorted values that differ, found from a tie downwards or upwards."""
    if values[below] != values[above]:
        return below, above
    if down:
        first = int(np.searchsorted(values, values[above], side="left"))
        return max(first - 1, 0), first
    after = int(np.searchsorted(values, values[below], side="right"))
    return after - 1, min(after, len(values) - 1)


def _kept(order: NDArray[np.int32], inside: Bools) -> NDArray[np.int32]:
    """The rows of `order` without the futures that are no longer inside."""
    return order[inside[order]].reshape(order.shape[0], -1)


def _best(
    table: Table,
    candidates: _Peels,
    lower: Floats,
    upper: Floats,
    weight: int,
    cases: int,
    ties: Ties,
) -> tuple[int, int] | None:
    """The candidate with the most density gained per future, then with fewest inputs limited; None where none gains."""
    gain = _gains(candidates.weight, candidates.cases, weight, cases)
    top = gain.max()
    if top <= 0.0:
        return None
    limited = np.isfinite(lower) | np.isfinite(upper)
    equal = np.argwhere(gain == top)
    most = min(int(not limited[j]) for j, _ in equal)
    equal = equal[[int(not limited[j]) == most for j, _ in equal]]
    return _first(table, equal, ties)


def _first(table: Table, equal: NDArray[np.intp], ties: Ties) -> tuple[int, int]:
    sides = [(int(j), int(side)) for j, side in equal]
    if len(sides) == 1 or ties == "order":
        return sides[0]
    return min(sides, key=lambda side: int(table.preference[side]))


def _gains(weights: Whole, cases: Whole, weight: int, held: int) -> Floats:
    """Density gained per future lost or won; 0 where nothing changes or nothing is left."""
    before = held / weight
    after = np.divide(cases, weights, out=np.zeros(weights.shape), where=weights > 0)
    moved = np.abs(weights - weight)
    return np.divide(
        after - before, moved, out=np.zeros(weights.shape), where=(moved > 0) & (after != before)
    )


def _limited(lower: Floats, upper: Floats, side: tuple[int, int], limit: float) -> tuple[Floats, Floats]:
    lower, upper = lower.copy(), upper.copy()
    (upper, lower)[side[1]][side[0]] = limit
    return lower, upper


def _pasted(table: Table, box: Box, among: Bools, alpha: float, min_mass: float, ties: Ties) -> list[Box]:
    """Boxes grown from the last one as long as density rises."""
    grown: list[Box] = []
    while box.sides:
        weight, cases, _ = _without_each(table, box, among)
        outside = _violations(table, box, among)
        pastes = [
            _paste(table, side, rows & (outside.sum(axis=0) == 1), alpha)
            for side, rows in zip(box.sides, outside, strict=True)
        ]
        weights = weight + np.array([table.weights[joined].sum() for _, joined in pastes])
        held = cases + np.array([table.weights[joined & table.cases].sum() for _, joined in pastes])
        gain = _gains(weights, held, weight, cases)
        top = gain.max()
        if top <= 0.0:
            break
        equal = [side for side, each in zip(box.sides, gain, strict=True) if each == top]
        limits = {side: limit for side, (limit, _) in zip(box.sides, pastes, strict=True)}
        freed = [side for side in equal if not np.isfinite(limits[side]) and _one_sided(box, side[0])]
        chosen = _first(table, np.array(freed or equal), ties)
        at = box.sides.index(chosen)
        if weights[at] / table.total < min_mass:
            break
        lower, upper = _limited(box.lower, box.upper, chosen, limits[chosen])
        box = table.box(lower, upper, int(weights[at]), int(held[at]))
        grown.append(box)
    return grown


def _one_sided(box: Box, j: int) -> bool:
    return bool(np.isfinite(box.lower[j]) != np.isfinite(box.upper[j]))


def _paste(table: Table, side: tuple[int, int], rows: Bools, alpha: float) -> tuple[float, Bools]:
    """The limit that lets in the nearest futures beyond a side, and which these are; no limit beyond the last one."""
    j, which = side
    free = (np.inf, -np.inf)[which]
    if not rows.any():
        return free, rows
    share = alpha if which == UPPER else 1.0 - alpha
    order = np.argsort(table.inputs[j, rows], kind="stable")
    values, weights = table.inputs[j, rows][order], table.weights[rows][order]
    sums = np.cumsum(weights)
    below, above = (int(np.searchsorted(sums, end, side="right")) for end in _ends(int(sums[-1]), share))
    below, above = _apart(values, below, above, down=which == LOWER)
    limit = float(values[below] + values[above]) / 2.0
    row = table.inputs[j]
    if limit >= row.max() if which == UPPER else limit <= row.min():
        limit = free
    return limit, rows & (row <= limit if which == UPPER else row >= limit)


def _violations(table: Table, box: Box, among: Bools | None) -> Bools:
    """Futures (sides, n) beyond each limit; those not looked at are beyond none."""
    outside = np.stack(
        [
            table.inputs[j] > box.upper[j] if side == UPPER else table.inputs[j] < box.lower[j]
            for j, side in box.sides
        ]
    )
    return outside if among is None else outside & among


def _without_each(table: Table, box: Box, among: Bools | None) -> tuple[int, int, list[tuple[int, int]]]:
    """Weight and cases inside a box, and what each limit in turn keeps out that no other does."""
    looked_at = np.ones(table.cases.size, dtype=bool) if among is None else among
    if not box.sides:
        return int(table.weights[looked_at].sum()), int(table.weights[looked_at & table.cases].sum()), []
    outside = _violations(table, box, among)
    beyond = outside.sum(axis=0)
    inside = looked_at & (beyond == 0)
    alone = outside & (beyond == 1)
    return (
        int(table.weights[inside].sum()),
        int(table.weights[inside & table.cases].sum()),
        [(int(table.weights[row].sum()), int(table.weights[row & table.cases].sum())) for row in alone],
    )
