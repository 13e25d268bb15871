"""Reading `search/NAME.yaml`: a space of policies, what a search of it aims at, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ripeness.base import CaseFaults, Fault, Month, suggestion
from ripeness.case.checks import Span, entries, month_faults
from ripeness.case.folder import Document, read_document
from ripeness.case.names import lever_range
from ripeness.case.records import OPERATIONS, REFERENCE, Case, lines
from ripeness.case.search_space import (
    Graded,
    MonthlyAim,
    Pathways,
    SearchAim,
    SearchChange,
    SearchParameter,
    SearchRatchet,
    SearchSpace,
)
from ripeness.flow import records_of

AREA = "search"

MONTHS = "months"
"""Unit of the parameters that months may hang on; they are whole numbers."""

MOST_POINTS = 10**12
"""Points of a space beyond which a search sees next to nothing of it."""


def space_from(said: Mapping[str, Any]) -> SearchSpace:
    """Space as its file writes it."""
    return SearchSpace(
        said["search"],
        said["title"],
        said["author"],
        said.get("question", ""),
        said.get("base", REFERENCE),
        Month.parse(said["start"]) if "start" in said else None,
        tuple(
            SearchParameter(
                item["name"],
                item["title"],
                item["unit"],
                float(item["low"]),
                float(item["high"]),
                float(item["step"]),
                item.get("because", ""),
            )
            for item in said["parameters"]
        ),
        tuple(_change(item) for item in said["changes"]),
        tuple(
            SearchAim(
                item["metric"],
                item["sense"],
                item["judgment"],
                float(item["enough"]) if "enough" in item else None,
            )
            for item in said["objectives"]
        ),
        SearchRatchet(said["ratchet"]["steps"], said["ratchet"]["over"]) if "ratchet" in said else None,
        _pathways(said["pathways"]) if "pathways" in said else None,
        lines(said.get("mapping_notes")),
        lines(said.get("not_mapped")),
    )


def _change(said: Mapping[str, Any]) -> SearchChange:
    operation = next(word for word in OPERATIONS if word in said)
    amount = said[operation]
    value: float | Graded
    if isinstance(amount, Mapping):
        value = Graded(amount["by"], float(amount["at_0"]), float(amount["at_1"]))
    else:
        value = float(amount)
    return SearchChange(
        said["lever"],
        operation,
        value,
        _moment(said.get("from")),
        _moment(said.get("until")),
        said.get("ramp_months", 0),
        said.get("reason", ""),
    )


def _moment(said: str | list[str] | None) -> str | tuple[str, ...] | None:
    return tuple(said) if isinstance(said, list) else said


def _pathways(said: Mapping[str, Any]) -> Pathways:
    aims = tuple(
        MonthlyAim(
            item["name"],
            item["title"],
            item["output"],
            item.get("months", 1),
            item.get("reduction", "mean"),
            item.get("at_most"),
            item.get("at_least"),
            item["judgment"],
        )
        for item in said["aims"]
    )
    return Pathways(
        said.get("policy", REFERENCE),
        tuple(said["switch_to"]),
        tuple(said["signposts"]),
        aims,
        said["by"],
        said["watch"],
    )


def read_space(path: Path, case: Case) -> SearchSpace:
    """A space from a file outside the case; CaseFaults with every fault where it has any."""
    document, faults = read_document(path.parent, path.name, "search")
    span = Span(case.first_month, case.last_month)
    found = [*faults, *_faults_of(path.stem, document, tuple(case.policies), span, case.program)]
    if found or document.node is None:
        raise CaseFaults(found)
    return space_from(document.node.plain())


def search_faults(
    documents: Mapping[str, Document], policies: Mapping[str, Document], span: Span, program: str | None
) -> Iterator[Fault]:
    """Faults of the spaces of a case: names, parameters that are not there, amounts out of a lever's range."""
    for stem, document in documents.items():
        yield from _faults_of(stem, document, tuple(policies), span, program)


def _faults_of(
    stem: str, document: Document, policies: tuple[str, ...], span: Span, program: str | None
) -> Iterator[Fault]:
    if document.node is None or not document.sound():
        return
    said = document.node.plain()
    if said["search"] != stem:
        problem = f"is not the name of the file, {stem}"
        yield document.fault(
            ("search",), said["search"], problem, f"write search: {stem}, or rename the file"
        )
    known = (*policies, REFERENCE)
    if said.get("base", REFERENCE) not in known:
        remedy = suggestion(said["base"], known, "policy")
        yield document.fault(("base",), said["base"], "unknown policy", remedy)
    yield from month_faults(document, ("start",), span)
    yield from _parameter_faults(document, said)
    yield from _use_faults(document, said)
    for path, node in entries(document, "changes"):
        yield from _amount_faults(document, path, node.plain(), said)
    metrics = [each["metric"] for each in said["objectives"]]
    for at, metric in enumerate(metrics):
        if metrics.index(metric) < at:
            yield document.fault(("objectives", at, "metric"), metric, "stands twice", "leave one out")
    if "pathways" in said:
        yield from _pathway_faults(document, said["pathways"], known, program)


def _parameter_faults(document: Document, said: Mapping[str, Any]) -> Iterator[Fault]:
    points, names = 1.0, [each["name"] for each in said["parameters"]]
    for at, each in enumerate(said["parameters"]):
        path = ("parameters", at)
        if names.index(each["name"]) < at:
            yield document.fault((*path, "name"), each["name"], "stands twice", "choose another name")
        steps = (each["high"] - each["low"]) / each["step"]
        if each["high"] <= each["low"]:
            yield document.fault((*path, "high"), each["high"], "is not above low", "give a higher one")
        elif abs(steps - round(steps)) > 1e-6:
            problem = f"does not divide {each['low']:g} to {each['high']:g} into whole steps"
            yield document.fault(
                (*path, "step"), each["step"], problem, "choose another step, or another high"
            )
        else:
            points *= round(steps) + 1
        whole = all(float(each[key]).is_integer() for key in ("low", "high", "step"))
        if each["unit"] == MONTHS and (not whole or each["low"] < 0):
            problem = "months of a policy are whole and not below 0"
            yield document.fault(
                (*path, "unit"), MONTHS, problem, "give whole numbers for low, high and step"
            )
    if points > MOST_POINTS:
        remedy = "use wider steps or fewer parameters"
        yield document.fault(("parameters",), f"{points:.0e}", "are too many points to search", remedy)


def _use_faults(document: Document, said: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of what refers to parameters: unknown ones, months by what is no month, and parameters without use."""
    units = {each["name"]: each["unit"] for each in said["parameters"]}
    used: set[str] = set()
    for path, name, as_months in _uses(said):
        used.add(name)
        if name not in units:
            yield document.fault(path, name, "unknown parameter", suggestion(name, units, "parameter"))
        elif as_months and units[name] != MONTHS:
            problem = f"is counted in {units[name]}, not in months"
            yield document.fault(path, name, problem, "name a parameter with unit: months")
    for at, each in enumerate(said["parameters"]):
        if each["name"] not in used:
            problem, remedy = "moves nothing", "use it in a change, or take it out"
            yield document.fault(("parameters", at, "name"), each["name"], problem, remedy)


def _uses(said: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    """Every place where a parameter is named: the place, the name, and whether it stands for months."""
    for at, change in enumerate(said["changes"]):
        path: tuple[str | int, ...] = ("changes", at)
        for key in ("from", "until"):
            if isinstance(change.get(key), list):
                for place, name in enumerate(change[key]):
                    yield (*path, key, place), name, True
        if isinstance(change.get("ramp_months"), str):
            yield (*path, "ramp_months"), change["ramp_months"], True
        for operation in OPERATIONS:
            amount = change.get(operation)
            if isinstance(amount, Mapping):
                yield (*path, operation, "by"), amount["by"], False
    if "ratchet" in said:
        yield ("ratchet", "over"), said["ratchet"]["over"], True


def _amount_faults(
    document: Document, path: tuple[str | int, ...], change: Mapping[str, Any], said: Mapping[str, Any]
) -> Iterator[Fault]:
    """Faults of one change's amounts: numbers out of the lever's range at either end of the parameter."""
    lever = change["lever"]
    operation = next(word for word in OPERATIONS if word in change)
    amount = change[operation]
    place = (*path, operation)
    low, high = lever_range(lever)
    numbers = [amount]
    if isinstance(amount, Mapping):
        ends = [(each["low"], each["high"]) for each in said["parameters"] if each["name"] == amount["by"]]
        numbers = [amount["at_0"] + end * (amount["at_1"] - amount["at_0"]) for pair in ends for end in pair]
    for value in numbers:
        if operation in ("set", "at_least", "at_most") and not low <= value <= high:
            problem, remedy = f"{value:g} is outside the range of {lever}", f"stay within {low:g} to {high:g}"
            yield document.fault(place, None, problem, remedy)
        if operation == "scale" and value < 0.0:
            yield document.fault(place, None, "a lever cannot be scaled below 0", "scale by 0 or more")


def _pathway_faults(
    document: Document, said: Mapping[str, Any], policies: tuple[str, ...], program: str | None
) -> Iterator[Fault]:
    named: list[tuple[tuple[str | int, ...], str]] = [(("pathways", "policy"), said.get("policy", REFERENCE))]
    named += [(("pathways", "switch_to", at), name) for at, name in enumerate(said["switch_to"])]
    for path, name in named:
        if name not in policies:
            yield document.fault(path, name, "unknown policy", suggestion(name, policies, "policy"))
    if said["watch"] >= said["by"]:
        problem = "leaves no time between signpost and aim"
        yield document.fault(("pathways", "watch"), said["watch"], problem, f"choose fewer than {said['by']}")
    if program is None:
        return
    rows = records_of(program).output_rows
    outputs: list[tuple[tuple[str | int, ...], str]] = [
        (("pathways", "signposts", at), name) for at, name in enumerate(said["signposts"])
    ]
    outputs += [(("pathways", "aims", at, "output"), each["output"]) for at, each in enumerate(said["aims"])]
    for path, name in outputs:
        if name not in rows:
            yield document.fault(path, name, "is no output here", suggestion(name, rows, "output"))
