"""Tables of a case that a claim can be held against: the record of talks, dated acts, and how the war ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from ripeness.case.claim import Period, RowsWanted
from ripeness.case.records import Case
from ripeness.evidence import DatedFact, Delegation, Position, PressureEvent, Promise, Round

Row = Mapping[str, Any]

DATE = "date"
"""Column of every table by which periods are cut: the day a row begins."""

_TALKS = {
    "rounds": (Round, "rounds", "start"),
    "positions": (Position, "positions", "date"),
    "pressure_events": (PressureEvent, "events", "date"),
    "promises": (Promise, "promises", "due"),
    "delegations": (Delegation, "delegations", None),
    "facts": (DatedFact, "facts", "date"),
}
"""Tables of the folder `talks`: their rows, where a record keeps them, and their day."""

_ACT = ("instrument", "authority", "date", "lever", "value", "act", "source", "quality")
_OUTCOME = ("date", "kind", "terms_share_a", "source", "quality", "note")

COLUMNS: dict[str, tuple[str, ...]] = {
    **{
        name: tuple(dict.fromkeys((*(each.name for each in fields(made)), *((DATE,) if day else ()))))
        for name, (made, _, day) in _TALKS.items()
    },
    "acts": _ACT,
    "outcome": _OUTCOME,
}
"""Columns of each table that a condition may name."""


def rows_of(case: Case, table: str) -> list[dict[str, Any]]:
    """Rows of a table in order of date; none where the case holds no such table."""
    return sorted(_rows(case, table), key=lambda row: (row.get(DATE) or dt.date.min, str(row.get("id", ""))))


def _rows(case: Case, table: str) -> Iterator[dict[str, Any]]:
    if table == "acts":
        for instrument in case.instruments:
            for dated in instrument.values:
                for lever, value in _values(dated.levers):
                    yield {
                        "instrument": instrument.name,
                        "authority": ", ".join(instrument.authority),
                        DATE: dated.date,
                        "lever": lever,
                        "value": value,
                        "act": dated.act,
                        "source": dated.source,
                        "quality": dated.quality,
                    }
    elif table == "outcome":
        if case.outcome is not None:
            month = case.outcome.month
            yield {
                DATE: None if month is None else month.first_day,
                "kind": case.outcome.kind,
                "terms_share_a": case.outcome.terms_share_a,
                "source": case.outcome.source,
                "quality": "recalled",
                "note": case.outcome.note,
            }
    elif case.talks is not None:
        made, kept, day = _TALKS[table]
        for row in getattr(case.talks, kept):
            cells = {each.name: getattr(row, each.name) for each in fields(made)}
            yield cells if day is None else {**cells, DATE: cells[day]}


def _values(levers: Mapping[str, float | dict[str, float]]) -> Iterator[tuple[str, float]]:
    """Levers and their values; an entry of a vector lever after a dot."""
    for lever, value in levers.items():
        if isinstance(value, dict):
            yield from ((f"{lever}.{entry}", one) for entry, one in value.items())
        else:
            yield lever, value


def matching(case: Case, wanted: RowsWanted) -> list[dict[str, Any]]:
    """Rows that meet every condition, in order of date."""
    return [
        row for row in rows_of(case, wanted.table) if inside(row, wanted.period) and fits(row, wanted.where)
    ]


def inside(row: Row, period: Period) -> bool:
    """Whether a row begins within a period; a row without a day lies within an open one only."""
    day = row.get(DATE)
    return (period.first is None and period.last is None) if day is None else period.has(day)


def fits(row: Row, where: Mapping[str, Any]) -> bool:
    """Whether a row meets every condition: a value, one of a list, or a rule such as {contains: text}."""
    return all(_fits(row.get(column), wanted) for column, wanted in where.items())


def _fits(cell: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return all(_rule(cell, rule, value) for rule, value in wanted.items())
    if isinstance(wanted, list | tuple):
        return any(_fits(cell, each) for each in wanted)
    if isinstance(wanted, int | float) and isinstance(cell, int | float):
        return float(cell) == float(wanted)
    return str(cell) == str(wanted)


def _rule(cell: Any, rule: str, value: Any) -> bool:
    if rule in ("contains", "lacks"):
        found = str(value).casefold() in str(cell or "").casefold()
        return found == (rule == "contains")
    if not isinstance(cell, int | float):
        return False
    return cell >= value if rule == "at_least" else cell <= value


def merged(rows: list[dict[str, Any]], days: int | None) -> list[dict[str, Any]]:
    """Rows with those at the same place within so many days of the one before taken as one."""
    if days is None:
        return rows
    found: list[dict[str, Any]] = []
    last: dict[str, dt.date] = {}
    for row in rows:
        place, day = str(row.get("place", "")), row[DATE]
        if place in last and found and found[-1].get("place") == place and (day - last[place]).days <= days:
            last[place] = day
            continue
        last[place] = day
        found.append(row)
    return found
