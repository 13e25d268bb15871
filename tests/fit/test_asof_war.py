"""No later row of any series or instrument, the war's included, moves what was said of a month."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from ripeness import case as cases
from ripeness.base import Month
from ripeness.fit import backcast, ending_forecasts, posterior_of, target
from ripeness.fit.backcast import posed, record_of, scored_series
from ripeness.fit.plans import plan_value
from ripeness.fit.posterior import Posterior
from ripeness.flow import WAR_SITES, Parameters, layout_of

ORIGIN = Month.parse("2025-03")
UNTIL = Month.parse("2025-08")
UKRAINE = cases.load("ukraine")
AHEAD = {fact.series for fact in UKRAINE.month_facts.values() if fact.known_ahead} | {
    part.series for plan in UKRAINE.scoring.plans for part in plan.parts
}


def later_changed(series):
    """The series with another value in every row dated or released at or after the origin."""

    def late(row):
        return row.vintage >= ORIGIN or (row.month >= ORIGIN and series.name not in AHEAD)

    rows = (replace(row, value=0.6 * row.value + 0.0137) if late(row) else row for row in series.observations)
    return replace(series, observations=tuple(rows))


def later_acts_changed(instrument):
    """The instrument with other values from the origin on."""
    first = dt.date(ORIGIN.year, ORIGIN.month, 1)

    def other(amount):
        return {key: 0.5 * part for key, part in amount.items()} if isinstance(amount, dict) else 0.5 * amount

    values = (
        replace(value, levers={lever: other(amount) for lever, amount in value.levers.items()})
        if value.date >= first
        else value
        for value in instrument.values
    )
    return replace(instrument, values=tuple(values))


@pytest.fixture(scope="module")
def changed():
    """The case with every later row and every later act changed."""
    return replace(
        UKRAINE,
        series={name: later_changed(series) for name, series in UKRAINE.series.items()},
        instruments=tuple(later_acts_changed(each) for each in UKRAINE.instruments),
    )


@pytest.fixture(scope="module")
def few():
    """Sixty-four posterior draws that have read nothing after the origin."""
    known = posterior_of(UKRAINE, Month.parse("2025-01"))
    return Posterior(UKRAINE.name, ORIGIN, known.draws[:, :64], {}, {}, known.names)


def test_the_changed_case_really_differs_in_every_site_of_the_war(changed):
    for site in WAR_SITES:
        if site in UKRAINE.observations:
            name = UKRAINE.observations[site]
            assert changed.series[name] != UKRAINE.series[name], site
    assert changed.instruments != UKRAINE.instruments


@pytest.mark.parametrize("site", [site for site in WAR_SITES if site in UKRAINE.observations])
def test_later_rows_of_one_series_of_the_war_move_no_row_that_a_forecast_reads(site):
    name = UKRAINE.observations[site]
    other = replace(UKRAINE, series={**UKRAINE.series, name: later_changed(UKRAINE.series[name])})
    for mode in ("conditional", "unconditional"):
        own, moved = (posed(case, ORIGIN, UNTIL, mode=mode) for case in (UKRAINE, other))
        np.testing.assert_array_equal(own.months, moved.months)
        np.testing.assert_array_equal(own.policies, moved.policies)


def test_later_acts_move_no_row_of_an_unconditional_forecast_and_some_of_a_conditional_one(changed):
    own, moved = (posed(case, ORIGIN, UNTIL, mode="unconditional") for case in (UKRAINE, changed))
    np.testing.assert_array_equal(own.policies, moved.policies)
    np.testing.assert_array_equal(own.months, moved.months)
    given, acted = (posed(case, ORIGIN, UNTIL, mode="conditional") for case in (UKRAINE, changed))
    assert not np.array_equal(given.policies, acted.policies)


def test_the_likelihood_of_the_war_does_not_move(changed):
    money = posterior_of(UKRAINE, Month.parse("2025-01")).draws[: layout_of(Parameters).size, :1]
    own, other = (
        target(case, ORIGIN, backend="reference", threads=1, part="war", money=money)
        for case in (UKRAINE, changed)
    )
    points = np.random.default_rng(0).standard_normal((own.dimension, 8))
    np.testing.assert_array_equal(own(points), other(points))


def test_no_forecast_chance_or_baseline_moves(changed, few):
    options = {
        "horizons": (1, 6),
        "mode": "unconditional",
        "members": 64,
        "backend": "reference",
        "threads": 1,
    }
    own, other = (backcast(case, {ORIGIN: few}, **options) for case in (UKRAINE, changed))
    assert {each.series for each in own.forecasts} >= {"territory_km2", "drones_launched", "claimed_losses_a"}
    assert own.events
    assert own.joint
    for one, two in zip(own.forecasts, other.forecasts, strict=True):
        assert (one.series, one.horizon, one.median, one.intervals) == (
            two.series,
            two.horizon,
            two.median,
            two.intervals,
        )
        assert set(one.rivals) == set(two.rivals)
    for one, two in zip(own.events, other.events, strict=True):
        assert (one.event, one.chance, one.baselines) == (two.event, two.chance, two.baselines)


def test_what_baselines_and_plans_read_does_not_move(changed):
    for output in scored_series(UKRAINE, "unconditional"):
        own, other = (record_of(case, output).as_of(ORIGIN).observations for case in (UKRAINE, changed))
        assert own == other, output
    for plan in UKRAINE.scoring.plans:
        for month in (ORIGIN, UNTIL, UNTIL + 6):
            said = [plan_value(case, plan, month, ORIGIN, "RUB trn") for case in (UKRAINE, changed)]
            assert said[0] == said[1]
            assert said[0] is not None


@pytest.mark.slow
def test_no_chance_of_an_ending_moves(changed, few):
    own, other = (
        ending_forecasts(case, [ORIGIN], {ORIGIN: few}, windows=(3,), members=64, draws=8)[0]
        for case in (UKRAINE, changed)
    )
    assert [each for each in own if each.origin == ORIGIN] == [
        each for each in other if each.origin == ORIGIN
    ]
