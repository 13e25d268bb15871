"""Natural experiments: dated events predicted from earlier evidence, scored, and held against placebos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.api.progress import Progress, told
from ripeness.api.results import Answer, run_block
from ripeness.api.simulation import Options, When, make_ready, month
from ripeness.base import Month, content_hash, month_range
from ripeness.case import Case, Experiment, Predicted, as_program, load, program_of_experiment
from ripeness.report import experiment_tables
from ripeness.report.experiments import ExperimentFigure, ExperimentPanel

if TYPE_CHECKING:
    from ripeness.fit import Posterior, Uninformed
    from ripeness.flow import Run

MEMBERS = 1024

MOST_PANELS = 2
"""Outputs of one experiment that the chart shows."""

CHARTS = ("natural_experiments.svg", "natural_experiments.png")


@dataclass(frozen=True, repr=False, eq=False)
class ExperimentAnswer(Answer):
    """The answer of `experiments`: beside the tables, a chart of what was predicted and recorded."""

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the document, tables, records and page, and the chart where an experiment has outputs to show."""
        written = super().save(folder)
        figure = figure_of(self.content)
        if not figure.panels:
            return written
        from ripeness.report.experiment_charts import save_experiments

        return (*written, *save_experiments(figure, *(Path(folder) / name for name in CHARTS)))


def experiments(
    case: str | Path | Case = "ukraine",
    *,
    ids: str | Sequence[str] | None = None,
    cutoff: When = None,
    members: int = MEMBERS,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> ExperimentAnswer:
    """Dated events of a case predicted from evidence before them, scored beside the record, with placebos.

    Nothing is written into the case: committed predictions are read and scored, never made again.

    Args:
        case: name of a shipped case, or a folder.
        ids: experiments such as `NE6` or `NE6,NE9` (which takes NE9a and NE9b); all by default.
        cutoff: month before which parameters have read the record; each experiment's own by default.
        members: futures of each prediction.
        seed: counter of the random numbers.
        threads: threads; all cores by default.
        progress: listener of progress.

    Raises:
        RipenessError: an option or the case is at fault, or no posterior is shipped for a cut-off.
    """
    from ripeness.fit import chosen_experiments
    from ripeness.fit.experiments import posterior_for
    from ripeness.fit.placebos import Uninformed

    options = Options(members, seed, threads=threads)
    loaded = load(case) if isinstance(case, str | Path) else case
    names = [name.strip() for name in ids.split(",")] if isinstance(ids, str) else list(ids or ())
    chosen = chosen_experiments(loaded, [name for name in names if name])
    before = month(cutoff, "cutoff")
    posteriors = {each.id: posterior_for(loaded, each, before) for each in chosen}
    documents: list[dict[str, Any]] = []
    with told(progress) as heard:
        programs = {each.id: program_of_experiment(each, loaded.program) for each in chosen}
        for program in dict.fromkeys(programs.values()):
            make_ready(as_program(loaded, program), "float32", heard)
        heard.stage(f"predicting {len(chosen)} experiments and their placebos", len(chosen))
        uninformed: dict[tuple[str, str], Uninformed] = {}
        for each in chosen:
            posterior = posteriors[each.id]
            key = (programs[each.id], posterior.hash)
            if key not in uninformed:
                own = as_program(loaded, programs[each.id])
                uninformed[key] = Uninformed(own, posterior, seed=seed, threads=threads)
            documents.append(_experiment(loaded, each, posterior, uninformed[key], options))
            heard.advance()
    failed = [f"{each['id']}: {name}" for each in documents for name in each["placebos"]["failed"]]
    summary = summary_of(documents)
    known = {
        "case": loaded.name,
        "case_hash": loaded.content_hash,
        "policy_hashes": {},
        "data_as_of": str(loaded.data_until),
        "seed": seed,
        "members": options.members,
        "mode": "forecast",
        "start": str(min(each.origin for each in chosen)),
        "until": str(max(each.until for each in chosen)),
    }
    hashes = {each.id: posteriors[each.id].hash for each in chosen}
    block = run_block(**known)
    block["hash"] = content_hash(
        {"run": {k: v for k, v in block.items() if k != "hash"}, "posteriors": hashes}
    )
    document = {
        "schema": "ripeness/experiments/1",
        "run": block,
        "ok": not failed,
        "failed": failed,
        "summary": summary,
        "experiments": documents,
    }
    rows = tuple(row for each in documents for row in each["rows"])
    return ExperimentAnswer(
        document, f"{loaded.name}: natural experiments", rows, experiment_tables, said_of(summary, failed)
    )


def _experiment(
    case: Case, experiment: Experiment, posterior: Posterior, uninformed: Uninformed, options: Options
) -> dict[str, Any]:
    """One experiment: what was asked, predicted and recorded, its placebos, and what cannot be answered."""
    from ripeness.fit import score_rows, surprise
    from ripeness.fit.experiment_endings import predict_endings, score_endings
    from ripeness.fit.experiments import effects_of, forecasts_of, levels_of, run_experiment

    seed, threads = options.seed, options.threads

    def rows_with(draws: Posterior) -> tuple[Run, list[dict[str, Any]]]:
        run = run_experiment(case, experiment, draws, members=options.members, seed=seed, threads=threads)
        return run, score_rows(own, experiment, forecasts_of(experiment, run))

    own = as_program(case, program_of_experiment(experiment, case.program))
    run, rows = rows_with(posterior)
    for row, predicted in zip(rows, experiment.predictions, strict=True):
        asked = predicted.measure == "change"
        row["date"] = surprise(case, experiment, predicted, uninformed).as_record() if asked else None
    endings = predict_endings(case, experiment, posterior, seed=seed, threads=threads)
    return {
        "id": experiment.id,
        "title": experiment.title,
        "event": experiment.event,
        "date": str(experiment.date),
        **{key: str(getattr(experiment, key)) for key in ("origin", "before", "after", "until")},
        "cutoff": str(posterior.cutoff),
        "in_sample": posterior.cutoff > experiment.origin,
        "structure_blind": experiment.structure_blind,
        "blind_note": experiment.blind_note,
        "program": own.program,
        "given": list(experiment.given),
        "without": [change.reason or change.lever for change in experiment.without],
        "posterior": posterior.hash,
        "rows": rows,
        "levels": levels_of(experiment, run),
        "levels_without": _levels_without(experiment, run),
        "effects": effects_of(experiment, run),
        "record": {output: record_shown(own, experiment, output) for output in experiment.outputs},
        "endings": score_endings(experiment, endings),
        "variants": [
            {
                "name": variant.name,
                "because": variant.because,
                "values": dict(variant.values),
                "rows": rows_with(held(posterior, variant.values))[1],
            }
            for variant in experiment.variants
        ],
        "placebos": _placebos(case, experiment, posterior, uninformed, options),
        "unanswered": [{"question": each.question, "reason": each.reason} for each in experiment.unanswered],
        "committed": _committed(own, experiment, posterior),
        "sources": list(experiment.sources),
        "notes": list(experiment.notes),
    }


def _placebos(
    case: Case, experiment: Experiment, posterior: Posterior, uninformed: Uninformed, options: Options
) -> dict[str, Any]:
    """What must be nothing, with the record's surprise of each wrong series, and the names of what failed."""
    from ripeness.fit import equalities, surprise
    from ripeness.fit.placebos import exact_failures

    found = equalities(case, experiment, posterior, seed=options.seed, threads=options.threads)
    for each in found["wrong_series"]:
        still = Predicted(each["output"], "stay", "change", experiment.before, experiment.after)
        each["record"] = surprise(case, experiment, still, uninformed).as_record()
    return {**found, "failed": exact_failures(found)}


def _committed(own: Case, experiment: Experiment, posterior: Posterior) -> dict[str, Any] | None:
    """The prediction that the case holds, scored as it was written; None where it holds none."""
    from ripeness.fit import committed_forecasts, read_predictions, score_levels, score_rows
    from ripeness.fit.experiment_endings import score_endings
    from ripeness.fit.experiments import definition_hash

    kept = read_predictions(own, [experiment.id])
    if not kept:
        return None
    levels = [row for row in score_levels(own, kept[0]) if row["month"] >= kept[0]["origin"]]
    asked = kept[0].get("definition")
    return {
        "posterior": kept[0]["posterior"],
        "same_posterior": kept[0]["posterior"] == posterior.hash,
        "same_definition": None if asked is None else asked == definition_hash(experiment),
        "members": kept[0]["members"],
        "because": kept[0].get("because"),
        "rows": score_rows(own, experiment, committed_forecasts(experiment, kept[0])),
        "levels": {"inside": sum(row["inside80"] for row in levels), "of": len(levels), "rows": levels},
        "endings": score_endings(experiment, kept[0]["endings"]) if kept[0].get("endings") else [],
    }


def _levels_without(experiment: Experiment, run: Run) -> dict[str, dict[str, float]]:
    """Medians of the same futures without the instrument, by output and month; empty where there are none."""
    from ripeness.fit.experiments import WITHOUT

    if WITHOUT not in run.policies:
        return {}
    months = month_range(experiment.before, experiment.until)
    return {
        output: {str(at): float(np.median(run.path(WITHOUT, output)[at - run.months[0]])) for at in months}
        for output in experiment.outputs
    }


def held(posterior: Posterior, values: Mapping[str, float]) -> Posterior:
    """The posterior with parameters held at a value in every draw."""
    draws = np.array(posterior.draws)
    for name, value in values.items():
        draws[posterior.names.index(name)] = value
    return replace(posterior, draws=draws)


def record_shown(case: Case, experiment: Experiment, output: str) -> dict[str, dict[str, float]]:
    """Recorded values and errors of an output from before to until, by month."""
    from ripeness.fit.backcast import record_of

    series = record_of(case, output)
    if series is None:
        return {}
    months = tuple(month_range(experiment.before, experiment.until))
    seen = series.to_arrays(months, None, default_sd=case.observation_error.get(output))
    return {
        str(at): {"value": float(seen.value[i]), "sd": float(seen.sd[i])}
        for i, at in enumerate(months)
        if seen.present[i]
    }


def summary_of(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts over all predictions, those in sample apart."""
    found: dict[str, Any] = {}
    for name, wanted in (("in_sample", True), ("out_of_sample", False)):
        rows = [row for each in documents if each["in_sample"] == wanted for row in each["rows"]]
        scored = [row for row in rows if row["recorded"] is not None]
        found[name] = {
            "predictions": len(rows),
            "recorded": len(scored),
            "right": sum(row["direction"] == "right" for row in scored),
            "wrong": sum(row["direction"] == "wrong" for row in scored),
            "unclear": sum(row["direction"] == "unclear" for row in scored),
            "inside80": sum(row["inside80"] for row in scored),
            "better_than_no_change": sum(row["skill"] > 0 for row in scored),
            "moving": sum(row["expected"] != "stay" for row in scored),
            "moving_better_than_no_change": sum(
                row["skill"] > 0 for row in scored if row["expected"] != "stay"
            ),
        }
    return found


def said_of(summary: Mapping[str, Any], failed: Sequence[str]) -> tuple[str, ...]:
    """Sentences above the tables."""
    said = []
    for name, words in (
        ("out_of_sample", "Events after the cut-off"),
        ("in_sample", "Events the parameters have read"),
    ):
        cell = summary[name]
        if cell["recorded"]:
            said.append(
                f"{words}: {cell['predictions']} predictions, {cell['recorded']} with a record: direction right in "
                f"{cell['right']}, wrong in {cell['wrong']}, unclear in {cell['unclear']}; "
                f"{cell['inside80']} in the 80 % interval; closer than `no change` in "
                f"{cell['moving_better_than_no_change']} of {cell['moving']} that were to move."
            )
    if failed:
        said.append(f"Placebos that must be exactly nothing and are not: {'; '.join(failed)}.")
    else:
        said.append("Every placebo that must be exactly nothing is.")
    return (*said, "No event was blind to the structure of the model; see `blind_note` of each.")


def figure_of(document: Mapping[str, Any]) -> ExperimentFigure:
    """What the chart shows of a document: of each experiment the outputs with most of a record, at most two."""
    panels = []
    for each in document["experiments"]:
        months = tuple(month_range(Month.parse(each["before"]), Month.parse(each["until"])))
        ranked = sorted(
            (output for output in each["levels"] if len(each["record"][output]) > 1),
            key=lambda output: -len(each["record"][output]),
        )
        for output in ranked[:MOST_PANELS]:
            panels.append(_panel(each, output, months))
    case = document["run"]["case"]
    return ExperimentFigure(f"Natural experiments: {case}", tuple(panels))


def _panel(each: Mapping[str, Any], output: str, months: Sequence[Month]) -> ExperimentPanel:
    record, levels = each["record"][output], each["levels"][output]
    without = each["levels_without"].get(output)

    def row(key: str) -> np.ndarray:
        return np.array([levels[str(at)][key] for at in months], float)

    def seen(key: str) -> np.ndarray:
        return np.array([record.get(str(at), {}).get(key, np.nan) for at in months], float)

    return ExperimentPanel(
        each["id"],
        output,
        tuple(months),
        Month.parse(each["origin"]),
        row("q50"),
        row("q10"),
        row("q90"),
        None if without is None else np.array([without[str(at)] for at in months], float),
        seen("value"),
        seen("sd"),
        bool(each["in_sample"]),
        each["date"],
    )
