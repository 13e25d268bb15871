"""How much of its cost pressure a policy uses, and what that costs the coalition, month by month.

Effort is a weighted share of full effort over the levers that a case names (`effort` in case.yaml):

Equations (docs/model/orderings.md):
    Q1  share_i = clip((lever_i - zero_i) / (full_i - zero_i), 0, 1)     pulses: mean of the last 12 months
    Q2  effort = sum_i weight_i share_i / sum_i weight_i                   0 nothing, 1 all that was thought feasible
    Q3  price  = sum_i price_i share_i                                     USD bn a month, beside dearer oil and aid

Weights and prices are judgements of the case, never of the engine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.case import PULSE_LEVERS, Case, EffortShare
from ripeness.flow import Levers, layout_of

Floats = NDArray[np.float64]

PULSE_WINDOW = 12
"""Months over which levers that count in their month only are averaged."""


class Effort(NamedTuple):
    """Monthly effort of one policy (T,), 0..1, and its price, USD bn a month (T,)."""

    share: Floats
    price_usd_bn: Floats


def effort(case: Case, levers: Floats) -> Effort:
    """Effort and price of lever rows (T, layout_of(Levers).size) (Q1 to Q3); zeros where a case names no levers."""
    months = len(levers)
    if not case.effort:
        return Effort(np.zeros(months), np.zeros(months))
    shares = np.stack([_share(part, levers) for part in case.effort])
    weights = np.array([part.weight for part in case.effort])
    prices = np.array([part.price_usd_bn_month for part in case.effort])
    return Effort(weights @ shares / weights.sum(), prices @ shares)


def lever_path(levers: Floats, name: str) -> Floats:
    """Path (T,) of a scalar lever; a vector lever counts by its largest entry."""
    field = layout_of(Levers)[name]
    return np.asarray(levers[:, field.start : field.start + field.rows].max(axis=1))


def _share(part: EffortShare, levers: Floats) -> Floats:
    path = lever_path(levers, part.lever)
    if part.lever in PULSE_LEVERS:
        sums = np.concatenate([np.zeros(PULSE_WINDOW), np.cumsum(path)])
        path = (sums[PULSE_WINDOW:] - sums[:-PULSE_WINDOW]) / PULSE_WINDOW
    return np.clip((path - part.zero) / (part.full - part.zero), 0.0, 1.0)
