"""Games whose solution is known: closed forms, and tiny instances worked out by a second route."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_up_games import log_odds, plan, stakes

from ripeness.bargaining import Grid, reference, solve

ORACLES = {entry["id"]: entry for entry in json.loads((Path(__file__).parent / "oracles.json").read_text())}

SURE = {"chance_talks": 1.0, "chance_base": 1.0, "temperature": 1e-4}
"""A deal at once wherever there is one to make."""

ONE = {"evidence": 1, "reputation": 1, "chest": 1, "phases": 1}


def first(game, axis_x, field, **rest):
    """A table in the first month by the front."""
    return getattr(game, field)[0, 0, 0, axis_x, rest.get("w", 0), 0, 0, 0]


def game(solver, given, grid, horizon, policy=None):
    options = {} if solver is reference.solve else {"dtype": "float64"}
    return solver(given, [policy or plan()], grid, horizon=horizon, **options)


def b02(solver, given):
    """Nothing moves: xi = 2 / 5 for ever, values a month."""
    found = {}
    for name, cost in (("vA", given["cA"]), ("vA_high_pressure", given["cA_high"])):
        rules = stakes(
            delta=given["delta"], phi=0.0, cost_a=cost, cost_d=given["cD"], proposer=given["alpha"], **SURE
        )
        solved = game(solver, rules, Grid(front=5, **ONE), 700)
        found[name] = first(solved, 2, "value_a") * (1.0 - given["delta"])
    found["dvA_dcA"] = (found["vA_high_pressure"] - found["vA"]) / (given["cA_high"] - given["cA"])
    return found


def b06(solver, given):
    """No offers."""
    odds = log_odds(given["p"])
    rules = stakes(
        delta=given["delta"], phi=given["phi"], logit_high=odds, logit_low=odds, cost_a=given["cA"],
        chance_talks=0.0, chance_base=0.0,
    )  # fmt: skip
    solved = game(solver, rules, Grid(front=given["N"], **ONE), 3000)
    return {f"V_A({x})": first(solved, x, "value_a") for x in (1, 3, 5)}


def b07(solver, given):
    odds = log_odds(given["p"])
    rules = stakes(
        delta=given["delta"], phi=given["phi"], logit_high=odds, logit_low=odds, cost_a=given["cA"],
        cost_d=given["cD"], proposer=given["alpha"], **SURE,
    )  # fmt: skip
    solved = game(solver, rules, Grid(front=given["N"], **ONE), 3000)
    return {f"y({x})": first(solved, x, "value_a") * (1.0 - given["delta"]) for x in (1, 2, 3)}


def b12(solver, given):
    """Stalling: a phase of talks that ends with a chance a month in a war that settles late."""
    found, pressure = {}, given["q"]
    shared = {
        "delta": given["delta"], "phi": 0.0, "cost_a": given["c0"], "cost_pressure": given["kappa"],
        "pressure_max": 10.0, "chance_base": 0.0,
    }  # fmt: skip
    front = Grid(front=20, **(ONE | {"phases": 2}))
    chances = np.zeros((1, 2, 2, 2))
    chances[0, 0, :, 0], chances[0, 0, :, 1] = 1.0 - given["talks_end_hazard"], given["talks_end_hazard"]
    chances[0, 1, :, 1] = 1.0
    whole, settle = 1.0 / (1.0 - given["delta"]), given["war_settle_hazard"]
    flow = given["xi"] - given["c0"] - given["kappa"] * pressure
    war = (flow + given["delta"] * settle * given["y_late"] * whole) / (1.0 - given["delta"] * (1.0 - settle))
    found["V_war"], found["V_settle_now"] = war, given["y_now"] * whole
    for name, relief in (("no", 0.0), ("full", 1.0)):
        policy = plan(1, 2, pressure=pressure, talks=[1.0, 0.0], relief=relief, firm=chances, soft=chances)
        solved = game(solver, stakes(**shared, chance_talks=0.0), front, 2500, policy)
        stay = first(solved, 9, "value_a")
        endless = flow * whole
        weight = (
            given["delta"]
            * given["talks_end_hazard"]
            / (1.0 - given["delta"] * (1.0 - given["talks_end_hazard"]))
        )
        found[f"V_stall_{name}_relief"] = stay + weight * (
            war - endless
        )  # here the war after talks never settles
    gap = found["V_settle_now"] - found["V_stall_no_relief"]
    found["threshold_relief"] = gap / (found["V_stall_full_relief"] - found["V_stall_no_relief"])
    return found


def b13(solver, given):
    rules = stakes(
        delta=given["delta"], phi=given["phi"], cost_a=given["cA"], cost_d=given["cD"],
        proposer=given["alpha"], **SURE,
    )  # fmt: skip
    solved = game(solver, rules, Grid(front=2, **ONE), 3000)
    return {"y": first(solved, 1, "value_a") * (1.0 - given["delta"])}


def b14(solver, given):
    """Beliefs that do not move: one point of evidence, and offsets beyond doubt."""
    renewal = given["renewal"]
    rules = stakes(
        delta=given["d"], phi=given["phi"], logit_high=log_odds(given["pA"]), logit_low=log_odds(given["pD"]),
        offset_a=40.0, offset_d=-40.0, cost_a=given["cA"], cost_d=given["cD"], proposer=given["al"],
        temperature=given["tau"], chance_talks=given["chi"], chance_base=given["chi"],
        lambda_a=given["LamA"], lambda_d=given["LamD"], renewal_hazard=renewal["h"], gain_a=renewal["gA"],
        loss_d=renewal["LD"], cost_renewal_a=renewal["KA"], cost_renewal_d=renewal["KD"],
        deterrence=renewal["G"],
    )  # fmt: skip
    solved = game(solver, rules, Grid(front=given["N"], **ONE), given["T"])
    names = {"y_A": "least_a", "y_D": "most_d", "Z": "zopa", "g": "deal_chance"}
    return {f"{name}({x})": first(solved, x, field) for x in (1, 2, 3) for name, field in names.items()}


def b18(solver, given):
    """A step of the chest is worth so many months that its emptiness is felt at 0 alone."""
    found = {}
    for q in (0, 1):
        rules = stakes(
            delta=given["delta"], phi=given["phi"], cost_a=given["cA"], cost_d=given["cD"],
            cost_pressure=given["kappa_q"], cost_empty=given["k0"], odds_empty=given["logit_drop_at_empty"],
            proposer=given["alpha"], temperature=given["tau"], chance_talks=given["chi"],
            chance_base=given["chi"], drain=-50.0,
        )  # fmt: skip
        grid = Grid(front=given["N"], **(ONE | {"chest": 2, "chest_step": 50.0}))
        solved = game(solver, rules, grid, given["T"], plan(pressure=float(q)))
        for w in (0, 1, 2):
            found[f"y_A(q{q},w{w})"] = first(solved, 1, "least_a", w=w)
            found[f"y_D(q{q},w{w})"] = first(solved, 1, "most_d", w=w)
            found[f"V_A(q{q},w{w})"] = first(solved, 1, "value_a", w=w)
    return found


MODEL = {"B02": b02, "B06": b06, "B07": b07, "B12": b12, "B13": b13, "B14": b14, "B18": b18}


@pytest.mark.parametrize("solver", [reference.solve, solve], ids=["reference", "kernel"])
@pytest.mark.parametrize("name", ORACLES)
def test_the_game_gives_the_known_number(name, solver):
    oracle = ORACLES[name]
    found = MODEL[name](solver, oracle["inputs"])
    assert found, "nothing compared"
    for key, value in found.items():
        assert value == pytest.approx(oracle["expected"][key], abs=oracle["tol"]), key
