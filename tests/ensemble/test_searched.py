"""Endings of a search: what a policy is worth does not depend on the policies that it is asked with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ripeness.api.simulation import Options, ask
from ripeness.case import load
from ripeness.ensemble.searched import effort_prices, ending_set, ending_values, unseen_from
from ripeness.policy import compile_policy, policy_at, rows_at


def test_unseen_futures_begin_with_a_whole_block() -> None:
    assert [unseen_from(members) for members in (20, 256, 257)] == [256, 256, 512]


def test_more_effort_costs_more() -> None:
    case = load("ukraine")
    start = case.default_start
    assert start is not None
    space = case.spaces["pressure_mix"]
    base = compile_policy(case, space.base, start)
    low = tuple(0 for _ in space.sizes)
    high = (0, 0, *(size - 1 for size in space.sizes[2:]))
    rows = np.stack(
        [rows_at(case, base, policy_at(space, point, "tried", start), start) for point in (low, high)]
    )
    cheap, dear = effort_prices(case, rows, start, case.last_month)
    assert 0.0 < cheap < dear


@pytest.mark.slow
def test_endings_do_not_depend_on_the_company() -> None:
    case = load("ukraine")
    start = case.default_start
    assert start is not None
    asked = ask(case, ["as_enacted", "pressure_only"], start=start, until=start + 11, options=Options(64, 1))
    bare = replace(asked.question, names=asked.question.names[:1], policies=asked.question.policies[:1])
    futures = ending_set(bare, asked.question, asked.draws.draw(0, 64), 8)
    space = case.spaces["talks_and_pressure"]
    base = compile_policy(case, space.base, start)
    points = ((0, 0, 10, 0, 0, 0), (2, 1, 5, 1, 3, 4), (6, 0, 0, 0, 6, 0))
    policies = [policy_at(space, point, "tried", start) for point in points]
    rows = np.stack([rows_at(case, base, policy, start) for policy in policies])
    metrics = ("p_settled", "people_lost", "spend_usd_bn")
    together = ending_values(futures, rows, [0.0, 2.0, 0.0], metrics)
    alone = ending_values(futures, rows[1:2], [2.0], metrics)
    for name in metrics:
        assert together[name].shape == (3, 8)
        assert np.array_equal(together[name][1], alone[name][0])
