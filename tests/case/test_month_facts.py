"""Rows of the month: calendar, facts held or zero, and the record as it could be read."""

import numpy as np
import pytest

from ripeness.base import Month, RipenessError, month_range
from ripeness.case import FACTS, SITE_UNITS, load
from ripeness.case.names import COMPUTED
from ripeness.flow import PROGRAMS, SITES, WAR_SITES, MonthRow, layout_of

FIRST, LAST = Month(2001, 1), Month(2003, 12)


@pytest.fixture
def case(write):
    return load(write())


@pytest.fixture
def field(case):
    """A field of the rows of the whole case, (months,) or (months, sites)."""

    def _field(name, origin=None, site=None, **options):
        origin = None if origin is None else Month.parse(origin)
        rows = case.month_rows(case.months, origin, **options)
        record = layout_of(MonthRow).unpack(rows.T)
        values = getattr(record, name)
        return values if site is None else values[SITES.index(site)]

    return _field


def at(month):
    return Month.parse(month) - FIRST


def test_every_field_of_a_month_has_its_place():
    fields = {name for records in PROGRAMS.values() for name in records.month.__annotations__}
    assert set(COMPUTED) | set(FACTS) == fields
    assert set(SITE_UNITS) == {*SITES, *WAR_SITES}


def test_calendar(field):
    assert field("days")[:3].tolist() == [31, 28, 31]
    assert np.flatnonzero(field("quarter_tax"))[:3].tolist() == [3, 6, 9]
    assert np.flatnonzero(field("march_tax")).tolist() == [2, 14, 26]
    assert np.flatnonzero(field("december")).tolist() == [11, 23, 35]


def test_shocks_are_drawn_from_the_origin_or_the_data_end(field):
    assert field("drawing")[at("2002-06") :].tolist() == [0] + [1] * 18
    assert field("drawing", "2001-05").tolist() == [0] * 4 + [1] * 32


def test_counting(field):
    assert field("counting").all()
    counted = field("counting", counting=(Month(2001, 3), Month(2001, 4)))
    assert np.flatnonzero(counted).tolist() == [2, 3]


def test_constants_and_defaults(field):
    assert set(field("budget_rule")) == {1.0} and set(field("gdp_rub_trn")) == {100.0}
    assert set(field("tax_discount_limit_usd_bbl")) == {999.0} and set(field("chokepoint_months")) == {1.0}


def test_steps_hold_or_stand_alone(field):
    assert field("cutoff_usd_bbl")[[0, 11, 12, 35]].tolist() == [40, 40, 45, 45]
    assert np.flatnonzero(field("one_off_rub_trn")).tolist() == [at("2001-05")]
    # A law declared known ahead is known before its month; another fact is not.
    assert field("cutoff_usd_bbl", "2001-06")[12] == 45
    assert not field("one_off_rub_trn", "2001-05").any()


def test_a_series_known_ahead_waits_for_its_vintage(field):
    plan = field("non_oil_plan_rub_trn")
    assert plan[[0, 2, 13, 14]].tolist() == pytest.approx([1.1, 1.2, 1.2, 1.5])
    assert field("non_oil_plan_rub_trn", "2001-12")[14] == pytest.approx(1.2)
    assert field("non_oil_plan_rub_trn", "2002-01")[14] == pytest.approx(1.5)


def test_a_held_series_keeps_what_was_last_known(field):
    assert field("brent_anchor_usd_bbl")[:5].tolist() == [50, 53, 53, 60, 60]
    assert field("brent_anchor_usd_bbl", "2001-04")[:6].tolist() == [50, 52, 52, 52, 52, 52]
    assert set(field("brent_anchor_usd_bbl", "2001-01")) == {55.0}


def test_observations(field):
    brent = field("observed", site="brent_usd_bbl")
    assert np.flatnonzero(field("present", site="brent_usd_bbl")).tolist() == [0, 1, 3, 17]
    assert brent[[0, 1, 2, 3, 17]].tolist() == [50, 53, 0, 60, 61]
    # Without an error of its own a row takes that of its quality; an absent one is a harmless 1.
    assert field("observed_sd", site="brent_usd_bbl")[[0, 1, 2, 3]].tolist() == [0.5, 0.5, 1, 2]
    assert field("observed", site="key_rate")[[0, 2]].tolist() == pytest.approx([0.08, 0.09])
    assert field("observed_sd", site="key_rate")[0] == pytest.approx(0.001)
    assert not field("present", site="cpi_yoy").any()


def test_observations_as_of_an_origin(field):
    assert np.flatnonzero(field("present", "2001-03", site="brent_usd_bbl")).tolist() == [0, 1]
    assert field("observed", "2001-03", site="brent_usd_bbl")[1] == 52
    assert field("observed_sd", "2001-03", site="brent_usd_bbl")[1] == 0.25
    assert not field("present", "2001-01").any()


def test_a_conditional_site_is_read_in_full_and_alone(field):
    options = {"conditional": ("brent_usd_bbl",)}
    assert np.array_equal(
        field("observed", "2001-03", site="brent_usd_bbl", **options), field("observed", site="brent_usd_bbl")
    )
    assert np.flatnonzero(field("present", "2001-03", site="key_rate", **options)).tolist() == [0]


def test_rows_are_finite_at_every_origin(case):
    for origin in (None, *month_range(FIRST, LAST)):
        rows = case.month_rows(case.months, origin)
        assert rows.shape == (36, layout_of(MonthRow).size) and np.isfinite(rows).all()


def test_what_comes_later_changes_nothing_before(write, files):
    """Rows released at or after the origin are spoilt; what is read at the origin stays the same."""
    case = load(write())
    origin = Month(2001, 4)
    poisoned = (
        files["series/brent.csv"].replace(",60,", ",600,").replace(",53,", ",530,").replace(",61,", ",610,")
    )
    other = load(write({"series/brent.csv": poisoned}, "poisoned"))
    assert np.array_equal(case.month_rows(case.months, origin), other.month_rows(other.months, origin))


def test_a_fact_that_could_not_be_known_says_so(write, files):
    held = files["case.yaml"].replace("{series: brent, before: 55}", "{series: brent}")
    case = load(write({"case.yaml": held}))
    with pytest.raises(RipenessError, match="brent_anchor_usd_bbl of 2001-01 could not be known at 2001-01"):
        case.month_rows(case.months, FIRST)


def test_unknown_sites_are_refused(case):
    with pytest.raises(RipenessError, match="did you mean 'brent_usd_bbl'"):
        case.month_rows(case.months, conditional=("brent_usd_bl",))
