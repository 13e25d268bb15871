"""What single functions promise, for whatever they are given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm, truncnorm

from ripeness.flow import BUYERS, MonthRow, Shocks, layout_of
from ripeness.world.assimilation import (
    Errors3,
    Observation,
    Reader,
    assimilate,
    draw_errors,
    observe_at_least,
    observe_sum,
    predict_errors,
)
from ripeness.world.discount import accepted_mbd, clearing_discount, concentration
from ripeness.world.front import advance_chance
from ripeness.world.oil_market import clearing_log_price
from ripeness.world.price_cap import capped_monopoly
from ripeness.world.refining import lost_runs_share
from ripeness.world.shipping import fleet, voyage
from ripeness.world.smooth import halving, logistic, softplus
from ripeness.world.tax_price import wedge_by_law
from ripeness.world.treasury import fund_months, oil_gas_revenue

FILTERING, DRAWING, COUNTERFACTUAL = Reader(1.0, 0.0), Reader(1.0, 1.0), Reader(0.0, 1.0)
SHARE = st.floats(0.0, 1.0)


# The oil market


@given(
    exports=st.floats(0.0, 1.3),
    loss=st.floats(0.0, 0.5),
    more=st.floats(0.01, 0.2),
    share=st.floats(0.05, 0.1),
    demand=st.floats(0.1, 1.2),
    supply=st.floats(0.0, 0.4),
)
def test_the_clearing_price_falls_in_exports_and_rises_in_losses(exports, loss, more, share, demand, supply):
    def price(x, lost, release=0.0):
        return clearing_log_price(x, share, lost, release, demand, supply, 0.0, 0.0, np)

    base = price(exports, loss)
    assume(abs(base) < 2.4)
    assert price(exports + more, loss) < base
    assert price(exports, loss + more) > base
    assert price(exports, loss, 0.02) < base


@given(loss=st.floats(0.0, 0.4), demand=st.floats(0.15, 1.5), supply=st.floats(0.0, 0.4))
def test_four_newton_steps_clear_the_market(loss, demand, supply):
    p = clearing_log_price(0.8, 0.075, loss, 0.0, demand, supply, 0.0, 0.0, np)
    assume(abs(p) < 2.4)
    supplied = 0.075 * 0.8 + 0.925 * (1.0 - loss) * np.exp(supply * p)
    assert -demand * p == pytest.approx(np.log(supplied), abs=2e-5)


# Buyers and the discount

buyers = arrays(float, (len(BUYERS), 1), elements=st.floats(0.05, 3.0))
premia = arrays(float, (len(BUYERS), 1), elements=st.floats(-8.0, 25.0))


@given(
    capacity=buyers,
    premium=premia,
    width=st.floats(1.0, 6.0),
    fill=st.floats(0.05, 0.95),
    start=st.floats(-5.0, 30.0),
)
@settings(max_examples=200)
def test_the_clearing_discount_clears(capacity, premium, width, fill, start):
    """From a start near the answer, as every month has, six steps are enough."""
    target = fill * capacity.sum(0)
    assume(target[0] > 0.06)
    found = np.array([start])
    for _ in range(4):
        found = clearing_discount(target, found, capacity, premium, width, np)
    assert accepted_mbd(found, capacity, premium, width, np).sum(0) == pytest.approx(target, rel=1e-3)
    again = clearing_discount(target, found, capacity, premium, width, np)
    assert again == pytest.approx(found, abs=1e-2)


@given(capacity=buyers, premium=premia, width=st.floats(1.0, 6.0), fill=st.floats(0.1, 0.8))
def test_more_cargo_or_dearer_buyers_raise_the_discount(capacity, premium, width, fill):
    def clear(amount, asked):
        found = np.array([5.0])
        for _ in range(6):
            found = clearing_discount(amount * capacity.sum(0), found, capacity, asked, width, np)
        return found[0]

    base = clear(fill, premium)
    assert clear(fill + 0.1, premium) > base
    assert clear(fill, premium + 3.0) == pytest.approx(base + 3.0, abs=0.05)


@given(arrays(float, (len(BUYERS), 3), elements=st.floats(0.01, 5.0)))
def test_concentration_lies_between_even_and_one_buyer(accepted):
    """Five countries buy, so that the index is at least one in five; its size does not depend on units."""
    index = concentration(accepted, np)
    assert ((index >= 0.2 - 1e-9) & (index <= 1.0 + 1e-9)).all()
    assert concentration(7.0 * accepted, np) == pytest.approx(index)


def test_a_merger_of_buyers_within_a_country_leaves_concentration():
    split = np.array([0.1, 0.7, 0.4, 0.3, 0.9, 0.2, 0.3])[:, None]
    merged = np.array([0.1, 1.1, 0.0, 1.2, 0.0, 0.2, 0.3])[:, None]
    assert concentration(split, np) == pytest.approx(concentration(merged, np))


# Ships

vessels = st.floats(0.0, 400.0)


@given(us=vessels, eu=vessels, uk=vessels, seed=st.integers(0, 50))
@settings(max_examples=60)
def test_listings_only_move_ships_and_never_add_capacity(bench, us, eu, uk, seed):
    params = bench.members(8)
    state = bench.eve(params)
    state = state._replace(fleet=np.random.default_rng(seed).uniform(0.0, 300.0, (4, 8)))
    month = layout_of(MonthRow).unpack(bench.months(1)[0][:, None])
    silent = Shocks(*np.zeros((len(Shocks._fields), 8)))

    def of(**listed):
        levers = bench.levers(dict(bench.after_embargo, **listed))
        return fleet(state, params, levers, month, silent, COUNTERFACTUAL, np)

    none = {"vessels_listed_us": 0.0, "vessels_listed_eu": 0.0, "vessels_listed_uk": 0.0}
    quiet, before = of(**none)
    listed, after = of(vessels_listed_us=us, vessels_listed_eu=eu, vessels_listed_uk=uk)
    assert listed.fleet.sum(0) == pytest.approx(quiet.fleet.sum(0))
    assert (listed.fleet[0] == quiet.fleet[0]).all()
    assert (listed.fleet[1] <= quiet.fleet[1] + 1e-9).all()
    assert (listed.fleet[3] >= quiet.fleet[3] - 1e-9).all()
    assert (listed.fleet >= 0.0).all()
    assert (after.capacity <= listed.fleet.sum(0) + 1e-9).all()
    _, fewer = of(**(none | {"vessels_listed_us": us}))
    # US listing is the harder class unless a member's priors say otherwise.
    harder = params.listing_loss_us > np.maximum(params.listing_loss_eu_uk, state.listing_loss[2])
    assert (fewer.capacity <= before.capacity + 1e-9)[harder].all()


@given(cargo=st.floats(0.3, 6.0), days=st.floats(15.0, 120.0), ships=st.floats(10.0, 900.0))
def test_a_voyage_lifts_at_most_the_cargo_and_at_most_what_the_ships_carry(bench, cargo, days, ships):
    params = bench.members(4)
    trip = voyage(cargo, np.full(4, days), np.full(4, ships), 0.0, params, np)
    limit = params.payload_mb * ships / days
    assert (trip.lifted_mbd <= np.minimum(cargo, limit) * (1.0 + 1e-6)).all()
    more = voyage(cargo, np.full(4, days), np.full(4, ships * 1.1), 0.0, params, np)
    assert (more.lifted_mbd >= trip.lifted_mbd - 1e-12).all()
    assert (more.tce_usd_day <= trip.tce_usd_day + 1e-9).all()


# Refining, receipts, funds, smooth forms


@given(outage=SHARE, spare=st.floats(0.0, 0.3), more=st.floats(0.0, 0.3))
def test_lost_runs_start_at_nothing_and_never_exceed_the_outage(outage, spare, more):
    assert lost_runs_share(0.0, spare, np) == pytest.approx(0.0, abs=1e-12)
    assert -1e-12 <= lost_runs_share(outage, spare, np) <= outage + 1e-9
    assert lost_runs_share(outage + more, spare, np) >= lost_runs_share(outage, spare, np)


@given(price=st.floats(16.0, 120.0), more=st.floats(0.1, 30.0))
def test_oil_and_gas_revenue_rises_with_the_price_of_the_month_before(bench, price, more):
    params = bench.members(8)
    month = layout_of(MonthRow).unpack(bench.months(1)[0][:, None])

    def revenue(taxed):
        return oil_gas_revenue([np.full(8, (taxed - 15.0) * 0.08)] * 12, 1.0, month, params)

    assert (revenue(price + more) > revenue(price)).all()


@given(liquid=st.floats(0.5, 10.0), drain=st.floats(0.1, 1.0), gain=st.floats(0.0, 0.01))
def test_the_fund_is_empty_when_the_formula_says(liquid, drain, gain):
    assume(liquid * gain < 0.9 * drain)
    months = float(fund_months(liquid, drain, gain, np))
    left = liquid
    for _ in range(int(months)):
        left = left * (1.0 + gain) - drain
    assert -1e-6 <= left <= drain / (1.0 + gain) * (1.0 + gain) + 1e-6
    assert left * (1.0 + gain) - drain <= 1e-6


@given(gap=st.floats(-30.0, 30.0))
def test_the_law_of_the_month_decides_the_wedge(bench, gap):
    params = bench.members(4)

    def wedge(**facts):
        return wedge_by_law(gap, layout_of(MonthRow).unpack(bench.months(1, **facts)[0][:, None]), params, np)

    none = {"tax_price_since_2025": 0.0, "tax_price_cif": 0.0}
    assert (wedge(**(none | {"tax_price_cif": 1.0})) == params.tax_wedge_2022_usd_bbl).all()
    assert (wedge(**none) == params.tax_wedge_2023_usd_bbl).all()
    assert wedge(**(none | {"tax_price_since_2025": 1.0})) == pytest.approx(0.22 * gap)


@given(x=st.floats(-60.0, 60.0))
def test_smooth_forms(x):
    assert 0.0 <= logistic(x, np) <= 1.0
    assert logistic(x, np) + logistic(-x, np) == pytest.approx(1.0)
    assert softplus(x, np) - softplus(-x, np) == pytest.approx(x, abs=1e-9)
    assert halving(np.abs(x) + 0.5, np) ** (np.abs(x) + 0.5) == pytest.approx(0.5)


@given(a=st.floats(0.1, 10.0), d=st.floats(0.1, 10.0), slope=st.floats(0.2, 4.0))
def test_advance_chances_of_the_two_sides_sum_to_one(a, d, slope):
    assert advance_chance(a, d, slope, np) + advance_chance(d, a, slope, np) == pytest.approx(1.0)


@given(cap=st.floats(21.0, 59.0))
def test_a_binding_cap_on_a_monopoly_raises_output(cap):
    assert capped_monopoly(100.0, 20.0, cap, np).quantity > capped_monopoly(100.0, 20.0, 1e9, np).quantity


# The record

values = st.floats(-50.0, 50.0)
spreads = st.floats(0.05, 5.0)


@given(predicted=values, spread=spreads, z=st.floats(-3.0, 3.0))
def test_a_silent_record_leaves_the_shock(predicted, spread, z):
    silent = Observation(99.0, 1.0, 0.0)
    drawn = assimilate(predicted, spread, z, silent, DRAWING, np)
    assert drawn.shock == pytest.approx(z, abs=1e-9)
    assert drawn.value == pytest.approx(predicted + spread * z)
    assert drawn.variance == 0.0 and drawn.log_likelihood == 0.0
    filtered = assimilate(predicted, spread, z, silent, FILTERING, np)
    assert filtered.value == pytest.approx(predicted)
    assert filtered.variance == pytest.approx(spread**2)


@given(predicted=values, spread=spreads, z=st.floats(-3.0, 3.0), seen=values, carried=st.floats(0.0, 4.0))
def test_an_exact_record_is_reproduced_exactly(predicted, spread, z, seen, carried):
    exact = Observation(seen, 0.0, 1.0)
    for reader in (FILTERING, DRAWING):
        taken = assimilate(predicted, spread, z, exact, reader, np, carried)
        assert taken.value == pytest.approx(seen, abs=1e-9)
        assert taken.variance == pytest.approx(0.0, abs=1e-12)
        other = assimilate(predicted, spread, taken.shock, exact, COUNTERFACTUAL, np)
        assert other.value == pytest.approx(seen, abs=1e-9)


@given(predicted=values, spread=spreads, sd=spreads, seen=values, carried=st.floats(0.0, 4.0))
@settings(max_examples=15)
def test_one_observation_gives_the_gaussian_posterior(predicted, spread, sd, seen, carried):
    z = np.random.default_rng(1).standard_normal(40_000)
    drawn = assimilate(predicted, spread, z, Observation(seen, sd, 1.0), DRAWING, np, carried)
    prior = spread**2 + carried
    precision = 1.0 / prior + 1.0 / sd**2
    mean, deviation = (predicted / prior + seen / sd**2) / precision, precision**-0.5
    assert drawn.value.mean() == pytest.approx(mean, abs=4.0 * deviation / 200.0)
    assert drawn.value.std() == pytest.approx(deviation, rel=0.02)
    total = prior + sd**2
    density = -0.5 * ((seen - predicted) ** 2 / total + np.log(2.0 * np.pi * total))
    assert drawn.log_likelihood == pytest.approx(density)
    filtered = assimilate(predicted, spread, 0.0, Observation(seen, sd, 1.0), FILTERING, np, carried)
    assert filtered.value == pytest.approx(mean)
    assert filtered.variance == pytest.approx(deviation**2)


def matrix(covariance):
    c11, c21, c22, c31, c32, c33 = (float(value) for value in covariance)
    return np.array([[c11, c21, c31], [c21, c22, c32], [c31, c32, c33]])


SUMS = ((1.0, 0.0, 0.0), (1.0, 1.0, 0.0), (1.0, 1.0, -1.0))


@given(
    errors=st.tuples(values, values, values),
    spread=st.tuples(spreads, spreads, spreads),
    persistence=st.tuples(SHARE, SHARE, SHARE),
    seen=st.tuples(values, values, values),
    sd=st.tuples(spreads, spreads, spreads),
    present=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
@settings(max_examples=60)
def test_three_errors_seen_through_sums_give_the_gaussian_posterior(
    errors, spread, persistence, seen, sd, present
):
    """Against the joint formula, prior covariances included: two months, the second sees what the first left."""
    state = Errors3(errors, (0.0,) * 6)
    mean, cov = np.array(errors), np.zeros((3, 3))
    F = np.diag(persistence)
    for _ in range(2):
        state = predict_errors(state, persistence, spread)
        mean, cov = F @ mean, F @ cov @ F + np.diag(np.square(spread))
        density = 0.0
        for weights, value, noise, here in zip(SUMS, seen, sd, present, strict=True):
            state, log_p = observe_sum(state, weights, value, Observation(0.0, noise, float(here)), np)
            density += float(log_p)
        H = np.array([w for w, here in zip(SUMS, present, strict=True) if here]).reshape(-1, 3)
        y = np.array([v for v, here in zip(seen, present, strict=True) if here])
        R = np.diag([s**2 for s, here in zip(sd, present, strict=True) if here])
        if len(y):
            S = H @ cov @ H.T + R
            surprise = y - H @ mean
            expected = -0.5 * (
                surprise @ np.linalg.solve(S, surprise) + np.log(np.linalg.det(2.0 * np.pi * S))
            )
            assert density == pytest.approx(expected, rel=1e-6, abs=1e-6)
            K = cov @ H.T @ np.linalg.inv(S)
            mean, cov = mean + K @ surprise, cov - K @ H @ cov
        assert state.mean == pytest.approx(tuple(mean), rel=1e-6, abs=1e-6)
        assert matrix(state.covariance) == pytest.approx(cov, rel=1e-6, abs=1e-6)


@given(
    bound=st.floats(-3.4, 3.4),
    first=st.floats(0.3, 3.0),
    second=st.floats(0.3, 3.0),
    shared=st.floats(-0.9, 0.9),
)
def test_a_bound_leaves_the_moments_of_what_lies_beyond(bound, first, second, shared):
    """A10 against a truncated normal: the sum's own moments, and those of a term it is regressed on."""
    weights = SUMS[1]
    cov = np.array(
        [[first**2, shared * first * second, 0.0], [shared * first * second, second**2, 0.0], [0, 0, 1.0]]
    )
    mean = np.array([0.4, -0.3, 0.2])
    w = np.array(weights)
    total = w @ cov @ w
    at = w @ mean + bound * total**0.5
    lower = tuple(cov[np.tril_indices(3)])
    state, density = observe_at_least(Errors3(tuple(mean), lower), weights, at, 0.5, 1.0, np)
    beyond = truncnorm(bound, np.inf)
    gain = cov @ w / total
    expected_mean = mean + gain * total**0.5 * beyond.mean()
    expected_cov = cov - np.outer(gain, gain) * total * (1.0 - beyond.var())
    assert state.mean == pytest.approx(tuple(expected_mean), abs=0.003 * total**0.5)
    assert matrix(state.covariance) == pytest.approx(expected_cov, abs=0.003 * total)
    at_the_bound = norm.logpdf(0.0, scale=0.5)
    assert density == pytest.approx(norm.logsf(bound) + at_the_bound, abs=0.001)
    silent, nothing = observe_at_least(Errors3(tuple(mean), lower), weights, at, 0.0, 0.0, np)
    assert silent == Errors3(tuple(mean), lower) and nothing == 0.0


def test_the_joint_draw_has_the_moments_of_the_posterior():
    state = predict_errors(Errors3((1.0, -2.0, 0.5), (0.0,) * 6), (0.8, 0.9, 0.5), (1.6, 1.8, 0.9))
    state, _ = observe_sum(state, SUMS[1], 3.0, Observation(0.0, 1.0, 1.0), np)
    state, _ = observe_sum(state, SUMS[2], 2.0, Observation(0.0, 0.3, 1.0), np)
    z = np.random.default_rng(3).standard_normal((3, 200_000))
    drawn = draw_errors(state, tuple(z), DRAWING, np)
    sample = np.stack(drawn.mean)
    assert sample.mean(1) == pytest.approx(np.array(state.mean), abs=0.02)
    assert np.cov(sample) == pytest.approx(matrix(state.covariance), abs=0.03)
    assert all(value == 0.0 for value in drawn.covariance)
    held = draw_errors(state, tuple(z), FILTERING, np)
    assert np.stack(held.mean) == pytest.approx(np.array(state.mean)[:, None] * np.ones(z.shape[1]))
    assert held.covariance == state.covariance


def test_two_months_of_filtering_equal_the_joint_conditional():
    """An AR(1) error seen in the first and third month, drawn in the fourth: moments of the exact Gaussian."""
    rho, sigma, r = 0.7, 1.3, 0.6
    t = np.arange(4)
    cov = np.array(
        [[sum(rho ** (i + j - 2 * k) for k in range(min(i, j) + 1)) * sigma**2 for j in t] for i in t]
    )
    H = np.eye(4)[[0, 2]]
    y = np.array([2.0, -1.0])
    S = H @ cov @ H.T + r**2 * np.eye(2)
    K = cov @ H.T @ np.linalg.inv(S)
    exact_mean, exact_cov = K @ y, cov - K @ H @ cov
    z = np.random.default_rng(5).standard_normal(100_000)
    error, variance = np.zeros(1), np.zeros(1)
    for month, seen in enumerate((2.0, None, -1.0, None)):
        record = Observation(0.0 if seen is None else seen, r, float(seen is not None))
        reader = DRAWING if month == 3 else FILTERING
        taken = assimilate(rho * error, sigma, z, record, reader, np, rho**2 * variance)
        error, variance = taken.value, taken.variance
    assert error.mean() == pytest.approx(exact_mean[3], abs=0.02)
    assert error.std() == pytest.approx(exact_cov[3, 3] ** 0.5, rel=0.01)
