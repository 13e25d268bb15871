"""The record of talks: rounds, positions on issues, acts of pressure, and what was promised and carried out.

A folder `talks` with up to seven tables. Party names are those of the case. On an issue, 0 is the defender's maximal
position and 1 the attacker's; scores are a coder's judgement, each with a band, and further coders may be added as
`positions_<coder>.csv`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ripeness.base import Fault, Month, shown, suggestion
from ripeness.evidence.csv_table import Row, read_table
from ripeness.evidence.quality import QUALITIES

CONTACTS = ("direct", "three_way", "shuttle", "one_side")
"""Who meets: both enemies; both with a mediator; a mediator going between them; a mediator with one of them."""

TRACKS = ("session", "break")
"""Rows that count as talks on ending the war: a meeting, or its breaking off."""

LADDER = (
    "negative",
    "none",
    "unknown",
    "claimed_only",
    "ended",
    "process",
    "humanitarian",
    "partial_ceasefire",
    "text",
    "partial_agreement",
    "agreement",
)
"""What a round brought, from less to more; the first five brought nothing that both sides confirmed."""

KINDS = ("cost", "arms", "strike", "threat", "to_talk", "market", "other")
"""What an act of pressure works through. `cost` makes going on dearer, `to_talk` makes not meeting dearer."""

ROLES = ("territory", "truce", "guarantee", "side_payment", "internal", "humanitarian", "political")

STANDS = ("0", "1", "both")

CARRIED_OUT = ("yes", "partly", "no", "unknown")

MAIN_CODER = "editors"
"""Name of the coder of `positions.csv`."""

_MONTH_ONLY = re.compile(r"\d{4}-\d{2}")

T = TypeVar("T")


@dataclass(frozen=True)
class Round:
    """A meeting, a contact, a truce or an exchange; `contact` and `track` are empty where it is no session."""

    id: str
    start: dt.date
    end: dt.date
    place: str
    level: str
    track: str
    contact: str
    mediator: str
    outcome: str
    deliverables: str
    deliverable_class: str
    source: str
    quality: str
    sessions: float | None = None
    """Number of sessions, where a row stands for many and their number is known."""
    format: str = ""
    participants: str = ""
    hours: float | None = None
    notes: str = ""

    @property
    def is_session(self) -> bool:
        """Whether parties, or a mediator with one of them, met on ending the war."""
        return self.track == "session"


@dataclass(frozen=True)
class Position:
    """What an actor held on an issue from a date on: `score` in 0..1 with the coder's band."""

    date: dt.date
    actor: str
    issue: str
    position: str
    score: float
    low: float
    high: float
    source: str
    quality: str


@dataclass(frozen=True)
class Issue:
    """An issue and what 0, 0.5 and 1 stand for on it."""

    name: str
    role: str
    definition: str
    anchors: tuple[str, str, str]
    stand: str = ""
    """The end of the scale (`0`, `1` or `both`) at which a small step is refused, or a price asked for it."""
    label: str = ""
    """What a reader calls it; the name with spaces where empty."""


@dataclass(frozen=True)
class PressureEvent:
    """An act of pressure (direction 1) or relief (-1) by a sender on a target; 0 marks a date."""

    id: str
    date: dt.date
    sender: str
    target: str
    instrument: str
    kind: str
    direction: int
    description: str
    source: str
    quality: str
    magnitude: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class DatedFact:
    """What somebody said, signed or decided on a day, and no other table holds; `value` where it has a number."""

    id: str
    date: dt.date
    actor: str
    topic: str
    said: str
    source: str
    quality: str
    value: float | None = None
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Delegation:
    """Who led a party at a round; `rank` from 1 (expert) over 3 (envoy, aide) to 5 (head of state)."""

    round_id: str
    party: str
    head: str
    post: str
    rank: float


@dataclass(frozen=True)
class Promise:
    """A product agreed at a round, due by a day, and whether it was carried out."""

    id: str
    round_id: str
    product: str
    due: dt.date
    carried_out: str
    source: str
    quality: str


@dataclass(frozen=True)
class TalksRecord:
    """All tables of a record of talks, each in order of date; `coders` holds further coders' positions."""

    rounds: tuple[Round, ...]
    positions: tuple[Position, ...] = ()
    issues: Mapping[str, Issue] = field(default_factory=dict)
    events: tuple[PressureEvent, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    promises: tuple[Promise, ...] = ()
    coders: Mapping[str, tuple[Position, ...]] = field(default_factory=dict)
    facts: tuple[DatedFact, ...] = ()

    @property
    def sessions(self) -> tuple[Round, ...]:
        """Rounds that count as talks on ending the war."""
        return tuple(row for row in self.rounds if row.is_session)

    @property
    def last_day(self) -> dt.date:
        """Last day of which the record says anything."""
        days = [row.end for row in self.rounds]
        days += [row.date for row in self.positions] + [row.date for row in self.events]
        return max(days)

    @property
    def first_day(self) -> dt.date:
        """First day of which the record says anything."""
        days = [row.start for row in self.rounds]
        return min([*days, *(row.date for row in self.positions), *(row.date for row in self.events)])


def read_talks(folder: Path, prefix: str = "talks") -> tuple[TalksRecord | None, tuple[Fault, ...]]:
    """The record in a folder and every fault in it; None where there are no rounds or any fault."""
    faults: list[Fault] = []

    def table(
        name: str, columns: Sequence[str], required: Sequence[str], make: Callable[[_Cells], T]
    ) -> tuple[T, ...]:
        path = folder / f"{name}.csv"
        if not path.is_file():
            return ()
        file = f"{prefix}/{name}.csv"
        rows, found = read_table(path, file, columns, required)
        faults.extend(found)
        made = []
        for row in rows:
            cells = _Cells(file, row, faults)
            before = len(faults)
            one = make(cells)
            if len(faults) == before:
                made.append(one)
        return tuple(made)

    rounds = table("rounds", _ROUND, _ROUND_REQUIRED, _round)
    issues = {issue.name: issue for issue in table("issues", _ISSUE, _ISSUE_REQUIRED, _issue)}
    known = tuple(issues)
    positions = table(
        "positions", _POSITION, _POSITION_REQUIRED, lambda cells: _position(cells, known, required=True)
    )
    coders = {
        path.stem.removeprefix("positions_"): table(
            path.stem, _POSITION, _SCORED, lambda cells: _position(cells, known, required=False)
        )
        for path in sorted(folder.glob("positions_*.csv"))
    }
    ids = [row.id for row in rounds]
    record = TalksRecord(
        tuple(sorted(rounds, key=lambda row: (row.start, row.id))),
        _by_date(positions),
        issues,
        tuple(
            sorted(
                table("pressure_events", _EVENT, _EVENT_REQUIRED, _event), key=lambda row: (row.date, row.id)
            )
        ),
        table("delegations", _DELEGATION, _DELEGATION, lambda cells: _delegation(cells, ids)),
        table("promises", _PROMISE, _PROMISE[:-1], lambda cells: _promise(cells, ids)),
        {name: _by_date(rows) for name, rows in coders.items()},
        tuple(sorted(table("facts", _FACT, _FACT_REQUIRED, _fact), key=lambda row: (row.date, row.id))),
    )
    return (record if rounds and not faults else None), tuple(faults)


_ROUND = (
    "id",
    "date_start",
    "date_end",
    "place",
    "format",
    "participants",
    "level",
    "track",
    "contact",
    "sessions",
    "mediator",
    "hours",
    "outcome",
    "deliverables",
    "deliverable_class",
    "prisoners_to_d",
    "prisoners_to_a",
    "source",
    "quality",
    "notes",
)
_ROUND_REQUIRED = (
    "id",
    "date_start",
    "level",
    "track",
    "contact",
    "outcome",
    "deliverable_class",
    "source",
    "quality",
)
_ISSUE = (
    "issue",
    "label",
    "role",
    "stand",
    "definition",
    "anchor_0",
    "anchor_0.5",
    "anchor_1",
    "source",
    "quality",
)
_ISSUE_REQUIRED = ("issue", "role", "definition", "anchor_0", "anchor_0.5", "anchor_1")
_POSITION = (
    "date",
    "actor",
    "issue",
    "position",
    "score",
    "score_low",
    "score_high",
    "score_quality",
    "source",
    "quality",
    "notes",
)
_SCORED = ("date", "actor", "issue", "score")
_POSITION_REQUIRED = (*_SCORED, "position", "score_low", "score_high", "source", "quality")
_EVENT = (
    "id",
    "date",
    "sender",
    "target",
    "instrument",
    "kind",
    "direction",
    "magnitude",
    "unit",
    "timing_vs_round",
    "round_id",
    "description",
    "source",
    "quality",
    "notes",
)
_EVENT_REQUIRED = ("id", "date", "sender", "target", "kind", "direction", "description", "source", "quality")
_FACT = ("id", "date", "actor", "topic", "said", "value", "unit", "source", "url", "quality", "note")
_FACT_REQUIRED = ("id", "date", "actor", "topic", "said", "source", "quality")
_DELEGATION = ("round_id", "party", "head", "post", "rank", "source", "quality")
_PROMISE = ("id", "round_id", "product", "due", "carried_out", "source", "quality", "note")


class _Cells:
    """The cells of one row, read by kind; what does not fit becomes a fault and a harmless value."""

    def __init__(self, file: str, row: Row, faults: list[Fault]) -> None:
        self._file, (self._line, self._row), self._faults = file, row, faults

    def text(self, key: str) -> str:
        return self._row.get(key, "")

    def needed(self, key: str) -> str:
        if not self.text(key):
            self.fault(key, "is empty", f"fill in {key}")
        return self.text(key)

    def one_of(self, key: str, known: Sequence[str], *, empty: bool = False) -> str:
        value = self.text(key)
        if value not in known and not (empty and not value):
            self.fault(key, "is not known", suggestion(value, known, key))
        return value

    def day(self, key: str, otherwise: dt.date | None = None) -> dt.date:
        """A day; the 15th where only the month is known."""
        text = self.text(key)
        if not text and otherwise is not None:
            return otherwise
        try:
            return dt.date.fromisoformat(f"{text}-15" if _MONTH_ONLY.fullmatch(text) else text)
        except ValueError:
            self.fault(key, "is not a date", "write YYYY-MM-DD, or YYYY-MM where the day is not known")
            return dt.date.min

    def number(self, key: str, low: float, high: float, otherwise: float | None = None) -> float:
        text = self.text(key)
        if not text and otherwise is not None:
            return otherwise
        try:
            value = float(text)
        except ValueError:
            self.fault(key, "is not a number", f"write a number from {low:g} to {high:g}")
            return low
        if not low <= value <= high:
            self.fault(key, "lies outside its scale", f"write a number from {low:g} to {high:g}")
        return value

    def fault(self, key: str, problem: str, remedy: str) -> None:
        self._faults.append(Fault(self._file, self._line, key, shown(self.text(key)), problem, remedy))


def _round(cells: _Cells) -> Round:
    start = cells.day("date_start")
    end = cells.day("date_end", start)
    if end < start:
        cells.fault("date_end", f"lies before its start {start}", "put the dates in order")
    track = cells.one_of("track", TRACKS, empty=True)
    contact = cells.one_of("contact", CONTACTS, empty=True)
    if track == "session" and not contact:
        cells.fault("contact", "a session says who met", f"write one of {', '.join(CONTACTS)}")
    return Round(
        cells.needed("id"),
        start,
        end,
        cells.text("place"),
        cells.text("level"),
        track,
        contact,
        cells.text("mediator"),
        cells.text("outcome"),
        cells.text("deliverables"),
        cells.one_of("deliverable_class", LADDER),
        cells.needed("source"),
        cells.one_of("quality", QUALITIES),
        cells.number("sessions", 1.0, 10_000.0) if cells.text("sessions") else None,
        cells.text("format"),
        cells.text("participants"),
        cells.number("hours", 0.0, 10_000.0) if cells.text("hours") else None,
        cells.text("notes"),
    )


def _issue(cells: _Cells) -> Issue:
    anchors = (cells.needed("anchor_0"), cells.needed("anchor_0.5"), cells.needed("anchor_1"))
    stand = cells.one_of("stand", STANDS, empty=True)
    return Issue(
        cells.needed("issue"),
        cells.one_of("role", ROLES),
        cells.needed("definition"),
        anchors,
        stand,
        cells.text("label"),
    )


def _position(cells: _Cells, issues: Sequence[str], *, required: bool) -> Position:
    score = cells.number("score", 0.0, 1.0)
    low = cells.number("score_low", 0.0, 1.0, None if required else score)
    high = cells.number("score_high", 0.0, 1.0, None if required else score)
    if not low <= score <= high:
        cells.fault("score", f"lies outside its band {low:g} to {high:g}", "widen the band or mend the score")
    return Position(
        cells.day("date"),
        cells.needed("actor"),
        cells.one_of("issue", issues),
        cells.text("position"),
        score,
        low,
        high,
        cells.text("source"),
        cells.one_of("quality", QUALITIES, empty=not required),
    )


def _event(cells: _Cells) -> PressureEvent:
    return PressureEvent(
        cells.needed("id"),
        cells.day("date"),
        cells.needed("sender"),
        cells.needed("target"),
        cells.text("instrument"),
        cells.one_of("kind", KINDS),
        int(cells.number("direction", -1.0, 1.0)),
        cells.text("description"),
        cells.needed("source"),
        cells.one_of("quality", QUALITIES),
        cells.number("magnitude", -1e12, 1e12) if cells.text("magnitude") else None,
        cells.text("unit"),
    )


def _fact(cells: _Cells) -> DatedFact:
    return DatedFact(
        cells.needed("id"),
        cells.day("date"),
        cells.needed("actor"),
        cells.needed("topic"),
        cells.needed("said"),
        cells.needed("source"),
        cells.one_of("quality", QUALITIES),
        cells.number("value", -1e12, 1e12) if cells.text("value") else None,
        cells.text("unit"),
        cells.text("note"),
    )


def _delegation(cells: _Cells, rounds: Sequence[str]) -> Delegation:
    return Delegation(
        cells.one_of("round_id", rounds),
        cells.needed("party"),
        cells.needed("head"),
        cells.text("post"),
        cells.number("rank", 1.0, 5.0),
    )


def _promise(cells: _Cells, rounds: Sequence[str]) -> Promise:
    return Promise(
        cells.needed("id"),
        cells.one_of("round_id", rounds),
        cells.needed("product"),
        cells.day("due"),
        cells.one_of("carried_out", CARRIED_OUT),
        cells.needed("source"),
        cells.one_of("quality", QUALITIES),
    )


def _by_date(rows: Sequence[Position]) -> tuple[Position, ...]:
    return tuple(sorted(rows, key=lambda row: (row.date, row.actor, row.issue)))


def months_of(record: TalksRecord) -> tuple[Month, ...]:
    """Every month from the first to the last day of the record."""
    first, last = Month.of(record.first_day), Month.of(record.last_day)
    return tuple(first + step for step in range(last - first + 1))
