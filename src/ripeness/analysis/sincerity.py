"""Signals of stalling, each with an innocent reading, and a two-type filter that says when it cannot tell.

The same signals are read off the record for every party. Two types: sincere (would take terms within reach) and
insincere (talks for other ends). Likelihoods are judgements, given here and varied; where the verdict turns with
them, or with the prior, it is `undetermined`. Sources: Beardsley 2009 and Richmond 1998 on talks for other ends;
Min 2025 on pressure to talk; Pillar 1983 on concessions. No one signal is proof of anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis.talks import Track, held, rank_gap, within
from ripeness.evidence import Issue, Position, Round, TalksRecord

Floats = NDArray[np.float64]

PRIORS = (0.2, 0.35, 0.5, 0.65, 0.8)
"""Prior chances of insincere talks that are tried."""

STRENGTHS = (0.5, 1.0, 1.5)
"""Factors on the logarithm of every likelihood ratio: weaker, as judged, stronger."""

UNMOVED = 0.05
"""Mean movement towards the other side up to which a position counts as unchanged; half of what coders call noise."""

EXTREME = 0.75
"""Closeness to its own maximal position from which a party's stand counts as a refusal, or as a price asked."""

LOWER_RANK = -0.5
"""Mean gap of rank from which a delegation counts as of lower rank."""

NEARBY = dt.timedelta(days=7)
"""Days before an announced deadline or vote within which a session counts as bunched."""

DURING = dt.timedelta(days=3)
"""Days around a session within which a strike counts as made during it."""

FEWEST = 3
"""Fewest sessions, positions or strikes from which a signal is read."""


class SignalKind(NamedTuple):
    """A signal: what it is, how often each type shows it (judgement), and how an innocent party would come to it."""

    name: str
    label: str
    if_sincere: float
    if_insincere: float
    innocent: str


SIGNALS = (
    SignalKind(
        "unmoved",
        "Its positions do not move while it talks",
        0.45,
        0.75,
        "a real red line, or an offer already made",
    ),
    SignalKind(
        "lower_rank",
        "Its delegation ranks below the other's",
        0.35,
        0.5,
        "a technical stage, or another custom of who negotiates",
    ),
    SignalKind(
        "before_deadlines",
        "Its sessions bunch before deadlines and votes aimed at it",
        0.3,
        0.5,
        "mediators set the dates, and deadlines are meant to bring parties to the table",
    ),
    SignalKind(
        "refuses_truce",
        "It holds out on truces while it talks on the whole",
        0.35,
        0.65,
        "fear that a pause helps the other side more",
    ),
    SignalKind(
        "more_force",
        "It strikes more on days of sessions than on others",
        0.4,
        0.5,
        "the war goes on by agreement, and campaigns follow seasons",
    ),
    SignalKind(
        "asks_price",
        "It asks for side payments for small steps",
        0.4,
        0.55,
        "steps cost it something too, and trade is what talks are for",
    ),
    SignalKind(
        "only_humanitarian",
        "What it agreed to and is confirmed is humanitarian or procedural only",
        0.5,
        0.6,
        "trust is built in small steps",
    ),
    SignalKind(
        "breaks_promises",
        "Fewer than half of the products due were carried out",
        0.25,
        0.5,
        "both must carry them out, and the record says little of who did not",
    ),
)
"""Ratios stay near 1 on purpose: talk is cheap, and what costs something (moving, keeping a promise) weighs most."""


class Reading(NamedTuple):
    """A signal in a window: present or absent, None where the record does not say; its statistic and the bound."""

    kind: SignalKind
    present: bool | None
    statistic: float
    bound: float


@dataclass(frozen=True)
class Verdict:
    """What the filter says of one party: posterior chances of `insincere` by prior, at the judged strength.

    low, high: over all priors and strengths. said: `insincere`, `sincere` or `undetermined`.
    """

    party: str
    posteriors: dict[float, float]
    low: float
    high: float
    said: str
    read: int
    """Signals that the record speaks to."""


def readings(record: TalksRecord, party: str, side: float, other: str, window: Track) -> tuple[Reading, ...]:
    """Every signal for one party in a window.

    `side` is the end of the scale that is the party's own: 1 for the attacker, 0 for the defender. For a mediator use
    `mediator_readings`.
    """
    roles = {name: issue.role for name, issue in record.issues.items()}
    rounds = within(record.rounds, window)
    sessions = [row for row in rounds if row.is_session]
    return (
        _moved(record.positions, party, side, window, roles),
        _rank(record, rounds, party, other),
        _bunched(record, sessions, party),
        _stands(SIGNALS[3], record.positions, party, side, window.end, record.issues, "truce"),
        _force(record, sessions, party, window),
        _stands(SIGNALS[5], record.positions, party, side, window.end, record.issues, "side_payment"),
        _humanitarian(rounds),
        _broken(record, rounds),
    )


def mediator_readings(record: TalksRecord, mediator: str, window: Track) -> tuple[Reading, ...]:
    """The signals that can be read for a third party: has its own position swung, and is what it brokers confirmed?

    A mediator has no end of the scale that is its own, so that holding still is no sign of anything for it.
    """
    rounds = [row for row in within(record.rounds, window) if mediator in row.mediator]
    return (_humanitarian(rounds), _broken(record, rounds))


def filtered(party: str, read: Sequence[Sequence[Reading]]) -> Verdict:
    """Posterior chance that a party talks for other ends, from the readings of one or more windows.

    A signal that is read in several windows counts once, by the mean of its log ratios: a stand that lasts is one
    fact. Signals are taken as independent of one another given the type, which overstates what many say together;
    strengths below 1 show how much rests on that.
    """
    logs: dict[str, list[float]] = {}
    for one in (reading for window in read for reading in window):
        if one.present is not None:
            ratio = _chance(one.kind.if_insincere, one.present) / _chance(one.kind.if_sincere, one.present)
            logs.setdefault(one.kind.name, []).append(float(np.log(ratio)))
    total = sum(float(np.mean(each)) for each in logs.values())
    table = {
        (prior, strength): _posterior(prior, strength * total) for prior in PRIORS for strength in STRENGTHS
    }
    low, high = min(table.values()), max(table.values())
    said = "insincere" if low > 0.5 else "sincere" if high < 0.5 else "undetermined"
    return Verdict(party, {prior: table[prior, 1.0] for prior in PRIORS}, low, high, said, len(logs))


def _posterior(prior: float, log_ratio: float) -> float:
    return float(1.0 / (1.0 + (1.0 - prior) / prior * np.exp(-log_ratio)))


def _chance(present: float, seen: bool | None) -> float:
    return present if seen else 1.0 - present


def _reading(
    kind: SignalKind, statistic: float, bound: float, compare: Callable[[float, float], bool]
) -> Reading:
    known = bool(np.isfinite(statistic))
    return Reading(kind, compare(statistic, bound) if known else None, statistic, bound)


def _above(one: float, other: float) -> bool:
    return one >= other


def _below(one: float, other: float) -> bool:
    return one <= other


def _moved(
    positions: Sequence[Position], party: str, side: float, window: Track, roles: Mapping[str, str]
) -> Reading:
    """Mean movement away from the party's own end on issues it had spoken on before the window ended."""
    before, after = held(positions, party, window.start), held(positions, party, window.end)
    for row in positions:  # the first stand of a window counts as where it began
        if row.actor == party and window.start < row.date <= window.end:
            before.setdefault(row.issue, row)
    names = [
        name
        for name, row in before.items()
        if roles.get(name) != "humanitarian"
        # One stand in the window and none before it says nothing of movement.
        and (row.date <= window.start or after[name].date > row.date)
    ]
    sign = 1.0 if side == 0.0 else -1.0
    moves = [sign * (after[name].score - before[name].score) for name in sorted(names)]
    return _reading(SIGNALS[0], float(np.mean(moves)) if len(moves) >= FEWEST else np.nan, UNMOVED, _below)


def _rank(record: TalksRecord, rounds: Sequence[Round], party: str, other: str) -> Reading:
    ids = {row.id for row in rounds}
    gap, count = rank_gap([row for row in record.delegations if row.round_id in ids], (party, other))
    return _reading(SIGNALS[1], gap if count >= FEWEST else np.nan, LOWER_RANK, _below)


def _bunched(record: TalksRecord, sessions: Sequence[Round], party: str) -> Reading:
    """Share of sessions within a week before a deadline or vote aimed at the party, over what chance would give."""
    dates = [row.date for row in record.events if row.target == party and row.kind in ("threat", "to_talk")]
    if len(sessions) < FEWEST or len(dates) < FEWEST:
        return Reading(SIGNALS[2], None, float("nan"), 2.0)
    days = (record.last_day - record.first_day).days + 1
    near = {day - dt.timedelta(days=k) for day in dates for k in range(NEARBY.days + 1)}
    share = np.mean([row.start in near for row in sessions])
    return _reading(SIGNALS[2], float(share / (len(near) / days)), 2.0, _above)


def _stands(
    kind: SignalKind,
    positions: Sequence[Position],
    party: str,
    side: float,
    day: dt.date,
    issues: Mapping[str, Issue],
    role: str,
) -> Reading:
    """Mean closeness, at the end of a window, to the end at which the issues of a role say that a step is refused."""
    near = []
    for name, row in sorted(held(positions, party, day).items()):
        issue = issues[name]
        if issue.role == role and issue.stand:
            end = side if issue.stand == "both" else float(issue.stand)
            near.append(row.score if end == 1.0 else 1.0 - row.score)
    return _reading(kind, float(np.mean(near)) if near else float("nan"), EXTREME, _above)


def _force(record: TalksRecord, sessions: Sequence[Round], party: str, window: Track) -> Reading:
    """The party's recorded strikes on days around sessions, over what days of the window alone would give."""
    strikes = [
        row.date
        for row in record.events
        if row.sender == party
        and row.kind == "strike"
        and row.direction > 0
        and window.start <= row.date <= window.end
    ]
    if len(strikes) < FEWEST or len(sessions) < FEWEST:
        return Reading(SIGNALS[4], None, float("nan"), 1.5)
    days = [window.start + dt.timedelta(days=k) for k in range((window.end - window.start).days + 1)]
    around = {day for day in days if any(row.start - DURING <= day <= row.end + DURING for row in sessions)}
    expected = len(around) / len(days)
    return _reading(SIGNALS[4], float(np.mean([day in around for day in strikes]) / expected), 1.5, _above)


def _humanitarian(rounds: Sequence[Round]) -> Reading:
    """Share of confirmed products that are humanitarian or procedural."""
    brought = [
        row.deliverable_class
        for row in rounds
        if row.deliverable_class
        in ("process", "humanitarian", "partial_ceasefire", "text", "partial_agreement", "agreement")
    ]
    small = [name in ("process", "humanitarian") for name in brought]
    return _reading(
        SIGNALS[6], float(np.mean(small)) if len(brought) >= FEWEST else float("nan"), 0.75, _above
    )


def _broken(record: TalksRecord, rounds: Sequence[Round]) -> Reading:
    """Share of products due from these rounds that were carried out."""
    ids = {row.id for row in rounds}
    worth = {"yes": 1.0, "partly": 0.5, "no": 0.0}
    kept = [
        worth[row.carried_out] for row in record.promises if row.round_id in ids and row.carried_out in worth
    ]
    return _reading(SIGNALS[7], float(np.mean(kept)) if len(kept) >= FEWEST else float("nan"), 0.5, _below)
