"""Refining and product exports: strikes enter as shares of capacity, never as sites.

Equations (docs/model/refining.md):
    R1  O' = O (1 - 1 / tau) + hit (1 - O)                        outage of nameplate capacity
    R2  lost = softplus((O - spare) / 0.03) 0.03 - its value at O = 0   idle units stand in for the first outages
    R3  runs = normal (1 - lost) + AR(1) error
    R4  crude for export = output - lost capacity - runs - (1 - pass) normal lost
    R5  friction' = friction 2^(-1/h) + f0 (ban rise)+            products find new buyers within months
    R6  products = [(yield runs - domestic)]+ (1 - friction)(1 - disruption)(1 - port loss)(1 + AR(1) error)
Source: IEA throughput as reported by the press.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array, Levers, MonthRow, Parameters, Shocks, WorldState
from ripeness.world.assimilation import Assimilated, Reader, assimilate, observation
from ripeness.world.smooth import clip, halving, softplus

OUTAGE_WIDTH = 0.03
"""Outage range over which spare units run out, share of capacity."""


class Refining(NamedTuple):
    """Refinery runs, crude left for seaborne export, and product exports before their error, mb/d."""

    runs: Assimilated
    crude_for_sea_mbd: Array
    product_exports_mbd: Array


def lost_runs_share(outage: Array, spare: Array, xp: Any) -> Array:
    """Share of normal runs lost at an outage of nameplate capacity (R2); 0 with no outage."""
    at = softplus((outage - spare) / OUTAGE_WIDTH, xp)
    return OUTAGE_WIDTH * (at - softplus(-spare / OUTAGE_WIDTH, xp))


def refining(
    state: WorldState,
    params: Parameters,
    levers: Levers,
    month: MonthRow,
    shocks: Shocks,
    reader: Reader,
    xp: Any,
) -> tuple[WorldState, Refining]:
    """One month of refining (R1 to R6, products without their error)."""
    outage = state.refinery_outage * (1.0 - 1.0 / params.repair_months)
    outage = clip(outage + levers.refinery_strikes * (1.0 - outage), 0.0, 0.95, xp)
    lost = params.runs_normal_mbd * lost_runs_share(outage, params.spare_refining_share, xp)
    expected = params.runs_normal_mbd - lost
    seen = observation(month, reader, "refinery_throughput_mbd")
    runs = assimilate(
        expected + params.throughput_persistence * state.throughput_error,
        params.throughput_sd,
        shocks.throughput,
        seen,
        reader,
        xp,
        params.throughput_persistence * params.throughput_persistence * state.throughput_variance,
    )
    throughput = xp.maximum(runs.value, 1.0)
    potential = params.crude_output_mbd - state.lost_capacity_mbd - (1.0 - params.export_pass_through) * lost
    for_sea = xp.maximum(potential - throughput - params.pipeline_crude_mbd, 0.3)
    friction = state.product_friction * halving(params.product_redirect_months, xp)
    friction = friction + params.product_ban_friction * xp.maximum(
        levers.product_import_ban - state.product_ban_before, 0.0
    )
    open_share = (1.0 - clip(friction, 0.0, 0.9, xp)) * (1.0 - month.product_disruption)
    products = xp.maximum(params.product_yield * throughput - params.domestic_products_mbd, 0.3)
    products = products * open_share * (1.0 - params.port_strike_loss * levers.port_strikes)
    state = state._replace(
        refinery_outage=outage,
        throughput_error=runs.value - expected,
        throughput_variance=runs.variance,
        product_friction=friction,
        product_ban_before=levers.product_import_ban + 0.0 * friction,
    )
    return state, Refining(runs._replace(value=throughput), for_sea, products)
