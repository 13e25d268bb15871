"""Scores of natural experiments: predicted distributions beside the record, direction by direction.

An observation error, normal with the record's own standard deviations, is added to the prediction before it is scored,
on a fixed grid of quantiles. The baseline is `no change`: zero with the same error; where the record before the origin
has enough changes over as many months, their spread makes a second, harder baseline. The third is the same futures
without the instrument: below zero against it, the record is closer to a world in which the event did not happen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import ndtri

from ripeness.base import Month, RipenessError
from ripeness.case import Case, Experiment, Predicted
from ripeness.fit import scores
from ripeness.fit.backcast import record_of
from ripeness.fit.experiments import LEVELS, Forecasts, key_of
from ripeness.fit.tempering import Floats

Direction = Literal["right", "wrong", "unclear", "no record"]

FEWEST_CHANGES = 6
"""Past changes over as many months from which a usual change is taken."""


@dataclass(frozen=True)
class Truth:
    """What the record says of a predicted quantity, its error, and where that stands."""

    value: float
    sd: float
    source: str


def truth_of(case: Case, predicted: Predicted) -> Truth | None:
    """What is stated in the experiment's file, else the change in the case's series, else None."""
    if predicted.recorded is not None:
        return Truth(predicted.recorded.value, predicted.recorded.sd, predicted.recorded.source)
    if predicted.measure == "effect":
        return None
    return recorded_change(case, predicted.output, predicted.before, predicted.after)


def recorded_change(case: Case, output: str, before: Month, after: Month) -> Truth | None:
    """Change of an output in the case's record from one month to another; None where either month has no value."""
    series = record_of(case, output)
    if series is None:
        return None
    seen = series.to_arrays((before, after), None, default_sd=case.observation_error.get(output))
    if not seen.present.all():
        return None
    change = float(seen.value[1] - seen.value[0])
    return Truth(change, float(np.hypot(*seen.sd)), f"series of {output}, {before} and {after}")


def usual_change(case: Case, output: str, span: int, origin: Month) -> float | None:
    """Root mean square change of the record over `span` months before the origin; None for too few."""
    series = record_of(case, output)
    if series is None or span < 1:
        return None
    months = tuple(case.first_month + i for i in range(origin - case.first_month))
    if not months:
        return None
    seen = series.to_arrays(months, None, default_sd=case.observation_error.get(output))
    values = np.where(seen.present, seen.value, np.nan)
    changes = values[span:] - values[:-span]
    changes = changes[np.isfinite(changes)]
    return float(np.sqrt(np.mean(changes**2))) if len(changes) >= FEWEST_CHANGES else None


def direction(predicted: Predicted, median: float, truth: Truth | None) -> Direction:
    """Whether the model's median goes where the record went.

    For `stay` both must be on the same side of `within`, and go the same way where both have left it; a record outside
    it by less than its own error is unclear. So is, otherwise, a recorded change smaller than its own error.
    """
    if truth is None:
        return "no record"
    if predicted.within is not None and predicted.sense == "stay":
        left, size = abs(median) > predicted.within, abs(truth.value)
        if predicted.within < size <= predicted.within + truth.sd:
            return "unclear"
        agree = not left if size <= predicted.within else left and median * truth.value > 0
        return "right" if agree else "wrong"
    if abs(truth.value) <= truth.sd:
        return "unclear"
    return "right" if median * truth.value > 0 else "wrong"


def as_expected(predicted: Predicted, median: float) -> bool:
    """Whether the model's median goes where the author of the file expects."""
    if predicted.sense == "stay":
        return predicted.within is not None and abs(median) <= predicted.within
    return median > 0 if predicted.sense == "rise" else median < 0


def with_error(values: Floats, sd: float) -> Floats:
    """Members of the prediction plus observation error: every level with every quantile of the error, sorted."""
    return np.sort((values[:, None] + sd * ndtri(LEVELS)[None, :]).ravel())


def score_rows(case: Case, experiment: Experiment, forecasts: Forecasts) -> list[dict[str, Any]]:
    """One row a prediction of the experiment of which there is a distribution."""
    rows = []
    for predicted in experiment.predictions:
        key = key_of(predicted)
        if key in forecasts.values:
            row = _row(case, experiment, predicted, forecasts.values[key], forecasts.rising[key])
            if row["recorded"] is not None and key in forecasts.without:
                other = with_error(forecasts.without[key], row["recorded_sd"])
                row["skill_against_without"] = 1.0 - row["crps"] / float(scores.crps(other, row["recorded"]))
            rows.append(row)
    return rows


def _row(
    case: Case, experiment: Experiment, predicted: Predicted, values: Floats, rising: float
) -> dict[str, Any]:
    truth = truth_of(case, predicted)
    median, low, high = (float(v) for v in np.interp((0.5, 0.1, 0.9), LEVELS, values))
    row: dict[str, Any] = {
        "experiment": experiment.id,
        "output": predicted.output,
        "measure": predicted.measure,
        "before": str(predicted.before) if predicted.measure == "change" else None,
        "after": str(predicted.after),
        "expected": predicted.sense,
        "median": median,
        "low80": low,
        "high80": high,
        "share_rising": rising,
        "as_expected": as_expected(predicted, median),
        "recorded": None,
        "recorded_sd": None,
        "recorded_in": None,
        "direction": direction(predicted, median, truth),
        "inside80": None,
        "crps": None,
        "crps_no_change": None,
        "skill": None,
        "usual_change": None,
        "skill_against_usual": None,
        "skill_against_without": None,
    }
    if truth is None:
        return row
    noisy = with_error(values, truth.sd)
    crps = float(scores.crps(noisy, truth.value))
    still = float(scores.crps_gaussian(0.0, truth.sd, truth.value))
    ends = np.quantile(noisy, (0.1, 0.9))
    row |= {
        "recorded": truth.value,
        "recorded_sd": truth.sd,
        "recorded_in": truth.source,
        "inside80": bool(ends[0] <= truth.value <= ends[1]),
        "crps": crps,
        "crps_no_change": still,
        "skill": 1.0 - crps / still,
    }
    if predicted.measure == "change":
        spread = usual_change(case, predicted.output, predicted.after - predicted.before, experiment.origin)
        if spread:
            usual = float(scores.crps_gaussian(0.0, math.hypot(spread, 1e-9), truth.value))
            row |= {"usual_change": spread, "skill_against_usual": 1.0 - crps / usual}
    return row


def score_levels(case: Case, prediction: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Committed intervals of levels beside the record: one row an output and month that has an observation."""
    rows: list[dict[str, Any]] = []
    levels = prediction["levels"]
    if not isinstance(levels, Mapping):
        raise RipenessError("a prediction without levels", "write it again with `predict`")
    for output, months in levels.items():
        series = record_of(case, output)
        if series is None:
            continue
        default = case.observation_error.get(output)
        for month, q in months.items():
            seen = series.to_arrays((Month.parse(month),), None, default_sd=default)
            if not seen.present[0]:
                continue
            y = float(seen.value[0])
            rows.append(
                {
                    "output": output,
                    "month": month,
                    "observed": y,
                    "observed_sd": float(seen.sd[0]),
                    "median": q["q50"],
                    "low80": q["q10"],
                    "high80": q["q90"],
                    "inside80": bool(q["q10"] - seen.sd[0] <= y <= q["q90"] + seen.sd[0]),
                }
            )
    return rows
