"""Charts of a search: trade-offs as a matrix of pairs of aims, and pathways as a map of months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness.base import RipenessError
from ripeness.report.effect_bars import _accessible as accessible
from ripeness.report.fan_charts import COLOURS, GRID, INK, MUTED
from ripeness.report.searching import percent
from ripeness.report.wording import NO_FORECAST

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Document = Mapping[str, Any]

PANEL_INCHES = 2.9
ROW_INCHES = 0.33
WIDTH = 12.5
LEFT_INCHES = 3.6


def save_search_charts(document: Document, folder: Path) -> tuple[Path, ...]:
    """The chart of a search's document as SVG and PNG; returns the files."""
    import matplotlib as mpl

    ways = document["pathways"]
    stem = "trade_offs" if ways is None else "pathways"
    title = _title(document)
    words = _trade_off_words(document) if ways is None else _map_words(ways)
    svg, png = folder / f"{stem}.svg", folder / f"{stem}.png"
    with mpl.rc_context({"svg.hashsalt": "ripeness", "svg.fonttype": "none", "font.family": "DejaVu Sans"}):
        drawn = draw_trade_offs(document) if ways is None else draw_map(document)
        text = StringIO()
        drawn.savefig(text, format="svg", metadata={"Date": None, "Title": title})
        try:
            svg.write_text(accessible(text.getvalue(), title, words), encoding="utf-8")
            drawn.savefig(png, format="png", dpi=150, metadata={"Software": "ripeness", "Title": title})
        except OSError as cause:
            raise RipenessError(
                f"cannot write to {folder}: {cause.strerror}", "choose another folder"
            ) from cause
    return svg, png


def _title(document: Document) -> str:
    ways = document["pathways"]
    if ways is None:
        return f"Trade-offs in the space {document['space']['name']}"
    return f"Until when {ways['policy']} is good enough, and what could follow"


def _trade_off_words(document: Document) -> str:
    said = []
    for name, entry in (*document["beside"].items(), *((each["name"], each) for each in document["archive"])):
        values = ", ".join(
            f"{aim['metric']} {entry['aims'][aim['metric']]['held_out']['mean']:.3g}"
            for aim in document["aims"]
        )
        said.append(f"{name}: {values}.")
    return " ".join(said)


def _map_words(ways: Document) -> str:
    said = []
    for aim in ways["aims"].values():
        said.append(f"{aim['title']}:")
        for label, way in _ways_of(ways, aim):
            spans = "; ".join(f"{a} to {b}" for a, b in way["good_enough"]) or "never"
            said.append(f"{label} good enough {spans}.")
    return " ".join(said)


def draw_trade_offs(document: Document) -> Figure:
    """Pairs of aims below the diagonal: all that was valued in grey, the archive on unseen futures in blue."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    aims = document["aims"]
    side = len(aims) - 1
    width, height = PANEL_INCHES * side + 2.4, PANEL_INCHES * side + 2.0
    drawn = Figure(figsize=(max(width, 8.0), height), facecolor="white")
    FigureCanvasAgg(drawn)
    width = max(width, 8.0)
    grid = drawn.add_gridspec(
        side,
        side,
        left=1.15 / width,
        right=1 - 0.35 / width,
        top=1 - 1.2 / height,
        bottom=0.95 / height,
        hspace=0.18,
        wspace=0.2,
    )
    for row in range(side):
        for column in range(row + 1):
            axes = drawn.add_subplot(grid[row, column])
            _draw_pair(axes, document, aims[column], aims[row + 1])
            if row == side - 1:
                axes.set_xlabel(_axis(aims[column]), fontsize=8.5, color=INK)
            else:
                axes.set_xticklabels([])
            if column == 0:
                axes.set_ylabel(_axis(aims[row + 1]), fontsize=8.5, color=INK)
            else:
                axes.set_yticklabels([])
    _frame_text(
        drawn,
        document,
        width,
        height,
        f"Differences from {document['reference']} in the same futures. Grey: policies valued in the search. Blue: "
        "kept, on unseen futures\n(paler: beaten there). Orange: policies of the case, not searched. Arrows: "
        "what the objective wants.",
    )
    return drawn


def _axis(aim: Document) -> str:
    arrow = "\u2190" if aim["sense"] == "lower" else "\u2192"
    label = aim["label"] if len(aim["label"]) <= 34 else f"{aim['label'][:33]}\u2026"
    return f"{label}\n{aim['unit']} {arrow} {aim['sense']}"


def _draw_pair(axes: Axes, document: Document, x: Document, y: Document) -> None:
    one, other = x["metric"], y["metric"]
    reference = document["beside"][document["reference"]]["aims"]
    grey = {
        name: [each[name] - reference[name]["training"]["mean"] for each in document["evaluated"]]
        for name in (one, other)
    }
    axes.scatter(grey[one], grey[other], s=5, color="#c9cdd3", linewidths=0, zorder=1)

    def place_of(entry: Document) -> tuple[float, float]:
        a, b = (
            entry["aims"][name]["held_out"]["mean"] - reference[name]["held_out"]["mean"]
            for name in (one, other)
        )
        return a, b

    for each in document["archive"]:
        at = place_of(each)
        axes.scatter(
            *at,
            s=20,
            color=COLOURS[1],
            alpha=0.95 if each["unbeaten_held_out"] else 0.35,
            linewidths=0,
            zorder=3,
        )
    placed: list[tuple[float, float]] = []
    spots = [(name, *place_of(entry), COLOURS[2]) for name, entry in document["beside"].items()]
    spots += [
        (each["name"], *place_of(each), COLOURS[1]) for each in document["archive"] if each["stands_for"]
    ]
    xs = [spot[1] for spot in spots] + grey[one]
    ys = [spot[2] for spot in spots] + grey[other]
    width, height = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    for name, at_x, at_y, colour in spots:
        if colour == COLOURS[2]:
            axes.scatter(at_x, at_y, s=26, marker="D", color=colour, linewidths=0, zorder=4)
        else:
            axes.scatter(at_x, at_y, s=34, facecolors="none", edgecolors=INK, linewidths=0.9, zorder=4)
        place = ((at_x - min(xs)) / width, (at_y - min(ys)) / height)
        if any(abs(place[0] - a) < 0.3 and abs(place[1] - b) < 0.055 for a, b in placed):
            continue  # a name over another cannot be read; the table has them all
        placed.append(place)
        right = place[0] < 0.62
        axes.annotate(
            name,
            (at_x, at_y),
            xytext=(5 if right else -5, 3),
            textcoords="offset points",
            ha="left" if right else "right",
            fontsize=6.8,
            color=colour,
            zorder=5,
        )
    axes.set_xlim(min(xs) - 0.05 * width, max(xs) + 0.05 * width)
    axes.set_ylim(min(ys) - 0.05 * height, max(ys) + 0.08 * height)
    axes.tick_params(labelsize=7.5, colors=MUTED, length=2)
    axes.grid(color=GRID, lw=0.5, zorder=0)
    axes.set_axisbelow(True)
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    for edge in ("left", "bottom"):
        axes.spines[edge].set_color(GRID)


def _ways_of(ways: Document, aim: Document) -> Iterator[tuple[str, Document]]:
    """Rows of the map for one aim: the policy under way, others begun at once, then those switched to."""
    yield from aim["policies"].items()
    begun = {way["begins"] for way in aim["policies"].values()}
    for policy, way in aim["switched"].items():
        if way["begins"] not in begun:
            yield f"\u2192 {policy} from {way['begins']}", way


def draw_map(document: Document) -> Figure:
    """One panel an aim: a line a policy, thick in months in which it is good enough, the switch as a vertical line."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ways = document["pathways"]
    panels = list(ways["aims"].values())
    rows = [sum(1 for _ in _ways_of(ways, aim)) for aim in panels]
    height = 1.75 + sum(ROW_INCHES * count + 0.75 for count in rows)
    drawn = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(drawn)
    grid = drawn.add_gridspec(
        len(panels),
        1,
        left=LEFT_INCHES / WIDTH,
        right=1 - 0.9 / WIDTH,
        top=1 - 1.35 / height,
        bottom=0.6 / height,
        height_ratios=rows,
        hspace=0.75 * len(rows) / (ROW_INCHES * sum(rows)),
    )
    for at, aim in enumerate(panels):
        _draw_ways(drawn.add_subplot(grid[at]), ways, aim)
    _frame_text(
        drawn,
        document,
        WIDTH,
        height,
        f"Thick: at least {percent(ways['level'])} of unseen futures meet the aim in the month. Right: share in "
        f"{ways['asked_in']}. Dashed: month in which\n{ways['policy']} stops being good enough in training, in which "
        "one could switch.",
    )
    return drawn


def _draw_ways(axes: Axes, ways: Document, aim: Document) -> None:
    months = ways["months"]
    place = {month: at for at, month in enumerate(months)}
    listed = list(_ways_of(ways, aim))
    tipping = aim["tipping_month_training"]
    for at, (label, way) in enumerate(listed):
        under_way = label == ways["policy"]
        later = label.startswith("\u2192")
        colour = COLOURS[0] if under_way else COLOURS[2] if later else COLOURS[1]
        begin = place[way["begins"]]
        axes.plot([begin, len(months) - 1], [at, at], color=colour, lw=0.9, alpha=0.6, zorder=2)
        for first, last in way["good_enough"]:
            left, right = max(place[first], begin), place[last]
            if right >= begin:
                axes.plot(
                    [left - 0.4, right + 0.4], [at, at], color=colour, lw=6, solid_capstyle="butt", zorder=3
                )
        axes.text(len(months) + 0.2, at, percent(way["share_asked"]), va="center", fontsize=8.5, color=INK)
    if tipping in place and len(listed) > len(aim["policies"]):
        axes.axvline(place[tipping], color=INK, lw=0.9, ls=(0, (3, 2)), zorder=1)
    axes.set_yticks(range(len(listed)), [label for label, _ in listed])
    for tick, (label, _) in zip(axes.get_yticklabels(), listed, strict=True):
        tick.set_color(INK)
        tick.set_fontweight("bold" if label == ways["policy"] else "normal")
    quarters = [at for at, month in enumerate(months) if month.endswith(("-01", "-07"))]
    axes.set_xticks(quarters, [months[at] for at in quarters])
    axes.set_xlim(-0.6, len(months) - 0.4)
    axes.set_ylim(len(listed) - 0.5, -0.6)
    axes.tick_params(length=0, labelsize=8.5, colors=MUTED)
    axes.set_title(aim["title"], loc="left", fontsize=10, color=INK, weight="bold")
    axes.grid(axis="x", color=GRID, lw=0.6, zorder=0)
    axes.set_axisbelow(True)
    for edge in ("top", "right", "bottom", "left"):
        axes.spines[edge].set_visible(False)


def _frame_text(drawn: Figure, document: Document, width: float, height: float, words: str) -> None:
    left = 0.2 / width
    drawn.text(left, 1 - 0.3 / height, _title(document), fontsize=14, weight="bold", color=INK, va="center")
    drawn.text(left, 1 - 0.52 / height, words, fontsize=9, color=MUTED, va="top", linespacing=1.35)
    run = document["run"]
    footer = (
        f"ripeness {run['model_version']}, run {run['hash'][:12]}, {run['start']} to {run['until']}, seed "
        f"{run['seed']}, parameters from the {document['draws']['from']}. {NO_FORECAST}"
    )
    drawn.text(left, 0.2 / height, footer, fontsize=7.5, color=MUTED, va="center")
