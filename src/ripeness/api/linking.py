"""Share links for terminals and notebooks: print the link of any settings, open any link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.api.lab_futures import WarmFutures
from ripeness.api.results import Answer, run_block
from ripeness.api.share_link import (
    MINE,
    Link,
    link_from,
    link_text,
    model_digest,
    pairs_of,
    policy_file,
    read_link,
)
from ripeness.api.simulation import Asked, Options
from ripeness.base import RipenessError, suggestion
from ripeness.case import load, shipped
from ripeness.report import Column, Table

if TYPE_CHECKING:
    from ripeness.case import Case

LAB = "http://127.0.0.1:8765/"
"""Where `ripeness serve` answers unless told otherwise."""


def link(
    text: str = "",
    *,
    case: str | None = None,
    policy: str | None = None,
    levers: Mapping[str, str | float] | Sequence[str] | None = None,
    assume: Mapping[str, str | float] | Sequence[str] | None = None,
    beside: Sequence[str] | str | None = None,
    start: str | None = None,
    until: str | None = None,
    members: int | None = None,
    seed: int | None = None,
    address: str = LAB,
    out: str | Path | None = None,
) -> Answer:
    """The share link of some settings, or of another link with these settings changed.

    Args:
        text: a link to begin with: an address, or what stands after its question mark.
        case: name of a shipped case.
        policy: policy from which the settings begin.
        levers: values by lever, or `lever=value`, `lever.at=YYYY-MM`, `lever.over=MONTHS`.
        assume: values at which assumptions are fixed, by parameter, or `parameter=value`.
        beside: policies drawn beside, at most three.
        start: month from which policies act.
        until: last month.
        members: number of futures.
        seed: counter of the random numbers.
        address: address of a lab, for the whole link.
        out: file into which the link's policy is written, for `compare --policies FILE`.

    Raises:
        CaseFaults: something in the link is at fault; every fault is listed.
    """
    said = dict(pairs_of(text))
    for key, value in (
        ("case", case),
        ("from", policy),
        ("start", start),
        ("until", until),
        ("n", members),
        ("seed", seed),
        ("with", beside if beside is None or isinstance(beside, str) else ",".join(beside)),
    ):
        if value is not None:
            said[key] = str(value)
    said |= {f"l.{key}": value for key, value in _entries(levers, "lever")}
    said |= {f"a.{key}": value for key, value in _entries(assume, "parameter")}
    found = link_from(list(said.items()), case_named)
    loaded = case_named(found.case)
    document = link_document(found, loaded, address)
    if out is not None:
        try:
            Path(out).write_text(document["policy"], encoding="utf-8")
        except OSError as cause:
            raise RipenessError(f"cannot write {out}: {cause.strerror}", "choose another file") from cause
    return Answer(document, document["link"], tuple(document["moves"]), _tables, _lines(document))


def link_document(found: Link, loaded: Case, address: str = LAB) -> dict[str, Any]:
    """A link in its one order, what it asks, its policy as a file, and lines that give the same numbers."""
    query = link_text(found, loaded)
    return {
        "schema": "ripeness/link/1",
        "run": run_block(
            case=loaded.name,
            case_hash=loaded.content_hash,
            data_as_of=str(loaded.data_until),
            seed=found.seed,
            members=found.members,
            start=str(found.start),
            until=str(found.until),
        ),
        "link": query,
        "address": f"{address.rstrip('/')}/?{query}",
        "model": model_digest(),
        "pinned": found.model,
        "fits": fits(found),
        "moves": [
            {"lever": each.lever, "value": each.value, "at": str(each.at or found.start), "over": each.over}
            for each in found.moves
        ],
        "from": found.base,
        "assumptions": dict(found.assumptions),
        "with": list(found.beside),
        "policy": policy_file(found, loaded),
        "command": command_of(found, loaded),
        "python": snippet(found, loaded),
    }


def fits(found: Link) -> bool:
    """Whether the link was made with this model; one that names no model always fits."""
    return found.model is None or model_digest().startswith(found.model)


def asked_by_link(
    text: str, *, dtype: str = "float32", threads: int | None = None, cluster: str | None = None
) -> Asked:
    """The question of a link, ready to run."""
    found = read_link(text, case_named)
    asked = WarmFutures(case_named(found.case)).asked(found)
    return replace(asked, options=Options(found.members, found.seed, False, dtype, threads, cluster))


def snippet(found: Link, case: Case) -> str:
    """Lines of Python that give the same numbers."""
    return (
        "import ripeness\n\n"
        f'link = "{link_text(found.question, case)}"\n'
        "result = ripeness.compare(link=link, structural_draws=0)\n"
        f'print(result.document["policies"]["{MINE}"]["metrics"])\n'
    )


def command_of(found: Link, case: Case) -> str:
    """The command that gives the same numbers."""
    return f"ripeness compare --link '{link_text(found.question, case)}'"


def case_named(name: str) -> Case:
    """A shipped case by its name; a link never names a path."""
    if name not in shipped():
        raise RipenessError(f"there is no case {name[:60]!r}", suggestion(name, shipped(), "case"))
    return load(name)


def _entries(given: Mapping[str, Any] | Sequence[str] | None, what: str) -> list[tuple[str, str]]:
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [(key, value if isinstance(value, str) else f"{value:.12g}") for key, value in given.items()]
    found = []
    for each in given:
        key, sign, value = each.partition("=")
        if not sign:
            raise RipenessError(f"{each!r} is no setting", f"write {what}=value")
        found.append((key.strip(), value.strip()))
    return found


def _lines(document: dict[str, Any]) -> tuple[str, ...]:
    said = [document["address"]]
    if not document["fits"]:
        said.append(
            f"The link was made with model {document['pinned']}; this is {document['model'][:12]}. "
            "Numbers may differ."
        )
    return tuple(said)


def _tables(document: dict[str, Any]) -> tuple[Table, ...]:
    columns = (
        Column("lever", "Lever", text=True),
        Column("value", "Value"),
        Column("at", "From", text=True),
        Column("over", "Ramp, months"),
    )
    rows = tuple((row["lever"], row["value"], row["at"], row["over"]) for row in document["moves"])
    fixed = tuple(document["assumptions"].items())
    named = (Column("parameter", "Parameter", text=True), Column("value", "Value"))
    return (
        *((Table("moves", "Levers set by hand", columns, rows),) if rows else ()),
        *((Table("assumptions", "Assumptions fixed", named, fixed),) if fixed else ()),
    )
