"""Stakes, plans and prior boxes made up for the tests of the game; no test depends on what is drawn here."""

from __future__ import annotations

from typing import Any

import numpy as np

from ripeness.bargaining import Drivers, PhasePlan, Stakes, Starts, Uniforms

PLAIN = {
    "delta": 0.99,
    "phi": 0.3,
    "logit_high": 0.0,
    "logit_low": 0.0,
    "offset_a": 0.0,
    "offset_d": 0.0,
    "leak": 1.0,
    "cost_a": 0.05,
    "cost_d": 0.12,
    "cost_pressure": 0.0,
    "cost_empty": 0.0,
    "odds_empty": 0.0,
    "odds_aid": 0.0,
    "aid_normal": 0.0,
    "drift": 0.0,
    "drain": 0.0,
    "lambda_a": 0.0,
    "lambda_d": 0.0,
    "proposer": 0.5,
    "chance_talks": 0.25,
    "chance_base": 0.25,
    "refusal": 0.0,
    "pressure_max": 1.0,
    "temperature": 0.05,
    "progress_cost": 0.0,
    "progress_precision": 0.0,
    "verification": 0.0,
    "offset_reputation": 0.0,
    "renewal_hazard": 0.0,
    "renewal_slope": 0.0,
    "gain_a": 0.0,
    "loss_d": 0.0,
    "cost_renewal_a": 0.0,
    "cost_renewal_d": 0.0,
    "deterrence": 0.0,
    "denial": 0.0,
}
"""A game with nothing but a front, costs and offers."""

MIDDLE = PLAIN | {
    "phi": 0.35,
    "logit_high": 0.36,
    "logit_low": -0.32,
    "offset_a": 1.0,
    "offset_d": -0.75,
    "leak": 0.965,
    "cost_pressure": 0.02,
    "cost_empty": 0.15,
    "odds_empty": 0.4,
    "odds_aid": 0.2,
    "aid_normal": 1.0,
    "drift": -0.1,
    "drain": -0.5,
    "lambda_a": 10.0,
    "lambda_d": 30.0,
    "chance_talks": 0.2,
    "chance_base": 0.03,
    "refusal": 0.35,
    "temperature": 0.017,
    "progress_cost": 0.03,
    "progress_precision": 20.0,
    "verification": 0.67,
    "offset_reputation": 0.3,
    "renewal_hazard": 0.01,
    "gain_a": 0.18,
    "loss_d": 0.45,
    "cost_renewal_a": 4.0,
    "cost_renewal_d": 10.0,
    "deterrence": 0.6,
    "denial": 0.3,
    "progress_front": 0.75,
    "progress_cost_d": 0.025,
    "outside_push": 0.5,
    "push_insincere": 0.5,
}
"""The middle of the prior box."""

BOX = {
    "delta": (0.985, 0.995),
    "phi": (0.1, 0.5),
    "logit_high": (0.08, 0.66),
    "logit_low": (-0.58, -0.08),
    "offset_a": (0.0, 2.0),
    "offset_d": (-1.5, 0.0),
    "leak": (0.94, 0.99),
    "cost_a": (0.02, 0.12),
    "cost_d": (0.05, 0.3),
    "cost_pressure": (-0.04, 0.06),
    "cost_empty": (0.05, 0.3),
    "odds_empty": (0.0, 0.8),
    "odds_aid": (0.0, 0.4),
    "drain": (-1.5, 0.2),
    "lambda_a": (0.0, 60.0),
    "lambda_d": (0.0, 110.0),
    "proposer": (0.0, 1.0),
    "chance_talks": (0.0, 1.0),
    "chance_base": (0.0, 0.1),
    "refusal": (0.0, 1.0),
    "temperature": (0.005, 0.03),
    "progress_cost": (0.0, 0.09),
    "progress_precision": (0.0, 80.0),
    "verification": (0.0, 1.0),
    "offset_reputation": (-1.5, 1.5),
    "renewal_hazard": (0.0, 0.1),
    "renewal_slope": (0.0, 0.2),
    "gain_a": (0.0, 0.3),
    "loss_d": (0.2, 0.7),
    "cost_renewal_a": (0.0, 11.0),
    "cost_renewal_d": (0.0, 25.0),
    "deterrence": (0.0, 1.0),
    "denial": (0.0, 1.0),
    "progress_front": (0.0, 1.0),
    "progress_cost_d": (0.0, 0.05),
    "outside_push": (0.0, 1.0),
    "push_insincere": (0.0, 1.0),
}
"""Ranges of the prior, corners included."""


def stakes(base: dict[str, Any] = PLAIN, **changes: Any) -> Stakes:
    """Stakes with some fields changed."""
    return Stakes(**(base | changes))


def log_odds(chance: float) -> float:
    """log(p / (1 - p))."""
    return float(np.log(chance / (1.0 - chance)))


def plan(months: int = 1, phases: int = 1, **changes: Any) -> PhasePlan:
    """A plan without anything, that stays in its phase, with some fields changed (filled up to their shape)."""
    stays = np.zeros((months, phases, 2, phases))
    stays[:, range(phases), :, range(phases)] = 1.0
    fields = dict.fromkeys(PhasePlan._fields[:6], np.zeros((months, phases)))
    fields |= {"firm": stays, "soft": stays, "ratified": np.ones((months, phases))}
    return PhasePlan(
        **{name: np.broadcast_to(changes.get(name, old), old.shape) for name, old in fields.items()}
    )


def threat(months: int = 6, firm: float = 0.3, soft: float = 0.05, **changes: Any) -> PhasePlan:
    """Talks under no pressure, then pressure that a firm coalition is likelier to carry out."""
    rows = {}
    for name, chance in (("firm", firm), ("soft", soft)):
        rows[name] = np.zeros((months, 2, 2, 2))
        rows[name][:, 0, 0] = 1.0 - chance, chance
        rows[name][:, 0, 1] = 1.0, 0.0
        rows[name][:, 1, :, 1] = 1.0
    return plan(
        months,
        2,
        **({"pressure": [0.0, 1.0], "talks": 1.0, "aid": 1.0, "executed": [0.0, 1.0]} | rows | changes),
    )


def random_plan(rng: np.random.Generator, months: int, phases: int) -> PhasePlan:
    """A plan with everything in it, and with phases that cannot follow each other."""

    def chances() -> np.ndarray:
        drawn = rng.random((months, phases, 2, phases)) * (rng.random((months, phases, 2, phases)) < 0.6)
        drawn[..., 0] += 0.05
        return drawn / drawn.sum(axis=-1, keepdims=True)

    levels = {name: rng.random((months, phases)) for name in (*PhasePlan._fields[:6], "ratified")}
    return PhasePlan(**levels, firm=chances(), soft=chances())


def members(
    rng: np.random.Generator, policies: int, months: int, count: int, draws: int = 1
) -> tuple[Any, ...]:
    """Drivers, starts and uniforms of a walk in a made-up world."""
    steps = rng.normal(0.002, 0.02, (policies, months, count))
    start = rng.uniform(0.2, 0.6, count)
    front = np.clip(start + np.cumsum(steps, axis=1) - steps, 0.0, 1.0)
    chest = np.broadcast_to(rng.uniform(0.0, 20.0, count), front.shape) - 0.3 * np.arange(months)[:, None]
    chest = np.maximum(chest, 0.0)
    drivers = Drivers(
        front=front,
        front_step=steps,
        chest=chest,
        pressure=np.ones_like(front),
        front_held=front,
        front_step_held=steps + 0.004,
        chest_held=np.maximum(chest + 0.1 * np.arange(months)[:, None], 0.0),
        pressure_held=np.zeros_like(front),
        support_d=rng.uniform(0.3, 0.7, front.shape),
    )
    starts = Starts(
        draw=np.arange(count) % draws,
        evidence=rng.normal(0.0, 1.0, count),
        reputation=rng.normal(0.0, 1.0, count),
        phase=np.zeros(count),
        firm=rng.random(count),
    )
    monthly = (rng.random((months, count)) for _ in range(5))
    return drivers, starts, Uniforms(rng.random(count), *monthly, rng.random(count))
