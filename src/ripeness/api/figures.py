"""Fan charts of a comparison, from its monthly fans and the record of its case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ripeness.api.chart_data import Charted, Floats, MonthlyFans, charted, observed
from ripeness.api.lab_charts import METRIC
from ripeness.api.score_lines import Scores
from ripeness.base import RipenessError
from ripeness.case import REFERENCE
from ripeness.report import chart_line
from ripeness.report.fan_charts import MOST_POLICIES, FanFigure, Panel, save_figure
from ripeness.report.wording import NO_FORECAST

if TYPE_CHECKING:
    from ripeness.api.comparison import Comparison
    from ripeness.api.simulation import Asked
    from ripeness.base import Month
    from ripeness.case import Case
    from ripeness.flow import Run


def figure_of(result: Comparison, fans: MonthlyFans, policies: tuple[str, ...]) -> FanFigure:
    """Small multiples of some policies of a comparison; the reference comes first."""
    case = result.asked.case
    bands = {policy: fans.quantiles[policy] for policy in policies}
    return FanFigure(
        title=_title(policies),
        subtitle=subtitle_of(case, policies),
        footer=footer_of(result.run, result.asked),
        months=fans.months,
        panels=panels_of(case, charted(result.run.program), fans.months, bands),
        data_end=case.data_until,
        starts={name: start for name, start in acting_of(result.asked).items() if name in policies[1:]},
        until=result.run.until,
    )


def panels_of(
    case: Case,
    charts: Sequence[Charted],
    months: tuple[Month, ...],
    bands: Mapping[str, Mapping[str, Floats]],
) -> tuple[Panel, ...]:
    """One panel a chart: quantiles (5, T) by policy and chart, the record, and how such forecasts did."""
    scores = Scores.of(case)
    panels = []
    for chart in charts:
        values, weak = observed(case, chart, months)
        said = chart_line(scores.of_metric(METRIC.get(chart.name, chart.name)))
        own = {policy: found[chart.name] for policy, found in bands.items()}
        panels.append(Panel(chart.title, chart.unit, own, values, weak, said))
    return tuple(panels)


def subtitle_of(case: Case, policies: Sequence[str], reference: str = REFERENCE) -> str:
    """What is drawn; beside more than one policy, only the reference has its outer band."""
    others = f" of {reference}, 50 of the others" if len(policies) > 2 else ""
    return (
        f"{case.title}.\nLines: medians. Shaded: 90 and 50 of 100 futures{others}. "
        "Dots: the record, hollow where recalled or claimed."
    )


def acting_of(asked: Asked) -> dict[str, Month]:
    """Month from which each policy but the reference acts."""
    return {policy.name: policy.start for policy in asked.policies[1:] if policy.start is not None}


def footer_of(run: Run, asked: Asked) -> str:
    """What the numbers of a figure are, and where they come from."""
    record = run.record
    return (
        f"ripeness {record['model_version']}, run {record['hash'][:12]}, data to {asked.case.data_until}, "
        f"{run.members} futures, seed {record['seed']}, parameters from the {asked.draws.source}. {NO_FORECAST}"
    )


def _title(policies: tuple[str, ...]) -> str:
    others = policies[1:]
    if not others:
        return REFERENCE
    listed = others[0] if len(others) == 1 else f"{', '.join(others[:-1])} and {others[-1]}"
    return f"{listed} beside {REFERENCE}"


def figure_groups(result: Comparison) -> list[tuple[str, tuple[str, ...]]]:
    """File stem and policies of each figure: each policy beside the reference, and all in one where few; twins once."""
    distinct = [name for name, entry in result.document["policies"].items() if entry["identical_to"] is None]
    pairs: list[tuple[str, tuple[str, ...]]] = [
        (f"fans_{name}", (REFERENCE, name)) for name in distinct if name != REFERENCE
    ]
    if len(distinct) == 1 or 2 < len(distinct) <= MOST_POLICIES:
        return [("fans", tuple(distinct)), *pairs]
    return pairs


def save_figures(result: Comparison, folder: Path) -> tuple[Path, ...]:
    """Write every fan chart of a comparison as SVG and PNG; returns the files."""
    groups = figure_groups(result)
    fans = result.fans(list(dict.fromkeys(name for _, names in groups for name in names)))
    written: list[Path] = []
    try:
        for stem, names in groups:
            figure = figure_of(result, fans, names)
            written += save_figure(figure, folder / f"{stem}.svg", folder / f"{stem}.png")
    except OSError as cause:
        raise RipenessError(f"cannot write to {folder}: {cause.strerror}", "choose another folder") from cause
    return tuple(written)
