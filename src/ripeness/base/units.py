"""The closed list of units in which a number may be written, and conversion between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ripeness.base.errors import RipenessError
from ripeness.base.suggestions import suggestion

DAYS_A_MONTH = 365.25 / 12
"""Mean length of a month, used only to convert durations and daily rates."""


@dataclass(frozen=True)
class Unit:
    """A unit: its size in the base unit of its dimension."""

    symbol: str
    dimension: str
    factor: float


_TABLE: dict[str, dict[str, float]] = {
    "price of oil in USD": {"USD/bbl": 1.0},
    "price of oil in RUB": {"RUB/bbl": 1.0, "thousand RUB/bbl": 1e3},
    "price by weight in USD": {"USD/t": 1.0},
    "price by weight in RUB": {"RUB/t": 1.0},
    "oil a day": {"mb/d": 1.0, "kb/d": 1e-3},
    "oil": {"mb": 1.0, "kb": 1e-3},
    "weight": {"Mt": 1.0, "kt": 1e-3},
    "weight a day": {"Mt/month": 1.0, "Mt/year": 1 / 12, "kt/day": 1e-3 * DAYS_A_MONTH},
    "gas": {"bcm": 1.0, "mcm": 1e-3},
    "money in USD": {"USD": 1e-9, "USD mn": 1e-3, "USD bn": 1.0, "USD trn": 1e3},
    "money in RUB": {"RUB": 1e-12, "RUB mn": 1e-6, "RUB bn": 1e-3, "RUB trn": 1.0},
    "money in EUR": {"EUR": 1e-9, "EUR mn": 1e-3, "EUR bn": 1.0},
    "money in UAH": {"UAH mn": 1e-3, "UAH bn": 1.0, "UAH trn": 1e3},
    "money in USD a month": {
        "USD bn/month": 1.0,
        "USD mn/day": 1e-3 * DAYS_A_MONTH,
        "USD bn/year": 1 / 12,
    },
    "money in RUB a month": {"RUB trn/month": 1.0, "RUB bn/month": 1e-3, "RUB trn/year": 1 / 12},
    "money in EUR a month": {"EUR bn/month": 1.0, "EUR mn/day": 1e-3 * DAYS_A_MONTH, "EUR bn/year": 1 / 12},
    "earnings of a ship": {"USD/day": 1.0, "thousand USD/day": 1e3},
    "price of a ship": {"USD mn/ship": 1.0},
    "exchange rate RUB": {"RUB/USD": 1.0},
    "exchange rate EUR": {"USD/EUR": 1.0},
    "receipts by price": {"RUB trn per thousand RUB/bbl": 1.0, "RUB bn per thousand RUB/bbl": 1e-3},
    "square root volatility of a price": {"(USD/bbl)^0.5/year": 1.0},
    "share": {"share": 1.0, "percent": 1e-2, "basis points": 1e-4},
    "share a month": {"share/month": 1.0},
    "share a number": {"share/thousand": 1e-3},
    "rate": {
        "1/month": 1.0,
        "1/year": 1 / 12,
        "1/day": DAYS_A_MONTH,
        "percent/month": 1e-2,
        "percent/year": 1e-2 / 12,
    },
    "share of GDP a year": {"share of GDP/year": 1.0, "percent of GDP/year": 1e-2},
    "elasticity": {"elasticity": 1.0},
    "number": {"none": 1.0},
    "log points": {"log": 1.0},
    "log points a month": {"log/month": 1.0},
    "log points a step of the front": {"log/step": 1.0},
    "yes or no": {"flag": 1.0},
    "index": {"index": 1.0},
    "score": {"score": 1.0},
    "ships": {"ships": 1.0},
    "ships a month": {"ships/month": 1.0, "ships/year": 1 / 12},
    "duration": {
        "days": 1 / DAYS_A_MONTH,
        "weeks": 7 / DAYS_A_MONTH,
        "months": 1.0,
        "years": 12.0,
    },
    "duration a month": {"months/month": 1.0},
    "area": {"km2": 1.0, "thousand km2": 1e3},
    "area a month": {"km2/month": 1.0, "km2/day": DAYS_A_MONTH},
    "people": {"people": 1.0, "thousand people": 1e3, "mn people": 1e6},
    "people a month": {
        "people/month": 1.0,
        "people/day": DAYS_A_MONTH,
        "thousand people/month": 1e3,
    },
    "count": {"count": 1.0, "thousand": 1e3},
    "count a month": {"count/month": 1.0, "count/day": DAYS_A_MONTH, "thousand/month": 1e3},
    "count a count": {"thousand/thousand": 1.0},
    "power": {"GW": 1.0, "MW": 1e-3},
    "stake": {"stake": 1.0},
    "stake a month": {"stake/month": 1.0},
    "stake by time": {"stake-months": 1.0},
}

UNITS: dict[str, Unit] = {
    symbol: Unit(symbol, dimension, factor)
    for dimension, members in _TABLE.items()
    for symbol, factor in members.items()
}
"""Every unit by its symbol."""


def unit(symbol: str) -> Unit:
    """The unit written as `symbol`; raises RipenessError with the nearest one where it is not known."""
    try:
        return UNITS[symbol]
    except (KeyError, TypeError):
        raise RipenessError(f"unknown unit {symbol!r}", suggestion(symbol, UNITS, "unit")) from None


def same_dimension(symbol: str, other: str) -> bool:
    """Whether a number in one known unit can be written in the other."""
    return unit(symbol).dimension == unit(other).dimension


def convert(value: Any, symbol: str, to: str) -> Any:
    """`value` (a number or array) in unit `symbol`, written in unit `to`.

    A month counts as 365.25 / 12 days. Raises RipenessError where a unit is unknown or the two
    measure different things.
    """
    source, target = unit(symbol), unit(to)
    if source.dimension != target.dimension:
        same = [u.symbol for u in UNITS.values() if u.dimension == target.dimension]
        raise RipenessError(
            f"{symbol!r} measures {source.dimension}, not {target.dimension}",
            f"use one of: {', '.join(same)}",
        )
    return value if source is target else value * (source.factor / target.factor)
