"""What must hold for every game of the prior box: signs that theory fixes, symmetry, units, no NaN anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_games import BOX, MIDDLE, PLAIN, members, plan, random_plan, stakes, threat

from ripeness.bargaining import Grid, Stakes, peace, reference, solve, walk
from ripeness.bargaining.given import checked_plans, checked_stakes

SMALL = Grid(front=6, chest=3, chest_step=3.0, evidence=5, reputation=5, phases=3)
INNER = (0, 0, 0, slice(1, -1))


def numbers_of(low, high):
    return st.one_of(st.sampled_from([low, high]), st.floats(low, high))


GAMES = st.fixed_dictionaries({name: numbers_of(*limits) for name, limits in BOX.items()})


def solved(rules, policy, grid=SMALL, horizon=60, **options):
    return solve(rules, [policy], grid, horizon=horizon, dtype="float64", **options)


@settings(max_examples=40)
@given(GAMES, st.integers(0, 1000))
def test_no_corner_of_the_prior_box_gives_nonsense(fields, seed):
    policy = random_plan(np.random.default_rng(seed), 3, 2)
    found = solve(stakes(MIDDLE, **fields), [policy], SMALL, horizon=60, keep=2)
    for table in found:
        assert np.isfinite(table[..., :2]).all()
    for chance in (found.deal_chance, found.progress_chance):
        assert (chance[..., :2] >= 0.0).all() and (chance[..., :2] <= 1.0).all()


@settings(max_examples=40)
@given(GAMES, st.integers(0, 1000))
def test_every_row_of_chances_sums_to_one(fields, seed):
    rules = Stakes(*(float(field[0]) for field in checked_stakes(stakes(MIDDLE, **fields))))
    policy = checked_plans([random_plan(np.random.default_rng(seed), 3, 3)], 1, SMALL)[0].of(0)
    row = reference.month_row(rules, policy, SMALL, 1)
    for table in (row.evidence.sum(axis=-1), row.chest.sum(axis=-1)):
        np.testing.assert_allclose(table, 1.0, atol=1e-9)
    for table in (row.phase_a, row.phase_d):
        np.testing.assert_allclose(table.sum(axis=(-2, -1)), 1.0, atol=1e-6)
    for belief in (row.chance_a, row.chance_d):
        assert (belief > 0.0).all() and (belief < 1.0).all()


def test_swapping_the_parties_mirrors_the_game():
    rules = stakes(
        logit_high=0.5, logit_low=-0.2, offset_a=0.8, offset_d=-0.6, cost_a=0.04, cost_d=0.13, lambda_a=7.0,
        lambda_d=21.0, proposer=0.3, leak=0.95,
    )  # fmt: skip
    mirrored = rules._replace(
        logit_high=0.2, logit_low=-0.5, offset_a=0.6, offset_d=-0.8, cost_a=0.13, cost_d=0.04, lambda_a=21.0,
        lambda_d=7.0, proposer=0.7,
    )  # fmt: skip
    one, other = solved(rules, plan()), solved(mirrored, plan())
    flipped = other.value_d[:, :, :, ::-1, :, ::-1]
    np.testing.assert_allclose(one.value_a, flipped, atol=1e-5)
    np.testing.assert_allclose(one.value_d, other.value_a[:, :, :, ::-1, :, ::-1], atol=1e-5)


def test_a_doubled_unit_of_value_leaves_shares_and_chances():
    """The game is linear in values where they are summed, and blind to their unit where they decide."""
    rules = Stakes(*(float(field[0]) for field in checked_stakes(stakes(MIDDLE, progress_precision=0.0))))
    policy = checked_plans([threat()], 1, SMALL)[0].of(0)
    row = reference.month_row(rules, policy, SMALL, 0)
    last = reference.last_values(rules, SMALL, 2)
    nothing, once, twice = (
        reference.war_values(rules, row, SMALL, factor * last[0], factor * last[1])
        for factor in (0.0, 1.0, 2.0)
    )
    curves = peace.peace(checked_stakes(rules))
    for side, curve in enumerate(curves):
        np.testing.assert_allclose(
            twice[side] - nothing[side], 2.0 * (once[side] - nothing[side]), atol=1e-10
        )
        doubled = curve._replace(start=2.0 * curve.start, slope=2.0 * curve.slope, values=2.0 * curve.values)
        np.testing.assert_allclose(
            peace.share_at(doubled, 2.0 * once[side][None]),
            peace.share_at(curve, once[side][None]),
            atol=1e-12,
        )


def test_without_pressure_relief_or_talks_the_order_of_phases_is_nothing():
    rules = stakes(MIDDLE, chance_talks=0.05, chance_base=0.05, progress_cost=0.0, progress_precision=0.0,
                   progress_front=1.0, progress_cost_d=0.0, outside_push=0.0, push_insincere=0.0)  # fmt: skip
    blind = threat(pressure=0.0, soft=0.3, talks=[1.0, 0.0], executed=0.0)
    other = threat(pressure=0.0, soft=0.3, talks=[0.0, 1.0], relief=1.0, executed=0.0)
    drivers, starts, uniforms = members(np.random.default_rng(1), 1, 12, 40)
    twice = type(drivers)(*(None if path is None else np.repeat(path, 2, axis=0) for path in drivers))
    ends = walk(rules, [blind, other], SMALL, twice, starts, uniforms, horizon=60)
    for field in (ends.kind, ends.month):
        np.testing.assert_array_equal(field[0], field[1])
    for field in (ends.terms, ends.zopa):  # phases are mixed in another order, in float32
        np.testing.assert_allclose(field[0], field[1], rtol=0, atol=1e-6)


@settings(max_examples=15)
@given(GAMES)
def test_disagreement_narrows_the_zone(fields):
    """With no offers to come: hopes for later deals are not in the way."""
    rules = stakes(MIDDLE, **(fields | {"chance_talks": 0.0, "chance_base": 0.0, "renewal_slope": 0.0}))
    more = rules._replace(offset_a=rules.offset_a + 0.5, offset_d=rules.offset_d - 0.5)
    policy = threat(soft=0.3, pressure=0.0, relief=0.0)
    nearer, farther = solved(rules, policy), solved(more, policy)
    assert (farther.zopa[INNER] <= nearer.zopa[INNER] + 1e-9)[..., :2].all()


@settings(max_examples=15)
@given(GAMES)
def test_pressure_that_costs_lowers_what_a_accepts_and_relief_raises_it(fields):
    rules = stakes(
        MIDDLE, **(fields | {"cost_pressure": abs(fields["cost_pressure"]), "drain": 0.0, "chance_talks": 0.0,
                             "chance_base": 0.0, "renewal_slope": 0.0})
    )  # fmt: skip
    free, pressed, relieved = (
        solved(rules, plan(2, 1, pressure=q, talks=1.0, relief=rel, aid=1.0))
        for q, rel in ((0.0, 0.0), (1.0, 0.0), (1.0, 0.6))
    )
    assert (pressed.least_a[INNER][..., 0] <= relieved.least_a[INNER][..., 0] + 1e-9).all()
    assert (relieved.least_a[INNER][..., 0] <= free.least_a[INNER][..., 0] + 1e-9).all()


@settings(max_examples=15)
@given(GAMES)
def test_guarantees_widen_the_zone_where_renewal_is_a_loss_to_both_together(fields):
    fields = fields | {"renewal_slope": 0.0, "chance_talks": 0.0, "chance_base": 0.0, "cost_renewal_d": 25.0}
    rules = stakes(MIDDLE, **(fields | {"gain_a": min(fields["gain_a"], fields["loss_d"])}))
    games = [solved(rules._replace(deterrence=guarantee), plan(aid=1.0)) for guarantee in (0.0, 0.5, 1.0)]
    zopa = [found.zopa[INNER][..., 0] for found in games]
    thresholds = np.stack([side[INNER][..., 0] for found in games for side in (found.least_a, found.most_d)])
    inside = ((thresholds >= 0.0) & (thresholds <= 1.0)).all(
        axis=0
    )  # beyond, renewal would take less than nothing
    assert (zopa[1] >= zopa[0] - 1e-9)[inside].all() and (zopa[2] >= zopa[1] - 1e-9)[inside].all()


@pytest.mark.parametrize("chance", [0.0, 0.1, 0.5])
def test_a_pure_cost_widens_the_zone_by_at_least_itself(chance):
    rules = stakes(PLAIN, chance_talks=chance, chance_base=chance)
    dearer = rules._replace(cost_a=rules.cost_a + 0.02)
    gain = solved(dearer, plan()).zopa[INNER] - solved(rules, plan()).zopa[INNER]
    assert (gain[..., 0] >= 0.02 * 0.01 - 1e-9).all()


def test_with_certain_settlement_the_zone_is_the_cost_of_a_month():
    sure = {"chance_talks": 1.0, "chance_base": 1.0, "temperature": 1e-5}
    one = solved(stakes(PLAIN, **sure), plan(), horizon=1500)
    shifted = solved(stakes(PLAIN, logit_high=0.4, logit_low=0.4, **sure), plan(), horizon=1500)
    for found in (one, shifted):
        np.testing.assert_allclose(found.zopa[INNER][..., 0], 0.01 * (0.05 + 0.12), atol=1e-6)
    assert (shifted.least_a[INNER] > one.least_a[INNER] + 0.01)[..., 0].all()
    assert (shifted.most_d[INNER] > one.most_d[INNER] + 0.01)[..., 0].all()


def test_without_guarantees_no_pressure_opens_the_zone_and_with_them_some_does():
    rules = stakes(
        PLAIN, renewal_hazard=0.03, gain_a=0.05, loss_d=0.7, cost_renewal_a=4.0, cost_renewal_d=25.0,
        cost_pressure=0.06, offset_a=0.3, offset_d=-0.3, logit_high=0.3, logit_low=-0.3, cost_d=0.06, lambda_a=5.0,
        lambda_d=5.0,
    )  # fmt: skip
    middle = (0, 0, 0, SMALL.front // 2, SMALL.chest, SMALL.evidence // 2, 0, 0)

    def widest(guarantee):
        guaranteed = rules._replace(deterrence=guarantee)
        return [solved(guaranteed, plan(pressure=q)).zopa[middle] for q in (0.0, 0.5, 1.0)]

    assert max(widest(0.0)) < 0.0
    assert widest(1.0)[0] < 0.0 < max(widest(1.0))


@pytest.mark.parametrize(
    "changes",
    [
        {"deterrence": 0.0, "denial": 0.0},
        {"delta": 0.9999},
        {"delta": 0.0},
        {"phi": 0.0},
        {"phi": 1.0},
        {"leak": 0.0},
        {"drift": -100.0},
        {"renewal_hazard": 1.0, "renewal_slope": 5.0, "cost_renewal_d": 200.0},
        {"progress_precision": 1e4},
        {"logit_high": 30.0, "logit_low": -30.0},
        {"lambda_a": 1e4, "lambda_d": 1e4},
    ],
)
def test_corners_beyond_the_prior_stay_finite(changes):
    policy = threat(firm=1.0, soft=0.0)
    for dtype in ("float32", "float64"):
        found = solve(stakes(MIDDLE, **changes), [policy], SMALL, horizon=50, keep=3, dtype=dtype)
        assert all(np.isfinite(table[..., :2]).all() for table in found)


def test_values_at_the_ends_are_those_of_a_finished_war():
    found = solved(stakes(MIDDLE), plan(aid=1.0))
    assert found.value_a[0, 0, 0, 0, 0, 0, 0, 0] == -10.0 and found.value_d[0, 0, 0, -1, 0, 0, 0, 0] == -30.0
    assert found.value_a[0, 0, 0, -1, 0, 0, 0, 0] == pytest.approx(100.0)
    assert not found.deal_chance[:, :, :, [0, -1], ..., 0].any()
