"""How an output spreads over members, month by month: the fans of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ripeness.flow import NEVER, Run

Floats = NDArray[np.float64]

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}
"""The quantiles that every statistic and fan carries."""


def first_passages(outputs: Sequence[str]) -> NDArray[np.bool_]:
    """Which outputs hold `NEVER` until their condition is met."""
    return np.array([name.startswith("months_to_") for name in outputs])


@dataclass(frozen=True)
class Fans:
    """Spread of every output in every month; `outputs` names the O rows.

    means and sds (NP, T, O) are over all members, and NaN for first passages; quantiles
    (5, NP, T, O), in the order of `QUANTILES`, over the first `members` of them. Where a first
    passage has not happened by the quantile, the quantile is infinite.
    """

    policies: tuple[str, ...]
    outputs: tuple[str, ...]
    months: tuple[str, ...]
    members: int
    means: Floats
    sds: Floats
    quantiles: Floats

    def quantile(self, policy: str, output: str, name: str) -> Floats:
        """One quantile of an output, (T,); `name` is such as `p05`."""
        return self.quantiles[
            list(QUANTILES).index(name), self.policies.index(policy), :, self.outputs.index(output)
        ]


def quantiles_of(values: ArrayLike, censored: bool = False) -> Floats:
    """Quantiles (5, ...) over the last axis, linear between members; NaN where there is none, or a NaN.

    Censored values (`NEVER` where not reached) take the least month by which that share had reached
    it, and infinity where that share never did.
    """
    ordered = np.sort(np.asarray(values), axis=-1)
    return _first_passage_quantiles(ordered) if censored else _linear_quantiles(ordered)


def path_quantiles(paths: ArrayLike, outputs: Sequence[str]) -> Floats:
    """Quantiles (5, T, O) of the paths (T, O, n) of one policy; `outputs` names the O rows."""
    ordered = np.sort(np.asarray(paths), axis=-1)
    found = _linear_quantiles(ordered)
    for row in np.flatnonzero(first_passages(outputs)):
        found[:, :, row] = _first_passage_quantiles(ordered[:, row])
    return found


def _linear_quantiles(ordered: NDArray[Any]) -> Floats:
    members = ordered.shape[-1]
    found = np.full((len(QUANTILES), *ordered.shape[:-1]), np.nan)
    if members:
        for i, level in enumerate(QUANTILES.values()):
            place = level * (members - 1)
            below = ordered[..., int(place)].astype(np.float64)
            above = ordered[..., min(int(place) + 1, members - 1)]
            found[i] = below + (above - below) * (place - int(place))
        found = np.where(np.isnan(ordered[..., -1]), np.nan, found)  # a NaN sorts last
    return found


def _first_passage_quantiles(ordered: NDArray[Any]) -> Floats:
    members = ordered.shape[-1]
    if not members:
        return np.full((len(QUANTILES), *ordered.shape[:-1]), np.nan)
    # The tolerance keeps 0.05 * 140, which is 7.000000000000001, at the seventh member.
    places = [max(math.ceil(level * members - 1e-9) - 1, 0) for level in QUANTILES.values()]
    found = np.stack([ordered[..., place] for place in places]).astype(np.float64)
    return np.where(found >= NEVER, np.inf, found)


def moments(sums: Floats, squares: Floats, members: int) -> tuple[Floats, Floats]:
    """Means and standard deviations from sums over members of values and of their squares."""
    means = sums / members
    variances = np.maximum(squares / members - means**2, 0.0) * (members / max(members - 1, 1))
    return means, np.sqrt(variances)


def fans_of(run: Run) -> Fans:
    """Fans of a run in memory; quantiles are over the members whose paths it kept."""
    rows = run.records.output_rows
    return Fans(
        run.policies,
        rows,
        tuple(str(month) for month in run.months),
        int(run.paths.shape[3]),
        uncensored(run.means, rows),
        uncensored(run.sds, rows),
        stacked([path_quantiles(paths, rows) for paths in run.paths]),
    )


def uncensored(values: ArrayLike, outputs: Sequence[str]) -> Floats:
    """Moments (..., O), rows named by `outputs`, with NaN for first passages, where `NEVER` stands for no number."""
    return np.where(first_passages(outputs), np.nan, np.asarray(values, dtype=np.float64))


def stacked(of_policies: Sequence[Floats]) -> Floats:
    """Quantiles (5, NP, T, O) from those of each policy."""
    return np.stack(of_policies, axis=1)
