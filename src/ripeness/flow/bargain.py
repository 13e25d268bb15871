"""What each side would accept and why: uncertain constants of the bargaining models, drawn beside a world's.

Units: values in stake-months, shares are A's, rates a month. Nearly all of them are prior-driven: one war
without an ending cannot tell them. The names are those of priors with `block: bargaining`.
"""

from __future__ import annotations

from typing import NamedTuple

from ripeness.flow.layout import Scalar


class BargainingParameters(NamedTuple):
    """Structural constants of the main game, its rivals, and the coalition; one value a structural draw."""

    # both sides
    patience: Scalar  # delta, monthly discount factor
    balance_high: Scalar  # p_H, A's chance a battle if the balance favours it
    balance_low: Scalar  # p_L
    doubt_a: Scalar  # d_A, A's offset to the public log odds of the high balance
    doubt_d: Scalar  # d_D
    evidence_memory: Scalar  # share of the evidence that stays a month
    evidence_start: Scalar  # public log odds of the high balance at the start
    terms_temperature: Scalar  # tau_z, share of the stake over which a deal turns likely
    proposer: Scalar  # alpha, chance that A makes the offer
    # A
    cost_a: Scalar  # share of the stake a month
    cost_pressure: Scalar  # kappa, added cost at full pressure; negative where pressure rallies
    cost_empty: Scalar  # k0, added cost with an empty chest
    odds_empty: Scalar  # dp, log odds of battle lost with an empty chest
    defeat_a: Scalar  # Lambda_A, leader's loss in defeat
    refusal: Scalar  # ref, share of chances to talk lost at full pressure
    progress_cost: Scalar  # k_p, A's cost of a verified step
    progress_precision: Scalar  # of A's choice to make one
    # D
    cost_d: Scalar
    odds_aid: Scalar  # log odds of battle that doubled aid takes from A
    defeat_d: Scalar  # Lambda_D
    ratification_width: Scalar  # support over which a signed deal turns safe at home
    # talks
    chance_talks: Scalar  # chi_T, chance a month of a serious offer while talks last
    chance_base: Scalar  # chi_0
    push_effect: Scalar  # factor by which outside pressure to meet raises that chance
    push_insincere: Scalar  # factor on the temperature by which it makes offers less serious
    talks_progress_front: Scalar  # factor on fighting in a month of verified progress
    talks_progress_cost_d: Scalar  # D's cost saved in such a month
    verification: Scalar  # chance that a step is seen
    # the coalition
    firm: Scalar  # prior chance that it is firm
    doubt_firm_d: Scalar  # D's offset to A's log odds that it is
    execution_firm: Scalar  # psi_F, chance that a firm coalition carries out a step that falls due
    execution_soft: Scalar  # psi_S
    breakdown_firm: Scalar  # how much nearer to firm a soft one comes when talks have failed
    adaptation_share: Scalar  # share of the pressure's cost that A learns to work around
    adaptation_months: Scalar  # half-life of that learning
    # peace and its end
    renewal_hazard: Scalar  # hmax
    gain_renewal_a: Scalar  # g_A
    loss_renewal_d: Scalar  # L_D
    cost_renewal_a: Scalar  # K_A
    cost_renewal_d: Scalar  # K_D
    guarantee_weight: Scalar  # how much of an offered guarantee is believed
    # rival R1
    hazard_base: Scalar  # log odds a month
    hazard_stress: Scalar
    hazard_losses: Scalar
    hazard_momentum: Scalar
    hazard_talks: Scalar
    hazard_push: Scalar
    hazard_pressure: Scalar
    hazard_guarantee: Scalar
    # rival R2
    spatial_pressure: Scalar  # log capability lost by A's blocs at full pressure
    spatial_aid: Scalar  # log capability gained by D at doubled aid
    spatial_tolerance: Scalar  # distance in terms that a principal accepts
    spatial_chance: Scalar  # chance a month that the actors meet to decide while talks last
    # nulls
    climatology_hazard: Scalar  # N0
    exhaustion_threshold_a: Scalar  # N1, share of starting strength below which a side gives in
    exhaustion_threshold_d: Scalar


MAIN_PARAMETERS = BargainingParameters._fields[: BargainingParameters._fields.index("hazard_base")]
"""Those that the main model reads; the others belong to its rivals and nulls."""
