"""What one unit of a lever in one month does to a mean metric, for all levers and months at once.

Derivatives come from one sweep back through the months (`engine.gradient`) at about one and a half times the cost
of a run. The shocks that the record implies are those of the reference and count as given: the question is what a
policy that departs from it by a small step would do in the same history.

A derivative sees a small step only. It sees no trigger about to fire, no first passage, no switch between branches
(`engine.adjoint` has the rules), and in a member that stands close to such a kink it can be large and say nothing of
a step of real size. One such member can outweigh thousands in a mean, so that beside the mean derivative stands the
median of the means of blocks of members, which a few such members cannot move, with its error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness import engine
from ripeness.base import Month, RipenessError, month_range
from ripeness.ensemble.metrics import Metric
from ripeness.ensemble.programs import program_named
from ripeness.ensemble.simulate import Question, over_chunks
from ripeness.ensemble.start import start_state
from ripeness.flow import TRIGGERS, Levers, PolicyRow, layout_of, records_of
from ripeness.policy import Lever, lever_of_row

Floats = NDArray[np.float64]

FEWEST_BLOCKS = 4
"""Blocks of members from which on their median is taken and its error said."""

MEDIAN_ERROR = 1.4826 * 1.2533
"""Standard error of a median of many normal numbers: this times their median absolute deviation, over root n."""

STEPS = {"share": 0.1, "USD/bbl": 5.0, "ships": 10.0, "mb/d": 0.5, "USD bn": 1.0, "none": 0.1, "score": 0.1}
"""A step of a lever that a government might take, by unit."""

PULSE_SHARE_STEP = 0.01
"""The same for shares hit or seized within one month."""


@dataclass(frozen=True)
class Effect:
    """A derivative by lever, or by month and lever, per unit of the lever: over all members, and robustly.

    `middle` is the median over blocks of members and `error` its standard error; both are the mean's own (and nan)
    where there are fewer than `FEWEST_BLOCKS` blocks.
    """

    mean: Floats
    middle: Floats
    error: Floats


@dataclass(frozen=True)
class LeverGradient:
    """Derivatives of the mean of a metric over members by lever (L,) and month (T,), per unit of the lever.

    `monthly` (T, L) is one unit more in that month only, in whatever rule then sets the lever; `held` (L,) one unit
    more in every month from `months[0]` on. `value` is the mean of the metric, `levers` the labels of the columns,
    `levels` (T, L) where the policy sets them before any trigger. Zero columns are levers that do not reach the metric.
    """

    policy: str
    metric: Metric
    months: tuple[Month, ...]
    levers: tuple[str, ...]
    members: int
    value: float
    levels: Floats
    monthly: Effect
    held: Effect

    @property
    def steps(self) -> Floats:
        """A realistic step of each lever (L,), in its unit; downwards where most months leave no room upwards."""
        found = []
        for row in range(len(self.levers)):
            lever = lever_of_row(row)
            step = step_of(lever)
            found.append(step if np.median(self.levels[:, row]) + step <= lever.high else -step)
        return np.array(found)


def step_of(lever: Lever) -> float:
    """A step of a lever that a government might take in a month, in its unit."""
    return PULSE_SHARE_STEP if lever.kind == "pulse" and lever.unit == "share" else STEPS[lever.unit]


def lever_gradient(
    question: Question,
    policy: str,
    metric: Metric,
    parameters: Floats,
    *,
    dtype: str = "float64",
    threads: int | None = None,
    done: Callable[[int], None] | None = None,
) -> LeverGradient:
    """Derivatives of a metric under a policy of the question, over the members of `parameters` (P, N).

    The first policy of the question is the reference; where it is asked for itself, its levers are departed from
    in the history that it took in. The result does not depend on `threads`.

    Raises:
        RipenessError: the metric is a first passage, which has no derivative, or the program has no such output.
        FloatingPointError: the score or a derivative is not a finite number.
    """
    rows = records_of(question.program).output_rows
    if metric.is_censored:
        raise RipenessError(
            f"{metric.name} jumps from month to month and has no derivative",
            "ask for a sum, a mean or a level, or compare policies that differ by the lever",
        )
    if metric.output not in rows:
        raise RipenessError(
            f"the program {question.program} has no {metric.name}", "choose a metric of the program"
        )
    program, members = program_named(question.program), parameters.shape[1]
    pair = question.policies[[0, question.names.index(policy)]]
    pair[1, :, layout_of(PolicyRow)["is_reference"].start] = 0.0
    asked = replace(question, names=(question.names[0], policy), policies=pair)

    def inputs_of(first: int, part: Floats) -> engine.Inputs:
        state = start_state(question.program, part, question.facts)
        return engine.Inputs(part, state, pair, asked.months, seed=question.seed, first_member=first)

    def work(first: int, part: Floats) -> Any:
        weights = np.zeros((program.outputs.size, part.shape[1]))
        weights[rows.index(metric.output)] = 1.0
        found = engine.gradient.partial_gradient(program, inputs_of(first, part), weights, dtype=dtype)
        if done is not None:
            done(part.shape[1])
        return replace(found, finals=found.finals[:, :0])

    parts = over_chunks(work, parameters, threads)
    whole = engine.gradient.joined(program, inputs_of(0, parameters[:, :1]), parts)
    counted = question.start - question.case.first_month
    blocks = _of_levers(whole.blocks)[:, counted:]
    sizes = np.array([min(engine.BLOCK, members - first) for first in range(0, members, engine.BLOCK)])
    return LeverGradient(
        policy,
        metric,
        tuple(month_range(question.start, question.until)),
        layout_of(Levers).row_labels,
        members,
        whole.value / members,
        np.ascontiguousarray(_own_levers(pair[1])[counted:]),
        _effect(blocks, sizes),
        _effect(blocks.sum(axis=1), sizes),
    )


def _own_levers(rows: Floats) -> Floats:
    """Levers (..., L) of policy rows (..., K), before any trigger."""
    field = layout_of(PolicyRow)["levers"]
    return rows[..., field.start : field.start + field.rows]


def _of_levers(by_row: Floats) -> Floats:
    """Derivatives (..., L) by lever, whichever row sets it, from those by policy rows (..., K)."""
    layout, width = layout_of(PolicyRow), layout_of(Levers).size
    then = layout["then_levers"]
    found = _own_levers(by_row).copy()
    for slot in range(len(TRIGGERS)):
        start = then.start + slot * width
        found += by_row[..., start : start + width]
    return found


def _effect(blocks: Floats, sizes: NDArray[np.intp]) -> Effect:
    """From the sums of blocks (B, ...) of so many members each."""
    mean = blocks.sum(axis=0) / sizes.sum()
    if len(sizes) < FEWEST_BLOCKS:
        return Effect(mean, mean, np.full(mean.shape, np.nan))
    means = blocks / sizes.reshape(-1, *[1] * (blocks.ndim - 1))
    middle = np.median(means, axis=0)
    scatter = np.median(np.abs(means - middle), axis=0)
    return Effect(mean, middle, MEDIAN_ERROR * scatter / np.sqrt(len(sizes)))
