"""Rival R2: a contest of many actors over two issues, after the expected-utility models of politics.

Equations (docs/model/rivals.md):
    RS1  vote of k on i and j: capability_k sum_issues salience_k (|x_k - x_j| - |x_k - x_i|), for i if positive
    RS2  P(i beats j) = s_i^2 / (s_i^2 + s_j^2), s_i the votes for i
    RS3  outcome: a rival drawn at random replaces the standing proposal with its chance to beat it; its share of time
    RS4  capability of A's actors times exp(-e_q pressure) front / front_0,
         of D's times exp(e_a log2 aid) (1 - front) / (1 - front_0)
    RS5  the actors meet with chance (c_0 + (c_T - c_0) talks)(1 + push effect), at most 1; an outcome is drawn from RS3
    RS6  it is a deal if it lies within the tolerance of every principal, by distance weighted with salience
    RS7  terms: a position 0 is none of the stake, 1/2 the line on the first day, 1 all of it, straight in between
Sources: Bueno de Mesquita 1985 and the documents of KTAB (RS1 to RS3, the formulas as recalled); the rest is ours.

Nobody learns, waits or doubts a promise here, and the order of measures matters through the weights of a month only.
Where no position of any actor lies within the tolerance of all principals, no deal is ever made and the war goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.bargaining import bounds
from ripeness.bargaining.competing import biting_pressure, driver, endings, of_draws
from ripeness.bargaining.game import Drivers, Endings, Stakes, Uniforms
from ripeness.base.errors import RipenessError

Floats = NDArray[np.float64]

MODEL = "the spatial rival"

ISSUES = ("terms", "guarantees")
"""Columns of positions; each has a salience beside it."""

SIDES = ("a", "d", "coalition", "other")

LEAST_CHANCE = 1e-9
"""Chance below which no contest is won, so that every actor stays reachable (RS2)."""

LEAST_AID = 0.25
"""Aid over the usual below which it counts as this much (RS4)."""

FRONT_LIMITS = (0.02, 0.98)
"""Front shares between which land changes capability (RS4)."""

AT_ONCE = 512
"""Contests that are worked out together: they fit into a core's cache."""


class SpatialActors(NamedTuple):
    """K actors in the order of their positions on terms; arrays have issues or actors first."""

    names: tuple[str, ...]
    sides: tuple[str, ...]
    principal: NDArray[np.bool_]
    """(K,) whether a deal needs this actor."""
    positions: Floats
    """(2, K) by issue, 0..1; terms 1 is all that A claims, guarantees 1 the strongest."""
    salience: Floats
    """(2, K) how much of what it can do an actor would use on the issue, 0..1."""
    capability: Floats
    """(K,) relative to the others."""


class SpatialPriors(NamedTuple):
    """What moves the contest; numbers, or arrays (D,) over structural draws."""

    pressure: Any
    """e_q: log capability that A's actors lose at full pressure."""
    aid: Any
    """e_a: log capability that D's actors gain when aid doubles."""
    tolerance: Any
    """Distance from its position that a principal accepts."""
    chance: Any
    """c_T: chance a month that the actors meet while talks last."""
    chance_base: Any
    """c_0: the same without talks."""
    push: Any
    """Rise of that chance at full outside pressure to meet, as a share of it."""


def spatial_actors(rows: Sequence[Mapping[str, Any]]) -> SpatialActors:
    """Actors from rows with the keys actor, side, principal, terms, terms_salience, guarantees,
    guarantees_salience and capability; further keys are ignored.

    RipenessError names the actor and the key.
    """
    if len(rows) < 2:
        raise RipenessError(f"there are {len(rows)} actors", "give at least two: a contest needs a rival")
    found = [_actor(row, place) for place, row in enumerate(rows)]
    names = [str(row["actor"]) for row in found]
    for name in names:
        if names.count(name) > 1:
            raise RipenessError(f"actor {name} stands twice", "keep one of the two rows")
    for side in ("a", "d"):
        if not any(row["principal"] and row["side"] == side for row in found):
            raise RipenessError(f"side {side} has no principal", "mark the actor whose consent a deal needs")
    found.sort(key=lambda row: float(row["terms"]))
    return SpatialActors(
        tuple(row["actor"] for row in found),
        tuple(row["side"] for row in found),
        np.array([row["principal"] for row in found]),
        np.array([[row[issue] for row in found] for issue in ISSUES]),
        np.array([[row[f"{issue}_salience"] for row in found] for issue in ISSUES]),
        np.array([row["capability"] for row in found]),
    )


def votes(positions: Floats, salience: Floats) -> Floats:
    """Votes (K, K, K) for i over j by k at capability 1, from (issues, K) positions and salience (RS1)."""
    distance = np.abs(positions[:, :, None] - positions[:, None, :])  # issue, k, other
    gain = distance[:, :, None, :] - distance[:, :, :, None]
    cast = np.einsum("sk,skij->ijk", salience, gain)
    return np.maximum(cast, 0.0)


def support(cast: Floats, capability: Floats) -> Floats:
    """Votes s (K, K, ...) for i over j of all actors, from votes at capability 1 and capabilities (K, ...)."""
    return np.asarray(np.tensordot(cast, capability, axes=(2, 0)))


def win_chances(support: Floats) -> Floats:
    """P(i beats j), (K, K, ...), from `support` (RS2); 1/2 where nobody votes."""
    square = support * support
    both = square + square.swapaxes(0, 1)
    wins = np.where(both > 0.0, square / np.where(both > 0.0, both, 1.0), 0.5)
    return np.clip(wins, LEAST_CHANCE, 1.0 - LEAST_CHANCE)


def outcome_shares(wins: Floats) -> Floats:
    """Share of time (K, ...) that each actor's position stands, from `win_chances` (RS3).

    The stationary distribution of the chain of replacements, by state reduction (Grassmann, Taksar and Heyman
    1985): exact for any number of actors, no subtraction, the same steps for all contests at once.
    """
    rate = wins.copy()  # from j (second) to i (first); what is common to all rates does not matter
    count = len(rate)
    for last in range(count - 1, 0, -1):
        rate[last, :last] /= rate[:last, last].sum(axis=0)
        rate[:last, :last] += rate[:last, None, last] * rate[None, last, :last]
    shares = np.empty(rate.shape[1:])
    shares[0] = 1.0
    for actor in range(1, count):
        shares[actor] = (shares[:actor] * rate[actor, :actor]).sum(axis=0)
    return np.asarray(shares / shares.sum(axis=0))


def principals_distance(actors: SpatialActors) -> Floats:
    """Distance (K,) of each actor's position from the principal that is furthest from it (RS6).

    Its smallest entry is the tolerance below which no deal is possible.
    """
    gap = np.abs(actors.positions[:, actors.principal, None] - actors.positions[:, None, :])
    weight = actors.salience[:, actors.principal]
    total = weight.sum(axis=0)
    weight = np.where(total > 0.0, weight / np.where(total > 0.0, total, 1.0), 0.0)
    return np.asarray(np.einsum("sp,spk->pk", weight, gap).max(axis=0))


def share_of_stake(position: Any, line: Any) -> Floats:
    """A's share of the stake at a position on terms, `line` being its share on the first day (RS7)."""
    position, line = bounds.share("position", position), bounds.share("line", line)
    below = 2.0 * position * line
    above = line + (2.0 * position - 1.0) * (1.0 - line)
    return np.asarray(np.where(position <= 0.5, below, above))


def capabilities(
    actors: SpatialActors, priors: SpatialPriors, drivers: Drivers, draw: NDArray[np.integer[Any]]
) -> tuple[Floats, Floats]:
    """Factors (NP, T, n) on the capability of A's and of D's actors (RS4)."""
    aid = np.maximum(driver(drivers, "aid", MODEL), LEAST_AID)
    front = np.clip(np.asarray(drivers.front, np.float64), *FRONT_LIMITS)
    first = front[:, :1]
    lost = of_draws(priors.pressure, draw) * biting_pressure(drivers, MODEL)
    gained = of_draws(priors.aid, draw) * np.log2(aid)
    return np.exp(-lost) * (front / first), np.exp(gained) * ((1.0 - front) / (1.0 - first))


def spatial_endings(
    actors: SpatialActors,
    priors: SpatialPriors,
    drivers: Drivers,
    draw: NDArray[np.integer[Any]],
    stakes: Stakes,
    uniforms: Uniforms,
) -> Endings:
    """How wars end under R2; `draw` (n,) is each member's structural draw, `stakes` broadcast with (NP, n).

    Contests are worked out in months in which the actors meet, so that no monthly chance of a deal comes back.
    """
    given = SpatialPriors(*(bounds.not_negative(f"priors.{n}", v) for n, v in priors._asdict().items()))
    meets = uniforms.settle < meeting_chance(given, drivers, draw)
    place = np.nonzero(meets)
    factor_a, factor_d = (each[place] for each in capabilities(actors, given, drivers, draw))
    luck = np.broadcast_to(uniforms.proposer, meets.shape)[place]
    outcome = _drawn(actors, factor_a, factor_d, luck)
    tolerated = (
        principals_distance(actors)[outcome]
        <= np.broadcast_to(of_draws(given.tolerance, draw), meets.shape)[place]
    )
    deal = np.zeros(meets.shape, bool)
    deal[place] = tolerated
    line = np.broadcast_to(np.clip(drivers.front[:, :1], 0.0, 1.0), meets.shape)[place]
    terms = np.full(meets.shape, np.nan)
    terms[place] = share_of_stake(actors.positions[0][outcome], line)
    return endings(deal, terms, drivers, stakes, uniforms.renewal)


def meeting_chance(priors: SpatialPriors, drivers: Drivers, draw: NDArray[np.integer[Any]]) -> Floats:
    """Chance (NP, T, n) that the actors meet in a month (RS5)."""
    base = of_draws(bounds.share("priors.chance_base", priors.chance_base), draw)
    talking = of_draws(bounds.share("priors.chance", priors.chance), draw)
    chance = base + (talking - base) * driver(drivers, "talks", MODEL)
    return np.minimum(chance * (1.0 + of_draws(priors.push, draw) * driver(drivers, "push", MODEL)), 1.0)


def _drawn(actors: SpatialActors, factor_a: Floats, factor_d: Floats, luck: Floats) -> NDArray[np.intp]:
    """Actor (M,) whose position each of M meetings ends at; `luck` in (0, 1) runs from low to high terms."""
    cast = votes(actors.positions, actors.salience) * actors.capability
    of_a, of_d, of_others = (
        cast[:, :, [side in sides for side in actors.sides]].sum(axis=2)[:, :, None]
        for sides in (("a",), ("d",), ("coalition", "other"))
    )
    outcome = np.empty(len(luck), np.intp)
    for start in range(0, len(luck), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        shares = outcome_shares(win_chances(of_a * factor_a[part] + of_d * factor_d[part] + of_others))
        below = (np.cumsum(shares, axis=0) <= luck[part]).sum(axis=0)
        outcome[part] = np.minimum(below, len(actors.names) - 1)
    return outcome


def _actor(row: Mapping[str, Any], place: int) -> dict[str, Any]:
    """One checked row, its numbers as floats."""
    name = row.get("actor") or f"in row {place + 1}"
    found: dict[str, Any] = {"actor": row.get("actor")}
    if not found["actor"]:
        raise RipenessError(f"the actor {name} has no name", "write it under the key actor")
    numbers = [key for issue in ISSUES for key in (issue, f"{issue}_salience")]
    for key in ("side", "principal", *numbers, "capability"):
        if key not in row:
            raise RipenessError(f"actor {name} has no {key}", f"give the row a {key}")
    if row["side"] not in SIDES:
        raise RipenessError(f"actor {name} has the side {row['side']}", f"give one of {', '.join(SIDES)}")
    if row["principal"] not in (True, False, "yes", "no"):
        raise RipenessError(f"actor {name} has the principal {row['principal']}", "give yes or no")
    found |= {"side": row["side"], "principal": row["principal"] in (True, "yes")}
    for key in numbers:
        found[key] = float(bounds.share(f"{key} of actor {name}", row[key]))
    found["capability"] = float(bounds.not_negative(f"capability of actor {name}", row["capability"]))
    return found
