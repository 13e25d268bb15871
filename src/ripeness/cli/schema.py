"""`ripeness schema`: what a file of a case may hold."""

from __future__ import annotations

from typing import Annotated

import typer

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import show

Kind = Annotated[
    str | None, typer.Argument(metavar="KIND", help="case, parameters, instrument, policy, series or tests.")
]


def command(kind: Kind = None, as_json: o.Json = False, quiet: o.Quiet = False) -> None:
    """Print the JSON Schema of a kind of file, for editors; without KIND, list the kinds.

    Example: ripeness schema policy > policy.schema.json
    """
    result = api.schema(kind)
    show(result, as_json or kind is not None)
