"""`ripeness backcast`: was it any good in the past."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, show

Origins = Annotated[
    str | None,
    typer.Option(
        metavar="A:B[:STEP]",
        help="Months from which to forecast, every second by default.",
        rich_help_panel=o.CHOICE,
    ),
]
Horizons = Annotated[
    str,
    typer.Option(metavar="1,3,6,12", help="Months ahead; 1 is the origin itself.", rich_help_panel=o.CHOICE),
]
Mode = Annotated[
    str,
    typer.Option(
        metavar="conditional|unconditional",
        help="Whether later instruments and Brent are given.",
        rich_help_panel=o.CHOICE,
    ),
]
Particles = Annotated[
    int, typer.Option(metavar="N", help="Draws of each fit as of an origin.", rich_help_panel=o.FUTURES)
]


def command(
    case: o.Case = "ukraine",
    origins: Origins = None,
    horizons: Horizons = "1,3,6,12",
    mode: Mode = "conditional",
    members: o.Members = 1024,
    particles: Particles = 512,
    seed: o.Seed = 1,
    out: o.Out = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    threads: o.Threads = None,
) -> None:
    """Forecast from past months with what was known then, and score it against simple baselines.

    Example: ripeness backcast --origins 2025-01:2025-12 --horizons 1,6
    """
    result = api.backcast(
        case,
        origins=origins,
        horizons=horizons,
        mode=mode,
        members=members,
        particles=particles,
        seed=seed,
        threads=threads,
        progress=progress_of(quiet),
    )
    last = []
    if out is not None:
        result.save(out)
        last = [f"Saved: tables and every forecast in {out}."]
    show(result, as_json, last=last)
