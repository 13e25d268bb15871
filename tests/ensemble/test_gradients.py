"""I15: derivatives of receipts, tax take and runway agree with central differences, member by member."""

from dataclasses import replace

import numpy as np

from ripeness import case, engine
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.programs import MONEY_CHAIN
from ripeness.ensemble.simulate import pose
from ripeness.ensemble.start import initial_state
from ripeness.flow import Levers, MonthRow, Parameters, WorldState, layout_of, records_of
from ripeness.policy import compile_policy

OUTPUT_ROWS = records_of("money_chain").output_rows

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


def test_gradients_agree_with_central_differences():
    """Where the two sides of a kink differ no derivative exists, and few members may be there."""
    told = case.load("two_states")
    policies = [compile_policy(told, name) for name in ("as_enacted", "ratchet")]
    question = pose(told, policies, told.first_month, told.first_month + (MONTHS - 1))
    parameters = draw_parameters(told, layout_of(Parameters), MEMBERS, seed=3)
    state = initial_state(layout_of(Parameters).unpack(parameters), question.facts)
    # No record: the shocks that the reference hands on count as given, and must not move with a parameter.
    months = question.months.copy()
    rows = layout_of(MonthRow)
    months[:, rows["drawing"].start] = 1.0
    months[:, rows["present"].start : rows["present"].start + rows["present"].rows] = 0.0
    inputs = engine.Inputs(
        parameters, np.stack(layout_of(WorldState).pack(state)), question.policies, months, seed=3
    )
    weights = np.zeros((len(OUTPUT_ROWS), MEMBERS))
    for name, weight in WEIGHTS.items():
        weights[OUTPUT_ROWS.index(name)] = weight
    found = engine.gradient.gradient(MONEY_CHAIN, inputs, weights, by_members=True, dtype="float64")

    def per_member(moved: engine.Inputs) -> np.ndarray:
        finals = engine.reference.run(MONEY_CHAIN, moved).finals
        return np.sum(weights * finals[1], axis=0)

    np.testing.assert_allclose(found.value, per_member(inputs).sum(), rtol=1e-9)

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
        wrong += int((smooth & (np.abs(found.params[row] - central) > 1e-3 * scale)).sum())
    assert smooth_points >= 0.7 * MEMBERS * len(PARAMETERS)
    assert wrong == 0

    lever = layout_of(Levers)["secondary_sanctions"].start
    base = inputs.policies[1, MONTHS // 2, lever]

    def with_lever(value: float) -> float:
        policies = inputs.policies.copy()
        policies[1, MONTHS // 2, lever] = value
        return float(per_member(replace(inputs, policies=policies)).sum())

    step = 1e-4
    low, high = max(base - step, 0.0), base + step
    central = (with_lever(high) - with_lever(low)) / (high - low)
    np.testing.assert_allclose(found.policies[MONTHS // 2, lever], central, rtol=1e-2, atol=1e-6)
