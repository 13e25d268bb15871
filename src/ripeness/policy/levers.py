"""The catalogue of levers: what each one is, its range, and where it may act.

`moves` names state or output rows of a program that the lever reaches through its own term in the
equations; `not_directly` names outputs it may change only through those. A lever `in_bargaining` is read by
the models of what the parties would accept, some by nothing else. The
check of a case, the reference pages and the test that every lever moves something all read this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ripeness.base import RipenessError, suggestion
from ripeness.case import PULSE_LEVERS, lever_range
from ripeness.flow import Levers, layout_of

Kind = Literal["share", "level", "pulse"]


@dataclass(frozen=True)
class Lever:
    """One lever: its unit and range, how dated values of it are read, and where it may act."""

    name: str
    unit: str
    low: float
    high: float
    kind: Kind
    """How a dated value is read unless its file says otherwise. share: in force from its date on, weighted by
    days in the month of the date; level: in force from its date on, whole months; pulse: counts only in the
    month of its date, and pulses of a month add up."""
    meaning: str
    moves: tuple[str, ...]
    not_directly: tuple[str, ...] = ()
    axis: str | None = None
    """Name of the axis of a vector lever (`flow.axes.LABELS`), None for a single number."""
    in_bargaining: bool = False
    """Whether the models of talks and deals read it themselves."""

    @property
    def day_weighted(self) -> bool:
        """Whether a value dated within a month counts for the days it was in force."""
        return self.kind == "share"


_DISCOUNTS = ("delivered_discount_usd_bbl", "fob_discount_usd_bbl")
_RISK = ("pressure_adapted", "clearing_discount")
_FRONT = ("territory_km2", "losses_a", "losses_d", "drones_launched")


def _lever(
    name: str,
    unit: str,
    meaning: str,
    moves: tuple[str, ...],
    not_directly: tuple[str, ...] = (),
    axis: str | None = None,
    in_bargaining: bool = False,
) -> Lever:
    low, high = lever_range(name)
    kind: Kind = "pulse" if name in PULSE_LEVERS else "share" if unit == "share" else "level"
    return Lever(name, unit, low, high, kind, meaning, moves, not_directly, axis, in_bargaining)


CATALOGUE: tuple[Lever, ...] = (
    _lever(
        "crude_import_ban", "share",
        "Share of the EU and G7 crude market that is closed.",
        _RISK, ("brent_usd_bbl", "oil_gas_revenue_rub_trn"),
    ),
    _lever(
        "product_import_ban", "share",
        "Share of the EU and G7 product market that is closed.",
        ("product_friction", "product_exports_mbd"), ("brent_usd_bbl", "oil_gas_revenue_rub_trn"),
    ),
    _lever(
        "cap_in_force", "share",
        "Share of the month in which a price cap binds coalition shipping services.",
        ("channel",), (*_DISCOUNTS, "oil_gas_revenue_rub_trn"),
    ),
    _lever(
        "price_cap_usd_bbl", "USD/bbl",
        "Statutory level of the price cap.",
        ("channel", "price_cap_usd_bbl"), (*_DISCOUNTS, "oil_gas_revenue_rub_trn"),
    ),
    _lever(
        "cap_dynamic", "share",
        "1 where the cap follows the dynamic rule instead of its statutory path; acts above one half.",
        ("channel", "price_cap_usd_bbl"), (*_DISCOUNTS, "oil_gas_revenue_rub_trn"),
    ),
    _lever(
        "cap_enforcement", "share",
        "How strictly attestations are checked: at 1 no false attestation passes.",
        ("channel",), (*_DISCOUNTS, "oil_gas_revenue_rub_trn"),
    ),
    _lever(
        "services_ban", "share",
        "Share of coalition shipping services withdrawn at any price.",
        ("channel",), (*_DISCOUNTS, "oil_gas_revenue_rub_trn"),
    ),
    _lever(
        "vessels_listed_us", "ships",
        "Tankers newly listed by the United States in the month.",
        ("fleet", "listing_loss"), ("export_volume_mbd", *_DISCOUNTS),
    ),
    _lever(
        "vessels_listed_eu", "ships",
        "Tankers newly listed by the European Union in the month.",
        ("fleet", "listing_loss"), ("export_volume_mbd", *_DISCOUNTS),
    ),
    _lever(
        "vessels_listed_uk", "ships",
        "Tankers newly listed by the United Kingdom in the month.",
        ("fleet", "listing_loss"), ("export_volume_mbd", *_DISCOUNTS),
    ),
    _lever(
        "listing_enforcement", "share",
        "How far listings are followed up at ports and banks.",
        ("enforcement",), ("export_volume_mbd", *_DISCOUNTS),
    ),
    _lever(
        "producer_listing", "share",
        "Share of crude exports whose producers are under US blocking sanctions.",
        _RISK, ("brent_usd_bbl",),
    ),
    _lever(
        "secondary_sanctions", "share",
        "How credible penalties on buyers and their banks are.",
        _RISK, ("brent_usd_bbl",),
    ),
    _lever(
        "buyer_tariff", "share",
        "Additional tariff on a buyer's exports, as a share of their value.",
        ("clearing_discount",), ("brent_usd_bbl",), axis="buyer",
    ),
    _lever(
        "waiver", "share",
        "Share of listed producers' oil that a general licence frees.",
        ("enforcement", *_RISK), ("brent_usd_bbl", "oil_gas_revenue_rub_trn"),
    ),
    _lever(
        "insurance_checks", "share",
        "Share of voyages checked for valid insurance.",
        ("scarcity_rent_usd_bbl", "freight_usd_bbl"), ("oil_gas_revenue_rub_trn",),
    ),
    _lever(
        "port_ban", "share",
        "Share of receiving ports that refuse listed or uninsured ships.",
        ("clearing_discount", "freight_usd_bbl"), ("oil_gas_revenue_rub_trn",),
    ),
    _lever(
        "transit_inspection", "share",
        "Share of Baltic voyages inspected in the straits.",
        ("scarcity_rent_usd_bbl", "freight_usd_bbl"), ("oil_gas_revenue_rub_trn",),
    ),
    _lever(
        "interdiction", "share",
        "Share of shadow ships seized or detained in the month.",
        ("fleet", "freight_usd_bbl"),
    ),
    _lever(
        "refinery_strikes", "share",
        "Share of refining capacity newly hit in the month.",
        ("refinery_outage", "refinery_throughput_mbd"), ("cpi_yoy",),
    ),
    _lever(
        "port_strikes", "share",
        "Share of western port days lost in the month.",
        ("crude_seaborne_mbd", "product_exports_mbd"), ("cpi_yoy",),
    ),
    _lever(
        "stock_release_mbd", "mb/d",
        "Coalition release from strategic stocks in the month.",
        ("brent_usd_bbl",), ("export_volume_mbd", "delivered_discount_usd_bbl"),
    ),
    _lever(
        "pressure_relief", "share",
        "Share of enforcement that is suspended while talks last.",
        ("enforcement", "channel", *_RISK, "chest_months"), ("brent_usd_bbl", *_FRONT), in_bargaining=True,
    ),
    _lever(
        "cost_pressure", "share",
        "Economic pressure on the attacker's purse, as a share of full effort, where no money chain runs.",
        ("chest_months",), _FRONT, in_bargaining=True,
    ),
    _lever(
        "arms_denial", "share",
        "Share of the attacker's imports of arms and parts that is stopped.",
        ("materiel_a",), ("territory_km2", "chest_months", "recruits_a"),
    ),
    _lever(
        "extra_military_aid_usd_bn", "USD bn",
        "Military aid to the defender allocated in a month beyond donors' habit.",
        ("aid_pipeline", "aid_allocated_usd_bn"), _FRONT,
    ),
    _lever(
        "aid_withheld", "share",
        "Share of donors' usual military aid that is withheld.",
        ("aid_pipeline", "aid_allocated_usd_bn"), _FRONT,
    ),
    _lever(
        "extra_financial_aid_usd_bn", "USD bn",
        "Money to the defender's budget in a month beyond the usual.",
        ("money_d", "aid_allocated_usd_bn"), _FRONT,
    ),
    _lever(
        "financial_aid_withheld", "share",
        "Share of the usual money to the defender's budget that is withheld.",
        ("money_d", "aid_allocated_usd_bn"), _FRONT,
    ),
    _lever(
        "extra_interceptors", "none",
        "Interceptors delivered beyond the usual flow, in multiples of it.",
        ("drones_stopped_share", "missiles_stopped_share"), ("drones_launched", "territory_km2"),
    ),
    _lever(
        "air_shield", "share",
        "Share of launches against which an outside air shield stands.",
        ("power_damage", "civilian_harm"), ("drones_launched", "territory_km2"),
    ),
    _lever(
        "talks", "share",
        "1 while a track of talks is open, or the share of the month in which it is.",
        ("support_a",), _FRONT, in_bargaining=True,
    ),
    _lever(
        "pressure_to_talk", "share",
        "Outside pressure on both sides to meet, whatever going on costs them.",
        (), (*_FRONT, "support_a", "support_d"), in_bargaining=True,
    ),
    _lever(
        "guarantee_deterrence", "share",
        "Share of renewed war that the guarantees offered with a deal would deter.",
        ("support_d",), _FRONT, in_bargaining=True,
    ),
    _lever(
        "guarantee_denial", "share",
        "Share of what a renewed war would bring or cost that the guarantees would deny.",
        ("support_d",), _FRONT, in_bargaining=True,
    ),
    _lever(
        "narrative", "score",
        "Effort to shift how the balance of the war is perceived; positive in the attacker's favour.",
        ("narrative", "narrative_shift"), _FRONT, in_bargaining=True,
    ),
)  # fmt: skip
"""Levers in the order of `flow.Levers`."""


def lever_catalogue() -> dict[str, Lever]:
    """Levers by name, in the order of `flow.Levers`."""
    return dict(_by_name())


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Lever]:
    return {lever.name: lever for lever in CATALOGUE}


@lru_cache(maxsize=256)
def rows_of_lever(name: str) -> tuple[int, ...]:
    """Rows of `name` in `layout_of(Levers)`: `buyer_tariff` means every buyer, `buyer_tariff.turkiye` one.

    RipenessError for a name that is no lever.
    """
    layout = layout_of(Levers)
    if name in layout.row_labels:
        return (layout.row_labels.index(name),)
    if name not in Levers._fields:
        raise RipenessError(
            f"there is no lever {name}", suggestion(name, (*Levers._fields, *layout.row_labels), "lever")
        )
    field = layout[name]
    return tuple(range(field.start, field.start + field.rows))


@lru_cache(maxsize=256)
def lever_of_row(row: int) -> Lever:
    """Lever to which a row of `layout_of(Levers)` belongs."""
    return _by_name()[layout_of(Levers).row_labels[row].split(".")[0]]
