"""The month of the money chain: triggers, levers, world, bookkeeping. Every engine runs this source.

Triggers read the outputs of the month before, so that a rule never sees the month it acts in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ripeness.flow import (
    NEVER,
    TRIGGERS,
    WATCHED,
    Array,
    Levers,
    MonthRow,
    Outputs,
    Parameters,
    PolicyRow,
    Shocks,
    Triggers,
    WorldState,
    layout_of,
)
from ripeness.world import discount, fleet, oil_market, purchases, receipts, refining, treasury
from ripeness.world.assimilation import Reader


def watched_before(state: WorldState) -> dict[str, Array]:
    """Outputs of the money chain in the month before, by name, as triggers read them."""
    return {
        "brent_usd_bbl": state.brent_before,
        "fob_discount_usd_bbl": state.fob_discount_before,
        "delivered_discount_usd_bbl": state.delivered_before,
        "export_volume_mbd": state.volume_before,
        "export_revenue_usd_bn": state.revenue_before,
        "oil_gas_revenue_rub_trn": state.oil_gas_before,
        "liquid_fund_rub_trn": state.liquid_fund,
        "oil_afloat_mb": state.afloat_before,
        "shadow_share_crude": state.shadow_before,
        "deficit_rub_trn": state.deficit_before,
    }


class Rules(NamedTuple):
    """Where a policy's triggers stand: months in a row that a condition held, months since it fired (0 before)."""

    count: Array
    age: Array


def levers_in_force(
    rules_before: Rules, seen: Mapping[str, Array], policy: PolicyRow, like: Array, xp: Any
) -> tuple[Rules, Levers]:
    """Levers of the month after the policy's triggers (T1 count, T2 fire for good, T3 switch rows).

    `seen` holds the watched outputs of the month before that the program has; `like` is any number of a member,
    whose shape the levers take.
    """
    rules: Triggers = layout_of(Triggers).unpack(policy.triggers)
    rows = [policy.levers[i] + 0.0 * like for i in range(layout_of(Levers).size)]
    counts, ages = [], []
    for slot in range(len(TRIGGERS)):
        value = sum(rules.watch[slot][j] * seen[name] for j, name in enumerate(WATCHED) if name in seen)
        holds = (
            xp.where(rules.sign[slot] * (value - rules.threshold[slot]) > 0.0, 1.0, 0.0) * rules.armed[slot]
        )
        count = (rules_before.count[slot] + 1.0) * holds
        fired = xp.where(count > rules.for_months[slot] - 0.5, 1.0, 0.0) * rules.armed[slot]
        age = xp.where(rules_before.age[slot] > 0.5, rules_before.age[slot] + 1.0, fired)
        acting = age > rules.after_months[slot] + 0.5
        rows = [xp.where(acting, _overlaid(policy, slot, i, row, xp), row) for i, row in enumerate(rows)]
        counts.append(count)
        ages.append(age)
    return Rules(xp.stack(counts), xp.stack(ages)), layout_of(Levers).unpack(xp.stack(rows))


def _overlaid(policy: PolicyRow, slot: int, lever: int, row: Array, xp: Any) -> Array:
    """A slot's lever where its row says something else than the policy's own, so that slots compose."""
    then, own = policy.then_levers[slot][lever], policy.levers[lever]
    return xp.where(xp.abs(then - own) > 0.0, then + 0.0 * row, row)


def simulate_month(
    state: WorldState,
    params: Parameters,
    policy: PolicyRow,
    month: MonthRow,
    shocks: Shocks,
    xp: Any,
) -> tuple[WorldState, Outputs, Shocks]:
    """One month of the money chain alone: new state, what it reports, and the shocks it used."""
    rules, levers = levers_in_force(
        Rules(state.trigger_count, state.trigger_age), watched_before(state), policy, state.brent_before, xp
    )
    state = state._replace(trigger_count=rules.count, trigger_age=rules.age)
    reader = Reader(policy.is_reference, month.drawing)
    return simulate_money_month(state, params, levers, month, shocks, reader, xp)


def simulate_money_month(
    state: WorldState,
    params: Parameters,
    levers: Levers,
    month: MonthRow,
    shocks: Shocks,
    reader: Reader,
    xp: Any,
) -> tuple[WorldState, Outputs, Shocks]:
    """The blocks of the money chain and their bookkeeping, once the levers of the month are known."""
    state, market = oil_market(state, params, levers, month, shocks, reader, xp)
    brent = market.brent.value
    state, refined = refining(state, params, levers, month, shocks, reader, xp)
    state, ships = fleet(state, params, levers, month, shocks, reader, xp)
    state, trade = discount(
        state,
        params,
        levers,
        month,
        shocks,
        reader,
        brent,
        market.scarcity,
        market.shipping_alarm,
        ships,
        refined.crude_for_sea_mbd,
        refined.runs.variance,
        xp,
    )
    state = purchases(state, params, trade.voyage.tce_usd_day, xp)
    state, earned = receipts(state, params, month, shocks, reader, brent, trade, refined, xp)
    output = refined.runs.value + params.pipeline_crude_mbd + trade.crude_seaborne.value
    state, budget = treasury(
        state,
        params,
        month,
        shocks,
        reader,
        market.scarcity,
        trade.tax_price_usd_bbl,
        earned.revenue.value,
        output / params.crude_output_mbd,
        xp,
    )
    state, counted = _count(state, month, brent, market.coalition_cost_usd_bn, trade, earned, budget, xp)

    used = Shocks(
        brent=market.brent.shock,
        usd_rub=budget.usd_rub.shock,
        throughput=refined.runs.shock,
        crude_volume=trade.crude_seaborne.shock,
        product_volume=earned.volume.shock,
        shadow_share=ships.shadow_share.shock,
        delivered=trade.prices.shocks[0],
        logistics=trade.prices.shocks[1],
        afloat=trade.afloat.shock,
        tax_wedge=trade.prices.shocks[2],
        revenue=earned.revenue.shock,
        oil_gas=budget.oil_gas.shock,
        non_oil=budget.non_oil.shock,
        spending=budget.spending.shock,
        fund=budget.fund.shock,
        cpi=budget.cpi.shock,
        key_rate=budget.key_rate.shock,
    )
    likelihood = state.log_likelihood + xp.stack(
        [
            market.brent.log_likelihood,
            budget.usd_rub.log_likelihood,
            refined.runs.log_likelihood,
            trade.crude_seaborne.log_likelihood,
            earned.volume.log_likelihood,
            ships.shadow_share.log_likelihood,
            trade.prices.log_likelihood[0],
            trade.prices.log_likelihood[1],
            trade.afloat.log_likelihood,
            trade.prices.log_likelihood[2],
            earned.revenue.log_likelihood,
            budget.oil_gas.log_likelihood,
            budget.non_oil.log_likelihood,
            budget.spending.log_likelihood,
            budget.fund.log_likelihood,
            budget.cpi.log_likelihood,
            budget.key_rate.log_likelihood,
        ]
    )
    barrels = (
        refined.crude_for_sea_mbd + trade.from_onshore_mbd - trade.crude_seaborne.value - trade.shut_in_mbd
    )
    outputs = Outputs(
        brent_usd_bbl=brent,
        fob_discount_usd_bbl=trade.fob_discount_usd_bbl,
        delivered_discount_usd_bbl=trade.delivered_discount_usd_bbl,
        freight_usd_bbl=trade.freight_usd_bbl,
        scarcity_rent_usd_bbl=trade.scarcity_rent_usd_bbl,
        urals_fob_usd_bbl=trade.urals_fob_usd_bbl,
        urals_tax_usd_bbl=trade.tax_price_usd_bbl,
        crude_seaborne_mbd=trade.crude_seaborne.value,
        product_exports_mbd=earned.product_exports_mbd,
        export_volume_mbd=earned.volume.value,
        oil_afloat_mb=trade.afloat.value,
        shadow_share_crude=ships.shadow_share.value,
        effective_fleet_ships=ships.capacity,
        refinery_throughput_mbd=refined.runs.value,
        refinery_outage_share=state.refinery_outage,
        shut_in_mbd=trade.shut_in_mbd,
        from_onshore_mbd=trade.from_onshore_mbd,
        export_revenue_usd_bn=earned.revenue.value,
        usd_rub=budget.usd_rub.value,
        oil_gas_revenue_rub_trn=budget.oil_gas.value,
        non_oil_revenue_rub_trn=budget.non_oil.value,
        spending_rub_trn=budget.spending.value,
        deficit_rub_trn=budget.deficit,
        net_issuance_rub_trn=budget.net_issuance,
        fund_draw_rub_trn=budget.fund_draw,
        monetary_financing_rub_trn=budget.monetary_financing,
        arrears_rub_trn=budget.arrears,
        liquid_fund_rub_trn=budget.fund.value,
        uncovered_need_rub_trn=budget.uncovered,
        runway_months=budget.runway_months,
        cpi_yoy=budget.cpi.value,
        key_rate=state.key_rate,
        price_cap_usd_bbl=ships.price_cap_usd_bbl,
        coalition_cost_usd_bn=market.coalition_cost_usd_bn,
        **counted,
        barrels_residual=xp.abs(barrels) + xp.abs(trade.stock_residual),
        fleet_residual=ships.balance_residual,
        price_chain_residual=trade.price_chain_residual,
        budget_residual=budget.budget_residual,
        log_likelihood=likelihood,
    )
    state = state._replace(
        log_likelihood=likelihood,
        brent_before=brent,
        fob_discount_before=trade.fob_discount_usd_bbl,
        delivered_before=trade.delivered_discount_usd_bbl,
        volume_before=earned.volume.value,
        revenue_before=earned.revenue.value,
        oil_gas_before=budget.oil_gas.value,
        afloat_before=trade.afloat.value,
        shadow_before=ships.shadow_share.value,
        deficit_before=budget.deficit,
        fob_before=trade.urals_fob_usd_bbl,
        world_exports_before=trade.sold_mbd + params.pipeline_crude_mbd + earned.product_exports_mbd,
    )
    return state, outputs, used


def _count(
    state: WorldState,
    month: MonthRow,
    brent: Array,
    coalition_cost: Array,
    trade: Any,
    earned: Any,
    budget: Any,
    xp: Any,
) -> tuple[WorldState, dict[str, Array]]:
    """Sums and first passages over the months that count."""
    on = month.counting
    counted = state.counted + on
    sums = {
        "sum_brent": state.sum_brent + on * brent,
        "sum_fob_discount": state.sum_fob_discount + on * trade.fob_discount_usd_bbl,
        "sum_delivered": state.sum_delivered + on * trade.delivered_discount_usd_bbl,
        "sum_volume": state.sum_volume + on * earned.volume.value,
        "sum_revenue": state.sum_revenue + on * earned.revenue.value,
        "sum_oil_gas": state.sum_oil_gas + on * budget.oil_gas.value,
        "sum_deficit": state.sum_deficit + on * budget.deficit,
        "sum_coalition_cost": state.sum_coalition_cost + on * coalition_cost,
    }

    def first(before: Array, met: Array) -> Array:
        now = xp.where(on * met > 0.5, counted, NEVER)
        return xp.minimum(before, now)

    passages = {
        "first_stressed": first(state.first_stressed, budget.stressed),
        "first_constrained": first(state.first_constrained, budget.constrained),
        "first_unsustainable": first(state.first_unsustainable, budget.unsustainable),
    }
    months = xp.maximum(counted, 1.0)
    report = {
        "mean_brent_usd_bbl": sums["sum_brent"] / months,
        "mean_fob_discount_usd_bbl": sums["sum_fob_discount"] / months,
        "mean_delivered_discount_usd_bbl": sums["sum_delivered"] / months,
        "mean_export_volume_mbd": sums["sum_volume"] / months,
        "cum_export_revenue_usd_bn": sums["sum_revenue"],
        "cum_oil_gas_revenue_rub_trn": sums["sum_oil_gas"],
        "cum_deficit_rub_trn": sums["sum_deficit"],
        "cum_coalition_cost_usd_bn": sums["sum_coalition_cost"],
        "months_to_stressed": passages["first_stressed"],
        "months_to_constrained": passages["first_constrained"],
        "months_to_unsustainable": passages["first_unsustainable"],
    }
    return state._replace(counted=counted, **sums, **passages), report
