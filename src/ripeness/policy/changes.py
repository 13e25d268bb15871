"""A policy's changes applied to lever rows, month by month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month
from ripeness.policy.levers import lever_of_row, rows_of_lever
from ripeness.policy.relative import month_of

if TYPE_CHECKING:
    from ripeness.case import Change

Floats = NDArray[np.float64]

OPERATIONS: dict[str, Callable[[Floats, float], Floats]] = {
    "set": lambda now, value: np.full_like(now, value),
    "scale": lambda now, value: now * value,
    "add": lambda now, value: now + value,
    "at_least": np.maximum,
    "at_most": np.minimum,
}
"""What each operation makes of the lever's own path."""


def amounts_of(change: Change) -> Iterable[tuple[int, float]]:
    """Lever rows that a change acts on, with the amount of each."""
    if isinstance(change.value, Mapping):
        for label, amount in change.value.items():
            yield rows_of_lever(f"{change.lever}.{label}")[0], float(amount)
    else:
        for row in rows_of_lever(change.lever):
            yield row, float(change.value)


def apply_changes(rows: Floats, changes: Iterable[Change], first: Month, start: Month, stop: Month) -> Floats:
    """Lever rows (T, levers) after the changes, in their order; `rows` begin at `first` and stay as they are.

    A change acts from its `from` month, never before `start`, up to but not including its `until`
    month; `stop` is the month after the last, and what `end` means. With `ramp_months` r it reaches
    1/(r+1) of its full effect in its first month and all of it r months later. What adding or scaling
    takes out of the lever's range is cut to the range.
    """
    rows = rows.copy()
    for change in changes:
        begin = max(month_of(change.start or "start", start, stop), start)
        end = min(month_of(change.until or "end", start, stop), stop)
        span = slice(begin - first, max(end - first, begin - first))
        for row, amount in amounts_of(change):
            now, lever = rows[span, row], lever_of_row(row)
            grown = (np.arange(now.size) + 1) / (change.ramp_months + 1)
            target = np.clip(OPERATIONS[change.operation](now, amount), lever.low, lever.high)
            rows[span, row] = now + np.minimum(grown, 1.0) * (target - now)
    return rows
