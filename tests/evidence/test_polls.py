"""Margins of polls as their houses publish them, and the error that the shipped rows carry."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness import case as cases
from ripeness.evidence import effective_sample, poll_sd, published_margin

ORACLE = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parents[1] / "oracles.json").read_text())
}["S07"]
NOTE = re.compile(r"sampling error from n/1\.69 with n about (\d+), wording and house error ([\d.]+)")


def polled():
    """Rows of every series of polls: its share, and the sample and house error that its note names."""
    series = cases.load("ukraine").series
    for name, each in series.items():
        for row in each.observations:
            said = NOTE.match(row.note)
            if name.startswith("support_") and said:
                yield row, int(said[1]), float(said[2])


@pytest.mark.parametrize("asked", ORACLE["inputs"]["published"])
def test_margins_are_those_that_were_published(asked: str) -> None:
    expected, tolerance = ORACLE["expected"], ORACLE["tol"]
    design = ORACLE["inputs"]["design"]
    margin = published_margin(int(asked), design)
    assert margin == pytest.approx(expected[f"margin_n{asked}"], abs=tolerance)
    assert effective_sample(int(asked), design) == pytest.approx(expected[f"n_eff_n{asked}"], abs=1e-3)
    assert round(margin, 3) == ORACLE["inputs"]["published"][asked]


def test_every_shipped_poll_carries_this_error_or_a_wider_one() -> None:
    rows = list(polled())
    assert len(rows) >= 40
    for row, asked, house in rows:
        own = poll_sd(row.value, asked, house=house)
        assert row.sd is not None
        assert row.sd >= own * 0.999, (row.month, row.source)
        if row.quality == "reported":
            assert row.sd == pytest.approx(own, rel=1e-3), (row.month, row.source)


@given(st.floats(0, 1), st.integers(50, 5000))
def test_a_larger_sample_errs_less_but_never_less_than_its_house(share: float, asked: int) -> None:
    assert poll_sd(share, asked) >= poll_sd(share, 2 * asked) >= 0.02


def test_what_is_no_poll_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        effective_sample(0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        poll_sd(1.2, 1000)
