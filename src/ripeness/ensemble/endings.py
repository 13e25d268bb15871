"""From endings to what a comparison reports of them: deals, collapses, terms, people and spending, by model.

A chance is never one number here: its statistic runs over structural draws, each draw's share of its own
walkers being one value, so that the band is what priors and the months without a deal leave open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import Endings, Kind
from ripeness.ensemble.bargain import Bargained
from ripeness.ensemble.metrics import ranks, regret, shares_best, statistic
from ripeness.flow import MAIN_PARAMETERS, BargainingParameters, layout_of

Floats = NDArray[np.float64]

RIVALS = ("r1", "r2")
"""Models against which the main one is held."""

DURABLE_MONTHS = 60
"""Months that a deal must last to be called durable."""


class EndMetric(NamedTuple):
    """A number of each walker's ending. `kind`: share (0 or 1), months (inf where not reached), or value."""

    name: str
    label: str
    unit: str
    kind: str
    sense: str | None = None
    judgment: str = ""


EVERYONE = "people on every side would rather lose fewer of their own"

END_METRICS = (
    EndMetric("p_settled", "Settled by a deal by the end of the run", "share", "share"),
    EndMetric(
        "p_durable_settlement",
        "Settled by a deal that lasts five years",
        "share",
        "share",
        "higher",
        "those for whom an early and lasting deal matters most, whatever its terms",
    ),
    EndMetric("p_collapse_a", "Attacker driven out of the stake", "share", "share"),
    EndMetric("p_collapse_d", "Defender overrun", "share", "share"),
    EndMetric("p_renewed_war", "Settled, and at war again within five years", "share", "share"),
    EndMetric("months_to_settlement", "Months to a deal", "months", "months"),
    EndMetric("terms_share_a", "Attacker's share of the stake under a deal", "stake", "value"),
    EndMetric("zopa", "Zone of agreement at the start: most conceded less least accepted", "stake", "value"),
    EndMetric("territory_km2", "Land held by the attacker at the end", "km2", "value"),
    EndMetric("casualties_a", "Killed, wounded and missing, attacker", "thousand people", "value"),
    EndMetric("casualties_d", "Killed, wounded and missing, defender", "thousand people", "value"),
    EndMetric("civilian_harm_index", "Civilian casualties", "thousand people", "value"),
    EndMetric(
        "people_lost",
        "Casualties of all sides and civilians",
        "thousand people",
        "value",
        "lower",
        EVERYONE,
    ),
    EndMetric("aid_usd_bn", "Aid to the defender", "USD bn", "value"),
    EndMetric("coalition_cost_usd_bn", "Cost to the coalition of dearer oil", "USD bn", "value"),
    EndMetric("spend_usd_bn", "Coalition's spending beyond the base", "USD bn", "value"),
)
"""What is reported of endings, in the order of tables."""


def outcomes(found: Bargained, model: str) -> dict[str, Floats]:
    """Every end metric of one model, (NP, n); nan where a walker has none (terms without a deal)."""
    ends = found.endings[model]
    settled = ends.kind == Kind.SETTLED
    broken = settled & (ends.renewed_month < ends.month + DURABLE_MONTHS)
    durable = settled & ~broken
    sums = _sums_of_war(found, ends)
    people = sums["losses_a"] + sums["losses_d"] + sums["civilian_harm"]
    civilians = sums["civilian_harm"]
    if not found.paths["civilian_harm"].any():  # no block of the case counts them: none is not nought
        civilians = np.full_like(people, np.nan)
    values: dict[str, Any] = {
        "p_settled": settled,
        "p_durable_settlement": durable,
        "p_collapse_a": ends.kind == Kind.COLLAPSE_A,
        "p_collapse_d": ends.kind == Kind.COLLAPSE_D,
        "p_renewed_war": broken,
        "months_to_settlement": np.where(settled, ends.month, np.inf),
        "terms_share_a": np.where(settled, ends.terms, np.nan),
        "zopa": np.full(settled.shape, np.nan) if ends.zopa is None else ends.zopa[:, 0],
        "territory_km2": sums["territory_km2"],
        "casualties_a": sums["losses_a"],
        "casualties_d": sums["losses_d"],
        "civilian_harm_index": civilians,
        "people_lost": people,
        "aid_usd_bn": sums["aid_allocated_usd_bn"],
        "coalition_cost_usd_bn": sums["coalition_cost_usd_bn"],
        "spend_usd_bn": sums["spend_usd_bn"],
    }
    return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}


def by_model(found: Bargained) -> dict[str, Any]:
    """The part of a comparison that endings fill, in plain values.

    Keys: policies (policy -> model -> metric -> statistic), regret and share_best (model -> metric -> policy),
    ranking (model -> metric -> policies, best first) of the metrics that have a sense.
    """
    policies: dict[str, dict[str, Any]] = {policy: {} for policy in found.policies}
    regrets: dict[str, Any] = {}
    best: dict[str, Any] = {}
    order: dict[str, Any] = {}
    for model in found.endings:
        values = outcomes(found, model)
        for metric in END_METRICS:
            rows = values[metric.name]
            if np.isnan(rows).all() and metric.name == "zopa":
                continue
            for p, policy in enumerate(found.policies):
                policies[policy].setdefault(model, {})[metric.name] = _statistic(found, metric, rows[p])
            if metric.sense is None:
                continue
            by_draw = _by_draw(found, rows) if metric.kind == "share" else rows
            lost = regret(by_draw, metric.sense)
            regrets.setdefault(model, {})[metric.name] = {
                policy: statistic(row, metric.unit) for policy, row in zip(found.policies, lost, strict=True)
            }
            best.setdefault(model, {})[metric.name] = dict(
                zip(found.policies, map(float, shares_best(by_draw, metric.sense)), strict=True)
            )
            order.setdefault(model, {})[metric.name] = [
                found.policies[p] for p in _order(by_draw, metric.sense)
            ]
    return {"policies": policies, "regret": regrets, "share_best": best, "ranking": order}


def _order(values: Floats, sense: str) -> list[int]:
    """Policies by mean, best first; for metrics whose medians are often all 0 or all 1."""
    sign = 1.0 if sense == "lower" else -1.0
    return sorted(range(len(values)), key=lambda p: (sign * values[p].mean(), p))


def _statistic(found: Bargained, metric: EndMetric, row: Floats) -> dict[str, Any]:
    if metric.kind == "share":
        return statistic(_by_draw(found, row[None])[0], metric.unit)
    if metric.kind == "months":
        return statistic(row, metric.unit, censored=True)
    known = row[np.isfinite(row)]
    if known.size < 2:
        return {"unit": metric.unit, "mean": None, "n": int(known.size)} | dict.fromkeys(
            ("p05", "p25", "p50", "p75", "p95", "mc_error", "prior_driven")
        )
    return statistic(known, metric.unit) | {"n": int(known.size)}


def _by_draw(found: Bargained, rows: Floats) -> Floats:
    """Means over the walkers of each structural draw, (NP, D)."""
    counts = np.bincount(found.walkers.draw, minlength=found.draws)
    return np.stack(
        [np.bincount(found.walkers.draw, weights=row, minlength=found.draws) / counts for row in rows]
    )


def spend_by_month(found: Bargained, ends: Endings) -> Floats:
    """The coalition's spending beyond the base in each month at war, (NP, T, n), USD bn.

    Price of effort, dearer oil and aid; what was announced counts as far as it was carried out.
    """
    prices = [effort.price_usd_bn for effort in found.announced.efforts]
    rows = []
    for p in range(len(found.policies)):
        war, share = _at_war(found, ends, p)
        beyond = (prices[p] - prices[0])[:, None] * share
        for name in ("coalition_cost_usd_bn", "aid_allocated_usd_bn"):
            beyond = beyond + _mixed(found, name, p, share) - _mixed(found, name, 0, share)
        rows.append(beyond * war)
    return np.stack(rows)


def _at_war(found: Bargained, ends: Endings, p: int) -> tuple[NDArray[np.bool_], Floats]:
    """Months of war (T, n) from the start on, and how much of the announced was carried out in each."""
    months, walkers = found.paths.shape[1], found.walkers.member.size
    index = np.arange(months)[:, None]
    war = ((index < ends.month[p]) | (index >= ends.renewed_month[p])) & (index >= 1)
    if ends.executed is None:
        return war, np.ones((months, walkers))
    return war, _carried(np.asarray(ends.executed[p], dtype=np.float64))


def _carried(executed: Floats) -> Floats:
    """Shares carried out (T, n), the last one standing for the months after an ending: a renewed war begins with it."""
    known = np.isfinite(executed)
    last = np.maximum.accumulate(np.where(known, np.arange(len(executed))[:, None], 0), axis=0)
    return np.nan_to_num(np.take_along_axis(executed, last, axis=0))


def _sums_of_war(found: Bargained, ends: Endings) -> dict[str, Floats]:
    """Flows summed over months of war from the start on, (NP, n), and the land held at the end."""
    months, walkers = found.paths.shape[1], found.walkers.member.size
    sums: dict[str, Any] = {"spend_usd_bn": spend_by_month(found, ends).sum(axis=1)}
    for p in range(len(found.policies)):
        war, share = _at_war(found, ends, p)
        for name in (
            "losses_a",
            "losses_d",
            "civilian_harm",
            "aid_allocated_usd_bn",
            "coalition_cost_usd_bn",
        ):
            sums.setdefault(name, []).append((_mixed(found, name, p, share) * war).sum(axis=0))
        last = np.minimum(np.where(np.isfinite(ends.month[p]), ends.month[p], months - 1), months - 1)
        area = _mixed(found, "territory_after_km2", p, share)
        sums.setdefault("territory_km2", []).append(area[last.astype(np.intp), np.arange(walkers)])
    return {name: np.stack(rows) for name, rows in sums.items()}


def _mixed(found: Bargained, name: str, p: int, share: Floats) -> Floats:
    rows = found.paths[name]
    held = rows[0][:, found.walkers.member].astype(np.float64)
    return held if p == 0 else held + share * (rows[p][:, found.walkers.member] - held)


MATERIAL, MATERIAL_SHARE = 0.01, 0.01
"""Smallest mean difference that a model is said to take a side on: share of the level, or of futures."""

SETTLED_DRAWS = 0.8
"""Share of structural draws in which a difference must have one sign for a model to take a side."""


def agreement(found: Bargained, than: str) -> list[dict[str, Any]]:
    """Whether models agree on each policy's difference to `than`, for the metrics that have a sense.

    `sign` of a model is +1 or -1 where at least 80 % of the structural draws that tell the policies apart have it and
    the mean difference over all is material, else 0. `telling` is their share. A verdict holds where
    the main model takes a side, a rival takes the same and none the other; it is model-dependent where the main
    model stands alone or is contradicted; else it is open.
    """
    base = found.policies.index(than)
    said = []
    for metric in END_METRICS:
        if metric.sense is None:
            continue
        shares: dict[str, Floats] = {}
        material: dict[str, NDArray[np.bool_]] = {}
        telling: dict[str, Floats] = {}
        for model in found.endings:
            rows = _by_draw(found, outcomes(found, model)[metric.name])
            gap = rows - rows[base]
            shares[model] = _share_higher(gap)
            least = MATERIAL_SHARE if metric.kind == "share" else MATERIAL * abs(rows[base].mean())
            material[model] = np.abs(gap.mean(axis=1)) >= least
            telling[model] = (gap != 0.0).mean(axis=1)
        for p, policy in enumerate(found.policies):
            if p == base:
                continue
            sign = {
                model: _sign(float(share[p])) if material[model][p] else 0 for model, share in shares.items()
            }
            said.append(
                {
                    "metric": metric.name,
                    "policy": policy,
                    "than": than,
                    "sign": sign,
                    "share_higher": {model: float(share[p]) for model, share in shares.items()},
                    "telling": {model: float(share[p]) for model, share in telling.items()},
                    "verdict": verdict(sign),
                }
            )
    return said


def _share_higher(gap: Floats) -> Floats:
    """Share (NP,) of the draws that tell policies apart in which the difference (NP, D) is above zero; a half if none.

    A draw under which a model makes no deal at all says nothing of which policy makes more.
    """
    telling = (gap != 0.0).sum(axis=1)
    return np.where(telling > 0, (gap > 0.0).sum(axis=1) / np.maximum(telling, 1), 0.5)


def verdict(sign: Mapping[str, int]) -> str:
    """holds, model_dependent or open, from the side that the main model and its rivals take."""
    rivals = [sign[model] for model in RIVALS if model in sign]
    main = sign["m1"]
    if main == 0:
        return "model_dependent" if any(rivals) else "open"
    if main in rivals and -main not in rivals:
        return "holds"
    return "model_dependent"


def decisive(
    found: Bargained, metric: EndMetric, better: str, than: str, count: int = 4
) -> list[dict[str, Any]]:
    """Structural constants that move the difference in a metric between two policies under the main model.

    `effect` is Spearman's rank correlation over structural draws; none is reported that chance would often give.
    """
    rows = _by_draw(found, outcomes(found, "m1")[metric.name])
    gap = rows[found.policies.index(better)] - rows[found.policies.index(than)]
    names = layout_of(BargainingParameters).row_labels
    vary = np.flatnonzero(np.ptp(found.structural.draws, axis=1) > 0)
    vary = vary[[names[row] in MAIN_PARAMETERS for row in vary]]
    effects = ranks(found.structural.draws[vary]) @ ranks(gap)
    least = 2.6 / np.sqrt(max(found.draws - 1, 1))
    order = np.argsort(-np.abs(effects), kind="stable")[:count]
    return [
        {
            "parameter": names[vary[i]],
            "metric": metric.name,
            "effect": float(effects[i]),
            "better": better,
            "than": than,
        }
        for i in order
        if abs(effects[i]) > least
    ]


def _sign(share_higher: float) -> int:
    return 1 if share_higher >= SETTLED_DRAWS else -1 if share_higher <= 1.0 - SETTLED_DRAWS else 0
