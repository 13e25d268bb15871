"""The one month of the war: chest, aid, forces, air war, front, opinion, bookkeeping. Every engine runs this source."""

from __future__ import annotations

from typing import Any

from ripeness.flow import Array, Levers, Outputs
from ripeness.flow.war import WarMonth, WarOutputs, WarParameters, WarShocks, WarState
from ripeness.world.air_war import air_war
from ripeness.world.assimilation import Reader
from ripeness.world.chest import MoneySignal, chest
from ripeness.world.forces import aid, combat_ratio_log, forces
from ripeness.world.front import front
from ripeness.world.opinion import opinion

LEAST_LOSSES = 1e-6
"""Yearly losses, thousand, under which a month is not compared with them."""

__all__ = ["MoneySignal", "money_signal", "simulate_war_month"]

LEAST_RUB_TRN = 1e-3
"""Keeps a share of spending finite."""


def money_signal(outputs: Outputs, xp: Any) -> MoneySignal:
    """What the month of a money chain tells the war."""
    spending = xp.maximum(outputs.spending_rub_trn, LEAST_RUB_TRN)
    return MoneySignal(outputs.runway_months, outputs.uncovered_need_rub_trn / spending)


def simulate_war_month(
    state: WarState,
    params: WarParameters,
    levers: Levers,
    month: WarMonth,
    shocks: WarShocks,
    reader: Reader,
    counting: Array,
    money: MoneySignal | None,
    xp: Any,
) -> tuple[WarState, WarOutputs, WarShocks]:
    """One month of the war for every member: new state, what it reports, and the shocks it used.

    `money` is None where no treasury runs: the chest then has its own equation. `counting` is 1 in the
    months over which sums run.
    """
    state, purse = chest(state, params, levers, shocks, reader, money, xp)
    state, given = aid(state, params, levers, month, shocks, reader, xp)
    state, made = forces(state, params, levers, month, shocks, reader, given, xp)
    state, air = air_war(state, params, levers, month, shocks, reader, given, xp)
    explained = combat_ratio_log(state, params, made, air.drone_output_log, xp)
    state, line = front(state, params, month, shocks, reader, explained, xp)
    state, publics = opinion(
        state,
        params,
        levers,
        month,
        shocks,
        reader,
        line.change_km2 / params.front_step_km2,
        (
            12.0 * made.losses_a / xp.maximum(state.losses_year_a, LEAST_LOSSES),
            12.0 * made.losses_d / xp.maximum(state.losses_year_d, LEAST_LOSSES),
        ),
        xp,
    )
    used = WarShocks(
        chest=purse.shock,
        intensity=made.intensity.shock,
        aid=given.deviation.shock,
        drones=air.launches[0].shock,
        missiles=air.launches[1].shock,
        intercept_drones=air.interception[0].shock,
        intercept_missiles=air.interception[1].shock,
        combat=line.shock_combat,
        front=line.shock_front,
        support=xp.stack([poll.shock for poll in publics.polls]),
    )
    likelihood = state.war_log_likelihood + xp.stack(
        [
            line.log_likelihood_area,
            line.log_likelihood_change,
            air.launches[0].log_likelihood,
            air.interception[0].log_likelihood,
            air.launches[1].log_likelihood,
            air.interception[1].log_likelihood,
            made.intensity.log_likelihood,
            given.deviation.log_likelihood,
            *(poll.log_likelihood for poll in publics.polls),
        ]
    )
    sums = {
        "sum_losses_a": state.sum_losses_a + counting * made.losses_a,
        "sum_losses_d": state.sum_losses_d + counting * made.losses_d,
        "sum_dead_a": state.sum_dead_a + counting * made.dead_a,
        "sum_dead_d": state.sum_dead_d + counting * made.dead_d,
        "sum_civilian": state.sum_civilian + counting * air.civilian,
        "sum_aid": state.sum_aid + counting * given.allocated,
        "sum_drones": state.sum_drones + counting * air.launched[0],
    }
    outputs = WarOutputs(
        chest_months=purse.months,
        squeeze=purse.squeeze,
        recruits_a=made.recruits_a,
        bonus=made.bonus,
        manpower_a=state.manpower_a,
        manpower_d=state.manpower_d,
        losses_a=made.losses_a,
        losses_d=made.losses_d,
        claimed_losses_a=made.claimed_a,
        dead_a=made.dead_a,
        dead_d=made.dead_d,
        civilian_harm=air.civilian,
        aid_allocated_usd_bn=given.allocated,
        aid_delivered_usd_bn=given.delivered,
        financing_gap_d_usd_bn=given.gap,
        partner_share_d=made.partner_share,
        drones_launched=air.launched[0],
        drones_stopped_share=air.stopped_share[0],
        missiles_launched=air.launched[1],
        missiles_stopped_share=air.stopped_share[1],
        power_damage_share=state.power_damage,
        combat_ratio_log=line.ratio_log,
        advance_chance=line.chance,
        territory_km2=state.area_km2,
        territory_change_km2=line.change_km2,
        support_a=publics.support[0],
        support_d=publics.support[1],
        support_coalition=publics.support[2],
        support_patron=publics.support[3],
        narrative_shift=state.narrative,
        cum_losses_a=sums["sum_losses_a"],
        cum_losses_d=sums["sum_losses_d"],
        cum_dead_a=sums["sum_dead_a"],
        cum_dead_d=sums["sum_dead_d"],
        cum_civilian_harm=sums["sum_civilian"],
        cum_aid_usd_bn=sums["sum_aid"],
        cum_drones=sums["sum_drones"],
        people_residual=made.residual,
        aid_residual=given.residual,
        war_log_likelihood=likelihood,
    )
    state = state._replace(counted_war=state.counted_war + counting, war_log_likelihood=likelihood, **sums)
    return state, outputs, used
