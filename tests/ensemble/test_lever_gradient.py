"""Derivatives by levers and months of the shipped programs, against differences, and what a user is told of them."""

from dataclasses import replace

import numpy as np
import pytest

from ripeness import case, engine
from ripeness.base import RipenessError
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.lever_gradient import FEWEST_BLOCKS, lever_gradient, step_of
from ripeness.ensemble.metrics import metric_named
from ripeness.ensemble.simulate import pose, program_of
from ripeness.ensemble.start import start_state
from ripeness.flow import Levers, PolicyRow, layout_of
from ripeness.policy import compile_policy, lever_of_row, rows_of_lever

OWN = layout_of(PolicyRow)["levers"].start
LEVERS = layout_of(Levers).row_labels
METRIC = metric_named("oil_gas_revenue_rub_trn")
MONTHS = 15


@pytest.fixture(scope="module")
def told():
    return case.load("two_states")


@pytest.fixture(scope="module")
def question(told):
    """Two policies over fifteen months."""
    policies = [compile_policy(told, name, told.first_month + 3) for name in ("as_enacted", "ratchet")]
    return pose(told, policies, told.first_month + 3, told.first_month + (MONTHS - 1), seed=5)


@pytest.fixture(scope="module")
def parameters(told):
    return draw_parameters(told, program_of(told).params, 1100, seed=5)


def within(question):
    """The same with every lever inside its range and never the same twice, so that a step up undoes a step down."""
    rows = question.policies.copy()
    months = np.arange(len(question.months))
    for row in range(len(LEVERS)):
        lever = lever_of_row(row)
        room = step_of(lever)
        held = np.clip(rows[1, :, OWN + row], lever.low + 2.0 * room, lever.high - 2.0 * room)
        rows[1, :, OWN + row] = held + 0.3 * room * np.sin(1.7 * months + row)
    return replace(question, policies=rows)


def finals(question, parameters, rows, metric=METRIC):
    """The metric (n, N) under many variants (n, T, K) of the second policy."""
    program = program_of(question.case)
    policies = np.concatenate([question.policies[:1], rows])
    state = start_state(question.program, parameters, question.facts)
    inputs = engine.Inputs(parameters, state, policies, question.months, seed=question.seed)
    found = engine.run(program, inputs, dtype="float64").finals
    return found[1:, program.outputs.row_names.index(metric.output)]


def of_members(question, parameters, chosen, metric=METRIC):
    """Derivatives (T, K) of the metric summed over the chosen members."""
    program = program_of(question.case)
    weights = np.zeros((program.outputs.size, parameters.shape[1]))
    weights[program.outputs.row_names.index(metric.output), chosen] = 1.0
    state = start_state(question.program, parameters, question.facts)
    inputs = engine.Inputs(parameters, state, question.policies, question.months, seed=question.seed)
    return engine.gradient.gradient(program, inputs, weights, dtype="float64").policies


def hold_to_differences(question, members, metric, months):
    """Members in which two widths of difference agree must be most, and in none of them may a derivative be wrong."""
    asked = within(question)
    whole = of_members(asked, members, slice(None), metric)
    acting = [row for row in range(len(LEVERS)) if whole[:, OWN + row].any()]
    assert len(acting) > 15
    points = [(month, row) for row in acting for month in months]
    variants, widths = [], []
    for month, row in points:
        width = 1e-4 * step_of(lever_of_row(row))
        widths.append(width)
        for times in (1, -1, 3, -3):
            moved = asked.policies[1].copy()
            moved[month, OWN + row] += times * width
            variants.append(moved)
    found = finals(asked, members, np.stack(variants), metric).reshape(len(points), 4, -1)
    width = np.array(widths)[:, None]
    narrow, wide = (found[:, 0] - found[:, 1]) / (2 * width), (found[:, 2] - found[:, 3]) / (6 * width)
    scale = np.abs(narrow).max(axis=1, keepdims=True) * 0.1 + np.abs(narrow)
    rounding = 1e-14 * np.abs(found).max() / width
    smooth = np.abs(narrow - wide) <= 1e-6 * scale + rounding
    assert smooth.mean() > 0.8
    for place, (month, row) in enumerate(points):
        chosen = smooth[place]
        expected = narrow[place, chosen].sum()
        size = np.abs(narrow[place, chosen]).sum()
        slope = of_members(asked, members, chosen, metric)[month, OWN + row]
        assert abs(slope - expected) <= 1e-5 * size + rounding[place], (LEVERS[row], month)


def test_every_lever_as_central_differences_away_from_kinks(question, parameters):
    hold_to_differences(question, parameters[:, :96], METRIC, (2, 7, MONTHS - 1))


@pytest.mark.slow
def test_money_and_war_as_central_differences_away_from_kinks():
    told = case.load("ukraine")
    start = told.first_month + 50
    policies = [compile_policy(told, name, start) for name in ("as_enacted", "sequential")]
    asked = pose(told, policies, start, start + 9, seed=5)
    members = draw_parameters(told, program_of(told).params, 64, seed=5)
    hold_to_differences(asked, members, metric_named("territory_km2"), (51, 56))


def test_the_record_of_a_gradient(question, parameters):
    found = lever_gradient(question, "ratchet", METRIC, parameters)
    assert found.months[0] == question.start
    assert found.monthly.mean.shape == (MONTHS - 3, len(LEVERS))
    assert found.value == pytest.approx(finals(question, parameters, question.policies[1:]).mean(), rel=1e-12)
    np.testing.assert_allclose(found.monthly.mean.sum(axis=0), found.held.mean, rtol=1e-9, atol=1e-12)
    assert np.isfinite(found.held.error).all()
    for name in ("extra_military_aid_usd_bn", "guarantee_denial", "narrative"):  # no part of a money chain
        assert not found.monthly.mean[:, rows_of_lever(name)].any()
    assert found.held.middle[rows_of_lever("refinery_strikes")] < 0.0
    np.testing.assert_array_equal(found.levels, question.policies[1, 3:, OWN : OWN + len(LEVERS)])
    within_range = found.levels.mean(axis=0) + found.steps
    assert (within_range <= [lever_of_row(row).high + 1e-9 for row in range(len(LEVERS))]).all()


def test_threads_change_no_bit(question, parameters):
    one, two = (lever_gradient(question, "ratchet", METRIC, parameters, threads=n) for n in (1, 2))
    for name in ("monthly", "held"):
        for kind in ("mean", "middle", "error"):
            np.testing.assert_array_equal(
                getattr(getattr(one, name), kind), getattr(getattr(two, name), kind)
            )
    assert one.value == two.value


def test_no_other_policy_date_or_seed_compiles(question, parameters, told):
    lever_gradient(question, "ratchet", METRIC, parameters[:, :300])
    before = engine.kernel.compilations()
    later = [compile_policy(told, name, told.first_month + 9) for name in ("as_enacted", "sequential")]
    other = pose(told, later, told.first_month + 9, told.last_month, seed=6)
    found = lever_gradient(other, "sequential", metric_named("fob_discount_usd_bbl"), parameters[:, :300])
    assert engine.kernel.compilations() == before
    assert len(parameters[0, :300]) < FEWEST_BLOCKS * engine.BLOCK
    assert np.isnan(found.held.error).all()  # too few members to say


def test_the_reference_itself_is_departed_from_in_its_own_history(question, parameters):
    found = lever_gradient(question, "as_enacted", METRIC, parameters[:, :256])
    pair = question.policies[[0, 0]]
    pair[1, :, layout_of(PolicyRow)["is_reference"].start] = 0.0
    twin = replace(question, policies=pair)
    history, departed = finals(twin, parameters[:, :256], twin.policies[1:]), found.value
    assert departed == pytest.approx(history.mean(), rel=1e-12)


def test_a_first_passage_has_no_derivative(question, parameters):
    with pytest.raises(RipenessError, match="jumps from month to month and has no derivative"):
        lever_gradient(question, "ratchet", metric_named("months_to_stressed"), parameters[:, :20])
