"""`ripeness check`: everything that is wrong with a case."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.frame import fail_unless
from ripeness.cli.terminal import progress_of, show

Levers = Annotated[
    bool,
    typer.Option(
        "--levers/--no-levers", help="Also look for levers that move nothing, by simulating without each."
    ),
]


def command(
    case: o.Case = "ukraine", levers: Levers = True, as_json: o.Json = False, quiet: o.Quiet = False
) -> None:
    """List every fault of a case at once, with file, line and remedy.

    Exit code 0: sound; 1: a lever moves nothing; 2: the files are at fault.

    Example: ripeness check my_war
    """
    result = api.check(case, levers=levers, progress=progress_of(quiet))
    document = result.document
    tables = [table for table in result.tables() if table.name == "quality"]
    show(
        result, as_json, tables, [said(fault) for fault in (*document["faults"], *_remarks(document, quiet))]
    )
    fail_unless(result.ok, document["readable"])


def _remarks(document: dict, quiet: bool) -> list[dict]:
    return (
        []
        if quiet
        else [{**remark, "problem": f"remark: {remark['problem']}"} for remark in document["remarks"]]
    )


def said(fault: dict) -> str:
    """A fault in one line: place, key, problem, value, remedy."""
    place = fault["file"] if fault["line"] is None else f"{fault['file']}:{fault['line']}"
    key = f"{fault['key']}: " if fault["key"] else ""
    value = "" if fault["value"] is None else f" (value: {fault['value']})"
    return f"{place}: {key}{fault['problem']}{value}. Remedy: {fault['remedy']}."
