"""The whole answer as a page: one HTML file or a PDF, made from the documents of the other commands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.api.bargained import Bargaining, ends_of
from ripeness.api.comparison import Comparison, chosen_metrics, chosen_objectives, compare
from ripeness.api.progress import Progress, told
from ripeness.api.report_parts import dots_document, fans_document, foundations, policies_document
from ripeness.api.results import Answer
from ripeness.api.simulation import MEMBERS, Asked, Options, When, ask, make_ready
from ripeness.base import RipenessError
from ripeness.case import load
from ripeness.ensemble.bargain import DRAWS
from ripeness.ensemble.metrics import Objective
from ripeness.ensemble.record import Posed
from ripeness.ensemble.saved import load_run
from ripeness.report.briefing import answer_lines, answer_of, briefing_page, briefing_tables
from ripeness.report.paper import write_pdf

if TYPE_CHECKING:
    from ripeness.case import Case

HTML, PDF = (".html", ".htm"), ".pdf"
"""Endings of the files that can be written."""

CLAIMS_FILE = (".yaml", ".yml")
"""Endings of a file of claims, which is to be tested; any other is that of a ledger made before."""

SAVED_DOCUMENT = Path("report") / "compare.json"
"""Where a saved comparison keeps its document."""

Documents = str | Path | dict[str, Any]


@dataclass(frozen=True, repr=False, eq=False)
class Report(Answer):
    """A report: its document, its tables, and the page made from both."""

    @cached_property
    def html(self) -> str:
        """One self-contained page."""
        return briefing_page(self.document)

    def write(self, *files: str | Path) -> tuple[Path, ...]:
        """Write the page to files that end in .html or .pdf; returns them."""
        written = []
        for file in map(Path, files):
            _ending(file)
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                if file.suffix.lower() == PDF:
                    write_pdf(briefing_page(self.document, paper=True), file)
                else:
                    file.write_text(self.html, encoding="utf-8")
            except OSError as cause:
                raise RipenessError(
                    f"cannot write {file}: {cause.strerror}", "choose another folder"
                ) from cause
            written.append(file)
        return tuple(written)


def report(
    case: str | Path | Case = "ukraine",
    out: str | Path | Sequence[str | Path] = (),
    *,
    policies: Sequence[str] | str | None = None,
    start: When = None,
    until: When = None,
    members: int = MEMBERS,
    structural_draws: int = DRAWS,
    seed: int = 1,
    prior: bool = False,
    claims: Documents | bool = True,
    discoveries: Documents | Sequence[Documents] = (),
    saved: str | Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """The whole answer as a page that can be handed on.

    Args:
        case: name of a shipped case, or a folder.
        out: files to write, ending in .html or .pdf.
        policies: names, as a list or with commas, or all; those that the case compares by default.
        start: month from which policies act.
        until: last month; the case's by default.
        members: number of futures.
        structural_draws: draws of the bargaining constants; 0 leaves bargaining out.
        seed: counter of the random numbers.
        prior: draw parameters from the priors even where the case ships a posterior.
        claims: whether claims are tested: those of the case; or a file of claims (.yaml) about it; or the document of
            `claims`, or a file of it (.json), which saves the time of testing.
        discoveries: documents of `discover`, or files of them; each answers what would have to be true.
        saved: folder of a saved comparison, in place of policies, months, members, draws and seed.
        threads: threads on this machine; all cores by default. No number depends on it.
        progress: listener of progress.

    Raises:
        CaseFaults: the case or a policy is at fault.
        RipenessError: an option or a file is; the remedy says what to write.
    """
    files = tuple(map(Path, [out] if isinstance(out, str | Path) else out))
    for file in files:
        _ending(file)
    found = [_document(each, "discover") for each in _several(discoveries)]
    loaded = load(case) if isinstance(case, str | Path) else case
    argued = _argument(loaded, claims)
    named = loaded.name if not isinstance(case, str | Path) else str(case)
    with told(progress) as heard:
        if saved is not None:
            result = _from_folder(loaded, Path(saved), threads, heard)
        else:
            result = compare(
                loaded,
                policies,
                start=start,
                until=until,
                members=members,
                seed=seed,
                prior=prior,
                structural_draws=structural_draws,
                threads=threads,
                progress=heard,
            )
        heard.stage("reading the record of talks")
        talks = _talks_of(loaded)
        ledger = _tested(argued, result, structural_draws, threads, heard)
        heard.stage("drawing the months")
        document = _report_document(result, talks, ledger, found)
        document["command"] = _command(
            named,
            {
                "--from": saved,
                "--policies": policies
                if policies is None or isinstance(policies, str)
                else ",".join(policies),
                "--start": start,
                "--until": until,
            }
            | (
                {}
                if saved is not None
                else {"--members": members, "--structural-draws": structural_draws, "--seed": seed}
            )
            | {"--claims": claims if isinstance(claims, str | Path) else None},
            [
                *(["--prior"] if prior and saved is None else []),
                *(["--no-claims"] if claims is False else []),
            ],
            [str(each) for each in _several(discoveries) if isinstance(each, str | Path)],
        )
        made = _report(document, loaded)
        heard.stage("writing the page")
        made.write(*files)
    return made


def report_of(result: Comparison, command: str) -> Report:
    """The report of a comparison that has been made, and the command that makes the comparison again."""
    document = _report_document(result, _talks_of(result.asked.case), None, [])
    document["command"] = command
    return _report(document, result.asked.case)


def _report(document: dict[str, Any], case: Case) -> Report:
    return Report(document, f"{case.name}: report", (), briefing_tables, answer_lines(document))


def _report_document(
    result: Comparison,
    talks: dict[str, Any] | None,
    ledger: dict[str, Any] | None,
    found: list[dict[str, Any]],
) -> dict[str, Any]:
    case = result.asked.case
    document: dict[str, Any] = {
        "schema": "ripeness/report/1",
        "run": dict(result.run.record),
        "title": case.title,
        "policies": policies_document(case, result.run.policies),
        "compare": result.document,
        "fans": fans_document(result),
        "dots": dots_document(result.endgame),
        "talks": talks,
        "claims": ledger,
        "discoveries": found,
        "foundations": foundations(case, talks),
        "other_runs": _other_runs(case, ledger, found),
    }
    document["answer"] = answer_of(document)
    return document


def _ending(file: Path) -> None:
    if file.suffix.lower() not in (*HTML, PDF):
        raise RipenessError(
            f"cannot write a report as {file.name!r}", "name a file that ends in .html or .pdf"
        )


def _several(documents: Documents | Sequence[Documents]) -> Sequence[Documents]:
    return [documents] if isinstance(documents, str | Path | dict) else documents


def _document(given: Documents, kind: str) -> dict[str, Any]:
    """A document as given, or read from the file that `ripeness KIND --json` wrote."""
    if isinstance(given, dict):
        found: Any = given
    else:
        remedy = f"write it with: ripeness {kind} --json > FILE.json"
        try:
            found = json.loads(Path(given).read_text("utf-8"))
        except OSError as cause:
            raise RipenessError(f"cannot read {given}: {cause.strerror}", remedy) from cause
        except ValueError as cause:
            raise RipenessError(f"{given} is no JSON document: {cause}", remedy) from cause
    if not isinstance(found, dict) or str(found.get("schema", "")).split("/")[:2] != ["ripeness", kind]:
        name = "the document" if isinstance(given, dict) else given
        raise RipenessError(f"{name} is no document of {kind}", f"write it with: ripeness {kind} --json")
    return found


def _argument(case: Case, claims: Documents | bool) -> Case | dict[str, Any] | None:
    """The case with the claims to be tested, a ledger made before, or None where there is nothing to test."""
    if claims is False:
        return None
    if claims is True:
        return case if case.claims else None
    if not isinstance(claims, dict) and Path(claims).suffix.lower() in CLAIMS_FILE:
        argued = load(claims)
        if argued.content_hash != case.content_hash:
            raise RipenessError(
                f"{claims} is about case {argued.name}, which is not the one of this report, or not its state",
                f"name the case of this report in it ({case.name}, or its folder), or report {claims} itself",
            )
        return argued
    return _document(claims, "claims")


def _tested(
    argued: Case | dict[str, Any] | None,
    result: Comparison,
    structural_draws: int,
    threads: int | None,
    heard: Progress,
) -> dict[str, Any] | None:
    """The ledger: the one given, or that of the futures and seed of the comparison."""
    from ripeness.api import claim_tests

    if argued is None or isinstance(argued, dict):
        return argued
    run = result.run.record
    return claim_tests.claims(
        argued,
        members=run["members"],
        structural_draws=min(structural_draws, claim_tests.DRAWS) or claim_tests.DRAWS,
        seed=run["seed"],
        prior=result.document["draws"]["from"] == "prior",
        threads=threads,
        progress=heard,
    ).document


def _talks_of(case: Case) -> dict[str, Any] | None:
    """The document of the record of talks; None where the case holds none."""
    from ripeness.api.talks_measured import talks

    return None if case.talks is None else talks(case).document


def _other_runs(case: Case, ledger: dict[str, Any] | None, found: list[dict[str, Any]]) -> list[str]:
    """What a reader must know where documents that were given come from another state of the case."""
    given = [*([("claims", ledger)] if ledger else []), *(("discover", each) for each in found)]
    return [
        f"The document of {kind} was made from another state of the case ({each['run'].get('case')})."
        for kind, each in given
        if each["run"].get("case_hash") != case.content_hash
    ]


def _from_folder(case: Case, folder: Path, threads: int | None, heard: Progress) -> Comparison:
    """A saved comparison again: its futures are read, its endings put together from the parts that it kept."""
    remedy = "save it again with: ripeness compare --out DIR"
    try:
        said = json.loads((folder / SAVED_DOCUMENT).read_text("utf-8"))
    except (OSError, ValueError) as cause:
        raise RipenessError(f"{folder} holds no finished comparison: {cause}", remedy) from cause
    run = load_run(folder)
    record = run.record
    if record["case_hash"] != case.content_hash:
        raise RipenessError(f"{folder} was made from another state of case {case.name}", remedy)
    told_of = said["bargaining"]
    options = Options(
        record["members"], record["seed"], said["draws"]["from"] == "prior", record["dtype"], threads
    )
    asked = _asked_again(case, record, options)
    if asked is None:
        raise RipenessError(f"policies of {folder} are not those of case {case.name} any more", remedy)
    make_ready(case, options.dtype, heard)
    bargaining = Bargaining(
        0 if told_of is None else told_of["structural_draws"], bool(told_of and told_of["equal_budget"])
    )
    return Comparison(
        asked,
        run,
        chosen_metrics(None, run.program),
        _objectives_again(said, run.program),
        endgame=ends_of(asked, bargaining, folder, heard),
    )


def _objectives_again(said: dict[str, Any], program: str) -> tuple[Objective, ...]:
    """The value judgments of a saved document: those of the program with their reasons, where they are the same."""
    usual = chosen_objectives(None, program)
    named = [(each["metric"], each["sense"]) for each in said["objectives"]]
    if named == [(each.metric, each.sense) for each in usual]:
        return usual
    return chosen_objectives([f"{metric}:{sense}" for metric, sense in named], program)


def _asked_again(case: Case, record: Any, options: Options) -> Asked | None:
    """The question of a saved run, asked in each of the ways that a user can; None where none gives its policies."""
    others = [name for name in record["policies"][1:] if name in case.policies]
    if len(others) + 1 != len(record["policies"]):
        return None
    for named, start in product((others or [record["policies"][0]], None), (None, record["start"])):
        asked = ask(case, named, start=start, until=record["until"], options=options)
        same = Posed.of(asked.question).hashes()["policy_hashes"] == record["policy_hashes"]
        if same and str(asked.question.start) == record["start"]:
            return asked
    return None


def _command(
    named: str, options: Mapping[str, object], flags: Sequence[str], discoveries: Sequence[str]
) -> str:
    """The command that makes this report again; documents that were handed over as such are not in it."""
    words = ["ripeness", "report", named]
    for option, value in options.items():
        words += [] if value is None else [option, str(value)]
    words += flags
    for file in discoveries:
        words += ["--discover", file]
    return shlex.join([*words, "--out", "report.html"])
