"""Exact numbers, each confirmed by a second route, through the functions of the model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ripeness.fit.scores import crps, crps_fair, crps_gaussian
from ripeness.world.discount import price_identity
from ripeness.world.front import advance_chance, front_drift, front_spread, square_law
from ripeness.world.oil_market import (
    breakeven_elasticity,
    clearing_log_price,
    elasticity_at_horizon,
    implied_elasticity,
)
from ripeness.world.price_cap import capped_monopoly, withheld_share, world_price_under_cap
from ripeness.world.shipping import (
    effective_ships,
    lump_sum_usd_bbl,
    round_trip_days,
    throughput_kbd_per_ship,
)
from ripeness.world.tax_price import tax_reference_price
from ripeness.world.treasury import (
    extraction_tax_rub_per_tonne,
    fund_months,
    gross_shortfall_rub_trn_year,
    recruits_after,
    taxable_price_kcoef,
)

ORACLES = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parents[1] / "oracles.json").read_text())
}

DISTANCES_NM = {
    "Baltic_WCIndia": 7900.0,
    "BlackSea_WCIndia": 4300.0,
    "Baltic_NChina": 12000.0,
    "Kozmino_NChina": 1100.0,
}


def e01(share, cut, elasticity, price):
    log_price = clearing_log_price(1.0 - cut, share, 0.0, 0.0, elasticity, 0.0, 0.0, 0.0, np)
    ratio = np.exp(log_price)
    return {"price_ratio": ratio, "P1": price * ratio, "revenue_ratio": (1.0 - cut) * ratio}


def e04(given):
    found = {}
    for cap in ("60", "47.6", "30", "15"):
        withheld = withheld_share(float(cap), 10.0, 50.0, np)
        found[f"withheld_cap{cap}"] = withheld
        found[f"world_price_cap{cap}"] = world_price_under_cap(
            given["P0"], given["capped_volume_share_of_world"], withheld, given["demand_elasticity"], np
        )
    return found


def e05(given):
    found = {}
    for name, cap in (("none", 1e9), ("50", 50.0), ("30", 30.0), ("15", 15.0)):
        sale = capped_monopoly(100.0, given["marginal_cost"], cap, np)
        found |= {
            f"Q_cap_{name}": sale.quantity,
            f"P_cap_{name}": sale.price,
            f"revenue_cap_{name}": sale.revenue,
        }
    return found


def e06(given):
    found = {}
    for route, distance in DISTANCES_NM.items():
        days = round_trip_days(distance, given["speed_kn"], given["port_and_wait_days"])
        found[f"roundtrip_days_{route}"] = days
        found[f"kbd_per_ship_{route}"] = throughput_kbd_per_ship(given["payload_mbbl"], days)
    found["ships_for_1mbd_Baltic_WCIndia"] = 1000.0 / found["kbd_per_ship_Baltic_WCIndia"]
    return found


def e07(given):
    ships = np.array(list(given["ships"].values()), float)
    loss = 1.0 - np.array(list(given["productivity"].values()))
    left = effective_ships(ships, loss, 1.0).sum()
    return {"effective_ships": left, "effective_share": left / ships.sum()}


def e09(given):
    found = {}
    for when in ("pre", "post"):
        delivered, fob = -given[when]["des"], -given[when]["fob"]
        # With Brent at 0 the identity gives the wedge that closes the chain.
        found[f"logistics_wedge_{when}"] = price_identity(0.0, -fob, 0.0, 0.0, delivered, 0.0)
    found["d_buyer_term"] = given["post"]["des"] - given["pre"]["des"]
    found["d_wedge"] = found["logistics_wedge_post"] - found["logistics_wedge_pre"]
    found["d_fob"] = found["d_buyer_term"] - found["d_wedge"]
    return found


def e10(given):
    tonne = extraction_tax_rub_per_tonne(given["P_tax"], given["FX"])
    barrel = tonne / given["bbl_per_t"]
    return {
        "Kc": taxable_price_kcoef(given["P_tax"], given["FX"]),
        "rub_per_tonne": tonne,
        "rub_per_bbl": barrel,
        "usd_per_bbl": barrel / given["FX"],
    }


def e12(given):
    liquid, drain = given["liquid_trn_rub"], given["drain_trn_per_month"]
    return {
        "months_no_return": fund_months(liquid, drain, 0.0, np),
        "months_with_return": fund_months(liquid, drain, given["monthly_return"], np),
    }


def e13(given):
    recruits = recruits_after(given["recruits"], 1.25, given["elasticity"], np)
    return {
        "monthly_bill_bn": given["recruits"] * given["pay_rub"] / 1e9,
        "recruits_after": recruits,
        "bill_after_bn": recruits * 1.25 * given["pay_rub"] / 1e9,
    }


def e14(given):
    loss = given["net_supply_loss_share"]
    price = given["P_before"] * np.exp(clearing_log_price(1.0, 0.0, loss, 0.0, 0.225, 0.0, 0.0, 0.0, np))
    return {
        "elasticity": implied_elasticity(loss, given["P_before"], given["P_after"], np),
        "price_if_eps_0p225": price,
    }


def e15(given):
    found = {}
    for price in ("50", "40", "32.5"):
        shortfall = gross_shortfall_rub_trn_year(
            given["tax_share_tau"], given["production_mbd"], given["cutoff"], float(price), given["FX"]
        )
        found[f"shortfall_trn_P{price}"] = shortfall
        found[f"years_P{price}"] = fund_months(given["liquid_trn"], shortfall / 12.0, 0.0, np) / 12.0
    return found


def a01(given):
    end = square_law(given["A0"], given["B0"], given["alpha"], given["beta"], np)
    return {
        "invariant": given["alpha"] * given["A0"] ** 2 - given["beta"] * given["B0"] ** 2,
        "survivors_A": end.survivors,
        "time": end.time,
    }


def a02(given):
    chance = advance_chance(given["combat_power_A"], given["combat_power_D"], given["gamma"], np)
    return {
        "p": chance,
        "drift_share_per_month": front_drift(chance, given["phi"], given["N"]),
        "sd_share_per_month": front_spread(chance, given["phi"], given["N"], np),
    }


MODEL = {
    "E01": lambda g: e01(
        g["target_share_of_world_supply"], g["fraction_cut"], g["demand_elasticity"], g["P0"]
    ),
    "E02": lambda g: {
        "breakeven_elasticity": breakeven_elasticity(g["share"], g["fraction_cut"], np),
        "small_cut_limit": breakeven_elasticity(g["share"], 1e-7, np),
    },
    "E03": lambda g: {
        f"eps_{n}": elasticity_at_horizon(
            g["short_run"], g["long_run"], g["monthly_adjustment"], float(n), np
        )
        for n in (0, 1, 12, 60)
    },
    "E04": e04,
    "E05": e05,
    "E06": e06,
    "E07": e07,
    "E08": lambda g: {
        "aframax_8m": lump_sum_usd_bbl(8.0, 0.72),
        "aframax_15m": lump_sum_usd_bbl(15.0, 0.72),
        "cargo100kt_10m": lump_sum_usd_bbl(10.0, 0.733),
    },
    "E09": e09,
    "E10": e10,
    "E11": lambda g: {
        "reference": tax_reference_price((g["primorsk"] + g["novorossiysk"]) / 2.0, g["espo_kozmino"])
    },
    "E12": e12,
    "E13": e13,
    "E14": e14,
    "E15": e15,
    "A01": a01,
    "A02": a02,
    "S03": lambda g: {f"crps_y{y}": crps_gaussian(0.0, 1.0, float(y)) for y in ("0", "1", "2.5")},
    "S04": lambda g: {"crps": crps(g["ensemble"], g["obs"]), "crps_fair": crps_fair(g["ensemble"], g["obs"])},
}


@pytest.mark.parametrize("name", MODEL)
def test_the_model_gives_the_known_number(name):
    oracle = ORACLES[name]
    found = MODEL[name](oracle["inputs"])
    for key, expected in oracle["expected"].items():
        assert found[key] == pytest.approx(expected, abs=oracle["tol"], rel=oracle["tol"]), key


def test_a_cut_at_the_breakeven_elasticity_leaves_revenue_unchanged():
    elasticity = breakeven_elasticity(0.075, 0.2, np)
    assert e01(0.075, 0.2, elasticity, 70.0)["revenue_ratio"] == pytest.approx(1.0, abs=1e-9)


def test_the_horizon_formula_is_the_recursion_of_the_block():
    elasticity, adjusted = 0.1, []
    for _ in range(60):
        adjusted.append(elasticity)
        elasticity += 0.05 * (0.45 - elasticity)
    assert adjusted == pytest.approx(
        [elasticity_at_horizon(0.1, 0.45, 0.05, float(n), np) for n in range(60)]
    )


def test_the_published_lives_of_the_fund_are_met_in_rank_and_size():
    years = MODEL["E15"](ORACLES["E15"]["inputs"])
    assert 2.0 < years["years_P50"] < 3.0
    assert 1.0 < years["years_P40"] < 1.5
    assert years["years_P32.5"] < 1.0
