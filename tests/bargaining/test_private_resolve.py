"""Hidden resolve: two months of screening worked out by hand, and limits in which nothing is hidden."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_games import PLAIN, log_odds, plan, stakes

from ripeness.bargaining import Grid, Resolve, solve_private
from ripeness.base.errors import RipenessError

STILL = Grid(front=2, chest=1, evidence=1, reputation=1, phases=1)
FLEXIBLE, MAXIMALIST, COST_D, DELTA = 0.4, 0.3, 0.4, 0.9
RULES = stakes(
    PLAIN,
    delta=DELTA,
    phi=0.0,
    cost_a=FLEXIBLE,
    cost_d=COST_D,
    proposer=0.0,
    chance_talks=1.0,
    chance_base=1.0,
)
TOUGH = Resolve(cost_a=MAXIMALIST, lambda_a=0.0, worth=1.0, temperature=1e-3)
"""With half the stake held for ever, D weighs what it saves: types differ by their cost of a month of war alone."""


def middle(solved, field, belief):
    return float(getattr(solved, field)[1, 0, 0, 0, 0, round(10 * belief)])


def screened(horizon):
    return solve_private(RULES, TOUGH, plan(), STILL, beliefs=11, horizon=horizon)


@pytest.mark.parametrize("horizon", [1, 2])
def test_d_screens_below_the_belief_at_which_a_pooling_offer_is_as_good(horizon):
    """b* = (c_flex - c_max) / (c_flex + c_D) = 1 / 8 in both months."""
    solved = screened(horizon)
    assert middle(solved, "accepts_flexible", 0.1) > 0.95 and middle(solved, "accepts_maximalist", 0.1) < 0.05
    assert middle(solved, "accepts_flexible", 0.2) > 0.95 and middle(solved, "accepts_maximalist", 0.2) > 0.95
    assert middle(solved, "belief_refused", 0.1) > 0.85


def test_terms_of_two_months_are_those_worked_out_by_hand():
    """Margins above what a type just accepts add up to 6 tau_a / B a month.

    Refusing reveals the maximalist, to whom D then gives the pooling terms: that is the rent of the flexible."""
    solved, step = screened(2), 1.0 - DELTA
    pooling = 0.5 - step * MAXIMALIST * (1.0 + DELTA)
    screening = 0.5 - step * (FLEXIBLE + DELTA * MAXIMALIST)
    assert middle(solved, "offer", 0.3) == pytest.approx(pooling, abs=2e-3)
    assert middle(solved, "offer", 0.1) == pytest.approx(screening, abs=2e-3)
    gain = 0.9 * (FLEXIBLE + DELTA * MAXIMALIST) + 0.1 * (-COST_D + DELTA * MAXIMALIST)
    assert middle(solved, "value_d", 0.1) == pytest.approx(5.0 + gain, abs=0.02)
    assert middle(solved, "value_d", 0.3) == pytest.approx(5.0 + MAXIMALIST * (1.0 + DELTA), abs=0.02)


def test_types_that_are_the_same_have_nothing_to_hide():
    same = Resolve(cost_a=FLEXIBLE, lambda_a=0.0, worth=1.0, temperature=1e-2)
    solved = solve_private(RULES, same, plan(), STILL, beliefs=7, horizon=5)
    np.testing.assert_allclose(solved.value_flexible, solved.value_maximalist, atol=1e-9)
    np.testing.assert_allclose(np.ptp(solved.value_d[1], axis=-1), 0.0, atol=1e-6)


def test_who_values_no_peace_is_not_bought_and_talks_teach_that():
    grid = Grid(front=4, chest=1, evidence=3, reputation=1, phases=1)
    rules = stakes(PLAIN, logit_high=log_odds(0.56), logit_low=log_odds(0.46), offset_a=0.5, cost_d=0.15)
    solved = solve_private(rules, Resolve(0.02, 20.0, 0.5, 0.3), plan(), grid, beliefs=7, horizon=40)
    inner = (slice(1, -1), 0, 1, 0, 0, slice(1, -1))
    assert (solved.accepts_maximalist[2:-1, 0, 1, 0, 0] < 0.05).all()
    assert (solved.belief_refused[inner] >= np.linspace(0, 1, 7)[1:-1] - 1e-9).all()
    for table in solved:
        assert np.isfinite(table).all()
    assert ((solved.deal_chance >= 0.0) & (solved.deal_chance <= 1.0)).all()


@pytest.mark.parametrize(
    "options",
    [
        {"beliefs": 1},
        {"horizon": 0},
        {"resolve": TOUGH._replace(worth=0.0)},
        {"stakes": RULES._replace(phi=[0.1, 0.2])},
    ],
)
def test_bad_input_is_named(options):
    inputs = {"stakes": RULES, "resolve": TOUGH, "plan": plan(), "grid": STILL} | options
    with pytest.raises(RipenessError, match=next(iter(options))):
        solve_private(**inputs)
