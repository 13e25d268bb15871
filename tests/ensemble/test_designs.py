"""Designed samples and late starts: what is exchanged is exchanged, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ripeness import case as cases
from ripeness.base import RipenessError
from ripeness.ensemble.designs import LUCK, OTHERS, design_of, run_design
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.metrics import metrics_of, values_of
from ripeness.ensemble.simulate import pose, simulate
from ripeness.ensemble.waits import late_name, readings, with_late_starts
from ripeness.flow import records_of
from ripeness.policy import compile_policy

RECORDS = records_of("money_chain")
LABELS = RECORDS.parameter_names
MEMBERS = 128


@pytest.fixture(scope="module")
def two_states():
    return cases.load("two_states")


@pytest.fixture(scope="module")
def policies(two_states):
    names = ["as_enacted", next(name for name in sorted(two_states.policies) if name != "as_enacted")]
    start = two_states.default_start or two_states.data_until + 1
    return [compile_policy(two_states, name, start) for name in names]


@pytest.fixture(scope="module")
def question(two_states, policies):
    start = policies[1].start
    return pose(two_states, policies, start, start + 11, 1)


@pytest.fixture(scope="module")
def free(two_states):
    drawn = draw_parameters(two_states, RECORDS.parameters, 64, 1)
    return [LABELS[row] for row in np.flatnonzero(np.ptp(drawn, axis=1) > 0.0)]


def test_one_factor_is_exchanged_and_nothing_else(question, free):
    design = design_of(question, free[:3], MEMBERS)
    assert design.factors == (*free[:3], OTHERS, LUCK)
    exchanged = np.zeros(len(LABELS), dtype=bool)
    for i, name in enumerate(design.factors):
        differs = np.any(design.exchanged(i) != design.a, axis=1)
        assert not (exchanged & differs).any(), name
        exchanged |= differs
    np.testing.assert_array_equal(exchanged, np.any(design.a != design.b, axis=1))


def test_inputs_fill_their_priors_and_are_independent(question, free):
    design = design_of(question, free[:2], 1024)
    rows = [LABELS.index(name) for name in free[:2]]
    scores = np.array([each[row].argsort().argsort() for row in rows for each in (design.a, design.b)])
    assert np.abs(np.corrcoef(scores) - np.eye(4)).max() < 0.1
    rest = next(row for row in range(len(LABELS)) if LABELS[row] == free[5])
    assert abs(np.corrcoef(design.a[rest], design.b[rest])[0, 1]) < 0.1


def test_the_order_of_names_changes_nothing(question, free):
    one, other = (design_of(question, names, MEMBERS) for names in (free[:4], free[3::-1]))
    assert one.factors == other.factors
    np.testing.assert_array_equal(one.a, other.a)
    np.testing.assert_array_equal(one.b, other.b)


def test_margins_of_a_posterior_are_kept_and_the_rest_stays_joined(question, free):
    drawn = draw_parameters(question.case, RECORDS.parameters, 512, 3)
    design = design_of(question, free[:2], 256, posterior=drawn)
    row, rest = LABELS.index(free[0]), LABELS.index(free[5])
    assert drawn[row].min() <= design.a[row].min() <= design.a[row].max() <= drawn[row].max()
    assert np.median(design.a[row]) == pytest.approx(np.median(drawn[row]), rel=0.1)
    assert set(design.a[rest]) | set(design.b[rest]) == set(drawn[rest])


def test_matrices_are_runs_of_their_parameters_with_the_same_luck(question, free):
    metrics = metrics_of("money_chain")
    design = design_of(question, free[:2], 256)
    heard = []
    values = run_design(question, design, metrics, done=heard.append)
    assert sum(heard) == len(design.factors) + 2
    plain = simulate(question, design.exchanged(1), keep_paths=0)
    for metric in metrics:
        np.testing.assert_array_equal(values[metric.name].ab[1], values_of(plain, metric))
    brent = values["brent_usd_bbl"]
    luck = design.factors.index(LUCK)
    assert not np.array_equal(brent.ab[luck], brent.a)
    # B and the matrix with other luck have the same shocks: what luck alone decides is equal in both.
    both = np.concatenate([design.a, design.b, design.a], axis=1)
    again = simulate(question, both, keep_paths=0)
    np.testing.assert_array_equal(values_of(again, metrics[0])[:, 256:512], values[metrics[0].name].b)


def test_what_cannot_be_an_input_is_named(question, free, two_states):
    with pytest.raises(RipenessError, match="no parameter"):
        design_of(question, ["nothing"], MEMBERS)
    with pytest.raises(RipenessError, match="named twice"):
        design_of(question, [free[0], free[0]], MEMBERS)
    fixed = next(name for name in LABELS if name not in free)
    with pytest.raises(RipenessError, match="does not vary"):
        design_of(question, [fixed], MEMBERS)


def test_a_late_policy_is_the_same_policy_begun_later(question, policies, two_states):
    late = with_late_starts(question, policies, [2, 4])
    name = policies[1].name
    assert late.names == ("as_enacted", name, late_name(name, 2), late_name(name, 4))
    start = question.start
    alone = pose(two_states, [policies[0], compile_policy(two_states, name, start + 4)], start, start + 11, 1)
    np.testing.assert_array_equal(late.policies[3], alone.policies[1])
    np.testing.assert_array_equal(late.policies[:2], question.policies)
    assert late_name("as_enacted", 2) == "as_enacted"
    with pytest.raises(RipenessError, match="a wait of 11 months"):
        with_late_starts(question, policies, [11])


def test_readings_are_what_is_seen_under_what_is_enacted(question, two_states):
    parameters = draw_parameters(two_states, RECORDS.parameters, 300, 1)
    seen = readings(question, parameters, ["brent_usd_bbl", "fob_discount_usd_bbl"], [2, 6])
    run = simulate(question, parameters, keep_paths=300)
    first = question.start - two_states.first_month
    path = run.path("as_enacted", "brent_usd_bbl")[first:]
    assert seen[6].shape == (2, 2, 300)
    np.testing.assert_allclose(seen[6][0, 0], path[:6].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(seen[6][0, 1], path[3:6].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(seen[2][0, 1], path[:2].mean(axis=0), rtol=1e-6)
    # What other policies do later changes nothing that is seen.
    other = replace(question, policies=question.policies[:1], names=question.names[:1])
    np.testing.assert_array_equal(readings(other, parameters, ["brent_usd_bbl"], [2])[2][0], seen[2][0])
    with pytest.raises(RipenessError, match="no output"):
        readings(question, parameters, ["nothing"], [2])
