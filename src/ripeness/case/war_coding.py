"""What the words of a past war's record are worth in numbers: small tables, open to dispute.

Every number here is a judgement. Levels of the front are a side's share of what is fought over; a level of
pressure is a share of full effort.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ripeness.base import Month
from ripeness.case.war_record import SIDES, Pressure, Talks, WarRecord, plain_names

AHEAD: tuple[tuple[str, float], ...] = (
    ("holds", 0.95),
    ("far ahead", 0.85),
    ("ahead", 0.65),
    ("advance", 0.6),
    ("pushed back", 0.4),
    ("retreat", 0.4),
    ("far behind", 0.15),
    ("behind", 0.35),
)
"""Share of the stake of the side that the words are about; the first that fits decides."""

STILL = ("stalemate", "static", "even", "deadlock", "no change")
"""Words that leave the front where it was."""

NOWHERE = ("n/a", "none")
"""Words that say that there is no front."""

EVEN = 0.5
"""Share of each side before the record has said anything."""

CODED_SD, GUESSED_SD = 0.12, 0.25
"""Spread of a coded level, share of the stake: of words in the tables, and of words that are not."""


class Kind(NamedTuple):
    """A kind of pressure: words by which it is known, the lever that it moves, and what one act adds."""

    name: str
    words: tuple[str, ...]
    lever: str
    weight: float


KINDS = (
    Kind("arms", ("arms", "weapon", "munition", "spare part"), "arms_denial", 0.3),
    Kind(
        "signal", ("signal", "threat", "warning", "diplomacy", "airliner", "spoiler"), "cost_pressure", 0.04
    ),
    Kind(
        "trade and money",
        (
            "embargo",
            "import ban",
            "export ban",
            "price war",
            "sanction",
            "freeze",
            "bank",
            "cut",
            "resolution",
            "blockade",
            "exclusion zone",
            "escort",
            "tanker",
            "terminal",
            "oil",
            "mining",
            "relief",
            "cisada",
        ),
        "cost_pressure",
        0.15,
    ),
    Kind("force", (), "cost_pressure", 0.08),
)
"""Kinds in the order in which they are looked for; the last takes what none of the others names."""

RELIEF_KEEPS = 0.5
"""Share of what has accumulated on its lever that an act of relief leaves."""

TRACK_DAYS = 30
"""Days for which a track of talks counts as open after its last meeting."""

PUSH = 0.4
"""Outside pressure to meet while a mediator runs the talks."""

SETTLED = (
    "ceasefire",
    "cease-fire",
    "armistice",
    "agreement",
    "negotiated",
    "deal",
    "treaty",
    "accord",
    "truce",
)
DECIDED = ("surrender", "military decision", "victory", "conquest", "collapse", "defeat")
"""Words of an outcome that mean a deal, and a decision by force."""


class Level(NamedTuple):
    """A coded level of the front: when, the pressed side's share, its spread, and the words behind it."""

    day: dt.date
    share: float
    sd: float
    words: str


class Step(NamedTuple):
    """A dated level of a lever and what caused it."""

    day: dt.date
    value: float
    act: str
    source: str
    quality: str


def pressed_side(record: WarRecord) -> tuple[str, str]:
    """Key of the pressed side, and how it was found.

    What the record says counts; else the side that more acts of pressure have as their target, or, where
    both have as many, the second side.
    """
    if record.pressed is not None:
        return record.pressed, "as the record says"
    counts = dict.fromkeys(SIDES, 0)
    for act in record.pressure:
        for key in record.keys_of(act.target):
            if key in counts and act.direction > 0:
                counts[key] += 1
    found = "side_a" if counts["side_a"] > counts["side_b"] else "side_b"
    other = "side_a" if found == "side_b" else "side_b"
    return found, f"{counts[found]} acts of pressure have it as their target, {counts[other]} the other side"


def front_levels(record: WarRecord, pressed: str) -> tuple[Level, ...]:
    """Levels of the front by date, at most two a clause, so that one word is not counted every month.

    A phase's words are cut at `then`, commas and semicolons; each part holds for its share of the phase.
    Words about the other side are turned round; words that no table has leave the front where it was, with
    a wide spread.
    """
    found: list[Level] = []
    share = EVEN
    for phase in record.phases:
        clauses = _clauses(phase.battlefield)
        if phase.battlefield in NOWHERE:
            continue
        days = (phase.end - phase.start).days
        side = None
        for at, clause in enumerate(clauses):
            side = _side_in(record, clause) or side
            share, sd = _share(clause, side, pressed, share)
            last = phase.start + dt.timedelta(days=days * (at + 1) // len(clauses))
            middle = phase.start + dt.timedelta(days=days * (2 * at + 1) // (2 * len(clauses)))
            found += [Level(day, share, sd, clause or phase.label) for day in dict.fromkeys((middle, last))]
    return tuple(found)


def has_front(record: WarRecord) -> bool:
    """Whether there is a front: not where every phase says that there is none."""
    return not record.phases or any(phase.battlefield not in NOWHERE for phase in record.phases)


def unknown_words(record: WarRecord) -> tuple[str, ...]:
    """Battlefield words that no table has, in order."""
    clauses = (clause for phase in record.phases for clause in _clauses(phase.battlefield))
    known = (*(word for word, _ in AHEAD), *STILL, *NOWHERE)
    return tuple(dict.fromkeys(c for c in clauses if c and not any(_has(c, word) for word in known)))


def _clauses(words: str) -> list[str]:
    parts = [part.strip() for part in re.split(r"\bthen\b|[,;]", words) if part.strip()]
    return parts or [""]


def _has(text: str, word: str) -> bool:
    """Whether a text has the word in one of its common forms."""
    return re.search(rf"\b{re.escape(word)}(s|es|d|ed|ing)?\b", text, re.IGNORECASE) is not None


def _side_in(record: WarRecord, clause: str) -> str | None:
    """Side that a clause names first, by its key or one of its names."""
    places = []
    for key in SIDES:
        names = (part for name in record.parties[key] for part in plain_names(name))
        for word in (key, *names):
            found = re.search(rf"\b{re.escape(word)}\b", clause, re.IGNORECASE)
            if found is not None:
                places.append((found.start(), key))
    return min(places)[1] if places else None


def _share(clause: str, side: str | None, pressed: str, before: float) -> tuple[float, float]:
    """The pressed side's share after a clause, and its spread."""
    level = next((level for word, level in AHEAD if _has(clause, word)), None)
    if level is not None and side is not None:
        return (level if side == pressed else 1.0 - level), CODED_SD
    return before, CODED_SD if any(_has(clause, word) for word in STILL) else GUESSED_SD


def kind_of_pressure(act: Pressure) -> Kind:
    """Kind of an act by the words of its instrument."""
    found = (kind for kind in KINDS[:-1] if any(_has(act.instrument, word) for word in kind.words))
    return next(found, KINDS[-1])


def pressure_steps(record: WarRecord, pressed: str) -> dict[str, tuple[Step, ...]]:
    """Levels by lever of all acts that have the pressed side as a target, in the order of their dates.

    Pressure adds its weight times what is left to full effort; relief halves what has accumulated.
    """
    levels: dict[str, float] = {}
    steps: dict[str, list[Step]] = {}
    for act in sorted(record.pressure, key=lambda act: act.date):
        if pressed not in record.keys_of(act.target):
            continue
        kind = kind_of_pressure(act)
        level = levels.get(kind.lever, 0.0)
        level = level + kind.weight * (1.0 - level) if act.direction > 0 else RELIEF_KEEPS * level
        levels[kind.lever] = level
        said = f"{act.sender}: {act.instrument}, {act.description}".rstrip(", ")
        steps.setdefault(kind.lever, []).append(
            Step(act.date, round(level, 3), said, act.source, act.quality)
        )
    return {lever: _one_a_day(found) for lever, found in steps.items()}


def not_mapped(record: WarRecord, pressed: str) -> tuple[str, ...]:
    """Acts on which no lever acts, because the pressed side is not their target."""
    return tuple(
        f"{act.sender} against {act.target}, {act.date:%Y-%m}: {act.instrument}"
        for act in sorted(record.pressure, key=lambda act: act.date)
        if pressed not in record.keys_of(act.target)
    )


def talks_steps(talks: Iterable[Talks], value: float = 1.0) -> tuple[Step, ...]:
    """Days on which tracks of talks open and close; tracks that overlap are one."""
    steps: list[Step] = []
    for start, end, round_ in _spans(talks):
        steps.append(Step(start, value, f"talks open: {round_.outcome}", round_.source, round_.quality))
        steps.append(Step(end, 0.0, "talks closed", round_.source, round_.quality))
    return tuple(steps)


def _spans(talks: Iterable[Talks]) -> list[tuple[dt.date, dt.date, Talks]]:
    spans: list[tuple[dt.date, dt.date, Talks]] = []
    for round_ in sorted(talks, key=lambda round_: round_.start):
        end = round_.end + dt.timedelta(days=TRACK_DAYS)
        if spans and round_.start <= spans[-1][1]:
            start, last, first = spans[-1]
            spans[-1] = (start, max(last, end), first)
        else:
            spans.append((round_.start, end, round_))
    return spans


def _one_a_day(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Only the last level of a day, with every act of it."""
    days: dict[dt.date, Step] = {}
    for step in steps:
        before = days.get(step.day)
        act = step.act if before is None else f"{before.act}; {step.act}"
        days[step.day] = step._replace(act=act)
    return tuple(days.values())


def end_kind(record: WarRecord, pressed: str) -> str:
    """How the record's war ended: settled, collapse_a, collapse_d or none, where a is the pressed side.

    What the record says counts; else the words of its outcome, and after a decision by force the front.
    """
    ending = record.ending
    if ending is None:
        return "none"
    if ending.kind is not None:
        return ending.kind if ending.kind != "collapse" else _lost(ending.loser == pressed)
    if any(_has(ending.type, word) for word in DECIDED) and not any(_has(ending.type, w) for w in SETTLED):
        levels = front_levels(record, pressed)
        return _lost(bool(levels) and levels[-1].share < EVEN)
    return "settled" if any(_has(ending.type, word) for word in SETTLED) else "none"


def _lost(pressed_lost: bool) -> str:
    return "collapse_a" if pressed_lost else "collapse_d"


def month_of_key(key: str) -> Month | None:
    """Month that a row of a shown series names: YYYY-MM, or December of YYYY; None for words."""
    if re.fullmatch(r"[0-9]{4}", key):
        return Month(int(key), 12) if int(key) else None
    if re.fullmatch(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])", key):
        return Month.parse(key)
    return None


UNITS: Mapping[str, str] = {
    "thousand b/d": "kb/d",
    "bn USD": "USD bn",
    "mn USD": "USD mn",
    "persons": "people",
    "per cent": "percent",
    "machines": "count",
    "meetings": "count",
}
"""Units as records write them, and as series do."""
