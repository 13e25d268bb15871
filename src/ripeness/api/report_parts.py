"""What a report adds to the documents of other commands: months in fans, dots, and what the case rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.api.chart_data import charted, observed
from ripeness.ensemble.endings import outcomes
from ripeness.ensemble.fans import QUANTILES
from ripeness.evidence import shares

if TYPE_CHECKING:
    from ripeness.api.bargained import Endgame
    from ripeness.api.comparison import Comparison
    from ripeness.case import Case

Document = Mapping[str, Any]

DOTS = 20
"""Dots of a quantile dotplot: each stands for one in so many futures."""

MAIN = "m1"
"""The model whose months to a deal are drawn; the rivals stand beside it in the tables."""

FANNED = (
    "fob_discount_usd_bbl",
    "export_revenue_usd_bn",
    "oil_gas_revenue_rub_trn",
    "liquid_fund_rub_trn",
    "territory_km2",
    "aid_allocated_usd_bn",
    "losses_a",
    "losses_d",
)
"""Charted outputs that a report draws by month."""

METRIC_OF = {"aid_allocated_usd_bn": "aid_usd_bn", "losses_a": "casualties_a", "losses_d": "casualties_d"}
"""The metric of a charted output, where it has another name."""

DIGITS = 6
"""Significant digits of monthly quantiles: more than any chart shows, and half the bytes."""


def fans_document(result: Comparison) -> dict[str, Any]:
    """Monthly quantiles of the charted outputs under the reference and the policy that lies furthest from it.

    Keys: months, members, first_forecast, charts (by name: title, unit, policies, quantiles by policy, record, weak).
    """
    document, case = result.document, result.asked.case
    shown = {
        chart: (document["reference"], *furthest(document, METRIC_OF.get(chart.name, chart.name)))
        for chart in charted(result.run.program)
        if chart.name in FANNED
    }
    fans = result.fans(list(dict.fromkeys(name for names in shown.values() for name in names)))
    charts = {}
    for chart, policies in shown.items():
        values, weak = observed(case, chart, fans.months)
        charts[chart.name] = {
            "metric": METRIC_OF.get(chart.name, chart.name),
            "title": chart.title,
            "unit": chart.unit,
            "policies": list(policies),
            "quantiles": {name: band_document(fans.quantiles[name][chart.name]) for name in policies},
            "record": significant(values),
            "weak": [bool(one) for one in weak],
        }
    return {
        "months": [str(month) for month in fans.months],
        "data_until": str(case.data_until),
        "start": str(result.run.start),
        "charts": {name: each for name, each in charts.items() if _moves(each)},
    }


def furthest(document: Document, metric: str) -> tuple[str, ...]:
    """The policy whose median difference to the reference is largest in a metric; empty where none differs."""
    gaps = {
        name: abs(entry["difference"][metric]["p50"] or 0.0)
        for name, entry in document["policies"].items()
        if metric in entry["difference"] and entry["identical_to"] is None
    }
    best = max(gaps, key=lambda name: gaps[name], default=None)
    return () if best is None or gaps[best] == 0.0 else (best,)


def dots_document(endgame: Endgame | None) -> dict[str, Any] | None:
    """Months to a deal in the main model as 20 equally likely futures a policy, null where there is none by the end."""
    if endgame is None:
        return None
    found = endgame.found
    months = outcomes(found, MAIN)["months_to_settlement"]
    at = (np.arange(DOTS) + 0.5) / DOTS
    return {
        "metric": "months_to_settlement",
        "model": MAIN,
        "months": int(found.paths.shape[1] - 1),
        "policies": {
            policy: [_known(value) for value in np.quantile(row, at, method="inverted_cdf")]
            for policy, row in zip(found.policies, months, strict=True)
        },
    }


def foundations(case: Case, talks: Document | None) -> dict[str, Any]:
    """What the case rests on: quality by series and instrument, and how far parameters are known, by part."""
    from ripeness.case import quality_report

    report = quality_report(case)
    bargaining = case.bargaining.values()
    return {
        **report,
        "bargaining": {
            "count": len(case.bargaining),
            "identification": dict(sorted(Counter(each.identification for each in bargaining).items())),
        },
        "talks": {
            what: shares(row["quality"] for row in talks[what]) for what in ("rounds", "positions", "events")
        }
        if talks is not None
        else {},
    }


def policies_document(case: Case, names: Sequence[str]) -> dict[str, Any]:
    """What each policy is: its title, the question it puts, and what it leaves out."""
    found = {name: case.policies.get(name) for name in names}
    return {
        name: {
            "title": name if policy is None else policy.title,
            "author": None if policy is None else policy.author,
            "question": None if policy is None else policy.question,
            "not_mapped": [] if policy is None else list(policy.not_mapped),
        }
        for name, policy in found.items()
    }


def _moves(chart: Document) -> bool:
    """Whether anything was drawn: an output that no block of the case computes is zero throughout."""
    return any(value for by in chart["quantiles"].values() for row in by.values() for value in row)


def band_document(rows: Any) -> dict[str, list[float | None]]:
    """Monthly quantiles (5, T) by name, in the digits of documents."""
    return dict(zip(QUANTILES, significant(rows), strict=True))


def band_documents(fans: Mapping[str, Any]) -> dict[str, dict[str, list[float | None]]]:
    """`band_document` of each of some fans of the same months, rounded all at once."""
    if not fans:
        return {}
    rows = significant(np.stack(list(fans.values())))
    return {name: dict(zip(QUANTILES, each, strict=True)) for name, each in zip(fans, rows, strict=True)}


def significant(values: Any) -> list[Any]:
    """Numbers as lists of the same shape, in the digits that a document of months carries; None where there is none."""
    given = np.asarray(values, dtype=np.float64)
    known = np.where(np.isfinite(given) & (given != 0.0), given, 1.0)
    power = DIGITS - 1 - np.floor(np.log10(np.abs(known))).astype(np.int64)
    # A whole number over a power of ten is the float nearest to its decimals; a negative power would not be exact.
    up, down = 10.0 ** np.maximum(power, 0), 10.0 ** np.maximum(-power, 0)
    rounded = np.where(given == 0.0, 0.0, np.round(known * up / down) * down / up)
    shown = rounded.astype(object)
    shown[~np.isfinite(given)] = None
    found: list[Any] = shown.tolist()
    return found


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
