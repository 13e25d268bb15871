"""`ripeness compare`: the main job."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, saved, show

Policies = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="Policies, beside as_enacted; those that the case compares by default, or all.",
        rich_help_panel=o.CHOICE,
    ),
]
Aim = Annotated[
    list[str] | None,
    typer.Option(
        "--objective",
        metavar="METRIC:lower|higher",
        help="A value judgment for regret and 'lowest'; may be given again.",
        rich_help_panel=o.CHOICE,
    ),
]

Structural = Annotated[
    int,
    typer.Option(
        "--structural-draws",
        metavar="N",
        help="Draws of the bargaining constants for which the game is solved; 0 leaves bargaining out.",
        rich_help_panel=o.CHOICE,
    ),
]
EqualBudget = Annotated[
    bool,
    typer.Option(
        "--equal-budget",
        help="Scale the pressing policies so that all spend the same; takes several rounds.",
        rich_help_panel=o.CHOICE,
    ),
]

Link = Annotated[
    str | None,
    typer.Option(
        metavar="LINK",
        help="A share link of the lab, in place of case, policies, months, members and seed.",
        rich_help_panel=o.CHOICE,
    ),
]


def command(
    case: o.Case = "ukraine",
    policies: Policies = None,
    start: o.Start = None,
    until: o.Until = None,
    objective: Aim = None,
    structural_draws: Structural = 64,
    equal_budget: EqualBudget = False,
    link: Link = None,
    members: o.Members = 1000,
    seed: o.Seed = 1,
    prior: o.Prior = False,
    metrics: o.Metrics = None,
    out: o.Out = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    dtype: o.Dtype = "float32",
    threads: o.Threads = None,
    cluster: o.Cluster = None,
) -> None:
    """Put policies side by side on the same possible futures.

    Example: ripeness compare --policies sequential,simultaneous --start 2027-01 --out out/first
    """
    result = api.compare(
        case,
        policies,
        start=start,
        until=until,
        metrics=metrics,
        objectives=objective or None,
        members=members,
        seed=seed,
        prior=prior,
        out=out,
        dtype=dtype,
        threads=threads,
        cluster=cluster,
        structural_draws=structural_draws,
        equal_budget=equal_budget,
        link=link,
        progress=progress_of(quiet),
    )
    tables = result.headlines() if metrics is None else result.tables()
    hidden = len(result.tables()) - len(tables)
    last = [f"More: {hidden} further tables with --metrics all; everything with --json."] if hidden else []
    show(result, as_json, tables, [*last, *saved(out)])
