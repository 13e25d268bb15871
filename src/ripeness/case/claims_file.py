"""Reading files of claims: `claims/NAME.yaml` of a case, or a file alone that names its case; and their faults."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ripeness.base import Fault, Month, suggestion
from ripeness.case.checks import Span, entries
from ripeness.case.claim import (
    COMPOUNDS,
    RULES,
    WORLD,
    BeforeAfter,
    Bound,
    Claim,
    ClaimTest,
    Compound,
    Condition,
    Count,
    ExperimentSign,
    Figure,
    Measured,
    NotTestable,
    Part,
    Period,
    Reading,
    Rows,
    RowsWanted,
    SeriesWanted,
    Spec,
    Take,
    TalksMeasure,
    Tension,
)
from ripeness.case.claim_schema import ASKED, MEASURED
from ripeness.case.claim_tables import COLUMNS
from ripeness.case.conform import Path
from ripeness.case.folder import Document
from ripeness.case.records import REFERENCE, date_from, lines
from ripeness.flow import BargainingParameters, records_of

AREA = "claims"

FIRST = "as_said"
"""Name of the reading that is the claim as it stands."""

PLACEBO = 0.1
"""Share of other dates that may show as much as the claimed one, unless the test says another."""

OVERRIDES = tuple(ASKED)
"""Keys of a test on futures that an alternative may say anew."""


def claims_from(said: Mapping[str, Any]) -> tuple[Claim, ...]:
    """Claims as their file writes them."""
    return tuple(
        Claim(
            item["id"],
            item["sentence"],
            item["type"],
            str(item.get("paragraph", "")),
            item["source"],
            item["quality"],
            claim_test_from(item["test"]),
            lines(item.get("note")),
        )
        for item in said["claims"]
    )


def claim_test_from(said: Mapping[str, Any]) -> ClaimTest:
    """A test as its file writes it."""
    kind = said["kind"]
    if kind in COMPOUNDS:
        parts = (Part(each["name"], each["says"], claim_test_from(each["test"])) for each in said["parts"])
        return Compound(kind, tuple(parts), lines(said.get("note")))
    if kind == "not_testable":
        nearest = claim_test_from(said["nearest"]) if "nearest" in said else None
        assert nearest is None or isinstance(nearest, Measured)
        return NotTestable(said["reason"], said["testable_if"], nearest, lines(said.get("note")))
    if kind in ("condition", "counterfactual"):
        return Condition(
            said["question"],
            tuple(said["models"]),
            tuple(_reading(*each) for each in _versions(said, OVERRIDES)),
            lines(said.get("note")),
            kind,
        )
    if kind == "tension":
        return Tension(
            said["question"],
            tuple(said["models"]),
            _reading(FIRST, "other", said["judgment"], said),
            said["parameter"],
            said.get("side", "high"),
            float(said.get("factor", 0.5)),
            tuple(said["between"]),
            said["judgment"],
        )
    takes = tuple(
        Take(name, relation, judgment, SPECS[kind](whole))
        for name, relation, judgment, whole in _versions(said, tuple(MEASURED[kind]))
    )
    return Measured(kind, takes, lines(said.get("note")))


def _versions(
    said: Mapping[str, Any], keys: Sequence[str]
) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Name, relation, judgment and whole text of each reading, the claim as it stands first."""
    yield FIRST, "other", said["judgment"], said
    for each in said.get("alternatives", ()):
        whole = {**said, **{key: each[key] for key in keys if key in each}}
        yield each["name"], each.get("relation", "other"), each["judgment"], whole


def _reading(name: str, relation: str, judgment: str, said: Mapping[str, Any]) -> Reading:
    rule = next(rule for rule in RULES if rule in said["holds"])
    return Reading(
        name,
        said["policy"],
        said.get("than", REFERENCE),
        Month.parse(said["start"]) if "start" in said else None,
        said.get("months"),
        said["metric"],
        rule,
        float(said["holds"][rule]),
        judgment,
        relation,
    )


def period_from(said: Mapping[str, Any]) -> Period:
    """Days from `from` to `until`; a month stands for its first day, or for its last."""
    return Period(
        date_from(said["from"]) if "from" in said else None,
        _last_day(said["until"]) if "until" in said else None,
    )


def _last_day(text: str) -> dt.date:
    if len(text) > len("YYYY-MM"):
        return date_from(text)
    month = Month.parse(text)
    return dt.date(month.year, month.month, month.days)


def bound_from(said: Mapping[str, Any]) -> Bound:
    """What a number must lie within."""
    if "about" in said:
        spread = float(said.get("tolerance", 0.0))
        return Bound(float(said["about"]) - spread, float(said["about"]) + spread)
    return Bound(float(said.get("at_least", -math.inf)), float(said.get("at_most", math.inf)))


def _rows(said: Mapping[str, Any]) -> RowsWanted:
    return RowsWanted(said["table"], said.get("where", {}), period_from(said))


def _names(said: Any) -> tuple[str, ...]:
    return () if said is None else (said,) if isinstance(said, str) else tuple(said)


def _series(said: Mapping[str, Any]) -> SeriesWanted | None:
    if "series" not in said:
        return None
    return SeriesWanted(
        _names(said["series"]), _names(said.get("minus")), said.get("unit"), said.get("per") == "day"
    )


def _figure(said: Mapping[str, Any]) -> Spec:
    series = _series(said)
    assert series is not None
    if "month" in said:
        month = Month.parse(said["month"])
        period = Period(month.first_day, dt.date(month.year, month.month, month.days))
    else:
        period = period_from(said)
    base = period_from(said["base"]) if "base" in said else None
    statistic = said.get("statistic", "value" if "month" in said else "mean")
    return Figure(series, period, statistic, bound_from(said["is"]), base, said.get("as") == "ratio")


def _record(said: Mapping[str, Any]) -> Spec:
    return Rows(
        _rows(said),
        said.get("expect", "present") == "present",
        said.get("nth"),
        said.get("equals", {}),
        said.get("merge_days"),
        said.get("complete", False),
        _rows({"table": said["table"], **said["against"]}) if "against" in said else None,
    )


def _count(said: Mapping[str, Any]) -> Spec:
    rows = _rows(said) if "table" in said else None
    return Count(
        rows,
        _rows({"table": said["table"], **said["of"]}) if rows is not None and "of" in said else None,
        said.get("merge_days"),
        _series(said),
        bound_from(said["within"]) if "within" in said else None,
        period_from(said),
        bound_from(said["is"]),
    )


def _before_after(said: Mapping[str, Any]) -> Spec:
    return BeforeAfter(
        _series(said),
        _rows(said) if "table" in said else None,
        Month.parse(said["date"]),
        said["months"],
        said.get("as") == "ratio",
        bound_from(said["is"]),
        said.get("placebo_at_most", PLACEBO),
    )


def _talks(said: Mapping[str, Any]) -> Spec:
    return TalksMeasure(
        said["measure"],
        bound_from(said["is"]),
        period_from(said),
        said.get("party"),
        said.get("target"),
        tuple(said.get("kinds", ("cost",))),
        said.get("issue"),
        said.get("weighting", "judged"),
    )


def _experiment(said: Mapping[str, Any]) -> Spec:
    return ExperimentSign(said["experiment"], said["output"], said["sense"])


SPECS: dict[str, Callable[[Mapping[str, Any]], Spec]] = {
    "figure": _figure,
    "record": _record,
    "count": _count,
    "before_after": _before_after,
    "talks_measure": _talks,
    "experiment": _experiment,
}
"""How each test on data is read."""


def claims_faults(
    documents: Mapping[str, Document],
    policies: Sequence[str],
    span: Span,
    program: str | None,
    series: Mapping[str, str] | None = None,
    experiments: Sequence[str] = (),
) -> Iterator[Fault]:
    """Faults of claims: ids that stand twice; policies, series, columns that are not there; months outside the case.

    `series` are the units of the case's series by name; None where they are not to be looked at.
    """
    seen: dict[str, str] = {}
    about = _Known(tuple(policies), span, program, series, tuple(experiments))
    claimed = [
        (document, path, node.plain())
        for document in documents.values()
        if document.node is not None
        for path, node in entries(document, "claims")
        if document.sound(path)
    ]
    ids = tuple(said["id"] for _, _, said in claimed)
    for document, path, said in claimed:
        if said["id"] in seen:
            problem = f"stands in {seen[said['id']]} too"
            yield document.fault((*path, "id"), said["id"], problem, "give each claim its own id")
        seen[said["id"]] = document.file
        yield from _test_faults(document, (*path, "test"), said["test"], about, ids)


class _Known:
    """What the case has that a test may name."""

    def __init__(
        self,
        policies: tuple[str, ...],
        span: Span,
        program: str | None,
        series: Mapping[str, str] | None,
        experiments: tuple[str, ...],
    ) -> None:
        self.policies, self.span, self.program = policies, span, program
        self.series, self.experiments = series, experiments


def _test_faults(
    document: Document, path: Path, test: Mapping[str, Any], about: _Known, ids: Sequence[str]
) -> Iterator[Fault]:
    kind = test["kind"]
    if kind in COMPOUNDS:
        names = [part["name"] for part in test["parts"]]
        for at, part in enumerate(test["parts"]):
            place = (*path, "parts", at)
            if names.index(part["name"]) < at:
                yield document.fault((*place, "name"), part["name"], "stands twice", "choose another name")
            yield from _test_faults(document, (*place, "test"), part["test"], about, ids)
        return
    if kind == "not_testable":
        if "nearest" in test:
            yield from _test_faults(document, (*path, "nearest"), test["nearest"], about, ids)
        return
    futures = kind in ("condition", "counterfactual", "tension")
    keys = OVERRIDES if futures else tuple(MEASURED[kind])
    names = [each["name"] for each in test.get("alternatives", ())]
    versions: list[tuple[Path, Mapping[str, Any], Mapping[str, Any]]] = [(path, test, test)]
    for at, each in enumerate(test.get("alternatives", ())):
        place = (*path, "alternatives", at)
        if names.index(each["name"]) < at or each["name"] == FIRST:
            yield document.fault((*place, "name"), each["name"], "stands twice", "choose another name")
        versions.append((place, each, {**test, **{key: each[key] for key in keys if key in each}}))
    for place, own, whole in versions:
        if futures:
            yield from _reading_faults(document, place, own, whole, about)
        else:
            yield from _measured_faults(document, place, kind, own, whole, about)
    if kind == "tension":
        for at, name in enumerate(test["between"]):
            if name not in ids:
                remedy = suggestion(name, ids, "claim")
                yield document.fault((*path, "between", at), name, "is no claim of this case", remedy)
        if test["parameter"] not in BargainingParameters._fields:
            remedy = suggestion(test["parameter"], BargainingParameters._fields, "bargaining parameter")
            yield document.fault(
                (*path, "parameter"), test["parameter"], "is no constant of bargaining", remedy
            )


def _measured_faults(
    document: Document,
    path: Path,
    kind: str,
    own: Mapping[str, Any],
    whole: Mapping[str, Any],
    about: _Known,
) -> Iterator[Fault]:
    for key in ("is", "within"):
        if key in own and "about" not in own[key] and "tolerance" in own[key]:
            yield document.fault((*path, key), None, "has a tolerance about nothing", "add about")
        bound = bound_from(own[key]) if key in own else Bound(0.0, 0.0)
        if bound.low > bound.high:
            yield document.fault((*path, key), None, "holds for no number", "put the lower one into at_least")
    for key in ("series", "minus"):
        for name in _names(own.get(key)):
            if about.series is not None and name not in about.series:
                remedy = suggestion(name, tuple(about.series), "series")
                yield document.fault((*path, key), name, "unknown series", remedy)
    if kind in ("count", "before_after") and ("table" in whole) == ("series" in whole):
        yield document.fault(path, None, "names both or neither of table and series", "keep one of them")
    if kind == "count" and "series" in whole and "within" not in whole:
        yield document.fault(path, None, "counts months without a bound", "add within, such as {at_least: 1}")
    for place, said in (((), own), (("of",), own.get("of")), (("against",), own.get("against"))):
        if said is not None:
            table = said.get("table", whole.get("table"))
            for part in ("where", "equals"):
                yield from _column_faults(document, (*path, *place, part), table, said.get(part, {}))
            yield from _date_faults(document, (*path, *place), said)
    yield from _date_faults(document, (*path, "base"), own.get("base", {}))
    if kind == "talks_measure":
        missing = {
            "conceded": "party",
            "posterior_insincere": "party",
            "distance": "issue",
            "overlap": "target",
        }
        needed = missing.get(whole["measure"])
        if needed is not None and needed not in whole:
            problem = f"{whole['measure']} needs {needed}"
            yield document.fault((*path, "measure"), whole["measure"], problem, f"add {needed}")
    if kind == "experiment" and whole["experiment"] not in about.experiments:
        remedy = suggestion(whole["experiment"], about.experiments, "experiment")
        yield document.fault((*path, "experiment"), whole["experiment"], "is not in this case", remedy)


def _column_faults(
    document: Document, path: Path, table: str | None, where: Mapping[str, Any]
) -> Iterator[Fault]:
    if table is None:
        return
    for column in where:
        if column not in COLUMNS[table]:
            remedy = suggestion(column, COLUMNS[table], "column")
            yield document.fault((*path, column), column, f"is no column of {table}", remedy)


def _date_faults(document: Document, path: Path, said: Mapping[str, Any]) -> Iterator[Fault]:
    days: dict[str, dt.date] = {}
    for key, read in (("from", date_from), ("until", _last_day)):
        if key in said:
            try:
                days[key] = read(said[key])
            except ValueError:
                yield document.fault((*path, key), said[key], "is not a day", "write YYYY-MM-DD or YYYY-MM")
    if len(days) == 2 and days["until"] < days["from"]:
        problem = f"lies before from {said['from']}"
        yield document.fault((*path, "until"), said["until"], problem, "put the days in order")


def _reading_faults(
    document: Document, path: Path, own: Mapping[str, Any], whole: Mapping[str, Any], about: _Known
) -> Iterator[Fault]:
    span, program = about.span, about.program
    for key in ("policy", "than"):
        if key in own and own[key] not in (*about.policies, REFERENCE):
            remedy = suggestion(own[key], [*about.policies, REFERENCE], "policy")
            yield document.fault((*path, key), own[key], "unknown policy", remedy)
    if "holds" in own and len(own["holds"]) != 1:
        problem = f"has {len(own['holds'])} rules"
        yield document.fault((*path, "holds"), None, problem, "keep one; put others into alternatives")
    alone = set(whole["holds"]) <= {"at_most", "at_least"}
    if whole["policy"] == whole.get("than", REFERENCE) and not alone:
        yield document.fault(
            (*path, "policy"), whole["policy"], "is held against itself", "name two policies"
        )
    if program is not None and not records_of(program).has_war and set(whole["models"]) != {WORLD}:
        problem = "a program without a war has no model of an ending"
        yield document.fault((*path, "models"), None, problem, f"write models: [{WORLD}]")
    if "start" not in whole or span.first_month is None or span.last_month is None:
        return
    start = Month.parse(whole["start"])
    last = start + (whole["months"] - 1 if "months" in whole else 0)
    if not span.first_month <= start <= last <= span.last_month:
        key = "start" if "start" in own or "months" not in own else "months"
        problem = f"{start} to {last} does not lie in the case"
        remedy = f"choose months from {span.first_month} to {span.last_month}"
        yield document.fault((*path, key), str(own.get(key, whole["start"])), problem, remedy)
