"""The price that Russian law taxes, as a wedge over the western port price.

Equations (docs/model/treasury.md):
    F1  to March 2023      tax price = FOB + freight to north-west Europe and Italy
        to December 2024   tax price = FOB + wedge, not below Brent - limit
        since January 2025 tax price = 0.78 western FOB + 0.22 Pacific FOB
Source: MinFin and tax-authority rules as listed in the case (tax_discount_limit, urals_tax series).
"""

from __future__ import annotations

from typing import Any

from ripeness.flow import Array, MonthRow, Parameters

PACIFIC_TAX_WEIGHT = 0.22
"""Weight of the Pacific grade in the tax price since January 2025."""


def tax_reference_price(western_fob: Array, pacific_fob: Array) -> Array:
    """Tax price since January 2025: 0.78 of the western ports' mean and 0.22 of the Pacific grade."""
    return (1.0 - PACIFIC_TAX_WEIGHT) * western_fob + PACIFIC_TAX_WEIGHT * pacific_fob


def wedge_by_law(pacific_gap: Array, month: MonthRow, params: Parameters, xp: Any) -> Array:
    """Tax price less western FOB under the law of the month, before any limit (F1), USD/bbl."""
    before = xp.where(month.tax_price_cif > 0.5, params.tax_wedge_2022_usd_bbl, params.tax_wedge_2023_usd_bbl)
    return xp.where(month.tax_price_since_2025 > 0.5, PACIFIC_TAX_WEIGHT * pacific_gap, before)


def wedge_spread(month: MonthRow, params: Parameters, xp: Any) -> Array:
    """Standard deviation of the monthly shock to that wedge, USD/bbl."""
    return xp.where(month.tax_price_cif > 0.5, params.tax_wedge_sd_2022, params.tax_wedge_sd)
