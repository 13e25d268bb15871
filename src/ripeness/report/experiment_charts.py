"""Chart of natural experiments: what was predicted from a month on, what without the instrument, what was recorded."""

from __future__ import annotations

import math
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ripeness.report.experiments import ExperimentFigure, ExperimentPanel, three
from ripeness.report.fan_charts import COLOURS, GRID, INK, MUTED, accessible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4

PANEL = (3.6, 2.55)
"""Inches of a panel with its title."""

SUBTITLE = (
    "Line and band: median and 80 % of futures filtered to the month before the event, instruments given. Dashes: the\n"
    "same without the instrument. Points: the record with one error each way. Grey band: in sample."
)


def in_words(figure: ExperimentFigure) -> str:
    """What the figure shows, for those who cannot see it: the last recorded month of each panel."""
    said = []
    for panel in figure.panels:
        seen = np.flatnonzero(np.isfinite(panel.recorded))
        at = int(seen[-1])
        said.append(
            f"{panel.experiment}, {panel.output} in {panel.months[at]}: predicted {three(panel.middle[at])} "
            f"({three(panel.low[at])} to {three(panel.high[at])}), recorded {three(panel.recorded[at])}."
        )
    return " ".join(said)


def save_experiments(figure: ExperimentFigure, svg: Path, png: Path) -> list[Path]:
    """Draw once and write both files; the SVG carries the title and a description in words."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": "ripeness", "svg.fonttype": "none", "font.family": "DejaVu Sans"}):
        drawn = draw(figure)
        text = StringIO()
        drawn.savefig(text, format="svg", metadata={"Date": None, "Title": figure.title})
        svg.write_text(accessible(text.getvalue(), figure.title, in_words(figure)), encoding="utf-8")
        drawn.savefig(png, format="png", dpi=150, metadata={"Software": "ripeness", "Title": figure.title})
    return [svg, png]


def draw(figure: ExperimentFigure) -> Figure:
    """The figure, on a canvas of its own."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(COLUMNS, len(figure.panels))
    rows = math.ceil(len(figure.panels) / columns)
    width, height = PANEL[0] * max(columns, 3) + 0.4, PANEL[1] * rows + 1.15
    drawn = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(drawn)
    grid = drawn.add_gridspec(
        rows,
        columns,
        left=0.5 / width,
        right=1 - 0.2 / width,
        top=1 - 1.45 / height,
        bottom=0.4 / height,
        hspace=0.75,
        wspace=0.22,
    )
    for at, panel in enumerate(figure.panels):
        _draw_panel(drawn.add_subplot(grid[divmod(at, columns)]), panel)
    left = 0.2 / width
    drawn.text(left, 1 - 0.28 / height, figure.title, fontsize=15, weight="bold", color=INK, va="center")
    drawn.text(left, 1 - 0.48 / height, SUBTITLE, fontsize=9, color=MUTED, va="top", linespacing=1.3)
    return drawn


def _draw_panel(axes: Axes, panel: ExperimentPanel) -> None:
    x = np.arange(len(panel.months), dtype=float)
    colour = COLOURS[0] if panel.in_sample else COLOURS[1]
    axes.fill_between(x, panel.low, panel.high, color=colour, alpha=0.2, lw=0, zorder=1)
    if panel.without is not None:
        axes.plot(x, panel.without, color=COLOURS[2], lw=1.6, ls=(0, (4, 2)), zorder=3)
    axes.plot(x, panel.middle, color=colour, lw=2.0, zorder=4)
    axes.axvline(panel.origin - panel.months[0] - 0.5, color=MUTED, lw=0.9, ls=(0, (2, 2)), zorder=0.5)
    axes.errorbar(
        x,
        panel.recorded,
        yerr=panel.recorded_sd,
        fmt="o",
        ms=4,
        color=INK,
        ecolor=INK,
        elinewidth=0.9,
        zorder=6,
    )
    title = f"{panel.experiment}  {panel.date}".strip()
    axes.set_title(title, loc="left", fontsize=11, weight="bold", color=INK, pad=15)
    axes.text(0, 1.03, panel.output, transform=axes.transAxes, fontsize=8.5, color=MUTED)
    axes.grid(axis="y", color=GRID, lw=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    step = max(1, math.ceil(len(x) / 4))
    axes.set_xticks(x[::step], [str(month) for month in panel.months[::step]])
    axes.set_xlim(-0.3, len(x) - 0.7)
    axes.tick_params(length=0, labelsize=8, colors=MUTED)
