"""Scores against hand-computed values, a peer package, and the laws that every proper score obeys."""

import json
from pathlib import Path

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from ripeness.fit import scores

ORACLES = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parents[1] / "oracles.json").read_text())
}

LEVELS = st.floats(-1e3, 1e3)
ENSEMBLES = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(2, 30)), elements=LEVELS)


@st.composite
def forecasts(draw):
    """An ensemble (n, m) with an outcome (n,) for each row."""
    ensemble = draw(ENSEMBLES)
    observed = draw(arrays(np.float64, ensemble.shape[:1], elements=LEVELS))
    return ensemble, observed


def test_ensemble_crps_by_hand():
    ensemble = [1.0, 2.0, 3.0, 4.0]
    assert scores.crps(ensemble, 2.5) == pytest.approx(0.375, abs=1e-12)
    assert scores.crps_fair(ensemble, 2.5) == pytest.approx(1 / 6, abs=1e-12)


@pytest.mark.parametrize(("outcome", "expected"), [(0.0, 0.233695), (1.0, 0.6024414), (2.5, 1.939819)])
def test_gaussian_crps_by_hand(outcome, expected):
    assert scores.crps_gaussian(0.0, 1.0, outcome) == pytest.approx(expected, abs=1e-6)


@given(forecasts())
def test_crps_equals_the_peer_package(forecast):
    ensemble, observed = forecast
    plain = scoringrules.crps_ensemble(observed, ensemble, estimator="nrg")
    fair = scoringrules.crps_ensemble(observed, ensemble, estimator="fair")
    np.testing.assert_allclose(scores.crps(ensemble, observed), plain, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(scores.crps_fair(ensemble, observed), fair, rtol=1e-9, atol=1e-9)


@given(LEVELS, st.floats(1e-3, 1e3), LEVELS)
def test_gaussian_crps_equals_the_peer_package(mean, sd, outcome):
    expected = scoringrules.crps_normal(outcome, mean, sd)
    np.testing.assert_allclose(scores.crps_gaussian(mean, sd, outcome), expected, rtol=1e-9, atol=1e-9)


@given(forecasts())
def test_crps_of_one_member_is_absolute_error(forecast):
    ensemble, observed = forecast
    np.testing.assert_allclose(scores.crps(ensemble[:, :1], observed), np.abs(ensemble[:, 0] - observed))


@given(forecasts(), LEVELS, st.floats(1e-2, 1e2))
def test_crps_moves_with_shift_and_scale(forecast, shift, scale):
    ensemble, observed = forecast
    for score in (scores.crps, scores.crps_fair):
        moved = score(scale * ensemble + shift, scale * observed + shift)
        np.testing.assert_allclose(moved, scale * score(ensemble, observed), rtol=1e-7, atol=1e-7 * scale)


@given(forecasts(), st.randoms(use_true_random=False))
def test_order_of_members_changes_nothing(forecast, random):
    ensemble, observed = forecast
    order = list(range(ensemble.shape[1]))
    random.shuffle(order)
    shuffled = ensemble[:, order]
    for score in (scores.crps, scores.crps_fair, scores.pit):
        np.testing.assert_allclose(score(shuffled, observed), score(ensemble, observed), atol=1e-8)


@given(forecasts())
def test_plain_crps_is_never_negative_nor_below_fair(forecast):
    ensemble, observed = forecast
    assert np.all(scores.crps(ensemble, observed) >= -1e-9)
    assert np.all(scores.crps(ensemble, observed) >= scores.crps_fair(ensemble, observed) - 1e-9)


def test_fair_crps_does_not_depend_on_ensemble_size():
    draws = np.random.default_rng(3).normal(size=(40_000, 5))
    exact = scores.crps_gaussian(0.0, 1.0, 0.7)
    fair = scores.crps_fair(draws, np.full(40_000, 0.7))
    standard_error = fair.std() / np.sqrt(fair.size)
    assert abs(fair.mean() - exact) < 4 * standard_error
    assert scores.crps(draws, np.full(40_000, 0.7)).mean() > exact + 10 * standard_error


def test_large_ensemble_reaches_the_gaussian_closed_form():
    ensemble = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000, loc=3, scale=2)
    assert scores.crps(ensemble, 4.0) == pytest.approx(scores.crps_gaussian(3, 2, 4.0), abs=1e-3)


def test_gaussian_scores_prefer_the_truth():
    outcomes = np.random.default_rng(5).normal(2.0, 1.5, 20_000)
    true = scores.crps_gaussian(2.0, 1.5, outcomes).mean()
    for mean, sd in [(2.3, 1.5), (2.0, 1.1), (2.0, 2.1)]:
        assert true < scores.crps_gaussian(mean, sd, outcomes).mean()


def test_log_score_is_the_normal_density():
    ensemble = np.array([1.0, 2.0, 4.0, 7.0])
    expected = -stats.norm.logpdf(3.0, ensemble.mean(), ensemble.std(ddof=1))
    assert scores.log_score(ensemble, 3.0) == pytest.approx(expected)
    assert scores.log_score([2.0, 2.0], 2.0) == np.inf


@given(LEVELS, st.floats(0, 1e3), LEVELS, st.floats(0.05, 0.95))
def test_interval_score_equals_the_peer_package(lower, width, outcome, level):
    expected = scoringrules.interval_score(outcome, lower, lower + width, 1 - level)
    np.testing.assert_allclose(
        scores.interval_score(lower, lower + width, outcome, level), expected, rtol=1e-9, atol=1e-9
    )


def test_central_interval_holds_its_level_for_small_ensembles():
    draws = np.random.default_rng(7).gamma(2.0, size=(60_000, 20))
    low, high = scores.central_interval(draws[:, :19], 0.8)
    inside = (draws[:, 19] >= low) & (draws[:, 19] <= high)
    assert inside.mean() == pytest.approx(0.8, abs=0.01)


def test_coverage_and_its_band():
    outcomes = np.random.default_rng(11).normal(size=400)
    ensemble = np.random.default_rng(12).normal(size=(400, 99))
    honest = scores.coverage(ensemble, outcomes, 0.8)
    assert honest.consistent
    assert honest.n == 400
    assert not scores.coverage(0.5 * ensemble, outcomes, 0.8).consistent
    wide = scores.coverage(ensemble, outcomes, 0.8, independent=40)
    assert wide.low < honest.low < 0.8 < honest.high < wide.high
    outcomes[:100] = np.nan
    assert scores.coverage(ensemble, outcomes, 0.8).n == 300


def test_coverage_band_is_the_binomial_one():
    band = scores.coverage(np.zeros((20, 2)), np.zeros(20), 0.8)
    assert (band.low, band.high) == (stats.binom.ppf(0.05, 20, 0.8) / 20, stats.binom.ppf(0.95, 20, 0.8) / 20)


def test_pit_tells_calibrated_from_overconfident():
    random = np.random.default_rng(13)
    outcomes, ensemble = random.normal(size=200), random.normal(size=(200, 50))
    assert scores.pit_uniformity(scores.pit(ensemble, outcomes)) > 0.01
    assert scores.pit_uniformity(scores.pit(0.4 * ensemble, outcomes)) < 1e-4
    assert scores.pit_uniformity(scores.pit(ensemble + 1, outcomes)) < 1e-4


@given(forecasts())
def test_pit_is_symmetric_and_inside_the_unit_interval(forecast):
    ensemble, observed = forecast
    places = scores.pit(ensemble, observed)
    assert np.all((places > 0) & (places < 1))
    np.testing.assert_allclose(scores.pit(-ensemble, -observed), 1 - places, atol=1e-12)


@settings(deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(2, 9), st.integers(1, 4)), elements=LEVELS),
    st.data(),
)
def test_energy_score_equals_the_peer_package(ensemble, data):
    observed = data.draw(arrays(np.float64, (ensemble.shape[0], ensemble.shape[2]), elements=LEVELS))
    plain = scoringrules.es_ensemble(observed, ensemble, estimator="nrg")
    fair = scoringrules.es_ensemble(observed, ensemble, estimator="fair")
    np.testing.assert_allclose(scores.energy_score(ensemble, observed), plain, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(scores.energy_score(ensemble, observed, fair=True), fair, rtol=1e-8, atol=1e-8)


@given(forecasts())
def test_energy_score_of_one_component_is_crps(forecast):
    ensemble, observed = forecast
    for fair, crps in ((False, scores.crps), (True, scores.crps_fair)):
        energy = scores.energy_score(ensemble[..., None], observed[:, None], fair=fair)
        np.testing.assert_allclose(energy, crps(ensemble, observed), atol=1e-8)


def test_skill():
    assert scores.skill([1.0, 2.0], [2.0, 4.0]) == pytest.approx(0.5)
    assert scores.skill([1.0, np.nan], [1.0, 9.0]) == pytest.approx(0.0)
    assert np.isnan(scores.skill([np.nan], [1.0]))
    assert np.isnan(scores.skill([1.0], [0.0]))


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: scores.crps_fair([1.0], 1.0), "too small"),
        (lambda: scores.crps([], 1.0), "too small"),
        (lambda: scores.crps_gaussian(0.0, 0.0, 1.0), "above 0"),
        (lambda: scores.interval_score(2.0, 1.0, 1.5, 0.8), "lower end"),
        (lambda: scores.central_interval([1.0, 2.0], 80), "between 0 and 1"),
        (lambda: scores.coverage([[1.0]], [np.nan], 0.8), "no outcome"),
        (lambda: scores.coverage([1.0], [1.0], 0.8), "expected shapes"),
        (lambda: scores.coverage([[1.0, 2.0]], [1.0], 0.8, independent=2), "independent"),
        (lambda: scores.pit_uniformity([0.5]), "two outcomes"),
        (lambda: scores.energy_score([[1.0]], [1.0], fair=True), "too small"),
    ],
)
def test_bad_input_is_refused(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()


def test_known_brier_scores_of_published_ceasefire_odds():
    oracle = ORACLES["S05"]
    outcome = np.eye(4)[oracle["inputs"]["outcome"]]
    for who, odds in oracle["inputs"]["forecasts"].items():
        assert scores.brier(odds, outcome) == pytest.approx(oracle["expected"][who], abs=oracle["tol"])


@given(st.floats(0, 1), st.booleans())
def test_brier_of_an_event_equals_the_peer_package_and_half_the_score_over_both_categories(chance, came):
    own = scores.brier_of_event(chance, came)
    assert own == pytest.approx(scoringrules.brier_score(float(came), chance))
    assert own == pytest.approx(0.5 * scores.brier([chance, 1 - chance], [came, 1 - came]), abs=1e-12)


@given(st.floats(0.02, 0.98), st.floats(0, 1))
def test_the_true_chance_has_the_least_expected_brier_score(true, other):
    def expected(chance):
        return true * scores.brier_of_event(chance, 1) + (1 - true) * scores.brier_of_event(chance, 0)

    assert expected(true) <= expected(other) + 1e-12


TRUTH = np.random.default_rng(17).normal(1.0, 2.0, 4000)
OF_TRUTH = np.random.default_rng(18).normal(1.0, 2.0, (4000, 60))


@settings(max_examples=15, deadline=None)
@given(st.floats(-3, 3).filter(lambda shift: abs(shift) > 0.6), st.sampled_from([0.5, 1.0, 2.0]))
def test_forecasts_from_the_truth_score_best_in_the_mean(shift, factor):
    other = factor * (OF_TRUTH - 1.0) + 1.0 + shift

    def mean_scores(ensemble):
        ends = scores.central_interval(ensemble, 0.8)
        return np.array(
            [
                scores.crps_fair(ensemble, TRUTH).mean(),
                scores.log_score(ensemble, TRUTH).mean(),
                scores.interval_score(*ends, TRUTH, 0.8).mean(),
            ]
        )

    assert np.all(mean_scores(OF_TRUTH) < mean_scores(other))


def test_the_energy_score_prefers_the_true_dependence_and_the_true_place():
    random = np.random.default_rng(19)
    root = np.linalg.cholesky([[1.0, 0.9], [0.9, 1.0]])
    outcomes = random.normal(size=(1500, 2)) @ root.T
    true = random.normal(size=(1500, 40, 2)) @ root.T
    alone = random.normal(size=(1500, 40, 2))
    own = scores.energy_score(true, outcomes, fair=True).mean()
    assert own < scores.energy_score(alone, outcomes, fair=True).mean()
    assert own < scores.energy_score(true + 0.3, outcomes, fair=True).mean()


@settings(deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(2, 12), st.integers(1, 4)), elements=LEVELS),
    st.randoms(use_true_random=False),
)
def test_the_order_of_members_and_of_components_does_not_move_the_energy_score(ensemble, random):
    members, parts = (list(range(size)) for size in ensemble.shape)
    random.shuffle(members)
    random.shuffle(parts)
    observed = ensemble[0] + 1.0
    shuffled = ensemble[members][:, parts]
    np.testing.assert_allclose(
        scores.energy_score(shuffled, observed[parts], fair=True),
        scores.energy_score(ensemble, observed, fair=True),
        atol=1e-8,
    )


@given(forecasts(), st.randoms(use_true_random=False))
def test_the_order_of_members_moves_neither_log_score_nor_interval(forecast, random):
    ensemble, observed = forecast
    order = list(range(ensemble.shape[1]))
    random.shuffle(order)
    own, other = (scores.log_score(e, observed) for e in (ensemble, ensemble[:, order]))
    np.testing.assert_allclose(own, other, rtol=1e-6, atol=1e-8)
    for one, two in zip(
        scores.central_interval(ensemble, 0.8), scores.central_interval(ensemble[:, order], 0.8), strict=True
    ):
        np.testing.assert_array_equal(one, two)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(1, 12), st.integers(-50, 50))
def test_windows_that_share_no_month(starts, length, shift):
    count = scores.windows_apart(starts, length)
    assert 1 <= count <= len(set(starts))
    assert count == scores.windows_apart([start + shift for start in reversed(starts)], length)
    assert count >= scores.windows_apart(starts, length + 1)
    assert scores.windows_apart(starts, 1) == len(set(starts))
    assert count <= (max(starts) - min(starts)) // length + 1


def test_windows_of_every_second_month():
    assert [scores.windows_apart(range(0, 42, 2), length) for length in (1, 3, 6, 12)] == [21, 11, 7, 4]


@given(st.lists(st.floats(0, 1), max_size=40))
def test_every_place_is_counted_once(places):
    counts = scores.pit_counts([*places, np.nan])
    assert sum(counts) == len(places)
    assert len(counts) == 5


def test_coverage_from_flags_is_that_from_ensembles():
    outcomes = np.random.default_rng(20).normal(size=60)
    ensemble = np.random.default_rng(21).normal(size=(60, 39))
    low, high = scores.central_interval(ensemble, 0.5)
    flags = (outcomes >= low) & (outcomes <= high)
    assert scores.coverage_of(flags, 0.5) == scores.coverage(ensemble, outcomes, 0.5)
