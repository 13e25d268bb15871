"""What is the same for every member: one row a month, or one row a policy and month."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from ripeness.flow.layout import PerSite, Scalar, layout_of
from ripeness.flow.levers import Levers, Triggers

N_LEVERS = layout_of(Levers).size
"""Number of rows of a lever record."""

PerTriggerLever = Annotated[Any, ("trigger", N_LEVERS)]


class PolicyRow(NamedTuple):
    """Everything a policy says about one month; rows of `Levers` and `Triggers` laid end to end."""

    levers: Annotated[Any, (N_LEVERS,)]  # layout of `Levers`
    triggers: Annotated[Any, (layout_of(Triggers).size,)]  # layout of `Triggers`
    then_levers: PerTriggerLever  # lever row of each trigger slot once it has fired
    is_reference: Scalar  # 1 for the run whose observations are assimilated, else 0


class MonthRow(NamedTuple):
    """Facts of one month that no policy changes: calendar, law, plans, and the record to assimilate."""

    days: Scalar  # days in the month
    drawing: Scalar  # 1 from the origin on: shocks are drawn; 0 where the record is filtered
    counting: Scalar  # 1 in the months over which a run sums its metrics
    quarter_tax: Scalar  # 1 in April, July and October (excess-profit tax of the quarter before)
    march_tax: Scalar  # 1 in March (settlement of the fourth quarter)
    december: Scalar  # 1 in December (year-end fund sales)
    cap_reset: Scalar  # 1 where the dynamic cap is reset this month
    tax_price_since_2025: Scalar  # 1 where the tax price contains 22 % ESPO
    tax_price_cif: Scalar  # 1 where the tax price is a delivered north-west Europe mean (to March 2023)
    tax_discount_limit_usd_bbl: Scalar  # legislated limit of the taxed discount to Brent; 999 where none
    gas_windfall: Scalar  # 1 in the months of the 2022 gas windfall and duties
    one_off_rub_trn: Scalar  # dated one-off oil-and-gas receipts known from their act
    budget_rule: Scalar  # 1 where fund operations follow the budget rule
    cutoff_usd_bbl: Scalar  # cut-off price of the budget rule
    base_revenue_rub_trn: (
        Scalar  # fixed monthly base revenue where the law fixes it; 0 where the cut-off does
    )
    non_oil_plan_rub_trn: Scalar  # non-oil revenue: seasonal plan of the month
    spending_plan_rub_trn: Scalar  # spending: seasonal plan of the month
    gdp_rub_trn: Scalar  # annual nominal GDP
    price_index: Scalar  # planned price level relative to the first month of the case
    brent_anchor_usd_bbl: Scalar  # price to which Brent reverts as seen this month
    chokepoint_loss: Scalar  # share of world supply stopped by events outside the policy
    chokepoint_months: Scalar  # months the stop was expected to last when it was seen
    product_disruption: Scalar  # share of product exports stopped by events outside the policy
    observed: PerSite  # value of each observed quantity
    observed_sd: PerSite  # its observation error (standard deviation)
    present: PerSite  # 1 where the month has an observation that may be read


class Shocks(NamedTuple):
    """Standard normal shocks of one month, each with its own random counter; order never changes, new ones go last."""

    brent: Scalar
    usd_rub: Scalar
    throughput: Scalar
    crude_volume: Scalar
    product_volume: Scalar
    shadow_share: Scalar
    delivered: Scalar
    logistics: Scalar
    afloat: Scalar
    tax_wedge: Scalar
    revenue: Scalar
    oil_gas: Scalar
    non_oil: Scalar
    spending: Scalar
    fund: Scalar
    cpi: Scalar
    key_rate: Scalar


class Outputs(NamedTuple):
    """What one month reports. Flows are of the month; the last rows are running log likelihoods of the record."""

    brent_usd_bbl: Scalar
    fob_discount_usd_bbl: Scalar
    delivered_discount_usd_bbl: Scalar
    freight_usd_bbl: Scalar
    scarcity_rent_usd_bbl: Scalar
    urals_fob_usd_bbl: Scalar
    urals_tax_usd_bbl: Scalar
    crude_seaborne_mbd: Scalar
    product_exports_mbd: Scalar
    export_volume_mbd: Scalar
    oil_afloat_mb: Scalar
    shadow_share_crude: Scalar
    effective_fleet_ships: Scalar
    refinery_throughput_mbd: Scalar
    refinery_outage_share: Scalar
    shut_in_mbd: Scalar
    from_onshore_mbd: Scalar  # loaded beyond the month's output, from stocks on land
    export_revenue_usd_bn: Scalar
    usd_rub: Scalar
    oil_gas_revenue_rub_trn: Scalar
    non_oil_revenue_rub_trn: Scalar
    spending_rub_trn: Scalar
    deficit_rub_trn: Scalar
    net_issuance_rub_trn: Scalar
    fund_draw_rub_trn: Scalar
    monetary_financing_rub_trn: Scalar
    arrears_rub_trn: Scalar
    liquid_fund_rub_trn: Scalar
    uncovered_need_rub_trn: Scalar
    runway_months: Scalar
    cpi_yoy: Scalar
    key_rate: Scalar
    price_cap_usd_bbl: Scalar
    coalition_cost_usd_bn: Scalar
    mean_brent_usd_bbl: Scalar  # means and sums run over the counted months so far
    mean_fob_discount_usd_bbl: Scalar
    mean_delivered_discount_usd_bbl: Scalar
    mean_export_volume_mbd: Scalar
    cum_export_revenue_usd_bn: Scalar
    cum_oil_gas_revenue_rub_trn: Scalar
    cum_deficit_rub_trn: Scalar
    cum_coalition_cost_usd_bn: Scalar
    months_to_stressed: Scalar  # counted months until first met; `NEVER` where not met yet
    months_to_constrained: Scalar
    months_to_unsustainable: Scalar
    barrels_residual: Scalar  # I01, should be 0
    fleet_residual: Scalar  # I02
    price_chain_residual: Scalar  # I03
    budget_residual: Scalar  # I04
    log_likelihood: PerSite  # log density of the record so far, by site


NEVER = 999.0
"""Value of a months-to output whose condition has not been met."""
