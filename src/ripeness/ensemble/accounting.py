"""Accounts that must close in every month of every member; for runs in debug mode and for tests.

The identities are worked out again from what a month reports, so that a block that reports one thing and
books another is found, and the residuals that the blocks report of what they do not (I01, I02) are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ripeness.base import Month, RipenessError
from ripeness.flow import records_of

Floats = NDArray[np.float64]

SHARES = (
    "shadow_share_crude",
    "refinery_outage_share",
    "squeeze",
    "partner_share_d",
    "drones_stopped_share",
    "missiles_stopped_share",
    "power_damage_share",
    "advance_chance",
    "support_a",
    "support_d",
    "support_coalition",
    "support_patron",
)
"""Outputs that lie between 0 and 1."""

NOT_NEGATIVE = (
    "liquid_fund_rub_trn",
    "crude_seaborne_mbd",
    "product_exports_mbd",
    "oil_afloat_mb",
    "effective_fleet_ships",
    "refinery_throughput_mbd",
    "monetary_financing_rub_trn",
    "arrears_rub_trn",
    "uncovered_need_rub_trn",
    "coalition_cost_usd_bn",
    "chest_months",
    "recruits_a",
    "losses_a",
    "losses_d",
    "civilian_harm",
    "aid_allocated_usd_bn",
    "aid_delivered_usd_bn",
    "financing_gap_d_usd_bn",
    "drones_launched",
    "missiles_launched",
    "territory_km2",
)
"""Stocks and flows that cannot be below 0."""


@dataclass(frozen=True)
class AccountingFault:
    """One account that does not close: which, when, for whom, and by how much (in the account's unit)."""

    invariant: str
    month: Month | int
    member: int
    residual: float

    def __str__(self) -> str:
        return f"{self.invariant}: off by {self.residual:.3g} in month {self.month}, member {self.member}"


def accounting_faults(
    outputs: ArrayLike,
    tolerance: float = 1e-6,
    *,
    program: str = "money_chain",
    first_month: Month | None = None,
    first_member: int = 0,
    most: int = 20,
) -> tuple[AccountingFault, ...]:
    """Faults in the outputs (T, O, N) of one policy, rows as the program names them; empty where all accounts close.

    A residual may be `tolerance` times one plus the terms of its account: 1e-6 suits float64, 1e-3 float32. Months
    are `Month`s where `first_month` is given, else counted from 0. Of each account at most
    `most` faults are listed, the largest first. ValueError where the rows are not those of the outputs.
    """
    rows = np.asarray(outputs, dtype=np.float64)
    names = records_of(program).output_rows
    if rows.ndim != 3 or rows.shape[1] != len(names):
        raise ValueError(f"outputs must be (months, {len(names)}, members), not {rows.shape}")
    found: list[AccountingFault] = []
    for invariant, residual, scale in _accounts(rows, program):
        excess = np.abs(residual) / (tolerance * (1.0 + scale))
        wrong = np.argwhere(~(excess <= 1.0))
        # A residual that is no number is the largest of all.
        sizes = np.nan_to_num(excess[wrong[:, 0], wrong[:, 1]], nan=np.inf)
        for month, member in wrong[np.argsort(-sizes, kind="stable")][:most]:
            when = int(month) if first_month is None else first_month + int(month)
            found.append(
                AccountingFault(invariant, when, first_member + int(member), float(residual[month, member]))
            )
    return tuple(found)


def require_accounts(
    outputs: ArrayLike,
    tolerance: float = 1e-6,
    *,
    program: str = "money_chain",
    first_month: Month | None = None,
) -> None:
    """Raise RipenessError with every fault that `accounting_faults` finds."""
    faults = accounting_faults(outputs, tolerance, program=program, first_month=first_month)
    if faults:
        raise RipenessError(
            "accounts do not close: " + "; ".join(str(fault) for fault in faults),
            "look in the block that books the account named first",
        )


Account = tuple[str, Floats, Floats]
"""Name, residual (T, N) and size of the terms (T, N)."""


def _account(name: str, left: list[Floats], right: list[Floats]) -> Account:
    terms = np.stack([*left, *right])
    zero = np.zeros_like(terms[0])
    return name, sum(left, zero) - sum(right, zero), np.abs(terms).sum(0)


def _constant(name: str, left: list[Floats], right: list[Floats]) -> Account:
    """An account that closes but for a constant of the member, as the grade of the crude."""
    _, residual, scale = _account(name, left, right)
    return name, residual - residual[:1], scale + scale[:1]


def _accounts(rows: Floats, program: str) -> Iterator[Account]:
    """Every account of the program."""
    records = records_of(program)
    names = records.output_rows
    nothing = np.zeros_like(rows[:, 0])

    def of(name: str) -> Floats:
        return rows[:, names.index(name)]

    for name, row in zip(names, np.swapaxes(rows, 0, 1), strict=True):
        if not np.isfinite(row).all():
            yield f"{name} is a number (I06)", np.where(np.isfinite(row), 0.0, np.nan), nothing
    if records.has_money:
        yield from _money_accounts(of, nothing)
    if records.has_war:
        yield "I02 people, as the blocks report", of("people_residual"), of("manpower_a") + of("manpower_d")
        yield "I04 aid on the way, as the blocks report", of("aid_residual"), of("aid_allocated_usd_bn")
    for name in NOT_NEGATIVE:
        if name in names:
            yield f"{name} is not below 0", np.minimum(of(name), 0.0), nothing
    for name in SHARES:
        if name in names:
            yield f"{name} lies in 0..1 (I06)", of(name) - np.clip(of(name), 0.0, 1.0), nothing


def _money_accounts(of: Callable[[str], Floats], nothing: Floats) -> Iterator[Account]:
    """Accounts of the money chain."""
    yield "I01 barrels, as the blocks report", of("barrels_residual"), nothing
    yield _constant(
        "I01 exports = seaborne + products + pipeline",
        [of("export_volume_mbd")],
        [of("crude_seaborne_mbd"), of("product_exports_mbd")],
    )
    yield "I02 ships, as the blocks report", of("fleet_residual"), of("effective_fleet_ships")
    yield "I03 price chain, as the blocks report", of("price_chain_residual"), of("brent_usd_bbl")
    yield _account(
        "I03 Brent = FOB + FOB discount",
        [of("brent_usd_bbl")],
        [of("urals_fob_usd_bbl"), of("fob_discount_usd_bbl")],
    )
    yield _constant(
        "I03 FOB discount = delivered discount + freight + rent + grade",
        [of("fob_discount_usd_bbl")],
        [of("delivered_discount_usd_bbl"), of("freight_usd_bbl"), of("scarcity_rent_usd_bbl")],
    )
    yield "I04 budget, as the blocks report", of("budget_residual"), of("spending_rub_trn")
    yield _account(
        "I04 deficit = spending - revenue",
        [of("deficit_rub_trn")],
        [of("spending_rub_trn"), -of("oil_gas_revenue_rub_trn"), -of("non_oil_revenue_rub_trn")],
    )
    yield _account(
        "I04 deficit = issuance + fund + money + arrears",
        [of("deficit_rub_trn")],
        [
            of("net_issuance_rub_trn"),
            of("fund_draw_rub_trn"),
            of("monetary_financing_rub_trn"),
            of("arrears_rub_trn"),
        ],
    )
