"""Designed samples run through the model: two samples of parameters, and each with one input exchanged.

Matrices A and B hold independent futures; AB_i is A with input i from B. Besides the inputs named there are two more
factors: `others`, all other parameters together, and `luck`, the shocks of all months. Member j has the same shocks
in every matrix but B and the one in which luck is exchanged. Nothing is kept of a matrix but the metrics asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ripeness import engine
from ripeness.base import RipenessError, suggestion
from ripeness.ensemble.draws import draw_parameters, draw_posterior, parameter_values, unit_points
from ripeness.ensemble.metrics import Metric, reached
from ripeness.ensemble.simulate import Question, run_chunk, usable_cores
from ripeness.flow import records_of

Floats = NDArray[np.float64]

OTHERS, LUCK = "others", "luck"
"""Factors beside the inputs: all parameters that are not named, and the shocks."""

OF_B = 1
"""Added to the seed for what B draws of the parameters that are not named."""


@dataclass(frozen=True)
class Design:
    """Parameters (P, N) of the matrices A and B. factors: names of the inputs, then `others` and `luck`.

    rows: the parameter rows that each factor exchanges; none for luck.
    """

    a: Floats
    b: Floats
    factors: tuple[str, ...]
    rows: tuple[NDArray[np.intp], ...]

    @property
    def members(self) -> int:
        """Futures of a matrix."""
        return int(self.a.shape[1])

    def exchanged(self, factor: int) -> Floats:
        """A with one factor from B."""
        mixed = self.a.copy()
        mixed[self.rows[factor]] = self.b[self.rows[factor]]
        return mixed


@dataclass(frozen=True)
class Values:
    """A metric on the matrices: a, b (NP, N); ab (factors, NP, N)."""

    a: Floats
    b: Floats
    ab: Floats

    def through(self, change: Callable[[Floats], Floats]) -> Values:
        """The same with every value changed alike."""
        return Values(change(self.a), change(self.b), change(self.ab))


def design_of(
    question: Question, names: Sequence[str], members: int, *, posterior: Floats | None = None
) -> Design:
    """A design of `members` futures a matrix; a whole number of blocks of 256 wastes nothing.

    Inputs are independent: named ones follow one Sobol sequence through their priors, or through the margins of the
    columns of `posterior` (P, n). The others keep what they have in common: whole draws of the prior or posterior.
    RipenessError where a name is unknown, given twice, or of a parameter that does not vary.
    """
    layout = records_of(question.program).parameters
    labels, case, seed = layout.row_labels, question.case, question.seed
    for name in names:
        if name not in labels:
            raise RipenessError(
                f"there is no parameter {name!r}", suggestion(name, labels, "parameter of this program")
            )
    if len(set(names)) < len(names):
        raise RipenessError("an input is named twice", "name each once")
    chosen = np.array(sorted(labels.index(name) for name in names), dtype=np.intp)
    if posterior is None:
        a = draw_parameters(case, layout, members, seed)
        b = draw_parameters(case, layout, members, seed + OF_B)
        # Scrambles of one sequence go the same way through the cube: B takes another turn.
        b = b[:, unit_points(1, members, seed)[0].argsort()]
    else:
        drawn = draw_posterior(posterior, 2 * members, seed)
        a, b = drawn[:, :members].copy(), drawn[:, members:].copy()
    points = unit_points(2 * len(chosen), members, seed)
    for sample, part in ((a, points[: len(chosen)]), (b, points[len(chosen) :])):
        if posterior is not None:
            sample[chosen] = [_quantiles(row, u) for row, u in zip(posterior[chosen], part, strict=True)]
        elif len(chosen):
            whole = np.full((layout.size, members), 0.5)
            whole[chosen] = part
            sample[chosen] = parameter_values(case, layout, whole)[chosen]
    for row in chosen:
        if np.ptp(np.concatenate([a[row], b[row]])) == 0.0:
            raise RipenessError(f"parameter {labels[row]} does not vary", "leave it out of the inputs")
    rest = np.setdiff1d(np.flatnonzero(np.ptp(np.hstack([a, b]), axis=1) > 0.0), chosen)
    extra = [(OTHERS, rest)] if len(rest) else []
    factors = (*(labels[row] for row in chosen), *(name for name, _ in extra), LUCK)
    rows = (*(np.array([row]) for row in chosen), *(each for _, each in extra), np.empty(0, dtype=np.intp))
    return Design(a, b, factors, rows)


def run_design(
    question: Question,
    design: Design,
    metrics: Sequence[Metric],
    *,
    dtype: str = "float32",
    threads: int | None = None,
    done: Callable[[int], None] | None = None,
) -> Mapping[str, Values]:
    """Metrics on every matrix. Matrices are simulated side by side; `done` is told of each, factors + 2 of them.

    What was never reached is infinite, as in runs.
    """
    outputs = records_of(question.program).output_rows
    wanted = [outputs.index(metric.output) for metric in metrics]
    n = design.members
    other_luck = -(-n // engine.BLOCK) * engine.BLOCK
    tasks: list[tuple[int | None, bool]] = [(None, False), (None, True)]
    tasks += [(i, name == LUCK) for i, name in enumerate(design.factors)]

    def values(task: tuple[int | None, bool]) -> Floats:
        factor, exchanged_luck = task
        whole = design.b if exchanged_luck else design.a
        rows = whole if factor is None else design.exchanged(factor)
        finals = run_chunk(question, rows, other_luck if exchanged_luck else 0, 0, dtype=dtype).finals
        if done is not None:
            done(1)
        return np.asarray(finals[:, wanted], dtype=np.float64)

    with ThreadPoolExecutor(threads or usable_cores()) as workers:
        a, b, *ab = workers.map(values, tasks)
    return {
        metric.name: Values(
            reached(a[:, i], metric),
            reached(b[:, i], metric),
            np.stack([reached(v[:, i], metric) for v in ab]),
        )
        for i, metric in enumerate(metrics)
    }


def _quantiles(draws: Floats, u: Floats) -> Floats:
    """Values of a margin at probabilities u, between its sorted draws."""
    places = (np.arange(len(draws)) + 0.5) / len(draws)
    return np.interp(u, places, np.sort(draws))
