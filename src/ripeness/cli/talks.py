"""`ripeness talks`: what was done at the table, and what came of it."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, show

Simulated = Annotated[
    str | None,
    typer.Option(
        "--policies",
        metavar="A,B",
        help="Measure simulated talks under these policies beside the record.",
        rich_help_panel=o.CHOICE,
    ),
]


def command(
    case: o.Case = "ukraine",
    policies: Simulated = None,
    seed: o.Seed = 1,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Measure a record of talks: process against progress, pressure beside talks, signals of stalling.

    Example: ripeness talks ukraine --policies sequential,simultaneous
    """
    result = api.talks(case, policies=policies, seed=seed, progress=progress_of(quiet))
    show(result, as_json, list(result.tables()), [])
