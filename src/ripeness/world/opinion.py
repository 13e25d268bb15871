"""Opinion: four publics that follow the war, cues and guarantees, in log odds; polls are taken in.

Equations (docs/model/opinion.md):
    O1  z' = z + b_f steps lost by the own side + b_l (losses / their yearly mean - 1) + b_b blackout + sd noise
    O2  support = logistic(z + shift);   shift: cue talks (A's public), guarantee offered (D's public), 0 else
    O3  perceived' = perceived 2^(-1/h) + effect narrative                    log odds of A's favour, as believed
Support is the share that would settle (A's and D's publics) or would ease support for D (the coalition's).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array, Levers
from ripeness.flow.axes import PUBLICS
from ripeness.flow.war import WarMonth, WarParameters, WarShocks, WarState
from ripeness.world.assimilation import Assimilated, Reader
from ripeness.world.smooth import clip, halving, logistic
from ripeness.world.war_record import LOG_RANGE, in_log_odds, take_in, war_observation

LARGEST_STEPS = 10.0
"""Steps of the front in a month beyond which opinion moves no more."""


class Opinion(NamedTuple):
    """Polls of the month: their record by public, and support as it would be answered."""

    polls: tuple[Assimilated, ...]
    support: tuple[Array, ...]


def opinion(
    state: WarState,
    params: WarParameters,
    levers: Levers,
    month: WarMonth,
    shocks: WarShocks,
    reader: Reader,
    steps_gained_a: Array,
    losses_ratio: tuple[Array, Array],
    xp: Any,
) -> tuple[WarState, Opinion]:
    """One month of opinion (O1 to O3), from steps of the front gained by A and both sides' losses over their mean
    of the last year: publics grow used to a level of losses, and answer to its change."""
    on = month.war_on
    steps = clip(steps_gained_a, -LARGEST_STEPS, LARGEST_STEPS, xp)
    offered = 0.5 * (levers.guarantee_deterrence + levers.guarantee_denial)
    shifts = {"a": params.opinion_talks * levers.talks, "d": params.opinion_guarantee * offered}
    polls, support, levels, variances = [], [], [], []
    for i, public in enumerate(PUBLICS):
        lost = -steps if public == "a" else steps
        losses = losses_ratio[0] if public == "a" else losses_ratio[1]
        news = params.opinion_front[i] * lost + params.opinion_losses[i] * (xp.minimum(losses, 5.0) - 1.0)
        if public == "d":
            news = news + params.opinion_blackout * state.power_damage
        shift = shifts.get(public, 0.0)
        met = take_in(
            clip(state.support[i] + on * news, -LOG_RANGE, LOG_RANGE, xp) + shift,
            params.opinion_sd[i],
            shocks.support[i],
            in_log_odds(war_observation(month, reader, f"support_{public}"), xp),
            reader,
            xp,
            state.support_variance[i],
        )
        polls.append(met)
        support.append(logistic(met.value, xp))
        levels.append(met.value - shift)
        variances.append(met.variance)
    perceived = state.narrative * halving(params.narrative_decay_months, xp)
    state = state._replace(
        support=xp.stack(levels),
        support_variance=xp.stack(variances),
        narrative=perceived + params.narrative_effect * levers.narrative,
    )
    return state, Opinion(tuple(polls), tuple(support))
