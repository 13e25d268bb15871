"""What a page must know to draw itself: levers, policies, indicators, assumptions, months and limits of one case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.api.lab_charts import METRIC, group_of, lab_charts
from ripeness.api.lab_futures import WarmFutures
from ripeness.api.lab_levers import levers_document, presets_document, short
from ripeness.api.score_lines import Scores
from ripeness.api.share_link import (
    DEFAULT_MEMBERS,
    MOST_ASSUMPTIONS,
    MOST_BESIDE,
    MOST_LENGTH,
    MOST_MEMBERS,
    MOST_MOVES,
    MOST_RAMP,
    VIEWS,
    assumption_range,
    default_link,
    default_start,
    link_text,
    model_digest,
)
from ripeness.api.simulation import FEWEST_MEMBERS
from ripeness.case import REFERENCE
from ripeness.ensemble.endings import END_METRICS
from ripeness.ensemble.metrics import metrics_of, narrowing
from ripeness.ensemble.record import model_version
from ripeness.flow import records_of
from ripeness.report import decimals_for

if TYPE_CHECKING:
    from ripeness.case import Case

SCHEMA = "ripeness/lab-schema/1"

AUTHORS = ("simultaneous", "simultaneous_with_guarantees")
"""The order of talks and pressure that the text proposes, without and with guarantees."""

AGAINST = ("sequential", "talks_only")
"""The orders that its rivals propose."""


def schema_document(warm: WarmFutures, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """The schema of one case; of its assumptions, only the range that a link may give each."""
    case = warm.case
    return {
        "schema": SCHEMA,
        "model_version": model_version(),
        "model": model_digest(),
        "data_as_of": str(case.data_until),
        "cases": cases,
        "case": {
            "name": case.name,
            "title": case.title,
            "hash": case.content_hash,
            "program": case.program,
            "parties": {side: party.name for side, party in case.parties.items()},
            "actors": [{"id": each.id, "name": each.name, "role": each.role} for each in case.actors],
            "has_war": bool(case.stakes),
            "has_talks": case.talks is not None,
            "claims": len(case.claims),
            "outcome": _outcome(case),
            "not_modelled": list(case.not_modelled),
            "notes": list(case.notes),
        },
        "reference": REFERENCE,
        "default_link": link_text(default_link(case), case),
        "levers": levers_document(warm),
        "presets": presets_document(warm),
        "indicators": indicators_document(case),
        "metrics": metrics_document(case),
        "assumptions": [
            {"name": name, "min": short(least), "max": short(most)}
            for name, (least, most) in assumption_ranges(case).items()
        ],
        "months": {
            "first": str(case.first_month),
            "data_until": str(case.data_until),
            "start": str(default_start(case)),
            "until": str(case.last_month),
            "last": str(case.last_month),
        },
        "views": list(VIEWS),
        "limits": {
            "members": {"least": FEWEST_MEMBERS, "most": MOST_MEMBERS, "default": DEFAULT_MEMBERS},
            "beside": MOST_BESIDE,
            "charts": True,
            "levers": MOST_MOVES,
            "assumptions": MOST_ASSUMPTIONS,
            "ramp_months": MOST_RAMP,
            "link_characters": MOST_LENGTH,
        },
        "worked_story": worked_story(case),
    }


def _outcome(case: Case) -> dict[str, str] | None:
    """How a past war ended, where the record says in which month; None otherwise."""
    if case.outcome is None or case.outcome.month is None:
        return None
    ended = case.outcome
    return {"kind": str(ended.kind), "month": str(ended.month), "source": ended.source, "note": ended.note}


def indicators_document(case: Case) -> list[dict[str, Any]]:
    """What is drawn by month, with its score; `prior_driven` is null here and stands with each sum of a run."""
    from ripeness.api.chart_data import observed

    scores = Scores.of(case)
    document = []
    for chart in lab_charts(case.program):
        name = METRIC.get(chart.name, chart.name)
        values, _ = observed(case, chart, case.months)
        document.append(
            {
                "name": chart.name,
                "title": chart.title,
                "metric": name,
                "unit": chart.unit,
                "months": chart.months,
                "group": group_of(chart),
                "decimals": decimals_for(values.tolist()),
                "prior_driven": None,
                **scores.of_metric(name),
            }
        )
    return document


def metrics_document(case: Case) -> list[dict[str, Any]]:
    """Sums of the world over a run, and metrics of how the war ends."""
    scores = Scores.of(case)
    world = [
        {
            "name": metric.name,
            "title": metric.label,
            "unit": metric.unit,
            "reduction": metric.reduction,
            "of_endings": False,
            **scores.of_metric(metric.name),
        }
        for metric in metrics_of(case.program)
    ]
    if not case.stakes:
        return world
    return world + [
        {
            "name": metric.name,
            "title": metric.label,
            "unit": metric.unit,
            "reduction": metric.kind,
            "of_endings": True,
            **scores.of_ending(metric.name),
        }
        for metric in END_METRICS
    ]


def assumption_ranges(case: Case) -> dict[str, tuple[float, float]]:
    """Least and most of each constant that differs between futures, by name."""
    labels = records_of(case.program).parameter_names
    return {name: assumption_range(case, name) for name in labels if not case.parameters[name].prior.is_fixed}


def assumptions_document(warm: WarmFutures) -> dict[str, Any]:
    """Constants that differ between futures, with the spread from which they are drawn."""
    case = warm.case
    usual = default_link(case)
    parameters = warm.draws(usual).draw(0, usual.members)
    labels = records_of(case.program).parameter_names
    prior_sd = warm.draws(usual).prior_sd
    narrowed = np.full(len(labels), np.nan)
    if prior_sd is not None:
        narrowed = np.where(prior_sd > 0.0, narrowing(parameters, prior_sd), np.nan)
    ranges = assumption_ranges(case)
    low, middle, high = np.quantile(parameters, (0.05, 0.5, 0.95), axis=1)
    document = []
    for row, name in enumerate(labels):
        if name not in ranges:
            continue
        about = case.parameters[name]
        least, most = ranges[name]
        document.append(
            {
                "name": name,
                "title": about.label,
                "unit": about.unit,
                "block": about.block,
                "identification": about.identification,
                "quality": about.quality,
                "source": about.source,
                "min": short(least),
                "max": short(most),
                "p05": short(low[row]),
                "p50": short(middle[row]),
                "p95": short(high[row]),
                "prior_driven": None if np.isnan(narrowed[row]) else float(f"{narrowed[row]:.3g}"),
            }
        )
    return {
        "schema": "ripeness/lab-assumptions/1",
        "case": case.name,
        "case_hash": case.content_hash,
        "assumptions": document,
    }


def worked_story(case: Case) -> dict[str, Any] | None:
    """The question of the text as three links: its proposal, the rival order, and both with a lever to move."""
    if not all(name in case.policies for name in (*AUTHORS, *AGAINST)):
        return None
    return {
        "key": "story.order_of_talks",
        "steps": [
            {"key": "story.proposal", "query": f"v=1&from={AUTHORS[0]}&with={AGAINST[0]}&view=strategies"},
            {"key": "story.guarantees", "query": f"v=1&from={AUTHORS[1]}&with={AUTHORS[0]}&view=strategies"},
            {
                "key": "story.against",
                "query": f"v=1&from={AGAINST[0]}&with={AUTHORS[0]},{AGAINST[1]}&view=strategies",
            },
            {"key": "story.claims", "query": "v=1&view=claims"},
            {"key": "story.conditions", "query": "v=1&view=conditions"},
        ],
    }
