"""Months: arithmetic that never drifts, and what is no month."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.base import Month, RipenessError, month_range

months = st.builds(Month, st.integers(100, 9000), st.integers(1, 12))
steps = st.integers(-1000, 1000)


@given(months, steps, steps)
def test_steps_add_up(month, a, b):
    assert (month + a) + b == month + (a + b)
    assert (month + a) - month == a
    assert (month + a) - a == month


@given(months, months)
def test_order_is_that_of_differences(a, b):
    assert (a < b) == (a - b < 0)
    assert (a == b) == (a - b == 0)


@given(months)
def test_text_comes_back(month):
    assert Month.parse(str(month)) == month
    assert Month.of(month.first_day) == month
    assert (month + 1).first_day.toordinal() - month.first_day.toordinal() == month.days


@given(months, st.integers(0, 400))
def test_range_holds_both_ends(month, length):
    run = month_range(month, month + length)
    assert (run[0], run[-1], len(run)) == (month, month + length, length + 1)
    assert month_range(month, month - 1) == ()


def test_known_months():
    assert Month.parse("2024-02").days == 29
    assert Month(2022, 1) - 1 == Month(2021, 12)
    assert Month.of(date(2022, 12, 5)) == Month(2022, 12)
    assert {Month(2022, 1): 1}[Month.parse("2022-01")] == 1


@pytest.mark.parametrize(
    "text", ["2024", "2024-7", "2024-00", "2024-13", "0000-01", "2024-01-01", " 2024-01", "", None]
)
def test_what_is_no_month(text):
    with pytest.raises(RipenessError) as caught:
        Month.parse(text)
    assert caught.value.remedy


def test_the_calendar_ends():
    with pytest.raises(RipenessError, match="year 10000"):
        Month(9999, 12) + 1
