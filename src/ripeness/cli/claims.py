"""`ripeness claims`: a text claim by claim."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, show

Case = Annotated[
    str,
    typer.Argument(
        metavar="CASE|FILE", help="Name of a shipped case, a folder, or a file of claims that names its case."
    ),
]
Ids = Annotated[
    str | None,
    typer.Option(
        "--id", metavar="A,B", help="Claims such as C14,C21; all by default.", rich_help_panel=o.CHOICE
    ),
]
Why = Annotated[
    bool,
    typer.Option("--why", help="Also show every part and reading, and each model.", rich_help_panel=o.OUTPUT),
]
Structural = Annotated[
    int,
    typer.Option(
        "--structural-draws",
        metavar="N",
        help="Draws of the bargaining constants, for models of endings.",
        rich_help_panel=o.FUTURES,
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Write the document and the tables (CSV, HTML) here.",
        rich_help_panel=o.OUTPUT,
    ),
]


def command(
    case: Case = "ukraine",
    ids: Ids = None,
    why: Why = False,
    members: o.Members = 1000,
    structural_draws: Structural = 32,
    seed: o.Seed = 1,
    prior: o.Prior = False,
    out: Folder = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    threads: o.Threads = None,
) -> None:
    """Test an argument claim by claim: verdict, the number that decides, and what would turn it.

    Example: ripeness claims ukraine --id C14,C21,C38 --why
    """
    result = api.claims(
        case,
        ids=ids,
        members=members,
        structural_draws=structural_draws,
        seed=seed,
        prior=prior,
        threads=threads,
        progress=progress_of(quiet),
    )
    last = []
    if out is not None:
        result.save(out)
        last.append(f"Saved: document and tables in {out}.")
    show(result, as_json, [table for table in result.tables() if why or not table.further], last)
