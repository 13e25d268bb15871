"""Dots for questions of when: each of twenty dots is one in twenty equally likely futures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ripeness.report.briefing.marks import Mark, mark, shape
from ripeness.report.briefing.named import Names
from ripeness.report.briefing.scales import BLUE, MUTED, RULE, Scale, drawing, written
from ripeness.report.documents import Document

WIDTH, ROW, SIDE = 330, 30, 10
RADIUS = 3.6
"""Size of a row and of a dot, in pixels."""


def dot_figure(dots: Document, until: str, names: Names, twins: Document) -> Mark:
    """Months to a deal under every policy; futures without a deal are counted beside the axis."""
    months = dots["months"]
    scale = Scale(0, months, SIDE, WIDTH - SIDE)
    rows = []
    for policy, found in dots["policies"].items():
        if twins.get(policy) is not None:
            continue
        known = [value for value in found if value is not None]
        never = len(found) - len(known)
        rows.append(
            mark(
                "tr",
                mark("th", names.title(policy), scope="row", class_="words"),
                mark("td", _row(known, scale, names.title(policy)), class_="drawn"),
                mark("td", f"{never} of {len(found)}"),
            )
        )
    table = mark(
        "table",
        mark("caption", "Months from the start to a deal, main model: each dot is one in twenty futures"),
        mark(
            "thead",
            mark(
                "tr",
                mark("th", "Policy", scope="col", class_="words"),
                mark("th", "Months to a deal", _axis(scale, months), scope="col", class_="drawn"),
                mark("th", f"No deal by {until}", scope="col"),
            ),
        ),
        mark("tbody", *rows),
        class_="dots",
    )
    label = "Dots: months to a deal"
    return mark("div", table, class_="scroll", role="region", aria_label=label, tabindex="0")


def _row(known: Sequence[float], scale: Scale, title: str) -> Mark:
    """Dots in stacks, a stack a month; stacks too high for the row are set closer."""
    stacks = Counter(round(value) for value in known)
    highest = max(stacks.values(), default=1)
    step = min(2 * RADIUS + 0.6, (ROW - 2 * RADIUS) / max(highest - 1, 1))
    dots = [
        shape(
            "circle",
            cx=scale(month),
            cy=ROW - RADIUS - 1 - i * step,
            r=str(RADIUS),
            fill=BLUE,
            stroke="#fff",
            stroke_width=".7",
        )
        for month, count in sorted(stacks.items())
        for i in range(count)
    ]
    listed = ", ".join(f"{month}" for month in sorted(stacks.elements()))
    words = f"{title}: months to a deal of the dots: {listed}" if listed else f"{title}: no dot has a deal"
    base = shape("line", x1=float(SIDE), x2=float(WIDTH - SIDE), y1=ROW - 0.5, y2=ROW - 0.5, stroke=RULE)
    return drawing(WIDTH, ROW, words, base, *dots)


def _axis(scale: Scale, months: int) -> Mark:
    every = next(step for step in (6, 12, 24, 60, 120) if months / step <= 8)
    parts = []
    for at in range(0, months + 1, every):
        parts.append(written(str(at), scale(at), 11.0))
        parts.append(shape("line", x1=scale(at), x2=scale(at), y1="14", y2="18", stroke=MUTED))
    return drawing(WIDTH, 18, f"Axis from 0 to {months} months", *parts, spoken=False)
