"""Members walked through the solved game: what ends a war, when, and that luck is shared by policies."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_games import MIDDLE, members, plan, random_plan, stakes, threat

from ripeness.bargaining import Drivers, Grid, Kind, Starts, Uniforms, reference, solve, walk
from ripeness.base.errors import RipenessError

GRID = Grid(front=8, chest=4, chest_step=4.0, evidence=7, reputation=5, phases=3)
MONTHS = 12


def draws_of(rules, count):
    rng = np.random.default_rng(9)
    return rules._replace(cost_a=rng.uniform(0.02, 0.1, count), phi=rng.uniform(0.2, 0.5, count))


def still(front=0.5, count=1, months=MONTHS, step=0.0, step_held=0.0, chest=8.0):
    """One policy in a world where front and chest move evenly."""
    shape = (1, months, count)
    flat = np.ones(shape)
    path = front + step * np.arange(months)[None, :, None] * flat
    return Drivers(
        front=path, front_step=step * flat, chest=chest * flat, pressure=flat, front_held=path,
        front_step_held=step_held * flat, chest_held=chest * flat, pressure_held=0.0 * flat,
    )  # fmt: skip


def begun(count=1, **changes):
    zero = np.zeros(count)
    fields = {"draw": zero, "evidence": zero, "reputation": zero, "phase": zero, "firm": zero} | changes
    return Starts(**fields)


def luck(count=1, months=MONTHS, **changes):
    """Nothing happens that chance could prevent."""
    table = np.full((months, count), 0.999999)
    fields = dict.fromkeys(Uniforms._fields, table) | {"firm": table[0], "renewal": table[0]}
    return Uniforms(**(fields | changes))


def test_threads_chunks_and_other_policies_change_no_bit():
    rng = np.random.default_rng(5)
    rules = draws_of(stakes(MIDDLE), 3)
    drivers, starts, uniforms = members(rng, 2, MONTHS, 30, draws=3)
    plans = [threat(), random_plan(rng, 5, 3)]
    whole = walk(rules, plans, GRID, drivers, starts, uniforms, threads=2)
    order = rng.permutation(30)[:17]
    some = walk(
        rules,
        plans[1:],
        GRID,
        Drivers(*(None if path is None else path[1:, :, order] for path in drivers)),
        Starts(*(field[order] for field in starts)),
        Uniforms(*(field[..., order] for field in uniforms)),
        threads=1,
    )
    for ours, theirs in zip(some, whole, strict=True):
        np.testing.assert_array_equal(ours[0], theirs[1][..., order])


def test_thresholds_at_a_point_of_the_grid_are_those_of_the_solution():
    policy, rules = threat(), stakes(MIDDLE)
    ends = walk(rules, [policy], GRID, still(), begun(), luck(), dtype="float64")
    solved = solve(rules, [policy], GRID, keep=1, dtype="float64")
    at = (0, 0, 0, 4, 2, 3, 2, 0)
    assert ends.least_a[0, 0, 0] == pytest.approx(solved.least_a[at], abs=1e-12)
    assert ends.most_d[0, 0, 0] == pytest.approx(solved.most_d[at], abs=1e-12)
    assert ends.deal_chance[0, 0, 0] == pytest.approx(solved.deal_chance[at], abs=1e-12)


def test_between_points_thresholds_are_interpolated():
    policy, rules = threat(), stakes(MIDDLE)
    found = [
        walk(rules, [policy], GRID, still(front), begun(), luck(), dtype="float64").least_a[0, 0, 0]
        for front in (0.5, 0.5625, 0.625)
    ]
    assert found[1] == pytest.approx((found[0] + found[2]) / 2.0, abs=1e-12)


@pytest.mark.parametrize(
    ("step", "kind", "months"),
    [(-0.2, Kind.COLLAPSE_A, 3), (0.2, Kind.COLLAPSE_D, 3), (0.01, Kind.WAR, np.inf)],
)
def test_the_end_of_the_front_ends_the_war(step, kind, months):
    drivers = still(0.5, step=step, step_held=step)
    ends = walk(stakes(MIDDLE), [plan(executed=1.0)], GRID, drivers, begun(), luck())
    assert ends.kind[0, 0] == kind and ends.month[0, 0] == months
    after = slice(None) if months == np.inf else slice(0, int(months))
    assert np.isfinite(ends.zopa[0, after, 0]).all()
    if months != np.inf:
        assert np.isnan(ends.zopa[0, int(months) :, 0]).all()


@pytest.mark.parametrize(("executed", "expected"), [(0.0, -0.01), (1.0, 0.03), (0.25, 0.0)])
def test_the_front_moves_by_what_is_carried_out(executed, expected):
    drivers = still(0.5, step=0.03, step_held=-0.01)
    ends = walk(stakes(MIDDLE), [plan(executed=executed)], GRID, drivers, begun(), luck(), dtype="float64")
    like = still(0.5, step=expected, step_held=expected)
    same = walk(stakes(MIDDLE), [plan(executed=executed)], GRID, like, begun(), luck(), dtype="float64")
    np.testing.assert_allclose(ends.least_a, same.least_a, atol=1e-12)


def test_evidence_is_the_likelihood_ratio_of_the_front_s_own_change():
    rules, step = (
        stakes(MIDDLE, odds_empty=0.0, progress_precision=0.0, progress_cost=10.0, progress_front=1.0),
        0.02,
    )
    quiet = luck(progress=np.ones((MONTHS, 1)))
    ends = walk(rules, [plan(aid=1.0)], GRID, still(step_held=step), begun(), quiet)
    high, low = reference.logistic(np.array([MIDDLE["logit_high"], MIDDLE["logit_low"]]))
    spread = MIDDLE["phi"] / 64
    mean_high, mean_low = (MIDDLE["phi"] * (2 * p - 1) / 8 for p in (high, low))
    ratio = ((step - mean_low) ** 2 - (step - mean_high) ** 2) / (2 * spread)
    assert ends.evidence[0, 1, 0] == pytest.approx(ratio)
    assert ends.evidence[0, 2, 0] == pytest.approx(MIDDLE["leak"] * ratio + ratio)


def test_a_deal_settles_on_the_terms_of_the_proposer_inside_0_to_1():
    rules = stakes(MIDDLE, chance_talks=1.0, chance_base=1.0, refusal=0.0, temperature=10.0)
    sure = luck(settle=np.zeros((MONTHS, 1)), ratify=np.zeros((MONTHS, 1)))
    for uniform, field in ((0.0, "most_d"), (0.999, "least_a")):
        ends = walk(
            rules, [plan()], GRID, still(), begun(), sure._replace(proposer=np.full((MONTHS, 1), uniform))
        )
        threshold = getattr(ends, field)[0, 0, 0]
        assert ends.kind[0, 0] == Kind.SETTLED and ends.month[0, 0] == 0
        assert ends.terms[0, 0] == pytest.approx(np.clip(threshold, 0.0, 1.0))


def test_renewal_follows_its_hazard():
    count = 4000
    rules = stakes(
        MIDDLE,
        chance_talks=1.0,
        chance_base=1.0,
        refusal=0.0,
        temperature=10.0,
        renewal_hazard=0.05,
        deterrence=0.4,
    )
    uniform = (np.arange(count) + 0.5) / count
    zero = np.zeros((MONTHS, count))
    ends = walk(
        rules,
        [plan()],
        GRID,
        still(count=count),
        begun(count),
        luck(count, settle=zero, ratify=zero, renewal=uniform),
    )
    assert np.mean(ends.renewed_month <= ends.month + 12) == pytest.approx(1.0 - 0.97**12, abs=1e-3)
    never = walk(
        rules._replace(deterrence=1.0),
        [plan()],
        GRID,
        still(),
        begun(),
        luck(settle=zero[:, :1], ratify=zero[:, :1]),
    )
    assert never.renewed_month[0, 0] == np.inf


def test_a_deal_without_support_at_home_does_not_hold():
    rules = stakes(MIDDLE, chance_talks=1.0, chance_base=1.0, refusal=0.0, temperature=10.0)
    sure = luck(settle=np.zeros((MONTHS, 1)), ratify=np.full((MONTHS, 1), 0.5))
    for support, kind in ((0.2, Kind.WAR), (0.8, Kind.SETTLED)):
        drivers = still()._replace(support_d=np.full((1, MONTHS, 1), support))
        assert walk(rules, [plan()], GRID, drivers, begun(), sure).kind[0, 0] == kind


def test_the_hidden_type_decides_what_is_carried_out_and_reputation_learns_it():
    count = 2000
    rng = np.random.default_rng(3)
    uniforms = luck(count, phase=rng.random((MONTHS, count)), firm=(np.arange(count) + 0.5) / count)
    starts = begun(count, firm=np.full(count, 0.5))
    ends = walk(
        stakes(MIDDLE, progress_precision=0.0, progress_cost=0.0, verification=0.0), [threat()], GRID,
        still(count=count), starts, uniforms,
    )  # fmt: skip
    firm = uniforms.firm < 0.5
    done = ends.executed[0, -1] == 1.0
    assert done[firm].mean() == pytest.approx(1.0 - 0.7**11, abs=0.03)
    assert done[~firm].mean() == pytest.approx(1.0 - 0.95**11, abs=0.05)
    trusted = 1.0 / (1.0 + np.exp(-ends.reputation[0, -1]))
    assert trusted.mean() == pytest.approx(0.5, abs=0.03), "beliefs are right on average"
    assert trusted[firm].mean() > trusted[~firm].mean() + 0.2


def test_what_does_not_fit_is_named():
    drivers, starts, uniforms = still(), begun(), luck()
    bad = [
        ((drivers._replace(chest=np.ones(3)), starts, uniforms), "drivers.chest"),
        ((drivers._replace(front=drivers.front * np.nan), starts, uniforms), "drivers.front"),
        ((drivers, starts._replace(draw=np.ones(1)), uniforms), "starts.draw"),
        ((drivers, starts._replace(phase=np.full(1, 2)), uniforms), "starts.phase"),
        ((drivers, starts, uniforms._replace(settle=np.ones(4))), "uniforms.settle"),
        ((drivers, starts, uniforms._replace(firm=np.full(1, 1.5))), "uniforms.firm"),
    ]
    for inputs, words in bad:
        with pytest.raises(RipenessError, match=words):
            walk(stakes(MIDDLE), [plan()], GRID, *inputs)


def test_progress_is_told_once_a_draw():
    told = []
    rules = draws_of(stakes(MIDDLE), 3)
    drivers, starts, uniforms = members(np.random.default_rng(5), 2, 3, 9, draws=3)
    walk(rules, [plan(), threat()], GRID, drivers, starts, uniforms, horizon=5, done=told.append)
    assert told == [1, 1, 1]
