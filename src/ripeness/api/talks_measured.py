"""The record of talks measured: process against progress, who pressed when, what stalls, for every party alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.api.progress import Progress, told
from ripeness.api.results import Answer, run_block
from ripeness.base import Month, RipenessError, content_hash
from ripeness.case import load
from ripeness.evidence import MAIN_CODER, TalksRecord, months_of
from ripeness.report import talks_tables

if TYPE_CHECKING:
    from ripeness.analysis.sincerity import Reading, Verdict
    from ripeness.analysis.talks import Band, Overlap, Track
    from ripeness.case import Case
    from ripeness.ensemble.bargain import Bargained

COST = ("cost", "strike")
"""Kinds of acts that make going on dearer; those that press a party to meet are kept apart."""

TO_TALK = ("to_talk",)

SENDERS = 4
"""Senders of pressure that are shown one by one: those of most acts."""

WALKED_MONTHS = 12
"""Months over which simulated talks are measured."""

STRUCTURAL_DRAWS = 16
"""Structural draws of a simulated table of talks: enough for a median, not for tails."""


def talks(
    case: str | Path | Case = "ukraine",
    *,
    policies: Sequence[str] | str | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> Answer:
    """Measures of the case's record of talks and, for `policies`, the same measures of simulated talks.

    Args:
        case: name of a shipped case, or a folder, with a folder `talks`.
        policies: policies whose simulated talks are measured beside the record; none by default.
        seed: counter of the random numbers (bands of coded scores, simulated futures).
        progress: listener of progress.

    Raises:
        RipenessError: the case holds no rounds of talks, or an option is at fault.
    """
    loaded = load(case) if isinstance(case, str | Path) else case
    record = loaded.talks
    if record is None:
        raise RipenessError(
            f"case {loaded.name} holds no rounds of talks",
            "add talks/rounds.csv; see the how-to on past wars",
        )
    with told(progress) as heard:
        document = _document(loaded, record, seed)
        document["simulated"], document["record_beside"] = {}, None
        if policies:
            document["simulated"] = _simulated(loaded, policies, seed, heard)
            document["record_beside"] = _last_months(loaded, record, seed)
    rows = tuple(
        {"month": month, "process": spent, "progress": gained}
        for month, spent, gained in zip(
            document["months"], document["process"]["judged"], document["progress"]["index"], strict=True
        )
    )
    return Answer(document, f"{loaded.name}: the record of talks", rows, talks_tables, _lines(document))


def _document(case: Case, record: TalksRecord, seed: int) -> dict[str, Any]:
    from ripeness.analysis.talks import (
        WEIGHTINGS,
        Track,
        agreement,
        chained,
        deliverables,
        distance,
        first_common,
        fulfilment,
        process,
        rank_gap,
        tracks,
    )

    sides = (case.parties["a"].name, case.parties["d"].name)
    months = months_of(record)
    spent = {name: process(record.rounds, months, name) for name in WEIGHTINGS}
    apart = distance(record.positions, sides, months)
    begun = first_common(record.positions, sides)
    windows = tracks(record.rounds)
    whole = () if begun is None else (Track(begun, record.last_day),)
    gap, counted = rank_gap(record.delegations, sides)
    kept, products = fulfilment(record.promises)
    measured = [_window(record, sides, window, months, spent, seed) for window in (*whole, *windows)]
    overlaps = _overlaps(record, sides, months, spent["judged"])
    read = _signals(record, sides, windows)
    return {
        "schema": "ripeness/talks/1",
        "run": _run_block(case, record, seed),
        "parties": {"a": sides[0], "d": sides[1]},
        "months": [str(month) for month in months],
        "process": {name: values.tolist() for name, values in spent.items()},
        "progress": {
            "index": chained(apart).tolist(),
            "without": {name: float(chained(apart, name)[-1]) for name in sorted(apart)},
            "distance": {name: [_known(value) for value in row] for name, row in sorted(apart.items())},
        },
        "windows": measured,
        "progress_per_process": measured[0]["progress_per_process"] if measured else None,
        "deliverables": deliverables(record.rounds),
        "rank_gap": {"mean": _known(gap), "rounds": counted},
        "fulfilment_rate": {**_band(kept), "products": dict(products)},
        "overlap_index": _known(overlaps[0].correlation) if overlaps else None,
        "overlap": [_overlap(each) for each in overlaps],
        "signals": {
            party: [[_reading(one) for one in window] for window in windows_read]
            for party, (windows_read, _) in read.items()
        },
        "posterior_insincere": {party: _verdict(said) for party, (_, said) in read.items()},
        "coders": {
            name: dict(
                zip(("weighted_kappa", "rows"), _agreed(agreement(record.positions, rows)), strict=True)
            )
            for name, rows in record.coders.items()
        },
        "coder": MAIN_CODER,
        "issues": {name: issue.label or _spaced(name) for name, issue in record.issues.items()},
        "scales": {
            name: {"role": issue.role, "definition": issue.definition, "anchors": list(issue.anchors)}
            for name, issue in record.issues.items()
        },
        "further": {
            name: [
                {"date": str(row.date), "actor": row.actor, "issue": row.issue, "score": row.score}
                for row in rows
            ]
            for name, rows in record.coders.items()
        },
        "sessions": len(record.sessions),
        "rounds": [
            {
                "id": row.id,
                "start": str(row.start),
                "end": str(row.end),
                "place": row.place,
                "contact": row.contact,
                "track": row.track,
                "mediator": row.mediator,
                "participants": row.participants,
                "hours": row.hours,
                "outcome": row.outcome,
                "deliverables": row.deliverables,
                "deliverable_class": row.deliverable_class,
                "notes": row.notes,
                "source": row.source,
                "quality": row.quality,
            }
            for row in record.rounds
        ],
        "positions": [
            {
                "date": str(row.date),
                "actor": row.actor,
                "issue": row.issue,
                "position": row.position,
                "score": row.score,
                "low": row.low,
                "high": row.high,
                "source": row.source,
                "quality": row.quality,
            }
            for row in record.positions
        ],
        "events": [
            {
                "id": row.id,
                "date": str(row.date),
                "sender": row.sender,
                "target": row.target,
                "kind": row.kind,
                "direction": row.direction,
                "description": row.description,
                "source": row.source,
                "quality": row.quality,
            }
            for row in record.events
        ],
    }


def _window(
    record: TalksRecord,
    sides: tuple[str, str],
    window: Track,
    months: Sequence[Month],
    spent: dict[str, Any],
    seed: int,
) -> dict[str, Any]:
    from ripeness.analysis.talks import Track, deliverables, first_common, per_process, progress, within

    roles = {name: issue.role for name, issue in record.issues.items()}
    start = window.start
    later = [row for row in record.positions if row.date <= window.end]
    begun = first_common(later, sides)
    if begun is not None:
        start = max(start, begun)
    fall = progress(record.positions, sides, start, window.end, seed=seed, roles=roles)
    inside = np.array([Month.of(window.start) <= month <= Month.of(window.end) for month in months])
    used = {name: float(values[inside].sum()) for name, values in spent.items()}
    return {
        "start": str(window.start),
        "end": str(window.end),
        "measured_from": str(start),
        "process": used,
        "progress": _band(fall.total),
        "progress_by_issue": {name: _known(value) for name, value in fall.by_issue.items()},
        "progress_without": {name: _known(value) for name, value in fall.without.items()},
        "conceded": {party: _known(value) for party, value in fall.conceded.items()},
        "progress_per_process": {name: _band(per_process(fall.total, value)) for name, value in used.items()},
        "deliverables": deliverables(within(record.rounds, Track(window.start, window.end))),
    }


def _overlaps(
    record: TalksRecord, sides: tuple[str, str], months: Sequence[Month], spent: Any
) -> list[Overlap]:
    """Cost pressure on each side by all and by its chief senders, then pressure to talk on each side."""
    from ripeness.analysis.talks import net_acts, overlap

    def measured(sender: str | None, target: str, kinds: tuple[str, ...]) -> Overlap | None:
        acts = net_acts(record.events, months, target=target, kinds=kinds, sender=sender)
        if not (acts[0].any() or acts[1].any()):
            return None
        return overlap(acts, spent, sender=sender or "all", target=target, kinds=kinds)

    asked: list[tuple[str | None, str, tuple[str, ...]]] = []
    for side in sides:
        counts = Counter(row.sender for row in record.events if row.target == side and row.kind in COST)
        senders = sorted(counts, key=lambda name: (-counts[name], name))[:SENDERS]
        asked += [(None, side, COST)]
        if len(counts) > 1:
            asked += [(sender, side, COST) for sender in senders]
    asked += [(None, side, TO_TALK) for side in sides]
    return [found for each in asked if (found := measured(*each)) is not None]


def _signals(
    record: TalksRecord, sides: tuple[str, str], windows: Sequence[Track]
) -> dict[str, tuple[list[tuple[Reading, ...]], Verdict]]:
    from ripeness.analysis.sincerity import filtered, mediator_readings, readings

    found = {}
    for party, side, other in ((sides[0], 1.0, sides[1]), (sides[1], 0.0, sides[0])):
        read = [readings(record, party, side, other, window) for window in windows]
        found[party] = (read, filtered(party, read))
    for mediator in sorted({_lead(row.mediator) for row in record.sessions} - {""}):
        if sum(mediator in row.mediator for row in record.sessions) >= SENDERS:
            read = [mediator_readings(record, mediator, window) for window in windows]
            found[mediator] = (read, filtered(mediator, read))
    return found


def _lead(said: str) -> str:
    """The first party that a row names as mediator; a mere host, or none, is no mediator."""
    first = said.split(";")[0].split(" and ")[0].strip()
    return "" if first in ("none", "unknown") or "host" in first else first


def _simulated(
    case: Case, policies: Sequence[str] | str, seed: int, heard: Progress
) -> dict[str, dict[str, Any]]:
    """The same measures of talks in simulated futures: how far the gap closes for a month at the table."""
    from ripeness.api.bargained import ratchet_months
    from ripeness.api.simulation import Options, ask, make_ready
    from ripeness.ensemble.bargain import SEARCH_GRID, bargain

    options = Options(members=512, seed=seed)
    asked = ask(case, policies, start=None, until=None, options=options)
    if not case.stakes:
        raise RipenessError(f"case {case.name} has no war to bargain over", "leave policies out")
    make_ready(case, options.dtype, heard)
    heard.stage(f"simulating talks under {len(asked.names)} policies", STRUCTURAL_DRAWS)
    found = bargain(
        asked.question,
        asked.draws.draw(0, options.members),
        [ratchet_months(case.policies.get(name)) for name in asked.names],
        draws=STRUCTURAL_DRAWS,
        grid=SEARCH_GRID,
        done=heard.advance,
    )
    return {name: _measured(found, row) for row, name in enumerate(found.policies)}


def _measured(found: Bargained, row: int) -> dict[str, Any]:
    """Talks, gap and overlap over the first months under one policy, in futures that are still at war after them.

    The gap is what A asks beyond what D would concede at most (below zero where a deal is possible): the least that
    A accepts less the most that D gives.
    """
    ends, announced = found.endings["m1"], found.announced.announced[row]
    months = min(WALKED_MONTHS, len(announced.talks) - 1)
    assert ends.zopa is not None and ends.least_a is not None and ends.most_d is not None
    fall = np.asarray(ends.zopa[row, months] - ends.zopa[row, 0], float)
    at_war = np.isfinite(fall)
    moved = {
        "a": np.asarray(ends.least_a[row, 0] - ends.least_a[row, months], float),
        "d": np.asarray(ends.most_d[row, months] - ends.most_d[row, 0], float),
    }
    process = float(announced.talks[1 : months + 1].sum())
    levels = announced.talks[1 : months + 1], announced.effort[1 : months + 1]
    varies = min(float(np.ptp(level)) for level in levels) > 0.0
    groups = [at_war & (found.walkers.draw == draw) for draw in range(found.draws)]
    low, middle, high = _over_draws(fall, groups)
    return {
        "months": months,
        "process": process,
        "progress": {"value": _known(middle), "low": _known(low), "high": _known(high)},
        "progress_per_process": _known(float(middle) / process) if process > 0.0 else None,
        "moved": {side: _known(_over_draws(rows, groups)[1]) for side, rows in moved.items()},
        "still_at_war": float(at_war.mean()),
        "overlap_index": float(np.corrcoef(*levels)[0, 1]) if varies else None,
        "months_with_both": int(((levels[0] > 0.0) & (levels[1] > 0.0)).sum()),
    }


def _over_draws(values: Any, groups: Sequence[Any]) -> tuple[float, float, float]:
    """5, 50 and 95 % over structural draws of the mean in each draw's futures; nan where none is left."""
    by_draw = [float(values[who].mean()) for who in groups if who.any()]
    if not by_draw:
        return math.nan, math.nan, math.nan
    low, middle, high = (float(one) for one in np.quantile(by_draw, [0.05, 0.5, 0.95]))
    return low, middle, high


def _last_months(case: Case, record: TalksRecord, seed: int) -> dict[str, Any]:
    """The same measures of the last months of the record, on the coded scale."""
    from ripeness.analysis.talks import net_acts, process, progress

    sides = (case.parties["a"].name, case.parties["d"].name)
    months = months_of(record)[-WALKED_MONTHS:]
    talking = process(record.rounds, months, "equal") > 0.0
    tightened, _ = net_acts(record.events, months, target=sides[0], kinds=COST)
    roles = {name: issue.role for name, issue in record.issues.items()}
    fall = progress(record.positions, sides, months[0].first_day, record.last_day, seed=seed, roles=roles)
    spent = float(talking.sum())
    return {
        "months": len(months),
        "process": spent,
        "progress": _band(fall.total),
        "progress_per_process": _known(fall.total.value / spent) if spent else None,
        "moved": {name: _known(fall.conceded[side]) for name, side in zip("ad", sides, strict=True)},
        "still_at_war": 1.0,
        "months_with_both": int((talking & (tightened > 0.0)).sum()),
    }


def _run_block(case: Case, record: TalksRecord, seed: int) -> dict[str, Any]:
    known = {
        "case": case.name,
        "case_hash": case.content_hash,
        "policy_hashes": {},
        "data_as_of": str(record.last_day),
        "seed": seed,
        "mode": "record",
        "start": str(Month.of(record.first_day)),
        "until": str(Month.of(record.last_day)),
    }
    block = run_block(**known)
    return {**block, "hash": content_hash(block)}


def _lines(document: dict[str, Any]) -> tuple[str, ...]:
    scale = "Positions: 0 is {d}'s maximal one, 1 is {a}'s, as coded by {coder}; progress is the fall of the distance."
    return (
        scale.format(**document["parties"], coder=document["coder"]),
        "Process: sessions weighted by level and by who met. Bands are those of the coded scores, 5 to 95 %.",
    )


def _agreed(found: tuple[float, int]) -> tuple[float | None, int]:
    return _known(found[0]), found[1]


def _spaced(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _band(band: Band) -> dict[str, float | None]:
    return {name: _known(value) for name, value in band._asdict().items()}


def _overlap(each: Overlap) -> dict[str, Any]:
    return {
        "sender": each.sender,
        "target": each.target,
        "kinds": list(each.kinds),
        "correlation": _known(each.correlation),
        "rank_among_shifts": _known(each.rank),
        "tightened": {"with_talks": each.tightened[0], "quiet": each.tightened[1]},
        "eased": {"with_talks": each.eased[0], "quiet": each.eased[1]},
        "share_of_months_with_talks": each.share_of_months,
        "net_a_month": {
            "with_talks": _known(each.net_with_talks),
            "quiet": _known(each.net_when_quiet),
        },
    }


def _reading(one: Reading) -> dict[str, Any]:
    return {
        "signal": one.kind.name,
        "label": one.kind.label,
        "present": one.present,
        "statistic": _known(one.statistic),
        "bound": one.bound,
        "innocent_reading": one.kind.innocent,
        "if_sincere": one.kind.if_sincere,
        "if_insincere": one.kind.if_insincere,
    }


def _verdict(said: Verdict) -> dict[str, Any]:
    return {
        "prior": list(said.posteriors),
        "posterior": list(said.posteriors.values()),
        "low": said.low,
        "high": said.high,
        "verdict": said.said,
        "signals_read": said.read,
    }


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
