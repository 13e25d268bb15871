"""Monthly series with the source, quality and vintage of every number, and what was known when.

A row may be read at an origin only if its month and its vintage (the month in which it was released)
both lie before the origin; where a month was released more than once, the last release that may be
read counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.base import UNITS, CaseFaults, Fault, Month, RipenessError, convert, shown, suggestion
from ripeness.evidence.csv_table import Row, read_table
from ripeness.evidence.quality import QUALITIES, shares

REQUIRED = ("month", "value", "unit", "source", "quality", "vintage")
"""Columns that every series file has."""

COLUMNS = ("month", "value", "unit", "source", "url", "quality", "vintage", "sd", "note")
"""Columns that a series file may have."""

Floats = NDArray[np.float64]
Report = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Observation:
    """One released value of one month."""

    month: Month
    value: float
    unit: str
    source: str
    quality: str
    vintage: Month
    sd: float | None = None
    """Standard deviation of the observation error, in `unit`; None where the row gives none."""
    url: str = ""
    note: str = ""


class SeriesArrays(NamedTuple):
    """A series over some months: NaN where there is no value, or no standard deviation."""

    value: Floats
    sd: Floats
    present: NDArray[np.bool_]


@dataclass(frozen=True)
class Series:
    """Observations of one quantity in one unit, in order of month and vintage."""

    name: str
    unit: str
    observations: tuple[Observation, ...]

    @classmethod
    def read(cls, path: Path | str) -> Series:
        """Series in a CSV file, named after the file; CaseFaults with every fault where it has any."""
        series, faults = read_series(Path(path))
        if series is None or faults:
            raise CaseFaults(faults)
        return series

    @property
    def months(self) -> tuple[Month, ...]:
        """Months that have a value, in order, each once."""
        return tuple(dict.fromkeys(row.month for row in self.observations))

    def as_of(self, origin: Month | None, *, known_ahead: bool = False) -> Series:
        """What could be read at `origin`: one row a month, the last that had been released.

        With `known_ahead` (law and published plans) a row needs only its vintage before the origin,
        whatever its month. Origin None means everything released up to now.
        """
        latest: dict[Month, Observation] = {}
        for row in self.observations:
            if origin is None or (row.vintage < origin and (known_ahead or row.month < origin)):
                latest[row.month] = row
        return replace(self, observations=tuple(latest.values()))

    def in_unit(self, unit: str) -> Series:
        """The same series in another unit of its dimension; RipenessError where it has another one."""
        if unit == self.unit:
            return self
        rows = (
            replace(
                row,
                value=convert(row.value, self.unit, unit),
                sd=None if row.sd is None else convert(row.sd, self.unit, unit),
                unit=unit,
            )
            for row in self.observations
        )
        return Series(self.name, unit, tuple(rows))

    def to_arrays(
        self,
        months: Sequence[Month],
        origin: Month | None = None,
        *,
        default_sd: Mapping[str, float] | None = None,
    ) -> SeriesArrays:
        """Values, standard deviations and presence (len(months),) of what could be read at `origin`.

        `default_sd` gives the standard deviation, in the series' unit, of rows that have none, by quality.
        """
        defaults = default_sd or {}
        by_month = {row.month: row for row in self.as_of(origin).observations}
        rows = [by_month.get(month) for month in months]
        value = [math.nan if row is None else row.value for row in rows]
        sd = [
            math.nan if row is None else defaults.get(row.quality, math.nan) if row.sd is None else row.sd
            for row in rows
        ]
        present = [row is not None for row in rows]
        return SeriesArrays(np.array(value, float), np.array(sd, float), np.array(present, bool))


def quality_shares(series: Series) -> dict[str, float]:
    """Share of the series' months by the quality of their last release."""
    return shares(row.quality for row in series.as_of(None).observations)


def read_series(
    path: Path, *, file: str | None = None, known_ahead: bool = False
) -> tuple[Series | None, tuple[Fault, ...]]:
    """Series in a CSV file and all its faults; the series is None where there is any.

    `file` is how faults name the file. `known_ahead` allows a vintage before the month.
    """
    name = file or path.name
    lines, found = read_table(path, name, COLUMNS, REQUIRED)
    faults = list(found)
    rows = _observations(lines, name, faults, known_ahead)
    if faults:
        return None, tuple(faults)
    if not rows:
        fault = Fault(name, None, "", None, "has no rows", "add at least one month, or delete the file")
        return None, (fault,)
    ordered = sorted(rows, key=lambda row: (row.month, row.vintage))
    return Series(path.stem, ordered[0].unit, tuple(ordered)), ()


def _observations(
    rows: Sequence[Row], file: str, faults: list[Fault], known_ahead: bool
) -> list[Observation]:
    found: list[Observation] = []
    released: dict[tuple[Month, Month], int] = {}
    first_unit: str | None = None
    for line, cells in rows:
        wrong = len(faults)

        def fault(key: str, problem: str, remedy: str, line: int = line, row: dict[str, str] = cells) -> None:
            faults.append(Fault(file, line, key, shown(row.get(key, "")), problem, remedy))

        month, vintage = _month(cells, "month", fault), _month(cells, "vintage", fault)
        value, sd = _number(cells, "value", fault), None
        if cells.get("sd"):
            sd = _number(cells, "sd", fault)
            if sd is not None and sd <= 0:
                fault(
                    "sd", "a standard deviation must be above 0", "give a positive number or leave it empty"
                )
        if cells["unit"] not in UNITS:
            fault("unit", "unknown unit", suggestion(cells["unit"], UNITS, "unit"))
        elif first_unit is None:
            first_unit = cells["unit"]
        elif cells["unit"] != first_unit:
            fault("unit", "the series has two units", f"write every row in {first_unit}")
        if cells["quality"] not in QUALITIES:
            fault("quality", "unknown quality", suggestion(cells["quality"], QUALITIES, "quality"))
        if not cells["source"]:
            fault("source", "has no source", "name the publication that the value comes from")
        url = cells.get("url", "")
        if url and not url.startswith(("https://", "http://")):
            fault("url", "is not a web address", "start it with https://, or leave it empty")
        if month is not None and vintage is not None:
            if vintage < month and not known_ahead:
                remedy = "give the month of release; plans and law need known_ahead in case.yaml"
                fault("vintage", f"was released before its month {month}", remedy)
            earlier = released.setdefault((month, vintage), line)
            if earlier != line:
                problem = f"stands twice, with the same vintage as line {earlier}"
                fault("month", problem, "keep one row, or give the revision its own vintage")
        if len(faults) == wrong and month is not None and vintage is not None and value is not None:
            row = Observation(
                month,
                value,
                cells["unit"],
                cells["source"],
                cells["quality"],
                vintage,
                sd,
                url,
                cells.get("note", ""),
            )
            found.append(row)
    return found


def _month(cells: dict[str, str], key: str, fault: Report) -> Month | None:
    try:
        return Month.parse(cells[key])
    except RipenessError as error:
        fault(key, "is empty" if not cells[key] else "is not a month", error.remedy)
        return None


def _number(cells: dict[str, str], key: str, fault: Report) -> float | None:
    try:
        number = float(cells[key])
    except ValueError:
        fault(key, "is empty" if not cells[key] else "is not a number", "write a number such as 63.2")
        return None
    if not math.isfinite(number):
        fault(key, "is not a finite number", "delete the row if the month has no value")
        return None
    return number
