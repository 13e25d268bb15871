"""The attacker's purse: how many months of full war it can finance, and how its strain reaches the war.

Equations (docs/model/chest.md):
    H1  w' = max(w + drift + drain q (1 - relief) + sd z, 0)       months of full-plan financing, q cost pressure
        where a treasury runs, w is its runway and H1 rests
    H2  strain = 1 - (1 - logistic((w0 - w) / width)) (1 - tanh(u / 0.1))      u uncovered share of spending
    H3  squeeze' = squeeze + lag (strain - squeeze)                what recruits, materiel and launches feel
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array, Levers
from ripeness.flow.war import WarParameters, WarShocks, WarState
from ripeness.world.assimilation import Observation, Reader
from ripeness.world.smooth import logistic
from ripeness.world.war_record import take_in

SILENT = Observation(0.0, 1.0, 0.0)
"""No record: nobody observes a chest of war."""

UNCOVERED_SCALE = 0.1
"""Uncovered share of all spending at which three quarters of full strain are reached: a quarter of war spending."""


class MoneySignal(NamedTuple):
    """What a treasury tells the war: months its fund would last, and the share of spending left uncovered."""

    runway_months: Array
    uncovered_share: Array


class Chest(NamedTuple):
    """Months of financing, the squeeze that has reached the war by now, and the shock used."""

    months: Array
    squeeze: Array
    shock: Array


def strain(months: Array, uncovered_share: Array, params: WarParameters, xp: Any) -> Array:
    """Strain of the budget, 0..1, from months in hand and need left uncovered (H2)."""
    empty = logistic((params.chest_strain_months - months) / params.strain_width, xp)
    return 1.0 - (1.0 - empty) * (1.0 - xp.tanh(uncovered_share / UNCOVERED_SCALE))


def chest(
    state: WarState,
    params: WarParameters,
    levers: Levers,
    shocks: WarShocks,
    reader: Reader,
    money: MoneySignal | None,
    xp: Any,
) -> tuple[WarState, Chest]:
    """One month of the chest (H1 to H3). No record is taken in: what it leaves open is drawn from the origin on."""
    if money is None:
        pressure = levers.cost_pressure * (1.0 - levers.pressure_relief)
        change = params.chest_drift_month + params.chest_drain_month * pressure
        drawn = take_in(
            state.chest_months + change,
            params.chest_sd_month,
            shocks.chest,
            SILENT,
            reader,
            xp,
            state.chest_variance,
        )
        months, variance, shock = xp.maximum(drawn.value, 0.0), drawn.variance, drawn.shock
        strained = strain(months, 0.0, params, xp)
    else:
        months, variance, shock = money.runway_months, state.chest_variance, shocks.chest
        strained = strain(months, money.uncovered_share, params, xp)
    squeeze = state.squeeze + params.squeeze_lag_month * (strained - state.squeeze)
    state = state._replace(chest_months=months, chest_variance=variance, squeeze=squeeze)
    return state, Chest(months, squeeze, shock)
