"""What would have to be true, in sentences and tables, from the document of a discovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ripeness.report.numbers import decimals_for, number
from ripeness.report.tables import Cell, Column, Table

Document = Mapping[str, Any]

UNSAID_UNITS = ("none", "share", "")
"""Units that are not written behind a number."""

SPEAKERS = {
    "world": "In this model of the world",
    "m1": "In the main model",
    "r1": "In rival 1 (hazard of settlement)",
    "r2": "In rival 2 (contest of many actors)",
    "n0": "In the null of past wars' mean rate",
    "n1": "In the null without bargaining",
}
"""How the sentence of each model begins."""

NEVER_AGAIN = {
    "no_gain": "no limit on any input is more than chance could set",
    "unstable": "what looks like one would not be found again in another sample",
}
"""Why there is no box, in words."""


def box_sentence(model: str, box: Document, first: bool = True, what: str = "the claim") -> str:
    """One box in words: where it lies, how often the claim holds inside and elsewhere, and how many cases it holds.

    A later box lies among the futures outside the earlier ones, and its `elsewhere` is theirs too.
    """
    inside, outside = hundred(box["density"]), hundred(box["elsewhere"])
    conditions = " and ".join(limit["in_words"] for limit in box["conditions"])
    verb = box["of"]
    speaker = SPEAKERS[model] if first else "Of the futures outside that box,"
    return (
        f"{speaker} {what} {verb} in {inside} of 100 {'futures ' if first else ''}where {conditions}; elsewhere in "
        f"{outside}. {hundred(box['coverage']).capitalize()} of 100 futures in which it {verb} are of this kind."
    )


def no_box_sentence(model: str, answer: Document, what: str = "the claim") -> str:
    """What can be said where there is no box."""
    speaker, n = SPEAKERS[model], answer["futures"]
    reason = answer["reason"]
    if reason == "nowhere":
        return f"{speaker} {what} holds in none of {n:,} futures, so there is no condition to name (no box)."
    if reason == "everywhere":
        return f"{speaker} {what} holds in all of {n:,} futures, whatever its inputs are (no box)."
    if reason == "unanswered":
        return f"{speaker} the question has no answer: it has no such quantity."
    held = round(answer["base_rate"] * n)
    if reason == "too_few":
        few = held if 2 * held <= n else n - held
        verb = "holds" if 2 * held <= n else "fails"
        return f"{speaker} {what} {verb} in {few} of {n:,} futures, too few to name a condition (no box)."
    return (
        f"{speaker} {what} holds in {hundred(answer['base_rate'])} of 100 futures, and no condition tells them "
        f"apart: {NEVER_AGAIN[reason]} (no box)."
    )


def condition(parameter: str, about: Document, low: float | None, high: float | None) -> str:
    """Limits on one input in words, with its unit and what is known of it."""
    unit = "" if about["unit"] in UNSAID_UNITS else f" {about['unit']}"
    label = (
        about["label"][0].lower() + about["label"][1:] if about["label"][1:2].islower() else about["label"]
    )
    known = [value for value in (low, high) if value is not None]
    places = max(decimals_for([value]) for value in known)
    words = [number(value, places) for value in known]
    if low is not None and high is not None:
        said = f"between {words[0]} and {words[1]}{unit}"
    else:
        said = f"{'above' if high is None else 'below'} {words[0]}{unit}"
    return f"{label} ({parameter}) is {said} ({about['identification']})"


def hundred(share: float) -> str:
    """A share as so many of 100; fewer than one, and all but one, are said and not rounded away."""
    if 0.0 < share < 0.005:
        return "fewer than 1"
    if 0.995 <= share < 1.0:
        return "more than 99"
    return f"{100 * share:.0f}"


def discovery_sentences(document: Document) -> tuple[str, ...]:
    """The answers of the first reading, one sentence a model; how the others went, in one line each."""
    first = document["answers"][0]["reading"]
    said = [document["question"], *(a["in_words"] for a in document["answers"] if a["reading"] == first)]
    return tuple(said)


def discovery_tables(document: Document) -> tuple[Table, ...]:
    """Base rates by reading and model, boxes with their limits, and the trajectories behind them."""
    return (
        _answers(document["answers"]),
        *(_limits(answer) for answer in document["answers"] if answer["boxes"]),
        *(_trajectory(answer) for answer in document["answers"] if answer["trajectory"]),
    )


def _answers(answers: Sequence[Document]) -> Table:
    columns = (
        Column("reading", "Reading", text=True),
        Column("model", "Model", text=True),
        Column("futures", "Futures", decimals=0),
        Column("base_rate", "Holds in", percent=True),
        Column("box", "Box", text=True),
        Column("coverage", "Coverage", percent=True),
        Column("density", "Density", percent=True),
        Column("held_out", "Held out", percent=True),
        Column("stability", "Found again", percent=True),
        Column("overlap", "Overlap with tree", percent=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for answer in answers:
        head: tuple[Cell, ...] = (answer["reading"], answer["model"], answer["futures"], answer["base_rate"])
        overlap = None if answer["cart"] is None else answer["cart"]["overlap"]
        for at, box in enumerate(answer["boxes"]):
            name = f"{at + 1}" + ("" if box["of"] == "holds" else ", where it fails")
            rows.append(
                (*head, name, box["coverage"], box["density"], box["held_out"], box["stability"], overlap)
            )
        if not answer["boxes"]:
            rows.append(
                (*head, f"none: {answer['reason'].replace('_', ' ')}", None, None, None, None, overlap)
            )
    return Table(
        "answers", "In how many futures it holds, and what these have in common", columns, tuple(rows)
    )


def _limits(answer: Document) -> Table:
    columns = (
        Column("box", "Box", decimals=0),
        Column("parameter", "Input", text=True),
        Column("label", "What it is", text=True),
        Column("limit", "Limit", text=True),
        Column("identification", "Known from", text=True),
        Column("spread_left", "Spread left", decimals=2),
        Column("quasi_p", "Quasi-p", text=True),
        Column("again", "Found again", percent=True),
        Column("spread", "Limit in resamples", text=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for at, box in enumerate(answer["boxes"]):
        for limit in box["limits_found"]:
            places = decimals_for([limit["value"]])
            sign = "at most" if limit["side"] == "upper" else "at least"
            low, high = (number(value, places) for value in limit["spread"])
            rows.append(
                (
                    at + 1,
                    limit["parameter"],
                    limit["label"],
                    f"{sign} {number(limit['value'], places)} {limit['unit']}".strip(),
                    limit["identification"],
                    limit["spread_left"],
                    f"{limit['quasi_p']:.1g}",
                    limit["again"],
                    f"{low} to {high}",
                )
            )
    title = f"Limits: {answer['reading']}, {answer['model']}"
    return Table(f"limits_{answer['reading']}_{answer['model']}", title, columns, tuple(rows))


def _trajectory(answer: Document) -> Table:
    columns = (
        Column("step", "Step", decimals=0),
        Column("coverage", "Coverage", decimals=3),
        Column("density", "Density", decimals=3),
        Column("mass", "Mass", decimals=3),
        Column("inputs", "Limited inputs", decimals=0),
    )
    rows = tuple(
        (at, each["coverage"], each["density"], each["mass"], each["inputs"])
        for at, each in enumerate(answer["trajectory"])
    )
    return Table(
        f"trajectory_{answer['reading']}_{answer['model']}",
        f"Peeling: {answer['reading']}, {answer['model']}",
        columns,
        rows,
        further=True,
    )
