"""From the record of a past war to a case that can be run, with no code.

What the record lacks, common priors say.

The case is first written as the plain contents of its files, so that the same record can be run as it is or
begun as a folder of its own.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ripeness.base import UNITS as KNOWN_UNITS
from ripeness.base import Month, content_hash
from ripeness.case import war_coding as coding
from ripeness.case.common import bargaining_parameters, common_priors, world_parameters
from ripeness.case.records import (
    Actor,
    ActorRow,
    Case,
    effort_from,
    instrument_from,
    month_fact_from,
    outcome_from,
    parameter_from,
    party_from,
    policy_from,
    stake_from,
)
from ripeness.case.war_record import WarRecord
from ripeness.evidence import COLUMNS, Observation, Series

NOMINAL_KM2 = 10_000.0
"""Area that stands for the whole stake where a record gives no areas; common priors of the front fit it."""

MARGIN_MONTHS = 24
"""Months after the end of the war that a case runs on, in case it had not ended."""

HELD_BACK_MONTHS = 12
"""Months before the end that are kept from a reader by default; half of a war shorter than two years."""

TALKS_MONTHS = 9
"""Length of a phase of talks or of pressure in the orderings; a quarter of a war shorter than three years."""

FULL_PRESSURE, FULL_DENIAL, RELIEF = 0.9, 0.8, 0.4
"""Cost pressure and arms denial at full effort, and the relief that talks bring in some orderings."""

CODED = "Words of the record, coded by fixed tables; a judgement"
METRICS = (
    "p_settled",
    "p_durable_settlement",
    "p_collapse_a",
    "p_collapse_d",
    "months_to_settlement",
    "terms_share_a",
    "chest_months",
    "territory_km2",
    "losses_a",
    "losses_d",
    "cum_dead_a",
    "cum_dead_d",
    "cum_civilian_harm",
)


@dataclass(frozen=True)
class Expansion:
    """Plain contents of the files of a case made from a record, and what a reader of its runs must know."""

    about: dict[str, Any]
    parameters: list[dict[str, Any]]
    instruments: dict[str, dict[str, Any]]
    policies: dict[str, dict[str, Any]]
    series: dict[str, list[dict[str, Any]]]
    actors: list[dict[str, Any]]


def expand(record: WarRecord) -> Expansion:
    """Everything that a case folder would say, as far as the record and fixed tables give it."""
    pressed, why = coding.pressed_side(record)
    other = "side_a" if pressed == "side_b" else "side_b"
    start, end = Month.of(record.first_day), Month.of(record.last_day)
    length = end - start
    first, last = start - 1, end + MARGIN_MONTHS
    data_until = max(end - min(HELD_BACK_MONTHS, max(length // 2, 1)), start)
    front = coding.has_front(record)
    levels = coding.front_levels(record, pressed)
    territory = _territory(levels, start, data_until)
    shown, unread = _shown(record)
    series = {**({"territory_coded": territory} if territory else {}), **shown}
    instruments = _instruments(record, pressed, start, last)
    about: dict[str, Any] = {
        "case": record.id,
        "title": record.title,
        "note": _notes(record, pressed, why, unread, instruments),
        "first_month": str(first),
        "last_month": str(last),
        "war_start": str(start),
        "data_until": str(data_until),
        "default_start": str(data_until + 1),
        "program": "war",
        "blocks": ["chest", "forces", "front", "bargaining"] if front else ["chest", "bargaining"],
        "actors": _case_actors(record, pressed, other),
        "parties": {
            "a": {"name": _joined(record.parties[pressed]), "actors": ["a"]},
            "d": {"name": _joined(record.parties[other]), "actors": ["d"]},
        },
        "stakes": _stakes(front, levels[0].share if levels else coding.EVEN),
        "effort": _effort(),
        "not_modelled": [
            "everything that the record does not say; common priors with a wide spread stand in",
            "places, units and persons: the front is one number",
            *(f"gap in the record: {gap}" for gap in record.gaps),
        ],
        "metrics": list(METRICS),
        "observations": {"territory_km2": "territory_coded"} if territory else {},
        "month_facts": {"war_on": {"steps": {str(first): 0, str(start): 1}, "known_ahead": True}},
    }
    if record.ending is not None:
        about["outcome"] = _outcome(record, pressed, end)
    return Expansion(
        about,
        _parameters(front, levels),
        instruments,
        _policies(max(min(TALKS_MONTHS, length // 4), 1)),
        series,
        _actor_rows(record, pressed, other),
    )


def case_of(record: WarRecord, path: Path) -> Case:
    """The record as a case; `path` is its file."""
    found = expand(record)
    said = found.about
    blocks = tuple(said["blocks"])
    priors = [parameter_from(row) for row in found.parameters]
    return Case(
        name=said["case"],
        title=said["title"],
        folder=path.parent,
        first_month=Month.parse(said["first_month"]),
        last_month=Month.parse(said["last_month"]),
        war_start=Month.parse(said["war_start"]),
        data_until=Month.parse(said["data_until"]),
        default_start=Month.parse(said["default_start"]),
        program=said["program"],
        blocks=blocks,
        actors=tuple(Actor(**actor) for actor in said["actors"]),
        not_modelled=tuple(said["not_modelled"]),
        metrics=tuple(said["metrics"]),
        parameters=world_parameters(priors, blocks),
        series={name: _series(name, rows) for name, rows in found.series.items()},
        observations=said["observations"],
        observation_error={},
        month_facts={name: month_fact_from(fact) for name, fact in said["month_facts"].items()},
        instruments=tuple(instrument_from(each) for _, each in sorted(found.instruments.items())),
        policies={name: policy_from(each) for name, each in found.policies.items()},
        tests=(),
        content_hash=content_hash(
            {
                "record": path.read_bytes().replace(b"\r\n", b"\n"),
                "common": common_priors().content_hash,
            }
        ),
        bargaining=bargaining_parameters(priors),
        parties={key: party_from(party) for key, party in said["parties"].items()},
        stakes=tuple(stake_from(stake) for stake in said["stakes"]),
        effort=tuple(effort_from(part) for part in said["effort"]),
        outcome=outcome_from(said["outcome"]) if "outcome" in said else None,
        actor_rows=tuple(ActorRow(**{**row, "principal": row["principal"] == "yes"}) for row in found.actors),
        notes=tuple(said["note"]),
    )


def files_of(record: WarRecord, record_text: str) -> dict[str, str]:
    """Text of every file of the folder that a record expands to, by path; the record itself goes along."""
    found = expand(record)
    texts = {"case.yaml": _yaml(found.about), "parameters.yaml": _yaml(found.parameters)}
    texts |= {f"instruments/{name}.yaml": _yaml(each) for name, each in found.instruments.items()}
    texts |= {f"policies/{name}.yaml": _yaml(each) for name, each in found.policies.items()}
    texts |= {f"series/{name}.csv": _csv(rows, COLUMNS) for name, rows in found.series.items()}
    texts["bargaining/actors.csv"] = _csv(found.actors, tuple(found.actors[0]))
    texts["record.yaml"] = record_text
    return texts


def _joined(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _notes(
    record: WarRecord, pressed: str, why: str, unread: list[str], instruments: Mapping[str, Any]
) -> list[str]:
    """What a reader of a run must know of how the record was turned into a case."""
    other = "side_a" if pressed == "side_b" else "side_b"
    name = _joined(record.parties[pressed])
    said = [
        f"This case was made from the record {record.file} alone; what it does not say is taken from common "
        "priors with a wide spread.",
        f"A, the pressed side, is {name} ({pressed}: {why}); D is {_joined(record.parties[other])}. "
        "The names say who is pressed, not who is right.",
    ]
    if not coding.has_front(record):
        said.append("The record has no battlefield: A's share of the stake does not move.")
    elif words := coding.unknown_words(record):
        said.append("Words on the fighting that leave the front where it was: " + "; ".join(words) + ".")
    if left := coding.not_mapped(record, pressed):
        said.append("Acts that no lever carries, because A is not their target: " + "; ".join(left) + ".")
    if "pressure" not in instruments:
        said.append("The record names no pressure on A: it is taken as none.")
    if unread:
        said.append("Series that are kept as words only: " + "; ".join(unread) + ".")
    return said


def _case_actors(record: WarRecord, pressed: str, other: str) -> list[dict[str, Any]]:
    return [
        {"id": "a", "name": _joined(record.parties[pressed]), "role": "pressed side"},
        {"id": "d", "name": _joined(record.parties[other]), "role": "other side"},
    ]


def _stakes(front: bool, share: float) -> list[dict[str, Any]]:
    """Alternative maps of the stake: land, land and rule, and one that the front hardly moves."""
    area = {"area_at_0_km2": 0.0, "area_at_1_km2": NOMINAL_KM2}
    judged = {"source": CODED, "quality": "judgement"}
    if not front:
        return [
            {"name": name, "title": title, **area, "land_weight": 0.0, "other_share": value, **judged}
            for name, title, value in (
                ("even", "What is disputed, held evenly at the start", 0.5),
                ("mostly_a", "What is disputed, mostly in A's hands", 0.7),
            )
        ]
    return [
        {
            "name": name,
            "title": title,
            **area,
            "land_weight": weight,
            "other_share": round(other, 3),
            "note": f"areas are nominal: the whole stake is called {NOMINAL_KM2:.0f} km2",
            **judged,
        }
        for name, title, weight, other in (
            ("land", "What is fought over, by how far each side is ahead", 1.0, coding.EVEN),
            ("land_and_rule", "Half land, half who governs what each side holds", 0.5, share),
            ("rule", "Mostly who governs, which the front moves little", 0.2, coding.EVEN),
        )
    ]


def _effort() -> list[dict[str, Any]]:
    judged = {"source": "Judgement of the developers: no price is in a record", "quality": "judgement"}
    return [
        {
            "lever": "cost_pressure",
            "full": FULL_PRESSURE,
            "weight": 0.8,
            "price_usd_bn_month": 0.1,
            **judged,
        },
        {"lever": "arms_denial", "full": FULL_DENIAL, "weight": 0.2, "price_usd_bn_month": 0.01, **judged},
    ]


def _outcome(record: WarRecord, pressed: str, end: Month) -> dict[str, Any]:
    assert record.ending is not None
    kind = coding.end_kind(record, pressed)
    said: dict[str, Any] = {"kind": kind, "source": record.file, "note": record.ending.type}
    if kind != "none":
        said["month"] = str(end if record.ending.date is None else Month.of(record.ending.date))
    if kind == "settled" and record.ending.terms_share_pressed is not None:
        said["terms_share_a"] = record.ending.terms_share_pressed
    return said


def _parameters(front: bool, levels: tuple[coding.Level, ...]) -> list[dict[str, Any]]:
    """What the record itself says of a parameter: where the front stood at first, or nothing."""
    if front and levels:
        area = levels[0].share * NOMINAL_KM2
        prior = {
            "dist": "lognormal",
            "median": round(area),
            "low": round(area / 1.4),
            "high": round(area * 1.4),
        }
        name, unit, block, source = "area_initial_km2", "km2", "front", CODED
        label = "Area held by A at the first month, nominal"
    else:
        prior = {"dist": "lognormal", "median": 18, "low": 4, "high": 80}
        name, unit, block = "chest_initial_months", "months", "chest"
        source = "Judgement of the developers, wider than the common prior: the record says nothing of it"
        label = "Months of full-plan war financing in hand at the first month"
    return [
        {
            "name": name,
            "label": label,
            "unit": unit,
            "prior": prior,
            "source": source,
            "quality": "judgement",
            "block": block,
            "identification": "prior-driven",
        }
    ]


def _instruments(record: WarRecord, pressed: str, start: Month, last: Month) -> dict[str, dict[str, Any]]:
    titles = {"cost_pressure": ("pressure", "Pressure on A"), "arms_denial": ("arms", "Arms kept from A")}
    senders = sorted({act.sender for act in record.pressure}) or ["the record"]
    found: dict[str, dict[str, Any]] = {}
    steps = coding.pressure_steps(record, pressed)
    for lever, (name, title) in titles.items():
        if lever in steps:
            found[name] = _instrument(name, title, senders, lever, steps[lever], start, last)
    mediated = [round_ for round_ in record.talks if round_.pushed]
    for name, title, lever, rounds, value in (
        ("talks", "Talks", "talks", list(record.talks), 1.0),
        ("mediation", "Mediators who bring the sides together", "pressure_to_talk", mediated, coding.PUSH),
    ):
        if rounds:
            authority = sorted({round_.mediator for round_ in rounds if round_.pushed}) or ["the parties"]
            opened = coding.talks_steps(rounds, value)
            found[name] = _instrument(name, title, authority, lever, opened, start, last)
    return {name: each for name, each in found.items() if each["values"]}


def _instrument(
    name: str,
    title: str,
    authority: list[str],
    lever: str,
    steps: tuple[coding.Step, ...],
    start: Month,
    last: Month,
) -> dict[str, Any]:
    first_day = start.first_day
    return {
        "instrument": name,
        "title": title,
        "authority": authority,
        "covers": "the dated acts of the record, coded by fixed tables",
        "not_covered": ["what the record does not name"],
        "forecast": "hold",
        "values": [
            {
                "date": str(max(step.day, first_day)),
                "levers": {lever: step.value},
                "act": step.act,
                "source": step.source,
                "quality": "judgement",
                "note": f"the fact is {step.quality}, its level a judgement",
            }
            for step in steps
            if Month.of(step.day) <= last
        ],
    }


def _policies(months: int) -> dict[str, dict[str, Any]]:
    """The orderings of pressure and talks that every past war is asked about, in months of its own length."""
    author = "ripeness developers"

    def change(
        lever: str, until: str | None = None, begin: str = "start", **operation: float
    ) -> dict[str, Any]:
        ends = {} if until is None else {"until": until}
        return {"lever": lever, "from": begin, **ends, **operation}

    def press(begin: str = "start") -> list[dict[str, Any]]:
        return [
            change("pressure_relief", None, begin, set=0.0),
            change("cost_pressure", None, begin, at_least=FULL_PRESSURE),
            change("arms_denial", None, begin, at_least=FULL_DENIAL),
        ]

    later = f"start+{months}"
    talk, quiet = change("talks", set=1.0), change("talks", set=0.0)
    relief = change("pressure_relief", set=RELIEF)
    phase = f"{months} month{'s' * (months != 1)}"
    said: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
        "as_enacted": ("As the record has it", "What if things go on as they are?", []),
        "talks_only": ("Talks with relief", "What do talks with relief give?", [talk, relief]),
        "pressure_only": ("Pressure without talks", "What does full effort alone give?", [quiet, *press()]),
        "simultaneous": ("Talks and pressure together", "Does pressure during talks help?", [talk, *press()]),
        "sequential": (
            f"Talks with relief for {phase}, then pressure",
            "What does waiting cost if the talks fail?",
            [
                change("talks", later, set=1.0),
                change("pressure_relief", later, set=RELIEF),
                *press(later),
            ],
        ),
        "pressure_first": (
            f"Pressure for {phase}, then talks with relief",
            "Does pressure build a stock that talks can spend?",
            [
                change("talks", later, set=0.0),
                *press(),
                change("talks", None, later, set=1.0),
                change("pressure_relief", None, later, set=RELIEF),
            ],
        ),
        "conditional": (
            "Talks, and pressure that rises by steps unless progress is verified",
            "Does a rule do better than one blow?",
            [
                talk,
                change("pressure_relief", set=0.0),
                change("cost_pressure", at_least=FULL_PRESSURE) | {"ramp_months": 8},
                change("arms_denial", at_least=FULL_DENIAL) | {"ramp_months": 8},
            ],
        ),
    }
    policies: dict[str, dict[str, Any]] = {}
    for name, (title, question, changes) in said.items():
        policies[name] = {"policy": name, "title": title, "author": author, "question": question}
        if name != "as_enacted":
            policies[name] |= {"base": "as_enacted", "changes": changes}
    policies["conditional"]["ratchet"] = {"months": 3, "steps": 4}
    return policies


def _territory(levels: tuple[coding.Level, ...], start: Month, until: Month) -> list[dict[str, Any]]:
    """Rows of the coded front up to `until`, one a month; the last level of a month counts."""
    rows = {Month.of(level.day): level for level in levels}
    return [
        {
            "month": str(month),
            "value": round(level.share * NOMINAL_KM2),
            "unit": "km2",
            "source": CODED,
            "quality": "recalled",
            "vintage": str(month),
            "sd": round(level.sd * NOMINAL_KM2),
            "note": f"inferred from: {level.words}" if level.words else "no words on the fighting",
        }
        for month, level in rows.items()
        if start <= month <= until
    ]


def _shown(record: WarRecord) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Tables of the record with numbers by month or year, and the names of those that have none."""
    found: dict[str, list[dict[str, Any]]] = {}
    unread = []
    for each in record.series:
        unit = coding.UNITS.get(each.unit, each.unit)
        rows = {
            month: value
            for key, value in each.values.items()
            if (month := coding.month_of_key(key)) is not None and not isinstance(value, str)
        }
        slug = re.sub(r"[^a-z0-9]+", "_", each.name.lower()).strip("_")
        if unit not in KNOWN_UNITS or not rows or not slug[:1].isalpha() or slug in found:
            unread.append(each.name)
            continue
        found[slug] = [
            {
                "month": str(month),
                "value": value,
                "unit": unit,
                "source": each.source,
                "quality": each.quality if each.quality in ("reported", "derived", "claimed") else "recalled",
                "vintage": str(month),
                "sd": "",
                "note": "shown only",
            }
            for month, value in sorted(rows.items())
        ]
    return found, unread


def _series(name: str, rows: list[dict[str, Any]]) -> Series:
    observations = (
        Observation(
            Month.parse(row["month"]),
            float(row["value"]),
            row["unit"],
            row["source"],
            row["quality"],
            Month.parse(row["vintage"]),
            float(row["sd"]) if row["sd"] != "" else None,
            note=row["note"],
        )
        for row in rows
    )
    return Series(name, rows[0]["unit"], tuple(sorted(observations, key=lambda row: row.month)))


def _actor_rows(record: WarRecord, pressed: str, other: str) -> list[dict[str, Any]]:
    """Actors of the spatial rival: the sides far apart, outsiders in the middle; the same in every war."""
    judged = {"source": "The same positions in every war made from a record", "quality": "judgement"}

    def row(name: str, side: str, principal: bool, *numbers: float) -> dict[str, Any]:
        keys = ("terms", "terms_salience", "guarantees", "guarantees_salience", "capability")
        return {
            "actor": name,
            "side": side,
            "principal": "yes" if principal else "no",
            **dict(zip(keys, numbers, strict=True)),
            **judged,
        }

    rows = [
        row(_joined(record.parties[pressed]), "a", True, 0.75, 0.9, 0.2, 0.4, 1.0),
        row(_joined(record.parties[other]), "d", True, 0.25, 0.9, 0.8, 0.7, 1.0),
    ]
    seen = {each["actor"] for each in rows}
    for key, names in record.parties.items():
        for name in names:
            if key not in (pressed, other) and name not in seen:
                seen.add(name)
                rows.append(row(name, "other", False, 0.5, 0.4, 0.5, 0.4, 0.3))
    return rows


WIDTH = 100_000
"""Every sentence stands in one line, as in the cases that come with the package."""


class _Plain(yaml.SafeDumper):
    """YAML without anchors, which the reader refuses."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml(said: Any) -> str:
    return yaml.dump(said, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=WIDTH)


def _csv(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> str:
    text = io.StringIO()
    used = [column for column in columns if any(column in row for row in rows)]
    writer = csv.DictWriter(text, used, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
