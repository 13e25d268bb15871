"""`ripeness verify`: prove a saved run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.check import said
from ripeness.cli.frame import fail_unless
from ripeness.cli.terminal import progress_of, show

Folder = Annotated[
    Path, typer.Argument(metavar="RUN", help="Folder of a saved run (--out of run or compare).")
]
Recompute = Annotated[bool, typer.Option("--recompute", help="Simulate part of the run again and compare.")]


def command(
    folder: Folder, recompute: Recompute = False, as_json: o.Json = False, quiet: o.Quiet = False
) -> None:
    """Compare a saved run with its hashes and, if asked, with itself simulated again.

    Exit code 0: certified; 1: it says something else than it did; 2: missing, cut off or unfinished.

    Example: ripeness verify out/first --recompute
    """
    result = api.verify(folder, recompute=recompute, progress=progress_of(quiet))
    tables = result.tables() if result.ok else ()
    show(result, as_json, tables, [said(fault) for fault in result.document["faults"]])
    fail_unless(result.ok, result.document["readable"])
