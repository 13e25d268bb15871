"""The discount in two steps: what buyers ask for (delivered), and what carrying costs (to the port of loading).

Equations (docs/model/discount.md):
    D1  L = listed (0.4 + 0.6 sec) + 0.35 sec + 0.5 ban;  pi = (L - adapted)+ (1 - waiver listed share)(1 - relief)
        adapted' = adapted + (1 - 2^(-1/h)) (share L - adapted)         buyers and banks learn
    D2  rho_b = rho0_b + chi_b pi + tariff_b t - kap scarcity           premium that buyer b asks
        q_b = qbar_b reach_b access_b logistic((d - rho_b) / width)             what it accepts at a delivered discount d
        reach' = reach + g (1 - reach) q_b / (qbar_b reach_b)           trade links grow with trade
    D3  d* solves sum_b q_b(d) = cargo + unsold / months;  six damped Newton steps on logs
        d' = d + k (d* - d) + mp (HHI' - HHI0) change                   sluggish, and dearer with fewer buyers
    D4  unsold' = unsold + (lifted - sold) days                         oil afloat is a stock
    D5  wedge = voyage cost + fees + margin + rent;  rent = (TCE - normal) round trip / payload
    D6  FOB = Brent - grade - delivered discount - wedge                holds as an identity (I03)
Sources: models.md 3.4 to 3.6; Kilian, Rapson and Schipper 2024 for the split of the wedge; a premium (d < 0) is possible.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import BUYERS, Array, Levers, MonthRow, Parameters, Shocks, WorldState
from ripeness.world.assimilation import Assimilated, assimilate, assimilate_sum, drawn, observation
from ripeness.world.shipping import Fleet, Voyage, voyage
from ripeness.world.smooth import clip, halving, logistic, softplus
from ripeness.world.tax_price import wedge_by_law, wedge_spread

PREWAR_CONCENTRATION = 0.25
"""Herfindahl index of buyers before the embargo, countries counted once."""

PACIFIC_WEDGE_SHARE = 0.4
"""Carrying cost from the Pacific port as a share of that from western ports (voyages.csv)."""

FOB_FLOOR_USD_BBL = 3.0
"""Lowest price at the port: below it carriers, not the seller, take the loss."""

FLOATING_SHARE = 0.5
"""Share of a ship's time that unsold cargo blocks while it waits."""


class Discount(NamedTuple):
    """Prices, volumes and stocks of the month's crude trade."""

    delivered: Assimilated
    logistics: Assimilated
    fob_discount_usd_bbl: Array
    urals_fob_usd_bbl: Array
    tax_price: Assimilated
    pacific_fob_usd_bbl: Array
    freight_usd_bbl: Array
    scarcity_rent_usd_bbl: Array
    price_chain_residual: Array
    crude_seaborne: Assimilated
    sold_mbd: Array
    shut_in_mbd: Array
    afloat: Assimilated
    voyage: Voyage
    barrels_residual: Array


def secondary_pressure(levers: Levers) -> Array:
    """Level of pressure on buyers and their banks before they adapt (D1); about 0 to 1.5."""
    return (
        levers.producer_listing * (1.0 - levers.waiver) * (0.4 + 0.6 * levers.secondary_sanctions)
        + 0.35 * levers.secondary_sanctions
        + 0.5 * levers.crude_import_ban
    ) * (1.0 - levers.pressure_relief)


def accepted_mbd(discount: Array, capacity: Array, premium: Array, width: Array, xp: Any) -> Array:
    """Volume each buyer accepts at a delivered discount (D2), by buyer."""
    return capacity * logistic((discount - premium) / width, xp)


def clearing_discount(target: Array, start: Array, capacity: Array, premium: Array, width: Array, xp: Any) -> Array:
    """Delivered discount at which buyers accept `target` mb/d (D3); a target beyond reach gives a large one."""
    limit = 0.96 * xp.sum(capacity, axis=0)
    log_target = xp.log(xp.minimum(xp.maximum(target, 0.05), limit))
    d = start
    for _ in range(6):
        share = logistic((d - premium) / width, xp)
        accepted = capacity * share
        total = xp.sum(accepted, axis=0)
        slope = xp.sum(accepted * (1.0 - share), axis=0) / (width * total)
        step = (log_target - xp.log(total)) / xp.maximum(slope, 0.004)
        d = clip(d + clip(step, -8.0, 8.0, xp), -40.0, 60.0, xp)
    return d


def concentration(accepted: Array, xp: Any) -> Array:
    """Herfindahl index of sales by country: India and China each count once."""
    eu, in_1, in_2, cn_1, cn_2, tr, other = (accepted[i] for i in range(len(BUYERS)))
    total = eu + in_1 + in_2 + cn_1 + cn_2 + tr + other
    india, china = in_1 + in_2, cn_1 + cn_2
    return (eu * eu + india * india + china * china + tr * tr + other * other) / (total * total)


def price_identity(brent: Array, fob: Array, wedge: Array, rent: Array, delivered: Array, grade: Array) -> Array:
    """Residual of the price chain (I03): 0 where every dollar between Brent and FOB is named."""
    return brent - (fob + wedge + rent + delivered + grade)


def discount(
    state: WorldState,
    params: Parameters,
    levers: Levers,
    month: MonthRow,
    shocks: Shocks,
    is_reference: Array,
    brent: Array,
    scarcity: Array,
    ships: Fleet,
    crude_for_sea_mbd: Array,
    xp: Any,
) -> tuple[WorldState, Discount]:
    """One month of the crude trade (D1 to D6)."""
    level = secondary_pressure(levers) + 0.0 * state.pressure_adapted
    adapted = state.pressure_adapted + (1.0 - halving(params.adaptation_months, xp)) * (
        params.adaptation_share * level - state.pressure_adapted
    )
    pressure = xp.maximum(level - adapted, 0.0)
    premium = (
        params.buyer_risk_premium
        + params.buyer_risk_slope * pressure
        + params.tariff_pass * levers.buyer_tariff
        - params.scarcity_relief * scarcity
    )
    access = [1.0 - 0.15 * levers.port_ban] * len(BUYERS)
    access[0] = access[0] * (1.0 - levers.crude_import_ban)
    capacity = params.buyer_capacity_mbd * state.buyer_reach * xp.stack(access)

    net_floor = logistic((params.lifting_floor_usd_bbl - state.fob_before) / 2.5, xp)
    offered = crude_for_sea_mbd * (1.0 - net_floor) * (1.0 - params.port_strike_loss * levers.port_strikes)
    excess = softplus((state.unsold_mb - params.storage_limit_mb) / 8.0, xp) * 8.0
    offered = xp.maximum(offered - excess / month.days, 0.3)
    target = offered + state.unsold_mb / (30.4 * params.afloat_clear_months)
    cleared = clearing_discount(target, state.clearing_discount, capacity, premium, params.buyer_width, xp)
    asked = state.clearing_discount + params.price_adjustment * (cleared - state.clearing_discount)
    accepted = accepted_mbd(asked, capacity, premium, params.buyer_width, xp)
    demand = xp.sum(accepted, axis=0)
    reach = state.buyer_reach + params.reach_growth_month * (1.0 - state.buyer_reach) * accepted / capacity
    markup = params.market_power_usd * (concentration(accepted, xp) - PREWAR_CONCENTRATION)

    round_trip = xp.sum(accepted * params.round_trip_days, axis=0) / demand + ships.extra_days
    waiting = FLOATING_SHARE * state.unsold_mb / params.payload_mb
    free = xp.maximum(ships.capacity - waiting, 0.15 * ships.capacity)
    trip = voyage(offered, round_trip, free, scarcity, params, xp)

    log_spread = params.crude_volume_sd
    expected = trip.lifted_mbd * (1.0 + params.crude_volume_persistence * state.crude_error)
    lifted = assimilate(
        expected,
        trip.lifted_mbd * log_spread,
        shocks.crude_volume,
        observation(month, is_reference, "crude_seaborne_mbd"),
        xp,
    )
    loaded = xp.maximum(lifted.value, 0.2)
    unsold = xp.maximum(state.unsold_mb + (loaded - demand) * month.days, 0.0)
    in_transit = 0.5 * round_trip * xp.minimum(demand, loaded)
    afloat = assimilate(
        in_transit + unsold,
        params.afloat_sd,
        shocks.afloat,
        observation(month, is_reference, "oil_afloat_mb"),
        xp,
    )
    unsold_after = xp.maximum(afloat.value - in_transit, 0.0)
    sold = loaded - (unsold_after - state.unsold_mb) / month.days
    stock_residual = unsold_after - state.unsold_mb - (loaded - sold) * month.days

    delivered_error = params.delivered_persistence * state.delivered_error
    delivered = assimilate(
        asked + markup + delivered_error,
        params.delivered_sd,
        shocks.delivered,
        observation(month, is_reference, "delivered_discount_usd_bbl"),
        xp,
    )
    west_trip = round_trip / (1.0 - 0.6 * params.pacific_share)
    voyage_cost = (params.tce_normal_usd_day + params.bunkers_usd_day) * west_trip / params.payload_mb / 1.0e6
    margin = params.intermediary_margin + params.intermediary_slope * pressure
    insurance = params.voyage_fees_usd_bbl + params.interdiction_insurance * 100.0 * ships.seized_share
    rent = (trip.tce_usd_day - params.tce_normal_usd_day) * west_trip / params.payload_mb / 1.0e6
    wedge = voyage_cost + insurance + margin + rent
    logistics_error = params.logistics_persistence * state.logistics_error
    logistics = drawn(params.grade_usd_bbl + wedge + logistics_error, params.logistics_sd, shocks.logistics)
    spreads = (params.delivered_sd, params.logistics_sd)
    delivered, logistics = assimilate_sum(
        (delivered, logistics),
        spreads,
        (1.0, 1.0),
        shocks.quote,
        observation(month, is_reference, "fob_discount_usd_bbl"),
        xp,
    )
    # The tax price is FOB plus the wedge of the law in force, so its record informs all three terms.
    pacific_gap = (1.0 - PACIFIC_WEDGE_SHARE) * (wedge - margin) + params.pacific_premium
    law = wedge_by_law(pacific_gap, month, params, xp)
    law_sd = wedge_spread(month, params, xp) + 0.0 * law
    tax_wedge = drawn(law + params.tax_wedge_persistence * state.tax_wedge_error, law_sd, shocks.tax_wedge)
    tax_seen = observation(month, is_reference, "urals_tax_usd_bbl")
    delivered, logistics, tax_wedge = assimilate_sum(
        (delivered, logistics, tax_wedge),
        (*spreads, law_sd),
        (1.0, 1.0, -1.0),
        shocks.tax_quote,
        tax_seen._replace(value=brent - tax_seen.value),
        xp,
    )
    below_floor = xp.maximum(FOB_FLOOR_USD_BBL - (brent - delivered.value - logistics.value), 0.0)
    fob = brent - delivered.value - logistics.value + below_floor
    freight = logistics.value - params.grade_usd_bbl - rent - below_floor
    tax_price = xp.maximum(fob + tax_wedge.value, brent - month.tax_discount_limit_usd_bbl)
    shut_in = crude_for_sea_mbd - loaded
    state = state._replace(
        clearing_discount=asked,
        delivered_error=delivered.value - asked - markup,
        logistics_error=logistics.value - params.grade_usd_bbl - wedge,
        pressure_adapted=adapted,
        buyer_reach=reach,
        tax_wedge_error=tax_wedge.value - law,
        unsold_mb=unsold_after,
        crude_error=loaded / trip.lifted_mbd - 1.0,
        lost_capacity_mbd=state.lost_capacity_mbd
        + params.permanent_loss_share / 12.0 * xp.maximum(crude_for_sea_mbd - trip.lifted_mbd, 0.0),
    )
    return state, Discount(
        delivered,
        logistics,
        brent - fob,
        fob,
        tax_wedge._replace(value=xp.maximum(tax_price, 3.0)),
        fob + pacific_gap,
        freight,
        rent,
        price_identity(brent, fob, freight, rent, delivered.value, params.grade_usd_bbl),
        lifted._replace(value=loaded),
        sold,
        shut_in,
        afloat._replace(value=in_transit + unsold_after),
        trip,
        stock_residual,
    )
