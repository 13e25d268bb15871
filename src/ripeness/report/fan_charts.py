"""Fan charts: what each policy does month by month, as small multiples; the only place that draws.

Colours are told apart with every common colour vision (smallest distance under deutan, protan and
tritan simulation above 10 in CIE Lab) and carry no judgment; policies also differ by dash and label.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

MOST_POLICIES = 4
"""Fans that one chart may hold and still be read."""

INK, MUTED, GRID = "#1a1d21", "#575d66", "#dfe2e6"
COLOURS = ("#6b7280", "#0072b2", "#b3540a", "#5b2a6e")
"""Reference first: grey, then blue, orange, plum."""

DASHES: tuple[Any, ...] = ((0, (4, 2)), "solid", (0, (6, 1.5, 1, 1.5)), (0, (1.5, 1.2)))

YEARS_BEFORE = 3
"""Years of record that a chart shows before the first policy begins."""

SIZE = (14.8, 11.0)
"""Inches of a figure; 150 dots an inch."""

LABEL_INCHES = 1.35
"""Room to the right of each panel for the names of policies."""

LABEL_CHARACTERS = 13
"""Characters after which a name is folded at an underscore or a space."""

LEAST_WIDTH = 7.4
"""Inches of the narrowest figure."""

TITLE_POINTS, SUBTITLE_POINTS, FOOTER_POINTS = 16, 10, 8
LETTER = 0.62
"""Mean width of a letter as a share of its height."""


@dataclass(frozen=True)
class Panel:
    """One output: quantiles (5, T) a policy as p05, p25, p50, p75, p95; the record (T,), NaN where none."""

    title: str
    unit: str
    bands: Mapping[str, Floats]
    observed: Floats
    weak: NDArray[np.bool_]
    """(T,) where the record is recalled or claimed."""
    score: str = ""
    """How such forecasts did in the past, in a few words."""


@dataclass(frozen=True)
class FanFigure:
    """Small multiples over common months; the first policy of each panel is the reference."""

    title: str
    subtitle: str
    footer: str
    months: tuple[Month, ...]
    panels: tuple[Panel, ...]
    data_end: Month
    starts: Mapping[str, Month]
    """Month from which each policy but the reference acts."""
    until: Month

    def __post_init__(self) -> None:
        for panel in self.panels:
            if len(panel.bands) > MOST_POLICIES:
                raise ValueError(
                    f"{panel.title}: {len(panel.bands)} fans; at most {MOST_POLICIES} can be read"
                )


def in_words(figure: FanFigure) -> str:
    """What the figure shows, for those who cannot see it: last medians and bands of each panel."""
    said = []
    for panel in figure.panels:
        parts = []
        for policy, band in panel.bands.items():
            low, middle, high = (float(band[i, -1]) for i in (0, 2, 4))
            parts.append(f"{policy} {middle:.3g} (5 to 95 %: {low:.3g} to {high:.3g})")
        score = f" ({panel.score})" if panel.score else ""
        said.append(f"{panel.title}, {panel.unit}, in {figure.until}: {'; '.join(parts)}{score}.")
    return " ".join(said)


def save_figure(figure: FanFigure, svg: Path, png: Path) -> list[Path]:
    """Write both files; the SVG carries the title and a description in words."""
    svg.write_text(svg_of(figure), encoding="utf-8")
    png.write_bytes(png_of(figure))
    return [svg, png]


@contextmanager
def _looks() -> Iterator[None]:
    """Settings of the drawing library, the same for every file. A dollar in a title is a dollar."""
    import matplotlib as mpl

    with mpl.rc_context(
        {
            "svg.hashsalt": "ripeness",
            "svg.fonttype": "none",
            "font.family": "DejaVu Sans",
            "text.parse_math": False,
        }
    ):
        yield


def svg_of(figure: FanFigure) -> str:
    """SVG text of a figure, with its words for screen readers."""
    with _looks():
        text = StringIO()
        draw(figure).savefig(text, format="svg", metadata={"Date": None, "Title": figure.title})
    return accessible(text.getvalue(), figure.title, in_words(figure))


def png_of(figure: FanFigure) -> bytes:
    """PNG of a figure."""
    with _looks():
        picture = BytesIO()
        draw(figure).savefig(
            picture, format="png", dpi=150, metadata={"Software": "ripeness", "Title": figure.title}
        )
    return picture.getvalue()


def accessible(svg: str, title: str, description: str) -> str:
    """SVG text with a title and description that screen readers find."""
    words = f'<title id="title">{escape(title)}</title><desc id="desc">{escape(description)}</desc>'
    return re.sub(
        r"<svg\b([^>]*)>",
        lambda found: f'<svg role="img" aria-labelledby="title desc"{found.group(1)}>{words}',
        svg,
        count=1,
        flags=re.DOTALL,
    )


def draw(figure: FanFigure) -> Figure:
    """The figure, on a canvas of its own: no window, no state shared with other figures."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(3, len(figure.panels))
    rows = math.ceil(len(figure.panels) / columns)
    width = max(SIZE[0] * columns / 3, LEAST_WIDTH)
    title = _wrapped(figure.title, width, TITLE_POINTS)
    subtitle = _wrapped(figure.subtitle, width, SUBTITLE_POINTS)
    footer = _wrapped(figure.footer, width, FOOTER_POINTS)
    head = 0.8 + 0.26 * _lines(title) + 0.18 * _lines(subtitle)
    foot = 0.4 + 0.14 * _lines(footer)
    height = head + foot - 0.7 + (SIZE[1] - 1.3) * rows / 3
    drawn = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(drawn)
    grid = drawn.add_gridspec(
        rows,
        columns,
        left=0.5 / width,
        right=1 - (LABEL_INCHES + 0.1) / width,
        top=1 - head / height,
        bottom=foot / height,
        hspace=0.4,
        wspace=(LABEL_INCHES + 0.5) / (width / columns - LABEL_INCHES - 0.5),
    )
    first = _first_shown(figure)
    for at, panel in enumerate(figure.panels):
        axes = drawn.add_subplot(grid[divmod(at, columns)])
        _draw_panel(axes, panel, figure, first)
        if not at:
            _name_marks(axes, figure)
    left = 0.2 / width
    below = 0.22 + 0.26 * _lines(title)
    drawn.text(
        left,
        1 - 0.18 / height,
        title,
        fontsize=TITLE_POINTS,
        weight="bold",
        color=INK,
        va="top",
        linespacing=1.15,
    )
    drawn.text(
        left, 1 - below / height, subtitle, fontsize=SUBTITLE_POINTS, color=MUTED, va="top", linespacing=1.3
    )
    drawn.text(left, 0.1 / height, footer, fontsize=FOOTER_POINTS, color=MUTED, va="bottom", linespacing=1.2)
    return drawn


def _wrapped(text: str, inches: float, points: float) -> str:
    """Text in lines that fit a figure so wide, at the mean width of a letter."""
    room = int((inches - 0.4) / (LETTER * points / 72))
    return "\n".join(part for line in text.splitlines() for part in wrap(line, room) or [""])


def _lines(text: str) -> int:
    return text.count("\n") + 1


def _first_shown(figure: FanFigure) -> int:
    anchor = min([*figure.starts.values(), figure.data_end + 1])
    return max(anchor - figure.months[0] - 12 * YEARS_BEFORE, 0)


def _year(month: Month) -> float:
    return month.year + (month.month - 0.5) / 12


def _draw_panel(axes: Axes, panel: Panel, figure: FanFigure, first: int) -> None:
    x = np.array([_year(month) for month in figure.months])[first:]
    crowded = len(panel.bands) > 2
    for at, (name, band) in enumerate(panel.bands.items()):
        since = _acts_since(figure, name, first)
        p05, p25, p50, p75, p95 = band[:, first + since :]
        own, colour = x[since:], COLOURS[at]
        if not (crowded and at):
            axes.fill_between(own, p05, p95, color=colour, alpha=0.15, lw=0, zorder=1 + at)
        axes.fill_between(own, p25, p75, color=colour, alpha=0.16 if crowded else 0.24, lw=0, zorder=1.5 + at)
        known = 0 if at else np.count_nonzero(own <= _year(figure.data_end))
        axes.plot(own[:known], p50[:known], color=colour, lw=1.6, zorder=6)
        forecast = slice(max(known - 1, 0), None)
        axes.plot(
            own[forecast], p50[forecast], color=colour, lw=2.2 if at else 1.8, ls=DASHES[at], zorder=6 + at
        )
    _draw_record(axes, panel, x, first)
    axes.set_xlim(x[0] - 0.04, x[-1] + 0.01)
    _set_limits(axes, panel, first)
    _mark_months(axes, figure, x)
    _label_ends(axes, panel, x)
    axes.set_title(
        panel.title, loc="left", fontsize=11.5, weight="bold", color=INK, pad=27 if panel.score else 17
    )
    lines = f"{panel.unit}\n{panel.score}" if panel.score else panel.unit
    axes.text(0, 1.035, lines, transform=axes.transAxes, fontsize=8.5, color=MUTED, linespacing=1.25)
    axes.grid(axis="y", color=GRID, lw=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    years = range(math.ceil(x[0]), math.floor(x[-1]) + 1)
    axes.set_xticks(list(years), [str(year) for year in years])
    axes.tick_params(length=0, labelsize=9, colors=MUTED)


def _draw_record(axes: Axes, panel: Panel, x: Floats, first: int) -> None:
    seen, weak = panel.observed[first:], panel.weak[first:]
    style: dict[str, Any] = {"ls": "none", "marker": "o", "ms": 3.4, "mew": 0.8, "mec": INK, "zorder": 12}
    axes.plot(x[~weak], seen[~weak], mfc=INK, **style)
    axes.plot(x[weak], seen[weak], mfc="white", **style)


def _set_limits(axes: Axes, panel: Panel, first: int) -> None:
    """Room for every band and the record."""
    shown = np.concatenate([band[:, first:].ravel() for band in panel.bands.values()])
    shown = np.concatenate([shown, panel.observed[first:]])
    shown = shown[np.isfinite(shown)]
    if not shown.size:
        return
    low, high = float(shown.min()), float(shown.max())
    room = 0.06 * (high - low or 1.0)
    # A zero that is nearly in sight belongs in the picture; a far one would flatten the rest.
    low = 0.0 if 0 <= low < 0.25 * high else low - room
    axes.set_ylim(low, high + room)


def _acts_since(figure: FanFigure, policy: str, first: int) -> int:
    """Shown month before which a policy does as the reference, and need not be drawn twice."""
    start = figure.starts.get(policy)
    return 0 if start is None else max(start - figure.months[0] - 1 - first, 0)


def _marks(figure: FanFigure) -> list[tuple[float, str]]:
    """Places and words of the vertical lines: end of the data, and where policies begin."""
    end = figure.data_end
    late = sorted({start for start in figure.starts.values() if abs(start - (end + 1)) > 1})
    joined = len(late) < len(set(figure.starts.values()))
    marks = [(_year(end) + 1 / 24, "data end, policies start" if joined else "data end")]
    return marks + [(_year(start) - 1 / 24, "policy starts") for start in late]


def _mark_months(axes: Axes, figure: FanFigure, x: Floats) -> None:
    for at, _ in _marks(figure):
        if x[0] <= at <= x[-1]:
            axes.axvline(at, color=MUTED, lw=0.9, ls=(0, (2, 2)), zorder=0.5)


def _name_marks(axes: Axes, figure: FanFigure) -> None:
    """Words at the vertical lines, in one panel for all: at the top, where fans are still narrow."""
    low, high = axes.get_xlim()
    for at, words in _marks(figure):
        if low <= at <= high:
            axes.annotate(
                words,
                (at, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(4, -2),
                textcoords="offset points",
                ha="left",
                va="top",
                fontsize=8,
                color=MUTED,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
                zorder=13,
            )


def folded(name: str, characters: int = LABEL_CHARACTERS) -> str:
    """A name in lines of about so many characters, broken after underscores and spaces."""
    lines = [""]
    for part in re.findall(r"[^_ ]+[_ ]?|[_ ]", name):
        if lines[-1] and len(lines[-1]) + len(part.rstrip(" ")) > characters:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.rstrip(" ") for line in lines)


def _label_ends(axes: Axes, panel: Panel, x: Floats) -> None:
    """Names beside the ends of the medians, moved apart where they would touch, with a line to the end."""
    low, high = axes.get_ylim()
    ends = {name: band[2][-1] for name, band in panel.bands.items() if np.isfinite(band[2][-1])}
    labels = {name: folded(name) for name in ends}
    heights = [(0.025 + 0.05 * (text.count("\n") + 1)) * (high - low) for text in labels.values()]
    places = spread_apart(list(ends.values()), heights, low, high)
    span = x[-1] - x[0]
    for place, (name, end) in zip(places, ends.items(), strict=True):
        colour = COLOURS[list(panel.bands).index(name)]
        axes.annotate(
            labels[name],
            (x[-1] + 0.01 * span, end),
            xytext=(x[-1] + 0.07 * span, place),
            annotation_clip=False,
            ha="left",
            va="center",
            fontsize=8.5,
            linespacing=1.0,
            weight="bold",
            color=colour,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "lw": 0.8,
                "relpos": (0.0, 0.5),
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )


def spread_apart(values: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of labels of these heights, in the order of the values and as near to them as they fit in low..high."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    result = [0.0] * len(values)
    if not order:
        return result
    # Distance of each label's middle from the first one's where all lie close together.
    reach = [0.0]
    for below, above in pairwise(order):
        reach.append(reach[-1] + (heights[below] + heights[above]) / 2)
    # What is left is to place points that may not step back: pool those that would, at their mean.
    pools: list[tuple[float, int]] = []
    for at, i in enumerate(order):
        mean, count = values[i] - reach[at], 1
        while pools and pools[-1][0] > mean:
            other, size = pools.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        pools.append((mean, count))
    bottom = low + heights[order[0]] / 2
    top = high - heights[order[-1]] / 2 - reach[-1]
    levels = [max(min(mean, top), bottom) for mean, count in pools for _ in range(count)]
    for at, i in enumerate(order):
        result[i] = levels[at] + reach[at]
    return result
