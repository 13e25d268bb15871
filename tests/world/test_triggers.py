"""Rules inside a policy (T1 to T3): they read the month before, count months in a row, and fire for good."""

from __future__ import annotations

import numpy as np
import pytest

from ripeness.ensemble.month import Rules, levers_in_force, watched_before
from ripeness.flow import WATCHED, Levers


def rule(watched="brent_usd_bbl", sign=1.0, threshold=90.0, for_months=2.0, after_months=0.0, armed=1.0):
    """The first of three slots; the others are never armed."""
    watch = np.zeros((3, len(WATCHED)))
    watch[0, WATCHED.index(watched)] = 1.0
    slot = np.array([1.0, 0.0, 0.0])
    return {
        "armed": slot * armed,
        "watch": watch.ravel(),
        "sign": slot * sign,
        "threshold": slot * threshold,
        "for_months": slot * for_months,
        "after_months": slot * after_months,
    }


def acting(bench, prices, armed_from=0, **of_rule):
    """Services ban of each month, which the rule turns on, when the month before had each of `prices`."""
    state = bench.eve(bench.members(len(prices[0])))
    rules = Rules(state.trigger_count, state.trigger_age)
    found = []
    for t, price in enumerate(prices):
        triggers = rule(**of_rule, armed=float(t >= armed_from))
        row = bench.policy_row(bench.lever_row({}), triggers, then=bench.lever_row({"services_ban": 1.0}))
        state = state._replace(brent_before=np.asarray(price, float))
        rules, levers = levers_in_force(
            rules, watched_before(state), bench.policy_layout.unpack(row[:, None]), state.brent_before, np
        )
        assert isinstance(levers, Levers)
        found.append(levers.services_ban)
    return np.array(found).T


def test_it_fires_after_the_months_in_a_row_and_stays(bench):
    prices = [[95, 95, 80], [95, 80, 80], [80, 95, 80], [80, 95, 80], [80, 80, 80]]
    once, broken, never = acting(bench, prices)
    assert list(once) == [0, 1, 1, 1, 1]
    assert list(broken) == [0, 0, 0, 1, 1]
    assert list(never) == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("after", [0, 1, 3])
def test_what_follows_waits_its_months(bench, after):
    (found,) = acting(bench, [[95]] * 8, after_months=float(after))
    assert list(found) == [0] * (1 + after) + [1] * (7 - after)


def test_below_is_the_other_sign_and_the_threshold_itself_does_not_count(bench):
    below, at = acting(bench, [[60, 90]] * 3, sign=-1.0)
    assert list(below) == [0, 1, 1]
    assert list(at) == [0, 0, 0]


def test_months_before_it_is_armed_do_not_count(bench):
    (found,) = acting(bench, [[95]] * 5, armed_from=2)
    assert list(found) == [0, 0, 0, 1, 1]


def test_a_rule_in_the_loop_changes_only_the_members_that_met_it(bench, settled):
    """A member fires on its own path, and lives the unconditional policy until then."""
    base = bench.lever_row(bench.after_embargo)
    then = bench.lever_row(bench.after_embargo | {"services_ban": 1.0})
    threshold = float(np.median(settled.state.brent_before))
    with_rule = bench.policy_row(base, rule(threshold=threshold, for_months=3.0), then)
    month = bench.months(12)
    plain = bench.simulate(
        settled.params, month, [bench.policy_row(base)] * 12, settled.shocks, settled.state
    )
    ruled = bench.simulate(
        settled.params, month, [with_rule] * 12, plain.shocks, settled.state, reference=False
    )
    before = np.stack([settled.state.brent_before, *plain["brent_usd_bbl"][:-1]])
    above = before > threshold
    runs = np.array(
        [above[t] & above[t - 1] & above[t - 2] if t >= 2 else 0 * above[t] for t in range(12)], bool
    )
    fired = runs.any(0)
    assert 0.2 < fired.mean() < 0.9
    changed = np.abs(ruled["effective_fleet_ships"] - plain["effective_fleet_ships"]) > 1e-9
    assert not changed[:, ~fired].any()
    first = runs.argmax(0)
    for member in np.flatnonzero(fired):
        assert not changed[: first[member], member].any()
        assert changed[first[member], member]
