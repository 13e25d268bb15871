"""Talk first or press first: what stalling, screening and wear of pressure say in closed form.

Equations (docs/model/bargaining_closed_forms.md); f is A's flow, shares of the stake a month, values stake-months:
    B13  war      V_W = (f_W + delta s y_late / (1 - delta)) / (1 - delta (1 - s)),  f_W = xi - c_0 - kappa q
    B14  stall    V_T = (f_T + delta eta V_W) / (1 - delta (1 - eta)),  f_T = xi - c_0 - kappa q (1 - relief)
         A stalls where V_T > y_now / (1 - delta); relief that makes it do so is linear in it
    B15  loss of pressing at once    EL_sim = (1 + k) (b / (1 - d (1 - h_F)) + (1 - b) / (1 - d (1 - h_T)))
    B16  loss of talking n months    EL_seq = b (A_n + (d (1 - s_F))^n (1 + k) / (1 - d (1 - h_F)))
                                            + (1 - b) ((1 - d^n) / (1 - d) + d^n (1 + k) / (1 - d (1 - h_T)))
         A_n = (1 - (d (1 - s_F))^n) / (1 - d (1 - s_F))
    B17  talks first are better above b* = L(0) / (L(0) - L(1)),  L(b) = EL_seq - EL_sim, linear in b
    B18  pressure wears off          effect = 2^(-age / h)
    B19  pressure held back n months, the opponent decides after m:
         worth = weight d^m 2^(-(m - n) / h) + sum_{t=n}^{m-1} d^t 2^(-(t - n) / h)
Loss is 1 a month of war and k more a month of pressure. A flexible opponent (chance b) settles in talks with chance
s_F a month and under pressure with h_F, a tough one only under pressure, with h_T. Sums of geometric
series, derived for this program; they answer whether relief pays for stalling, talks screen, and pressure keeps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import bounds

Floats = NDArray[np.float64]


class Stalling(NamedTuple):
    """What A gains from talks that it means to fail; stake-months."""

    war: Floats
    """V_W: no talks."""
    settle: Floats
    """A deal now."""
    stall: Floats
    """V_T: talks with no deal, until they break off."""
    threshold_relief: Floats
    """Relief above which A stalls; at or below 0 it stalls anyway, above 1 never."""


class Opponent(NamedTuple):
    """Chances a month that an opponent of unknown type settles; numbers or arrays that broadcast."""

    talks_flexible: Any
    """s_F: a flexible one, in talks without pressure."""
    pressed_flexible: Any
    """h_F: a flexible one under pressure."""
    pressed_tough: Any
    """h_T: a tough one under pressure."""


def stalling(
    *,
    delta: Any,
    share: Any,
    cost: Any,
    pressure_cost: Any,
    relief: Any,
    talks_end: Any,
    settle_now: Any,
    settle_late: Any,
    late_chance: Any,
) -> Stalling:
    """Whether relief during talks makes A stall (B13, B14).

    `share` xi and `cost` c_0 make A's flow, `pressure_cost` is kappa q, `relief` its share that talks suspend;
    talks break off with chance `talks_end` a month, the war ends with `late_chance` a month at `settle_late`.
    """
    delta = bounds.discount("delta", delta)
    share, cost = bounds.share("share", share), bounds.finite("cost", cost)
    pressed, relief = bounds.finite("pressure_cost", pressure_cost), bounds.share("relief", relief)
    end, late = bounds.share("talks_end", talks_end), bounds.share("late_chance", late_chance)
    now, then = bounds.share("settle_now", settle_now), bounds.share("settle_late", settle_late)
    whole = 1.0 / (1.0 - delta)
    calm = share - cost
    war = (calm - pressed + delta * late * then * whole) / (1.0 - delta * (1.0 - late))
    kept = 1.0 - delta * (1.0 - end)
    stall = (calm - pressed * (1.0 - relief) + delta * end * war) / kept
    settle = now * whole
    needed = settle * kept - delta * end * war
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        threshold = 1.0 - (calm - needed) / pressed
    return Stalling(np.asarray(war), np.asarray(settle), np.asarray(stall), np.asarray(threshold))


def loss_pressing(flexible: Any, delta: Any, pressure_loss: Any, opponent: Opponent) -> Floats:
    """Expected discounted loss of pressing and talking at once (B15); `flexible` is b, `pressure_loss` k."""
    b, d, k, (_, h_f, h_t) = _given(flexible, delta, pressure_loss, opponent)
    return np.asarray((1.0 + k) * (b / (1.0 - d * (1.0 - h_f)) + (1.0 - b) / (1.0 - d * (1.0 - h_t))))


def loss_talking_first(
    flexible: Any, delta: Any, pressure_loss: Any, opponent: Opponent, months: Any
) -> Floats:
    """Expected discounted loss of `months` of talks alone before pressure (B16); that of pressing where months = 0."""
    b, d, k, (s_f, h_f, h_t) = _given(flexible, delta, pressure_loss, opponent)
    n = bounds.whole("months", months, 0)
    kept = d * (1.0 - s_f)
    if_flexible = (1.0 - kept**n) / (1.0 - kept) + kept**n * (1.0 + k) / (1.0 - d * (1.0 - h_f))
    if_tough = (1.0 - d**n) / (1.0 - d) + d**n * (1.0 + k) / (1.0 - d * (1.0 - h_t))
    return np.asarray(b * if_flexible + (1.0 - b) * if_tough)


def flexible_threshold(delta: Any, pressure_loss: Any, opponent: Opponent, months: Any) -> Floats:
    """b*: talking first is better where the chance of a flexible opponent is above it (B17).

    Above 1 where it never is, at or below 0 where it always is; nan where a more flexible opponent does not speak
    for talks first.
    """
    tough, flexible = (
        loss_talking_first(b, delta, pressure_loss, opponent, months)
        - loss_pressing(b, delta, pressure_loss, opponent)
        for b in (0.0, 1.0)
    )
    speaks = tough > flexible
    return np.asarray(np.where(speaks, tough / np.where(speaks, tough - flexible, 1.0), np.nan))


def pressure_left(age: Any, half_life: Any) -> Floats:
    """Share of a measure's first effect that is left after `age` months (B18)."""
    return np.asarray(2.0 ** (-bounds.not_negative("age", age) / bounds.positive("half_life", half_life)))


def worth_of_holding(held: Any, decision: Any, half_life: Any, delta: Any, weight: Any) -> Floats:
    """Discounted worth of pressure that starts after `held` months if the opponent decides after `decision` (B19).

    `weight` is what full pressure in the month of the decision is worth, in months of full pressure before it.
    """
    n, m = bounds.whole("held", held, 0), bounds.whole("decision", decision, 0)
    bounds.not_negative("decision less held", m - n)
    d, weight = bounds.discount("delta", delta), bounds.not_negative("weight", weight)
    kept = d * pressure_left(1.0, half_life)
    before = d**n * (1.0 - kept ** (m - n)) / (1.0 - kept)
    return np.asarray(weight * d**m * pressure_left(m - n, half_life) + before)


def _given(
    flexible: Any, delta: Any, pressure_loss: Any, opponent: Opponent
) -> tuple[Floats, Floats, Floats, tuple[Floats, ...]]:
    chances = tuple(bounds.share(name, value) for name, value in opponent._asdict().items())
    return (
        bounds.share("flexible", flexible),
        bounds.discount("delta", delta),
        bounds.not_negative("pressure_loss", pressure_loss),
        chances,
    )
