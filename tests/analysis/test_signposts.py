"""Signposts: one that knows, one that knows nothing, and all that must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ripeness.analysis.signposts import (
    Signpost,
    area_under_roc,
    good_spans,
    judge,
    learn,
    readings,
    tipping_point,
)

WATCHED = 6
ASKED = 23


def futures(seed: int, size: int = 2000):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(WATCHED, size)), rng.random(size) < 0.4


@pytest.mark.parametrize("side", ["above", "below"])
def test_a_perfect_signpost_hits_all_and_never_cries_wolf(side: str) -> None:
    noise, missed = futures(1)
    sign = 1.0 if side == "above" else -1.0
    watched = sign * (10.0 * missed + np.abs(noise) * 0.1)
    post = learn(watched, missed)
    assert post is not None
    assert post.side == side
    record = judge(post, watched, missed, ASKED)
    assert (record.auc, record.hit_rate, record.false_alarm_rate) == (1.0, 1.0, 0.0)
    assert record.lead_months == ASKED
    assert record.trade_off == 1.0


def test_a_random_signpost_tells_nothing_on_other_futures() -> None:
    post = learn(*futures(1))
    assert post is not None
    record = judge(post, *futures(2, 4000), ASKED)
    assert record.auc == pytest.approx(0.5, abs=0.03)
    assert record.trade_off == pytest.approx(0.0, abs=0.05)
    # Learning flatters: the same threshold on its own futures never does worse than none at all.
    assert judge(post, *futures(1), ASKED).trade_off >= 0.0


def test_the_lead_counts_from_the_first_signal() -> None:
    watched = np.array([[0.0, 0.0], [0.0, 5.0], [5.0, 5.0]])
    record = judge(Signpost("above", 1.0), watched, np.array([True, True]), ASKED)
    assert record.lead_months == np.median([ASKED - 2, ASKED - 1])
    assert np.isnan(record.false_alarm_rate)


def test_nothing_is_learned_where_all_futures_are_of_one_kind_or_read_alike() -> None:
    noise, missed = futures(1, 50)
    assert learn(noise, np.ones(50, bool)) is None
    assert learn(noise, np.zeros(50, bool)) is None
    assert learn(np.ones((WATCHED, 50)), missed) is None


READINGS = arrays(float, (3, 24), elements=st.integers(-4, 4).map(float))
FLAGS = arrays(bool, 24)


@given(READINGS, FLAGS, st.permutations(range(24)))
@settings(max_examples=80, deadline=None)
def test_the_order_of_futures_changes_nothing(watched, missed, order) -> None:
    post = learn(watched, missed)
    assert learn(watched[:, order], missed[order]) == post
    if post is not None:
        assert judge(post, watched, missed, ASKED) == judge(post, watched[:, order], missed[order], ASKED)


@given(READINGS, FLAGS)
@settings(max_examples=60, deadline=None)
def test_other_units_move_the_threshold_and_no_rate(watched, missed) -> None:
    post, other = learn(watched, missed), learn(4.0 * watched + 16.0, missed)
    if post is None or other is None:
        assert post is other
        return
    assert (other.side, other.threshold) == (post.side, 4.0 * post.threshold + 16.0)
    assert judge(post, watched, missed, ASKED) == judge(other, 4.0 * watched + 16.0, missed, ASKED)


@given(READINGS, FLAGS)
@settings(max_examples=60, deadline=None)
def test_no_threshold_has_a_better_trade_off(watched, missed) -> None:
    post = learn(watched, missed)
    if post is None:
        return
    best = judge(post, watched, missed, ASKED).trade_off
    for threshold in np.arange(-4.5, 5.0, 0.5):
        assert judge(Signpost(post.side, threshold), watched, missed, ASKED).trade_off <= best + 1e-9


def test_the_area_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(4)
    scores, missed = rng.integers(0, 9, 300).astype(float), rng.random(300) < 0.3
    assert area_under_roc(scores, missed) == pytest.approx(metrics.roc_auc_score(missed, scores), abs=1e-12)


def test_readings_are_means_of_the_last_months() -> None:
    found = readings(np.arange(5.0)[:, None], 3)
    assert np.isnan(found[:2]).all()
    assert found[2:, 0].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(readings(np.ones((2, 4)), 3)).all()


@pytest.mark.parametrize(
    ("shares", "tipping", "spans"),
    [
        ([0.9, 0.6, 0.4, 0.3], 2, [(0, 1)]),
        ([0.2, 0.6, 0.7], None, [(1, 2)]),
        ([0.2, 0.6, 0.4, 0.5], 2, [(1, 1), (3, 3)]),
        ([0.1, 0.2], 0, []),
        ([0.5, 0.5], None, [(0, 1)]),
    ],
)
def test_a_policy_tips_once_it_was_good_enough(shares, tipping, spans) -> None:
    assert tipping_point(shares) == tipping
    assert good_spans(shares) == spans
