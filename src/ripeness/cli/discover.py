"""`ripeness discover`: what would have to be true."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, show

Claim = Annotated[
    str | None, typer.Option(metavar="ID", help="A claim of the case, such as C24.", rich_help_panel=o.CHOICE)
]
Better = Annotated[
    str | None,
    typer.Option(metavar="P", help="In place of a claim: the policy asked about.", rich_help_panel=o.CHOICE),
]
Than = Annotated[
    str | None,
    typer.Option(
        metavar="Q", help="Policy that it is held against; as_enacted by default.", rich_help_panel=o.CHOICE
    ),
]
Metric = Annotated[
    str | None, typer.Option("--metric", "-m", metavar="M", help="Metric by which.", rich_help_panel=o.CHOICE)
]
Least = Annotated[
    float, typer.Option(metavar="X", help="By how much, in the metric's unit.", rich_help_panel=o.CHOICE)
]
Sense = Annotated[
    str | None,
    typer.Option(
        metavar="lower|higher",
        help="What counts as better, where the metric has no aim.",
        rich_help_panel=o.CHOICE,
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="world, or models of how the war ends: m1, r1, r2, n0; those of the claim by default.",
        rich_help_panel=o.CHOICE,
    ),
]
Readings = Annotated[
    str,
    typer.Option(
        metavar="first|all|NAME",
        help="The claim as it stands, its milder and stricter readings too, or one of these.",
        rich_help_panel=o.CHOICE,
    ),
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
Mass = Annotated[
    float,
    typer.Option(metavar="X", help="Least share of futures that a box holds.", rich_help_panel=o.FUTURES),
]
Resamples = Annotated[
    int, typer.Option(metavar="N", help="Resamples in which a box must come back.", rich_help_panel=o.FUTURES)
]
Charts = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Write the document, tables (CSV) and charts of boxes (SVG, PNG) here.",
        rich_help_panel=o.OUTPUT,
    ),
]


def command(
    case: o.Case = "ukraine",
    claim: Claim = None,
    better: Better = None,
    than: Than = None,
    metric: Metric = None,
    by_at_least: Least = 0.0,
    sense: Sense = None,
    model: Model = None,
    readings: Readings = "first",
    start: o.Start = None,
    until: o.Until = None,
    members: o.Members = 4096,
    structural_draws: Structural = 128,
    min_mass: Mass = 0.05,
    resamples: Resamples = 50,
    seed: o.Seed = 1,
    prior: o.Prior = False,
    out: Charts = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    threads: o.Threads = None,
) -> None:
    """Find the conditions under which a claim holds, or one policy is better than another.

    Example: ripeness discover --claim C24 --readings all
    """
    result = api.discover(
        case,
        claim=claim,
        better=better,
        than=than,
        metric=metric,
        by_at_least=by_at_least,
        sense=sense,
        models=model,
        readings=readings,
        start=start,
        until=until,
        members=members,
        structural_draws=structural_draws,
        min_mass=min_mass,
        resamples=resamples,
        seed=seed,
        prior=prior,
        threads=threads,
        progress=progress_of(quiet),
    )
    last = [
        "Limits are those of this model and this sample; prior-driven inputs may lie anywhere in their priors."
    ]
    if out is not None:
        result.save(out)
        last.append(f"Saved: document, tables and charts in {out}.")
    show(result, as_json, [table for table in result.tables() if not table.further], last)
