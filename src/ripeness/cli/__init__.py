"""The command line: one file a command, each a thin frame around the function of the same name in `api`.

Exit codes: 0 done, 1 a check did not hold, 2 bad input. Results go to stdout, progress to stderr.
"""

from __future__ import annotations

import sys

import typer

from ripeness.cli import (
    backcast,
    bench,
    cases,
    check,
    claims,
    compare,
    discover,
    experiments,
    fit,
    gradient,
    link,
    new,
    report,
    run,
    schema,
    search,
    sensitivity,
    serve,
    talks,
    verify,
)
from ripeness.cli.frame import Command, Commands

HELP = """
What would each side accept, and when, if this pressure and these talks happened in this order?

Start with `ripeness compare`: policies of a war side by side on the same possible futures. Every command
takes --json, --quiet and --help.
"""

app = typer.Typer(
    name="ripeness",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    cls=Commands,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

for module, panel in (
    (compare, "Answer"),
    (run, "Answer"),
    (discover, "Answer"),
    (talks, "Answer"),
    (claims, "Answer"),
    (report, "Answer"),
    (serve, "Answer"),
    (link, "Answer"),
    (cases, "Cases"),
    (new, "Cases"),
    (check, "Cases"),
    (schema, "Cases"),
    (sensitivity, "Judge"),
    (search, "Judge"),
    (gradient, "Judge"),
    (fit, "Judge"),
    (backcast, "Judge"),
    (experiments, "Judge"),
    (verify, "Judge"),
    (bench, "Judge"),
):
    name = module.__name__.rpartition(".")[2]
    app.command(name, cls=Command, rich_help_panel=panel)(module.command)


def main() -> None:
    """Entry point of the program `ripeness`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without these signs shows a mark, not an error
    app()
