"""One model of a table, from which the terminal, CSV and HTML are made."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ripeness.report.numbers import DIFFERENCE_DIGITS, LEVEL_DIGITS, decimals_for, number, percent

STRIP_WIDTH = 10
"""Characters of a dot-and-line strip."""


@dataclass(frozen=True)
class Spread:
    """A median with the band from 5 to 95 % of futures; None stands for not reached."""

    median: float | None
    low: float | None
    high: float | None

    @property
    def values(self) -> tuple[float | None, float | None, float | None]:
        """Median, low, high."""
        return self.median, self.low, self.high


@dataclass(frozen=True)
class Share:
    """A share of futures, 0..1, with its Monte Carlo standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class Strip:
    """A spread as a dot on a line; it has a scale in common with its column."""

    spread: Spread


Cell = str | int | float | Spread | Share | Strip | None


@dataclass(frozen=True)
class Column:
    """A column: key for data, header for people, unit, and how its numbers are written."""

    key: str
    header: str
    unit: str = ""
    sign: bool = False
    """Write a plus before positive numbers: for differences."""
    missing: str = ""
    """What stands for None."""
    text: bool = False
    """Words, set left."""
    decimals: int | None = None
    """Fixed decimals; None takes them from the largest number of the column."""
    percent: bool = False
    """Shares 0..1, read by people in whole percent."""

    @property
    def heading(self) -> str:
        """Header with its unit."""
        return f"{self.header}, {self.unit}" if self.unit else self.header


@dataclass(frozen=True)
class Table:
    """Rows under columns, with a title and notes; a cell is raw data, never formatted text of a number."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = field(default=())
    further: bool = False
    """For the second look: left out where a reader has minutes."""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.name}: a row has {len(row)} cells, not {len(self.columns)}")


def shown_rows(table: Table) -> list[list[str]]:
    """Every cell as people read it, numbers of a column rounded alike."""
    shown = []
    for at, column in enumerate(table.columns):
        cells = [row[at] for row in table.rows]
        shown.append(_shown_column(column, cells))
    return [list(row) for row in zip(*shown, strict=True)] if table.rows else []


def _shown_column(column: Column, cells: list[Cell]) -> list[str]:
    decimals = column.decimals
    if decimals is None:
        digits = DIFFERENCE_DIGITS if column.sign else LEVEL_DIGITS
        decimals = decimals_for(_numbers(cells), digits)
    scale = _scale(cells)
    return [_shown(cell, column, decimals, scale) for cell in cells]


def _shown(cell: Cell, column: Column, decimals: int, scale: tuple[float, float]) -> str:
    if cell is None:
        return column.missing
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Spread):
        if cell.values == (None, None, None):
            return column.missing
        middle, low, high = (_shown_number(value, column, decimals) for value in cell.values)
        return f"{middle} ({low} to {high})"
    if isinstance(cell, Share):
        return f"{percent(cell.value)} ±{math.ceil(100 * cell.error)}" if cell.error else percent(cell.value)
    if isinstance(cell, Strip):
        return strip_text(cell.spread, *scale)
    return _shown_number(float(cell), column, 0 if isinstance(cell, int) else decimals)


def _shown_number(value: float | None, column: Column, decimals: int) -> str:
    if column.percent and value is not None:
        return percent(value)
    return number(value, decimals, sign=column.sign, missing=column.missing)


def _numbers(cells: list[Cell]) -> Iterator[float | None]:
    for cell in cells:
        if isinstance(cell, Spread):
            yield from cell.values
        elif isinstance(cell, float):
            yield cell


def _scale(cells: list[Cell]) -> tuple[float, float]:
    ends = [
        value
        for cell in cells
        if isinstance(cell, Strip)
        for value in cell.spread.values
        if value is not None
    ]
    return min([0.0, *ends]), max([0.0, *ends])


def strip_text(spread: Spread, low: float, high: float, width: int = STRIP_WIDTH) -> str:
    """Dot and line on a scale from `low` to `high`, with a bar where zero is: `  ──●─  ┊`."""
    if spread.median is None or high <= low:
        return ""

    def place(value: float | None, otherwise: float) -> int:
        at = otherwise if value is None else value
        return round(min(max((at - low) / (high - low), 0.0), 1.0) * (width - 1))

    cells = [" "] * width
    for i in range(place(spread.low, low), place(spread.high, high) + 1):
        cells[i] = "─"
    if low <= 0.0 <= high:
        zero = place(0.0, 0.0)
        cells[zero] = "┼" if cells[zero] == "─" else "┊"
    cells[place(spread.median, low)] = "●"
    return "".join(cells)


def csv_text(tables: tuple[Table, ...] | list[Table]) -> str:
    """Tables under each other as CSV, in full precision; a spread takes three columns, a share two."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for at, table in enumerate(tables):
        if at:
            writer.writerow([])
        writer.writerow([f"# {table.title}"])
        plain = [i for i in range(len(table.columns)) if not _has(table, i, Strip)]
        writer.writerow([name for i in plain for name in _csv_names(table, i)])
        for row in table.rows:
            writer.writerow([value for i in plain for value in _csv_values(table, i, row[i])])
        for note in table.notes:
            writer.writerow([f"# {note}"])
    return stream.getvalue()


def csv_records(records: Sequence[Mapping[str, object]]) -> str:
    """Flat records as CSV; a record may lack some keys."""
    stream = io.StringIO()
    names = list(dict.fromkeys(key for record in records for key in record))
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue()


def _has(table: Table, at: int, kind: type) -> bool:
    return any(isinstance(row[at], kind) for row in table.rows)


def _csv_names(table: Table, at: int) -> list[str]:
    column = table.columns[at]
    unit = column.unit or ("share" if column.percent else "")
    name = f"{column.key} [{unit}]" if unit else column.key
    if _has(table, at, Spread):
        return [f"{name} {part}" for part in ("p50", "p05", "p95")]
    if _has(table, at, Share):
        return [name, f"{name} mc_error"]
    return [name]


def _csv_values(table: Table, at: int, cell: Cell) -> list[object]:
    width = len(_csv_names(table, at))
    if isinstance(cell, Spread):
        values: list[object] = list(cell.values)
    elif isinstance(cell, Share):
        values = [cell.value, cell.error]
    else:
        values = [cell]
    return (values + [None] * width)[:width]
