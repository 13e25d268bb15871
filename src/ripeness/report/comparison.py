"""Tables and sentences of a comparison, made from its document alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ripeness.report.numbers import DIFFERENCE_DIGITS, decimals_for, number, percent
from ripeness.report.tables import Cell, Column, Share, Spread, Strip, Table

Document = Mapping[str, Any]

SETTLED = 0.95
"""Share of futures in which a sign must be the same to be called settled."""

MATERIAL = 0.01
"""Smallest median difference, share of the reference's median, that a settled sign is reported for."""

NAMED = 4
"""Policies that a sentence names before it counts the rest."""

IDENTIFIED = {"identified": "record", "weakly": "record, weakly", "prior-driven": "prior"}
"""What the case's author says of a parameter, in the words of the table."""

LATER = "later"
"""What stands for a month beyond the end of the run."""

TOP_DRIVERS = 3
"""Assumptions that the table names for each difference; the document has more."""

REDUCTIONS = {
    "mean": "monthly mean of {start} to {until}",
    "sum": "sum of {start} to {until}",
    "last": "end of {until}",
    "first_passage": "counted from {start}",
}


def comparison_tables(document: Document) -> tuple[Table, ...]:
    """One table a metric, then regret and what decides; policies that come out alike share their numbers."""
    tables = [_metric_table(document, name) for name in document["metrics"]]
    if len(document["policies"]) > 1 and document["objectives"]:
        tables.append(_regret_table(document))
    return (*tables, *_driver_tables(document))


def _spread(stat: Document) -> Spread:
    return Spread(stat["p50"], stat["p05"], stat["p95"])


def _months(document: Document) -> str:
    return f"{document['run']['start']} to {document['run']['until']}"


def _metric_table(document: Document, name: str) -> Table:
    about, reference = document["metrics"][name], document["reference"]
    members = document["run"]["members"]
    censored = about["reduction"] == "first_passage"
    best = document["share_best"].get(name)
    sense = next((each["sense"] for each in document["objectives"] if each["metric"] == name), "lower")
    several = len(document["policies"]) > 1
    decimals = 0 if censored else None
    columns = [
        Column("policy", "Policy", text=True),
        Column("level", "Median (5 to 95 %)", missing=LATER, decimals=decimals),
    ]
    if censored:
        columns.append(Column("reached", "Reached"))
    if several:
        columns.append(Column("difference", f"Against {reference}", sign=True, decimals=decimals))
        columns.append(Column("strip", ""))
        columns.append(Column("lower", "Lower"))
    if best and several:
        columns.append(Column("best", "Lowest" if sense == "lower" else "Highest"))
    rows = []
    for policy, entry in document["policies"].items():
        twin = entry["identical_to"]
        if twin is not None:
            rows.append((policy, f"as {twin}", *[""] * (len(columns) - 2)))
            continue
        level = entry["metrics"][name]
        row: list[Cell] = [policy, _spread(level)]
        if censored:
            row.append(_share(level["share_reached"], members))
        if several:
            gap = entry["difference"][name]
            row += (
                ["", "", ""]
                if policy == reference
                else [
                    _spread(gap),
                    Strip(_spread(gap)),
                    _share(gap["share_lower"], members),
                ]
            )
        if best and several:
            row.append(_share(_with_twins(document, best, policy), members))
        rows.append(tuple(row))
    notes = []
    if censored:
        notes.append(
            f"{LATER}: after {document['run']['until']}, the end of the run; differences count it as one month after."
        )
    how = REDUCTIONS[about["reduction"]].format(**document["run"])
    title = f"{about['label']}, {about['unit']}, {how}"
    return Table(f"metric_{name}", title, tuple(columns), tuple(rows), tuple(notes))


def _share(value: float, members: int) -> Share:
    return Share(value, math.sqrt(value * (1.0 - value) / members))


def _with_twins(document: Document, shares: Mapping[str, float], policy: str) -> float:
    """The policy's share and those of the policies that are identical to it."""
    twins = [name for name, entry in document["policies"].items() if entry["identical_to"] == policy]
    return min(sum(shares[name] for name in (policy, *twins)), 1.0)


def _regret_table(document: Document) -> Table:
    aims = [each["metric"] for each in document["objectives"]]
    columns = [Column("policy", "Policy", text=True)]
    for each in document["objectives"]:
        about = document["metrics"][each["metric"]]
        columns.append(Column(f"regret_{each['metric']}", about["label"], about["unit"]))
    rows = [
        (policy, *(_spread(entry["regret"][aim]) for aim in aims))
        for policy, entry in document["policies"].items()
        if entry["identical_to"] is None
    ]
    notes = [
        f"Aim {each['sense']} {document['metrics'][each['metric']]['label'].lower()}: {each['judgment']}."
        for each in document["objectives"]
    ]
    return Table(
        "regret",
        "Regret: how far a policy falls short of the best one in the same future, by aim",
        tuple(columns),
        tuple(rows),
        tuple(notes),
    )


def _driver_tables(document: Document) -> list[Table]:
    """One table a difference: the few assumptions that move it most."""
    columns = (
        Column("parameter", "Assumption", text=True),
        Column("label", "Meaning", text=True),
        Column("effect", "Rank corr.", sign=True, decimals=2),
        Column("known", "Known from", text=True),
    )
    tables = []
    pairs = dict.fromkeys((each["metric"], each["better"], each["than"]) for each in document["drivers"])
    for metric, better, than in pairs:
        found = [
            each
            for each in document["drivers"]
            if (each["metric"], each["better"], each["than"]) == (metric, better, than)
        ]
        rows = tuple(
            (each["parameter"], each["label"], each["effect"], _known_from(each))
            for each in found[:TOP_DRIVERS]
        )
        label = document["metrics"][metric]["label"].lower()
        title = f"What decides {label}, {better} minus {than}"
        tables.append(Table(f"drivers_{metric}_{better}_{than}", title, columns, rows))
    if tables:
        tables[-1] = replace(tables[-1], notes=_driver_notes(document))
    return tables


def _driver_notes(document: Document) -> tuple[str, ...]:
    how = (
        "Rank correlation of the assumption with the difference, over futures. The three strongest; what chance "
        "would often give is left out."
    )
    if document["draws"]["from"] == "prior":
        return (how,)
    return (
        how,
        "Known from: in brackets posterior over prior spread. Prior: the record said little; moved: it pulled the "
        "assumption out of its prior.",
    )


def _known_from(driver: Document) -> str:
    narrowed = driver.get("posterior_over_prior_sd")
    if narrowed is None:
        return IDENTIFIED[driver["identification"]]
    limits = ((0.5, "record"), (0.8, "both"), (1.2, "prior"), (math.inf, "moved"))
    return f"{next(word for limit, word in limits if narrowed <= limit)} ({narrowed:.2f})"


def comparison_summary(document: Document) -> dict[str, tuple[str, ...]]:
    """Sentences above the tables and below them; the last two say what holds and what does not."""
    run = document["run"]
    above = [
        document["title"],
        f"Months {_months(document)}, {run['members']:,} futures shared by all policies, seed {run['seed']}, "
        f"data to {run['data_as_of']}, model {run['model_version']}, run {run['hash'][:12]}.",
        document["draws"]["in_words"],
    ]
    if len(document["policies"]) > 1:
        above.append(_legend(document))
    return {"above": tuple(above), "below": (*_remarks(document), *conclusions(document).values())}


def _legend(document: Document) -> str:
    reference = document["reference"]
    words = f"Lower: of 100 futures, those in which the number is lower than under {reference}."
    senses = {each["sense"] for each in document["objectives"]}
    for sense, word in (("lower", "lowest"), ("higher", "highest")):
        if sense in senses:
            words += f" {word.capitalize()}: those in which it is the {word} of all policies."
    return f"{words} ±: Monte Carlo error."


def _remarks(document: Document) -> tuple[str, ...]:
    said = []
    for group in document["identical"]:
        reason = (
            ": they differ in talks only, which this build does not model"
            if any("bargaining" in document["policies"][name]["needs"] for name in group)
            else ""
        )
        said.append(f"{_listed(group)} do the same in every month{reason}.")
    said += document["notes"]
    said.append(_prior_driven(document))
    said.append(f"Not modelled: {'; '.join(document['not_modelled'])}.")
    return tuple(said)


def _prior_driven(document: Document) -> str:
    """Which differences rest on assumptions that the record has hardly narrowed."""
    if document["draws"]["from"] == "prior":
        return (
            "Every result is prior-driven: no posterior was used, so the differences follow from the priors."
        )
    resting: list[str] = []
    for name, about in document["metrics"].items():
        found = [
            entry["difference"][name]["prior_driven"]
            for policy, entry in document["policies"].items()
            if policy != document["reference"] and entry["difference"][name]["prior_driven"] is not None
        ]
        if found and sum(found) / len(found) >= 0.7:
            resting.append(f"{about['label'].lower()} ({sum(found) / len(found):.2f})")
    if not resting:
        return (
            "The assumptions behind these differences were narrowed by the record (prior_driven below 0.7)."
        )
    return f"Differences that rest mostly on priors (1: the record said nothing): {'; '.join(resting)}."


def conclusions(document: Document) -> dict[str, str]:
    """Two plain sentences on the first objective: what holds over futures, and what does not."""
    others = [
        name
        for name, entry in document["policies"].items()
        if name != document["reference"] and entry["identical_to"] is None
    ]
    if not document["objectives"] or not others:
        return {
            "holds": "What holds: the bands above; there is no second policy to compare.",
            "does_not_hold": f"What does not: {_outside()}.",
        }
    aim = document["objectives"][0]["metric"]
    gaps = {name: document["policies"][name]["difference"][aim] for name in others}
    level = abs(document["policies"][document["reference"]]["metrics"][aim]["p50"] or 0.0)
    settled = [n for n in others if max(gaps[n]["share_lower"], gaps[n]["share_higher"]) >= SETTLED]
    slight = [n for n in settled if abs(gaps[n]["p50"]) < MATERIAL * level]
    large = [n for n in settled if n not in slight]
    lower = sorted((n for n in large if gaps[n]["p50"] < 0.0), key=lambda n: gaps[n]["p50"])
    higher = sorted((n for n in large if gaps[n]["p50"] >= 0.0), key=lambda n: -gaps[n]["p50"])
    holds = _what_holds(document, aim, gaps, lower, higher)
    if slight:
        holds = (
            f"{holds[:-1]}; {_listed(slight)} {'move' if len(slight) > 1 else 'moves'} it by less than 1 %."
        )
    return {
        "holds": holds,
        "does_not_hold": _what_does_not(document, aim, gaps, [n for n in others if n not in settled]),
    }


def _what_holds(
    document: Document, aim: str, gaps: Document, lower: Sequence[str], higher: Sequence[str]
) -> str:
    about, reference = document["metrics"][aim], document["reference"]
    if not lower and not higher:
        return (
            f"What holds: nothing about {about['label'].lower()}; no policy moves it the same way against {reference} "
            f"in {percent(SETTLED)} of 100 futures."
        )
    ends = [value for gap in gaps.values() for value in (gap["p05"], gap["p95"])]
    decimals = decimals_for(ends, DIFFERENCE_DIGITS)
    parts = []
    for word, names in (("lower", lower), ("higher", higher)):
        if not names:
            continue
        middle, low, high = (
            number(gaps[names[0]][key], decimals, sign=True) for key in ("p50", "p05", "p95")
        )
        furthest = f", furthest under {names[0]}:" if len(names) > 1 else ":"
        parts.append(f"{word} under {_listed(names)}{furthest} {middle} ({low} to {high}) {about['unit']}")
    return (
        f"What holds: in this model {about['label'].lower()} over {_months(document)} is, against {reference} "
        f"and in at least {percent(SETTLED)} of 100 futures, {'; and '.join(parts)}."
    )


def _what_does_not(document: Document, aim: str, gaps: Document, open_: Sequence[str]) -> str:
    about, reference = document["metrics"][aim], document["reference"]
    said = []
    if open_:
        ranges = sorted(100 * gaps[name]["share_lower"] for name in open_)
        shares = f"{ranges[0]:.0f}" if len(open_) == 1 else f"{ranges[0]:.0f} to {ranges[-1]:.0f}"
        said.append(
            f"whether {_listed(open_)} {'lowers' if len(open_) == 1 else 'lower'} it (lower than {reference} "
            f"in {shares} of 100 futures)"
        )
    rivals = _rivals(document, aim)
    if rivals:
        said.append(rivals)
    label = about["label"].lower()
    if not said:
        return f"What does not hold: anything beyond {label} and the tables above; {_outside()}."
    return f"What does not hold: for {label}, {'; '.join(said)}. Beyond that, {_outside()}."


def _rivals(document: Document, aim: str) -> str:
    """The first two of the ranking, where neither is first in nearly all futures."""
    shares = {
        name: _with_twins(document, document["share_best"][aim], name)
        for name, entry in document["policies"].items()
        if entry["identical_to"] is None
    }
    first, second = sorted(shares, key=lambda name: -shares[name])[:2]
    if shares[first] >= SETTLED:
        return ""
    sense = next(each["sense"] for each in document["objectives"] if each["metric"] == aim)
    word = "lowest" if sense == "lower" else "highest"
    return (
        f"which policy gives the {word} ({first} in {percent(shares[first])} of 100 futures, {second} in "
        f"{percent(shares[second])})"
    )


def _outside() -> str:
    return "nothing here says what either side would accept, since talks and fighting are not modelled"


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:NAMED])
    if len(names) > NAMED:
        return f"{', '.join(shown)} and {len(names) - NAMED} other{'s' if len(names) > NAMED + 1 else ''}"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
