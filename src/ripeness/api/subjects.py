"""What a sensitivity is of: metrics under two policies, their difference, and regret where somebody has an aim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ripeness.api.comparison import HEADLINES, chosen_objectives
from ripeness.base import RipenessError, suggestion
from ripeness.case import REFERENCE, as_program
from ripeness.ensemble.endings import END_METRICS
from ripeness.ensemble.metrics import Metric, Objective, metrics_of
from ripeness.flow import records_of

if TYPE_CHECKING:
    from ripeness.case import Case

Floats = NDArray[np.float64]

MONEY, MONEY_AND_WAR = "money_chain", "money_and_war"

FAVOURED = ("simultaneous", "sequential")
"""The two orders of talks and pressure, compared where a case has both and nothing is named."""

VIEWS = ("difference", "regret_policy", "regret_than", "policy", "than")
"""What is looked at of a metric, most telling first."""


@dataclass(frozen=True)
class Subject:
    """A metric: of the world (its months counted from the start) or of an ending under the main model."""

    name: str
    label: str
    unit: str
    of_endings: bool
    sense: str | None
    judgment: str
    censored: bool
    metric: Metric | None = None

    def comparable(self, values: Floats, months: int) -> Floats:
        """Values with what was not reached in so many months counted as one month after them."""
        return np.minimum(values, months + 1.0) if self.censored else values

    def views(self, values: Floats, policy: int, than: int) -> dict[str, Floats]:
        """Every view (n,) of values (NP, n), comparable; regret is among the two policies, where there is an aim."""
        one, other = values[policy], values[than]
        found = {"difference": one - other}
        if self.sense is not None:
            short = one - other if self.sense == "lower" else other - one
            found |= {"regret_policy": np.maximum(short, 0.0), "regret_than": np.maximum(-short, 0.0)}
        return found | {"policy": one, "than": other}


@dataclass(frozen=True)
class FutureTable:
    """Futures as drawn, of the world or of endings: what shares and worth are made of.

    pair: the two policies. order: all policies of the values, those begun late under names of their own. names, inputs
    (d, n): all that varies. groups (n,): futures of one group are one piece of evidence; `grouped` where the inputs
    are those of the groups. values: by subject (NP, n), comparable. seen: by months waited, what signposts showed,
    (signposts, 2, n). blocks: by name of an input.
    """

    pair: tuple[str, str]
    order: tuple[str, ...]
    names: tuple[str, ...]
    inputs: Floats
    groups: NDArray[np.intp]
    grouped: bool
    values: Mapping[str, Floats]
    seen: Mapping[int, Floats]
    blocks: Mapping[str, str]

    def rows(self, names: Sequence[str]) -> Floats:
        """Rows of some inputs."""
        return self.inputs[[self.names.index(name) for name in names]]

    def payoff(self, subject: str, policies: Sequence[str]) -> Floats:
        """Values of a subject under some policies."""
        return self.values[subject][[self.order.index(name) for name in policies]]

    def views(self, subject: Subject) -> dict[str, Floats]:
        """Every view of a subject."""
        return subject.views(self.values[subject.name], *(self.order.index(name) for name in self.pair))

    @property
    def evidence(self) -> int:
        """Independent pieces of evidence."""
        return len(np.unique(self.groups))


def chosen_subjects(
    case: Case, metrics: Sequence[str] | str | None, objectives: Sequence[str | Objective] | None
) -> tuple[Subject, ...]:
    """Subjects by name, in the order named; a few of the world where none are named.

    A metric that the world and endings both have is the world's, in which the war goes on. RipenessError names the
    nearest name, and metrics without a value in every future.
    """
    program = case.program
    endings = {metric.name: metric for metric in END_METRICS}
    known = {metric.name: metric for metric in metrics_of(program)}
    only_endings = [name for name in endings if name not in known]
    if isinstance(metrics, str):
        metrics = [name.strip() for name in metrics.split(",") if name.strip()]
    if not metrics:
        metrics = [name for name in known if name in HEADLINES] or list(known)[:4]
    elif list(metrics) == ["all"]:
        metrics = list(known)
    said = list(objectives or ())
    of_world = [aim for aim in said if not isinstance(aim, str) or aim.partition(":")[0] not in endings]
    aims: dict[str, tuple[str, str]] = {
        each.metric: (each.sense, each.judgment)
        for each in chosen_objectives(of_world if said else None, program)
    }
    for aim in (each for each in said if isinstance(each, str) and each.partition(":")[0] in only_endings):
        name, _, sense = aim.partition(":")
        if sense not in ("lower", "higher"):
            raise RipenessError(f"objective {aim!r} has no direction", f"write {name}:lower or {name}:higher")
        aims[name] = (sense, "named by whoever asked")
    subjects = []
    for name in dict.fromkeys(metrics):
        if name in known:
            metric = known[name]
            sense, judgment = aims.get(name, (None, ""))
            subjects.append(
                Subject(name, metric.label, metric.unit, False, sense, judgment, metric.is_censored, metric)
            )
            continue
        if name not in only_endings:
            near = suggestion(name, [*known, *(only_endings if case.stakes else [])], "metric")
            raise RipenessError(f"there is no metric {name!r}", near)
        if not case.stakes:
            raise RipenessError(
                f"{name} needs the models of an ending, and case {case.name} has no war",
                "ask for other metrics",
            )
        end = endings[name]
        if name == "terms_share_a":
            raise RipenessError(
                "terms_share_a has no value in futures without a deal, and a variance needs one in each",
                "ask for p_settled, months_to_settlement or zopa",
            )
        sense, judgment = aims.get(name, (end.sense, end.judgment))
        subjects.append(Subject(name, end.label, end.unit, True, sense, judgment, end.kind == "months"))
    missing = [name for name in aims if said and name not in {subject.name for subject in subjects}]
    if missing:
        raise RipenessError(
            f"{missing[0]} has an objective and is not among the metrics", f"add --metric {missing[0]}"
        )
    return tuple(subjects)


def chosen_pair(case: Case, policy: str | None, than: str | None) -> tuple[str, str]:
    """The two policies: those named; else the two orders, else the first that the case compares and the reference."""
    for name in (policy, than):
        if name is not None and name not in case.policies:
            raise RipenessError(
                f"case {case.name} has no policy {name!r}", suggestion(name, sorted(case.policies), "policy")
            )
    if policy is None and than is None and all(name in case.policies for name in FAVOURED):
        return FAVOURED[0], FAVOURED[1]
    others = [name for name in (*case.compared, *sorted(case.policies)) if name not in (REFERENCE, than)]
    if policy is None and not others:
        raise RipenessError(f"case {case.name} has no policy to compare", "add one to its policies")
    pair = (policy or others[0], than or REFERENCE)
    if pair[0] == pair[1]:
        raise RipenessError(f"{pair[0]} is compared with itself", "name another with --than")
    return pair


def smallest_program(case: Case, subjects: Sequence[Subject], signposts: Sequence[str] | None) -> Case:
    """The case with its money chain alone where nothing else is asked of it; a war never moves the money chain."""
    if case.program != MONEY_AND_WAR:
        return case
    outputs = records_of(MONEY).output_rows
    money = {metric.name for metric in metrics_of(MONEY)}
    fits = all(not subject.of_endings and subject.name in money for subject in subjects)
    return as_program(case, MONEY) if fits and all(name in outputs for name in signposts or ()) else case


def metrics_behind(subjects: Sequence[Subject]) -> list[Metric]:
    """The world's metrics among the subjects."""
    return [subject.metric for subject in subjects if subject.metric is not None]


def plain(value: float) -> float | None:
    """A number, or None where it does not exist."""
    return float(value) if np.isfinite(value) else None


def interval(value: float, low: float, high: float) -> dict[str, float | None]:
    """A number with the ends of its interval of 90 %."""
    return {"value": plain(value), "low": plain(low), "high": plain(high)}


def chosen_names(names: Sequence[str] | str | None) -> list[str] | None:
    """Names as a list, or None where none are given."""
    if names is None:
        return None
    found = names.split(",") if isinstance(names, str) else list(names)
    return [name.strip() for name in found if name.strip()]
