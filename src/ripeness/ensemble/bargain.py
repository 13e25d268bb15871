"""The second pass: what each side would accept along the world's paths, under the main model and its rivals.

Structural draws (tens) are solved, members (thousands) are walked; member i belongs to draw i mod D. Every model
reads the same paths and the same uniform numbers, and every policy the same ones too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import Drivers, Endings, Grid, PhasePlan, Stakes, Starts, Uniforms, walk
from ripeness.bargaining.rivals import rival_endings
from ripeness.base import Month, content_hash
from ripeness.case import StakeMap
from ripeness.engine.shocks import draw_uniforms
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.drivers import Announcements, Paths, announcements, drivers_of, world_paths
from ripeness.ensemble.plans import Announced, Coalition, phase_plan
from ripeness.ensemble.simulate import Question
from ripeness.ensemble.whole_files import write_whole
from ripeness.flow import BargainingParameters, layout_of

Floats = NDArray[np.float64]

DRAWS = 64
"""Structural draws for which the game is solved, unless asked otherwise."""

WALKED = 48
"""Least walkers a structural draw, so that its share of settled futures means something."""

GRID = Grid(front=16, chest=8, chest_step=3.0, evidence=9, reputation=9)
"""Grid of a comparison; tests show what a finer one changes."""

PHI_LIMITS = (0.02, 0.9)
"""Chance a month of a step of the front, as the walk of the solved game can take it."""

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

    endings: by model, arrays (NP, n) over policies and walkers. paths, announced: the world that they walked.
    parameters (PB, D): structural draws. start: month from which months of war are counted, one after the eve.
    """

    policies: tuple[str, ...]
    start: Month
    until: Month
    stake: StakeMap
    walkers: Walkers
    parameters: Floats
    paths: Paths
    announced: Announcements
    endings: Mapping[str, Endings]

    @property
    def draws(self) -> int:
        """Structural draws."""
        return int(self.parameters.shape[1])


def walkers_of(members: int, draws: int) -> Walkers:
    """Every member walks at least once; more rounds until each draw has enough walkers."""
    rounds = max(1, -(-draws * WALKED // members))
    index = np.arange(members * rounds)
    # A shift by one a round gives a member another draw each time it walks.
    return Walkers(index % members, (index + index // members) % draws)


def bargain(
    question: Question,
    parameters: Floats,
    ratchets: Sequence[float],
    *,
    draws: int = DRAWS,
    members: int | None = None,
    stake: StakeMap | None = None,
    dtype: str = "float32",
    threads: int | None = None,
    folder: Path | None = None,
    done: Callable[[int], None] | None = None,
) -> Bargained:
    """Solve and walk every policy of a question under all models.

    `parameters` (P, N) are the world's draws, of which the first `members` are walked. Structural draws are solved
    a few at a time; with `folder` each part is kept there, and an interrupted call goes on. `done` is told
    how many draws are finished.
    """
    case = question.case
    count = min(members or parameters.shape[1], parameters.shape[1])
    paths = world_paths(question, parameters, count, dtype=dtype, threads=threads)
    announced = announcements(question, ratchets, paths)
    chosen = stake or case.stakes[0]
    drivers = drivers_of(case, paths, announced, chosen)
    structural = draw_parameters(case, layout_of(BargainingParameters), draws, question.seed)
    walkers = walkers_of(count, draws)
    walked = _members_of(drivers, walkers.member)
    record = BargainingParameters(*structural)
    stakes = stakes_of(record, drivers, walkers, draws)
    starts = starts_of(record, announced, walkers)
    uniforms = uniforms_of(question.seed, *walked.front.shape[1:])
    plans = [plan_of(record, [each]) for each in announced.announced]

    def solved(who: NDArray[np.intp]) -> Endings:
        return _by_guarantee(
            announced,
            lambda rows, offered: walk(
                with_guarantee(stakes, record, offered),
                [plans[row] for row in rows],
                GRID,
                _members_of(_rows_of(walked, rows), who),
                _started(starts, rows, who),
                _lucky(uniforms, who),
                dtype=dtype,
                threads=threads,
            ),
        )

    key = content_hash(
        {
            "policies": question.policies,
            "months": question.months,
            "parameters": parameters[:, :count],
            "structural": structural,
            "seed": question.seed,
            "stake": chosen.name,
            "ratchets": list(ratchets),
            "grid": list(GRID),
        }
    )
    endings = {"m1": _in_parts(solved, walkers, draws, folder, key, done)}
    endings |= rival_endings(case, record, announced, walked, walkers.draw, uniforms, stakes)
    return Bargained(
        question.names,
        question.case.first_month + paths.first + 1,
        question.until,
        chosen,
        walkers,
        structural,
        paths,
        announced,
        endings,
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
    return PhasePlan(*(np.stack(field) for field in zip(*by_draw, strict=True)))


def stakes_of(record: BargainingParameters, drivers: Drivers, walkers: Walkers, draws: int) -> Stakes:
    """Constants of the game: what the structural draw says, and what its members' worlds show of front and chest."""
    phi = np.empty(draws)
    for draw in range(draws):
        step = drivers.front_step[0][:, walkers.member[walkers.draw == draw]].astype(np.float64)
        phi[draw] = np.clip(np.mean(step**2) * GRID.front**2, *PHI_LIMITS)
    drift, drain = chest_slopes(drivers)
    return structural_stakes(record, phi, drift, drain)


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


def chest_slopes(drivers: Drivers) -> tuple[float, float]:
    """Monthly change of A's chest with no pressure and a unit of it (nu0, nu1), as the world's paths show it.

    Both are read over months in which the chest lies inside the grid; nu1 from the difference between the
    announced and the base world of the same member (0 where no policy differs in pressure).
    """
    top = GRID.chest * GRID.chest_step
    chest, held = drivers.chest.astype(np.float64), drivers.chest_held.astype(np.float64)
    inside = (held[0, :-1] > 0.0) & (held[0, :-1] < top)
    changes = np.diff(held[0], axis=0)[inside]
    more = (drivers.pressure - drivers.pressure_held).astype(np.float64)
    gap = np.diff(chest - held, axis=1)
    used = more[:, :-1] * ((chest[:, :-1] > 0.0) & (chest[:, :-1] < top))
    weight = float((used * used).sum())
    drain = float((used * gap).sum() / weight) if weight > 0.0 else 0.0
    base = float(changes.mean()) if changes.size else 0.0
    return base - drain * float(drivers.pressure_held.mean()), drain


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
