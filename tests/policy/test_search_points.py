"""Points of a search space: the policy there, its rows and its file all say the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness.case import load, with_policy_file
from ripeness.policy import compile_policy, policy_at, policy_text, rows_at

CASE = load("ukraine")
START = CASE.default_start
assert START is not None


@pytest.mark.parametrize("name", sorted(CASE.spaces))
@given(luck=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_rows_file_and_compiled_policy_agree(name: str, tmp_path_factory, luck) -> None:
    space = CASE.spaces[name]
    point = tuple(luck.randrange(size) for size in space.sizes)
    policy = policy_at(space, point, "tried", START)
    path: Path = tmp_path_factory.mktemp("policies") / "tried.yaml"
    path.write_text(policy_text(policy), encoding="utf-8")
    wider, known = with_policy_file(CASE, path)
    assert wider.policies[known] == policy
    rows = rows_at(CASE, compile_policy(CASE, space.base, START), policy, START)
    assert np.array_equal(compile_policy(wider, known).rows, rows)


def test_the_ends_of_the_space_are_what_is_enacted_and_full_effort() -> None:
    space = CASE.spaces["pressure_mix"]
    base = compile_policy(CASE, space.base, START)
    none = {"wait": 0, "ramp": 0, "duration": space.sizes[2] - 1}
    low = tuple(none.get(each.name, 0) for each in space.parameters)
    enacted = rows_at(CASE, base, policy_at(space, low, "low", START), START)
    assert np.allclose(enacted, base.rows, atol=1e-4)  # 0.0646 and 0.0017 are rounded means
    high = tuple(none.get(each.name, each.size - 1) for each in space.parameters)
    full = rows_at(CASE, base, policy_at(space, high, "high", START), START)
    assert (full != base.rows).any()


def test_a_change_that_lasts_no_month_or_adds_nothing_is_left_out() -> None:
    space = CASE.spaces["talks_and_pressure"]
    at_once = policy_at(space, (0,) * len(space.sizes), "at_once", START)
    assert not any(change.lever == "pressure_relief" for change in at_once.changes)
    assert all(change.until != "start" for change in at_once.changes)
    assert at_once.ratchet is None
    stepped = policy_at(space, (0, 2, 10, 0, 0, 0), "stepped", START)
    assert stepped.ratchet is not None
    assert (stepped.ratchet.months, stepped.ratchet.steps) == (2, 4)
