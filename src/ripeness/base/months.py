"""The step of every model: a calendar month."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import overload

from ripeness.base.errors import RipenessError

_TEXT = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month of the years 1 to 9999; written `YYYY-MM`, earlier months sort first."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.year <= 9999 and 1 <= self.month <= 12):
            raise RipenessError(
                f"there is no month {self.month} of year {self.year}", "months run from 0001-01 to 9999-12"
            )

    @classmethod
    def parse(cls, text: str) -> Month:
        """Month written as `YYYY-MM`; raises RipenessError on anything else."""
        found = _TEXT.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise RipenessError(f"{text!r} is not a month", "write it as YYYY-MM, such as 2024-07")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """Month in which a day falls."""
        return cls(day.year, day.month)

    @property
    def days(self) -> int:
        """Days in the month."""
        return monthrange(self.year, self.month)[1]

    @property
    def first_day(self) -> date:
        """First day of the month."""
        return date(self.year, self.month, 1)

    def __add__(self, months: int) -> Month:
        if isinstance(months, bool) or not isinstance(months, int):
            return NotImplemented
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)

    __radd__ = __add__

    @overload
    def __sub__(self, other: Month) -> int: ...
    @overload
    def __sub__(self, other: int) -> Month: ...
    def __sub__(self, other: Month | int) -> int | Month:
        if isinstance(other, Month):
            return (self.year - other.year) * 12 + self.month - other.month
        if isinstance(other, bool) or not isinstance(other, int):
            return NotImplemented
        return self + -other

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def month_range(first: Month, last: Month) -> tuple[Month, ...]:
    """Months from `first` to `last`, both included; empty where `last` is earlier."""
    return tuple(first + i for i in range(last - first + 1))
