"""Policies side by side on the same futures: the main job, and the run of a single policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.api.bargained import Bargaining, Endgame, endings_document, ends_of
from ripeness.api.chart_data import MonthlyFans, charted, monthly_fans
from ripeness.api.progress import Progress, told
from ripeness.api.results import Result
from ripeness.api.robust import Payoff, robustness
from ripeness.api.score_lines import Scores
from ripeness.api.simulation import MEMBERS, Asked, Options, When, ask, simulated, with_paths
from ripeness.base import RipenessError, closest, suggestion
from ripeness.case import REFERENCE
from ripeness.ensemble.bargain import DRAWS
from ripeness.ensemble.endings import END_METRICS, outcomes
from ripeness.ensemble.fans import QUANTILES
from ripeness.ensemble.metrics import (
    Metric,
    Objective,
    ParameterRanks,
    comparison,
    drivers,
    metrics_of,
    objectives_of,
    prior_driven,
    restricted,
    statistic,
    statistics,
    values_of,
)
from ripeness.flow import Run
from ripeness.policy import identical_policies
from ripeness.report import SETTLED, Table, comparison_summary, comparison_tables, score_line

if TYPE_CHECKING:
    import xarray

    from ripeness.api.chart_data import Floats
    from ripeness.case import Case

FAN_MEMBERS = 1000
"""Futures whose months are drawn in fans: the first of the run."""

HEADLINES = (
    "fob_discount_usd_bbl",
    "export_revenue_usd_bn",
    "oil_gas_revenue_rub_trn",
    "liquid_fund_rub_trn",
    "coalition_cost_usd_bn",
)
"""Metrics of a first look; the others are one option away."""

ROUNDING = 1e-5
"""Differences up to this share of a number are rounding: float32 carries seven digits, and sums lose some."""

NOT_HERE = (
    "No bargaining here: the case has no war or none was asked for, so no model of it ranks these policies "
    "(by_model is empty), and what a policy costs its authors to carry out is not counted (spend_usd_bn is null)."
)


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(Result):
    """Policies on common futures. `run` holds every member; `document` what JSON says of them."""

    asked: Asked
    run: Run
    metrics: tuple[Metric, ...]
    objectives: tuple[Objective, ...]
    folder: Path | None = None
    kind: str = "compare"
    endgame: Endgame | None = None

    @cached_property
    def document(self) -> dict[str, Any]:
        """The `compare` document."""
        return _document(self)

    @property
    def title(self) -> str:
        """Case and months."""
        run = self.run
        what = "policies side by side" if self.kind == "compare" else f"{run.policies[-1]} beside {REFERENCE}"
        return f"{self.asked.case.name}: {what}, {run.start} to {run.until}"

    @property
    def lines(self) -> tuple[str, ...]:
        """What the numbers are, above the tables."""
        return comparison_summary(self.document)["above"]

    @property
    def notes(self) -> tuple[str, ...]:
        """What holds, what does not, and what is not modelled."""
        return comparison_summary(self.document)["below"]

    def tables(self) -> tuple[Table, ...]:
        """One table a metric, then regret, and what decides."""
        return comparison_tables(self.document)

    def headlines(self) -> tuple[Table, ...]:
        """The tables that a reader in a hurry needs: how the war ends, a few metrics, regret, and what decides."""
        left_out = {f"metric_{metric.name}" for metric in self.metrics if metric.name not in HEADLINES}
        return tuple(table for table in self.tables() if table.name not in left_out and not table.further)

    def table(self) -> list[dict[str, Any]]:
        """One record a policy and metric: quantiles of the level and of the difference to the reference."""
        rows = []
        for policy, entry in self.document["policies"].items():
            for name, level in entry["metrics"].items():
                row = {"policy": policy, "metric": name, "unit": level["unit"]}
                row |= {key: level[key] for key in ("mean", *QUANTILES, "mc_error", "prior_driven")}
                gap = entry["difference"][name]
                row |= {f"difference_{key}": gap[key] for key in ("mean", *QUANTILES)}
                row |= {key: gap[key] for key in ("share_lower", "share_higher")}
                best = self.document["share_best"].get(name)
                row["share_best"] = best[policy] if best else None
                row["back_test"] = score_line(self.document["metrics"][name])
                rows.append(row)
        return rows

    def to_xarray(self) -> xarray.Dataset:
        """Metrics (policy, member) and monthly fans (policy, month, quantile), with units in attrs."""
        import xarray

        members = np.arange(self.run.members)
        data: dict[str, Any] = {}
        for metric in self.metrics:
            about = {"units": metric.unit, "long_name": metric.label, "reduction": metric.reduction}
            about["back_test"] = score_line(self.document["metrics"][metric.name]) or ""
            data[metric.name] = (("policy", "member"), values_of(self.run, metric), about)
        fans = self.fans()
        for chart in charted(self.run.program):
            quantiles = np.stack([fans.quantiles[policy][chart.name] for policy in self.run.policies])
            about = {
                "units": chart.unit,
                "long_name": chart.title,
                "members": min(FAN_MEMBERS, self.run.members),
            }
            data[f"monthly_{chart.name}"] = (("policy", "quantile", "month"), quantiles, about)
        return xarray.Dataset(
            data,
            coords={
                "policy": list(self.run.policies),
                "member": members,
                "quantile": list(QUANTILES.values()),
                "month": np.array([str(month) for month in self.run.months], dtype="datetime64[M]").astype(
                    "datetime64[ns]"
                ),
            },
            attrs=self.attributes(),
        )

    def fans(self, policies: Sequence[str] | None = None) -> MonthlyFans:
        """Monthly fans of the charted outputs, from the first futures of the run simulated again with paths."""
        wanted = list(policies or self.run.policies)
        quantiles: dict[str, Any] = {}
        others = [name for name in wanted if name != REFERENCE] or [REFERENCE]
        for first in range(0, len(others), 4):  # paths of all policies at once would not fit small machines
            part = with_paths(self.asked, others[first : first + 4], FAN_MEMBERS)
            quantiles |= monthly_fans(part)
        return MonthlyFans(
            self.run.months, {name: quantiles[name] for name in {REFERENCE: 0} | dict.fromkeys(wanted)}
        )

    def save(self, folder: str | Path | None = None) -> tuple[Path, ...]:
        """Write the document, the tables and the fan charts (SVG and PNG); returns the files.

        Without `folder`, into `report` beside the saved run.
        """
        from ripeness.api.figures import save_figures

        if folder is None and self.folder is None:
            raise RipenessError("there is no saved run to write beside", "name a folder")
        root = Path(folder) if folder is not None else Path(self.folder or ".") / "report"
        return (*super().save(root), *save_figures(self, root))


def compare(
    case: str | Path | Case = "ukraine",
    policies: Sequence[str] | str | None = None,
    *,
    start: When = None,
    until: When = None,
    metrics: Sequence[str] | str | None = None,
    objectives: Sequence[str | Objective] | None = None,
    members: int = MEMBERS,
    seed: int = 1,
    prior: bool = False,
    out: str | Path | None = None,
    dtype: str = "float32",
    threads: int | None = None,
    cluster: str | None = None,
    structural_draws: int = DRAWS,
    equal_budget: bool = False,
    link: str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Policies side by side on the same futures.

    Args:
        case: name of a shipped case, or a folder.
        policies: names, as a list or with commas, or all; those that the case compares by default. The first is
            always `as_enacted`.
        start: month from which policies act; by default each has its own, or the case's.
        until: last month; the case's by default.
        metrics: names of metrics; all by default.
        objectives: value judgments as `metric:lower` or `metric:higher`, for regret and "lowest in".
        members: number of futures.
        seed: counter of the random numbers.
        prior: draw parameters from the priors even where the case ships a posterior.
        out: folder for the saved run, tables and charts; an interrupted call goes on there.
        dtype: float32 or float64.
        threads: threads on this machine; all cores by default. No number depends on it.
        cluster: address of a dask scheduler.
        structural_draws: draws of the bargaining constants for which the game is solved; 0 leaves bargaining out.
        equal_budget: scale the pressing policies so that all spend the same.
        link: a share link, in place of case, policies, months, members and seed.
        progress: listener of progress.

    Raises:
        CaseFaults: the case or a policy is at fault; every fault is listed.
        RipenessError: an option is; the remedy says what to write.
    """
    bargaining = Bargaining(structural_draws, equal_budget)
    if link is not None:
        from ripeness.api.linking import asked_by_link

        if policies is not None or start is not None or until is not None or prior:
            raise RipenessError(
                "a link says itself what is compared", "leave out policies, start, until and prior beside it"
            )
        asked = asked_by_link(link, dtype=dtype, threads=threads, cluster=cluster)
        with told(progress) as heard:
            return compared(asked, metrics, objectives, bargaining, heard, out=out)
    options = Options(members, seed, prior, dtype, threads, cluster)
    return _answer(
        "compare", case, policies, start, until, metrics, objectives, options, out, progress, bargaining
    )


def run(
    case: str | Path | Case = "ukraine",
    policy: str = REFERENCE,
    *,
    start: When = None,
    until: When = None,
    metrics: Sequence[str] | str | None = None,
    members: int = MEMBERS,
    seed: int = 1,
    prior: bool = False,
    out: str | Path | None = None,
    dtype: str = "float32",
    threads: int | None = None,
    cluster: str | None = None,
    structural_draws: int = DRAWS,
    progress: Progress | None = None,
) -> Comparison:
    """One policy, beside `as_enacted`, which carries the record; arguments as in `compare`."""
    if "," in policy:
        raise RipenessError(f"run takes one policy, not {policy!r}", "use compare for several")
    options = Options(members, seed, prior, dtype, threads, cluster)
    bargaining = Bargaining(structural_draws)
    return _answer("run", case, [policy], start, until, metrics, None, options, out, progress, bargaining)


def _answer(
    kind: str,
    case: str | Path | Case,
    policies: Sequence[str] | str | None,
    start: When,
    until: When,
    metrics: Sequence[str] | str | None,
    objectives: Sequence[str | Objective] | None,
    options: Options,
    out: str | Path | None,
    progress: Progress | None,
    bargaining: Bargaining,
) -> Comparison:
    with told(progress) as heard:
        asked = ask(case, policies, start=start, until=until, options=options)
        return compared(asked, metrics, objectives, bargaining, heard, out=out, kind=kind)


def compared(
    asked: Asked,
    metrics: Sequence[str] | str | None,
    objectives: Sequence[str | Objective] | None,
    bargaining: Bargaining,
    heard: Progress,
    *,
    out: str | Path | None = None,
    kind: str = "compare",
) -> Comparison:
    """The comparison of a question that is ready to run."""
    program = asked.case.program
    chosen, aims = chosen_metrics(metrics, program), chosen_objectives(objectives, program)
    done = simulated(asked, out, heard)
    folder = None if out is None else Path(out)
    endgame = ends_of(asked, bargaining, folder, heard)
    result = Comparison(asked, done, chosen, aims, folder, kind, endgame)
    if out is not None:
        heard.stage("drawing tables and charts")
        result.save()
    return result


def chosen_metrics(names: Sequence[str] | str | None, program: str) -> tuple[Metric, ...]:
    """Metrics of a program by name in the order of tables; all where none are named."""
    known = metrics_of(program)
    if names is None or names == "all":
        return known
    wanted = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    found = {_metric(name, program) for name in wanted if name}
    return tuple(metric for metric in known if metric in found)


def _metric(name: str, program: str) -> Metric:
    """The program's metric of a name; where there is none, the error names the one that begins alike."""
    known = {metric.name: metric for metric in metrics_of(program)}
    if name in known:
        return known[name]
    stems = {each.partition("_usd_")[0].partition("_rub_")[0]: each for each in known}
    near = closest(name, stems)
    remedy = f"did you mean {stems[near]!r}?" if near is not None else suggestion(name, known, "metric")
    raise RipenessError(f"there is no metric {name!r}", remedy)


def chosen_objectives(said: Sequence[str | Objective] | None, program: str) -> tuple[Objective, ...]:
    """Objectives from `metric:lower` or `metric:higher`; those of the model where none are named."""
    if said is None:
        return objectives_of(program)
    found = []
    for aim in said:
        if isinstance(aim, Objective):
            found.append(aim)
            continue
        name, _, sense = aim.partition(":")
        _metric(name, program)
        if sense not in ("lower", "higher"):
            raise RipenessError(f"objective {aim!r} has no direction", f"write {name}:lower or {name}:higher")
        found.append(Objective(name, sense, "named by whoever asked"))
    return tuple(found)


def _document(result: Comparison) -> dict[str, Any]:
    run, asked = result.run, result.asked
    prior_sd = asked.draws.prior_sd
    document = comparison(run, metrics=result.metrics, objectives=result.objectives, prior_sd=prior_sd)
    ranked = ParameterRanks.of(run.parameters, run.records.parameter_names)
    known = {metric.name: metric for metric in metrics_of(run.program)}
    wanted = [known[name] for name in document["ranking"]]
    first = _first_of_identical(asked)
    for policy, compiled in zip(run.policies, asked.policies, strict=True):
        about = asked.case.policies.get(policy)
        entry = document["policies"][policy]
        differs = policy != REFERENCE and (
            about is None or bool(about.changes or about.triggers or about.base)
        )
        document["policies"][policy] = {
            "title": compiled.title,
            "acts_from": str(compiled.start) if differs and compiled.start is not None else None,
            "identical_to": first.get(policy),
            "needs": list(about.needs) if about is not None else [],
            **entry,
            "difference": {},
            "by_model": {},
            "spend_usd_bn": None,
        }
    for metric in wanted:
        values = restricted(values_of(run, metric), metric, run)
        behind = ranked.behind(run, metric)
        for policy, row in zip(run.policies, values, strict=True):
            gap = gap_to(row, values[0])
            driven = prior_driven(gap, behind, run.parameters, prior_sd)
            document["policies"][policy]["difference"][metric.name] = gap_statistic(gap, metric.unit, driven)
    document["drivers"] = _drivers(result, document, ranked)
    scores = Scores.of(asked.case)
    endings = (
        None if result.endgame is None else endings_document(asked.case, result.endgame, run.policies, scores)
    )
    if endings is not None:
        for policy, models in endings.pop("policies").items():
            entry = document["policies"][policy]
            entry["by_model"], entry["spend_usd_bn"] = models, models["m1"]["spend_usd_bn"]
    groups = _identical_groups(asked)
    record = dict(run.record)
    return {
        "schema": f"ripeness/{result.kind}/1",
        "run": record,
        "title": asked.case.title,
        "reference": REFERENCE,
        "draws": asked.draws.as_record(),
        "metrics": {
            metric.name: {
                "label": metric.label,
                "unit": metric.unit,
                "reduction": metric.reduction,
                **scores.of_metric(metric.name),
            }
            for metric in wanted
        },
        **document,
        "robustness": robustness(_payoffs(result), run.policies) if len(run.policies) > 1 else {},
        "identical": groups,
        "not_modelled": list(asked.case.not_modelled),
        "bargaining": endings,
        "notes": [
            *([NOT_HERE] if endings is None else []),
            *_window_notes(asked),
            *_role_notes(asked.case),
            *([] if scores.remark is None else [scores.remark]),
        ],
    }


def gap_to(row: Floats, base: Floats) -> Floats:
    """Differences in the same futures, (..., N); what the engine's rounding alone can make is none.

    The reference takes the record in and is stepped by another sequence of the same sums.
    """
    gap = row - base
    return np.where(np.abs(gap) <= ROUNDING * np.maximum(np.abs(row), np.abs(base)), 0.0, gap)


def gap_statistic(gap: Floats, unit: str, prior_driven: float | None = None) -> dict[str, Any]:
    """Differences to the reference in the same futures, (N,), as documents carry them."""
    return {
        **statistic(gap, unit, prior_driven=prior_driven),
        "share_lower": float((gap < 0).mean()),
        "share_higher": float((gap > 0).mean()),
    }


def gap_statistics(metrics: Sequence[Metric], gaps: Floats) -> dict[str, dict[str, Any]]:
    """`gap_statistic` of each metric (M, N) by name, all at once."""
    found = statistics(gaps, [metric.unit for metric in metrics])
    lower, higher = (gaps < 0).mean(axis=1).tolist(), (gaps > 0).mean(axis=1).tolist()
    return {
        metric.name: {**each, "share_lower": below, "share_higher": above}
        for metric, each, below, above in zip(metrics, found, lower, higher, strict=True)
    }


def _payoffs(result: Comparison) -> list[Payoff]:
    """Every aim of the comparison by policy and future; aims of endings by structural draw, under the main model."""
    run = result.run
    known = {metric.name: metric for metric in metrics_of(run.program)}
    payoffs = [
        Payoff(aim.metric, aim.sense, restricted(values_of(run, known[aim.metric]), known[aim.metric], run))
        for aim in result.objectives
    ]
    if result.endgame is None:
        return payoffs
    found = result.endgame.found
    values = outcomes(found, "m1")
    counts = np.bincount(found.walkers.draw, minlength=found.draws)
    for metric in END_METRICS:
        if metric.sense is None or not np.isfinite(values[metric.name]).all():
            continue
        rows = [np.bincount(found.walkers.draw, row, found.draws) / counts for row in values[metric.name]]
        payoffs.append(Payoff(metric.name, metric.sense, np.stack(rows)))
    return payoffs


def _role_notes(case: Case) -> tuple[str, ...]:
    """Who is A and who D in a past war, and how its record was read: no reader could guess it."""
    return case.notes if case.program == "war" else ()


def _identical_groups(asked: Asked) -> list[list[str]]:
    """Policies that do the same in every month of the run, each group in the order of the run."""
    order = asked.names.index
    return [sorted(group, key=order) for group in identical_policies(asked.policies)]


def _first_of_identical(asked: Asked) -> dict[str, str]:
    return {name: group[0] for group in _identical_groups(asked) for name in group[1:]}


def _window_notes(asked: Asked) -> list[str]:
    start = asked.question.start
    other = [p for p in asked.policies[1:] if p.start is not None and p.start != start]
    if not other:
        return []
    listed = ", ".join(f"{policy.name} from {policy.start}" for policy in other)
    return [
        f"Months are counted from {start}, but some policies act from another month: {listed}. What a policy "
        f"did before {start} is not counted; pass --start to let all begin together."
    ]


def _drivers(result: Comparison, document: dict[str, Any], ranked: ParameterRanks) -> list[dict[str, Any]]:
    """Parameters that decide each objective: of its first policy against the reference, and against the second.

    The second is left out where the first is best in nearly all futures: nothing is left to decide.
    """
    run, case = result.run, result.asked.case
    labels = run.records.parameter_names
    prior_sd = result.asked.draws.prior_sd
    found: list[dict[str, Any]] = []
    for objective in result.objectives:
        name = objective.metric
        best = document["ranking"][name][0]
        against_second = [
            each
            for each in document["drivers"]
            if each["metric"] == name and REFERENCE not in (each["better"], each["than"])
        ]
        other = best if best != REFERENCE else next((p for p in document["ranking"][name] if p != best), None)
        if other is not None:
            found += drivers(run, name, other, REFERENCE, ranked)
        if document["share_best"][name][best] < SETTLED:
            found += against_second
    for each in found:
        about = case.parameters[each["parameter"]]
        row = labels.index(each["parameter"])
        narrowed = None
        if prior_sd is not None and prior_sd[row] > 0:
            narrowed = float(run.parameters[row].std() / prior_sd[row])
        each |= {
            "label": about.label,
            "identification": about.identification,
            "posterior_over_prior_sd": narrowed,
        }
    return found
