"""Money and war fitted together: what the cut between them hides, in both directions.

A fit by parts lets the war read the money chain and never bend it (docs/decisions/0014). Here both records weigh on all
parameters of both at once. Bargaining constants are in neither: they are conditioned on the war having gone on, at run
time, and bend nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ripeness.base import Month, RipenessError
from ripeness.case import Case
from ripeness.ensemble.simulate import run_members
from ripeness.fit.posterior import (
    FINAL_MOVES,
    MOVES,
    PARTICLES,
    PARTS,
    REPEATS,
    Part,
    Posterior,
    Target,
    log_likelihood_of,
    parts_of_program,
    posterior_from,
    prior_points,
    target,
)
from ripeness.fit.tempering import Floats, temper


@dataclass(frozen=True)
class Shift:
    """A parameter fitted by parts and jointly: means in its unit, the shift in prior sd with its Monte Carlo error, and
    the posterior spread of the joint fit over that of the cut one."""

    name: str
    part: Part
    cut: float
    coupled: float
    shift: float
    error: float
    spread_ratio: float


@dataclass(frozen=True)
class _Joint:
    """Likelihood of both records at points of money's dimensions, then the war's."""

    money: Target
    war: Target

    def parameters(self, z: Floats) -> Floats:
        """Rows of all parameters at the points."""
        own = self.money.dimension
        return np.concatenate([self.money.parameters(z[:own]), self.war.parameters(z[own:])])

    def __call__(self, z: Floats) -> Floats:
        question = self.war.question
        finals = run_members(question, self.parameters(z), backend=self.war.backend, threads=self.war.threads)
        return log_likelihood_of(question, "money", finals) + log_likelihood_of(question, "war", finals)


def fit_coupled(
    case: Case,
    cutoff: Month | None = None,
    *,
    particles: int = PARTICLES,
    repeats: int = REPEATS,
    seed: int = 1,
    backend: str = "kernel",
    threads: int | None = None,
    stage_done: Callable[[float], None] | None = None,
) -> Posterior:
    """Joint posterior of money and war given both records before `cutoff`; RipenessError where the case lacks one."""
    until = cutoff or case.data_until + 1
    if set(parts_of_program(case.program)) != {"money", "war"}:
        raise RipenessError(
            f"case {case.name} has one part only, so that there is nothing to couple",
            "fit it without --coupled",
        )
    joint = _Joint(
        target(case, until, backend, threads, part="money"), target(case, until, backend, threads, part="war")
    )
    runs = [
        temper(
            joint,
            prior_points(joint.money.dimension + joint.war.dimension, particles, seed + 1000 * repeat),
            moves=MOVES,
            final_moves=FINAL_MOVES,
            seed=seed + 1000 * repeat,
            stage_done=stage_done,
        )
        for repeat in range(repeats)
    ]
    labels = tuple(name for layout, _, _ in PARTS.values() for name in layout.row_labels)
    free = [PARTS[each.part][0].row_labels[i] for each in (joint.money, joint.war) for i in each.free]
    draws = [joint.parameters(run.particles) for run in runs]
    return posterior_from(case, until, labels, free, draws, runs)


def shifts(case: Case, cut: Posterior, coupled: Posterior) -> tuple[Shift, ...]:
    """How far every free parameter moves from a fit by parts to a joint one, largest first."""
    found = []
    for part, (layout, _, _) in PARTS.items():
        for name in layout.row_labels:
            if name not in coupled.contraction or name not in cut.contraction:
                continue
            spread = float(case.parameters[name].prior_at(coupled.cutoff).sd)
            before = cut.draws[cut.names.index(name)]
            after = coupled.draws[coupled.names.index(name)]
            error = np.sqrt(sum(_mean_error(each, name) ** 2 for each in (cut, coupled)))
            found.append(
                Shift(
                    name,
                    part,
                    float(before.mean()),
                    float(after.mean()),
                    float(after.mean() - before.mean()) / spread,
                    float(error) / spread,
                    float(after.std() / before.std()),
                )
            )
    return tuple(sorted(found, key=lambda each: (-abs(each.shift), each.name)))


def _mean_error(fitted: Posterior, name: str) -> float:
    """Monte Carlo error of a mean over the draws that were kept."""
    draws = fitted.draws[fitted.names.index(name)]
    return float(draws.std() / np.sqrt(len(draws)))
