"""Accounts that must close in every month of every member; for runs in debug mode and for tests.

The identities are worked out again from what a month reports, so that a block that reports one thing and
books another is found, and the residuals that the blocks report of what they do not (I01, I02) are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ripeness.base import Month, RipenessError
from ripeness.flow import OUTPUT_ROWS

Floats = NDArray[np.float64]

SHARES = ("shadow_share_crude", "refinery_outage_share")
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
    first_month: Month | None = None,
    first_member: int = 0,
    most: int = 20,
) -> tuple[AccountingFault, ...]:
    """Faults in the outputs (T, O, N) of one policy, rows as in `flow.OUTPUT_ROWS`; empty where all accounts close.

    A residual may be `tolerance` times one plus the terms of its account: 1e-6 suits float64, 1e-3 float32. Months
    are `Month`s where `first_month` is given, else counted from 0. Of each account at most
    `most` faults are listed, the largest first. ValueError where the rows are not those of the outputs.
    """
    rows = np.asarray(outputs, dtype=np.float64)
    if rows.ndim != 3 or rows.shape[1] != len(OUTPUT_ROWS):
        raise ValueError(f"outputs must be (months, {len(OUTPUT_ROWS)}, members), not {rows.shape}")
    found: list[AccountingFault] = []
    for invariant, residual, scale in _accounts(rows):
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
    outputs: ArrayLike, tolerance: float = 1e-6, *, first_month: Month | None = None
) -> None:
    """Raise RipenessError with every fault that `accounting_faults` finds."""
    faults = accounting_faults(outputs, tolerance, first_month=first_month)
    if faults:
        raise RipenessError(
            "accounts do not close: " + "; ".join(str(fault) for fault in faults),
            "look in the block that books the account named first",
        )


def _accounts(rows: Floats) -> Iterator[tuple[str, Floats, Floats]]:
    """Name, residual (T, N) and size of the terms (T, N) of every account."""

    def of(name: str) -> Floats:
        return rows[:, OUTPUT_ROWS.index(name)]

    def account(name: str, left: list[Floats], right: list[Floats]) -> tuple[str, Floats, Floats]:
        terms = np.stack([*left, *right])
        return (
            name,
            sum(left, np.zeros_like(terms[0])) - sum(right, np.zeros_like(terms[0])),
            np.abs(terms).sum(0),
        )

    def constant(name: str, left: list[Floats], right: list[Floats]) -> tuple[str, Floats, Floats]:
        """An account that closes but for a constant of the member, as the grade of the crude."""
        _, residual, scale = account(name, left, right)
        return name, residual - residual[:1], scale + scale[:1]

    nothing = np.zeros_like(rows[:, 0])
    for name, row in zip(OUTPUT_ROWS, np.swapaxes(rows, 0, 1), strict=True):
        if not np.isfinite(row).all():
            yield f"{name} is a number (I06)", np.where(np.isfinite(row), 0.0, np.nan), nothing
    yield "I01 barrels, as the blocks report", of("barrels_residual"), nothing
    yield constant(
        "I01 exports = seaborne + products + pipeline",
        [of("export_volume_mbd")],
        [of("crude_seaborne_mbd"), of("product_exports_mbd")],
    )
    yield "I02 ships, as the blocks report", of("fleet_residual"), of("effective_fleet_ships")
    yield "I03 price chain, as the blocks report", of("price_chain_residual"), of("brent_usd_bbl")
    yield account(
        "I03 Brent = FOB + FOB discount",
        [of("brent_usd_bbl")],
        [of("urals_fob_usd_bbl"), of("fob_discount_usd_bbl")],
    )
    yield constant(
        "I03 FOB discount = delivered discount + freight + rent + grade",
        [of("fob_discount_usd_bbl")],
        [of("delivered_discount_usd_bbl"), of("freight_usd_bbl"), of("scarcity_rent_usd_bbl")],
    )
    yield "I04 budget, as the blocks report", of("budget_residual"), of("spending_rub_trn")
    yield account(
        "I04 deficit = spending - revenue",
        [of("deficit_rub_trn")],
        [of("spending_rub_trn"), -of("oil_gas_revenue_rub_trn"), -of("non_oil_revenue_rub_trn")],
    )
    yield account(
        "I04 deficit = issuance + fund + money + arrears",
        [of("deficit_rub_trn")],
        [
            of("net_issuance_rub_trn"),
            of("fund_draw_rub_trn"),
            of("monetary_financing_rub_trn"),
            of("arrears_rub_trn"),
        ],
    )
    for name in NOT_NEGATIVE:
        yield f"{name} is not below 0", np.minimum(of(name), 0.0), nothing
    for name in SHARES:
        yield f"{name} lies in 0..1 (I06)", of(name) - np.clip(of(name), 0.0, 1.0), nothing
