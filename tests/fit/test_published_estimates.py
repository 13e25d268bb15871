"""The accounting beside published figures: two rows by hand, one rule for all, and how far it reaches."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ripeness import case as cases
from ripeness.base import Month

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tools" / "validation" / "published_estimates.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("published_estimates", SOURCE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def record(tool):
    return tool.Record(cases.as_program(cases.load("ukraine"), "money_chain"))


def row(tool, identity):
    return next(r for r in tool.published() if r["id"] == identity)


def test_a_cap_of_30_on_crude_in_july_2024_by_hand(tool, record) -> None:
    # CREA: 219 EUR mn a day of seaborne crude, 221 of products; tax price 74.01; three quarters uncovered.
    paid = 0.74 * 74.01 + 0.26 * 60.0
    by_hand = -219.0 * (paid - 30.0) / paid * 31 / 1000.0
    value, percent = tool.cap_row(row(tool, "CF005"), record, tool.Accounting())
    assert value == pytest.approx(by_hand, rel=1e-12)
    assert percent == pytest.approx(100.0 * by_hand / ((219.0 + 221.0) * 31 / 1000.0), rel=1e-12)


def test_a_cap_of_60_on_uncovered_cargo_in_august_2024_by_hand(tool, record) -> None:
    brent, discount, price, shadow = 80.36, 12.59, 70.27, 0.73
    paid = shadow * price + (1 - shadow) * 60.0
    crude = 186.0 * shadow * (price - 60.0) / paid
    product = 1.006 * brent - 0.326 * discount
    cheap = 0.4 * (0.8 * product - 45.0) / (0.8 * product)  # the dear kind stays below 100
    assert 1.2 * product < 100.0
    by_hand = -(crude + 206.0 * shadow * 0.7 * cheap) * 31 / 1000.0
    assert tool.cap_row(row(tool, "CF022"), record, tool.Accounting())[0] == pytest.approx(by_hand, rel=1e-12)


def test_a_lower_cap_cuts_more_and_an_idle_one_nothing(tool) -> None:
    assert tool.capped_cut(70.0, 30.0) > tool.capped_cut(70.0, 60.0) > tool.capped_cut(70.0, 80.0) == 0.0
    facts = tool.MonthFacts(200.0, 200.0, 55.0, 50.0, 0.7)
    assert tool.cap_60_cut(facts, tool.Accounting()) == 0.0
    assert (
        tool.cap_30_cut(facts, "B", tool.Accounting()) > tool.cap_30_cut(facts, "A", tool.Accounting()) > 0.0
    )


def test_a_cumulative_row_begins_on_5_december(tool) -> None:
    months = tool.months_of("2022-12 to 2024-02")
    assert sum(tool.days_of(month, months) for month in months) == 452
    assert tool.days_of(Month(2022, 12), [Month(2022, 12)]) == 31


def test_the_page_states_the_share_that_the_rule_reaches(tool, record) -> None:
    ratios = tool.agreement(tool.published(), record, tool.Accounting())
    assert len(ratios) == 19
    inside = sum(abs(ratio - 1.0) <= 0.25 for ratio in ratios.values())
    assert inside >= 10
    page = (ROOT / "docs" / "validation" / "published_estimates.md").read_text()
    stated = re.search(r"\*\*(\d+) of (\d+) rows", page)
    assert stated is not None and (int(stated[1]), int(stated[2])) == (inside, 19)
    for name, ratio in ratios.items():
        if abs(ratio - 1.0) > 0.25:
            assert f"{name} ({ratio:.2f} times)" in page


@pytest.mark.xfail(reason="CREA's price quotes and product caps are not known: 10 of 19 rows, see the page")
def test_four_fifths_of_the_cap_rows_lie_within_a_quarter(tool, record) -> None:
    ratios = tool.agreement(tool.published(), record, tool.Accounting())
    assert tool.share_within(ratios) >= tool.WANTED


def test_every_published_row_stands_on_the_page(tool) -> None:
    page = (ROOT / "docs" / "validation" / "published_estimates.md").read_text()
    assert [r["id"] for r in tool.published() if f"| {r['id']} |" not in page] == []
    assert len(tool.published()) == 49
