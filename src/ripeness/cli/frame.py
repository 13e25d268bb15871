"""What every command has around it: faults in words, exit codes, and what to do after an interruption."""

from __future__ import annotations

import json
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ripeness import api

GENERAL = "Options"
"""Heading of options that name no other."""

BAD_INPUT = 2
NOT_HELD = 1
INTERRUPTED = 130


class Command(TyperCommand):
    """A command whose faults come out as words: never a traceback, never a number beside them."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo(_after_interruption(ctx.params.get("out")), err=True)
            raise typer.Exit(INTERRUPTED) from None
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            from ripeness.base import RipenessError

            place = f"{error.filename}: " if error.filename else ""
            problem = f"{place}{error.strerror or error}"
            _say(RipenessError(problem, "check the name and the permissions"), ctx)
            raise typer.Exit(BAD_INPUT) from None
        except Exception as error:
            from ripeness.base import RipenessError

            if not isinstance(error, RipenessError):
                raise
            _say(error, ctx)
            raise typer.Exit(BAD_INPUT) from None

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Options under the headings that they name, in the order in which these first appear."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                heading = "Arguments" if param.param_type_name == "argument" else GENERAL
                sections.setdefault(getattr(param, "rich_help_panel", None) or heading, []).append(record)
        sections[GENERAL] = sections.pop(GENERAL, [])  # last, whatever comes first
        for heading, rows in sections.items():
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


class Commands(TyperGroup):
    """All commands, listed under their headings. Plain text: the help must not wait for a layout library."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Names and first sentences of the commands."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            heading = str(getattr(command, "rich_help_panel", None) or "Commands")
            first = (getattr(command, "help", "") or "").strip().splitlines()[:1] or [""]
            sections.setdefault(heading, []).append((name, first[0]))
        width = max(len(name) for rows in sections.values() for name, _ in rows)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), first) for name, first in rows])


def _say(error: Any, ctx: Any) -> None:
    """The error on stderr; as a document on stdout where JSON was asked for."""
    typer.echo(f"ripeness {ctx.info_name}: {error}", err=True)
    if ctx.params.get("as_json"):
        typer.echo(json.dumps(api.faults_document(error), ensure_ascii=False, indent=2))


def _after_interruption(out: str | None) -> str:
    if out is None:
        return "Interrupted. Nothing was saved; with --out DIR a run can be gone on with."
    return (
        f"Interrupted. What was finished is kept in {out}; give the same command again to go on from there."
    )


def fail_unless(held: bool, readable: bool = True) -> None:
    """Exit 1 where a check did not hold, 2 where its input could not be read."""
    if not held:
        raise typer.Exit(NOT_HELD if readable else BAD_INPUT)
