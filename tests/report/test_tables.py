from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.report import Column, Share, Spread, Strip, Table, csv_records, csv_text, page, shown_rows
from ripeness.report.tables import STRIP_WIDTH, strip_text

TABLE = Table(
    "metric",
    "Revenue, USD bn",
    (
        Column("policy", "Policy", text=True),
        Column("level", "Median", "USD bn", missing="later"),
        Column("difference", "Against", sign=True),
        Column("strip", ""),
        Column("lower", "Lower"),
    ),
    (
        ("as_<enacted>", Spread(381.6, 212.0, None), "", "", ""),
        (
            "other",
            Spread(None, None, None),
            Spread(-1.23, -3.4, 0.01),
            Strip(Spread(-1.23, -3.4, 0.01)),
            Share(0.5, 0.016),
        ),
    ),
    ("a note",),
)


def test_cells_are_rounded_by_column_and_missing_ones_have_a_word() -> None:
    first, second = shown_rows(TABLE)
    assert first == ["as_<enacted>", "382 (212 to later)", "", "", ""]
    assert second[1:3] == ["later", "−1.2 (−3.4 to 0.0)"]
    assert second[4] == "50 ±2"


def test_a_row_with_a_cell_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells, not 2"):
        Table("t", "t", (Column("a", "A"), Column("b", "B")), (("only",),))


def test_csv_keeps_full_precision_and_splits_spreads_and_shares() -> None:
    rows = list(csv.reader(io.StringIO(csv_text([TABLE]))))
    assert rows[1] == [
        "policy",
        "level [USD bn] p50",
        "level [USD bn] p05",
        "level [USD bn] p95",
        "difference p50",
        "difference p05",
        "difference p95",
        "lower",
        "lower mc_error",
    ]
    assert rows[2] == ["as_<enacted>", "381.6", "212.0", "", "", "", "", "", ""]
    assert rows[3][-2:] == ["0.5", "0.016"]
    assert all(len(row) in (1, len(rows[1])) for row in rows)


def test_html_escapes_what_it_is_given() -> None:
    text = page("<script>", [TABLE], ["a < b"], ["x & y"])
    assert "<script>" not in text
    assert "as_&lt;enacted&gt;" in text
    assert "a &lt; b" in text
    assert text.count("<svg") == 1


def test_records_with_different_keys_become_one_csv() -> None:
    assert csv_records([{"a": 1}, {"a": 2, "b": "x"}]) == "a,b\n1,\n2,x\n"


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), st.floats(-1e6, 0), st.floats(0, 1e6))
def test_a_strip_always_fits_and_has_one_dot(values: list[float], low: float, high: float) -> None:
    low5, middle, high95 = sorted(values)
    text = strip_text(Spread(middle, low5, high95), low, high)
    assert text == "" if high <= low else len(text) == STRIP_WIDTH and text.count("●") == 1
