"""What a small step of each lever in each month does to a metric, all levers and months in one sweep."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ripeness import engine
from ripeness.api.progress import Progress, told
from ripeness.api.results import Answer
from ripeness.api.simulation import Options, When, ask
from ripeness.base import RipenessError, suggestion
from ripeness.case import as_program, load
from ripeness.ensemble.lever_gradient import FEWEST_BLOCKS, Effect, LeverGradient, lever_gradient
from ripeness.ensemble.metrics import Metric, metrics_of
from ripeness.ensemble.record import record_hash, run_record
from ripeness.ensemble.simulate import program_of
from ripeness.flow import records_of
from ripeness.policy import lever_of_row
from ripeness.report import gradient_sentences, gradient_tables

if TYPE_CHECKING:
    from ripeness.case import Case

MEMBERS = 4096
"""Futures, unless asked otherwise."""

FEWEST_MEMBERS = FEWEST_BLOCKS * engine.BLOCK

COMPILE_SECONDS = 15

NOTES = (
    "Small steps: a gradient does not see a trigger that is about to fire, a first passage, or a switch from one "
    "branch of an equation to another; it is drawn out to a step, downwards where a lever has no room upwards.",
    "Near a kink: a few futures stand where the market clears on another branch a hair away, and their slopes say "
    "nothing of a real step. The effects are medians over blocks of 256 futures, which such futures cannot move; the "
    "plain mean over all futures is in the document, and far from the median it is no guide.",
    "History: the shocks that the record implies are held fixed; the question is a departure from this policy in the "
    "same history.",
)


@dataclass(frozen=True, repr=False, eq=False)
class Slopes(Answer):
    """The answer of `gradient`."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a gradient does not see."""
        return tuple(self.content["notes"])


def gradient(
    case: str | Path | Case = "ukraine",
    policy: str = "as_enacted",
    metric: str = "oil_gas_revenue_rub_trn",
    *,
    start: When = None,
    until: When = None,
    members: int = MEMBERS,
    seed: int = 1,
    prior: bool = False,
    dtype: str = "float64",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Derivatives of a mean metric by every lever in every month of a policy, by one sweep back through the months.

    Args:
        case: name of a shipped case, or a folder.
        policy: the policy whose levers are stepped.
        metric: name of a metric of the case's program that is no first passage.
        start: first month in which levers are stepped and months count.
        until: last month.
        members: futures; 1024 or more.
        seed: counter of the random numbers.
        prior: draw parameters from the priors even where the case ships a posterior.
        dtype: float64, or float32, which is faster and rougher near kinks.
        threads: threads; all cores by default. No number depends on it.
        progress: listener of progress.

    Raises:
        CaseFaults: the case is at fault.
        RipenessError: an option is; the remedy says what to write.
    """
    if members < FEWEST_MEMBERS:
        raise RipenessError(f"members is {members}", f"ask for {FEWEST_MEMBERS} or more, such as {MEMBERS}")
    loaded = load(case) if isinstance(case, str | Path) else case
    chosen = _metric(loaded, metric)
    asked = ask(
        _smallest(loaded, chosen),
        [policy],
        start=start,
        until=until,
        options=Options(members, seed, prior, dtype, threads),
    )
    program = program_of(asked.case)
    with told(progress) as heard:
        if not engine.gradient.is_cached(program, dtype=dtype):
            heard.stage(f"compiling the adjoint for this machine, once, about {COMPILE_SECONDS} s")
        engine.gradient.prepare(program, dtype=dtype)
        heard.stage(f"stepping {members} futures forward and back", members)
        parameters = asked.draws.draw(0, members)
        found = lever_gradient(
            asked.question, policy, chosen, parameters, dtype=dtype, threads=threads, done=heard.advance
        )
    record = run_record(asked.question, parameters, dtype=dtype) | {"metrics": [chosen.name]}
    document = {
        "schema": "ripeness/gradient/1",
        "run": {**record, "hash": record_hash(record)},
        "title": asked.case.title,
        "policy": policy,
        "metric": {
            "name": chosen.name,
            "label": chosen.label,
            "unit": chosen.unit,
            "reduction": chosen.reduction,
            "value": found.value,
        },
        "draws": asked.draws.as_record(),
        "months": [str(month) for month in found.months],
        "levers": _levers(found),
        "notes": [asked.draws.in_words, *NOTES],
    }
    heading = (
        f"{asked.case.name}: what moves {chosen.name} under {policy}, "
        f"{asked.question.start} to {asked.question.until}"
    )
    return Slopes(document, heading, _flat(document), gradient_tables, gradient_sentences(document))


def _metric(case: Case, name: str) -> Metric:
    """The metric of a name, if the case's program has it and it has a derivative."""
    known = {metric.name: metric for metric in metrics_of(case.program) if not metric.is_censored}
    if name not in known:
        censored = any(metric.name == name for metric in metrics_of(case.program))
        raise RipenessError(
            f"{name} jumps from month to month and has no derivative"
            if censored
            else f"case {case.name} has no metric {name!r}",
            suggestion(name, sorted(known), "metric"),
        )
    return known[name]


def _smallest(case: Case, metric: Metric) -> Case:
    """The case with its money chain alone where that holds the metric; a war never moves the money chain."""
    money = records_of("money_chain").output_rows
    return (
        as_program(case, "money_chain")
        if case.program == "money_and_war" and metric.output in money
        else case
    )


def _levers(found: LeverGradient) -> dict[str, Any]:
    """Each lever that reaches the metric: its step, what it does held and month by month, per unit."""
    levers: dict[str, Any] = {}
    for at, name in enumerate(found.levers):
        if not found.monthly.mean[:, at].any():
            continue
        lever = lever_of_row(at)
        levers[name] = {
            "unit": lever.unit,
            "step": float(found.steps[at]),
            "held": {key: float(getattr(found.held, key)[at]) for key in _KEYS},
            "monthly": {key: getattr(found.monthly, key)[:, at].tolist() for key in _KEYS},
        }
    return levers


_KEYS = tuple(Effect.__dataclass_fields__)


def _flat(document: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"lever": name, "month": month, **{key: lever["monthly"][key][at] for key in _KEYS}}
        for name, lever in document["levers"].items()
        for at, month in enumerate(document["months"])
    )
