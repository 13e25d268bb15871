"""Patient rule induction: a known box, another program's boxes, and what must not matter."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness.analysis.prim import LOWER, UPPER, Box, Table, pruned, quasi_p, trajectory
from ripeness.base import RipenessError

ORACLES = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parents[1] / "oracles.json").read_text())
}
EMA = Path(__file__).parent / "ema"
BOXES = json.loads((EMA / "boxes.json").read_text())


def grid() -> tuple[np.ndarray, np.ndarray]:
    centres = (np.arange(20) + 0.5) / 20
    points = np.stack([each.ravel() for each in np.meshgrid(centres, centres, indexing="ij")])
    return points, (points[0] < 0.4) & (points[1] > 0.7)


def made_up(seed: int, n: int = 300, d: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Inputs on a coarse grid, so that ties are many, and cases in a corner with some noise."""
    rng = np.random.default_rng(seed)
    inputs = rng.integers(0, 25, (d, n)) / 25.0
    cases = (inputs[0] < 0.5) & (inputs[1] > 0.3) & (rng.random(n) < 0.8) | (rng.random(n) < 0.1)
    return inputs, cases


def limits(box: Box) -> list[tuple[float, float]]:
    return list(zip(box.lower.tolist(), box.upper.tolist(), strict=True))


def test_the_known_box_measures_as_known():
    oracle = ORACLES["S02"]
    points, cases = grid()
    table, free = Table.of(points, cases), np.full(2, np.inf)
    found = {"n_interest": table.total_cases}
    candidate = table.measured(np.array([-np.inf, 0.6]), np.array([0.5, np.inf]))
    found |= {key: getattr(candidate, key) for key in ("coverage", "density", "mass")}
    true = table.measured(np.array([-np.inf, 0.7]), np.array([0.4, np.inf]))
    found |= {"true_box_coverage": true.coverage, "true_box_density": true.density}
    for key, expected in oracle["expected"].items():
        assert found[key] == pytest.approx(expected, abs=oracle["tol"]), key
    assert table.measured(-free, free).density == pytest.approx(48 / 400)


def test_the_known_box_is_found():
    points, cases = grid()
    last = trajectory(Table.of(points, cases))[-1]
    assert (last.coverage, last.density) == (1.0, 1.0)
    assert last.upper[0] == pytest.approx(0.4) and last.lower[1] == pytest.approx(0.7)
    assert np.isinf(last.lower[0]) and np.isinf(last.upper[1])


@pytest.mark.parametrize("name", BOXES)
def test_boxes_equal_those_of_the_ema_workbench(name):
    """Step by step, in the order of inputs where peels are equally good."""
    said = BOXES[name]
    with np.load(EMA / f"{said['data']}.npz") as file:
        names, inputs, cases = file["names"].tolist(), file["inputs"].astype(float), file["cases"]
    table, among = Table.of(inputs, cases), np.ones(cases.size, dtype=bool)
    for theirs in said["boxes"]:
        path = trajectory(table, alpha=said["alpha"], among=among, ties="order")
        ours = [[box.coverage, box.density, box.mass, len(box.limited)] for box in path]
        assert np.array(ours) == pytest.approx(np.array(theirs["trajectory"]), abs=1e-12)
        last, chances = path[-1], quasi_p(table, path[-1], among)
        assert {names[j] for j in last.limited} == set(theirs["limits"])
        for j in last.limited:
            low, high = theirs["limits"][names[j]]
            assert max(last.lower[j], inputs[j].min()) == low and min(last.upper[j], inputs[j].max()) == high
            for chance, expected in zip(
                (chances[j, LOWER], chances[j, UPPER]), theirs["qp"][names[j]], strict=True
            ):
                assert (-1.0 if np.isnan(chance) else chance) == pytest.approx(expected, rel=1e-9)
        among = among & ~last.holds(inputs)


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_futures_does_not_matter(seed, random):
    inputs, cases = made_up(seed)
    weights = np.random.default_rng(seed).random(cases.size)
    order = list(range(cases.size))
    random.shuffle(order)
    for own in (None, weights):
        one = trajectory(Table.of(inputs, cases, own))
        other = trajectory(Table.of(inputs[:, order], cases[order], None if own is None else own[order]))
        assert [limits(box) for box in one] == [limits(box) for box in other]
        assert [box.density for box in one] == [box.density for box in other]


@given(st.integers(0, 10**6), st.permutations(range(4)))
@settings(max_examples=25, deadline=None)
def test_the_order_of_inputs_does_not_matter(seed, order):
    inputs, cases = made_up(seed)
    one = trajectory(Table.of(inputs, cases))
    other = trajectory(Table.of(inputs[list(order)], cases))
    assert [[limits(box)[j] for j in order] for box in one] == [limits(box) for box in other]


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_a_monotone_change_of_an_input_moves_its_limits_with_it(seed):
    """The same futures stay inside; a limit lies between the images of the two values that it parted."""
    inputs, cases = made_up(seed)
    changed = inputs.copy()
    changed[0], changed[1] = np.exp(3.0 * inputs[0]), inputs[1] ** 3
    for one, other in zip(
        trajectory(Table.of(inputs, cases)), trajectory(Table.of(changed, cases)), strict=True
    ):
        assert (one.holds(inputs) == other.holds(changed)).all()
        for j, change in ((0, lambda x: np.exp(3.0 * x)), (1, lambda x: x**3)):
            for mine, theirs in ((one.lower[j], other.lower[j]), (one.upper[j], other.upper[j])):
                if np.isfinite(mine):
                    below, above = inputs[j][inputs[j] <= mine].max(), inputs[j][inputs[j] >= mine].min()
                    assert change(below) - 1e-12 <= theirs <= change(above) + 1e-12


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_a_weight_of_two_is_the_future_twice(seed):
    inputs, cases = made_up(seed)
    times = np.random.default_rng(seed).integers(0, 3, cases.size)
    once = trajectory(Table.of(inputs, cases, times))
    repeated = trajectory(Table.of(np.repeat(inputs, times, axis=1), np.repeat(cases, times)), ties="content")
    assert [box.coverage for box in once[:6]] == [box.coverage for box in repeated[:6]]
    assert [box.mass for box in once[:6]] == [box.mass for box in repeated[:6]]


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_peels_gain_density_and_lose_coverage(seed):
    inputs, cases = made_up(seed)
    path = trajectory(Table.of(inputs, cases))
    assert all(later.density > earlier.density for earlier, later in pairwise(path))
    assert all(0.05 <= box.mass <= 1.0 for box in path)
    for box in path:
        again = Table.of(inputs, cases).measured(box.lower, box.upper)
        assert (again.coverage, again.density, again.mass) == (box.coverage, box.density, box.mass)


def test_limits_that_chance_could_set_go():
    rng = np.random.default_rng(5)
    inputs = rng.random((3, 1000))
    cases = (inputs[0] < 0.3) & (rng.random(1000) < 0.9)
    table = Table.of(inputs, cases)
    cluttered = table.measured(np.array([-np.inf, 0.02, -np.inf]), np.array([0.3, np.inf, 0.97]))
    kept = pruned(table, cluttered)
    assert kept.sides == ((0, UPPER),)
    assert (quasi_p(table, kept)[0, UPPER] < 1e-6) and np.isnan(quasi_p(table, kept)[1]).all()
    assert pruned(table, cluttered, design_effect=900.0).sides == ()


@pytest.mark.parametrize(
    ("inputs", "cases", "weights", "words"),
    [
        (np.zeros((2, 3)), [True, False], None, "shape"),
        (np.full((2, 3), np.nan), [True, False, True], None, "finite"),
        (np.zeros((2, 3)), [True, False, True], [1.0, -1.0, 1.0], "weights"),
        (np.zeros((2, 3)), [True, False, True], [0.0, 0.0, 0.0], "weights"),
    ],
)
def test_tables_that_make_no_sense_are_refused(inputs, cases, weights, words):
    with pytest.raises(RipenessError, match=words):
        Table.of(inputs, cases, weights)


def test_shares_out_of_range_are_refused():
    with pytest.raises(RipenessError, match="alpha"):
        trajectory(Table.of(*made_up(0)), alpha=0.6)
