"""What the war that went on says of the bargaining constants: under them, no deal was made in any month so far.

A structural draw is weighted by the chance that its model gives to the months of war before the start with no deal
in them, prod_t (1 - g_t), along the replayed world and under what was enacted. Constants of each model are weighted
by that model alone. This is nearly all that one war without an end says of them: it rules out draws under which the
war would long have been settled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ripeness.flow import MAIN_PARAMETERS, BargainingParameters

Floats = NDArray[np.float64]

CANDIDATES = 2
"""Prior draws looked at for each draw that is kept."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "m1": MAIN_PARAMETERS,
    "r1": tuple(name for name in BargainingParameters._fields if name.startswith("hazard_")),
    "r2": tuple(name for name in BargainingParameters._fields if name.startswith("spatial_")),
    "n0": ("climatology_hazard",),
}
"""Constants that belong to each model; those of the other nulls keep their prior."""


@dataclass(frozen=True)
class Conditioned:
    """Structural draws given no deal so far.

    draws (PB, D). months: of war looked at. went_on: by model, the prior chance that the war went on through them.
    effective: by model, how many independent candidates stand behind the draws.
    """

    draws: Floats
    months: int
    went_on: Mapping[str, float]
    effective: Mapping[str, float]


def log_survival(deal_chance: Floats, draw: NDArray[np.intp], draws: int) -> Floats:
    """Log chance (D,) of no deal in any month, from the reference policy's chances (T, n) of each walker.

    The mean over a draw's walkers is taken of chances, not of logs: walkers differ in luck, not in the draw.
    """
    chance = np.clip(np.nan_to_num(deal_chance), 0.0, 1.0 - 1e-12)
    went_on = np.exp(np.log1p(-chance).sum(axis=0))
    counts = np.maximum(np.bincount(draw, minlength=draws), 1)
    return np.log(np.maximum(np.bincount(draw, weights=went_on, minlength=draws) / counts, 1e-300))


def log_survivors(went_on: NDArray[np.bool_], draw: NDArray[np.intp], draws: int) -> Floats:
    """The same (D,) from whether each walker's war went on (n,), with half a walker added on either side."""
    counts = np.bincount(draw, minlength=draws)
    return np.log((np.bincount(draw, weights=went_on, minlength=draws) + 0.5) / (counts + 1.0))


def condition(
    candidates: Floats,
    draws: int,
    months: int,
    survival: Mapping[str, Floats],
    order: Callable[[str], float],
) -> Conditioned:
    """Resample `candidates` (PB, C) to `draws` columns, each model's rows by that model's `survival` (log, (C,)).

    `order` gives a uniform number in 0..1 for each model's systematic resampling.
    """
    fields = BargainingParameters._fields
    kept = candidates[:, :draws].copy()
    went_on, effective = {}, {}
    for model, names in GROUPS.items():
        if model not in survival:
            continue
        logs = survival[model]
        weights = np.exp(logs - logs.max())
        went_on[model] = float(np.exp(logs).mean())
        weights /= weights.sum()
        effective[model] = float(1.0 / (weights**2).sum())
        places = (np.arange(draws) + order(model)) / draws
        chosen = np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)
        rows = [fields.index(name) for name in names]
        # Resampled columns come in order of candidates; spread them so that members of a row meet all of another.
        mixed = np.argsort((np.arange(draws) * 0.6180339887498949 + order(model)) % 1.0, kind="stable")
        kept[rows] = candidates[rows][:, chosen[mixed]]
    return Conditioned(kept, months, went_on, effective)
