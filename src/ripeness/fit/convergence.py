"""Whether independent runs of a fit agree, parameter by parameter.

A run of tempered Monte Carlo gives particles, not a chain in time: they come in a random order, so that a diagnostic
made for chains sees them as nearly independent draws. What it can then still see is the difference between runs,
which is what counts: runs that ended in different places have a large R-hat and a small effective size. How far
particles of one run share ancestors is seen by the run's own estimate, and, over all parameters together, by how far
the means of runs scatter.

Source: Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021 (rank-normalised split R-hat, bulk and tail sizes), as
ArviZ computes them.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ripeness.base import RipenessError
from ripeness.fit.tempering import Floats

MISSING = (
    "R-hat, bulk and tail effective sizes and Monte Carlo errors are missing, as ArviZ is not installed: "
    "pip install 'ripeness[analysis]'"
)
"""What a fit says without ArviZ."""


@dataclass(frozen=True)
class Convergence:
    """One parameter over several runs: rank-normalised split R-hat, effective sizes, error of the mean in its unit."""

    r_hat: float
    ess_bulk: float
    ess_tail: float
    mcse_mean: float

    def rounded(self) -> dict[str, float]:
        """Plain values to the digits that mean something."""
        return {name: float(f"{value:.5g}") for name, value in asdict(self).items()}


def has_arviz() -> bool:
    """Whether ArviZ can be imported."""
    try:
        _arviz()
    except RipenessError:
        return False
    return True


def _arviz():  # type: ignore[no-untyped-def]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import arviz
    except ImportError as cause:
        raise RipenessError("ArviZ is not installed", "pip install 'ripeness[analysis]'") from cause
    return arviz


def convergence(names: Sequence[str], chains: Floats) -> dict[str, Convergence]:
    """Diagnostics by name from draws (runs, len(names), n) in random order; empty without ArviZ.

    RipenessError for fewer than two runs, which cannot disagree.
    """
    if chains.shape[0] < 2:
        raise RipenessError("one run has nothing to agree with", "ask for two repeats or more")
    if not has_arviz():
        return {}
    arviz = _arviz()
    found = {}
    for at, name in enumerate(names):
        values = np.ascontiguousarray(chains[:, at])
        sizes = (
            arviz.rhat(values, method="rank"),
            arviz.ess(values, method="bulk"),
            arviz.ess(values, method="tail"),
            arviz.mcse(values, method="mean"),
        )
        found[name] = Convergence(*(float(np.asarray(each).item()) for each in sizes))
    return found


def effective_between(chains: Floats) -> float:
    """Effective draws of all runs together, from how far the means of runs (runs, P, n) scatter, over all parameters.

    Were draws independent, the variance of a run's mean would be that of a draw over n. A parameter's own ratio of the
    two is known to a factor of two with four runs; the mean over many is known well.
    """
    runs = chains.shape[0]
    within = chains.var(axis=2, ddof=1).mean(axis=0)
    between = chains.mean(axis=2).var(axis=0, ddof=1)
    varies = within > 0.0
    return float(runs / np.mean(between[varies] / within[varies]))
