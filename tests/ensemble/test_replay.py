"""The record gone through again: every series near its data, Brent followed, tax by its formula."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from ripeness import case as cases

SOURCE = Path(__file__).parents[2] / "tools" / "validation" / "replay_page.py"
MEMBERS = 256

EXCEPTIONS = {("urals_tax_usd_bbl", "2024-01")}
"""Months further off than 3 standard deviations: the model holds the legal limit on the mean of Brent."""


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("replay_page", SOURCE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def case():
    return cases.as_program(cases.load("ukraine"), "money_chain")


@pytest.fixture(scope="module")
def run(tool, case):
    return tool.replay(case, MEMBERS)


def test_brent_is_followed(tool, case, run) -> None:
    brent = next(s for s in tool.sites(case, run) if s.site == "brent_usd_bbl")
    at = [month - case.first_month for month in brent.months]
    path = np.median(np.asarray(run.path("as_enacted", "brent_usd_bbl"), float)[at], axis=1)
    known = np.abs(brent.off / brent.z) < 0.11
    assert known.sum() >= 55
    assert np.abs(brent.off[known] / path[known]).max() < 1e-3


def test_every_series_is_replayed_within_three_standard_deviations(tool, case, run) -> None:
    found = tool.sites(case, run)
    assert {(s.site, month) for s in found for month in s.beyond(3.0)} <= EXCEPTIONS
    for series in found:
        assert len(series.beyond(3.0)) <= 0.05 * len(series.months), series.site


def test_the_year_s_tax_follows_from_price_and_rate(tool, case, run) -> None:
    for year, (actual, middle, low, high) in tool.tax_by_formula(case, run).items():
        assert abs(middle / actual - 1.0) <= 0.03, year
        assert low < middle < high
