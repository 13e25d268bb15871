"""Numbers in words for people: rounded alike within a column, with a true minus sign."""

from __future__ import annotations

import math
from collections.abc import Iterable

MINUS = "\u2212"
"""The minus sign, as wide as the plus."""

LEVEL_DIGITS, DIFFERENCE_DIGITS = 3, 2
"""Digits that the largest number of a column shows: levels, and differences between them."""

MOST_DECIMALS = 3


def decimals_for(values: Iterable[float | None], digits: int = LEVEL_DIGITS) -> int:
    """Decimals at which the largest of these numbers shows so many digits; 0 to 3."""
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value)]
    largest = max(sizes, default=0.0)
    if largest == 0.0:
        return 0
    return min(max(digits - 1 - math.floor(math.log10(largest)), 0), MOST_DECIMALS)


def number(value: float | None, decimals: int, *, sign: bool = False, missing: str = "not known") -> str:
    """A number with a fixed count of decimals and thin groups of thousands; never `-0`."""
    if value is None or not math.isfinite(value):
        return missing
    rounded = round(value, decimals)
    text = f"{abs(rounded):,.{decimals}f}"
    if rounded < 0:
        return MINUS + text
    return "+" + text if sign and rounded > 0 else text


def percent(share: float) -> str:
    """A share in whole percent; `<1` and `>99` where rounding would claim certainty. Differences may be negative."""
    if share < 0.0:
        return number(100 * share, 0)
    if 0.0 < share < 0.01:
        return "<1"
    if 0.99 < share < 1.0:
        return ">99"
    return f"{100 * share:.0f}"
