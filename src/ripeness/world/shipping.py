"""Shipping: fleet classes, listings, purchases, the insured channel, voyage days and freight.

Equations (docs/model/shipping.md):
    S1  listing moves ships to a harder class: share moved = 1 - exp(-listed / ships)
    S2  loss' = (n loss 2^(-1/h) + moved loss0) / (n + moved)      mean productivity loss of a class
    S3  ships' = ships + purchases - scrapping - seizures, purchases = rate 0.25 softplus((TCE / threshold - 1) / 0.25)
    S4  channel' = channel + k [ target - channel ]                insured ships leave and come back
        target = (1 - ban) [ 1 - cap + cap (open + (1 - open) false) ],  open = logistic((cap level - FOB) / width)
    S5  capacity = insured channel + sum over shadow classes of ships (1 - enforcement loss), Aframax equivalents
    S6  use = cargo round_trip / (payload capacity)
        TCE = normal exp[ smooth max(t1 ln(use / 0.6), ln 0.5) + t2 alarm ]
    S7  stranded = enforcement laden share payload (moved loss0)     cargo on ships listed at sea waits a month
    S8  lifted = cargo (1 + use^8)^(-1/8)
Source: Cardoso, Daubanes and Salant 2025 for the build-up under a cap.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ripeness.flow import Array, Levers, MonthRow, Parameters, Shocks, WorldState
from ripeness.world.assimilation import Assimilated, Reader, assimilate, observation
from ripeness.world.smooth import clip, halving, logistic, softplus

LOG_NORMAL_USE = math.log(0.6)
"""Log of the use of capacity at which earnings are normal."""

LOG_OUTSIDE_EARNINGS = math.log(0.5)
"""Log of what ships earn in other trades over what they earn here at normal use: the floor under rents."""

EARNINGS_WIDTH = 0.4
"""Range of log earnings over which ships leave for other trades."""

PURCHASE_WIDTH = 0.25
"""Range of rents, over the threshold, in which buyers of old ships come and go."""

LADEN_SHARE = 0.5
"""Share of ships at sea with cargo when they are listed."""

BALTIC_SHARE = 0.5
"""Share of western loadings that pass the Danish straits (voyages.csv)."""

CAP_MARGIN = 0.15
"""Distance of the dynamic cap below the mean market price (Council Regulation (EU) 2025/1494)."""

INSURED, UNLISTED, EU_UK, US = range(4)


class Fleet(NamedTuple):
    """Capacity of the month in Aframax equivalents, shadow share of crude, and days added to a voyage."""

    capacity: Array
    shadow_share: Assimilated
    extra_days: Array
    price_cap_usd_bbl: Array
    seized_share: Array
    stranded_mb: Array
    balance_residual: Array


class Voyage(NamedTuple):
    """What carrying the month's crude takes: cargo lifted, earnings of a ship-day."""

    lifted_mbd: Array
    tce_usd_day: Array


def round_trip_days(distance_nm: Array, speed_kn: Array, port_days: Array, extra_days: Array = 0.0) -> Array:
    """Days of a laden and ballast voyage with port time and delays."""
    return 2.0 * distance_nm / (24.0 * speed_kn) + port_days + extra_days


def throughput_kbd_per_ship(payload_mb: Array, round_trip: Array) -> Array:
    """Cargo one ship moves, thousand barrels a day."""
    return 1000.0 * payload_mb / round_trip


def effective_ships(ships: Array, loss: Array, enforcement: Array) -> Array:
    """Ships times what listing leaves of their productivity (S5, last term)."""
    return ships * (1.0 - enforcement * loss)


def lump_sum_usd_bbl(lump_sum_usd_m: Array, cargo_mb: Array) -> Array:
    """Freight a barrel of a voyage fixed at a lump sum."""
    return lump_sum_usd_m / cargo_mb


def fleet(
    state: WorldState,
    params: Parameters,
    levers: Levers,
    month: MonthRow,
    shocks: Shocks,
    reader: Reader,
    xp: Any,
) -> tuple[WorldState, Fleet]:
    """Listings, enforcement, the insured channel and capacity of the month (S1, S2, S4, S5, S7)."""
    pressed = 1.0 - levers.pressure_relief
    insured, unlisted, eu_uk, us = (state.fleet[i] for i in range(4))
    scale = params.crude_ship_share
    listed_us = scale * levers.vessels_listed_us
    moved_share = 1.0 - xp.exp(-listed_us / xp.maximum(unlisted + eu_uk, 1.0))
    to_us = moved_share * (unlisted + eu_uk)
    unlisted_left = unlisted * (1.0 - moved_share)
    eu_uk_left = eu_uk * (1.0 - moved_share)
    listed_eu = scale * (levers.vessels_listed_eu + (1.0 - params.listing_overlap) * levers.vessels_listed_uk)
    to_eu_uk = unlisted_left * (1.0 - xp.exp(-listed_eu / xp.maximum(unlisted_left, 1.0)))
    loss_us = (
        us * state.listing_loss[US] * halving(params.listing_half_life_us, xp)
        + to_us * params.listing_loss_us
    ) / (us + to_us + 1e-3)
    loss_eu_uk = (
        eu_uk_left * state.listing_loss[EU_UK] * halving(params.listing_half_life_eu_uk, xp)
        + to_eu_uk * params.listing_loss_eu_uk
    ) / (eu_uk_left + to_eu_uk + 1e-3)
    leaving = params.scrapping_year / 12.0
    seized = levers.interdiction * pressed
    stay = xp.maximum(1.0 - leaving - seized, 0.0)
    before = unlisted + eu_uk + us
    ships = [insured, (unlisted_left - to_eu_uk) * stay, (eu_uk_left + to_eu_uk) * stay, (us + to_us) * stay]
    residual = ships[UNLISTED] + ships[EU_UK] + ships[US] - before * stay

    practice = levers.listing_enforcement * pressed * (1.0 - 0.5 * levers.waiver)
    enforcement = state.enforcement + params.enforcement_adjustment * (practice - state.enforcement)
    cap = xp.where(levers.cap_dynamic > 0.5, state.dynamic_cap_usd_bbl, levers.price_cap_usd_bbl)
    reset = xp.where(month.cap_reset > 0.5, (1.0 - CAP_MARGIN) * state.fob_mean_usd_bbl, cap)
    cap = xp.where(levers.cap_dynamic > 0.5, reset, cap)
    is_open = logistic((cap - state.fob_before) / params.channel_width_usd_bbl, xp)
    false = params.false_attestation * (1.0 - levers.cap_enforcement * pressed)
    allowed = 1.0 - levers.cap_in_force * (1.0 - is_open) * (1.0 - false)
    target = (1.0 - levers.services_ban * pressed) * allowed
    channel = state.channel + params.channel_switch_month * (target - state.channel)
    insured_capacity = insured * channel
    loss = [0.0 * loss_us, 0.0 * loss_us, loss_eu_uk, loss_us]
    shadow_capacity = (
        ships[UNLISTED]
        + effective_ships(ships[EU_UK], loss_eu_uk, enforcement)
        + effective_ships(ships[US], loss_us, enforcement)
    )
    capacity = insured_capacity + shadow_capacity
    expected = shadow_capacity / xp.maximum(capacity, 1.0)
    share = assimilate(
        expected + params.shadow_share_persistence * state.shadow_error,
        params.shadow_share_sd,
        shocks.shadow_share,
        observation(month, reader, "shadow_share_crude"),
        reader,
        xp,
        params.shadow_share_persistence * params.shadow_share_persistence * state.shadow_variance,
    )
    extra = pressed * (
        BALTIC_SHARE * params.inspection_days * levers.transit_inspection
        + params.check_days * levers.insurance_checks
        + params.port_ban_days * levers.port_ban
    )
    state = state._replace(
        fleet=xp.stack(ships),
        listing_loss=xp.stack(loss),
        enforcement=enforcement,
        channel=channel,
        shadow_error=share.value - expected,
        shadow_variance=share.variance,
        dynamic_cap_usd_bbl=cap,
        fob_mean_usd_bbl=state.fob_mean_usd_bbl + (state.fob_before - state.fob_mean_usd_bbl) / 5.0,
    )
    return state, Fleet(
        capacity,
        share._replace(value=clip(share.value, 0.0, 1.0, xp)),
        extra + 0.0 * capacity,
        cap,
        seized,
        enforcement
        * LADEN_SHARE
        * params.payload_mb
        * (to_us * params.listing_loss_us + to_eu_uk * params.listing_loss_eu_uk),
        residual,
    )


def voyage(
    cargo_mbd: Array,
    round_trip: Array,
    ships: Array,
    alarm: Array,
    params: Parameters,
    xp: Any,
) -> Voyage:
    """Cargo that the ships lift and what a ship-day earns (S6, S8). `ships` are free Aframax equivalents."""
    use = cargo_mbd * round_trip / (params.payload_mb * xp.maximum(ships, 1.0))
    log_use = xp.log(xp.maximum(use, 0.02))
    lifted = cargo_mbd * xp.exp(-0.125 * xp.log(1.0 + xp.exp(clip(8.0 * log_use, -40.0, 40.0, xp))))
    above = params.tce_slope * (log_use - LOG_NORMAL_USE) - LOG_OUTSIDE_EARNINGS
    own = LOG_OUTSIDE_EARNINGS + EARNINGS_WIDTH * softplus(above / EARNINGS_WIDTH, xp)
    earning = clip(own + params.tce_market * alarm, -3.0, 2.5, xp)
    return Voyage(lifted, params.tce_normal_usd_day * xp.exp(earning))


def purchases(state: WorldState, params: Parameters, tce_usd_day: Array, xp: Any) -> WorldState:
    """Old ships bought into the unlisted class while their rent pays (S3)."""
    over = (tce_usd_day / params.purchase_rent_usd_day - 1.0) / PURCHASE_WIDTH
    bought = params.purchase_rate_month * PURCHASE_WIDTH * softplus(over, xp)
    ships = [state.fleet[i] for i in range(4)]
    ships[UNLISTED] = ships[UNLISTED] + bought
    return state._replace(fleet=xp.stack(ships))
