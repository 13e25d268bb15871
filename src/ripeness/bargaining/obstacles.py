"""What keeps a deal away, split into parts that sum to the gap between the two sides.

Equations (docs/model/bargaining.md):

    G21  part_i = sum over sets S without i of |S|! (n - |S| - 1)! / n! (Z(S + i) - Z(S))      (Shapley 1953)

Z(S) is the zone of agreement once the obstacles in S are taken away, n = 4:

- disagreement: both sides believe the same, half-way between them;
- commitment: no war ever resumes after a deal (G_d = 1);
- relief: talks bring no relief of pressure;
- indivisibility: nobody is lost with a defeat (Lambda_A = Lambda_D = 0), so that all at stake can be shared.

What is left without obstacles is the surplus of peace, a part below zero where there is one: -Z is the sum of
all five.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import given
from ripeness.bargaining.game import Grid, PhasePlan, Stakes
from ripeness.bargaining.given import Plan
from ripeness.bargaining.solver import solve


class Parts(NamedTuple):
    """Parts of -Z; arrays (D, N + 1, W + 1, L, R, E) over draws and the states of the first month."""

    disagreement: NDArray[Any]
    commitment: NDArray[Any]
    relief: NDArray[Any]
    indivisibility: NDArray[Any]
    surplus: NDArray[Any]
    """-Z with no obstacle left."""

    @property
    def gap(self) -> NDArray[Any]:
        """-Z: how far the sides are from each other."""
        return np.asarray(sum(self))


def _agree(stakes: Stakes) -> Stakes:
    middle = (stakes.offset_a + stakes.offset_d) / 2.0
    return stakes._replace(offset_a=middle, offset_d=middle)


def _commit(stakes: Stakes) -> Stakes:
    return stakes._replace(deterrence=np.ones_like(stakes.deterrence))


def _divide(stakes: Stakes) -> Stakes:
    return stakes._replace(lambda_a=np.zeros_like(stakes.lambda_a), lambda_d=np.zeros_like(stakes.lambda_d))


def _keep(stakes: Stakes) -> Stakes:
    return stakes


SWITCHES: tuple[Callable[[Stakes], Stakes], ...] = (_agree, _commit, _keep, _divide)
"""What taking away each obstacle does to the stakes; relief is taken out of the plans instead."""

RELIEF = 2
"""Place of relief among the obstacles."""


def ripeness_parts(
    stakes: Stakes,
    plan: PhasePlan,
    grid: Grid,
    horizon: int | None = None,
    dtype: str = "float32",
    threads: int | None = None,
) -> Parts:
    """Parts of -Z under one plan in its first month (G21), from 16 games solved in one call.

    RipenessError where an input makes no sense.
    """
    stakes = given.checked_stakes(stakes)
    draws = len(stakes.delta)
    cases = list(product((False, True), repeat=len(SWITCHES)))
    varied = [_without(stakes, case) for case in cases]
    together = Stakes(*(np.concatenate(fields) for fields in zip(*varied, strict=True)))
    plain = given.checked_plans([plan], draws, grid)[0]
    plans = PhasePlan(*(_repeated(plain, name, cases, draws) for name in PhasePlan._fields))
    zopa = solve(together, [plans], grid, horizon, 1, dtype, threads).zopa[:, 0, 0]
    by_case = dict(zip(cases, zopa.reshape(len(cases), draws, *zopa.shape[1:]), strict=True))
    parts = [_shapley(by_case, i) for i in range(len(SWITCHES))]
    return Parts(parts[0], parts[1], parts[2], parts[3], -by_case[(True,) * len(SWITCHES)])


def _without(stakes: Stakes, case: tuple[bool, ...]) -> Stakes:
    for taken, switch in zip(case, SWITCHES, strict=True):
        stakes = switch(stakes) if taken else stakes
    return stakes


def _repeated(plan: Plan, name: str, cases: list[tuple[bool, ...]], draws: int) -> NDArray[Any]:
    """One array of the plan for every case and draw."""
    array = getattr(plan, name)
    own = np.broadcast_to(array, (draws, *array.shape[1:]))
    return np.concatenate(
        [np.zeros_like(own) if name == "relief" and case[RELIEF] else own for case in cases]
    )


def _shapley(zopa: dict[tuple[bool, ...], NDArray[Any]], i: int) -> NDArray[Any]:
    count = len(SWITCHES)
    total = np.zeros_like(next(iter(zopa.values())), np.float64)
    for case, value in zopa.items():
        if not case[i]:
            size = sum(case)
            weight = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
            more = (*case[:i], True, *case[i + 1 :])
            total += weight * (zopa[more].astype(np.float64) - value)
    return total
