"""Identities that hold in every month of every member, over the prior box and at extreme levers."""

from __future__ import annotations

import numpy as np
import pytest

from ripeness.ensemble.accounting import accounting_faults
from ripeness.flow import Levers, Outputs, WorldState, layout_of, records_of

OUTPUT_ROWS = records_of("money_chain").output_rows

MONTHS, MEMBERS = 36, 64

POLICIES = {
    "none": lambda full: {},
    "all": lambda full: full,
    **{name: (lambda full, name=name: {name: full[name]}) for name in Levers._fields},
}


def stacked(run):
    """Outputs as engines keep them, (T, O, N)."""
    return np.stack(
        [
            np.stack(layout_of(Outputs).pack(Outputs(**{k: v[t] for k, v in run.outputs.items()})))
            for t in range(len(run.states))
        ]
    )


def hard_months(bench, number):
    """Months in which much goes wrong outside the policy, too."""
    stop = (np.arange(number) % 9 < 3) * 0.5
    return bench.months(
        number,
        chokepoint_loss=stop,
        chokepoint_months=3.0,
        product_disruption=stop,
        brent_anchor_usd_bbl=np.where(np.arange(number) < number // 2, 25.0, 160.0),
        gas_windfall=np.arange(number) % 7 == 0,
        tax_price_cif=np.arange(number) < 12,
        tax_price_since_2025=np.arange(number) > 24,
    )


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("draw", ["members", "box"])
def test_accounts_close_over_the_prior_box(bench, policy, draw):
    params = getattr(bench, draw)(MEMBERS)
    levers = bench.hold(MONTHS, **POLICIES[policy](bench.full))
    run = bench.simulate(params, hard_months(bench, MONTHS), levers, 1.5 * bench.shocks(MONTHS, MEMBERS))
    rows = stacked(run)
    assert rows.shape[1] == len(OUTPUT_ROWS)
    assert accounting_faults(rows, 1e-7) == ()
    for state in run.states:
        for name, value in zip(WorldState._fields, state, strict=True):
            assert np.isfinite(value).all(), name
        for name in (
            "channel",
            "enforcement",
            "buyer_reach",
            "refinery_outage",
            "product_friction",
            "listing_loss",
        ):
            value = getattr(state, name)
            assert (value >= -1e-12).all() and (value <= 1.0 + 1e-12).all(), name
        for name in ("fleet", "unsold_mb", "liquid_fund", "lost_capacity_mbd"):
            assert (getattr(state, name) >= 0.0).all(), name


def test_the_record_at_the_edge_gives_numbers(bench):
    """Filtering a noisy, odd and half-empty record must not break a member either."""
    params, month = bench.box(MEMBERS), bench.months(MONTHS, drawing=np.arange(MONTHS) >= 24)
    free = bench.simulate(
        params, month, bench.hold(MONTHS, **bench.after_embargo), bench.shocks(MONTHS, MEMBERS)
    )
    sites = [name for name in OUTPUT_ROWS if "log_likelihood" not in name]
    layout = bench.month_layout
    for i, site in enumerate(bench.sites):
        assert site in sites
        level = np.median(free[site], axis=1)
        month[:24, layout["observed"].start + i] = level[:24] * 1.1
        month[:24, layout["observed_sd"].start + i] = 0.02 * np.abs(level[:24]) + 1e-3
        month[:24, layout["present"].start + i] = (np.arange(24) + i) % 3 > 0
    run = bench.simulate(
        params, month, bench.hold(MONTHS, **bench.after_embargo), bench.shocks(MONTHS, MEMBERS)
    )
    assert accounting_faults(stacked(run), 1e-7) == ()


def test_ships_are_conserved_through_listings_losses_and_purchases(bench):
    """I02 from the states: what is not bought, scrapped or seized is still there, in whatever class."""
    params = bench.members(MEMBERS)
    levers = dict(bench.after_embargo, interdiction=0.03)
    run = bench.simulate(
        params, bench.months(MONTHS), bench.hold(MONTHS, **levers), bench.shocks(MONTHS, MEMBERS)
    )
    stay = 1.0 - params.scrapping_year / 12.0 - 0.03
    for before, after in zip(run.states, run.states[1:], strict=False):
        bought = after.fleet[1:].sum(0) - stay * before.fleet[1:].sum(0)
        assert (bought >= -1e-9).all()
        assert (after.fleet[0] == before.fleet[0]).all()


def test_effective_capacity_is_at_most_all_ships(bench):
    params = bench.box(MEMBERS)
    run = bench.simulate(
        params, bench.months(MONTHS), bench.hold(MONTHS, **bench.after_embargo), bench.shocks(MONTHS, MEMBERS)
    )
    for t in range(1, MONTHS):
        bought_later = run.states[t - 1].fleet.sum(0)
        assert (run["effective_fleet_ships"][t] <= bought_later + 1e-9).all()


def test_the_same_run_twice_is_the_same_bit_for_bit(bench):
    def once(first, last):
        params = bench.members(MEMBERS)
        params = type(params)(*(value[..., first:last] for value in params))
        shocks = bench.shocks(12, MEMBERS)[:, :, first:last]
        run = bench.simulate(params, bench.months(12), bench.hold(12, **bench.after_embargo), shocks)
        return stacked(run)

    whole = once(0, MEMBERS)
    assert (whole == once(0, MEMBERS)).all()
    assert (whole == np.concatenate([once(0, 20), once(20, MEMBERS)], axis=2)).all()


def test_a_policy_equal_to_the_reference_gives_the_path_of_the_reference(bench):
    """The shocks that history implies reproduce history: abduction, then action on nothing."""
    params, month = bench.members(MEMBERS), bench.months(MONTHS, drawing=np.arange(MONTHS) >= 24)
    layout = bench.month_layout
    for site, value, sd in (
        ("crude_seaborne_mbd", 3.2, 0.2),
        ("urals_tax_usd_bbl", 55.0, 0.3),
        ("brent_usd_bbl", 72.0, 0.0),
    ):
        i = bench.sites.index(site)
        month[:24:2, layout["observed"].start + i] = value
        month[:24:2, layout["observed_sd"].start + i] = sd
        month[:24:2, layout["present"].start + i] = 1.0
    levers = bench.hold(MONTHS, **bench.after_embargo)
    reference = bench.simulate(params, month, levers, bench.shocks(MONTHS, MEMBERS))
    other = bench.simulate(params, month, levers, reference.shocks, reference=False)
    for name in Outputs._fields:
        if name != "log_likelihood":
            assert other[name] == pytest.approx(reference[name], rel=1e-8, abs=1e-8), name
