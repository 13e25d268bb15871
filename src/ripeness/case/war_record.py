"""The record of a past war in one file: phases, rounds of talks, acts of pressure, series, and how it ended.

Everything but its name and its two sides may be missing. What the file says is checked here; what is made
of it is said in `war_coding`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ripeness.base import Fault, suggestion
from ripeness.case.conform import Path as KeyPath
from ripeness.case.conform import findings
from ripeness.case.folder import Document
from ripeness.case.schemas import LINES, NAME, NUMBER, SHARE, TEXT, Schema, many, one_of, record
from ripeness.case.yaml_text import read_yaml
from ripeness.evidence import JUDGED

FILE = "record.yaml"
"""Name of a record inside a folder."""

SIDES = ("side_a", "side_b")
"""Keys of the two sides, in whatever order the writer chose; which of them is pressed is another key."""

FARTHEST_MONTHS = 60
"""Months that a dated item may lie before the war or after its end; farther off, its year is a slip."""

_JOINED = re.compile(r"(?:^|\s)and\s+|,|/|;")
"""What stands between names that are said together."""

_DATE = "(?!0000)[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?"

DATE: Schema = {
    "type": "string",
    "pattern": f"^{_DATE}$",
    "description": "a date as 'YYYY-MM-DD', or 'YYYY-MM' for the first day of the month",
}
MAYBE_DATE: Schema = {**DATE, "type": ["string", "null"]}

QUALITIES = (*JUDGED, "inferred")
"""Qualities of an item; inferred: concluded by the writer from other facts."""


@dataclass(frozen=True)
class Phase:
    """A stretch of the war and how the fighting stood, in a few words."""

    start: dt.date
    end: dt.date
    label: str
    battlefield: str


@dataclass(frozen=True)
class Talks:
    """A round of talks, or a track of them."""

    start: dt.date
    end: dt.date
    format: str
    mediator: str
    outcome: str
    source: str
    quality: str

    @property
    def pushed(self) -> bool:
        """Whether outsiders brought the sides together."""
        return bool(self.mediator) and self.mediator.lower() not in ("none", "n/a")


@dataclass(frozen=True)
class Pressure:
    """A dated act of pressure (`direction` 1) or of relief (-1)."""

    date: dt.date
    sender: str
    target: str
    instrument: str
    direction: int
    description: str
    source: str
    quality: str


@dataclass(frozen=True)
class ShownSeries:
    """A table of the record: numbers or words by whatever the writer named the rows."""

    name: str
    unit: str
    values: Mapping[str, float | str]
    source: str
    quality: str


@dataclass(frozen=True)
class Ending:
    """How it ended, as the record says; no model reads it."""

    date: dt.date | None
    type: str
    kind: str | None
    loser: str | None
    terms_share_pressed: float | None


@dataclass(frozen=True)
class WarRecord:
    """A past war as its record says it; dates in order within each phase and round."""

    file: str
    id: str
    title: str
    parties: Mapping[str, tuple[str, ...]]
    """Names by key; `side_a` and `side_b` are always there."""
    pressed: str | None
    """Key of the side that the record calls pressed; None where it does not say."""
    war_start: dt.date | None
    war_end: dt.date | None
    talks_start: dt.date | None
    phases: tuple[Phase, ...]
    talks: tuple[Talks, ...]
    pressure: tuple[Pressure, ...]
    series: tuple[ShownSeries, ...]
    ending: Ending | None
    gaps: tuple[str, ...]

    @property
    def first_day(self) -> dt.date:
        """Beginning of the war, or of the first thing dated."""
        return self.war_start or min(_dates(self))

    @property
    def last_day(self) -> dt.date:
        """End of the war, or of the last thing dated."""
        ended = self.war_end or (self.ending.date if self.ending is not None else None)
        return ended or max(_dates(self))

    def keys_of(self, text: str) -> tuple[str, ...]:
        """Party keys that a sender or target names: `side_b`, a name, or several joined by `and`."""
        names = [name for name in _JOINED.split(text) if name.strip()]
        whole = _key_of(self.parties, text)
        found = (whole,) if whole is not None else tuple(_key_of(self.parties, name) for name in names)
        return tuple(dict.fromkeys(key for key in found if key is not None))


def read_war_record(path: Path, file: str | None = None) -> tuple[WarRecord | None, list[Fault]]:
    """The record of a past war in a YAML file, or every fault of it with its line and remedy."""
    name = file or path.name
    node, unreadable = read_yaml(path, name)
    if node is None:
        return None, list(unreadable)
    document = Document(name, node, tuple(findings(node, record_schema(), name)))
    faults = [finding.fault for finding in document.found]
    if not faults:
        faults = list(_content_faults(document))
    if faults:
        return None, sorted(faults, key=lambda fault: (fault.line or 0, fault.key))
    return _record(name, node.plain()), []


@lru_cache(maxsize=1)
def record_schema() -> Schema:
    """Schema of a past war's record; shared, not to be changed."""
    names: Schema = {
        "oneOf": [TEXT, {**many(TEXT, 1), "description": "a list of names"}],
        "description": "a name or a list of names",
    }
    judged: dict[str, Schema] = {
        "source": TEXT,
        "quality": one_of(QUALITIES, "quality"),
        "note": TEXT,
        "notes": TEXT,
    }
    period = {"start": DATE, "end": DATE}
    talks_more = ("place", "format", "mediator", "outcome", "deliverables")
    pressure_more = ("description", "timing_vs_talks", "magnitude")
    value: Schema = {"oneOf": [NUMBER, TEXT], "description": "a number or words"}
    return record(
        {
            "id": NAME,
            "title": TEXT,
            "parties": record(
                dict.fromkeys(SIDES, names),
                patternProperties={"^(outsiders|mediators|patrons?_[ab])$": names},
            ),
        },
        {
            "pressed": one_of(SIDES, "side"),
            "war_start": MAYBE_DATE,
            "war_end": MAYBE_DATE,
            "talks_start": MAYBE_DATE,
            "pressure_mode": TEXT,
            "why_here": TEXT,
            "note": LINES,
            "phases": many(record({**period, "label": TEXT}, {"battlefield": TEXT, "note": TEXT})),
            "talks": many(record(period, {**dict.fromkeys(talks_more, TEXT), **judged})),
            "pressure": many(
                record(
                    {
                        "date": DATE,
                        "sender": TEXT,
                        "target": TEXT,
                        "instrument": TEXT,
                        "direction": {**NUMBER, "description": "1 for pressure or -1 for relief"},
                    },
                    {**dict.fromkeys(pressure_more, TEXT), **judged},
                )
            ),
            "series": many(
                record(
                    {
                        "name": TEXT,
                        "unit": TEXT,
                        "values": {
                            "type": "object",
                            "patternProperties": {".": value},
                            "additionalProperties": False,
                            "minProperties": 1,
                            "description": "numbers or words by month, year or name",
                        },
                    },
                    {"frequency": TEXT, **judged},
                )
            ),
            "exogenous": many(record({"date": DATE, "event": TEXT}, judged)),
            "outcome": record(
                {"type": TEXT},
                {
                    "date": DATE,
                    "terms": many(TEXT),
                    "lasting": {"type": "boolean", "description": "true or false"},
                    "kind": one_of(("settled", "collapse", "none"), "kind"),
                    "loser": one_of(SIDES, "side"),
                    "terms_share_pressed": SHARE,
                    **judged,
                },
                patternProperties={"^(lag|months)_[a-z0-9_]+$": NUMBER},
            ),
            "readings": {
                "type": "object",
                "patternProperties": {"^[a-z][a-z0-9_]*$": many(TEXT)},
                "additionalProperties": False,
                "description": "lists of sentences by reading",
            },
            "gaps": many(TEXT),
        },
    )


def date_of(text: str) -> dt.date:
    """Date as YYYY-MM-DD, or the first day of YYYY-MM; ValueError where there is no such day."""
    return dt.date.fromisoformat(text if len(text) > len("YYYY-MM") else f"{text}-01")


def _content_faults(document: Document) -> Iterator[Fault]:
    """Faults that no schema sees: days, order, directions, targets, and a record with nothing dated."""
    assert document.node is not None
    said = document.node.plain()
    wrong = list(_day_faults(document, said))
    if wrong:
        yield from wrong
        return
    yield from _order_faults(document, said)
    yield from _event_faults(document, said)
    outcome = said.get("outcome", {})
    if outcome.get("kind") == "collapse" and "loser" not in outcome:
        remedy = "add loser: side_a or side_b"
        yield document.fault(("outcome", "kind"), "collapse", "does not say which side lost", remedy)
    if "terms_share_pressed" in outcome and outcome.get("kind", "settled") != "settled":
        path: KeyPath = ("outcome", "terms_share_pressed")
        remedy = "take it out, or write kind: settled"
        yield document.fault(path, outcome["terms_share_pressed"], "has terms without a deal", remedy)


def _dated(said: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Path and text of every date of a record."""
    for key in ("war_start", "war_end", "talks_start"):
        if said.get(key) is not None:
            yield (key,), said[key]
    for area, keys in (
        ("phases", ("start", "end")),
        ("talks", ("start", "end")),
        ("pressure", ("date",)),
        ("exogenous", ("date",)),
    ):
        for index, item in enumerate(said.get(area, ())):
            for key in keys:
                yield (area, index, key), item[key]
    if "date" in said.get("outcome", {}):
        yield ("outcome", "date"), said["outcome"]["date"]


def _day_faults(document: Document, said: Mapping[str, Any]) -> Iterator[Fault]:
    dated = list(_dated(said))
    if not dated:
        remedy = "give war_start, or at least one phase, round of talks or act of pressure"
        yield document.fault((), None, "nothing in the record is dated", remedy)
    for path, text in dated:
        try:
            date_of(text)
        except ValueError:
            yield document.fault(path, text, "is not a day of the calendar", "correct the day")


def _order_faults(document: Document, said: Mapping[str, Any]) -> Iterator[Fault]:
    """Ends before starts, phases out of order, and dates far from the war."""

    def backwards(start: KeyPath, end: KeyPath, first: str | None, last: str | None) -> Iterator[Fault]:
        if first is not None and last is not None and date_of(last) < date_of(first):
            yield document.fault(
                end, last, f"lies before {start[-1]} {first}", f"put {end[-1]} after {start[-1]}"
            )

    yield from backwards(("war_start",), ("war_end",), said.get("war_start"), said.get("war_end"))
    for area in ("phases", "talks"):
        for index, item in enumerate(said.get(area, ())):
            yield from backwards((area, index, "start"), (area, index, "end"), item["start"], item["end"])
    before: str | None = None
    for index, item in enumerate(said.get("phases", ())):
        if before is not None and date_of(item["start"]) < date_of(before):
            problem = f"lies before the phase above it, {before}"
            path: KeyPath = ("phases", index, "start")
            yield document.fault(path, item["start"], problem, "put the phases in the order of their dates")
        before = item["start"]
    begin, end = said.get("war_start"), said.get("war_end")
    for path, text in _dated(said):
        early = begin is not None and _months(date_of(text), date_of(begin)) > FARTHEST_MONTHS
        late = end is not None and _months(date_of(end), date_of(text)) > FARTHEST_MONTHS
        if early or late:
            problem = "lies more than five years " + (
                f"before war_start {begin}" if early else f"after war_end {end}"
            )
            yield document.fault(path, text, problem, "correct the year, or leave the item out")


def _months(earlier: dt.date, later: dt.date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _event_faults(document: Document, said: Mapping[str, Any]) -> Iterator[Fault]:
    """Directions that are neither pressure nor relief, and targets that no party bears."""
    parties = {key: _names(names) for key, names in said["parties"].items()}
    known = [*SIDES, *(part for names in parties.values() for name in names for part in plain_names(name))]
    for index, item in enumerate(said.get("pressure", ())):
        if item["direction"] not in (1, -1):
            path: KeyPath = ("pressure", index, "direction")
            yield document.fault(
                path, item["direction"], "unknown direction", "write 1 for pressure, -1 for relief"
            )
        target = item["target"]
        parts = [name for name in _JOINED.split(target) if name.strip()]
        if _key_of(parties, target) is None and not any(_key_of(parties, part) for part in parts):
            remedy = "add the name under parties, or " + suggestion(target, known, "party")
            yield document.fault(("pressure", index, "target"), target, "names no party", remedy)


def _names(said: str | list[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def plain_names(name: str) -> tuple[str, ...]:
    """A party's name without what stands in brackets, and the names inside them."""
    outside, _, inside = name.partition("(")
    parts = [outside, *_JOINED.split(inside.rstrip(") "))]
    return tuple(
        part.strip() for part in parts if part.strip() and part.strip().lower() not in ("others", "other")
    )


def _key_of(parties: Mapping[str, tuple[str, ...]], text: str) -> str | None:
    """Key of the party that `text` is or names; sides come first."""
    word = text.strip().lower()
    for key in sorted(parties, key=lambda key: key not in SIDES):
        if word == key or any(word == each.lower() for name in parties[key] for each in plain_names(name)):
            return key
        if any(word == name.lower() for name in parties[key]):
            return key
    return None


def _dates(record_: WarRecord) -> list[dt.date]:
    found = [day for phase in record_.phases for day in (phase.start, phase.end)]
    found += [day for round_ in record_.talks for day in (round_.start, round_.end)]
    found += [act.date for act in record_.pressure]
    given = (record_.war_start, record_.war_end, record_.talks_start)
    found += [day for day in given if day is not None]
    if record_.ending is not None and record_.ending.date is not None:
        found.append(record_.ending.date)
    return found


def _record(file: str, said: Mapping[str, Any]) -> WarRecord:
    def day(text: str | None) -> dt.date | None:
        return None if text is None else date_of(text)

    outcome = said.get("outcome")
    return WarRecord(
        file=file,
        id=said["id"],
        title=said["title"],
        parties={key: _names(names) for key, names in said["parties"].items()},
        pressed=said.get("pressed"),
        war_start=day(said.get("war_start")),
        war_end=day(said.get("war_end")),
        talks_start=day(said.get("talks_start")),
        phases=tuple(
            Phase(date_of(item["start"]), date_of(item["end"]), item["label"], item.get("battlefield", ""))
            for item in said.get("phases", ())
        ),
        talks=tuple(
            Talks(
                date_of(item["start"]),
                date_of(item["end"]),
                item.get("format", ""),
                item.get("mediator", ""),
                item.get("outcome", ""),
                *_judged(item),
            )
            for item in said.get("talks", ())
        ),
        pressure=tuple(
            Pressure(
                date_of(item["date"]),
                item["sender"],
                item["target"],
                item["instrument"],
                int(item["direction"]),
                item.get("description", ""),
                *_judged(item),
            )
            for item in said.get("pressure", ())
        ),
        series=tuple(
            ShownSeries(item["name"], item["unit"], item["values"], *_judged(item))
            for item in said.get("series", ())
        ),
        ending=None
        if outcome is None
        else Ending(
            day(outcome.get("date")),
            outcome["type"],
            outcome.get("kind"),
            outcome.get("loser"),
            outcome.get("terms_share_pressed"),
        ),
        gaps=tuple(said.get("gaps", ())),
    )


def _judged(item: Mapping[str, Any]) -> tuple[str, str]:
    """Source and quality of an item; an item without them is recalled from nowhere in particular."""
    return item.get("source", "the record, without a source"), item.get("quality", "recalled")
