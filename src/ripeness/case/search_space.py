"""A space of policies: changes whose months and amounts hang on a few parameters, and what a search of it aims at.

A file `search/NAME.yaml` holds one (see `search_file`). A point of the space is one value a parameter; the policy
there is an ordinary one (`policy.search_points`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ripeness.base import Month

if TYPE_CHECKING:
    from ripeness.case.records import Operation

DIGITS = 9
"""Decimals to which a value of a parameter is rounded, so that a grid of tenths holds 0.3 and nothing beside it."""

EFFORT_PRICE = "effort_price_usd_bn"
"""Metric that only a search has: what a policy's effort costs the coalition while the war lasts to the last month."""


@dataclass(frozen=True)
class SearchParameter:
    """One number that a search may choose: every `step` from `low` to `high`, in the unit said."""

    name: str
    title: str
    unit: str
    low: float
    high: float
    step: float
    because: str = ""

    @property
    def size(self) -> int:
        """How many values it has."""
        return int((self.high - self.low) / self.step + 1e-9) + 1

    def value(self, index: int) -> float:
        """Its value number `index`, from 0."""
        return round(self.low + index * self.step, DIGITS)


@dataclass(frozen=True)
class Graded:
    """An amount that moves in a line with a parameter: at_0 where that is 0, at_1 where it is 1."""

    by: str
    at_0: float
    at_1: float


@dataclass(frozen=True)
class SearchChange:
    """A change of a policy with its months and amount left open.

    start, until: as in a policy, or parameters whose months are added to the policy's start. ramp_months: a number,
    or a parameter.
    """

    lever: str
    operation: Operation
    value: float | Graded
    start: str | tuple[str, ...] | None = None
    until: str | tuple[str, ...] | None = None
    ramp_months: int | str = 0
    reason: str = ""


@dataclass(frozen=True)
class SearchRatchet:
    """Steps to full effort over as many months as a parameter says; none where it says 0."""

    steps: int
    over: str


@dataclass(frozen=True)
class SearchAim:
    """A metric with a direction, whose aim that is, and from where on a future is good enough (None: left open)."""

    metric: str
    sense: Literal["lower", "higher"]
    judgment: str
    enough: float | None = None


@dataclass(frozen=True)
class MonthlyAim:
    """What must be so in a month for a policy to be good enough then: an output, summed or averaged over months back.

    Exactly one of at_most and at_least is given.
    """

    name: str
    title: str
    output: str
    months: int
    reduction: Literal["sum", "mean"]
    at_most: float | None
    at_least: float | None
    judgment: str


@dataclass(frozen=True)
class Pathways:
    """Signposts of a policy that is under way, and the policies that one could switch to.

    aims are asked `by` months from the start; signposts, outputs, are watched in the first `watch` months.
    """

    policy: str
    switch_to: tuple[str, ...]
    signposts: tuple[str, ...]
    aims: tuple[MonthlyAim, ...]
    by: int
    watch: int


@dataclass(frozen=True)
class SearchSpace:
    """Policies that a search chooses from, on top of the policy `base`."""

    name: str
    title: str
    author: str
    question: str
    base: str
    start: Month | None
    parameters: tuple[SearchParameter, ...]
    changes: tuple[SearchChange, ...]
    objectives: tuple[SearchAim, ...]
    ratchet: SearchRatchet | None = None
    pathways: Pathways | None = None
    mapping_notes: tuple[str, ...] = ()
    not_mapped: tuple[str, ...] = ()

    @property
    def sizes(self) -> tuple[int, ...]:
        """Values of each parameter."""
        return tuple(parameter.size for parameter in self.parameters)

    def values(self, point: tuple[int, ...]) -> dict[str, float]:
        """Values by parameter of a point given as places on the grids; ValueError outside them."""
        if len(point) != len(self.parameters):
            raise ValueError(f"a point of {self.name} has {len(self.parameters)} places, not {len(point)}")
        for parameter, place in zip(self.parameters, point, strict=True):
            if not 0 <= place < parameter.size:
                raise ValueError(f"{parameter.name} has no value number {place}")
        return {
            parameter.name: parameter.value(place)
            for parameter, place in zip(self.parameters, point, strict=True)
        }
