from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.report import MINUS, decimals_for, number, percent


@pytest.mark.parametrize(
    ("values", "decimals"),
    [([621.0, 12.0], 0), ([28.3, -3.0], 1), ([7.3], 2), ([0.02], 3), ([], 0), ([0.0, None, math.nan], 0)],
)
def test_the_largest_number_of_a_column_shows_three_digits(values: list, decimals: int) -> None:
    assert decimals_for(values) == decimals


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [
        (-1.25, False, f"{MINUS}1.2"),
        (1.25, True, "+1.2"),
        (-0.01, True, "0.0"),
        (0.0, True, "0.0"),
        (12345.6, False, "12,345.6"),
        (None, False, "later"),
        (math.inf, False, "later"),
    ],
)
def test_a_number_has_a_true_minus_and_never_a_negative_zero(value: float, sign: bool, text: str) -> None:
    assert number(value, 1, sign=sign, missing="later") == text


@given(st.floats(0, 1))
def test_a_share_never_claims_a_certainty_that_it_has_not(share: float) -> None:
    text = percent(share)
    assert (text == "0") == (share == 0.0)
    assert (text == "100") == (share == 1.0)


@pytest.mark.parametrize(("share", "text"), [(-0.124, f"{MINUS}12"), (-0.001, "0"), (1.2, "120")])
def test_a_difference_of_shares_may_be_negative_or_above_one(share: float, text: str) -> None:
    assert percent(share) == text
