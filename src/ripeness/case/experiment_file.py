"""Reading `experiments/ID.yaml`: a dated event, what is predicted of it, and what must not move."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ripeness.base import Fault, Month, suggestion
from ripeness.case.checks import Span, change_faults, entries, month_faults
from ripeness.case.conform import Path
from ripeness.case.experiment import (
    Experiment,
    OddsOf,
    Predicted,
    PredictedEnd,
    Recorded,
    Unanswered,
    Unmoved,
    Variant,
)
from ripeness.case.folder import Document
from ripeness.case.names import parameter_names
from ripeness.case.records import change_from, date_from, lines
from ripeness.flow import PROGRAMS, records_of

AREA = "experiments"

ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

ORDER = ("before", "origin", "after", "until")
"""Months of an experiment in the order in which they lie; `before` lies before the origin, `after` not."""


def _recorded(said: Mapping[str, Any] | None) -> Recorded | None:
    if said is None:
        return None
    return Recorded(
        float(said["value"]),
        float(said["sd"]),
        said["source"],
        said["quality"],
        said.get("url", ""),
        said.get("note", ""),
    )


def experiment_from(said: Mapping[str, Any]) -> Experiment:
    """Experiment as its file writes it."""
    before, after = Month.parse(said["before"]), Month.parse(said["after"])

    def month(item: Mapping[str, Any], key: str, default: Month) -> Month:
        return Month.parse(item[key]) if key in item else default

    return Experiment(
        said["experiment"],
        said["title"],
        said["event"],
        date_from(said["date"]),
        Month.parse(said["cutoff"]),
        Month.parse(said["origin"]),
        before,
        after,
        Month.parse(said["until"]),
        lines(said["given"]),
        tuple(
            Predicted(
                item["output"],
                item["sense"],
                item.get("measure", "change"),
                month(item, "before", before),
                month(item, "after", after),
                item.get("because", ""),
                item.get("within"),
                _recorded(item.get("recorded")),
            )
            for item in said.get("predictions", ())
        ),
        tuple(change_from(change) for change in said.get("without", ())),
        tuple(
            Unmoved(item["output"], item["because"], item.get("exactly", False))
            for item in said.get("unmoved", ())
        ),
        said["blind"]["structure"],
        said["blind"]["note"],
        said.get("program"),
        tuple(
            PredictedEnd(
                item["what"],
                Month.parse(item["after"]),
                item["because"],
                Month.parse(item["before"]) if "before" in item else None,
                item.get("sense"),
                item.get("within"),
                item.get("happened"),
                _recorded(item.get("recorded")),
                tuple(OddsOf(odds["who"], odds["chance"], odds["source"]) for odds in item.get("odds", ())),
            )
            for item in said.get("endings", ())
        ),
        tuple(Unanswered(item["question"], item["reason"]) for item in said.get("unanswered", ())),
        tuple(
            Variant(
                item["name"], {name: float(value) for name, value in item["values"].items()}, item["because"]
            )
            for item in said.get("variants", ())
        ),
        tuple(said.get("sources", ())),
        lines(said.get("note")),
    )


def experiment_faults(documents: Mapping[str, Document], span: Span, program: str | None) -> Iterator[Fault]:
    """Faults of experiments: names, months out of order or reach, outputs that no program has, counterfactuals."""
    for stem, document in documents.items():
        if document.node is None or not isinstance(document.node.value, dict):
            continue
        for path, _ in entries(document, "without"):
            yield from change_faults(document, path, span)
        if not document.sound():
            continue
        said = document.node.plain()
        if said["experiment"] != stem:
            problem, remedy = (
                f"is not the name of the file, {stem}",
                f"write experiment: {stem}, or rename the file",
            )
            yield document.fault(("experiment",), said["experiment"], problem, remedy)
        try:
            date_from(said["date"])
        except ValueError:
            yield document.fault(("date",), said["date"], "is not a day of the calendar", "correct the day")
        yield from _month_order(document, said, span)
        yield from _program_faults(document, said, program)
        yield from _prediction_faults(document, said)
        if not said.get("predictions") and not said.get("endings"):
            yield document.fault((), None, "predicts nothing", "give predictions or endings")


def _month_order(document: Document, said: Mapping[str, Any], span: Span) -> Iterator[Fault]:
    outside = [fault for key in (*ORDER, "cutoff") for fault in month_faults(document, (key,), span)]
    yield from outside
    if outside:
        return
    months = {key: Month.parse(said[key]) for key in ORDER}
    if not months["before"] < months["origin"] <= months["after"] <= months["until"]:
        problem = "the months do not lie in the order before, origin, after, until"
        remedy = "put `before` before the origin, the rest after"
        yield document.fault(("origin",), said["origin"], problem, remedy)
        return
    if span.first_month is not None and months["origin"] < span.first_month + 6:
        problem = "leaves less than half a year of record to filter"
        yield document.fault(("origin",), said["origin"], problem, f"choose {span.first_month + 6} or later")
    for kind in ("predictions", "endings"):
        for at, item in enumerate(said.get(kind, ())):
            yield from _own_months(document, (kind, at), item, months, span)


def _own_months(
    document: Document, path: Path, item: Mapping[str, Any], months: Mapping[str, Month], span: Span
) -> Iterator[Fault]:
    """Faults of the months that one prediction gives for itself."""
    if "before" in item:
        before = Month.parse(item["before"])
        if before >= months["origin"] and path[0] == "predictions":
            problem = "does not lie before the origin"
            yield document.fault((*path, "before"), item["before"], problem, "choose an earlier month")
        if span.first_month is not None and before < span.first_month:
            problem = "lies before the case"
            yield document.fault((*path, "before"), item["before"], problem, "choose a later month")
    if "after" in item and not months["origin"] <= Month.parse(item["after"]) <= months["until"]:
        problem = f"lies outside {months['origin']} to {months['until']}"
        yield document.fault((*path, "after"), item["after"], problem, "choose a month in between")


def _program_faults(document: Document, said: Mapping[str, Any], program: str | None) -> Iterator[Fault]:
    if program is None:
        return
    own, chosen = records_of(program), records_of(said.get("program", program))
    if (chosen.has_money and not own.has_money) or (chosen.has_war and not own.has_war):
        problem = f"is no part of the case's program, {program}"
        yield document.fault(("program",), said["program"], problem, "name a part of it, or leave it out")
        return
    for kind in ("predictions", "unmoved"):
        for at, item in enumerate(said.get(kind, ())):
            if item["output"] not in chosen.output_rows:
                problem = f"is no output of {said.get('program', program)}"
                remedy = suggestion(item["output"], chosen.output_rows, "output")
                yield document.fault((kind, at, "output"), item["output"], problem, remedy)
    names = parameter_names(said.get("program", program))
    for at, item in enumerate(said.get("variants", ())):
        for name in item["values"]:
            if name not in names:
                remedy = suggestion(name, names, "parameter")
                yield document.fault(("variants", at, "values", name), name, "unknown parameter", remedy)
    if said.get("endings") and not chosen.has_war:
        yield document.fault(("endings",), None, "a program without a war has no endings", "take them out")


def _prediction_faults(document: Document, said: Mapping[str, Any]) -> Iterator[Fault]:
    for at, item in enumerate(said.get("predictions", ())):
        if item["sense"] == "stay" and "within" not in item:
            problem = "says stay and not by how much it may move"
            yield document.fault(
                ("predictions", at, "sense"), "stay", problem, "add `within`, in the output's unit"
            )
        if item.get("measure") == "effect" and not said.get("without"):
            problem = "an effect needs the counterfactual without the instrument"
            yield document.fault(
                ("predictions", at, "measure"), "effect", problem, "add `without`, a list of changes"
            )
        if item.get("measure") == "effect" and "recorded" not in item and "before" in item:
            problem = "an effect is a difference of one month and has no month before"
            yield document.fault(("predictions", at, "before"), item["before"], problem, "take `before` out")
    for at, item in enumerate(said.get("unmoved", ())):
        if item.get("exactly") and not said.get("without"):
            problem = "nothing can be exactly unmoved without a counterfactual"
            yield document.fault(
                ("unmoved", at, "exactly"), None, problem, "add `without`, a list of changes"
            )
    for at, item in enumerate(said.get("endings", ())):
        path: Path = ("endings", at)
        if item["what"] == "settled" and "before" in item:
            problem = "a deal by a month has no month before"
            yield document.fault((*path, "before"), item["before"], problem, "take it out")
        if item["what"] != "settled" and ("before" not in item or "happened" in item):
            problem = "what a side would accept is a change from one month to another"
            remedy = "add `before`, and give `recorded` in place of `happened`"
            yield document.fault((*path, "what"), item["what"], problem, remedy)


def program_of_experiment(experiment: Experiment, program: str) -> str:
    """Program on which an experiment of a case with `program` runs."""
    return experiment.program if experiment.program in PROGRAMS else program
