"""The accounts find what is broken, and say which, when and for whom."""

from __future__ import annotations

import numpy as np
import pytest

from ripeness.base import Month, RipenessError
from ripeness.ensemble.accounting import accounting_faults, require_accounts
from ripeness.flow import Outputs, layout_of, records_of

OUTPUT_ROWS = records_of("money_chain").output_rows


@pytest.fixture(scope="module")
def outputs(bench):
    params = bench.members(16)
    run = bench.simulate(params, bench.months(6), bench.hold(6, **bench.after_embargo), bench.shocks(6, 16))
    records = [Outputs(**{name: value[t] for name, value in run.outputs.items()}) for t in range(6)]
    return np.stack([np.stack(layout_of(Outputs).pack(record)) for record in records])


def broken(outputs, name, month, member, change):
    rows = outputs.copy()
    rows[month, OUTPUT_ROWS.index(name), member] += change
    return rows


def test_a_sound_run_has_no_fault(outputs):
    assert accounting_faults(outputs, 1e-9) == ()
    require_accounts(outputs)


@pytest.mark.parametrize(
    ("name", "change", "invariant"),
    [
        ("net_issuance_rub_trn", 0.1, "I04 deficit = issuance + fund + money + arrears"),
        ("spending_rub_trn", 0.1, "I04 deficit = spending - revenue"),
        ("budget_residual", 0.1, "I04 budget, as the blocks report"),
        ("urals_fob_usd_bbl", 1.0, "I03 Brent = FOB + FOB discount"),
        ("freight_usd_bbl", 1.0, "I03 FOB discount = delivered discount + freight + rent + grade"),
        ("price_chain_residual", 1.0, "I03 price chain, as the blocks report"),
        ("product_exports_mbd", 0.1, "I01 exports = seaborne + products + pipeline"),
        ("barrels_residual", 0.1, "I01 barrels, as the blocks report"),
        ("fleet_residual", 2.0, "I02 ships, as the blocks report"),
        ("liquid_fund_rub_trn", -50.0, "liquid_fund_rub_trn is not below 0"),
        ("shadow_share_crude", 2.0, "shadow_share_crude lies in 0..1 (I06)"),
        ("key_rate", np.nan, "key_rate is a number (I06)"),
        ("runway_months", np.inf, "runway_months is a number (I06)"),
    ],
)
def test_a_broken_identity_is_named_with_its_month_and_member(outputs, name, change, invariant):
    faults = accounting_faults(
        broken(outputs, name, 4, 7, change), first_month=Month(2022, 1), first_member=256
    )
    assert [(fault.month, fault.member) for fault in faults] == [(Month(2022, 5), 263)] * len(faults)
    assert invariant in {fault.invariant for fault in faults}


def test_a_fault_reads_as_a_sentence(outputs):
    (fault,) = accounting_faults(broken(outputs, "budget_residual", 2, 3, 0.25))
    assert str(fault) == "I04 budget, as the blocks report: off by 0.25 in month 2, member 3"


def test_the_worst_come_first_and_not_more_than_asked(outputs):
    rows = outputs.copy()
    rows[:, OUTPUT_ROWS.index("barrels_residual")] = np.arange(16.0)
    faults = accounting_faults(rows, most=5)
    assert len(faults) == 5
    assert faults[0].residual == 15.0


def test_the_tolerance_is_relative_to_the_terms(outputs):
    rows = broken(outputs, "urals_fob_usd_bbl", 0, 0, 1e-4)
    assert accounting_faults(rows, 1e-3) == ()
    assert accounting_faults(rows, 1e-8)


def test_require_accounts_says_all_faults_at_once(outputs):
    rows = broken(broken(outputs, "budget_residual", 0, 1, 0.5), "fleet_residual", 1, 2, 5.0)
    with pytest.raises(RipenessError, match=r"I02 ships.*I04 budget"):
        require_accounts(rows)


def test_rows_of_another_shape_are_refused(outputs):
    with pytest.raises(ValueError, match="months"):
        accounting_faults(outputs[:, :-1])
