"""What can be wrong with what a user handed in, said so that it can be put right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

SHOWN = 60
"""Characters of a wrong value that a fault repeats."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place of a file.

    `line` counts from 1 and is None where the fault is not in a line; `key` is a dotted path inside
    the file, empty for the file itself; `value` is what stood there.
    """

    file: str
    line: int | None
    key: str
    value: str | int | float | bool | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f"{self.key}: " if self.key else ""
        value = "" if self.value is None else f" (value: {self.value})"
        return f"{place}: {key}{self.problem}{value}. Remedy: {_sentence(self.remedy)}"

    def as_record(self) -> dict[str, Any]:
        """Plain dictionary with the keys file, line, key, value, problem, remedy."""
        return asdict(self)


def shown(value: Any) -> str | int | float | bool | None:
    """The value as a fault repeats it: plain numbers as they are, anything else as text cut short."""
    if value is None or isinstance(value, bool | int | float):
        return value if value == value and value not in (float("inf"), float("-inf")) else str(value)
    text = "".join(letter if letter.isprintable() else "�" for letter in str(value)[: SHOWN + 1])
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _sentence(words: str) -> str:
    return words if words.endswith(("?", ".")) else f"{words}."


class RipenessError(Exception):
    """A problem that the caller can solve; `remedy` says how."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}. Remedy: {_sentence(self.remedy)}" if self.remedy else self.problem


class CaseFaults(RipenessError):
    """Every fault found in a case, not only the first; `faults` holds them in file and line order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__(
            f"{count} fault{'' if count == 1 else 's'} found", "put each right; they are listed one a line"
        )

    def __str__(self) -> str:
        head = f"{self.problem}:"
        return "\n".join([head, *(f"  {fault}" for fault in self.faults)])

    def __reduce__(self) -> tuple[type[CaseFaults], tuple[tuple[Fault, ...]]]:
        return CaseFaults, (self.faults,)
