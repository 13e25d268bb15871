"""The month of the war as a program: it can be traced, and the compiled engine agrees with the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pytest
import yaml

import ripeness
from ripeness.case import prior_from
from ripeness.engine import kernel, reference
from ripeness.engine.program import Inputs, Program
from ripeness.engine.tracer import trace
from ripeness.ensemble.war_month import money_signal, simulate_war_month
from ripeness.ensemble.war_start import initial_war_state
from ripeness.flow import Levers, Outputs, Scalar, layout_of
from ripeness.flow.axes import WAR_SITES
from ripeness.flow.war import WarMonth, WarOutputs, WarParameters, WarShocks, WarState
from ripeness.world.assimilation import Reader

LEVERS, MONTH, PARAMS = layout_of(Levers), layout_of(WarMonth), layout_of(WarParameters)


class Policy(NamedTuple):
    levers: Annotated[Any, (LEVERS.size,)]
    is_reference: Scalar


class Month(NamedTuple):
    drawing: Scalar
    war: Annotated[Any, (MONTH.size,)]


def step(
    state: WarState, params: WarParameters, policy: Policy, month: Month, shocks: WarShocks, xp: Any
) -> tuple[WarState, WarOutputs, WarShocks]:
    """A war with no treasury."""
    reader = Reader(policy.is_reference, month.drawing)
    levers, facts = LEVERS.unpack(policy.levers), MONTH.unpack(month.war)
    return simulate_war_month(state, params, levers, facts, shocks, reader, month.drawing, None, xp)


WAR = Program(
    "war_bench",
    step,
    layout_of(WarState),
    PARAMS,
    layout_of(Policy),
    layout_of(Month),
    layout_of(WarShocks),
    layout_of(WarOutputs),
    reference="is_reference",
)


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    path = Path(ripeness.__file__).parent / "cases" / "common" / "parameters.yaml"
    specs = yaml.safe_load(path.read_text())["parameters"]
    points = np.random.default_rng(1).uniform(0.02, 0.98, (PARAMS.size, 512))
    params = np.stack([prior_from(spec["prior"]).ppf(u) for spec, u in zip(specs, points, strict=True)])
    state = np.stack(WAR.state.pack(initial_war_state(PARAMS.unpack(params))))
    policies = np.zeros((2, 24, LEVERS.size + 1))
    policies[0, :, -1] = 1.0
    policies[1, 12:, LEVERS["aid_withheld"].start] = 1.0
    policies[1, 12:, LEVERS["cost_pressure"].start] = 1.0
    months = np.zeros((24, MONTH.size + 1))
    months[12:, 0] = 1.0
    months[:, 1 + MONTH["war_on"].start] = 1.0
    for site, value, sd in (
        ("territory_km2", 9000.0, 50.0),
        ("claimed_losses_a", 8.0, 0.5),
        ("support_d", 0.3, 0.02),
    ):
        i = WAR_SITES.index(site)
        for field, entry in (("war_observed", value), ("war_observed_sd", sd), ("war_present", 1.0)):
            months[:12:2, 1 + MONTH[field].start + i] = entry
    return Inputs(params, state, policies, months, seed=3)


def test_the_month_of_the_war_can_be_traced():
    listing = trace(WAR).listing()
    assert len(listing) > 0


def test_the_compiled_month_agrees_with_the_reference(inputs):
    exact = reference.run(WAR, inputs)
    compiled = kernel.run(WAR, inputs, dtype="float64")
    rows = [i for i, name in enumerate(WAR.outputs.row_names) if "residual" not in name]
    np.testing.assert_allclose(compiled.finals[:, rows], exact.finals[:, rows], rtol=1e-7, atol=1e-9)
    for i in set(range(WAR.outputs.size)) - set(rows):
        assert np.abs(compiled.finals[:, i]).max() < 1e-8


def test_single_precision_keeps_the_means(inputs):
    exact, single = reference.run(WAR, inputs), kernel.run(WAR, inputs, dtype="float32")
    rows = [i for i, name in enumerate(WAR.outputs.row_names) if "residual" not in name and "lik" not in name]
    mean, square = exact.sums[:, -1, rows] / 512, exact.sums_sq[:, -1, rows] / 512
    spread = np.sqrt(square - mean**2) + 1e-3
    assert (np.abs(single.sums[:, -1, rows] / 512 - mean) / spread).max() < 1e-3


def test_before_the_lever_moves_both_policies_are_one_war(inputs):
    paths = reference.run(WAR, inputs, keep_paths=64).paths
    told = WAR.outputs["war_log_likelihood"].start
    np.testing.assert_allclose(paths[1, :12, :told], paths[0, :12, :told], rtol=1e-7, atol=1e-8)
    area = WAR.outputs["territory_km2"].start
    assert (np.abs(paths[1, -1, area] - paths[0, -1, area]) > 0.0).mean() > 0.9


def test_a_treasury_signals_months_and_what_is_unpaid():
    blank = dict.fromkeys(Outputs._fields, np.zeros(2))
    outputs = Outputs(
        **blank
        | {
            "runway_months": np.array([5.0, 60.0]),
            "uncovered_need_rub_trn": np.array([0.4, 0.0]),
            "spending_rub_trn": np.array([4.0, 4.0]),
        }
    )
    signal = money_signal(outputs, np)
    np.testing.assert_allclose(signal.runway_months, [5.0, 60.0])
    np.testing.assert_allclose(signal.uncovered_share, [0.1, 0.0])
