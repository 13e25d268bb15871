"""The actors of the spatial rival, from bargaining/actors.csv."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path

from ripeness.base import Fault, shown, suggestion
from ripeness.case.records import ActorRow
from ripeness.evidence import JUDGED

FILE = "bargaining/actors.csv"
"""Where a case names them."""

SHARES = ("terms", "terms_salience", "guarantees", "guarantees_salience")
REQUIRED = ("actor", "side", "principal", *SHARES, "capability", "source", "quality")
COLUMNS = (*REQUIRED, "note")
SIDES = ("a", "d", "coalition", "other")


def read_actors(folder: Path, file: str = FILE) -> tuple[tuple[ActorRow, ...], list[Fault]]:
    """Rows of the file, and every fault with its line."""
    try:
        text = (folder / file).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return (), [Fault(file, None, "", None, "is not text in UTF-8", "save it as UTF-8")]
    reader = csv.DictReader(io.StringIO(text), strict=True)
    faults: list[Fault] = []
    rows: list[ActorRow] = []
    try:
        faults += _header_faults(list(reader.fieldnames or ()), file)
        if faults:
            return (), faults
        for cells in reader:
            row, wrong = _row(cells, file, reader.line_num)
            faults += wrong
            if row is not None and row.actor in {other.actor for other in rows}:
                faults.append(
                    Fault(file, reader.line_num, "actor", row.actor, "stands twice", "keep one of the two")
                )
            elif row is not None:
                rows.append(row)
    except csv.Error as error:
        faults.append(
            Fault(file, reader.line_num, "row", None, f"is not a CSV row ({error})", "close every quote")
        )
    if not faults and not {"a", "d"} <= {row.side for row in rows if row.principal}:
        remedy = "mark one actor of side a and one of side d as principal"
        faults.append(Fault(file, None, "principal", None, "no deal can hold without both sides", remedy))
    return tuple(rows), faults


def _header_faults(header: list[str], file: str) -> Iterator[Fault]:
    for column in header:
        if column not in COLUMNS:
            yield Fault(
                file, 1, "header", shown(column), "unknown column", suggestion(column, COLUMNS, "column")
            )
    for column in REQUIRED:
        if column not in header and all(name in COLUMNS for name in header):
            yield Fault(file, 1, "header", column, "a column is missing", f"add the column {column}")


def _row(cells: dict[str, str], file: str, line: int) -> tuple[ActorRow | None, list[Fault]]:
    faults: list[Fault] = []

    def fault(key: str, problem: str, remedy: str) -> None:
        faults.append(Fault(file, line, key, shown(cells.get(key) or ""), problem, remedy))

    if None in cells or None in cells.values():
        return None, [
            Fault(file, line, "row", None, "has another number of cells than the header", "fill it")
        ]
    numbers = {}
    for key in (*SHARES, "capability"):
        try:
            numbers[key] = float(cells[key])
        except ValueError:
            fault(key, "is not a number", "write a number such as 0.4")
            continue
        high = 1.0 if key in SHARES else math.inf
        if not 0.0 <= numbers[key] <= high or not math.isfinite(numbers[key]):
            fault(key, "is out of range", "give a number from 0 to 1" if high == 1.0 else "give 0 or more")
    for key, allowed in (("side", SIDES), ("principal", ("yes", "no")), ("quality", JUDGED)):
        if cells[key] not in allowed:
            fault(key, f"unknown {key}", suggestion(cells[key], allowed, key))
    for key in ("actor", "source"):
        if not cells[key].strip():
            fault(key, "is empty", f"write the {key}")
    if faults:
        return None, faults
    row = ActorRow(
        actor=cells["actor"],
        side=cells["side"],  # type: ignore[arg-type]  # one of SIDES, as checked above
        principal=cells["principal"] == "yes",
        source=cells["source"],
        quality=cells["quality"],
        note=cells.get("note", ""),
        **numbers,
    )
    return row, []
