"""Calibration by simulation: right where the answer is known, and a wrong likelihood or sampler is caught."""

from dataclasses import replace

import numpy as np
import pytest

from ripeness.case import load
from ripeness.fit.synthetic import ranks, synthetic_histories, uniformity
from ripeness.fit.tempering import temper
from ripeness.flow import SITES, MonthRow, layout_of

HISTORIES, SEEN = 80, 5


def calibrated(scale: float = 1.0, moves: int = 8, shift: float = 0.0):
    """Uniformity of fits of a Gaussian mean in two coordinates, with a likelihood multiplied by `scale`."""
    rng = np.random.default_rng(11)
    found = []
    for history in range(HISTORIES):
        truth = rng.standard_normal(2)
        seen = 2.0 * truth + rng.standard_normal((SEEN, 2))

        def log_likelihood(z, seen=seen):
            residual = seen[:, :, None] - 2.0 * (z + shift)[None]
            return -0.5 * scale * np.sum(residual**2, axis=(0, 1))

        start = np.random.default_rng(1000 + history).standard_normal((2, 256))
        run = temper(log_likelihood, start, moves=moves, final_moves=3 * moves, seed=history)
        found.append(ranks(truth, run.particles))
    return uniformity(np.array(found))


def test_a_right_fit_has_uniform_ranks():
    found = calibrated()
    assert found.p > 0.05 and found.p_pooled > 0.05
    assert 0.82 <= found.cover <= 0.96
    assert found.band[0] <= found.cover <= found.band[1]
    assert sum(found.counts) == 2 * HISTORIES


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"scale": 2.0}, id="record-counted-twice"),
        pytest.param({"scale": 0.25}, id="record-counted-a-quarter"),
        pytest.param({"shift": 0.25}, id="biased"),
    ],
)
def test_a_wrong_likelihood_is_caught(wrong):
    found = calibrated(**wrong)
    assert found.p < 0.05 and found.p_pooled < 0.05


def test_a_sampler_that_takes_every_proposal_is_caught(monkeypatch):
    import sys

    tempering = sys.modules["ripeness.fit.tempering"]
    original = tempering._moved

    def careless(levels, z, level, power, count, references, pace, rng):
        z, level, rate, pace = original(levels, z, level, power, count, references, pace, rng)
        return 0.5 * z, level, rate, pace

    monkeypatch.setattr(tempering, "_moved", careless)
    assert calibrated().p < 0.05


def test_ranks_count_ties_half():
    draws = np.array([[0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0]])
    np.testing.assert_allclose(ranks(np.array([1.5, 1.0]), draws), [0.5, 0.5])


def test_a_synthetic_history_is_observed_when_the_record_is():
    case = load("two_states")
    made = synthetic_histories(case, case.data_until + 1, 16, 3)
    layout = layout_of(MonthRow)
    real = made.question.months
    place = {name: layout[name].start for name in ("observed", "observed_sd", "present", "drawing")}
    assert (made.months[:, :, place["drawing"]] == real[:, place["drawing"]]).all()
    for at in range(len(SITES)):
        here = real[:, place["present"] + at] > 0.5
        values = made.months[:, :, place["observed"] + at]
        assert (made.months[:, :, place["present"] + at] == real[:, place["present"] + at]).all()
        assert (values[:, ~here] == real[~here, place["observed"] + at]).all()
        assert np.isfinite(values).all()
        if here.any():
            assert np.ptp(values[:, here], axis=0).min() > 0.0
    again = synthetic_histories(case, case.data_until + 1, 16, 3)
    np.testing.assert_array_equal(made.months, again.months)
    one = made.asked(3)
    np.testing.assert_array_equal(one.months, made.months[3])
    assert replace(one, months=real).case is case
