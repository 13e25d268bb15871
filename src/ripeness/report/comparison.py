"""Tables and sentences of a comparison, made from its document alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ripeness.report.bargaining import deciding_tables, ending_tables
from ripeness.report.bargaining_sentences import ending_conclusions, ending_lines, ending_remarks
from ripeness.report.documents import LATER, Document, driver_tables, listed, share, spread, with_party_names
from ripeness.report.numbers import DIFFERENCE_DIGITS, decimals_for, number, percent
from ripeness.report.robustness import robustness_tables
from ripeness.report.scores import legend, score_line
from ripeness.report.tables import Cell, Column, Strip, Table

SETTLED = 0.95
"""Share of futures in which a sign must be the same to be called settled."""

MATERIAL = 0.01
"""Smallest median difference, share of the reference's median, that a settled sign is reported for."""

OUTSIDE = "nothing here says what either side would accept, since talks and fighting are not modelled"
"""What a comparison of money alone cannot say."""

REDUCTIONS = {
    "mean": "monthly mean of {start} to {until}",
    "sum": "sum of {start} to {until}",
    "last": "end of {until}",
    "first_passage": "counted from {start}",
}


def comparison_tables(document: Document) -> tuple[Table, ...]:
    """How the war ends, one table a metric of money, then regret and what decides.

    Policies that come out alike share their numbers. A table that is `further` is for the second look.
    """
    document = with_party_names(document)
    tables = [*ending_tables(document), *(_metric_table(document, name) for name in document["metrics"])]
    if len(document["policies"]) > 1 and document["objectives"]:
        tables.append(_regret_table(document))
    return (*tables, *_criteria_tables(document), *deciding_tables(document), *_driver_tables(document))


def _criteria_tables(document: Document) -> list[Table]:
    """What other criteria than the mean and the median take, one table an aim."""
    about = dict(document["metrics"])
    if document.get("bargaining"):
        about = {**document["bargaining"]["metrics"], **about}
    labels = {name: each["label"] for name, each in about.items()}
    units = {name: each["unit"] for name, each in about.items()}
    return robustness_tables(document.get("robustness", {}), labels, units)


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
        row: list[Cell] = [policy, spread(level)]
        if censored:
            row.append(share(level["share_reached"], members))
        if several:
            gap = entry["difference"][name]
            row += (
                ["", "", ""]
                if policy == reference
                else [
                    spread(gap),
                    Strip(spread(gap)),
                    share(gap["share_lower"], members),
                ]
            )
        if best and several:
            row.append(share(_with_twins(document, best, policy), members))
        rows.append(tuple(row))
    notes = []
    if censored:
        notes.append(
            f"{LATER}: after {document['run']['until']}, the end of the run; differences count it as one month after."
        )
    said = score_line(about)
    if said is not None:
        notes.append(said)
    how = REDUCTIONS[about["reduction"]].format(**document["run"])
    title = f"{about['label']}, {about['unit']}, {how}"
    return Table(f"metric_{name}", title, tuple(columns), tuple(rows), tuple(notes))


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
        (policy, *(spread(entry["regret"][aim]) for aim in aims))
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
    labels = {name: about["label"].lower() for name, about in document["metrics"].items()}
    tables = driver_tables(document["drivers"], labels, "drivers")
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


def comparison_summary(document: Document) -> dict[str, tuple[str, ...]]:
    """Sentences above the tables and below them; the last two say what holds and what does not."""
    document = with_party_names(document)
    run = document["run"]
    above = [
        document["title"],
        f"Months {_months(document)}, {run['members']:,} futures shared by all policies, seed {run['seed']}, "
        f"data to {run['data_as_of']}, model {run['model_version']}, run {run['hash'][:12]}.",
        document["draws"]["in_words"],
        *ending_lines(document),
    ]
    if len(document["policies"]) > 1 and document["metrics"]:
        above.append(_legend(document))
    if any(about.get("score") is not None for about in document["metrics"].values()):
        above.append(legend())
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
            if not document.get("bargaining")
            and any("bargaining" in document["policies"][name]["needs"] for name in group)
            else ""
        )
        said.append(f"{listed(group)} do the same in every month{reason}.")
    said += document["notes"]
    if document["metrics"]:
        said.append(_prior_driven(document))
    said += ending_remarks(document)
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
    """Two plain sentences: what holds of endings and of the first objective in money, and what does not."""
    money = _Money.of(document)
    holds = "" if money is None else money.holds()
    unsettled = "" if money is None else money.unsettled()
    if document.get("bargaining"):
        held, parted = ending_conclusions(document)
        holds = f"{held}; apart from endings, {holds}" if holds else held
        does_not = (
            "; ".join(part for part in (parted, unsettled) if part) or "anything beyond the tables above"
        )
        return {"holds": f"What holds: {holds}.", "does_not_hold": f"What does not hold: {does_not}."}
    if money is None:
        return {
            "holds": "What holds: the bands above; there is no second policy to compare.",
            "does_not_hold": f"What does not: {OUTSIDE}.",
        }
    does_not = (
        f"{unsettled}. Beyond that, "
        if unsettled
        else f"anything beyond {money.label} and the tables above; "
    )
    return {"holds": f"What holds: {holds}.", "does_not_hold": f"What does not hold: {does_not}{OUTSIDE}."}


@dataclass(frozen=True)
class _Money:
    """Differences to the reference in the first objective, by policy that is not identical to another."""

    document: Document
    aim: str
    gaps: Document

    @classmethod
    def of(cls, document: Document) -> _Money | None:
        """None where there is no objective or no second policy."""
        others = [
            name
            for name, entry in document["policies"].items()
            if name != document["reference"] and entry["identical_to"] is None
        ]
        if not document["objectives"] or not others:
            return None
        aim = document["objectives"][0]["metric"]
        return cls(document, aim, {n: document["policies"][n]["difference"][aim] for n in others})

    @property
    def label(self) -> str:
        """The metric as a sentence names it."""
        return str(self.document["metrics"][self.aim]["label"]).lower()

    @property
    def settled(self) -> list[str]:
        """Policies whose difference has one sign in nearly all futures."""
        return [n for n, gap in self.gaps.items() if max(gap["share_lower"], gap["share_higher"]) >= SETTLED]

    def holds(self) -> str:
        """Which policies move it, which way and how far; no full stop."""
        gaps = self.gaps
        level = abs(self.document["policies"][self.document["reference"]]["metrics"][self.aim]["p50"] or 0.0)
        slight = [n for n in self.settled if abs(gaps[n]["p50"]) < MATERIAL * level]
        large = [n for n in self.settled if n not in slight]
        lower = sorted((n for n in large if gaps[n]["p50"] < 0.0), key=lambda n: gaps[n]["p50"])
        higher = sorted((n for n in large if gaps[n]["p50"] >= 0.0), key=lambda n: -gaps[n]["p50"])
        holds = _what_holds(self.document, self.aim, gaps, lower, higher)
        if not slight:
            return holds
        return f"{holds}; {listed(slight)} {'move' if len(slight) > 1 else 'moves'} it by less than 1 %"

    def unsettled(self) -> str:
        """Which policies may move it either way, and where the order is open; empty where nothing is."""
        moved = [n for n, gap in self.gaps.items() if gap["share_lower"] or gap["share_higher"]]
        return _what_does_not(self.document, self.aim, self.gaps, [n for n in moved if n not in self.settled])


def _what_holds(
    document: Document, aim: str, gaps: Document, lower: Sequence[str], higher: Sequence[str]
) -> str:
    about, reference = document["metrics"][aim], document["reference"]
    if not lower and not higher:
        return (
            f"nothing about {about['label'].lower()}; no policy moves it the same way against {reference} "
            f"in {percent(SETTLED)} of 100 futures"
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
        parts.append(f"{word} under {listed(names)}{furthest} {middle} ({low} to {high}) {about['unit']}")
    return (
        f"in this model {about['label'].lower()} over {_months(document)} is, against {reference} "
        f"and in at least {percent(SETTLED)} of 100 futures, {'; and '.join(parts)}"
    )


def _what_does_not(document: Document, aim: str, gaps: Document, open_: Sequence[str]) -> str:
    about, reference = document["metrics"][aim], document["reference"]
    said = []
    if open_:
        ranges = sorted(100 * gaps[name]["share_lower"] for name in open_)
        shares = f"{ranges[0]:.0f}" if len(open_) == 1 else f"{ranges[0]:.0f} to {ranges[-1]:.0f}"
        said.append(
            f"whether {listed(open_)} {'lowers' if len(open_) == 1 else 'lower'} it (lower than {reference} "
            f"in {shares} of 100 futures)"
        )
    rivals = _rivals(document, aim)
    if rivals:
        said.append(rivals)
    return f"for {about['label'].lower()}, {'; '.join(said)}" if said else ""


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
