"""World oil market: what the target's barrels and large supply losses do to Brent.

Equations (docs/model/oil_market.md):
    W1  ln demand = -(e_d + psi) p - a        ln supply = ln[ s x + (1 - s)(1 - L) exp(e_s p + b) + r ]
        p solves demand = supply; s world share of the target, x its exports over normal, L the stopped share of
        rival supply, r stock release; four Newton steps in logs, so that large losses are treated exactly.
    W2  psi = psi_0 [ 1 + k exp(-m / 6) L / (L + 0.02) ]      a stop thought to last m months is met from stocks
    W3  a' = (1 - lam) a + lam (e_dL - e_d) p                 b' likewise with e_s
    W4  Brent = B exp(p);  B' = B + (D / 12)(anchor - B) + sigma sqrt(B / 12) z
    W5  coalition cost = imports * days * Brent * [ 1 - exp(-s (1 - x)+ / (e_d + psi + (1 - s) e_s)) ]
Source: Johnson, Rachel and Wolfram 2023 for W4; the elasticities are priors of the case.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array, Levers, MonthRow, Parameters, Shocks, WorldState
from ripeness.world.assimilation import Assimilated, Reader, assimilate, observation
from ripeness.world.smooth import clip

WORLD_SUPPLY_MBD = 103.0
"""World liquids supply, mb/d (IEA, 2024-25 average)."""


class OilMarket(NamedTuple):
    """Brent of the month, scarcity of other crude, alarm in the tanker market, cost to importers.

    Scarcity and alarm are 0 in normal months and about 1 in a closure of the Gulf.
    """

    brent: Assimilated
    scarcity: Array
    shipping_alarm: Array
    coalition_cost_usd_bn: Array


def clearing_log_price(
    exports_ratio: Array,
    world_share: Array,
    rival_loss: Array,
    release_share: Array,
    demand_elasticity: Array,
    supply_elasticity: Array,
    demand_shift: Array,
    supply_shift: Array,
    xp: Any,
) -> Array:
    """Log price relative to normal that clears the world market (W1).

    `demand_elasticity` is positive and contains the response of stocks. With rigid rivals
    (`supply_elasticity` 0) and no shifts this is `-(1 / e) ln(1 - s f)` for a cut of share `f`.
    """
    p = 0.0 * exports_ratio
    for _ in range(4):
        rivals = (1.0 - world_share) * (1.0 - rival_loss) * xp.exp(supply_elasticity * p + supply_shift)
        supply = world_share * exports_ratio + rivals + release_share
        gap = -demand_elasticity * p - demand_shift - xp.log(supply)
        slope = -demand_elasticity - supply_elasticity * rivals / supply
        p = clip(p - gap / slope, -2.5, 2.5, xp)
    return p


def breakeven_elasticity(world_share: Array, cut: Array, xp: Any) -> Array:
    """Total elasticity at which a forced export cut leaves the target's revenue unchanged."""
    return xp.log(1.0 - world_share * cut) / xp.log(1.0 - cut)


def elasticity_at_horizon(short: Array, long: Array, adjustment: Array, months: Array, xp: Any) -> Array:
    """Elasticity `months` after a lasting change under partial adjustment (W3)."""
    return long - (long - short) * xp.exp(months * xp.log(1.0 - adjustment))


def implied_elasticity(loss_share: Array, price_before: Array, price_after: Array, xp: Any) -> Array:
    """Total elasticity that a price rise after a supply loss implies, stocks and expectations included."""
    return -xp.log(1.0 - loss_share) / xp.log(price_after / price_before)


def normal_exports_mbd(params: Parameters) -> Array:
    """Exports of the target with no outage, ban or shut-in, mb/d."""
    crude = params.crude_output_mbd - params.runs_normal_mbd
    products = params.product_yield * params.runs_normal_mbd - params.domestic_products_mbd
    return crude + products


def oil_market(
    state: WorldState,
    params: Parameters,
    levers: Levers,
    month: MonthRow,
    shocks: Shocks,
    reader: Reader,
    xp: Any,
) -> tuple[WorldState, OilMarket]:
    """One month of the world market (W1 to W5). Exports act with a month's delay, the voyage."""
    loss = clip(month.chokepoint_loss + 0.0 * state.brent_base_usd_bbl, 0.0, 0.6, xp)
    temporary = params.temporary_stock_factor * xp.exp(-month.chokepoint_months / 6.0) * loss / (loss + 0.02)
    demand_elasticity = params.demand_elasticity_short + params.stock_elasticity * (1.0 + temporary)
    exports_ratio = state.world_exports_before / normal_exports_mbd(params)
    p = clearing_log_price(
        exports_ratio,
        params.world_share,
        loss,
        levers.stock_release_mbd / WORLD_SUPPLY_MBD,
        demand_elasticity,
        params.supply_elasticity_short,
        state.demand_adjustment,
        state.supply_adjustment,
        xp,
    )
    markup = xp.exp(p)
    base = xp.maximum(
        state.brent_base_usd_bbl
        + params.brent_reversion_year / 12.0 * (month.brent_anchor_usd_bbl - state.brent_base_usd_bbl),
        8.0,
    )
    spread = params.brent_volatility * xp.sqrt(base / 12.0) * markup
    seen = observation(month, reader, "brent_usd_bbl")
    brent = assimilate(base * markup, spread, shocks.brent, seen, reader, xp)
    price = xp.maximum(brent.value, 8.0 * markup)
    missing = xp.maximum(1.0 - exports_ratio, 0.0) * params.world_share
    total = demand_elasticity + (1.0 - params.world_share) * params.supply_elasticity_short
    premium = price * (1.0 - xp.exp(-missing / total))
    lam = params.adjustment_month
    state = state._replace(
        brent_base_usd_bbl=price / markup,
        demand_adjustment=(1.0 - lam) * state.demand_adjustment
        + lam * (params.demand_elasticity_long - params.demand_elasticity_short) * p,
        supply_adjustment=(1.0 - lam) * state.supply_adjustment
        + lam * (params.supply_elasticity_long - params.supply_elasticity_short) * p,
    )
    return state, OilMarket(
        brent._replace(value=price),
        xp.maximum(p, 0.0) / 0.3,
        loss / 0.1,
        premium * params.coalition_imports_mbd * month.days / 1000.0,
    )
