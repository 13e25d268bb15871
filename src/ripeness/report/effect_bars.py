"""Sorted bars with intervals: what each input has to do with a difference between two policies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.base import RipenessError
from ripeness.report.fan_charts import COLOURS, GRID, INK, MUTED
from ripeness.report.numbers import MINUS
from ripeness.report.sensitivity import BESIDE, order_of, title_of
from ripeness.report.wording import NO_FORECAST

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Document = Mapping[str, Any]

SHOWN = 15
"""Inputs that one chart holds."""

PALE, PRIOR = "#bcd5e8", "#b3540a"
"""Total shares behind those of an input alone; inputs driven by their priors."""

ROW_INCHES = 0.34
LEFT_INCHES = 4.6
WIDTH = 12.8
LABEL_CHARACTERS = 60

FACTOR_WORDS = {
    "others": "All other parameters",
    "luck": "Luck: shocks of all months",
    "rest": "Not explained by the inputs named",
}


def save_effect_bars(document: Document, folder: Path) -> tuple[Path, ...]:
    """One chart a metric whose difference varies, as SVG and PNG; returns the files."""
    import matplotlib as mpl

    written: list[Path] = []
    for name, entry in document["metric"].items():
        if entry["difference"]["sd"] == 0.0:
            continue
        svg, png = folder / f"effects_{name}.svg", folder / f"effects_{name}.png"
        with mpl.rc_context(
            {"svg.hashsalt": "ripeness", "svg.fonttype": "none", "font.family": "DejaVu Sans"}
        ):
            drawn = draw(document, name)
            text = StringIO()
            title = _title(document, entry)
            drawn.savefig(text, format="svg", metadata={"Date": None, "Title": title})
            try:
                svg.write_text(
                    _accessible(text.getvalue(), title, in_words(document, name)), encoding="utf-8"
                )
                drawn.savefig(png, format="png", dpi=150, metadata={"Software": "ripeness", "Title": title})
            except OSError as cause:
                raise RipenessError(
                    f"cannot write to {folder}: {cause.strerror}", "choose another folder"
                ) from cause
        written += [svg, png]
    return tuple(written)


def in_words(document: Document, name: str) -> str:
    """What the chart shows, for those who cannot see it."""
    about = document["metric"][name]["difference"]
    said = []
    for factor in order_of(about)[:SHOWN]:
        parts = [
            f"{words} {share['value']:.2f} ({share['low']:.2f} to {share['high']:.2f})"
            for words, kind in (("alone", "first"), ("in all", "total"), ("Shapley", "shapley"))
            if (share := about[kind].get(factor)) is not None and share["value"] is not None
        ]
        said.append(f"{_label(document, factor)}: {', '.join(parts)}.")
    return " ".join(said)


def draw(document: Document, name: str) -> Figure:
    """Bars of the difference in one metric: Sobol indices where there are any, Shapley effects beside them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    entry = document["metric"][name]
    about = entry["difference"]
    beside = [each for each in BESIDE if each in about["total"] or each in about["shapley"]]
    factors = [*order_of(about)[:SHOWN], *beside]
    designed = bool(about["total"])
    height = 2.35 + ROW_INCHES * len(factors)
    drawn = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(drawn)
    panels = 2 if designed else 1
    grid = drawn.add_gridspec(
        1,
        panels,
        left=LEFT_INCHES / WIDTH,
        right=0.965,
        top=1 - 1.5 / height,
        bottom=0.85 / height,
        wspace=0.1,
    )
    if designed:
        axes = drawn.add_subplot(grid[0])
        _draw_sobol(axes, about, factors)
        _name_rows(axes, document, factors)
    axes = drawn.add_subplot(grid[panels - 1])
    _draw_shapley(axes, document, about, factors)
    if not designed:
        _name_rows(axes, document, factors)
    left = 0.2 / WIDTH
    drawn.text(
        left, 1 - 0.3 / height, _title(document, entry), fontsize=14, weight="bold", color=INK, va="center"
    )
    drawn.text(
        left,
        1 - 0.5 / height,
        _subtitle(document, entry),
        fontsize=9.5,
        color=MUTED,
        va="top",
        linespacing=1.35,
    )
    run = document["run"]
    footer = (
        f"ripeness {run['model_version']}, run {run['hash'][:12]}, {run['start']} to {run['until']}, "
        f"seed {run['seed']}, parameters from the {document['draws']['from']}. {NO_FORECAST}"
    )
    drawn.text(left, 0.2 / height, footer, fontsize=8, color=MUTED, va="center")
    return drawn


def _title(document: Document, entry: Document) -> str:
    return (
        f"What decides {entry['label'][:1].lower()}{entry['label'][1:]}: {title_of(document, 'difference')}"
    )


def _subtitle(document: Document, entry: Document) -> str:
    about = entry["difference"]
    return (
        f"Shares of the variance of the difference, which is {_signed(about['mean'])} {entry['unit']} on average "
        f"with a standard deviation of {about['sd']:.2g}.\nWhiskers: intervals of 90 %. "
        "Orange: inputs that the record has hardly narrowed, driven by their priors."
    )


def _signed(value: float) -> str:
    return f"{value:.3g}".replace("-", MINUS)


def _label(document: Document, factor: str) -> str:
    known = document["inputs"].get(factor)
    return FACTOR_WORDS[factor] if known is None else f"{factor}: {known['label']}"


def _name_rows(axes: Axes, document: Document, factors: list[str]) -> None:
    names = []
    for factor in factors:
        label = _label(document, factor)
        names.append(label if len(label) <= LABEL_CHARACTERS else f"{label[: LABEL_CHARACTERS - 2]}…")
    axes.set_yticks(range(len(factors)), names)
    for tick, factor in zip(axes.get_yticklabels(), factors, strict=True):
        known = document["inputs"].get(factor)
        tick.set_color(PRIOR if known is not None and known["driven_by_prior"] else INK)
        tick.set_fontstyle("italic" if known is None else "normal")


def _draw_sobol(axes: Axes, about: Document, factors: list[str]) -> None:
    for at, factor in enumerate(factors):
        total, first = about["total"].get(factor), about["first"].get(factor)
        if total is None or total["value"] is None or first is None:
            continue
        axes.barh(at, total["value"], height=0.66, color=PALE, zorder=2)
        axes.barh(at, max(first["value"], 0.0), height=0.34, color=COLOURS[1], zorder=3)
        axes.plot([total["low"], total["high"]], [at, at], color=INK, lw=1.1, zorder=4, solid_capstyle="butt")
        axes.text(
            max(total["high"], 0) + 0.012, at, f"{total['value']:.2f}", va="center", fontsize=8.5, color=INK
        )
    _frame(axes, len(factors), "Sobol: dark alone, pale with interactions", _largest(about, factors))


def _draw_shapley(axes: Axes, document: Document, about: Document, factors: list[str]) -> None:
    for at, factor in enumerate(factors):
        share = about["shapley"].get(factor)
        if share is None or share["value"] is None:
            continue
        known = document["inputs"].get(factor)
        colour = COLOURS[0] if known is None else PRIOR if known["driven_by_prior"] else COLOURS[1]
        axes.barh(at, max(share["value"], 0.0), height=0.5, color=colour, zorder=2)
        low, high = max(share["low"], 0.0), max(share["high"], 0.0)
        axes.plot([low, high], [at, at], color=INK, lw=1.1, zorder=4, solid_capstyle="butt")
        axes.text(high + 0.012, at, f"{max(share['value'], 0.0):.2f}", va="center", fontsize=8.5, color=INK)
    _frame(axes, len(factors), "Shapley: inputs as they move together", _largest(about, factors))


def _largest(about: Document, factors: list[str]) -> float:
    """End of the scale, the same for both panels: room for the largest number and its words."""
    shares = [about[kind].get(factor) for kind in ("total", "shapley") for factor in factors]
    ends = [max(share["value"], share["high"]) for share in shares if share and share["value"] is not None]
    return max(1.15 * max(ends, default=0.0), 0.1)


def _frame(axes: Axes, rows: int, title: str, largest: float) -> None:
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xlim(0.0, largest)
    axes.set_yticks(range(rows), [""] * rows)
    axes.tick_params(length=0, labelsize=9, colors=MUTED)
    axes.set_title(title, loc="left", fontsize=10, color=INK, weight="bold")
    axes.set_xlabel("Share of variance", fontsize=9, color=MUTED, loc="left")
    axes.grid(axis="x", color=GRID, lw=0.7, zorder=0)
    axes.set_axisbelow(True)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color(GRID)


def _accessible(svg: str, title: str, words: str) -> str:
    """SVG text with a title and description that screen readers find."""
    said = f'<title id="title">{escape(title)}</title><desc id="desc">{escape(words)}</desc>'
    return re.sub(
        r"<svg\b([^>]*)>",
        lambda found: f'<svg role="img" aria-labelledby="title desc"{found.group(1)}>{said}',
        svg,
        count=1,
        flags=re.DOTALL,
    )
