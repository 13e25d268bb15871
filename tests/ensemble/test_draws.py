"""A member's draw is its own: the same in any chunk and any ensemble, and true to its prior."""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.base import Month, RipenessError
from ripeness.case import prior_from
from ripeness.ensemble.draws import BLOCK, draw_parameters, draw_posterior, unit_points
from ripeness.flow import PerFleet, Scalar, layout_of


class Few(NamedTuple):
    volume: Scalar
    fleet: PerFleet
    known: Scalar


LAYOUT = layout_of(Few)
SPECS = {
    "volume": {"dist": "lognormal", "median": 2.0, "low": 1.0, "high": 4.0},
    "known": {"dist": "fixed", "value": 7.0},
    **{label: {"dist": "uniform", "low": 0.0, "high": 1.0} for label in LAYOUT.row_labels if "." in label},
}
EARLY = {"dist": "normal", "mean": -5.0, "sd": 1.0}


def _case(**changed):
    def parameter(name, spec):
        prior = prior_from(spec)
        early = prior_from(EARLY) if name == "volume" else prior
        return SimpleNamespace(
            prior_at=lambda cutoff: early if cutoff is not None and cutoff <= Month(2025, 1) else prior
        )

    specs = {name: spec for name, spec in (SPECS | changed).items() if spec}
    return SimpleNamespace(
        name="tiny", parameters={name: parameter(name, spec) for name, spec in specs.items()}, pools=()
    )


@given(
    members=st.integers(0, 3 * BLOCK),
    first=st.integers(0, 3 * BLOCK),
    seed=st.integers(0, 2**63),
    dimensions=st.integers(1, 7),
)
def test_a_point_depends_on_its_member_and_seed_only(members, first, seed, dimensions):
    whole = unit_points(dimensions, first + members, seed)
    np.testing.assert_array_equal(unit_points(dimensions, members, seed, first), whole[:, first:])


def test_points_lie_strictly_inside_and_fill_evenly():
    points = unit_points(5, 2048, seed=1)
    assert points.min() > 0
    assert points.max() < 1
    for row in points:
        assert np.histogram(row, bins=2048, range=(0, 1))[0].tolist() == [1] * 2048


def test_another_seed_is_another_draw():
    assert np.abs(unit_points(3, 64, 1) - unit_points(3, 64, 2)).min() > 0


def test_rows_follow_the_layout_and_the_priors():
    draws = draw_parameters(_case(), LAYOUT, 4096, seed=3)
    assert draws.shape == (LAYOUT.size, 4096)
    record = LAYOUT.unpack(draws)
    np.testing.assert_array_equal(record.known, 7.0)
    assert np.quantile(record.volume, [0.05, 0.5, 0.95]) == pytest.approx([1, 2, 4], rel=2e-3)
    assert record.fleet.mean(axis=1) == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(
    "spec",
    [
        {"dist": "lognormal", "median": 9.0, "low": 3.0, "high": 30.0},
        {"dist": "normal", "mean": 0.075, "sd": 0.003, "bounds": [0.05, 0.08]},
        {"dist": "uniform", "low": -1.0, "high": 5.0},
        {"dist": "triangular", "low": 0.0, "mode": 0.2, "high": 2.0},
        {"dist": "halfnormal", "scale": 0.4},
        {"dist": "beta", "a": 1.0, "b": 30.0},
        {"dist": "beta", "mean": 0.95, "low": 0.88, "high": 0.99},
        {"dist": "fixed", "value": 3.5},
    ],
)
def test_draws_are_quantiles_of_the_prior(spec):
    prior = prior_from(spec)
    draws = draw_parameters(_case(known=spec), LAYOUT, 4096, seed=9)[LAYOUT["known"].start]
    exact = prior.ppf(unit_points(LAYOUT.size, 4096, 9)[LAYOUT["known"].start])
    np.testing.assert_allclose(draws, exact, rtol=0, atol=1e-5 * prior.sd + 1e-15)
    assert draws.min() >= prior.ppf(0.0)
    assert draws.max() <= prior.ppf(1.0)


def test_chunks_join_to_the_whole():
    case = _case()
    whole = draw_parameters(case, LAYOUT, 700, seed=4)
    parts = [
        draw_parameters(case, LAYOUT, n, 4, first_member=at) for at, n in ((0, 256), (256, 256), (512, 188))
    ]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_a_changed_prior_moves_its_own_row_only():
    before = draw_parameters(_case(), LAYOUT, 100, seed=5)
    after = draw_parameters(_case(known={"dist": "uniform", "low": 0.0, "high": 1.0}), LAYOUT, 100, seed=5)
    at = LAYOUT["known"].start
    np.testing.assert_array_equal(np.delete(before, at, axis=0), np.delete(after, at, axis=0))
    assert np.ptp(after[at]) > 0


def test_a_cutoff_takes_the_prior_of_its_time():
    early = draw_parameters(_case(), LAYOUT, 512, seed=6, cutoff=Month(2024, 12))
    late = draw_parameters(_case(), LAYOUT, 512, seed=6, cutoff=Month(2025, 2))
    assert early[0].mean() == pytest.approx(-5, abs=0.05)
    np.testing.assert_array_equal(late, draw_parameters(_case(), LAYOUT, 512, seed=6))
    np.testing.assert_array_equal(early[1:], late[1:])


def test_a_row_without_prior_is_named():
    with pytest.raises(RipenessError, match="no prior for volume"):
        draw_parameters(_case(volume=None), LAYOUT, 8, seed=1)


@given(n=st.integers(1, 50), members=st.integers(0, 130), first=st.integers(0, 70), seed=st.integers(0, 9))
def test_posterior_columns_are_used_evenly_and_by_member(n, members, first, seed):
    posterior = np.arange(2.0 * n).reshape(2, n)
    whole = draw_posterior(posterior, first + members, seed)
    np.testing.assert_array_equal(
        draw_posterior(posterior, members, seed, first_member=first), whole[:, first:]
    )
    used = np.bincount(whole[0].astype(int), minlength=n)
    assert np.ptp(used) <= 1
    np.testing.assert_array_equal(whole[1] - whole[0], n)


def test_posterior_order_depends_on_the_seed():
    posterior = np.arange(64.0)[None]
    assert not np.array_equal(draw_posterior(posterior, 64, 1), draw_posterior(posterior, 64, 2))


def test_first_members_spread_over_the_chain():
    first = draw_posterior(np.arange(1024.0)[None], 16, seed=8)[0]
    assert sorted(first // 64) == list(range(16))


def test_bad_requests_are_refused():
    with pytest.raises(RipenessError, match="no draws"):
        draw_posterior(np.empty((3, 0)), 5, 1)
    with pytest.raises(RipenessError, match="outside"):
        unit_points(2, 2**30, 1, 5)
