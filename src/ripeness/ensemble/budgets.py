"""The same money for every policy: how far each must be scaled down so that all spend alike.

Equations (docs/model/orderings.md):
    Y1  levers = base + scale (announced - base), for the levers that make up effort
    Y2  spend = mean over futures of sum_t delta^t (price of effort + dearer oil + aid, beyond the base) while war lasts
    Y3  scale solves spend = budget, the least that any pressing policy spends in full; on the same random numbers

A policy that ends the war early spends less, which its scale makes up for. Policies that press no more than the base
have no scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ripeness.base import RipenessError
from ripeness.ensemble.bargain import Bargained
from ripeness.ensemble.effort import effort
from ripeness.ensemble.endings import spend_by_month
from ripeness.ensemble.simulate import Question
from ripeness.flow import Levers, PolicyRow, layout_of

Floats = NDArray[np.float64]

DISCOUNT_MONTH = 0.99
"""Monthly discount factor of spending."""

PRESSES = 0.02
"""Mean effort over the base from which a policy is one that presses."""

TOLERANCE = 0.01
"""Largest difference from the budget, share of it (I05)."""

MOST_ROUNDS = 12
"""Rounds of the search; each is a whole run."""


@dataclass(frozen=True)
class EqualBudget:
    """Scales by policy (1 where a policy was not scaled), what each then spends, and the budget, USD bn discounted."""

    budget_usd_bn: float
    scale: dict[str, float]
    spend_usd_bn: dict[str, float]
    rounds: int
    question: Question

    @property
    def worst(self) -> float:
        """Largest relative distance from the budget among scaled policies."""
        return max(
            abs(self.spend_usd_bn[name] - self.budget_usd_bn) / self.budget_usd_bn for name in self.scale
        )


def scaled(question: Question, scales: Floats) -> Question:
    """The question with each policy's pressing levers moved toward the base (Y1); `scales` (NP,)."""
    field = layout_of(PolicyRow)["levers"]
    rows = question.policies.copy()
    layout = layout_of(Levers)
    for part in question.case.effort:
        lever = layout[part.lever]
        at = slice(field.start + lever.start, field.start + lever.start + lever.rows)
        base = rows[:1, :, at]
        rows[:, :, at] = base + scales[:, None, None] * (rows[:, :, at] - base)
    return replace(question, policies=rows)


def discounted_spend(found: Bargained) -> Floats:
    """Mean discounted spend beyond the base under the main model (Y2), (NP,), USD bn."""
    spend = spend_by_month(found, found.endings["m1"])
    weights = DISCOUNT_MONTH ** np.arange(spend.shape[1])
    return np.asarray((spend.mean(axis=2) * weights).sum(axis=1))


def pressing(question: Question) -> NDArray[np.bool_]:
    """Which policies press more than the base from the start on, (NP,)."""
    field = layout_of(PolicyRow)["levers"]
    levers = question.policies[:, :, field.start : field.start + field.rows]
    first = question.start - question.case.first_month
    shares = np.stack([effort(question.case, rows).share[first:] for rows in levers])
    return np.asarray((shares - shares[0]).mean(axis=1) > PRESSES)


def equal_budgets(
    question: Question,
    solve: Callable[[Question], Bargained],
    told: Callable[[int, float], None] | None = None,
) -> EqualBudget:
    """Scales at which all pressing policies spend the same within 1 % (Y3).

    `solve` runs a question through both passes; `told` hears of the round and the worst distance.
    RipenessError where fewer than two policies press, or the search does not meet.
    """
    which = pressing(question)
    if which.sum() < 2:
        raise RipenessError(
            "fewer than two policies press more than the base",
            "compare two or more that do, or leave budgets apart",
        )
    scales = np.ones(len(which))
    found = solve(question)
    spend = discounted_spend(found)
    if spend[which].min() <= 0.0:
        names = [question.names[p] for p in np.flatnonzero(which & (spend <= 0.0))]
        raise RipenessError(
            f"{', '.join(names)} cost no more than the base",
            "leave them out, or give prices in the case's effort",
        )
    budget = float(spend[which].min())
    low, high = np.zeros(len(which)), np.ones(len(which))
    at_low, at_high = np.zeros(len(which)), spend.copy()
    for rounds in range(1, MOST_ROUNDS + 1):
        off = np.abs(spend - budget) / budget
        if told is not None:
            told(rounds, float(off[which].max()))
        if off[which].max() <= TOLERANCE:
            names = question.names
            return EqualBudget(
                budget,
                {names[p]: float(scales[p]) for p in np.flatnonzero(which)},
                {names[p]: float(spend[p]) for p in np.flatnonzero(which)},
                rounds,
                scaled(question, scales),
            )
        open_ = which & (off > TOLERANCE)
        slope = (at_high - at_low) / np.maximum(high - low, 1e-9)
        guess = low + (budget - at_low) / np.where(np.abs(slope) > 1e-12, slope, 1.0)
        middle = 0.5 * (low + high)
        inside = (guess > low + 0.05 * (high - low)) & (guess < high - 0.05 * (high - low))
        scales = np.where(open_, np.where(inside, guess, middle), scales)
        found = solve(scaled(question, scales))
        spend = discounted_spend(found)
        over = spend > budget
        high, at_high = np.where(open_ & over, scales, high), np.where(open_ & over, spend, at_high)
        low, at_low = np.where(open_ & ~over, scales, low), np.where(open_ & ~over, spend, at_low)
    raise RipenessError(
        f"equal budgets were not found in {MOST_ROUNDS} rounds; the worst is {off[which].max():.1%} away",
        "use more futures or structural draws",
    )
