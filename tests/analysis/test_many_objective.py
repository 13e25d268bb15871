"""Trade-offs: a problem whose front is known, archives that forget the order of rows, and volumes checked elsewhere."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ripeness.analysis.many_objective import (
    REACH,
    Searched,
    convergence,
    kept_points,
    representatives,
    search_grid,
    unbeaten,
)
from ripeness.base import RipenessError

SIZES = (101, 11, 11)


def schaffer(points):
    """x^2 and (x - 2)^2 plus what two other axes cost: unbeaten are x from 0 to 2 with both at their first place."""
    x = points[:, 0] / 20.0
    waste = 0.1 * points[:, 1:].sum(axis=1)
    return np.stack([x**2 + waste, (x - 2.0) ** 2 + waste], axis=1)


def test_the_known_front_is_found_and_nothing_else() -> None:
    found = search_grid(SIZES, schaffer, 2, population=40, generations=30, seed=3)
    kept, width = kept_points(found.points, found.values)
    assert width == 0.0
    assert sorted(map(tuple, found.points[kept].tolist())) == [(x, 0, 0) for x in range(41)]
    volumes = convergence(found)
    assert (np.diff(volumes) >= 0.0).all()
    assert volumes[-1] > volumes[0]


def test_four_aims_are_searched_with_reference_points() -> None:
    def values(points):
        x = points / 10.0
        waste = ((x[:, 3:] - 0.5) ** 2).sum(axis=1)
        return np.stack([x[:, 0], x[:, 1], x[:, 2], 1.0 - x[:, :3].mean(axis=1) + waste], axis=1)

    found = search_grid((11,) * 6, values, 4, population=40, generations=15, seed=1)
    assert found.algorithm == "NSGA-III"
    kept, width = kept_points(found.points, found.values, 30)
    assert 0 < len(kept) <= 30
    assert width > 0.0
    # The generations press toward the middle of the axes that only cost.
    late = found.points[found.generation > 10][:, 3:]
    early = found.points[found.generation == 1][:, 3:]
    assert np.abs(late - 5).mean() < np.abs(early - 5).mean()


def test_the_same_search_is_the_same_and_a_longer_one_begins_like_it() -> None:
    short = search_grid(SIZES, schaffer, 2, population=12, generations=4, seed=5)
    again = search_grid(SIZES, schaffer, 2, population=12, generations=4, seed=5)
    longer = search_grid(SIZES, schaffer, 2, population=12, generations=7, seed=5)
    other = search_grid(SIZES, schaffer, 2, population=12, generations=4, seed=6)
    assert np.array_equal(short.points, again.points)
    assert np.array_equal(longer.points[: len(short.points)], short.points)
    assert not np.array_equal(other.points[: len(short.points)], short.points)


def test_no_point_is_valued_twice() -> None:
    seen = []

    def values(points):
        seen.extend(map(tuple, points.tolist()))
        return schaffer(points)

    search_grid((4, 3, 3), values, 2, population=12, generations=6, seed=1)
    assert len(seen) == len(set(seen))


def test_a_value_that_does_not_exist_is_said() -> None:
    with pytest.raises(RipenessError, match="is \\[nan"):
        search_grid(
            (5, 5), lambda points: np.full((len(points), 2), np.nan), 2, population=4, generations=1, seed=1
        )


def test_a_missing_optimiser_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymoo.algorithms.moo.nsga2", None)
    with pytest.raises(RipenessError) as caught:
        search_grid((5, 5), schaffer, 2, population=4, generations=1, seed=1)
    assert "ripeness[analysis]" in caught.value.remedy


VALUES = arrays(
    float, st.tuples(st.integers(1, 40), st.integers(2, 4)), elements=st.integers(0, 6).map(float)
)


@given(VALUES, st.randoms(use_true_random=False), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_changes_no_archive(values, luck, most) -> None:
    points = np.arange(len(values))[:, None]
    order = np.array(luck.sample(range(len(values)), len(values)))
    kept, width = kept_points(points, values, most)
    other, same = kept_points(points[order], values[order], most)
    assert width == same
    assert sorted(points[kept, 0]) == sorted(points[order][other, 0])
    assert len(kept) <= max(most, 1)
    assert unbeaten(values)[kept].all()


@given(VALUES)
@settings(max_examples=40, deadline=None)
def test_unbeaten_points_beat_each_other_nowhere_and_all_others_are_beaten(values) -> None:
    front = unbeaten(values)
    assert front.any()
    for row, stays in zip(values, front, strict=True):
        beaten = ((values <= row).all(axis=1) & (values < row).any(axis=1)).any()
        assert beaten != stays


@given(VALUES)
@settings(max_examples=40, deadline=None)
def test_representatives_are_best_in_their_aim(values) -> None:
    found = representatives(values)
    for j in range(values.shape[1]):
        assert values[found[f"best_{j}"], j] == values[:, j].min()


def test_the_hypervolume_agrees_with_an_exact_one() -> None:
    hv = pytest.importorskip("pymoo.indicators.hv")
    values = np.random.default_rng(2).random((60, 3))
    searched = Searched(np.arange(60)[:, None], values, np.ones(60, int), "")
    front = values[unbeaten(values)]
    unit = (front - front.min(axis=0)) / np.ptp(front, axis=0)
    exact = hv.HV(ref_point=np.full(3, REACH))(unit) / REACH**3
    assert convergence(searched)[-1] == pytest.approx(exact, abs=0.01)
