"""Pools of parameters: what a case may say, and what they do to prior draws."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from ripeness.case import Pool, check, load, locate
from ripeness.ensemble.draws import draw_parameters, pools_of
from ripeness.flow import Parameters, layout_of

POOL = """
pools:
  - pool: half_lives
    members: [{members}]
    spread: 1.0
    because: one was taken from the other
"""

TWO = "listing_loss_us, adaptation_share"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(
        shutil.copytree(locate("two_states"), tmp_path / "tiny", ignore=shutil.ignore_patterns("posterior"))
    )


def said(folder: Path, members: str) -> list:
    file = folder / "case.yaml"
    file.write_text(file.read_text() + POOL.format(members=members))
    return check(folder)


def test_a_pool_is_read(folder: Path) -> None:
    assert said(folder, TWO) == []
    (pool,) = load(folder).pools
    assert pool == Pool("half_lives", tuple(TWO.split(", ")), 1.0, "one was taken from the other")


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ("listing_loss_us, listing_los_eu_uk", "unknown parameter"),
        ("listing_loss_us, payload_mb", "is fixed"),
        ("listing_loss_us", "holds 1 entries"),
        ("listing_loss_us, listing_loss_us", "stands in the pool half_lives too"),
    ],
)
def test_a_pool_that_cannot_be_is_a_fault(folder: Path, members: str, problem: str) -> None:
    (fault,) = said(folder, members)
    assert problem in fault.problem
    assert fault.file == "case.yaml" and fault.line and fault.remedy


@given(st.floats(0.05, 5.0), st.integers(2, 6), st.integers(0, 1000))
def test_marginals_stay_the_stated_priors(spread: float, members: int, seed: int) -> None:
    pool = Pool("p", tuple(map(str, range(members))), spread, "")
    z = np.random.default_rng(seed).standard_normal((members + 2, 2000))
    scores = pool.scores(z[:members], z[members:])
    assert kstest(scores[0], norm.cdf).pvalue > 1e-6


def test_members_hang_together_the_more_the_smaller_the_spread() -> None:
    z = np.random.default_rng(1).standard_normal((4, 20_000))
    shared = [
        np.corrcoef(Pool("p", ("a", "b"), spread, "").scores(z[:2], z[2:]))[0, 1]
        for spread in (0.1, 1.0, 50.0)
    ]
    assert shared[0] > 0.98 and 0.6 < shared[1] < 0.7 and abs(shared[2]) < 0.1


def test_a_pool_moves_its_members_only_and_none_of_their_margins(folder: Path) -> None:
    layout = layout_of(Parameters)
    alone = load(folder)
    pooled = replace(alone, pools=(Pool("p", tuple(TWO.split(", ")), 0.5, ""),))
    assert pools_of(pooled, layout) == pooled.pools
    before, after = (draw_parameters(case, layout, 1024, 3) for case in (alone, pooled))
    moved = [layout.row_labels.index(name) for name in pooled.pools[0].members]
    rest = np.setdiff1d(np.arange(layout.size), moved)
    np.testing.assert_array_equal(before[rest], after[rest])
    assert np.corrcoef(after[moved])[0, 1] > 0.6 > np.corrcoef(before[moved])[0, 1]
    np.testing.assert_allclose(
        np.quantile(after[moved], (0.1, 0.5, 0.9), axis=1),
        np.quantile(before[moved], (0.1, 0.5, 0.9), axis=1),
        rtol=0.03,
    )
    np.testing.assert_array_equal(
        after[:, 256:512], draw_parameters(pooled, layout, 256, 3, first_member=256)
    )
