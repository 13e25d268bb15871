"""`ripeness gradient`: which lever, and when, moves a metric most."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, show

Policy = Annotated[
    str,
    typer.Option(metavar="NAME", help="The policy whose levers are stepped.", rich_help_panel=o.CHOICE),
]
Metric = Annotated[
    str,
    typer.Option("--metric", "-m", metavar="M", help="A metric of the world.", rich_help_panel=o.CHOICE),
]
Files = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write the document and tables here.", rich_help_panel=o.OUTPUT),
]


def command(
    case: o.Case = "ukraine",
    policy: Policy = "as_enacted",
    metric: Metric = "oil_gas_revenue_rub_trn",
    start: o.Start = None,
    until: o.Until = None,
    members: o.Members = 4096,
    seed: o.Seed = 1,
    prior: o.Prior = False,
    out: Files = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    dtype: o.Dtype = "float64",
    threads: o.Threads = None,
) -> None:
    """What a small step of each lever in each month does to a metric; all of them in one sweep.

    Example: ripeness gradient --policy sequential --metric oil_gas_revenue_rub_trn
    """
    result = api.gradient(
        case,
        policy,
        metric,
        start=start,
        until=until,
        members=members,
        seed=seed,
        prior=prior,
        dtype=dtype,
        threads=threads,
        progress=progress_of(quiet),
    )
    last = []
    if out is not None:
        result.save(out)
        last = [f"Saved: the document and tables in {out}."]
    show(result, as_json, last=last)
