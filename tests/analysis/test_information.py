"""The value of knowing more where it is a formula, and what it can never be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from ripeness.analysis import partial_information, perfect_information, value_of_waiting
from ripeness.base import RipenessError


def _two_actions(rows, mean, share, seed=1):
    """Acting gains N(mean, 1), of which `share` of the variance is an input; not acting gains nothing."""
    rng = np.random.default_rng(seed)
    known, unknown = rng.normal(size=(2, rows))
    gain = mean + np.sqrt(share) * known + np.sqrt(1.0 - share) * unknown
    return np.stack([np.zeros(rows), gain]), known, unknown


def _closed_form(mean, sd):
    """Value of learning a normal gain's mean to within nothing (Raiffa and Schlaifer 1961, 5.10)."""
    return sd * norm.pdf(mean / sd) - abs(mean) * norm.cdf(-abs(mean) / sd)


@pytest.mark.parametrize("mean", [-0.5, 0.0, 0.4])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_two_gaussian_actions_have_their_closed_form(mean, share):
    payoff, known, unknown = _two_actions(2**14, mean, share)
    found = partial_information(payoff, "higher", known)
    assert found.value == pytest.approx(_closed_form(mean, np.sqrt(share)), abs=3.5 * found.error + 0.01)
    assert perfect_information(payoff, "higher").value == pytest.approx(_closed_form(mean, 1.0), abs=0.03)
    everything = partial_information(payoff, "higher", np.stack([known, unknown]))
    assert everything.value == pytest.approx(perfect_information(payoff, "higher").value, abs=0.005)
    # The same choice, said of losses.
    assert partial_information(-payoff, "lower", known) == found


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(1, 3), st.sampled_from(["higher", "lower"]))
def test_perfect_is_worth_most_and_nothing_is_worth_less_than_nothing(seed, policies, inputs, sense):
    rng = np.random.default_rng(seed)
    payoff = rng.normal(size=(policies, 96)) * rng.uniform(0.1, 3.0)
    seen = rng.normal(size=(inputs, 96)) + payoff[:1]
    some, best = partial_information(payoff, sense, seen), perfect_information(payoff, sense)
    assert 0.0 <= some.value <= best.value + 1e-12


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_and_inputs_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    seen, groups = rng.normal(size=(3, 120)), np.repeat(np.arange(60), 2)
    payoff = np.stack([np.zeros(120), seen[0] + rng.normal(size=120), seen[1] * seen[2]])
    rows, inputs = rng.permutation(120), rng.permutation(3)
    one = partial_information(payoff, "higher", seen, groups)
    other = partial_information(payoff[:, rows], "higher", seen[np.ix_(inputs, rows)], groups[rows])
    assert other.value == pytest.approx(one.value, abs=1e-9)
    assert other.error == pytest.approx(one.error, abs=1e-9)


def test_a_signpost_of_noise_is_worth_no_more_than_waiting_costs():
    rng = np.random.default_rng(3)
    now, _, _ = _two_actions(4096, 0.3, 0.5)
    late = np.stack([np.zeros(4096), now[1] - 0.1])
    found = value_of_waiting(now, late, "higher", rng.normal(size=(2, 4096)))
    assert found.cost.value == pytest.approx(0.1, abs=1e-12)
    assert found.gain.value <= found.cost.value
    assert found.net.value <= 0.0


def test_a_signpost_that_tells_all_is_worth_what_the_delay_leaves():
    now, known, _ = _two_actions(2**14, 0.2, 1.0)
    late = 0.5 * now
    found = value_of_waiting(now, late, "higher", known)
    gain = 0.5 * _closed_form(0.2, 1.0)
    assert found.gain.value == pytest.approx(gain, abs=0.01)
    assert found.cost.value == pytest.approx(0.1, abs=0.01)
    assert found.net.value == pytest.approx(found.gain.value - found.cost.value, abs=1e-12)
    assert 0.3 < found.switched < 0.5


def test_a_rule_learnt_from_noise_is_not_paid_for_it():
    """In-sample, forty inputs of noise would promise a gain; out of it they have none."""
    rng = np.random.default_rng(4)
    payoff = np.stack([np.zeros(1024), rng.normal(size=1024)])
    found = partial_information(payoff, "higher", rng.normal(size=(40, 1024)))
    assert found.value <= 2.0 * found.error


def test_policies_that_never_differ_leave_nothing_to_know():
    payoff = np.ones((2, 64))
    assert partial_information(payoff, "higher", np.arange(64.0)).value == 0.0
    assert perfect_information(payoff, "lower").value == 0.0


def test_wrong_input_is_named():
    payoff = np.ones((2, 64))
    with pytest.raises(RipenessError, match="not finite"):
        perfect_information(payoff * np.nan, "higher")
    with pytest.raises(RipenessError, match="sense"):
        perfect_information(payoff, "most")
    with pytest.raises(RipenessError, match="do not fit"):
        value_of_waiting(payoff, payoff[:1], "higher", np.ones((1, 64)))
    with pytest.raises(RipenessError, match="what is seen"):
        partial_information(payoff, "higher", np.full((1, 64), np.nan))
