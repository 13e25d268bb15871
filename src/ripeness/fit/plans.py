"""Published plans as forecasts: what an office had announced for a month, and how far such plans had been off."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ripeness.base import Month, convert
from ripeness.case import Case, PlanPart, PublishedPlan
from ripeness.fit.baselines import MIN_PAIRS, YEAR, Floats, TooShortError

BUDGET_PLAN = "budget_plan"
"""Name of this baseline in tables."""


def plan_value(case: Case, plan: PublishedPlan, month: Month, origin: Month, unit: str) -> float | None:
    """What the plans released before `origin` say of `month`, in `unit`; None where they say nothing yet."""
    total = 0.0
    for part in plan.parts:
        said = _part_value(case, part, month, origin, unit)
        if said is None:
            return None
        total += part.weight * said
    return total


def plans_when_begun(
    case: Case, plan: PublishedPlan, months: Sequence[Month], unit: str
) -> dict[Month, float]:
    """The plan of each month as it stood when the month began, where there was one."""
    found = {month: plan_value(case, plan, month, month, unit) for month in months}
    return {month: value for month, value in found.items() if value is not None}


def plan_forecast(
    centre: float | None,
    planned: Mapping[Month, float],
    past: Mapping[Month, float],
    *,
    members: int,
    seed: int,
) -> Floats:
    """The plan `centre` plus normal errors as large as those of plans so far; (members,).

    An error is a value of `past` (what is known at the origin, by month) less the plan of that month as it stood when
    the month began. TooShortError with fewer than `MIN_PAIRS` errors, or where nothing was planned.
    """
    if centre is None:
        raise TooShortError("no plan for this month had been published")
    errors = [value - planned[month] for month, value in past.items() if month in planned]
    if len(errors) < MIN_PAIRS:
        raise TooShortError(f"{len(errors)} months can be held against their plan; {MIN_PAIRS} are needed")
    spread = math.sqrt(float(np.mean(np.square(errors))))
    return centre + spread * np.random.default_rng(seed).standard_normal(members)


def _part_value(case: Case, part: PlanPart, month: Month, origin: Month, unit: str) -> float | None:
    """The plan of a month; of a year's plan a twelfth, of the last year planned where the month lies beyond it."""
    series = case.series[part.series]
    rows = {row.month: row.value for row in series.as_of(origin, known_ahead=True).observations}
    if part.per == "month":
        value = rows.get(month)
        return None if value is None else convert(value, series.unit, unit)
    begun = [known for known in rows if known <= month]
    if not begun:
        return None
    return convert(rows[max(begun)], series.unit, unit) / YEAR
