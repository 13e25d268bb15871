"""Baselines: they never look ahead, cope with gaps, and are right where the answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness.fit import baselines
from ripeness.fit.baselines import BASELINES, TooShortError

ORIGIN = 60


def _autoregressive(phi, mean, sd, length, seed):
    noise = np.random.default_rng(seed).normal(0, sd, length)
    values = np.empty(length)
    values[0] = mean + noise[0] / np.sqrt(1 - phi**2)
    for t in range(1, length):
        values[t] = mean + phi * (values[t - 1] - mean) + noise[t]
    return values


@pytest.mark.parametrize("name", BASELINES)
@settings(deadline=None, max_examples=25)
@given(horizon=st.integers(1, 18), seed=st.integers(0, 2**32), junk=st.floats(-1e6, 1e6))
def test_nothing_from_the_origin_on_is_read(name, horizon, seed, junk):
    months = np.arange(ORIGIN + 24)
    values = _autoregressive(0.7, 5.0, 1.0, months.size, 1)
    spoiled = np.where(months >= ORIGIN, junk, values)
    arguments = {"origin": ORIGIN, "horizon": horizon, "members": 50, "seed": seed}
    first = BASELINES[name](months, values, **arguments)
    assert first.shape == (50,)
    np.testing.assert_array_equal(first, BASELINES[name](months, spoiled, **arguments))
    np.testing.assert_array_equal(first, BASELINES[name](months[:ORIGIN], values[:ORIGIN], **arguments))


@pytest.mark.parametrize("name", BASELINES)
@given(shift=st.floats(-100, 100), scale=st.floats(0.1, 10))
@settings(deadline=None, max_examples=25)
def test_units_do_not_matter(name, shift, scale):
    months, values = np.arange(ORIGIN), _autoregressive(0.7, 5.0, 1.0, ORIGIN, 2)
    arguments = {"origin": ORIGIN, "horizon": 3, "members": 40, "seed": 9}
    base = BASELINES[name](months, values, **arguments)
    moved = BASELINES[name](months, shift + scale * values, **arguments)
    np.testing.assert_allclose(moved, shift + scale * base, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("name", BASELINES)
def test_order_gaps_and_missing_values_are_no_obstacle(name):
    months, values = np.arange(ORIGIN), _autoregressive(0.7, 5.0, 1.0, ORIGIN, 3)
    values[[4, 9, 30]] = np.nan
    known = np.isfinite(values)
    arguments = {"origin": ORIGIN, "horizon": 6, "members": 40, "seed": 9}
    full = BASELINES[name](months[::-1], values[::-1], **arguments)
    np.testing.assert_array_equal(full, BASELINES[name](months[known], values[known], **arguments))


def test_random_walk_spread_grows_with_the_horizon_as_in_the_past():
    values = np.cumsum(np.random.default_rng(4).normal(0, 2.0, 2_000))
    months = np.arange(values.size)
    for horizon in (1, 4, 9):
        ensemble = baselines.random_walk(
            months, values, origin=values.size, horizon=horizon, members=20_000, seed=1
        )
        assert ensemble.mean() == pytest.approx(values[-1], abs=0.2)
        assert ensemble.std() == pytest.approx(2.0 * np.sqrt(horizon), rel=0.15)


def test_random_walk_counts_steps_from_the_last_known_month():
    months = np.arange(40)
    values = np.where(months % 2 == 0, 0.0, 1.0)
    late = baselines.random_walk(months[:-1], values[:-1], origin=40, horizon=1, members=99, seed=1)
    # Over two months this series never changes, so neither does the forecast two months on.
    np.testing.assert_array_equal(late, 0.0)


def test_random_walk_stretches_a_shorter_span_when_the_past_is_short():
    months, values = np.arange(10), np.tile([0.0, 1.0], 5)
    ensemble = baselines.random_walk(months, values, origin=10, horizon=9, members=50_000, seed=2)
    # The longest span with six changes is four months, over which nothing changed.
    assert ensemble.std() == 0.0
    jagged = np.array([0.0, 1.0, 3.0, 2.0, 4.0, 3.0, 6.0, 5.0, 7.0, 6.0])
    ensemble = baselines.random_walk(months, jagged, origin=10, horizon=9, members=50_000, seed=2)
    expected = np.sqrt(np.mean((jagged[4:] - jagged[:-4]) ** 2) * 9 / 4)
    assert ensemble.std() == pytest.approx(expected, rel=0.02)


def test_autoregression_finds_mean_and_persistence_across_gaps():
    values = _autoregressive(0.8, 10.0, 1.0, 4_000, 5)
    months = np.arange(values.size)
    keep = np.random.default_rng(6).random(values.size) < 0.6
    keep[-1] = True
    far = baselines.autoregression(
        months[keep], values[keep], origin=4_000, horizon=200, members=20_000, seed=3
    )
    assert far.mean() == pytest.approx(10.0, abs=0.3)
    assert far.std() == pytest.approx(1 / 0.6, rel=0.08)
    near = baselines.autoregression(
        months[keep], values[keep], origin=4_000, horizon=1, members=20_000, seed=3
    )
    assert near.mean() == pytest.approx(10.0 + 0.8 * (values[-1] - 10.0), abs=0.15)
    assert near.std() == pytest.approx(1.0, rel=0.08)


def test_autoregression_of_a_constant_is_that_constant():
    ensemble = baselines.autoregression(
        np.arange(20), np.full(20, 3.0), origin=20, horizon=4, members=30, seed=1
    )
    np.testing.assert_allclose(ensemble, 3.0)


def test_climatology_draws_past_values_alike():
    values = np.array([1.0, 2.0, 4.0])
    ensemble = baselines.climatology([1, 2, 7], values, origin=8, horizon=3, members=30_000, seed=8)
    assert set(ensemble) == set(values)
    assert ensemble.mean() == pytest.approx(values.mean(), abs=0.03)


def test_seasonal_walk_repeats_the_season():
    months = np.arange(48)
    values = np.sin(2 * np.pi * months / 12)
    for horizon in (1, 5, 12, 15):
        ensemble = baselines.seasonal_random_walk(
            months, values, origin=48, horizon=horizon, members=20, seed=1
        )
        np.testing.assert_allclose(ensemble, np.sin(2 * np.pi * (47 + horizon) / 12), atol=1e-12)


@pytest.mark.parametrize(
    ("name", "size"), [("random_walk", 3), ("seasonal_random_walk", 6), ("autoregression", 6)]
)
def test_short_history_is_refused_by_type(name, size):
    with pytest.raises(TooShortError):
        BASELINES[name](np.arange(size), np.arange(float(size)), origin=size, horizon=1, members=5, seed=1)


def test_walk_of_a_sparse_series_scales_successive_changes_by_their_months():
    months, values = np.array([0, 7, 9, 20]), np.array([0.0, 7.0, 5.0, 5.0])
    ensemble = baselines.random_walk(months, values, origin=21, horizon=4, members=200_000, seed=1)
    per_month = np.mean(np.diff(values) ** 2 / np.diff(months))
    assert ensemble.std() == pytest.approx(np.sqrt(per_month * 4), rel=0.02)


@pytest.mark.parametrize("name", BASELINES)
def test_bad_input_is_refused(name):
    arguments = {"horizon": 1, "members": 5, "seed": 1}
    with pytest.raises(TooShortError, match="before month 3"):
        BASELINES[name]([4, 5], [1.0, 2.0], origin=3, **arguments)
    with pytest.raises(ValueError, match="appears twice"):
        BASELINES[name]([1, 1], [1.0, 2.0], origin=3, **arguments)
    with pytest.raises(ValueError, match="at least 1"):
        BASELINES[name](np.arange(40), np.arange(40.0), origin=40, **{**arguments, "horizon": 0})
