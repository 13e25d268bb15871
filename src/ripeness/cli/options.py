"""Arguments and options that commands share, each with its words in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

OUTPUT, CHOICE, FUTURES, MACHINE = "Output", "What is asked", "Futures", "Machine"

Case = Annotated[str, typer.Argument(metavar="CASE", help="Name of a shipped case, or a folder.")]
Json = Annotated[
    bool,
    typer.Option(
        "--json", help="Print one JSON document on stdout and nothing else.", rich_help_panel=OUTPUT
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.", rich_help_panel=OUTPUT)]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Save the run, its tables (CSV) and fan charts (SVG, PNG) here; an interrupted run goes on.",
        rich_help_panel=OUTPUT,
    ),
]
Metrics = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="Metrics to show, or 'all'; a few by default.", rich_help_panel=OUTPUT),
]
Start = Annotated[
    str | None,
    typer.Option(
        metavar="YYYY-MM",
        help="Month from which policies act and months count; by default each policy has its own, or the case's.",
        rich_help_panel=CHOICE,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM", help="Last month; the case's by default.", rich_help_panel=CHOICE),
]
Members = Annotated[int, typer.Option(metavar="N", help="Number of futures.", rich_help_panel=FUTURES)]
Seed = Annotated[
    int, typer.Option(metavar="N", help="Counter of the random numbers.", rich_help_panel=FUTURES)
]
Prior = Annotated[
    bool,
    typer.Option(
        "--prior",
        help="Draw parameters from the priors even where the case ships a posterior.",
        rich_help_panel=FUTURES,
    ),
]
Dtype = Annotated[
    str, typer.Option(metavar="float32|float64", help="Precision of the engine.", rich_help_panel=MACHINE)
]
Threads = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Threads; all cores by default. No number depends on it.",
        rich_help_panel=MACHINE,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Address of a dask scheduler, such as tcp://host:8786; needs --out.",
        rich_help_panel=MACHINE,
    ),
]
