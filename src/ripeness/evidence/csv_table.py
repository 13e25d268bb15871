"""Tables in CSV files, read whole or not at all: every fault with its line, key, value and remedy."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from ripeness.base import Fault, shown, suggestion

MAX_BYTES = 4 * 1024 * 1024
"""Largest file that is read; monthly data need a hundredth of it."""

Row = tuple[int, dict[str, str]]
"""Line number and cells, stripped, by column."""


def read_table(
    path: Path, file: str, columns: Sequence[str], required: Sequence[str]
) -> tuple[list[Row], tuple[Fault, ...]]:
    """Rows of a UTF-8 file whose header names `required` columns and no others than `columns`.

    `file` is how faults name it. Rows that fit the header are returned even where others are at fault.
    """
    faults: list[Fault] = []
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        return [], (
            Fault(file, None, "", None, f"cannot be read: {error.strerror}", "put the file in place"),
        )
    if size > MAX_BYTES:
        problem = f"is larger than {MAX_BYTES // 1024**2} MiB"
        return [], (Fault(file, None, "", size, problem, "keep monthly rows only"),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return [], (Fault(file, line, "", None, "is not UTF-8 text", "save the file as CSV in UTF-8"),)
    return list(_rows(text, file, columns, required, faults)), tuple(faults)


def _rows(
    text: str, file: str, columns: Sequence[str], required: Sequence[str], faults: list[Fault]
) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            at, line = line, reader.line_num + 1
            if not cells:
                continue
            if header is None:
                header = cells
                found = list(_header_faults(header, file, at, columns, required))
                faults.extend(found)
                if found:
                    return
                continue
            if len(cells) != len(header):
                problem = f"the row has {len(cells)} cells, the header {len(header)}"
                remedy = "complete the row; the file may have been cut off, or a comma may need quotes"
                faults.append(Fault(file, at, "row", shown(",".join(cells)), problem, remedy))
                continue
            yield at, {key: cell.strip() for key, cell in zip(header, cells, strict=True)}
    except csv.Error as error:
        remedy = "close every quote; the file may have been cut off"
        faults.append(Fault(file, line, "row", None, f"is not a CSV row ({error})", remedy))
        return
    if header is None:
        faults.append(Fault(file, 1, "", None, "is empty", f"start with the header {','.join(columns)}"))


def _header_faults(
    header: list[str], file: str, line: int, columns: Sequence[str], required: Sequence[str]
) -> Iterator[Fault]:
    for column in dict.fromkeys(header):
        if column not in columns:
            yield Fault(
                file, line, "header", shown(column), "unknown column", suggestion(column, columns, "column")
            )
        elif header.count(column) > 1:
            yield Fault(file, line, "header", column, "the column stands twice", "keep one of them")
    # A column that was merely misspelt is one fault, not two.
    if all(column in columns for column in header):
        for column in required:
            if column not in header:
                yield Fault(file, line, "header", column, "a column is missing", f"add the column {column}")
