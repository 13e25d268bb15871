"""Backcast: forecasts as of past months, scored against baselines that know no mechanism.

At an origin only rows dated and released before it are read: parameters are fitted to them, the record
is filtered to the month before, and shocks are drawn from the origin on. In the conditional mode the
true instruments, Brent and stops of world supply after the origin are given, which tests the mechanisms;
in the unconditional mode they are forecast too. Horizon 1 is the origin month.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ripeness.base import Month, RipenessError, month_range
from ripeness.case import SITE_UNITS, Case
from ripeness.ensemble.draws import draw_posterior
from ripeness.ensemble.simulate import Question, pose, simulate
from ripeness.evidence import Series
from ripeness.fit import scores
from ripeness.fit.baselines import BASELINES, TooShortError
from ripeness.fit.posterior import Posterior
from ripeness.fit.tempering import Floats
from ripeness.flow import Run, layout_of, records_of
from ripeness.policy import compile_policy

Mode = Literal["conditional", "unconditional"]

HORIZONS = (1, 3, 6, 12)

GIVEN_SITES = ("brent_usd_bbl",)
GIVEN_FACTS = ("chokepoint_loss", "chokepoint_months")
"""What the conditional mode gives beside the instruments: the price of the world and what stopped it."""

SEASONAL = ("oil_gas_revenue_rub_trn", "non_oil_revenue_rub_trn", "spending_rub_trn")
"""Flows with a season, scored against last year's month too."""

MEMBERS = 1024


@dataclass(frozen=True)
class Forecast:
    """One forecast of one series: origin, horizon, what was seen, and scores of the model and the baselines."""

    series: str
    origin: Month
    horizon: int
    month: Month
    observed: float
    median: float
    low80: float
    high80: float
    crps: float
    pit: float
    baselines: dict[str, float]


@dataclass(frozen=True)
class Backcast:
    """All forecasts of a backcast and the table over origins."""

    case: str
    mode: Mode
    origins: tuple[Month, ...]
    forecasts: tuple[Forecast, ...]

    def table(self) -> dict[str, dict[str, dict[str, object]]]:
        """Series by horizon: n, mean CRPS, baselines, skill against the random walk, coverage and PIT test.

        A baseline is compared on the forecasts that it could make; `skill` is null where the random walk
        could make none.
        """
        result: dict[str, dict[str, dict[str, object]]] = {}
        keys = sorted({(f.series, f.horizon) for f in self.forecasts})
        for series, horizon in keys:
            rows = [f for f in self.forecasts if (f.series, f.horizon) == (series, horizon)]
            result.setdefault(series, {})[f"h{horizon}"] = _summary(rows)
        return result


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
        for series in scored_series(case, mode):
            forecasts.extend(_score(case, run, series, origin, horizons, seed))
        if origin_done is not None:
            origin_done(origin)
    return Backcast(case.name, mode, tuple(sorted(posteriors)), tuple(forecasts))


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
    case: Case, origin: Month, until: Month, *, mode: Mode, seed: int = 1, policies: Sequence[str] = ()
) -> Question:
    """Rows of a forecast from `origin`: the record before it, and what the mode gives after it."""
    given = mode == "conditional"
    known = None if given else origin
    compiled = [
        compile_policy(case, name, start=case.first_month if name == "as_enacted" else origin, origin=known)
        for name in ("as_enacted", *policies)
    ]
    question = pose(
        case, compiled, origin, until, seed, origin=origin, conditional=given_sites(case) if given else ()
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


def _score(
    case: Case, run: Run, output: str, origin: Month, horizons: Sequence[int], seed: int
) -> list[Forecast]:
    series = record_of(case, output)
    if series is None:
        return []
    default = case.observation_error.get(output)
    past_months = tuple(month_range(case.first_month, origin - 1))
    past = series.to_arrays(past_months, origin, default_sd=default)
    history = np.where(past.present, past.value, np.nan)
    clock = np.arange(len(past_months))
    at = origin - case.first_month
    rows = []
    for horizon in horizons:
        month = origin + (horizon - 1)
        if month > run.until:
            continue
        seen = series.to_arrays((month,), None, default_sd=default)
        if not seen.present[0]:
            continue
        y, sd = float(seen.value[0]), float(seen.sd[0])
        path = np.asarray(run.path(run.policies[0], output)[month - case.first_month], float)
        draws = path + sd * _noise(path.size, origin, horizon, seed)
        baselines = {}
        for label, baseline in BASELINES.items():
            if label == "seasonal_random_walk" and output not in SEASONAL:
                continue
            try:
                other = baseline(clock, history, origin=at, horizon=horizon, members=len(draws), seed=seed)
            except TooShortError:
                continue
            baselines[label] = float(scores.crps_fair(other, y))
        low, high = scores.central_interval(draws, 0.8)
        rows.append(
            Forecast(
                output,
                origin,
                horizon,
                month,
                y,
                float(np.median(draws)),
                float(low),
                float(high),
                float(scores.crps_fair(draws, y)),
                float(scores.pit(draws, y)),
                baselines,
            )
        )
    return rows


def _noise(members: int, origin: Month, horizon: int, seed: int) -> Floats:
    """Observation errors of one forecast, the same whatever else is scored."""
    key = np.random.SeedSequence([seed, origin.year, origin.month, horizon])
    return np.random.default_rng(key).standard_normal(members)


def _summary(rows: Sequence[Forecast]) -> dict[str, object]:
    own = np.array([row.crps for row in rows])
    labels = sorted({label for row in rows for label in row.baselines})
    baselines, skills = {}, {}
    for label in labels:
        pairs = np.array([(row.crps, row.baselines[label]) for row in rows if label in row.baselines])
        baselines[label] = float(pairs[:, 1].mean())
        skills[label] = float(1.0 - pairs[:, 0].mean() / pairs[:, 1].mean())
    inside = np.array([row.low80 <= row.observed <= row.high80 for row in rows])
    pits = np.array([row.pit for row in rows])
    uniform = float(scores.pit_uniformity(pits)) if len(rows) >= 5 else math.nan
    return {
        "n": len(rows),
        "crps": float(own.mean()),
        "baselines": baselines,
        "skill": skills.get("random_walk"),
        "skill_against": skills,
        "coverage80": float(inside.mean()),
        "pit_p": None if math.isnan(uniform) else uniform,
    }
