"""State of a program on the eve of a case's first month."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ripeness.base import RipenessError
from ripeness.case import SITE_UNITS, Case
from ripeness.ensemble.war_start import initial_war_state
from ripeness.flow import (
    LENGTH,
    NEVER,
    MonthRow,
    Parameters,
    TriggerState,
    WarBefore,
    WarParameters,
    WarState,
    WorldState,
    layout_of,
    part,
    parts_of,
    records_of,
)
from ripeness.flow.axes import PUBLICS
from ripeness.world.oil_market import normal_exports_mbd
from ripeness.world.treasury import TAX_FREE_USD_BBL

STEADY_DISCOUNT_USD_BBL = 2.0
"""Discount from which the clearing search starts; it is forgotten within months."""


class StartFacts(NamedTuple):
    """What the record says of the months before the first, from the case's series."""

    brent_usd_bbl: float
    usd_rub: float
    taxable_price: np.ndarray  # (12,) thousand RUB/bbl, newest first
    liquid_fund_rub_trn: float
    cpi_yoy: float
    key_rate: float
    spending_month_rub_trn: float
    urals_discount_usd_bbl: float


def taxable_price_lags(tax_price: np.ndarray, usd_rub: np.ndarray) -> np.ndarray:
    """Taxable price of the last twelve months, thousand RUB/bbl, newest first, from oldest-first arrays."""
    taxable = np.maximum(tax_price - TAX_FREE_USD_BBL, 0.0) * usd_rub / 1000.0
    return taxable[::-1][:12].copy()


def initial_state(params: Parameters, facts: StartFacts) -> WorldState:
    """State on the eve of the first month, arrays (..., members), float64."""
    n = np.shape(params.payload_mb)[-1]

    def full(value: Any) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, float), (n,)).copy()

    def vector(values: Any, axis: str) -> np.ndarray:
        column = np.broadcast_to(np.asarray(values, float).reshape(-1, 1), (LENGTH[axis], n))
        return column.copy()

    zero = {name: full(0.0) for name in WorldState._fields}
    exports = normal_exports_mbd(params)
    fob = facts.brent_usd_bbl - facts.urals_discount_usd_bbl
    return WorldState(**zero)._replace(
        brent_base_usd_bbl=full(facts.brent_usd_bbl),
        fleet=np.asarray(params.fleet_initial, float).copy(),
        listing_loss=vector(0.0, "fleet"),
        channel=full(1.0),
        dynamic_cap_usd_bbl=full(fob),
        fob_mean_usd_bbl=full(fob),
        buyer_reach=np.asarray(params.buyer_reach_initial, float).copy(),
        clearing_discount=full(STEADY_DISCOUNT_USD_BBL),
        port_discount=full(STEADY_DISCOUNT_USD_BBL),
        taxable_price=vector(facts.taxable_price, "lag"),
        usd_rub=full(facts.usd_rub),
        uncovered_months=vector(0.0, "lag"),
        real_spending=vector(facts.spending_month_rub_trn, "lag"),
        real_spending_trend=full(facts.spending_month_rub_trn),
        liquid_fund=full(facts.liquid_fund_rub_trn),
        cpi_yoy=full(facts.cpi_yoy),
        key_rate=full(facts.key_rate),
        cpi_level=full(1.0),
        trigger_count=vector(0.0, "trigger"),
        trigger_age=vector(0.0, "trigger"),
        brent_before=full(facts.brent_usd_bbl),
        fob_discount_before=full(facts.urals_discount_usd_bbl),
        delivered_before=full(facts.urals_discount_usd_bbl),
        volume_before=exports,
        revenue_before=full(14.0),
        fob_before=full(fob),
        world_exports_before=exports,
        first_stressed=full(NEVER),
        first_constrained=full(NEVER),
        first_unsustainable=full(NEVER),
        price_errors_covariance=np.zeros((6, n)),
        log_likelihood=vector(0.0, "site"),
    )


def start_state(program: str, parameters: np.ndarray, facts: StartFacts | None) -> np.ndarray:
    """Rows (S, N) of a program's state on the eve, from parameter rows (P, N); `facts` where it has a money chain."""
    records = records_of(program)
    params = records.parameters.unpack(parameters)
    n = parameters.shape[1]
    rows: list[Any] = []
    for kind in parts_of(records.state):
        if kind is WorldState:
            assert facts is not None
            rows += layout_of(kind).pack(initial_state(part(params, Parameters), facts))
        elif kind is WarState:
            rows += layout_of(kind).pack(initial_war_state(part(params, WarParameters)))
        elif kind is WarBefore:
            support = part(params, WarParameters).support_initial[PUBLICS.index("d")]
            before = WarBefore(np.zeros(n), np.zeros(n), np.asarray(support, float))
            rows += layout_of(kind).pack(before)
        else:
            rows += [np.zeros(n)] * layout_of(TriggerState).size
    return np.stack(rows)


def start_facts(case: Case) -> StartFacts | None:
    """Facts of the eve of the case's first month, from the series of its sites and its first plans.

    None where the case's program has no money chain. RipenessError where a series has no value before the first month.
    """
    if not records_of(case.program).has_money:
        return None
    first = case.first_month
    year = tuple(first + offset for offset in range(-12, 0))

    def before(site: str) -> np.ndarray:
        series = case.series[case.observations[site]].in_unit(SITE_UNITS[site])
        read = series.to_arrays(year, None, default_sd=case.observation_error.get(site))
        known = read.value[read.present]
        if not known.size:
            raise RipenessError(
                f"series {series.name} has no value in the year before {first}",
                f"the first month needs one: add a row before {first} to series/{series.name}.csv",
            )
        return np.where(read.present, read.value, known[0])

    brent, tax_price, usd_rub = before("brent_usd_bbl"), before("urals_tax_usd_bbl"), before("usd_rub")
    plan = layout_of(MonthRow)["spending_plan_rub_trn"].start
    first_year = case.month_rows([first + offset for offset in range(12)])
    return StartFacts(
        brent_usd_bbl=float(brent[-1]),
        usd_rub=float(usd_rub[-1]),
        taxable_price=taxable_price_lags(tax_price, usd_rub),
        liquid_fund_rub_trn=float(before("liquid_fund_rub_trn")[-1]),
        cpi_yoy=float(before("cpi_yoy")[-1]),
        key_rate=float(before("key_rate")[-1]),
        spending_month_rub_trn=float(first_year[:, plan].mean()),
        urals_discount_usd_bbl=float(brent[-1] - tax_price[-1]),
    )
