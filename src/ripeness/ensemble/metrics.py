"""From members to what a comparison reports: metrics, regret, rankings and what drives them.

No metric is good or bad here. A direction is a value judgment: it enters as an `Objective`, which
says whose aim it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base import RipenessError, suggestion
from ripeness.ensemble.fans import QUANTILES, quantiles_of
from ripeness.flow import NEVER, Run, records_of

Floats = NDArray[np.float64]

BATCHES = 16
"""Batches of members from whose scatter the Monte Carlo error is read."""

BATCH_LEAST = 64
"""Least members of a batch whose 5 % quantile still means something."""

RANKED_MEMBERS = 16384
"""Members whose ranks are compared to find drivers; the first ones fill the priors evenly."""

TOP_DRIVERS = 5
"""Parameters that are reported as drivers."""


@dataclass(frozen=True)
class Metric:
    """A number for each member: a name, words, a unit, and how it comes from the monthly outputs.

    `output` is the row of the last month that holds it; `reduction` says over the counted months
    `mean`, `sum`, `last`, or `first_passage` (months until first met).
    """

    name: str
    label: str
    unit: str
    output: str
    reduction: str

    @property
    def is_censored(self) -> bool:
        """Whether some members may not have reached it within the run."""
        return self.reduction == "first_passage"


@dataclass(frozen=True)
class Objective:
    """A metric with a direction, and in words whose aim that is."""

    metric: str
    sense: str
    judgment: str

    def __post_init__(self) -> None:
        if self.sense not in ("lower", "higher"):
            raise RipenessError(
                f"objective {self.metric} has the sense {self.sense!r}", "write lower or higher"
            )
        metric_named(self.metric)


METRICS = (
    Metric("export_volume_mbd", "Oil exports, crude and products", "mb/d", "mean_export_volume_mbd", "mean"),
    Metric("brent_usd_bbl", "Brent price", "USD/bbl", "mean_brent_usd_bbl", "mean"),
    Metric(
        "fob_discount_usd_bbl",
        "Discount to Brent at the loading port",
        "USD/bbl",
        "mean_fob_discount_usd_bbl",
        "mean",
    ),
    Metric(
        "delivered_discount_usd_bbl",
        "Discount to Brent at the buyer's port",
        "USD/bbl",
        "mean_delivered_discount_usd_bbl",
        "mean",
    ),
    Metric("export_revenue_usd_bn", "Oil export revenue", "USD bn", "cum_export_revenue_usd_bn", "sum"),
    Metric(
        "oil_gas_revenue_rub_trn",
        "Oil and gas budget revenue",
        "RUB trn",
        "cum_oil_gas_revenue_rub_trn",
        "sum",
    ),
    Metric("deficit_rub_trn", "Federal deficit", "RUB trn", "cum_deficit_rub_trn", "sum"),
    Metric(
        "liquid_fund_rub_trn", "Liquid part of the fund at the end", "RUB trn", "liquid_fund_rub_trn", "last"
    ),
    Metric(
        "months_to_stressed",
        "Months until the budget is stressed",
        "months",
        "months_to_stressed",
        "first_passage",
    ),
    Metric(
        "months_to_constrained",
        "Months until the budget is constrained",
        "months",
        "months_to_constrained",
        "first_passage",
    ),
    Metric(
        "months_to_unsustainable",
        "Months until the budget is unsustainable",
        "months",
        "months_to_unsustainable",
        "first_passage",
    ),
    Metric(
        "coalition_cost_usd_bn",
        "Cost to the coalition of dearer oil",
        "USD bn",
        "cum_coalition_cost_usd_bn",
        "sum",
    ),
    Metric("territory_km2", "Land held by the attacker at the end", "km2", "territory_km2", "last"),
    Metric("casualties_a", "Killed, wounded and missing, attacker", "thousand people", "cum_losses_a", "sum"),
    Metric("casualties_d", "Killed, wounded and missing, defender", "thousand people", "cum_losses_d", "sum"),
    Metric("civilian_harm_index", "Civilian casualties", "thousand people", "cum_civilian_harm", "sum"),
    Metric("aid_usd_bn", "Aid allocated to the defender", "USD bn", "cum_aid_usd_bn", "sum"),
)
"""Metrics in the order of tables, money first; a program has those whose output it has."""


def metrics_of(program: str) -> tuple[Metric, ...]:
    """Metrics of a program, in the order of tables."""
    rows = records_of(program).output_rows
    return tuple(metric for metric in METRICS if metric.output in rows)


def objectives_of(program: str) -> tuple[Objective, ...]:
    """Value judgments used for a program where none are named."""
    known = {metric.name for metric in metrics_of(program)}
    return tuple(objective for objective in OBJECTIVES if objective.metric in known)


def metric_named(name: str) -> Metric:
    """The metric of a name; RipenessError with the nearest one where there is none."""
    for metric in METRICS:
        if metric.name == name:
            return metric
    raise RipenessError(
        f"there is no metric {name!r}", suggestion(name, [metric.name for metric in METRICS], "metric")
    )


OBJECTIVES = (
    Objective(
        "oil_gas_revenue_rub_trn",
        "lower",
        "those who press mean to lower this revenue; to those pressed, and by itself, less is no gain",
    ),
    Objective("coalition_cost_usd_bn", "lower", "those who press mean to spend less on pressing"),
)
"""Value judgments used where none are named, by programs that have the metric."""


def values_of(run: Run, metric: Metric) -> Floats:
    """The metric for every policy and member, (NP, N); infinite where a first passage was not reached."""
    values = np.stack([run.final(policy, metric.output) for policy in run.policies]).astype(np.float64)
    if not metric.is_censored and not np.isfinite(values).all():
        raise RipenessError(
            f"{metric.name} is not a number for {int((~np.isfinite(values)).sum())} members",
            "the run did not keep it, or left the numbers; run it again",
        )
    return reached(values, metric)


def reached(values: Floats, metric: Metric) -> Floats:
    """Values as the engine left them, with infinity for first passages that did not happen within the run."""
    return np.where(values >= NEVER, np.inf, values) if metric.is_censored else values


def restricted(values: Floats, metric: Metric, run: Run) -> Floats:
    """Values that can be compared: a first passage that was not reached counts as one month after the run."""
    if not metric.is_censored:
        return values
    return np.minimum(values, run.until - run.start + 2.0)


def statistic(
    values: Floats, unit: str, *, censored: bool = False, prior_driven: float | None = None
) -> dict[str, Any]:
    """Summary of one value a member, (N,), as documents carry it; None stands for what does not exist.

    `mc_error` is the standard error of the mean from batch means, `mc_errors` those of the quantiles
    by sectioning (Asmussen and Glynn 2007, III.4-5), both from batches of consecutive members. Sobol
    draws err less than that. Censored values have infinity for not reached: their quantiles are the
    least month by which that share had reached it, None where it never did; the mean is None unless
    all did; `share_reached` says how many did.
    """
    return statistics(values[None], (unit,), censored=censored, prior_driven=(prior_driven,))[0]


def statistics(
    values: Floats,
    units: Sequence[str],
    *,
    censored: bool = False,
    prior_driven: Sequence[float | None] | None = None,
) -> list[dict[str, Any]]:
    """`statistic` of each row (M, N), all at once."""
    everywhere = np.asarray(np.isfinite(values).all(axis=1))
    means = values.mean(axis=1)
    quantiles = _quantiles(values, censored).T
    batches = _batches(values)
    errors = _errors_of_means(values, batches)
    spreads = _errors_of_quantiles(quantiles, batches, censored)
    middles = _numbers(np.where(everywhere, np.stack([means, errors]), np.nan))
    rows = zip(units, *middles, _numbers(quantiles), _numbers(spreads), strict=True)
    driven = prior_driven or [None] * len(units)
    documents: list[dict[str, Any]] = [
        {
            "unit": unit,
            "mean": mean,
            **dict(zip(QUANTILES, found, strict=True)),
            "mc_error": error,
            "mc_errors": dict(zip(QUANTILES, spread, strict=True)),
            "prior_driven": share,
        }
        for (unit, mean, error, found, spread), share in zip(rows, driven, strict=True)
    ]
    if censored:
        reached = np.isfinite(values).astype(np.float64)
        shares, share_errors = reached.mean(axis=1), _errors_of_means(reached, _batches(reached))
        for document, share, error in zip(documents, shares, _numbers(share_errors), strict=True):
            document["share_reached"] = float(share)
            document["share_reached_mc_error"] = error
    return documents


def regret(values: Floats, sense: str) -> Floats:
    """How far each policy falls short of the best one in the same future, (NP, N), never negative."""
    if sense == "lower":
        return values - values.min(axis=0)
    return values.max(axis=0) - values


def shares_best(values: Floats, sense: str) -> Floats:
    """Share of futures in which each policy is best, (NP,); policies that are equally good share a future."""
    best = regret(values, sense) == 0.0
    return np.asarray((best / best.sum(axis=0)).mean(axis=1))


def ranking(values: Floats, sense: str = "lower") -> list[int]:
    """Policies from best to worst median; equal medians by mean, then in the order of the run."""
    sign = 1.0 if sense == "lower" else -1.0
    middle, mean = np.median(values, axis=1), values.mean(axis=1)
    return sorted(range(len(values)), key=lambda p: (sign * middle[p], sign * mean[p], p))


def ranks(rows: Floats) -> Floats:
    """Ranks along the last axis, equal values sharing their mean rank, centred and of unit length.

    The inner product of two such rows is Spearman's rank correlation. Rows without variation are 0.
    """
    flat = np.atleast_2d(rows)
    ranked = np.empty(flat.shape)
    order = np.argsort(flat, axis=1)
    ordered = np.take_along_axis(flat, order, axis=1)
    np.put_along_axis(ranked, order, np.arange(1.0, flat.shape[1] + 1.0)[None], axis=1)
    distinct = (ordered[:, 1:] > ordered[:, :-1]).all(axis=1)
    for row in np.flatnonzero(~distinct):
        _, inverse, counts = np.unique(flat[row], return_inverse=True, return_counts=True)
        ranked[row] = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    ranked -= ranked.mean(axis=1, keepdims=True)
    length = np.sqrt((ranked**2).sum(axis=1, keepdims=True))
    return np.asarray((ranked / np.where(length > 0, length, 1.0)).reshape(np.shape(rows)))


@dataclass(frozen=True)
class ParameterRanks:
    """Ranks of the parameters that differ between members: names, their rows, and ranks (P', n)."""

    names: tuple[str, ...]
    rows: NDArray[np.intp]
    ranks: Floats

    @classmethod
    def of(cls, parameters: Floats, labels: Sequence[str]) -> ParameterRanks:
        """Ranks over the first `RANKED_MEMBERS` columns of the parameter rows (P, N), which `labels` name."""
        first = np.asarray(parameters[:, :RANKED_MEMBERS], dtype=np.float64)
        rows = np.flatnonzero(np.ptp(first, axis=1) > 0)
        return cls(tuple(labels[int(i)] for i in rows), rows, ranks(first[rows]))

    def behind(self, run: Run, metric: Metric) -> ParameterRanks:
        """Those of the parameters that the metric can depend on in the run's program; the others move by chance."""
        kept = self.rows < run.records.parameters_behind(metric.output)
        names = tuple(name for name, keep in zip(self.names, kept, strict=True) if keep)
        return ParameterRanks(names, self.rows[kept], self.ranks[kept])

    def effects(self, values: Floats) -> Floats:
        """Spearman's correlation of each parameter with `values` (N,), (P',)."""
        return np.asarray(self.ranks @ ranks(values[: self.ranks.shape[1]]))

    def top(self, values: Floats, count: int = TOP_DRIVERS) -> list[tuple[int, float]]:
        """Places (among `names`) and effects of the strongest parameters that stand out of chance.

        Chance is three standard errors of a correlation of zero, 3/sqrt(n - 1).
        """
        return self.strongest(ranks(values[: self.ranks.shape[1]]), count)

    def strongest(self, ranked: Floats, count: int = TOP_DRIVERS) -> list[tuple[int, float]]:
        """`top` of values whose ranks are known already."""
        effects = self.ranks @ ranked
        least = 3.0 / np.sqrt(max(self.ranks.shape[1] - 1, 1))
        order = np.argsort(-np.abs(effects), kind="stable")[:count]
        return [(int(i), float(effects[i])) for i in order if abs(effects[i]) > least]


def drivers(
    run: Run,
    metric: str,
    better: str,
    than: str,
    ranked: ParameterRanks | None = None,
    count: int = TOP_DRIVERS,
) -> list[dict[str, Any]]:
    """Parameters that move the difference in a metric between two policies, strongest first.

    `effect` is Spearman's rank correlation with (`better` minus `than`) over members; none is
    reported that chance alone would often give.
    """
    chosen = metric_named(metric)
    values = restricted(values_of(run, chosen), chosen, run)
    every = ranked or ParameterRanks.of(run.parameters, run.records.parameter_names)
    found = every.behind(run, chosen)
    difference = values[run.policy(better)] - values[run.policy(than)]
    return [
        {"parameter": found.names[i], "metric": metric, "effect": effect, "better": better, "than": than}
        for i, effect in found.top(difference, count)
    ]


def prior_driven(
    values: Floats, ranked: ParameterRanks, parameters: Floats, prior_sd: Floats | None
) -> float | None:
    """How much of a metric rests on parameters that the record has not narrowed, 0..1.

    Mean over the metric's top drivers of posterior over prior standard deviation (at most 1), weighted
    by squared rank correlation. `prior_sd` (P,) belongs to a run drawn from a posterior; None without one.
    """
    if prior_sd is None:
        return None
    top = ranked.top(values)
    rows = ranked.rows[[place for place, _ in top]]
    return _weighted(top, narrowing(parameters[rows], prior_sd[rows]))


def priors_driven(values: Floats, ranked: Sequence[ParameterRanks], narrowed: Floats) -> list[float | None]:
    """`prior_driven` of each row (M, N), with its parameters' ranks and the `narrowing` of all parameters (P,)."""
    every = ranks(values[:, :RANKED_MEMBERS])
    found = []
    for row, parameters in zip(every, ranked, strict=True):
        top = parameters.strongest(row)
        found.append(_weighted(top, narrowed[parameters.rows[[place for place, _ in top]]]))
    return found


def narrowing(parameters: Floats, prior_sd: Floats) -> Floats:
    """Posterior over prior standard deviation of each parameter (P, N), at most 1."""
    sds = np.ascontiguousarray(parameters[:, :RANKED_MEMBERS]).std(axis=1)
    return np.asarray(np.minimum(sds / np.where(prior_sd > 0, prior_sd, np.inf), 1.0))


def _weighted(top: Sequence[tuple[int, float]], ratios: Floats) -> float | None:
    """Mean of the ratios of the strongest parameters, weighted by squared effects; None where there are none."""
    if not top:
        return None
    weights = np.array([effect**2 for _, effect in top])
    return float(weights @ ratios / weights.sum())


def comparison(
    run: Run,
    *,
    metrics: Sequence[Metric] | None = None,
    objectives: Sequence[Objective] | None = None,
    prior_sd: Floats | None = None,
) -> dict[str, Any]:
    """Policies side by side, as the `compare` document carries them, in plain values; all metrics where none are named.

    Keys: policies (metrics and regret of each), ranking (by median; best first for an objective, lowest
    first for any other metric), share_best, drivers (of the difference between the first policy of a
    ranking and the next that differs from it), objectives (the value judgments used).
    """
    metrics = metrics_of(run.program) if metrics is None else metrics
    objectives = objectives_of(run.program) if objectives is None else objectives
    ranked = ParameterRanks.of(run.parameters, run.records.parameter_names)
    senses: Mapping[str, str] = {objective.metric: objective.sense for objective in objectives}
    document: dict[str, Any] = {
        "policies": {policy: {"metrics": {}, "regret": {}} for policy in run.policies},
        "ranking": {},
        "share_best": {},
        "drivers": [],
        "objectives": [
            {"metric": each.metric, "sense": each.sense, "judgment": each.judgment} for each in objectives
        ],
    }
    wanted = [*metrics, *(m for m in map(metric_named, senses) if m not in metrics)]
    for metric in wanted:
        values = values_of(run, metric)
        compared = restricted(values, metric, run)
        behind = ranked.behind(run, metric)
        for policy, row, plain in zip(run.policies, values, compared, strict=True):
            document["policies"][policy]["metrics"][metric.name] = statistic(
                row,
                metric.unit,
                censored=metric.is_censored,
                prior_driven=prior_driven(plain, behind, run.parameters, prior_sd),
            )
        order = ranking(compared, senses.get(metric.name, "lower"))
        document["ranking"][metric.name] = [run.policies[p] for p in order]
        if metric.name not in senses:
            continue
        sense = senses[metric.name]
        lost = regret(compared, sense)
        for policy, row in zip(run.policies, lost, strict=True):
            document["policies"][policy]["regret"][metric.name] = statistic(row, metric.unit)
        document["share_best"][metric.name] = dict(
            zip(run.policies, map(float, shares_best(compared, sense)), strict=True)
        )
        second = next((p for p in order[1:] if not np.array_equal(compared[p], compared[order[0]])), None)
        if second is not None:
            document["drivers"] += drivers(
                run, metric.name, run.policies[order[0]], run.policies[second], ranked
            )
    return document


def _quantiles(values: Floats, censored: bool) -> Floats:
    return (
        quantiles_of(np.where(np.isinf(values), NEVER, values), censored)
        if censored
        else quantiles_of(values)
    )


def _numbers(values: Floats) -> list[Any]:
    """Numbers as lists of the same shape, None where there is none."""
    shown = values.astype(object)
    shown[~np.isfinite(values)] = None
    found: list[Any] = shown.tolist()
    return found


def _batches(values: Floats) -> Floats | None:
    """Consecutive members of each row (M, N) in batches (M, B, m); None where there are too few for four of them."""
    rows, members = values.shape
    count = min(BATCHES, members // BATCH_LEAST)
    return values[:, : members // count * count].reshape(rows, count, -1) if count >= 4 else None


def _errors_of_means(values: Floats, batches: Floats | None) -> Floats:
    """Standard errors of the means (M,) from batch means; as of independent members where there are few."""
    with np.errstate(invalid="ignore"):  # rows that are not finite everywhere have no error, and are left out
        if batches is not None:
            return _scatter(batches.mean(axis=2), values.mean(axis=1))
        members = values.shape[1]
        if members < 2:
            return np.full(len(values), np.nan)
        return np.asarray(values.std(axis=1, ddof=1) / np.sqrt(members))


def _errors_of_quantiles(quantiles: Floats, batches: Floats | None, censored: bool) -> Floats:
    """Standard errors of the quantiles (M, 5); NaN where members are few or a batch did not reach it."""
    if batches is None:
        return np.full(quantiles.shape, np.nan)
    parts = np.moveaxis(_quantiles(batches, censored), 0, 1)
    with np.errstate(invalid="ignore"):
        known = np.isfinite(parts).all(axis=2) & np.isfinite(quantiles)
        return np.where(known, _scatter(parts, quantiles), np.nan)


def _scatter(of_batches: Floats, centres: Floats) -> Floats:
    """Standard error of estimates (...) from values in B batches (..., B): root of sum of squares over B (B - 1)."""
    count = of_batches.shape[-1]
    squares = (np.ascontiguousarray(of_batches) - centres[..., None]) ** 2
    return np.asarray(np.sqrt(squares.sum(axis=-1) / (count * (count - 1))))
