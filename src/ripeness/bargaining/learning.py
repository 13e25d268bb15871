"""What battles, kept promises and disclosed facts teach, in closed form.

Equations (docs/model/bargaining_closed_forms.md):
    B9   battles       mean = (a + wins) / (a + b + battles)
    B10  convergence   gap(m) = P_A(win) + P_D(win) - 1, each from B5 at its own mean after m battles, half of them won;
                       talks can open once gap(m) <= c_A + c_D
    B11  reputation    odds of a firm coalition times (kept by firm / kept by soft) for a deadline kept,
                       times (1 - kept by firm) / (1 - kept by soft) for one that lapsed
    B12  persuasion    the most that true signals can do: P(act) = min(1, prior / threshold)
Sources: Smith and Stam 2004 (B9, B10); Alt, Calvert and Humes 1988 (B11); Kamenica and Gentzkow 2011 (B12).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import bounds
from ripeness.bargaining.closed_forms import long_war
from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]

MOST_BATTLES = 100_000
"""Battles after which beliefs that have not met are said never to meet."""


class Persuasion(NamedTuple):
    """The best that a sender can do who may choose what becomes known, but not lie."""

    prob_action: Floats
    """Chance that the receiver acts as the sender wants."""
    posterior: Floats
    """What the receiver believes when it acts: the least that makes it act, or the prior where that is enough."""
    signal_if_false: Floats
    """Chance that the persuading signal is sent though the state is the other one."""


def believed_chance(wins_before: Any, losses_before: Any, wins: Any, battles: Any) -> Floats:
    """Mean of a Beta(`wins_before`, `losses_before`) belief after `wins` of `battles` (B9)."""
    a, b = (
        bounds.positive("wins_before", wins_before),
        bounds.positive("losses_before", losses_before),
    )
    wins, battles = bounds.not_negative("wins", wins), bounds.not_negative("battles", battles)
    bounds.not_negative("battles less wins", battles - wins)
    return np.asarray((a + wins) / (a + b + battles))


def believed_gap(
    prior_a: tuple[float, float], prior_d: tuple[float, float], forts: int, held: int, battles: Any
) -> Floats:
    """By how much what both sides hope for exceeds the stake, after evenly split `battles` (B10).

    Priors are Beta counts (wins, losses) of A in one battle, as A and as D see it.
    """
    chances = (believed_chance(*prior, np.asarray(battles) / 2.0, battles) for prior in (prior_a, prior_d))
    hope_a, fear_d = (long_war(forts, held, chance, 1.0).win for chance in chances)
    return np.asarray(hope_a + (1.0 - fear_d) - 1.0)


def battles_to_agree(
    prior_a: tuple[float, float], prior_d: tuple[float, float], forts: int, held: int, costs: float
) -> int:
    """First even number of evenly split battles after which the gap is no more than `costs` = c_A + c_D (B10)."""
    costs = float(bounds.not_negative("costs", costs))
    battles = np.arange(0, MOST_BATTLES + 1, 2)
    met = believed_gap(prior_a, prior_d, forts, held, battles) <= costs
    if not met.any():
        raise RipenessError(
            f"beliefs have not met after {MOST_BATTLES} battles",
            "give higher costs, or priors nearer to each other",
        )
    return int(battles[int(np.argmax(met))])


def believed_firm(prior: Any, kept_by_firm: Any, kept_by_soft: Any, kept: Any) -> Floats:
    """Chance that the coalition is firm after deadlines, of which `kept` (..., n) says which were kept (B11)."""
    prior, kept = bounds.share("prior", prior), np.asarray(kept, dtype=bool)
    firm, soft = bounds.share("kept_by_firm", kept_by_firm), bounds.share("kept_by_soft", kept_by_soft)
    likely_firm = np.where(kept, firm, 1.0 - firm).prod(axis=-1)
    likely_soft = np.where(kept, soft, 1.0 - soft).prod(axis=-1)
    seen = prior * likely_firm + (1.0 - prior) * likely_soft
    if np.any(seen == 0.0):
        raise RipenessError(
            "neither type of coalition could have done this",
            "give chances of keeping a deadline that allow it",
        )
    return np.asarray(prior * likely_firm / seen)


def persuasion(prior: Any, threshold: Any) -> Persuasion:
    """The most that truthful disclosure can do if the receiver acts from the belief `threshold` on (B12)."""
    prior, threshold = bounds.share("prior", prior), bounds.share("threshold", threshold)
    bounds.positive("threshold", threshold)
    acts = np.minimum(prior / threshold, 1.0)
    convinced = prior >= threshold
    other = np.where(prior < 1.0, 1.0 - prior, 1.0)
    false = np.where(convinced, 1.0, (acts - prior) / other)
    return Persuasion(np.asarray(acts), np.asarray(np.where(convinced, prior, threshold)), np.asarray(false))
