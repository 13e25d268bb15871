"""What readers and authors of policies expect of the past wars, on common futures."""

import numpy as np
import pytest

from ripeness import case as cases
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.simulate import pose, simulate
from ripeness.flow import records_of
from ripeness.policy import compile_policy

WARS = ["falklands_1982", "iran_iraq_1980_88", "iran_sanctions_2006_15", "korea_1951_53", "vietnam_1968_73"]
MEMBERS = 256
MONTHS = 6
"""Months after the start in which headlines are read: by then every policy has begun and none is done."""


@pytest.mark.parametrize("name", WARS)
def test_checks_and_headlines_hold(name):
    case = cases.load(name)
    records = records_of(case.program)
    start = case.default_start
    names = ["as_enacted", *sorted(set(case.policies) - {"as_enacted"})]
    compiled = [compile_policy(case, policy) for policy in names]
    parameters = draw_parameters(case, records.parameters, MEMBERS, seed=11)
    run = simulate(pose(case, compiled, start, case.last_month, 11), parameters, keep_paths=MEMBERS)
    told = [(test.given, test.than, test.metric, test.must, test.month) for test in case.tests]
    assert all(test.start == start for test in case.tests) and len(told) >= 3
    for policy in case.policies.values():
        for headline in policy.expected:
            told.append((policy.name, headline.than, headline.metric, headline.direction, start + MONTHS))
    failures = []
    for given, than, metric, must, month in told:
        row, at = records.output_rows.index(metric), month - case.first_month
        one, other = (np.asarray(run.paths[run.policy(each), at, row], float) for each in (given, than))
        change, least = float(np.mean(one - other)), 1e-6 + 1e-5 * float(np.mean(np.abs(other)))
        if not (change > least if must == "rise" else change < -least):
            failures.append((given, than, metric, must, change))
    assert failures == []


@pytest.mark.parametrize("name", WARS)
def test_the_record_is_within_reach_of_the_model(name):
    """At the last month that may be read, the coded front lies within what the replay thinks possible."""
    case = cases.load(name)
    records = records_of(case.program)
    compiled = [compile_policy(case, "as_enacted")]
    parameters = draw_parameters(case, records.parameters, MEMBERS, seed=11)
    run = simulate(
        pose(case, compiled, case.default_start, case.last_month, 11), parameters, keep_paths=MEMBERS
    )
    for site, series in case.observations.items():
        last = case.series[series].as_of(None).observations[-1]
        rows = run.paths[0, last.month - case.first_month, records.output_rows.index(site)]
        low, high = np.quantile(np.asarray(rows, float), [0.05, 0.95])
        assert low - 2 * last.sd <= last.value <= high + 2 * last.sd, (site, last.value, low, high)
