"""Forces: aid, money and materiel, recruits and losses, and the combat power they make. Aggregates only.

Equations (docs/model/forces.md):
    L1  allocated = habit exp(dev) [m (1 - withheld) + (1 - m) (1 - money withheld)] + extra;  dev is an AR(1) error
    L2  out_i = r (S_i + in_i),  S_i' = (1 - r)(S_i + in_i),  r = 2 / (2 + tau)       two stages, mean delay tau
    L3  money' = money + (received - money) / 6,  gap = (need - money)+
    L4  own = outlay exp(growth t) (1 - e_g gap / need)(1 - e_p power damage)
    L5  F_D = ln((own + delivered) / outlay),   partner share = delivered / (own + delivered)
    L6  new = (1 - s_f squeeze)(1 - d denial),  use' = use + (new - use) / 12,  F_A = growth t + ln use
    L7  recruits = Rbar (paid bonus / start)^eps exp(-k_L losses of a year / manpower),  paid = bonus (1 - s_b squeeze)
        ln bonus' = ln bonus + adjust (1 - squeeze)(1 - recruits / Rbar)
    L8  losses_i = l_i exp(season + intensity + b_i F_other),  at most 0.3 of manpower;  intensity is an AR(1) error
        claimed = ratio losses_A;  deaths = share losses
    L9  manpower' = manpower + recruits + back (losses - deaths) - losses
        D: recruits exp(b (support - start)) - absence manpower
    L10 ln CP_A / CP_D = balance + a_m d ln(M_A / M_D) + a_f (F_A - F_D) + a_u (U_A - growth t)      d since the start
Sources: Kluge 2025 (recruits and bonuses); Kiel Institute (allocations); Lanchester-type elasticities as priors only.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array, Levers
from ripeness.flow.war import WarMonth, WarParameters, WarShocks, WarState
from ripeness.world.assimilation import Assimilated, Observation, Reader
from ripeness.world.smooth import clip, logistic
from ripeness.world.war_record import LOG_RANGE, in_logs, take_in, war_observation

MONEY_MONTHS = 6.0
"""Months over which reserves smooth external money."""

MATERIEL_MONTHS = 12.0
"""Months in which materiel in use is replaced."""

LARGEST_LOSS = 0.3
"""Share of manpower above which no month's losses rise."""

LARGEST_RATE = 2.0
"""Yearly losses over manpower beyond which they deter no more recruits."""

LEAST_USD_BN = 1e-6
"""Keeps ratios of money finite where a case has none."""

LEAST_KEPT = 0.05
"""Share of habitual aid below which an observed allocation says nothing of habit."""

LEAST_AID_USD_BN = 0.05
"""Smallest allocation a month is read as: reports of a silent month are not zero for ever."""


class Aid(NamedTuple):
    """Aid of the month, USD bn: allocated (with its record), military deliveries, and the gap in D's budget."""

    deviation: Assimilated
    allocated: Array
    delivered: Array
    delivered_ratio: Array  # over the arms that donors' habit would bring
    gap: Array
    gap_share: Array
    residual: Array


class Forces(NamedTuple):
    """Men (thousand), losses of the month (thousand) and fires (log over the start) of both sides."""

    intensity: Assimilated
    recruits_a: Array
    bonus: Array  # as paid
    losses_a: Array
    losses_d: Array
    claimed_a: Array
    dead_a: Array
    dead_d: Array
    fires_a: Array
    fires_d: Array
    partner_share: Array
    residual: Array


def delivery_rate(delay_months: Array) -> Array:
    """Share that leaves each of two stages a month, so that the mean delay of both is `delay_months` (L2)."""
    return 2.0 / (2.0 + delay_months)


def aid(
    state: WarState,
    params: WarParameters,
    levers: Levers,
    month: WarMonth,
    shocks: WarShocks,
    reader: Reader,
    xp: Any,
) -> tuple[WarState, Aid]:
    """Allocations, their way to use, and money to D's budget (L1 to L3)."""
    arms = params.aid_military_share * (1.0 - levers.aid_withheld)
    cash = (1.0 - params.aid_military_share) * (1.0 - levers.financial_aid_withheld)
    extra = levers.extra_military_aid_usd_bn + levers.extra_financial_aid_usd_bn
    seen = war_observation(month, reader, "aid_allocated_usd_bn")
    habit = xp.maximum(params.aid_normal_usd_bn, LEAST_USD_BN)
    usual = Observation(seen.value - extra, seen.sd, seen.present)
    rho = params.aid_persistence
    deviation = take_in(
        rho * state.aid_deviation,
        params.aid_sd,
        shocks.aid,
        in_logs(usual, habit * xp.maximum(arms + cash, LEAST_KEPT), LEAST_AID_USD_BN, xp),
        reader,
        xp,
        rho * rho * state.aid_variance,
    )
    level = month.war_on * params.aid_normal_usd_bn * xp.exp(clip(deviation.value, -LOG_RANGE, LOG_RANGE, xp))
    military = arms * level + month.war_on * levers.extra_military_aid_usd_bn
    financial = cash * level + month.war_on * levers.extra_financial_aid_usd_bn

    rate = delivery_rate(params.aid_delay_months)
    before = state.aid_pipeline[0] + state.aid_pipeline[1]
    first = state.aid_pipeline[0] + military
    second = state.aid_pipeline[1] + rate * first
    delivered = rate * second
    pipeline = xp.stack([(1.0 - rate) * first, (1.0 - rate) * second])

    money = state.money_d + month.war_on * (financial - state.money_d) / MONEY_MONTHS
    gap = month.war_on * xp.maximum(params.finance_need_usd_bn - money, 0.0)
    state = state._replace(
        aid_deviation=deviation.value,
        aid_variance=deviation.variance,
        money_d=money,
        aid_pipeline=pipeline,
    )
    return state, Aid(
        deviation,
        military + financial,
        delivered,
        delivered / xp.maximum(params.aid_military_share * params.aid_normal_usd_bn, LEAST_USD_BN),
        gap,
        gap / xp.maximum(params.finance_need_usd_bn, LEAST_USD_BN),
        military - delivered - (pipeline[0] + pipeline[1] - before),
    )


def recruits_share(bonus_ratio: Array, losses_rate: Array, params: WarParameters, xp: Any) -> Array:
    """Recruits over those wanted, from the paid bonus over the start's and yearly losses over manpower (L7)."""
    pull = params.recruit_elasticity * xp.log(bonus_ratio)
    return xp.exp(
        clip(pull - params.recruit_loss_effect * xp.minimum(losses_rate, LARGEST_RATE), -3.0, 1.0, xp)
    )


def forces(
    state: WarState,
    params: WarParameters,
    levers: Levers,
    month: WarMonth,
    shocks: WarShocks,
    reader: Reader,
    given: Aid,
    xp: Any,
) -> tuple[WarState, Forces]:
    """One month of men and materiel (L4 to L9), given this month's aid and squeeze."""
    on = month.war_on
    own_trend = state.fires_d_own + on * params.own_growth_month
    outlay = xp.maximum(params.own_military_usd_bn, LEAST_USD_BN)
    own = outlay * xp.exp(clip(own_trend, -LOG_RANGE, LOG_RANGE, xp))
    own = own * (1.0 - params.gap_effect * given.gap_share) * (1.0 - params.power_output * state.power_damage)
    both = own + given.delivered
    fires_d = xp.log(xp.maximum(both / outlay, 0.01))

    trend_a = state.fires_a + on * params.fires_a_growth_month
    new = (1.0 - params.squeeze_fires * state.squeeze) * (1.0 - params.denial_fires * levers.arms_denial)
    in_use = state.materiel_a + on * (new - state.materiel_a) / MATERIEL_MONTHS
    fires_a = clip(trend_a, -LOG_RANGE, LOG_RANGE, xp) + xp.log(xp.maximum(in_use, 0.01))

    paid = state.bonus * (1.0 - params.squeeze_bonus * state.squeeze)
    share = recruits_share(
        xp.maximum(paid / params.bonus_initial, 1e-3), state.losses_year_a / state.manpower_a, params, xp
    )
    recruits_a = on * params.recruits_a_month * share
    climb = on * params.bonus_adjustment_month * (1.0 - state.squeeze) * (1.0 - share)
    bonus = clip(state.bonus * xp.exp(climb), 0.05 * params.bonus_initial, 20.0 * params.bonus_initial, xp)

    willing = logistic(state.support[1], xp) - params.support_initial[1]
    recruits_d = (
        on * params.recruits_d_month * xp.exp(clip(params.support_recruits_d * willing, -3.0, 3.0, xp))
    )
    absent_d = on * params.absence_d_month * state.manpower_d

    normal_claim = xp.log(params.claimed_ratio_a * params.losses_a_month) + month.season
    normal_claim = normal_claim + params.losses_a_fires * fires_d
    rho = params.intensity_persistence
    claims = take_in(
        normal_claim + rho * state.intensity,
        params.intensity_sd,
        shocks.intensity,
        in_logs(war_observation(month, reader, "claimed_losses_a"), 1.0, 0.01, xp),
        reader,
        xp,
        rho * rho * state.intensity_variance,
    )
    intensity = claims.value - normal_claim
    heat = xp.exp(clip(intensity + month.season, -LOG_RANGE, LOG_RANGE, xp))
    losses_a = on * xp.minimum(
        params.losses_a_month * heat * xp.exp(params.losses_a_fires * fires_d),
        LARGEST_LOSS * state.manpower_a,
    )
    losses_d = on * xp.minimum(
        params.losses_d_month * heat * xp.exp(params.losses_d_fires * fires_a),
        LARGEST_LOSS * state.manpower_d,
    )
    gone_a = losses_a * (1.0 - params.wounded_return * (1.0 - params.dead_share_a))
    gone_d = losses_d * (1.0 - params.wounded_return * (1.0 - params.dead_share_d)) + absent_d
    manpower_a = state.manpower_a + recruits_a - gone_a
    manpower_d = state.manpower_d + recruits_d - gone_d
    residual = xp.abs(manpower_a - state.manpower_a - recruits_a + gone_a) + xp.abs(
        manpower_d - state.manpower_d - recruits_d + gone_d
    )
    state = state._replace(
        manpower_a=manpower_a,
        manpower_d=manpower_d,
        bonus=bonus,
        losses_year_a=state.losses_year_a * (11.0 / 12.0) + losses_a,
        losses_year_d=state.losses_year_d * (11.0 / 12.0) + losses_d,
        intensity=intensity,
        intensity_variance=claims.variance,
        fires_a=trend_a,
        materiel_a=in_use,
        fires_d_own=own_trend,
    )
    return state, Forces(
        claims,
        recruits_a,
        paid,
        losses_a,
        losses_d,
        params.claimed_ratio_a * losses_a,
        params.dead_share_a * losses_a,
        params.dead_share_d * losses_d,
        fires_a,
        fires_d,
        given.delivered / both,
        residual,
    )


def combat_ratio_log(
    state: WarState, params: WarParameters, made: Forces, drone_output_log: Array, xp: Any
) -> Array:
    """Log combat power of A over D that forces explain (L10); `drone_output_log` is A's, over the start."""
    men_a, men_d = state.manpower_a / params.manpower_a_initial, state.manpower_d / params.manpower_d_initial
    men = xp.log(xp.maximum(men_a, 0.01)) - xp.log(xp.maximum(men_d, 0.01))
    return (
        params.combat_balance
        + params.weight_manpower * men
        + params.weight_fires * (made.fires_a - made.fires_d)
        + params.weight_drones * (drone_output_log - state.fires_d_own)
    )
