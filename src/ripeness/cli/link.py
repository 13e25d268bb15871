"""`ripeness link`: share links of the lab."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import show

Text = Annotated[
    str, typer.Argument(metavar="LINK", help="A link to begin with, or what stands after its question mark.")
]
Case = Annotated[
    str | None, typer.Option("--case", metavar="NAME", help="A shipped case.", rich_help_panel=o.CHOICE)
]
Policy = Annotated[
    str | None, typer.Option(metavar="NAME", help="Policy to begin with.", rich_help_panel=o.CHOICE)
]
Levers = Annotated[
    list[str] | None,
    typer.Option(
        "--lever",
        metavar="NAME=VALUE",
        help="A lever held at a value; NAME.at=YYYY-MM and NAME.over=MONTHS say from when and how fast.",
        rich_help_panel=o.CHOICE,
    ),
]
Assume = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE", help="An assumption fixed at a value in every future.", rich_help_panel=o.CHOICE
    ),
]
Beside = Annotated[
    str | None,
    typer.Option(
        "--with", metavar="A,B", help="Policies drawn beside, three at most.", rich_help_panel=o.CHOICE
    ),
]
Members = Annotated[
    int | None, typer.Option(metavar="N", help="Number of futures.", rich_help_panel=o.FUTURES)
]
Seed = Annotated[
    int | None, typer.Option(metavar="N", help="Counter of the random numbers.", rich_help_panel=o.FUTURES)
]
Address = Annotated[str, typer.Option(metavar="URL", help="Address of the lab.", rich_help_panel=o.OUTPUT)]
Written = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE.yaml",
        help="Write the policy, for compare --policies FILE.",
        rich_help_panel=o.OUTPUT,
    ),
]


def command(
    text: Text = "",
    case: Case = None,
    policy: Policy = None,
    lever: Levers = None,
    assume: Assume = None,
    beside: Beside = None,
    start: o.Start = None,
    until: o.Until = None,
    members: Members = None,
    seed: Seed = None,
    address: Address = "http://127.0.0.1:8765/",
    out: Written = None,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Print the share link of some settings, or say what a link asks.

    Example: ripeness link --policy sequential --lever waiver=0.3 --lever waiver.at=2026-12
    """
    result = api.link(
        text,
        case=case,
        policy=policy,
        levers=lever,
        assume=assume,
        beside=beside,
        start=start,
        until=until,
        members=members,
        seed=seed,
        address=address,
        out=out,
    )
    show(result, as_json, None, [] if out is None else [f"Saved: the policy in {out}."])
