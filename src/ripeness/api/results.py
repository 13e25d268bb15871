"""What every command gives back: a document, tables, labelled arrays, and a page for notebooks."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.base import RipenessError
from ripeness.report import Table, csv_records, csv_text, page, shown_rows

if TYPE_CHECKING:
    import xarray

__all__ = ["RUN_KEYS", "Answer", "Result", "Table", "run_block", "shown_rows"]

RUN_KEYS = (
    "case",
    "case_hash",
    "policy_hashes",
    "model_version",
    "data_as_of",
    "seed",
    "members",
    "mode",
    "start",
    "until",
    "hash",
)
"""Entries of the `run` block of every document; null where a command has none."""


class Result(ABC):
    """The answer of one command."""

    @property
    @abstractmethod
    def document(self) -> dict[str, Any]:
        """Plain values: what `--json` prints; additions are allowed, removals are not."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What was asked, in one line."""

    @abstractmethod
    def tables(self) -> tuple[Table, ...]:
        """Tables for people, in the order of reading."""

    @abstractmethod
    def table(self) -> list[dict[str, Any]]:
        """One flat record a row, in full precision: ready for a data frame."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Sentences above the tables."""
        return ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know beside the numbers."""
        return ()

    def to_json(self, indent: int | None = 2) -> str:
        """The document as JSON text; numbers that do not exist are null."""
        return json.dumps(self.document, indent=indent, ensure_ascii=False, allow_nan=False)

    def to_csv(self) -> str:
        """The tables as CSV text."""
        return csv_text(self.tables())

    def to_xarray(self) -> xarray.Dataset:
        """The flat records as arrays along `row`; results with more structure say so themselves."""
        import xarray

        rows = self.table()
        names = list(dict.fromkeys(key for row in rows for key in row))
        columns = {name: ("row", [_plain(row.get(name)) for row in rows]) for name in names}
        return xarray.Dataset(columns, attrs=self.attributes())

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the document (JSON), the tables and flat records (CSV) and a page (HTML); returns the files."""
        root = Path(folder)
        name = self.document["schema"].split("/")[1]
        page_text = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(self.title)}</title>'
            f'<body style="margin:2rem">{self._repr_html_()}</body></html>\n'
        )
        texts = {
            f"{name}.json": self.to_json() + "\n",
            "tables.csv": self.to_csv(),
            "records.csv": csv_records(self.table()),
            "page.html": page_text,
        }
        try:
            root.mkdir(parents=True, exist_ok=True)
            for file, text in texts.items():
                (root / file).write_text(text, encoding="utf-8")
        except OSError as cause:
            raise RipenessError(
                f"cannot write to {root}: {cause.strerror}", "choose another folder"
            ) from cause
        return tuple(root / file for file in texts)

    def attributes(self) -> dict[str, Any]:
        """Entries of the run block that array files can hold."""
        return {
            key: json.dumps(value) if isinstance(value, Mapping | list) else value
            for key, value in self.document.get("run", {}).items()
            if value is not None
        }

    def _repr_html_(self) -> str:
        return page(self.title, self.tables(), self.lines, self.notes)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.title}>"


@dataclass(frozen=True, repr=False, eq=False)
class Answer(Result):
    """The answer of a command that keeps no futures: a document, and the tables made from it."""

    content: dict[str, Any]
    heading: str
    rows: tuple[dict[str, Any], ...]
    shown: Callable[[dict[str, Any]], tuple[Table, ...]] | None = None
    said: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """Plain values."""
        return self.content

    @property
    def title(self) -> str:
        """What was asked."""
        return self.heading

    @property
    def lines(self) -> tuple[str, ...]:
        """Sentences above the tables."""
        return self.said

    @property
    def ok(self) -> bool:
        """Whether what was checked holds; true of commands that check nothing."""
        return bool(self.content.get("ok", True))

    def tables(self) -> tuple[Table, ...]:
        """Tables for people."""
        return self.shown(self.content) if self.shown is not None else ()

    def table(self) -> list[dict[str, Any]]:
        """One flat record a row."""
        return [dict(row) for row in self.rows]


def _plain(value: Any) -> Any:
    if value is None:
        return float("nan")
    return value if isinstance(value, str | int | float | bool) else json.dumps(value)


def run_block(**known: Any) -> dict[str, Any]:
    """A run block with every key, null where a command has nothing to say."""
    from ripeness.ensemble.record import model_version

    return dict.fromkeys(RUN_KEYS) | {"model_version": model_version()} | known
