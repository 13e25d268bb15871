"""Backcast: forecasts as of past months, scored against baselines that know no mechanism.

At an origin only rows dated and released before it are read: parameters are fitted to them, the record
is filtered to the month before, and shocks are drawn from the origin on. In the conditional mode the
true instruments, Brent and stops of world supply after the origin are given, which tests the mechanisms;
in the unconditional mode they are forecast too. Horizon 1 is the origin month.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month, RipenessError, month_range
from ripeness.case import SITE_UNITS, Case, ScoredEvent, Vector
from ripeness.ensemble.draws import draw_posterior
from ripeness.ensemble.simulate import Question, pose, simulate
from ripeness.evidence import Series
from ripeness.fit import scores
from ripeness.fit.baselines import BASELINES, TooShortError, random_walk
from ripeness.fit.plans import BUDGET_PLAN, plan_forecast, plan_value, plans_when_begun
from ripeness.fit.posterior import Posterior
from ripeness.fit.tempering import Floats
from ripeness.flow import Run, layout_of, records_of
from ripeness.policy import compile_policy

Mode = Literal["conditional", "unconditional"]

HORIZONS = (1, 3, 6, 12)

LEVELS = (50, 80, 90)
"""Central intervals that are scored, in percent."""

GIVEN_SITES = ("brent_usd_bbl",)
GIVEN_FACTS = ("chokepoint_loss", "chokepoint_months")
"""What the conditional mode gives beside the instruments: the price of the world and what stopped it."""

SEASONAL = ("oil_gas_revenue_rub_trn", "non_oil_revenue_rub_trn", "spending_rub_trn")
"""Flows with a season, scored against last year's month too."""

MEMBERS = 1024

VECTOR_MEMBERS = 256
"""Members of which a vector is scored: the score takes all pairs, and its fair form does not depend on their number."""


@dataclass(frozen=True)
class Marks:
    """Scores of one forecast of one number; all negatively oriented, interval scores by level in percent."""

    crps: float
    log_score: float
    interval_score: dict[int, float]


@dataclass(frozen=True)
class Forecast:
    """One forecast of one series: origin, horizon, what was seen, and scores of the model and the baselines."""

    series: str
    origin: Month
    horizon: int
    month: Month
    observed: float
    median: float
    intervals: dict[int, tuple[float, float]]
    """Ends of the central interval of each level in percent."""
    pit: float
    marks: Marks
    rivals: dict[str, Marks]

    @property
    def crps(self) -> float:
        """The model's CRPS."""
        return self.marks.crps

    @property
    def baselines(self) -> dict[str, float]:
        """CRPS of each baseline that could forecast it."""
        return {name: marks.crps for name, marks in self.rivals.items()}

    def holds(self, level: int) -> bool:
        """Whether the interval of a level holds what happened."""
        low, high = self.intervals[level]
        return low <= self.observed <= high


@dataclass(frozen=True)
class JointForecast:
    """One forecast of a vector, components over their scales.

    energy: the model's fair energy score. apart: the same margins with members shuffled in each component, which
    shows what their dependence is worth. walk: independent random walks; None where one has too short a history.
    """

    vector: str
    origin: Month
    horizon: int
    energy: float
    apart: float
    walk: float | None


@dataclass(frozen=True)
class EventForecast:
    """One chance of a yes or no: the model's, those of baselines, and whether it happened."""

    event: str
    origin: Month
    horizon: int
    chance: float
    baselines: dict[str, float]
    happened: bool


@dataclass(frozen=True)
class Backcast:
    """All forecasts of a backcast and the tables over origins."""

    case: str
    mode: Mode
    origins: tuple[Month, ...]
    forecasts: tuple[Forecast, ...]
    joint: tuple[JointForecast, ...] = field(default=())
    events: tuple[EventForecast, ...] = field(default=())

    def table(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Series by horizon: n, mean scores, baselines, skill against the random walk, coverage and PIT.

        A baseline is compared on the forecasts that it could make; `skill` is null where the random walk
        could make none. `independent` is the most outcomes whose windows from the origin share no month: bands of
        coverage count so many.
        """
        return _by_name_and_horizon(self.forecasts, lambda each: each.series, _summary)

    def vector_table(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Vector by horizon: n, mean energy scores of the model, of its margins alone and of the walk, and skills."""
        return _by_name_and_horizon(self.joint, lambda each: each.vector, _joint_summary)

    def event_table(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Event by horizon: n, how often it happened, mean Brier scores and skills against the baselines."""
        return _by_name_and_horizon(self.events, lambda each: each.event, _event_summary)


def backcast(
    case: Case,
    posteriors: Mapping[Month, Posterior],
    *,
    horizons: Sequence[int] = HORIZONS,
    mode: Mode = "conditional",
    members: int = MEMBERS,
    seed: int = 1,
    backend: str = "kernel",
    threads: int | None = None,
    origin_done: Callable[[Month], None] | None = None,
) -> Backcast:
    """Forecasts from every origin of `posteriors`, scored at `horizons`."""
    forecasts: list[Forecast] = []
    joint: list[JointForecast] = []
    events: list[EventForecast] = []
    records = {name: _Record.of(case, name) for name in scored_series(case, mode)}
    for origin in sorted(posteriors):
        run = forecast_run(
            case,
            origin,
            posteriors[origin],
            until=min(origin + (max(horizons) - 1), case.last_month),
            mode=mode,
            members=members,
            seed=seed,
            backend=backend,
            threads=threads,
        )
        for horizon in horizons:
            month = origin + (horizon - 1)
            if month > run.until:
                continue
            seen = {
                name: found
                for name, record in records.items()
                if (found := _Seen.of(record, run, origin, horizon, seed)) is not None
            }
            forecasts += [_score(each) for each in seen.values()]
            joint += [
                _joint(vector, [seen[name] for name in vector.scales])
                for vector in case.scoring.vectors
                if set(vector.scales) <= set(seen)
            ]
            events += [
                _event(event, seen[event.series])
                for event in case.scoring.events
                if event.series is not None and event.series in seen
            ]
        if origin_done is not None:
            origin_done(origin)
    return Backcast(case.name, mode, tuple(sorted(posteriors)), tuple(forecasts), tuple(joint), tuple(events))


def forecast_run(
    case: Case,
    origin: Month,
    posterior: Posterior,
    *,
    until: Month,
    mode: Mode = "conditional",
    members: int = MEMBERS,
    seed: int = 1,
    policies: Sequence[str] = (),
    backend: str = "kernel",
    threads: int | None = None,
) -> Run:
    """Paths of all members from the case's first month, filtered to `origin` and drawn from it on.

    RipenessError where the posterior has read beyond the origin.
    """
    if posterior.cutoff > origin:
        raise RipenessError(
            f"the posterior has read up to {posterior.cutoff}, beyond the origin {origin}",
            "fit with a cut-off at or before the origin",
        )
    question = posed(case, origin, until, mode=mode, seed=seed, policies=policies)
    parameters = draw_posterior(posterior.draws, members, seed)
    return simulate(question, parameters, keep_paths=members, backend=backend, threads=threads)


def posed(
    case: Case,
    origin: Month,
    until: Month,
    *,
    mode: Mode,
    seed: int = 1,
    policies: Sequence[str] = (),
    start: Month | None = None,
) -> Question:
    """Rows of a forecast from `origin`: the record before it, and what the mode gives after it.

    Months count from `start`, and policies act from it; by default from the origin.
    """
    begins = start or origin
    given = mode == "conditional"
    known = None if given else origin
    compiled = [
        compile_policy(case, name, start=case.first_month if name == "as_enacted" else begins, origin=known)
        for name in ("as_enacted", *policies)
    ]
    question = pose(
        case, compiled, begins, until, seed, origin=origin, conditional=given_sites(case) if given else ()
    )
    if not given:
        return question
    layout = layout_of(records_of(case.program).month)
    months = np.array(question.months)
    truth = case.month_rows(list(month_range(case.first_month, until)))
    for name in GIVEN_FACTS if records_of(case.program).has_money else ():
        months[:, layout[name].start] = truth[:, layout[name].start]
    return replace(question, months=months)


def given_sites(case: Case) -> tuple[str, ...]:
    """Sites of the case's program that the conditional mode gives."""
    return tuple(site for site in GIVEN_SITES if site in records_of(case.program).sites)


def scored_series(case: Case, mode: Mode) -> tuple[str, ...]:
    """Outputs with a record to score: a series of the output's own name, else the one assimilated."""
    given = GIVEN_SITES if mode == "conditional" else ()
    return tuple(
        name
        for name in records_of(case.program).output_rows
        if name not in given and record_of(case, name) is not None
    )


def record_of(case: Case, output: str) -> Series | None:
    """What an output is scored against: the series of its own name, else the one assimilated, else None."""
    name = output if output in case.series else case.observations.get(output)
    if name is None:
        return None
    series = case.series[name]
    return series.in_unit(SITE_UNITS[output]) if output in SITE_UNITS else series


@dataclass(frozen=True)
class _Record:
    """The record of an output, and its published plan of each month as it stood when the month began."""

    case: Case
    output: str
    series: Series
    planned: dict[Month, float]

    @classmethod
    def of(cls, case: Case, output: str) -> _Record:
        series = record_of(case, output)
        assert series is not None
        plan = case.scoring.plan_of(output)
        planned = {} if plan is None else plans_when_begun(case, plan, series.months, series.unit)
        return cls(case, output, series, planned)

    def known(self, origin: Month) -> Floats:
        """Values of the months before `origin` as they could be read then, NaN where there were none."""
        months = tuple(month_range(self.case.first_month, origin - 1))
        past = self.series.to_arrays(months, origin)
        return np.where(past.present, past.value, np.nan)


@dataclass(frozen=True)
class _Seen:
    """A forecast of one output with its draws, beside what then happened and what was known before."""

    record: _Record
    origin: Month
    horizon: int
    seed: int
    observed: float
    path: Floats
    """The output, (members,), without the error of observation."""
    sd: float

    @classmethod
    def of(cls, record: _Record, run: Run, origin: Month, horizon: int, seed: int) -> _Seen | None:
        """None where the month has no record."""
        case, month = record.case, origin + (horizon - 1)
        default = case.observation_error.get(record.output)
        seen = record.series.to_arrays((month,), None, default_sd=default)
        if not seen.present[0]:
            return None
        path = np.asarray(run.path(run.policies[0], record.output)[month - case.first_month], float)
        return cls(record, origin, horizon, seed, float(seen.value[0]), path, float(seen.sd[0]))

    @property
    def month(self) -> Month:
        """The month that is forecast."""
        return self.origin + (self.horizon - 1)

    def draws(self, part: int | None = None) -> Floats:
        """The forecast of what would be recorded; `part` gives each component of a vector errors of its own."""
        return self.path + self.sd * _noise(self.path.size, self.origin, self.horizon, self.seed, part)

    def past(self) -> tuple[NDArray[np.int_], Floats]:
        """Months on a count and values known before the origin."""
        values = self.record.known(self.origin)
        return np.arange(values.size), values

    def rivals(self) -> dict[str, Floats]:
        """Draws of every baseline that can be made from what was known."""
        months, values = self.past()
        found = {}
        for label, baseline in BASELINES.items():
            if label == "seasonal_random_walk" and self.record.output not in SEASONAL:
                continue
            try:
                found[label] = baseline(
                    months,
                    values,
                    origin=values.size,
                    horizon=self.horizon,
                    members=self.path.size,
                    seed=self.seed,
                )
            except TooShortError:
                continue
        case, plan = self.record.case, self.record.case.scoring.plan_of(self.record.output)
        if plan is not None:
            known = {
                case.first_month + int(at): float(values[at]) for at in np.flatnonzero(~np.isnan(values))
            }
            centre = plan_value(case, plan, self.month, self.origin, self.record.series.unit)
            with suppress(TooShortError):
                found[BUDGET_PLAN] = plan_forecast(
                    centre, self.record.planned, known, members=self.path.size, seed=self.seed
                )
        return found


def _marks(draws: Floats, observed: float) -> Marks:
    ends = {level: scores.central_interval(draws, level / 100) for level in LEVELS}
    return Marks(
        float(scores.crps_fair(draws, observed)),
        float(scores.log_score(draws, observed)),
        {
            level: float(scores.interval_score(low, high, observed, level / 100))
            for level, (low, high) in ends.items()
        },
    )


def _score(seen: _Seen) -> Forecast:
    draws = seen.draws()
    ends = {level: scores.central_interval(draws, level / 100) for level in LEVELS}
    return Forecast(
        seen.record.output,
        seen.origin,
        seen.horizon,
        seen.month,
        seen.observed,
        float(np.median(draws)),
        {level: (float(low), float(high)) for level, (low, high) in ends.items()},
        float(scores.pit(draws, seen.observed)),
        _marks(draws, seen.observed),
        {label: _marks(other, seen.observed) for label, other in seen.rivals().items()},
    )


def _joint(vector: Vector, parts: Sequence[_Seen]) -> JointForecast:
    scales = np.array(list(vector.scales.values()))
    few = slice(0, VECTOR_MEMBERS)
    members = np.stack([each.draws(at)[few] for at, each in enumerate(parts)], axis=-1) / scales
    observed = np.array([each.observed for each in parts]) / scales
    # A shift by another number of places in each component breaks their pairs and keeps their margins.
    shifted = np.stack(
        [np.roll(members[:, at], at * (len(members) // len(parts))) for at in range(len(parts))], axis=-1
    )
    first = parts[0]
    try:
        walks = np.stack([_walk(each, at)[few] for at, each in enumerate(parts)], axis=-1) / scales
    except TooShortError:
        walk = None
    else:
        walk = float(scores.energy_score(walks, observed, fair=True))
    return JointForecast(
        vector.name,
        first.origin,
        first.horizon,
        float(scores.energy_score(members, observed, fair=True)),
        float(scores.energy_score(shifted, observed, fair=True)),
        walk,
    )


def _walk(seen: _Seen, part: int) -> Floats:
    """The random walk of one component, with errors of its own."""
    months, values = seen.past()
    return random_walk(
        months,
        values,
        origin=values.size,
        horizon=seen.horizon,
        members=seen.path.size,
        seed=seen.seed + 7919 * (part + 1),
    )


def _event(event: ScoredEvent, seen: _Seen) -> EventForecast:
    values = seen.past()[1]
    known = values[np.isfinite(values)]
    baselines = {"climatology": float((event.holds(known).sum() + 1) / (known.size + 2))}
    for label, draws in seen.rivals().items():
        if label in ("random_walk", "autoregression", BUDGET_PLAN):
            baselines[label] = float(event.holds(draws).mean())
    return EventForecast(
        event.name,
        seen.origin,
        seen.horizon,
        float(event.holds(seen.draws()).mean()),
        baselines,
        bool(event.holds(seen.observed)),
    )


def _noise(members: int, origin: Month, horizon: int, seed: int, part: int | None) -> Floats:
    """Observation errors of one forecast, the same whatever else is scored."""
    key = [seed, origin.year, origin.month, horizon, *([] if part is None else [part])]
    return np.random.default_rng(np.random.SeedSequence(key)).standard_normal(members)


def _by_name_and_horizon(
    rows: Sequence[Any], name_of: Callable[[Any], str], summary: Callable[[Sequence[Any]], dict[str, Any]]
) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, horizon in sorted({(name_of(row), row.horizon) for row in rows}):
        own = [row for row in rows if (name_of(row), row.horizon) == (name, horizon)]
        found.setdefault(name, {})[f"h{horizon}"] = summary(own)
    return found


def _independent(rows: Sequence[Any]) -> int:
    """Most of these forecasts, all at one horizon, whose windows from the origin share no month."""
    first = [12 * row.origin.year + row.origin.month for row in rows]
    return scores.windows_apart(first, rows[0].horizon)


def _skill(own: Sequence[float], other: Sequence[float]) -> float | None:
    """1 less the ratio of the means, None where the other is perfect or there is none."""
    found = scores.skill(own, other) if len(own) else math.nan
    return None if math.isnan(found) else found


def _summary(rows: Sequence[Forecast]) -> dict[str, Any]:
    labels = sorted({label for row in rows for label in row.rivals})
    baselines, skills, logs, widths = {}, {}, {}, {}
    for label in labels:
        pairs = [(row.marks, row.rivals[label]) for row in rows if label in row.rivals]
        baselines[label] = float(np.mean([other.crps for _, other in pairs]))
        skills[label] = _skill([own.crps for own, _ in pairs], [other.crps for _, other in pairs])
        # In nats a forecast: how much more likely the model made what happened.
        logs[label] = float(np.mean([other.log_score - own.log_score for own, other in pairs]))
        widths[label] = _skill(
            [own.interval_score[80] for own, _ in pairs], [other.interval_score[80] for _, other in pairs]
        )
    independent = _independent(rows)
    held = {
        level: scores.coverage_of([row.holds(level) for row in rows], level / 100, independent=independent)
        for level in LEVELS
    }
    pits = np.array([row.pit for row in rows])
    return {
        "n": len(rows),
        "independent": independent,
        "crps": float(np.mean([row.crps for row in rows])),
        "log_score": float(np.mean([row.marks.log_score for row in rows])),
        "interval_score": {
            str(level): float(np.mean([row.marks.interval_score[level] for row in rows])) for level in LEVELS
        },
        "baselines": baselines,
        "skill": skills.get("random_walk"),
        "skill_against": skills,
        "log_lead": logs,
        "interval80_skill": widths,
        "coverage80": held[80].share,
        "coverage": {
            str(level): {"share": found.share, "low": found.low, "high": found.high}
            for level, found in held.items()
        },
        "pit_p": float(scores.pit_uniformity(pits)) if len(rows) >= 5 else None,
        "pit_counts": scores.pit_counts(pits),
    }


def _joint_summary(rows: Sequence[JointForecast]) -> dict[str, Any]:
    walked = [(row.energy, row.walk) for row in rows if row.walk is not None]
    energy = [row.energy for row in rows]
    return {
        "n": len(rows),
        "independent": _independent(rows),
        "energy": float(np.mean(energy)),
        "walk": float(np.mean([other for _, other in walked])) if walked else None,
        "skill": _skill([own for own, _ in walked], [other for _, other in walked]),
        "skill_against_margins": _skill(energy, [row.apart for row in rows]),
    }


def _event_summary(rows: Sequence[EventForecast]) -> dict[str, Any]:
    happened = np.array([row.happened for row in rows], dtype=np.float64)
    own = scores.brier_of_event([row.chance for row in rows], happened)
    baselines, skills = {}, {}
    for label in sorted({label for row in rows for label in row.baselines}):
        able = np.array([label in row.baselines for row in rows])
        other = scores.brier_of_event(
            [row.baselines[label] for row in rows if label in row.baselines], happened[able]
        )
        baselines[label] = float(other.mean())
        skills[label] = _skill(own[able].tolist(), other.tolist())
    return {
        "n": len(rows),
        "independent": _independent(rows),
        "happened": float(happened.mean()),
        "mean_chance": float(np.mean([row.chance for row in rows])),
        "brier": float(own.mean()),
        "baselines": baselines,
        "skill_against": skills,
    }
