"""What the lab draws by month: the outputs of a comparison's charts and some more, in groups."""

from __future__ import annotations

from functools import cache

from ripeness.api.chart_data import CHARTED, Charted
from ripeness.flow import records_of

FURTHER = (
    Charted("deficit_rub_trn", "Federal deficit", "RUB trn, last 12 months", 12),
    Charted("effective_fleet_ships", "Ships that carry oil", "ships"),
    Charted("freight_usd_bbl", "Freight", "USD/bbl"),
    Charted("civilian_harm", "Civilian casualties", "thousand a month"),
    Charted("power_damage_share", "Power supply out of use", "percent", 1, 100.0),
    Charted("support_a", "Attacker's public that would settle", "percent", 1, 100.0),
)
"""Outputs beside those of a comparison's figure."""

MONEY, FLEET, WAR = "money", "fleet", "war_and_people"

GROUP = {
    "oil_afloat_mb": FLEET,
    "shadow_share_crude": FLEET,
    "effective_fleet_ships": FLEET,
    "freight_usd_bbl": FLEET,
    **dict.fromkeys(
        (
            "territory_km2",
            "losses_a",
            "losses_d",
            "aid_allocated_usd_bn",
            "drones_launched",
            "support_d",
            "support_a",
            "civilian_harm",
            "power_damage_share",
        ),
        WAR,
    ),
}
"""Group of each output that is not money."""

METRIC = {
    "aid_allocated_usd_bn": "aid_usd_bn",
    "losses_a": "casualties_a",
    "losses_d": "casualties_d",
    "civilian_harm": "civilian_harm_index",
}
"""Metric of a comparison that sums up a charted output, where it has another name."""


@cache
def lab_charts(program: str) -> tuple[Charted, ...]:
    """What is drawn of a program's futures."""
    rows = records_of(program).output_rows
    return tuple(chart for chart in (*CHARTED, *FURTHER) if chart.name in rows)


def group_of(chart: Charted) -> str:
    """Group of views in which a chart stands."""
    return GROUP.get(chart.name, MONEY)
