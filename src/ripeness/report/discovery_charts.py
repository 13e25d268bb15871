"""Charts of a discovery: how density was bought with coverage, and where the limits of the boxes lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.report.fan_charts import COLOURS, GRID, INK, MUTED
from ripeness.report.numbers import decimals_for, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 9.0
TRAJECTORY_HEIGHT = 3.4
ROW_HEIGHT = 0.42


def save_discovery_charts(document: Mapping[str, Any], folder: Path) -> list[Path]:
    """A chart for each answer that has a trajectory, as SVG and PNG; returns the files."""
    import matplotlib as mpl

    files: list[Path] = []
    for answer in document["answers"]:
        if len(answer["trajectory"]) < 2:
            continue
        stem = folder / f"boxes_{answer['reading']}_{answer['model']}"
        title = f"{document['subject']}: {answer['reading'].replace('_', ' ')}, {answer['model']}"
        with mpl.rc_context(
            {"svg.hashsalt": "ripeness", "svg.fonttype": "none", "font.family": "DejaVu Sans"}
        ):
            drawn = draw(answer, title)
            svg, png = stem.with_suffix(".svg"), stem.with_suffix(".png")
            drawn.savefig(svg, format="svg", metadata={"Date": None, "Title": title})
            drawn.savefig(png, format="png", dpi=120, metadata={"Software": "ripeness", "Title": title})
        files += [svg, png]
    return files


def draw(answer: Mapping[str, Any], title: str) -> Figure:
    """The trajectory above, the limits of the boxes below."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    limits = [
        (f"{at + 1}." if box["of"] == "holds" else f"{at + 1}, fails:", limit)
        for at, box in enumerate(answer["boxes"])
        for limit in box["ranges"]
    ]
    below = ROW_HEIGHT * len(limits) + 0.6 if limits else 0.0
    height = TRAJECTORY_HEIGHT + below + 0.8
    drawn = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(drawn)
    axes = drawn.add_axes((0.09, (below + 0.55) / height, 0.87, (TRAJECTORY_HEIGHT - 0.55) / height))
    _trajectory(axes, answer)
    if limits:
        rows = drawn.add_axes((0.46, 0.3 / height, 0.40, (below - 0.55) / height))
        _limits(rows, limits)
    drawn.text(0.02, 1 - 0.2 / height, title, fontsize=12, weight="bold", color=INK, va="center")
    words = "Each dot is a box of the peeling; colour: how many inputs it limits. Ringed: the boxes reported."
    drawn.text(0.02, 1 - 0.45 / height, words, fontsize=8, color=MUTED, va="center")
    return drawn


def _trajectory(axes: Axes, answer: Mapping[str, Any]) -> None:
    path = answer["trajectory"]
    for step in path:
        colour = COLOURS[min(step["inputs"], len(COLOURS) - 1)]
        axes.plot(step["coverage"], step["density"], "o", ms=5, color=colour, alpha=0.8)
    for count in sorted({min(step["inputs"], len(COLOURS) - 1) for step in path}):
        more = " or more" if count == len(COLOURS) - 1 else ""
        label = f"{count}{more} input{'' if count == 1 and not more else 's'}"
        axes.plot([], [], "o", ms=5, color=COLOURS[count], label=label)
    for at, box in enumerate(each for each in answer["boxes"] if each["of"] == "holds"):
        axes.plot(box["coverage"], box["density"], "o", ms=13, mfc="none", mec=INK, mew=1.5)
        axes.annotate(
            f"box {at + 1}", (box["coverage"], box["density"]), (9, 6), textcoords="offset points", fontsize=8
        )
    axes.axhline(answer["base_rate"], color=MUTED, lw=0.8, ls=(0, (3, 2)))
    axes.annotate("all futures", (0.0, answer["base_rate"]), (3, 3), textcoords="offset points", fontsize=8)
    axes.set_xlim(-0.02, 1.05)
    axes.set_ylim(0.0, 1.08 * max(step["density"] for step in path))
    axes.set_xlabel("Coverage: share of the futures in which it holds", fontsize=8, color=INK)
    axes.set_ylabel("Density: share inside in which it holds", fontsize=8, color=INK)
    axes.tick_params(labelsize=8, colors=MUTED)
    axes.legend(fontsize=7.5, frameon=False, loc="lower left")
    axes.grid(color=GRID, lw=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _limits(axes: Axes, limits: list[tuple[str, Mapping[str, Any]]]) -> None:
    for row, (head, limit) in enumerate(limits):
        low, high = limit["range"]
        width = (high - low) or 1.0
        first = 0.0 if limit["low"] is None else (limit["low"] - low) / width
        last = 1.0 if limit["high"] is None else (limit["high"] - low) / width
        axes.barh(row, 1.0, height=0.5, color=GRID)
        axes.barh(row, last - first, left=first, height=0.5, color=COLOURS[1])
        for value, at_x, side in ((limit["low"], first, "right"), (limit["high"], last, "left")):
            if value is not None:
                text = number(value, decimals_for([value]))
                gap = 0.008 if side == "left" else -0.008
                axes.text(at_x + gap, row, text, va="center", ha=side, fontsize=7.5, color=INK)
        places = max(decimals_for([low]), decimals_for([high]))
        axes.text(
            1.02,
            row,
            f"{number(high, places)} {limit['unit']}".strip(),
            va="center",
            fontsize=7.5,
            color=MUTED,
        )
        axes.text(-0.02, row, number(low, places), va="center", ha="right", fontsize=7.5, color=MUTED)
        label = limit["label"] if len(limit["label"]) < 42 else limit["label"][:40] + "…"
        axes.text(-0.16, row, f"{head} {label}", va="center", ha="right", fontsize=8, color=INK)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(limits) - 0.5, -0.5)
    axes.axis("off")
