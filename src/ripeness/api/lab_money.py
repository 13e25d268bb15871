"""The document behind every money chart of the lab: fans, sums, differences on the same futures, and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.api.chart_data import Charted, observed
from ripeness.api.comparison import gap_statistic
from ripeness.api.lab_charts import METRIC, group_of, lab_charts
from ripeness.api.lab_futures import Answered, WarmFutures
from ripeness.api.link import MINE, Link, link_text
from ripeness.api.report_parts import band_document, significant
from ripeness.api.score_lines import Scores
from ripeness.base import Month, month_range
from ripeness.case import REFERENCE
from ripeness.ensemble.metrics import metrics_of, prior_driven, restricted, statistic, values_of

if TYPE_CHECKING:
    from ripeness.case import Case

SCHEMA = "ripeness/lab-money/1"

TELLING = (
    "export_revenue_usd_bn",
    "oil_gas_revenue_rub_trn",
    "territory_km2",
    "casualties_a",
    "casualties_d",
    "civilian_harm_index",
    "aid_usd_bn",
    "fob_discount_usd_bbl",
    "export_volume_mbd",
    "liquid_fund_rub_trn",
)
"""Metrics of which the sentence speaks: the first that differs."""

CLEAR = 0.9
"""Share of futures on one side from which a difference is called clear."""

RECORD_BEFORE = 48
"""Months of the record before the start that stand beside a fan."""


def money_document(warm: WarmFutures, link: Link) -> dict[str, Any]:
    """The document of one link."""
    answered = warm.answered(link)
    run, case = answered.run, warm.case
    ranked = warm.ranks(link, run.parameters)
    prior_sd = answered.asked.draws.prior_sd
    metrics = metrics_of(run.program)
    values = {metric.name: values_of(run, metric) for metric in metrics}
    compared = {metric.name: restricted(values[metric.name], metric, run) for metric in metrics}
    policies: dict[str, Any] = {}
    for place, name in enumerate(run.policies):
        totals = {}
        for metric in metrics:
            behind = ranked.behind(run, metric)
            driven = prior_driven(compared[metric.name][place], behind, run.parameters, prior_sd)
            totals[metric.name] = statistic(
                values[metric.name][place], metric.unit, censored=metric.is_censored, prior_driven=driven
            )
        policies[name] = {
            "title": answered.asked.policies[place].title,
            "charts": _charts(answered, place, case),
            "totals": totals,
        }
    differences = {
        name: {
            metric.name: gap_statistic(row[place] - row[0], metric.unit)
            for metric in metrics
            for row in (compared[metric.name],)
        }
        for place, name in enumerate(run.policies)
        if place
    }
    return {
        "schema": SCHEMA,
        "run": dict(run.record),
        "link": link_text(link.question, case),
        "draws": answered.asked.draws.as_record(),
        "assumptions": dict(link.assumptions),
        "reference": REFERENCE,
        "moved": link.moved,
        "members": link.members,
        "months": [str(month) for month in answered.shown],
        "data_until": str(case.data_until),
        "start": str(link.start),
        "policies": policies,
        "history": history(case, link),
        "differences": differences[MINE],
        "differences_beside": {name: found for name, found in differences.items() if name != MINE},
        "sentence": sentence(differences[MINE], link),
        "no_effect": list(_without_effect(warm, link, answered)),
        "scores": scores_of(case),
    }


def _charts(answered: Answered, place: int, case: Case) -> dict[str, Any]:
    fans = answered.futures[place].fans
    return {
        chart.name: {"unit": chart.unit, "group": group_of(chart), **band_document(fans[chart.name])}
        for chart in lab_charts(case.program)
    }


def history(case: Case, link: Link) -> dict[str, Any]:
    """The record by chart up to the last month that is drawn: months, values, and which are weakly attested."""
    first = max(case.first_month, link.start - RECORD_BEFORE)
    months = month_range(first, min(case.data_until, link.until))
    return {
        chart.name: found for chart in lab_charts(case.program) if (found := _recorded(case, chart, months))
    }


def _recorded(case: Case, chart: Charted, months: Sequence[Month]) -> dict[str, Any]:
    if not months:
        return {}
    earlier = chart.months - 1
    every = (*(months[0] - back for back in range(earlier, 0, -1)), *months)
    values, weak = observed(case, chart, every)
    values, weak = values[earlier:], weak[earlier:]
    known = np.flatnonzero(np.isfinite(values))
    if not known.size:
        return {}
    return {
        "months": [str(months[place]) for place in known],
        "values": significant(values[known]),
        "weak": [bool(weak[place]) for place in known],
    }


def scores_of(case: Case) -> dict[str, Any]:
    """Scores of the past by chart, and why there is none."""
    scores = Scores.of(case)
    return {
        chart.name: scores.of_metric(METRIC.get(chart.name, chart.name)) for chart in lab_charts(case.program)
    }


def sentence(differences: dict[str, Any], link: Link) -> dict[str, Any]:
    """What the charts say in one sentence: a key of the page's strings, and what is put into it."""
    span = {"start": str(link.start), "until": str(link.until), "members": link.members}
    if not link.moved:
        return {"key": "sentence.status_quo", "values": span}
    metric = next((name for name in TELLING if name in differences and _differs(differences[name])), None)
    if metric is None:
        return {"key": "sentence.no_difference", "values": span}
    gap = differences[metric]
    lower, higher = gap["share_lower"], gap["share_higher"]
    key = "sentence.lower" if lower >= CLEAR else "sentence.higher" if higher >= CLEAR else "sentence.unclear"
    quantiles = {name: gap[name] for name in ("p05", "p50", "p95")}
    return {
        "key": key,
        "values": {
            **span,
            "metric": metric,
            "unit": gap["unit"],
            **quantiles,
            "share_lower": lower,
            "share_higher": higher,
        },
    }


def _differs(gap: dict[str, Any]) -> bool:
    return bool(gap["share_lower"] > 0.0 or gap["share_higher"] > 0.0)


def _without_effect(warm: WarmFutures, link: Link, answered: Answered) -> Iterator[dict[str, str]]:
    """Levers of a link that move none of its futures, each with a reason."""
    from ripeness.api.lab_levers import reason_without_effect

    for move in link.moves:
        reason = reason_without_effect(warm, link, move, answered)
        if reason is not None:
            yield {"lever": move.lever, "reason": f"no_effect.{reason}"}
