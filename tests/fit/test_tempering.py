"""Tempered Monte Carlo where the answer is known: a conjugate Gaussian (S08), a curved target, a two-step path."""

import numpy as np
import pytest

from ripeness.fit.tempering import temper

Y = np.array([0.3, 1.1, -0.4, 0.9, 0.6])
PRIOR_SD = 2.0
LOG_EVIDENCE = -6.836715789646977
POSTERIOR_MEAN = 0.47619047619047616
POSTERIOR_SD = 0.4364357804719847


def conjugate(z: np.ndarray, upto: int = len(Y)) -> np.ndarray:
    theta = PRIOR_SD * z[0]
    residual = Y[:upto, None] - theta[None, :]
    return -0.5 * np.sum(residual**2 + np.log(2 * np.pi), axis=0)


def prior(dimension: int, n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((dimension, n))


def test_conjugate_evidence_and_posterior():
    """Oracle S08; the second coordinate is unidentified and must stay at its prior."""
    run = temper(conjugate, prior(2, 4096, 0), moves=12, final_moves=20, seed=3)
    theta = PRIOR_SD * run.particles[0]
    assert run.log_evidence == pytest.approx(LOG_EVIDENCE, abs=0.05)
    assert theta.mean() == pytest.approx(POSTERIOR_MEAN, abs=0.03)
    assert theta.std() == pytest.approx(POSTERIOR_SD, rel=0.05)
    assert run.particles[1].mean() == pytest.approx(0.0, abs=0.06)
    assert run.particles[1].std() == pytest.approx(1.0, rel=0.06)


def test_a_path_through_part_of_the_data_ends_in_the_same_posterior():
    first = temper(lambda z: conjugate(z, 3), prior(1, 4096, 1), moves=10, final_moves=10, seed=4)
    second = temper(
        lambda z: np.stack([conjugate(z, 3), conjugate(z)]), first.particles, moves=10, final_moves=20, seed=5
    )
    theta = PRIOR_SD * second.particles[0]
    assert theta.mean() == pytest.approx(POSTERIOR_MEAN, abs=0.03)
    assert theta.std() == pytest.approx(POSTERIOR_SD, rel=0.06)
    assert first.log_evidence + second.log_evidence == pytest.approx(LOG_EVIDENCE, abs=0.06)


def test_a_curved_target_keeps_its_prior_marginals_where_the_data_say_nothing():
    """Only the sum of squares is seen; the angle must stay uniform."""

    def ring(z: np.ndarray) -> np.ndarray:
        return -0.5 * ((np.hypot(z[0], z[1]) - 1.5) / 0.1) ** 2

    run = temper(ring, prior(2, 4096, 2), moves=20, final_moves=60, seed=6)
    angle = np.arctan2(run.particles[1], run.particles[0])
    radius = np.hypot(run.particles[0], run.particles[1])
    assert radius.mean() == pytest.approx(1.5, abs=0.03)
    counts, _ = np.histogram(angle, bins=8, range=(-np.pi, np.pi))
    assert counts.min() > 0.7 * 4096 / 8


def test_impossible_points_are_never_kept():
    run = temper(lambda z: np.where(z[0] > 0, 0.0, np.nan), prior(1, 512, 7), moves=5, final_moves=10, seed=8)
    assert (run.particles[0] > 0).all()


def test_the_same_seed_gives_the_same_particles():
    runs = [temper(conjugate, prior(2, 256, 0), moves=3, final_moves=3, seed=9) for _ in range(2)]
    np.testing.assert_array_equal(runs[0].particles, runs[1].particles)
