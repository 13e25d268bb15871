"""Finer points of belief and chest, or a longer game, hardly move what is reported."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_games import BOX, MIDDLE, stakes, threat

from ripeness.bargaining import Grid, solve

GRID = Grid(phases=2)


def likely_games(count):
    """Games of the prior: chances of talks from their priors, the rest anywhere in the box."""
    rng = np.random.default_rng(3)
    for _ in range(count):
        fields = {name: rng.uniform(*limits) for name, limits in BOX.items()}
        talks = {"chance_talks": rng.beta(2, 8), "chance_base": rng.beta(1, 30), "proposer": rng.beta(2, 2)}
        yield MIDDLE | fields | talks | {"renewal_slope": 0.0}


def thresholds(fields, grid, horizon=None):
    """Those of a balanced start with a full, a middling and an empty chest."""
    found = solve(stakes(fields), [threat(24)], grid, horizon=horizon, dtype="float64")
    chests = [0, round(6.0 / grid.chest_step), round(12.0 / grid.chest_step)]
    at = (0, 0, 0, grid.front // 2, chests, grid.evidence // 2, grid.reputation // 2, 0)
    return np.array([found.least_a[at], found.most_d[at]])


def finer(grid):
    return grid._replace(
        chest=2 * grid.chest,
        chest_step=grid.chest_step / 2,
        evidence=2 * grid.evidence - 1,
        reputation=2 * grid.reputation - 1,
    )


def test_halving_the_steps_moves_the_middle_of_the_prior_by_less_than_a_hundredth():
    gap = np.abs(thresholds(MIDDLE, GRID) - thresholds(MIDDLE, finer(GRID)))
    assert gap.max() < 0.01


def test_a_longer_game_is_the_same_game():
    for delta in (0.985, 0.99):
        fields = MIDDLE | {"delta": delta}
        assert np.abs(thresholds(fields, GRID) - thresholds(fields, GRID, horizon=600)).max() < 0.002
    patient = MIDDLE | {"delta": 0.995}
    assert np.abs(thresholds(patient, GRID) - thresholds(patient, GRID, horizon=1400)).max() < 0.002


@pytest.mark.slow
def test_halving_the_steps_moves_nine_tenths_of_the_prior_by_less_than_a_hundredth():
    gaps = [np.abs(thresholds(f, GRID) - thresholds(f, finer(GRID))).max() for f in likely_games(20)]
    assert np.median(gaps) < 0.004 and np.quantile(gaps, 0.9) < 0.01 and max(gaps) < 0.015
