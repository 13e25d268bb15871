"""Natural experiments of the bargaining: a deal by a month, and what a side would accept, by each model of an ending.

Coarse and cheap: tens of structural draws on the small grid. No constant of the bargaining was fitted to this war but
through those draws that lose because no deal had been made before the origin (`ensemble.no_deal`), so that what comes
out is mostly what went in. A deal by a month is set beside odds that others gave; one yes or no cannot tell models
apart, and its Brier scores are shown for what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ripeness.bargaining import Kind
from ripeness.base import Month
from ripeness.case import Case, Experiment, Predicted, PredictedEnd
from ripeness.ensemble.bargain import SEARCH_GRID, Bargained, bargain
from ripeness.ensemble.draws import draw_posterior
from ripeness.fit.backcast import posed
from ripeness.fit.experiment_scores import Truth, direction
from ripeness.fit.experiments import WITH, WITHOUT, case_of_experiment, predict, quantiles_of
from ripeness.fit.posterior import Posterior
from ripeness.fit.tempering import Floats

DRAWS, MEMBERS = 32, 256
"""Structural draws solved and worlds walked."""

DEMANDS = {"least_a": "least share that A would take", "most_d": "most share that D would give"}
"""What a side would accept, in words."""


def predict_all(
    case: Case,
    experiment: Experiment,
    posterior: Posterior,
    *,
    members: int,
    seed: int = 1,
    threads: int | None = None,
) -> dict[str, Any]:
    """What is committed of an experiment: `predict`, and its endings."""
    return {
        **predict(case, experiment, posterior, members=members, seed=seed, threads=threads),
        "endings": predict_endings(case, experiment, posterior, seed=seed, threads=threads),
    }


def predict_endings(
    case: Case,
    experiment: Experiment,
    posterior: Posterior,
    *,
    draws: int = DRAWS,
    members: int = MEMBERS,
    seed: int = 1,
    threads: int | None = None,
) -> list[dict[str, Any]]:
    """One record for each ending that the experiment predicts: chances or quantiles by model, and the effect.

    Empty where it predicts none.
    """
    if not experiment.endings:
        return []
    own = case_of_experiment(case, experiment)
    others = (WITH, WITHOUT) if experiment.without else ()
    question = posed(own, experiment.origin, experiment.until, mode="conditional", seed=seed, policies=others)
    found = bargain(
        question,
        draw_posterior(posterior.draws, members, seed),
        [0.0] * (1 + len(others)),
        draws=draws,
        grid=SEARCH_GRID,
        threads=threads,
    )
    return [_ending(own, experiment, predicted, found) for predicted in experiment.endings]


def _ending(case: Case, experiment: Experiment, predicted: PredictedEnd, found: Bargained) -> dict[str, Any]:
    names = found.policies[1:] or found.policies
    record: dict[str, Any] = {
        "experiment": experiment.id,
        "what": predicted.what,
        "before": str(predicted.before) if predicted.before else None,
        "after": str(predicted.after),
        "structural_draws": found.draws,
        "models": {},
    }
    for model, ends in found.endings.items():
        if predicted.what == "settled":
            months = predicted.after - experiment.origin + 1
            made = (ends.kind == Kind.SETTLED) & (ends.month <= months)
            chances = {name: float(made[found.policies.index(name)].mean()) for name in names}
            by_draw = _by_draw(found, made[found.policies.index(names[0])])
            record["models"][model] = {
                "chance": chances[names[0]],
                "low90": float(np.quantile(by_draw, 0.05)),
                "high90": float(np.quantile(by_draw, 0.95)),
                "chance_without": chances.get(WITHOUT),
            }
        else:
            paths = getattr(ends, predicted.what)
            if paths is not None and predicted.before is not None:
                record["models"][model] = _demand(
                    case, found, paths, predicted.before, predicted.after, names
                )
    return record


def _by_draw(found: Bargained, made: Floats) -> Floats:
    """Share of a structural draw's walkers, (draws,)."""
    return np.array([made[found.walkers.draw == draw].mean() for draw in range(found.draws)])


def _demand(
    case: Case, found: Bargained, paths: Floats, before: Month, after: Month, names: tuple[str, ...]
) -> dict[str, Any]:
    """Change of a threshold over walkers at war in both months, and how far the instrument moves it."""
    first = case.first_month + found.paths.first
    ends = {name: np.asarray(paths[found.policies.index(name)], float) for name in names}
    change = ends[names[0]][after - first] - ends[names[0]][before - first]
    at_war = np.isfinite(change)
    said: dict[str, Any] = {"change": quantiles_of(change[at_war]), "at_war": float(at_war.mean())}
    if WITHOUT in ends:
        effect = (ends[names[0]] - ends[WITHOUT])[after - first]
        effect = effect[np.isfinite(effect)]
        said["effect"] = quantiles_of(effect) if effect.size else None
    return said


def score_endings(experiment: Experiment, predicted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same records with Brier scores beside those of others' odds, or the direction of what a side would accept."""
    scored = []
    for asked, record in zip(experiment.endings, predicted, strict=True):
        row = {**record, "models": {name: dict(model) for name, model in record["models"].items()}}
        if asked.what == "settled":
            row["happened"] = asked.happened
            row["others"] = [
                {"who": odds.who, "chance": odds.chance, "brier": _brier(odds.chance, asked.happened)}
                for odds in asked.odds
            ]
            for model in row["models"].values():
                model["brier"] = _brier(model["chance"], asked.happened)
        else:
            truth = _truth(asked)
            row["recorded"], row["recorded_sd"] = (truth.value, truth.sd) if truth else (None, None)
            for model in row["models"].values():
                model |= _judged(asked, model["change"], truth)
        scored.append(row)
    return scored


def _brier(chance: float, happened: bool | None) -> float | None:
    return None if happened is None else (chance - float(happened)) ** 2


def _truth(asked: PredictedEnd) -> Truth | None:
    said = asked.recorded
    return None if said is None else Truth(said.value, said.sd, said.source)


def _judged(asked: PredictedEnd, q: Mapping[str, float], truth: Truth | None) -> dict[str, Any]:
    before = asked.before or asked.after
    as_output = Predicted(asked.what, asked.sense or "stay", "change", before, asked.after, "", asked.within)
    inside = None
    if truth is not None:
        inside = q["q10"] - truth.sd <= truth.value <= q["q90"] + truth.sd
    return {"direction": direction(as_output, q["q50"], truth), "inside80": inside}
