"""Tests of claims on futures: every reading asked once, readings that share months run together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis.claims import NULLS, Answer, Finding, answer_of
from ripeness.api.conditions import (
    futures_by_model,
    holding,
    inputs_that_matter,
    known_of,
    metric_about,
    occasions,
)
from ripeness.api.progress import Progress
from ripeness.api.simulation import Asked, Options
from ripeness.case import WORLD, Claim, Compound, Condition, Reading, Tension
from ripeness.report import decimals_for, number, percent
from ripeness.report.discovery import condition as condition_words

if TYPE_CHECKING:
    from ripeness.case import Case, ClaimTest
    from ripeness.ensemble.futures import Futures

Path = tuple[str, ...]
"""Where a reading stands: the claim's id, the parts on the way, the reading's name."""

FEWEST = 20
"""Fewest futures of which it is said what moves them."""

UNTOLD_SPREAD = 0.9
"""An input with more of its prior spread left is prior-driven."""

RESAMPLES = 20
"""Resamples behind a box that a ledger names; `discover` takes more."""

MODEL_WORDS = {
    WORLD: "the world",
    "m1": "the main model",
    "r1": "rival 1",
    "r2": "rival 2",
    "n0": "null 0",
    "n1": "null 1",
}
"""What models are called in a finding."""

RULE_WORDS = {
    "ratio_at_most": "at most {x} times that under {than}",
    "ratio_at_least": "at least {x} times that under {than}",
    "lower_by": "lower by at least {x} than under {than}",
    "higher_by": "higher by at least {x} than under {than}",
    "within_months": "at most {x}, and not so under {than}",
    "at_most": "at most {x}",
    "at_least": "at least {x}",
}
"""Rules in words."""


class Ask(NamedTuple):
    """One reading to be asked of some models."""

    path: Path
    reading: Reading
    models: tuple[str, ...]
    kind: str
    parameter: str | None = None
    side: str = "high"


@dataclass(frozen=True)
class Told:
    """What the models say of one reading: in all futures, on the side of a parameter and elsewhere, and boxes."""

    reading: Reading
    answers: dict[str, Answer]
    inside: dict[str, Answer]
    outside: dict[str, Answer]
    boxes: tuple[str, ...]
    start: str
    until: str
    untold: str = ""
    """The input that moves the outcome of the world most, where the record has hardly narrowed it."""


def asks_of(claims: Sequence[Claim]) -> list[Ask]:
    """Every reading of the claims that needs futures."""
    return [ask for claim in claims for ask in _asks((claim.id,), claim.test)]


def _asks(path: Path, test: ClaimTest) -> Iterator[Ask]:
    if isinstance(test, Compound):
        for part in test.parts:
            yield from _asks((*path, part.name), part.test)
    elif isinstance(test, Condition):
        for reading in test.readings:
            yield Ask((*path, reading.name), reading, test.models, test.kind)
    elif isinstance(test, Tension):
        path = (*path, test.reading.name)
        yield Ask(path, test.reading, test.models, "tension", test.parameter, test.side)


def told_by_futures(
    case: Case, asks: Sequence[Ask], options: Options, structural_draws: int, progress: Progress
) -> tuple[dict[Path, Told], list[Asked]]:
    """What the models say of every reading, and the runs behind it; readings of the same months share a run."""
    for ask in asks:
        for model in ask.models:
            metric_about(case, ask.reading.metric, model)
    found: dict[Path, Told] = {}
    runs: list[Asked] = []
    for occasion, readings in occasions(case, [ask.reading for ask in asks]).items():
        here = [ask for ask in asks if any(ask.reading is reading for reading in readings)]
        models = tuple(dict.fromkeys(model for ask in here for model in ask.models))
        progress.stage(f"asking {len(here)} readings from {occasion.start}", None)
        for model, futures, asked in futures_by_model(
            case, occasion, models, options, structural_draws, progress
        ):
            runs.append(asked)
            for ask in here:
                if model in ask.models:
                    told = found.setdefault(
                        ask.path,
                        Told(ask.reading, {}, {}, {}, (), str(futures.start), str(futures.until)),
                    )
                    told = _with(told, ask, model, futures, case, options.seed)
                    if model == WORLD:
                        told = replace(told, untold=_untold(asked, futures, ask.reading))
                    found[ask.path] = told
    return found, runs


def _with(told: Told, ask: Ask, model: str, futures: Futures, case: Case, seed: int) -> Told:
    """What was told so far and what one model adds to it."""
    _, _, censored = metric_about(case, ask.reading.metric, model)
    held, known = holding(futures, ask.reading, censored)
    ending = model != WORLD
    turns = turning_point(futures, ask.reading, censored, known)
    most = _most_by_any_month(futures, ask.reading, known)
    answer = answer_of(held, known, futures.groups, turns, by_draw=ending, most=most)
    answer = replace(
        answer,
        other_way=_other_way(futures, ask.reading, censored, known),
        reached=_reached(futures, ask.reading, censored, known),
    )
    answers = {**told.answers, model: answer}
    inside, outside = dict(told.inside), dict(told.outside)
    if ask.parameter is not None:
        where = _side(futures, ask.parameter, ask.side, model)
        if where is not None:
            inside[model] = answer_of(held, known & where, futures.groups, None, by_draw=ending)
            outside[model] = answer_of(held, known & ~where, futures.groups, None, by_draw=ending)
    boxes = told.boxes
    if ask.kind == "condition" and ask.reading.name == "as_said" and model not in NULLS:
        boxes += _boxes(case, model, futures, ask.reading, held, known, seed)
    return replace(told, answers=answers, inside=inside, outside=outside, boxes=boxes)


def _untold(asked: Asked, futures: Futures, reading: Reading) -> str:
    """Label of the input whose ranks go with the margin most, if its prior is nearly all that is known; else empty."""
    names, rows = inputs_that_matter(futures, reading)
    value, other = (
        futures.outcome(reading.metric, reading.policy),
        futures.outcome(reading.metric, reading.than),
    )
    with np.errstate(invalid="ignore"):
        margin = value if reading.policy == reading.than else value - other
    fine = np.isfinite(margin)
    if fine.sum() < FEWEST or np.ptp(margin[fine]) == 0.0:
        return ""
    ranks = [np.argsort(np.argsort(row[fine])).astype(float) for row in (margin, *rows)]
    moved = np.array([abs(np.corrcoef(ranks[0], each)[0, 1]) for each in ranks[1:]])
    top = names[int(np.argmax(moved))]
    known = known_of(asked, [top], rows[[int(np.argmax(moved))]])[top]
    if known.spread_left is None or known.spread_left <= UNTOLD_SPREAD:
        return ""
    parameter = asked.case.parameters.get(top) or asked.case.bargaining[top]
    return parameter.label


def _side(futures: Futures, parameter: str, side: str, model: str) -> NDArray[np.bool_] | None:
    """Futures with a parameter on one side of its median; None where the model does not read it."""
    from ripeness.ensemble.no_deal import GROUPS

    if parameter not in futures.names or parameter not in GROUPS.get(model, ()):
        return None
    row = futures.inputs[futures.names.index(parameter)]
    above = row > np.median(row)
    return np.asarray(above if side == "high" else ~above, dtype=bool)


def turning_point(
    futures: Futures, reading: Reading, censored: bool, known: NDArray[np.bool_]
) -> float | None:
    """The threshold at which the reading would hold in half of the futures; None where the rule has none."""
    if not known.any() or reading.rule == "within_months":
        return None
    value = futures.outcome(reading.metric, reading.policy)[known]
    other = futures.outcome(reading.metric, reading.than)[known]
    if censored:
        never = futures.until - futures.start + 2.0
        value, other = np.minimum(value, never), np.minimum(other, never)
    if reading.rule.startswith("ratio"):
        if (other == 0.0).any():
            return None
        margin = value / other
    else:
        margin = {
            "lower_by": other - value,
            "higher_by": value - other,
            "at_most": value,
            "at_least": value,
        }[reading.rule]
    return float(np.median(margin))


def _other_way(futures: Futures, reading: Reading, censored: bool, known: NDArray[np.bool_]) -> float | None:
    """Share of futures with as large a difference the other way; None where the rule is about no difference."""
    if reading.rule not in ("lower_by", "higher_by") or not known.any():
        return None
    swapped = replace(reading, policy=reading.than, than=reading.policy)
    return float(holding(futures, swapped, censored)[0][known].mean())


def _reached(futures: Futures, reading: Reading, censored: bool, known: NDArray[np.bool_]) -> float | None:
    """Share of futures in which what is timed comes at all; None where nothing is timed."""
    if not censored or not known.any():
        return None
    return float(np.isfinite(futures.outcome(reading.metric, reading.policy)[known]).mean())


def _most_by_any_month(futures: Futures, reading: Reading, known: NDArray[np.bool_]) -> float | None:
    """The largest share of futures in which a value is reached by some month and not otherwise."""
    if reading.rule != "within_months" or not known.any():
        return None
    value = futures.outcome(reading.metric, reading.policy)[known]
    other = futures.outcome(reading.metric, reading.than)[known]
    months = range(1, futures.until - futures.start + 2)
    return max(float(((value <= month) & ~(other <= month)).mean()) for month in months)


def _boxes(
    case: Case,
    model: str,
    futures: Futures,
    reading: Reading,
    held: NDArray[np.bool_],
    known: NDArray[np.bool_],
    seed: int,
) -> tuple[str, ...]:
    """The first box of inputs in which the claim holds, in words; none where there is no stable one."""
    from ripeness.analysis.discovery import discover as find_boxes

    names, rows = inputs_that_matter(futures, reading)
    if not known.any():
        return ()
    found = find_boxes(
        rows[:, known], held[known], groups=futures.groups[known], resamples=RESAMPLES, seed=seed
    )
    if not found.boxes:
        return ()
    box = found.boxes[0].box
    words = []
    for row in box.limited:
        parameter = case.parameters.get(names[int(row)]) or case.bargaining[names[int(row)]]
        about = {
            "label": parameter.label,
            "unit": "" if parameter.unit == "none" else parameter.unit,
            "identification": parameter.identification,
        }
        low, high = float(box.lower[int(row)]), float(box.upper[int(row)])
        ends = [low if np.isfinite(low) else None, high if np.isfinite(high) else None]
        words.append(condition_words(names[int(row)], about, *ends))
    return (
        f"in {MODEL_WORDS[model]}, {' and '.join(words)}: it holds in {percent(box.density)} of 100 futures there",
    )


def finding_of(case: Case, told: Told) -> Finding:
    """One reading on futures as a finding."""
    reading = told.reading
    model = next(iter(told.answers))
    label, unit, _ = metric_about(case, reading.metric, model)
    rule = RULE_WORDS[reading.rule].format(x=f"{reading.value:g}", than=_titled(case, reading.than))
    said = [
        f"{percent(each.share)} ({percent(each.low)} to {percent(each.high)}) of 100 in {MODEL_WORDS[name]}"
        + _ways(each)
        for name, each in told.answers.items()
        if each.says != "none"
    ]
    about = label[0].lower() + label[1:]
    what = f"under {_titled(case, reading.policy)}, {told.start} to {told.until}, {about} {rule}"
    flips = [
        turn
        for name, each in told.answers.items()
        if name not in NULLS and (turn := _turn(reading, each, MODEL_WORDS[name]))
    ]
    lone = [name for name, each in told.answers.items() if each.says != "none" and name not in NULLS]
    remarks = []
    if told.untold:
        remarks.append(
            f"prior-driven: most of the spread goes with an input that the record hardly tells: {told.untold}"
        )
    if any(name != WORLD for name in lone):
        remarks.append("prior-driven: the record says little of the constants of bargaining")
    reached = [
        f"{percent(each.reached)} of 100 in {MODEL_WORDS[name]}"
        for name, each in told.answers.items()
        if each.reached is not None and name not in NULLS
    ]
    if reached:
        remarks.append(f"it comes at all by {told.until} in {', '.join(reached)}")
    if len(lone) == 1 and lone[0] != WORLD:
        remarks.append(f"only {MODEL_WORDS[lone[0]]} can answer")
    return Finding(
        f"{what}: so in {', '.join(said)}" if said else f"{what}: no model can answer",
        label=what,
        unit=unit,
        flips=(*told.boxes, *flips),
        models=told.answers,
        remarks=tuple(remarks),
        as_of=str(case.data_until),
    )


def _titled(case: Case, policy: str) -> str:
    """A policy by the title that people read."""
    found = case.policies.get(policy)
    return f"“{policy.replace('_', ' ') if found is None else found.title}”"


def _ways(answer: Answer) -> str:
    """How often the difference is as large the other way, and how often there is none of that size."""
    if answer.other_way is None or answer.neither is None:
        return ""
    return f" (the other way in {percent(answer.other_way)}, neither in {percent(answer.neither)})"


def _turn(reading: Reading, answer: Answer, model: str) -> str:
    """What would turn one model; empty where nothing that can be computed does."""
    if answer.most is not None:
        never = f"at no number of months does it hold in more than {percent(answer.most)} of 100"
        return f"{model} held in half of its futures; {never}"
    if answer.turns_at is None or not np.isfinite(answer.turns_at):
        return ""
    if answer.turns_at == 0.0 and reading.rule in ("lower_by", "higher_by"):
        return f"the two policies differed in the middle future of {model}; they do not"
    turn = number(answer.turns_at, decimals_for([answer.turns_at]))
    return f"the threshold were {turn} in place of {reading.value:g} ({model} is even there)"


def record_of_answer(answer: Answer) -> dict[str, Any]:
    """An answer as plain values."""
    return {
        "share": answer.share,
        "low": answer.low,
        "high": answer.high,
        "futures": answer.futures,
        "says": answer.says,
        "turns_at": answer.turns_at,
        "other_way": answer.other_way,
        "neither": answer.neither,
        "reached": answer.reached,
    }
