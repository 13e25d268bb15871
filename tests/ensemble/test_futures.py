"""Runs as tables: every row of inputs belongs to its column of outcomes."""

from __future__ import annotations

import numpy as np
import pytest

from ripeness import case as cases
from ripeness.base import RipenessError
from ripeness.ensemble.bargain import SEARCH_GRID, bargain
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.futures import end_futures, point_values, subset, world_futures
from ripeness.ensemble.metrics import metrics_of
from ripeness.ensemble.simulate import pose, simulate
from ripeness.flow import MAIN_PARAMETERS, BargainingParameters, layout_of, records_of
from ripeness.policy import compile_policy


@pytest.fixture(scope="module")
def two_states():
    return cases.load("two_states")


def _question(case, seed=1):
    names = ["as_enacted", next(name for name in sorted(case.policies) if name != "as_enacted")]
    start = case.default_start or case.data_until + 1
    return pose(case, [compile_policy(case, name, start) for name in names], start, start + 12, seed)


def test_rows_of_a_run_are_its_members(two_states):
    question = _question(two_states)
    parameters = draw_parameters(two_states, records_of("money_chain").parameters, 256, 1)
    run = simulate(question, parameters, keep_paths=0)
    futures = world_futures(run, two_states)
    labels = run.records.parameter_names
    for name, row in zip(futures.names, futures.inputs, strict=True):
        np.testing.assert_array_equal(row, parameters[labels.index(name)])
    assert {name for name in labels if np.ptp(parameters[labels.index(name)]) > 0} == set(futures.names)
    revenue = futures.outcome("export_revenue_usd_bn", question.names[1])
    np.testing.assert_array_equal(revenue, run.final(question.names[1], "cum_export_revenue_usd_bn"))


def test_points_are_the_members_that_a_run_would_have(two_states):
    question = _question(two_states)
    metrics = metrics_of("money_chain")
    layout = records_of("money_chain").parameters
    free = [n for n in layout.row_labels if not two_states.parameters[n].prior.is_fixed][:5]
    points = np.random.default_rng(1).uniform(0.01, 0.99, (5, 256))
    one = point_values(question, points, free, metrics)
    other = point_values(question, points[:, ::-1], free, metrics)
    again = point_values(question, points, free, metrics)
    assert all(np.array_equal(one[name], again[name]) for name in one)
    # The points are reversed and the shocks are not: the outcome is another one.
    assert any(not np.array_equal(one[name][..., ::-1], other[name]) for name in one)


def test_same_points_and_same_luck_whatever_the_order_of_names(two_states):
    question = _question(two_states)
    metrics = metrics_of("money_chain")[:5]
    layout = records_of("money_chain").parameters
    free = [n for n in layout.row_labels if not two_states.parameters[n].prior.is_fixed][:4]
    points = np.random.default_rng(2).uniform(0.01, 0.99, (4, 256))
    one = point_values(question, points, free, metrics)
    other = point_values(question, points[::-1], free[::-1], metrics)
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_points_outside_the_cube_and_unknown_names_are_refused(two_states):
    question = _question(two_states)
    with pytest.raises(RipenessError, match="no parameter"):
        point_values(question, np.full((1, 4), 0.5), ["nothing"], [])
    name = records_of("money_chain").parameters.row_labels[0]
    with pytest.raises(RipenessError, match="points"):
        point_values(question, np.ones((1, 4)), [name], [])


def test_walkers_carry_their_draw_and_their_member():
    case = cases.load("korea_1951_53")
    start = case.default_start or case.data_until + 1
    names = ["as_enacted", "pressure_only"]
    question = pose(case, [compile_policy(case, name, start) for name in names], start, start + 8, 1)
    parameters = draw_parameters(case, records_of(case.program).parameters, 96, 1)
    found = bargain(question, parameters, [0.0, 0.0], draws=4, grid=SEARCH_GRID)
    futures = end_futures(case, found, parameters)
    patience = futures.inputs[futures.names.index("patience")]
    row = layout_of(BargainingParameters).row_labels.index("patience")
    np.testing.assert_array_equal(patience, found.structural.draws[row][futures.groups])
    assert len(set(futures.groups.tolist())) == 4
    rival = end_futures(case, found, parameters, "n0")
    assert not set(rival.names) & set(MAIN_PARAMETERS)
    assert subset(futures, names[1:]).policies == ("pressure_only",)
    with pytest.raises(RipenessError, match="no model"):
        end_futures(case, found, parameters, "m9")
