"""Instruments become lever rows: days, kinds, forecast rules and what was known at a date."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.base import Month, month_range
from ripeness.policy import enacted_levers, rows_of_lever


def _path(case, lever, origin=None):
    months = month_range(case.first_month, case.last_month)
    return enacted_levers(case, months, origin)[:, rows_of_lever(lever)[0]]


def _at(case, month):
    return Month.parse(month) - case.first_month


def test_share_counts_for_the_days_it_was_in_force(make):
    case = make.case(
        [make.instrument("a", [("2024-02-11", {"services_ban": 0.5}), ("2024-06-16", {"services_ban": 1.0})])]
    )
    path = _path(case, "services_ban")
    assert path[_at(case, "2024-01")] == 0
    assert path[_at(case, "2024-02")] == pytest.approx(0.5 * 19 / 29)
    assert path[_at(case, "2024-03")] == 0.5
    assert path[_at(case, "2024-06")] == pytest.approx(0.5 + 0.5 * 15 / 30)
    assert path[-1] == 1.0


def test_two_dates_in_one_month_share_its_days(make):
    values = [("2024-04-11", {"waiver": 1.0}), ("2024-04-21", {"waiver": 0.0})]
    case = make.case([make.instrument("a", values)])
    path = _path(case, "waiver")
    assert path[_at(case, "2024-04")] == pytest.approx(10 / 30)
    assert path[_at(case, "2024-05")] == 0


def test_order_in_the_file_does_not_matter(make):
    values = [
        ("2024-04-11", {"waiver": 1.0}),
        ("2024-04-21", {"waiver": 0.0}),
        ("2025-01-05", {"waiver": 0.3}),
    ]
    one, other = (make.case([make.instrument("a", v)]) for v in (values, values[::-1]))
    np.testing.assert_array_equal(_path(one, "waiver"), _path(other, "waiver"))


def test_level_takes_the_whole_month(make):
    values = [("2022-12-05", {"price_cap_usd_bbl": 60}), ("2025-09-03", {"price_cap_usd_bbl": 47.6})]
    case = make.case([make.instrument("cap", values)])
    path = _path(case, "price_cap_usd_bbl")
    assert path[0] == 60
    assert path[_at(case, "2025-08")] == 60
    assert path[_at(case, "2025-09")] == 47.6


def test_pulses_add_up_in_their_month_only(make):
    values = [("2024-02-01", {"vessels_listed_eu": 3}), ("2024-02-23", {"vessels_listed_eu": 14})]
    case = make.case([make.instrument("a", values, forecast="zero")])
    path = _path(case, "vessels_listed_eu")
    assert path[_at(case, "2024-02")] == 17
    assert path.sum() == 17


def test_pulses_before_the_case_are_outside_it(make):
    case = make.case([make.instrument("a", [("2022-02-01", {"vessels_listed_eu": 3})])])
    assert _path(case, "vessels_listed_eu").sum() == 0


def test_vector_lever_sets_one_buyer_or_all(make):
    values = [("2024-01-01", {"buyer_tariff": {"india_state": 0.25}}), ("2025-01-01", {"buyer_tariff": 0.1})]
    case = make.case([make.instrument("a", values)])
    rows = enacted_levers(case, [Month(2024, 5), Month(2025, 5)])
    tariff = rows[:, list(rows_of_lever("buyer_tariff"))]
    assert tariff[0].tolist() == [0, 0.25, 0, 0, 0, 0, 0]
    assert tariff[1].tolist() == [0.1] * 7


def test_forecast_rules_start_after_the_data(make):
    for rule, after in (("hold", 0.4), ("zero", 0.0), ("mean_12", 0.2)):
        values = [("2023-01-01", {"services_ban": 0.0}), ("2025-01-01", {"services_ban": 0.4})]
        case = make.case([make.instrument("a", values, forecast=rule)])
        path = _path(case, "services_ban")
        assert path[_at(case, "2025-06")] == 0.4
        assert path[_at(case, "2025-07") :] == pytest.approx(after), rule


def test_values_dated_after_the_data_delay_the_forecast_rule(make):
    values = [("2025-01-01", {"services_ban": 0.4}), ("2026-03-01", {"services_ban": 0.8})]
    case = make.case([make.instrument("a", values, forecast="zero")])
    path = _path(case, "services_ban")
    assert path[_at(case, "2025-12")] == 0.4
    assert path[_at(case, "2026-03")] == 0.8
    assert path[_at(case, "2026-04")] == 0


def test_mean_of_pulses_goes_on_as_a_monthly_rate(make):
    values = [("2024-06-01", {"vessels_listed_uk": 99}), ("2024-07-01", {"vessels_listed_uk": 24})]
    case = make.case([make.instrument("a", values, forecast="mean_12")])
    assert _path(case, "vessels_listed_uk")[_at(case, "2025-07") :] == pytest.approx(2.0)


def test_hold_ends_a_pulse(make):
    case = make.case([make.instrument("a", [("2025-06-01", {"refinery_strikes": 0.1})], forecast="hold")])
    assert _path(case, "refinery_strikes").sum() == pytest.approx(0.1)


@pytest.mark.parametrize("rule", ["hold", "zero", "mean_12"])
def test_nothing_from_the_origin_on_is_known(make, rule):
    early = [
        ("2023-05-01", {"services_ban": 0.2, "vessels_listed_eu": 6}),
        ("2023-11-20", {"services_ban": 0.6}),
    ]
    late = [("2024-03-01", {"services_ban": 1.0, "vessels_listed_eu": 50}), ("2025-01-10", {"waiver": 1.0})]
    origin = Month(2024, 3)
    known = make.case([make.instrument("a", early, forecast=rule)])
    everything = make.case([make.instrument("a", early + late, forecast=rule)])
    months = month_range(known.first_month, known.last_month)
    as_of = enacted_levers(everything, months, origin)
    np.testing.assert_array_equal(as_of, enacted_levers(known, months, origin))
    at = origin - known.first_month
    true = enacted_levers(everything, months)
    np.testing.assert_array_equal(as_of[:at], true[:at])
    ban = as_of[at:, rows_of_lever("services_ban")[0]]
    mean = true[at - 12 : at, rows_of_lever("services_ban")[0]].mean()
    assert ban == pytest.approx({"hold": 0.6, "zero": 0.0, "mean_12": mean}[rule])


def test_instruments_that_add_sum_up(make):
    one = make.instrument("one", [("2024-01-05", {"vessels_listed_eu": 5})], adds=True)
    two = make.instrument("two", [("2024-01-25", {"vessels_listed_eu": 7})], adds=True)
    case = make.case([one, two])
    assert _path(case, "vessels_listed_eu").sum() == 12


def test_sum_beyond_the_range_is_cut_to_it(make):
    parts = [make.instrument(n, [("2024-01-01", {"port_ban": 0.7})], adds=True) for n in ("one", "two")]
    assert _path(make.case(parts), "port_ban")[-1] == 1.0


@given(date=st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31)), share=st.floats(0, 1))
def test_share_days_are_conserved(make, date, share):
    # A measure in force for n days of the case contributes n days times its strength.
    case = make.case([make.instrument("a", [(date.isoformat(), {"waiver": share})])])
    days = np.array([month.days for month in case.months])
    in_force = (dt.date(2026, 12, 31) - date).days + 1
    assert _path(case, "waiver") @ days == pytest.approx(share * in_force)


def test_months_may_be_any_selection(make):
    case = make.case([make.instrument("a", [("2024-02-11", {"services_ban": 0.5})])])
    months = month_range(case.first_month, case.last_month)
    full = enacted_levers(case, months)
    np.testing.assert_array_equal(enacted_levers(case, months[5:20]), full[5:20])
    np.testing.assert_array_equal(enacted_levers(case, [months[30], months[2]]), full[[30, 2]])


def test_kind_of_the_file_overrides_that_of_the_lever(make):
    values = [("2024-01-01", {"port_ban": 0.2}), ("2024-05-09", {"port_ban": 0.5}, "pulse")]
    case = make.case([make.instrument("a", values)])
    path = _path(case, "port_ban")
    assert path[_at(case, "2024-05")] == pytest.approx(0.7)
    assert path[_at(case, "2024-06") :] == pytest.approx(0.2)
    rate = [("2024-01-20", {"interdiction": 0.01}, "level"), ("2024-04-01", {"interdiction": 0.0}, "level")]
    path = _path(make.case([make.instrument("a", rate)]), "interdiction")
    assert np.flatnonzero(path).tolist() == [12, 13, 14]
    assert path.sum() == pytest.approx(0.03)
