"""`ripeness search`: policies that no other beats in every aim, and signposts of the one under way."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, show

Space = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="Search space of the case, or a file; the case's first by default.",
        rich_help_panel=o.CHOICE,
    ),
]
Aim = Annotated[
    list[str] | None,
    typer.Option(
        "--objective",
        metavar="METRIC:lower|higher[:X]",
        help="An aim, and from which value on a future is good enough; may be given again. Those of the space by "
        "default.",
        rich_help_panel=o.CHOICE,
    ),
]
Signposts = Annotated[
    bool,
    typer.Option(
        "--signposts",
        help="In place of a search: what warns that the policy under way will miss its aims, and what could follow.",
        rich_help_panel=o.CHOICE,
    ),
]
Generations = Annotated[
    int | None,
    typer.Option(metavar="N", help="Rounds; 40, or 8 with metrics of endings.", rich_help_panel=o.FUTURES),
]
Population = Annotated[
    int | None,
    typer.Option(metavar="N", help="Policies a round; 64, or 16.", rich_help_panel=o.FUTURES),
]
HeldOut = Annotated[
    int,
    typer.Option(
        "--held-out",
        metavar="N",
        help="Futures that the search does not see, on which its policies are valued again.",
        rich_help_panel=o.FUTURES,
    ),
]
Structural = Annotated[
    int,
    typer.Option(
        "--structural-draws",
        metavar="N",
        help="Draws of the bargaining constants, for metrics of endings; twice as many others are held out.",
        rich_help_panel=o.FUTURES,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Fail where the folder holds no search to go on with; without it one is begun.",
        rich_help_panel=o.OUTPUT,
    ),
]


def command(
    case: o.Case = "ukraine",
    space: Space = None,
    objective: Aim = None,
    signposts: Signposts = False,
    start: o.Start = None,
    until: o.Until = None,
    generations: Generations = None,
    population: Population = None,
    members: o.Members = 256,
    held_out: HeldOut = 1024,
    structural_draws: Structural = 16,
    prior: o.Prior = False,
    seed: o.Seed = 1,
    out: o.Out = None,
    resume: Resume = False,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    dtype: o.Dtype = "float32",
    threads: o.Threads = None,
) -> None:
    """Search a space of policies for trade-offs; value what is found on futures set apart.

    Example: ripeness search --objective oil_gas_revenue_rub_trn:lower --objective effort_price_usd_bn:lower --out found
    """
    result = api.search(
        case,
        space,
        objectives=objective or None,
        generations=generations,
        population=population,
        members=members,
        held_out=held_out,
        structural_draws=structural_draws,
        signposts=signposts,
        start=start,
        until=until,
        prior=prior,
        seed=seed,
        out=out,
        resume=resume,
        dtype=dtype,
        threads=threads,
        progress=progress_of(quiet),
    )
    last = []
    if out is not None:
        last = [f"Saved: tables, chart and policy files in {out}."]
        if not signposts:
            last.append(f"Compare: ripeness compare {case} --policies {out}/policies/FILE.yaml")
    tables = [table for table in result.tables() if not table.further]
    hidden = len(result.tables()) - len(tables)
    if hidden:
        last.append(f"More: criteria and convergence in {hidden} further tables with --out; all with --json.")
    show(result, as_json, tables, last=last)
