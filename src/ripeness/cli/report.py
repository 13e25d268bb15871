"""`ripeness report`: the whole answer as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.compare import Structural
from ripeness.cli.terminal import progress_of, show

Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="File to write, .html or .pdf; may be given twice.",
        rich_help_panel=o.OUTPUT,
    ),
]
Policies = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="Policies to put side by side, or 'all'; those that the case compares by default.",
        rich_help_panel=o.CHOICE,
    ),
]
Claims = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Claims to test: a file of claims (.yaml), or a ledger that `ripeness claims --json` wrote, which takes "
        "no time. By default the case's own claims are tested.",
        rich_help_panel=o.CHOICE,
    ),
]
NoClaims = Annotated[bool, typer.Option("--no-claims", help="Test no claims.", rich_help_panel=o.CHOICE)]
Discoveries = Annotated[
    list[Path] | None,
    typer.Option(
        "--discover",
        metavar="FILE",
        help="What `ripeness discover --json` wrote; may be given several times.",
        rich_help_panel=o.CHOICE,
    ),
]
Saved = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="DIR",
        help="Folder of a saved comparison, which says policies, months and futures itself.",
        rich_help_panel=o.CHOICE,
    ),
]


def command(
    case: o.Case = "ukraine",
    out: Files = None,
    policies: Policies = None,
    start: o.Start = None,
    until: o.Until = None,
    saved: Saved = None,
    claims: Claims = None,
    no_claims: NoClaims = False,
    discover: Discoveries = None,
    members: o.Members = 1000,
    structural_draws: Structural = 64,
    seed: o.Seed = 1,
    prior: o.Prior = False,
    as_json: o.Json = False,
    quiet: o.Quiet = False,
    threads: o.Threads = None,
) -> None:
    """Write the whole answer as one page: HTML that opens anywhere, or a tagged PDF.

    CASE may be a file of claims too: the report is then on the case that it names, with its claims.

    Example: ripeness report ukraine --out report.html --out report.pdf
    """
    result = api.report(
        case,
        out or (),
        policies=policies,
        start=start,
        until=until,
        members=members,
        structural_draws=structural_draws,
        seed=seed,
        prior=prior,
        claims=False if no_claims else True if claims is None else claims,
        discoveries=discover or (),
        saved=saved,
        threads=threads,
        progress=progress_of(quiet),
    )
    written = [f"Written: {file} ({file.stat().st_size / 1e6:.1f} MB)." for file in out or ()]
    show(
        result,
        as_json,
        last=written or ["Nothing was written; name a file with --out FILE.html or FILE.pdf."],
    )
