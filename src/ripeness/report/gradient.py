"""Tables and sentences of a gradient: the levers that move a metric most, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ripeness.report.numbers import DIFFERENCE_DIGITS, LEVEL_DIGITS, MINUS, decimals_for, number
from ripeness.report.tables import Cell, Column, Table

Document = Mapping[str, Any]

SHOWN = 15
"""Levers and lever-months in a table; the others are in the document."""

UNSURE = 3.0
"""An effect smaller than so many standard errors is said to be unclear."""


def gradient_tables(document: Document) -> tuple[Table, ...]:
    """Levers by what a step held throughout does; single months by what a step then does."""
    unit = document["metric"]["unit"]
    levers = sorted(document["levers"].items(), key=lambda pair: (-abs(_held(pair[1])), pair[0]))
    held = tuple(
        (
            name,
            _step_in_words(lever),
            _held(lever),
            _error(lever),
            *_strongest(document, lever),
        )
        for name, lever in levers[:SHOWN]
    )
    months = sorted(
        (
            (name, lever, at, value * lever["step"])
            for name, lever in levers
            for at, value in enumerate(lever["monthly"]["middle"])
            if value
        ),
        key=lambda row: (-abs(row[3]), row[0], row[2]),
    )
    single: tuple[tuple[Cell, ...], ...] = tuple(
        (
            name,
            document["months"][at],
            _step_in_words(lever),
            effect,
            lever["monthly"]["error"][at] * abs(lever["step"]),
        )
        for name, lever, at, effect in months[:SHOWN]
    )
    lever, step = Column("lever", "Lever", text=True), Column("step", "Step", text=True)
    effect = Column("effect", "Effect", unit, sign=True)
    error = Column("error", "Error", unit)
    strongest = (
        Column("month", "Strongest month", text=True),
        Column("then", "Effect of that month", unit, sign=True),
    )
    return (
        Table(
            "held",
            f"A step held from {document['months'][0]} on",
            (lever, step, effect, error, *strongest),
            held,
        ),
        Table(
            "months",
            "A step in a single month",
            (lever, Column("month", "Month", text=True), step, effect, error),
            single,
        ),
    )


def gradient_sentences(document: Document) -> tuple[str, ...]:
    """What the strongest lever does, how many levers reach the metric, and how the numbers are to be read."""
    metric = document["metric"]
    said = [
        f"{metric['label']} under {document['policy']}: {_level(metric['value'])} {metric['unit']} in the mean of "
        f"{document['run']['members']} futures, in this model."
    ]
    levers = document["levers"]
    if not levers:
        return (*said, "No lever reaches it.")
    clear = [name for name in levers if abs(_held(levers[name])) > UNSURE * _error(levers[name])]
    said.append(
        f"{len(levers)} levers reach it, {len(clear)} of them clearly (beyond three standard errors)."
    )
    if clear:
        most = max(clear, key=lambda name: (abs(_held(levers[name])), name))
        said.append(
            f"Most by its step: {most}, {_step_in_words(levers[most])} held throughout, "
            f"{_change(_held(levers[most]))} {metric['unit']}."
        )
    return tuple(said)


def _level(value: float) -> str:
    return number(value, decimals_for([value], LEVEL_DIGITS))


def _change(value: float) -> str:
    return number(value, decimals_for([value], DIFFERENCE_DIGITS), sign=True)


def _held(lever: Document) -> float:
    return float(lever["held"]["middle"] * lever["step"])


def _error(lever: Document) -> float:
    return float(lever["held"]["error"] * abs(lever["step"]))


def _strongest(document: Document, lever: Document) -> tuple[str, float]:
    """Month in which a step moves the metric most, and by how much."""
    effects = [value * lever["step"] for value in lever["monthly"]["middle"]]
    at = max(range(len(effects)), key=lambda place: abs(effects[place]))
    return document["months"][at], effects[at]


def _step_in_words(lever: Document) -> str:
    """`+0.1`, or with its unit `+5 USD/bbl`; downwards with a minus."""
    unit = "" if lever["unit"] in ("share", "none", "score") else f" {lever['unit']}"
    return f"{MINUS if lever['step'] < 0 else '+'}{abs(lever['step']):g}{unit}"
