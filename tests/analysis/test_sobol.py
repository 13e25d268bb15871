"""Sobol indices where they are known, beside SALib on the same sample, and under every reordering."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from ripeness.analysis import sobol_indices
from ripeness.base import RipenessError

ORACLES = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parents[1] / "oracles.json").read_text())
}


def _ishigami(x):
    return np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def _values(model, a, b):
    """Values on A, B, AB and BA for base points (d, N)."""
    ab, ba = [], []
    for i in range(len(a)):
        mixed, other = a.copy(), b.copy()
        mixed[i], other[i] = b[i], a[i]
        ab.append(model(mixed))
        ba.append(model(other))
    return model(a), model(b), np.stack(ab), np.stack(ba)


def _base(d, rows, seed=1):
    points = qmc.Sobol(2 * d, rng=seed).random(rows).T
    return points[:d], points[d:]


@pytest.fixture(scope="module")
def ishigami():
    a, b = _base(3, 2**14)
    return _values(_ishigami, *(np.pi * (2.0 * points - 1.0) for points in (a, b)))


def test_ishigami_comes_out_as_known(ishigami):
    oracle = ORACLES["S01"]
    found = sobol_indices(*ishigami)
    values = {"mean": found.mean, "variance": found.variance}
    values |= {f"S{i + 1}": found.first.value[i] for i in range(3)}
    values |= {f"ST{i + 1}": found.total.value[i] for i in range(3)}
    for key, expected in oracle["expected"].items():
        allowed = oracle["tol"] * max(1.0, abs(expected) if key in ("mean", "variance") else 1.0)
        assert values[key] == pytest.approx(expected, abs=allowed), key
    assert found.second is not None
    assert found.second.value[0, 2] == pytest.approx(oracle["expected"]["ST3"], abs=0.02)
    assert found.second.value[0, 1] == pytest.approx(0.0, abs=0.02)
    assert (found.total.low <= found.total.value).all()
    assert (found.total.value <= found.total.high).all()


def test_same_sample_same_indices_as_salib(ishigami):
    salib = pytest.importorskip("SALib.analyze.sobol")
    few = [values[..., :256] for values in ishigami]
    f_a, f_b, f_ab, f_ba = few
    d = len(f_ab)
    in_their_order = np.concatenate([f_a[None], f_ab, f_ba, f_b[None]]).T.ravel()
    problem = {"num_vars": d, "names": list("xyz"), "bounds": [[0, 1]] * d}
    theirs = salib.analyze(problem, in_their_order, calc_second_order=True, seed=1)
    ours = sobol_indices(*few)
    assert ours.second is not None
    above = np.triu_indices(d, 1)
    np.testing.assert_allclose(ours.first.value, theirs["S1"], atol=1e-6, rtol=0)
    np.testing.assert_allclose(ours.total.value, theirs["ST"], atol=1e-6, rtol=0)
    np.testing.assert_allclose(ours.second.value[above], theirs["S2"][above], atol=1e-6, rtol=0)
    # Intervals too are of one size: half of ours beside theirs, both of 90 %.
    theirs = salib.analyze(problem, in_their_order, calc_second_order=True, seed=1, conf_level=0.9)
    half = 0.5 * (ours.total.high - ours.total.low)
    np.testing.assert_allclose(half, theirs["ST_conf"], rtol=0.5)


@settings(max_examples=20)
@given(st.randoms(use_true_random=False), st.integers(2, 5))
def test_the_order_of_rows_and_inputs_changes_nothing(random, d):
    rng = np.random.default_rng(random.getrandbits(32))
    a, b = rng.normal(size=(2, d, 64))
    f_a, f_b, f_ab, f_ba = _values(lambda x: (x**2).sum(axis=0) + x[0] * x[-1] + 30.0, a, b)
    one = sobol_indices(f_a, f_b, f_ab, f_ba)
    rows, inputs = rng.permutation(64), rng.permutation(d)
    other = sobol_indices(f_a[rows], f_b[rows], f_ab[np.ix_(inputs, rows)], f_ba[np.ix_(inputs, rows)])
    for name in ("first", "total"):
        for part in ("value", "low", "high"):
            was, is_now = getattr(getattr(one, name), part), getattr(getattr(other, name), part)
            np.testing.assert_allclose(is_now, was[inputs], atol=1e-9, rtol=0)
    assert one.second is not None and other.second is not None
    np.testing.assert_allclose(other.second.value, one.second.value[np.ix_(inputs, inputs)], atol=1e-9)


def test_shares_of_an_additive_function_add_up_and_an_inert_input_has_none():
    a, b = _base(4, 4096)
    weights = np.array([1.0, 2.0, 3.0, 0.0])[:, None]
    found = sobol_indices(*_values(lambda x: (weights * x).sum(axis=0), a, b)[:3])
    assert found.first.value.sum() == pytest.approx(1.0, abs=0.01)
    assert found.interactions == pytest.approx(0.0, abs=0.01)
    np.testing.assert_allclose(found.first.value, weights[:, 0] ** 2 / 14.0, atol=0.01)
    assert found.total.value[3] == 0.0
    assert found.total.high[3] == 0.0


def test_a_constant_output_has_no_shares_and_nothing_is_divided_by_zero():
    with np.errstate(all="raise"):
        found = sobol_indices(np.full(16, 3.1), np.full(16, 3.1), np.full((2, 16), 3.1))
        assert not found.varies
        assert np.isnan(found.first.value).all() and np.isnan(found.total.high).all()
        # Only one row differs: many resamples of it do not vary, and none of them is divided by zero.
        rare = np.zeros(32)
        rare[5] = 1.0
        found = sobol_indices(rare, np.zeros(32), np.stack([np.zeros(32), rare]))
    assert np.isfinite(found.total.low).all() and np.isfinite(found.total.high).all()
    assert found.total.value[1] == 0.0


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_finite_is_named(wrong):
    values = np.arange(16.0)
    spoilt = np.stack([values, values])
    spoilt[1, 3] = wrong
    with pytest.raises(RipenessError, match="1 of 32 values on AB are not finite"):
        sobol_indices(values, values, spoilt)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(RipenessError, match="shapes"):
        sobol_indices(np.ones(16), np.ones(15), np.ones((2, 16)))
    with pytest.raises(RipenessError, match="base rows"):
        sobol_indices(np.ones(4), np.ones(4), np.ones((2, 4)))
    with pytest.raises(RipenessError, match="level"):
        sobol_indices(np.ones(16), np.ones(16), np.ones((2, 16)), level=1.0)
