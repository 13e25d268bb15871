"""The programs beside each other: a war is added to the money chain, which stays what it was, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ripeness import case as cases
from ripeness import engine
from ripeness.base import RipenessError
from ripeness.case import Change, Trigger
from ripeness.case.common import bargaining_parameters, world_parameters
from ripeness.case.names import WAR_BLOCKS
from ripeness.ensemble.accounting import accounting_faults
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.programs import PROGRAMS, program_named
from ripeness.ensemble.saved import load_fans, load_run, member_paths
from ripeness.ensemble.simulate import over_blocks, pose, simulate
from ripeness.ensemble.store import simulate_to_folder
from ripeness.ensemble.verify import verify_run
from ripeness.flow import BargainingParameters, Shocks, layout_of
from ripeness.policy import compile_policy, policy_faults

MEMBERS = 256
SEED = 3


def with_war(case, blocks=WAR_BLOCKS):
    """The case with a war beside its money chain, its parameters those common to all cases."""
    used = (*case.blocks, *blocks)
    return replace(
        case,
        program="money_and_war",
        blocks=used,
        parameters=world_parameters(case.parameters.values(), used),
        bargaining=bargaining_parameters(()),
    )


@pytest.fixture(scope="module")
def money():
    return cases.load("two_states")


@pytest.fixture(scope="module")
def both(money):
    return with_war(money)


@pytest.fixture(scope="module")
def war(both):
    return cases.as_program(both, "war")


def pressed(case):
    """The case with a policy that withholds aid, presses the purse and denies arms, and one that waits to do so."""
    changes = tuple(
        Change(lever, "set", 0.8, start="start") for lever in ("aid_withheld", "cost_pressure", "arms_denial")
    )
    base = case.policies["as_enacted"]
    rule = Trigger("losses_a", above=0.0, below=None, for_months=2, after_months=1, then=changes)
    return replace(
        case,
        policies={
            "as_enacted": base,
            "pressed": replace(base, name="pressed", changes=changes),
            "waits": replace(base, name="waits", triggers=(rule,)),
        },
    )


def run(case, backend="reference", dtype="float64", members=MEMBERS, start=None):
    names = tuple(case.policies)
    question = pose(
        case,
        [compile_policy(case, name, start or case.default_start) for name in names],
        case.default_start,
        case.last_month,
        SEED,
    )
    parameters = draw_parameters(case, program_named(case.program).params, members, SEED)
    return simulate(question, parameters, keep_paths=members, backend=backend, dtype=dtype)


def test_every_program_traces_and_uses_its_war():
    sizes = {name: len(engine.trace(program).member_nodes) for name, program in PROGRAMS.items()}
    assert sizes["money_chain"] < sizes["money_and_war"] < sizes["money_chain"] + 1.5 * sizes["war"]


def test_a_war_beside_the_money_chain_leaves_its_draws_and_numbers_as_they_were(money, both):
    own, more = run(money), run(both)
    rows = len(own.records.output_rows)
    np.testing.assert_array_equal(more.parameters[: len(own.parameters)], own.parameters)
    np.testing.assert_array_equal(more.paths[:, :, :rows], own.paths)
    assert layout_of(Shocks).size == len(own.records.shocks._fields)


@pytest.mark.slow
def test_so_it_does_in_the_kernel(money, both):
    own, more = run(money, "kernel", "float32"), run(both, "kernel", "float32")
    np.testing.assert_array_equal(more.paths[:, :, : len(own.records.output_rows)], own.paths)


@pytest.mark.slow
@pytest.mark.parametrize("program", ["war", "money_and_war"])
def test_the_kernel_agrees_with_the_reference(both, war, program):
    case = pressed(war if program == "war" else both)
    exact, compiled = run(case), run(case, "kernel")
    scale = np.maximum(np.abs(exact.finals), 1.0)
    assert (np.abs(compiled.finals - exact.finals) / scale).max() < 1e-9


@pytest.mark.parametrize("program", ["war", "money_and_war"])
def test_accounts_close(both, war, program):
    case = pressed(war if program == "war" else both)
    done = run(case)
    for paths in done.paths:
        assert accounting_faults(paths, program=program, first_month=case.first_month) == ()


def test_the_purse_is_the_treasury_s_where_there_is_one(both):
    done = run(both)
    np.testing.assert_array_equal(
        done.path("as_enacted", "chest_months"), done.path("as_enacted", "runway_months")
    )


def test_levers_move_the_war_and_a_trigger_watches_it(war):
    done = run(pressed(war))
    start = war.default_start - war.first_month
    for name, sign in (("cum_aid_usd_bn", -1.0), ("territory_km2", 1.0), ("chest_months", -1.0)):
        moved = done.path("pressed", name) - done.path("as_enacted", name)
        assert (moved[:start] == 0.0).all()
        assert np.median(sign * moved[-1]) > 0.0, name
    aid = {name: done.path(name, "aid_allocated_usd_bn") for name in ("as_enacted", "waits")}
    late = aid["waits"] < (1.0 - 1e-9) * aid["as_enacted"]
    # It counts the month before the start and the start, fires in the month after, and acts one month later.
    assert not late[: start + 2].any()
    assert late[start + 2 :].all()


def test_a_trigger_on_what_the_program_lacks_is_a_fault(money, war):
    rule = Trigger("territory_km2", above=1.0, below=None, for_months=1, after_months=0, then=())
    watching = replace(money.policies["as_enacted"], name="watching", triggers=(rule,))
    (fault,) = policy_faults(money, watching)
    assert "cannot watch" in fault.problem
    assert policy_faults(war, watching) == []
    oil = replace(watching, triggers=(replace(rule, output="brent_usd_bbl"),))
    assert len(policy_faults(war, oil)) == 1


def test_blocks_that_are_not_in_use_move_nothing(money):
    quiet = pressed(with_war(money, blocks=("forces",)))
    done = run(quiet)
    for name in ("drones_launched", "missiles_launched", "power_damage_share", "squeeze"):
        assert np.abs(done.path("as_enacted", name)).max() < 1e-4, name  # thousand: not a tenth of a drone
    change = done.path("as_enacted", "territory_change_km2")
    assert np.abs(change).max() < 0.1  # km2


def test_a_case_can_be_seen_through_a_smaller_program_only(money, both, war):
    alone = cases.as_program(both, "money_chain")
    assert alone.parameters == money.parameters
    assert alone.observations == money.observations
    assert alone.content_hash != both.content_hash
    assert set(war.parameters) == set(program_named("war").params.row_labels)
    with pytest.raises(RipenessError, match="cannot run the program war"):
        cases.as_program(money, "war")


def test_bargaining_draws_are_apart_from_the_world_s(both):
    """A name may stand in both, with another prior: `adaptation_share` does."""
    layout = layout_of(BargainingParameters)
    drawn = draw_parameters(both, layout, 64, SEED)
    row = layout.row_labels.index("patience")
    assert drawn.shape == (layout.size, 64)
    prior = both.bargaining["patience"].prior
    assert (prior.ppf(0.0) <= drawn[row]).all() and (drawn[row] <= prior.ppf(1.0)).all()


def test_a_war_is_saved_read_and_verified(war, tmp_path):
    case = pressed(war)
    names = tuple(case.policies)
    question = pose(
        case, [compile_policy(case, name) for name in names], case.default_start, case.last_month, SEED
    )
    parameters = draw_parameters(case, program_named("war").params, 300, SEED)
    simulate_to_folder(question, parameters, tmp_path, backend="reference", saved_paths=2, fan_members=64)
    done = load_run(tmp_path)
    assert done.program == "war" and done.record["program"] == "war"
    here = simulate(question, parameters, keep_paths=300, backend="reference")
    for name in ("territory_km2", "cum_losses_a", "cum_aid_usd_bn", "support_d"):
        np.testing.assert_array_equal(done.final("pressed", name), here.final("pressed", name))
    np.testing.assert_array_equal(done.path("pressed", "losses_a"), here.path("pressed", "losses_a")[:, :2])
    np.testing.assert_array_equal(member_paths(tmp_path, 7), here.paths[..., 7])
    assert load_fans(tmp_path).outputs == done.records.output_rows
    assert verify_run(tmp_path, recompute=True).ok


def test_work_over_blocks_is_in_order_and_whole():
    parameters = np.arange(700.0)[None]
    parts = over_blocks(lambda first, part: (first, part.shape[1]), parameters, 256, threads=2)
    assert parts == [(0, 256), (256, 256), (512, 188)]
    with pytest.raises(ValueError, match="no whole blocks"):
        over_blocks(lambda first, part: first, parameters, 100)
