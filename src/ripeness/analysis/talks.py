"""Process and progress of talks, with the same yardstick for every party (docs/model/talks.md).

Process is what the parties did at the table; progress is how far their positions on the same issues came nearer.
Neither says who is right. Every choice of weights is named, and results are given under each.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month
from ripeness.evidence import LADDER, Delegation, Position, PressureEvent, Promise, Round

Floats = NDArray[np.float64]

LEVEL_WEIGHTS = (
    ("leader", 1.0),
    ("minister", 0.8),
    ("intelligence", 0.6),
    ("adviser", 0.6),
    ("envoy", 0.6),
    ("delegation", 0.6),
    ("military", 0.6),
)
"""Weight of a session by the first of these words in its level; others count 0.3. Judgement."""

OTHER_LEVEL = 0.3

CONTACT_WEIGHTS = {"direct": 1.0, "three_way": 0.9, "shuttle": 0.6, "one_side": 0.4}
"""Weight of a session by who met: both enemies more than a mediator with one of them. Judgement."""

WEIGHTINGS = ("judged", "equal", "enemies_met")
"""Ways to add sessions up: by level and contact; each as one; only those at which both enemies sat, each as one."""

TRACK_SILENCE = dt.timedelta(days=60)
"""A track of talks is closed when so long has passed without a session."""

WEEK = 7

DRAWS = 400
"""Draws of the coded scores within their bands."""

NEAR_SHIFTS = 6
"""Shifts of fewer months are no placebo of an overlap: the series are too much alike themselves."""


class Track(NamedTuple):
    """Days from the first session of a track to its break or end."""

    start: dt.date
    end: dt.date


class Band(NamedTuple):
    """A value with the 5 and 95 % ends of what the coder's bands allow."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Progress:
    """How far two parties came nearer over a window, as the mean fall of distance over issues both spoke of.

    by_issue: fall on each. without: the same mean with one issue left out. Empty, with nan, where no issue has
    scores of both sides at the beginning.
    """

    total: Band
    by_issue: dict[str, float]
    without: dict[str, float]
    conceded: dict[str, float]
    """By party: mean movement towards the other, on issues on which it had spoken before; negative is hardening."""
    conceded_band: dict[str, Band]
    """The same with the 5 and 95 % ends of what the coder's bands allow."""


@dataclass(frozen=True)
class Overlap:
    """Acts of one sender on one target in months with talks and in quiet months.

    correlation: over months, of process and net acts; rank: share of circular shifts of the acts by
    `NEAR_SHIFTS` months or more with a correlation at least as high (a placebo, not a test). tightened, eased:
    acts in (months with talks, quiet months). share_of_months: of months, those with talks.
    """

    sender: str
    target: str
    kinds: tuple[str, ...]
    correlation: float
    rank: float
    tightened: tuple[int, int]
    eased: tuple[int, int]
    share_of_months: float
    months: int

    @property
    def net_with_talks(self) -> float:
        """Net acts a month with talks."""
        return _ratio(self.tightened[0] - self.eased[0], self._months(True))

    @property
    def net_when_quiet(self) -> float:
        """Net acts a quiet month."""
        return _ratio(self.tightened[1] - self.eased[1], self._months(False))

    def _months(self, talking: bool) -> float:
        share = self.share_of_months if talking else 1.0 - self.share_of_months
        return share * self.months


def tracks(rounds: Iterable[Round]) -> tuple[Track, ...]:
    """Spans in which talks were open: from a first session to a break, or to the last session before a silence.

    One session alone makes no track, but at the end of the record it opens one.
    """
    marked = sorted((row for row in rounds if row.track), key=lambda row: (row.start, row.end))
    found: list[Track] = []
    first: dt.date | None = None
    last, count = dt.date.min, 0
    for row in marked:
        if first is not None and row.start - last > TRACK_SILENCE:
            if count > 1:
                found.append(Track(first, last))
            first = None
        if row.is_session:
            if first is None:
                first, last, count = row.start, row.end, 0
            last, count = max(last, row.end), count + 1
        elif first is not None:
            found.append(Track(first, row.end))
            first = None
    if first is not None:
        found.append(Track(first, last))
    return tuple(found)


def process(rounds: Iterable[Round], months: Sequence[Month], weighting: str = "judged") -> Floats:
    """Process index (T,): weighted sessions a month.

    A row that lasts weeks counts once for every week begun, or as often as it says, spread evenly over its weeks.
    """
    index = {month: at for at, month in enumerate(months)}
    total = np.zeros(len(months))
    for row in rounds:
        if not row.is_session:
            continue
        weeks = tuple(_weeks(row.start, row.end))
        weight = session_weight(row, weighting)
        if row.sessions is not None:
            weight *= row.sessions / len(weeks)
        for day in weeks:
            at = index.get(Month.of(day))
            if at is not None:
                total[at] += weight
    return total


def session_weight(row: Round, weighting: str) -> float:
    """What a session counts under a way to add them up (see `WEIGHTINGS`)."""
    if weighting == "equal":
        return 1.0
    if weighting == "enemies_met":
        return float(row.contact in ("direct", "three_way"))
    if weighting != "judged":
        raise ValueError(f"no weighting {weighting!r}; there are {', '.join(WEIGHTINGS)}")
    level = next((weight for word, weight in LEVEL_WEIGHTS if word in row.level), OTHER_LEVEL)
    return level * CONTACT_WEIGHTS[row.contact]


def held(positions: Iterable[Position], actor: str, day: dt.date) -> dict[str, Position]:
    """The last position of an actor on each issue up to a day."""
    found: dict[str, Position] = {}
    for row in positions:  # in order of date
        if row.actor == actor and row.date <= day:
            found[row.issue] = row
    return found


def distance(
    positions: Sequence[Position], sides: tuple[str, str], months: Sequence[Month]
) -> dict[str, Floats]:
    """Distance of two parties on each issue at the end of each month, (T,); nan before both have spoken."""
    names = sorted({row.issue for row in positions if row.actor in sides})
    found = {name: np.full(len(months), np.nan) for name in names}
    for at, month in enumerate(months):
        last_day = dt.date(month.year, month.month, month.days)
        one, other = (held(positions, side, last_day) for side in sides)
        for name in one.keys() & other.keys():
            found[name][at] = abs(one[name].score - other[name].score)
    return found


def chained(by_issue: Mapping[str, Floats], left_out: str | None = None) -> Floats:
    """Progress index (T,): added-up monthly falls of the mean distance, over issues known in both months.

    Chaining keeps an issue that enters late from counting as movement.
    """
    rows = np.array([row for name, row in sorted(by_issue.items()) if name != left_out])
    if rows.size == 0:
        return np.zeros(len(next(iter(by_issue.values()), ())))
    falls = rows[:, :-1] - rows[:, 1:]
    known = np.isfinite(falls)
    counts = known.sum(axis=0)
    mean = np.where(counts > 0, np.where(known, falls, 0.0).sum(axis=0) / np.maximum(counts, 1), 0.0)
    return np.concatenate([[0.0], np.cumsum(mean)])


def progress(
    positions: Sequence[Position],
    sides: tuple[str, str],
    start: dt.date,
    end: dt.date,
    *,
    seed: int = 1,
    roles: Mapping[str, str] | None = None,
) -> Progress:
    """How far `sides` (attacker, defender) came nearer between two days, with a band from the coder's own bands.

    With `roles`, issues of the role `humanitarian` are left out: their products are no movement on what the war is
    about. A score that a later row repeats is one judgement and is drawn once.
    """
    before = [held(positions, side, start) for side in sides]
    after = [held(positions, side, end) for side in sides]
    skipped = {name for name, role in (roles or {}).items() if role == "humanitarian"}
    names = sorted((before[0].keys() & before[1].keys()) - skipped)
    gave = {
        side: _conceded(was, now, sign, sorted(was.keys() - skipped), seed)
        for side, sign, was, now in zip(sides, (-1.0, 1.0), before, after, strict=True)
    }
    conceded = {side: band.value for side, band in gave.items()}
    if not names:
        return Progress(Band(float("nan"), float("nan"), float("nan")), {}, {}, conceded, gave)
    by_issue = {
        name: abs(before[0][name].score - before[1][name].score)
        - abs(after[0][name].score - after[1][name].score)
        for name in names
    }
    total = float(np.mean(list(by_issue.values())))
    without = {
        name: float(np.mean([value for other, value in by_issue.items() if other != name])) for name in names
    }
    drawn = _within_bands(before, after, names, seed)
    low, high = np.quantile(drawn, [0.05, 0.95])
    # A score at the end of its scale can only be wrong inwards; the coded value belongs to its own band.
    return Progress(
        Band(total, min(float(low), total), max(float(high), total)),
        by_issue,
        without if len(names) > 1 else {},
        conceded,
        gave,
    )


def per_process(fall: Band, spent: float) -> Band:
    """Progress for one unit of process; nan where there was no process."""
    if spent <= 0.0:
        return Band(float("nan"), float("nan"), float("nan"))
    return Band(fall.value / spent, fall.low / spent, fall.high / spent)


def deliverables(rounds: Iterable[Round]) -> dict[str, int]:
    """Rounds by what they brought, in the order of the ladder."""
    counts = Counter(row.deliverable_class for row in rounds)
    return {name: counts[name] for name in LADDER if counts[name]}


def rank_gap(delegations: Sequence[Delegation], sides: tuple[str, str]) -> tuple[float, int]:
    """Mean rank of the first side's heads less the second's over rounds where both are known, and their number."""
    by_round: dict[str, dict[str, float]] = {}
    for row in delegations:
        by_round.setdefault(row.round_id, {})[row.party] = row.rank
    gaps = [ranks[sides[0]] - ranks[sides[1]] for ranks in by_round.values() if set(sides) <= ranks.keys()]
    return (float(np.mean(gaps)) if gaps else float("nan")), len(gaps)


def fulfilment(promises: Sequence[Promise]) -> tuple[Band, Counter[str]]:
    """Share of due products carried out; `partly` counts half, and none or all at the ends. Unknown is left out."""
    counts = Counter(row.carried_out for row in promises)
    known = counts["yes"] + counts["partly"] + counts["no"]
    return (
        Band(
            _ratio(counts["yes"] + 0.5 * counts["partly"], known),
            _ratio(counts["yes"], known),
            _ratio(counts["yes"] + counts["partly"], known),
        ),
        counts,
    )


def net_acts(
    events: Iterable[PressureEvent],
    months: Sequence[Month],
    *,
    target: str,
    kinds: Sequence[str],
    sender: str | None = None,
) -> tuple[Floats, Floats]:
    """Acts that tightened and acts that eased a month, (T,) each."""
    index = {month: at for at, month in enumerate(months)}
    tightened, eased = np.zeros(len(months)), np.zeros(len(months))
    for row in events:
        at = index.get(Month.of(row.date))
        if at is None or row.target != target or row.kind not in kinds or sender not in (None, row.sender):
            continue
        tightened[at] += row.direction > 0
        eased[at] += row.direction < 0
    return tightened, eased


def overlap(
    acts: tuple[Floats, Floats],
    at_table: Floats,
    *,
    sender: str,
    target: str,
    kinds: Sequence[str],
) -> Overlap:
    """How one sender's acts and talks fell together: pressure in months with talks against quiet months."""
    tightened, eased = acts
    talking = at_table > 0.0
    net = tightened - eased
    shifts = range(NEAR_SHIFTS, max(len(net) - NEAR_SHIFTS + 1, NEAR_SHIFTS))
    own = _correlation(at_table, net)
    others = np.array([_correlation(at_table, np.roll(net, shift)) for shift in shifts])
    return Overlap(
        sender,
        target,
        tuple(kinds),
        own,
        float((others >= own).mean()) if np.isfinite(own) and others.size else float("nan"),
        (int(tightened[talking].sum()), int(tightened[~talking].sum())),
        (int(eased[talking].sum()), int(eased[~talking].sum())),
        float(talking.mean()),
        len(net),
    )


def agreement(
    first: Sequence[Position], second: Sequence[Position], categories: int = 5
) -> tuple[float, int]:
    """Weighted kappa of two coders on the rows both scored, and their number.

    Cohen 1968 with quadratic weights, scores cut into equal `categories`; nan where fewer than two rows are shared
    or all fall into one category.
    """
    scored = {(row.date, row.actor, row.issue): row.score for row in second}
    pairs = [
        (row.score, scored[row.date, row.actor, row.issue])
        for row in first
        if (row.date, row.actor, row.issue) in scored
    ]
    if len(pairs) < 2:
        return float("nan"), len(pairs)
    one, other = (
        np.minimum((np.array(scores) * categories).astype(int), categories - 1)
        for scores in zip(*pairs, strict=True)
    )
    seen = np.zeros((categories, categories))
    np.add.at(seen, (one, other), 1.0 / len(pairs))
    weight = np.subtract.outer(np.arange(categories), np.arange(categories)) ** 2.0
    expected = (weight * np.outer(seen.sum(axis=1), seen.sum(axis=0))).sum()
    return (float(1.0 - (weight * seen).sum() / expected) if expected > 0 else float("nan")), len(pairs)


def within(rounds: Iterable[Round], window: Track) -> tuple[Round, ...]:
    """Rounds that begin in a window."""
    return tuple(row for row in rounds if window.start <= row.start <= window.end)


def first_common(positions: Sequence[Position], sides: tuple[str, str]) -> dt.date | None:
    """First day on which both sides are known to hold a position on the same issue."""
    for day in sorted({row.date for row in positions}):
        one, other = (held(positions, side, day) for side in sides)
        if one.keys() & other.keys():
            return day
    return None


def _weeks(start: dt.date, end: dt.date) -> Iterable[dt.date]:
    day = start
    while day <= end:
        yield day
        day += dt.timedelta(days=WEEK)


def _within_bands(
    before: Sequence[Mapping[str, Position]],
    after: Sequence[Mapping[str, Position]],
    names: Sequence[str],
    seed: int,
) -> Floats:
    """Total progress (DRAWS,) with every judgement drawn from a triangle over its band."""
    score = _scores(seed)
    falls = [
        np.abs(score(before[0][name]) - score(before[1][name]))
        - np.abs(score(after[0][name]) - score(after[1][name]))
        for name in names
    ]
    return np.mean(falls, axis=0)


def _conceded(
    was: Mapping[str, Position], now: Mapping[str, Position], sign: float, names: Sequence[str], seed: int
) -> Band:
    """Mean movement of one party over some issues, `sign` pointing to the other side, with its band."""
    if not names:
        return Band(float("nan"), float("nan"), float("nan"))
    score = _scores(seed)
    value = float(np.mean([sign * (now[name].score - was[name].score) for name in names]))
    drawn = np.mean([sign * (score(now[name]) - score(was[name])) for name in names], axis=0)
    low, high = np.quantile(drawn, [0.05, 0.95])
    return Band(value, min(float(low), value), max(float(high), value))


def _scores(seed: int) -> Callable[[Position], Floats]:
    """Draws (DRAWS,) of a coded score from a triangle over its band; a judgement that is repeated is drawn once."""
    rng = np.random.default_rng(seed)
    drawn: dict[tuple[str, str, float, float, float], Floats] = {}

    def score(row: Position) -> Floats:
        key = (row.actor, row.issue, row.low, row.score, row.high)
        if key not in drawn:
            drawn[key] = (
                rng.triangular(row.low, row.score, row.high, DRAWS)
                if row.high > row.low
                else np.full(DRAWS, row.score)
            )
        return drawn[key]

    return score


def _correlation(one: Floats, other: Floats) -> float:
    if len(one) < 3 or one.std() == 0.0 or other.std() == 0.0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
