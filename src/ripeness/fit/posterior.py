"""Posterior of a program's parameters given the record up to a month, one part of the program at a time.

The parts are money and war. Parameters of the money chain are fitted to money's sites, those of a war to the
war's: the war reads the money chain and never bends it (docs/decisions/0014). The likelihood is that of the
assimilated record (world.assimilation, A5), summed over sites and months before the cut-off, for all particles
at once by the ensemble engine. One war, few months: much of what comes out is what went in, so every parameter
reports how far its posterior spread fell below its prior spread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ripeness.base import Month, RipenessError, content_hash
from ripeness.case import Case, as_program
from ripeness.ensemble.draws import (
    draw_parameters,
    draw_posterior,
    pooled_scores,
    pools_of,
    unit_points,
    values_at_scores,
)
from ripeness.ensemble.simulate import Question, pose, run_members
from ripeness.fit.convergence import Convergence, convergence, effective_between
from ripeness.fit.tempering import Floats, Tempered, temper
from ripeness.flow import Layout, Parameters, WarParameters, layout_of, records_of
from ripeness.policy import compile_policy

PARTICLES, REPEATS = 2048, 4
"""Draws of one run, and independent runs, of a full fit."""

KEPT = 2048
"""Draws that a posterior keeps of all runs, evenly."""

MOVES, FINAL_MOVES = 24, 160
"""Moves at each power and at the last, for a fit from the prior."""

ORIGIN_MOVES, ORIGIN_FINAL_MOVES = 16, 80
"""The same for the first origin of several."""

STEP_MOVES, STEP_FINAL_MOVES = 10, 40
"""The same for a fit that starts from one a few months earlier."""

FURTHEST = 6.0
"""Largest normal score of a parameter."""

FOLDER = "posterior"

COUPLED = "coupled"
"""Folder inside it of draws that were fitted to both parts at once; runs do not read them."""

Part = Literal["money", "war"]

PARTS: dict[Part, tuple[Layout, str, str]] = {
    "money": (layout_of(Parameters), "log_likelihood", "."),
    "war": (layout_of(WarParameters), "war_log_likelihood", "war"),
}
"""Parameters of each part, the output that holds its likelihood, and the folder of its draws inside `posterior`."""

Diagnostics = dict[str, float | int | list[float]]


def parts_of_program(program: str) -> tuple[Part, ...]:
    """Parts of a program that can be fitted, in the order in which they are."""
    records = records_of(program)
    return tuple(
        part for part in get_args(Part) if (records.has_money if part == "money" else records.has_war)
    )


@dataclass(frozen=True)
class Posterior:
    """Draws (P, n) of the parameters `names` given the record before `cutoff`, with diagnostics.

    `parts` holds those of each part where the draws are of several; a part that is not among them was drawn from
    its priors. `contraction` is posterior over prior standard deviation by parameter (1: the record said nothing;
    0 and missing for fixed ones). `diagnostics` holds evidence, stages, acceptance, share of distinct
    particles, effective size and, where repeats were run, how far they agree; `convergence` the same by parameter.
    `given` is the hash of the draws that these are conditional on, column by column, where there are any.
    """

    case: str
    cutoff: Month
    draws: Floats
    contraction: dict[str, float]
    diagnostics: Diagnostics
    names: tuple[str, ...] = layout_of(Parameters).row_labels
    parts: dict[Part, Posterior] = field(default_factory=dict)
    convergence: dict[str, Convergence] = field(default_factory=dict)
    given: str = ""

    @property
    def hash(self) -> str:
        """Content hash of the draws and their cut-off."""
        return content_hash({"case": self.case, "cutoff": str(self.cutoff), "draws": np.asarray(self.draws)})


@dataclass(frozen=True)
class Target:
    """The record before a cut-off as a likelihood of points (D, n) in the prior's unit normal space.

    The points are normal scores of the parameters that are free, then two of each pool. `money` is one draw (P, 1) of
    the money chain's parameters where a war is fitted that reads it, or one for each point.
    """

    question: Question
    part: Part
    free: NDArray[np.intp]
    cutoff: Month
    backend: str
    threads: int | None
    money: Floats | None = None

    @property
    def dimension(self) -> int:
        """Length of a point."""
        return len(self.free) + 2 * len(pools_of(self.question.case, PARTS[self.part][0]))

    def parameters(self, z: Floats) -> Floats:
        """Rows (P, n) of the part's parameters at the points."""
        layout, case = PARTS[self.part][0], self.question.case
        z = np.clip(z, -FURTHEST, FURTHEST)
        scores = np.zeros((layout.size, z.shape[1]))
        scores[self.free] = z[: len(self.free)]
        scores = pooled_scores(case, layout, scores, z[len(self.free) :])
        return values_at_scores(case, layout, scores, self.cutoff)

    def __call__(self, z: Floats) -> Floats:
        """Log likelihood of the part's record, (n,)."""
        rows = self.parameters(z)
        if self.money is not None:
            rows = np.concatenate([np.broadcast_to(self.money, (self.money.shape[0], z.shape[1])), rows])
        finals = run_members(self.question, rows, backend=self.backend, threads=self.threads)
        return log_likelihood_of(self.question, self.part, finals)


def log_likelihood_of(question: Question, part: Part, finals: Floats) -> Floats:
    """Log likelihood (n,) of a part's record from the outputs (NP, O, n) of the last month."""
    sites = layout_of(records_of(question.program).outputs)[PARTS[part][1]]
    return np.asarray(finals[0, sites.start : sites.start + sites.rows].sum(axis=0), float)


def target(
    case: Case,
    cutoff: Month,
    backend: str = "kernel",
    threads: int | None = None,
    *,
    part: Part | None = None,
    money: Floats | None = None,
) -> Target:
    """Likelihood of a part's record dated and released before `cutoff`; nothing later is read.

    The part is the case's first where none is named. Money is fitted without the war, which it does not read; a war
    beside a money chain needs one draw of it, `money`. RipenessError where the cut-off leaves less than half a
    year of the case.
    """
    if cutoff < case.first_month + 6 or cutoff > case.data_until + 1:
        raise RipenessError(
            f"cut-off {cutoff} leaves no record to fit",
            f"choose a month from {case.first_month + 6} to {case.data_until + 1}",
        )
    chosen = part or parts_of_program(case.program)[0]
    fitted = as_program(case, "money_chain") if chosen == "money" else case
    reference = compile_policy(fitted, "as_enacted", start=case.first_month, origin=cutoff)
    question = pose(fitted, [reference], case.first_month, cutoff - 1, origin=cutoff)
    labels = PARTS[chosen][0].row_labels
    free = [i for i, name in enumerate(labels) if not case.parameters[name].prior_at(cutoff).is_fixed]
    return Target(question, chosen, np.array(free, np.intp), cutoff, backend, threads, money)


def fit_posterior(
    case: Case,
    cutoff: Month | None = None,
    *,
    part: Part | None = None,
    particles: int = PARTICLES,
    repeats: int = REPEATS,
    seed: int = 1,
    backend: str = "kernel",
    threads: int | None = None,
    stage_done: Callable[[float], None] | None = None,
) -> Posterior:
    """Posterior given the record before `cutoff` (by default all of it), by tempered Monte Carlo.

    Without `part`, every part of the case's program is fitted, money first. With several `repeats`, independent runs
    are pooled, every draw of theirs counts for the diagnostics, and at most `KEPT` are kept, evenly. Each draw of a war
    is fitted given a draw of the money chain of its own (docs/decisions/0014).
    """
    until = cutoff or case.data_until + 1
    if part is None:
        fitted: dict[Part, Posterior] = {}
        for each in parts_of_program(case.program):
            fitted[each] = _fit_part(
                case, until, each, fitted.get("money"), particles, repeats, seed, backend, threads, stage_done
            )
        return whole(case, fitted, until)
    money = posterior_of(case, until, "money") if _reads_money(case, part) else None
    return _fit_part(case, until, part, money, particles, repeats, seed, backend, threads, stage_done)


def _reads_money(case: Case, part: Part) -> bool:
    return part == "war" and "money" in parts_of_program(case.program)


def _fit_part(
    case: Case,
    until: Month,
    part: Part,
    money: Posterior | None,
    particles: int,
    repeats: int,
    seed: int,
    backend: str,
    threads: int | None,
    stage_done: Callable[[float], None] | None,
) -> Posterior:
    runs = []
    given, central = _given(case, part, money, until, particles)
    likelihood = target(case, until, backend, threads, part=part, money=central)
    for repeat in range(repeats):
        runs.append(
            temper(
                likelihood,
                prior_points(likelihood.dimension, particles, seed + 1000 * repeat),
                moves=MOVES,
                final_moves=FINAL_MOVES,
                seed=seed + 1000 * repeat,
                final=None if given is None else replace(likelihood, money=given),
                stage_done=stage_done,
            )
        )
    return _posterior(case, likelihood, runs, money.hash if money else "")


def _given(
    case: Case, part: Part, money: Posterior | None, until: Month, particles: int
) -> tuple[Floats | None, Floats | None]:
    """Draws of the money chain that a war's are given: one for each particle, and the most central of all.

    From the priors where the money chain was not fitted. Every run goes through the same draws in their own order.
    """
    if not _reads_money(case, part):
        return None, None
    if money is None:
        draws = draw_parameters(case, layout_of(Parameters), particles, 0, cutoff=until)
    else:
        draws = money.draws[:, np.arange(particles) % money.draws.shape[1]]
    spread = draws.std(axis=1, keepdims=True)
    scores = (draws - draws.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    nearest = int((scores**2).sum(axis=0).argmin())
    return draws, draws[:, nearest : nearest + 1]


def fit_origins(
    case: Case,
    origins: Sequence[Month],
    *,
    part: Part | None = None,
    particles: int = 512,
    seed: int = 1,
    backend: str = "kernel",
    threads: int | None = None,
    origin_done: Callable[[Month], None] | None = None,
) -> dict[Month, Posterior]:
    """Posterior as of each origin, in order: the first from the prior, the next from the one before.

    Without `part`, every part of the case's program, those that the case ships for an origin as they are. Where the
    priors of two origins differ (a dated prior), the later one starts from the prior anew.
    """
    if part is not None:
        return _fit_origins_of(case, origins, part, {}, particles, seed, backend, threads, origin_done)
    fitted: dict[Part, dict[Month, Posterior]] = {}
    for each in parts_of_program(case.program):
        found = {origin: posterior_of(case, origin, each) for origin in origins}
        shipped = {origin: posterior for origin, posterior in found.items() if posterior is not None}
        missing = [origin for origin in origins if origin not in shipped]
        money = fitted.get("money", {})
        fitted[each] = shipped | _fit_origins_of(
            case, missing, each, money, particles, seed, backend, threads, origin_done
        )
    return {
        origin: whole(case, {part: of[origin] for part, of in fitted.items()}, origin)
        for origin in sorted(origins)
    }


def _fit_origins_of(
    case: Case,
    origins: Sequence[Month],
    part: Part,
    money: Mapping[Month, Posterior],
    particles: int,
    seed: int,
    backend: str,
    threads: int | None,
    origin_done: Callable[[Month], None] | None,
) -> dict[Month, Posterior]:
    fitted: dict[Month, Posterior] = {}
    earlier: Target | None = None
    particles_now: Floats | None = None
    for origin in sorted(origins):
        given = money.get(origin) or (
            posterior_of(case, origin, "money") if _reads_money(case, part) else None
        )
        each, central = _given(case, part, given, origin, particles)
        likelihood = target(case, origin, backend, threads, part=part, money=central)
        if earlier is None or particles_now is None or _priors_differ(case, earlier.cutoff, origin):
            start, path = prior_points(likelihood.dimension, particles, seed), likelihood
            moves, final_moves = ORIGIN_MOVES, ORIGIN_FINAL_MOVES
        else:
            start, path = particles_now, _Step(earlier, likelihood)
            moves, final_moves = STEP_MOVES, STEP_FINAL_MOVES
        run = temper(
            path,
            start,
            moves=moves,
            final_moves=final_moves,
            seed=seed + int(origin - case.first_month),
            final=None if each is None else replace(likelihood, money=each),
        )
        particles_now, earlier = run.particles, likelihood
        fitted[origin] = _posterior(case, likelihood, [run], given.hash if given else "")
        if origin_done is not None:
            origin_done(origin)
    return fitted


@dataclass(frozen=True)
class _Step:
    """Likelihoods of two cut-offs, (2, n): the path from the posterior of the earlier to that of the later."""

    earlier: Target
    later: Target

    def __call__(self, z: Floats) -> Floats:
        return np.stack([self.earlier(z), self.later(z)])


def whole(case: Case, fitted: Mapping[Part, Posterior], cutoff: Month) -> Posterior:
    """One posterior of all parameters of the case's program from those of its parts, column by column.

    The first part keeps its columns. Those of another that were fitted given these, column by column, stay beside
    them; else they are put there in a seeded order. A part that was not fitted is drawn from its priors.
    """
    parts = parts_of_program(case.program)
    if len(parts) == 1 and parts[0] in fitted:
        return fitted[parts[0]]
    columns = max((fitted[part].draws.shape[1] for part in parts[:1] if part in fitted), default=PARTICLES)
    rows = []
    prior = draw_parameters(case, records_of(case.program).parameters, columns, 0, cutoff=cutoff)
    for number, part in enumerate(parts):
        if part not in fitted:
            at = sum(PARTS[other][0].size for other in parts[:number])
            rows.append(prior[at : at + PARTS[part][0].size])
        elif number and not (
            fitted[part].given == fitted[parts[0]].hash and fitted[part].draws.shape[1] >= columns
        ):
            rows.append(draw_posterior(fitted[part].draws, columns, number))
        elif number:
            rows.append(fitted[part].draws[:, :columns])
        else:
            rows.append(fitted[part].draws)
    contraction: dict[str, float] = {}
    diagnostics: Diagnostics = {}
    converged: dict[str, Convergence] = {}
    for part in fitted:
        prefix = "" if part == parts[0] else f"{part}_"
        contraction |= fitted[part].contraction
        converged |= fitted[part].convergence
        diagnostics |= {f"{prefix}{name}": value for name, value in fitted[part].diagnostics.items()}
    names = tuple(name for part in parts for name in PARTS[part][0].row_labels)
    return Posterior(
        case.name, cutoff, np.concatenate(rows), contraction, diagnostics, names, dict(fitted), converged
    )


def save_posterior(posterior: Posterior, folder: Path, command: str = "") -> Path:
    """Write draws (float32) and diagnostics of each part as `<cut-off>.npz` and `<cut-off>.json`; returns the first.

    Draws of a war, and of a coupled fit, lie in folders of their own inside `folder`. `command` makes the same draws
    again.
    """
    written = []
    for each in posterior.parts.values() or (posterior,):
        places = (place for layout, _, place in PARTS.values() if layout.row_labels == each.names)
        inside = next(places, COUPLED)
        path = folder / inside / f"{each.cutoff}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, draws=np.asarray(each.draws, np.float32), names=np.array(each.names))
        about = {
            "case": each.case,
            "cutoff": str(each.cutoff),
            "draws": int(each.draws.shape[1]),
            "diagnostics": each.diagnostics,
            "contraction": {name: round(value, 4) for name, value in each.contraction.items()},
            "convergence": {name: found.rounded() for name, found in each.convergence.items()},
            "given": each.given,
            "command": command,
        }
        path.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        written.append(path)
    return written[0]


def read_posterior(path: Path) -> Posterior:
    """One part's posterior, written by `save_posterior`; RipenessError where the parameters are those of no part."""
    about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with np.load(path, allow_pickle=False) as stored:
        names, draws = tuple(str(name) for name in stored["names"]), np.asarray(stored["draws"], float)
    known = [layout.row_labels for layout, _, _ in PARTS.values()]
    if names not in known:
        changed = min((sorted(set(names) ^ set(labels)) for labels in known), key=len)[:5]
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
        names,
        convergence={name: Convergence(**found) for name, found in about.get("convergence", {}).items()},
        given=about.get("given", ""),
    )


def posterior_of(case: Case, cutoff: Month | None = None, part: Part | None = None) -> Posterior | None:
    """The posterior that the case ships for a cut-off (by default its latest), None where it ships none.

    With `part`, of that part alone. Without, of all parameters of the case's program: what the case does not ship
    for the cut-off is taken from its latest fit before, or drawn from the priors.
    """
    if part is not None:
        files = _files_of(case, part)
        chosen = [file for file in files if cutoff is None or file.stem == str(cutoff)]
        return read_posterior(chosen[-1]) if chosen else None
    parts = parts_of_program(case.program)
    first = posterior_of(case, cutoff, parts[0])
    if first is None:
        return None
    fitted = {parts[0]: first}
    for other in parts[1:]:
        earlier = [file for file in _files_of(case, other) if Month.parse(file.stem) <= first.cutoff]
        if earlier:
            fitted[other] = read_posterior(earlier[-1])
    return whole(case, fitted, first.cutoff)


def _files_of(case: Case, part: Part) -> list[Path]:
    folder = case.folder / FOLDER / PARTS[part][2]
    return sorted(folder.glob("*.npz")) if folder.is_dir() else []


def prior_points(dimension: int, particles: int, seed: int) -> Floats:
    """Points (dimension, particles) of the prior: normal scores of one scrambled Sobol sequence."""
    return np.asarray(ndtri(unit_points(dimension, particles, seed)), float)


def _priors_differ(case: Case, earlier: Month, later: Month) -> bool:
    return any(
        parameter.prior_at(earlier) != parameter.prior_at(later) for parameter in case.parameters.values()
    )


def _posterior(case: Case, likelihood: Target, runs: Sequence[Tempered], given: str = "") -> Posterior:
    labels = PARTS[likelihood.part][0].row_labels
    draws = [likelihood.parameters(run.particles) for run in runs]
    return posterior_from(
        case, likelihood.cutoff, labels, [labels[i] for i in likelihood.free], draws, runs, given
    )


def posterior_from(
    case: Case,
    cutoff: Month,
    labels: tuple[str, ...],
    free: Sequence[str],
    draws: Sequence[Floats],
    runs: Sequence[Tempered],
    given: str = "",
) -> Posterior:
    """Posterior of parameters `labels`, of which `free` vary, from the draws (P, n) of several runs."""
    rows = {name: labels.index(name) for name in free}
    pooled = np.concatenate(draws, axis=1)
    spread = {name: float(case.parameters[name].prior_at(cutoff).sd) for name in rows}
    contraction = {name: float(pooled[row].std()) / spread[name] for name, row in rows.items()}
    diagnostics: Diagnostics = {
        "runs": len(runs),
        "particles": int(runs[0].particles.shape[1]),
        "draws": int(pooled.shape[1]),
        "log_evidence": [round(run.log_evidence, 3) for run in runs],
        "stages": [len(run.powers) - 1 for run in runs],
        "sweeps": [run.sweeps for run in runs],
        "acceptance": [round(float(np.mean(run.acceptance)), 3) for run in runs],
        "distinct_share": [round(run.distinct_share, 3) for run in runs],
        "effective_draws": [round(run.effective_draws, 1) for run in runs],
        "mean_log_likelihood": [round(float(run.log_likelihood.mean()), 2) for run in runs],
    }
    found: dict[str, Convergence] = {}
    if len(runs) > 1:
        chains = np.stack(draws)[:, list(rows.values())]
        means = chains.mean(axis=2) / np.array(list(spread.values()))
        diagnostics["disagreement_prior_sd"] = round(float(np.sqrt(np.mean(means.var(axis=0, ddof=1)))), 4)
        diagnostics["effective_between_runs"] = round(effective_between(chains), 1)
        found = convergence(tuple(rows), chains)
    if found:
        diagnostics["largest_r_hat"] = round(max(each.r_hat for each in found.values()), 5)
        diagnostics["least_ess_bulk"] = round(min(each.ess_bulk for each in found.values()), 1)
        diagnostics["least_ess_tail"] = round(min(each.ess_tail for each in found.values()), 1)
    return Posterior(
        case.name,
        cutoff,
        stored(_kept(draws)),
        contraction,
        diagnostics,
        labels,
        convergence=found,
        given=given,
    )


def _kept(draws: Sequence[Floats]) -> Floats:
    """At most `KEPT` columns of several runs' draws (P, n): column j is column j of run j modulo their number."""
    columns = min(KEPT, draws[0].shape[1])
    return np.stack([draws[j % len(draws)][:, j] for j in range(columns)], axis=1)


def stored(draws: Floats) -> Floats:
    """Draws to the precision in which they are stored: 13 binary digits, a ten-thousandth of their value."""
    mantissa, exponent = np.frexp(draws)
    return np.ldexp(np.round(mantissa * 2.0**13) / 2.0**13, exponent)
