"""The cases that there are, their schemas, new ones, and everything that is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ripeness.api.lever_effects import lever_findings
from ripeness.api.progress import Progress, told
from ripeness.api.results import Answer, run_block
from ripeness.base import CaseFaults, Fault, RipenessError
from ripeness.case import KINDS, Case, load, locate, new_case, quality_report, shipped
from ripeness.case import check as case_faults
from ripeness.case import schema as case_schema
from ripeness.policy import policy_faults
from ripeness.report import case_tables, check_tables


def cases() -> Answer:
    """Cases that come with the package: months, policies, and what their numbers rest on."""
    listed = [_about(load(name)) for name in shipped()]
    document = {"schema": "ripeness/cases/1", "run": run_block(), "cases": listed}
    return Answer(document, "Cases that come with ripeness", tuple(listed), case_tables)


def _about(case: Case) -> dict[str, Any]:
    quality = quality_report(case)
    # The name of its file says what a posterior was fitted to; opening it would load all that fits one.
    fitted = sorted(path.stem for path in (case.folder / "posterior").glob("*.npz"))
    return {
        "name": case.name,
        "title": case.title,
        "first_month": str(case.first_month),
        "last_month": str(case.last_month),
        "data_until": str(case.data_until),
        "default_start": None if case.default_start is None else str(case.default_start),
        "policies": {name: policy.title for name, policy in sorted(case.policies.items())},
        "series": len(case.series),
        "instruments": len(case.instruments),
        "parameters": len(case.parameters),
        "posterior_cutoff": fitted[-1] if fitted else None,
        "quality": quality["parameters"],
        "hash": case.content_hash,
        "folder": case.folder.name,
    }


def check(case: str | Path = "ukraine", *, levers: bool = True, progress: Progress | None = None) -> Answer:
    """Validate a case: files, units, dates, sources, priors, policies, and levers that move nothing.

    With `levers`, each lever that a policy changes is put back alone and the months are stepped again; a
    lever without which nothing differs is a fault. All faults are listed, none is raised. RipenessError
    only where there is no such case.
    """
    faults: list[Fault] = list(case_faults(case))
    remarks: list[Fault] = []
    loaded = None if faults else load(case)
    readable = not faults
    if loaded is not None:
        for policy in loaded.policies.values():
            faults += policy_faults(loaded, policy)
        readable = not faults
        if levers and not faults:
            with told(progress) as heard:
                heard.stage("putting back one lever at a time")
                moved_nothing, remarks = lever_findings(loaded)
            faults += moved_nothing
    name = loaded.name if loaded is not None else locate(case).name
    known = {} if loaded is None else _known(loaded)
    document = {
        "schema": "ripeness/check/1",
        "run": run_block(**{"case": name, **known}),
        "case": name,
        "ok": not faults,
        "readable": readable,
        "faults": [fault.as_record() for fault in faults],
        "remarks": [remark.as_record() for remark in remarks],
        "quality": None if loaded is None else quality_report(loaded),
    }
    said = (
        (f"{name}: sound.",) if not faults else (f"{name}: {len(faults)} fault{'s' * (len(faults) != 1)}.",)
    )
    if loaded is not None and not faults:
        said = (
            f"{name}: sound. {len(loaded.series)} series, {len(loaded.instruments)} instruments, "
            f"{len(loaded.parameters)} parameters, {len(loaded.policies)} policies"
            f"{', each of whose levers moves something' if levers else ''}.",
        )
    rows = tuple(fault.as_record() for fault in faults)
    return Answer(document, f"Check of {name}", rows, check_tables, said)


def _known(case: Case) -> dict[str, Any]:
    return {"case_hash": case.content_hash, "data_as_of": str(case.data_until)}


def schema(kind: str | None = None) -> Answer:
    """JSON Schema of a kind of file in a case, for editors; without `kind`, which kinds there are."""
    if kind is None:
        document: dict[str, Any] = {"schema": "ripeness/schema/1", "run": run_block(), "kinds": list(KINDS)}
        rows = tuple({"kind": each, "title": case_schema(each)["title"]} for each in KINDS)
        said = tuple(f"{row['kind']}: {row['title']}" for row in rows)
        return Answer(document, "Kinds of files with a schema", rows, None, said)
    found = case_schema(kind)
    return Answer(found, str(found["title"]), ({"kind": kind, "title": found["title"]},))


def new(target: str | Path, title: str | None = None, template: str | Path = "two_states") -> Answer:
    """Begin a case as a copy of one that works, in a new folder whose name is the case's."""
    folder = Path(target)
    try:
        made = new_case(folder, title or folder.name.replace("_", " ").capitalize(), template)
    except OSError as cause:
        raise RipenessError(f"cannot make {folder}: {cause.strerror}", "choose another folder") from cause
    case = load(made)
    document = {
        "schema": "ripeness/new/1",
        "run": run_block(case=case.name, **_known(case)),
        "folder": str(made),
        "files": sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()),
    }
    said = (
        f"{made} is a sound case, copied from {template}; every number in it is still that of the template.",
        f"Write down what is not modelled first, then: ripeness check {made}",
    )
    rows = tuple({"file": file} for file in document["files"])
    return Answer(document, f"New case {case.name}", rows, None, said)


def faults_document(error: RipenessError) -> dict[str, Any]:
    """What `--json` prints where a command could not be carried out: every fault, no number."""
    faults = error.faults if isinstance(error, CaseFaults) else ()
    return {
        "schema": "ripeness/error/1",
        "run": run_block(),
        "ok": False,
        "problem": error.problem,
        "remedy": error.remedy,
        "faults": [fault.as_record() for fault in faults],
    }
