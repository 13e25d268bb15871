"""`ripeness run`: one policy."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, saved, show

Policy = Annotated[
    str, typer.Option(metavar="NAME", help="The policy, beside as_enacted.", rich_help_panel=o.CHOICE)
]


def command(
    case: o.Case = "ukraine",
    policy: Policy = "as_enacted",
    start: o.Start = None,
    until: o.Until = None,
    members: o.Members = 1000,
    seed: o.Seed = 1,
    prior: o.Prior = False,
    metrics: o.Metrics = "all",
    out: o.Out = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    dtype: o.Dtype = "float32",
    threads: o.Threads = None,
    cluster: o.Cluster = None,
) -> None:
    """Simulate one policy: summary, and with --out a saved run.

    Example: ripeness run --policy talks_only --start 2026-10 --out out/talks
    """
    result = api.run(
        case,
        policy,
        start=start,
        until=until,
        metrics=metrics,
        members=members,
        seed=seed,
        prior=prior,
        out=out,
        dtype=dtype,
        threads=threads,
        cluster=cluster,
        progress=progress_of(quiet),
    )
    show(result, as_json, last=saved(out))
