"""Claims, conditions and simulated talks for the lab: run in the background, told as far as they have come."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ripeness.api.claim_futures import asks_of
from ripeness.api.claim_tests import claims
from ripeness.api.discovering import discover
from ripeness.api.lab_jobs import Job, Jobs
from ripeness.api.share_link import MOST_BESIDE
from ripeness.api.talks_measured import talks
from ripeness.base import RipenessError, suggestion
from ripeness.case import REFERENCE, condition_in

if TYPE_CHECKING:
    from ripeness.api.share_link import Link
    from ripeness.case import Case

MEMBERS, DRAWS = 1000, 32
"""Futures and structural draws of the ledger: those of `ripeness claims`."""

MOST_SIMULATED = MOST_BESIDE + 2
"""Policies under which talks are simulated at once: the status quo, where a link starts from, and those beside."""

CONDITION_MEMBERS, CONDITION_DRAWS = 2048, 64
"""Futures and structural draws in which conditions are looked for; `ripeness discover` takes twice as many."""

Document = dict[str, Any]


def claims_so_far(jobs: Jobs, case: Case) -> tuple[bool, Document]:
    """Whether the ledger is complete, and it; until then the claims that the record alone decides, and progress."""
    if not case.claims:
        raise RipenessError(f"case {case.name} holds no claims", "choose another case")
    of_record = [name for name, claim in case.claims.items() if not asks_of([claim])]

    def work(job: Job) -> Document:
        if of_record:
            job.sofar = claims(
                case, ids=of_record, members=MEMBERS, structural_draws=DRAWS, progress=job
            ).document
        return claims(case, members=MEMBERS, structural_draws=DRAWS, progress=job).document

    job = jobs.job(("claims", case.name, case.content_hash), work)
    job.require_sound()
    if job.finished.is_set():
        document: Document = job.result
        return True, document | {"done": len(document["claims"]), "of": len(case.claims)}
    found = job.sofar["claims"] if job.sofar else []
    return False, {
        "schema": "ripeness/claims/1",
        "done": len(found),
        "of": len(case.claims),
        "claims": found,
        "waiting_for": [
            {"id": claim.id, "sentence": claim.sentence, "type": claim.type, "paragraph": claim.paragraph}
            for name, claim in case.claims.items()
            if name not in {each["id"] for each in found}
        ],
        "progress": job.progress,
    }


def conditions_so_far(jobs: Jobs, case: Case, link: Link, asked: dict[str, str]) -> tuple[bool, Document]:
    """Boxes in which a claim holds, or one policy is better than another; what can be asked where nothing is.

    A claim says itself from when to when; two policies are compared over the months of the link.
    """
    if not asked:
        return True, conditions_offered(case)
    _require(case, asked)
    by = _least(asked.get("by", "0"))
    months = (None, None) if asked.get("claim") else (str(link.start), str(link.until))

    def work(job: Job) -> Document:
        said = {key: value for key, value in asked.items() if value}
        return discover(
            case,
            claim=said.get("claim"),
            better=said.get("better"),
            than=said.get("than"),
            metric=said.get("metric"),
            sense=said.get("sense"),
            by_at_least=by,
            start=months[0],
            until=months[1],
            members=CONDITION_MEMBERS,
            structural_draws=CONDITION_DRAWS,
            progress=job,
        ).document

    key = ("conditions", case.name, case.content_hash, months, tuple(sorted(asked.items())))
    return _result(jobs.job(key, work), {"schema": "ripeness/discover/1", "asked": asked})


def talks_so_far(jobs: Jobs, case: Case, policies: tuple[str, ...]) -> tuple[bool, Document]:
    """The record of talks with simulated talks under policies of the case beside it; until they are there, progress."""
    if case.talks is None or not case.stakes:
        lacking = "no rounds of talks" if case.talks is None else "no war to bargain over"
        raise RipenessError(f"case {case.name} holds {lacking}", "leave policies out, or choose another case")
    if len(policies) > MOST_SIMULATED:
        raise RipenessError(f"{len(policies)} policies are too many", f"name {MOST_SIMULATED} or fewer")
    for name in policies:
        _require_policy(case, name)

    def work(job: Job) -> Document:
        return talks(case, policies=policies, progress=job).document

    key = ("talks", case.name, case.content_hash, policies)
    return _result(jobs.job(key, work), {"schema": "ripeness/talks/1", "policies": list(policies)})


def _result(job: Job, until_then: Document) -> tuple[bool, Document]:
    """What a job has found; until then what is known, and progress."""
    job.require_sound()
    if job.finished.is_set():
        return True, job.result
    return False, until_then | {"progress": job.progress}


def conditions_offered(case: Case) -> Document:
    """Claims and pairs of policies of which it can be asked what would have to be true."""
    found = []
    for claim in case.claims.values():
        test = condition_in(claim.test)
        if test is not None:
            found.append({"id": claim.id, "sentence": claim.sentence, "question": test.question})
    return {
        "schema": "ripeness/lab-conditions/1",
        "claims": found,
        "policies": [name for name in sorted(case.policies) if name != REFERENCE],
    }


def _least(said: str) -> float:
    """By how much one policy has to be better. RipenessError where that is no plain number of 0 or more."""
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", said, re.ASCII):
        raise RipenessError(f"by={said[:20]!r} is no number of 0 or more", "give a number such as 1 or 0.5")
    return float(said)


def _require(case: Case, asked: dict[str, str]) -> None:
    """Refuse at once what `discover` would refuse after a while."""
    for key in ("better", "than"):
        if name := asked.get(key):
            _require_policy(case, name)
    name = asked.get("claim")
    offered = [each["id"] for each in conditions_offered(case)["claims"]]
    if name is not None and name not in offered:
        raise RipenessError(
            f"there is no condition for claim {name[:60]!r}", suggestion(name, offered, "claim")
        )
    if name is None and not (asked.get("better") and asked.get("metric")):
        raise RipenessError("nothing is asked", "give claim=ID, or better=POLICY and metric=METRIC")
    if name is not None and len(asked) > 1:
        raise RipenessError("a claim says itself what is compared", "give claim alone")


def _require_policy(case: Case, name: str) -> None:
    """A policy of the case by its name alone: a request names no file."""
    if name not in case.policies:
        raise RipenessError(
            f"case {case.name} has no policy {name[:60]!r}", suggestion(name, sorted(case.policies), "policy")
        )
