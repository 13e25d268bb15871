"""Reading `claims/NAME.yaml`: claims of one text with their tests, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ripeness.base import Fault, Month, suggestion
from ripeness.case.checks import Span, entries
from ripeness.case.claim import RULES, WORLD, Claim, Condition, Reading
from ripeness.case.folder import Document
from ripeness.case.records import REFERENCE, lines
from ripeness.flow import records_of

AREA = "claims"

OVERRIDES = ("policy", "than", "start", "months", "metric", "holds")
"""Keys of a test that an alternative may say anew."""


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
            _condition(item["test"]) if item["test"]["kind"] == "condition" else None,
            item.get("note", ""),
        )
        for item in said["claims"]
    )


def _condition(test: Mapping[str, Any]) -> Condition:
    others = [
        _reading(
            each["name"], {**test, **{key: each[key] for key in OVERRIDES if key in each}}, each["judgment"]
        )
        for each in test.get("alternatives", ())
    ]
    return Condition(
        test["question"],
        tuple(test["models"]),
        (_reading("as_said", test, test["judgment"]), *others),
        lines(test.get("note")),
    )


def _reading(name: str, said: Mapping[str, Any], judgment: str) -> Reading:
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
    )


def claims_faults(
    documents: Mapping[str, Document], policies: Mapping[str, Document], span: Span, program: str | None
) -> Iterator[Fault]:
    """Faults of claims: ids that stand twice, policies that are not there, months outside the case."""
    seen: dict[str, str] = {}
    for document in documents.values():
        if document.node is None:
            continue
        for path, node in entries(document, "claims"):
            if not document.sound(path):
                continue
            said = node.plain()
            if said["id"] in seen:
                problem = f"stands in {seen[said['id']]} too"
                yield document.fault((*path, "id"), said["id"], problem, "give each claim its own id")
            seen[said["id"]] = document.file
            test = said["test"]
            if test["kind"] != "condition":
                continue
            yield from _reading_faults(document, (*path, "test"), test, test, policies, span, program)
            names = [each["name"] for each in test.get("alternatives", ())]
            for at, each in enumerate(test.get("alternatives", ())):
                place = (*path, "test", "alternatives", at)
                if names.index(each["name"]) < at or each["name"] == "as_said":
                    yield document.fault(
                        (*place, "name"), each["name"], "stands twice", "choose another name"
                    )
                whole = {**test, **{key: each[key] for key in OVERRIDES if key in each}}
                yield from _reading_faults(document, place, each, whole, policies, span, program)


def _reading_faults(
    document: Document,
    path: tuple[str | int, ...],
    own: Mapping[str, Any],
    whole: Mapping[str, Any],
    policies: Mapping[str, Document],
    span: Span,
    program: str | None,
) -> Iterator[Fault]:
    for key in ("policy", "than"):
        if key in own and own[key] not in (*policies, REFERENCE):
            remedy = suggestion(own[key], [*policies, REFERENCE], "policy")
            yield document.fault((*path, key), own[key], "unknown policy", remedy)
    if "holds" in own and len(own["holds"]) != 1:
        problem = f"has {len(own['holds'])} rules"
        yield document.fault((*path, "holds"), None, problem, "keep one; put others into alternatives")
    if whole["policy"] == whole.get("than", REFERENCE):
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
