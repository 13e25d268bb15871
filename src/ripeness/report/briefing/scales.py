"""Scales of the drawings: round ticks, and from values and months to places."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ripeness.report.briefing.marks import Mark, mark
from ripeness.report.numbers import number

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Round distances of ticks, times a power of ten."""

NEAR_ZERO = 0.4
"""A scale begins at zero where its least value is below this share of its largest."""

FONT = "Inter, Source Sans 3, Noto Sans, Liberation Sans, Helvetica Neue, Arial, DejaVu Sans, sans-serif"
"""Fonts of a reader's machine, the first that there is; drawings name them themselves, for paper does not inherit."""

INK, MUTED, RULE, GREY = "#1a1d21", "#575d66", "#d5d9de", "#6a7079"
BLUE, ORANGE, GREEN, PLUM = "#0072b2", "#b3540a", "#007a5e", "#5b2a6e"
"""Colours that keep apart for colour-blind readers, all at least 4.5 to 1 on white."""


@dataclass(frozen=True)
class Scale:
    """From values between `low` and `high` to places between `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Place of a value; beyond the ends it stays at them."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def round_scale(
    values: Iterable[float | None], start: float, end: float, ticks: int = 4
) -> tuple[Scale, tuple[float, ...]]:
    """A scale that holds the values between round ends, and its ticks."""
    known = [value for value in values if value is not None and math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    if 0.0 < low < NEAR_ZERO * high:
        low = 0.0
    step = _step((high - low) or abs(high) or 1.0, ticks)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    return (
        Scale(first * step, last * step, start, end),
        tuple(step * i for i in range(first, last + 1)),
    )


def _step(width: float, ticks: int) -> float:
    size = 10.0 ** math.floor(math.log10(width / ticks))
    return next(size * step for step in STEPS if size * step * ticks >= width * (1 - 1e-9))


def written(
    text: str, x: float, y: float, *, anchor: str = "middle", colour: str = MUTED, bold: bool = False
) -> Mark:
    """Words in a drawing, set at 10.5 pixels."""
    return mark(
        "text",
        text,
        x=x,
        y=y,
        text_anchor=anchor,
        fill=colour,
        font_size="10.5",
        font_weight="600" if bold else None,
        font_family=FONT,
    )


def drawing(
    width: float, height: float, words: str, *parts: Mark | None, spoken: bool = True, look: str | None = None
) -> Mark:
    """A drawing with its words for those who do not see it; not `spoken`, where the words stand beside it anyway."""
    return mark(
        "svg",
        mark("title", words),
        *parts,
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="img" if spoken else None,
        aria_label=words if spoken else None,
        aria_hidden=None if spoken else "true",
        class_=look,
    )


def tick_text(ticks: Sequence[float]) -> list[str]:
    """Ticks as they are written: as few decimals as tell them apart."""
    gap = min((b - a for a, b in pairwise(ticks)), default=1.0)
    decimals = next((d for d in range(4) if abs(round(gap, d) - gap) < 1e-9 * max(gap, 1.0)), 3)
    return [number(tick, decimals) for tick in ticks]
