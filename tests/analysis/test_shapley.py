"""Shapley effects of inputs that move together, where the answer is a formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness.analysis import shapley_by_neighbours, shapley_effects
from ripeness.base import RipenessError


def _gaussian(covariance, rows, seed=1):
    factor = np.linalg.cholesky(np.asarray(covariance, float))
    return factor @ np.random.default_rng(seed).normal(size=(len(factor), rows))


def _two_inputs(beta, sds, rho):
    """Effects of two correlated inputs of a linear model (Iooss and Prieur 2019, 4.1)."""
    own = (beta * sds) ** 2
    both = rho * np.prod(beta * sds)
    half = 0.5 * rho**2
    variance = own.sum() + 2.0 * both
    return np.array(
        [own[0] * (1 - half) + both + own[1] * half, own[1] * (1 - half) + both + own[0] * half]
    ) / (variance)


@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.5, 0.9])
def test_linear_gaussian_pair_has_its_closed_form(rho):
    beta, sds = np.array([1.0, 2.0]), np.array([1.5, 1.0])
    covariance = np.outer(sds, sds) * np.array([[1.0, rho], [rho, 1.0]])
    x = _gaussian(covariance, 4096)
    expected = _two_inputs(beta, sds, rho)
    found = shapley_effects(x, beta @ x)
    np.testing.assert_allclose(found.value[:, 0], expected, atol=0.02)
    assert found.rest[0] == pytest.approx(0.0, abs=0.005)
    np.testing.assert_allclose(shapley_by_neighbours(x, beta @ x), expected, atol=0.04)


def test_effects_and_rest_add_up_to_the_variance():
    x = _gaussian(0.3 + 0.7 * np.eye(4), 2048)
    luck = np.random.default_rng(2).normal(size=2048)
    y = np.stack([x[0] + x[1] ** 2 + 2.0 * luck, x[2] * x[3]])
    found = shapley_effects(x, y)
    np.testing.assert_allclose(found.value.sum(axis=0) + found.rest, 1.0, atol=1e-12)
    noise = 4.0 / y[0].var()
    assert found.rest[0] == pytest.approx(noise, abs=0.06)
    assert found.rest[1] == pytest.approx(0.0, abs=0.03)
    assert (np.abs(found.value[2:, 0]) < 0.2).all()


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    beta, sds = np.array([1.0, 1.0]), np.array([1.0, 1.0])
    truth = 0.75 * _two_inputs(beta, sds, 0.5)[0]  # the noise has a quarter of the variance
    inside = []
    for seed in range(40):
        x = _gaussian([[1.0, 0.5], [0.5, 1.0]], 256, seed)
        y = beta @ x + np.random.default_rng(seed + 1000).normal(size=256)
        found = shapley_effects(x, y, seed=seed)
        inside.append(found.low[0, 0] <= truth <= found.high[0, 0])
    assert 0.75 <= np.mean(inside) <= 1.0


@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_the_order_of_rows_and_inputs_changes_nothing(seed, d):
    rng = np.random.default_rng(seed)
    x, groups = rng.normal(size=(d, 192)), np.repeat(np.arange(64), 3)
    y = np.stack([x[0] + x[-1] ** 2, x.sum(axis=0) + rng.normal(size=192)])
    one = shapley_effects(x, y, groups)
    rows, inputs = rng.permutation(192), rng.permutation(d)
    other = shapley_effects(x[np.ix_(inputs, rows)], y[:, rows], groups[rows] + 7)
    np.testing.assert_allclose(other.value, one.value[inputs], atol=1e-9, rtol=0)
    np.testing.assert_allclose(other.error, one.error[inputs], atol=1e-9, rtol=0)
    np.testing.assert_allclose(other.rest, one.rest, atol=1e-9, rtol=0)


def test_an_inert_independent_input_has_nothing():
    x = np.random.default_rng(5).normal(size=(3, 4096))
    found = shapley_effects(x, 3.0 * x[0] + x[1])
    assert abs(found.value[2, 0]) < 1e-3
    assert found.low[2, 0] <= 0.0 <= found.high[2, 0] + 1e-6


def test_copies_of_a_future_are_no_further_evidence():
    rng = np.random.default_rng(6)
    x, noise = rng.normal(size=(3, 64)), rng.normal(size=64)
    y = x[0] + noise
    alone = shapley_effects(x, y)
    copied = shapley_effects(np.tile(x, 8), np.tile(y, 8), np.tile(np.arange(64), 8))
    np.testing.assert_allclose(copied.value, alone.value, atol=1e-9)
    np.testing.assert_allclose(copied.error, alone.error, atol=1e-9)


def test_a_constant_outcome_has_no_shares():
    x = np.random.default_rng(7).normal(size=(2, 64))
    found = shapley_effects(x, np.stack([np.ones(64), x[0]]))
    assert np.isnan(found.value[:, 0]).all()
    assert found.variance[0] == 0.0
    assert found.value[0, 1] == pytest.approx(1.0, abs=0.02)


def test_too_little_evidence_and_wrong_shapes_are_named():
    x = np.random.default_rng(8).normal(size=(20, 40))
    with pytest.raises(RipenessError, match="40 independent futures are too few for 20 inputs"):
        shapley_effects(x, x[0])
    with pytest.raises(RipenessError, match="do not fit"):
        shapley_effects(x, x[0, :5])
    with pytest.raises(RipenessError, match="not finite"):
        shapley_effects(x[:2], np.full(40, np.inf))
    with pytest.raises(RipenessError, match="too many subsets"):
        shapley_by_neighbours(np.ones((11, 64)), np.arange(64.0))
