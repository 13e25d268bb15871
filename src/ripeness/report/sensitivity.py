"""Tables and sentences of what decides: shares of variance, and what knowing more is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ripeness.report.numbers import percent
from ripeness.report.tables import Cell, Column, Spread, Table

Document = Mapping[str, Any]

SHOWN = 12
"""Inputs in a table; the others are in the document."""

SIGNPOSTS = 3
"""Signposts in a table for each wait."""

TOLD = 3
"""Inputs in a sentence."""

VIEWS = ("difference", "regret_policy", "regret_than", "policy", "than")
"""Views of a metric, most telling first."""

BESIDE = ("others", "luck", "rest")
"""Factors that are no input."""


def title_of(document: Document, view: str) -> str:
    """A view in words."""
    policy, than = document["policy"], document["than"]
    return {
        "difference": f"{policy} less {than}",
        "regret_policy": f"regret of {policy} beside {than}",
        "regret_than": f"regret of {than} beside {policy}",
        "policy": policy,
        "than": than,
    }[view]


def order_of(about: Mapping[str, Any]) -> list[str]:
    """Inputs of a view, strongest first: by Shapley effect, or by total share where that is larger."""
    names = [name for name in dict.fromkeys((*about["total"], *about["shapley"])) if name not in BESIDE]

    def size(name: str) -> float:
        return max((about[kind].get(name, {}).get("value") or 0.0) for kind in ("total", "shapley"))

    return sorted(names, key=lambda name: (-size(name), name))


def sensitivity_tables(document: Document) -> tuple[Table, ...]:
    """By metric, a table of each view (levels and regret for the second look); then what knowing more is worth."""
    tables = []
    for name, entry in document["metric"].items():
        tables += [
            _shares(document, name, entry, view)
            for view in VIEWS
            if view in entry and entry[view]["sd"] > 0.0
        ]
    for name, about in document["value_of_information"].items():
        tables.append(_worth(document, name, about))
        if about["waiting"]:
            tables.append(_waiting(name, about))
    return tuple(tables)


def _shares(document: Document, name: str, entry: Document, view: str) -> Table:
    about = entry[view]
    designed = bool(about["total"])
    columns = (
        Column("factor", "Input", text=True),
        *(
            (
                Column("first", "Alone", decimals=2, missing="no share"),
                Column("total", "In all", decimals=2, missing="no share"),
            )
            if designed
            else ()
        ),
        Column("shapley", "Shapley", decimals=2, missing="in the rest"),
        Column("driven_by", "From", text=True),
    )
    order = order_of(about)
    rows = []
    for factor in [
        *order[:SHOWN],
        *(each for each in BESIDE if each in about["total"] or each in about["shapley"]),
    ]:
        known = document["inputs"].get(factor)
        cells: list[Cell] = [factor]
        cells += [_spread(about[kind].get(factor)) for kind in (("first", "total") if designed else ())]
        cells.append(_spread(about["shapley"].get(factor)))
        cells.append("" if known is None else _known_from(known))
        rows.append(tuple(cells))
    notes = []
    if len(order) > SHOWN:
        notes.append(f"{len(order) - SHOWN} further inputs move it less; --json has them.")
    if about.get("prior_driven") is not None:
        notes.append(
            f"Weighted by Shapley effects, {percent(about['prior_driven'])} % of the prior spread of what moves it is "
            "left: the more, the more it rests on priors."
        )
    return Table(
        f"{name}_{view}",
        f"{entry['label']}, {entry['unit']}: {title_of(document, view)}. Shares of its variance",
        columns,
        tuple(rows),
        ("From: the prior, where more than 80 % of its spread is left; else the record.", *notes),
        further=view != "difference",
    )


def _known_from(about: Document) -> str:
    return "prior" if about["driven_by_prior"] else "record"


def _worth(document: Document, name: str, about: Document) -> Table:
    columns = (
        Column("known", "What would be known", text=True),
        Column("worth", "Worth", about["unit"]),
    )
    rows: list[tuple[Cell, ...]] = [
        ("the future, luck included", _spread(about["perfect"])),
        (f"the {len(about['by_input'])} inputs named", _spread(about["named_inputs"])),
        *((f"all of block {block}", _spread(each)) for block, each in about["by_block"].items()),
    ]
    inputs = sorted(about["by_input"], key=lambda each: (-about["by_input"][each]["value"], each))
    rows += [
        (each, _spread(about["by_input"][each]))
        for each in inputs[:SHOWN]
        if about["by_input"][each]["value"] > 0.0
    ]
    without = about["without"]
    return Table(
        f"{name}_information",
        f"{about['label']}, {about['sense']}: what knowing more before choosing is worth",
        columns,
        tuple(rows),
        (
            f"Whose aim: {about['judgment']}.",
            f"Without knowing more, {without['choice']} is better on average.",
        ),
    )


def _waiting(name: str, about: Document) -> Table:
    columns = (
        Column("signpost", "Signpost watched", text=True),
        Column("months", "Months", decimals=0),
        Column("gain", "Gain of seeing it"),
        Column("cost", "Cost of delay"),
        Column("net", "Net", sign=True),
        Column("switched", "Turned, %", percent=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for months, wait in about["waiting"].items():
        best = sorted(wait["signposts"], key=lambda each: (-wait["signposts"][each]["net"]["value"], each))
        shown = [each for each in best if wait["signposts"][each]["gain"]["value"] > 0.0][:SIGNPOSTS]
        for each in shown or best[:1]:
            told = wait["signposts"][each]
            words = {"all": "all of them"}.get(each, each) if shown else "none turns the choice"
            cells = (_spread(told["gain"]), wait["cost"]["value"], _spread(told["net"]), told["switched"])
            rows.append((words, int(months), *cells))
    return Table(
        f"{name}_waiting",
        f"{about['label']}, {about['unit']}, {about['sense']}: wait, watch, and then choose",
        columns,
        tuple(rows),
        (
            "Intervals of 90 %. A cost below 0 says that a later start is better by itself. Turned: share of "
            "futures in which what is seen turns the choice.",
        ),
    )


def sensitivity_sentences(document: Document) -> tuple[str, ...]:
    """What each difference turns on, whether waiting pays, and how the numbers were made."""
    said = []
    for name, entry in document["metric"].items():
        said.append(_what_moves(document, name, entry))
    for about in document["value_of_information"].values():
        if about["waiting"]:
            said.append(_whether_to_wait(about))
    return (*said, *document["notes"])


def _what_moves(document: Document, name: str, entry: Document) -> str:
    about = entry["difference"]
    if about["sd"] == 0.0:
        return f"{entry['label']}: {document['policy']} and {document['than']} do not differ in any future."
    told = []
    for factor in order_of(about)[:TOLD]:
        share = about["shapley"].get(factor) or about["total"].get(factor)
        known = document["inputs"].get(factor)
        if share is None or share["value"] is None or known is None or share["value"] < 0.01:
            continue
        by_prior = ", driven by its prior" if known["driven_by_prior"] else ""
        told.append(f"{factor}, {_inside(known['label'])} ({percent(share['value'])} %{by_prior})")
    luck = about["total"].get("luck")
    if luck is not None and luck["value"] is not None:
        told.append(f"luck has a part in {percent(min(luck['value'], 1.0))} %")
    rest = about["shapley"].get("rest")
    if luck is None and rest is not None and rest["value"] is not None:
        noise = about["noise_share"]
        told.append(
            f"{percent(min(max(rest['value'], 0.0), 1.0))} % is not explained by the inputs named"
            + ("" if noise is None else f", and {percent(noise)} % is luck of the few futures of a draw")
        )
    listed = "; ".join(told) if told else "no single input stands out"
    return f"{entry['label']}: the difference turns on {listed}."


def _inside(label: str) -> str:
    """A label within a sentence; letters that stand for a party or a tax stay large."""
    stays = label[1:2] in ("", " ", "'") or label[1:2].isupper()
    return label if stays else f"{label[:1].lower()}{label[1:]}"


def _whether_to_wait(about: Document) -> str:
    best = max(
        (
            (months, name, each)
            for months, wait in about["waiting"].items()
            for name, each in wait["signposts"].items()
        ),
        key=lambda found: (found[2]["net"]["value"], -int(found[0])),
        default=None,
    )
    if best is None:
        return f"{about['label']}: no signpost was watched."
    months, name, each = best
    words = "all signposts" if name == "all" else name
    if each["net"]["low"] > 0.0 and each["gain"]["low"] > 0.0:
        return (
            f"{about['label']}: in this model waiting {months} months and watching {words} is worth more than it "
            f"costs, {_number(each['net'])} {about['unit']}, of which what is seen gains {_number(each['gain'])}."
        )
    if each["net"]["low"] > 0.0:
        return (
            f"{about['label']}: in this model a start {months} months later is better by {_number(each['net'])} "
            f"{about['unit']} by itself; nothing seen meanwhile would turn the choice for certain."
        )
    if each["net"]["high"] < 0.0:
        return f"{about['label']}: in this model no wait looked at pays for its delay."
    return f"{about['label']}: in this model it is open whether any wait looked at pays for its delay."


def _number(about: Mapping[str, Any]) -> str:
    return f"{about['value']:.3g} ({about['low']:.2g} to {about['high']:.2g})"


def _spread(about: Mapping[str, Any] | None) -> Spread | None:
    return None if about is None else Spread(about["value"], about["low"], about["high"])
