"""The blocks of the war: balances, corners of the priors, signs of levers, closed forms, and the record taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import ripeness
from ripeness.case import prior_from
from ripeness.ensemble.war_month import MoneySignal, simulate_war_month
from ripeness.ensemble.war_start import initial_war_state
from ripeness.flow import Levers, layout_of
from ripeness.flow.axes import WAR_SITES
from ripeness.flow.war import WarMonth, WarOutputs, WarParameters, WarShocks, WarState
from ripeness.world.air_war import intercepted_share
from ripeness.world.assimilation import Reader
from ripeness.world.chest import strain
from ripeness.world.forces import delivery_rate
from ripeness.world.front import advance_chance, expected_change, front, front_drift, front_spread

PRIORS = yaml.safe_load(
    (Path(ripeness.__file__).parent / "cases" / "common" / "parameters.yaml").read_text()
)["parameters"]
PARAMS, LEVERS, MONTH = layout_of(WarParameters), layout_of(Levers), layout_of(WarMonth)
SHOCKS = layout_of(WarShocks)
SHARES = (
    "squeeze",
    "partner_share_d",
    "drones_stopped_share",
    "missiles_stopped_share",
    "power_damage_share",
    "advance_chance",
    "support_a",
    "support_d",
    "support_coalition",
    "support_patron",
)
FULL = dict.fromkeys(Levers._fields, 1.0) | {"pressure_relief": 0.5}


def from_priors(points: np.ndarray) -> WarParameters:
    """Parameters at probabilities (P, N) of the common priors."""
    rows = [prior_from(spec["prior"]).ppf(u) for spec, u in zip(PRIORS, points, strict=True)]
    return PARAMS.unpack(np.stack(rows))


def drawn(members: int = 256, seed: int = 1) -> WarParameters:
    return from_priors(np.random.default_rng(seed).uniform(0.02, 0.98, (PARAMS.size, members)))


def month_of(record: dict[str, tuple[float, float]] | None = None, **facts: float) -> WarMonth:
    """One month of war; `record` holds (value, sd) by site."""
    row = np.zeros((MONTH.size, 1))
    for name, value in ({"war_on": 1.0} | facts).items():
        row[MONTH[name].start] = value
    for site, (value, sd) in (record or {}).items():
        i = WAR_SITES.index(site)
        for field, entry in (("war_observed", value), ("war_observed_sd", sd), ("war_present", 1.0)):
            row[MONTH[field].start + i] = entry
    return MONTH.unpack(row)


def levers_of(values: dict[str, float]) -> Levers:
    row = np.zeros((LEVERS.size, 1))
    for name, value in values.items():
        row[LEVERS[name].start : LEVERS[name].start + LEVERS[name].rows] = value
    return LEVERS.unpack(row)


class War:
    """A run: outputs by name (T, ...), states, and the shocks used."""

    def __init__(
        self,
        params: WarParameters,
        months: list[WarMonth],
        levers: dict[str, float] | None = None,
        shocks: list[WarShocks] | None = None,
        state: WarState | None = None,
        reference: float = 1.0,
        drawing_from: int = 0,
        money: MoneySignal | None = None,
        seed: int = 7,
    ) -> None:
        members = np.shape(params.area_initial_km2)[-1]
        rng = np.random.default_rng(seed)
        state = initial_war_state(params) if state is None else state
        self.outputs: list[WarOutputs] = []
        self.states: list[WarState] = []
        self.shocks: list[WarShocks] = []
        self.counting: list[float] = []
        row = levers_of(levers or {})
        for t, month in enumerate(months):
            own = SHOCKS.unpack(rng.standard_normal((SHOCKS.size, members))) if shocks is None else shocks[t]
            drawing = float(t >= drawing_from)
            state, outputs, used = simulate_war_month(
                state, params, row, month, own, Reader(reference, drawing), drawing, money, np
            )
            self.outputs.append(outputs)
            self.states.append(state)
            self.shocks.append(used)

    def __getitem__(self, name: str) -> np.ndarray:
        return np.stack([getattr(outputs, name) for outputs in self.outputs])


def leaves(value: Any) -> list[np.ndarray]:
    return [np.asarray(part) for part in value]


# priors


def test_every_parameter_has_one_common_prior_and_a_neutral_value():
    assert [spec["name"] for spec in PRIORS] == list(PARAMS.row_labels)
    for spec in PRIORS:
        assert spec["block"] in ("chest", "forces", "air_war", "front", "opinion")
        assert spec["source"] and spec["label"] and spec["identification"]
        assert np.isfinite(spec["neutral"])


def test_neutral_values_move_nothing():
    params = PARAMS.unpack(np.repeat([[float(spec["neutral"])] for spec in PRIORS], 8, axis=1))
    war = War(params, [month_of()] * 24, FULL)
    start = initial_war_state(params)
    for name in ("manpower_a", "manpower_d", "area_km2", "support", "chest_months"):
        before, after = np.asarray(getattr(start, name)), np.asarray(getattr(war.states[-1], name))
        np.testing.assert_allclose(after, before, atol=0.03, err_msg=name)
    for name in ("losses_a", "drones_launched", "missiles_launched", "power_damage_share", "squeeze"):
        assert np.abs(war[name]).max() < 1e-4, name
    # Only what a lever itself brings: arms that are given are delivered.
    assert np.abs(War(params, [month_of()] * 6)["aid_delivered_usd_bn"]).max() == 0.0


# balances and corners


def test_people_and_aid_balance():
    war = War(drawn(), [month_of()] * 60, {"extra_military_aid_usd_bn": 2.0, "aid_withheld": 0.4})
    assert np.abs(war["people_residual"]).max() < 1e-8
    assert np.abs(war["aid_residual"]).max() < 1e-9


def test_aid_allocated_is_delivered_or_on_the_way():
    params = drawn()
    war = War(params, [month_of()] * 40, {"financial_aid_withheld": 1.0})
    on_the_way = war.states[-1].aid_pipeline.sum(axis=0)
    np.testing.assert_allclose(
        war["aid_allocated_usd_bn"].sum(0), war["aid_delivered_usd_bn"].sum(0) + on_the_way
    )


@pytest.mark.parametrize("levers", [{}, FULL], ids=["no lever", "all levers"])
def test_nothing_breaks_in_the_corners_of_the_priors(levers):
    corners = np.random.default_rng(3).choice([1e-3, 1 - 1e-3], (PARAMS.size, 512))
    record = dict.fromkeys(WAR_SITES, (0.0, 0.05))
    months = [month_of(record if t % 7 == 3 else None, truce=float(t % 5 == 0)) for t in range(48)]
    war = War(from_priors(corners), months, levers, drawing_from=36)
    for record_ in (*war.outputs, *war.states, *war.shocks):
        for name, value in zip(record_._fields, record_, strict=True):
            assert np.isfinite(value).all(), name
    for name in SHARES:
        assert ((war[name] >= 0.0) & (war[name] <= 1.0)).all(), name
    for name in ("manpower_a", "manpower_d", "aid_allocated_usd_bn", "drones_launched"):
        assert (war[name] >= 0.0).all(), name
    assert (war["territory_km2"] >= 0.0).all()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_nothing_or_all_is_read_without_infinities(share):
    record = {name: (share, 0.02) for name in WAR_SITES if "share" in name or "support" in name}
    war = War(drawn(64), [month_of(record)] * 3, drawing_from=3)
    assert np.isfinite(war.states[-1].war_log_likelihood).all()
    before = War(drawn(64), [month_of()] * 3, drawing_from=3)
    for name in ("support_a", "support_d", "drones_stopped_share"):
        assert (np.abs(war[name][-1] - share) < np.abs(before[name][-1] - share)).all(), name


def test_sums_run_over_counted_months_only():
    war = War(drawn(32), [month_of()] * 20, drawing_from=8)
    for total, flow in (
        ("cum_losses_a", "losses_a"),
        ("cum_dead_d", "dead_d"),
        ("cum_civilian_harm", "civilian_harm"),
        ("cum_aid_usd_bn", "aid_allocated_usd_bn"),
        ("cum_drones", "drones_launched"),
    ):
        np.testing.assert_allclose(war[total][-1], war[flow][8:].sum(0))


def test_without_war_nobody_fights_and_with_a_truce_nothing_flies():
    params = drawn(32)
    still = War(params, [month_of(war_on=0.0)] * 4)
    for name in ("losses_a", "losses_d", "recruits_a", "drones_launched", "aid_allocated_usd_bn"):
        assert (still[name] == 0.0).all(), name
    np.testing.assert_array_equal(still["territory_km2"][-1], params.area_initial_km2)
    assert (War(params, [month_of(truce=1.0)] * 2)["drones_launched"] == 0.0).all()


# levers

SIGNED = {
    "cost_pressure": {"chest_months": -1, "squeeze": 1, "drones_launched": -1, "territory_km2": -1},
    "arms_denial": {"combat_ratio_log": -1, "territory_km2": -1},
    "extra_military_aid_usd_bn": {
        "aid_delivered_usd_bn": 1,
        "partner_share_d": 1,
        "missiles_stopped_share": 1,
        "territory_km2": -1,
    },
    "aid_withheld": {"aid_delivered_usd_bn": -1, "missiles_stopped_share": -1, "territory_km2": 1},
    "extra_financial_aid_usd_bn": {"financing_gap_d_usd_bn": -1, "territory_km2": -1},
    "financial_aid_withheld": {"financing_gap_d_usd_bn": 1, "territory_km2": 1},
    "extra_interceptors": {"drones_stopped_share": 1, "missiles_stopped_share": 1, "power_damage_share": -1},
    "air_shield": {"drones_stopped_share": 1, "missiles_stopped_share": 1, "power_damage_share": -1},
}
"""What a lever moves after two years, and in which direction."""

OF_A_PARAMETER = {
    "talks": ("support_a", "opinion_talks"),
    "guarantee_deterrence": ("support_d", "opinion_guarantee"),
    "guarantee_denial": ("support_d", "opinion_guarantee"),
    "narrative": ("narrative_shift", "narrative_effect"),
}
"""Levers on opinion: the one output they move, and the parameter that gives the sign."""


def test_every_lever_of_the_war_has_a_sign():
    money = set(Levers._fields[: Levers._fields.index("pressure_relief")])
    elsewhere = {"pressure_relief", "pressure_to_talk"}
    assert set(SIGNED) | set(OF_A_PARAMETER) | elsewhere == set(Levers._fields) - money


def two_years(levers: dict[str, float], base: dict[str, float] | None = None) -> tuple[War, War]:
    """The same members and shocks with and without levers."""
    params = drawn(400)
    months = [month_of()] * 24
    return War(params, months, base or {}), War(params, months, dict(base or {}, **levers))


@pytest.mark.parametrize("lever", SIGNED)
def test_a_lever_moves_what_it_acts_on(lever):
    short = {"financial_aid_withheld": 0.9} if lever == "extra_financial_aid_usd_bn" else {}
    before, after = two_years({lever: 1.0}, short)
    for name, sign in SIGNED[lever].items():
        change = sign * (after[name][-1] - before[name][-1])
        # Losses, recruits and support answer too, so that a few members may turn in the end.
        assert (change > -1e-9).mean() > 0.93, name
        assert (change > 0.0).mean() > 0.5, name


@pytest.mark.parametrize(
    ("lever", "losses", "sign"),
    [("extra_military_aid_usd_bn", "losses_a", 1), ("arms_denial", "losses_d", -1)],
)
def test_fires_cost_the_other_side_men(lever, losses, sign):
    before, after = two_years({lever: 1.0})
    change = sign * (after[losses][6] - before[losses][6])
    manpower = before[losses.replace("losses", "manpower")][6]
    free = before[losses][6] < 0.2 * manpower
    assert free.mean() > 0.8 and (change[free] > 0.0).mean() > 0.97


def test_relief_gives_back_part_of_the_pressure():
    before, after = two_years({"pressure_relief": 0.5}, {"cost_pressure": 1.0})
    assert (after["chest_months"][-1] >= before["chest_months"][-1]).all()
    assert (after["chest_months"][-1] > before["chest_months"][-1]).mean() > 0.8


@pytest.mark.parametrize("lever", OF_A_PARAMETER)
def test_a_lever_on_opinion_moves_that_and_nothing_else(lever):
    output, parameter = OF_A_PARAMETER[lever]
    before, after = two_years({lever: 1.0})
    size = getattr(drawn(400), parameter)
    np.testing.assert_array_equal(np.sign(after[output][-1] - before[output][-1]), np.sign(size))
    for name in set(WarOutputs._fields) - {output, "war_log_likelihood", "people_residual"}:
        np.testing.assert_allclose(after[name], before[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_pressure_to_talk_acts_at_the_table_only():
    before, after = two_years({"pressure_to_talk": 1.0})
    for name in WarOutputs._fields:
        np.testing.assert_array_equal(after[name], before[name], err_msg=name)


def test_aid_acts_through_deliveries_and_not_at_once():
    before, after = two_years({"extra_military_aid_usd_bn": 1.0})
    for name in ("chest_months", "recruits_a", "losses_d", "drones_launched"):
        np.testing.assert_allclose(after[name][0], before[name][0], rtol=1e-9, err_msg=name)
    gained = after["aid_delivered_usd_bn"] - before["aid_delivered_usd_bn"]
    assert (gained[0] < gained[-1]).all()


def test_a_treasury_strains_the_war():
    params = drawn(64)
    full = np.ones(64)
    calm = War(params, [month_of()] * 12, money=MoneySignal(60.0 * full, 0.0 * full))
    short = War(params, [month_of()] * 12, money=MoneySignal(2.0 * full, 0.0 * full))
    unpaid = War(params, [month_of()] * 12, money=MoneySignal(60.0 * full, 0.2 * full))
    assert (calm["squeeze"][-1] < 0.01).all()
    assert (short["squeeze"][-1] > calm["squeeze"][-1]).all() and (unpaid["squeeze"][-1] > 0.4).all()
    assert (unpaid["recruits_a"][-1] <= calm["recruits_a"][-1] + 1e-9).all()
    np.testing.assert_array_equal(short["chest_months"][-1], 2.0 * full)


def test_what_nobody_sees_of_the_chest_is_drawn_at_the_origin():
    members = 20_000
    one = drawn(1)
    full = np.ones(members)
    params = WarParameters(*(np.asarray(value) * full for value in one))
    params = params._replace(chest_initial_months=100.0 * full, chest_sd_month=0.8 * full)
    war = War(params, [month_of()] * 10, drawing_from=9)
    assert np.ptp(war["chest_months"][8]) == 0.0
    assert war["chest_months"][9].std() == pytest.approx(0.8 * np.sqrt(10.0), rel=0.03)


@given(st.floats(0, 200), st.floats(0, 1), st.floats(0.1, 10), st.floats(0.3, 5))
def test_strain_is_a_share_and_falls_with_months_in_hand(months, uncovered, at, width):
    params = drawn(1)._replace(chest_strain_months=at, strain_width=width)
    here = strain(months, uncovered, params, np)
    assert 0.0 <= here <= 1.0
    assert (
        strain(months + 1.0, uncovered, params, np)
        <= here
        <= strain(months, uncovered + 0.1, params, np) + 1e-12
    )


# closed forms


def test_interception_saturates():
    come = np.array([1e-4, 0.1, 1.0, 10.0, 1e4])
    share = intercepted_share(come, 1.0, 0.9, 1.5, np)
    assert (np.diff(share) < 0.0).all()
    assert share[0] == pytest.approx(0.9, abs=1e-3) and share[-1] < 1e-4
    assert share[2] == pytest.approx(0.45)
    leaked = come * (1.0 - share)
    assert (np.diff(leaked) > 0.0).all()


@pytest.mark.parametrize("delay", [2.0, 6.0, 12.0])
def test_two_stages_deliver_all_with_the_mean_delay(delay):
    rate = delivery_rate(delay)
    stages, delivered = np.zeros(2), []
    for t in range(600):
        first = stages[0] + (t == 0)
        second = stages[1] + rate * first
        delivered.append(rate * second)
        stages = np.array([(1 - rate) * first, (1 - rate) * second])
    when = np.arange(600)
    assert sum(delivered) == pytest.approx(1.0)
    assert when @ delivered == pytest.approx(delay)
    # Two geometric stages; an Erlang delay of two stages has the variance delay^2 / 2.
    assert when**2 @ delivered - delay**2 == pytest.approx(delay**2 / 2 + delay)


def test_the_front_moves_by_the_contest_of_powers():
    params = drawn(64)
    ratio = np.random.default_rng(2).normal(0, 0.5, 64)
    change, chance = expected_change(ratio, params, np)
    powers = np.exp(ratio)
    np.testing.assert_allclose(chance, advance_chance(powers, np.ones(64), params.combat_exponent, np))
    np.testing.assert_allclose(
        chance, powers**params.combat_exponent / (powers**params.combat_exponent + 1.0)
    )
    steps = 20.0
    drift = front_drift(chance, params.front_activity, steps)
    np.testing.assert_allclose(change, drift * steps * params.front_step_km2)


def test_drift_and_variance_of_the_front_are_those_of_the_walk():
    """With the noise of one step at a time, mean and variance are phi (2p - 1) and phi less its square."""
    members = 40_000
    one = {name: float(np.ravel(value)[0]) for name, value in drawn(1)._asdict().items()}
    phi, step, ratio, exponent = 0.3, 500.0, 0.4, 1.5
    chance = float(advance_chance(np.exp(ratio), 1.0, exponent, np))
    full = np.ones(members)
    params = drawn(1)._replace(
        front_activity=phi * full,
        front_step_km2=step * full,
        combat_exponent=exponent * full,
        combat_persistence=one["combat_persistence"] * full,
        combat_sd=0.0 * full,
        front_sd_km2=step * front_spread(chance, phi, 1.0, np) * full,
        area_initial_km2=1e6 * full,
    )
    shocks = SHOCKS.unpack(np.random.default_rng(5).standard_normal((SHOCKS.size, members)))
    zero = np.zeros(members)
    state = initial_war_state(params)._replace(
        area_variance=zero, combat_error=zero, combat_variance=zero, front_covariance=zero
    )
    _, line = front(state, params, month_of(), shocks, Reader(1.0, 1.0), ratio + zero, np)
    mean = step * phi * (2 * chance - 1)
    spread = step * np.sqrt(phi - (phi * (2 * chance - 1)) ** 2)
    assert line.change_km2.mean() == pytest.approx(mean, abs=4 * spread / np.sqrt(members))
    assert line.change_km2.std() == pytest.approx(spread, rel=0.02)


# the record


RECORD = {
    "territory_km2": (10_200.0, 40.0),
    "territory_change_second_km2": (150.0, 120.0),
    "drones_launched": (2.0, 0.05),
    "drones_stopped_share": (0.85, 0.02),
    "missiles_launched": (0.12, 0.005),
    "missiles_stopped_share": (0.6, 0.05),
    "claimed_losses_a": (25.0, 1.0),
    "aid_allocated_usd_bn": (5.0, 0.2),
    "support_a": (0.5, 0.02),
    "support_d": (0.35, 0.02),
    "support_coalition": (0.4, 0.02),
    "support_patron": (0.3, 0.02),
}


def test_a_sharp_record_is_followed():
    sharp = {site: (value, sd * 1e-3) for site, (value, sd) in RECORD.items() if "second" not in site}
    params = drawn(64)._replace(manpower_a_initial=np.full(64, 400.0))
    war = War(params, [month_of(sharp)] * 2, drawing_from=2)
    for site, (value, _) in sharp.items():
        np.testing.assert_allclose(war[site][-1], value, rtol=0.01, err_msg=site)


def test_only_the_site_observed_gets_a_likelihood():
    for i, site in enumerate(WAR_SITES):
        war = War(drawn(8), [month_of({site: RECORD[site]})], drawing_from=1)
        told = (war.states[-1].war_log_likelihood != 0.0).any(axis=1)
        assert list(np.flatnonzero(told)) == [i], site


def test_another_policy_meets_the_history_that_the_record_implies():
    """With the same levers, the shocks used give the reference's war to the last digit or so."""
    params = drawn(128)
    months = [month_of(RECORD if t < 12 and t % 2 else None, season=0.1 * (t % 3)) for t in range(24)]
    first = War(params, months, drawing_from=12)
    second = War(params, months, shocks=first.shocks, reference=0.0, drawing_from=12)
    for name in set(WarOutputs._fields) - {"war_log_likelihood", "people_residual", "aid_residual"}:
        np.testing.assert_allclose(second[name], first[name], rtol=1e-7, atol=1e-9, err_msg=name)
    assert (second.states[-1].war_log_likelihood == 0.0).all()


def test_the_front_is_filtered_as_a_dense_gaussian():
    """Three months, two institutes, gaps: mean, variance and likelihood of the exact conditional where p is linear."""
    months = [
        {"territory_change_second_km2": (60.0, 90.0)},
        {},
        {"territory_km2": (10_180.0, 30.0), "territory_change_second_km2": (40.0, 70.0)},
    ]
    one = np.ones(1)
    rho, sd, noise, phi, step, g = 0.8, 1e-3, 50.0, 0.3, 1e6, 1.0
    params = drawn(1)._replace(
        combat_persistence=rho * one,
        combat_sd=sd * one,
        front_sd_km2=noise * one,
        front_activity=phi * one,
        front_step_km2=step * one,
        combat_exponent=g * one,
        area_initial_km2=1e4 * one,
    )
    shocks = SHOCKS.unpack(np.zeros((SHOCKS.size, 1)))
    state, density = initial_war_state(params), 0.0
    for record in months:
        state, line = front(state, params, month_of(record), shocks, Reader(1.0, 0.0), 0.0 * one, np)
        density = density + line.log_likelihood_area + line.log_likelihood_change

    slope = phi * step * g / 2.0
    # Unknowns: combat shocks z1..z3 and noises n1..n3; rows: changes of the months, then area at the end.
    errors = np.array([[rho ** (t - k) * sd if k <= t else 0.0 for k in range(3)] for t in range(3)])
    changes = np.hstack([slope * errors, noise * np.eye(3)])
    area = changes.sum(axis=0)
    seen = np.stack([changes[0], area, changes[2]])
    value = np.array([60.0, 180.0, 40.0])
    total = seen @ seen.T + np.diag([90.0**2, 30.0**2, 70.0**2])
    told = np.stack([np.hstack([errors[2], np.zeros(3)]), area])
    gain = told @ seen.T @ np.linalg.inv(total)
    mean, variance = gain @ value, told @ told.T - gain @ seen @ told.T
    exact = -0.5 * (value @ np.linalg.solve(total, value) + np.linalg.slogdet(2 * np.pi * total)[1])
    assert state.combat_error[0] == pytest.approx(mean[0], rel=1e-4)
    assert state.area_km2[0] - 1e4 == pytest.approx(mean[1], rel=1e-4)
    assert state.combat_variance[0] == pytest.approx(variance[0, 0], rel=1e-4)
    assert state.area_variance[0] == pytest.approx(variance[1, 1], rel=1e-4)
    assert state.front_covariance[0] == pytest.approx(variance[0, 1], rel=1e-3)
    assert density[0] == pytest.approx(exact, rel=1e-5)
