"""What knowing more would be worth to whoever chooses, in the unit of what they want.

Gains g (P, n) of policies in futures that count alike; the choice without knowing more is d0, best on average.

Equations (docs/model/sensitivity.md):
    VI1  perfect information    EVPI   = E[max_d g_d] - max_d E[g_d]                       (Raiffa and Schlaifer 1961)
    VI2  partial, of inputs X   EVPPI  = E[max_d E[g_d | X]] - max_d E[g_d]
    VI3  a signpost S, seen while n months pass, before the policy begins late (gains g')
                               EVSI   = E[max_d E[g'_d | S]] - max_d E[g'_d]
                               cost   = max_d E[g_d] - max_d E[g'_d]
                               net    = EVSI - cost

E[g_d - g_d0 | X] comes from the futures themselves by a smooth fit (Strong, Oakley and Brennan 2014; `surfaces`). A fit
that is read where it was made promises too much, for it takes noise for knowledge: each future's choice is made by
a fit to the other parts of the futures, and is paid what that future holds. So what is reported is what a rule that
can be learnt from so many futures earns, never more than perfect information; a rule that earns less than nothing
counts as none, which leaves a value a little above zero where the true one is zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis.decision import SENSES
from ripeness.analysis.surfaces import columns_for, fitted_elsewhere, folds_of
from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

FOLDS = 8
"""Parts of the futures."""

Z90 = 1.6448536269514722
"""Standard errors to either end of an interval of 90 %."""


@dataclass(frozen=True)
class Worth:
    """A value and its standard error, in the unit of the gains."""

    value: float
    error: float

    @property
    def low(self) -> float:
        """Lower end of an interval of 90 %."""
        return self.value - Z90 * self.error

    @property
    def high(self) -> float:
        """Upper end of an interval of 90 %."""
        return self.value + Z90 * self.error


@dataclass(frozen=True)
class Waiting:
    """What it is worth to look at a signpost before deciding, and what it costs that the policy begins late.

    gain: of the signpost (EVSI). cost: of the delay, negative where a later start is better by itself. net: gain less
    cost. switched: share of futures in which the signpost changes the choice.
    """

    gain: Worth
    cost: Worth
    net: Worth
    switched: float


def best_without(payoff: Any, sense: str) -> int:
    """Index of the policy that is best on average; the first of equally good ones."""
    return int(np.argmax(_gains(payoff, sense).mean(axis=1)))


def perfect_information(payoff: Any, sense: str, groups: Any = None) -> Worth:
    """Expected value of knowing each future before choosing (VI1), luck included."""
    gains = _gains(payoff, sense)
    over = gains - gains[int(np.argmax(gains.mean(axis=1)))]
    return _worth(over.max(axis=0), _places(groups, gains.shape[1]))


def partial_information(
    payoff: Any, sense: str, inputs: Any, groups: Any = None, *, folds: int = FOLDS
) -> Worth:
    """Expected value of knowing some inputs (k, n) before choosing (VI2), never below 0.

    Futures of one of the `groups` (n,) are one piece of evidence. RipenessError where there are too few.
    """
    gains, places = _gains(payoff, sense), _places(groups, np.shape(payoff)[1])
    over = gains - gains[int(np.argmax(gains.mean(axis=1)))]
    chosen = informed_choice(over, inputs, places, folds)
    found = _worth(np.take_along_axis(over, chosen[None], axis=0)[0], places)
    return Worth(max(found.value, 0.0), found.error)


def value_of_waiting(
    now: Any, late: Any, sense: str, signposts: Any, groups: Any = None, *, folds: int = FOLDS
) -> Waiting:
    """What a signpost's readings (k, n), seen while the decision waits, are worth (VI3).

    now, late: payoffs (P, n) of the same policies in the same futures, begun at once and after the wait.
    """
    at_once, delayed = _gains(now, sense), _gains(late, sense)
    if at_once.shape != delayed.shape:
        raise RipenessError(
            f"payoffs now {at_once.shape} and late {delayed.shape} do not fit",
            "give the same policies and futures",
        )
    places = _places(groups, at_once.shape[1])
    first, then = (int(np.argmax(each.mean(axis=1))) for each in (at_once, delayed))
    over = delayed - delayed[then]
    chosen = informed_choice(over, signposts, places, folds)
    gained = np.take_along_axis(over, chosen[None], axis=0)[0]
    lost = at_once[first] - delayed[then]
    gain = _worth(gained, places)
    if gain.value <= 0.0:  # a rule that earns nothing is not followed
        chosen, gained = np.full_like(chosen, then), np.zeros_like(gained)
        gain = Worth(0.0, gain.error)
    return Waiting(gain, _worth(lost, places), _worth(gained - lost, places), float((chosen != then).mean()))


def informed_choice(over: Floats, inputs: Any, places: Whole, folds: int) -> Whole:
    """Policy (n,) that a fit to the other parts of the futures chooses from the inputs.

    over: gains over those of the policy that is best without, (P, n); it is kept where no other promises more.
    """
    best = int(np.argmax((over == 0.0).all(axis=1)))
    seen = np.atleast_2d(np.asarray(inputs, dtype=np.float64))
    if seen.shape[1] != over.shape[1] or not np.isfinite(seen).all():
        raise RipenessError(
            f"what is seen has the shape {seen.shape} or is not finite, for {over.shape[1]} futures",
            "give finite numbers, one column a future",
        )
    others = [p for p in range(len(over)) if p != best and np.ptp(over[p]) > 0.0]
    if not others:
        return np.full(over.shape[1], best, dtype=np.intp)
    pieces = int(places.max()) + 1
    columns = columns_for(seen, over[others], pieces)
    fold = folds_of(over[others], seen, places, min(folds, pieces))
    promised = np.zeros(over.shape)
    promised[others] = fitted_elsewhere(columns.values, over[others], fold)
    at = promised.argmax(axis=0)
    return np.where(promised.max(axis=0) > 0.0, at, best).astype(np.intp)


def _gains(payoff: Any, sense: str) -> Floats:
    if sense not in SENSES:
        raise RipenessError(f"sense is {sense}", f"give {' or '.join(SENSES)}")
    values = np.asarray(payoff, dtype=np.float64)
    if values.ndim != 2 or values.size == 0:
        raise RipenessError(f"payoff has the shape {values.shape}", "give policies by futures")
    if not np.isfinite(values).all():
        raise RipenessError(
            f"{int((~np.isfinite(values)).sum())} of {values.size} payoffs are not finite",
            "count what was not reached as the last month, and leave out what has no value",
        )
    return values if sense == "higher" else -values


def _places(groups: Any, futures: int) -> Whole:
    ids = np.arange(futures) if groups is None else np.asarray(groups)
    if ids.shape != (futures,):
        raise RipenessError(f"groups have the shape {ids.shape}", f"give one for each of {futures} futures")
    return np.unique(ids, return_inverse=True)[1].astype(np.intp)


def _worth(gained: Floats, places: Whole) -> Worth:
    """Mean over futures, and its standard error over independent groups of them."""
    mean, pieces = float(gained.mean()), int(places.max()) + 1
    if pieces < 2:
        return Worth(mean, 0.0)
    sums = np.bincount(places, weights=gained - mean, minlength=pieces)
    return Worth(mean, float(np.sqrt((sums**2).sum() * pieces / (pieces - 1.0)) / gained.size))
