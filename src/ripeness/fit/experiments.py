"""Natural experiments: what a fit to earlier evidence says of a dated event, written down before it is scored.

An experiment (a file of the case's `experiments` folder) fixes the evidence that parameters may use, the month before
which the record is filtered, and what is predicted: changes from a month before to a month after with the instrument,
and effects, the difference to the same futures without it. Of every prediction the distribution is kept as quantiles
at `LEVELS`, so that no number hangs on the order of the members. `write_prediction` keeps them in the case's
`predictions` folder; they are scored later (`experiment_scores`) and never made again in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ripeness.base import Month, RipenessError, content_hash, month_range, suggestion
from ripeness.case import REFERENCE, Case, Experiment, Policy, Predicted, as_program, program_of_experiment
from ripeness.case import Change as LeverChange
from ripeness.case.records import Operation
from ripeness.ensemble.draws import draw_posterior
from ripeness.ensemble.simulate import simulate
from ripeness.fit.backcast import posed
from ripeness.fit.posterior import Posterior, posterior_of
from ripeness.fit.tempering import Floats
from ripeness.flow import Run, records_of

FOLDER = "predictions"
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
LEVELS: Floats = (np.arange(99) + 0.5) / 99
"""Probabilities at which the distribution of a prediction is kept."""

MEMBERS = 4096

WITH, WITHOUT, ZERO = "with_the_instrument", "without_the_instrument", "instrument_of_no_strength"
"""Policies made from an experiment: as enacted, without its instrument, and its changes at amounts that do nothing.

The first replays the reference's shocks in place of the record, as the others do, and equals it but for rounding: an
effect is measured from it, so that nothing done is exactly no effect.
"""

NOTHING: dict[str, tuple[Operation, float]] = {
    "set": ("scale", 1.0),
    "scale": ("scale", 1.0),
    "add": ("add", 0.0),
}
"""What each operation becomes at strength zero; the other two become adding nothing."""


@dataclass(frozen=True)
class Forecasts:
    """Distributions of what an experiment predicts: by `key_of`, values at `LEVELS`."""

    values: Mapping[str, Floats]
    rising: Mapping[str, float]
    """Share of members in which the quantity is above zero."""
    without: Mapping[str, Floats] = field(default_factory=dict)
    """Changes in the same futures without the instrument, at `LEVELS`; empty where there is no counterfactual."""


def in_order(case: Case) -> tuple[Experiment, ...]:
    """Experiments of the case, NE2 before NE10."""

    def key(name: str) -> tuple[tuple[int, int | str], ...]:
        parts = re.findall(r"\d+|\D+", name)
        return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts)

    return tuple(case.experiments[name] for name in sorted(case.experiments, key=key))


def chosen_experiments(case: Case, ids: Sequence[str]) -> tuple[Experiment, ...]:
    """Experiments by id, all of them for none; NE9 stands for NE9a and NE9b too. RipenessError for one unknown."""
    every = in_order(case)
    if not every:
        raise RipenessError(f"case {case.name} has no experiments", "add files to its folder `experiments`")
    if not ids:
        return every
    found: list[Experiment] = []
    for name in ids:
        parts = [each for each in every if re.fullmatch(re.escape(name) + "[a-z]?", each.id)]
        if not parts:
            remedy = suggestion(name, [each.id for each in every], "experiment")
            raise RipenessError(f"case {case.name} has no experiment {name}", remedy)
        found += [each for each in parts if each not in found]
    return tuple(found)


def case_of_experiment(case: Case, experiment: Experiment) -> Case:
    """The case on the experiment's program, with the policies that take the instrument away, and that do nothing."""
    narrowed = as_program(case, program_of_experiment(experiment, case.program))
    made: dict[str, tuple[LeverChange, ...]] = {
        WITH: (),
        WITHOUT: experiment.without,
        ZERO: tuple(_no_strength(change) for change in experiment.without),
    }
    policies = {
        name: Policy(
            name,
            f"{experiment.id}: {name}",
            "ripeness",
            "",
            REFERENCE,
            (),
            experiment.origin,
            changes,
            (),
            (),
        )
        for name, changes in made.items()
    }
    return replace(narrowed, policies=narrowed.policies | policies)


def _no_strength(change: LeverChange) -> LeverChange:
    nothing: tuple[Operation, float] = ("add", 0.0)
    operation, amount = NOTHING.get(change.operation, nothing)
    value = dict.fromkeys(change.value, amount) if isinstance(change.value, Mapping) else amount
    return replace(change, operation=operation, value=value)


def posterior_for(case: Case, experiment: Experiment, cutoff: Month | None = None) -> Posterior:
    """The posterior that the case ships for the cut-off of the experiment, or another; RipenessError for none."""
    before = cutoff or experiment.cutoff
    found = posterior_of(as_program(case, program_of_experiment(experiment, case.program)), before)
    if found is None:
        raise RipenessError(
            f"{experiment.id}: the case ships no posterior of the record before {before}",
            f"run `ripeness fit {case.name} --cutoff {before}`, or name another with --cutoff",
        )
    return found


def run_experiment(
    case: Case,
    experiment: Experiment,
    posterior: Posterior,
    *,
    policies: Sequence[str] = (WITHOUT,),
    members: int = MEMBERS,
    seed: int = 1,
    threads: int | None = None,
) -> Run:
    """Paths of every member from the case's first month: filtered to the origin, drawn from it on, instruments given.

    Without a counterfactual only the enacted policy is run. Parameters that have read past the origin are allowed: such
    an experiment is in sample, and says so.
    """
    own = case_of_experiment(case, experiment)
    others = (WITH, *policies) if experiment.without else ()
    question = posed(own, experiment.origin, experiment.until, mode="conditional", seed=seed, policies=others)
    parameters = draw_posterior(posterior.draws, members, seed)
    return simulate(question, parameters, keep_paths=members, threads=threads)


def draws_of(run: Run, predicted: Predicted) -> Floats:
    """One predicted quantity in every member, (n,)."""
    if predicted.measure == "effect":
        with_it, without = (_at(run, name, predicted.output, predicted.after) for name in (WITH, WITHOUT))
        return with_it - without
    return _change(run, run.policies[0], predicted)


def _change(run: Run, policy: str, predicted: Predicted) -> Floats:
    return _at(run, policy, predicted.output, predicted.after) - _at(
        run, policy, predicted.output, predicted.before
    )


def key_of(predicted: Predicted) -> str:
    """What tells two predictions of an experiment apart."""
    if predicted.measure == "effect":
        return f"{predicted.output} effect {predicted.after}"
    return f"{predicted.output} change {predicted.before} {predicted.after}"


def forecasts_of(experiment: Experiment, run: Run) -> Forecasts:
    """Distributions of all predictions of an experiment."""
    draws = {key_of(predicted): draws_of(run, predicted) for predicted in experiment.predictions}
    without = {
        key_of(predicted): _change(run, WITHOUT, predicted)
        for predicted in experiment.predictions
        if WITHOUT in run.policies and predicted.measure == "change"
    }
    return Forecasts(
        {key: np.quantile(values, LEVELS) for key, values in draws.items()},
        {key: float(np.mean(values > 0)) for key, values in draws.items()},
        {key: np.quantile(values, LEVELS) for key, values in without.items()},
    )


def definition_hash(experiment: Experiment) -> str:
    """Hash of what a prediction was asked: a later change of the file is seen."""
    asked = {
        "months": [str(getattr(experiment, key)) for key in ("cutoff", "origin", "before", "after", "until")],
        "program": experiment.program or "",
        "predictions": [key_of(predicted) for predicted in experiment.predictions],
        "without": [
            [change.lever, change.operation, json.dumps(change.value), change.start or "", change.until or ""]
            for change in experiment.without
        ],
    }
    return content_hash(asked)


def predict(
    case: Case,
    experiment: Experiment,
    posterior: Posterior,
    *,
    members: int = MEMBERS,
    seed: int = 1,
    threads: int | None = None,
) -> dict[str, Any]:
    """What is committed of an experiment before it is scored: levels month by month, changes and effects.

    RipenessError where the posterior has read past the experiment's cut-off.
    """
    if posterior.cutoff > experiment.cutoff:
        raise RipenessError(
            f"{experiment.id} allows evidence to {experiment.cutoff}; the posterior has read to {posterior.cutoff}",
            f"run `ripeness fit --cutoff {experiment.cutoff}`",
        )
    run = run_experiment(case, experiment, posterior, members=members, seed=seed, threads=threads)
    forecasts = forecasts_of(experiment, run)
    return {
        "id": experiment.id,
        "title": experiment.title,
        "cutoff": str(experiment.cutoff),
        "origin": str(experiment.origin),
        "before": str(experiment.before),
        "after": str(experiment.after),
        "in_sample": experiment.in_sample,
        "posterior": posterior.hash,
        "definition": definition_hash(experiment),
        "members": members,
        "seed": seed,
        "levels": levels_of(experiment, run),
        "predictions": {
            key: {"at_levels": [_short(value) for value in values], "share_rising": forecasts.rising[key]}
            for key, values in forecasts.values.items()
        },
        "effects": effects_of(experiment, run),
    }


def levels_of(experiment: Experiment, run: Run) -> dict[str, dict[str, dict[str, float]]]:
    """Quantiles of each predicted output in the months from before to until."""
    return {
        output: {
            str(month): quantiles_of(_at(run, run.policies[0], output, month)) for month in _shown(experiment)
        }
        for output in experiment.outputs
    }


def effects_of(experiment: Experiment, run: Run) -> dict[str, dict[str, Any]]:
    """Effect of the instrument on each predicted output by month, and how many months it takes to half of its most.

    Empty without a counterfactual; `months_to_half` is null where the median effect is nowhere different from zero.
    """
    if WITHOUT not in run.policies:
        return {}
    found: dict[str, dict[str, Any]] = {}
    months = month_range(experiment.origin, experiment.until)
    for output in experiment.outputs:
        paths = [np.asarray(run.path(name, output), float) for name in (WITH, WITHOUT)]
        effect = (paths[0] - paths[1])[experiment.origin - run.months[0] :]
        found[output] = {
            "months_to_half": _months_to_half(np.median(effect, axis=1)),
            "by_month": {str(month): quantiles_of(effect[at]) for at, month in enumerate(months)},
        }
    return found


def _months_to_half(middle: Floats) -> int | None:
    """Months until a median effect first reaches half of its largest; None where it is nowhere different from zero."""
    size = np.abs(middle)
    return int(np.argmax(size >= 0.5 * size.max())) if size.any() else None


def _at(run: Run, policy: str, output: str, month: Month) -> Floats:
    return np.asarray(run.path(policy, output)[month - run.months[0]], float)


def _shown(experiment: Experiment) -> Sequence[Month]:
    return month_range(experiment.before, experiment.until)


def committed_forecasts(experiment: Experiment, prediction: Mapping[str, Any]) -> Forecasts:
    """Distributions in a committed prediction, of those predictions that the file still asks for.

    The first files hold seven quantiles of changes and effects only; what lies between and beyond them is read off
    straight lines, so that the ends are short.
    """
    values: dict[str, Floats] = {}
    rising: dict[str, float] = {}
    for predicted in experiment.predictions:
        key = key_of(predicted)
        kept = prediction.get("predictions", {}).get(key)
        if kept is not None:
            values[key], rising[key] = np.array(kept["at_levels"], float), float(kept["share_rising"])
            continue
        first = prediction.get("effect_of_instrument" if predicted.measure == "effect" else "change", {})
        months = (str(predicted.before), str(predicted.after))
        same = months[1] == prediction["after"] and (
            predicted.measure == "effect" or months[0] == prediction["before"]
        )
        if "predictions" not in prediction and same and predicted.output in first:
            q = first[predicted.output]
            values[key] = np.interp(LEVELS, QUANTILES, [q[f"q{round(100 * p):02d}"] for p in QUANTILES])
            rising[key] = float(q.get("share_rising", np.mean(values[key] > 0)))
    return Forecasts(values, rising)


def write_prediction(prediction: Mapping[str, object], folder: Path) -> Path:
    """Write a prediction as `<id>.json`; RipenessError where one is there already, since it is committed once."""
    path = folder / f"{prediction['id']}.json"
    if path.exists():
        raise RipenessError(
            f"{path.name} is written already", "a prediction is kept as it was; move it away by hand"
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(prediction, indent=1) + "\n", encoding="utf-8")
    return path


def read_predictions(case: Case, ids: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Committed predictions of the case, those named or all."""
    folder = case.folder / FOLDER
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    found = [json.loads(f.read_text(encoding="utf-8")) for f in files]
    return [p for p in found if not ids or p["id"] in ids]


def quantiles_of(values: Floats) -> dict[str, float]:
    """Quantiles q05 to q95 of members."""
    return {
        f"q{round(100 * q):02d}": _short(v)
        for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)
    }


def _short(value: float) -> float:
    """Five digits: more would say nothing and fill files."""
    return float(f"{float(value):.5g}")


def has_output(case: Case, experiment: Experiment, output: str) -> bool:
    """Whether the experiment's program reports an output."""
    return output in records_of(program_of_experiment(experiment, case.program)).output_rows
