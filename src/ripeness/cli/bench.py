"""`ripeness bench`: how fast it is, here."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import progress_of, show

Quick = Annotated[bool, typer.Option("--quick", help="Small sizes and few rounds: does it run at all.")]


def command(quick: Quick = False, as_json: o.Json = False, quiet: o.Quiet = False) -> None:
    """Time the model here, beside its peers where they are installed. Needs a checkout of the source.

    Example: ripeness bench --quick
    """
    show(api.bench(quick=quick, progress=progress_of(quiet)), as_json)
