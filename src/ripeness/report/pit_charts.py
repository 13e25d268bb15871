"""PIT histograms of a backcast: where in its forecasts the outcomes of each series lay, as small multiples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.report.fan_charts import COLOURS, GRID, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHORT, LONG = ("h1", "h3"), ("h6", "h12")
"""Horizons that share a histogram: one forecast in so few months would say nothing."""

COLUMNS = 6
PANEL_INCHES = (2.0, 1.55)
LEAST = 5
"""Forecasts below which a histogram is not drawn."""


def save_pit_charts(document: Mapping[str, Any], svg: Path, png: Path | None) -> list[Path]:
    """Draw once and write the files; none where no series has enough forecasts."""
    import matplotlib as mpl

    counts = pit_counts(document["series"])
    if not counts:
        return []
    title = f"Where outcomes lay in their forecasts, {document['mode']}"
    with mpl.rc_context({"svg.hashsalt": "ripeness", "svg.fonttype": "none", "font.family": "DejaVu Sans"}):
        drawn = draw(counts, title)
        drawn.savefig(svg, format="svg", metadata={"Date": None, "Title": title})
        if png is None:
            return [svg]
        drawn.savefig(png, format="png", dpi=120, metadata={"Software": "ripeness", "Title": title})
    return [svg, png]


def pit_counts(series: Mapping[str, Any]) -> dict[str, dict[str, list[int]]]:
    """Counts by fifth of the forecast, by series, of short and of long horizons that were given."""
    found: dict[str, dict[str, list[int]]] = {}
    for name, horizons in series.items():
        for label, among in (("short", SHORT), ("long", LONG)):
            rows = [scores["pit_counts"] for key, scores in horizons.items() if key in among]
            summed = [sum(column) for column in zip(*rows, strict=True)]
            if sum(summed) >= LEAST:
                found.setdefault(name, {})[label] = summed
    return found


def draw(counts: Mapping[str, Mapping[str, Sequence[int]]], title: str) -> Figure:
    """The figure: bars for horizons of 1 and 3 months, a line for 6 and 12, and the level of an honest forecast."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(COLUMNS, len(counts))
    rows = math.ceil(len(counts) / columns)
    width, height = max(PANEL_INCHES[0] * columns, 8.0), PANEL_INCHES[1] * rows + 1.0
    drawn = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(drawn)
    grid = drawn.add_gridspec(
        rows,
        columns,
        left=0.15 / width,
        right=1 - 0.15 / width,
        top=1 - 0.95 / height,
        bottom=0.2 / height,
        hspace=0.6,
        wspace=0.15,
    )
    for at, (name, both) in enumerate(counts.items()):
        _panel(drawn.add_subplot(grid[divmod(at, columns)]), name, both)
    drawn.text(0.15 / width, 1 - 0.2 / height, title, fontsize=12, weight="bold", color=INK, va="center")
    words = (
        "Fifths of the forecast from low to high. Bars: 1 and 3 months ahead; line: 6 and 12. Dashed: honest. High at "
        "both ends: too sure; high\nin the middle: too wide; high at one side: the forecast lay off to the other."
    )
    drawn.text(0.15 / width, 1 - 0.33 / height, words, fontsize=7.5, color=MUTED, va="top", linespacing=1.3)
    return drawn


def _panel(axes: Axes, name: str, both: Mapping[str, Sequence[int]]) -> None:
    bins = len(next(iter(both.values())))
    edges = [i / bins for i in range(bins + 1)]
    top = 2.0
    if "short" in both:
        shares = _densities(both["short"])
        axes.bar(edges[:-1], shares, width=1 / bins, align="edge", color=COLOURS[1], alpha=0.45, lw=0)
        top = max(top, *shares)
    if "long" in both:
        shares = _densities(both["long"])
        axes.stairs(shares, edges, color=COLOURS[2], lw=1.3)
        top = max(top, *shares)
    axes.axhline(1.0, color=MUTED, lw=0.8, ls=(0, (3, 2)))
    numbers = "/".join(str(sum(both[label])) if label in both else "–" for label in ("short", "long"))
    axes.set_title(f"{name}\nn {numbers}", loc="left", fontsize=6.5, color=INK, pad=2)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.05 * top)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)


def _densities(counts: Sequence[int]) -> list[float]:
    """Counts over what an honest forecast would have in each part."""
    return [len(counts) * count / sum(counts) for count in counts]
