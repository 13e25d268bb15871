"""What a backcast scores beside each series by itself: vectors, published plans, events, and dated odds of others.

The file `scoring.yaml` of a case says it (see `scoring_file`). No run reads it: it moves no forecast, only what is
said of forecasts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from ripeness.base import Month

Per = Literal["month", "year"]


@dataclass(frozen=True)
class Vector:
    """Outputs that are scored together. `scales` bring them to comparable size: a unit of each, in its own unit."""

    name: str
    title: str
    scales: dict[str, float]
    note: str = ""


@dataclass(frozen=True)
class PlanPart:
    """A published plan in a sum: its series, how it is counted, and whether it is the plan of a month or of a year."""

    series: str
    per: Per
    weight: float = 1.0


@dataclass(frozen=True)
class PublishedPlan:
    """What somebody in office had announced for a series: a forecast to beat."""

    series: str
    parts: tuple[PlanPart, ...]
    source: str
    note: str = ""


@dataclass(frozen=True)
class ScoredEvent:
    """A yes or no. Either a series lies above or below a number in a month, or the war ends within some months.

    `until` is the last month of which it is known that an ending had not come (`happened` None) or had come.
    """

    name: str
    title: str
    series: str | None = None
    above: float | None = None
    below: float | None = None
    ending: Literal["settled"] | None = None
    until: Month | None = None
    happened: Month | None = None
    source: str = ""
    note: str = ""

    def holds(self, values: Any) -> Any:
        """Whether values of the series are the event, elementwise."""
        return values > self.above if self.above is not None else values < self.below


@dataclass(frozen=True)
class Odds:
    """Chances that others gave on a date that an event comes by some months; the last is that of none of them."""

    event: str
    asked: dt.date
    who: str
    question: str
    until: tuple[Month, ...]
    chances: tuple[float, ...]
    source: str
    quality: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Scoring:
    """All that a case says of scores."""

    vectors: tuple[Vector, ...] = ()
    plans: tuple[PublishedPlan, ...] = ()
    events: tuple[ScoredEvent, ...] = ()
    odds: tuple[Odds, ...] = ()

    def plan_of(self, series: str) -> PublishedPlan | None:
        """The plan of a series, None where the case has none."""
        return next((plan for plan in self.plans if plan.series == series), None)
