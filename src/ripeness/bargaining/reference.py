"""The bargaining game solved in plain NumPy, float64: the yardstick of the kernel.

Equations (docs/model/bargaining.md); a month's state is s = (x, w, l, r, e), shares are A's, xi = x / N:

    G1   effective pressure  q^ = q (1 - rel m)
    G2   costs  c_A = c_A0 + kappa q^ + k0 exp(-w);  c_D less what a month of progress saves
    G3   battle under balance k:  logit p_k' = logit p_k - dp exp(-w) - g_a (a - abar)
    G4   belief  b_i = logistic(l + d_i);  p_i = b_i p_H' + (1 - b_i) p_L'
    G5   evidence  l' = clip(leak l + log likelihood ratio of the battle's outcome)
    G6   chest  w' = clip(w + nu0 + nu1 q^)
    G9   next phase  P_i(e') = s F_h(e') + (1 - s) S_h(e'), s = logistic(r + d_r of i)
         after progress F_1 = v F(seen) + (1 - v) F(not seen), S_1 likewise
    G10  reputation  r' = clip(r + log F_h(e') / S_h(e'))
    G11  progress  P(h = 1) = m logistic(precision (W_A1 - W_A0)), W_A1 with the cost k_p
    G12  war  W_ih = u_i + delta E_i V_i(s'), u_A = xi - c_A, u_D = 1 - xi - c_D;  W_i over h by G11
    G13  serious offers  chi = (chi0 + (chi_T - chi0) m)(1 - ref q^ / qmax)(1 + push effect), at most 1; of those
         that are agreed on, the share that is foreseen to hold at home counts
    G14  thresholds  P_A(y_A) = W_A,  P_D(y_D) = W_D
    G15  deal  g = chi logistic(Z / tau), Z = y_D - y_A, tau wider under outside push
    G16  value  V_i = (1 - g) W_i + g (alpha P_i(y_D) + (1 - alpha) P_i(y_A))

At the ends of the front V_A = -Lambda_A, V_D = B (x = 0) and V_A = B, V_D = -Lambda_D (x = N). The game is
solved backwards from the horizon, after which the front stands still for ever. Sources: Powell 2004 and
Slantchev 2003 (learning on the battlefield), Smith and Stam 2004 (the walk of the front, unlike beliefs),
Filson and Werner 2002 (resources), McKelvey and Palfrey 1998 (logit choices).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import given
from ripeness.bargaining.game import Grid, PhasePlan, Solution, Stakes
from ripeness.bargaining.given import Plan
from ripeness.bargaining.peace import Peace, peace, share_at, value_at

Floats = NDArray[np.float64]


class MonthRow(NamedTuple):
    """What a month's plan makes of the game; E phases, W + 1 chests, L and R points."""

    cost_a: Floats
    """(E, W + 1) c_A (G2)"""
    offers: Floats
    """(E,) chi times the chance that a deal holds at home (G13)"""
    talks: Floats
    """(E,) m"""
    temperature: Floats
    """(E,) tau (G15)"""
    chance_a: Floats
    """(E, W + 1, L) p_A (G4)"""
    chance_d: Floats
    evidence: Floats
    """(3, E, W + 1, L, L) weights from l to l' after a step back, none, a step forward (G5)"""
    chest: Floats
    """(E, W + 1, W + 1) weights from w to w' (G6)"""
    phase_a: Floats
    """(2, E, R, E, R) weights from (e, r) to (e', r') by progress, as A sees it (G9, G10)"""
    phase_d: Floats


class Choices(NamedTuple):
    """What the parties do in a month and what it is worth; arrays (E, W + 1, L, R, N + 1)."""

    least_a: Floats
    most_d: Floats
    deal_chance: Floats
    progress_chance: Floats
    value_a: Floats
    value_d: Floats


def solve(
    stakes: Stakes, plans: Sequence[PhasePlan], grid: Grid, horizon: int | None = None, keep: int = 1
) -> Solution:
    """The game of every draw and plan in its first `keep` months.

    RipenessError where an input makes no sense.
    """
    grid, stakes = given.checked_grid(grid), given.checked_stakes(stakes)
    draws = len(stakes.delta)
    checked = given.checked_plans(plans, draws, grid)
    horizons = given.checked_horizons(stakes, horizon, keep)
    shape = (grid.phases, grid.chest + 1, grid.evidence, grid.reputation, grid.front + 1)
    tables = [np.full((draws, len(plans), keep, *shape), np.nan) for _ in Choices._fields]
    curves = peace(stakes)
    for draw in range(draws):
        own = Stakes(*(float(field[draw]) for field in stakes))
        peace_of_draw = Peace(*(type(c)(*(f[draw : draw + 1] for f in c)) for c in curves))
        for p, plan in enumerate(checked):
            months = _backwards(own, peace_of_draw, plan.of(draw), grid, int(horizons[draw]), keep)
            for table, found in zip(tables, zip(*months, strict=True), strict=True):
                table[draw, p, :, : plan.phases] = np.stack(found)
    return Solution(*(table.swapaxes(3, 7) for table in tables))


def _backwards(
    stakes: Stakes, curves: Peace, plan: Plan, grid: Grid, horizon: int, keep: int
) -> list[Choices]:
    """Choices of the first `keep` months of one draw and plan."""
    value_a, value_d = last_values(stakes, grid, plan.phases)
    found: list[Choices] = []
    row, row_month = None, -1
    for month in reversed(range(horizon)):
        planned = min(month, plan.months - 1)
        if row is None or planned != row_month:
            row, row_month = month_row(stakes, plan, grid, planned), planned
        choices = _step(stakes, curves, row, grid, value_a, value_d)
        value_a, value_d = choices.value_a, choices.value_d
        if month < keep:
            found.insert(0, choices)
    return found


def last_values(stakes: Stakes, grid: Grid, phases: int) -> tuple[Floats, Floats]:
    """V_A, V_D after the horizon: the front stands still for ever."""
    shape = (phases, grid.chest + 1, grid.evidence, grid.reputation, grid.front + 1)
    share = np.broadcast_to(np.linspace(0.0, 1.0, grid.front + 1), shape)
    whole = 1.0 / (1.0 - stakes.delta)
    return at_the_ends(stakes, share * whole, (1.0 - share) * whole)


def at_the_ends(stakes: Stakes, value_a: Floats, value_d: Floats) -> tuple[Floats, Floats]:
    """The values with those of a finished war at the ends of the front, the last axis."""
    whole = 1.0 / (1.0 - stakes.delta)
    value_a, value_d = value_a.copy(), value_d.copy()
    value_a[..., 0], value_a[..., -1] = -stakes.lambda_a, whole
    value_d[..., 0], value_d[..., -1] = whole, -stakes.lambda_d
    return value_a, value_d


def month_row(stakes: Stakes, plan: Plan, grid: Grid, month: int) -> MonthRow:
    """What month `month` of a plan makes of the game (G1 to G6, G9, G10, G13)."""
    talks, push = plan.talks[month], plan.push[month]
    pressure = effective_pressure(plan)[month]
    chest = grid.chest_step * np.arange(grid.chest + 1)
    evidence, reputation = evidence_points(grid), reputation_points(grid)
    empty: Floats = np.exp(-chest)
    high, low = battle_chances(stakes, empty[None, :], plan.aid[month][:, None])
    outcomes = np.stack([np.log((1.0 - high) / (1.0 - low)), np.zeros_like(high), np.log(high / low)])
    chance_a, chance_d = (
        _believed(evidence + offset, high, low) for offset in (stakes.offset_a, stakes.offset_d)
    )
    flow = stakes.drift + stakes.drain * pressure
    return MonthRow(
        cost_a=stakes.cost_a + stakes.cost_pressure * pressure[:, None] + stakes.cost_empty * empty[None, :],
        offers=offer_chance(stakes, pressure, talks, push) * plan.ratified[month],
        talks=talks,
        temperature=stakes.temperature * (1.0 + stakes.push_insincere * push),
        chance_a=chance_a,
        chance_d=chance_d,
        evidence=weights(evidence, stakes.leak * evidence + outcomes[..., None]),
        chest=weights(chest, chest[None, :] + flow[:, None]),
        phase_a=_phase_weights(stakes, plan, reputation, month, 0.0),
        phase_d=_phase_weights(stakes, plan, reputation, month, stakes.offset_reputation),
    )


def effective_pressure(plan: Plan) -> Floats:
    """q^ (..., T, E) (G1)."""
    return np.asarray(plan.pressure * (1.0 - plan.relief * plan.talks))


def battle_chances(stakes: Stakes, empty: Floats, aid: Floats) -> tuple[Floats, Floats]:
    """p_H', p_L' at exp(-w) = `empty` (G3)."""
    shift = -stakes.odds_empty * empty - stakes.odds_aid * (aid - stakes.aid_normal)
    return logistic(stakes.logit_high + shift), logistic(stakes.logit_low + shift)


def offer_chance(stakes: Stakes, pressure: Floats, talks: Floats, push: Floats) -> Floats:
    """chi, a chance a month (G13)."""
    open_ = stakes.chance_base + (stakes.chance_talks - stakes.chance_base) * talks
    refused = stakes.refusal * pressure / stakes.pressure_max
    return np.clip(open_ * (1.0 - refused) * (1.0 + stakes.outside_push * push), 0.0, 1.0)


def evidence_points(grid: Grid) -> Floats:
    """Points of l, log odds."""
    return _points(grid.evidence, grid.evidence_max)


def reputation_points(grid: Grid) -> Floats:
    """Points of r, log odds."""
    return _points(grid.reputation, grid.reputation_max)


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), its argument kept within 40 of 0."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -40.0, 40.0))))


def weights(points: NDArray[Any], targets: NDArray[Any]) -> Floats:
    """(..., n) weights by which values at `points` give the value at each target (...), kept inside the points."""
    if len(points) == 1:
        return np.ones((*targets.shape, 1))
    step = points[1] - points[0]
    place = np.clip((targets - points[0]) / step, 0.0, len(points) - 1.0)
    return np.maximum(1.0 - np.abs(place[..., None] - np.arange(len(points))), 0.0)


def phase_chances(stakes: Stakes, plan: Plan, month: int) -> tuple[Floats, Floats]:
    """F_h, S_h (E, 2, E): chances of the next phase by A's progress, seen with chance v (G9)."""
    return tuple(  # type: ignore[return-value]
        np.stack(
            [
                rows[month][:, 0],
                stakes.verification * rows[month][:, 1] + (1.0 - stakes.verification) * rows[month][:, 0],
            ],
            axis=1,
        )
        for rows in (plan.firm, plan.soft)
    )


def reputation_change(firm: Floats, soft: Floats) -> Floats:
    """log F / S, infinite where only one type could do it, 0 where neither could (G10)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((firm == 0.0) & (soft == 0.0), 0.0, np.log(firm) - np.log(soft))


def _points(count: int, last: float) -> Floats:
    return np.zeros(1) if count == 1 else np.linspace(-last, last, count)


def _believed(log_odds: Floats, high: Floats, low: Floats) -> Floats:
    belief = logistic(log_odds)
    return np.asarray(belief * high[..., None] + (1.0 - belief) * low[..., None])


def _phase_weights(stakes: Stakes, plan: Plan, reputation: Floats, month: int, offset: float) -> Floats:
    firm, soft = (rows.swapaxes(0, 1) for rows in phase_chances(stakes, plan, month))  # (2, E, E')
    trusted = logistic(reputation + offset)[:, None]
    chance = trusted * firm[:, :, None, :] + (1.0 - trusted) * soft[:, :, None, :]
    moved = reputation[:, None] + reputation_change(firm, soft)[:, :, None, :]
    return np.asarray(chance[..., None] * weights(reputation, moved))


def _expected(
    value: Floats, phase: Floats, row: MonthRow, chance: Floats, phi: float, next_chest: Floats
) -> Floats:
    """E V(s') at the inner points of the front, from V (E, W + 1, L, R, N + 1)."""
    value = np.einsum("erfq,fwlqx->ewlrx", phase, value)
    value = np.einsum("ewv,evlrx->ewlrx", next_chest, value)
    back, none, forward = (
        np.einsum("ewlm,ewmrx->ewlrx", moved, value[..., start : value.shape[-1] - 2 + start])
        for start, moved in zip((0, 1, 2), row.evidence, strict=True)
    )
    chance = chance[..., None, None]
    return np.asarray((1.0 - phi) * none + phi * (chance * forward + (1.0 - chance) * back))


def war_by_progress(
    stakes: Stakes, row: MonthRow, grid: Grid, value_a: Floats, value_d: Floats
) -> tuple[list[Floats], list[Floats]]:
    """W_A0, W_A1 and W_D0, W_D1 at the inner points of the front (G12)."""
    share = np.linspace(0.0, 1.0, grid.front + 1)[1:-1]
    flow_a = share - row.cost_a[:, :, None, None, None]
    war_a, war_d = [], []
    for progress in (0, 1):
        phi = stakes.phi * (stakes.progress_front if progress else 1.0)
        next_a = _expected(value_a, row.phase_a[progress], row, row.chance_a, phi, row.chest)
        next_d = _expected(value_d, row.phase_d[progress], row, row.chance_d, phi, row.chest)
        war_a.append(flow_a - stakes.progress_cost * progress + stakes.delta * next_a)
        saved = stakes.progress_cost_d * progress
        war_d.append(1.0 - share - stakes.cost_d + saved + stakes.delta * next_d)
    return war_a, war_d


def war_values(
    stakes: Stakes, row: MonthRow, grid: Grid, value_a: Floats, value_d: Floats
) -> tuple[Floats, Floats, Floats]:
    """W_A, W_D and the chance of progress at the inner points of the front (G11, G12)."""
    war_a, war_d = war_by_progress(stakes, row, grid, value_a, value_d)
    chance = progress_chance(stakes, row, war_a)
    return (
        (1.0 - chance) * war_a[0] + chance * war_a[1],
        (1.0 - chance) * war_d[0] + chance * war_d[1],
        chance,
    )


def progress_chance(stakes: Stakes, row: MonthRow, war_a: list[Floats]) -> Floats:
    """P(h = 1) from W_A0 and W_A1 (E, W + 1, L, R, inner points): none is made without talks (G11)."""
    tempted = logistic(stakes.progress_precision * (war_a[1] - war_a[0]))
    return np.asarray(row.talks[:, None, None, None, None] * tempted)


def _step(
    stakes: Stakes, curves: Peace, row: MonthRow, grid: Grid, value_a: Floats, value_d: Floats
) -> Choices:
    """One month backwards (G11 to G16)."""
    war_a, war_d, progress = war_values(stakes, row, grid, value_a, value_d)
    least, most = share_at(curves.a, war_a[None])[0], share_at(curves.d, war_d[None])[0]
    by_phase = (slice(None), *[None] * 4)
    deal = row.offers[by_phase] * logistic((most - least) / row.temperature[by_phase])
    alpha = stakes.proposer
    peace_a = alpha * value_at(curves.a, most[None])[0] + (1.0 - alpha) * war_a
    peace_d = alpha * war_d + (1.0 - alpha) * value_at(curves.d, least[None])[0]
    value_a, value_d = at_the_ends(
        stakes,
        _framed((1.0 - deal) * war_a + deal * peace_a),
        _framed((1.0 - deal) * war_d + deal * peace_d),
    )
    return Choices(
        _framed(least), _framed(most), _framed(deal, 0.0), _framed(progress, 0.0), value_a, value_d
    )


def _framed(inner: Floats, last: float = 1.0) -> Floats:
    """An array over the inner points of the front with 0 and `last` at its ends."""
    edge = np.zeros((*inner.shape[:-1], 1))
    return np.concatenate([edge, inner, edge + last], axis=-1)
