"""Effort, phases and chances of what a policy announces."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ripeness.ensemble.effort import effort, lever_path
from ripeness.ensemble.plans import LATE, Announced, Coalition, phase_plan, steps_due
from ripeness.flow import Levers, layout_of

MONTHS = 12
COALITION = Coalition(0.9, 0.2, 0.0, 0.0, 12.0)


def announced(effort_path, held=0.3, talks=None, ratchet=0.0) -> Announced:
    path = np.asarray(effort_path, float)
    flat = np.full(path.size, held)
    zero = np.zeros(path.size)
    return Announced(
        path, flat, zero if talks is None else talks, zero, zero, zero + 1.0, zero + 1.0, ratchet
    )


def part(lever, full, weight=1.0, price=0.0, zero=0.0):
    return SimpleNamespace(lever=lever, full=full, weight=weight, price_usd_bn_month=price, zero=zero)


def rows(**levers):
    layout = layout_of(Levers)
    found = np.zeros((MONTHS, layout.size))
    for name, value in levers.items():
        found[:, layout[name].start : layout[name].start + layout[name].rows] = np.reshape(value, (-1, 1))
    return found


class TestEffort:
    def test_weights_and_prices(self):
        case = SimpleNamespace(
            effort=(part("secondary_sanctions", 0.8, 3.0, 2.0), part("services_ban", 1.0, 1.0, 1.0))
        )
        found = effort(case, rows(secondary_sanctions=0.4, services_ban=1.0))
        assert found.share == pytest.approx(np.full(MONTHS, (3 * 0.5 + 1) / 4))
        assert found.price_usd_bn == pytest.approx(np.full(MONTHS, 2 * 0.5 + 1.0))

    def test_a_lower_cap_is_more_effort(self):
        case = SimpleNamespace(effort=(part("price_cap_usd_bbl", 30.0, zero=60.0),))
        assert effort(case, rows(price_cap_usd_bbl=45.0)).share[0] == pytest.approx(0.5)
        assert effort(case, rows(price_cap_usd_bbl=80.0)).share[0] == 0.0
        assert effort(case, rows(price_cap_usd_bbl=10.0)).share[0] == 1.0

    def test_pulses_count_by_their_mean_over_a_year(self):
        case = SimpleNamespace(effort=(part("vessels_listed_us", 12.0),))
        pulse = np.zeros(MONTHS)
        pulse[0] = 12.0
        assert effort(case, rows(vessels_listed_us=pulse)).share == pytest.approx(np.full(MONTHS, 1 / 12))

    def test_no_list_no_effort(self):
        found = effort(SimpleNamespace(effort=()), rows(services_ban=1.0))
        assert not found.share.any() and not found.price_usd_bn.any()

    def test_a_vector_counts_by_its_largest_entry(self):
        levers = rows()
        levers[:, layout_of(Levers)["buyer_tariff"].start + 2] = 0.25
        assert lever_path(levers, "buyer_tariff").tolist() == [0.25] * MONTHS


class TestPhases:
    def test_a_policy_that_equals_its_base_never_lapses(self):
        plan = phase_plan(announced(np.full(MONTHS, 0.3)), COALITION)
        for rows_ in (plan.firm, plan.soft):
            assert rows_[:, 0, :, 0].min() == 1.0
        assert plan.pressure[:, 0] == pytest.approx(plan.pressure[:, 1])

    def test_steps_fall_due_when_effort_reaches_a_new_high(self):
        gap = np.array([0.0, 0.0, 0.4, 0.4, 0.2, 0.4, 0.41, 0.7])
        assert np.flatnonzero(steps_due(gap)).tolist() == [2, 7]

    def test_the_first_month_may_lapse_too(self):
        path = np.full(MONTHS, 1.0)
        path[0] = 0.3
        plan = phase_plan(announced(path), COALITION)
        assert plan.firm[0, 0, 0].tolist() == pytest.approx([0.9, 0.1])
        assert plan.soft[0, 0, 0].tolist() == pytest.approx([0.2, 0.8])
        assert plan.soft[3, 1, 0].tolist() == pytest.approx([LATE * 0.2, 1 - LATE * 0.2])
        assert plan.firm[1, 0, 0].tolist() == [1.0, 0.0]

    def test_failed_talks_make_a_soft_coalition_firmer(self):
        talks = np.zeros(MONTHS)
        talks[1:5] = 1.0
        path = np.where(np.arange(MONTHS) >= 6, 1.0, 0.3)
        moved = Coalition(0.9, 0.2, 0.5, 0.0, 12.0)
        plain = phase_plan(announced(path, talks=talks), COALITION)
        after = phase_plan(announced(path, talks=talks), moved)
        assert plain.soft[5, 0, 0, 0] == pytest.approx(0.2)
        assert after.soft[5, 0, 0, 0] == pytest.approx(0.55)
        assert after.firm[5, 0, 0, 0] == pytest.approx(0.9)

    def test_a_ratchet_goes_up_without_progress_and_down_with_it(self):
        plan = phase_plan(announced(np.full(MONTHS, 1.0), ratchet=6.0), COALITION)
        assert plan.executed[0].tolist() == [0.0, 0.5, 1.0]
        assert plan.firm[0, 1, 0].tolist() == pytest.approx([0.0, 1 - 0.9 / 6, 0.9 / 6])
        assert plan.firm[0, 1, 1].tolist() == pytest.approx([1 / 6, 5 / 6, 0.0])
        assert plan.firm[0, 2, 0].tolist() == pytest.approx([0.0, 0.0, 1.0])

    def test_pressure_wears_off_to_what_cannot_be_worked_around(self):
        path = np.full(400, 1.0)
        path[0] = 0.0
        learned = Coalition(0.9, 0.2, 0.0, 0.6, 12.0)
        plan = phase_plan(announced(path, held=0.0), learned)
        assert plan.pressure[1, 0] == pytest.approx(1.0)
        assert plan.pressure[13, 0] == pytest.approx(0.7, abs=0.03)
        assert plan.pressure[-1, 0] == pytest.approx(0.4, abs=1e-6)

    @settings(max_examples=50, deadline=None)
    @given(
        st.lists(st.floats(0, 1), min_size=3, max_size=20),
        st.floats(0, 1),
        st.floats(0, 1),
        st.floats(0, 0.3),
        st.floats(0, 0.8),
        st.floats(2, 40),
        st.sampled_from([0.0, 3.0, 6.0]),
    )
    def test_chances_are_chances(self, path, firm, soft, breakdown, share, half, ratchet):
        plan = phase_plan(announced(path, ratchet=ratchet), Coalition(firm, soft, breakdown, share, half))
        for rows_ in (plan.firm, plan.soft):
            assert rows_.min() >= 0.0 and rows_.sum(axis=-1) == pytest.approx(np.ones(rows_.shape[:-1]))
        assert plan.pressure.min() >= 0.0 and plan.pressure.max() <= 1.0
