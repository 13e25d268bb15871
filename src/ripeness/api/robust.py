"""Criteria of choice without agreed odds, side by side, as documents carry them; none of them names a winner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis.decision import decide

Floats = NDArray[np.float64]

OF_REFERENCE = "the median of {reference}, so that half of its futures are good enough"
"""Where good enough begins unless somebody says otherwise."""


@dataclass(frozen=True)
class Payoff:
    """One aim: values (NP, F), policies by futures that count alike, its sense, and where good enough begins.

    enough: None for the median of the first policy.
    """

    name: str
    sense: str
    values: Floats
    enough: float | None = None
    enough_because: str = ""


def robustness(payoffs: Sequence[Payoff], policies: Sequence[str]) -> dict[str, Any]:
    """By aim: what each criterion says of each policy and which policy it takes; the first policy is the reference.

    Keys of an aim: sense, futures, enough, enough_because, policies (policy -> mean, worst, tenth, max_regret,
    mean_regret, satisficing), choices (criterion -> policies that are equally good by it, in the order given).
    """
    return {each.name: _of_aim(each, policies) for each in payoffs}


def _of_aim(payoff: Payoff, policies: Sequence[str]) -> dict[str, Any]:
    enough = payoff.enough if payoff.enough is not None else float(np.median(payoff.values[0]))
    because = payoff.enough_because or OF_REFERENCE.format(reference=policies[0])
    table = decide(payoff.values, enough, payoff.sense)
    columns: Mapping[str, Floats] = {
        "mean": table.mean,
        "worst": table.worst,
        "tenth": table.tenth,
        "max_regret": table.max_regret,
        "mean_regret": table.mean_regret,
        "satisficing": table.satisficing,
    }
    return {
        "sense": payoff.sense,
        "futures": int(payoff.values.shape[1]),
        "enough": enough,
        "enough_because": because,
        "policies": {
            policy: {key: float(column[at]) for key, column in columns.items()}
            for at, policy in enumerate(policies)
        },
        "choices": {
            criterion: [policies[at] for at in chosen] for criterion, chosen in table.choices.items()
        },
    }
