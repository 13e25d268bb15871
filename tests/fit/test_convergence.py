"""Agreement of independent runs: seen where runs differ, and where ArviZ is not there."""

import sys

import numpy as np
import pytest

from ripeness.base import RipenessError
from ripeness.fit.convergence import convergence, effective_between, has_arviz

RNG = np.random.default_rng(5)


def test_independent_draws_of_one_distribution_agree():
    chains = RNG.standard_normal((4, 3, 1000))
    found = convergence(("a", "b", "c"), chains)
    for each in found.values():
        assert each.r_hat < 1.01
        assert each.ess_bulk > 3000 and each.ess_tail > 3000
        assert each.mcse_mean == pytest.approx(1 / np.sqrt(4000), rel=0.2)


def test_a_run_that_ended_elsewhere_is_seen():
    chains = RNG.standard_normal((4, 2, 1000))
    chains[0, 1] += 1.0
    found = convergence(("same", "other"), chains)
    assert found["other"].r_hat > 1.05 and found["other"].ess_bulk < 100
    assert found["same"].r_hat < 1.01


def test_effective_draws_between_runs_is_their_number_where_draws_are_independent():
    chains = RNG.standard_normal((4, 400, 500))
    assert effective_between(chains) == pytest.approx(2000, rel=0.15)
    # Every draw twice: half as many.
    assert effective_between(np.repeat(chains, 2, axis=2)) == pytest.approx(2000, rel=0.15)


def test_without_arviz_nothing_is_invented(monkeypatch):
    monkeypatch.setitem(sys.modules, "arviz", None)
    assert not has_arviz()
    assert convergence(("a",), RNG.standard_normal((2, 1, 50))) == {}


def test_one_run_has_nothing_to_agree_with():
    with pytest.raises(RipenessError, match="one run"):
        convergence(("a",), RNG.standard_normal((1, 1, 50)))
