"""Levers as they were enacted: dated values of instruments turned into one row a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month
from ripeness.flow import Levers, layout_of
from ripeness.policy.levers import lever_of_row, rows_of_lever

if TYPE_CHECKING:
    from ripeness.case import Case, DatedValue, Instrument

Floats = NDArray[np.float64]
Event = tuple[dt.date, float]

MEAN_WINDOW = 12
"""Months over which the forecast rule `mean_12` averages."""


def enacted_levers(case: Case, months: Sequence[Month], origin: Month | None = None) -> Floats:
    """Lever rows (len(months), levers) in the order of `layout_of(Levers)` with no policy change.

    A share that holds counts for the days it was in force in the month of its date; any other level is
    that of the last date in the month; pulses of a month add up and count only there. After the last dated
    value of a lever, and never before the case's data end, the instrument's forecast rule takes over: `hold`
    keeps the level (a pulse has none), `zero` ends it, `mean_12` goes on with the mean of the last 12 months of
    data. With `origin`, values dated in or after that month are not known and the rule takes over at the
    origin. Instruments that set one lever together add up; a sum beyond the lever's range is cut to it.
    """
    first, last = min(case.first_month, *months), max(case.last_month, *months)
    rows = np.zeros((last - first + 1, layout_of(Levers).size))
    for instrument in case.instruments:
        _add_instrument(rows, instrument, case, first, origin)
    for row in range(rows.shape[1]):
        lever = lever_of_row(row)
        np.clip(rows[:, row], lever.low, lever.high, out=rows[:, row])
    return rows[[month - first for month in months]]


def _add_instrument(
    rows: Floats, instrument: Instrument, case: Case, first: Month, origin: Month | None
) -> None:
    levels: dict[int, list[Event]] = {}
    pulses: dict[int, list[Event]] = {}
    for value in sorted(instrument.values, key=lambda value: value.date):
        if origin is None or Month.of(value.date) < origin:
            events = pulses if value.kind == "pulse" else levels
            for row, amount in amounts_by_row(value):
                events.setdefault(row, []).append((value.date, amount))
    known_to = case.data_until if origin is None else origin - 1
    for row in levels.keys() | pulses.keys():
        held = _levels(levels.get(row, []), len(rows), first, lever_of_row(row).day_weighted)
        path = held + _pulses(pulses.get(row, []), len(rows), first)
        last_date = max(date for date, _ in (*levels.get(row, []), *pulses.get(row, [])))
        starts = max(known_to, Month.of(last_date)) - first + 1
        after = _forecast(instrument.forecast, held, path, known_to - first + 1)
        rows[:, row] += np.where(np.arange(path.size) >= starts, after, path)


def amounts_by_row(value: DatedValue) -> Iterable[tuple[int, float]]:
    """Lever rows that a dated value sets, with the amount of each."""
    for name, amount in value.levers.items():
        if isinstance(amount, Mapping):
            for label, part in amount.items():
                yield rows_of_lever(f"{name}.{label}")[0], float(part)
        else:
            for row in rows_of_lever(name):
                yield row, float(amount)


def _pulses(events: list[Event], length: int, first: Month) -> Floats:
    """Monthly sums of dated pulses."""
    path = np.zeros(length)
    for date, amount in events:
        at = Month.of(date) - first
        if 0 <= at < length:
            path[at] += amount
    return path


def _levels(events: list[Event], length: int, first: Month, weighted: bool) -> Floats:
    """Monthly path of a lever that holds from each date to the next, dates in order."""
    path, level = np.zeros(length), 0.0
    for date, amount in events:
        month = Month.of(date)
        at = month - first
        if at < 0:
            path[:] = amount
        elif at < length:
            share = (month.days - date.day + 1) / month.days if weighted else 1.0
            path[at] += share * (amount - level)
            path[at + 1 :] = amount
        level = amount
    return path


def _forecast(rule: str, held: Floats, path: Floats, known: int) -> Floats | float:
    """What the rule puts after the dated values; `known` is the index after the last known month."""
    if rule == "hold":
        return held
    window = path[max(known - MEAN_WINDOW, 0) : max(known, 0)]
    return float(window.mean()) if rule == "mean_12" and window.size else 0.0
