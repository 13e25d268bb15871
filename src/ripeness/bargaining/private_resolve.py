"""The game in which D does not know whether A can be bought off at all: offers screen, refusals teach.

Equations (docs/model/bargaining.md); A is flexible or maximalist, b is D's belief that it is maximalist:

    G22  types  P_max(y) = worth P_A(y), with the maximalist's own cost of war and loss in defeat
    G23  acceptance of terms y by type  a = logistic((P(y) - W(b')) / tau_a)
    G24  belief after a refusal  b' = b (1 - a_max) / (b (1 - a_max) + (1 - b)(1 - a_flex)), G23 and G24 by eight
         iterations, each half of the way
    G25  D offers, by logit over what each type would just accept and a little more, by what it expects of each
    G26  V = (1 - chi) W(b) + chi (alpha V(A asks y_D) + (1 - alpha) V(D offers)), where terms y give
         a P(y) + (1 - a) W(b') to each type and the same, over b, to D

War and progress are those of the main game (G1 to G12), for each type by itself; what D makes of the months of
war is the mean over types. Plain NumPy on a grid of beliefs: meant for small grids and for the question what
hidden resolve changes, not for thousands of solves. Sources: Fudenberg and Tirole 1983 (offers that screen),
Powell 2004 (learning at the table), Fearon 2013 (why offers may fail to screen).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import given
from ripeness.bargaining.game import Grid, PhasePlan, Stakes
from ripeness.bargaining.peace import Curve, Peace, peace, share_at, value_at
from ripeness.bargaining.reference import (
    MonthRow,
    at_the_ends,
    last_values,
    logistic,
    month_row,
    progress_chance,
    war_by_progress,
)
from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]

ITERATIONS = 8
DAMPING = 0.5
"""Share of each iteration that is taken (G24)."""

MARGINS = (0.0, 2.0, 4.0, 6.0)
"""What is offered above the least that a type accepts, in units of tau_a."""


class Resolve(NamedTuple):
    """What is different in a maximalist A, and how sharply offers are judged."""

    cost_a: float
    """c_A0 of the maximalist, stake a month; that of the flexible A is in `Stakes`."""
    lambda_a: float
    """Lambda_A of the maximalist, stake-months."""
    worth: float
    """What peace on given terms is worth to it, over what it is worth to the flexible A; above 0."""
    temperature: float
    """tau_a of acceptance and of the choice of offers, stake-months."""


class PrivateSolution(NamedTuple):
    """First month of the game with hidden resolve; arrays (N + 1, W + 1, L, R, E, b), the last axis over beliefs.

    At the ends of the front chances are 0 and terms the share held.
    """

    offer: Floats
    """Terms that D offers on average, A's share."""
    accepts_flexible: Floats
    """Chance that a flexible A takes what is offered."""
    accepts_maximalist: Floats
    deal_chance: Floats
    """Chance of a deal this month, over types, as D sees it."""
    belief_refused: Floats
    """b' after a refused offer of D, on average."""
    value_flexible: Floats
    """Stake-months."""
    value_maximalist: Floats
    value_d: Floats


class _War(NamedTuple):
    """W by belief: arrays (E, W + 1, L, R, inner x, b)."""

    flexible: Floats
    maximalist: Floats
    d: Floats


class _Table(NamedTuple):
    """What terms on the table lead to, on average over the terms; arrays as in `_War`."""

    terms: Floats
    flexible: Floats
    maximalist: Floats
    d: Floats
    accepts_flexible: Floats
    accepts_maximalist: Floats
    deal: Floats
    belief: Floats


def solve_private(
    stakes: Stakes, resolve: Resolve, plan: PhasePlan, grid: Grid, beliefs: int = 9, horizon: int = 120
) -> PrivateSolution:
    """The game of one draw and plan with `beliefs` points of b between 0 and 1.

    RipenessError where an input makes no sense.
    """
    if beliefs < 2:
        raise RipenessError(f"beliefs is {beliefs}", "give at least 2 points")
    if not (resolve.worth > 0.0 and resolve.temperature > 0.0 and all(map(np.isfinite, resolve))):
        raise RipenessError(f"resolve is {resolve}", "give finite numbers, worth and temperature above 0")
    grid, columns = given.checked_grid(grid), given.checked_stakes(stakes)
    if len(columns.delta) != 1:
        raise RipenessError(f"stakes holds {len(columns.delta)} draws", "solve one draw at a time")
    checked = given.checked_plans([plan], 1, grid)[0].of(0)
    flexible = Stakes(*(float(field[0]) for field in columns))
    maximalist = flexible._replace(cost_a=resolve.cost_a, lambda_a=resolve.lambda_a)
    points, curves = np.linspace(0.0, 1.0, beliefs), peace(columns)
    last = last_values(flexible, grid, checked.phases)
    values = _War(*(np.repeat(value[..., None], beliefs, axis=-1) for value in (last[0], last[0], last[1])))
    for month in reversed(range(given.checked_horizons(columns, horizon, 1)[0])):
        planned = min(month, checked.months - 1)
        rows = [month_row(side, checked, grid, planned) for side in (flexible, maximalist)]
        war = _war((flexible, maximalist), rows, grid, values, points)
        offered = _averaged(war, curves, resolve, points, _candidates(war, curves, resolve))
        asked = _averaged(war, curves, resolve, points, share_at(curves.d, war.d[None]))
        values = _values(flexible, maximalist, rows[0], war, offered, asked)
    return _solution(flexible, rows[0], offered, asked, values)


def _war(
    sides: tuple[Stakes, Stakes], rows: list[MonthRow], grid: Grid, values: _War, points: Floats
) -> _War:
    """War values of both types and of D, who averages over them (G11, G12)."""
    found: list[tuple[Floats, Floats, Floats]] = []
    for k, b in enumerate(points):
        own, other = [], np.zeros(())
        for stakes, row, value, weight in zip(sides, rows, values[:2], (1.0 - b, b), strict=True):
            war_a, war_d = war_by_progress(stakes, row, grid, value[..., k], values.d[..., k])
            progress = progress_chance(stakes, row, war_a)
            own.append((1.0 - progress) * war_a[0] + progress * war_a[1])
            other = other + weight * ((1.0 - progress) * war_d[0] + progress * war_d[1])
        found.append((own[0], own[1], other))
    return _War(*(np.stack(side, axis=-1) for side in zip(*found, strict=True)))


def _candidates(war: _War, curves: Peace, resolve: Resolve) -> Floats:
    """Terms (n, ...) that some type would just accept if refusing left b, revealed it, or its opposite, and more."""
    found = []
    for value, worth in ((war.flexible, 1.0), (war.maximalist, resolve.worth)):
        for refused in (value, value[..., -1:], value[..., :1]):
            for margin in MARGINS:
                wanted = (np.broadcast_to(refused, value.shape) + margin * resolve.temperature) / worth
                found.append(share_at(curves.a, wanted[None])[0])
    return np.clip(np.stack(found), 0.0, 1.0)


def _averaged(war: _War, curves: Peace, resolve: Resolve, points: Floats, terms: Floats) -> _Table:
    """What terms (n, ...) lead to, weighed by how well each of them serves D (G23 to G25)."""
    peace_a, peace_d = _worth(curves.a, terms), _worth(curves.d, terms)
    wanted = (peace_a, resolve.worth * peace_a)
    belief = np.broadcast_to(points, terms.shape)
    for step in range(ITERATIONS + 1):
        refused = [_at_belief(value, belief) for value in war]
        accepts = [logistic((p - w) / resolve.temperature) for p, w in zip(wanted, refused, strict=False)]
        if step < ITERATIONS:
            belief = (1.0 - DAMPING) * belief + DAMPING * _refused_belief(points, *accepts)
    deal = (1.0 - points) * accepts[0] + points * accepts[1]
    value_d = deal * peace_d + (1.0 - deal) * refused[2]
    scaled = value_d / resolve.temperature
    weight = np.exp(scaled - scaled.max(axis=0))
    weight /= weight.sum(axis=0)
    types = [a * p + (1.0 - a) * w for a, p, w in zip(accepts, wanted, refused, strict=False)]
    return _Table(*((weight * each).sum(axis=0) for each in (terms, *types, value_d, *accepts, deal, belief)))


def _refused_belief(points: Floats, flexible: Floats, maximalist: Floats) -> Floats:
    """b' (G24); b where nobody refuses."""
    tough, soft = points * (1.0 - maximalist), (1.0 - points) * (1.0 - flexible)
    total = tough + soft
    return np.where(total > 0.0, tough / np.where(total > 0.0, total, 1.0), points)


def _at_belief(value: Floats, belief: Floats) -> Floats:
    """Values (..., b) read between the points of belief at (n, ..., b)."""
    last = value.shape[-1] - 1
    place = np.clip(belief, 0.0, 1.0) * last
    cell = np.minimum(place.astype(np.intp), last - 1)
    table = np.broadcast_to(value, belief.shape)
    low = np.take_along_axis(table, cell, axis=-1)
    return np.asarray(low + (place - cell) * (np.take_along_axis(table, cell + 1, axis=-1) - low))


def _worth(curve: Curve, terms: Floats) -> Floats:
    return value_at(curve, terms[None])[0]


def _values(
    flexible: Stakes, maximalist: Stakes, row: MonthRow, war: _War, offered: _Table, asked: _Table
) -> _War:
    """V of both types and of D by belief (G26), with the ends of the front."""
    chance = row.offers[:, None, None, None, None, None]
    met = [
        flexible.proposer * ask + (1.0 - flexible.proposer) * offer
        for ask, offer in zip(asked[1:4], offered[1:4], strict=True)
    ]
    inner = [(1.0 - chance) * w + chance * m for w, m in zip(war, met, strict=True)]
    framed = [np.pad(value.swapaxes(4, 5), [(0, 0)] * 5 + [(1, 1)]) for value in inner]
    ends = [
        at_the_ends(side, value, framed[2])
        for side, value in ((flexible, framed[0]), (maximalist, framed[1]))
    ]
    return _War(*(value.swapaxes(4, 5) for value in (ends[0][0], ends[1][0], ends[0][1])))


def _solution(stakes: Stakes, row: MonthRow, offered: _Table, asked: _Table, values: _War) -> PrivateSolution:
    chance = row.offers[:, None, None, None, None, None]
    deal = chance * (stakes.proposer * asked.deal + (1.0 - stakes.proposer) * offered.deal)

    def framed(inner: Floats, last: float = 0.0) -> Floats:
        padded = np.pad(inner, [(0, 0)] * 4 + [(1, 1), (0, 0)])
        padded[..., -1, :] = last
        return padded

    tables = (
        framed(offered.terms, 1.0),
        framed(offered.accepts_flexible),
        framed(offered.accepts_maximalist),
        framed(deal),
        framed(offered.belief),
        *values,
    )
    return PrivateSolution(*(table.swapaxes(0, 4) for table in tables))
