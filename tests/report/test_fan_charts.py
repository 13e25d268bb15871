from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.base import Month, month_range
from ripeness.report.fan_charts import (
    FanFigure,
    Panel,
    draw,
    folded,
    in_words,
    save_figure,
    spread_apart,
    svg_of,
)

MONTHS = month_range(Month(2024, 1), Month(2027, 12))
LEVELS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])[:, None]


def band(middle: float) -> np.ndarray:
    return middle + LEVELS * np.linspace(0.2, 2.0, len(MONTHS))


def panel(*policies: str) -> Panel:
    seen = np.where(np.arange(len(MONTHS)) < 24, 50.0, np.nan)
    bands = {name: band(50.0 + 3 * i) for i, name in enumerate(policies)}
    return Panel("Brent & <price>", "USD/bbl", bands, seen, np.arange(len(MONTHS)) % 2 == 0)


def figure(*policies: str) -> FanFigure:
    starts = dict.fromkeys(policies[1:], Month(2026, 1))
    panels = (panel(*policies),) * 2
    return FanFigure("A title", "below", "foot", MONTHS, panels, Month(2025, 12), starts, MONTHS[-1])


def test_both_files_are_written_and_the_svg_can_be_read_aloud(tmp_path: Path) -> None:
    svg, png = save_figure(figure("as_enacted", "other"), tmp_path / "f.svg", tmp_path / "f.png")
    text = svg.read_text()
    assert '<title id="title">A title</title>' in text
    assert "Brent &amp; &lt;price&gt;, USD/bbl, in 2027-12: as_enacted 50" in text
    assert 'role="img"' in text
    assert "as_enacted" in text.partition("</desc>")[2], "the label of the line"
    assert png.read_bytes().startswith(b"\x89PNG")


def test_the_same_figure_gives_the_same_file(tmp_path: Path) -> None:
    first = save_figure(figure("as_enacted", "other"), tmp_path / "a.svg", tmp_path / "a.png")
    second = save_figure(figure("as_enacted", "other"), tmp_path / "b.svg", tmp_path / "b.png")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_words_give_median_and_band_with_unit() -> None:
    assert "other 53 (5 to 95 %: 49 to 57)" in in_words(figure("as_enacted", "other"))


def test_more_fans_than_can_be_read_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 4"):
        figure("a", "b", "c", "d", "e")


def test_axes_name_their_units_and_a_policy_is_drawn_from_its_start_on() -> None:
    drawn = draw(figure("as_enacted", "other"))
    axes = drawn.axes[0]
    assert any(text.get_text() == "USD/bbl" for text in axes.texts)
    last = max(
        axes.lines,
        key=lambda line: (
            line.get_zorder() if len(line.get_xdata()) > 2 and line.get_marker() == "None" else -1
        ),
    )
    assert min(last.get_xdata()) > 2025.9


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 20)), min_size=1, max_size=4))
def test_labels_are_moved_apart_inside_the_panel_and_keep_their_order(
    labels: list[tuple[float, float]],
) -> None:
    values, heights = [value for value, _ in labels], [height for _, height in labels]
    places = spread_apart(values, heights, 0.0, 100.0)
    ordered = sorted(range(len(values)), key=lambda i: values[i])
    for lower, upper in pairwise(ordered):
        assert places[upper] - places[lower] >= (heights[lower] + heights[upper]) / 2 - 1e-9
    for place, height in zip(places, heights, strict=True):
        assert height / 2 - 1e-9 <= place <= 100 - height / 2 + 1e-9


def test_labels_with_room_stay_at_their_lines() -> None:
    assert spread_apart([90.0, 10.0], [8.0, 8.0], 0.0, 100.0) == [90.0, 10.0]


def test_long_names_are_folded_at_underscores() -> None:
    assert folded("tighten_if_discount_narrows") == "tighten_if_\ndiscount_\nnarrows"
    assert folded("as_enacted") == "as_enacted"


def test_no_word_of_a_narrow_figure_is_cut_off():
    alone = replace(
        figure("as_enacted", "Talks first, then pressure"),
        title="A title that is longer than a figure of one panel is wide, as titles of policies are",
        subtitle="One sentence.\n" + "Many words that say what is drawn. " * 6,
        footer="Where the numbers come from, and how to have them again. " * 4,
        panels=(panel("as_enacted", "Talks first, then pressure"),),
    )
    drawn = draw(alone)
    drawn.canvas.draw()
    width, height = drawn.get_size_inches() * drawn.dpi
    boxes = [text.get_window_extent() for text in drawn.texts]
    boxes += [each.get_window_extent() for each in drawn.axes[0].texts if each.get_text()]
    for box in boxes:
        assert box.x0 >= 0.0 and box.x1 <= width and box.y0 >= 0.0 and box.y1 <= height
    title, subtitle, _ = boxes[:3]
    assert title.y0 >= subtitle.y1 - 1.0


def test_a_dollar_in_a_title_is_a_dollar():
    text = svg_of(replace(figure("as_enacted", "other"), title=r"a $\frac{$ b"))
    assert r"a $\frac{$ b" in text
