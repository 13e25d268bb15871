"""Rivals and nulls on made-up worlds: what each must do, where it must be blind, and what it must refuse."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.bargaining.closed_forms import long_war
from ripeness.bargaining.competing import lasting_months
from ripeness.bargaining.game import Drivers, Kind, Stakes, Uniforms
from ripeness.bargaining.hazard import (
    HazardCoefficients,
    covariates,
    deal_chance,
    hazard_endings,
    losses_over_start,
    settlement_chance,
    survival,
)
from ripeness.bargaining.nulls import Thresholds, climatology_endings, drawdown, exhaustion_endings
from ripeness.bargaining.rivals import hazard_coefficients, rival_endings, spatial_priors
from ripeness.bargaining.spatial import (
    SpatialPriors,
    meeting_chance,
    outcome_shares,
    principals_distance,
    share_of_stake,
    spatial_actors,
    spatial_endings,
    support,
    votes,
    win_chances,
)
from ripeness.base import RipenessError
from ripeness.case import load
from ripeness.flow import BargainingParameters
from ripeness.world.front import square_law

MONTHS, WALKERS = 48, 4000

CALM = {
    "front": 0.6,
    "front_step": 0.0,
    "chest": 10.0,
    "pressure": 0.0,
    "front_held": 0.6,
    "front_step_held": 0.0,
    "chest_held": 10.0,
    "pressure_held": 0.0,
    "talks": 0.0,
    "relief": 0.0,
    "aid": 1.0,
    "push": 0.0,
    "stress": 0.0,
    "casualties_a": 30.0,
    "casualties_d": 15.0,
    "civilian": 1.0,
    "momentum": 0.0,
    "support_d": 0.4,
}
"""A world in which nothing moves."""

NO_EFFECT = HazardCoefficients(-4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

PRIORS = SpatialPriors(0.3, 0.3, 0.6, 0.2, 0.0, 0.5)


def world(policies=1, months=MONTHS, members=WALKERS, **changed) -> Drivers:
    """Drivers of a calm world with the named fields replaced; values broadcast with (policies, months, members)."""
    shape = (policies, months, members)
    return Drivers(**{name: np.broadcast_to(value, shape).copy() for name, value in (CALM | changed).items()})


def luck(members=WALKERS, months=MONTHS, seed=1) -> Uniforms:
    """Uniform numbers; drawn by Philox by hand, for no test depends on which."""
    grid = np.random.Generator(np.random.Philox(seed))
    once = ("firm", "renewal")
    return Uniforms(
        *(
            grid.random(members) if name in once else grid.random((months, members))
            for name in Uniforms._fields
        )
    )


def stakes(**changed) -> Stakes:
    """Stakes of which rivals read the peace alone."""
    given_ = dict.fromkeys(Stakes._fields, 0.0) | {"delta": 0.99, "renewal_hazard": 0.01} | changed
    return Stakes(**given_)


def everyone(members=WALKERS):
    return np.zeros(members, np.intp)


def actor(name, side, terms, capability=1.0, *, principal=False, guarantees=0.5, salience=1.0):
    return {
        "actor": name,
        "side": side,
        "principal": principal,
        "terms": terms,
        "terms_salience": salience,
        "guarantees": guarantees,
        "guarantees_salience": salience,
        "capability": capability,
    }


THREE = [
    actor("attacker", "a", 0.95, 1.0, principal=True, guarantees=0.1),
    actor("defender", "d", 0.3, 0.8, principal=True, guarantees=0.9),
    actor("mediator", "other", 0.6, 0.6),
]


# --- hazard


def test_with_no_effects_the_hazard_is_constant_and_settles_as_survival_says():
    found = hazard_endings(NO_EFFECT, world(), everyone(), 0.0, stakes(), luck())
    chance = float(settlement_chance(-4.0))
    assert found.deal_chance[0, 0] == pytest.approx(chance)
    assert (found.kind == Kind.WAR).mean() == pytest.approx(float(survival(chance, MONTHS)), abs=0.03)
    assert set(np.unique(found.kind)) == {Kind.WAR, Kind.SETTLED}


@pytest.mark.parametrize(
    ("effect", "changed"),
    [
        ("stress", {"stress": 0.5}),
        ("losses", {"casualties_a": 30.0 * np.linspace(1.0, 3.0, MONTHS)[:, None]}),
        ("momentum", {"momentum": -0.05}),
        ("talks", {"talks": 1.0}),
        ("push", {"talks": 1.0, "push": 1.0}),
        ("pressure", {"pressure": 0.5}),
    ],
)
def test_each_covariate_moves_the_hazard_through_its_own_effect_alone(effect, changed):
    calm, moved = covariates(world(members=3), 0.0), covariates(world(members=3, **changed), 0.0)
    with_effect = NO_EFFECT._replace(**{effect: 1.0})
    last = (0, -1, 0)
    for coefficients, differs in ((with_effect, True), (NO_EFFECT, False)):
        before, after = (deal_chance(coefficients, found, everyone(3))[last] for found in (calm, moved))
        assert (after > before) == differs


def test_outside_pressure_to_meet_counts_only_in_talks_on_an_undecided_battlefield():
    effect = NO_EFFECT._replace(push=-1.0)
    chances = [
        deal_chance(effect, covariates(world(members=1, **changed), 0.0), everyone(1))[0, 0, 0]
        for changed in (
            {"talks": 1.0, "push": 1.0},
            {"talks": 1.0, "push": 1.0, "momentum": 0.05},
            {"talks": 1.0, "push": 1.0, "momentum": 0.2},
            {"talks": 0.0, "push": 1.0},
        )
    ]
    assert chances[0] < chances[1] < chances[2] == chances[3] == pytest.approx(float(settlement_chance(-4.0)))


def test_relief_in_talks_suspends_pressure():
    effect = NO_EFFECT._replace(pressure=1.0)
    full, eased, waived = (
        deal_chance(
            effect, covariates(world(members=1, pressure=1.0, talks=talks, relief=relief), 0.0), everyone(1)
        )[0, 0, 0]
        for talks, relief in ((0.0, 1.0), (1.0, 0.5), (1.0, 1.0))
    )
    assert full > eased > waived == pytest.approx(float(settlement_chance(-4.0)))


def test_guarantees_differ_by_policy():
    effect = NO_EFFECT._replace(guarantee=2.0)
    found = hazard_endings(effect, world(policies=2), everyone(), np.array([0.0, 1.0]), stakes(), luck())
    assert found.deal_chance[1, 0, 0] > found.deal_chance[0, 0, 0]
    settled = found.kind == Kind.SETTLED
    assert (settled[1] | ~settled[0]).all(), (
        "on the same luck a higher hazard settles all that a lower one does"
    )
    assert (found.month[1] <= found.month[0]).all()


def test_losses_are_read_against_the_start_over_twelve_months():
    doubled = np.full((1, 24, 1), 10.0)
    doubled[:, 12:] = 20.0
    found = losses_over_start(doubled)[0, :, 0]
    assert found[:12] == pytest.approx(0.0, abs=1e-12)
    assert np.all(np.diff(found[11:]) > 0.0)
    assert found[-1] == pytest.approx(np.log(2.0) / 0.35)
    assert losses_over_start(np.zeros((1, 24, 1))) == pytest.approx(0.0)


def test_each_draw_has_its_own_coefficients():
    draws = NO_EFFECT._replace(base=np.array([-6.0, -2.0]))
    draw = np.array([0, 1, 1, 0])
    chance = deal_chance(draws, covariates(world(members=4), 0.0), draw)[0, 0]
    assert chance == pytest.approx(settlement_chance(np.array([-6.0, -2.0, -2.0, -6.0])))


def test_terms_are_the_front_with_a_little_spread():
    front = np.broadcast_to(np.linspace(0.4, 0.7, MONTHS)[:, None], (MONTHS, WALKERS))
    certain = NO_EFFECT._replace(base=40.0)
    now = hazard_endings(certain, world(front=front), everyone(), 0.0, stakes(), luck())
    assert (now.month == 0.0).all()
    assert now.terms.mean() == pytest.approx(0.4, abs=0.005)
    assert now.terms.std() == pytest.approx(0.03, rel=0.1)
    edge = hazard_endings(certain, world(front=0.999), everyone(), 0.0, stakes(), luck())
    assert ((edge.terms >= 0.0) & (edge.terms <= 1.0)).all()


# --- what ends first


def test_the_front_ends_a_war_that_no_deal_ends():
    step = -0.1 * np.ones((MONTHS, 1))
    front = 0.6 + np.cumsum(step, axis=0) - step
    never = NO_EFFECT._replace(base=-40.0)
    lost = hazard_endings(never, world(front=front, front_step=step), everyone(), 0.0, stakes(), luck())
    assert (lost.kind == Kind.COLLAPSE_A).all()
    assert (lost.month == 6.0).all()
    assert np.isnan(lost.terms).all() and np.isinf(lost.renewed_month).all()
    won = hazard_endings(never, world(front=1.0 - front, front_step=-step), everyone(), 0.0, stakes(), luck())
    assert (won.kind == Kind.COLLAPSE_D).all()
    assert (won.month == 6.0).all()
    assert np.isnan(won.deal_chance[:, 6:]).all() and np.isfinite(won.deal_chance[:, :6]).all()


def test_a_deal_comes_before_a_collapse_of_the_same_month():
    step = np.zeros((MONTHS, 1))
    step[0] = -0.9
    certain = NO_EFFECT._replace(base=40.0)
    found = hazard_endings(certain, world(front_step=step), everyone(), 0.0, stakes(), luck())
    assert (found.kind == Kind.SETTLED).all()


def test_a_walk_of_the_front_collapses_as_often_as_the_gamblers_ruin():
    """RC2 against B5: forty months of steps of a fifth, long enough for nearly all walks to end."""
    grid = np.random.Generator(np.random.Philox(3))
    step = np.where(grid.random((1, 200, WALKERS)) < 0.55, 0.2, -0.2)
    front = 0.4 + np.cumsum(step, axis=1) - step
    over = (np.cumsum((front + step <= 1e-9) | (front + step >= 1.0 - 1e-9), axis=1) > 0)[:, :-1]
    step[:, 1:][over] = 0.0
    clean = np.round(0.4 + np.cumsum(step, axis=1) - step, 9)
    found = climatology_endings(
        0.0,
        world(months=200, front=clean, front_step=np.round(step, 9)),
        everyone(),
        stakes(),
        luck(months=200),
    )
    expected = float(long_war(5, 2, 0.55, 1.0).win)
    assert (found.kind == Kind.COLLAPSE_D).mean() == pytest.approx(expected, abs=0.03)
    ended = found.month[np.isfinite(found.month)]
    assert ended.mean() == pytest.approx(float(long_war(5, 2, 0.55, 1.0).months), rel=0.06)


@given(st.just(0.0) | st.floats(1e-4, 0.5), st.just(1.0) | st.floats(0.0, 0.99), st.floats(0.001, 0.999))
def test_a_deal_lasts_as_long_as_its_lottery_says(hazard, deterrence, uniform):
    lasts = float(
        lasting_months(stakes(renewal_hazard=hazard, deterrence=deterrence), np.array(0.5), uniform)
    )
    left = hazard * (1.0 - deterrence)
    if left == 0.0:
        assert lasts == np.inf
    else:
        assert lasts >= 1.0
        assert (1.0 - left) ** lasts <= (1.0 - uniform) * (1.0 + 1e-6)
        assert (1.0 - left) ** (lasts - 1.0) >= (1.0 - uniform) * (1.0 - 1e-6)


def test_deterrence_delays_renewal_member_by_member():
    weak, strong = (
        climatology_endings(0.5, world(), everyone(), stakes(deterrence=held), luck()) for held in (0.0, 0.8)
    )
    assert (strong.renewed_month >= weak.renewed_month).all()
    assert strong.renewed_month[np.isfinite(strong.month)].mean() > 2.0 * weak.renewed_month.mean()
    assert (weak.renewed_month[np.isfinite(weak.month)] > weak.month[np.isfinite(weak.month)]).all()


# --- spatial


def test_the_outcome_is_the_stationary_distribution_whatever_the_number_of_actors():
    """State reduction against powers of the chain's matrix."""
    grid = np.random.Generator(np.random.Philox(5))
    for count in (2, 3, 7, 12, 20):
        cast = votes(grid.random((2, count)), grid.random((2, count)))
        wins = win_chances(support(cast, grid.random((count, 4))))
        found = outcome_shares(wins)
        for case in range(4):
            chain = wins[:, :, case].T / (count - 1)
            np.fill_diagonal(chain, 0.0)
            chain += np.diag(1.0 - chain.sum(axis=1))
            assert found[:, case] == pytest.approx(np.linalg.matrix_power(chain, 20_000)[0], abs=1e-9)


@given(st.integers(2, 9), st.integers(0, 1000))
def test_chances_of_a_contest_add_up(count, seed):
    grid = np.random.Generator(np.random.Philox(seed))
    cast = votes(grid.random((2, count)), grid.random((2, count)))
    wins = win_chances(support(cast, grid.random(count)))
    assert wins + wins.T == pytest.approx(np.ones((count, count)))
    shares = outcome_shares(wins)
    assert shares.sum() == pytest.approx(1.0)
    assert (shares > 0.0).all()


def test_the_order_of_actors_does_not_matter():
    position, salience = np.array([[0.9, 0.1, 0.5, 0.3]]), np.array([[0.7, 0.9, 0.4, 1.0]])
    capability, turned = np.array([1.0, 0.6, 0.8, 0.3]), [2, 0, 3, 1]
    straight = outcome_shares(win_chances(support(votes(position, salience), capability)))
    other = outcome_shares(
        win_chances(support(votes(position[:, turned], salience[:, turned]), capability[turned]))
    )
    assert other == pytest.approx(straight[turned])


def test_actors_who_all_want_the_same_share_the_outcome():
    same = win_chances(support(votes(np.full((2, 4), 0.3), np.ones((2, 4))), np.ones(4)))
    assert outcome_shares(same) == pytest.approx(np.full(4, 0.25))


def test_an_actor_without_means_still_lets_the_contest_be_decided():
    cast = votes(np.array([[0.1, 0.5, 0.9]]), np.ones((1, 3)))
    shares = outcome_shares(win_chances(support(cast, np.array([0.0, 0.0, 1.0]))))
    assert shares[2] == pytest.approx(1.0, abs=1e-6)


def test_a_position_is_read_against_the_line():
    assert share_of_stake([0.0, 0.25, 0.5, 0.75, 1.0], 0.6) == pytest.approx([0.0, 0.3, 0.6, 0.8, 1.0])


def test_pressure_moves_terms_against_the_attacker_and_aid_too():
    actors = spatial_actors(THREE)
    means = []
    for changed in ({}, {"pressure": 1.0}, {"aid": 2.0}):
        found = spatial_endings(
            actors, PRIORS._replace(tolerance=1.0), world(talks=1.0, **changed), everyone(), stakes(), luck()
        )
        means.append(np.nanmean(found.terms))
    assert means[1] < means[0] - 0.005
    assert means[2] < means[0] - 0.005


def test_land_moves_weights():
    step = 0.005 * np.ones((MONTHS, 1))
    front = 0.6 + np.cumsum(step, axis=0) - step
    actors = spatial_actors(THREE)
    still, gains = (
        spatial_endings(
            actors, PRIORS._replace(tolerance=1.0, chance=0.05), drivers, everyone(), stakes(), luck()
        )
        for drivers in (world(talks=1.0), world(talks=1.0, front=front, front_step=step))
    )
    assert np.nanmean(gains.terms) > np.nanmean(still.terms)


def test_where_nobody_could_agree_the_war_goes_on():
    actors = spatial_actors(THREE)
    least = principals_distance(actors).min()
    below, above = (
        spatial_endings(
            actors, PRIORS._replace(tolerance=limit), world(talks=1.0), everyone(), stakes(), luck()
        )
        for limit in (least - 1e-6, least + 1e-6)
    )
    assert (below.kind == Kind.WAR).all()
    assert (above.kind == Kind.SETTLED).any()
    where = actors.names[int(principals_distance(actors).argmin())]
    assert where == "mediator"
    line_to_one = share_of_stake(0.6, 0.6)
    assert above.terms[np.isfinite(above.terms)] == pytest.approx(float(line_to_one))


def test_the_actors_meet_more_in_talks_and_under_push():
    base = PRIORS._replace(chance_base=0.02)
    quiet, talking, pushed = (
        meeting_chance(base, world(members=1, **changed), everyone(1))[0, 0, 0]
        for changed in ({}, {"talks": 1.0}, {"talks": 1.0, "push": 1.0})
    )
    assert (quiet, talking, pushed) == pytest.approx((0.02, 0.2, 0.3))


def test_two_actors_are_enough_and_endings_have_the_shape_of_the_world():
    actors = spatial_actors(THREE[:2])
    found = spatial_endings(
        actors, PRIORS._replace(tolerance=1.0), world(policies=3, talks=1.0), everyone(), stakes(), luck()
    )
    assert found.kind.shape == found.terms.shape == (3, WALKERS)
    assert (found.kind[0] == found.kind[2]).all()


def test_the_shipped_actors_can_agree_in_part_of_the_prior_only():
    """The page says from which tolerance on; the prior runs from 0.1 to 0.4."""
    rows = [vars(row) for row in load("ukraine").actor_rows]
    actors = spatial_actors(rows)
    assert len(actors.names) == 12
    assert principals_distance(actors).min() == pytest.approx(0.31, abs=0.005)


# --- nulls


def test_climatology_is_blind_to_everything_but_the_front():
    drivers = world(policies=2)
    drivers.pressure[1] = 1.0
    drivers.talks[1] = 1.0
    found = climatology_endings(0.02, drivers, everyone(), stakes(), luck())
    assert (found.kind[0] == found.kind[1]).all()
    assert np.nanmax(np.abs(found.terms - 0.6)) < 1e-12
    assert (found.kind == Kind.WAR).mean() == pytest.approx(0.98**MONTHS, abs=0.03)


def test_exhaustion_is_the_square_law_where_nothing_is_replaced():
    """RN2 in small steps against Lanchester's closed form (K4)."""
    each, months = 2000.0, 3000
    losses = np.full((months, 1), 1.0)
    halved = np.vstack([losses[:1], 0.5 * losses[1:]])
    left = drawdown(
        world(months=months, members=1, casualties_a=halved, casualties_d=losses), each, replaced=0.0
    )
    end = square_law(1.0, 1.0, 1.0 / each, 0.5 / each, np)
    gone = int(np.argmax(left.d[0, :, 0] <= 0.0))
    assert gone == pytest.approx(end.time, rel=2e-3)
    assert left.a[0, gone, 0] == pytest.approx(end.survivors, rel=2e-3)


def test_losses_go_unreplaced_where_money_or_aid_runs_out():
    usual, stressed, alone = (
        drawdown(world(members=1, **changed)) for changed in ({}, {"stress": 1.0}, {"aid": 0.0})
    )
    assert usual.a == pytest.approx(usual.d)
    assert stressed.a[0, -1, 0] < usual.a[0, -1, 0] - 0.1
    assert alone.d[0, -1, 0] < usual.d[0, -1, 0] - 0.1
    assert alone.d == pytest.approx(stressed.a), "both sides are treated alike"


def test_exhaustion_dates_the_collapse_of_the_side_that_reaches_its_threshold_first():
    drivers = world()
    left = drawdown(drivers)
    threshold = float(left.a[0, 20, 0])
    found = exhaustion_endings(Thresholds(threshold, 0.0), drivers, everyone(), stakes())
    assert (found.kind == Kind.COLLAPSE_A).all()
    assert (found.month == 21.0).all()
    other = exhaustion_endings(Thresholds(0.0, threshold), drivers, everyone(), stakes())
    assert (other.kind == Kind.COLLAPSE_D).all()
    both = exhaustion_endings(Thresholds(threshold, threshold + 1e-6), drivers, everyone(), stakes())
    assert (both.kind == Kind.COLLAPSE_D).all(), "the side further below its threshold"
    never = exhaustion_endings(Thresholds(0.0, 0.0), drivers, everyone(), stakes())
    assert (never.kind == Kind.WAR).all()
    assert np.isnan(never.terms).all()


# --- all of them


def record(draws=3):
    values = dict.fromkeys(BargainingParameters._fields, 0.3)
    values |= {"hazard_base": -3.0, "climatology_hazard": 0.02}
    return BargainingParameters(**{name: np.full(draws, value) for name, value in values.items()})


def test_all_rivals_walk_the_same_walkers():
    rows = [SimpleNamespace(**row) for row in THREE]
    offers = SimpleNamespace(deterrence=np.array([0.0, 0.5]), denial=np.array([0.0, 0.2]))
    told = (
        record(),
        offers,
        world(policies=2, talks=1.0),
        np.arange(WALKERS) % 3,
        luck(),
        stakes(renewal_hazard=0.02),
    )
    found = rival_endings(SimpleNamespace(actor_rows=rows), *told)
    assert list(found) == ["r1", "r2", "n0", "n1"]
    for endings in found.values():
        assert endings.kind.shape == (2, WALKERS)
        settled = endings.kind == Kind.SETTLED
        assert (np.isfinite(endings.terms) == settled).all()
        assert ((endings.terms[settled] >= 0.0) & (endings.terms[settled] <= 1.0)).all()
        assert (np.isfinite(endings.month) == (endings.kind != Kind.WAR)).all()
        assert (endings.renewed_month[settled] > endings.month[settled]).all()
    assert "r2" not in rival_endings(SimpleNamespace(actor_rows=()), *told)
    renewed = found["n0"].renewed_month[:, found["n0"].kind[0] == Kind.SETTLED]
    assert (renewed[1] > renewed[0]).mean() > 0.5, "the second policy offers a guarantee"


def test_every_coefficient_is_the_prior_of_its_name():
    names = BargainingParameters._fields
    numbered = BargainingParameters(*(np.full(1, float(i)) for i in range(len(names))))
    for name, value in hazard_coefficients(numbered)._asdict().items():
        assert names[int(value[0])] == f"hazard_{name}"
    own = {"chance_base": "chance_base", "push": "push_effect"}
    for name, value in spatial_priors(numbered)._asdict().items():
        assert names[int(value[0])] == own.get(name, f"spatial_{name}")


def test_a_member_ends_as_it_would_alone():
    rows = [SimpleNamespace(**row) for row in THREE]
    offers = SimpleNamespace(deterrence=np.array([0.1]), denial=np.array([0.0]))
    uniforms, draw = luck(), np.arange(WALKERS) % 3
    drivers = world(talks=1.0, pressure=np.linspace(0.0, 1.0, WALKERS))
    case = SimpleNamespace(actor_rows=rows)
    whole = rival_endings(case, record(), offers, drivers, draw, uniforms, stakes())
    part = slice(700, 1500)
    own = rival_endings(
        case,
        record(),
        offers,
        Drivers(*(field[..., part] for field in drivers)),
        draw[part],
        Uniforms(*(field[..., part] for field in uniforms)),
        stakes(),
    )
    for model, endings in own.items():
        for name in ("kind", "month", "terms", "renewed_month"):
            assert np.array_equal(
                getattr(endings, name), getattr(whole[model], name)[:, part], equal_nan=True
            ), (model, name)


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (THREE[:1], "1 actors"),
        ([*THREE, THREE[0]], "twice"),
        ([THREE[0], THREE[2]], "side d"),
        ([THREE[0] | {"terms": 1.2}, *THREE[1:]], "terms of actor attacker"),
        ([THREE[0] | {"capability": -1.0}, *THREE[1:]], "capability of actor attacker"),
        ([THREE[0] | {"side": "north"}, *THREE[1:]], "side north"),
        ([THREE[0] | {"principal": "maybe"}, *THREE[1:]], "maybe"),
        ([{k: v for k, v in THREE[0].items() if k != "guarantees"}, *THREE[1:]], "guarantees"),
        ([THREE[0] | {"actor": ""}, *THREE[1:]], "row 1"),
    ],
)
def test_actors_that_make_no_sense_are_named(rows, named):
    with pytest.raises(RipenessError) as caught:
        spatial_actors(rows)
    assert named in str(caught.value)
    assert caught.value.remedy


def test_a_driver_that_a_rival_needs_is_named():
    with pytest.raises(RipenessError, match=r"drivers\.stress"):
        hazard_endings(NO_EFFECT, world()._replace(stress=None), everyone(), 0.0, stakes(), luck())
    with pytest.raises(RipenessError, match=r"drivers\.talks"):
        spatial_endings(
            spatial_actors(THREE), PRIORS, world()._replace(talks=None), everyone(), stakes(), luck()
        )
    with pytest.raises(RipenessError, match="guarantee"):
        covariates(world(members=1), 1.5)
    with pytest.raises(RipenessError, match="hazard"):
        climatology_endings(1.5, world(), everyone(), stakes(), luck())
