"""`ripeness sensitivity`: which inputs decide, and what knowing more would be worth."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, show

Policy = Annotated[
    str | None,
    typer.Option(
        metavar="P",
        help="Policy looked at; by default one of the two orders of talks and pressure.",
        rich_help_panel=o.CHOICE,
    ),
]
Than = Annotated[
    str | None, typer.Option(metavar="Q", help="Policy that it is held against.", rich_help_panel=o.CHOICE)
]
Metric = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        "-m",
        metavar="M",
        help="A metric, of the world or of endings; may be given again. A few by default.",
        rich_help_panel=o.CHOICE,
    ),
]
Inputs = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="Parameters looked at one by one; by default the 40 that matter most in a first look.",
        rich_help_panel=o.CHOICE,
    ),
]
Aim = Annotated[
    list[str] | None,
    typer.Option(
        "--objective",
        metavar="METRIC:lower|higher",
        help="A value judgment, for regret and the value of information; may be given again.",
        rich_help_panel=o.CHOICE,
    ),
]
Wait = Annotated[
    str,
    typer.Option(
        metavar="3,6,12", help="Months that a decision might wait; '' for none.", rich_help_panel=o.CHOICE
    ),
]
Signposts = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="Outputs watched while waiting; those that charts show by default.",
        rich_help_panel=o.CHOICE,
    ),
]
Samples = Annotated[
    int,
    typer.Option(metavar="N", help="Futures of each matrix of Sobol indices.", rich_help_panel=o.FUTURES),
]
Structural = Annotated[
    int,
    typer.Option(
        "--structural-draws",
        metavar="N",
        help="Draws of the bargaining constants, for metrics of endings.",
        rich_help_panel=o.FUTURES,
    ),
]
Prior = Annotated[
    bool,
    typer.Option(
        "--prior/--posterior",
        help="Where parameters are drawn from; the case's posterior by default, if it ships one.",
        rich_help_panel=o.FUTURES,
    ),
]


def command(
    case: o.Case = "ukraine",
    policy: Policy = None,
    than: Than = None,
    metric: Metric = None,
    inputs: Inputs = None,
    objective: Aim = None,
    wait: Wait = "3,6,12",
    signposts: Signposts = None,
    start: o.Start = None,
    until: o.Until = None,
    samples: Samples = 1024,
    members: o.Members = 4096,
    structural_draws: Structural = 128,
    prior: Prior = False,
    seed: o.Seed = 1,
    out: o.Out = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    dtype: o.Dtype = "float32",
    threads: o.Threads = None,
) -> None:
    """Say which inputs decide between two policies, and what knowing more first would be worth.

    Example: ripeness sensitivity --policy simultaneous --than sequential -m oil_gas_revenue_rub_trn
    """
    result = api.sensitivity(
        case,
        policy,
        than,
        metrics=metric or None,
        inputs=inputs,
        objectives=objective or None,
        samples=samples,
        members=members,
        prior=prior,
        wait=wait,
        signposts=signposts,
        start=start,
        until=until,
        structural_draws=structural_draws,
        seed=seed,
        dtype=dtype,
        threads=threads,
        progress=progress_of(quiet),
    )
    last = []
    if out is not None:
        result.save(out)
        last = [f"Saved: tables and charts in {out}."]
    tables = [table for table in result.tables() if not table.further]
    hidden = len(result.tables()) - len(tables)
    if hidden:
        last.append(
            f"More: levels and regrets in {hidden} further tables with --out; everything with --json."
        )
    show(result, as_json, tables, last=last)
