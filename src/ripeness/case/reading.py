"""From a name or folder to a case, or to everything that is wrong with it."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from ripeness.base import CaseFaults, Fault, Month, RipenessError, content_hash, suggestion
from ripeness.case.actors import FILE as ACTORS
from ripeness.case.actors import read_actors
from ripeness.case.checks import (
    Span,
    blocks_in_use,
    case_faults,
    compared_faults,
    entries,
    expected_faults,
    instrument_faults,
    parameter_faults,
    policy_faults,
    pool_faults,
    program_of,
    series_fit_faults,
    span_of,
)
from ripeness.case.claims_file import AREA as CLAIMS
from ripeness.case.claims_file import claims_faults, claims_from
from ripeness.case.common import bargaining_parameters, common_priors, world_parameters
from ripeness.case.experiment_file import AREA as EXPERIMENTS
from ripeness.case.experiment_file import ID, experiment_faults, experiment_from
from ripeness.case.folder import RECORD, Document, case_files, hash_files, read_document
from ripeness.case.records import (
    Actor,
    ActorRow,
    Case,
    case_test_from,
    effort_from,
    instrument_from,
    lines,
    month_fact_from,
    outcome_from,
    parameter_from,
    party_from,
    policy_from,
    pool_from,
    stake_from,
)
from ripeness.case.scoring_file import FILE as SCORING
from ripeness.case.scoring_file import plan_series, scoring_faults, scoring_from
from ripeness.case.search_file import AREA as SEARCH
from ripeness.case.search_file import search_faults, space_from
from ripeness.case.war_case import case_of
from ripeness.case.war_record import read_war_record
from ripeness.evidence import Series, TalksRecord, read_series, read_talks
from ripeness.flow import records_of

SHIPPED = Path(__file__).parents[1] / "cases"
"""Folder of the cases that come with the package."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")

_CLAIMS_KEY = re.compile(rb"^claims[ \t]*:", re.MULTILINE)

TALKS = "talks"
"""Folder of the record of talks."""


def shipped() -> tuple[str, ...]:
    """Names of the cases that come with the package."""
    if not SHIPPED.is_dir():
        return ()
    return tuple(sorted(folder.name for folder in SHIPPED.iterdir() if (folder / "case.yaml").is_file()))


def locate(name_or_path: str | Path) -> Path:
    """Folder of a shipped case by its name, the folder that a path names, or the file of a past war's record."""
    text = str(name_or_path)
    if not isinstance(name_or_path, Path) and text in shipped():
        return SHIPPED / text
    folder = Path(name_or_path).expanduser()
    if folder.is_dir() or (folder.is_file() and folder.suffix in (".yaml", ".yml")):
        return folder
    if isinstance(name_or_path, Path) or os.sep in text:
        raise RipenessError(
            f"there is no case folder {text}", "name a folder that holds a case.yaml, or a record.yaml"
        )
    raise RipenessError(
        f"there is no case {text!r}", suggestion(text, shipped(), "case") + " or name a folder"
    )


def load(name_or_path: str | Path) -> Case:
    """A shipped case, a case folder, or a past war's record; CaseFaults with every fault where it has any."""
    case, faults = _read(locate(name_or_path))
    if case is None or faults:
        raise CaseFaults(faults)
    return case


def check(name_or_path: str | Path) -> list[Fault]:
    """Every fault of a case, in order of file and line; empty for a sound case."""
    return _read(locate(name_or_path))[1]


def case_file_names(case: Case) -> tuple[str, ...]:
    """Files that a case is read from, by their path inside its folder."""
    place = record_alone(case.folder)
    return case_files(case.folder)[0] if place is None else (place.name,)


def record_alone(place: Path) -> Path | None:
    """File of a past war's record where the place is one, or holds one and no case.yaml; else None."""
    if place.is_file():
        return place
    alone = place / RECORD
    return alone if alone.is_file() and not (place / "case.yaml").exists() else None


def _read(place: Path) -> tuple[Case | None, list[Fault]]:
    if place.is_file() and holds_claims(place):
        return _read_claims(place)
    record = record_alone(place)
    return _read_folder(place) if record is None else _read_record(record)


def holds_claims(path: Path) -> bool:
    """Whether a YAML file is one of claims that stands alone, by its key."""
    try:
        return _CLAIMS_KEY.search(path.read_bytes()) is not None
    except OSError:
        return False


def _read_claims(path: Path) -> tuple[Case | None, list[Fault]]:
    """The case that a file of claims names, with the claims of that file in place of its own.

    Its hash stays that of the case: no run reads claims, and a ledger has a hash of its own.
    """
    document, wrong = read_document(path.parent, path.name, "claims")
    faults = list(wrong)
    said = _said(document) or {}
    name = said.get("case")
    if not isinstance(name, str):
        remedy = f"add case: the name of a shipped case ({', '.join(shipped())}), or a folder beside the file"
        faults.append(Fault(document.file, 1, "case", None, "the key case is missing", remedy))
        return None, faults
    folder = SHIPPED / name if name in shipped() else path.parent / name
    if not (folder / "case.yaml").is_file() and not (folder / RECORD).is_file():
        faults.append(document.fault(("case",), name, "is no case", suggestion(name, shipped(), "case")))
        return None, faults
    case, of_case = _read(folder)
    faults += of_case
    if case is None:
        return None, faults
    span = Span(case.first_month, case.last_month, case.war_start, case.data_until)
    faults += claims_faults(
        {document.file: document},
        tuple(case.policies),
        span,
        case.program,
        {series.name: series.unit for series in case.series.values()},
        tuple(case.experiments),
    )
    if faults:
        return None, faults
    claims = {claim.id: claim for claim in claims_from(said)}
    return replace(case, claims=claims), []


def _read_record(path: Path) -> tuple[Case | None, list[Fault]]:
    """A case made from the record of a past war alone: what it does not say, the common priors do."""
    found, faults = read_war_record(path)
    return (None, faults) if found is None else (case_of(found, path), [])


def _read_folder(folder: Path) -> tuple[Case | None, list[Fault]]:
    files, found = case_files(folder)
    faults = list(found)

    def document(file: str, kind: str) -> Document:
        if file not in files:
            return Document(file, None, ())
        read, wrong = read_document(folder, file, kind)
        faults.extend(wrong)
        return read

    def documents(area: str, kind: str) -> dict[str, Document]:
        inside = [file for file in files if file.startswith(f"{area}/")]
        return {Path(file).stem: document(file, kind) for file in inside}

    about = document("case.yaml", "case")
    parameters = document("parameters.yaml", "parameters")
    scoring = document(SCORING, "scoring")
    instruments = documents("instruments", "instrument")
    policies = documents("policies", "policy")
    tests = documents("tests", "tests")
    experiments = documents(EXPERIMENTS, "experiment")
    claims = documents(CLAIMS, "claims")
    spaces = documents(SEARCH, "search")
    series_files = {Path(file).stem: file for file in files if file.startswith("series/")}
    for area, stems in (("series", series_files), ("instruments", instruments), ("policies", policies)):
        for stem in stems:
            if not _NAME.fullmatch(stem):
                remedy = "use lower-case letters, digits and underscores, beginning with a letter"
                faults.append(Fault(f"{area}/{stem}", None, "", stem, "is not a name", remedy))
    for stem in experiments:
        if not ID.fullmatch(stem):
            remedy = "use letters, digits and underscores, beginning with a letter"
            faults.append(Fault(f"{EXPERIMENTS}/{stem}", None, "", stem, "is not a name", remedy))

    span = span_of(about)
    series, wrong = _series(folder, series_files, _known_ahead(about) | plan_series(_said(scoring)))
    faults += wrong
    faults += case_faults(about, span, tuple(series_files))
    if span.steps_back():
        span = Span()
    faults += series_fit_faults(about, span, series)
    faults += parameter_faults(parameters, program_of(about), blocks_in_use(about))
    faults += pool_faults(about, parameters)
    actor_rows: tuple[ActorRow, ...] = ()
    if ACTORS in files:
        actor_rows, wrong = read_actors(folder)
        faults += wrong
    faults += instrument_faults(instruments, span)
    faults += policy_faults(policies, span)
    faults += compared_faults(about, policies)
    faults += expected_faults(tests, policies, span)
    faults += scoring_faults(scoring, program_of(about), tuple(series_files), _observed(about))
    faults += experiment_faults(experiments, span, program_of(about))
    units = {name: each.unit for name, each in series.items()}
    known = units if len(series) == len(series_files) else None
    faults += claims_faults(claims, tuple(policies), span, program_of(about), known, tuple(experiments))
    faults += search_faults(spaces, policies, span, program_of(about))
    if RECORD in files:
        faults += read_war_record(folder / RECORD, RECORD)[1]
    talks, wrong = read_talks(folder / TALKS)
    faults += wrong
    if faults:
        return None, sorted(faults, key=lambda fault: (fault.file, fault.line or 0, fault.key))
    case = _case(
        folder,
        files,
        about,
        parameters,
        instruments,
        policies,
        tests,
        series,
        actor_rows,
        scoring,
        experiments,
        claims,
        spaces,
        talks,
    )
    return case, []


def _said(document: Document) -> dict | None:
    """What a document says; None where there is none, or no mapping."""
    said = document.node.plain() if document.node is not None else None
    return said if isinstance(said, dict) else None


def _observed(about: Document) -> tuple[str, ...]:
    """Outputs that case.yaml holds against a series."""
    observations = (_said(about) or {}).get("observations")
    return tuple(observations) if isinstance(observations, dict) else ()


def _known_ahead(about: Document) -> set[str]:
    """Series that a fact reads ahead of time, and in which a vintage may precede its month."""
    said = about.node.plain() if about.node is not None else None
    facts = said.get("month_facts") if isinstance(said, dict) else None
    return {
        str(fact.get("series"))
        for fact in (facts.values() if isinstance(facts, dict) else ())
        if isinstance(fact, dict) and fact.get("known_ahead") is True
    }


def _series(
    folder: Path, series_files: dict[str, str], known_ahead: set[str]
) -> tuple[dict[str, Series], list[Fault]]:
    read: dict[str, Series] = {}
    faults: list[Fault] = []
    for stem, file in series_files.items():
        series, wrong = read_series(folder / file, file=file, known_ahead=stem in known_ahead)
        faults += wrong
        if series is not None:
            read[stem] = series
    return read, faults


def _case(
    folder: Path,
    files: tuple[str, ...],
    about: Document,
    parameters: Document,
    instruments: dict[str, Document],
    policies: dict[str, Document],
    tests: dict[str, Document],
    series: dict[str, Series],
    actor_rows: tuple[ActorRow, ...],
    scoring: Document,
    experiments: dict[str, Document],
    claims: dict[str, Document],
    spaces: dict[str, Document],
    talks: TalksRecord | None,
) -> Case:
    said = _plain(about)
    blocks = tuple(said["blocks"])
    has_war = records_of(said["program"]).has_war
    priors = [parameter_from(node.plain()) for _, node in entries(parameters, "parameters")]
    return Case(
        name=said["case"],
        title=said["title"],
        folder=folder,
        first_month=Month.parse(said["first_month"]),
        last_month=Month.parse(said["last_month"]),
        war_start=Month.parse(said["war_start"]),
        data_until=Month.parse(said["data_until"]),
        default_start=Month.parse(said["default_start"]) if "default_start" in said else None,
        program=said["program"],
        blocks=blocks,
        actors=tuple(Actor(**actor) for actor in said["actors"]),
        not_modelled=tuple(said["not_modelled"]),
        metrics=tuple(said["metrics"]),
        parameters=world_parameters(priors, blocks) if has_war else {prior.name: prior for prior in priors},
        series=series,
        observations=said["observations"],
        observation_error=said.get("observation_error", {}),
        month_facts={name: month_fact_from(fact) for name, fact in said["month_facts"].items()},
        instruments=tuple(instrument_from(_plain(document)) for document in instruments.values()),
        policies={name: policy_from(_plain(document)) for name, document in policies.items()},
        tests=tuple(
            case_test_from(node.plain(), document.file)
            for document in tests.values()
            for _, node in entries(document, "tests")
        ),
        content_hash=_hash(folder, files, has_war),
        compared=tuple(said.get("compared", ())),
        bargaining=bargaining_parameters(priors) if has_war else {},
        parties={key: party_from(party) for key, party in said.get("parties", {}).items()},
        stakes=tuple(stake_from(stake) for stake in said.get("stakes", ())),
        effort=tuple(effort_from(part) for part in said.get("effort", ())),
        outcome=outcome_from(said["outcome"]) if "outcome" in said else None,
        actor_rows=actor_rows,
        notes=lines(said.get("note")),
        scoring=scoring_from(_said(scoring)),
        experiments={name: experiment_from(_plain(document)) for name, document in experiments.items()},
        pools=tuple(pool_from(pool) for pool in said.get("pools", ())),
        claims={claim.id: claim for text in claims.values() for claim in claims_from(_plain(text))},
        spaces={name: space_from(_plain(document)) for name, document in spaces.items()},
        talks=talks,
    )


def _hash(folder: Path, files: tuple[str, ...], has_war: bool) -> str:
    """Hash of what a case says; with a war, of the common priors too."""
    own = hash_files(folder, files)
    return content_hash({"case": own, "common": common_priors().content_hash}) if has_war else own


def _plain(document: Document) -> dict:
    assert document.node is not None
    return document.node.plain()
