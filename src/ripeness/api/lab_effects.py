"""What stands behind a difference: each lever alone put back, and every policy of a case on one scale."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ripeness.api.comparison import gap_statistic, gap_to
from ripeness.api.lab_futures import Answered, WarmFutures
from ripeness.api.lab_levers import differing
from ripeness.api.share_link import Link, link_text
from ripeness.base import CaseFaults, Fault, shown, suggestion
from ripeness.case import REFERENCE
from ripeness.ensemble.metrics import Metric, metrics_of, restricted, values_of
from ripeness.policy import rows_of_lever

if TYPE_CHECKING:
    from ripeness.case import Case

USUAL_METRIC = "export_revenue_usd_bn"


def effects_document(warm: WarmFutures, link: Link, metric: Metric) -> dict[str, Any]:
    """For each lever in which the link's policy differs: what changes when it alone goes back to the status quo.

    Differences are of the link's policy with the lever put back to the link's policy as it is, in the same futures.
    Effects of levers that work together do not add up to the whole.
    """
    alone = replace(link, beside=())
    answered = warm.answered(alone)
    enacted, mine = answered.asked.question.policies
    levers = list(differing(warm.case, enacted, mine))
    put_back = []
    for name in levers:
        rows = mine.copy()
        places = list(rows_of_lever(name))
        rows[:, places] = enacted[:, places]
        put_back.append(rows)
    finals = warm.finals_of(alone, put_back)
    own = _values(answered, metric, answered.futures[1].finals)
    return _document("ripeness/lab-effects/1", warm, answered, metric) | {
        "levers": [
            {
                "lever": name,
                "difference": gap_statistic(gap_to(_values(answered, metric, each), own), metric.unit),
            }
            for name, each in zip(levers, finals, strict=True)
        ]
    }


def policies_document(warm: WarmFutures, link: Link, metric: Metric) -> dict[str, Any]:
    """Every policy of the case against the status quo, in the same futures, in name order."""
    names = tuple(sorted(name for name in warm.case.policies if name != REFERENCE))
    plain = replace(link, base=REFERENCE, moves=(), beside=())
    answered = warm.answered(plain)
    enacted = _values(answered, metric, answered.futures[0].finals)
    finals = dict(zip(names, warm.finals_of_cases_own(plain, names), strict=True))
    finals[REFERENCE] = answered.futures[0].finals
    return _document("ripeness/lab-policies/1", warm, answered, metric) | {
        "policies": [
            {
                "policy": name,
                "difference": gap_statistic(
                    gap_to(_values(answered, metric, finals[name]), enacted), metric.unit
                ),
            }
            for name in sorted((*names, REFERENCE))
        ]
    }


def metric_named(case: Case, name: str | None) -> Metric:
    """A metric of the case by name; the first where none is named. CaseFaults with the nearest names."""
    known = {metric.name: metric for metric in metrics_of(case.program)}
    if name is None:
        return known.get(USUAL_METRIC, next(iter(known.values())))
    if name not in known:
        fault = Fault(
            "link", None, "metric", shown(name), "there is no such metric", suggestion(name, known, "metric")
        )
        raise CaseFaults([fault])
    return known[name]


def _values(answered: Answered, metric: Metric, finals: NDArray[np.float32]) -> NDArray[np.float64]:
    run = replace(answered.run, policies=answered.run.policies[:1], finals=finals[None])
    return np.asarray(restricted(values_of(run, metric), metric, run)[0])


def _document(schema: str, warm: WarmFutures, answered: Answered, metric: Metric) -> dict[str, Any]:
    return {
        "schema": schema,
        "run": dict(answered.run.record),
        "link": link_text(answered.link.question, warm.case),
        "metric": metric.name,
        "unit": metric.unit,
        "members": answered.link.members,
    }
