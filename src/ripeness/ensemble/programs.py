"""The programs that cases run: the money chain, a war, and both, composed from the months of each.

One month is triggers, levers, money chain, war; the money chain tells the war how strained the budget is, and the
war tells the money chain nothing.
"""

from __future__ import annotations

from typing import Any

from ripeness import engine
from ripeness.ensemble.month import (
    Rules,
    levers_in_force,
    simulate_money_month,
    simulate_month,
    watched_before,
)
from ripeness.ensemble.war_month import money_signal, simulate_war_month
from ripeness.flow import (
    Array,
    MonthRow,
    Parameters,
    PolicyRow,
    ProgramRecords,
    Shocks,
    TriggerState,
    WarBefore,
    WarMonth,
    WarOutputs,
    WarParameters,
    WarShocks,
    WarState,
    WorldState,
    join,
    layout_of,
    part,
    records_of,
)
from ripeness.world.assimilation import Reader


def war_watched_before(state: Any) -> dict[str, Array]:
    """Outputs of the war in the month before, by name, as triggers read them; `state` of a program with a war."""
    return {
        "territory_km2": state.area_km2,
        "territory_change_km2": state.area_km2 - state.area_before,
        "drones_launched": state.drones_launched_before,
        "power_damage_share": state.power_damage,
        "chest_months": state.chest_months,
        "losses_a": state.losses_a_before,
        "support_d": state.support_d_before,
    }


def _before(outputs: WarOutputs) -> WarBefore:
    return WarBefore(outputs.drones_launched, outputs.losses_a, outputs.support_d)


def simulate_war_only(
    state: Any, params: WarParameters, policy: PolicyRow, month: Any, shocks: WarShocks, xp: Any
) -> tuple[Any, WarOutputs, WarShocks]:
    """One month of the program `war`: its own chest in place of a treasury."""
    rules, levers = levers_in_force(
        Rules(state.trigger_count, state.trigger_age), war_watched_before(state), policy, state.area_km2, xp
    )
    reader = Reader(policy.is_reference, month.drawing)
    war, outputs, used = simulate_war_month(
        part(state, WarState), params, levers, part(month, WarMonth), shocks, reader, month.counting, None, xp
    )
    kind = records_of("war").state
    return join(kind, war, _before(outputs), TriggerState(rules.count, rules.age)), outputs, used


def simulate_money_and_war(
    state: Any, params: Any, policy: PolicyRow, month: Any, shocks: Any, xp: Any
) -> tuple[Any, Any, Any]:
    """One month of the program `money_and_war`: the month of the money chain, then that of the war it pays for."""
    seen = watched_before(state) | war_watched_before(state)
    rules, levers = levers_in_force(
        Rules(state.trigger_count, state.trigger_age), seen, policy, state.brent_before, xp
    )
    state = state._replace(trigger_count=rules.count, trigger_age=rules.age)
    reader = Reader(policy.is_reference, month.drawing)
    money, reported, money_used = simulate_money_month(
        part(state, WorldState),
        part(params, Parameters),
        levers,
        part(month, MonthRow),
        part(shocks, Shocks),
        reader,
        xp,
    )
    war, war_reported, war_used = simulate_war_month(
        part(state, WarState),
        part(params, WarParameters),
        levers,
        part(month, WarMonth),
        part(shocks, WarShocks),
        reader,
        month.counting,
        money_signal(reported, xp),
        xp,
    )
    records = records_of("money_and_war")
    return (
        join(records.state, money, war, _before(war_reported)),
        join(records.outputs, reported, war_reported),
        join(records.shocks, money_used, war_used),
    )


def _program(records: ProgramRecords, step: Any) -> engine.Program:
    return engine.Program(
        name=records.name,
        step=step,
        state=layout_of(records.state),
        params=layout_of(records.params),
        policy=layout_of(PolicyRow),
        month=layout_of(records.month),
        shocks=layout_of(records.shocks),
        outputs=layout_of(records.outputs),
        reference="is_reference",
    )


MONEY_CHAIN = _program(records_of("money_chain"), simulate_month)
"""Oil, ships, discount and treasury; no war."""

WAR = _program(records_of("war"), simulate_war_only)
"""A war whose attacker's purse is one number."""

MONEY_AND_WAR = _program(records_of("money_and_war"), simulate_money_and_war)
"""A war paid for by the money chain."""

PROGRAMS = {program.name: program for program in (MONEY_CHAIN, WAR, MONEY_AND_WAR)}
"""Programs by name, as cases name them."""


def program_named(name: str) -> engine.Program:
    """The program of a name; RipenessError with the nearest one where there is none."""
    return PROGRAMS[records_of(name).name]
