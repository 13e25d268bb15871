"""The compiled game equals the plain one, whatever the threads, the dtype and the company."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_games import MIDDLE, members, plan, random_plan, stakes, threat

from ripeness.bargaining import Grid, Stakes, reference, solve, walk
from ripeness.base.errors import RipenessError

SMALL = Grid(front=6, chest=3, chest_step=2.0, evidence=5, reputation=5, phases=4)


def largest_gap(ours, theirs):
    return max(float(np.nanmax(np.abs(a - b))) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize(
    "changes", [{}, {"renewal_slope": 0.1}, {"progress_front": 1.0, "progress_cost": 0.0}]
)
@pytest.mark.parametrize("phases", [1, 3])
def test_kernel_equals_reference(phases, changes):
    rules = stakes(MIDDLE, **changes)
    policy = random_plan(np.random.default_rng(phases), 5, phases)
    plain = reference.solve(rules, [policy], SMALL, horizon=40, keep=7)
    found = solve(rules, [policy], SMALL, horizon=40, keep=7, dtype="float64")
    assert largest_gap(found, plain) < 1e-9
    assert [np.isnan(a).sum() for a in found] == [np.isnan(a).sum() for a in plain]


def test_float32_is_close_enough_to_decide_by():
    found = solve(stakes(MIDDLE), [threat()], Grid(), keep=2)
    exact = solve(stakes(MIDDLE), [threat()], Grid(), keep=2, dtype="float64")
    assert float(np.nanmax(np.abs(found.zopa - exact.zopa))) < 1e-4
    assert float(np.nanmax(np.abs(found.deal_chance - exact.deal_chance))) < 1e-3


def test_threads_company_and_order_change_no_bit():
    rng = np.random.default_rng(2)
    rules = stakes(MIDDLE, cost_a=np.array([0.03, 0.05, 0.09]), phi=np.array([0.2, 0.3, 0.4]))
    plans = [random_plan(rng, 4, 2), random_plan(rng, 4, 3)]
    together = solve(rules, plans, SMALL, horizon=30, keep=3, threads=2)
    for draw in range(3):
        own = Stakes(*(np.atleast_1d(field)[draw if np.size(field) > 1 else 0] for field in rules))
        for p in (0, 1):
            for threads in (1, 2, 5):
                alone = solve(own, [plans[p]], SMALL, horizon=30, keep=3, threads=threads)
                for a, b in zip(alone, together, strict=True):
                    np.testing.assert_array_equal(a[0, 0], b[draw, p])


def test_plans_may_differ_by_draw():
    rules = stakes(MIDDLE, cost_a=np.array([0.03, 0.09]))
    rng = np.random.default_rng(4)
    both = [random_plan(rng, 4, 2), random_plan(rng, 4, 2)]
    stacked = type(both[0])(*(np.stack(pair) for pair in zip(*both, strict=True)))
    found = solve(rules, [stacked], SMALL, horizon=20)
    for draw in (0, 1):
        own = stakes(MIDDLE, cost_a=float(rules.cost_a[draw]))
        np.testing.assert_array_equal(
            solve(own, [both[draw]], SMALL, horizon=20).least_a[0], found.least_a[draw]
        )


def test_the_solution_is_the_game_played_to_its_end():
    """The first months of a long game are those of the same game solved from a later month."""
    policy = random_plan(np.random.default_rng(3), 3, 2)
    whole = solve(stakes(MIDDLE), [policy], SMALL, horizon=30, keep=12, dtype="float64")
    tail = type(policy)(*(array[-1:] for array in policy))
    later = solve(stakes(MIDDLE), [tail], SMALL, horizon=20, keep=2, dtype="float64")
    np.testing.assert_allclose(whole.least_a[:, :, 10:12], later.least_a, atol=1e-12)


def test_nothing_new_compiles_for_other_numbers():
    from ripeness.bargaining import kernel

    walked = [members(np.random.default_rng(1), 1, 4, 10), members(np.random.default_rng(2), 1, 6, 30)]
    solve(stakes(MIDDLE), [plan()], SMALL, horizon=5)
    walk(stakes(MIDDLE), [plan()], SMALL, *walked[0], horizon=10)
    before = kernel.compilations()
    solve(stakes(MIDDLE, phi=0.1, renewal_slope=0.2), [random_plan(np.random.default_rng(0), 9, 3)], Grid())
    walk(stakes(MIDDLE, phi=0.1), [threat()], Grid(), *walked[1])
    assert kernel.compilations() == before


BAD = [
    ({"delta": 1.0}, "stakes.delta is 1.0"),
    ({"delta": np.array([0.9, 1.2])}, r"stakes.delta\[1\] is 1.2"),
    ({"phi": -0.1}, "stakes.phi"),
    ({"cost_a": np.nan}, "stakes.cost_a is nan"),
    ({"lambda_a": np.inf}, "stakes.lambda_a"),
    ({"temperature": 0.0}, "stakes.temperature"),
    ({"deterrence": 1.1}, "stakes.deterrence"),
    ({"phi": np.array([0.1, 0.2]), "leak": np.array([0.9, 0.9, 0.9])}, "stakes.phi is 2 draws"),
    ({"progress_front": 5.0}, "stakes.progress_front"),
]


@pytest.mark.parametrize(("changes", "words"), BAD)
def test_bad_stakes_are_named(changes, words):
    with pytest.raises(RipenessError, match=words) as error:
        solve(stakes(MIDDLE, **changes), [plan()], SMALL)
    assert error.value.remedy


@pytest.mark.parametrize(
    ("policy", "grid", "options", "words"),
    [
        (plan(pressure=np.nan), SMALL, {}, r"plans\[0\].pressure"),
        (plan(talks=2.0), SMALL, {}, r"plans\[0\].talks"),
        (plan(firm=0.5), SMALL, {}, r"plans\[0\].firm"),
        (plan(phases=5), SMALL, {}, "5 phases"),
        (plan()._replace(aid=np.zeros(3)), SMALL, {}, r"plans\[0\].aid"),
        (plan(), SMALL._replace(front=1), {}, "grid.front is 1"),
        (plan(), SMALL._replace(evidence=4), {}, "grid.evidence is 4"),
        (plan(), SMALL._replace(chest_step=0.0), {}, "grid.chest_step"),
        (plan(), SMALL, {"horizon": 3, "keep": 4}, "horizon is 3"),
        (plan(), SMALL, {"dtype": "float16"}, "dtype is 'float16'"),
    ],
)
def test_bad_plans_and_grids_are_named(policy, grid, options, words):
    with pytest.raises(RipenessError, match=words) as error:
        solve(stakes(MIDDLE), [policy], grid, **options)
    assert error.value.remedy
