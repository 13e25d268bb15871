"""`ripeness new`: begin a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import show

Target = Annotated[
    Path, typer.Argument(metavar="CASE", help="New folder; its name becomes the name of the case.")
]
Title = Annotated[str | None, typer.Option(metavar="TEXT", help="Title of the case in one line.")]
Template = Annotated[str, typer.Option(metavar="CASE", help="Case to copy: a shipped name or a folder.")]


def command(
    target: Target,
    title: Title = None,
    template: Template = "two_states",
    as_json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Begin a case as a copy of one that works.

    Example: ripeness new wars/korea --title "Korea, 1950 to 1953"
    """
    show(api.new(target, title, template), as_json)
