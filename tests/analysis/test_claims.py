"""Verdicts are no stronger than their evidence, and know nothing but findings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.analysis.claims import (
    VERDICTS,
    Answer,
    Finding,
    Read,
    all_of,
    answer_of,
    any_of,
    carries,
    edge_doubt,
    finding_verdict,
    flip_value,
    models_verdict,
    placebo_share,
    readings_verdict,
    rests_on,
    same_sentence,
    tension_verdict,
)

YES, NO, OPEN = (
    Answer(share, share, share, 100, says) for share, says in ((0.9, "yes"), (0.1, "no"), (0.5, "open"))
)
NONE = Answer(float("nan"), float("nan"), float("nan"), 0, "none")


def read(holds, relation="other", **more):
    return Read("one", relation, "a judgment", Finding("words", holds, **more))


def test_a_number_within_its_bound_supports_and_one_outside_refutes():
    assert finding_verdict(Finding("w", True)).verdict == "supported"
    assert finding_verdict(Finding("w", False)).verdict == "refuted"


def test_nothing_is_said_where_the_record_lacks_data():
    assert finding_verdict(Finding("no row")).verdict == "unknown"


@pytest.mark.parametrize("holds", [True, False, None])
def test_a_doubt_makes_either_answer_contested(holds):
    assert finding_verdict(Finding("w", holds, "the placebo says the same")).verdict == "contested"


def test_rows_that_one_party_claims_are_not_enough():
    assert finding_verdict(Finding("w", True, qualities=("claimed", "claimed"))).verdict == "contested"
    assert finding_verdict(Finding("w", True, qualities=("claimed", "reported"))).verdict == "supported"


@pytest.mark.parametrize(
    ("models", "verdict"),
    [
        ({"m1": YES, "r1": YES}, "supported"),
        ({"m1": NO, "r1": NO}, "refuted"),
        ({"m1": YES, "r1": NO}, "model_dependent"),
        ({"m1": YES, "r1": OPEN}, "model_dependent"),
        ({"m1": OPEN, "r1": OPEN}, "contested"),
        ({"m1": YES, "r1": NONE}, "supported"),
        ({"m1": NONE}, "unknown"),
        ({"m1": YES, "n0": NO}, "supported"),
        ({"n0": NO}, "unknown"),
    ],
)
def test_models_must_agree_and_nulls_are_not_counted(models, verdict):
    assert models_verdict(models).verdict == verdict


def test_only_another_reading_of_the_same_sentence_contests_it():
    assert readings_verdict([read(True), read(False)]).verdict == "contested"
    assert readings_verdict([read(True), read(False, "stricter")]).verdict == "supported"
    assert readings_verdict([read(False), read(True, "milder")]).verdict == "refuted"
    assert readings_verdict([read(None), read(True)]).verdict == "unknown"


def test_how_far_a_verdict_carries_is_said():
    assert carries([read(False), read(True, "milder")]) == ("taken as a judgment: supported",)
    assert carries([read(True), read(True)]) == ()


def test_a_chain_is_no_surer_than_its_weakest_part():
    parts = [("a", "supported"), ("b", "contested")]
    assert all_of(parts).verdict == "contested"
    assert all_of([*parts, ("c", "refuted")]).verdict == "refuted"
    assert all_of([("a", "supported")] * 2).verdict == "supported"
    assert any_of([*parts, ("c", "refuted")]).verdict == "supported"
    assert any_of([("a", "refuted"), ("b", "unknown")]).verdict == "unknown"


def test_readings_that_disagree_contest_and_those_without_data_are_left_out():
    assert same_sentence([("a", "supported"), ("b", "refuted")]).verdict == "contested"
    assert same_sentence([("a", "supported"), ("b", "unknown")]).verdict == "supported"
    assert same_sentence([("a", "unknown")]).verdict == "unknown"


@given(st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_parts_does_not_matter(verdicts, random):
    parts = [(f"p{at}", verdict) for at, verdict in enumerate(verdicts)]
    mixed = list(parts)
    random.shuffle(mixed)
    for join in (all_of, any_of, same_sentence):
        assert join(parts).verdict == join(mixed).verdict


def test_two_claims_pull_apart_where_one_holds_seldom_on_the_others_side():
    seldom, often = Answer(0.05, 0, 0.1, 50, "no"), Answer(0.4, 0.3, 0.5, 50, "open")
    assert tension_verdict({"m1": seldom}, {"m1": often}, 0.5).verdict == "contested"
    assert tension_verdict({"m1": often}, {"m1": often}, 0.5).verdict == "supported"
    assert (
        tension_verdict({"m1": seldom, "r1": often}, {"m1": often, "r1": often}, 0.5).verdict
        == "model_dependent"
    )
    nowhere = Answer(0.0, 0, 0, 50, "no")
    assert tension_verdict({"m1": nowhere}, {"m1": nowhere}, 0.5).verdict == "unknown"


def test_a_model_says_yes_only_if_nearly_every_draw_does():
    groups = np.repeat(np.arange(4), 25)
    held = groups != 0  # three draws of four agree
    known = np.ones(100, bool)
    split = answer_of(held, known, groups, None, by_draw=True)
    assert (split.share, split.says) == (0.75, "open")
    assert answer_of(known, known, groups, None, by_draw=True).says == "yes"
    assert answer_of(~known, known, groups, None, by_draw=True).says == "no"
    assert answer_of(held, ~known, groups, None, by_draw=True).says == "none"


@given(st.integers(0, 2**16), st.booleans())
def test_the_order_of_futures_does_not_matter(seed, by_draw):
    rng = np.random.default_rng(seed)
    held, groups = rng.random(60) < 0.5, rng.integers(0, 7, 60)
    known, order = rng.random(60) < 0.9, rng.permutation(60)
    one = answer_of(held, known, groups, None, by_draw=by_draw)
    other = answer_of(held[order], known[order], groups[order], None, by_draw=by_draw)
    assert (one.says, one.futures) == (other.says, other.futures)
    assert one.share == pytest.approx(other.share) and one.low == pytest.approx(other.low)


def test_a_band_across_a_bound_is_a_doubt():
    assert edge_doubt(10.0, 1.0, 9.0, np.inf)
    assert not edge_doubt(10.0, 0.5, 9.0, np.inf)
    assert not edge_doubt(10.0, 0.0, -np.inf, 10.5)


def test_the_value_at_which_the_verdict_turns_is_the_nearest_end():
    assert flip_value(3.0, 1.0, 10.0) == 1.0
    assert flip_value(3.0, 5.0, np.inf) == 5.0


def test_a_placebo_counts_dates_that_go_as_far():
    assert placebo_share(5.0, [1, 5, 6, 2], 3.0, np.inf) == 0.5
    assert placebo_share(-5.0, [-6, 0, 1, 2], -np.inf, -3.0) == 0.25
    assert placebo_share(0.0, [0.5, 3.0], -1.0, 1.0) == 0.5


def test_what_is_only_recalled_is_said():
    assert "recalled" in rests_on(("recalled", "recalled"))
    assert rests_on(("recalled", "reported")) == ""
    assert rests_on(()) == ""
