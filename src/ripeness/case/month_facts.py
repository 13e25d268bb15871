"""What a month knows: the calendar, law and plans, and the record as it could be read at an origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month, RipenessError, suggestion
from ripeness.case.names import FACTS, SITE_UNITS, facts
from ripeness.flow import SITES, WAR_SITES, layout_of, records_of

if TYPE_CHECKING:
    from ripeness.case.records import Case, MonthFact

Floats = NDArray[np.float64]


def month_rows(
    case: Case,
    months: Sequence[Month],
    origin: Month | None = None,
    *,
    conditional: Sequence[str] = (),
    counting: tuple[Month, Month] | None = None,
) -> Floats:
    """Rows of the months' record of the case's program, (len(months), M), as known at `origin`.

    Facts and observations of a month are read where the month and the vintage lie before the origin;
    a held fact keeps its last known value afterwards, and a fact `known_ahead` needs only its vintage
    before the origin. Origin None reads everything. Sites named in `conditional` are read in full
    whatever the origin. `counting` is the first and last month to be counted, all where None; shocks
    are drawn from the origin on, or from the month after the data end.
    Absent observations have value 0, standard deviation 1 and present 0.
    """
    records = records_of(case.program)
    unknown = [site for site in conditional if site not in records.sites]
    if unknown:
        raise RipenessError(f"unknown site {unknown[0]!r}", suggestion(unknown[0], records.sites, "site"))
    layout = layout_of(records.month)
    rows = np.zeros((len(months), layout.size))
    fields = {field.name for field in layout.fields}

    def column(name: str) -> Floats:
        field = layout[name]
        return rows[:, field.start : field.start + field.rows]

    first, last = counting or (None, None)
    drawn_from = origin or case.data_until + 1
    calendar: dict[str, list[int] | list[bool]] = {
        "days": [month.days for month in months],
        "drawing": [month >= drawn_from for month in months],
        "counting": [first is None or last is None or first <= month <= last for month in months],
        "quarter_tax": [month.month in (4, 7, 10) for month in months],
        "march_tax": [month.month == 3 for month in months],
        "december": [month.month == 12 for month in months],
    }
    for name, marks in calendar.items():
        if name in fields:
            column(name)[:, 0] = marks
    for name, fact in facts(case.program).items():
        said = case.month_facts.get(name)
        values = (
            np.full(len(months), fact.default) if said is None else _fact(case, name, said, months, origin)
        )
        column(name)[:, 0] = values
    for prefix, sites in (("", SITES), ("war_", WAR_SITES)):
        if f"{prefix}observed" not in fields:
            continue
        value, sd, present = (column(prefix + name) for name in ("observed", "observed_sd", "present"))
        sd[:] = 1.0
        for at, site in enumerate(sites):
            if site not in case.observations:
                continue
            series = case.series[case.observations[site]].in_unit(SITE_UNITS[site])
            read = series.to_arrays(
                months,
                None if site in conditional else origin,
                default_sd=case.observation_error.get(site),
            )
            value[read.present, at] = read.value[read.present]
            sd[read.present, at] = read.sd[read.present]
            present[:, at] = read.present
    return rows


def _fact(case: Case, name: str, fact: MonthFact, months: Sequence[Month], origin: Month | None) -> Floats:
    if fact.constant is not None:
        return np.full(len(months), fact.constant)
    if fact.series is not None:
        series = case.series[fact.series].in_unit(FACTS[name].unit)
        rows = series.as_of(origin, known_ahead=fact.known_ahead).observations
        known = {row.month: row.value for row in rows}
    else:
        every = fact.steps or {}
        known = {
            month: value
            for month, value in every.items()
            if origin is None or fact.known_ahead or month < origin
        }
    if fact.fill == "zero":
        return np.array([known.get(month, 0.0) for month in months], float)
    values = np.empty(len(months))
    dated = sorted(known)
    at = np.searchsorted(
        [month - case.first_month for month in dated], [m - case.first_month for m in months], "right"
    )
    for i, past in enumerate(at):
        if past:
            values[i] = known[dated[past - 1]]
        elif fact.before is not None:
            values[i] = fact.before
        else:
            raise RipenessError(
                f"{name} of {months[i]} could not be known" + (f" at {origin}" if origin else ""),
                f"give month_facts.{name} a value `before` its first row, earlier vintages, or known_ahead",
            )
    return values
