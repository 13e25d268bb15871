"""The front: who gains ground, month by month, and closed forms of what a month is expected to move.

Equations (docs/model/front.md):
    N1  r = explained + e,  e' = rho e + AR(1) shock;   p = logistic(g r)              r log combat power, A over D
    N2  area' = max(area + phi (2 p - 1) step + noise, 0)                              km2 held by A
    N3  the record: area of one institute, monthly change of a second; both are sums of three errors
        area: carried error + s (e - rho e before) + noise,   change: the last two,   s = 2 phi step g p (1 - p)
    K1  p = A^g / (A^g + D^g) = 1 / (1 + exp(-g ln(A / D)))         chance that the attacker wins a step
    K2  drift = phi (2 p - 1) / N                                   share of the stake a month, phi steps a month
    K3  spread = sqrt(phi - (phi (2 p - 1))^2) / N
    K4  survivors = sqrt((a A^2 - b B^2) / a),  end = artanh(sqrt(b / a) B / A) / sqrt(a b)     Lanchester's square law
K2 and K3 are the walk of the bargaining game, one step at a time; N2 has the same drift and its own noise.
K4 is a check of orders of magnitude only: no attrition of this kind is claimed for any war.
Source: Lanchester 1916 for K4.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array
from ripeness.flow.war import WarMonth, WarParameters, WarShocks, WarState
from ripeness.world.assimilation import Errors3, Reader, observe_sum
from ripeness.world.smooth import logistic
from ripeness.world.war_record import LEAST_SPREAD, war_observation

LEAST_SLOPE_KM2 = 0.01
"""Movement of the front per unit of log combat power below which the record says nothing of combat power."""

LEAST_NOISE_KM2 = 1e-3
"""Independent monthly noise of the front that counts as none."""


class Front(NamedTuple):
    """The front of the month: chance of an advance, log combat power, change, shocks and the record's densities."""

    chance: Array
    ratio_log: Array
    change_km2: Array
    shock_combat: Array
    shock_front: Array
    log_likelihood_area: Array
    log_likelihood_change: Array


class Annihilation(NamedTuple):
    """Survivors of the stronger side and the time at which the weaker one is gone."""

    survivors: Array
    time: Array


def advance_chance(power_a: Array, power_d: Array, log_odds_slope: Array, xp: Any) -> Array:
    """Chance that a step of the front goes to A, from combat powers in any common unit (K1)."""
    return 1.0 / (1.0 + xp.exp(-log_odds_slope * xp.log(power_a / power_d)))


def front_drift(chance: Array, steps_month: Array, steps_in_stake: Array) -> Array:
    """Expected movement of the front in a month, share of the stake (K2)."""
    return steps_month * (2.0 * chance - 1.0) / steps_in_stake


def front_spread(chance: Array, steps_month: Array, steps_in_stake: Array, xp: Any) -> Array:
    """Standard deviation of that movement (K3), where at most one step is taken in a month."""
    mean = steps_month * (2.0 * chance - 1.0)
    return xp.sqrt(steps_month - mean * mean) / steps_in_stake


def square_law(
    stronger: Array, weaker: Array, loss_of_weaker: Array, loss_of_stronger: Array, xp: Any
) -> Annihilation:
    """End of dA = -b B, dB = -a A (K4), with a = `loss_of_weaker`, b = `loss_of_stronger`; a A^2 must exceed b B^2."""
    a, b = loss_of_weaker, loss_of_stronger
    survivors = xp.sqrt((a * stronger * stronger - b * weaker * weaker) / a)
    ratio = xp.sqrt(b / a) * weaker / stronger
    artanh = 0.5 * xp.log((1.0 + ratio) / (1.0 - ratio))
    return Annihilation(survivors, artanh / xp.sqrt(a * b))


def expected_change(ratio_log: Array, params: WarParameters, xp: Any) -> tuple[Array, Array]:
    """Expected monthly change, km2, at a log ratio of combat powers, and the chance p behind it (N1, N2)."""
    chance = logistic(params.combat_exponent * ratio_log, xp)
    return params.front_activity * (2.0 * chance - 1.0) * params.front_step_km2, chance


def front(
    state: WarState,
    params: WarParameters,
    month: WarMonth,
    shocks: WarShocks,
    reader: Reader,
    explained: Array,
    xp: Any,
) -> tuple[WarState, Front]:
    """One month of the front (N1 to N3); `explained` is the log combat power of A over D that forces make.

    The reference takes in both institutes by a linear filter around this month's expectation; what the
    linear form leaves out goes into the noise, so that its shocks give its area exactly.
    """
    fighting = xp.where(month.war_on > 0.5, 1.0, 0.0)
    expected_error = params.combat_persistence * state.combat_error
    spread = xp.maximum(params.combat_sd, LEAST_SPREAD)
    noise = xp.maximum(params.front_sd_km2, LEAST_NOISE_KM2)
    mean, chance = expected_change(explained + expected_error, params, xp)
    slope = (
        2.0 * params.front_activity * params.front_step_km2 * params.combat_exponent * chance * (1.0 - chance)
    )
    slope = xp.maximum(slope, LEAST_SLOPE_KM2)

    rho = params.combat_persistence
    combat_variance = rho * rho * state.combat_variance + spread * spread
    none = 0.0 * mean
    errors = Errors3(
        (none, none, none),
        (
            state.area_variance,
            rho * state.front_covariance * slope,
            slope * slope * combat_variance,
            none,
            none,
            noise * noise,
        ),
    )
    level = war_observation(month, reader, "territory_km2")
    second = war_observation(month, reader, "territory_change_second_km2")
    errors, density = observe_sum(errors, (1.0, 1.0, 1.0), level.value - state.area_km2 - mean, level, xp)
    errors, density_second = observe_sum(errors, (0.0, 1.0, 1.0), second.value - mean, second, xp)

    (carried, pushed, shaken), c = errors
    own = c[0] + 2.0 * c[3] + c[5]  # of carried error and noise together
    cross = c[1] + c[4]
    root = xp.sqrt(xp.maximum(c[2], 1e-12))
    slant = cross / root
    rest = xp.sqrt(xp.maximum(own - slant * slant, 1e-12))
    pushed_drawn = pushed + reader.drawing * root * shocks.combat
    other = carried + shaken + reader.drawing * (slant * shocks.combat + rest * shocks.front)

    error = expected_error + pushed_drawn / slope
    drift, _ = expected_change(explained + error, params, xp)
    linear = mean + pushed_drawn
    seen_change = other + xp.where(reader.drawing > 0.5, drift, linear)
    reads = reader.is_reference > 0.5
    shock_combat = xp.where(reads, (error - expected_error) / spread, shocks.combat)
    shock_front = xp.where(reads, (seen_change - drift) / noise, shocks.front)

    error = expected_error + spread * shock_combat
    ratio_log = explained + error
    drift, chance = expected_change(ratio_log, params, xp)
    area = xp.maximum(state.area_km2 + fighting * (drift + noise * shock_front), 0.0)
    keep = reader.is_reference * (1.0 - reader.drawing)
    state = state._replace(
        area_before=state.area_km2,
        area_km2=area,
        area_variance=xp.where(fighting > 0.5, keep * (own + 2.0 * cross + c[2]), keep * state.area_variance),
        combat_error=error,
        combat_variance=keep * c[2] / (slope * slope),
        front_covariance=keep * (cross + c[2]) / slope,
    )
    return state, Front(
        chance, ratio_log, area - state.area_before, shock_combat, shock_front, density, density_second
    )
