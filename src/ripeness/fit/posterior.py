"""Posterior of the money chain: parameters given the record up to a month.

The likelihood is that of the assimilated record (world.assimilation, A5), summed over sites and
months before the cut-off, evaluated for all particles at once by the ensemble engine. One war, few
months: much of what comes out is what went in, so every parameter reports how far its posterior spread
fell below its prior spread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ripeness.base import Month, RipenessError, content_hash
from ripeness.case import Case
from ripeness.ensemble.draws import parameter_values, unit_points
from ripeness.ensemble.simulate import Question, pose, run_members
from ripeness.fit.tempering import Floats, Tempered, temper
from ripeness.flow import Outputs, Parameters, layout_of
from ripeness.policy import compile_policy

PARTICLES = 1024
MOVES, FINAL_MOVES = 30, 120
"""Group moves at each power and at the last, for a fit from the prior."""

STEP_MOVES, STEP_FINAL_MOVES = 10, 30
"""The same for a fit that starts from one a few months earlier."""

FOLDER = "posterior"


@dataclass(frozen=True)
class Posterior:
    """Draws (P, n) of all parameter rows given the record before `cutoff`, with diagnostics.

    `contraction` is posterior over prior standard deviation by parameter (1: the record said nothing;
    0 and missing for fixed ones). `diagnostics` holds evidence, stages, acceptance, share of distinct
    particles, effective size and, where repeats were run, how far they agree.
    """

    case: str
    cutoff: Month
    draws: Floats
    contraction: dict[str, float]
    diagnostics: dict[str, float | int | list[float]]

    @property
    def hash(self) -> str:
        """Content hash of the draws and their cut-off."""
        return content_hash({"case": self.case, "cutoff": str(self.cutoff), "draws": np.asarray(self.draws)})


@dataclass(frozen=True)
class Target:
    """The record before a cut-off as a likelihood of points (D, n) in the prior's unit normal space."""

    question: Question
    free: NDArray[np.intp]
    cutoff: Month
    backend: str
    threads: int | None

    def parameters(self, z: Floats) -> Floats:
        """Parameter rows (P, n) at the points."""
        layout = layout_of(Parameters)
        u = np.full((layout.size, z.shape[1]), 0.5)
        u[self.free] = np.clip(ndtr(z), 1e-9, 1.0 - 1e-9)
        return parameter_values(self.question.case, layout, u, self.cutoff)

    def __call__(self, z: Floats) -> Floats:
        """Log likelihood of the record, (n,)."""
        finals = run_members(self.question, self.parameters(z), backend=self.backend, threads=self.threads)
        sites = layout_of(Outputs)["log_likelihood"]
        return np.asarray(finals[0, sites.start : sites.start + sites.rows].sum(axis=0), float)


def target(case: Case, cutoff: Month, backend: str = "kernel", threads: int | None = None) -> Target:
    """Likelihood of the record dated and released before `cutoff`; nothing later is read.

    RipenessError where the cut-off leaves less than half a year of the case.
    """
    if cutoff < case.first_month + 6 or cutoff > case.data_until + 1:
        raise RipenessError(
            f"cut-off {cutoff} leaves no record to fit",
            f"choose a month from {case.first_month + 6} to {case.data_until + 1}",
        )
    reference = compile_policy(case, "as_enacted", start=case.first_month, origin=cutoff)
    question = pose(case, [reference], case.first_month, cutoff - 1, origin=cutoff)
    labels = layout_of(Parameters).row_labels
    free = [i for i, name in enumerate(labels) if not case.parameters[name].prior_at(cutoff).is_fixed]
    return Target(question, np.array(free), cutoff, backend, threads)


def fit_posterior(
    case: Case,
    cutoff: Month | None = None,
    *,
    particles: int = PARTICLES,
    repeats: int = 1,
    seed: int = 1,
    backend: str = "kernel",
    threads: int | None = None,
    stage_done: Callable[[float], None] | None = None,
) -> Posterior:
    """Posterior given the record before `cutoff` (by default all of it), by tempered Monte Carlo.

    With several `repeats`, independent runs are pooled and their agreement is reported as the root
    mean square over parameters of the spread of their means, in prior standard deviations.
    """
    until = cutoff or case.data_until + 1
    likelihood = target(case, until, backend, threads)
    runs = []
    for repeat in range(repeats):
        start = _prior_points(len(likelihood.free), particles, seed + 1000 * repeat)
        runs.append(
            temper(
                likelihood,
                start,
                moves=MOVES,
                final_moves=FINAL_MOVES,
                seed=seed + 1000 * repeat,
                stage_done=stage_done,
            )
        )
    return _posterior(case, likelihood, runs)


def fit_origins(
    case: Case,
    origins: Sequence[Month],
    *,
    particles: int = 512,
    seed: int = 1,
    backend: str = "kernel",
    threads: int | None = None,
    origin_done: Callable[[Month], None] | None = None,
) -> dict[Month, Posterior]:
    """Posterior as of each origin, in order: the first from the prior, the next from the one before.

    Where the priors of two origins differ (a dated prior), the later one starts from the prior anew.
    """
    fitted: dict[Month, Posterior] = {}
    earlier: Target | None = None
    particles_now: Floats | None = None
    for origin in sorted(origins):
        likelihood = target(case, origin, backend, threads)
        if earlier is None or particles_now is None or _priors_differ(case, earlier.cutoff, origin):
            start, before = _prior_points(len(likelihood.free), particles, seed), None
            moves, final_moves = MOVES // 2, FINAL_MOVES // 2
        else:
            start, before = particles_now, earlier
            moves, final_moves = STEP_MOVES, STEP_FINAL_MOVES
        run = temper(
            likelihood,
            start,
            before=before,
            moves=moves,
            final_moves=final_moves,
            seed=seed + int(origin - case.first_month),
        )
        particles_now, earlier = run.particles, likelihood
        fitted[origin] = _posterior(case, likelihood, [run])
        if origin_done is not None:
            origin_done(origin)
    return fitted


def save_posterior(posterior: Posterior, folder: Path) -> Path:
    """Write draws (float32) and diagnostics as `<cut-off>.npz` and `<cut-off>.json`; returns the first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{posterior.cutoff}.npz"
    np.savez_compressed(
        path,
        draws=np.asarray(posterior.draws, np.float32),
        names=np.array(layout_of(Parameters).row_labels),
    )
    about = {
        "case": posterior.case,
        "cutoff": str(posterior.cutoff),
        "draws": int(posterior.draws.shape[1]),
        "diagnostics": posterior.diagnostics,
        "contraction": {name: round(value, 4) for name, value in posterior.contraction.items()},
    }
    path.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return path


def read_posterior(path: Path) -> Posterior:
    """Posterior written by `save_posterior`; RipenessError where its parameters are not those of this model."""
    about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with np.load(path, allow_pickle=False) as stored:
        names, draws = [str(name) for name in stored["names"]], np.asarray(stored["draws"], float)
    labels = list(layout_of(Parameters).row_labels)
    if names != labels:
        changed = sorted(set(names) ^ set(labels))[:5]
        raise RipenessError(
            f"{path.name} was fitted with other parameters ({', '.join(changed) or 'another order'})",
            "run `ripeness fit` again",
        )
    return Posterior(
        about["case"],
        Month.parse(about["cutoff"]),
        draws,
        about["contraction"],
        about["diagnostics"],
    )


def posterior_of(case: Case, cutoff: Month | None = None) -> Posterior | None:
    """The posterior that the case ships for a cut-off (by default its latest), None where it ships none."""
    folder = case.folder / FOLDER
    files = sorted(folder.glob("*.npz")) if folder.is_dir() else []
    if cutoff is not None:
        files = [file for file in files if file.stem == str(cutoff)]
    return read_posterior(files[-1]) if files else None


def _prior_points(dimension: int, particles: int, seed: int) -> Floats:
    return np.asarray(ndtri(unit_points(dimension, particles, seed)), float)


def _priors_differ(case: Case, earlier: Month, later: Month) -> bool:
    return any(
        parameter.prior_at(earlier) != parameter.prior_at(later) for parameter in case.parameters.values()
    )


def _posterior(case: Case, likelihood: Target, runs: Sequence[Tempered]) -> Posterior:
    labels = layout_of(Parameters).row_labels
    draws = [likelihood.parameters(run.particles) for run in runs]
    pooled = np.concatenate(draws, axis=1)
    spread = {
        labels[i]: float(case.parameters[labels[i]].prior_at(likelihood.cutoff).sd) for i in likelihood.free
    }
    contraction = {name: float(pooled[labels.index(name)].std()) / spread[name] for name in spread}
    means = np.array([[d[labels.index(name)].mean() / spread[name] for name in spread] for d in draws])
    agreement = float(np.sqrt(np.mean(means.std(axis=0, ddof=1) ** 2))) if len(runs) > 1 else float("nan")
    diagnostics: dict[str, float | int | list[float]] = {
        "runs": len(runs),
        "particles": int(runs[0].particles.shape[1]),
        "log_evidence": [round(run.log_evidence, 3) for run in runs],
        "stages": [len(run.powers) - 1 for run in runs],
        "sweeps": [run.sweeps for run in runs],
        "acceptance": [round(float(np.mean(run.acceptance)), 3) for run in runs],
        "distinct_share": [round(run.distinct_share, 3) for run in runs],
        "effective_draws": [round(run.effective_draws, 1) for run in runs],
        "mean_log_likelihood": [round(float(run.log_likelihood.mean()), 2) for run in runs],
    }
    if len(runs) > 1:
        diagnostics["disagreement_prior_sd"] = round(agreement, 4)
    return Posterior(case.name, likelihood.cutoff, pooled, contraction, diagnostics)
