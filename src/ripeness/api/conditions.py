"""Futures in which something holds: two policies in the same future, held against each other by a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.api.bargained import MOST_WALKED, ratchet_months
from ripeness.api.progress import Progress
from ripeness.api.simulation import Asked, Options, ask, simulated
from ripeness.bargaining import Kind
from ripeness.base import Month, RipenessError, suggestion
from ripeness.case import REFERENCE, WORLD, Reading
from ripeness.ensemble.bargain import SEARCH_GRID, Bargained, bargain
from ripeness.ensemble.endings import END_METRICS, EndMetric
from ripeness.ensemble.futures import Futures, end_futures, world_futures
from ripeness.ensemble.metrics import Metric, metrics_of
from ripeness.ensemble.no_deal import GROUPS
from ripeness.flow import BargainingParameters, records_of

if TYPE_CHECKING:
    from ripeness.case import Case

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

END = EndMetric("months_to_end", "Months to the end of the war, by a deal or a collapse", "months", "months")
"""The one metric of endings that a comparison does not report and a claim may need."""

POWER = Metric(
    "power_damage_share",
    "Share of generating capacity out of use at the end",
    "share",
    "power_damage_share",
    "last",
)
"""The one metric of the world that a comparison does not report and a claim may need."""

ENDINGS = {metric.name: metric for metric in (*END_METRICS, END)}


@dataclass(frozen=True)
class Occasion:
    """What readings can share: months and policies that are run once. `until` None is the end of the case."""

    start: Month | None
    until: Month | None
    policies: tuple[str, ...]


def metric_about(case: Case, metric: str, model: str) -> tuple[str, str, bool]:
    """Label, unit and whether months of a metric may never come; RipenessError names what the model has."""
    if model == WORLD:
        known = {each.name: each for each in world_metrics(case)}
        if metric in known:
            return known[metric].label, known[metric].unit, known[metric].is_censored
    elif metric in ENDINGS:
        return ENDINGS[metric].label, ENDINGS[metric].unit, ENDINGS[metric].kind == "months"
    names = list(ENDINGS) if model != WORLD else [each.name for each in world_metrics(case)]
    where = "the world" if model == WORLD else f"endings under {model}"
    raise RipenessError(f"there is no metric {metric!r} of {where}", suggestion(metric, names, "metric"))


def world_metrics(case: Case) -> tuple[Metric, ...]:
    """Metrics of the world that a claim may be about."""
    more = (POWER,) if POWER.output in records_of(case.program).output_rows else ()
    return (*metrics_of(case.program), *more)


def occasions(case: Case, readings: Sequence[Reading]) -> dict[Occasion, list[Reading]]:
    """Readings by the run that answers them, each run with all the policies that its readings name."""
    found: dict[tuple[Month | None, Month | None], list[Reading]] = {}
    for reading in readings:
        found.setdefault((reading.start, last_month(case, reading)), []).append(reading)
    return {
        Occasion(
            start,
            until,
            tuple(
                dict.fromkeys(
                    name for each in asked for name in (each.than, each.policy) if name != REFERENCE
                )
            ),
        ): asked
        for (start, until), asked in found.items()
    }


def last_month(case: Case, reading: Reading) -> Month | None:
    """The last month of a reading; None for the end of the case. RipenessError where it lies beyond."""
    if reading.months is None:
        return None
    start = reading.start or case.default_start or case.data_until + 1
    last = start + (reading.months - 1)
    if last > case.last_month:
        raise RipenessError(f"{reading.months} months from {start} end after the case", "ask for fewer")
    return last


def futures_by_model(
    case: Case,
    occasion: Occasion,
    models: Sequence[str],
    options: Options,
    structural_draws: int,
    progress: Progress,
) -> Iterator[tuple[str, Futures, Asked]]:
    """The futures of an occasion under each model; the world is run once and the game is solved once."""
    asked = ask(
        case,
        list(occasion.policies) or [REFERENCE],
        start=occasion.start,
        until=occasion.until,
        options=options,
    )
    if WORLD in models:
        world = world_futures(simulated(asked, None, progress), asked.case, world_metrics(asked.case))
        yield WORLD, replace(world, groups=_same_columns(world.inputs)), asked
    others = [model for model in models if model != WORLD]
    if not others:
        return
    if not case.stakes:
        raise RipenessError(f"case {case.name} has no war, hence no {others[0]}", f"ask for --model {WORLD}")
    parameters = asked.draws.draw(0, min(options.members, MOST_WALKED))
    progress.stage(
        f"solving the game for {structural_draws} structural draws under {len(asked.names)} policies",
        structural_draws,
    )
    found = bargain(
        asked.question,
        parameters,
        [ratchet_months(case.policies.get(name)) for name in asked.names],
        draws=structural_draws,
        prior=options.prior,
        grid=SEARCH_GRID,
        dtype=options.dtype,
        threads=options.threads,
        done=progress.advance,
    )
    for model in others:
        yield model, _of_model(case, found, parameters, model), asked


def _of_model(case: Case, found: Bargained, parameters: Floats, model: str) -> Futures:
    """Endings with the months to any end, grouped by what the model's own constants are."""
    table = end_futures(case, found, parameters, model)
    ends = found.endings[model]
    months = np.where(ends.kind == Kind.WAR, np.inf, ends.month)
    own = [BargainingParameters._fields.index(name) for name in GROUPS.get(model, GROUPS["n0"])]
    return replace(
        table,
        outcomes={**table.outcomes, END.name: np.asarray(months, dtype=np.float64)},
        groups=_same_columns(found.structural.draws[own])[found.walkers.draw],
    )


def _same_columns(rows: Floats) -> NDArray[np.intp]:
    """Numbers of the different columns: a draw that was taken twice is one piece of evidence."""
    _, same = np.unique(rows, axis=1, return_inverse=True)
    return np.asarray(same, dtype=np.intp).ravel()


def holding(futures: Futures, reading: Reading, censored: bool) -> tuple[Bools, Bools]:
    """In which futures a reading holds, and of which it can be said at all; both (n,).

    Months that never come count as one month after the run.
    """
    value = futures.outcome(reading.metric, reading.policy)
    other = futures.outcome(reading.metric, reading.than)
    if reading.rule == "within_months":
        by = reading.value
        return (value <= by) & ~(other <= by), ~np.isnan(value) & ~np.isnan(other)
    if censored:
        never = futures.until - futures.start + 2.0
        value, other = np.minimum(value, never), np.minimum(other, never)
    known = np.isfinite(value) & np.isfinite(other)
    with np.errstate(invalid="ignore"):
        held = {
            "ratio_at_most": value <= reading.value * other,
            "ratio_at_least": value >= reading.value * other,
            "lower_by": other - value >= reading.value,
            "higher_by": value - other >= reading.value,
            "at_most": value <= reading.value,
            "at_least": value >= reading.value,
        }[reading.rule]
    return held & known, known


def inputs_that_matter(futures: Futures, reading: Reading) -> tuple[tuple[str, ...], Floats]:
    """Names and rows of the inputs that the metric can depend on: of the program's part, and of no other model."""
    if futures.model is not None:
        others = {name for model, names in GROUPS.items() if model != futures.model for name in names}
        behind = set(futures.names) - others
    else:
        records = records_of(futures.case.program)
        output = next(each.output for each in world_metrics(futures.case) if each.name == reading.metric)
        behind = set(records.parameter_names[: records.parameters_behind(output)])
    rows = [row for row, name in enumerate(futures.names) if name in behind]
    return tuple(futures.names[row] for row in rows), futures.inputs[rows]


class Known(NamedTuple):
    """What the record did to an input: standard deviation over that of its prior, at most 1, and how far it moved.

    `moved` is the shift of the median in prior standard deviations; both None where the input has no prior spread.
    """

    spread_left: float | None
    moved: float | None


def known_of(asked: Asked, names: Sequence[str], inputs: Floats) -> Mapping[str, Known]:
    """What the record did to each input of the futures."""
    case, found = asked.case, {}
    for name, row in zip(names, inputs, strict=True):
        prior = (case.parameters.get(name) or case.bargaining[name]).prior_at(asked.draws.cutoff)
        if not prior.sd:
            found[name] = Known(None, None)
            continue
        moved = abs(float(np.median(row)) - float(prior.ppf(0.5))) / prior.sd
        found[name] = Known(min(float(row.std()) / prior.sd, 1.0), moved)
    return found
