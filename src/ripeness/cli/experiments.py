"""`ripeness experiments`: dated events, predicted from what was known before them."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.frame import fail_unless
from ripeness.cli.terminal import progress_of, show

Ids = Annotated[
    str | None,
    typer.Option(
        "--id",
        metavar="A,B",
        help="Experiments by id, such as NE6; all by default.",
        rich_help_panel=o.CHOICE,
    ),
]
Cutoff = Annotated[
    str | None,
    typer.Option(
        metavar="YYYY-MM",
        help="Month before which parameters have read the record; each experiment's own by default.",
        rich_help_panel=o.CHOICE,
    ),
]


def command(
    case: o.Case = "ukraine",
    ids: Ids = None,
    cutoff: Cutoff = None,
    members: o.Members = 1024,
    seed: o.Seed = 1,
    out: o.Out = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    threads: o.Threads = None,
) -> None:
    """Predict dated events from evidence before them, score them, and ask placebos.

    Exit code 1: a placebo that must be exactly nothing is not.

    Example: ripeness experiments --id NE6,NE8
    """
    result = api.experiments(
        case,
        ids=ids,
        cutoff=cutoff,
        members=members,
        seed=seed,
        threads=threads,
        progress=progress_of(quiet),
    )
    last = []
    if out is not None:
        result.save(out)
        last = [f"Saved: tables, every prediction and a chart in {out}."]
    show(result, as_json, last=last)
    fail_unless(result.ok)
