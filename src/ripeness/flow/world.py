"""What the world blocks carry from month to month, and the parameters they read."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from ripeness.flow.layout import Array, PerBuyer, PerFleet, PerLag, PerSite, PerTrigger, Scalar

PerPriceError = Annotated[Array, (6,)]


class Parameters(NamedTuple):
    """Uncertain constants of a future, one value a member; priors and sources are in the case."""

    # oil market
    brent_reversion_year: Scalar  # 1/year
    brent_volatility: Scalar  # (USD/bbl)^(1/2) a year
    demand_elasticity_short: Scalar
    demand_elasticity_long: Scalar
    supply_elasticity_short: Scalar
    supply_elasticity_long: Scalar
    adjustment_month: Scalar  # 1/month, partial adjustment of demand and rival supply
    stock_elasticity: Scalar  # price response of stocks and expectations
    temporary_stock_factor: Scalar  # how much larger it is for a stop thought short
    world_share: Scalar  # share of the target's normal exports in world supply
    coalition_imports_mbd: Scalar  # net oil imports of the coalition, mb/d

    # refining
    crude_output_mbd: Scalar  # crude and condensate that would be produced with no shut-in
    runs_normal_mbd: Scalar
    repair_months: Scalar
    spare_refining_share: Scalar  # idle units that stand in for the first outages
    export_pass_through: Scalar  # share of lost runs that is exported as crude
    product_yield: Scalar  # barrels of product a barrel of runs
    domestic_products_mbd: Scalar
    product_ban_friction: Scalar  # share of product exports lost in the month a full ban starts
    product_redirect_months: Scalar  # half-life of that loss
    port_strike_loss: Scalar  # share of western loadings lost a fully struck month
    throughput_sd: Scalar
    throughput_persistence: Scalar
    crude_volume_sd: Scalar
    crude_volume_persistence: Scalar
    product_volume_sd: Scalar
    product_volume_persistence: Scalar
    pipeline_crude_mbd: Scalar
    storage_limit_mb: Scalar  # unsold oil afloat above which fields are shut in
    permanent_loss_share: Scalar  # share of shut-in capacity lost for good

    # shipping
    fleet_initial: PerFleet  # Aframax equivalents available to this trade
    round_trip_days: PerBuyer  # laden and ballast voyage with port time
    payload_mb: Scalar
    crude_ship_share: Scalar  # Aframax equivalents of crude trade a listed tanker stands for
    listing_overlap: Scalar  # share of UK listings that the EU lists too
    listing_loss_us: Scalar  # productivity lost on US listing
    listing_loss_eu_uk: Scalar  # productivity lost on EU or UK listing
    listing_half_life_us: Scalar  # months
    listing_half_life_eu_uk: Scalar  # months
    enforcement_adjustment: Scalar  # 1/month, how fast credibility follows practice
    scrapping_year: Scalar  # 1/year
    purchase_rate_month: Scalar  # ships a month at earnings of twice the threshold
    purchase_rent_usd_day: Scalar  # earnings of a ship-day that pay for an old ship
    false_attestation: Scalar  # share of insured ships that lift above the cap with no checks
    channel_width_usd_bbl: Scalar  # price range over which owners leave or return
    channel_switch_month: Scalar  # 1/month, speed of leaving and returning
    shadow_share_sd: Scalar
    shadow_share_persistence: Scalar
    tce_normal_usd_day: Scalar  # time-charter earnings at normal use
    tce_slope: Scalar  # d ln earnings / d ln use
    tce_market: Scalar  # d ln earnings / d alarm in the tanker market
    bunkers_usd_day: Scalar
    voyage_fees_usd_bbl: Scalar  # canal, insurance and ship-to-ship transfer
    inspection_days: Scalar  # days lost a fully inspected voyage
    check_days: Scalar  # days lost where cover is checked
    port_ban_days: Scalar  # days lost where receiving ports refuse ships
    interdiction_insurance: Scalar  # USD/bbl at an interdiction of 1 % of ships a month

    # discount
    buyer_capacity_mbd: PerBuyer
    buyer_risk_premium: PerBuyer  # USD/bbl asked without new pressure
    buyer_risk_slope: PerBuyer  # USD/bbl at full secondary pressure
    buyer_width: Scalar  # USD/bbl, spread of refiners within a buyer
    ban_stigma: Scalar  # secondary pressure that a full import ban by the coalition exerts on others
    scarcity_relief: Scalar  # USD/bbl by which premia fall when other crude is scarce
    tariff_pass: Scalar  # USD/bbl a unit of tariff on the buyer
    buyer_reach_initial: PerBuyer  # share of the capacity in touch with the seller at the start
    reach_growth_month: Scalar  # 1/month at full acceptance
    adaptation_share: Scalar  # share of secondary pressure that buyers learn to work around
    adaptation_months: Scalar  # half-life of that learning
    market_power_usd: Scalar  # USD/bbl a unit of buyer concentration
    price_adjustment: Scalar  # 1/month, share of the gap to the clearing discount closed
    port_adjustment: Scalar  # 1/month, speed at which the port price follows the delivered one
    afloat_clear_months: Scalar  # months in which sellers mean to clear unsold oil
    intermediary_margin: Scalar  # USD/bbl
    intermediary_slope: Scalar  # USD/bbl at full secondary pressure
    grade_usd_bbl: Scalar  # quality gap of the western grade to Brent
    delivered_sd: Scalar
    delivered_persistence: Scalar
    logistics_sd: Scalar
    logistics_persistence: Scalar
    afloat_sd: Scalar
    pacific_share: Scalar  # share of seaborne crude loaded in the Pacific
    pacific_premium: Scalar  # USD/bbl of the Pacific grade over the western one at equal freight
    lifting_floor_usd_bbl: Scalar  # net price at which half of output would be shut in

    # receipts
    product_price_ratio: Scalar  # product basket over Brent
    product_discount_pass: Scalar  # share of the crude discount borne by products
    pipeline_discount_pass: Scalar  # share of the western discount borne by pipeline crude
    revenue_sd: Scalar
    revenue_persistence: Scalar

    # treasury
    tax_wedge_2022_usd_bbl: Scalar  # tax price over FOB while it was a delivered price
    tax_wedge_2023_usd_bbl: Scalar  # the same from April 2023 to December 2024
    tax_wedge_sd: Scalar
    tax_wedge_sd_2022: Scalar
    tax_wedge_persistence: Scalar
    oil_tax_constant: Scalar  # RUB trn a month
    oil_tax_slope: Scalar  # RUB trn a month per thousand RUB/bbl of taxable price
    oil_tax_2025_shift: Scalar  # RUB trn a month from January 2025
    profit_tax_constant: Scalar  # RUB trn a payment
    profit_tax_slope: Scalar
    march_tax_constant: Scalar
    march_tax_slope: Scalar
    gas_windfall_rub_trn: Scalar  # RUB trn a month in the months flagged
    damper_scarcity: Scalar  # RUB trn a month paid to refiners at full world scarcity
    oil_gas_sd: Scalar
    non_oil_sd: Scalar
    non_oil_persistence: Scalar
    spending_sd: Scalar
    spending_persistence: Scalar
    spending_drift_year: Scalar  # yearly excess of spending over the first law
    december_cover: Scalar  # share of the year's deficit met from the fund in December
    fund_return_year: Scalar
    fund_foreign_share: Scalar  # share revalued with the exchange rate
    fund_sd: Scalar
    fund_floor_rub_trn: Scalar
    absorption_gdp_year: Scalar  # net issuance banks take in a year at tolerable yields, share of GDP
    yield_limit: Scalar
    yield_width: Scalar
    yield_key_weight: Scalar  # weight of the key rate in the long yield
    term_premium: Scalar
    monetary_share: Scalar  # share of uncovered need met by central-bank money
    war_cut_share: Scalar  # share of uncovered need that falls on next month's spending
    rouble_receipts: Scalar  # d ln rate / d ln export receipts, a month
    rouble_normal: Scalar  # RUB/USD
    rouble_reversion: Scalar  # 1/month toward it
    rouble_sd: Scalar
    cpi_persistence: Scalar
    cpi_normal: Scalar
    cpi_impulse: Scalar
    cpi_monetary: Scalar
    cpi_rouble: Scalar
    cpi_sd: Scalar
    key_rate_gap: Scalar  # response to inflation over target
    key_rate_real: Scalar
    key_rate_adjustment: Scalar  # 1/month
    key_rate_sd: Scalar


class WorldState(NamedTuple):
    """What one month hands to the next."""

    # oil market
    brent_base_usd_bbl: Scalar  # Brent without clearing effects
    demand_adjustment: Scalar  # log
    supply_adjustment: Scalar  # log
    # refining and volumes
    refinery_outage: Scalar  # share of nameplate
    throughput_error: Scalar
    throughput_variance: Scalar  # of an error: what the record leaves open (assimilation, A3)
    crude_error: Scalar
    crude_variance: Scalar
    product_error: Scalar
    product_variance: Scalar
    product_friction: Scalar
    product_ban_before: Scalar
    lost_capacity_mbd: Scalar
    # shipping
    fleet: PerFleet
    listing_loss: PerFleet  # mean productivity loss of a class
    enforcement: Scalar  # credibility of follow-up, 0..1
    channel: Scalar  # share of insured ships in the trade
    shadow_error: Scalar
    shadow_variance: Scalar
    dynamic_cap_usd_bbl: Scalar
    fob_mean_usd_bbl: Scalar  # trailing mean that the dynamic cap reads
    # discount
    clearing_discount: Scalar  # USD/bbl
    delivered_error: Scalar
    logistics_error: Scalar
    price_errors_covariance: PerPriceError  # of delivered, logistics and tax wedge: 11, 21, 22, 31, 32, 33
    pressure_adapted: Scalar  # level of secondary pressure already worked around
    buyer_reach: PerBuyer
    port_discount: Scalar  # buyers' terms as the port price reflects them, USD/bbl
    unsold_mb: Scalar
    # receipts and treasury
    tax_wedge_error: Scalar
    revenue_error: Scalar
    revenue_variance: Scalar
    taxable_price: PerLag  # thousand RUB/bbl, newest first
    usd_rub: Scalar
    non_oil_error: Scalar
    spending_error: Scalar
    need_smooth: Scalar  # trailing financing need, RUB trn a month
    uncovered: Scalar  # of the month before, RUB trn
    uncovered_months: PerLag  # 1 where the month had uncovered need, newest first
    real_spending: PerLag  # newest first, prices of the start
    real_spending_trend: Scalar  # trailing mean of the yearly mean
    deficit_year: Scalar  # year to date
    liquid_fund: Scalar
    fund_variance: Scalar
    cpi_yoy: Scalar
    key_rate: Scalar
    cpi_level: Scalar  # price level over that of the start
    # triggers
    trigger_count: PerTrigger  # months in a row in which the condition held
    trigger_age: PerTrigger  # months since it fired, 0 before
    # the month before, as triggers and lags read it
    brent_before: Scalar
    fob_discount_before: Scalar
    delivered_before: Scalar
    volume_before: Scalar
    revenue_before: Scalar
    oil_gas_before: Scalar
    afloat_before: Scalar
    shadow_before: Scalar
    deficit_before: Scalar
    fob_before: Scalar
    world_exports_before: Scalar  # mb/d of the target reaching the market
    # sums over counted months
    counted: Scalar
    sum_brent: Scalar
    sum_fob_discount: Scalar
    sum_delivered: Scalar
    sum_volume: Scalar
    sum_revenue: Scalar
    sum_oil_gas: Scalar
    sum_deficit: Scalar
    sum_coalition_cost: Scalar
    first_stressed: Scalar
    first_constrained: Scalar
    first_unsustainable: Scalar
    log_likelihood: PerSite  # of the record so far, the reference's own
