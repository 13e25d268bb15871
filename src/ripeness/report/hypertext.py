"""Tables as HTML for notebooks and pages: no script, one small style, text and numbers escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ripeness.report.tables import Spread, Strip, Table, shown_rows

STYLE = """
.rip{font:14px/1.45 system-ui,sans-serif;max-width:64rem;color:inherit}
.rip table{border-collapse:collapse;margin:.4em 0 1.2em;font-variant-numeric:tabular-nums}
.rip caption{text-align:left;font-weight:600;padding:.3em 0}
.rip th,.rip td{padding:.2em .8em .2em 0;text-align:right;border-bottom:1px solid #8884;white-space:nowrap}
.rip th:first-child,.rip td:first-child,.rip .w{text-align:left}
.rip .w{white-space:normal;max-width:36rem}
.rip .n{font-size:.9em;opacity:.8;margin:.2em 0}
.rip svg{vertical-align:middle}
"""

WIDTH, HEIGHT = 110, 14
"""Pixels of a dot-and-line strip."""


def page(title: str, tables: Sequence[Table], lines: Sequence[str] = (), notes: Sequence[str] = ()) -> str:
    """A block of HTML: heading, sentences, tables, notes."""
    parts = [f'<div class="rip"><style>{STYLE}</style>', f"<h3>{escape(title)}</h3>"]
    parts += [f"<p>{escape(line)}</p>" for line in lines]
    parts += [table_html(table) for table in tables]
    parts += [f'<p class="n">{escape(note)}</p>' for note in notes]
    return "".join([*parts, "</div>"])


def table_html(table: Table) -> str:
    """One table with its caption and notes."""
    head = "".join(
        f'<th scope="col"{_words(column.text)}>{escape(column.heading)}</th>' for column in table.columns
    )
    body = []
    for raw, row in zip(table.rows, shown_rows(table), strict=True):
        cells = []
        for at, (cell, text) in enumerate(zip(raw, row, strict=True)):
            inside = _drawn(table, at, cell) if isinstance(cell, Strip) else escape(text)
            cells.append(f"<td{_words(table.columns[at].text)}>{inside}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    notes = "".join(f'<p class="n">{escape(note)}</p>' for note in table.notes)
    return (
        f"<table><caption>{escape(table.title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>{notes}"
    )


def _words(text: bool) -> str:
    return ' class="w"' if text else ""


def _drawn(table: Table, at: int, cell: Strip) -> str:
    """A strip as a small drawing on the scale of its column; its numbers stand beside it in the table."""
    spreads = [found.spread for row in table.rows if isinstance(found := row[at], Strip)]
    ends = [value for spread in spreads for value in spread.values if value is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    if cell.spread.median is None or high <= low:
        return ""

    def x(value: float | None, otherwise: float) -> float:
        at = otherwise if value is None else value
        return 4 + (at - low) / (high - low) * (WIDTH - 8)

    spread: Spread = cell.spread
    middle, zero = x(spread.median, low), x(0.0, 0.0)
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{HEIGHT}" stroke="#888" stroke-dasharray="2 2"/>'
        f'<line x1="{x(spread.low, low):.1f}" x2="{x(spread.high, high):.1f}" y1="7" y2="7" '
        'stroke="#0072b2" stroke-width="2"/>'
        f'<circle cx="{middle:.1f}" cy="7" r="3.5" fill="#0072b2"/></svg>'
    )
