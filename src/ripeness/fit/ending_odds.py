"""Chances of an ending as of past months: the bargaining models beside dated odds of others, scored on what came.

As of an origin neither battle nor acts after it are known, and levers go on by each instrument's rule. The world's
draws are of a posterior that has read nothing later; the bargaining constants have lost those draws under which the
war would have ended before (ensemble.no_deal), and are fitted to nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ripeness.bargaining import Grid, Kind
from ripeness.base import Month, RipenessError
from ripeness.case import Case, Odds, ScoredEvent
from ripeness.ensemble.bargain import MODELS, SEARCH_GRID, Bargained, bargain
from ripeness.ensemble.draws import draw_posterior
from ripeness.fit import scores
from ripeness.fit.backcast import posed
from ripeness.fit.posterior import Posterior

WINDOWS = (3, 6, 12)
"""Months, the origin's included, within which an ending is asked for."""

POLICIES = ("as_enacted", "pressure_only")
"""The first is scored; the second shows the game what pressure does to the purse. Acts of neither are known ahead."""

MEMBERS, DRAWS = 256, 32

MIDDLE_OF_MONTH = 15
"""A question asked after this day is asked as of the month that follows."""


@dataclass(frozen=True)
class EndingForecast:
    """A model's chances, as of one month, that the war has ended by each of some later months.

    `low` and `high` are the 5th and 95th percentile over draws of the bargaining constants. `happened` is None
    where the record does not reach that far.
    """

    event: str
    origin: Month
    model: str
    by: tuple[Month, ...]
    chance: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    happened: tuple[bool | None, ...]


@dataclass(frozen=True)
class OddsScore:
    """Odds of somebody over categories (by each month, and not by then), and their Brier score over all of them."""

    event: str
    origin: Month
    who: str
    chances: tuple[float, ...]
    brier: float | None
    """None where it is not yet known what came."""


def origin_of(odds: Odds) -> Month:
    """The first month of which those asked knew next to nothing."""
    month = Month.of(odds.asked)
    return month + 1 if odds.asked.day > MIDDLE_OF_MONTH else month


def ending_event(case: Case) -> ScoredEvent:
    """The ending that the case has scored; RipenessError where it has none."""
    for event in case.scoring.events:
        if event.ending is not None:
            return event
    raise RipenessError(
        f"case {case.name} has no ending to score", "add an event with `ending` to scoring.yaml"
    )


def ending_forecasts(
    case: Case,
    origins: Sequence[Month],
    posteriors: Mapping[Month, Posterior],
    *,
    windows: Sequence[int] = WINDOWS,
    members: int = MEMBERS,
    draws: int = DRAWS,
    grid: Grid = SEARCH_GRID,
    seed: int = 1,
    threads: int | None = None,
    origin_done: Callable[[Month], None] | None = None,
) -> tuple[tuple[EndingForecast, ...], tuple[OddsScore, ...]]:
    """Chances of every model as of the origins, and as of the months in which others gave odds.

    Of `posteriors` the latest that has read nothing at or after an origin is used. RipenessError where there is none,
    or where the case has no ending to score.
    """
    event = ending_event(case)
    asked = [odds for odds in case.scoring.odds if odds.event == event.name]
    answered = [odds for odds in asked if origin_of(odds) <= case.data_until]
    forecasts: list[EndingForecast] = []
    marks = [_of_others(event, odds) for odds in asked]
    for origin in sorted({*origins, *map(origin_of, answered)}):
        here = [odds for odds in answered if origin_of(odds) == origin]
        last = max([origin + (max(windows) - 1), *(odds.until[-1] for odds in here)])
        found = _bargained(
            case,
            origin,
            min(last, case.last_month),
            _posterior_before(posteriors, origin),
            members,
            draws,
            grid,
            seed,
            threads,
        )
        by = tuple(origin + (window - 1) for window in windows)
        for model in MODELS:
            forecasts.append(_forecast(event, found, origin, model, by))
        for until in dict.fromkeys(odds.until for odds in here):
            for model in MODELS:
                marks.append(_of_model(event, found, origin, model, until))
        if origin_done is not None:
            origin_done(origin)
    return tuple(forecasts), tuple(marks)


def happened_by(event: ScoredEvent, month: Month) -> bool | None:
    """Whether the ending had come by the end of a month; None where that is not known."""
    if event.happened is not None and event.happened <= month:
        return True
    assert event.until is not None
    return False if month <= event.until else None


def ending_table(forecasts: Sequence[EndingForecast]) -> dict[str, dict[str, Any]]:
    """Model by window: n of known outcomes, mean chance, mean Brier score, and skill against the null N0."""
    windows = sorted({month - each.origin + 1 for each in forecasts for month in each.by})
    found: dict[str, dict[str, Any]] = {}
    null = {window: _scored(forecasts, "n0", window) for window in windows}
    for model in dict.fromkeys(each.model for each in forecasts):
        for window in windows:
            chances, happened = _scored(forecasts, model, window)
            if not chances.size:
                continue
            own = scores.brier_of_event(chances, happened)
            skill = scores.skill(own, scores.brier_of_event(*null[window]))
            found.setdefault(model, {})[f"h{window}"] = {
                "n": int(chances.size),
                "happened": float(happened.mean()),
                "mean_chance": float(chances.mean()),
                "brier": float(own.mean()),
                "skill_against_n0": None if np.isnan(skill) else skill,
            }
    return found


def _scored(forecasts: Sequence[EndingForecast], model: str, window: int) -> tuple[Any, Any]:
    """Chances and outcomes of a model at a window, where the outcome is known."""
    pairs = [
        (chance, happened)
        for each in forecasts
        if each.model == model
        for month, chance, happened in zip(each.by, each.chance, each.happened, strict=True)
        if month - each.origin + 1 == window and happened is not None
    ]
    return np.array([chance for chance, _ in pairs]), np.array([float(yes) for _, yes in pairs])


def _posterior_before(posteriors: Mapping[Month, Posterior], origin: Month) -> Posterior:
    able = [month for month, posterior in posteriors.items() if posterior.cutoff <= origin]
    if not able:
        raise RipenessError(
            f"no posterior has read nothing at or after {origin}", "fit with an earlier cut-off"
        )
    return posteriors[max(able)]


def _bargained(
    case: Case,
    origin: Month,
    until: Month,
    posterior: Posterior,
    members: int,
    draws: int,
    grid: Grid,
    seed: int,
    threads: int | None,
) -> Bargained:
    names = [name for name in POLICIES[1:] if name in case.policies]
    question = posed(
        case,
        origin,
        max(until, origin + 1),
        mode="unconditional",
        seed=seed,
        policies=names,
    )
    world = draw_posterior(posterior.draws, members, seed)
    return bargain(question, world, [0.0] * len(question.names), draws=draws, grid=grid, threads=threads)


def _by_draw(found: Bargained, origin: Month, model: str, month: Month) -> Any:
    """Share of each structural draw's walkers that have settled by the end of a month, (D,)."""
    ends = found.endings[model]
    deal = (ends.kind[0] == Kind.SETTLED) & (ends.month[0] <= month - origin + 1)
    counts = np.bincount(found.walkers.draw, minlength=found.draws)
    return np.bincount(found.walkers.draw, weights=deal, minlength=found.draws) / counts


def _forecast(
    event: ScoredEvent, found: Bargained, origin: Month, model: str, by: tuple[Month, ...]
) -> EndingForecast:
    shares = [_by_draw(found, origin, model, month) for month in by]
    return EndingForecast(
        event.name,
        origin,
        model,
        by,
        tuple(float(share.mean()) for share in shares),
        tuple(float(np.quantile(share, 0.05)) for share in shares),
        tuple(float(np.quantile(share, 0.95)) for share in shares),
        tuple(happened_by(event, month) for month in by),
    )


def _of_model(
    event: ScoredEvent, found: Bargained, origin: Month, model: str, until: tuple[Month, ...]
) -> OddsScore:
    by = [0.0, *(float(_by_draw(found, origin, model, month).mean()) for month in until), 1.0]
    chances = tuple(float(step) for step in np.diff(by))
    return OddsScore(event.name, origin, model, chances, brier_of_odds(event, until, chances))


def _of_others(event: ScoredEvent, odds: Odds) -> OddsScore:
    return OddsScore(
        event.name, origin_of(odds), odds.who, odds.chances, brier_of_odds(event, odds.until, odds.chances)
    )


def brier_of_odds(event: ScoredEvent, until: tuple[Month, ...], chances: tuple[float, ...]) -> float | None:
    """Over the categories: by each month and not before, and by none of them."""
    came = [happened_by(event, month) for month in until]
    if None in came:
        return None
    first = came.index(True) if True in came else len(came)
    outcome = np.zeros(len(chances))
    outcome[first] = 1.0
    return float(scores.brier(chances, outcome))
