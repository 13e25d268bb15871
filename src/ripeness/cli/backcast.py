"""`ripeness backcast`: was it any good in the past."""

from __future__ import annotations

from pathlib import Path
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
Events = Annotated[
    bool,
    typer.Option(
        "--events",
        help="Also ask whether the war ends, beside dated odds of others.",
        rich_help_panel=o.CHOICE,
    ),
]
Charts = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Write tables, every forecast (CSV) and PIT histograms (SVG, PNG) here.",
        rich_help_panel=o.OUTPUT,
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
    events: Events = False,
    members: o.Members = 1024,
    particles: Particles = 512,
    seed: o.Seed = 1,
    out: Charts = None,
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
        events=events,
        members=members,
        particles=particles,
        seed=seed,
        threads=threads,
        progress=progress_of(quiet),
    )
    last = ["Intervals, their bands and PIT counts of each series: --json, or in the tables of --out DIR."]
    if out is not None:
        result.save(out)
        last.append(f"Saved: tables, every forecast and charts in {out}.")
    show(result, as_json, [table for table in result.tables() if not table.further], last)
