"""Units: conversion inside a dimension, refusal across."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.base import UNITS, RipenessError, convert, same_dimension, unit

pairs = st.sampled_from([(a, b) for a in UNITS for b in UNITS if same_dimension(a, b)])


@given(pairs, st.floats(-1e9, 1e9))
def test_there_and_back(pair, value):
    a, b = pair
    assert convert(convert(value, a, b), b, a) == pytest.approx(value, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("value", "symbol", "to", "expected"),
    [
        (1500, "RUB bn", "RUB trn", 1.5),
        (7.5, "percent", "share", 0.075),
        (1200, "kb/d", "mb/d", 1.2),
        (12, "1/year", "1/month", 1),
        (1, "months", "days", 30.4375),
        (100, "EUR mn/day", "EUR bn/month", 3.04375),
        (2, "years", "months", 24),
    ],
)
def test_known_conversions(value, symbol, to, expected):
    assert convert(value, symbol, to) == pytest.approx(expected, rel=1e-12)


def test_arrays_convert():
    assert np.allclose(convert(np.array([1.0, 2.0]), "USD bn", "USD mn"), [1000, 2000])


def test_refusals_help():
    with pytest.raises(RipenessError, match="did you mean 'USD/bbl'"):
        unit("usd/bbl")
    with pytest.raises(RipenessError, match="not oil a day"):
        convert(1.0, "USD/bbl", "mb/d")
