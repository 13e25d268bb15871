"""`ripeness cases`: what wars there are."""

from __future__ import annotations

from ripeness import api
from ripeness.cli import options as o
from ripeness.cli.terminal import show


def command(as_json: o.Json = False, quiet: o.Quiet = False) -> None:
    """List the cases that come with ripeness.

    Example: ripeness cases
    """
    result = api.cases()
    named = [f"{case['name']}: {', '.join(case['policies'])}." for case in result.document["cases"]]
    show(result, as_json, last=named)
