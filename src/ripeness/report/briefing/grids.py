"""Tables of the page, with a drawing of every band under its numbers, all of a column on one scale."""

from __future__ import annotations

import math

from ripeness.report.briefing.marks import Mark, joined, mark, shape
from ripeness.report.briefing.scales import BLUE, MUTED, Scale, drawing
from ripeness.report.tables import Cell, Column, Spread, Strip, Table, shown_rows

WIDTHS, NARROW = (110, 96, 74), 54
"""Widths of the drawing of a band where a table has one, two or three columns of them, and where it has more."""

MOST = 4
"""Columns of bands that are drawn; in a wider table the drawings would push it off the page."""

SHORT = 14
"""Rows up to which a table is kept on one page of paper."""

HEIGHT, SIDE = 9, 4.0


def grid(table: Table, *, drawn: bool = True) -> Mark:
    """A table with its title as caption and its notes below; bands are drawn where `drawn`."""
    keep = [i for i in range(len(table.columns)) if not _strips(table, i)]
    shown = shown_rows(table)
    scales = _scales(table, keep) if drawn else {}
    head = mark("tr", *(_heading(table.columns[i]) for i in keep))
    body = [
        mark(
            "tr", *(_cell(table.columns[i], row[i], text[i], scales.get(i), first=i == keep[0]) for i in keep)
        )
        for row, text in zip(table.rows, shown, strict=True)
    ]
    whole = mark(
        "table",
        mark("caption", table.title),
        mark("thead", head),
        mark("tbody", *body),
        class_="short" if len(table.rows) <= SHORT else None,
    )
    label = f"Table: {table.title}"
    return joined(
        mark("div", whole, class_="scroll", role="region", aria_label=label, tabindex="0"),
        notes(*table.notes),
    )


def notes(*said: str) -> Mark:
    """Small print."""
    return joined(*(mark("p", each, class_="note") for each in said))


def _heading(column: Column) -> Mark:
    return mark("th", column.heading, scope="col", class_="words" if column.text else None)


def _cell(column: Column, cell: Cell, text: str, scale: Scale | None, *, first: bool) -> Mark:
    drawing = band(cell, text, scale) if scale is not None and isinstance(cell, Spread) else None
    words = "words" if column.text else None
    if first:
        return mark("th", text, drawing, scope="row", class_=words)
    return mark("td", text, drawing, class_=words)


def band(spread: Spread, text: str, scale: Scale) -> Mark | None:
    """A band as a line with the median on it; the part beyond the end of the run is dotted."""
    known = [value for value in spread.values if value is not None and math.isfinite(value)]
    if not known:
        return None
    middle = HEIGHT / 2
    low = scale(known[-1] if spread.low is None else spread.low)
    high = scale.end if spread.high is None else scale(spread.high)
    line = shape("line", x1=low, x2=high, y1=middle, y2=middle, stroke=BLUE, stroke_width=3, opacity=".4")
    inside = [line]
    if scale.low < 0.0 < scale.high:
        zero = scale(0.0)
        inside.append(shape("line", x1=zero, x2=zero, y1=0, y2=HEIGHT, stroke=MUTED, stroke_width=1))
    if spread.median is not None:
        inside.append(shape("circle", cx=scale(spread.median), cy=middle, r=3, fill=BLUE))
    return drawing(scale.end + SIDE, HEIGHT, text, *inside, spoken=False, look="band")


def _strips(table: Table, at: int) -> bool:
    return any(isinstance(row[at], Strip) for row in table.rows)


def _scales(table: Table, keep: list[int]) -> dict[int, Scale]:
    """By column with bands its scale: shares lie on one from 0 to 1, differences on one that holds zero."""
    found = {}
    columns = sum(any(isinstance(row[i], Spread) for row in table.rows) for i in keep)
    if columns > MOST:
        return {}
    width = WIDTHS[columns - 1] if 0 < columns <= len(WIDTHS) else NARROW
    shares = [
        value
        for i in keep
        if table.columns[i].percent
        for row in table.rows
        if isinstance(cell := row[i], Spread)
        for value in cell.values
        if value is not None
    ]
    for i in keep:
        cells = [row[i] for row in table.rows if isinstance(row[i], Spread)]
        ends = [v for cell in cells if isinstance(cell, Spread) for v in cell.values if v is not None]
        if not ends:
            continue
        column = table.columns[i]
        if column.percent:
            low, high = (
                min([0.0, *shares]),
                max([1.0, *shares]) if min(shares) >= 0.0 else max([0.0, *shares]),
            )
        elif column.sign:
            low, high = min([0.0, *ends]), max([0.0, *ends])
        else:
            low, high = min(ends), max(ends)
        if high > low:
            found[i] = Scale(low, high, SIDE, width - SIDE)
    return found
