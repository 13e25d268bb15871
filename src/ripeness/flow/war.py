"""The war's own records: what its blocks carry, read, draw and report, beside those of the money chain.

A case without an oil treasury runs on these alone; a case with one runs both, money first. A is the
attacker, D the defender; shares are A's. Aggregates only: no site, unit or person.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from ripeness.flow.layout import Array, PerPublic, PerWarSite, Scalar

PerWeapon = Annotated[Array, ("weapon",)]
PerStage = Annotated[Array, ("stage",)]


class WarParameters(NamedTuple):
    """Uncertain constants of a war; priors and sources are in the case, `NEUTRAL` where a block is not in use."""

    # chest: A's financing where no treasury block computes it
    chest_initial_months: Scalar  # months of full-plan financing in hand at the first month
    chest_drift_month: Scalar  # change of the chest a month with no new pressure, months
    chest_drain_month: Scalar  # change of the chest a month at full cost pressure, months (negative drains)
    chest_sd_month: Scalar  # spread of the monthly change, months
    chest_strain_months: Scalar  # chest below which the budget is squeezed, months
    strain_width: Scalar  # width of that onset: months of chest, or months of runway where a treasury runs

    # forces
    squeeze_lag_month: Scalar  # 1/month, how fast the squeeze of the budget reaches recruits and materiel
    manpower_a_initial: Scalar  # thousand in theatre
    recruits_a_month: Scalar  # thousand a month that A means to recruit
    bonus_initial: Scalar  # sign-on bonus over yearly wage at the first month, ratio
    bonus_adjustment_month: Scalar  # 1/month, how fast the bonus follows a shortfall of recruits
    recruit_elasticity: Scalar  # d ln recruits / d ln bonus
    recruit_loss_effect: Scalar  # d ln recruits / d (yearly losses over manpower)
    squeeze_bonus: Scalar  # share of the bonus cut at full squeeze
    squeeze_fires: Scalar  # share of A's new materiel cut at full squeeze
    denial_fires: Scalar  # share of A's new materiel cut at full arms denial
    manpower_d_initial: Scalar  # thousand in theatre
    recruits_d_month: Scalar  # thousand a month mobilised, or back from absence
    absence_d_month: Scalar  # share of D's manpower that leaves a month, without the wounded
    support_recruits_d: Scalar  # d ln D's recruits / d share of D's public that wants to settle (negative)
    losses_a_month: Scalar  # thousand killed, wounded and missing at normal intensity
    losses_d_month: Scalar  # the same for D
    losses_a_fires: Scalar  # d ln A's losses / d ln D's fires
    losses_d_fires: Scalar  # d ln D's losses / d ln A's fires
    intensity_persistence: Scalar  # of log fighting intensity
    intensity_sd: Scalar
    claimed_ratio_a: Scalar  # losses of A as claimed by D over true ones
    dead_share_a: Scalar  # share of losses that are deaths
    dead_share_d: Scalar
    wounded_return: Scalar  # share of the wounded and missing who come back
    fires_a_growth_month: Scalar  # log growth of A's fires with no squeeze
    aid_normal_usd_bn: Scalar  # all allocations a month by donors' habit, arms and money, median
    aid_persistence: Scalar  # of the log deviation from habit
    aid_sd: Scalar
    aid_military_share: Scalar  # of allocations; the rest is money to D's budget
    aid_delay_months: Scalar  # mean of the two-stage delay from allocation to use
    own_military_usd_bn: Scalar  # D's own military outlay a month
    own_growth_month: Scalar  # log growth of D's own output of weapons
    finance_need_usd_bn: Scalar  # external money a month that D's budget needs
    gap_effect: Scalar  # share of own military outlay lost when all external money is missing
    weight_manpower: Scalar  # a_m, elasticity of combat power
    weight_fires: Scalar  # a_f
    weight_drones: Scalar  # a_u, elasticity to the relative output of drones

    # air war
    drones_initial: Scalar  # long-range drones launched a month at the first month, thousand
    drones_growth_month: Scalar  # log growth at the start
    drones_growth_decay_month: Scalar  # 1/month, how fast growth fades
    drones_persistence: Scalar  # from month to month, of the distance to the trend
    drones_sd: Scalar
    drones_squeeze: Scalar  # share of launches lost at full squeeze
    missiles_normal: Scalar  # missiles launched a month, thousand
    missiles_persistence: Scalar
    missiles_sd: Scalar
    intercept_max: PerWeapon  # share stopped when few come: drones, missiles
    intercept_capacity: PerWeapon  # number a month at which half of intercept_max is lost, thousand
    intercept_slope: Scalar  # k of the saturation
    intercept_growth_month: Scalar  # log growth of the capacity against drones
    intercept_aid: Scalar  # d ln capacity against missiles / d ln delivered aid
    intercept_persistence: Scalar
    intercept_sd: Scalar  # of the log odds stopped
    shield_share: Scalar  # share of leakers that a full European air shield stops
    power_damage: PerWeapon  # share of power capacity lost per thousand leakers
    power_repair_months: Scalar
    power_output: Scalar  # share of D's own military outlay lost with all power capacity
    civilian_leakers: Scalar  # civilian casualties per thousand weighted leakers, thousand
    civilian_front_month: Scalar  # civilian casualties a month from the front at normal intensity, thousand

    # front
    area_initial_km2: Scalar  # held by A at the first month
    front_activity: Scalar  # phi, chance of a step a month
    front_step_km2: Scalar
    combat_exponent: Scalar  # g of the contest function
    combat_balance: Scalar  # log combat power of A over D at the first month
    combat_persistence: Scalar  # of what the forces do not explain
    combat_sd: Scalar
    front_sd_km2: Scalar  # independent part of the monthly change

    # opinion: publics of A, D, the coalition's nearer members, its farther patron
    support_initial: PerPublic  # share that would settle (A, D) or ease support for D (coalition)
    opinion_sd: PerPublic  # monthly spread of the log odds
    opinion_front: PerPublic  # log odds per step of the front lost by the own side that month
    opinion_losses: PerPublic  # log odds a month when losses of the own side are twice their yearly mean
    opinion_blackout: Scalar  # D: log odds a month with all power lost
    opinion_guarantee: Scalar  # D: shift of the log odds at a full guarantee
    opinion_talks: Scalar  # A: shift of the log odds while its leader says he is for talks
    narrative_decay_months: Scalar
    narrative_effect: Scalar  # perceived log odds a unit of narrative lever


class WarState(NamedTuple):
    """What one month of the war hands to the next."""

    chest_months: Scalar
    chest_variance: Scalar
    squeeze: Scalar  # 0..1, smoothed strain of A's budget
    manpower_a: Scalar
    manpower_d: Scalar
    bonus: Scalar  # as offered, before the squeeze
    losses_year_a: Scalar  # trailing yearly losses, thousand
    losses_year_d: Scalar
    intensity: Scalar  # log
    intensity_variance: Scalar
    fires_a: Scalar  # log trend, over the start
    materiel_a: Scalar  # share of that trend in use, after cuts
    fires_d_own: Scalar  # log trend, over the start
    money_d: Scalar  # external money to D's budget, smoothed by reserves, USD bn a month
    aid_deviation: Scalar  # log deviation from habit
    aid_variance: Scalar
    aid_pipeline: PerStage  # USD bn on the way, two stages
    drones_log: Scalar  # log launches over the start, trend
    drones_growth: Scalar
    drones_error: Scalar
    drones_variance: Scalar
    missiles_error: Scalar
    missiles_variance: Scalar
    intercept_log: Scalar  # log capacity against drones over the start
    intercept_error: PerWeapon
    intercept_variance: PerWeapon
    power_damage: Scalar  # share of capacity out
    area_km2: Scalar
    area_variance: Scalar
    combat_error: Scalar  # log combat power that forces do not explain
    combat_variance: Scalar
    front_covariance: Scalar  # of area and combat error
    support: PerPublic  # log odds, without the shift of cue or guarantee
    support_variance: PerPublic
    narrative: Scalar  # shift of perceived log odds
    area_before: Scalar
    counted_war: Scalar
    sum_losses_a: Scalar
    sum_losses_d: Scalar
    sum_dead_a: Scalar
    sum_dead_d: Scalar
    sum_civilian: Scalar
    sum_aid: Scalar
    sum_drones: Scalar
    war_log_likelihood: PerWarSite


class WarMonth(NamedTuple):
    """Facts of one month of the war that no policy changes."""

    war_on: Scalar  # 1 while the war goes on in the record, and in the forecast
    season: Scalar  # log factor of fighting intensity by season
    truce: Scalar  # share of the month in which long-range strikes were halted by agreement
    war_observed: PerWarSite
    war_observed_sd: PerWarSite
    war_present: PerWarSite


class WarShocks(NamedTuple):
    """Standard normal shocks of one month of the war, after those of the money chain; new ones go last."""

    chest: Scalar
    intensity: Scalar
    aid: Scalar
    drones: Scalar
    missiles: Scalar
    intercept_drones: Scalar
    intercept_missiles: Scalar
    combat: Scalar
    front: Scalar
    support: PerPublic


class WarOutputs(NamedTuple):
    """What one month of the war reports; flows are of the month."""

    chest_months: Scalar
    squeeze: Scalar
    recruits_a: Scalar  # thousand
    bonus: Scalar  # over yearly wage
    manpower_a: Scalar
    manpower_d: Scalar
    losses_a: Scalar  # thousand killed, wounded and missing
    losses_d: Scalar
    claimed_losses_a: Scalar  # as D would claim them, thousand
    dead_a: Scalar
    dead_d: Scalar
    civilian_harm: Scalar  # thousand casualties
    aid_allocated_usd_bn: Scalar
    aid_delivered_usd_bn: Scalar
    financing_gap_d_usd_bn: Scalar
    partner_share_d: Scalar  # share of D's military outlay that comes from partners
    drones_launched: Scalar  # thousand
    drones_stopped_share: Scalar
    missiles_launched: Scalar  # thousand
    missiles_stopped_share: Scalar
    power_damage_share: Scalar
    combat_ratio_log: Scalar
    advance_chance: Scalar  # p of the contest function
    territory_km2: Scalar
    territory_change_km2: Scalar
    support_a: Scalar
    support_d: Scalar
    support_coalition: Scalar
    support_patron: Scalar
    narrative_shift: Scalar
    cum_losses_a: Scalar  # sums run over the counted months so far, thousand
    cum_losses_d: Scalar
    cum_dead_a: Scalar
    cum_dead_d: Scalar
    cum_civilian_harm: Scalar
    cum_aid_usd_bn: Scalar
    cum_drones: Scalar
    people_residual: Scalar  # manpower balance, should be 0
    aid_residual: Scalar  # allocations less deliveries less pipeline, should be 0
    war_log_likelihood: PerWarSite
