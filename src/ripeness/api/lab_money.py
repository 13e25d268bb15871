"""The document behind every money chart of the lab: fans, sums, differences on the same futures, and a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.api.chart_data import Charted, Floats, observed
from ripeness.api.comparison import gap_statistics, gap_to
from ripeness.api.lab_charts import METRIC, group_of, lab_charts
from ripeness.api.lab_futures import Answered, WarmFutures
from ripeness.api.lab_recent import Recent
from ripeness.api.report_parts import band_documents, significant
from ripeness.api.score_lines import Scores
from ripeness.api.share_link import MINE, Link, link_text
from ripeness.base import Month, month_range
from ripeness.case import REFERENCE
from ripeness.ensemble.metrics import Metric, priors_driven, statistics

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


Charts = Collection[str] | None
"""Names of the charts that are asked for; None for all."""


class MoneyDesk:
    """Writes money documents of one case; what does not depend on the levers is written once."""

    def __init__(self, warm: WarmFutures) -> None:
        self._warm = warm
        self._policies: Recent[dict[str, Any]] = Recent(32)
        self._histories: Recent[dict[str, Any]] = Recent(16)
        self._scores: Recent[dict[str, Any]] = Recent(1)

    def document(self, link: Link, charts: Charts = None) -> dict[str, Any]:
        """The whole document of a link, or of some charts."""
        answered = self._warm.answered(link)
        document = self._moved(link, answered, charts)
        case = self._warm.case
        beside = _differences(answered, link.beside) if link.beside else {}
        policies = {
            name: document["policies"].get(name) or self._policy(link, answered, name)
            for name in answered.run.policies
        }
        whole = document | {
            "draws": answered.asked.draws.as_record(),
            "assumptions": dict(link.assumptions),
            "reference": REFERENCE,
            "policies": policies,
            "history": self._histories.get((link.start, link.until), lambda: history(case, link)),
            "differences_beside": beside,
            "scores": self._scores.get(None, lambda: scores_of(case)),
        }
        return whole if charts is None else _with_charts(whole, charts)

    def moved(self, link: Link, charts: Charts = None) -> dict[str, Any]:
        """What changes when a lever moves: the link's own policy, its differences, the sentence."""
        return self._moved(link, self._warm.answered(replace(link, beside=())), charts)

    def _moved(self, link: Link, answered: Answered, charts: Charts) -> dict[str, Any]:
        gaps = _differences(answered, (MINE,))[MINE]
        case = self._warm.case
        return {
            "schema": SCHEMA,
            "run": dict(answered.run.record),
            "link": link_text(link.question, case),
            "moved": link.moved,
            "members": link.members,
            "months": [str(month) for month in answered.shown],
            "data_until": str(case.data_until),
            "start": str(link.start),
            "policies": {MINE: self._written(link, answered, answered.run.policies.index(MINE), charts)},
            "differences": gaps,
            "sentence": sentence(gaps, link),
            "no_effect": list(_without_effect(self._warm, link, answered)),
        }

    def _policy(self, link: Link, answered: Answered, name: str) -> dict[str, Any]:
        """A policy of the case, written once for all positions of the levers."""
        key = (name, replace(link.question, base=REFERENCE, moves=(), beside=()))
        place = answered.run.policies.index(name)
        return self._policies.get(key, lambda: self._written(link, answered, place, None))

    def _written(self, link: Link, answered: Answered, place: int, charts: Charts) -> dict[str, Any]:
        run, case = answered.run, self._warm.case
        metrics, narrowed = answered.metrics, self._warm.narrowed(link, answered)
        ranked = self._warm.ranks(link, run)
        driven: list[float | None] = (
            [None] * len(metrics)
            if narrowed is None
            else priors_driven(
                answered.compared[:, place], [ranked[metric.name] for metric in metrics], narrowed
            )
        )
        drawn = {
            chart.name: chart for chart in lab_charts(case.program) if charts is None or chart.name in charts
        }
        bands = band_documents({name: answered.futures[place].fans[name] for name in drawn})
        return {
            "title": answered.asked.policies[place].title,
            "charts": {
                name: {"unit": chart.unit, "group": group_of(chart), **bands[name]}
                for name, chart in drawn.items()
            },
            "totals": _statistics(metrics, answered.values[:, place], driven),
        }


def _with_charts(document: dict[str, Any], charts: Collection[str]) -> dict[str, Any]:
    """A document with some of its charts."""

    def chosen(found: dict[str, Any]) -> dict[str, Any]:
        return {name: each for name, each in found.items() if name in charts}

    return document | {
        "policies": {
            name: {**entry, "charts": chosen(entry["charts"])} for name, entry in document["policies"].items()
        },
        "history": chosen(document["history"]),
        "scores": chosen(document["scores"]),
    }


def _differences(answered: Answered, policies: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Of some policies to the reference, in the same futures, by metric."""
    compared = answered.compared
    return {
        name: gap_statistics(
            answered.metrics, gap_to(compared[:, answered.run.policies.index(name)], compared[:, 0])
        )
        for name in policies
    }


def _statistics(
    metrics: Sequence[Metric], values: Floats, driven: Sequence[float | None]
) -> dict[str, dict[str, Any]]:
    """The statistic of each metric (M, N) by name, those of a kind at once."""
    found: dict[Metric, dict[str, Any]] = {}
    for censored in (False, True):
        kind = [place for place, metric in enumerate(metrics) if metric.is_censored is censored]
        if kind:
            written = statistics(
                values[kind],
                [metrics[place].unit for place in kind],
                censored=censored,
                prior_driven=[driven[place] for place in kind],
            )
            found |= zip((metrics[place] for place in kind), written, strict=True)
    return {metric.name: found[metric] for metric in metrics}


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
        "months": [str(months[int(place)]) for place in known],
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
