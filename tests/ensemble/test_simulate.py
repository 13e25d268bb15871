"""The whole model on the Ukraine case: engines agree, chunks and threads change nothing, policies never recompile."""

import numpy as np
import pytest

from ripeness import case as cases
from ripeness import engine
from ripeness.base import Month
from ripeness.ensemble.accounting import accounting_faults
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.programs import MONEY_CHAIN
from ripeness.ensemble.simulate import Question, pose, run_chunk, simulate
from ripeness.flow import Parameters, layout_of, records_of
from ripeness.policy import compile_policy

OUTPUT_ROWS = records_of("money_chain").output_rows

START = Month.parse("2026-09")
UNTIL = Month.parse("2027-12")
MEMBERS = 512


@pytest.fixture(scope="module")
def case():
    return cases.as_program(cases.load("ukraine"), "money_chain")


def ask(case, names, start=START, seed=5) -> Question:
    compiled = [compile_policy(case, name, start=start) for name in names]
    return pose(case, compiled, start, UNTIL, seed)


@pytest.fixture(scope="module")
def question(case) -> Question:
    return ask(case, ["as_enacted", "full_enforcement_early", "talks_only", "tighten_if_discount_narrows"])


@pytest.fixture(scope="module")
def parameters(case):
    return draw_parameters(case, layout_of(Parameters), MEMBERS, seed=5)


@pytest.fixture(scope="module")
def reference(question, parameters):
    return simulate(question, parameters, keep_paths=MEMBERS, backend="reference")


def test_the_whole_model_traces():
    trace = engine.trace(MONEY_CHAIN)
    assert len(trace.member_nodes) > 1000


def test_float64_kernel_equals_the_reference(question, parameters, reference):
    run = simulate(question, parameters, keep_paths=MEMBERS, dtype="float64")
    scale = np.abs(reference.paths).max(axis=3, keepdims=True) + 1e-3
    assert (np.abs(run.paths - reference.paths) / scale).max() < 1e-9


def test_float32_kernel_has_the_reference_quantiles_and_means(question, parameters, reference):
    run = simulate(question, parameters, keep_paths=MEMBERS)
    shown = [
        OUTPUT_ROWS.index(name)
        for name in ("fob_discount_usd_bbl", "export_revenue_usd_bn", "liquid_fund_rub_trn")
    ]
    for row in shown:
        own, exact = run.paths[:, -1, row], reference.paths[:, -1, row]
        spread = exact.std(axis=-1, keepdims=True) + 1e-9
        for q in (0.05, 0.5, 0.95):
            gap = np.quantile(own, q, axis=-1) - np.quantile(exact, q, axis=-1)
            assert np.abs(gap / spread[:, 0]).max() < 5e-3
        standard_error = spread[:, 0] / np.sqrt(MEMBERS)
        assert (np.abs(own.mean(-1) - exact.mean(-1)) / standard_error).max() < 0.05


def test_threads_and_other_policies_change_no_bit(case, question, parameters):
    two = simulate(question, parameters, keep_paths=MEMBERS, threads=2)
    one = simulate(question, parameters, keep_paths=MEMBERS, threads=1)
    np.testing.assert_array_equal(two.paths, one.paths)
    np.testing.assert_array_equal(two.means, one.means)
    fewer = simulate(ask(case, ["as_enacted", "talks_only"]), parameters, keep_paths=MEMBERS)
    np.testing.assert_array_equal(
        fewer.path("talks_only", "urals_fob_usd_bbl"), two.path("talks_only", "urals_fob_usd_bbl")
    )


def test_a_later_chunk_is_part_of_the_whole(question, parameters):
    whole = simulate(question, parameters, keep_paths=MEMBERS, threads=1)
    tail = run_chunk(question, parameters[:, 256:], 256, MEMBERS)
    np.testing.assert_array_equal(tail.paths, whole.paths[..., 256:])


def test_policy_date_trigger_and_start_never_recompile(case, question, parameters):
    simulate(question, parameters, keep_paths=0)
    before = engine.kernel.compilations()
    for names, start in (
        (["as_enacted", "cap_30_enforced"], START),
        (["as_enacted", "ease_if_brent_spikes", "sequential"], Month.parse("2023-01")),
        (["as_enacted"], Month.parse("2025-02")),
    ):
        simulate(ask(case, names, start, seed=9), parameters[:, :300], keep_paths=3)
    assert engine.kernel.compilations() == before


def test_accounts_close_in_every_policy(reference):
    for policy in range(len(reference.policies)):
        assert accounting_faults(np.moveaxis(reference.paths[policy], 0, 0), 1e-6) == ()


def test_a_past_start_replays_and_branches(case, parameters):
    """A counterfactual equals the record's run before its start and keeps the record's shocks after it."""
    start = Month.parse("2024-01")
    run = simulate(
        ask(case, ["as_enacted", "full_enforcement_early"], start), parameters[:, :256], keep_paths=256
    )
    known = start - case.first_month
    silent = [i for i, name in enumerate(OUTPUT_ROWS) if not name.startswith("log_likelihood")]
    own, other = run.paths[0][:, silent], run.paths[1][:, silent]
    # The reference assimilates and the other policy repeats its shocks, so they differ by rounding alone.
    np.testing.assert_allclose(own[:known], other[:known], rtol=2e-4, atol=2e-3)
    revenue = OUTPUT_ROWS.index("export_revenue_usd_bn")
    assert np.abs(own[known + 1 :, revenue] - other[known + 1 :, revenue]).max() > 0.1


def test_expected_headlines_and_expert_checks_hold(case):
    """Every direction that a policy's author or an expert wrote down, on common futures."""
    parameters = draw_parameters(case, layout_of(Parameters), 256, seed=11)
    failures = []
    for told in case.tests:
        start = told.start or case.default_start
        run = simulate(
            ask(case, ["as_enacted", *dict.fromkeys((told.than, told.given))], start),
            parameters,
            keep_paths=256,
        )
        row = OUTPUT_ROWS.index(told.metric) if told.metric in OUTPUT_ROWS else None
        if row is None:
            continue
        month = (told.month or UNTIL) - case.first_month
        change = run.paths[run.policy(told.given), month, row] - run.paths[run.policy(told.than), month, row]
        median, tolerance = float(np.median(change)), told.tolerance or 1e-6
        ok = {
            "rise": median > -tolerance,
            "fall": median < tolerance,
            "stay": abs(median) <= max(tolerance, 1e-3),
        }[told.must]
        if not ok:
            failures.append((told.file, told.given, told.metric, told.must, median))
    assert failures == []
