"""The second pass: what each side would accept along the world's paths, under the main model and its rivals.

Structural draws (tens) are solved, members (thousands) are walked; runs of members belong to one draw. Every model
reads the same paths and the same uniform numbers, and every policy the same ones too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import (
    Drivers,
    Endings,
    Grid,
    Kind,
    PhasePlan,
    Stakes,
    Starts,
    Uniforms,
    ratification,
    walk,
)
from ripeness.bargaining.obstacles import Parts, ripeness_parts
from ripeness.bargaining.rivals import rival_endings
from ripeness.base import Month, content_hash
from ripeness.case import StakeMap
from ripeness.engine.shocks import draw_uniforms
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.drivers import Announcements, Paths, announcements, drivers_of, world_paths
from ripeness.ensemble.no_deal import CANDIDATES, GROUPS, Conditioned, condition, log_survival, log_survivors
from ripeness.ensemble.plans import Announced, Coalition, phase_plan
from ripeness.ensemble.simulate import Question
from ripeness.ensemble.whole_files import write_whole
from ripeness.flow import BargainingParameters, layout_of

Floats = NDArray[np.float64]

DRAWS = 64
"""Structural draws for which the game is solved, unless asked otherwise."""

WALKED = 48
"""Least walkers a structural draw, so that its share of settled futures means something."""

BEFORE_MONTHS, BEFORE_MEMBERS, BEFORE_WALKED = 3, 256, 16
"""For the months of war before the start: least months worth reading, futures, and walkers a structural draw."""

GRID = Grid()
"""Grid of reported numbers: tests show that a finer one moves thresholds by less than 0.01."""

SEARCH_GRID = Grid(front=16, chest=8, chest_step=3.0, evidence=9, reputation=5)
"""A coarser one, for weights, rounds of a search and side views: thresholds within 0.03."""

PHI_LIMITS = (0.02, 0.9)
"""Chance a month of a step of the front, as the walk of the solved game can take it."""

NEVER_SETTLES = 1.0 - 2.0**-24
"""The largest uniform number: with it no chance of a deal below one comes true."""

PART = 8
"""Structural draws solved, and kept, at a time."""

STREAM, ONCE = 1, 65535
"""Stream of the bargaining pass among the random numbers, and the month number of what is drawn once."""

MODELS = ("m1", "r1", "r2", "n0", "n1")
"""The main model, two rivals, two nulls."""


class Walkers(NamedTuple):
    """Which member's world and which structural draw each walker has; arrays (n,)."""

    member: NDArray[np.intp]
    draw: NDArray[np.intp]


@dataclass(frozen=True)
class Bargained:
    """How each policy's futures end, by model.

    parts: by policy, what keeps the sides apart on the eve, in some of the draws.
    endings: by model, arrays (NP, n) over policies and walkers. paths, announced: the world that they walked.
    structural: the draws of the bargaining constants, and how far the war so far has told them. start: month from
    which months of war are counted, one after the eve.
    """

    policies: tuple[str, ...]
    start: Month
    until: Month
    stake: StakeMap
    walkers: Walkers
    structural: Conditioned
    paths: Paths
    announced: Announcements
    endings: Mapping[str, Endings]
    parts: Mapping[str, Parts]

    @property
    def draws(self) -> int:
        """Structural draws."""
        return int(self.structural.draws.shape[1])


def walkers_of(members: int, draws: int, walked: int = WALKED) -> Walkers:
    """Every member walks at least once; more rounds until each draw has `walked` walkers or more.

    A draw walks a run of neighbouring members: these fill the world's priors evenly (Sobol), where every D-th would
    be a slice of some of them, and what moves with the draw would be the world's.
    """
    rounds = max(1, -(-draws * walked // members))
    index = np.arange(members * rounds)
    return Walkers(index % members, index * draws // len(index))


def bargain(
    question: Question,
    parameters: Floats,
    ratchets: Sequence[float],
    *,
    draws: int = DRAWS,
    members: int | None = None,
    stake: StakeMap | None = None,
    prior: bool = False,
    parts_draws: int = 0,
    grid: Grid = GRID,
    dtype: str = "float32",
    threads: int | None = None,
    folder: Path | None = None,
    done: Callable[[int], None] | None = None,
    given: Conditioned | None = None,
    slopes: tuple[float, float] | None = None,
) -> Bargained:
    """Solve and walk every policy of a question under all models.

    `parameters` (P, N) are the world's draws, of which the first `members` are walked. Structural draws are those
    that the war so far leaves likely (`no_deal`), or plainly of the prior. They are solved a few at a time; with
    `folder` each part is kept there, and an interrupted call goes on. `done` is told how many are finished.
    `parts_draws` of them are split into what keeps the sides apart, which costs 16 games each.

    A search that asks policy by policy passes the structural draws (`given`) and the slopes of A's chest
    (`chest_slopes`), which are else read off the very policies of the question.
    """
    count = min(members or parameters.shape[1], parameters.shape[1])
    chosen = stake or question.case.stakes[0]
    if given is None:
        given = given_no_deal(
            question, parameters[:, : min(count, BEFORE_MEMBERS)], draws, chosen, prior, dtype, threads
        )
    table = _Table(
        question,
        parameters[:, :count],
        ratchets,
        given.draws,
        chosen,
        walkers_of(count, draws),
        grid,
        dtype,
        threads,
        slopes,
    )
    endings = table.endings(at_war_on_the_eve(uniforms_of(question.seed, *table.shape)), folder, done)
    few = min(parts_draws, draws)
    return Bargained(
        question.names,
        question.case.first_month + table.paths.first + 1,
        question.until,
        chosen,
        table.walkers,
        given,
        table.paths,
        table.announced,
        endings,
        {question.names[0]: table.parts(0, few)} if few else {},
    )


def given_no_deal(
    question: Question,
    parameters: Floats,
    draws: int,
    stake: StakeMap,
    prior: bool = False,
    dtype: str = "float32",
    threads: int | None = None,
) -> Conditioned:
    """Structural draws given that no deal was made from the first months of the war to the start of the question.

    Prior draws where asked for, or where fewer than `BEFORE_MONTHS` months of war lie before the start.
    """
    case = question.case
    begins = max(case.war_start, case.first_month) + 2
    months = question.start - begins + 1  # with the eve of the first
    layout = layout_of(BargainingParameters)
    if prior or months <= BEFORE_MONTHS:
        return Conditioned(draw_parameters(case, layout, draws, question.seed), 0, {}, {})
    candidates = draw_parameters(case, layout, CANDIDATES * draws, question.seed)
    rows = question.start - case.first_month
    before = replace(
        question,
        names=question.names[:1],
        policies=question.policies[:1, :rows],
        months=question.months[:rows],
        start=begins,
        until=question.start - 1,
    )
    walkers = walkers_of(parameters.shape[1], candidates.shape[1], BEFORE_WALKED)
    table = _Table(before, parameters, [0.0], candidates, stake, walkers, SEARCH_GRID, dtype, threads)
    luck = uniforms_of(question.seed, *table.shape)
    found = table.endings(luck._replace(settle=np.full_like(luck.settle, NEVER_SETTLES)), None, None)
    survival = {
        model: log_survival(ends.deal_chance[0], walkers.draw, candidates.shape[1])
        for model, ends in found.items()
        if ends.deal_chance is not None
    }
    survival |= {
        model: log_survivors(ends.kind[0] != Kind.SETTLED, walkers.draw, candidates.shape[1])
        for model, ends in table.rivals(luck).items()
        if ends.deal_chance is None and model in GROUPS
    }
    learned = found["m1"].evidence
    assert learned is not None
    candidates[layout.row_labels.index("evidence_start")] = evidence_so_far(
        learned[0], candidates[layout.row_labels.index("evidence_start")], walkers.draw
    )
    offsets = dict(zip(GROUPS, luck.firm[: len(GROUPS)].tolist(), strict=True))
    return condition(candidates, draws, months, survival, offsets.__getitem__)


def evidence_so_far(learned: Floats, began: Floats, draw: NDArray[np.intp]) -> Floats:
    """Public log odds (D,) after the war so far, from the walkers' (T, n): the mean over those still at war.

    A draw began at `began` (D,); it keeps that where the war ended for all of its walkers.
    """
    last = learned[-1]
    known = np.isfinite(last)
    counts = np.bincount(draw[known], minlength=len(began))
    sums = np.bincount(draw[known], weights=last[known], minlength=len(began))
    return np.where(counts > 0, sums / np.maximum(counts, 1), began)


def at_war_on_the_eve(luck: Uniforms) -> Uniforms:
    """The same luck with no deal on the eve: that month of war is known, and no policy has begun."""
    settle = luck.settle.copy()
    settle[0] = NEVER_SETTLES
    return luck._replace(settle=settle)


class _Table:
    """One question laid out for the models of an ending: world paths, plans, stakes and starts."""

    def __init__(
        self,
        question: Question,
        parameters: Floats,
        ratchets: Sequence[float],
        structural: Floats,
        stake: StakeMap,
        walkers: Walkers,
        grid: Grid,
        dtype: str,
        threads: int | None,
        slopes: tuple[float, float] | None = None,
    ) -> None:
        self.question, self.walkers, self.grid = question, walkers, grid
        self.dtype, self.threads = dtype, threads
        self.draws = structural.shape[1]
        self.paths = world_paths(question, parameters, parameters.shape[1], dtype=dtype, threads=threads)
        self.announced = announcements(question, ratchets, self.paths)
        drivers = drivers_of(question.case, self.paths, self.announced, stake)
        self.walked = _members_of(drivers, walkers.member)
        self.record = BargainingParameters._make(structural)
        self.stakes = stakes_of(self.record, drivers, walkers, self.draws, grid)
        if slopes is not None:
            self.stakes = self.stakes._replace(drift=slopes[0], drain=slopes[1])
        self.starts = starts_of(self.record, self.announced, walkers)
        ratified = foreseen_ratification(self.stakes, self.walked, walkers, self.draws)
        plans = [plan_of(self.record, [each]) for each in self.announced.announced]
        self.plans = [
            # A public does not ask in which phase a policy is.
            plan._replace(ratified=None if at_home is None else np.broadcast_to(at_home, plan.pressure.shape))
            for plan, at_home in zip(plans, ratified, strict=True)
        ]
        self.key = content_hash(
            {
                "policies": question.policies,
                "months": question.months,
                "parameters": parameters,
                "structural": structural,
                "seed": question.seed,
                "stake": stake.name,
                "ratchets": list(ratchets),
                "grid": list(grid),
                **({} if slopes is None else {"slopes": list(slopes)}),
            }
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Months and walkers."""
        months, walkers = self.walked.front.shape[1:]
        return months, walkers

    def endings(
        self, uniforms: Uniforms, folder: Path | None, done: Callable[[int], None] | None
    ) -> dict[str, Endings]:
        """Endings under every model."""

        def solved(who: NDArray[np.intp]) -> Endings:
            return _by_guarantee(
                self.announced,
                lambda rows, offered: walk(
                    with_guarantee(self.stakes, self.record, offered),
                    [self.plans[row] for row in rows],
                    self.grid,
                    _members_of(_rows_of(self.walked, rows), who),
                    _started(self.starts, rows, who),
                    _lucky(uniforms, who),
                    dtype=self.dtype,
                    threads=self.threads,
                ),
            )

        main = _in_parts(solved, self.walkers, self.draws, folder, self.key, done)
        return {"m1": main, **self.rivals(uniforms)}

    def parts(self, row: int, draws: int) -> Parts:
        """What keeps the sides apart on the eve under one policy, arrays (draws,), at the nearest point of the grid."""
        fields = (np.broadcast_to(np.asarray(field, float), (self.draws,)) for field in self.stakes)
        few = Stakes._make(field[:draws] for field in fields)
        offered = float(self.announced.deterrence[row]), float(self.announced.denial[row])
        weights = BargainingParameters._make(field[:draws] for field in self.record)
        plan = PhasePlan._make(None if field is None else field[:draws] for field in self.plans[row])
        whole = ripeness_parts(
            with_guarantee(few, weights, offered), plan, SEARCH_GRID, dtype=self.dtype, threads=self.threads
        )
        own = [self.walkers.draw == draw for draw in range(draws)]
        front = np.array([self.walked.front[row, 0, who].mean() for who in own]) * SEARCH_GRID.front
        chest = np.array([self.walked.chest[row, 0, who].mean() for who in own]) / SEARCH_GRID.chest_step
        evidence = _place(weights.evidence_start, SEARCH_GRID.evidence, SEARCH_GRID.evidence_max)
        reputation = _place(_log_odds(weights.firm), SEARCH_GRID.reputation, SEARCH_GRID.reputation_max)
        at = (
            np.arange(draws),
            np.clip(np.round(front), 1, SEARCH_GRID.front - 1).astype(int),
            np.clip(np.round(chest), 0, SEARCH_GRID.chest).astype(int),
            evidence,
            reputation,
            np.zeros(draws, int),
        )
        return Parts._make(np.asarray(field)[at] for field in whole)

    def rivals(self, uniforms: Uniforms) -> dict[str, Endings]:
        """Endings under the rivals and nulls."""
        draw, stakes = self.walkers.draw, self.stakes
        return rival_endings(
            self.question.case, self.record, self.announced, self.walked, draw, uniforms, stakes
        )


def plan_of(record: BargainingParameters, announced: Sequence[Announced]) -> PhasePlan:
    """A policy's phases under every structural draw, arrays with a leading axis (D,); `announced` has D or one."""
    coalitions = zip(
        record.execution_firm,
        record.execution_soft,
        record.breakdown_firm,
        record.adaptation_share,
        record.adaptation_months,
        strict=True,
    )
    one = len(announced) == 1
    by_draw = [
        phase_plan(announced[0 if one else draw], Coalition(*values))
        for draw, values in enumerate(coalitions)
    ]
    return PhasePlan(*(np.stack(field) for field in zip(*(each[:-1] for each in by_draw), strict=True)))


def foreseen_ratification(
    stakes: Stakes, walked: Drivers, walkers: Walkers, draws: int
) -> list[Floats | None]:
    """By policy, the mean chance (D, T, E) that a deal of the month holds at home; None where no public is followed.

    The parties foresee the mean over the draw's futures and not each one's public.
    """
    if walked.support_d is None:
        return [None] * len(walked.front)
    width = np.broadcast_to(np.asarray(stakes.ratification_width, float), (draws,))[walkers.draw]
    holds = ratification(np.asarray(walked.support_d, float), width)
    counts = np.maximum(np.bincount(walkers.draw, minlength=draws), 1)
    found: list[Floats | None] = []
    for row in holds:
        mean = np.stack([np.bincount(walkers.draw, weights=month, minlength=draws) for month in row], axis=1)
        found.append((mean / counts[:, None])[:, :, None])
    return found


def stakes_of(
    record: BargainingParameters, drivers: Drivers, walkers: Walkers, draws: int, grid: Grid
) -> Stakes:
    """Constants of the game: what the structural draw says, and what its members' worlds show of front and chest."""
    phi = np.empty(draws)
    for draw in range(draws):
        step = drivers.front_step[0][:, walkers.member[walkers.draw == draw]].astype(np.float64)
        phi[draw] = np.clip(long_variance(step) * grid.front**2, *PHI_LIMITS)
    drift, drain = chest_slopes(drivers, grid)
    return structural_stakes(record, phi, drift, drain)


def long_variance(step: Floats) -> float:
    """Variance a month of the walk that spreads as far as these changes (T, n) do by their last month.

    Changes that last from month to month spread farther than their own size says; a walk of independent steps
    has to spread as far by the end of the run.
    """
    return float(np.mean(step.sum(axis=0) ** 2) / len(step))


def structural_stakes(
    record: BargainingParameters, phi: Floats, drift: Floats | float, drain: Floats | float
) -> Stakes:
    """The game's constants from a structural draw and the world's front and chest; no guarantee is on offer."""
    return Stakes(
        delta=record.patience,
        phi=phi,
        logit_high=_log_odds(record.balance_high),
        logit_low=_log_odds(record.balance_low),
        offset_a=record.doubt_a,
        offset_d=record.doubt_d,
        leak=record.evidence_memory,
        cost_a=record.cost_a,
        cost_d=record.cost_d,
        cost_pressure=record.cost_pressure,
        cost_empty=record.cost_empty,
        odds_empty=record.odds_empty,
        odds_aid=record.odds_aid,
        aid_normal=1.0,
        drift=drift,
        drain=drain,
        lambda_a=record.defeat_a,
        lambda_d=record.defeat_d,
        proposer=record.proposer,
        chance_talks=record.chance_talks,
        chance_base=record.chance_base,
        refusal=record.refusal,
        pressure_max=1.0,
        temperature=record.terms_temperature,
        progress_cost=record.progress_cost,
        progress_precision=record.progress_precision,
        verification=record.verification,
        offset_reputation=record.doubt_firm_d,
        renewal_hazard=record.renewal_hazard,
        renewal_slope=0.0,
        gain_a=record.gain_renewal_a,
        loss_d=record.loss_renewal_d,
        cost_renewal_a=record.cost_renewal_a,
        cost_renewal_d=record.cost_renewal_d,
        deterrence=0.0,
        denial=0.0,
        progress_front=record.talks_progress_front,
        progress_cost_d=record.talks_progress_cost_d,
        outside_push=record.push_effect,
        push_insincere=record.push_insincere,
        ratification_width=record.ratification_width,
    )


def with_guarantee(stakes: Stakes, record: BargainingParameters, offered: tuple[float, float]) -> Stakes:
    """The game under an offered guarantee (deterrence, denial), of which both sides believe a share."""
    deterrence, denial = offered
    return stakes._replace(
        deterrence=deterrence * record.guarantee_weight, denial=denial * record.guarantee_weight
    )


def chest_slopes(drivers: Drivers, grid: Grid) -> tuple[float, float]:
    """Monthly change of A's chest with no pressure and a unit of it (nu0, nu1), as the world's paths show it.

    Both are read over months in which the chest lies inside the grid; nu1 from the difference between the
    announced and the base world of the same member (0 where no policy differs in pressure).
    """
    top = grid.chest * grid.chest_step
    chest, held = drivers.chest.astype(np.float64), drivers.chest_held.astype(np.float64)
    inside = (held[0, :-1] > 0.0) & (held[0, :-1] < top)
    changes = np.diff(held[0], axis=0)[inside]
    more = (_felt(drivers, drivers.pressure) - _felt(drivers, drivers.pressure_held)).astype(np.float64)
    gap = np.diff(chest - held, axis=1)
    used = more[:, :-1] * ((chest[:, :-1] > 0.0) & (chest[:, :-1] < top))
    weight = float((used * used).sum())
    drain = float((used * gap).sum() / weight) if weight > 0.0 else 0.0
    base = float(changes.mean()) if changes.size else 0.0
    return base - drain * float(_felt(drivers, drivers.pressure_held).mean()), drain


def _felt(drivers: Drivers, pressure: Floats) -> Floats:
    """Effort less the share that relief suspends while talks are on: what the game's chest is drained by (G1, G6)."""
    return np.asarray(pressure * (1.0 - np.asarray(drivers.relief) * np.asarray(drivers.talks)))


def starts_of(record: BargainingParameters, announced: Announcements, walkers: Walkers) -> Starts:
    """Where the walkers stand on the eve: the structural draw's evidence and reputation, first phase of each plan."""
    phases = np.zeros((len(announced.announced), walkers.draw.size), np.int64)
    return Starts(
        draw=walkers.draw,
        evidence=record.evidence_start[walkers.draw],
        reputation=_log_odds(record.firm)[walkers.draw],
        phase=phases,
        firm=record.firm[walkers.draw],
    )


def uniforms_of(seed: int, months: int, walkers: int) -> Uniforms:
    """Uniform numbers of every walker from the engine's counters, on a stream of their own."""
    ids = np.arange(walkers).astype(np.uint32)
    key = (np.array([seed], np.uint32), np.array([STREAM], np.uint32))
    monthly = np.stack(
        [draw_uniforms(key, ids, np.array([t], np.uint32), 5, np) for t in range(months)], axis=1
    )
    once = draw_uniforms(key, ids, np.array([ONCE], np.uint32), 2, np)
    return Uniforms._make((once[0], *monthly, once[1]))


def _place(value: Floats, points: int, top: float) -> NDArray[np.intp]:
    """Nearest point of a grid that is even between -top and top."""
    return np.clip(np.round((value / top + 1.0) * (points - 1) / 2.0), 0, points - 1).astype(np.intp)


def _log_odds(chance: Floats) -> Floats:
    return np.asarray(np.log(chance / (1.0 - chance)))


def _in_parts(
    solved: Callable[[NDArray[np.intp]], Endings],
    walkers: Walkers,
    draws: int,
    folder: Path | None,
    key: str,
    done: Callable[[int], None] | None,
) -> Endings:
    """Endings of all walkers, solved a few structural draws at a time and kept where a folder is given."""
    order, parts = [], []
    for first in range(0, draws, PART):
        last = min(first + PART, draws)
        who = np.flatnonzero((walkers.draw >= first) & (walkers.draw < last))
        kept = None if folder is None else folder / f"{key[:16]}-{first:04d}.npz"
        part = _kept(kept)
        if part is None:
            part = solved(who)
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                write_whole(kept, partial(_save, part))
        order.append(who)
        parts.append(part)
        if done is not None:
            done(last - first)
    back = np.argsort(np.concatenate(order), kind="stable")
    return Endings._make(
        None if fields[0] is None else np.concatenate(fields, axis=-1)[..., back]
        for fields in zip(*parts, strict=True)
    )


def _save(part: Endings, stream: IO[bytes]) -> None:
    arrays: dict[str, Any] = {name: field for name, field in part._asdict().items() if field is not None}
    np.savez(stream, **arrays)


def _kept(path: Path | None) -> Endings | None:
    if path is None or not path.exists():
        return None
    with np.load(path) as file:
        return Endings(**{name: file[name] for name in file.files})


def _members_of(drivers: Drivers, who: NDArray[np.intp]) -> Drivers:
    return Drivers._make(None if field is None else field[:, :, who] for field in drivers)


def _started(starts: Starts, rows: Sequence[int], who: NDArray[np.intp]) -> Starts:
    own = Starts._make(field[..., who] for field in starts)
    return own._replace(phase=own.phase[list(rows)])


def _lucky(uniforms: Uniforms, who: NDArray[np.intp]) -> Uniforms:
    return Uniforms._make(field[..., who] for field in uniforms)


def _rows_of(drivers: Drivers, rows: Sequence[int]) -> Drivers:
    return Drivers._make(None if field is None else field[list(rows)] for field in drivers)


def _by_guarantee(
    announced: Announcements, solve: Callable[[list[int], tuple[float, float]], Endings]
) -> Endings:
    """Endings of all policies, solved together where they offer the same guarantee."""
    offers = list(zip(announced.deterrence.tolist(), announced.denial.tolist(), strict=True))
    parts: dict[int, Endings] = {}
    for offer in dict.fromkeys(offers):
        rows = [row for row, each in enumerate(offers) if each == offer]
        found = solve(rows, offer)
        for at, row in enumerate(rows):
            parts[row] = Endings._make(None if field is None else field[at] for field in found)
    ordered = [parts[row] for row in range(len(offers))]
    return Endings._make(
        None if fields[0] is None else np.stack(fields) for fields in zip(*ordered, strict=True)
    )
