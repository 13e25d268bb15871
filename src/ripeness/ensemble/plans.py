"""A policy as the parties see it: phases of what is carried out, and how likely each step is.

A dated policy has two phases: *carried out*, where the announced path is in force, and *held*, where a step
that fell due has lapsed and the base goes on. A ratchet has three: held, half and full. Months run from the
eve of the start, so that already the first step may lapse.

Equations (docs/model/orderings.md):
    X1  a step falls due in the months in which effort over the base reaches a new high
    X2  it is carried out with chance psi_F by a firm coalition, psi_S by a soft one; else the phase is held
    X3  a lapsed step is made up for with a sixth of that chance a month
    X4  a failed phase of talks moves psi_S toward psi_F by a share (breakdown_firm)
    X5  ratchet: up with chance 1 / months psi each month with no verified progress, down with 1 / months with it
    X6  pressure that bites = effort - learned;  learned' = learned + (share effort - learned)(1 - 2^(-1/h))

Sources: reputation of deadlines as in Alt, Calvert and Humes 1988; adaptation as seen in listings of 2023-25.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import PhasePlan

Floats = NDArray[np.float64]

STEP_LEAST = 0.02
"""Rise of effort over the base that counts as a step."""

LATE = 1.0 / 6.0
"""Chance a month of making up for a lapsed step, over that of carrying it out when due (X3)."""

TALKS_OPEN = 0.5
"""Share of a month from which talks count as open."""


class Announced(NamedTuple):
    """Monthly paths (T,) of one policy and of its base from the eve of the start; effort in 0..1."""

    effort: Floats
    effort_held: Floats
    talks: Floats
    relief: Floats
    push: Floats
    aid: Floats
    aid_held: Floats
    ratchet_months: float
    """Months between steps of a ratchet (time from held to full over two); 0 where the policy is dated."""


class Coalition(NamedTuple):
    """One structural draw of the coalition and of A's learning; names as in `BargainingParameters`."""

    execution_firm: float
    execution_soft: float
    breakdown_firm: float
    adaptation_share: float
    adaptation_months: float


def phase_plan(announced: Announced, coalition: Coalition) -> PhasePlan:
    """The policy's phases under one structural draw (X1 to X6)."""
    shares = np.array([0.0, 0.5, 1.0]) if announced.ratchet_months else np.array([1.0, 0.0])
    gap = announced.effort - announced.effort_held
    bites = np.stack([_biting(announced.effort_held + share * gap, coalition) for share in shares], axis=1)
    aid_gap = announced.aid - announced.aid_held
    months, phases = bites.shape
    same = np.ones((1, phases))
    firm, soft = (
        _ratchet(announced.ratchet_months, chances) if announced.ratchet_months else _dated(gap, chances)
        for chances in _executions(announced.talks, coalition)
    )
    return PhasePlan(
        pressure=bites,
        talks=announced.talks[:, None] * same,
        relief=announced.relief[:, None] * same,
        aid=announced.aid_held[:, None] + aid_gap[:, None] * shares,
        push=announced.push[:, None] * same,
        executed=np.broadcast_to(shares, (months, phases)).copy(),
        firm=firm,
        soft=soft,
    )


def steps_due(gap: Floats) -> NDArray[np.bool_]:
    """Months (T,) in which effort over the base reaches a new high (X1); never the first."""
    before = np.concatenate([[np.inf], np.maximum.accumulate(np.maximum(gap, 0.0))[:-1]])
    return np.asarray(gap > before + STEP_LEAST)


def _biting(effort: Floats, coalition: Coalition) -> Floats:
    """Pressure after what A has learned to work around (X6)."""
    speed = 1.0 - 0.5 ** (1.0 / coalition.adaptation_months)
    learned, found = coalition.adaptation_share * effort[0], []
    for value in effort:
        found.append(max(value - learned, 0.0))
        learned += (coalition.adaptation_share * value - learned) * speed
    return np.array(found)


def _executions(talks: Floats, coalition: Coalition) -> tuple[Floats, Floats]:
    """Chances (T,) that a firm and a soft coalition carry out what falls due (X2, X4).

    Only talks that the policy itself opened can have failed: those of the eve were not its own.
    """
    opened = (talks > TALKS_OPEN) & (np.cumsum(talks <= TALKS_OPEN) > 0)
    failed = np.cumsum(np.concatenate([[False], opened[:-1] & ~opened[1:]])) > 0
    rise = coalition.breakdown_firm * (coalition.execution_firm - coalition.execution_soft)
    soft = coalition.execution_soft + np.where(failed, rise, 0.0)
    return np.full(len(talks), coalition.execution_firm), soft


def _dated(gap: Floats, chances: Floats) -> Floats:
    """Transitions (T, E, 2, E) of a dated policy; row t leads from month t to month t + 1."""
    due = np.append(steps_due(gap)[1:], False)
    open_gap = np.append(gap[1:], gap[-1]) > STEP_LEAST
    chance = np.append(chances[1:], chances[-1])
    stays = np.where(due, chance, 1.0)
    returns = np.where(open_gap, LATE * chance, 1.0)
    rows = np.empty((len(gap), 2, 2, 2))
    rows[:, 0, :, 0], rows[:, 0, :, 1] = stays[:, None], 1.0 - stays[:, None]
    rows[:, 1, :, 0], rows[:, 1, :, 1] = returns[:, None], 1.0 - returns[:, None]
    return rows


def _ratchet(months: float, chances: Floats) -> Floats:
    """Transitions (T, E, 2, E) of a ratchet by verified progress (X5)."""
    rows = np.zeros((len(chances), 3, 2, 3))
    clock = 1.0 / months
    for phase in range(3):
        up, down = min(phase + 1, 2), max(phase - 1, 0)
        rows[:, phase, 0, up] += clock * chances
        rows[:, phase, 0, phase] += 1.0 - clock * chances
        rows[:, phase, 1, down] += clock
        rows[:, phase, 1, phase] += 1.0 - clock
    return rows
