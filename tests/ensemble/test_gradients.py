"""I15: forward-mode derivatives of receipts, tax take and runway agree with central differences."""

from dataclasses import replace

import numpy as np
import pytest

from ripeness import case, engine
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.programs import MONEY_CHAIN
from ripeness.ensemble.simulate import pose
from ripeness.ensemble.start import initial_state
from ripeness.flow import Levers, Parameters, WorldState, layout_of, records_of
from ripeness.policy import compile_policy

OUTPUT_ROWS = records_of("money_chain").output_rows


pytest.importorskip("jax")

MEMBERS, MONTHS = 4, 24
PARAMETERS = (
    "demand_elasticity_short",
    "stock_elasticity",
    "tce_normal_usd_day",
    "buyer_width",
    "runs_normal_mbd",
    "logistics_sd",
    "oil_tax_slope",
    "crude_output_mbd",
    "payload_mb",
    "price_adjustment",
)
WEIGHTS = {"export_revenue_usd_bn": 1.0, "oil_gas_revenue_rub_trn": 10.0, "runway_months": 0.05}


def objective(paths):
    return sum(weight * paths[:, :, OUTPUT_ROWS.index(name)].sum() for name, weight in WEIGHTS.items())


@pytest.mark.slow
def test_gradients_agree_with_central_differences():
    """Member by member; where the two sides of a kink differ no derivative exists, and few members may be there."""
    told = case.load("two_states")
    question = pose(
        told, [compile_policy(told, "as_enacted")], told.first_month, told.first_month + (MONTHS - 1)
    )
    parameters = draw_parameters(told, layout_of(Parameters), MEMBERS, seed=3)
    state = initial_state(layout_of(Parameters).unpack(parameters), question.facts)
    inputs = engine.Inputs(
        parameters, np.stack(layout_of(WorldState).pack(state)), question.policies, question.months, seed=3
    )
    value, gradient = engine.jax_engine.value_and_grad(MONEY_CHAIN, inputs, objective, mode="forward")

    def per_member(moved: engine.Inputs) -> np.ndarray:
        paths = engine.reference.run(MONEY_CHAIN, moved, keep_paths=MEMBERS).paths
        return sum(w * paths[:, :, OUTPUT_ROWS.index(name)].sum(axis=(0, 1)) for name, w in WEIGHTS.items())

    assert value == pytest.approx(per_member(inputs).sum(), rel=1e-9)

    labels = layout_of(Parameters).row_labels
    smooth_points = wrong = 0
    for name in PARAMETERS:
        row = labels.index(name)

        def shifted(shift: np.ndarray, row: int = row) -> np.ndarray:
            moved = inputs.params.copy()
            moved[row] += shift
            return per_member(replace(inputs, params=moved))

        step = 1e-5 * np.maximum(np.abs(inputs.params[row]), 1e-2)
        above, below = shifted(step), shifted(-step)
        central = (above - below) / (2 * step)
        wide = (shifted(3 * step) - shifted(-3 * step)) / (6 * step)
        scale = np.maximum(np.abs(central), 1e-6 * np.abs(above) / step * 1e-2)
        smooth = np.abs(central - wide) <= 2e-4 * scale
        smooth_points += int(smooth.sum())
        wrong += int((smooth & (np.abs(gradient.params[row] - central) > 1e-3 * scale)).sum())
    assert smooth_points >= 0.7 * MEMBERS * len(PARAMETERS)
    assert wrong == 0

    lever = layout_of(Levers)["secondary_sanctions"].start
    base = inputs.policies[0, MONTHS // 2, lever]

    def with_lever(value: float) -> float:
        policies = inputs.policies.copy()
        policies[0, MONTHS // 2, lever] = value
        return float(per_member(replace(inputs, policies=policies)).sum())

    step = 1e-4
    low, high = max(base - step, 0.0), base + step
    central = (with_lever(high) - with_lever(low)) / (high - low)
    assert gradient.policies[0, MONTHS // 2, lever] == pytest.approx(central, rel=1e-2, abs=1e-6)
