"""Boxes that would be found again, trees beside them, and silence where there is only noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness.analysis.cart import agreement, tree_boxes
from ripeness.analysis.discovery import Discovery, design_effect, discover, multiplicities, own_groups
from ripeness.analysis.prim import LOWER, UPPER, Table


def planted(seed: int, n: int = 800, d: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    inputs = rng.random((d, n))
    inside = (inputs[0] < 0.4) & (inputs[1] > 0.5)
    return inputs, np.where(inside, rng.random(n) < 0.8, rng.random(n) < 0.05)


def numbers(found: Discovery, order: list[int]) -> list:
    """All that a discovery says, its inputs in an order."""
    return [
        found.base_rate,
        found.reason,
        found.again[order].tolist(),
        [
            (
                each.box.lower[order].tolist(),
                each.box.upper[order].tolist(),
                each.box.coverage,
                each.box.density,
                each.held_out,
                each.held_out_gain,
                each.elsewhere,
                sorted(
                    (order.index(limit.input), limit.side, limit.quasi_p, limit.spread)
                    for limit in each.limits
                ),
            )
            for each in found.boxes
        ],
    ]


def test_a_planted_box_is_found():
    found = discover(*planted(1, 2000), resamples=20)
    first = found.boxes[0]
    assert {(limit.input, limit.side) for limit in first.limits} == {(0, UPPER), (1, LOWER)}
    assert first.box.upper[0] == pytest.approx(0.4, abs=0.06) and first.box.lower[1] == pytest.approx(
        0.5, abs=0.06
    )
    assert first.box.density > 0.7 and first.box.coverage > 0.6 and first.elsewhere < 0.12
    assert first.held_out == pytest.approx(first.box.density, abs=0.06) and first.held_out_gain > 0.3
    assert all(limit.again >= 0.8 and limit.quasi_p <= 0.05 for limit in first.limits)
    assert found.reason == "" and found.coverage >= first.box.coverage


def test_a_condition_of_a_rare_claim_is_found():
    """One future in a hundred holds, all of one kind: a box on the way that is hardly denser than all is not near."""
    rng = np.random.default_rng(4)
    inputs = rng.random((10, 8192))
    found = discover(inputs, (inputs[0] < 0.3) & (rng.random(8192) < 0.03), resamples=20)
    assert found.base_rate < 0.015
    assert {(limit.input, limit.side) for limit in found.boxes[0].limits} == {(0, UPPER)}
    assert found.boxes[0].box.upper[0] == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize("seed", range(6))
def test_noise_gives_no_box(seed):
    rng = np.random.default_rng(seed)
    found = discover(rng.random((20, 600)), rng.random(600) < 0.2, resamples=15)
    assert found.boxes == () and found.reason in ("no_gain", "unstable")


def test_noise_of_few_draws_gives_no_box():
    """Constants that 40 draws share look telling in 1,200 futures, and are not."""
    rng = np.random.default_rng(3)
    draw = np.arange(1200) % 40
    inputs = rng.random((25, 40))[:, draw]
    cases = rng.random(1200) < (rng.random(40) ** 2)[draw]
    found = discover(inputs, cases, groups=draw, resamples=20)
    assert found.design_effect > 2.0 and found.boxes == ()


@pytest.mark.parametrize(
    ("held", "reason"), [(0, "nowhere"), (500, "everywhere"), (7, "too_few"), (493, "too_few")]
)
def test_too_few_to_look_is_said(held, reason):
    inputs = np.random.default_rng(0).random((3, 500))
    assert discover(inputs, np.arange(500) < held).reason == reason


@given(st.randoms(use_true_random=False), st.permutations(range(6)))
@settings(max_examples=5, deadline=None)
def test_neither_the_order_of_futures_nor_that_of_inputs_matters(random, order):
    inputs, cases = planted(2)
    futures = list(range(cases.size))
    random.shuffle(futures)
    one = discover(inputs, cases, resamples=10, most_boxes=1)
    other = discover(inputs[list(order)][:, futures], cases[futures], resamples=10, most_boxes=1)
    back = [list(order).index(j) for j in range(6)]
    assert numbers(one, list(range(6))) == numbers(other, back)
    groups = np.arange(cases.size) % 97
    one = discover(inputs, cases, groups=groups, resamples=10, most_boxes=1)
    other = discover(inputs[:, futures], cases[futures], groups=groups[futures], resamples=10, most_boxes=1)
    assert numbers(one, list(range(6))) == numbers(other, list(range(6)))


def test_a_monotone_change_of_inputs_finds_the_same_futures():
    inputs, cases = planted(4)
    one = discover(inputs, cases, resamples=10, most_boxes=1).boxes[0]
    other = discover(np.exp(2.0 * inputs), cases, resamples=10, most_boxes=1).boxes[0]
    assert (one.box.holds(inputs) == other.box.holds(np.exp(2.0 * inputs))).all()
    assert one.held_out == other.held_out


def test_groups_come_and_go_together():
    groups = np.arange(1000) // 10
    times = multiplicities(groups, 3)
    assert all(len(set(times[groups == group])) == 1 for group in range(100))
    assert times.mean() == pytest.approx(1.0, abs=0.3)
    assert (multiplicities(np.arange(20000), 0) == 0).mean() == pytest.approx(np.exp(-1), abs=0.02)
    assert (multiplicities(groups, 4) != times).any() and (multiplicities(groups, 3, seed=1) != times).any()


def test_futures_alike_within_groups_count_less():
    groups = np.repeat(np.arange(50), 20)
    alike = np.repeat(np.arange(50) % 2 == 0, 20)
    assert design_effect(alike, groups) == pytest.approx(20.0)
    assert design_effect(np.random.default_rng(1).random(1000) < 0.5, groups) < 2.0
    assert design_effect(alike, np.arange(1000)) == 1.0


def test_a_future_keeps_its_number_wherever_it_stands():
    inputs, cases = planted(5, n=60)
    order = np.random.default_rng(0).permutation(60)
    ids = own_groups(Table.of(inputs, cases))
    assert sorted(ids) == list(range(60))
    assert (own_groups(Table.of(inputs[:, order], cases[order])) == ids[order]).all()


def test_a_tree_agrees_on_a_planted_box():
    inputs, cases = planted(6, n=2000)
    table = Table.of(inputs, cases)
    tree = tree_boxes(table)
    assert tree.coverage >= 0.5 and tree.density > 0.7 and {0, 1} <= set(tree.split_inputs)
    for box in tree.boxes:
        again = table.measured(box.lower, box.upper)
        assert (again.coverage, again.density) == (box.coverage, box.density)
        assert len(box.sides) <= 4
    found = discover(inputs, cases, resamples=10, most_boxes=1)
    same = agreement(table, [each.box for each in found.boxes], tree.boxes)
    assert same.overlap > 0.5 and {0, 1} <= set(same.shared) and same.only_first == ()
    assert agreement(table, tree.boxes, tree.boxes).overlap == 1.0


@given(st.permutations(range(6)), st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_a_tree_does_not_depend_on_the_order_of_inputs_or_futures(order, random):
    inputs, cases = planted(7, n=400)
    futures = list(range(400))
    random.shuffle(futures)
    one = tree_boxes(Table.of(inputs, cases))
    other = tree_boxes(Table.of(inputs[list(order)][:, futures], cases[futures]))
    back = [list(order).index(j) for j in range(6)]
    assert [(box.lower.tolist(), box.upper.tolist()) for box in one.boxes] == [
        (box.lower[back].tolist(), box.upper[back].tolist()) for box in other.boxes
    ]
