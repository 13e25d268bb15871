"""Export receipts: crude by sea and pipeline, and products, at their own prices.

Equations (docs/model/discount.md, section on receipts):
    E1  product price = ratio Brent - pass (FOB discount)
    E2  pipeline price = Brent - pass (FOB discount)
    E3  receipts = days / 1000 [ seaborne ((1 - pac) FOB + pac FOB_pacific) + pipeline P + products P ] (1 + AR(1))
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array, MonthRow, Parameters, Shocks, WorldState
from ripeness.world.assimilation import Assimilated, Reader, assimilate, observation
from ripeness.world.discount import Discount
from ripeness.world.refining import Refining


class Receipts(NamedTuple):
    """Product exports and all oil exports, mb/d, and what they earned, USD bn."""

    product_exports_mbd: Array
    volume: Assimilated
    revenue: Assimilated


def fixed_volume_cap_effect(
    volume_mb: Array, price: Array, cap: Array, covered_share: Array, xp: Any
) -> Array:
    """Change in receipts, USD bn, if the covered share of a fixed volume sold at no more than the cap.

    An accounting bound, as published trackers compute it: volumes, Brent and freight do not react.
    """
    return -volume_mb * covered_share * xp.maximum(price - cap, 0.0) / 1000.0


def receipts(
    state: WorldState,
    params: Parameters,
    month: MonthRow,
    shocks: Shocks,
    reader: Reader,
    brent: Array,
    trade: Discount,
    refined: Refining,
    xp: Any,
) -> tuple[WorldState, Receipts]:
    """Volumes and receipts of the month (E1 to E3)."""
    product_exports_mbd = refined.product_exports_mbd
    crude = trade.crude_seaborne.value
    kept = params.product_volume_persistence * state.product_error
    # What is not known of crude and runs is not known of their sum with products either (A9).
    squared = product_exports_mbd * product_exports_mbd
    remembered = (
        params.product_volume_persistence * params.product_volume_persistence * state.product_variance
    )
    own = squared * (params.product_volume_sd * params.product_volume_sd + remembered)
    open_volume = trade.volume_variance
    volume = assimilate(
        crude + params.pipeline_crude_mbd + product_exports_mbd * (1.0 + kept),
        product_exports_mbd * params.product_volume_sd,
        shocks.product_volume,
        observation(month, reader, "export_volume_mbd"),
        reader,
        xp,
        squared * remembered + open_volume,
    )
    products = xp.maximum(volume.value - crude - params.pipeline_crude_mbd, 0.2)
    product_price = xp.maximum(
        params.product_price_ratio * brent - params.product_discount_pass * trade.fob_discount_usd_bbl, 5.0
    )
    pipeline_price = xp.maximum(brent - params.pipeline_discount_pass * trade.fob_discount_usd_bbl, 3.0)
    seaborne_price = (
        1.0 - params.pacific_share
    ) * trade.urals_fob_usd_bbl + params.pacific_share * trade.pacific_fob_usd_bbl
    value_per_day = (
        crude * seaborne_price + params.pipeline_crude_mbd * pipeline_price + products * product_price
    )
    expected = month.days / 1000.0 * value_per_day
    # Nor are prices and volumes known whose product is the revenue.
    per_usd = (
        crude
        + params.pipeline_discount_pass * params.pipeline_crude_mbd
        + params.product_discount_pass * products
    )
    spread_of_price = per_usd * per_usd * trade.price_variance
    gap = seaborne_price - product_price
    spread_of_volume = (
        product_price * product_price * volume.variance + gap * gap * trade.crude_seaborne.variance
    )
    open_revenue = (month.days / 1000.0) * (month.days / 1000.0) * (spread_of_price + spread_of_volume)
    lasting = params.revenue_persistence * params.revenue_persistence * state.revenue_variance
    own_revenue = expected * expected * (params.revenue_sd * params.revenue_sd + lasting)
    revenue = assimilate(
        expected * (1.0 + params.revenue_persistence * state.revenue_error),
        expected * params.revenue_sd,
        shocks.revenue,
        observation(month, reader, "export_revenue_usd_bn"),
        reader,
        xp,
        expected * expected * lasting + open_revenue,
    )
    earned = xp.maximum(revenue.value, 0.2)
    state = state._replace(
        product_error=products / product_exports_mbd - 1.0,
        product_variance=volume.variance * own / ((own + open_volume) * squared),
        revenue_error=earned / expected - 1.0,
        revenue_variance=revenue.variance
        * own_revenue
        / ((own_revenue + open_revenue) * expected * expected),
    )
    return state, Receipts(
        products,
        volume._replace(value=crude + params.pipeline_crude_mbd + products),
        revenue._replace(value=earned),
    )
