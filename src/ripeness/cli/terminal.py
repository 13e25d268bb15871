"""Results and progress on a terminal, a pipe or a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from ripeness.api import Progress, Result

WIDTH = 100
"""Columns where nothing says how wide the reader's page is."""

LEAST_HEADING = 10
"""Characters of a heading's line that are not folded even over narrow cells."""

HEAD = 30
"""Characters before a colon that are set as the head of a note."""


def saved(out: Path | None) -> list[str]:
    """Where a run was saved; nothing where it was not."""
    return [] if out is None else [f"Saved: the run in {out}, its tables and charts in {out / 'report'}."]


def show(
    result: Result, as_json: bool, tables: Iterable[Any] | None = None, last: Iterable[str] = ()
) -> None:
    """Print a result: its document as JSON, or its sentences, tables and notes for people."""
    if as_json:
        typer.echo(result.to_json())
        return
    from rich.text import Text

    console = console_of()
    console.print(Text(result.title, "bold"))
    for line in result.lines:
        console.print(Text(line))
    for table in result.tables() if tables is None else tables:
        _print_table(console, table)
    notes = (*result.notes, *last)
    if notes:
        console.print()
    for note in notes:
        head, found, rest = note.partition(": ")
        named = bool(found) and len(head) < HEAD
        console.print(Text.assemble((head, "bold"), ": ", rest) if named else Text(note))


def console_of() -> Any:
    """A console as wide as the terminal, or 100 columns for pipes and files."""
    from rich.console import Console

    return Console(
        width=None if sys.stdout.isatty() else WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )


def _print_table(console: Any, table: Any) -> None:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    from ripeness.api import shown_rows

    rows = shown_rows(table)
    grid = Grid(
        box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1), show_edge=False, header_style="bold"
    )
    for at, column in enumerate(table.columns):
        grid.add_column(
            column.heading if column.text else folded(column.heading, [row[at] for row in rows]),
            justify="left" if column.text else "right",
            no_wrap=not column.text or at == 0,
            overflow="fold",
        )
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(Text(table.title, "bold"))
    console.print(grid)
    for note in table.notes:
        console.print(Text(note, "dim"))


def folded(heading: str, cells: list[str]) -> str:
    """A heading in lines no wider than its column's cells need, or than a short word, so that columns stay narrow."""
    from textwrap import wrap

    width = max([LEAST_HEADING, *map(len, cells)])
    return "\n".join(wrap(heading, width, break_long_words=False))


def progress_of(quiet: bool) -> Progress:
    """A listener that shows progress on stderr where a person watches, and silence otherwise."""
    from ripeness.api import Silent

    if quiet or not sys.stderr.isatty():
        return Silent()
    return TerminalProgress()


class TerminalProgress:
    """One line on stderr that vanishes when the work is done: what is done, how far, and for how long."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            SpinnerColumn,
            TaskProgressColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task: Any = None

    def stage(self, words: str, total: int | None = None) -> None:
        """A new line in place of the one before."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(words, total=total)

    def advance(self, steps: int = 1) -> None:
        """Steps are done."""
        if self._task is not None:
            self._bar.advance(self._task, steps)

    def close(self) -> None:
        """Clear the line."""
        self._bar.stop()
