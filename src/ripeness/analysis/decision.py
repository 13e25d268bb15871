"""Choosing without agreed odds: policies by futures, judged by several criteria side by side.

Payoffs are (P, F), policies by futures that count alike; they may be losses (`sense` "lower"). Criteria:
the mean (Laplace 1814), the worst future (maximin: Wald 1950), the largest regret (Savage 1951), the tenth
percentile, and the share of futures that are good enough (the domain criterion: Starr 1963, Schneller and
Sphicas 1983). They often disagree, and that is what they are shown for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]

CRITERIA = ("laplace", "maximin", "minimax_regret", "tenth_percentile", "satisficing")
"""Names of the criteria, as in `DecisionTable.choices`."""

SENSES = ("higher", "lower")

UNLUCKY = 10.0
"""Percentile of futures that the criterion of the tenth percentile looks at, from the bad end."""


@dataclass(frozen=True)
class DecisionTable:
    """What each criterion says of each policy, (P,), in the unit of the payoff unless said otherwise."""

    sense: str
    mean: Floats
    worst: Floats
    """The worst future."""
    tenth: Floats
    """The tenth percentile from the bad end."""
    max_regret: Floats
    """The largest regret, never negative."""
    mean_regret: Floats
    satisficing: Floats
    """Share of futures that are good enough."""

    @property
    def choices(self) -> dict[str, tuple[int, ...]]:
        """Indices of the policies that each criterion takes: several where they are equally good by it."""
        sign = 1.0 if self.sense == "higher" else -1.0
        scores = (sign * self.mean, sign * self.worst, -self.max_regret, sign * self.tenth, self.satisficing)
        return {
            name: tuple(int(at) for at in np.flatnonzero(score >= score.max()))
            for name, score in zip(CRITERIA, scores, strict=True)
        }


def decide(payoff: Any, enough: float, sense: str = "higher") -> DecisionTable:
    """All criteria for payoffs (P, F); a future is good enough from `enough` on (to `enough` if less is better).

    RipenessError where the table is empty or holds what is not finite.
    """
    values = _table(payoff, sense)
    bad_end = UNLUCKY if sense == "higher" else 100.0 - UNLUCKY
    lost = regret(values, sense)
    good = values >= enough if sense == "higher" else values <= enough
    return DecisionTable(
        sense=sense,
        mean=values.mean(axis=1),
        worst=values.min(axis=1) if sense == "higher" else values.max(axis=1),
        tenth=np.percentile(values, bad_end, axis=1),
        max_regret=lost.max(axis=1),
        mean_regret=lost.mean(axis=1),
        satisficing=good.mean(axis=1),
    )


def regret(payoff: Any, sense: str = "higher") -> Floats:
    """How far each policy falls short of the best one in the same future, (P, F), never negative."""
    values = _table(payoff, sense)
    return values.max(axis=0) - values if sense == "higher" else values - values.min(axis=0)


def _table(payoff: Any, sense: str) -> Floats:
    if sense not in SENSES:
        raise RipenessError(f"sense is {sense}", f"give {' or '.join(SENSES)}")
    values = np.asarray(payoff, dtype=np.float64)
    if values.ndim != 2 or values.size == 0:
        raise RipenessError(
            f"payoff has the shape {values.shape}", "give policies by futures, at least one of each"
        )
    if not np.isfinite(values).all():
        policy, future = np.argwhere(~np.isfinite(values))[0]
        raise RipenessError(
            f"payoff of policy {policy} in future {future} is {values[policy, future]}",
            "give a finite number, such as the last month for what was not reached",
        )
    return values
