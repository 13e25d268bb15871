"""What experts and authors of policies expect of the war in the Ukraine case, on common futures."""

import numpy as np
import pytest

from ripeness import case as cases
from ripeness.base import Month
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.simulate import pose, simulate
from ripeness.flow import records_of
from ripeness.flow.war import WarOutputs
from ripeness.policy import compile_policy

START, UNTIL = Month.parse("2026-09"), Month.parse("2027-12")
MEMBERS = 256


@pytest.fixture(scope="module")
def case():
    return cases.load("ukraine")


@pytest.fixture(scope="module")
def run(case):
    names = [name for name in case.policies if name != "as_enacted"]
    compiled = [compile_policy(case, name, start=START) for name in ("as_enacted", *names)]
    parameters = draw_parameters(case, records_of(case.program).parameters, MEMBERS, seed=11)
    return simulate(pose(case, compiled, START, UNTIL, 11), parameters, keep_paths=MEMBERS)


def moved(case, run, given, than, metric, month) -> tuple[float, float]:
    """Median difference of a metric in a month between two policies, and what counts as none."""
    row = records_of(case.program).output_rows.index(metric)
    at = month - case.first_month
    one, other = (np.asarray(run.paths[run.policy(name), at, row], float) for name in (given, than))
    return float(np.median(one - other)), 1e-6 + 1e-5 * float(np.median(np.abs(other)))


def holds(must, change, least) -> bool:
    return {"rise": change > least, "fall": change < -least, "stay": abs(change) <= 10.0 * least}[must]


def test_expert_checks_of_the_war_hold(case, run):
    failures = []
    told_of_war = [told for told in case.tests if told.file.endswith("war.yaml")]
    assert len(told_of_war) >= 15
    for told in told_of_war:
        change, least = moved(case, run, told.given, told.than, told.metric, told.month)
        if not holds(told.must, change, least):
            failures.append((told.given, told.than, told.metric, told.must, change))
    assert failures == []


def test_headlines_of_the_war_hold(case, run):
    failures, count = [], 0
    for policy in case.policies.values():
        for told in policy.expected:
            if told.metric not in WarOutputs._fields:
                continue
            count += 1
            change, least = moved(case, run, policy.name, told.than, told.metric, UNTIL)
            if not holds(told.direction, change, least):
                failures.append((policy.name, told.metric, told.direction, change))
    assert count >= 8
    assert failures == []


def test_what_no_policy_of_the_war_moves_stays(case, run):
    """Arms and shields do not reach the oil market, and the launches of A do not answer a shield."""
    for policy, metric in (("aid_surge", "brent_usd_bbl"), ("air_shield", "drones_launched")):
        change, least = moved(case, run, policy, "as_enacted", metric, UNTIL)
        assert abs(change) <= least
