"""Fan charts by month: the reference beside the policy that lies furthest from it, on one scale."""

from __future__ import annotations

from collections.abc import Sequence

from ripeness.report.briefing.marks import Mark, joined, mark, shape, slug
from ripeness.report.briefing.named import Names
from ripeness.report.briefing.scales import (
    BLUE,
    GREY,
    INK,
    MUTED,
    RULE,
    Scale,
    drawing,
    round_scale,
    tick_text,
    written,
)
from ripeness.report.documents import Document
from ripeness.report.numbers import decimals_for, number

WIDTH, HEIGHT = 350, 196
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 22
"""Size of a panel and the room around its plot, in pixels."""

BANDS = (("p05", "p95", ".2"), ("p25", "p75", ".36"))
"""Outer and inner band with their opacity; no outlines, so that no edge looks certain."""

HISTORY = 24
"""Months of the record before the last month of data that are drawn."""


def fan_figure(fans: Document, name: str, names: Names, score: str, *, paper: bool) -> Mark:
    """One charted output: a panel a policy, what they say in words, and the same numbers as a table."""
    chart = fans["charts"][name]
    months, first = _window(fans, chart)
    policies = chart["policies"]
    shown = [
        value
        for policy in policies
        for key in ("p05", "p95")
        for value in chart["quantiles"][policy][key][first:]
    ]
    y, ticks = round_scale([*shown, *chart["record"][first:]], HEIGHT - BOTTOM, TOP)
    x = Scale(0, max(len(months) - 1, 1), LEFT, WIDTH - RIGHT)
    head = mark("span", f"{names.party(chart['title'])}, {chart['unit']}", class_="head")
    lead = joined(head, mark("span", score, class_="score") if score else None)
    panels = [
        _panel(fans, name, policy, months, first, x, y, ticks, names, alone=len(policies) == 1)
        for policy in policies
    ]
    return mark(
        "figure",
        mark("figcaption", lead),
        mark("div", *panels, class_="panels"),
        None if paper else _data(chart, months, first, names),
        class_="fan",
        id=f"fan-{slug(name)}",
    )


def _window(fans: Document, chart: Document) -> tuple[list[str], int]:
    """Months that are drawn, and where the first of them lies: two years of record, then all that follows."""
    every = fans["months"]
    end = every.index(fans["data_until"]) if fans["data_until"] in every else 0
    first = max(min(end, every.index(fans["start"])) - HISTORY, 0)
    known = chart["quantiles"][chart["policies"][0]]["p50"]
    while first < len(every) - 1 and known[first] is None:
        first += 1
    return every[first:], first


def _panel(
    fans: Document,
    name: str,
    policy: str,
    months: Sequence[str],
    first: int,
    x: Scale,
    y: Scale,
    ticks: Sequence[float],
    names: Names,
    *,
    alone: bool,
) -> Mark:
    chart = fans["charts"][name]
    by = {key: row[first:] for key, row in chart["quantiles"][policy].items()}
    reference = chart["policies"][0]
    parts: list[Mark] = [_axes(months, x, y, ticks)]
    for low, high, opacity in BANDS:
        parts.append(shape("path", d=_area(by[low], by[high], x, y), fill=BLUE, opacity=opacity))
    if policy != reference:
        other = chart["quantiles"][reference]["p50"][first:]
        parts.append(_line(other, x, y, stroke=GREY, stroke_width="1.6", stroke_dasharray="4 3"))
        parts.append(_end_label(other, by["p50"], x, y, names.title(reference)))
    parts.append(_line(by["p50"], x, y, stroke=BLUE, stroke_width="2.2"))
    if policy == reference:
        parts.append(_record(chart, first, x, y))
    if fans["data_until"] in months[:-1]:
        parts.append(_record_ends(fans, months, x))
    words = f"{names.party(chart['title'])}, {chart['unit']}, {names.title(policy)}. {_spoken(by, months)}"
    return mark(
        "div",
        mark("p", names.title(policy), class_="panel"),
        drawing(WIDTH, HEIGHT, words, *parts),
        class_="alone" if alone else None,
    )


def _axes(months: Sequence[str], x: Scale, y: Scale, ticks: Sequence[float]) -> Mark:
    parts = []
    for tick, text in zip(ticks, tick_text(ticks), strict=True):
        at = y(tick)
        parts.append(shape("line", x1=LEFT, x2=WIDTH - RIGHT, y1=at, y2=at, stroke=RULE, stroke_width=1))
        parts.append(written(text, LEFT - 5.0, at + 3.5, anchor="end"))
    years = [i for i, month in enumerate(months) if month.endswith("-01")]
    every = max(1, round(len(years) / 6))
    for i in years[::every]:
        parts.append(
            shape("line", x1=x(i), x2=x(i), y1=HEIGHT - BOTTOM, y2=HEIGHT - BOTTOM + 4, stroke=MUTED)
        )
        anchor = "end" if x(i) > WIDTH - RIGHT - 14 else "start" if x(i) < LEFT + 12 else "middle"
        parts.append(written(months[i][:4], x(i), HEIGHT - 5.0, anchor=anchor))
    return joined(*parts)


def _area(low: Sequence[float | None], high: Sequence[float | None], x: Scale, y: Scale) -> str:
    known = [i for i, (a, b) in enumerate(zip(low, high, strict=True)) if a is not None and b is not None]
    there = [f"{x(i):.1f} {y(high[i] or 0.0):.1f}" for i in known]
    back = [f"{x(i):.1f} {y(low[i] or 0.0):.1f}" for i in reversed(known)]
    return f"M{'L'.join([*there, *back])}Z" if known else ""


def _line(values: Sequence[float | None], x: Scale, y: Scale, **look: str) -> Mark:
    points = [f"{x(i):.1f} {y(value):.1f}" for i, value in enumerate(values) if value is not None]
    return shape("path", d=f"M{'L'.join(points)}" if points else "", fill="none", **look)


def _end_label(
    other: Sequence[float | None], here: Sequence[float | None], x: Scale, y: Scale, text: str
) -> Mark:
    """The reference's name at the end of its line, on the side away from the policy's median."""
    last = next((value for value in reversed(other) if value is not None), 0.0)
    mine = next((value for value in reversed(here) if value is not None), last)
    up = last > mine or (last == mine)
    at = y(last) + (-6 if up else 13)
    return written(
        text, WIDTH - RIGHT - 2.0, min(max(at, TOP + 9.0), HEIGHT - BOTTOM - 4.0), anchor="end", colour=INK
    )


def _record(chart: Document, first: int, x: Scale, y: Scale) -> Mark:
    dots = []
    for i, (value, weak) in enumerate(zip(chart["record"][first:], chart["weak"][first:], strict=True)):
        if value is not None:
            fill = "#fff" if weak else INK
            dots.append(
                shape("circle", cx=x(i), cy=y(value), r="1.9", fill=fill, stroke=INK, stroke_width=".9")
            )
    return joined(*dots)


def _record_ends(fans: Document, months: Sequence[str], x: Scale) -> Mark:
    at = x(months.index(fans["data_until"]))
    return joined(
        shape(
            "line",
            x1=at,
            x2=at,
            y1=TOP,
            y2=HEIGHT - BOTTOM,
            stroke=MUTED,
            stroke_width=".8",
            stroke_dasharray="1 3",
        ),
        written("record ends", at - 4.0, TOP + 8.0, anchor="end"),
    )


def _spoken(by: Document, months: Sequence[str]) -> str:
    """The last month in words."""
    row = [by[key][-1] for key in ("p50", "p05", "p95")]
    decimals = decimals_for(row)
    middle, low, high = (number(value, decimals) for value in row)
    return f"In {months[-1]} the median is {middle}, and 90 of 100 futures lie from {low} to {high}."


def _data(chart: Document, months: Sequence[str], first: int, names: Names) -> Mark:
    """The same numbers, every month."""
    columns = [("Month", "")]
    rows: list[list[str]] = [[month] for month in months]
    decimals = decimals_for(chart["quantiles"][chart["policies"][0]]["p95"][first:])
    for policy in chart["policies"]:
        for key, label in (("p05", "5 %"), ("p50", "median"), ("p95", "95 %")):
            columns.append((f"{names.title(policy)}, {label}", ""))
            for row, value in zip(rows, chart["quantiles"][policy][key][first:], strict=True):
                row.append(number(value, decimals, missing="–"))
    columns.append(("Record", ""))
    for row, value in zip(rows, chart["record"][first:], strict=True):
        row.append(number(value, decimals, missing="–"))
    return data_table(f"{names.party(chart['title'])}, {chart['unit']}", [head for head, _ in columns], rows)


def data_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Mark:
    """What a chart shows, as a table that is folded away on a screen and left out on paper."""
    table = mark(
        "table",
        mark("caption", caption),
        mark("thead", mark("tr", *(mark("th", head, scope="col") for head in heads))),
        mark(
            "tbody",
            *(
                mark("tr", mark("th", row[0], scope="row"), *(mark("td", cell) for cell in row[1:]))
                for row in rows
            ),
        ),
    )
    return mark(
        "details",
        mark("summary", "The numbers of this chart"),
        mark("div", table, class_="scroll", role="region", aria_label=f"Numbers: {caption}", tabindex="0"),
        class_="data",
    )
