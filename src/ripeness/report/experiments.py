"""Tables of natural experiments, and what their chart shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month
from ripeness.report.numbers import percent
from ripeness.report.tables import Column, Table

Document = Mapping[str, Any]
Floats = NDArray[np.float64]

MODEL_NAMES = {
    "m1": "main model",
    "r1": "rival 1, hazard",
    "r2": "rival 2, many actors",
    "n0": "null, mean rate",
    "n1": "null, exhaustion",
}
"""Models of an ending, in words."""


@dataclass(frozen=True)
class ExperimentPanel:
    """One output of one experiment by month: predicted band, the same without the instrument, and the record."""

    experiment: str
    output: str
    months: tuple[Month, ...]
    origin: Month
    middle: Floats
    low: Floats
    high: Floats
    without: Floats | None
    recorded: Floats
    """(T,), NaN where the record has no value."""
    recorded_sd: Floats
    in_sample: bool
    date: str = ""


@dataclass(frozen=True)
class ExperimentFigure:
    """Small multiples, one an output of an experiment."""

    title: str
    panels: tuple[ExperimentPanel, ...]


def experiment_tables(document: Document) -> tuple[Table, ...]:
    """Predictions beside the record, endings, placebos, and what was not answered."""
    found = document["experiments"]
    tables = [_predictions(found), _effects(found)]
    if any(each["endings"] for each in found):
        tables += [_deals(found), _demands(found)]
    tables += [_placebos(found), _unanswered(found)]
    return tuple(table for table in tables if table.rows)


def three(value: float | None) -> str:
    """A number in three digits, empty for None."""
    return "" if value is None else f"{value:.3g}"


def interval(middle: float, low: float, high: float) -> str:
    """Median with its interval, in three digits."""
    return f"{three(middle)} ({three(low)} to {three(high)})"


def date_rank(date: Document | None) -> str:
    """Rank of the event's date in words."""
    if date is None or date["verdict"] == "no record":
        return ""
    return f"{date['rank']}/{date['dates'] + 1} {date['verdict']}"


def _predictions(found: list[Document]) -> Table:
    columns = (
        Column("experiment", "Event", text=True),
        Column("output", "Output", text=True),
        Column("month", "To", text=True),
        Column("predicted", "Predicted: median (80 %)", text=True),
        Column("recorded", "Recorded", text=True),
        Column("direction", "Direction", text=True),
        Column("inside", "In 80 %", text=True),
        Column("skill", "Skill", sign=True, decimals=2, missing=""),
        Column("against", "than without", sign=True, decimals=2, missing=""),
        Column("rank", "Date", text=True),
    )
    rows = []
    for each in found:
        for row in each["rows"]:
            known = row["recorded"] is not None
            if row["measure"] == "effect" and not known:
                continue
            rows.append(
                (
                    each["id"] + ("*" if each["in_sample"] else ""),
                    row["output"] + (" (effect)" if row["measure"] == "effect" else ""),
                    row["after"],
                    interval(row["median"], row["low80"], row["high80"]),
                    f"{three(row['recorded'])} ±{three(row['recorded_sd'])}" if known else "",
                    row["direction"],
                    ("yes" if row["inside80"] else "no") if known else "",
                    row["skill"],
                    row["skill_against_without"],
                    date_rank(row["date"]),
                )
            )
    notes = (
        "* in sample: the parameters have read the event. Changes are from a month before the event; an effect is "
        "against the same futures without the instrument.",
        "Skill: 1 less CRPS over that of `no change`; below 0, no change was closer. Than without: the same against "
        "the futures without the instrument; below 0, the record is closer to a world without the event.",
        "Date: rank of the record's surprise among all dates, 1 the largest in the direction expected.",
    )
    return Table("predictions", "Predicted and recorded", columns, tuple(rows), notes)


def _effects(found: list[Document]) -> Table:
    columns = (
        Column("experiment", "Event", text=True),
        Column("output", "Output", text=True),
        Column("month", "In", text=True),
        Column("effect", "Effect: median (80 %)", text=True),
        Column("expected", "Expected", text=True),
        Column("agrees", "As expected", text=True),
        Column("lag", "Months to half", decimals=0, missing=""),
    )
    rows = tuple(
        (
            each["id"] + ("*" if each["in_sample"] else ""),
            row["output"],
            row["after"],
            interval(row["median"], row["low80"], row["high80"]),
            row["expected"],
            "yes" if row["as_expected"] else "no",
            each["effects"][row["output"]]["months_to_half"],
        )
        for each in found
        for row in each["rows"]
        if row["measure"] == "effect"
    )
    notes = (
        "Against the same futures without the instrument, in this model: most have no record to stand beside.",
    )
    return Table("effects", "What the instrument does alone", columns, rows, notes)


def _deals(found: list[Document]) -> Table:
    columns = (
        Column("experiment", "Event", text=True),
        Column("until", "A deal by", text=True),
        Column("who", "Whose odds", text=True),
        Column("chance", "Chance", text=True),
        Column("without", "Without the instrument", text=True),
        Column("brier", "Brier score", decimals=3, missing="open"),
    )
    rows = []
    for each in found:
        for ending in each["endings"]:
            if ending["what"] != "settled":
                continue
            for name, model in ending["models"].items():
                chance = (
                    f"{percent(model['chance'])} ({percent(model['low90'])} to {percent(model['high90'])})"
                )
                without = "" if model["chance_without"] is None else percent(model["chance_without"])
                rows.append((each["id"], ending["after"], MODEL_NAMES[name], chance, without, model["brier"]))
            for other in ending["others"]:
                rows.append(
                    (each["id"], ending["after"], other["who"], percent(other["chance"]), "", other["brier"])
                )
    notes = (
        "In brackets 90 % of structural draws. One yes or no cannot tell models apart; the chances are mostly what "
        "went in.",
    )
    return Table("deals", "A deal by a month, by model and by others", columns, tuple(rows), notes)


def _demands(found: list[Document]) -> Table:
    columns = (
        Column("experiment", "Event", text=True),
        Column("what", "What a side would accept, share of the stake", text=True),
        Column("change", "Predicted change (80 %)", text=True),
        Column("effect", "Of it, the instrument", text=True),
        Column("recorded", "Coded record", text=True),
        Column("direction", "Direction", text=True),
    )
    rows = []
    for each in found:
        for ending in each["endings"]:
            if ending["what"] == "settled":
                continue
            words = "least, A" if ending["what"] == "least_a" else "most, D"
            for name, model in ending["models"].items():
                q, effect = model["change"], model.get("effect")
                rows.append(
                    (
                        each["id"],
                        f"{words}, {ending['before']} to {ending['after']}, {MODEL_NAMES[name]}",
                        interval(q["q50"], q["q10"], q["q90"]),
                        "" if effect is None else interval(effect["q50"], effect["q10"], effect["q90"]),
                        ""
                        if ending["recorded"] is None
                        else f"{three(ending['recorded'])} ±{three(ending['recorded_sd'])}",
                        model["direction"],
                    )
                )
    return Table("demands", "What a side would accept", columns, tuple(rows))


def _placebos(found: list[Document]) -> Table:
    columns = (
        Column("experiment", "Event", text=True),
        Column("placebo", "Placebo", text=True),
        Column("result", "Result", text=True),
        Column("verdict", "Verdict", text=True),
        Column("record", "In the record", text=True),
    )
    words = {"no_strength": "instrument of no strength", "no_foresight": "months before the event"}
    rows = []
    for each in found:
        placebos = each["placebos"]
        for name, title in words.items():
            if placebos[name] is not None:
                held = "exactly nothing" if placebos[name]["holds"] else "NOT nothing"
                rows.append(
                    (each["id"], title, f"largest difference {three(placebos[name]['largest'])}", held, "")
                )
        for series in placebos["wrong_series"]:
            size = (
                ""
                if series["effect_over_spread"] is None
                else f"effect {three(series['effect_over_spread'])} of its spread"
            )
            must = ", must be exactly" if series["exactly"] else ""
            rows.append(
                (
                    each["id"],
                    f"{series['output']}{must}",
                    size,
                    series["verdict"],
                    date_rank(series["record"]),
                )
            )
    return Table("placebos", "Placebos", columns, tuple(rows))


def _unanswered(found: list[Document]) -> Table:
    columns = (
        Column("experiment", "Event", text=True),
        Column("question", "Not answered", text=True),
        Column("reason", "Why", text=True),
    )
    rows = tuple(
        (each["id"], item["question"], item["reason"]) for each in found for item in each["unanswered"]
    )
    return Table("unanswered", "What was asked and not answered", columns, rows)
