"""What would have to be true: boxes of inputs in which a claim, or one policy's lead over another, holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.analysis.cart import TreeBoxes, agreement, tree_boxes
from ripeness.analysis.discovery import Discovery, FoundBox
from ripeness.analysis.discovery import discover as find_boxes
from ripeness.analysis.prim import MIN_MASS, UPPER, Box, Floats, Table
from ripeness.api.bargained import Bargaining
from ripeness.api.conditions import (
    ENDINGS,
    Known,
    futures_by_model,
    holding,
    inputs_that_matter,
    known_of,
    last_month,
    metric_about,
    occasions,
)
from ripeness.api.judging import finite, hashed
from ripeness.api.progress import Progress, told
from ripeness.api.results import Answer, run_block
from ripeness.api.simulation import Asked, Options, When, month
from ripeness.base import RipenessError, suggestion
from ripeness.case import REFERENCE, WORLD, Claim, Condition, Reading, condition_in, load
from ripeness.ensemble.metrics import metrics_of, objectives_of
from ripeness.report.discovery import (
    box_sentence,
    condition,
    discovery_sentences,
    discovery_tables,
    no_box_sentence,
)

if TYPE_CHECKING:
    from ripeness.case import Case
    from ripeness.ensemble.futures import Futures

MEMBERS = 4096
"""Futures, unless asked otherwise: conditions are looked for among the few in which a claim holds."""

DRAWS = 128
"""Structural draws, unless asked otherwise."""

UNTOLD_SPREAD, UNTOLD_MOVE = 0.9, 0.5
"""An input with more of its prior spread left, and a median moved by fewer prior standard deviations, is prior-driven
in this run, whatever its file hopes."""


@dataclass(frozen=True, repr=False, eq=False)
class DiscoveryAnswer(Answer):
    """The answer of a discovery; saving it draws its charts."""

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the document, the tables and, for every trajectory, a chart (SVG and PNG); returns the files."""
        from ripeness.report.discovery_charts import save_discovery_charts

        files = super().save(folder)
        try:
            return (*files, *save_discovery_charts(self.document, Path(folder)))
        except OSError as cause:
            raise RipenessError(
                f"cannot write to {folder}: {cause.strerror}", "choose another folder"
            ) from cause


def discover(
    case: str | Path | Case = "ukraine",
    *,
    claim: str | None = None,
    better: str | None = None,
    than: str | None = None,
    metric: str | None = None,
    by_at_least: float = 0.0,
    sense: str | None = None,
    models: Sequence[str] | str | None = None,
    readings: str = "first",
    start: When = None,
    until: When = None,
    members: int = MEMBERS,
    structural_draws: int = DRAWS,
    min_mass: float = MIN_MASS,
    resamples: int = 50,
    seed: int = 1,
    prior: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> DiscoveryAnswer:
    """Boxes of inputs in which a claim of the case holds, or in which one policy is better than another.

    Args:
        case: name of a shipped case, or a folder.
        claim: id of a claim of the case with a test of kind `condition`.
        better: policy asked about, in place of a claim.
        than: policy that it is held against; `as_enacted` by default.
        metric: metric by which it is better, of the world or, with a model of endings, of the war's end.
        by_at_least: by how much, in the metric's unit; any lead by default.
        sense: `lower` or `higher`, where the metric has none of its own.
        models: `world`, `m1`, `r1`, `r2`, `n0`, `n1`; those of the claim, or the one that has the metric.
        readings: `first`, the claim as it stands; `all`, its alternatives too; or the name of one.
        start: month from which policies act, for a question without a claim.
        until: last month, for a question without a claim.
        members: number of futures.
        structural_draws: draws of the bargaining constants for which the game is solved.
        min_mass: least share of all futures that a box holds.
        resamples: resamples behind stability.
        seed: counter of the random numbers.
        prior: draw parameters from the priors even where the case ships a posterior.
        threads: threads; all cores by default. No number depends on it.
        progress: listener of progress.

    Raises:
        RipenessError: an option or the case is at fault.
    """
    options = Options(members, seed, prior, threads=threads)
    Bargaining(structural_draws)
    if not 0.0 < min_mass < 0.5 or resamples < 10:
        raise RipenessError(
            f"min_mass is {min_mass}, resamples {resamples}",
            "choose a mass under 0.5, and 10 resamples or more",
        )
    loaded = load(case) if isinstance(case, str | Path) else case
    said: Claim | None = None
    if claim is not None:
        said, test = _claim(loaded, claim)
        if better is not None or metric is not None:
            raise RipenessError("a claim says itself what is compared", "leave out --better and --metric")
        asked_for = _chosen_readings(said, test, readings)
        chosen = _models(models) or test.models
        question, subject = test.question, f"{said.id} in {loaded.name}"
    else:
        one, own = _own_reading(
            loaded, better, than, metric, by_at_least, sense, start, until, _models(models)
        )
        asked_for, chosen = (one,), own
        question, subject = one.judgment, f"{one.policy} over {one.than} in {loaded.name}"
    for model in chosen:
        for reading in asked_for:
            metric_about(loaded, reading.metric, model)
    what = "this" if said is None else "the claim"
    answers: list[dict[str, Any]] = []
    runs: list[Asked] = []
    with told(progress) as heard:
        for occasion, here in occasions(loaded, asked_for).items():
            for model, futures, asked in futures_by_model(
                loaded, occasion, chosen, options, structural_draws, heard
            ):
                runs.append(asked)
                heard.stage(f"looking for boxes under {model}", len(here))
                for reading in here:
                    answers.append(_answer(futures, asked, reading, model, what, min_mass, resamples, seed))
                    heard.advance()
    order = [reading.name for reading in asked_for]
    answers.sort(key=lambda each: (order.index(each["reading"]), list(chosen).index(each["model"])))
    document = {
        "schema": "ripeness/discover/1",
        "run": _run(loaded, runs, options, structural_draws, asked_for, min_mass, resamples),
        "question": question,
        "subject": subject,
        "claim": None if said is None else {"id": said.id, "sentence": said.sentence, "type": said.type},
        "readings": {reading.name: _said_of(loaded, reading) for reading in asked_for},
        "boxes": [
            {"model": each["model"], **box}
            for each in answers
            if each["reading"] == order[0]
            for box in each["boxes"]
        ],
        "answers": answers,
        "draws": runs[0].draws.as_record(),
    }
    document = finite(document)
    return DiscoveryAnswer(
        document,
        f"{subject}: what would have to be true",
        tuple(_rows(answers)),
        discovery_tables,
        (*discovery_sentences(document), runs[0].draws.in_words),
    )


def _claim(case: Case, name: str) -> tuple[Claim, Condition]:
    tests = {key: test for key, each in case.claims.items() if (test := condition_in(each.test)) is not None}
    if name not in case.claims:
        raise RipenessError(f"case {case.name} has no claim {name!r}", suggestion(name, list(tests), "claim"))
    if name not in tests:
        raise RipenessError(f"claim {name} has no test on futures", suggestion(name, list(tests), "claim"))
    return case.claims[name], tests[name]


def _chosen_readings(claim: Claim, test: Condition, named: str) -> tuple[Reading, ...]:
    known = {reading.name: reading for reading in test.readings}
    if named == "all":
        return test.readings
    if named == "first":
        return test.readings[:1]
    if named not in known:
        raise RipenessError(
            f"claim {claim.id} has no reading {named!r}",
            suggestion(named, [*known, "first", "all"], "reading"),
        )
    return (known[named],)


def _models(said: Sequence[str] | str | None) -> tuple[str, ...]:
    if said is None:
        return ()
    names = [name.strip() for name in said.split(",")] if isinstance(said, str) else list(said)
    known = (WORLD, "m1", "r1", "r2", "n0", "n1")
    for name in names:
        if name not in known:
            raise RipenessError(f"there is no model {name!r}", suggestion(name, known, "model"))
    return tuple(dict.fromkeys(names))


def _own_reading(
    case: Case,
    better: str | None,
    than: str | None,
    metric: str | None,
    by_at_least: float,
    sense: str | None,
    start: When,
    until: When,
    models: tuple[str, ...],
) -> tuple[Reading, tuple[str, ...]]:
    """The question of two policies and a metric as a reading, and the models that can answer it."""
    if better is None or metric is None:
        raise RipenessError(
            "nothing is asked", "write --claim ID, or --better POLICY --than POLICY --metric METRIC"
        )
    if by_at_least < 0.0:
        raise RipenessError(f"by_at_least is {by_at_least}", "give 0 or more, in the metric's unit")
    than = than or REFERENCE
    for name in (better, than):
        if name not in case.policies:
            raise RipenessError(
                f"case {case.name} has no policy {name!r}", suggestion(name, sorted(case.policies), "policy")
            )
    if better == than:
        raise RipenessError(f"{better} is held against itself", "name two policies")
    of_world = metric in {each.name for each in metrics_of(case.program)}
    if not models:
        models = (WORLD,) if of_world or metric not in ENDINGS else ("m1", "r1", "r2")
    label, unit, _ = metric_about(case, metric, models[0])
    senses = {each.metric: each.sense for each in objectives_of(case.program)}
    senses |= {name: each.sense for name, each in ENDINGS.items() if each.sense is not None}
    wanted = sense or senses.get(metric)
    if wanted not in ("lower", "higher"):
        raise RipenessError(
            f"{metric} is neither good nor bad by itself",
            "say which counts as better: --sense lower or higher",
        )
    begins, ends = month(start, "start"), month(until, "until")
    first = begins or case.policies[better].start or case.default_start or case.data_until + 1
    months = None if ends is None else ends - first + 1
    if months is not None and months < 1:
        raise RipenessError(f"until {ends} lies before the start {first}", "choose a later month")
    least = max(by_at_least, float(np.finfo(np.float32).tiny))  # a tie is no lead
    lead = f" by at least {by_at_least:g} {unit}" if by_at_least else ""
    question = (
        f"Where does {better} have a {wanted} value than {than}{lead} of: {label[0].lower() + label[1:]}?"
    )
    reading = Reading(
        "asked",
        better,
        than,
        first,
        months,
        metric,
        "lower_by" if wanted == "lower" else "higher_by",
        least,
        question,
    )
    return reading, models


def _answer(
    futures: Futures,
    asked: Asked,
    reading: Reading,
    model: str,
    what: str,
    min_mass: float,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    _, _, censored = metric_about(asked.case, reading.metric, model)
    held, known = holding(futures, reading, censored)
    names, rows = inputs_that_matter(futures, reading)
    head = {"reading": reading.name, "model": model, "start": str(futures.start), "until": str(futures.until)}
    nothing: dict[str, Any] = {"boxes": [], "cart": None, "trajectory": [], "tried": None, "again": []}
    if not known.any():
        answer = {**head, "futures": 0, "groups": 0, "base_rate": None, "reason": "unanswered", **nothing}
        return {**answer, "in_words": no_box_sentence(model, answer, what)}
    held, rows, groups = held[known], rows[:, known], futures.groups[known]
    known_inputs = known_of(asked, names, rows)
    found = find_boxes(rows, held, groups=groups, min_mass=min_mass, resamples=resamples, seed=seed)
    failing = None
    if found.base_rate > 0.5:
        failing = find_boxes(rows, ~held, groups=groups, min_mass=min_mass, resamples=resamples, seed=seed)
    about = _About(asked.case, names, rows, known_inputs, what)
    boxes = [
        about.box(model, each, of, at == 0)
        for of, result in (("holds", found), ("fails", failing))
        for at, each in enumerate(result.boxes if result is not None else ())
    ]
    answer = {
        **head,
        "futures": found.futures,
        "groups": found.groups,
        "design_effect": found.design_effect,
        "base_rate": found.base_rate,
        "reason": found.reason,
        "boxes": boxes,
        "tried": None if found.tried is None else about.tried(found),
        "densest": None if found.densest is None else _step(found.densest),
        "trajectory": [_step(box) for box in found.trajectory],
        "cart": _cart(rows, held, found, names),
    }
    words = [box["in_words"] for box in boxes] or [no_box_sentence(model, answer, what)]
    return {**answer, "in_words": " ".join(words)}


@dataclass(frozen=True)
class _About:
    """Names, rows and knowledge of inputs, from which boxes are put into words."""

    case: Case
    names: tuple[str, ...]
    rows: Floats
    known: Mapping[str, Known]
    what: str

    def input(self, row: int) -> dict[str, Any]:
        name = self.names[row]
        parameter = self.case.parameters.get(name) or self.case.bargaining[name]
        left, moved = self.known[name]
        identification = parameter.identification
        if left is None or moved is None or (left > UNTOLD_SPREAD and moved < UNTOLD_MOVE):
            identification = "prior-driven"
        return {
            "parameter": name,
            "label": parameter.label,
            "unit": "" if parameter.unit == "none" else parameter.unit,
            "identification": identification,
            "spread_left": left,
            "moved": moved,
        }

    def box(self, model: str, found: FoundBox, of: str, first: bool) -> dict[str, Any]:
        box = found.box
        limits = {self.names[j]: _limits(box, int(j)) for j in box.limited}
        inputs = [self.input(int(j)) for j in box.limited]
        conditions = [
            {**each, "in_words": condition(each["parameter"], each, *limits[each["parameter"]])}
            for each in inputs
        ]
        density, elsewhere = found.box.density, found.elsewhere
        said = {
            "coverage": box.coverage,
            "density": density,
            "mass": box.mass,
            "limits": limits,
            "of": of,
            "elsewhere": elsewhere,
            "held_out": found.held_out,
            "held_out_gain": found.held_out_gain,
            "stability": min(limit.again for limit in found.limits),
            "prior_driven": float(
                np.mean([1.0 if each["spread_left"] is None else each["spread_left"] for each in inputs])
            ),
            "conditions": conditions,
            "limits_found": [
                {
                    **self.input(limit.input),
                    "side": "upper" if limit.side == UPPER else "lower",
                    "value": limit.value,
                    "quasi_p": limit.quasi_p,
                    "again": limit.again,
                    "spread": list(limit.spread),
                }
                for limit in found.limits
            ],
            "ranges": [
                {
                    "label": each["label"],
                    "unit": each["unit"],
                    "low": limits[each["parameter"]][0],
                    "high": limits[each["parameter"]][1],
                    "range": [float(self.rows[j].min()), float(self.rows[j].max())],
                }
                for j, each in zip(box.limited, inputs, strict=True)
            ],
        }
        return {**said, "in_words": box_sentence(model, said, first, self.what)}

    def tried(self, found: Discovery) -> dict[str, Any]:
        """The box that the rule took, stable or not, with how often each of its sides came back."""
        assert found.tried is not None
        return {
            **_step(found.tried),
            "limits": {self.names[j]: _limits(found.tried, int(j)) for j in found.tried.limited},
            "again": {
                f"{self.names[j]} {'upper' if side == UPPER else 'lower'}": float(found.again[j, side])
                for j, side in found.tried.sides
            },
        }


def _limits(box: Box, row: int) -> list[float | None]:
    low, high = float(box.lower[row]), float(box.upper[row])
    return [low if np.isfinite(low) else None, high if np.isfinite(high) else None]


def _step(box: Box) -> dict[str, Any]:
    return {"coverage": box.coverage, "density": box.density, "mass": box.mass, "inputs": len(box.limited)}


def _cart(rows: Floats, held: Any, found: Discovery, names: Sequence[str]) -> dict[str, Any] | None:
    """The boxes of a tree and how they agree with those found; None where no box is looked for or no tree can grow."""
    if found.reason in ("nowhere", "everywhere", "too_few"):
        return None
    table = Table.of(rows, held)
    try:
        tree: TreeBoxes = tree_boxes(table)
    except RipenessError:
        return None  # scikit-learn is an extra: without it there is no second opinion
    same = agreement(table, [each.box for each in found.boxes], tree.boxes)
    return {
        "coverage": tree.coverage,
        "density": tree.density,
        "mass": tree.mass,
        "boxes": [
            {**_step(box), "limits": {names[j]: _limits(box, int(j)) for j in box.limited}}
            for box in tree.boxes
        ],
        "overlap": same.overlap if found.boxes else None,
        "shared_inputs": [names[j] for j in same.shared],
        "only_in_boxes": [names[j] for j in same.only_first],
        "only_in_tree": [names[j] for j in same.only_second],
    }


def _said_of(case: Case, reading: Reading) -> dict[str, Any]:
    start = reading.start or case.default_start or case.data_until + 1
    return {
        "policy": reading.policy,
        "than": reading.than,
        "start": str(start),
        "until": str(last_month(case, replace(reading, start=start)) or case.last_month),
        "metric": reading.metric,
        "rule": reading.rule,
        "value": reading.value,
        "judgment": reading.judgment,
    }


def _run(
    case: Case,
    runs: Sequence[Asked],
    options: Options,
    structural_draws: int,
    readings: Sequence[Reading],
    min_mass: float,
    resamples: int,
) -> dict[str, Any]:
    policies = {policy.name: policy.hash for asked in runs for policy in asked.policies}
    block = run_block(
        case=case.name,
        case_hash=case.content_hash,
        policy_hashes=dict(sorted(policies.items())),
        data_as_of=str(case.data_until),
        seed=options.seed,
        members=options.members,
        mode="forecast",
        start=str(min(asked.question.start for asked in runs)),
        until=str(max(asked.question.until for asked in runs)),
    )
    more = {
        "structural_draws": structural_draws,
        "readings": [_said_of(case, reading) for reading in readings],
        "draws": runs[0].draws.hash,
        "prior": options.prior,
        "min_mass": min_mass,
        "resamples": resamples,
    }
    return hashed(block, more)


def _rows(answers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One flat record a box, or an answer without one."""
    rows = []
    for answer in answers:
        head = {key: answer[key] for key in ("reading", "model", "futures", "base_rate", "reason")}
        for box in answer["boxes"] or [None]:
            numbers = (
                "coverage",
                "density",
                "mass",
                "elsewhere",
                "held_out",
                "stability",
                "prior_driven",
                "limits",
            )
            rows.append({**head, **{key: None if box is None else box[key] for key in numbers}})
    return rows
