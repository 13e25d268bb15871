"""The names that the files of a case may use, and the unit and range of what they name."""

from __future__ import annotations

from typing import NamedTuple

from ripeness.flow import BUYERS, PROGRAMS, BargainingParameters, Levers, layout_of, records_of


class Fact(NamedTuple):
    """A month fact: its unit, and its value where a case does not give it (None: a case must)."""

    unit: str
    default: float | None


COMPUTED = (
    "days",
    "drawing",
    "counting",
    "quarter_tax",
    "march_tax",
    "december",
    "observed",
    "observed_sd",
    "present",
    "war_observed",
    "war_observed_sd",
    "war_present",
)
"""Fields of a month's record that follow from the calendar, the run, or the observations."""

FACTS: dict[str, Fact] = {
    "cap_reset": Fact("flag", 0.0),
    "tax_price_since_2025": Fact("flag", 0.0),
    "tax_price_cif": Fact("flag", 0.0),
    "tax_discount_limit_usd_bbl": Fact("USD/bbl", 999.0),
    "gas_windfall": Fact("flag", 0.0),
    "one_off_rub_trn": Fact("RUB trn", 0.0),
    "budget_rule": Fact("flag", None),
    "cutoff_usd_bbl": Fact("USD/bbl", None),
    "base_revenue_rub_trn": Fact("RUB trn", 0.0),
    "non_oil_plan_rub_trn": Fact("RUB trn", None),
    "spending_plan_rub_trn": Fact("RUB trn", None),
    "gdp_rub_trn": Fact("RUB trn", None),
    "price_index": Fact("index", None),
    "brent_anchor_usd_bbl": Fact("USD/bbl", None),
    "chokepoint_loss": Fact("share", 0.0),
    "chokepoint_months": Fact("months", 1.0),
    "product_disruption": Fact("share", 0.0),
    "war_on": Fact("flag", 1.0),
    "season": Fact("log", 0.0),
    "truce": Fact("share", 0.0),
}
"""Every field of a month's record that a case may set, in `month_facts`."""

SITE_UNITS: dict[str, str] = {
    "brent_usd_bbl": "USD/bbl",
    "usd_rub": "RUB/USD",
    "refinery_throughput_mbd": "mb/d",
    "crude_seaborne_mbd": "mb/d",
    "export_volume_mbd": "mb/d",
    "shadow_share_crude": "share",
    "delivered_discount_usd_bbl": "USD/bbl",
    "fob_discount_usd_bbl": "USD/bbl",
    "oil_afloat_mb": "mb",
    "urals_tax_usd_bbl": "USD/bbl",
    "export_revenue_usd_bn": "USD bn",
    "oil_gas_revenue_rub_trn": "RUB trn",
    "non_oil_revenue_rub_trn": "RUB trn",
    "spending_rub_trn": "RUB trn",
    "liquid_fund_rub_trn": "RUB trn",
    "cpi_yoy": "share",
    "key_rate": "share",
    "territory_km2": "km2",
    "territory_change_second_km2": "km2",
    "drones_launched": "thousand",
    "drones_stopped_share": "share",
    "missiles_launched": "thousand",
    "missiles_stopped_share": "share",
    "claimed_losses_a": "thousand people",
    "aid_allocated_usd_bn": "USD bn",
    "support_a": "share",
    "support_d": "share",
    "support_coalition": "share",
    "support_patron": "share",
}
"""Unit in which the model reads each observed quantity; a flow is that of the month."""

EVE_SITES = ("brent_usd_bbl", "usd_rub", "urals_tax_usd_bbl", "liquid_fund_rub_trn", "cpi_yoy", "key_rate")
"""Sites whose value in the year before the first month sets where the money chain starts."""

MAX_CAP_USD_BBL = 500.0
"""A price cap above this is a slip of the pen: no price of oil has come near it."""

LEVER_RANGES: dict[str, tuple[float, float]] = {
    "price_cap_usd_bbl": (0.0, MAX_CAP_USD_BBL),
    "vessels_listed_us": (0.0, 2000.0),
    "vessels_listed_eu": (0.0, 2000.0),
    "vessels_listed_uk": (0.0, 2000.0),
    "buyer_tariff": (0.0, 5.0),
    "stock_release_mbd": (0.0, 20.0),
    "extra_military_aid_usd_bn": (0.0, 50.0),
    "extra_financial_aid_usd_bn": (0.0, 50.0),
    "extra_interceptors": (0.0, 10.0),
    "narrative": (-1.0, 1.0),
}
"""Range of each lever that is not a share from 0 to 1."""

PULSE_LEVERS = (
    "vessels_listed_us",
    "vessels_listed_eu",
    "vessels_listed_uk",
    "interdiction",
    "refinery_strikes",
    "port_strikes",
    "stock_release_mbd",
)
"""Levers whose dated values count only in their month unless the file says `kind: level`."""

LEVERS = tuple(Levers._fields)
"""Levers by name; a vector lever stands for all its entries."""

LEVER_ROWS = tuple(dict.fromkeys([*LEVERS, *layout_of(Levers).row_labels]))
"""Levers and the single entries of vector levers, such as `buyer_tariff.turkiye`."""

VECTOR_LEVERS = {"buyer_tariff": BUYERS}
"""Levers with an entry for each label of an axis."""

MONEY_BLOCKS = ("oil_market", "refining", "shipping", "discount", "receipts", "treasury")
"""Blocks of the money chain; their parameters are those of `flow.Parameters`."""

WAR_BLOCKS = ("chest", "forces", "air_war", "front", "opinion")
"""Blocks of a war; their parameters are those of `flow.WarParameters`."""

WORLD_BLOCKS = (*MONEY_BLOCKS, *WAR_BLOCKS)
"""Blocks whose parameters a month of the world reads."""

BARGAINING_PARAMETERS = layout_of(BargainingParameters).row_labels
"""Parameters of the block `bargaining`; the world reads none of them, so that a name may stand in both."""

BLOCKS = (*WORLD_BLOCKS, "bargaining")
"""Every block that a case may list."""

OUTPUTS = tuple(
    dict.fromkeys(name for records in PROGRAMS.values() for name in records.outputs.__annotations__)
)
"""What a month of some program reports."""

METRICS = tuple(
    dict.fromkeys(
        [
            "export_volume_mbd",
            "brent_usd_bbl",
            "fob_discount_usd_bbl",
            "delivered_discount_usd_bbl",
            "export_revenue_usd_bn",
            "oil_gas_revenue_rub_trn",
            "deficit_rub_trn",
            "liquid_fund_rub_trn",
            "months_to_stressed",
            "months_to_constrained",
            "months_to_unsustainable",
            "p_settled",
            "p_durable_settlement",
            "p_collapse_a",
            "p_collapse_d",
            "p_renewed_war",
            "months_to_settlement",
            "terms_share_a",
            "zopa",
            "territory_km2",
            "casualties_a",
            "casualties_d",
            "civilian_harm_index",
            "coalition_cost_usd_bn",
            "aid_usd_bn",
            *(name for name in OUTPUTS if not name.endswith("log_likelihood")),
        ]
    )
)
"""Metrics of a comparison, and every monthly output."""

CLAIM_METRICS = (
    *METRICS[: METRICS.index("aid_usd_bn") + 1],
    "people_lost",
    "spend_usd_bn",
    "months_to_end",
    "power_damage_share",
)
"""Metrics by which a claim is tested; `months_to_end` is to the end of the war, by a deal or a collapse."""

SEARCH_METRICS = (
    *METRICS[: METRICS.index("aid_usd_bn") + 1],
    "people_lost",
    "spend_usd_bn",
    "effort_price_usd_bn",
)
"""Metrics that a search of policies may aim at; `effort_price_usd_bn` is read off the policy itself."""

_SUFFIX_UNITS = {
    "_usd_bbl": ("USD/bbl",),
    "_mbd": ("mb/d",),
    "_mb": ("mb",),
    "_usd_day": ("USD/day",),
    "_rub_trn": ("RUB trn", "RUB trn/month"),
    "_months": ("months",),
    "_days": ("days",),
}


def lever_range(lever: str) -> tuple[float, float]:
    """Smallest and largest value of a lever, or of an entry of a vector lever."""
    return LEVER_RANGES.get(lever.split(".")[0], (0.0, 1.0))


def units_in_name(name: str) -> tuple[str, ...]:
    """Units that a name's ending promises; empty where it promises none."""
    stem = name.split(".")[0]
    return next((units for suffix, units in _SUFFIX_UNITS.items() if stem.endswith(suffix)), ())


def parameter_names(program: str) -> tuple[str, ...]:
    """Parameters that the world blocks of a program read; each needs a prior."""
    return records_of(program).parameter_names


def blocks_of(program: str) -> tuple[str, ...]:
    """Blocks that a case with this program may list; talks and deals need a war."""
    records = records_of(program)
    money = MONEY_BLOCKS if records.has_money else ()
    return money + ((*WAR_BLOCKS, "bargaining") if records.has_war else ())


def facts(program: str) -> dict[str, Fact]:
    """Facts of a program by name, in the order of its month's record."""
    fields = records_of(program).month.__annotations__
    return {name: FACTS[name] for name in fields if name not in COMPUTED}
