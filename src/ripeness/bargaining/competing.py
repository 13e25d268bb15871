"""Which ending comes first where settlement and collapse compete, and how long a settlement lasts.

Equations (docs/model/rivals.md):
    RC1  a war is settled in the first month t in which a deal is made; t months of war lie before it
    RC2  it ends by collapse after the first month in which the front reaches 0 (A) or 1 (D); a deal comes before
    RC3  a deal lasts the first n months with (1 - h')^n <= 1 - u, h' = h (1 - G_d) as in the peace of the main model

The rivals take the announced world as it is: they know no coalition that lets a step lapse.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import peace
from ripeness.bargaining.game import Drivers, Endings, Kind, Stakes
from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]


def endings(
    deal: NDArray[np.bool_],
    terms: Floats,
    drivers: Drivers,
    stakes: Stakes,
    lasting: Any,
    chance: Floats | None = None,
    gives_in: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None,
) -> Endings:
    """Endings (NP, n) of wars that a deal or a collapse may end, whichever comes first (RC1 to RC3).

    deal, terms, chance: (NP, T, n) whether one is made in a month of war, on which terms, how likely it was.
    stakes: fields that broadcast with (NP, n). lasting: (n,) uniform numbers of how long a deal lasts.
    gives_in: (NP, T, n) for A and for D, further months in which a side collapses.
    """
    policies, months, members = drivers.front.shape
    beyond = np.asarray(drivers.front, np.float64) + drivers.front_step
    falls = [beyond <= 0.0, beyond >= 1.0]
    if gives_in is not None:
        falls = [fell | extra for fell, extra in zip(falls, gives_in, strict=True)]
    settled, a, d = (_first(each) for each in (deal, *falls))
    collapse = np.minimum(a, d)
    is_settled = (settled <= collapse) & (settled < months)
    is_collapse = ~is_settled & (collapse < months)
    fallen = np.where(a <= d, Kind.COLLAPSE_A, Kind.COLLAPSE_D)
    kind = np.where(is_settled, Kind.SETTLED, np.where(is_collapse, fallen, Kind.WAR))
    month = np.where(is_settled, settled, np.where(is_collapse, collapse + 1.0, np.inf))
    at = np.minimum(settled, months - 1)[:, None]
    agreed = np.where(is_settled, np.take_along_axis(terms, at, axis=1)[:, 0], np.nan)
    lasts = np.where(is_settled, lasting_months(stakes, np.nan_to_num(agreed), lasting), np.inf)
    if chance is not None:
        index = np.arange(months)[:, None]
        over = (index > settled[:, None]) & is_settled[:, None]
        over |= (index > collapse[:, None]) & is_collapse[:, None]
        chance = np.where(over, np.nan, chance)
    return Endings(
        kind=kind.astype(np.int8).reshape(policies, members),
        month=month,
        terms=agreed,
        renewed_month=np.where(is_settled, month + lasts, np.inf),
        deal_chance=chance,
    )


def lasting_months(stakes: Stakes, terms: Floats, uniform: Any) -> Floats:
    """Months that a deal on `terms` lasts, inf where for ever (RC3); fields of `stakes` broadcast with `terms`."""
    hazard = np.broadcast_to(peace.renewal(stakes, terms), np.shape(terms))
    with np.errstate(divide="ignore", over="ignore"):
        lasts = np.log1p(-np.asarray(uniform, np.float64)) / np.log1p(-hazard)
    return np.asarray(np.where(hazard > 0.0, np.maximum(np.ceil(lasts), 1.0), np.inf))


def driver(drivers: Drivers, name: str, model: str) -> Floats:
    """A field of the drivers that a model cannot do without, float64; RipenessError where the world gives none."""
    found = getattr(drivers, name)
    if found is None:
        raise RipenessError(
            f"{model} needs drivers.{name}, and there is none", f"fill {name}, with zeros if need be"
        )
    return np.asarray(found, np.float64)


def biting_pressure(drivers: Drivers, model: str) -> Floats:
    """Pressure less what talks suspend of it, (NP, T, n)."""
    relief = driver(drivers, "relief", model) * driver(drivers, "talks", model)
    return np.asarray(np.asarray(drivers.pressure, np.float64) * (1.0 - relief))


def of_draws(value: Any, draw: NDArray[np.integer[Any]]) -> Floats:
    """A number, or one a structural draw (D,), as one a member: () or (n,)."""
    array = np.asarray(value, np.float64)
    return array if array.ndim == 0 else array[draw]


def _first(happens: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Index (NP, n) of the first month in which something happens, T where never."""
    return np.where(happens.any(axis=1), happens.argmax(axis=1), happens.shape[1])
