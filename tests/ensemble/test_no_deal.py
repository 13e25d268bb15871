"""Bargaining constants given that the war went on."""

from __future__ import annotations

import numpy as np
import pytest

from ripeness.case import load
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.no_deal import GROUPS, condition, log_survival, log_survivors
from ripeness.flow import BargainingParameters, layout_of

FIELDS = BargainingParameters._fields


def candidates(count=64):
    return draw_parameters(load("ukraine"), layout_of(BargainingParameters), count, 5)


def test_survival_is_the_product_of_months_without_a_deal():
    chance = np.array([[0.1, 0.5, 0.0], [0.2, np.nan, 0.0]])
    logs = log_survival(chance, np.array([0, 1, 1]), 2)
    assert np.exp(logs) == pytest.approx([0.9 * 0.8, (0.5 + 1.0) / 2])


def test_a_certain_deal_is_ruled_out_but_stays_a_number():
    logs = log_survival(np.ones((60, 1)), np.array([0]), 1)
    assert np.isfinite(logs).all() and np.exp(logs[0]) < 1e-200


def test_survivors_never_say_never():
    logs = log_survivors(np.array([True, True, False]), np.array([0, 0, 1]), 2)
    assert np.exp(logs) == pytest.approx([2.5 / 3, 0.25])


def test_draws_under_which_the_war_would_have_ended_go():
    prior = candidates()
    row = FIELDS.index("chance_talks")
    survival = {"m1": np.where(prior[row] < np.median(prior[row]), 0.0, -50.0)}
    found = condition(prior, 32, 12, survival, lambda model: 0.5)
    assert found.draws[row].max() <= np.median(prior[row])
    assert found.effective["m1"] == pytest.approx(32.0)
    assert found.went_on["m1"] == pytest.approx(0.5, abs=0.02)
    others = [FIELDS.index(name) for name in GROUPS["r1"]]
    assert np.array_equal(found.draws[others], prior[others][:, :32])


def test_rows_of_one_model_stay_together():
    prior = candidates()
    survival = {model: np.linspace(-3, 0, 64) for model in GROUPS}
    found = condition(prior, 16, 12, survival, lambda model: 0.3)
    for names in GROUPS.values():
        rows = [FIELDS.index(name) for name in names]
        columns = {tuple(column) for column in prior[rows].T}
        assert all(tuple(column) in columns for column in found.draws[rows].T)


def test_no_news_leaves_the_prior():
    prior = candidates()
    found = condition(prior, 64, 12, {"m1": np.zeros(64)}, lambda model: 0.5)
    rows = [FIELDS.index(name) for name in GROUPS["m1"]]
    assert sorted(map(tuple, found.draws[rows].T)) == sorted(map(tuple, prior[rows].T))


def test_groups_share_no_constant():
    names = [name for group in GROUPS.values() for name in group]
    assert len(names) == len(set(names)) and set(names) <= set(FIELDS)
