"""Records of the bargaining game: what is at stake, what a policy looks like to the parties, how a war ends.

Parties: A is the attacker, the pressed party; D the defender. Shares of the stake are A's. One step is a
month, a whole stake flows 1 a month, values are in stake-months, and all of the stake for ever is worth
`B = 1 / (1 - delta)`. Equations are numbered in docs/model/bargaining.md.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

from numpy.typing import NDArray

Numbers = Any
"""A float, or an array (D,) over structural draws."""


class Grid(NamedTuple):
    """Points on which the game is solved; a state is (front x, chest w, evidence l, reputation r, phase e)."""

    front: int = 16
    """N: the front has the points 0..N and A holds x / N; a step of the front is 1 / N, which is physics."""
    chest: int = 16
    """W: the chest has the points 0..W."""
    chest_step: float = 1.0
    """Months of A's financing between two points of the chest."""
    evidence: int = 15
    """L: odd number of points of the public log odds of the balance that favours A, symmetric about 0."""
    evidence_max: float = 3.0
    """Last of these points, log odds."""
    reputation: int = 5
    """R: odd number of points of A's log odds that the coalition is firm, symmetric about 0."""
    reputation_max: float = 4.0
    """Last of these points, log odds."""
    phases: int = 8
    """Most phases that a plan may have."""


class Stakes(NamedTuple):
    """Structural constants of both sides; every field is a number or an array (D,) over structural draws."""

    delta: Numbers
    """Monthly discount factor of both sides, below 1."""
    phi: Numbers
    """Chance a month that the front moves by a step."""
    logit_high: Numbers
    """Log odds of p_H, A's chance to win a battle under the balance that favours it."""
    logit_low: Numbers
    """Log odds of p_L, under the other balance."""
    offset_a: Numbers
    """d_A, A's belief less the public evidence, log odds."""
    offset_d: Numbers
    """d_D, D's belief less the public evidence, log odds."""
    leak: Numbers
    """Share of the evidence that is still there a month later."""
    cost_a: Numbers
    """c_A0, A's cost of war with a full chest and no pressure, stake a month."""
    cost_d: Numbers
    """c_D, D's cost of war, stake a month."""
    cost_pressure: Numbers
    """kappa, A's added cost a unit of effective pressure, stake a month; negative where pressure rallies."""
    cost_empty: Numbers
    """k0, A's added cost with an empty chest, stake a month; falls by e with each month in the chest."""
    odds_empty: Numbers
    """dp, log odds of battle that A loses with an empty chest; falls likewise."""
    odds_aid: Numbers
    """g_a, log odds of battle that a unit of aid takes from A."""
    aid_normal: Numbers
    """abar, aid at which the odds are those of `logit_high` and `logit_low`."""
    drift: Numbers
    """nu0, months of financing that the chest gains a month with no pressure."""
    drain: Numbers
    """nu1, the same a unit of effective pressure; negative where pressure drains."""
    lambda_a: Numbers
    """Lambda_A, A's loss in defeat (x = 0), stake-months."""
    lambda_d: Numbers
    """Lambda_D, D's loss in defeat (x = N), stake-months."""
    proposer: Numbers
    """alpha, chance that A makes the offer."""
    chance_talks: Numbers
    """chi_T, chance a month of a serious offer while talks last."""
    chance_base: Numbers
    """chi0, the same without talks."""
    refusal: Numbers
    """ref, share of these chances that A refuses at the pressure `pressure_max`."""
    pressure_max: Numbers
    """qmax, pressure to which `refusal` belongs."""
    temperature: Numbers
    """tau_z, share of the stake over which a deal turns likely."""
    progress_cost: Numbers
    """k_p, A's cost of a month of progress in talks, stake-months."""
    progress_precision: Numbers
    """Precision of A's choice to make it, a stake-month."""
    verification: Numbers
    """v, chance that progress is seen."""
    offset_reputation: Numbers
    """d_r, D's log odds that the coalition is firm less A's."""
    renewal_hazard: Numbers
    """hmax, chance a month that war resumes after a deal without guarantee."""
    renewal_slope: Numbers
    """lam_h, how fast that chance falls as A's gain from renewal falls, a stake-month; 0 for a constant chance."""
    gain_a: Numbers
    """g_A, share of what D kept that A takes by renewal."""
    loss_d: Numbers
    """L_D, share of what D kept that D loses by renewal."""
    cost_renewal_a: Numbers
    """K_A, stake-months."""
    cost_renewal_d: Numbers
    """K_D, stake-months."""
    deterrence: Numbers
    """G_d, share by which a guarantee lowers the chance of renewal."""
    denial: Numbers
    """G_s, share by which it lowers what renewal takes."""
    progress_front: Numbers = 1.0
    """Factor on `phi` in a month of progress."""
    progress_cost_d: Numbers = 0.0
    """What such a month saves D, stake a month."""
    outside_push: Numbers = 0.0
    """Rise of the chance of a serious offer at full outside pressure to meet, as a share of it."""
    push_insincere: Numbers = 0.0
    """Rise of the temperature at full outside pressure to meet, as a share of it."""
    ratification_width: Numbers = 0.07
    """Support at home over which a signed deal turns safe, share."""


class PhasePlan(NamedTuple):
    """One policy as the parties foresee it: months 0..T-1, then the last month's row for ever.

    Every array has these axes, or a leading axis (D,) over structural draws before them. Policy is in one of E
    phases; which one comes next depends on the coalition's hidden type and on A's verified progress.
    """

    pressure: NDArray[Any]
    """(T, E) cost pressure q before relief."""
    talks: NDArray[Any]
    """(T, E) 0..1, talks on."""
    relief: NDArray[Any]
    """(T, E) 0..1, share of the pressure suspended while talks are on."""
    aid: NDArray[Any]
    """(T, E) aid to D, in the unit of `Stakes.aid_normal`."""
    push: NDArray[Any]
    """(T, E) 0..1, outside pressure to meet."""
    executed: NDArray[Any]
    """(T, E) 0..1, how much of the way from the held to the announced world is carried out."""
    firm: NDArray[Any]
    """(T, E, 2, E) chance of the next phase under a firm coalition, by progress seen (0, 1); rows sum to 1."""
    soft: NDArray[Any]
    """(T, E, 2, E) the same under a soft one."""
    ratified: NDArray[Any] | None = None
    """(T, E) chance, as the parties foresee it, that a deal signed in the month holds at home; None is for sure."""


class Solution(NamedTuple):
    """The solved game in its first months.

    Arrays (D, NP, T, N + 1, W + 1, L, R, E) over draws, plans, months and states; nan in phases that a plan
    has not. At the two ends of the front war is over: thresholds are the share held, chances are 0.
    """

    least_a: NDArray[Any]
    """y_A, least share that A accepts (G14); may lie outside 0..1."""
    most_d: NDArray[Any]
    """y_D, most that D concedes."""
    deal_chance: NDArray[Any]
    """g, chance of a deal this month (G15)."""
    progress_chance: NDArray[Any]
    """Chance that A makes progress this month, 0 without talks (G11)."""
    value_a: NDArray[Any]
    """V_A before the month's chance of a deal, stake-months (G16)."""
    value_d: NDArray[Any]
    """V_D, stake-months."""

    @property
    def zopa(self) -> NDArray[Any]:
        """Z = y_D - y_A: the zone of possible agreement, or ripeness, in shares of the stake."""
        return self.most_d - self.least_a


class Drivers(NamedTuple):
    """What the world hands to the models of an ending; arrays (NP, T, n) over policies, months and members.

    Levels are those at the start of a month. `held` is the world in which the announced steps lapse. A model uses
    what it needs; fields that may be None are read by some models only.
    """

    front: NDArray[Any]
    """A's share of the stake, 0..1."""
    front_step: NDArray[Any]
    """Its change in the month."""
    chest: NDArray[Any]
    """A's financing in hand, months."""
    pressure: NDArray[Any]
    """Announced effort, before relief and what A learns to work around."""
    front_held: NDArray[Any]
    front_step_held: NDArray[Any]
    chest_held: NDArray[Any]
    pressure_held: NDArray[Any]
    talks: NDArray[Any] | None = None
    """0..1"""
    relief: NDArray[Any] | None = None
    """0..1"""
    aid: NDArray[Any] | None = None
    push: NDArray[Any] | None = None
    """0..1"""
    stress: NDArray[Any] | None = None
    """Financial stress of A, 0..1."""
    casualties_a: NDArray[Any] | None = None
    """Thousand a month."""
    casualties_d: NDArray[Any] | None = None
    """Thousand a month."""
    civilian: NDArray[Any] | None = None
    """Index of civilian harm."""
    momentum: NDArray[Any] | None = None
    """Trailing change of the front share."""
    support_d: NDArray[Any] | None = None
    """Share of D's public that would settle; None where any signed deal is ratified."""


class Starts(NamedTuple):
    """Where each member stands on the first day; arrays (n,)."""

    draw: NDArray[Any]
    """Structural draw of the member, an index into the arrays of `Stakes`."""
    evidence: NDArray[Any]
    """Public log odds of the balance that favours A."""
    reputation: NDArray[Any]
    """A's log odds that the coalition is firm."""
    phase: NDArray[Any]
    """Phase in the first month; (n,), or (NP, n) where it differs by policy."""
    firm: NDArray[Any]
    """Chance that the coalition is firm in truth."""


class Uniforms(NamedTuple):
    """Uniform numbers in (0, 1), the same for every policy, so that policies are compared on the same luck."""

    firm: NDArray[Any]
    """(n,) type of the coalition."""
    settle: NDArray[Any]
    """(T, n) whether a deal is made."""
    proposer: NDArray[Any]
    """(T, n) who made the offer."""
    ratify: NDArray[Any]
    """(T, n) whether it holds at home."""
    progress: NDArray[Any]
    """(T, n) whether A makes progress in talks."""
    phase: NDArray[Any]
    """(T, n) next phase of the policy."""
    renewal: NDArray[Any]
    """(n,) how long a deal lasts."""


class Kind(IntEnum):
    """How a war ended."""

    WAR = 0
    """It goes on in the last month."""
    SETTLED = 1
    COLLAPSE_A = 2
    """A was driven out of all that it held."""
    COLLAPSE_D = 3
    """A took the whole stake."""


class Endings(NamedTuple):
    """How each member's war ended; arrays (NP, n), then monthly ones (NP, T, n), nan once the war is over.

    Monthly arrays are None in models that do not have the quantity.
    """

    kind: NDArray[Any]
    """Code of `Kind`."""
    month: NDArray[Any]
    """Months of war from the start to its end, inf where there is none."""
    terms: NDArray[Any]
    """A's share under the deal, nan where there is none."""
    renewed_month: NDArray[Any]
    """Months from the start to the renewed war, also where that lies after the last month; inf where never."""
    zopa: NDArray[Any] | None = None
    """Z, share of the stake."""
    least_a: NDArray[Any] | None = None
    """y_A, share of the stake."""
    most_d: NDArray[Any] | None = None
    """y_D, share of the stake."""
    deal_chance: NDArray[Any] | None = None
    """Chance of a deal in the month that holds at home."""
    evidence: NDArray[Any] | None = None
    """Public log odds of the balance that favours A."""
    reputation: NDArray[Any] | None = None
    """A's log odds that the coalition is firm."""
    progress: NDArray[Any] | None = None
    """1 in months of progress, else 0."""
    executed: NDArray[Any] | None = None
    """How much of the announced pressure was carried out, 0..1."""
