"""The levers of the lab: groups, ranges of sliders, values in force, their sources, and which move nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.api.chart_data import Floats
from ripeness.api.lab_futures import Answered, WarmFutures
from ripeness.api.share_link import MINE, Link, Move, default_start, lever_names
from ripeness.case import REFERENCE
from ripeness.flow import records_of
from ripeness.policy import Lever, lever_catalogue, rows_of_lever

if TYPE_CHECKING:
    from ripeness.case import Case, DatedValue, Instrument

OIL, PRESSURE, SUPPORT, TALKS = "oil_and_shipping", "economic_pressure", "support", "talks"

GROUP = {
    "cost_pressure": PRESSURE,
    **dict.fromkeys(
        (
            "arms_denial",
            "refinery_strikes",
            "port_strikes",
            "extra_military_aid_usd_bn",
            "aid_withheld",
            "extra_financial_aid_usd_bn",
            "financial_aid_withheld",
            "extra_interceptors",
            "air_shield",
        ),
        SUPPORT,
    ),
    **dict.fromkeys(
        (
            "talks",
            "pressure_to_talk",
            "pressure_relief",
            "guarantee_deterrence",
            "guarantee_denial",
            "narrative",
        ),
        TALKS,
    ),
}
"""Group of each lever that is not oil and shipping."""

THROUGH_MONEY = ("refinery_strikes", "port_strikes")
"""Levers of support that act through the money chain alone, as all of oil and shipping do."""

HEADROOM = 1.5
"""A slider reaches so many times the largest value that was in force or is proposed."""

WIDE = 0.25
"""A share of which more than this was seen has the whole range."""

STEPS = 100.0

UNSEEN_MOST = {"USD bn": 5.0, "none": 3.0}
"""Where a slider ends that has never been used, by unit."""


def levers_document(warm: WarmFutures) -> list[dict[str, Any]]:
    """The levers that a page shows, in the order of the model; where no money chain runs, those that act without it."""
    case = warm.case
    has_money = records_of(case.program).has_money
    catalogue = lever_catalogue()
    start = default_start(case)
    enacted = warm.policy(REFERENCE, start).levers
    proposed = [warm.policy(name, start).levers for name in sorted(case.policies)]
    sources = _sources(case)
    document = []
    for name in whole_levers(case):
        if not has_money and (GROUP.get(name, OIL) == OIL or name in THROUGH_MONEY):
            continue
        lever = catalogue[name]
        rows = list(rows_of_lever(name))
        seen = max(float(each[:, rows].max()) for each in (enacted, *proposed))
        low, high, step = _slider(lever, seen)
        now = float(enacted[start - case.first_month, rows].max())
        document.append(
            {
                "name": name,
                "group": GROUP.get(name, OIL),
                "unit": lever.unit,
                "min": low,
                "max": high,
                "step": step,
                "low": lever.low,
                "high": lever.high,
                "now": short(now),
                "kind": lever.kind,
                "parts": list(_parts(name)),
                "help_key": f"lever.{name}.help",
                "meaning": lever.meaning,
                "talks_only": lever.in_bargaining and not lever.moves,
                "in_bargaining": lever.in_bargaining,
                "source": sources.get(name),
            }
        )
    return document


def whole_levers(case: Case) -> list[str]:
    """Levers that a page shows: links and files may set single entries of a vector lever, too."""
    return [name for name in lever_names(case) if name in lever_catalogue()]


def differing(case: Case, one: Floats, other: Floats) -> Iterator[str]:
    """Levers in which two policies' rows (T, columns) differ in any month."""
    for name in whole_levers(case):
        places = list(rows_of_lever(name))
        if not np.array_equal(one[:, places], other[:, places]):
            yield name


def presets_document(warm: WarmFutures) -> list[dict[str, Any]]:
    """Policies of the case in name order, each with the levers by which it differs from the reference."""
    case = warm.case
    start = default_start(case)
    enacted = warm.policy(REFERENCE, start).levers[start - case.first_month :]
    document = []
    for name in sorted(case.policies):
        policy = case.policies[name]
        levers = warm.policy(name, start).levers[start - case.first_month :]
        rows = []
        for lever in differing(case, enacted, levers):
            places = list(rows_of_lever(lever))
            path = levers[:, places].max(axis=1)
            rows.append(
                {
                    "lever": lever,
                    "now": short(float(enacted[0, places].max())),
                    "first": short(float(path[0])),
                    "last": short(float(path[-1])),
                    "most": short(float(path.max())),
                    "least": short(float(path.min())),
                }
            )
        document.append(
            {
                "name": name,
                "title": policy.title,
                "description": policy.question,
                "author": policy.author,
                "own_start": None if policy.start is None else str(policy.start),
                "base": policy.base,
                "triggers": [each.title or each.output for each in policy.triggers],
                "ratchet": policy.ratchet is not None,
                "not_mapped": list(policy.not_mapped),
                "notes": list(policy.mapping_notes),
                "is_reference": name == REFERENCE,
                "compared": name in case.compared,
                "rows_of_levers_that_differ": rows,
            }
        )
    return document


def reason_without_effect(warm: WarmFutures, link: Link, move: Move, answered: Answered) -> str | None:
    """Why a lever that was moved changes none of the futures; None where it changes some.

    `same_as_before`: it has that value anyway; `talks_only`: only the models of talks read it; `no_difference`:
    every number of every future is the same with and without it. The last is looked for where one lever was moved:
    among many, `effects` says what each does.
    """
    without = replace(link, moves=tuple(each for each in link.moves if each is not move), beside=())
    lever = lever_catalogue()[move.lever.split(".")[0]]
    with_it = answered.asked.policies[1].rows
    if np.array_equal(with_it, warm.policy_rows(without)):
        return "same_as_before"
    if not lever.moves and lever.in_bargaining:
        return "talks_only"
    if len(link.moves) > 1:
        return None
    mine = answered.run.policies.index(MINE)
    same = np.array_equal(answered.run.finals[mine], warm.finals(without))
    return "no_difference" if same else None


def _slider(lever: Lever, seen: float) -> tuple[float, float, float]:
    """Ends and step of a slider from the largest value that was in force or is proposed."""
    if lever.low < 0.0:
        return lever.low, lever.high, 0.05
    if lever.unit == "share" and lever.axis is None and (seen == 0.0 or seen > WIDE):
        return lever.low, lever.high, 0.01
    most = _round_up(HEADROOM * seen) if seen > 0.0 else UNSEEN_MOST.get(lever.unit, lever.high)
    high = min(most, lever.high)
    return lever.low, high, _round_up(high / STEPS)


def _round_up(value: float) -> float:
    """The next of 1, 2, 5, 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    best = next(each for each in (1.0, 2.0, 5.0, 10.0) if each * power >= value * (1.0 - 1e-9))
    return float(f"{best * power:.6g}")


def _parts(name: str) -> Iterator[str]:
    from ripeness.flow import BUYERS

    if lever_catalogue()[name].axis == "buyer":
        yield from (f"{name}.{buyer}" for buyer in BUYERS)


def _sources(case: Case) -> dict[str, dict[str, Any]]:
    """The last dated value of each lever: what was done, when, and who says so."""
    last: dict[str, tuple[Instrument, DatedValue]] = {}
    for instrument in case.instruments:
        for value in instrument.values:
            for name in value.levers:
                stem = name.split(".")[0]
                if stem not in last or value.date >= last[stem][1].date:
                    last[stem] = (instrument, value)
    return {
        name: {
            "instrument": instrument.name,
            "title": instrument.title,
            "date": value.date.isoformat(),
            "act": value.act,
            "source": value.source,
            "url": value.url,
            "quality": value.quality,
            "after_the_record": instrument.forecast,
        }
        for name, (instrument, value) in last.items()
    }


def short(value: float) -> float:
    """A number in the six digits that a schema carries."""
    return float(f"{value:.6g}")
