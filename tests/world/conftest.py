"""A bench for the blocks: members drawn from the priors of the shipped case, months made up, no record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml

import ripeness
from ripeness.case import prior_from
from ripeness.ensemble.draws import draw_parameters
from ripeness.ensemble.month import simulate_month
from ripeness.ensemble.start import StartFacts, initial_state
from ripeness.flow import (
    SITES,
    Levers,
    MonthRow,
    Outputs,
    Parameters,
    PolicyRow,
    Shocks,
    Triggers,
    WorldState,
    layout_of,
)

PARAMETERS = Path(ripeness.__file__).parent / "cases" / "ukraine" / "parameters.yaml"

LEVERS, MONTH, POLICY = layout_of(Levers), layout_of(MonthRow), layout_of(PolicyRow)
PARAMETER_ROWS = layout_of(Parameters)

FACTS = StartFacts(
    brent_usd_bbl=75.0,
    usd_rub=75.0,
    taxable_price=np.full(12, 4.0),
    liquid_fund_rub_trn=8.0,
    cpi_yoy=0.07,
    key_rate=0.12,
    spending_month_rub_trn=3.0,
    urals_discount_usd_bbl=1.5,
)

AFTER_EMBARGO = {
    "crude_import_ban": 0.95,
    "product_import_ban": 0.95,
    "cap_in_force": 1.0,
    "price_cap_usd_bbl": 60.0,
    "cap_enforcement": 0.5,
    "listing_enforcement": 0.7,
    "producer_listing": 0.4,
    "secondary_sanctions": 0.3,
    "vessels_listed_us": 4.0,
    "vessels_listed_eu": 6.0,
    "vessels_listed_uk": 3.0,
}
"""A stylised regime in which every lever has something to act on."""

FULL = {
    **dict.fromkeys(Levers._fields, 1.0),
    "price_cap_usd_bbl": 100.0,
    "vessels_listed_us": 200.0,
    "vessels_listed_eu": 200.0,
    "vessels_listed_uk": 200.0,
    "stock_release_mbd": 10.0,
}
"""Every lever at the end of its range."""

FACTS_OF_A_MONTH = {
    "days": 30.4,
    "drawing": 1.0,
    "counting": 1.0,
    "tax_price_since_2025": 1.0,
    "tax_discount_limit_usd_bbl": 999.0,
    "budget_rule": 1.0,
    "cutoff_usd_bbl": 60.0,
    "non_oil_plan_rub_trn": 2.4,
    "spending_plan_rub_trn": 3.4,
    "gdp_rub_trn": 210.0,
    "brent_anchor_usd_bbl": 75.0,
}


def months(number: int, **facts: Any) -> np.ndarray:
    """Made-up month rows (T, M): a calendar that starts in January; `facts` are constants or one value a month."""
    rows = np.zeros((number, MONTH.size))
    calendar = np.arange(number) % 12 + 1
    known: dict[str, Any] = FACTS_OF_A_MONTH | {
        "quarter_tax": np.isin(calendar, (4, 7, 10)),
        "march_tax": calendar == 3,
        "december": calendar == 12,
        "cap_reset": calendar % 6 == 2,
        "price_index": 1.06 ** (np.arange(number) / 12),
        "spending_plan_rub_trn": 3.4 * 1.06 ** (np.arange(number) / 12),
        "non_oil_plan_rub_trn": 2.4 * 1.06 ** (np.arange(number) / 12),
    }
    for name, value in (known | facts).items():
        rows[:, MONTH[name].start] = value
    return rows


def lever_row(values: Mapping[str, Any]) -> np.ndarray:
    """One row of levers from names; the rest is 0. `buyer_tariff` takes one value or one a buyer."""
    row = np.zeros(LEVERS.size)
    for name, value in values.items():
        row[LEVERS[name].start : LEVERS[name].start + LEVERS[name].rows] = value
    return row


def policy_row(levers: np.ndarray, triggers: Mapping[str, Any] | None = None, then: Any = None) -> np.ndarray:
    """Policy row (K,) of a lever row, with rules of the first trigger slot and the row it switches to."""
    row = np.zeros(POLICY.size)
    row[: LEVERS.size] = levers
    layout = layout_of(Triggers)
    for name, value in (triggers or {}).items():
        at = POLICY["triggers"].start + layout[name].start
        row[at : at + np.size(value)] = value
    then_levers = np.tile(levers if then is None else then, 3)
    row[POLICY["then_levers"].start : POLICY["then_levers"].start + then_levers.size] = then_levers
    return row


@dataclass(frozen=True)
class Trajectory:
    """Outputs by name (T, N), states after each month, and the shocks used (T, E, N)."""

    outputs: dict[str, np.ndarray]
    states: tuple[WorldState, ...]
    shocks: np.ndarray

    def __getitem__(self, name: str) -> np.ndarray:
        return self.outputs[name]


def simulate(
    params: Parameters,
    rows: np.ndarray,
    policies: Sequence[np.ndarray],
    shocks: np.ndarray,
    state: WorldState | None = None,
    *,
    reference: bool = True,
) -> Trajectory:
    """The month loop over NumPy: `policies` (T, K) rows, `shocks` (T, E, N); from the eve of the case or `state`."""
    state = initial_state(params, FACTS) if state is None else state
    reported, states, used = [], [], []
    members = np.shape(params.payload_mb)[-1]
    for row, policy, drawn in zip(rows, policies, shocks, strict=True):
        policy = policy.copy()
        policy[POLICY["is_reference"].start] = float(reference)
        state, outputs, implied = simulate_month(
            state, params, POLICY.unpack(policy[:, None]), MONTH.unpack(row[:, None]), Shocks(*drawn), np
        )
        reported.append(outputs)
        states.append(state)
        used.append(np.stack([np.broadcast_to(shock, (members,)) for shock in implied]))
    outputs = {
        name: np.stack(
            [np.broadcast_to(value, np.broadcast_shapes(np.shape(value), (members,))) for value in values]
        )
        for name, values in zip(Outputs._fields, zip(*reported, strict=True), strict=True)
    }
    return Trajectory(outputs, tuple(states), np.stack(used))


@dataclass(frozen=True)
class Bench:
    """What tests of the blocks share."""

    specs: dict[str, dict[str, Any]]
    after_embargo: Mapping[str, float]
    full: Mapping[str, float]
    month_layout: Any = MONTH
    policy_layout: Any = POLICY
    drawn: dict[tuple[int, int], Parameters] = field(default_factory=dict)
    sites: tuple[str, ...] = SITES

    def members(self, number: int, seed: int = 0) -> Parameters:
        """Parameters of members drawn from the priors."""
        if (number, seed) in self.drawn:
            return self.drawn[number, seed]
        priors = {name: prior_from(spec["prior"]) for name, spec in self.specs.items()}
        by_name = {
            name: SimpleNamespace(prior_at=lambda _, prior=prior: prior) for name, prior in priors.items()
        }
        case = SimpleNamespace(name="ukraine", parameters=by_name, pools=())
        self.drawn[number, seed] = PARAMETER_ROWS.unpack(draw_parameters(case, PARAMETER_ROWS, number, seed))
        return self.drawn[number, seed]

    def box(self, number: int, seed: int = 0, tail: float = 1e-3) -> Parameters:
        """Members at random corners of the prior box, whose sides are the `tail` and 1 - `tail` quantiles."""
        draw = np.random.default_rng(seed)
        rows = []
        for label in PARAMETER_ROWS.row_labels:
            prior = prior_from(self.specs[label]["prior"])
            rows.append(prior.ppf(np.where(draw.random(number) < 0.5, tail, 1.0 - tail)))
        return PARAMETER_ROWS.unpack(
            np.stack([np.broadcast_to(row, (number,)).astype(float) for row in rows])
        )

    months = staticmethod(months)
    lever_row = staticmethod(lever_row)
    policy_row = staticmethod(policy_row)
    simulate = staticmethod(simulate)

    def eve(self, params: Parameters) -> WorldState:
        """State on the eve of the first month."""
        return initial_state(params, FACTS)

    def levers(self, values: Mapping[str, Any]) -> Levers:
        """Levers of one month as a block reads them."""
        return LEVERS.unpack(lever_row(values)[:, None])

    def shocks(self, number: int, members: int, seed: int = 0) -> np.ndarray:
        """Standard normal shocks (T, E, N)."""
        return np.random.default_rng(seed).standard_normal((number, len(Shocks._fields), members))

    def hold(self, number: int, **levers: Any) -> list[np.ndarray]:
        """Policy rows that hold the same levers for `number` months."""
        return [policy_row(lever_row(levers))] * number


@pytest.fixture(scope="session")
def bench() -> Bench:
    listed = yaml.safe_load(PARAMETERS.read_text())["parameters"]
    world = {spec["name"]: spec for spec in listed if spec["block"] != "bargaining"}
    return Bench(world, after_embargo=AFTER_EMBARGO, full=FULL)


@pytest.fixture(scope="session")
def settled(bench: Bench) -> SimpleNamespace:
    """Members after 24 months of the stylised regime: parameters, state, levers, and shocks of a year to come."""
    members = 256
    params = bench.members(members)
    past = bench.shocks(24, members, seed=1)
    run = simulate(params, months(24), bench.hold(24, **AFTER_EMBARGO), past)
    return SimpleNamespace(
        params=params, state=run.states[-1], levers=AFTER_EMBARGO, shocks=bench.shocks(12, members, seed=2)
    )
