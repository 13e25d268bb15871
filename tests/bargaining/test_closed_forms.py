"""Bargains, wars, learning and sequencing whose answer is known, by formula and by brute force."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ripeness.bargaining.closed_forms import (
    alternating_offers,
    bargaining_range,
    fall_limit,
    long_war,
    random_proposer,
    ratchet_limit,
    rise_limit,
    risk_and_return,
    war_before_fall,
    war_before_rise,
)
from ripeness.bargaining.hazard import median_months, monthly_chance, settlement_chance, survival
from ripeness.bargaining.learning import (
    battles_to_agree,
    believed_chance,
    believed_firm,
    believed_gap,
    persuasion,
)
from ripeness.bargaining.sequencing import (
    Opponent,
    flexible_threshold,
    loss_pressing,
    loss_talking_first,
    pressure_left,
    stalling,
    worth_of_holding,
)
from ripeness.bargaining.spatial import outcome_shares, support, votes, win_chances
from ripeness.base import RipenessError

ORACLES = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parents[1] / "oracles.json").read_text())
}

A, D = (6.0, 4.0), (4.0, 6.0)
"""Beta counts of A's wins and losses in battle, as A and as D see them (B09, B10)."""


def b01(g):
    first = alternating_offers(g["delta_1"], g["delta_2"])
    return {"share_1": first, "share_2": 1.0 - first}


def b02(g):
    low, high = (random_proposer(g["xi"], cost, g["cD"], g["alpha"]) for cost in (g["cA"], g["cA_high"]))
    return {"vA": low, "vA_high_pressure": high, "dvA_dcA": (high - low) / (g["cA_high"] - g["cA"])}


def b05(g):
    found = {}
    for p in ("0.55", "0.50", "0.45"):
        war = long_war(g["N"], g["n_A"], float(p), 0.3)
        found |= {f"win_p{p}": war.win, f"battles_p{p}": war.battles, f"months_p{p}_phi0.3": war.months}
    return found


def b08(g):
    limit = rise_limit(g["delta"], g["p_t"], g["cA"], g["cD"])
    return {
        "threshold_p_next": limit,
        "lhs_at_0p8": g["delta"] * 0.8 - g["p_t"],
        "rhs": g["delta"] * limit - g["p_t"],
    }


def b09(_):
    return {
        f"mean_{side}_k{wins}_n{battles}": believed_chance(*prior, wins, battles)
        for side, prior in (("A", A), ("D", D))
        for wins, battles in ((0, 0), (10, 20), (14, 20))
    }


def b10(g):
    forts, held = g["N"], g["n_A"]
    first = battles_to_agree(A, D, forts, held, g["cA_plus_cD"])
    before, after = believed_gap(A, D, forts, held, [first - 2, first])
    return {
        "initial_gap": believed_gap(A, D, forts, held, 0),
        "first_even_m": first,
        "gap_at_m": after,
        "gap_at_m_minus_2": before,
    }


def b11(g):
    told = (g["prior_firm"], g["P_keep_firm"], g["P_keep_soft"])
    return {
        "after_kept": believed_firm(*told, [True]),
        "after_kept_then_lapsed": believed_firm(*told, [True, False]),
    }


def b12(g):
    def at(relief):
        return stalling(
            delta=g["delta"],
            share=g["xi"],
            cost=g["c0"],
            pressure_cost=g["kappa"] * g["q"],
            relief=relief,
            talks_end=g["talks_end_hazard"],
            settle_now=g["y_now"],
            settle_late=g["y_late"],
            late_chance=g["war_settle_hazard"],
        )

    none, full = at(0.0), at(1.0)
    return {
        "V_war": none.war,
        "V_settle_now": none.settle,
        "V_stall_no_relief": none.stall,
        "V_stall_full_relief": full.stall,
        "threshold_relief": none.threshold_relief,
    }


def b15(_):
    chance = settlement_chance(-4.0 + 0.8 * 1.0 - 0.5 * 0.6)
    return {
        "monthly_hazard": chance,
        "S12": survival(chance, 12),
        "S36": survival(chance, 36),
        "median_months": median_months(chance),
    }


def b16(g):
    position, salience = (np.array([g[key]]) for key in ("position", "salience"))
    wins = win_chances(support(votes(position, salience), np.array(g["capability"])))
    shares = outcome_shares(wins)
    return {
        "P12": wins[0, 1],
        "P13": wins[0, 2],
        "P23": wins[1, 2],
        "pi_1": shares[0],
        "pi_2": shares[1],
        "pi_3": shares[2],
        "mean_position": (shares * position).sum(),
    }


def b17(g):
    found = persuasion(g["prior"], g["action_threshold"])
    return {
        "max_prob_action": found.prob_action,
        "posterior_if_persuaded": found.posterior,
        "P_signal_given_bad_state": found.signal_if_false,
    }


MODEL = {
    "B01": b01,
    "B02": b02,
    "B03": lambda g: bargaining_range(g["p"], g["cA"], g["cB"])._asdict(),
    "B04": lambda g: risk_and_return(g["p"], g["cA"], g["cbar"])._asdict(),
    "B05": b05,
    "B08": b08,
    "B09": b09,
    "B10": b10,
    "B11": b11,
    "B12": b12,
    "B15": b15,
    "B16": b16,
    "B17": b17,
}

INNER = st.floats(0.05, 0.95)
COSTS = st.floats(0.0, 0.5)
PATIENCE = st.floats(0.5, 0.99)


@pytest.mark.parametrize("name", MODEL)
def test_the_closed_form_gives_the_known_number(name):
    oracle = ORACLES[name]
    found = MODEL[name](oracle["inputs"])
    for key, expected in oracle["expected"].items():
        assert float(found[key]) == pytest.approx(expected, abs=oracle["tol"], rel=oracle["tol"]), key


@given(PATIENCE, PATIENCE)
def test_alternating_offers_leave_the_second_indifferent(first, second):
    """What the second side gets is what it would get a round later as the one who offers."""
    assert 1.0 - alternating_offers(first, second) == pytest.approx(
        second * alternating_offers(second, first)
    )


@given(INNER, COSTS, COSTS, INNER)
def test_a_unit_of_pressure_moves_terms_by_the_chance_that_the_other_offers(share, cost_a, cost_d, proposer):
    moved = random_proposer(share, cost_a + 0.1, cost_d, proposer) - random_proposer(
        share, cost_a, cost_d, proposer
    )
    assert moved == pytest.approx(-(1.0 - proposer) * 0.1)


def test_without_costs_or_with_gains_from_war_there_is_no_deal():
    assert random_proposer(0.4, -0.3, 0.1, 0.7) == pytest.approx(0.7)
    assert bargaining_range(0.6, -0.2, 0.1).width < 0.0


@given(INNER, COSTS, st.floats(0.05, 1.0))
def test_no_other_demand_is_worth_more(win, cost, cost_max):
    """B4 against a search over every demand."""
    demand = risk_and_return(win, cost, cost_max)
    offers = np.linspace(0.0, 1.0, 2001)
    war = np.clip((offers - win) / cost_max, 0.0, 1.0)
    values = (1.0 - war) * offers + war * (win - cost)
    assert demand.value >= values.max() - 1e-9
    assert 0.0 <= demand.prob_war <= 1.0


@given(st.integers(2, 30), st.data(), st.floats(0.1, 0.9))
def test_the_long_war_solves_its_own_recursion(forts, data, win):
    held = data.draw(st.integers(1, forts - 1))
    here, up, down = (long_war(forts, n, win, 1.0) for n in (held, held + 1, held - 1))
    assert here.win == pytest.approx(win * up.win + (1.0 - win) * down.win, abs=1e-9)
    assert here.battles == pytest.approx(1.0 + win * up.battles + (1.0 - win) * down.battles, rel=1e-6)


@given(st.integers(1, 40), st.data(), st.floats(0.02, 0.98))
def test_what_one_side_wins_the_other_loses(forts, data, win):
    held = data.draw(st.integers(0, forts))
    ours, theirs = long_war(forts, held, win, 0.3), long_war(forts, forts - held, 1.0 - win, 0.3)
    assert ours.win + theirs.win == pytest.approx(1.0, abs=1e-9)
    assert ours.months == pytest.approx(theirs.months, rel=1e-6, abs=1e-6)


def test_the_long_war_passes_smoothly_through_even_odds():
    chances = 0.5 + np.array([-2e-6, -1e-7, 0.0, 1e-7, 2e-6])
    war = long_war(20, 7, chances, 1.0)
    assert np.all(np.diff(war.win) >= 0.0)
    assert war.battles == pytest.approx(np.full(5, 91.0), rel=1e-4)


def test_the_longest_fronts_do_not_overflow():
    war = long_war(5000, 2500, np.array([0.01, 0.99]), 1.0)
    assert war.win == pytest.approx([0.0, 1.0], abs=1e-12)
    assert np.all(np.isfinite(war.battles))


@given(PATIENCE, INNER, COSTS, COSTS)
def test_a_shift_of_power_is_dangerous_in_both_directions(delta, chance, cost_a, cost_d):
    """B7 mirrored: swapping the sides turns a rise into a fall."""
    rise = rise_limit(delta, chance, cost_a, cost_d)
    assert fall_limit(delta, 1.0 - chance, cost_d, cost_a) == pytest.approx(1.0 - rise)
    nearby = np.clip([rise - 1e-6, rise + 1e-6], 0.0, 1.0)
    assume(0.0 < rise < 1.0 and nearby[0] < rise < nearby[1])
    assert war_before_rise(delta, chance, nearby, cost_a, cost_d).tolist() == [False, True]
    assert war_before_fall(delta, 1.0 - chance, 1.0 - nearby, cost_d, cost_a).tolist() == [False, True]


@given(PATIENCE, INNER, COSTS, COSTS)
def test_the_dangerous_shift_is_where_no_deal_pays_both(delta, chance, cost_a, cost_d):
    """B7 by the bargain itself: D can buy peace for good while A cannot promise not to use its later strength."""
    limit = float(rise_limit(delta, chance, cost_a, cost_d))
    # D fights now and keeps 1 - p - c_D for ever, or takes all of this month and then what A, grown strong, leaves.
    fight = (1.0 - chance - cost_d) / (1.0 - delta)
    wait = 1.0 + delta * (1.0 - (limit - cost_a)) / (1.0 - delta)
    assert (wait - fight) * (1.0 - delta) == pytest.approx(0.0, abs=1e-9)


@given(PATIENCE, INNER, COSTS, COSTS)
def test_a_ratchet_may_step_further_where_war_costs_more(delta, chance, cost_a, cost_d):
    step = ratchet_limit(delta, chance, cost_a, cost_d)
    assert ratchet_limit(delta, chance, cost_a + 0.1, cost_d) > step
    assert ratchet_limit(delta, chance, cost_a, cost_d + 0.1) > step
    assert step == pytest.approx(chance - fall_limit(delta, chance, cost_a, cost_d))


@given(st.integers(0, 40), st.data())
def test_beliefs_meet_in_what_was_seen(wins, data):
    battles = wins + data.draw(st.integers(0, 40))
    a, d = (believed_chance(*prior, wins, battles) for prior in (A, D))
    assert a - d == pytest.approx(2.0 / (10.0 + battles))


def test_gaps_close_with_battles_and_costs_shorten_the_wait():
    gaps = believed_gap(A, D, 10, 5, np.arange(0, 200, 10))
    assert np.all(np.diff(gaps) < 0.0)
    waits = [battles_to_agree(A, D, 10, 5, costs) for costs in (0.05, 0.1, 0.2, 0.4, 0.8)]
    assert waits == sorted(waits, reverse=True) and waits[-1] == 0


@given(INNER, INNER, INNER)
def test_reputation_moves_with_the_deed_of_the_likelier_type(prior, firm, soft):
    kept, lapsed = (believed_firm(prior, firm, soft, [deed]) for deed in (True, False))
    told = prior * firm + (1.0 - prior) * soft
    assert told * kept + (1.0 - told) * lapsed == pytest.approx(prior)
    assert (kept - prior) * (firm - soft) >= -1e-12


@given(INNER, INNER)
def test_persuasion_leaves_beliefs_right_on_average(prior, threshold):
    found = persuasion(prior, threshold)
    signal = prior + (1.0 - prior) * found.signal_if_false
    assert signal == pytest.approx(found.prob_action)
    assert signal * found.posterior == pytest.approx(prior)
    assert found.posterior >= threshold - 1e-12 or found.prob_action == pytest.approx(1.0)


def test_a_month_of_war_leaves_the_share_that_survival_says():
    assert survival(monthly_chance(0.61, 9), 9) == pytest.approx(0.61)
    assert survival(0.0293, median_months(0.0293)) == pytest.approx(0.5)
    assert median_months(0.0) == np.inf


def test_published_forecasts_of_march_2025_as_monthly_chances():
    """61, 26 and 56 % on no ceasefire in the nine months that were left of 2025; none came."""
    assert monthly_chance([0.61, 0.26, 0.56], 9.0) == pytest.approx([0.0534, 0.1390, 0.0624], abs=1e-4)


@given(st.floats(0.8, 0.99), st.floats(0.0, 0.9), st.floats(0.0, 0.3), st.floats(0.01, 0.3))
def test_stalling_is_the_sum_of_its_months(delta, relief, pressure, end):
    """B14 against a sum over 3,000 months."""
    case = {
        "delta": delta,
        "share": 0.45,
        "cost": 0.05,
        "pressure_cost": pressure,
        "talks_end": end,
        "settle_now": 0.3,
        "settle_late": 0.32,
        "late_chance": 0.05,
    }
    found = stalling(relief=relief, **case)
    month = np.arange(3000)
    lasts = (delta * (1.0 - end)) ** month
    summed = (lasts * (0.4 - pressure * (1.0 - relief) + delta * end * found.war)).sum()
    assert found.stall == pytest.approx(summed)
    assume(0.0 < found.threshold_relief < 1.0)
    at_threshold = stalling(relief=found.threshold_relief, **case)
    assert at_threshold.stall == pytest.approx(at_threshold.settle)


def test_relief_that_buys_nothing_leaves_stalling_to_the_war_itself():
    case = {"delta": 0.98, "share": 0.45, "cost": 0.05, "pressure_cost": 0.0, "relief": 0.5}
    case |= {"talks_end": 0.1, "settle_late": 0.32, "late_chance": 0.05}
    assert stalling(settle_now=0.9, **case).threshold_relief == np.inf
    assert stalling(settle_now=0.1, **case).threshold_relief == -np.inf


OPPONENT = Opponent(0.15, 0.10, 0.03)


@given(INNER, st.floats(0.9, 0.99), st.floats(0.0, 0.5), st.integers(0, 24))
def test_losses_are_the_sums_of_their_months(flexible, delta, extra, months):
    """B15 and B16 against month-by-month sums over survival."""

    def summed(in_talks: float, pressed: float, talking: int) -> float:
        alive, total = 1.0, 0.0
        for t in range(4000):
            under = t >= talking
            total += alive * delta**t * (1.0 + extra * under)
            alive *= 1.0 - (pressed if under else in_talks)
        return total

    for talking, found in (
        (0, loss_pressing(flexible, delta, extra, OPPONENT)),
        (months, loss_talking_first(flexible, delta, extra, OPPONENT, months)),
    ):
        expected = flexible * summed(0.15, 0.10, talking) + (1.0 - flexible) * summed(0.0, 0.03, talking)
        assert found == pytest.approx(expected, rel=1e-6)


@given(st.floats(0.9, 0.99), st.floats(0.0, 0.5), st.integers(1, 24))
def test_talking_first_is_better_above_the_threshold_only(delta, extra, months):
    threshold = flexible_threshold(delta, extra, OPPONENT, months)
    assume(0.02 < threshold < 0.98)
    for flexible, better in ((threshold - 0.01, False), (threshold + 0.01, True)):
        first = loss_talking_first(flexible, delta, extra, OPPONENT, months)
        assert (first < loss_pressing(flexible, delta, extra, OPPONENT)) == better


def test_the_screen_can_go_either_way():
    """S2 must be reachable: cheap talks with a likely flexible side win, dear ones with a tough side lose."""
    assert 0.0 < flexible_threshold(0.99, 0.3, OPPONENT, 3) < 1.0
    assert flexible_threshold(0.99, 0.05, Opponent(0.05, 0.10, 0.03), 3) > 1.0
    assert np.isnan(flexible_threshold(0.99, 0.0, Opponent(0.0, 0.2, 0.05), 6))


def test_pressure_that_wears_off_fast_is_better_held_back():
    """S3 must be reachable, and so must its opposite."""
    held = np.arange(13)
    fast, slow = (worth_of_holding(held, 12, half_life, 0.99, 10.0) for half_life in (2.0, 60.0))
    assert fast.argmax() > 0
    assert slow.argmax() == 0
    assert pressure_left(12.0, 12.0) == pytest.approx(0.5)


@given(st.integers(0, 20), st.integers(0, 20), st.floats(1.0, 40.0), st.floats(0.5, 0.99))
def test_worth_of_holding_is_the_sum_of_its_months(held, later, half_life, delta):
    decision = held + later
    months = np.arange(held, decision)
    summed = (delta**months * 2.0 ** (-(months - held) / half_life)).sum()
    summed += 5.0 * delta**decision * 2.0 ** (-later / half_life)
    assert worth_of_holding(held, decision, half_life, delta, 5.0) == pytest.approx(summed)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: alternating_offers(1.0, 0.9), "delta_1"),
        (lambda: alternating_offers(0.9, -0.1), "delta_2"),
        (lambda: random_proposer(1.2, 0.1, 0.1, 0.5), "share"),
        (lambda: bargaining_range(float("nan"), 0.1, 0.1), "win"),
        (lambda: risk_and_return(0.5, 0.1, 0.0), "cost_max"),
        (lambda: long_war(10, 11, 0.5, 0.3), "forts less held"),
        (lambda: long_war(10, 4.5, 0.5, 0.3), "held"),
        (lambda: long_war(10, 4, 1.0, 0.3), "win"),
        (lambda: rise_limit(0.0, 0.3, 0.1, 0.1), "delta"),
        (lambda: ratchet_limit(0.9, 0.3, -0.1, 0.1), "cost_a"),
        (lambda: war_before_rise(0.9, 0.3, 1.5, 0.1, 0.1), "chance_next"),
        (lambda: believed_chance(0.0, 4.0, 1, 2), "wins_before"),
        (lambda: believed_chance(6.0, 4.0, 3, 2), "battles less wins"),
        (lambda: battles_to_agree((60.0, 4.0), (4.0, 60.0), 10, 5, 0.0), "beliefs"),
        (lambda: believed_firm(0.5, 1.0, 1.0, [False]), "neither type"),
        (lambda: persuasion(0.3, 0.0), "threshold"),
        (lambda: loss_pressing(0.5, 0.99, 0.1, Opponent(0.1, 1.1, 0.1)), "pressed_flexible"),
        (lambda: loss_talking_first(0.5, 0.99, 0.1, OPPONENT, 1.5), "months"),
        (lambda: pressure_left(-1.0, 12.0), "age"),
        (lambda: worth_of_holding(6, 3, 12.0, 0.99, 1.0), "decision less held"),
        (lambda: settlement_chance("much"), "log_odds"),
        (lambda: survival(1.2, 3), "chance"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_name_and_a_remedy(call, name):
    with pytest.raises(RipenessError) as caught:
        call()
    assert name in caught.value.problem
    assert caught.value.remedy
