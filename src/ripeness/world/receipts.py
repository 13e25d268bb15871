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
    product_exports_mbd: Array,
    xp: Any,
) -> tuple[WorldState, Receipts]:
    """Volumes and receipts of the month (E1 to E3)."""
    crude = trade.crude_seaborne.value
    kept = params.product_volume_persistence * state.product_error
    volume = assimilate(
        crude + params.pipeline_crude_mbd + product_exports_mbd * (1.0 + kept),
        product_exports_mbd * params.product_volume_sd,
        shocks.product_volume,
        observation(month, reader, "export_volume_mbd"),
        reader,
        xp,
        product_exports_mbd
        * product_exports_mbd
        * params.product_volume_persistence
        * params.product_volume_persistence
        * state.product_variance,
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
    revenue = assimilate(
        expected * (1.0 + params.revenue_persistence * state.revenue_error),
        expected * params.revenue_sd,
        shocks.revenue,
        observation(month, reader, "export_revenue_usd_bn"),
        reader,
        xp,
        expected
        * expected
        * params.revenue_persistence
        * params.revenue_persistence
        * state.revenue_variance,
    )
    earned = xp.maximum(revenue.value, 0.2)
    state = state._replace(
        product_error=products / product_exports_mbd - 1.0,
        product_variance=volume.variance / (product_exports_mbd * product_exports_mbd),
        revenue_error=earned / expected - 1.0,
        revenue_variance=revenue.variance / (expected * expected),
    )
    return state, Receipts(
        products,
        volume._replace(value=crude + params.pipeline_crude_mbd + products),
        revenue._replace(value=earned),
    )
