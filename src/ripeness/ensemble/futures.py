"""Runs as tables of futures: what went in beside what came out, one column a future.

Scenario discovery, sensitivity and the value of information read nothing else. Three ways to make one: from a
run (the world's parameters and metrics), from endings (those and the bargaining constants), and from points of
the unit cube that the caller chooses (designed samples such as Sobol's).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month, RipenessError, suggestion
from ripeness.case import Case
from ripeness.ensemble.bargain import Bargained
from ripeness.ensemble.draws import parameter_values
from ripeness.ensemble.endings import END_METRICS, outcomes
from ripeness.ensemble.metrics import Metric, metrics_of, reached, values_of
from ripeness.ensemble.simulate import Question, run_chunk
from ripeness.flow import MAIN_PARAMETERS, BargainingParameters, Run, layout_of, records_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Futures:
    """Inputs (d, n) named `names`, and outcomes (NP, n) by metric over the `policies`, of n futures.

    Inputs are those that differ between the futures, in the units of the case's parameter files. An outcome is inf
    where it was never reached and nan where it does not exist (the terms of a deal that was not made). Futures of
    one of the `groups` (n,) share a structural draw of the bargaining constants: they are no independent evidence
    of it, and are to be resampled together. `model` is the bargaining model of the endings, None without one.
    """

    case: Case
    policies: tuple[str, ...]
    start: Month
    until: Month
    names: tuple[str, ...]
    inputs: Floats
    outcomes: Mapping[str, Floats]
    groups: NDArray[np.intp]
    model: str | None = None

    @property
    def size(self) -> int:
        """Number of futures."""
        return int(self.inputs.shape[1])

    def outcome(self, metric: str, policy: str) -> Floats:
        """One metric under one policy, (n,); RipenessError names what there is."""
        if metric not in self.outcomes:
            raise RipenessError(
                f"there is no metric {metric!r}", suggestion(metric, sorted(self.outcomes), "metric")
            )
        if policy not in self.policies:
            raise RipenessError(
                f"there is no policy {policy!r}", suggestion(policy, sorted(self.policies), "policy")
            )
        return self.outcomes[metric][self.policies.index(policy)]


def world_futures(run: Run, case: Case, metrics: Sequence[Metric] | None = None) -> Futures:
    """The members of a run: world parameters that vary, and the metrics of the program (or those named)."""
    names, inputs = _varying(run.records.parameter_names, run.parameters)
    chosen = metrics_of(run.program) if metrics is None else metrics
    return Futures(
        case,
        run.policies,
        run.start,
        run.until,
        names,
        inputs,
        {metric.name: values_of(run, metric) for metric in chosen},
        np.arange(run.members),
    )


def end_futures(case: Case, found: Bargained, parameters: Floats, model: str = "m1") -> Futures:
    """The walkers of endings under one model: world parameters of the member, bargaining constants of the draw.

    `parameters` (P, N) are those that `bargain` was given. Constants of the game that the main model alone reads are
    left out for the others.
    """
    if model not in found.endings:
        raise RipenessError(f"there is no model {model!r}", suggestion(model, sorted(found.endings), "model"))
    layout = layout_of(BargainingParameters)
    structural = found.structural.draws
    labels = layout.row_labels
    if model != "m1":
        read = [row for row, name in enumerate(labels) if name not in MAIN_PARAMETERS]
        structural, labels = structural[read], tuple(labels[row] for row in read)
    rows = np.concatenate([parameters[:, found.walkers.member], structural[:, found.walkers.draw]])
    names, inputs = _varying((*records_of(case.program).parameter_names, *labels), rows)
    values = outcomes(found, model)
    return Futures(
        case,
        found.policies,
        found.start,
        found.until,
        names,
        inputs,
        {metric.name: values[metric.name] for metric in END_METRICS},
        found.walkers.draw,
        model,
    )


def point_values(
    question: Question,
    points: Floats,
    names: Sequence[str],
    metrics: Sequence[Metric],
    base: Floats | None = None,
    *,
    first_member: int = 0,
    dtype: str = "float32",
) -> dict[str, Floats]:
    """Metrics (NP, n) at chosen points: prior quantiles `points` (d, n) of the parameters `names`, the rest at `base`.

    `base` (P, 1) or (P, n) are parameter rows; prior medians by default. Column j is member first_member + j
    and meets the same shocks in every call with the same question, whatever the points are.
    """
    layout = records_of(question.program).parameters
    labels = layout.row_labels
    unknown = [name for name in names if name not in labels]
    if unknown:
        raise RipenessError(
            f"there is no parameter {unknown[0]!r}", suggestion(unknown[0], labels, "parameter")
        )
    if points.shape[0] != len(names) or not ((points > 0.0) & (points < 1.0)).all():
        raise RipenessError(
            f"points have the shape {points.shape} for {len(names)} parameters",
            "give one row of probabilities strictly between 0 and 1 for each",
        )
    rows = [labels.index(name) for name in names]
    u = np.full((layout.size, points.shape[1]), 0.5)
    u[rows] = points
    drawn = parameter_values(question.case, layout, u)
    if base is not None:
        rest = np.broadcast_to(base, drawn.shape).copy()
        rest[rows] = drawn[rows]
        drawn = rest
    finals = run_chunk(question, drawn, first_member, 0, dtype=dtype).finals
    outputs = records_of(question.program).output_rows
    return {
        metric.name: reached(np.asarray(finals[:, outputs.index(metric.output)], float), metric)
        for metric in metrics
    }


def subset(futures: Futures, policies: Sequence[str]) -> Futures:
    """The same futures under some of the policies, in the order given."""
    rows = [futures.policies.index(name) for name in policies]
    return replace(
        futures,
        policies=tuple(policies),
        outcomes={name: values[rows] for name, values in futures.outcomes.items()},
    )


def _varying(names: tuple[str, ...], rows: Any) -> tuple[tuple[str, ...], Floats]:
    values = np.asarray(rows, dtype=np.float64)
    differ = np.flatnonzero(np.ptp(values, axis=1) > 0.0)
    return tuple(names[row] for row in differ), values[differ]
