"""Bargains and wars whose answer is known exactly; they stand beside the simulator and check it.

Equations (docs/model/bargaining_closed_forms.md); A makes demands, shares are A's, costs are shares of the stake:
    B1  alternating offers        share_1 = (1 - d_2) / (1 - d_1 d_2)
    B2  random proposer           v_A = f_A + alpha (1 - f_A - f_D)+,  f_A = xi - c_A,  f_D = 1 - xi - c_D
    B3  what both prefer to war   p - c_A <= y <= p + c_D
    B4  demand of an unsure side  y = p + (c_max - c_A)+ / 2, at most 1;  P(war) = (y - p) / c_max
    B5  walk of the front         P(win) = (1 - r^n) / (1 - r^N),  r = (1 - p) / p;  n / N where p = 1/2
    B6  its length                battles = (n - N P(win)) / (1 - 2 p);  n (N - n) where p = 1/2;  over phi: months
    B7  shift too fast for peace  A rises: delta p' - p > c_D + delta c_A
                                  A falls: delta (1 - p') - (1 - p) > c_A + delta c_D
    B8  speed limit of a ratchet  p - p' <= p - 1 + (1 - p + c_A + delta c_D) / delta
Sources: Rubinstein 1982 (B1); Binmore 1987, random proposer (B2); Fearon 1995 (B3, B4); Smith 1998, Smith and Stam
2004 (B5, B6); Powell 2006 (B7), of which B8 is the mirror: a step that lowers A's chances by more makes A escalate
before it is taken.

Every function takes numbers or arrays that broadcast and gives float64; RipenessError where a number is out of range.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import bounds

Floats = NDArray[np.float64]

EVEN = 1e-6
"""Distance of a battle's chance from 1/2 within which its limit stands for the formula (B5, B6)."""


class Range(NamedTuple):
    """A's shares that both sides prefer to war, which may be none: then `width` is negative."""

    low: Floats
    high: Floats
    width: Floats


class Demand(NamedTuple):
    """What a side asks for that does not know how much war costs the other."""

    offer: Floats
    """Share that it asks for."""
    prob_war: Floats
    value: Floats
    """What it can expect, share."""


class LongWar(NamedTuple):
    """A war to the finish, fort by fort."""

    win: Floats
    """Chance that A takes all forts."""
    battles: Floats
    months: Floats


def alternating_offers(delta_1: Any, delta_2: Any) -> Floats:
    """Share of the side that offers first, both discounting by the round (B1)."""
    first, second = bounds.discount("delta_1", delta_1), bounds.discount("delta_2", delta_2)
    return np.asarray((1.0 - second) / (1.0 - first * second))


def random_proposer(share: Any, cost_a: Any, cost_d: Any, proposer: Any) -> Floats:
    """What A expects a month where A offers with chance `proposer` and refusal means a month of war (B2).

    The flow of war is all that a side falls back on, so discounting drops out. Where war pays (negative costs
    that outweigh the rest) there is no deal and A has its flow of war.
    """
    share, chance = bounds.share("share", share), bounds.share("proposer", proposer)
    cost_a, cost_d = bounds.finite("cost_a", cost_a), bounds.finite("cost_d", cost_d)
    return np.asarray(share - cost_a + chance * np.maximum(cost_a + cost_d, 0.0))


def bargaining_range(win: Any, cost_a: Any, cost_d: Any) -> Range:
    """What both prefer to a war that A wins with chance `win` (B3)."""
    win = bounds.share("win", win)
    cost_a, cost_d = bounds.finite("cost_a", cost_a), bounds.finite("cost_d", cost_d)
    return Range(np.asarray(win - cost_a), np.asarray(win + cost_d), np.asarray(cost_a + cost_d))


def risk_and_return(win: Any, cost_a: Any, cost_max: Any) -> Demand:
    """Best demand against an opponent whose cost of war is anything from 0 to `cost_max` (B4)."""
    win, cost_a = bounds.share("win", win), bounds.not_negative("cost_a", cost_a)
    cost_max = bounds.positive("cost_max", cost_max)
    offer = np.minimum(win + np.maximum(cost_max - cost_a, 0.0) / 2.0, 1.0)
    war = (offer - win) / cost_max
    return Demand(np.asarray(offer), np.asarray(war), np.asarray((1.0 - war) * offer + war * (win - cost_a)))


def long_war(forts: Any, held: Any, win: Any, battles_month: Any) -> LongWar:
    """Chance that A, holding `held` of `forts`, takes all of them, and how long that or the opposite lasts (B5, B6).

    `win` is A's chance in one battle, `battles_month` the mean number of battles a month.
    """
    forts = bounds.whole("forts", forts, 1)
    held = bounds.whole("held", held, 0)
    win, pace = bounds.inner_share("win", win), bounds.positive("battles_month", battles_month)
    bounds.not_negative("forts less held", forts - held)
    slope = np.log1p(-win) - np.log(win)
    even = np.abs(win - 0.5) < EVEN
    safe = np.where(even, 1.0, slope)
    # Powers of r at most 1, so that none overflows.
    falls = -np.abs(safe)
    rising = np.exp((forts - held) * falls) * np.expm1(held * falls) / np.expm1(forts * falls)
    falling = np.expm1(held * falls) / np.expm1(forts * falls)
    chance = np.where(even, held / forts, np.where(safe > 0.0, rising, falling))
    gap = np.where(even, 1.0, 1.0 - 2.0 * win)
    battles = np.where(even, held * (forts - held), (held - forts * chance) / gap)
    return LongWar(np.asarray(chance), np.asarray(battles), np.asarray(battles / pace))


def war_before_rise(delta: Any, chance: Any, chance_next: Any, cost_a: Any, cost_d: Any) -> NDArray[np.bool_]:
    """Whether D fights now because A's chance of winning will rise to `chance_next` (B7)."""
    return np.asarray(bounds.share("chance_next", chance_next) > rise_limit(delta, chance, cost_a, cost_d))


def rise_limit(delta: Any, chance: Any, cost_a: Any, cost_d: Any) -> Floats:
    """Largest next chance of A at which D, that grows weaker, still prefers peace (B7); may lie above 1."""
    delta, chance, cost_a, cost_d = _shift(delta, chance, cost_a, cost_d)
    return np.asarray((chance + cost_d + delta * cost_a) / delta)


def war_before_fall(delta: Any, chance: Any, chance_next: Any, cost_a: Any, cost_d: Any) -> NDArray[np.bool_]:
    """Whether A fights on because its chance of winning will fall to `chance_next` (B7)."""
    return np.asarray(bounds.share("chance_next", chance_next) < fall_limit(delta, chance, cost_a, cost_d))


def fall_limit(delta: Any, chance: Any, cost_a: Any, cost_d: Any) -> Floats:
    """Smallest next chance of A at which A, that grows weaker, still prefers peace (B7); may lie below 0."""
    delta, chance, cost_a, cost_d = _shift(delta, chance, cost_a, cost_d)
    return np.asarray(1.0 - rise_limit(delta, 1.0 - chance, cost_d, cost_a))


def ratchet_limit(delta: Any, chance: Any, cost_a: Any, cost_d: Any) -> Floats:
    """Largest fall of A's chance of winning in one step of pressure that does not make A escalate first (B8)."""
    return np.asarray(bounds.share("chance", chance) - fall_limit(delta, chance, cost_a, cost_d))


def _shift(delta: Any, chance: Any, cost_a: Any, cost_d: Any) -> tuple[Floats, Floats, Floats, Floats]:
    delta = bounds.discount("delta", delta)
    return (
        bounds.positive("delta", delta),
        bounds.share("chance", chance),
        bounds.not_negative("cost_a", cost_a),
        bounds.not_negative("cost_d", cost_d),
    )
