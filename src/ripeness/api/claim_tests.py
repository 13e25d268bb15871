"""A text claim by claim: every test run on the data and models of a case, and the verdict that comes of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.analysis.claims import (
    COMPOUND,
    NULLS,
    Finding,
    Judged,
    Read,
    carries,
    decided_by,
    finding_verdict,
    readings_verdict,
    rests_on,
    tension_verdict,
)
from ripeness.api.bargained import Bargaining
from ripeness.api.claim_data import found_in_data
from ripeness.api.claim_futures import (
    MODEL_WORDS,
    Told,
    asks_of,
    finding_of,
    record_of_answer,
    told_by_futures,
)
from ripeness.api.judging import finite, hashed
from ripeness.api.progress import Progress, told
from ripeness.api.results import Answer, run_block
from ripeness.api.simulation import Asked, Options
from ripeness.base import RipenessError, content_hash, suggestion
from ripeness.case import Claim, Compound, Condition, NotTestable, Tension, load
from ripeness.evidence import shares
from ripeness.report import percent
from ripeness.report.claims import claims_tables, ledger_lines

if TYPE_CHECKING:
    from ripeness.case import Case, ClaimTest

MEMBERS = 1000
"""Futures, unless asked otherwise."""

DRAWS = 32
"""Structural draws, unless asked otherwise: enough for what a model says, not for tails."""

Document = dict[str, Any]


def claims(
    case: str | Path | Case = "ukraine",
    *,
    ids: Sequence[str] | str | None = None,
    members: int = MEMBERS,
    structural_draws: int = DRAWS,
    seed: int = 1,
    prior: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Every claim of a case, or of a file of claims that names its case, with its verdict and what would turn it.

    No verdict is read from anywhere: each comes from running its test.

    Args:
        case: name of a shipped case, a folder, or a file of claims.
        ids: claims by id, as a list or with commas; all by default.
        members: futures of each run.
        structural_draws: draws of the bargaining constants for which the game is solved.
        seed: counter of the random numbers.
        prior: draw parameters from the priors even where the case ships a posterior.
        threads: threads; all cores by default. No number depends on it.
        progress: listener of progress.

    Raises:
        CaseFaults: the case or the file is at fault; every fault is listed.
        RipenessError: an option is, or there are no claims.
    """
    options = Options(members, seed, prior, threads=threads)
    Bargaining(structural_draws)
    loaded = load(case) if isinstance(case, str | Path) else case
    chosen = _chosen(loaded, ids)
    with told(progress) as heard:
        futures, runs = told_by_futures(loaded, asks_of(chosen), options, structural_draws, heard)
        heard.stage("reading the record", len(chosen))
        ledger = []
        for claim in chosen:
            ledger.append(_claim(loaded, claim, futures))
            heard.advance()
    _cross_tensions(ledger)
    document = finite(
        {
            "schema": "ripeness/claims/1",
            "run": _run(loaded, chosen, runs, options, structural_draws),
            "claims": ledger,
            "counts": {
                verdict: sum(each["verdict"] == verdict for each in ledger)
                for verdict in dict.fromkeys(each["verdict"] for each in ledger)
            },
            "decided": dict(Counter(source for each in ledger for source in each["decided_by"])),
        }
    )
    rows = tuple(
        {key: each[key] for key in ("id", "sentence", "type", "test", "verdict", "finding")}
        for each in document["claims"]
    )
    return Answer(
        document,
        f"{loaded.name}: claims and what came of testing them",
        rows,
        claims_tables,
        ledger_lines(document),
    )


def _chosen(case: Case, ids: Sequence[str] | str | None) -> tuple[Claim, ...]:
    if not case.claims:
        raise RipenessError(
            f"case {case.name} holds no claims", "add claims/NAME.yaml, or name a file of claims"
        )
    names = [name.strip() for name in ids.split(",")] if isinstance(ids, str) else list(ids or case.claims)
    for name in names:
        if name not in case.claims:
            raise RipenessError(f"there is no claim {name!r}", suggestion(name, list(case.claims), "claim"))
    return tuple(case.claims[name] for name in dict.fromkeys(names))


def _claim(case: Case, claim: Claim, futures: Mapping[tuple[str, ...], Told]) -> Document:
    tested = _tested(case, (claim.id,), claim.test, futures)
    tested["data_as_of"] = tested["data_as_of"] or str(case.data_until)
    return {
        "id": claim.id,
        "sentence": claim.sentence,
        "type": claim.type,
        "paragraph": claim.paragraph,
        **tested,
        "sources": [{"source": claim.source, "quality": claim.quality}],
        "note": list(claim.note),
    }


def _cross_tensions(ledger: Sequence[Document]) -> None:
    """Say of every claim what it was found to pull apart from, where another claim's test found it."""
    by_id = {each["id"]: each for each in ledger}
    for claim in ledger:
        for part in (claim, *claim["parts"]):
            if part["test"] == "tension" and part["verdict"] in ("contested", "model_dependent"):
                for name in part["between"]:
                    if name != claim["id"] and name in by_id:
                        apart = f"pulls apart from {claim['id']} ({part['finding']})"
                        by_id[name]["remarks"].append(apart)


def _tested(
    case: Case, path: tuple[str, ...], test: ClaimTest, futures: Mapping[tuple[str, ...], Told]
) -> Document:
    """A test as it came out: verdict, reason, finding, statistic, what would turn it, and what it rests on."""
    if isinstance(test, Compound):
        return _compound(case, path, test, futures)
    if isinstance(test, NotTestable):
        return _never(case, test)
    if isinstance(test, Tension):
        return _tension(test, futures[*path, test.reading.name], case)
    if isinstance(test, Condition):
        reads = [
            Read(each.name, each.relation, each.judgment, finding_of(case, futures[*path, each.name]))
            for each in test.readings
        ]
    else:
        reads = [
            Read(each.name, each.relation, each.judgment, found_in_data(case, each.spec))
            for each in test.takes
        ]
    return _from_reads(test.kind, reads, test.notes)


def _from_reads(kind: str, reads: Sequence[Read], notes: Sequence[str]) -> Document:
    judged = readings_verdict(reads)
    first = reads[0].finding
    return {
        **_said(kind, judged, first, reads),
        "judgment": reads[0].judgment,
        "readings": [
            {
                "name": read.name,
                "relation": read.relation,
                "judgment": read.judgment,
                "verdict": finding_verdict(read.finding).verdict,
                "finding": read.finding.words,
                "statistic": _statistic(read.finding),
                "by_model": {name: record_of_answer(each) for name, each in read.finding.models.items()},
            }
            for read in reads
        ],
        "parts": [],
        "notes": list(notes),
    }


def _said(kind: str, judged: Judged, first: Finding, reads: Sequence[Read]) -> Document:
    recalled = rests_on(first.qualities)
    return {
        "test": kind,
        "verdict": judged.verdict,
        "decided_by": [decided_by(kind, judged.verdict)],
        "reason": judged.reason,
        "finding": "; ".join((first.words, *_doubted(first), *_otherwise(judged, reads))),
        "probability": _range(first),
        "statistic": _statistic(first),
        "flips_if": [*first.flips, *(carries(reads) if reads else ())],
        "by_model": {name: record_of_answer(each) for name, each in first.models.items()},
        "remarks": [*first.remarks, *((recalled,) if recalled else ())],
        "prior_driven": any(remark.startswith("prior-driven") for remark in (*first.remarks, first.doubt)),
        "quality": shares(first.qualities),
        "evidence": list(first.sources),
        "data_as_of": first.as_of,
    }


def _doubted(finding: Finding) -> tuple[str, ...]:
    """Why a number is too weak to tell, where its words do not say so."""
    return (finding.doubt,) if finding.doubt and finding.doubt != finding.words else ()


def _otherwise(judged: Judged, reads: Sequence[Read]) -> tuple[str, ...]:
    """What the readings found that make a claim contested."""
    if judged.verdict != "contested" or not reads or finding_verdict(reads[0].finding).verdict == "contested":
        return ()
    first = finding_verdict(reads[0].finding).verdict
    return tuple(
        f"{read.judgment}: {read.finding.words}"
        for read in reads[1:]
        if read.relation == "other" and finding_verdict(read.finding).verdict not in (first, "unknown")
    )


def _range(finding: Finding) -> dict[str, float] | None:
    """The range of a share of futures over models and draws: never one number."""
    told_by = [each for name, each in finding.models.items() if name not in NULLS and each.says != "none"]
    if not told_by:
        return None
    return {"low": min(each.low for each in told_by), "high": max(each.high for each in told_by)}


def _statistic(finding: Finding) -> dict[str, Any] | None:
    if finding.value is None:
        return None
    return {
        "label": finding.label,
        "value": finding.value,
        "low": finding.low,
        "high": finding.high,
        "unit": finding.unit,
        "bound": list(finding.bound),
    }


def _compound(
    case: Case, path: tuple[str, ...], test: Compound, futures: Mapping[tuple[str, ...], Told]
) -> Document:
    parts = [
        {"name": part.name, "says": part.says, **_tested(case, (*path, part.name), part.test, futures)}
        for part in test.parts
    ]
    judged = COMPOUND[test.kind]([(f"“{part['says']}”", part["verdict"]) for part in parts])
    deciding = [part for part in parts if part["verdict"] == judged.verdict]
    if test.kind == "readings" or not deciding:
        deciding = parts
    ranges = [part["probability"] for part in parts if part["probability"] is not None]
    qualities = [part["quality"] for part in parts if part["quality"]]
    return {
        "test": test.kind,
        "verdict": judged.verdict,
        "decided_by": _sources_of(judged.verdict, deciding),
        "reason": judged.reason,
        "finding": "; ".join(
            f"{part['says']}: {part['verdict'].replace('_', ' ')} ({part['finding']})" for part in parts
        ),
        "probability": {
            "low": min(each["low"] for each in ranges),
            "high": max(each["high"] for each in ranges),
        }
        if ranges
        else None,
        "statistic": deciding[0]["statistic"],
        "flips_if": [f"{part['says']}: {turn}" for part in deciding for turn in part["flips_if"]],
        "by_model": next((part["by_model"] for part in parts if part["by_model"]), {}),
        "remarks": [f"{part['says']}: {remark}" for part in parts for remark in part["remarks"]],
        "prior_driven": any(part["prior_driven"] for part in parts),
        "quality": {
            name: sum(each.get(name, 0.0) for each in qualities) / len(qualities)
            for name in dict.fromkeys(name for each in qualities for name in each)
        },
        "evidence": list(dict.fromkeys(source for part in parts for source in part["evidence"])),
        "data_as_of": max((part["data_as_of"] for part in parts), default=""),
        "judgment": "",
        "readings": [],
        "parts": parts,
        "notes": list(test.notes),
    }


def _sources_of(verdict: str, deciding: Sequence[Document]) -> list[str]:
    """What the deciding parts rest on, in the order of the ledger; nothing where no part decides."""
    found = {source for part in deciding for source in part["decided_by"]} - {"nothing"}
    if verdict in ("unknown", "not_testable") or not found:
        return ["nothing"]
    return [source for source in ("model", "number", "row") if source in found]


def _never(case: Case, test: NotTestable) -> Document:
    nearest = None if test.nearest is None else _tested(case, (), test.nearest, {})
    beside = "" if nearest is None else f"; the nearest that can be computed: {nearest['finding']}"
    return {
        **_said("not_testable", Judged("not_testable", test.reason), Finding(f"{test.reason}{beside}"), ()),
        "flips_if": [test.testable_if],
        "data_as_of": "" if nearest is None else nearest["data_as_of"],
        "judgment": "",
        "readings": [],
        "parts": []
        if nearest is None
        else [{"name": "nearest", "says": "nearest, decides nothing", **nearest}],
        "notes": list(test.notes),
    }


def _tension(test: Tension, told_of: Told, case: Case) -> Document:
    judged = tension_verdict(told_of.inside, told_of.outside, test.factor)
    finding = finding_of(case, told_of)
    about = case.bargaining[test.parameter]
    split = "; ".join(
        f"{percent(told_of.inside[name].share)} of 100 futures against {percent(told_of.outside[name].share)} in "
        f"{MODEL_WORDS[name]}"
        for name in told_of.inside
    )
    words = (
        f"where {_by_name(case, about.label)} is {test.side}, beside where it is not: {split}"
        if split
        else "no model that was asked reads the parameter"
    )
    remarks = (
        *finding.remarks,
        f"between {' and '.join(test.between)}; {test.parameter} is {about.identification}",
    )
    made = Finding(words, flips=(), models=finding.models, remarks=remarks, as_of=finding.as_of)
    return {
        **_said("tension", judged, made, ()),
        "flips_if": [
            f"it held there more than {test.factor:g} times as often as elsewhere ({split})"
            if split
            else words
        ],
        "statistic": _split(test, told_of),
        "judgment": test.judgment,
        "readings": [],
        "parts": [],
        "between": list(test.between),
        "notes": [test.question],
        "inside": {name: record_of_answer(each) for name, each in told_of.inside.items()},
        "outside": {name: record_of_answer(each) for name, each in told_of.outside.items()},
    }


def _by_name(case: Case, label: str) -> str:
    """A label inside a sentence, with the parties' names in place of A and D."""
    words = label[0].lower() + label[1:]
    for letter, party in (("A", "a"), ("D", "d")):
        words = re.sub(rf"\b{letter}\b", case.parties[party].name, words)
    return words


def _split(test: Tension, told_of: Told) -> dict[str, Any] | None:
    """How often the claim holds on the named side, beside what the judged factor allows, in the first counted model."""
    for name, inside in told_of.inside.items():
        if name not in NULLS and inside.says != "none":
            return {
                "label": f"share of futures with {test.parameter} {test.side} in which the claim holds",
                "value": inside.share,
                "low": inside.low,
                "high": inside.high,
                "unit": "share",
                "bound": [None, test.factor * told_of.outside[name].share],
            }
    return None


def _run(
    case: Case, chosen: Sequence[Claim], runs: Sequence[Asked], options: Options, structural_draws: int
) -> Document:
    policies = {policy.name: policy.hash for asked in runs for policy in asked.policies}
    block = run_block(
        case=case.name,
        case_hash=case.content_hash,
        policy_hashes=dict(sorted(policies.items())),
        data_as_of=str(case.data_until),
        seed=options.seed,
        members=options.members,
        mode="forecast" if runs else "record",
        start=str(min((asked.question.start for asked in runs), default=case.first_month)),
        until=str(max((asked.question.until for asked in runs), default=case.data_until)),
    )
    more = {
        "structural_draws": structural_draws,
        "claims": {claim.id: content_hash(claim) for claim in chosen},
        "draws": runs[0].draws.hash if runs else None,
        "prior": options.prior,
    }
    return hashed(block, more)
