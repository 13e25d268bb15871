"""Treasury: tax price, oil-and-gas revenue, budget rule, fund, borrowing, prices, and what counts as unsustainable.

Equations (docs/model/treasury.md):
    F1  tax price: see tax_price.py
    F2  X = (tax price - 15) rate / 1000                                        thousand RUB/bbl
        oil and gas = c0 + c1 v X(-1) + shift + profit tax (quarters, March) + one-offs - damper scarcity + error
    F3  base = law's fixed sum, or F2 at the cut-off price; below it the fund pays, above it the fund receives;
        in December it also meets a share of the deficit of the year
    F4  spending = plan (1 + drift)(prices / planned prices)(1 + AR(1)) - cut
        non-oil = plan (prices / planned prices)(1 + AR(1))
    F5  deficit = spending - oil and gas - non-oil;  need' = need + (deficit - draw - need) / 6
    F6  issuance = need (1 + (need / room)^4)^(-1/4),  room = absorption logistic((limit - yield) / width)
        yield = w key rate + (1 - w) long-run rate + term premium (1 + need / absorption)
    F7  uncovered = need - issuance - fund above its floor / 12;  met by money, arrears, and next month's cut
    F8  real spending change = yearly mean over its own mean of about a year before (trailing, 12 months)
    F9  ln rate' = ln rate - e_x ln(receipts / normal) + reversion + noise;  prices and key rate follow
    FU1 stressed: runway < 12 months with need above issuance
    FU2 constrained: uncovered need in 3 of 6 months, or fund under 1 % of GDP, or
        real spending down 5 % on the year;  FU3 unsustainable: uncovered 6 months running and (real spending down 15 %
        or money of 1 % of GDP a year with inflation of 15 %)
Sources: Tax Code article 342 and the fitted monthly form (data notes of the case).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ripeness.flow import Array, MonthRow, Parameters, Shocks, WorldState
from ripeness.world.assimilation import Assimilated, Reader, assimilate, observation
from ripeness.world.smooth import clip, logistic, softplus

TAX_FREE_USD_BBL = 15.0
"""Part of the price that the extraction tax leaves free."""

NORMAL_RECEIPTS_USD_BN = 14.0
"""Oil export receipts of a month at which they neither lift nor sink the rouble (2024-25 mean)."""

INFLATION_TARGET = 0.04

WINDFALL_NOISE = 2.0
"""Extra noise of receipts in the gas windfall of 2022, times the usual: dividends and duties came in lumps."""

YEAR_END_NOISE = 4.0
"""Extra noise of the fund in December, times the usual: sales of 0 to 2.9 trn RUB were decided late."""

UNCOVERED_RUB_TRN = 0.02
"""Uncovered need of a month that counts as such; a twentieth of a month's borrowing."""


class Treasury(NamedTuple):
    """The month's budget, RUB trn, and the rows that the record informs."""

    usd_rub: Assimilated
    oil_gas: Assimilated
    non_oil: Assimilated
    spending: Assimilated
    fund: Assimilated
    cpi: Assimilated
    key_rate: Assimilated
    deficit: Array
    net_issuance: Array
    fund_draw: Array
    monetary_financing: Array
    arrears: Array
    uncovered: Array
    runway_months: Array
    budget_residual: Array
    stressed: Array
    constrained: Array
    unsustainable: Array


def taxable_price_kcoef(tax_price: Array, usd_rub: Array) -> Array:
    """Coefficient Kc of the extraction tax."""
    return (tax_price - TAX_FREE_USD_BBL) * usd_rub / 261.0


def extraction_tax_rub_per_tonne(tax_price: Array, usd_rub: Array) -> Array:
    """Base rate of the extraction tax before reliefs and surcharges."""
    return 919.0 * taxable_price_kcoef(tax_price, usd_rub)


def gross_shortfall_rub_trn_year(
    tax_share: Array, production_mbd: Array, cutoff: Array, price: Array, usd_rub: Array
) -> Array:
    """Receipts missed a year below a cut-off price at an effective gross tax share."""
    return tax_share * production_mbd * 365.0 * (cutoff - price) * usd_rub / 1.0e6


def fund_months(liquid: Array, drain_month: Array, monthly_return: Array, xp: Any) -> Array:
    """Months until a constant drain empties the fund; return is credited before the drain."""
    rate = xp.maximum(monthly_return, 1e-9)
    share = xp.minimum(liquid * rate / drain_month, 1.0 - 1e-9)
    return -xp.log(1.0 - share) / xp.log(1.0 + rate)


def recruits_after(recruits: Array, pay_ratio: Array, elasticity: Array, xp: Any) -> Array:
    """Recruits at a changed sign-on pay, constant elasticity."""
    return recruits * xp.exp(elasticity * xp.log(pay_ratio))


def oil_gas_revenue(lags: list[Array], volume_ratio: Array, month: MonthRow, params: Parameters) -> Array:
    """Receipts from oil and gas before one-offs and errors, RUB trn (F2); `lags[0]` is last month's X."""
    quarter = (lags[0] + lags[1] + lags[2]) / 3.0
    autumn = (lags[2] + lags[3] + lags[4]) / 3.0
    monthly = params.oil_tax_constant + params.oil_tax_slope * volume_ratio * lags[0]
    profit = month.quarter_tax * (params.profit_tax_constant + params.profit_tax_slope * quarter)
    march = month.march_tax * (params.march_tax_constant + params.march_tax_slope * autumn)
    return monthly + profit + march + month.tax_price_since_2025 * params.oil_tax_2025_shift


def treasury(
    state: WorldState,
    params: Parameters,
    month: MonthRow,
    shocks: Shocks,
    reader: Reader,
    scarcity: Array,
    tax_price: Array,
    export_revenue: Array,
    production_ratio: Array,
    xp: Any,
) -> tuple[WorldState, Treasury]:
    """One month of the budget (F1 to F9, FU1 to FU3)."""
    log_receipts = xp.log(xp.maximum(export_revenue, 0.5) / NORMAL_RECEIPTS_USD_BN)
    drift = -params.rouble_receipts * log_receipts
    drift = drift + params.rouble_reversion * xp.log(params.rouble_normal / state.usd_rub)
    rate_expected = state.usd_rub * xp.exp(clip(drift, -0.2, 0.2, xp))
    rate = assimilate(
        rate_expected,
        params.rouble_sd * rate_expected,
        shocks.usd_rub,
        observation(month, reader, "usd_rub"),
        reader,
        xp,
    )
    usd_rub = clip(rate.value, 20.0, 400.0, xp)
    depreciation = xp.log(usd_rub / state.usd_rub)

    lags = [state.taxable_price[i] for i in range(12)]
    due = oil_gas_revenue(lags, production_ratio, month, params)
    due = due + month.one_off_rub_trn + month.gas_windfall * params.gas_windfall_rub_trn
    due = due - params.damper_scarcity * scarcity
    oil_gas = assimilate(
        due,
        params.oil_gas_sd * (1.0 + WINDFALL_NOISE * month.gas_windfall),
        shocks.oil_gas,
        observation(month, reader, "oil_gas_revenue_rub_trn"),
        reader,
        xp,
    )

    non_oil_expected = month.non_oil_plan_rub_trn * state.cpi_level / month.price_index
    non_oil = assimilate(
        non_oil_expected * (1.0 + params.non_oil_persistence * state.non_oil_error),
        non_oil_expected * params.non_oil_sd,
        shocks.non_oil,
        observation(month, reader, "non_oil_revenue_rub_trn"),
        reader,
        xp,
    )
    planned = (
        month.spending_plan_rub_trn * (1.0 + params.spending_drift_year) * state.cpi_level / month.price_index
    )
    cut = params.war_cut_share * state.uncovered
    spending = assimilate(
        planned * (1.0 + params.spending_persistence * state.spending_error) - cut,
        planned * params.spending_sd,
        shocks.spending,
        observation(month, reader, "spending_rub_trn"),
        reader,
        xp,
    )
    deficit = spending.value - oil_gas.value - non_oil.value

    base_by_price = oil_gas_revenue(
        [(month.cutoff_usd_bbl - TAX_FREE_USD_BBL) * usd_rub / 1000.0] * 5, 1.0, month, params
    )
    base = xp.where(
        month.base_revenue_rub_trn > 0.0, month.base_revenue_rub_trn + 0.0 * usd_rub, base_by_price
    )
    year_deficit = state.deficit_year + deficit
    rule_draw = month.budget_rule * (base - oil_gas.value)
    december_draw = month.december * params.december_cover * xp.maximum(year_deficit, 0.0)
    above_floor = xp.maximum(state.liquid_fund - params.fund_floor_rub_trn, 0.0)
    draw = xp.minimum(rule_draw + december_draw, above_floor)
    need = state.need_smooth + (deficit - draw - state.need_smooth) / 6.0
    absorption = params.absorption_gdp_year * month.gdp_rub_trn / 12.0
    asked = xp.maximum(need, 0.0)
    long_run = params.key_rate_real + params.cpi_normal
    expected_rate = params.yield_key_weight * state.key_rate + (1.0 - params.yield_key_weight) * long_run
    yield_asked = expected_rate + params.term_premium * (1.0 + asked / absorption)
    room = absorption * logistic((params.yield_limit - yield_asked) / params.yield_width, xp)
    strain = xp.log(xp.maximum(asked, 1e-4) / xp.maximum(room, 1e-4))
    issued = asked * xp.exp(-0.25 * softplus(4.0 * strain, xp))
    spare_fund = xp.maximum(above_floor - draw, 0.0)
    reserve = xp.minimum(xp.maximum(asked - issued, 0.0), spare_fund / 12.0)
    revalued = state.liquid_fund * (
        1.0 + params.fund_return_year / 12.0 + params.fund_foreign_share * depreciation
    )
    fund = assimilate(
        xp.maximum(revalued - draw - reserve, 0.0),
        params.fund_sd * (1.0 + YEAR_END_NOISE * month.december),
        shocks.fund,
        observation(month, reader, "liquid_fund_rub_trn"),
        reader,
        xp,
        state.fund_variance,
    )
    liquid = xp.maximum(fund.value, 0.0)
    uncovered = xp.maximum(asked - issued - reserve, 0.0)
    money = params.monetary_share * uncovered
    arrears = (1.0 - params.monetary_share) * uncovered
    fund_draw = draw + reserve
    net_issuance = deficit - fund_draw - money - arrears
    spent = oil_gas.value + non_oil.value + net_issuance + fund_draw + money + arrears
    gap = xp.maximum(asked - issued, UNCOVERED_RUB_TRN)
    runway = clip(spare_fund / gap, 0.0, 120.0, xp)

    yearly_money = 12.0 * money / month.gdp_rub_trn
    cpi = assimilate(
        params.cpi_normal
        + params.cpi_persistence * (state.cpi_yoy - params.cpi_normal)
        + params.cpi_impulse * (12.0 * need / month.gdp_rub_trn - 0.02)
        + params.cpi_monetary * yearly_money
        + params.cpi_rouble * depreciation,
        params.cpi_sd,
        shocks.cpi,
        observation(month, reader, "cpi_yoy"),
        reader,
        xp,
    )
    inflation = clip(cpi.value, -0.05, 1.0, xp)
    wanted = params.key_rate_real + inflation + params.key_rate_gap * (inflation - INFLATION_TARGET)
    key_rate = assimilate(
        state.key_rate + params.key_rate_adjustment * (wanted - state.key_rate),
        params.key_rate_sd,
        shocks.key_rate,
        observation(month, reader, "key_rate"),
        reader,
        xp,
    )
    level = state.cpi_level * (1.0 + inflation / 12.0)

    real = spending.value / level
    yearly = (sum(state.real_spending[i] for i in range(11)) + real) / 12.0
    real_change = yearly / state.real_spending_trend - 1.0
    short = xp.where(uncovered > UNCOVERED_RUB_TRN, 1.0, 0.0)
    short_6 = short + sum(state.uncovered_months[i] for i in range(5))
    constrained = xp.where(short_6 > 2.5, 1.0, 0.0)
    constrained = xp.maximum(constrained, xp.where(liquid < 0.01 * month.gdp_rub_trn, 1.0, 0.0))
    constrained = xp.maximum(constrained, xp.where(real_change < -0.05, 1.0, 0.0))
    harsh = xp.maximum(
        xp.where(real_change < -0.15, 1.0, 0.0),
        xp.where(yearly_money > 0.01, 1.0, 0.0) * xp.where(inflation > 0.15, 1.0, 0.0),
    )
    taxable = xp.maximum(tax_price - TAX_FREE_USD_BBL, 0.0) * usd_rub / 1000.0
    state = state._replace(
        taxable_price=xp.stack([taxable, *lags[:11]]),
        usd_rub=usd_rub,
        non_oil_error=non_oil.value / non_oil_expected - 1.0,
        spending_error=(spending.value + cut) / planned - 1.0,
        need_smooth=need,
        uncovered=uncovered,
        uncovered_months=xp.stack([short, *(state.uncovered_months[i] for i in range(11))]),
        real_spending=xp.stack([real, *(state.real_spending[i] for i in range(11))]),
        real_spending_trend=state.real_spending_trend + (yearly - state.real_spending_trend) / 12.0,
        deficit_year=year_deficit * (1.0 - month.december),
        liquid_fund=liquid,
        fund_variance=fund.variance,
        cpi_yoy=inflation,
        key_rate=xp.maximum(key_rate.value, 0.0),
        cpi_level=level,
    )
    return state, Treasury(
        rate._replace(value=usd_rub),
        oil_gas,
        non_oil,
        spending,
        fund._replace(value=liquid),
        cpi._replace(value=inflation),
        key_rate,
        deficit,
        net_issuance,
        fund_draw,
        money,
        arrears,
        uncovered,
        runway,
        spending.value - spent,
        xp.where(runway < 12.0, 1.0, 0.0) * xp.where(asked - issued > UNCOVERED_RUB_TRN, 1.0, 0.0),
        constrained,
        harsh * xp.where(short_6 > 5.5, 1.0, 0.0),
    )
