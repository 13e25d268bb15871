"""Natural experiments: what a fit to earlier evidence says of a dated event, written down before it is scored.

An experiment fixes the evidence that parameters may use (`cutoff`), the month before which the record is
filtered (`origin`), and the quantities whose change from `before` to `after` is predicted. `predict` gives
predictive intervals, which are committed to the case's `predictions` folder; `score_prediction` sets them
beside what then happened and never recomputes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ripeness.base import Month, RipenessError, month_range
from ripeness.case import Case
from ripeness.fit.backcast import forecast_run, record_of
from ripeness.fit.posterior import Posterior
from ripeness.fit.tempering import Floats

FOLDER = "predictions"
DEFINITIONS = "experiments.json"
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
MEMBERS = 4096


@dataclass(frozen=True)
class Experiment:
    """A dated event and what is to be predicted of it."""

    id: str
    title: str
    cutoff: Month
    origin: Month
    until: Month
    before: Month
    after: Month
    outputs: tuple[str, ...]
    without: str | None
    """Policy that lacks the instrument: where given, its effect alone is predicted too."""
    note: str


def experiments(case: Case) -> tuple[Experiment, ...]:
    """Experiments that the case defines in predictions/experiments.json, none where it has no such file."""
    path = case.folder / FOLDER / DEFINITIONS
    if not path.is_file():
        return ()
    listed = json.loads(path.read_text(encoding="utf-8"))
    months = ("cutoff", "origin", "until", "before", "after")
    return tuple(
        Experiment(
            **{key: Month.parse(entry[key]) for key in months},
            id=entry["id"],
            title=entry["title"],
            outputs=tuple(entry["outputs"]),
            without=entry.get("without"),
            note=entry["note"],
        )
        for entry in listed
    )


def predict(
    case: Case, experiment: Experiment, posterior: Posterior, *, members: int = MEMBERS, seed: int = 1
) -> dict[str, object]:
    """Predictive quantiles of levels, of the change from before to after, and of the instrument's own effect.

    RipenessError where the posterior has read past the experiment's cut-off.
    """
    if posterior.cutoff > experiment.cutoff:
        raise RipenessError(
            f"{experiment.id} allows evidence to {experiment.cutoff}; the posterior has read to {posterior.cutoff}",
            f"run `ripeness fit --cutoff {experiment.cutoff}`",
        )
    others = (experiment.without,) if experiment.without else ()
    run = forecast_run(
        case,
        experiment.origin,
        posterior,
        until=experiment.until,
        members=members,
        seed=seed,
        policies=others,
    )
    at = {month: month - case.first_month for month in month_range(case.first_month, experiment.until)}
    shown = list(month_range(experiment.before, experiment.until))
    levels, changes, effects = {}, {}, {}
    for output in experiment.outputs:
        path = np.asarray(run.path(run.policies[0], output), float)
        levels[output] = {str(month): _quantiles(path[at[month]]) for month in shown}
        change = path[at[experiment.after]] - path[at[experiment.before]]
        changes[output] = {**_quantiles(change), "share_rising": float(np.mean(change > 0))}
        if experiment.without:
            other = np.asarray(run.path(experiment.without, output), float)
            effects[output] = _quantiles((path - other)[at[experiment.after]])
    return {
        "id": experiment.id,
        "title": experiment.title,
        "cutoff": str(experiment.cutoff),
        "origin": str(experiment.origin),
        "before": str(experiment.before),
        "after": str(experiment.after),
        "posterior": posterior.hash,
        "members": members,
        "seed": seed,
        "levels": levels,
        "change": changes,
        "effect_of_instrument": effects,
    }


def score_prediction(case: Case, prediction: Mapping[str, object]) -> list[dict[str, object]]:
    """Committed intervals beside the record: one row an output and month that has an observation."""
    rows: list[dict[str, object]] = []
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


def write_prediction(prediction: Mapping[str, object], folder: Path) -> Path:
    """Write a prediction as `<id>.json`; RipenessError where one is there already, since it is committed once."""
    path = folder / f"{prediction['id']}.json"
    if path.exists():
        raise RipenessError(
            f"{path.name} is written already", "a prediction is kept as it was; remove it by hand"
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(prediction, indent=1) + "\n", encoding="utf-8")
    return path


def read_predictions(case: Case, ids: Sequence[str] = ()) -> list[dict[str, object]]:
    """Committed predictions of the case, those named or all."""
    folder = case.folder / FOLDER
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    found = [json.loads(f.read_text(encoding="utf-8")) for f in files if f.name != DEFINITIONS]
    return [p for p in found if not ids or p["id"] in ids]


def _quantiles(values: Floats) -> dict[str, float]:
    return {
        f"q{round(100 * q):02d}": round(float(v), 4)
        for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)
    }
