"""Each lever enters where it acts in reality and nowhere else, and moves something in its own direction."""

from __future__ import annotations

import inspect
from typing import NamedTuple

import numpy as np
import pytest

from ripeness.flow import BUYERS, Levers, MonthRow, Shocks, layout_of
from ripeness.world.assimilation import Reader
from ripeness.world.discount import discount
from ripeness.world.oil_market import oil_market
from ripeness.world.receipts import receipts
from ripeness.world.refining import refining
from ripeness.world.shipping import fleet, purchases
from ripeness.world.treasury import treasury

ENTERS = {
    "crude_import_ban": {"discount"},
    "product_import_ban": {"refining"},
    "cap_in_force": {"shipping"},
    "price_cap_usd_bbl": {"shipping"},
    "cap_dynamic": {"shipping"},
    "cap_enforcement": {"shipping"},
    "services_ban": {"shipping"},
    "vessels_listed_us": {"shipping"},
    "vessels_listed_eu": {"shipping"},
    "vessels_listed_uk": {"shipping"},
    "listing_enforcement": {"shipping"},
    "producer_listing": {"discount"},
    "secondary_sanctions": {"discount"},
    "buyer_tariff": {"discount"},
    "waiver": {
        "discount",
        "shipping",
    },  # frees listed producers' oil, and wears down the credibility of listings
    "insurance_checks": {"shipping"},
    "port_ban": {"discount", "shipping"},  # ports closed to cargoes, and days lost
    "transit_inspection": {"shipping"},
    "interdiction": {"shipping"},
    "refinery_strikes": {"refining"},
    "port_strikes": {"discount", "refining"},  # crude and products are loaded in the same ports
    "stock_release_mbd": {"oil_market"},
    "pressure_relief": {"discount", "shipping"},
}
"""Blocks whose equations read a lever. Everything else it moves through what these blocks hand on."""

OF_THE_WAR = (
    "cost_pressure",
    "arms_denial",
    "extra_military_aid_usd_bn",
    "aid_withheld",
    "extra_financial_aid_usd_bn",
    "financial_aid_withheld",
    "extra_interceptors",
    "air_shield",
    "talks",
    "pressure_to_talk",
    "guarantee_deterrence",
    "guarantee_denial",
    "narrative",
)
"""Levers that no block of the money chain reads; test_war_blocks.py holds them to theirs."""


def leaves(value):
    """Arrays of a record, however deep."""
    if isinstance(value, tuple):
        return [leaf for part in value for leaf in leaves(part)]
    return [np.asarray(value)]


def blocks(bench, state, params, levers):
    """What each block makes of the levers, all other inputs held: state handed on and report."""
    month = layout_of(MonthRow).unpack(bench.months(2)[1][:, None])
    members = np.shape(params.payload_mb)[-1]
    silent = Shocks(*np.zeros((len(Shocks._fields), members)))
    reader = Reader(0.0, 1.0)
    own = bench.levers(levers)
    held = bench.levers(bench.after_embargo)
    _, market = oil_market(state, params, held, month, silent, reader, np)
    _, refined = refining(state, params, held, month, silent, reader, np)
    _, ships = fleet(state, params, held, month, silent, reader, np)
    given = (
        market.brent.value,
        market.scarcity,
        market.shipping_alarm,
        ships,
        refined.crude_for_sea_mbd,
        0.0,
    )
    return {
        "oil_market": oil_market(state, params, own, month, silent, reader, np),
        "refining": refining(state, params, own, month, silent, reader, np),
        "shipping": fleet(state, params, own, month, silent, reader, np),
        "discount": discount(state, params, own, month, silent, reader, *given, np),
    }


def test_every_lever_is_in_the_table():
    assert set(ENTERS) | set(OF_THE_WAR) == set(Levers._fields)
    assert not set(ENTERS) & set(OF_THE_WAR)


@pytest.mark.parametrize("lever", [*ENTERS, *OF_THE_WAR])
def test_a_lever_enters_where_it_acts_and_nowhere_else(bench, settled, lever):
    """A listing moves ships and no price; a strike moves runs and no tax: the rest must come through the chain."""
    base = dict(bench.after_embargo, price_cap_usd_bbl=40.0)
    changed = {"cap_dynamic": 1.0, "price_cap_usd_bbl": 70.0, "crude_import_ban": 0.5, "cap_in_force": 0.0}
    target = changed.get(lever, base.get(lever, 0.0) + 0.3)
    before = blocks(bench, settled.state, settled.params, base)
    after = blocks(bench, settled.state, settled.params, dict(base, **{lever: target}))
    moved = {
        name
        for name in before
        if any((x != y).any() for x, y in zip(leaves(before[name]), leaves(after[name]), strict=True))
    }
    assert moved == ENTERS.get(lever, set())


def test_receipts_purchases_and_treasury_read_no_lever():
    for block in (receipts, purchases, treasury):
        assert "levers" not in inspect.signature(block).parameters


class Move(NamedTuple):
    """A lever moved from one value to another for a year, from a state in which it can act."""

    lever: str
    start: float | list[float]
    end: float | list[float]
    rise: dict[str, int]  # output: month, counted from 1, in which it must be higher for nearly every member
    fall: dict[str, int]
    stay: tuple[str, ...] = ()  # outputs that the lever must not touch in its first month
    with_levers: dict[str, float] = {}  # noqa: RUF012
    at_least: float = 0.8


DISCOUNT, DELIVERED = "fob_discount_usd_bbl", "delivered_discount_usd_bbl"
BRENT, VOLUME, CRUDE, PRODUCTS = (
    "brent_usd_bbl",
    "export_volume_mbd",
    "crude_seaborne_mbd",
    "product_exports_mbd",
)
FREIGHT, RENT, SHIPS, SHADOW = (
    "freight_usd_bbl",
    "scarcity_rent_usd_bbl",
    "effective_fleet_ships",
    "shadow_share_crude",
)
EARNED, TAX, RUNS, AFLOAT = (
    "export_revenue_usd_bn",
    "oil_gas_revenue_rub_trn",
    "refinery_throughput_mbd",
    "oil_afloat_mb",
)
FUND, RATE = "liquid_fund_rub_trn", "usd_rub"

BUDGET = ("spending_rub_trn", "non_oil_revenue_rub_trn")
TIGHT = {"services_ban": 1.0, "vessels_listed_us": 30.0}
"""Ships are scarce, so that fewer of them are felt at once."""

MOVES = [
    Move(
        "crude_import_ban",
        0.0,
        0.95,
        {DELIVERED: 1, DISCOUNT: 12, FREIGHT: 12, RATE: 3},
        {EARNED: 1},
        (BRENT, SHIPS, PRODUCTS),
    ),
    Move(
        "product_import_ban",
        0.0,
        0.95,
        {RATE: 1},
        {PRODUCTS: 1, EARNED: 1},
        (BRENT, DISCOUNT, CRUDE, *BUDGET),
    ),
    Move(
        "cap_in_force",
        0.0,
        1.0,
        {SHADOW: 12},
        {SHIPS: 12},
        (BRENT, DELIVERED, PRODUCTS, RUNS),
        {"price_cap_usd_bbl": 35.0},
    ),
    Move(
        "price_cap_usd_bbl",
        70.0,
        35.0,
        {SHADOW: 12},
        {SHIPS: 12, "price_cap_usd_bbl": 1},
        (BRENT, DELIVERED, RUNS),
    ),
    Move(
        "cap_dynamic",
        0.0,
        1.0,
        {SHADOW: 12},
        {SHIPS: 12, "price_cap_usd_bbl": 3},
        (BRENT, DELIVERED, SHIPS, "price_cap_usd_bbl"),
        at_least=0.65,
    ),
    Move(
        "cap_enforcement",
        0.0,
        1.0,
        {SHADOW: 12},
        {SHIPS: 3},
        (BRENT, DELIVERED, RUNS),
        {"price_cap_usd_bbl": 35.0},
    ),
    Move(
        "services_ban", 0.0, 1.0, {SHADOW: 12, RENT: 12}, {SHIPS: 3, EARNED: 3}, (BRENT, DELIVERED, PRODUCTS)
    ),
    Move(
        "vessels_listed_us", 0.0, 40.0, {RENT: 12}, {SHIPS: 12}, (BRENT, DELIVERED, PRODUCTS, *BUDGET), TIGHT
    ),
    Move(
        "vessels_listed_eu",
        0.0,
        40.0,
        {RENT: 12},
        {SHIPS: 3},
        (BRENT, DELIVERED, PRODUCTS, *BUDGET),
        {"services_ban": 1.0},
    ),
    Move(
        "vessels_listed_uk",
        0.0,
        40.0,
        {RENT: 12},
        {SHIPS: 3},
        (BRENT, DELIVERED, PRODUCTS, *BUDGET),
        {"services_ban": 1.0},
    ),
    Move("listing_enforcement", 0.0, 1.0, {RENT: 12}, {SHIPS: 1}, (BRENT, DELIVERED), TIGHT),
    Move(
        "producer_listing",
        0.0,
        1.0,
        {DELIVERED: 1, DISCOUNT: 1, FREIGHT: 12},
        {EARNED: 1},
        (BRENT, SHIPS, PRODUCTS, RUNS),
    ),
    Move(
        "secondary_sanctions",
        0.0,
        1.0,
        {DELIVERED: 1, DISCOUNT: 1, FREIGHT: 12},
        {EARNED: 1},
        (BRENT, SHIPS, PRODUCTS, RUNS),
    ),
    *(
        Move(
            "buyer_tariff",
            [0.0] * len(BUYERS),
            [float(i == buyer) for i in range(len(BUYERS))],
            {DELIVERED: 1, DISCOUNT: 12},
            {EARNED: 12},
            (BRENT, SHIPS, PRODUCTS, RUNS),
            # A market that is all but closed prices nothing; the tariff on it is read where it is open.
            {"crude_import_ban": 0.0} if buyer == 0 else {},
            # Cargo may turn to nearer buyers, and to more of them: freight and concentration then fall.
            at_least=0.7 if buyer == 0 else 0.75,
        )
        for buyer in range(len(BUYERS))
    ),
    Move(
        "waiver",
        0.0,
        1.0,
        {EARNED: 3},
        {DELIVERED: 1, DISCOUNT: 3},
        (BRENT, PRODUCTS, RUNS),
        {"producer_listing": 1.0},
    ),
    Move(
        "insurance_checks", 0.0, 1.0, {FREIGHT: 1, AFLOAT: 1}, {EARNED: 1}, (BRENT, SHIPS, PRODUCTS, *BUDGET)
    ),
    Move(
        "port_ban",
        0.0,
        1.0,
        {FREIGHT: 12, DELIVERED: 1, DISCOUNT: 1},
        {EARNED: 1},
        (BRENT, SHIPS, PRODUCTS, *BUDGET),
    ),
    Move(
        "transit_inspection",
        0.0,
        1.0,
        {FREIGHT: 1, AFLOAT: 1},
        {EARNED: 1},
        (BRENT, SHIPS, PRODUCTS, *BUDGET),
    ),
    Move(
        "interdiction",
        0.0,
        0.05,
        {FREIGHT: 1},
        {SHIPS: 1, EARNED: 1, SHADOW: 3},
        (BRENT, DELIVERED, PRODUCTS),
    ),
    Move(
        "refinery_strikes",
        0.0,
        0.1,
        {"refinery_outage_share": 1, CRUDE: 3, BRENT: 3},
        {RUNS: 1, PRODUCTS: 1, EARNED: 3},
        (BRENT, SHIPS, *BUDGET),
    ),
    Move(
        "port_strikes",
        0.0,
        0.5,
        {"shut_in_mbd": 1, BRENT: 2},
        {CRUDE: 1, PRODUCTS: 1, VOLUME: 3, EARNED: 3},
        (BRENT, RUNS, SHIPS, *BUDGET),
    ),
    Move("stock_release_mbd", 0.0, 2.0, {RATE: 3}, {BRENT: 1, EARNED: 1}, (RUNS, SHIPS, *BUDGET)),
    Move(
        "pressure_relief",
        0.0,
        1.0,
        {SHIPS: 1, EARNED: 1},
        {DELIVERED: 1, DISCOUNT: 1, FREIGHT: 1},
        (BRENT, PRODUCTS, RUNS),
        {"insurance_checks": 1.0, "transit_inspection": 1.0, "services_ban": 0.5, "interdiction": 0.02},
    ),
]


def name_of(move):
    return f"{move.lever}-{np.argmax(move.end)}" if isinstance(move.end, list) else move.lever


@pytest.mark.parametrize("move", MOVES, ids=name_of)
def test_a_lever_moves_what_it_should(bench, settled, move):
    base = {**bench.after_embargo, **move.with_levers, move.lever: move.start}
    month = bench.months(12)
    # Only a rise of the product ban costs exports, so the state must not remember one.
    state = settled.state._replace(
        product_ban_before=0.0 * settled.state.product_ban_before + base["product_import_ban"]
    )
    before = bench.simulate(settled.params, month, bench.hold(12, **base), settled.shocks, state)
    changed = bench.hold(12, **(base | {move.lever: move.end}))
    after = bench.simulate(settled.params, month, changed, before.shocks, state, reference=False)
    for sign, expected in ((1.0, move.rise), (-1.0, move.fall)):
        for output, at in expected.items():
            change = sign * (after[output][at - 1] - before[output][at - 1])
            share = float((change > 1e-9).mean())
            assert share >= move.at_least, (
                f"{output} in month {at}: {share:.2f} of members, median {np.median(change):+.3g}"
            )
    for output in move.stay:
        assert after[output][0] == pytest.approx(before[output][0], abs=1e-9), output


def test_all_levers_have_a_move():
    assert {move.lever for move in MOVES} == set(ENTERS)
    assert sum(move.lever == "buyer_tariff" for move in MOVES) == len(BUYERS)


def test_the_dynamic_cap_is_reset_to_a_margin_below_the_mean_price(bench, settled):
    month = bench.months(12)
    run = bench.simulate(
        settled.params,
        month,
        bench.hold(12, **bench.after_embargo, cap_dynamic=1.0),
        settled.shocks,
        settled.state,
    )
    cap, mean = (
        run["price_cap_usd_bbl"],
        [settled.state.fob_mean_usd_bbl, *(s.fob_mean_usd_bbl for s in run.states)],
    )
    resets = month[:, bench.month_layout["cap_reset"].start] > 0.5
    assert resets.sum() == 2
    for t in range(12):
        assert cap[t] == pytest.approx(0.85 * mean[t] if resets[t] else cap[t - 1] if t else 60.0)


def test_a_listing_of_strength_zero_is_a_placebo(bench, settled):
    """Listed ships that nobody follows up, in class or at ports, sail on as before."""
    base = {**bench.after_embargo, "listing_enforcement": 0.0, "services_ban": 1.0}
    idle = settled.state._replace(enforcement=0.0 * settled.state.enforcement)
    month = bench.months(12)
    quiet = bench.simulate(
        settled.params, month, bench.hold(12, **(base | {"vessels_listed_us": 0.0})), settled.shocks, idle
    )
    listed = bench.simulate(
        settled.params, month, bench.hold(12, **(base | {"vessels_listed_us": 40.0})), settled.shocks, idle
    )
    for output in (CRUDE, DISCOUNT, EARNED, SHIPS):
        assert listed[output] == pytest.approx(quiet[output], abs=1e-9)


def test_a_waiver_is_not_booked_one_for_one_as_revenue(bench, settled):
    """March 2026: buyers' terms improved by 17.5 USD/bbl, the port saw 5; a stop elsewhere makes carrying dear."""
    base = {**bench.after_embargo, "producer_listing": 0.75, "secondary_sanctions": 0.5}
    calm, stop = bench.months(3), bench.months(3, chokepoint_loss=0.13, chokepoint_months=3.0)
    before = bench.simulate(settled.params, calm, bench.hold(3, **base), settled.shocks[:3], settled.state)
    after = bench.simulate(
        settled.params,
        stop,
        bench.hold(3, **(base | {"waiver": 0.7})),
        before.shocks,
        settled.state,
        reference=False,
    )
    buyers_gain = before[DELIVERED][1] - after[DELIVERED][1]
    port_gain = before[DISCOUNT][1] - after[DISCOUNT][1]
    wedge_rise = after[FREIGHT][1] + after[RENT][1] - before[FREIGHT][1] - before[RENT][1]
    assert np.median(buyers_gain) > 5.0
    assert np.median(wedge_rise) > 0.0
    assert np.median(port_gain) < np.median(buyers_gain)
