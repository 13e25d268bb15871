"""Tables of a backcast fit a terminal, and its histograms count what was scored."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ripeness.cli.terminal import WIDTH, _print_table
from ripeness.report import backcast_tables, chart_line, score_line, shown_rows
from ripeness.report.pit_charts import draw, pit_counts, save_pit_charts

HELD = {"share": 0.71, "low": 0.62, "high": 0.95}


def cell(n: int, counts: list[int], skill: float | None = 0.123) -> dict:
    known = {} if skill is None else {"random_walk": 1234.5, "seasonal_random_walk": 987.6}
    return {
        "n": n,
        "independent": max(n // 3, 1),
        "crps": 1111.1,
        "log_score": 2.0,
        "interval_score": {"50": 1.0, "80": 2.0, "90": 3.0},
        "baselines": known,
        "skill": skill,
        "skill_against": dict.fromkeys(known, skill),
        "log_lead": dict.fromkeys(known, -11.25),
        "interval80_skill": dict.fromkeys(known, 0.2),
        "coverage80": 0.71,
        "coverage": {"50": HELD, "80": HELD, "90": HELD},
        "pit_p": None,
        "pit_counts": counts,
    }


@pytest.fixture
def document() -> dict:
    event = {
        "n": 20,
        "independent": 7,
        "happened": 0.4,
        "mean_chance": 0.3,
        "brier": 0.21,
        "baselines": {"climatology": 0.26, "random_walk": 0.24},
        "skill_against": {"climatology": 0.2},
    }
    joint = {
        "n": 9,
        "independent": 3,
        "energy": 1.1,
        "walk": None,
        "skill": None,
        "skill_against_margins": 0.0,
    }
    ending = {"n": 4, "happened": 0.0, "mean_chance": 0.05, "brier": 0.0025, "skill_against_n0": None}
    return {
        "mode": "unconditional",
        "series": {
            "delivered_discount_usd_bbl": {
                "h12": cell(21, [9, 1, 1, 1, 9]),
                "h1": cell(21, [4, 4, 5, 4, 4]),
            },
            "oil_afloat_mb": {"h1": cell(1, [0, 0, 0, 0, 1], None)},
        },
        "vectors": {"discount_price_rate": {"title": "Several", "scores": {"h6": joint}}},
        "events": {"claimed_losses_above_35": {"title": "Many", "scores": {"h6": event}}},
        "endings": {
            "event": "settlement",
            "title": "The war is settled by a deal",
            "models": {"m1": {"h3": ending}},
            "forecasts": [],
            "odds": [
                {
                    "origin": "2025-04",
                    "who": "RAND Forecasting Initiative",
                    "chances": [0.1, 0.9],
                    "brier": None,
                },
                {"origin": "2025-04", "who": "m1", "chances": [0.02, 0.98], "brier": 0.0008},
            ],
        },
    }


def test_every_table_fits_a_hundred_columns_with_no_cell_cut_off(document: dict) -> None:
    from rich.console import Console

    for table in backcast_tables(document):
        stream = io.StringIO()
        _print_table(Console(file=stream, width=WIDTH, highlight=False, markup=False, emoji=False), table)
        text = stream.getvalue()
        assert max(map(len, text.splitlines())) <= WIDTH, table.name
        flat = text.replace("\n", " ")
        for row in shown_rows(table):
            for shown in row:
                assert all(word in flat for word in shown.split()), (table.name, shown)


def test_horizons_stand_in_order_and_what_is_missing_is_said(document: dict) -> None:
    series, intervals, *others = backcast_tables(document)
    assert [row[:3] for row in series.rows] == [
        ("delivered_discount_usd_bbl", 1, "21 (7)"),
        ("delivered_discount_usd_bbl", 12, "21 (7)"),
        ("oil_afloat_mb", 1, "1 (1)"),
    ]
    assert shown_rows(series)[2][4:7] == ["none", "none", "none"]
    assert "last year 988" in shown_rows(series)[0]
    assert intervals.further
    assert "9 1 1 1 9" in shown_rows(intervals)[1]
    assert [table.name for table in others] == ["vectors", "events", "endings", "odds"]
    assert [row[1] for row in others[-1].rows] == ["RAND Forecasting Initiative", "M1"]
    assert shown_rows(others[-1])[0][-1] == "open"


def test_histograms_join_short_and_long_horizons_and_leave_out_the_few(
    document: dict, tmp_path: Path
) -> None:
    counts = pit_counts(document["series"])
    assert counts == {"delivered_discount_usd_bbl": {"long": [9, 1, 1, 1, 9], "short": [4, 4, 5, 4, 4]}}
    drawn = draw(counts, "A title")
    assert "delivered_discount_usd_bbl\nn 21/21" in [axes.get_title(loc="left") for axes in drawn.axes]
    written = save_pit_charts(document, tmp_path / "a.svg", tmp_path / "a.png")
    assert [path.name for path in written] == ["a.svg", "a.png"]
    save_pit_charts(document, tmp_path / "b.svg", None)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    few = {**document, "series": {"oil_afloat_mb": document["series"]["oil_afloat_mb"]}}
    assert save_pit_charts(few, tmp_path / "c.svg", tmp_path / "c.png") == []


def test_what_was_scored_too_seldom_is_called_so() -> None:
    few = {"n": 2, "independent": 1, "skill": 0.5, "coverage80": 1.0}
    about = {"score": {"series": "s", "mode": "unconditional", "stale": False, "h6": few, "given": None}}
    assert (score_line(about) or "").endswith("too few to tell.")
    assert chart_line(about) == "back-tested in too few months (n 2)"
    assert chart_line({"score": None, "score_reason": "x"}) == "not back-tested"
    assert score_line({"label": "of a document that says nothing of scores"}) is None
    assert chart_line({}) == ""
