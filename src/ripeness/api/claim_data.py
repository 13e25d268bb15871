"""Tests of claims on the data of a case: series, tables, dates with a placebo, measures of talks, experiments."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ripeness.analysis.claims import (
    BAND,
    FEWEST_PLACEBOS,
    Finding,
    edge_doubt,
    flip_value,
    placebo_share,
)
from ripeness.base import Month, convert
from ripeness.case import (
    BeforeAfter,
    Bound,
    Case,
    Count,
    ExperimentSign,
    Figure,
    Period,
    Rows,
    RowsWanted,
    SeriesWanted,
    TalksMeasure,
    matching,
    merged,
)
from ripeness.case.claim import Spec
from ripeness.case.claim_tables import DATE, fits
from ripeness.evidence import months_of
from ripeness.report import MINUS, decimals_for, number, percent

Row = Mapping[str, Any]

DIGITS = 3

FULL = 2.0 / 3.0
"""Share of a window's months that must have a value for its mean to count."""

TABLE_WORDS = {
    "rounds": "rounds and contacts",
    "positions": "coded positions",
    "pressure_events": "acts of pressure",
    "promises": "products promised",
    "delegations": "delegations",
    "facts": "dated facts",
    "acts": "dated acts of instruments",
    "outcome": "the war's end",
}
"""What the rows of each table are called."""

MEASURE_WORDS = {
    "process": "process (weighted sessions)",
    "progress": "progress (fall of the distance, shares of the scale)",
    "progress_per_process": "progress per unit of process",
    "conceded": "mean movement towards the other side",
    "distance": "least distance of the two sides",
    "overlap": "correlation of pressure and process by month",
    "net_in_talks": "net acts a month while talks went on",
    "net_with_talks": "net acts in a month with talks less in a quiet one",
    "fulfilment": "share of due products carried out",
    "rank_gap": "gap of rank between the delegations",
    "posterior_insincere": "chance of talks for other ends",
}
"""What each measure of talks is called."""


def found_in_data(case: Case, spec: Spec) -> Finding:
    """What a test on data finds; RipenessError where it names what the case does not hold."""
    tests: dict[type, Callable[[Case, Any], Finding]] = {
        Figure: figure,
        Rows: record,
        Count: count,
        BeforeAfter: before_after,
        TalksMeasure: talks_measure,
        ExperimentSign: experiment,
    }
    return tests[type(spec)](case, spec)


def said(value: float, unit: str = "", share: bool = False) -> str:
    """A number with its unit, to three digits."""
    if unit == "share" or share:
        return f"{number(100 * value, decimals_for([100 * value]))} %"
    if unit == "count" and value.is_integer():
        return number(value, 0)
    words = number(value, decimals_for([value], DIGITS))
    return words if unit in ("", "none", "count", "flag", "index") else f"{words} {unit}"


def bound_words(bound: Bound, unit: str = "") -> str:
    """A bound as a condition."""
    if math.isinf(bound.high):
        return f"at least {said(bound.low, unit)}"
    if math.isinf(bound.low):
        return f"at most {said(bound.high, unit)}"
    if bound.low == bound.high:
        return f"exactly {said(bound.low, unit)}"
    return f"{said(bound.low, unit)} to {said(bound.high, unit)}"


def _finding(
    value: float,
    sd: float,
    bound: Bound,
    label: str,
    unit: str,
    *,
    doubt: str = "",
    flips: tuple[str, ...] = (),
    qualities: Sequence[str] = (),
    sources: Sequence[str] = (),
    remarks: tuple[str, ...] = (),
    as_of: str = "",
    low: float | None = None,
    high: float | None = None,
) -> Finding:
    """A number against its bound, with what would turn it."""
    if low is None and sd > 0.0:
        low, high = value - BAND * sd, value + BAND * sd
    band = "" if low is None or high is None else f" ({said(low, unit)} to {said(high, unit)})"
    if not doubt and edge_doubt(value, sd, bound.low, bound.high):
        doubt = "the number's own error reaches across the bound"
    turns = _turns(value, bound, label, unit)
    return Finding(
        f"{label}: {said(value, unit)}{band}; the test asks for {bound_words(bound, unit)}",
        bound.holds(value),
        doubt,
        value,
        low,
        high,
        (_end(bound.low), _end(bound.high)),
        label,
        unit,
        (*turns, *flips),
        tuple(qualities),
        tuple(dict.fromkeys(sources)),
        {},
        remarks,
        as_of,
    )


def _turns(value: float, bound: Bound, label: str, unit: str) -> tuple[str, ...]:
    """The values of the number at which the verdict turns."""
    if bound.holds(value):
        ends = [f"below {said(bound.low, unit)}"] if math.isfinite(bound.low) else []
        ends += [f"above {said(bound.high, unit)}"] if math.isfinite(bound.high) else []
        return (f"{label} were {' or '.join(ends)}",) if ends else ()
    turn = flip_value(value, bound.low, bound.high)
    assert turn is not None
    reached = "at least" if value < turn else "at most"
    return (f"{label} were {reached} {said(turn, unit)}",)


def _end(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _lacking(words: str) -> Finding:
    return Finding(words, flips=("the record held what the test needs",))


class Monthly:
    """A series wanted by a test: values, errors, qualities and sources by month."""

    def __init__(self, case: Case, wanted: SeriesWanted) -> None:
        self.unit = wanted.unit or case.series[wanted.plus[0]].unit
        parts = [(1.0, name) for name in wanted.plus] + [(-1.0, name) for name in wanted.minus]
        values: dict[Month, float] = {}
        variances: dict[Month, float] = {}
        self.qualities: dict[Month, list[str]] = {}
        self.sources: dict[Month, list[str]] = {}
        self.vintages: dict[Month, Month] = {}
        months: set[Month] | None = None
        for sign, name in parts:
            series = case.series[name]
            rows = series.as_of(None).observations
            months = {row.month for row in rows} if months is None else months & {row.month for row in rows}
            for row in rows:
                value = convert(row.value, series.unit, self.unit)
                sd = 0.0 if row.sd is None else convert(row.sd, series.unit, self.unit)
                days = row.month.days if wanted.per_day else 1.0
                values[row.month] = values.get(row.month, 0.0) + sign * value / days
                variances[row.month] = variances.get(row.month, 0.0) + (sd / days) ** 2
                self.qualities.setdefault(row.month, []).append(row.quality)
                self.sources.setdefault(row.month, []).append(row.source)
                self.vintages[row.month] = max(self.vintages.get(row.month, row.vintage), row.vintage)
        self.values = {month: values[month] for month in sorted(months or ())}
        self.sd = {month: math.sqrt(variances[month]) for month in self.values}
        self.label = " + ".join(_named(case, name) for name in wanted.plus)
        self.label += "".join(f" less {_named(case, name)}" for name in wanted.minus)
        self.label += " a day" if wanted.per_day else ""

    def within(self, period: Period) -> list[Month]:
        """Months with a value in a period."""
        return [month for month in self.values if period.has_month(month)]

    def about(self, months: Sequence[Month]) -> dict[str, Any]:
        """Qualities, sources and the newest vintage of some months."""
        return {
            "qualities": [each for month in months for each in self.qualities[month]],
            "sources": [each for month in months for each in self.sources[month]],
            "as_of": str(max((self.vintages[month] for month in months), default="")),
        }


def _named(case: Case, series: str) -> str:
    """A series in words, with the parties by their names."""
    parties = {f" {side} ": f" ({case.parties[side].name}) " for side in ("a", "d") if side in case.parties}
    words = f" {_spoken(series)} "
    for letter, name in parties.items():
        words = words.replace(letter, name)
    for party in case.parties.values():
        words = re.sub(rf"\b{re.escape(party.name.lower())}\b", party.name, words)
    return words.strip()


def _spoken(name: str) -> str:
    words = name.split("_")
    ends = {"usd", "rub", "trn", "bn", "bbl", "mbd", "km2", "gw", "eur", "mn", "day"}
    while len(words) > 1 and words[-1] in ends:
        words.pop()
    return " ".join(words)


def figure(case: Case, test: Figure) -> Finding:
    """A statistic of a series over a period."""
    series = Monthly(case, test.series)
    months = series.within(test.period)
    if not months or (test.statistic in ("change", "growth") and len(months) < 2):
        return _lacking(f"the series {series.label} has no value in {_period_words(test.period)}")
    value, sd = _statistic(series, months, test.statistic)
    label = f"{_statistic_words(test.statistic)}{series.label}, {_months_words(months)}"
    unit = "share" if test.statistic == "growth" else series.unit
    used = list(months)
    if test.base is not None:
        earlier = series.within(test.base)
        if not earlier:
            return _lacking(f"the series {series.label} has no value in {_period_words(test.base)}")
        base, base_sd = _statistic(series, earlier, test.statistic)
        value, sd = _compared(value, sd, base, base_sd, test.relative)
        unit = "share" if test.relative else unit
        label += f", against {_months_words(earlier)}"
        used += earlier
    return _finding(value, sd, test.bound, label, unit, **series.about(used))


def _statistic(series: Monthly, months: Sequence[Month], statistic: str) -> tuple[float, float]:
    """A statistic and its standard error, months' errors being independent."""
    values = [series.values[month] for month in months]
    errors = [series.sd[month] for month in months]
    if statistic == "change":
        return values[-1] - values[0], math.hypot(errors[0], errors[-1])
    if statistic == "growth":
        return _compared(values[-1], errors[-1], values[0], errors[0], True)
    if statistic in ("min", "max"):
        at = int(np.argmin(values) if statistic == "min" else np.argmax(values))
        return values[at], errors[at]
    if statistic == "value":
        return values[-1], errors[-1]
    total, error = sum(values), math.sqrt(sum(each**2 for each in errors))
    return (total, error) if statistic == "sum" else (total / len(values), error / len(values))


def _compared(value: float, sd: float, base: float, base_sd: float, relative: bool) -> tuple[float, float]:
    if not relative:
        return value - base, math.hypot(sd, base_sd)
    if base == 0.0:
        return math.nan, 0.0
    ratio = value / base
    return ratio - 1.0, abs(ratio) * math.hypot(sd / value if value else 0.0, base_sd / base)


def _statistic_words(statistic: str) -> str:
    words = {
        "mean": "mean ",
        "sum": "sum of ",
        "min": "least ",
        "max": "most ",
        "value": "",
        "change": "change of ",
    }
    return words.get(statistic, "growth of ")


def record(case: Case, test: Rows) -> Finding:
    """A row that is there or not, or the nth of its kind and what stands in it."""
    rows = merged(matching(case, test.rows), test.merge_days)
    against = [] if test.against is None else matching(case, test.against)
    what = TABLE_WORDS[test.rows.table]
    where = (
        f"{_where_words(test.rows)}, {_period_words(test.rows.period)}"
        if test.rows.where
        else _period_words(test.rows.period)
    )
    table = test.rows.table
    about = _about_rows(case, table, [*rows, *against])
    if test.nth is not None:
        if len(rows) < test.nth:
            lacking = _lacking(f"the record of {what} holds {len(rows)} such rows ({where}), not {test.nth}")
            return replace(lacking, as_of=read_to(case, table))
        row = rows[test.nth - 1]
        cells = ", ".join(f"{key.replace('_', ' ')} {row.get(key)}" for key in test.equals)
        counted = (
            f"rows at one place within {test.merge_days} days as one"
            if test.merge_days
            else "each row by itself"
        )
        near = [at + 1 for at, each in enumerate(rows) if fits(each, test.equals)]
        flips = [
            f"such rows were counted so that number {at} came {_ordinal(test.nth)}"
            for at in near[:2]
            if at != test.nth
        ]
        return Finding(
            f"the {_ordinal(test.nth)} ({counted}) is {_row_words(row)}: {cells}",
            fits(row, test.equals),
            value=float(near[0]) if near else None,
            bound=(float(test.nth), float(test.nth)),
            label="its number in the record",
            unit="count",
            flips=(*flips, *_notes(row)),
            **_about_rows(case, table, [row]),
        )
    rows = [row for row in rows if fits(row, test.equals)]
    wanted = f"{what} with {where}" + (f" and {_cells_words(test.equals)}" if test.equals else "")
    if test.present:
        if against:
            words = f"{_row_words(against[0])} speaks against it" + (
                f", {_row_words(rows[0])} for it" if rows else "; nothing in the record for it"
            )
            flips = (
                "what speaks against it were shown to be wrong"
                + ("" if rows else ", and a row for it found"),
            )
            return Finding(
                words,
                bool(rows),
                words,
                float(len(rows)),
                label="rows for it",
                unit="count",
                flips=flips,
                **about,
            )
        if not rows:
            words = f"the record of {wanted} holds no row"
            if test.complete:
                flips = ("a row of this kind were in the record",)
                return Finding(
                    words,
                    False,
                    value=0.0,
                    bound=(1.0, None),
                    label="rows",
                    unit="count",
                    flips=flips,
                    **about,
                )
            return replace(
                _lacking(f"{words}; it does not claim to hold every such row, so that nothing follows"),
                as_of=read_to(case, table),
            )
        more = f"; and {len(rows) - 1} more such row{'s' * (len(rows) > 2)}" if len(rows) > 1 else ""
        gone = "that row were" if len(rows) == 1 else f"those {len(rows)} rows were"
        return Finding(
            f"{_row_words(rows[0])}{more}",
            True,
            value=float(len(rows)),
            bound=(1.0, None),
            label="rows for it",
            unit="count",
            flips=(f"{gone} shown to be wrong",),
            **about,
        )
    words = f"the record of {wanted} holds {len(rows) or 'no'} row{'' if len(rows) == 1 else 's'}"
    if rows:
        words += f": {_row_words(rows[0])}"
    gone = "that row were" if len(rows) == 1 else f"those {len(rows)} rows were"
    flips = (f"{gone} shown to be wrong",) if rows else ("one such row were found",)
    last = (
        f"to {Month.of(case.talks.last_day)}"
        if case.talks is not None and test.rows.table in ("rounds", "facts")
        else ""
    )
    remarks = (f"the record is read {last}".strip(),) if last and not rows else ()
    made = Finding(
        words, not rows, value=float(len(rows)), bound=(None, 0.0), label="rows", unit="count", flips=flips
    )
    return replace(made, **{**about, "remarks": (*about.get("remarks", ()), *remarks)})


def count(case: Case, test: Count) -> Finding:
    """A number of rows, a share of rows, or a number of months of a series beyond a bound."""
    if test.rows is None:
        assert test.series is not None and test.within is not None
        series = Monthly(case, test.series)
        months = series.within(test.period)
        if not months:
            return _lacking(f"the series {series.label} has no value in {_period_words(test.period)}")
        hits = [month for month in months if test.within.holds(series.values[month])]
        label = f"months with {series.label} {bound_words(test.within, series.unit)}, of {len(months)}"
        nearest = sorted(series.values[month] for month in months)
        extra = f"least {said(nearest[0], series.unit)}, most {said(nearest[-1], series.unit)}"
        found = _finding(float(len(hits)), 0.0, test.bound, label, "count", **series.about(months))
        return replace(found, words=f"{found.words} ({extra})")
    rows = merged(matching(case, test.rows), test.merge_days)
    what = f"{TABLE_WORDS[test.rows.table]} with {_where_words(test.rows)}, {_period_words(test.rows.period)}"
    if test.of is not None:
        whole = merged(matching(case, test.of), test.merge_days)
        if not whole:
            return _lacking(f"the record of {TABLE_WORDS[test.of.table]} holds none to take a share of")
        label = f"share of {what}, of {len(whole)}"
        about = _about_rows(case, test.rows.table, whole)
        return _finding(len(rows) / len(whole), 0.0, test.bound, label, "share", **about)
    if test.rows.table not in ("acts", "outcome") and case.talks is None:
        return _lacking(f"the case holds no record of {TABLE_WORDS[test.rows.table]}")
    counted = f" (one place within {test.merge_days} days as one)" if test.merge_days else ""
    value = float(len(rows))
    few = value < test.bound.low or (test.bound.holds(value) and math.isfinite(test.bound.high))
    remarks = ("a row of this kind that the record lacks would count against it",) if few else ()
    about = _about_rows(case, test.rows.table, rows)
    return _finding(value, 0.0, test.bound, f"number of {what}{counted}", "count", remarks=remarks, **about)


def before_after(case: Case, test: BeforeAfter) -> Finding:
    """A mean after a date beside that before it, and beside the same at other dates."""
    if test.series is not None:
        series = Monthly(case, test.series)
        values, errors, unit, label = series.values, series.sd, series.unit, series.label
    else:
        assert test.rows is not None
        values, unit = _rows_a_month(case, test.rows), "count"
        errors = dict.fromkeys(values, 0.0)
        label = f"{TABLE_WORDS[test.rows.table]} a month with {_where_words(test.rows)}"
    own = _change(values, errors, test.date, test)
    if own is None:
        return _lacking(f"{label} has too few values around {test.date}")
    value, sd = own
    others = [
        change[0]
        for month in values
        if abs(month - test.date) >= test.months
        and (change := _change(values, errors, month, test)) is not None
    ]
    doubt, remark = "", f"too few other dates for a placebo ({len(others)})"
    if len(others) >= FEWEST_PLACEBOS:
        share = placebo_share(value, others, test.bound.low, test.bound.high)
        remark = f"of {len(others)} other dates, {percent(share)} of 100 show as much"
        if test.bound.holds(value) and share > test.placebo:
            doubt = f"the placebo says the same: {remark}"
    elif test.bound.holds(value):
        doubt = remark
    unit = "share" if test.relative else unit
    label = f"change of {label}, {test.months} months from {test.date} against those before"
    used = [month for month in values if -test.months <= month - test.date < test.months]
    rows = test.rows
    about = series.about(used) if rows is None else _about_rows(case, rows.table, matching(case, rows))
    turns: tuple[str, ...] = ()
    if len(others) >= FEWEST_PLACEBOS and test.bound.holds(value):
        ordered = sorted(others, reverse=math.isinf(test.bound.high))
        allowed = ordered[min(int(test.placebo * len(others)), len(others) - 1)]
        shown = f"{percent(test.placebo)} of 100 other dates show {said(allowed, unit)}"
        beyond = "beyond what the placebo allows" if doubt else "no more than other dates show"
        turns = (f"the change were {beyond}: {shown}",)
    return _finding(value, sd, test.bound, label, unit, doubt=doubt, remarks=(remark,), flips=turns, **about)


def _change(
    values: Mapping[Month, float], errors: Mapping[Month, float], date: Month, test: BeforeAfter
) -> tuple[float, float] | None:
    after = [date + step for step in range(test.months) if date + step in values]
    before = [date - step for step in range(1, test.months + 1) if date - step in values]
    if min(len(after), len(before)) < FULL * test.months:
        return None
    means = [
        (
            sum(values[month] for month in months) / len(months),
            math.sqrt(sum(errors[month] ** 2 for month in months)) / len(months),
        )
        for months in (after, before)
    ]
    if test.relative and means[1][0] == 0.0:
        return None
    return _compared(*means[0], *means[1], test.relative)


def _rows_a_month(case: Case, wanted: RowsWanted) -> dict[Month, float]:
    """Rows a month over all months of the record."""
    if case.talks is None:
        return {}
    found = dict.fromkeys(months_of(case.talks), 0.0)
    for row in matching(case, wanted):
        if row[DATE] is not None and Month.of(row[DATE]) in found:
            found[Month.of(row[DATE])] += 1.0
    return found


def talks_measure(case: Case, test: TalksMeasure) -> Finding:
    """A measure of the record of talks."""
    if case.talks is None:
        return _lacking("the case holds no record of talks")
    from ripeness.analysis import sincerity, talks

    record, months = case.talks, months_of(case.talks)
    sides = (case.parties["a"].name, case.parties["d"].name)
    start = test.period.first or record.first_day
    end = test.period.last or record.last_day
    inside = [month for month in months if test.period.has_month(month)]
    rows_at = [at for at, month in enumerate(months) if month in set(inside)]
    roles = {name: issue.role for name, issue in record.issues.items()}
    spent = talks.process(record.rounds, months, test.weighting)
    used = float(spent[rows_at].sum())
    unit, sd, low, high, doubt = "none", 0.0, None, None, ""
    remarks: tuple[str, ...] = ()
    flips: tuple[str, ...] = ()
    label = MEASURE_WORDS[test.measure]
    rows: list[Any] = [row for row in record.rounds if start <= row.start <= end and row.is_session]
    if test.measure == "process":
        value = used
    elif test.measure in ("progress", "progress_per_process", "conceded"):
        fall = talks.progress(record.positions, sides, start, end, roles=roles)
        rows = [row for row in record.positions if start <= row.date <= end and row.actor in sides]
        band = fall.total if test.measure == "progress" else talks.per_process(fall.total, used)
        value, low, high = band
        if test.measure == "conceded":
            assert test.party is not None
            value, low, high = fall.conceded_band.get(test.party, (math.nan, None, None))
            label = f"{label}, {test.party}"
        elif fall.without:
            name, without = max(
                fall.without.items(), key=lambda pair: (abs(pair[1] - fall.total.value), pair[0])
            )
            remarks = (f"without the issue {_spoken(name)}: {said(without)}",)
        if (
            low is not None
            and high is not None
            and math.isfinite(low)
            and test.bound.holds(low) != test.bound.holds(high)
        ):
            doubt = "the coder's own bands reach across the bound"
    elif test.measure == "distance":
        assert test.issue is not None
        apart = talks.distance(record.positions, sides, months).get(test.issue, np.full(len(months), np.nan))
        known = apart[rows_at][np.isfinite(apart[rows_at])]
        value = float(known.min()) if known.size else math.nan
        label = f"{label} on {_spoken(test.issue)}"
        rows = [
            row
            for row in record.positions
            if row.issue == test.issue and row.actor in sides and row.date <= end
        ]
    elif test.measure in ("overlap", "net_in_talks", "net_with_talks"):
        target = test.target or sides[0]
        acts = talks.net_acts(record.events, months, target=target, kinds=test.kinds, sender=test.party)
        cut = (acts[0][rows_at], acts[1][rows_at])
        each = talks.overlap(cut, spent[rows_at], sender=test.party or "all", target=target, kinds=test.kinds)
        value = {
            "overlap": each.correlation,
            "net_in_talks": each.net_with_talks,
            "net_with_talks": each.net_with_talks - each.net_when_quiet,
        }[test.measure]
        label = f"{label}, by {test.party or 'all'} on {target}"
        rows = [
            row
            for row in record.events
            if row.target == target
            and row.kind in test.kinds
            and test.party in (None, row.sender)
            and start <= row.date <= end
        ]
        with_talks, quiet = (f"{each.tightened[at]} tightened and {each.eased[at]} eased" for at in (0, 1))
        remarks = (f"in months with talks {with_talks}; in quiet months {quiet}",)
    elif test.measure == "fulfilment":
        due = [row for row in record.promises if start <= row.due <= end]
        band, _ = talks.fulfilment(due)
        value, low, high = band
        unit, rows = "share", list(due)
        if math.isfinite(low) and test.bound.holds(low) != test.bound.holds(high):
            doubt = "it hangs on how products that were partly carried out are counted"
    elif test.measure == "rank_gap":
        ids = {row.id for row in record.rounds if start <= row.start <= end}
        value, counted = talks.rank_gap([row for row in record.delegations if row.round_id in ids], sides)
        remarks = (f"{counted} rounds with both heads known",)
    else:
        value, low, high, doubt, remarks = _posterior(case, test, sincerity, talks)
        label = f"{label}, {test.party}"
    if not math.isfinite(value):
        return _lacking(f"the record of talks says nothing of {label} in {_period_words(test.period)}")
    label = f"{label}, {_period_words(Period(start, end))}"
    about: dict[str, Any] = {
        "qualities": [row.quality for row in rows],
        "sources": [row.source for row in rows][-4:],
        "as_of": str(record.last_day),
    }
    return _finding(
        value,
        sd,
        test.bound,
        label,
        unit,
        doubt=doubt,
        flips=flips,
        remarks=remarks,
        low=low,
        high=high,
        **about,
    )


def _posterior(
    case: Case, test: TalksMeasure, sincerity: Any, talks: Any
) -> tuple[float, float, float, str, tuple[str, ...]]:
    """Posterior chance of talks for other ends from an even prior, its range over priors and strengths, and doubt."""
    record = case.talks
    assert record is not None and test.party is not None
    sides = (case.parties["a"].name, case.parties["d"].name)
    windows = [
        each
        for each in talks.tracks(record.rounds)
        if test.period.has(each.start) or test.period.has(each.end)
    ]
    if not windows or test.party not in sides:
        return math.nan, math.nan, math.nan, "", ()
    at = sides.index(test.party)
    read = [sincerity.readings(record, test.party, 1.0 - at, sides[1 - at], window) for window in windows]
    verdict = sincerity.filtered(test.party, read)
    doubt = ""
    if test.bound.holds(verdict.low) != test.bound.holds(verdict.high):
        doubt = "prior-driven: the verdict turns with the prior, or with the strength given to the signals"
    remarks = (f"{verdict.read} signals read; prior chances from 20 to 80 of 100 tried",)
    return verdict.posteriors[0.5], verdict.low, verdict.high, doubt, remarks


def experiment(case: Case, test: ExperimentSign) -> Finding:
    """The recorded change of an output in a natural experiment, and whether the committed prediction went that way."""
    from ripeness.fit.experiment_scores import score_rows
    from ripeness.fit.experiments import committed_forecasts, read_predictions

    about = case.experiments[test.experiment]
    committed = next((each for each in read_predictions(case, [test.experiment])), None)
    if committed is None:
        return _lacking(f"no prediction of {test.experiment} is committed")
    rows = [
        row
        for row in score_rows(case, about, committed_forecasts(about, committed))
        if row["output"] == test.output and row["recorded"] is not None
    ]
    if not rows:
        return _lacking(f"the record says nothing of {_spoken(test.output)} in {test.experiment}")
    row = rows[0]
    value, sd = float(row["recorded"]), float(row["recorded_sd"] or 0.0)
    edge = sd if math.isfinite(sd) else 0.0
    bound = {"rise": Bound(edge, math.inf), "fall": Bound(-math.inf, -edge), "stay": Bound(-edge, edge)}[
        test.sense
    ]
    predicted = f"predicted before: {said(row['median'])} ({said(row['low80'])} to {said(row['high80'])})"
    doubt = "" if row["direction"] == "right" else f"the model's own prediction was {row['direction']}"
    label = f"recorded change of {_spoken(test.output)} in {about.title}"
    return replace(
        _finding(value, 0.0, bound, label, "", doubt=doubt, remarks=(predicted,), as_of=str(case.data_until)),
        low=value - BAND * sd,
        high=value + BAND * sd,
        sources=(str(row["recorded_in"]),),
    )


def _about_rows(case: Case, table: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Qualities and sources of rows, and the day to which their table was read."""
    return {
        "qualities": tuple(str(row["quality"]) for row in rows if row.get("quality")),
        "sources": tuple(dict.fromkeys(str(row["source"]) for row in rows if row.get("source")))[:6],
        "as_of": read_to(case, table),
    }


def read_to(case: Case, table: str) -> str:
    """The day or month to which a table of the case was read."""
    of_talks = case.talks is not None and table not in ("acts", "outcome")
    return str(case.talks.last_day if of_talks and case.talks is not None else case.data_until)


def _notes(row: Row) -> tuple[str, ...]:
    """What the record itself says of doubts about a row."""
    note = str(row.get("notes") or row.get("note") or "")
    return (f"the record's own note were followed: {note}",) if note else ()


def _row_words(row: Row) -> str:
    words = [str(row[key]) for key in ("id", DATE) if row.get(key)]
    for key in (
        "place",
        "actor",
        "sender",
        "instrument",
        "said",
        "act",
        "position",
        "description",
        "outcome",
        "kind",
    ):
        if row.get(key) and len(words) < 4:
            words.append(str(row[key]))
    return ", ".join(words)


def _where_words(wanted: RowsWanted) -> str:
    return _cells_words(wanted.where)


def _cells_words(where: Mapping[str, Any]) -> str:
    said_of = []
    for column, value in where.items():
        name = column.replace("_", " ")
        if isinstance(value, Mapping):
            rules = " and ".join(
                f"{rule.replace('_', ' ')} {_cell_words(one)}" for rule, one in value.items()
            )
            said_of.append(f"{name} {rules}")
        elif isinstance(value, list | tuple):
            said_of.append(f"{name} {' or '.join(map(_cell_words, value))}")
        else:
            said_of.append(f"{name} {_cell_words(value)}")
    return ", ".join(said_of) or "any cells"


def _cell_words(value: Any) -> str:
    """A cell as a sentence says it."""
    if isinstance(value, int | float):
        return f"{value:g}".replace("-", MINUS)
    return str(value).replace("_", " ")


def _period_words(period: Period) -> str:
    if period.first is None and period.last is None:
        return "at any time"
    if period.first is None:
        return f"until {period.last}"
    return f"from {period.first}" if period.last is None else f"{period.first} to {period.last}"


def _months_words(months: Sequence[Month]) -> str:
    return str(months[0]) if len(months) == 1 else f"{months[0]} to {months[-1]}"


def _ordinal(at: int) -> str:
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    return words[at - 1] if at <= len(words) else f"{at}th"
