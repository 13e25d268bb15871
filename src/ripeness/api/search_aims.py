"""What a search aims at: metrics of the world, of endings, or of the policy itself, each with a direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ripeness.base import RipenessError, suggestion
from ripeness.case import EFFORT_PRICE
from ripeness.ensemble.endings import END_METRICS
from ripeness.ensemble.metrics import Metric, metrics_of

if TYPE_CHECKING:
    from ripeness.case import Case, SearchSpace

Floats = NDArray[np.float64]

MOST_AIMS = 6
"""Aims of one search: with more, nearly every policy is beaten by none."""

ASKED = "named by whoever asked"

OF_EFFORT = ("Price of effort to those who press", "USD bn")
"""Label and unit of the price of effort."""


@dataclass(frozen=True)
class Aim:
    """A metric that a search lowers or raises. kind: of the world, of endings (dear), or of the policy (no futures).

    enough: where good enough begins; None leaves that to the reference.
    """

    name: str
    label: str
    unit: str
    sense: Literal["lower", "higher"]
    judgment: str
    kind: Literal["world", "ending", "policy"]
    enough: float | None = None
    metric: Metric | None = None

    @property
    def sign(self) -> float:
        """1 where less is better: what a value is multiplied with to be minimised."""
        return 1.0 if self.sense == "lower" else -1.0

    def comparable(self, values: Floats, months: int) -> Floats:
        """Values with what was not reached in so many months counted as one month after them."""
        censored = self.metric is not None and self.metric.is_censored
        return np.minimum(values, months + 1.0) if censored else values


def chosen_aims(case: Case, space: SearchSpace, said: Sequence[str] | None) -> tuple[Aim, ...]:
    """Aims as `metric:lower`, `metric:higher` or with a number from which a future is good enough; else the space's.

    RipenessError names the nearest metric, and what has no direction.
    """
    if said is None:
        aims = tuple(
            _aim(case, each.metric, each.sense, each.judgment, each.enough) for each in space.objectives
        )
    else:
        aims = tuple(_from_words(case, words) for words in said)
    names = [aim.name for aim in aims]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RipenessError(f"objective {twice} stands twice", "give each metric one direction")
    if not 2 <= len(aims) <= MOST_AIMS:
        raise RipenessError(
            f"a search for trade-offs has {len(aims)} objective{'s' * (len(aims) != 1)}",
            f"give 2 to {MOST_AIMS}; with one, every policy but one is beaten",
        )
    return aims


def _from_words(case: Case, words: str) -> Aim:
    name, _, rest = words.partition(":")
    sense, _, number = rest.partition(":")
    if sense not in ("lower", "higher"):
        raise RipenessError(f"objective {words!r} has no direction", f"write {name}:lower or {name}:higher")
    try:
        enough = float(number) if number else None
    except ValueError:
        raise RipenessError(
            f"objective {words!r} ends in no number", f"write {name}:{sense}:7 where 7 is good enough"
        ) from None
    return _aim(case, name, "lower" if sense == "lower" else "higher", ASKED, enough)


def _aim(
    case: Case, name: str, sense: Literal["lower", "higher"], judgment: str, enough: float | None
) -> Aim:
    world = {metric.name: metric for metric in metrics_of(case.program)}
    endings = {metric.name: metric for metric in END_METRICS if case.stakes}
    if name in world:
        metric = world[name]
        return Aim(name, metric.label, metric.unit, sense, judgment, "world", enough, metric)
    if name == EFFORT_PRICE and case.effort:
        return Aim(name, *OF_EFFORT, sense, judgment, "policy", enough)
    if name == "terms_share_a":
        raise RipenessError(
            f"{name} does not exist where no deal is made", "aim at p_settled, or at months_to_settlement"
        )
    if name in endings:
        end = endings[name]
        return Aim(name, end.label, end.unit, sense, judgment, "ending", enough)
    known = [*world, *endings, *([EFFORT_PRICE] if case.effort else [])]
    raise RipenessError(f"there is no metric {name!r}", suggestion(name, known, "metric"))
