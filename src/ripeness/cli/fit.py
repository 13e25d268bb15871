"""`ripeness fit`: let the record speak."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, show

Cutoff = Annotated[
    str | None,
    typer.Option(
        metavar="YYYY-MM",
        help="Month before which the record is read; all of it by default.",
        rich_help_panel=o.CHOICE,
    ),
]
Part = Annotated[
    str | None,
    typer.Option(
        metavar="PART",
        help="money or war; by default every part that the case's program has.",
        rich_help_panel=o.CHOICE,
    ),
]
Coupled = Annotated[
    bool,
    typer.Option(
        "--coupled",
        help="Fit money and war to both records at once, and show what moves.",
        rich_help_panel=o.CHOICE,
    ),
]
Particles = Annotated[int, typer.Option(metavar="N", help="Draws of one run.", rich_help_panel=o.FUTURES)]
Repeats = Annotated[
    int,
    typer.Option(
        metavar="N", help="Independent runs, pooled; their agreement is reported.", rich_help_panel=o.FUTURES
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder for the draws; the case's own by default.",
        rich_help_panel=o.OUTPUT,
    ),
]


def command(
    case: o.Case = "ukraine",
    cutoff: Cutoff = None,
    part: Part = None,
    coupled: Coupled = False,
    particles: Particles = 2048,
    repeats: Repeats = 4,
    seed: o.Seed = 1,
    out: Folder = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    threads: o.Threads = None,
) -> None:
    """Fit the parameters to the record and save the draws for later runs. Takes minutes.

    Example: ripeness fit --cutoff 2025-01 --out out/fit
    """
    result = api.fit(
        case,
        cutoff=cutoff,
        part=part,
        coupled=coupled,
        particles=particles,
        repeats=repeats,
        seed=seed,
        out=out,
        threads=threads,
        progress=progress_of(quiet),
    )
    show(result, as_json)
