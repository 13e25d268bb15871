"""Why there is no deal: the parts sum to the gap, and each is nothing where its obstacle is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_games import MIDDLE, stakes, threat

from ripeness.bargaining import Grid, ripeness_parts, solve

GRID = Grid(front=6, chest=3, chest_step=3.0, evidence=5, reputation=5, phases=2)
RELIEVED = threat(pressure=1.0, relief=[1.0, 0.0])


def test_parts_sum_to_the_gap():
    rules = stakes(MIDDLE, cost_a=np.array([0.03, 0.08]))
    parts = ripeness_parts(rules, RELIEVED, GRID, dtype="float64")
    zopa = solve(rules, [RELIEVED], GRID, dtype="float64").zopa[:, 0, 0]
    np.testing.assert_allclose(parts.gap, -zopa, atol=1e-12)
    assert (parts.disagreement[:, 1:-1] > 0.0).all() and (parts.commitment[:, 1:-1] > 0.0).all()


@pytest.mark.parametrize(
    ("name", "changes", "relief"),
    [
        ("disagreement", {"offset_a": 0.3, "offset_d": 0.3}, 1.0),
        ("commitment", {"deterrence": 1.0}, 1.0),
        ("relief", {}, 0.0),
        ("indivisibility", {"lambda_a": 0.0, "lambda_d": 0.0}, 1.0),
    ],
)
def test_a_part_is_nothing_where_its_obstacle_is(name, changes, relief):
    parts = ripeness_parts(stakes(MIDDLE, **changes), threat(relief=relief), GRID, dtype="float64")
    assert not getattr(parts, name)[:, 1:-1].any()
