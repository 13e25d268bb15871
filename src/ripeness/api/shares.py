"""Shares of variance as a document says them: by metric, view and factor, with what is driven by a prior named so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis import Effects, Indices, decide, shapley_effects, sobol_indices
from ripeness.analysis.surfaces import explained_alone
from ripeness.api.subjects import FutureTable, Subject, interval, plain
from ripeness.ensemble.designs import Design, Values

if TYPE_CHECKING:
    from ripeness.case import Case

Floats = NDArray[np.float64]

FUTURES_AN_INPUT = 8
"""Independent futures that an input needs to have a Shapley effect of its own."""

NARROWED = 0.8
"""Above this share of its prior spread an input is called driven by its prior."""

REST = "rest"
"""What the inputs leave unexplained of an outcome."""


def on_matrices(
    subject: Subject, values: Values, policy: int, than: int
) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Each view of a subject on A, B, (N,), and on AB, (factors, N)."""
    a, b = (subject.views(each, policy, than) for each in (values.a, values.b))
    ab = [subject.views(each, policy, than) for each in values.ab]
    return {view: (a[view], b[view], np.stack([each[view] for each in ab])) for view in a}


def strongest(table: FutureTable, subjects: Sequence[Subject], names: Sequence[str], count: int) -> list[str]:
    """The inputs that explain most of any difference by themselves, as many as the evidence carries."""
    gaps, inputs = _by_evidence(
        table, np.stack([table.views(subject)["difference"] for subject in subjects]), names
    )
    alone = np.round(explained_alone(inputs, gaps).max(axis=1), 9)
    order = np.argsort(-alone, kind="stable")[: max(count, 1)]
    return [names[i] for i in sorted(order)]


def shares_document(
    subjects: Sequence[Subject],
    table: FutureTable,
    names: Sequence[str],
    design: Design | None,
    values: Mapping[str, Values],
    places: tuple[int, int],
    seed: int,
) -> dict[str, Any]:
    """By metric: its views with Sobol indices (of a designed sample, where there is one) and Shapley effects.

    places: of the two policies in the designed values.
    """
    views = {subject.name: table.views(subject) for subject in subjects}
    keys = [(name, view) for name, found in views.items() for view in found]
    outcomes, inputs = _by_evidence(table, np.stack([views[name][view] for name, view in keys]), names)
    effects = shapley_effects(inputs, outcomes, None if table.grouped else table.groups, seed=seed)
    document: dict[str, Any] = {}
    for subject in subjects:
        on = {} if design is None else on_matrices(subject, values[subject.name], *places)
        entry: dict[str, Any] = {
            "label": subject.label,
            "unit": subject.unit,
            "of_endings": subject.of_endings,
            "sense": subject.sense,
            "judgment": subject.judgment,
            "independent_futures": effects.groups,
        }
        for view, drawn in views[subject.name].items():
            at = keys.index((subject.name, view))
            sobol = sobol_indices(*on[view], seed=seed) if on else None
            entry[view] = _view(drawn, outcomes[at], sobol, design, effects, at, names, subject.unit)
            entry[view]["noise_share"] = _noise(drawn, outcomes[at], table) if table.grouped else None
        if subject.sense is not None:
            entry["criteria"] = _criteria(table, subject)
        document[subject.name] = entry
    return document


def inputs_document(case: Case, table: FutureTable, names: Sequence[str], fitted: bool) -> dict[str, Any]:
    """What is known of each input: its label, how the record identifies it, and how much prior spread is left."""
    found = {}
    for name in names:
        about = case.bargaining[name] if name in case.bargaining else case.parameters[name]
        prior_sd = float(about.prior.sd)
        sd = float(table.rows([name]).std())
        left = sd / prior_sd if fitted and prior_sd > 0.0 else None
        found[name] = {
            "label": about.label,
            "unit": about.unit,
            "block": about.block,
            "identification": about.identification,
            "quality": about.quality,
            "prior_sd": plain(prior_sd),
            "sd": plain(sd),
            "spread_left": left,
            "driven_by_prior": left is None or left > NARROWED or about.identification == "prior-driven",
        }
    return found


def say_prior_driven(metric: dict[str, Any], inputs: Mapping[str, Any]) -> None:
    """Put `prior_driven` into every view: mean spread left of its inputs, weighted by their Shapley effects."""
    for entry in metric.values():
        for view in entry.values():
            if not isinstance(view, dict) or "shapley" not in view:
                continue
            weights, left = [], []
            for name, share in view["shapley"].items():
                if name in inputs and share["value"] is not None and inputs[name]["spread_left"] is not None:
                    weights.append(max(share["value"], 0.0))
                    left.append(min(inputs[name]["spread_left"], 1.0))
            whole = sum(weights)
            view["prior_driven"] = float(np.dot(weights, left) / whole) if whole > 0.0 else None


def _by_evidence(table: FutureTable, outcomes: Floats, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Outcomes (m, n) and inputs (d, n); means over each group where groups are what differs in the inputs."""
    inputs = table.rows(names)
    if not table.grouped:
        return outcomes, inputs
    place = np.unique(table.groups, return_inverse=True)[1]
    size = np.bincount(place)
    means = np.stack([np.bincount(place, weights=row) / size for row in outcomes])
    first = np.unique(place, return_index=True)[1]
    return means, inputs[:, first]


def _view(
    drawn: Floats,
    outcome: Floats,
    sobol: Indices | None,
    design: Design | None,
    effects: Effects,
    at: int,
    names: Sequence[str],
    unit: str,
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "unit": unit,
        "mean": float(drawn.mean()),
        "sd": float(outcome.std()),
        "first": {},
        "total": {},
        "interactions": None,
        "spread_ratio": None,
    }
    if sobol is not None and design is not None:
        for key, found in (("first", sobol.first), ("total", sobol.total)):
            document[key] = {
                factor: interval(*each)
                for factor, *each in zip(design.factors, found.value, found.low, found.high, strict=True)
            }
        document["interactions"] = plain(sobol.interactions)
        if outcome.std() > 0.0:
            document["spread_ratio"] = float(np.sqrt(sobol.variance) / outcome.std())
    low, high = effects.low[:, at], effects.high[:, at]
    document["shapley"] = {
        name: interval(*each) for name, *each in zip(names, effects.value[:, at], low, high, strict=True)
    }
    rest, error = effects.rest[at], effects.rest_error[at]
    document["shapley"][REST] = interval(rest, *(rest + side * 1.645 * error for side in (-1.0, 1.0)))
    return document


def _noise(drawn: Floats, means: Floats, table: FutureTable) -> float | None:
    """Share of the variance of group means that is there only because a group has so few futures."""
    if means.std() == 0.0:
        return None
    place = np.unique(table.groups, return_inverse=True)[1]
    size = np.bincount(place)
    within = np.bincount(place, weights=(drawn - means[place]) ** 2) / np.maximum(size - 1, 1)
    return float(min((within / size).mean() / means.var(), 1.0))


def _criteria(table: FutureTable, subject: Subject) -> dict[str, str]:
    """Which of the two policies each criterion takes on this aim alone, both where equal; criteria may disagree."""
    payoff = table.payoff(subject.name, table.pair)
    middle = float(np.median(payoff))
    found = decide(payoff, middle, subject.sense or "higher").choices
    return {criterion: " and ".join(table.pair[at] for at in chosen) for criterion, chosen in found.items()}
