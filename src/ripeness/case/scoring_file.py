"""Reading `scoring.yaml`: what a backcast scores beside each series by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ripeness.base import Fault, Month, suggestion
from ripeness.case.conform import Path
from ripeness.case.folder import Document
from ripeness.case.records import date_from
from ripeness.case.scoring import Odds, PlanPart, PublishedPlan, ScoredEvent, Scoring, Vector
from ripeness.flow import records_of

FILE = "scoring.yaml"


def scoring_from(said: Mapping[str, Any] | None) -> Scoring:
    """Scoring as its file writes it; empty where there is no file."""
    if said is None:
        return Scoring()

    def months(texts: list[str]) -> tuple[Month, ...]:
        return tuple(Month.parse(text) for text in texts)

    return Scoring(
        tuple(
            Vector(
                item["name"],
                item["title"],
                {output: float(scale) for output, scale in item["scales"].items()},
                item.get("note", ""),
            )
            for item in said.get("vectors", ())
        ),
        tuple(
            PublishedPlan(
                item["series"],
                tuple(
                    PlanPart(part["series"], part["per"], float(part.get("weight", 1.0)))
                    for part in item["parts"]
                ),
                item["source"],
                item.get("note", ""),
            )
            for item in said.get("plans", ())
        ),
        tuple(
            ScoredEvent(
                item["name"],
                item["title"],
                item.get("series"),
                item.get("above"),
                item.get("below"),
                item.get("ending"),
                Month.parse(item["until"]) if "until" in item else None,
                Month.parse(item["happened"]) if "happened" in item else None,
                item.get("source", ""),
                item.get("note", ""),
            )
            for item in said.get("events", ())
        ),
        tuple(
            Odds(
                item["event"],
                date_from(item["asked"]),
                item["who"],
                item["question"],
                months(item["until"]),
                tuple(float(chance) for chance in item["chances"]),
                item["source"],
                item["quality"],
                item.get("url", ""),
                item.get("note", ""),
            )
            for item in said.get("odds", ())
        ),
    )


def plan_series(said: Any) -> set[str]:
    """Series of published plans, which may be released before their months."""
    plans = said.get("plans") if isinstance(said, dict) else None
    parts = [
        part
        for plan in (plans if isinstance(plans, list) else ())
        if isinstance(plan, dict)
        for part in plan.get("parts", ())
    ]
    return {str(part.get("series")) for part in parts if isinstance(part, dict)}


def scoring_faults(
    document: Document, program: str | None, series: tuple[str, ...], observed: tuple[str, ...]
) -> Iterator[Fault]:
    """Faults of scoring.yaml: outputs without a record, plans that are not there, odds that do not add up.

    `observed` are the outputs that case.yaml holds against a series of another name.
    """
    if document.node is None or not document.sound():
        return
    said = document.node.plain()
    outputs = records_of(program).output_rows if program is not None else ()
    scored = [name for name in outputs if name in series or name in observed]

    def recorded(path: Path, name: str) -> Iterator[Fault]:
        if program is not None and name not in scored:
            problem = "is no output with a record to score"
            yield document.fault(path, name, problem, suggestion(name, scored, "output"))

    for kind in ("vectors", "plans", "events"):
        key = "series" if kind == "plans" else "name"
        names = [item[key] for item in said.get(kind, ())]
        for at, name in enumerate(names):
            if name in names[:at]:
                yield document.fault((kind, at, key), name, "stands twice", "keep one of them")
    for at, item in enumerate(said.get("vectors", ())):
        for name in item["scales"]:
            yield from recorded(("vectors", at, "scales", name), name)
    for at, item in enumerate(said.get("plans", ())):
        yield from recorded(("plans", at, "series"), item["series"])
        for number, part in enumerate(item["parts"]):
            if part["series"] not in series:
                path = ("plans", at, "parts", number, "series")
                remedy = suggestion(part["series"], series, "series")
                yield document.fault(path, part["series"], "unknown series", remedy)
    for at, item in enumerate(said.get("events", ())):
        if "series" in item:
            yield from recorded(("events", at, "series"), item["series"])
    endings = [item["name"] for item in said.get("events", ()) if "ending" in item]
    for at, item in enumerate(said.get("odds", ())):
        yield from _odds_faults(document, at, item, endings)


def _odds_faults(document: Document, at: int, item: Mapping[str, Any], endings: list[str]) -> Iterator[Fault]:
    path: Path = ("odds", at)
    if item["event"] not in endings:
        yield document.fault(
            (*path, "event"), item["event"], "is no ending", suggestion(item["event"], endings, "event")
        )
    try:
        asked = Month.of(date_from(item["asked"]))
    except ValueError:
        yield document.fault(
            (*path, "asked"), item["asked"], "is not a day of the calendar", "correct the day"
        )
        return
    months = [Month.parse(text) for text in item["until"]]
    if months != sorted(set(months)) or months[0] < asked:
        problem = "are not months in order, from that of `asked` on"
        yield document.fault((*path, "until"), ", ".join(item["until"]), problem, "put the earlier first")
    if len(item["chances"]) != len(months) + 1:
        problem = f"there are {len(item['chances'])} chances for {len(months)} months"
        remedy = "give one for each month, and last the chance of none of them"
        yield document.fault((*path, "chances"), None, problem, remedy)
    if abs(sum(item["chances"]) - 1.0) > 0.02:
        problem = f"the chances add up to {sum(item['chances']):g}"
        yield document.fault((*path, "chances"), None, problem, "give chances that add up to 1")
