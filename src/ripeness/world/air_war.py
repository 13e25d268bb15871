"""The air war: launches, what is stopped, and what the rest does to power and people. Aggregates only.

Equations (docs/model/air_war.md):
    V1  trend' = trend + growth + 0.1 error,  error' = (rho - 0.1) error + shock,  growth' = growth (1 - fade)
        output = start exp(trend + error)(1 - s squeeze);  a tenth of a distance that lasts becomes trend
        variance of the shock = sd^2 + salvo / expected, at most sd^2 + 1
        launched = output (1 - truce);  missiles: output = normal exp(error)(1 - s squeeze)
    V2  e = e_max / (1 + (launched / C)^k),   stopped share = logistic(ln(e / (1 - e)) + error)
    V3  C_drones = c exp(growth t)(1 + extra),   C_missiles = c (delivered / habit)^b (1 + extra)
    V4  leakers = launched (1 - stopped)(1 - s_s shield)
    V5  damage' = damage (1 - 1 / tau) + (1 - damage) sum_w d_w leakers_w
    V6  civilian casualties = c_l (leaking drones + 10 leaking missiles) + c_f exp(season + intensity)
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array, Levers
from ripeness.flow.war import WarMonth, WarParameters, WarShocks, WarState
from ripeness.world.assimilation import Assimilated, Observation, Reader
from ripeness.world.forces import Aid
from ripeness.world.smooth import clip, logistic
from ripeness.world.war_record import LOG_RANGE, in_log_odds, in_logs, log_odds, take_in, war_observation

MISSILE_WEIGHT = 10.0
"""Harm of a leaking missile in leaking drones: warheads of about 400 against 40 kg."""

LEVEL_SHARE = 0.1
"""Share of the distance of drone launches from their trend that becomes trend a month."""

SALVO = 0.025
"""Drones of one salvo, thousand: counts of few salvos scatter, with a relative variance of salvo over number."""

LEAST_OPEN = 0.02
"""Share of a month without truce below which launches say nothing of output."""

LEAST_LAUNCHED = 1e-4
"""A tenth of one weapon, thousand: the least that a month is read as."""

LEAST_OUTPUT = 1e-7
"""Output, thousand, that counts as none: a war without such weapons."""

LEAST_DELIVERED = 0.1
"""Delivered arms over habit below which missile defence falls no further."""


class AirWar(NamedTuple):
    """Launches (thousand), shares stopped, and their record, drones first; output is A's, log over the start."""

    launches: tuple[Assimilated, Assimilated]
    interception: tuple[Assimilated, Assimilated]
    launched: tuple[Array, Array]
    stopped_share: tuple[Array, Array]
    drone_output_log: Array
    civilian: Array


def intercepted_share(launched: Array, capacity: Array, most: Array, slope: Array, xp: Any) -> Array:
    """Share stopped before its error (V2): `most` when few come, half of it at `capacity`, none of a flood."""
    load = xp.log(xp.maximum(launched, LEAST_LAUNCHED) / xp.maximum(capacity, LEAST_LAUNCHED))
    return most / (1.0 + xp.exp(clip(slope * load, -40.0, 40.0, xp)))


def air_war(
    state: WarState,
    params: WarParameters,
    levers: Levers,
    month: WarMonth,
    shocks: WarShocks,
    reader: Reader,
    given: Aid,
    xp: Any,
) -> tuple[WarState, AirWar]:
    """One month of the air war (V1 to V6), given this month's squeeze, aid and intensity of fighting."""
    on = month.war_on
    settled = on * (state.drones_growth + LEVEL_SHARE * state.drones_error)
    trend = clip(state.drones_log + settled, -LOG_RANGE, LOG_RANGE, xp)
    afford = xp.log(xp.maximum(1.0 - params.drones_squeeze * state.squeeze, 0.01))
    open_share = 1.0 - month.truce

    def launches(site: str, predicted: Array, sd: Array, shock: Array, carried: Array) -> Assimilated:
        seen = war_observation(month, reader, site)
        seen = in_logs(seen, xp.maximum(open_share, LEAST_OPEN), LEAST_LAUNCHED, xp)
        return take_in(predicted, sd, shock, seen, reader, xp, carried)

    rho = params.drones_persistence
    drones_expected = xp.log(xp.maximum(params.drones_initial, LEAST_OUTPUT)) + trend + afford
    clumped = SALVO / xp.maximum(xp.exp(clip(drones_expected, -LOG_RANGE, LOG_RANGE, xp)), SALVO)
    drones = launches(
        "drones_launched",
        drones_expected + (rho - LEVEL_SHARE) * state.drones_error,
        xp.sqrt(params.drones_sd * params.drones_sd + clumped),
        shocks.drones,
        rho * rho * state.drones_variance,
    )
    rho = params.missiles_persistence
    missiles_expected = xp.log(xp.maximum(params.missiles_normal, LEAST_OUTPUT)) + afford
    missiles = launches(
        "missiles_launched",
        missiles_expected + rho * state.missiles_error,
        params.missiles_sd,
        shocks.missiles,
        rho * rho * state.missiles_variance,
    )
    sent = tuple(
        on * open_share * xp.exp(clip(w.value, -2.0 * LOG_RANGE, LOG_RANGE, xp)) for w in (drones, missiles)
    )

    learned = clip(state.intercept_log + on * params.intercept_growth_month, -LOG_RANGE, LOG_RANGE, xp)
    supplied = params.intercept_aid * xp.log(clip(given.delivered_ratio, LEAST_DELIVERED, 10.0, xp))
    more = 1.0 + levers.extra_interceptors
    capacity = (
        params.intercept_capacity[0] * xp.exp(learned) * more,
        params.intercept_capacity[1] * xp.exp(supplied) * more,
    )
    shielded = params.shield_share * levers.air_shield
    taken, stopped = [], []
    for i, (site, shock) in enumerate(
        (
            ("drones_stopped_share", shocks.intercept_drones),
            ("missiles_stopped_share", shocks.intercept_missiles),
        )
    ):
        share = intercepted_share(sent[i], capacity[i], params.intercept_max[i], params.intercept_slope, xp)
        expected = log_odds(clip(share, 1e-4, 0.9999, xp), xp)
        seen = war_observation(month, reader, site)
        passed = 1.0 - shielded
        own = Observation(1.0 - (1.0 - seen.value) / passed, seen.sd / passed, seen.present)
        rho = params.intercept_persistence
        met = take_in(
            expected + rho * state.intercept_error[i],
            params.intercept_sd,
            shock,
            in_log_odds(own, xp),
            reader,
            xp,
            rho * rho * state.intercept_variance[i],
        )
        taken.append((met, met.value - expected))
        stopped.append(1.0 - (1.0 - logistic(met.value, xp)) * passed)

    leakers = tuple(n * (1.0 - share) for n, share in zip(sent, stopped, strict=True))
    hit = clip(params.power_damage[0] * leakers[0] + params.power_damage[1] * leakers[1], 0.0, 1.0, xp)
    damage = state.power_damage * (1.0 - 1.0 / params.power_repair_months)
    damage = clip(damage + hit * (1.0 - damage), 0.0, 0.95, xp)
    heat = xp.exp(clip(state.intensity + month.season, -LOG_RANGE, LOG_RANGE, xp))
    civilian = params.civilian_leakers * (leakers[0] + MISSILE_WEIGHT * leakers[1])
    civilian = civilian + on * params.civilian_front_month * heat
    state = state._replace(
        drones_log=trend,
        drones_growth=state.drones_growth * (1.0 - on * params.drones_growth_decay_month),
        drones_error=drones.value - drones_expected,
        drones_variance=drones.variance,
        missiles_error=missiles.value - missiles_expected,
        missiles_variance=missiles.variance,
        intercept_log=learned,
        intercept_error=xp.stack([error for _, error in taken]),
        intercept_variance=xp.stack([met.variance for met, _ in taken]),
        power_damage=damage,
    )
    return state, AirWar(
        (drones, missiles),
        (taken[0][0], taken[1][0]),
        (sent[0], sent[1]),
        (stopped[0], stopped[1]),
        drones.value - drones_expected + trend + afford,
        civilian,
    )
