"""The catalogue of levers: what each one is, its range, and where it may act.

`moves` names rows of `WorldState` or `Outputs` that the lever reaches through its own term in the
equations; `not_directly` names outputs it may change only through those. The
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

    @property
    def day_weighted(self) -> bool:
        """Whether a value dated within a month counts for the days it was in force."""
        return self.kind == "share"


_DISCOUNTS = ("delivered_discount_usd_bbl", "fob_discount_usd_bbl")
_RISK = ("pressure_adapted", "clearing_discount")


def _lever(
    name: str,
    unit: str,
    meaning: str,
    moves: tuple[str, ...],
    not_directly: tuple[str, ...] = (),
    axis: str | None = None,
) -> Lever:
    low, high = lever_range(name)
    kind: Kind = "pulse" if name in PULSE_LEVERS else "share" if unit == "share" else "level"
    return Lever(name, unit, low, high, kind, meaning, moves, not_directly, axis)


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
        ("enforcement", "channel", *_RISK), ("brent_usd_bbl",),
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
