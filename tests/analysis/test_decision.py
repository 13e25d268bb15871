"""Criteria of choice where the answer is known, and what every one of them must respect."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ripeness.analysis import CRITERIA, decide, regret
from ripeness.base import RipenessError

ORACLES = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parents[1] / "oracles.json").read_text())
}

TABLES = arrays(
    float,
    st.tuples(st.integers(1, 5), st.integers(1, 8)),
    elements=st.floats(-50, 50).map(lambda x: round(x, 3)),
)


def test_the_known_table_is_judged_as_known():
    oracle = ORACLES["S06"]
    table = decide(oracle["inputs"]["payoff"], enough=5.0)
    found = {f"max_regret_{name}": table.max_regret[i] for i, name in enumerate(oracle["inputs"]["rows"])}
    found |= {f"satisficing_{name}": table.satisficing[i] for i, name in enumerate(oracle["inputs"]["rows"])}
    found |= {
        f"{name}_choice_index": table.choices[name][0] for name in ("minimax_regret", "maximin", "laplace")
    }
    for key, expected in oracle["expected"].items():
        assert found[key] == pytest.approx(expected, abs=oracle["tol"]), key


def test_criteria_disagree_on_that_table():
    """What makes it worth showing them side by side."""
    choices = decide(ORACLES["S06"]["inputs"]["payoff"], enough=5.0).choices
    assert set(choices) == set(CRITERIA)
    assert len(set(choices.values())) == 3


@given(TABLES)
def test_somebody_regrets_nothing_in_every_future(payoff):
    lost = regret(payoff)
    assert (lost >= 0.0).all()
    assert (lost.min(axis=0) == 0.0).all()


@given(TABLES, st.floats(-60, 60))
def test_losses_turned_into_payoffs_give_the_same_choices(payoff, enough):
    gains, losses = decide(payoff, enough), decide(-payoff, -enough, "lower")
    assert gains.choices == losses.choices
    assert gains.max_regret == pytest.approx(losses.max_regret)
    assert gains.tenth == pytest.approx(-losses.tenth)


@given(TABLES)
def test_the_order_of_futures_does_not_matter(payoff):
    there, back = decide(payoff, 0.0), decide(payoff[:, ::-1], 0.0)
    for name in ("worst", "tenth", "max_regret", "satisficing"):
        assert getattr(there, name) == pytest.approx(getattr(back, name))


@given(TABLES)
def test_a_policy_that_is_better_everywhere_is_taken_by_all(payoff):
    better = np.vstack([payoff, payoff.max(axis=0) + 1.0])
    table = decide(better, enough=float(better[-1].min()))
    for criterion, chosen in table.choices.items():
        assert len(payoff) in chosen
        assert criterion == "satisficing" or chosen == (len(payoff),)
    assert table.max_regret[-1] == 0.0


@pytest.mark.parametrize(
    ("payoff", "sense", "named"),
    [
        ([1.0, 2.0], "higher", "shape"),
        ([[]], "higher", "shape"),
        ([[1.0, float("inf")]], "higher", "policy 0 in future 1"),
        ([[1.0]], "more", "sense"),
    ],
)
def test_a_table_that_cannot_be_judged_says_why(payoff, sense, named):
    with pytest.raises(RipenessError) as caught:
        decide(payoff, 0.0, sense)
    assert named in caught.value.problem
    assert caught.value.remedy
