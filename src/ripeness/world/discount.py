"""The discount in two steps: what buyers ask for (delivered), and what carrying costs (to the port of loading).

Equations (docs/model/discount.md):
    D1  L(w) = [listed (1 - w) (0.4 + 0.6 sec) + 0.35 sec] (1 - relief) + stigma ban;  pi(w) = (L(w) - adapted)+
        adapted' = adapted + (1 - 2^(-1/h)) (share L(0) - adapted)         buyers and banks learn
    D2  rho_b = rho0_b + chi_b pi(w) + tariff_b t - kap scarcity           premium that buyer b asks
        q_b = qbar_b reach_b access_b logistic((d - rho_b) / width)     what it accepts at a delivered discount d
        reach' = reach + g (1 - reach) logistic((d - rho_b) / width)    trade links grow with trade
    D3  d* solves sum_b q_b(d) = cargo + unsold / months;  six bracketed Newton steps on log odds
        d' = d + k (d* - d);  delivered = d' + mp (HHI - HHI0) + error  sluggish, and dearer with fewer buyers
    D4  unsold' = unsold + (lifted - sold) days                         oil afloat is a stock
    D5  wedge = voyage cost + distant (fees + margin) + slope pi(0) + seizure premium + (port - buyers) + rent + error
        rent = (TCE - normal) round trip / payload;  port' = port + j (buyers - port), buyers = d' + mp (HHI - HHI0)
    D6  FOB = Brent - grade - delivered discount - wedge                holds as an identity (I03)
Source: Kilian, Rapson and Schipper 2024 for the split of the wedge. Premia (d < 0) are possible.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import BUYERS, Array, Levers, MonthRow, Parameters, Shocks, WorldState
from ripeness.world.assimilation import (
    Assimilated,
    Errors3,
    Reader,
    assimilate,
    draw_errors,
    observation,
    observe_at_least,
    observe_sum,
    predict_errors,
)
from ripeness.world.shipping import Fleet, Voyage, voyage
from ripeness.world.smooth import clip, halving, logistic, softplus
from ripeness.world.tax_price import wedge_by_law, wedge_spread

PREWAR_CONCENTRATION = 0.25
"""Herfindahl index of buyers before the embargo, countries counted once."""

PACIFIC_WEDGE_SHARE = 0.4
"""Carrying cost from the Pacific port as a share of that from western ports (voyages.csv)."""

FOB_FLOOR_USD_BBL = 3.0
"""Lowest price at the port: below it carriers, not the seller, take the loss."""

AT_LIMIT_SDS = 4.0
"""Observation errors above the legal limit within which a tax price is read as set by it."""

FULLEST = 0.96
"""Largest share of all buyers' capacity that a price is sought for; beyond it the discount has no end."""

FLOATING_SHARE = 0.5
"""Share of a ship's time that unsold cargo blocks while it waits."""


class PriceTerms(NamedTuple):
    """Delivered discount, carrying wedge with grade, and tax wedge after the record (USD/bbl).

    `shocks` are the standardised shocks that give them and `log_likelihood` the log densities of the
    delivered quote, the port quote and the tax price.
    """

    values: tuple[Array, ...]
    shocks: tuple[Array, ...]
    covariance: tuple[Array, ...]
    log_likelihood: tuple[Array, ...]


class Discount(NamedTuple):
    """Prices, volumes and stocks of the month's crude trade."""

    delivered_discount_usd_bbl: Array
    prices: PriceTerms
    fob_discount_usd_bbl: Array
    urals_fob_usd_bbl: Array
    tax_price_usd_bbl: Array
    pacific_fob_usd_bbl: Array
    freight_usd_bbl: Array
    scarcity_rent_usd_bbl: Array
    price_chain_residual: Array
    crude_seaborne: Assimilated
    sold_mbd: Array
    shut_in_mbd: Array
    from_onshore_mbd: Array
    afloat: Assimilated
    voyage: Voyage
    stock_residual: Array
    price_variance: Array  # what the record leaves open of the port price, and of crude and products together
    volume_variance: Array


def secondary_pressure(levers: Levers, ban_stigma: Array, waiver: Array) -> Array:
    """Level of pressure on buyers and their banks before they adapt (D1); 1 at full listing and threat."""
    threats = (
        levers.producer_listing * (1.0 - waiver) * (0.4 + 0.6 * levers.secondary_sanctions)
        + 0.35 * levers.secondary_sanctions
    )
    # Relief suspends enforcement while talks last; an import ban stays law, and so does what it says to others.
    return threats * (1.0 - levers.pressure_relief) + ban_stigma * levers.crude_import_ban


def accepted_mbd(discount: Array, capacity: Array, premium: Array, width: Array, xp: Any) -> Array:
    """Volume each buyer accepts at a delivered discount (D2), by buyer."""
    return capacity * logistic((discount - premium) / width, xp)


def clearing_discount(
    target: Array, start: Array, capacity: Array, premium: Array, width: Array, xp: Any
) -> Array:
    """Delivered discount at which buyers accept `target` mb/d (D3); a target beyond reach gives a large one."""
    room = xp.sum(capacity, axis=0)
    fill = xp.minimum(xp.maximum(target, 0.05) / room, FULLEST)
    wanted = xp.log(fill / (1.0 - fill))
    # All buyers at the lowest premium would take too much, at the highest too little: the answer lies between.
    low, high = premium[0], premium[0]
    for b in range(1, len(BUYERS)):
        low, high = xp.minimum(low, premium[b]), xp.maximum(high, premium[b])
    low, high = low + width * wanted, high + width * wanted
    d = clip(start, low, high, xp)
    for _ in range(6):
        share = logistic((d - premium) / width, xp)
        accepted = capacity * share / room
        filled = clip(xp.sum(accepted, axis=0), 1e-6, 1.0 - 1e-6, xp)
        slope = xp.sum(accepted * (1.0 - share), axis=0) / width
        gap = wanted - xp.log(filled / (1.0 - filled))
        low, high = xp.where(gap > 0.0, d, low), xp.where(gap > 0.0, high, d)
        step = d + gap * filled * (1.0 - filled) / xp.maximum(slope, 1e-9)
        middle = 0.5 * (low + high)
        d = xp.where(step < low, middle, xp.where(step > high, middle, step))
    return clip(d, -40.0, 60.0, xp)


def concentration(accepted: Array, xp: Any) -> Array:
    """Herfindahl index of sales by country: India and China each count once."""
    eu, in_1, in_2, cn_1, cn_2, tr, other = (accepted[i] for i in range(len(BUYERS)))
    total = eu + in_1 + in_2 + cn_1 + cn_2 + tr + other
    india, china = in_1 + in_2, cn_1 + cn_2
    return (eu * eu + india * india + china * china + tr * tr + other * other) / (total * total)


def price_identity(
    brent: Array, fob: Array, wedge: Array, rent: Array, delivered: Array, grade: Array
) -> Array:
    """Residual of the price chain (I03): 0 where every dollar between Brent and FOB is named."""
    return brent - (fob + wedge + rent + delivered + grade)


def price_terms(
    state: WorldState,
    params: Parameters,
    month: MonthRow,
    shocks: Shocks,
    reader: Reader,
    brent: Array,
    delivered: Array,
    logistics: Array,
    tax_wedge: Array,
    xp: Any,
) -> PriceTerms:
    """Errors of the three price terms given quotes and the tax price (A6); arguments are their predictions."""
    spreads = (params.delivered_sd, params.logistics_sd, wedge_spread(month, params, xp) + 0.0 * delivered)
    before = Errors3(
        (state.delivered_error, state.logistics_error, state.tax_wedge_error),
        tuple(state.price_errors_covariance[i] for i in range(6)),
    )
    persistence = (params.delivered_persistence, params.logistics_persistence, params.tax_wedge_persistence)
    expected = predict_errors(before, persistence, spreads)
    own = (shocks.delivered, shocks.logistics, shocks.tax_wedge)
    quote = observation(month, reader, "delivered_discount_usd_bbl")
    port = observation(month, reader, "fob_discount_usd_bbl")
    tax = observation(month, reader, "urals_tax_usd_bbl")
    errors, seen_1 = observe_sum(expected, (1.0, 0.0, 0.0), quote.value - delivered, quote, xp)
    errors, seen_2 = observe_sum(errors, (1.0, 1.0, 0.0), port.value - delivered - logistics, port, xp)
    gap = brent - tax.value - delivered - logistics + tax_wedge
    at_limit = xp.where(
        tax.value - (brent - month.tax_discount_limit_usd_bbl) < AT_LIMIT_SDS * tax.sd, tax.present, 0.0
    )
    freely = tax._replace(present=tax.present - at_limit)
    # At the limit the tax price says only that the port price lay below: the gap is at least what the limit makes it.
    errors_limit, seen_limit = observe_at_least(errors, (1.0, 1.0, -1.0), gap, tax.sd, at_limit, xp)
    errors, seen_3 = observe_sum(errors_limit, (1.0, 1.0, -1.0), gap, freely, xp)
    seen_3 = seen_3 + seen_limit
    errors = draw_errors(errors, own, reader, xp)
    is_reference = reader.is_reference > 0.5
    final = [xp.where(is_reference, errors.mean[i], expected.mean[i] + spreads[i] * own[i]) for i in range(3)]
    return PriceTerms(
        (delivered + final[0], logistics + final[1], tax_wedge + final[2]),
        tuple((final[i] - expected.mean[i]) / spreads[i] for i in range(3)),
        tuple(xp.where(is_reference, value, 0.0) for value in errors.covariance),
        (seen_1, seen_2, seen_3),
    )


def discount(
    state: WorldState,
    params: Parameters,
    levers: Levers,
    month: MonthRow,
    shocks: Shocks,
    reader: Reader,
    brent: Array,
    scarcity: Array,
    shipping_alarm: Array,
    ships: Fleet,
    crude_for_sea_mbd: Array,
    runs_variance: Array,
    xp: Any,
) -> tuple[WorldState, Discount]:
    """One month of the crude trade (D1 to D6); `runs_variance` is what the record leaves open of refinery runs."""
    level = secondary_pressure(levers, params.ban_stigma, 0.0)
    adapted = state.pressure_adapted + (1.0 - halving(params.adaptation_months, xp)) * (
        params.adaptation_share * level - state.pressure_adapted
    )
    unwaived = xp.maximum(level - adapted, 0.0)
    pressure = xp.maximum(secondary_pressure(levers, params.ban_stigma, levers.waiver) - adapted, 0.0)
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
    demand = xp.maximum(xp.sum(accepted, axis=0) - ships.stranded_mb / month.days, 0.1)
    # By share, not by accepted / capacity: a closed market has no capacity.
    share = logistic((asked - premium) / params.buyer_width, xp)
    growth = xp.minimum(params.reach_growth_month * share, 1.0)
    reach = state.buyer_reach + growth * (1.0 - state.buyer_reach)
    markup = params.market_power_usd * (concentration(accepted, xp) - PREWAR_CONCENTRATION)

    round_trip = (
        xp.sum(accepted * params.round_trip_days, axis=0) / xp.sum(accepted, axis=0) + ships.extra_days
    )
    waiting = FLOATING_SHARE * state.unsold_mb / params.payload_mb
    free = xp.maximum(ships.capacity - waiting, 0.15 * ships.capacity)
    trip = voyage(offered, round_trip, free, shipping_alarm, params, xp)

    # What is not known of runs is not known of the crude that they leave (A9).
    per_run = trip.lifted_mbd / crude_for_sea_mbd
    from_runs = per_run * per_run * runs_variance
    kept = params.crude_volume_persistence * params.crude_volume_persistence * state.crude_variance
    squared = trip.lifted_mbd * trip.lifted_mbd
    own = squared * (params.crude_volume_sd * params.crude_volume_sd + kept)
    seen_volume = observation(month, reader, "crude_seaborne_mbd")
    expected = trip.lifted_mbd * (1.0 + params.crude_volume_persistence * state.crude_error)
    lifted = assimilate(
        expected,
        trip.lifted_mbd * params.crude_volume_sd,
        shocks.crude_volume,
        seen_volume,
        reader,
        xp,
        squared * kept + from_runs,
    )
    # Runs that leave less crude leave more products: of the sum of both, what is open of runs is open by the rest.
    filtering = reader.is_reference * (1.0 - reader.drawing)
    rest = params.product_yield - per_run
    cross = own - per_run * rest * runs_variance
    total = own + from_runs + seen_volume.sd * seen_volume.sd
    told = xp.where(seen_volume.present > 0.5, cross * cross / total, 0.0)
    volume_variance = filtering * (own + rest * rest * runs_variance - told)
    loaded = xp.maximum(lifted.value, 0.2)
    unsold = xp.maximum(state.unsold_mb + (loaded - demand) * month.days, 0.0)
    in_transit = 0.5 * round_trip * xp.minimum(demand, loaded)
    afloat = assimilate(
        in_transit + unsold,
        params.afloat_sd,
        shocks.afloat,
        observation(month, reader, "oil_afloat_mb"),
        reader,
        xp,
    )
    unsold_after = xp.maximum(afloat.value - in_transit, 0.0)
    sold = loaded - (unsold_after - state.unsold_mb) / month.days
    stock_residual = unsold_after - state.unsold_mb - (loaded - sold) * month.days

    west_trip = round_trip / (1.0 - 0.6 * params.pacific_share)
    voyage_cost = (params.tce_normal_usd_day + params.bunkers_usd_day) * west_trip / params.payload_mb / 1.0e6
    # Short voyages to the coalition's own ports pay neither canal, transfer nor intermediary. A licence of
    # weeks frees buyers but does not dissolve the chains that were built around listed producers.
    distant = 1.0 - accepted[0] / xp.sum(accepted, axis=0)
    margin = params.intermediary_margin * distant + params.intermediary_slope * unwaived
    insurance = (
        params.voyage_fees_usd_bbl * distant + params.interdiction_insurance * 100.0 * ships.seized_share
    )
    rent = (trip.tce_usd_day - params.tce_normal_usd_day) * west_trip / params.payload_mb / 1.0e6
    # Oil that is afloat was bought at the port price of its day: traders gain or lose until that price follows.
    buyer_term = asked + markup
    port_term = state.port_discount + params.port_adjustment * (buyer_term - state.port_discount)
    wedge = voyage_cost + insurance + margin + (port_term - buyer_term) + rent
    # The tax price is FOB plus the wedge of the law in force, so its record informs all three price terms.
    pacific_gap = (1.0 - PACIFIC_WEDGE_SHARE) * (voyage_cost + insurance + rent) + params.pacific_premium
    law = wedge_by_law(pacific_gap, month, params, xp)
    base_delivered = buyer_term
    base_logistics = params.grade_usd_bbl + wedge
    prices = price_terms(state, params, month, shocks, reader, brent, base_delivered, base_logistics, law, xp)
    delivered, logistics, tax_wedge = prices.values
    covariance = prices.covariance
    below_floor = xp.maximum(FOB_FLOOR_USD_BBL - (brent - delivered - logistics), 0.0)
    fob = brent - delivered - logistics + below_floor
    freight = logistics - params.grade_usd_bbl - rent - below_floor
    tax_price = xp.maximum(fob + tax_wedge, brent - month.tax_discount_limit_usd_bbl)
    shut_in = xp.maximum(crude_for_sea_mbd - loaded, 0.0)
    from_onshore = xp.maximum(loaded - crude_for_sea_mbd, 0.0)
    state = state._replace(
        clearing_discount=asked,
        delivered_error=delivered - base_delivered,
        logistics_error=logistics - base_logistics,
        port_discount=port_term,
        price_errors_covariance=xp.stack(prices.covariance),
        pressure_adapted=adapted,
        buyer_reach=reach,
        tax_wedge_error=tax_wedge - law,
        unsold_mb=unsold_after,
        crude_error=loaded / trip.lifted_mbd - 1.0,
        crude_variance=lifted.variance * own / ((own + from_runs) * squared),
        lost_capacity_mbd=state.lost_capacity_mbd
        + params.permanent_loss_share / 12.0 * xp.maximum(crude_for_sea_mbd - trip.lifted_mbd, 0.0),
    )
    return state, Discount(
        delivered,
        prices,
        brent - fob,
        fob,
        xp.maximum(tax_price, 3.0),
        fob + pacific_gap,
        freight,
        rent,
        price_identity(brent, fob, freight, rent, delivered, params.grade_usd_bbl),
        lifted._replace(value=loaded),
        sold,
        shut_in,
        from_onshore,
        afloat._replace(value=in_transit + unsold_after),
        trip,
        stock_residual,
        covariance[0] + 2.0 * covariance[1] + covariance[2],
        volume_variance,
    )
