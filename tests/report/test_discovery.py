"""Boxes in words and in charts."""

from __future__ import annotations

from typing import Any

import pytest

from ripeness.report.discovery import box_sentence, condition, discovery_tables, hundred, no_box_sentence
from ripeness.report.discovery_charts import save_discovery_charts

ABOUT = {"label": "Cost of switching buyers", "unit": "USD/bbl", "identification": "prior-driven"}

LIMIT: dict[str, Any] = {
    "parameter": "switch", "label": "Cost of switching buyers", "unit": "USD/bbl", "identification": "prior-driven",
    "spread_left": 0.97, "side": "upper", "value": 3.04, "quasi_p": 1e-9, "again": 0.96, "spread": [2.8, 3.3],
}  # fmt: skip

BOX: dict[str, Any] = {
    "coverage": 0.6, "density": 0.78, "mass": 0.2, "elsewhere": 0.12, "held_out": 0.76, "stability": 0.96,
    "of": "holds", "limits": {"switch": [None, 3.04]},
    "conditions": [{"in_words": condition("switch", ABOUT, None, 3.04)}], "limits_found": [LIMIT],
    "ranges": [{"label": "Cost of switching buyers", "unit": "USD/bbl", "low": None, "high": 3.04, "range": [0.5, 9]}],
}  # fmt: skip

STEPS = [
    {"coverage": 1.0, "density": 0.3, "mass": 1.0, "inputs": 0},
    {"coverage": 0.6, "density": 0.78, "mass": 0.2, "inputs": 1},
]


def answer(**changed: Any) -> dict[str, Any]:
    return {
        "reading": "as_said", "model": "m1", "futures": 1000, "base_rate": 0.3, "reason": "", "boxes": [BOX],
        "trajectory": STEPS, "cart": {"overlap": 0.8}, **changed,
    }  # fmt: skip


def test_a_box_is_one_sentence_with_where_how_often_and_elsewhere():
    assert box_sentence("m1", BOX) == (
        "In the main model the claim holds in 78 of 100 futures where cost of switching buyers (switch) is below 3.04 "
        "USD/bbl (prior-driven); elsewhere in 12. 60 of 100 futures in which it holds are of this kind."
    )
    fails = box_sentence("world", {**BOX, "of": "fails"}, what="this")
    assert "this fails in 78 of 100" in fails and "in which it fails" in fails
    assert box_sentence("m1", BOX, first=False).startswith(
        "Of the futures outside that box, the claim holds in 78"
    )


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (None, 2.0, "is below 2.00 USD/bbl"),
        (15.0, None, "is above 15.0 USD/bbl"),
        (-0.5, 2.0, "between \u22120.500 and 2.000"),
    ],
)
def test_limits_have_their_unit_and_enough_digits(low, high, words):
    assert words in condition("switch", ABOUT, low, high)


@pytest.mark.parametrize(
    ("reason", "rate", "words"),
    [
        ("nowhere", 0.0, "holds in none of 1,000 futures"),
        ("everywhere", 1.0, "holds in all of 1,000 futures"),
        ("too_few", 0.007, "holds in 7 of 1,000 futures, too few"),
        ("too_few", 0.993, "fails in 7 of 1,000 futures, too few"),
        ("no_gain", 0.2, "holds in 20 of 100 futures, and no condition tells them apart: no limit"),
        ("unstable", 0.2, "would not be found again"),
        ("unanswered", None, "has no answer"),
    ],
)
def test_no_box_is_said_with_its_reason(reason, rate, words):
    assert words in no_box_sentence("r1", {"futures": 1000, "reason": reason, "base_rate": rate})


def test_shares_are_not_rounded_to_certainty():
    assert [hundred(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)] == [
        "0", "fewer than 1", "50", "more than 99", "100",
    ]  # fmt: skip


def test_tables_show_boxes_and_their_absence():
    none = answer(reading="milder", boxes=[], reason="unstable", trajectory=[], cart=None)
    tables = discovery_tables({"answers": [answer(), none]})
    assert [table.name for table in tables] == ["answers", "limits_as_said_m1", "trajectory_as_said_m1"]
    assert tables[0].rows[1][4] == "none: unstable"
    assert tables[1].rows[0][3] == "at most 3.04 USD/bbl"
    assert tables[2].further


def test_charts_are_drawn_where_there_is_a_trajectory(tmp_path):
    without = answer(reading="milder", boxes=[], trajectory=[])
    files = save_discovery_charts({"subject": "C1", "answers": [answer(), without]}, tmp_path)
    assert [path.name for path in files] == ["boxes_as_said_m1.svg", "boxes_as_said_m1.png"]
    assert "Cost of switching buyers" in files[0].read_text()
