"""Placebos of natural experiments: what must come out as nothing, and whether the date is any better than others.

    no strength     the counterfactual with amounts that change nothing: every output of every member must be equal
    no foresight    no output differs between the futures with and without the instrument before the origin
    wrong series    outputs that the instrument must leave as they are: exactly, or within a tenth of their own spread;
                    and in the record they must be no more surprising than at other dates
    shifted dates   the record's surprise at the date, against a forecast that knows no later instrument, ranked among
                    the same surprises at every other month of the record

The first two, and the exact ones of the third, must hold to the last bit; they check the machinery, not the world. A
surprise is the recorded change less the median forecast of it, over the spread of both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ripeness.base import Month
from ripeness.case import Case, Experiment, Predicted, as_program, program_of_experiment
from ripeness.ensemble.draws import draw_posterior
from ripeness.ensemble.simulate import pose, simulate
from ripeness.fit.backcast import given_sites
from ripeness.fit.experiment_scores import recorded_change
from ripeness.fit.experiments import WITH, WITHOUT, ZERO, run_experiment
from ripeness.fit.posterior import Posterior
from ripeness.fit.tempering import Floats
from ripeness.flow import Run
from ripeness.policy import compile_policy

MEMBERS = 256
"""Futures of a placebo: equalities need few, and a surprise needs a median and a spread."""

FEWEST_DATES = 9
"""Other dates among which a rank can fall below one in ten."""

STANDS_OUT = 0.1
"""Share of dates, the event's own counted, that may be as surprising."""

STILL = 0.1
"""Median effect over the spread of the output's own change, up to which an output counts as left as it is."""

Rank = Literal["stands out", "ordinary", "too few dates", "no record"]


@dataclass(frozen=True)
class Surprise:
    """The record's surprise at the event, in standard deviations, and its rank among other dates.

    rank 1 is the most surprising in the direction expected, or either way where none is; `share` is (1 + others at
    least as surprising) / (1 + others).
    """

    value: float | None
    rank: int | None
    dates: int
    share: float | None
    verdict: Rank

    def as_record(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "surprise": self.value,
            "rank": self.rank,
            "dates": self.dates,
            "share": self.share,
            "verdict": self.verdict,
        }


class Uninformed:
    """Forecasts from any month that know no later instrument, kept from one question to the next.

    Brent and facts known ahead are given, as in the experiments. Parameters are those of the one posterior at every
    month, also at months that it has read: the rank compares dates under the same parameters.
    """

    def __init__(
        self,
        case: Case,
        posterior: Posterior,
        *,
        members: int = MEMBERS,
        seed: int = 1,
        threads: int | None = None,
    ) -> None:
        self._case, self._posterior, self._threads = case, posterior, threads
        self._parameters = draw_posterior(posterior.draws, members, seed)
        self._seed = seed
        self._runs: dict[Month, Run] = {}

    def change(self, origin: Month, output: str, before: Month, after: Month) -> Floats:
        """Change of an output in every member, (n,)."""
        run = self._runs.get(origin)
        if run is None or run.until < after:
            run = self._runs[origin] = self._forecast(origin, after)
        path = np.asarray(run.path(run.policies[0], output), float)
        return path[after - run.months[0]] - path[before - run.months[0]]

    def _forecast(self, origin: Month, after: Month) -> Run:
        case = self._case
        until = min(max(after, origin + 6), case.last_month)
        enacted = compile_policy(case, "as_enacted", start=case.first_month, origin=origin)
        question = pose(
            case, [enacted], origin, until, self._seed, origin=origin, conditional=given_sites(case)
        )
        members = self._parameters.shape[1]
        run = simulate(question, self._parameters, keep_paths=members, threads=self._threads)
        return run


def equalities(
    case: Case,
    experiment: Experiment,
    posterior: Posterior,
    *,
    members: int = MEMBERS,
    seed: int = 1,
    threads: int | None = None,
) -> dict[str, Any]:
    """What must be exactly zero, and how far the instrument moves outputs that it must leave as they are.

    Entries `no_strength`, `no_foresight` (each with `largest` and `holds`) and `wrong_series`, a list. All are null or
    empty without a counterfactual, where only the record's own surprise can be asked.
    """
    if not experiment.without:
        return {"no_strength": None, "no_foresight": None, "wrong_series": []}
    run = run_experiment(
        case,
        experiment,
        posterior,
        policies=(WITHOUT, ZERO),
        members=members,
        seed=seed,
        threads=threads,
    )
    enacted, without, zero = (run.paths[run.policy(name)] for name in (WITH, WITHOUT, ZERO))
    first = experiment.origin - run.months[0]
    return {
        "no_strength": _equal(enacted, zero),
        "no_foresight": _equal(enacted[:first], without[:first]),
        "wrong_series": [
            _left_alone(run, experiment, each.output, each.exactly, each.because)
            for each in experiment.unmoved
        ],
    }


def _equal(a: Floats, b: Floats) -> dict[str, Any]:
    same = bool(np.array_equal(a, b, equal_nan=True))
    largest = 0.0 if same else float(np.nanmax(np.abs(np.asarray(a, float) - np.asarray(b, float))))
    return {"largest": largest, "holds": same}


def _left_alone(run: Run, experiment: Experiment, output: str, exactly: bool, because: str) -> dict[str, Any]:
    first, base = experiment.origin - run.months[0], experiment.before - run.months[0]
    enacted, without = (np.asarray(run.path(name, output), float) for name in (WITH, WITHOUT))
    effect = (enacted - without)[first:]
    spread = (enacted[first:] - enacted[base]).std(axis=1)
    middle = np.abs(np.median(effect, axis=1))
    ratio = float(np.max(np.where(spread > 0, middle / np.where(spread > 0, spread, 1.0), np.sign(middle))))
    largest = float(np.abs(effect).max())
    holds = largest == 0.0 if exactly else ratio <= STILL
    return {
        "output": output,
        "because": because,
        "exactly": exactly,
        "largest": largest,
        "effect_over_spread": ratio,
        "holds": holds,
        "verdict": "left alone" if holds else "moved",
    }


def surprise(case: Case, experiment: Experiment, predicted: Predicted, uninformed: Uninformed) -> Surprise:
    """The record's surprise at the event among those at other dates, for a predicted change of an output."""
    own = as_program(case, program_of_experiment(experiment, case.program))
    back, ahead = experiment.origin - predicted.before, predicted.after - experiment.origin
    at_event = _surprise_at(own, predicted.output, experiment.origin, back, ahead, uninformed)
    if at_event is None:
        return Surprise(None, None, 0, None, "no record")
    others = []
    for origin in _other_dates(own, experiment, back, ahead):
        found = _surprise_at(own, predicted.output, origin, back, ahead, uninformed)
        if found is not None:
            others.append(found)
    sign = {"rise": 1.0, "fall": -1.0}.get(predicted.sense)

    def size(value: float) -> float:
        return abs(value) if sign is None else sign * value

    as_large = sum(size(other) >= size(at_event) for other in others)
    share = (1 + as_large) / (1 + len(others))
    verdict: Rank = "stands out" if share <= STANDS_OUT else "ordinary"
    if len(others) < FEWEST_DATES:
        verdict = "too few dates"
    return Surprise(at_event, 1 + as_large, len(others), share, verdict)


def _other_dates(case: Case, experiment: Experiment, back: int, ahead: int) -> list[Month]:
    """Months with half a year of record before them whose windows do not meet that of the event."""
    first, last = case.first_month + 6 + back, case.data_until - ahead
    return [
        origin
        for origin in (first + i for i in range(max(last - first + 1, 0)))
        if abs(origin - experiment.origin) > back + ahead
    ]


def _surprise_at(
    case: Case, output: str, origin: Month, back: int, ahead: int, uninformed: Uninformed
) -> float | None:
    before, after = origin - back, origin + ahead
    truth = recorded_change(case, output, before, after)
    if truth is None:
        return None
    forecast = uninformed.change(origin, output, before, after)
    return (truth.value - float(np.median(forecast))) / math.hypot(float(forecast.std()), truth.sd)


def exact_failures(found: Mapping[str, Any]) -> list[str]:
    """Names of the placebos that must be exactly zero and are not."""
    failed = [
        name
        for name in ("no_strength", "no_foresight")
        if found[name] is not None and not found[name]["holds"]
    ]
    return failed + [
        f"wrong series {each['output']}"
        for each in found["wrong_series"]
        if each["exactly"] and not each["holds"]
    ]
