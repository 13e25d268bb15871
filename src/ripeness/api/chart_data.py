"""Monthly fans of the outputs that charts show, and the record beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month
from ripeness.case import SITE_UNITS
from ripeness.ensemble.fans import quantiles_of
from ripeness.flow import Run, records_of

if TYPE_CHECKING:
    from ripeness.case import Case

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Charted:
    """An output as it is drawn: its name, title and unit; `months` above 1 means a running sum over so many."""

    name: str
    title: str
    unit: str
    months: int = 1
    factor: float = 1.0
    """What the output is multiplied with to have the unit."""


CHARTED = (
    Charted("brent_usd_bbl", "Brent price", "USD/bbl"),
    Charted("fob_discount_usd_bbl", "Discount at the loading port", "USD/bbl"),
    Charted("delivered_discount_usd_bbl", "Discount at the buyer's port", "USD/bbl"),
    Charted("export_volume_mbd", "Oil exports, crude and products", "mb/d"),
    Charted("export_revenue_usd_bn", "Oil export revenue", "USD bn a month"),
    Charted("oil_gas_revenue_rub_trn", "Oil and gas budget revenue", "RUB trn, last 12 months", 12),
    Charted("liquid_fund_rub_trn", "Liquid part of the fund", "RUB trn"),
    Charted("oil_afloat_mb", "Oil afloat", "mb"),
    Charted("shadow_share_crude", "Crude carried by shadow ships", "percent", 1, 100.0),
    Charted("territory_km2", "Land held by the attacker", "thousand km2", 1, 1e-3),
    Charted("losses_a", "Killed, wounded and missing, attacker", "thousand a month"),
    Charted("losses_d", "Killed, wounded and missing, defender", "thousand a month"),
    Charted("aid_allocated_usd_bn", "Aid allocated to the defender", "USD bn, last 12 months", 12),
    Charted("drones_launched", "Long-range drones launched", "thousand a month"),
    Charted("support_d", "Defender's public that would settle", "percent", 1, 100.0),
)
"""Small multiples of a comparison, in the order of money (price, discount, volume, revenue, fund), then the war."""


def charted(program: str) -> tuple[Charted, ...]:
    """What is drawn of a program's runs."""
    rows = records_of(program).output_rows
    return tuple(chart for chart in CHARTED if chart.name in rows)


@dataclass(frozen=True)
class MonthlyFans:
    """Quantiles (5, T) by policy and charted output, in the order of `ensemble.fans.QUANTILES`."""

    months: tuple[Month, ...]
    quantiles: Mapping[str, Mapping[str, Floats]]


def running_sum(values: Floats, months: int) -> Floats:
    """Sum over the last `months` along the first axis; NaN until there are so many."""
    if months == 1:
        return values
    total = np.full(values.shape, np.nan)
    if len(values) >= months:
        windows = np.lib.stride_tricks.sliding_window_view(values, months, axis=0)
        total[months - 1 :] = windows.sum(axis=-1)
    return total


def fan(chart: Charted, values: Floats) -> Floats:
    """Quantiles (5, T) of a charted output whose values are (T, n), in the chart's unit."""
    return chart.factor * quantiles_of(running_sum(np.asarray(values, dtype=np.float64), chart.months))


def fans(charts: Sequence[Charted], paths: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """`fan` of each chart from its output (T, n); outputs that are drawn as they are go together, in single numbers."""
    plain = [chart for chart in charts if chart.months == 1]
    found = {chart.name: fan(chart, paths[chart.name]) for chart in charts if chart.months > 1}
    if plain:
        # The quantiles of single numbers are those of the same numbers in doubles, and they are sorted faster.
        quantiles = quantiles_of(np.stack([paths[chart.name] for chart in plain]))
        found |= {chart.name: chart.factor * quantiles[:, place] for place, chart in enumerate(plain)}
    return {chart.name: found[chart.name] for chart in charts}


def monthly_fans(run: Run) -> dict[str, dict[str, Floats]]:
    """Fans of every policy of a run with paths."""
    return {
        policy: {chart.name: fan(chart, run.path(policy, chart.name)) for chart in charted(run.program)}
        for policy in run.policies
    }


def observed(case: Case, chart: Charted, months: tuple[Month, ...]) -> tuple[Floats, NDArray[np.bool_]]:
    """The record (T,) in the chart's unit, NaN where there is none, and where a value is only recalled or claimed."""
    name = case.observations.get(chart.name) or (chart.name if chart.name in case.series else None)
    weak = np.zeros(len(months), bool)
    if name is None:
        return np.full(len(months), np.nan), weak
    series = case.series[name]
    if chart.name in SITE_UNITS:
        series = series.in_unit(SITE_UNITS[chart.name])
    arrays = series.to_arrays(months)
    values = np.where(arrays.present, arrays.value, np.nan)
    latest = {row.month: row.quality for row in series.as_of(None).observations}
    weak = np.array([latest.get(month) in ("recalled", "claimed") for month in months])
    return chart.factor * running_sum(values, chart.months), weak
