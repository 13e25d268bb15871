"""Fits in two parts: money alone as ever, a war given the money chain, and draws of both side by side."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from ripeness import case as cases
from ripeness.base import Month, RipenessError
from ripeness.case.common import bargaining_parameters, world_parameters
from ripeness.case.names import WAR_BLOCKS
from ripeness.evidence import Observation, Series
from ripeness.fit import (
    Posterior,
    fit_posterior,
    parts_of_program,
    posterior_of,
    read_posterior,
    save_posterior,
    target,
)
from ripeness.flow import Parameters, WarParameters, layout_of

CUTOFF = Month(2001, 10)
MONEY, WAR = layout_of(Parameters), layout_of(WarParameters)


def front(case):
    """A made-up series of the area, which a fit to it must follow."""
    rows = [
        Observation(
            month=case.first_month + i,
            value=9000.0 + 400.0 * i,
            unit="km2",
            source="made up",
            quality="derived",
            vintage=case.first_month + i,
            sd=50.0,
        )
        for i in range(8)
    ]
    return Series("front", "km2", tuple(rows))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The tiny case in a folder of its own, with a war beside its money chain."""
    shipped = cases.load("two_states")
    folder = tmp_path_factory.mktemp("case") / "two_states"
    shutil.copytree(shipped.folder, folder)
    blocks = (*shipped.blocks, *WAR_BLOCKS)
    return replace(
        shipped,
        folder=folder,
        program="money_and_war",
        blocks=blocks,
        parameters=world_parameters(shipped.parameters.values(), blocks),
        bargaining=bargaining_parameters(()),
        series={**shipped.series, "front": front(shipped)},
        observations={**shipped.observations, "territory_km2": "front"},
    )


def central(layout, case, shift=0.0):
    """Draws (P, 8) around the middle of the priors."""
    u = np.linspace(0.4, 0.6, 8) + shift
    return np.stack([np.asarray(case.parameters[name].prior.ppf(u)) for name in layout.row_labels])


def test_parts_of_programs():
    assert parts_of_program("money_chain") == ("money",)
    assert parts_of_program("war") == ("war",)
    assert parts_of_program("money_and_war") == ("money", "war")


def test_money_is_fitted_as_if_there_were_no_war(both):
    """The record of the front changes nothing that is believed of money."""
    alone = target(cases.as_program(both, "money_chain"), CUTOFF, backend="reference", threads=1)
    beside = target(both, CUTOFF, backend="reference", threads=1)
    points = np.random.default_rng(0).standard_normal((alone.dimension, 8))
    np.testing.assert_array_equal(alone(points), beside(points))


def test_the_war_s_likelihood_reads_its_own_sites_given_one_draw_of_money(both):
    money = central(MONEY, both)[:, :1]
    own = target(both, CUTOFF, "reference", 1, part="war", money=money)
    points = np.random.default_rng(0).standard_normal((own.dimension, 16))
    found = own(points)
    assert np.isfinite(found).all() and np.ptp(found) > 1.0
    silent = replace(both, observations={k: v for k, v in both.observations.items() if k != "territory_km2"})
    nothing = target(silent, CUTOFF, "reference", 1, part="war", money=money)
    np.testing.assert_array_equal(nothing(points), 0.0)


def test_draws_of_both_parts_stand_side_by_side_and_those_of_money_stay_as_they_were(both):
    money = Posterior(both.name, CUTOFF, central(MONEY, both), {"payload_mb": 0.5}, {"runs": 1})
    war = Posterior(
        both.name, CUTOFF, central(WAR, both, 0.1)[:, :5], {"combat_sd": 0.7}, {"runs": 1}, WAR.row_labels
    )
    folder = both.folder / "posterior"
    assert posterior_of(both) is None
    save_posterior(money, folder)
    alone = posterior_of(both)
    assert set(alone.parts) == {"money"}
    assert alone.draws.shape == (MONEY.size + WAR.size, 8)
    np.testing.assert_allclose(alone.draws[: MONEY.size], money.draws, rtol=1e-6)
    assert np.ptp(alone.draws[MONEY.size :], axis=1).max() > 0.0, (
        "a part with no fit is drawn from its priors"
    )

    path = save_posterior(war, folder)
    assert path.parent.name == "war" and read_posterior(path).names == WAR.row_labels
    found = posterior_of(both)
    assert set(found.parts) == {"money", "war"}
    np.testing.assert_array_equal(found.draws[: MONEY.size], alone.draws[: MONEY.size])
    row = WAR.row_labels.index("combat_sd")
    assert set(found.draws[MONEY.size + row]) <= set(read_posterior(path).draws[row])
    assert found.contraction == {"payload_mb": 0.5, "combat_sd": 0.7}
    assert found.diagnostics == {"runs": 1, "war_runs": 1}
    only = posterior_of(cases.as_program(both, "money_chain"))
    assert only.names == MONEY.row_labels and only.hash != found.hash
    assert posterior_of(both, part="war").names == WAR.row_labels


def test_a_war_fitted_later_is_not_read_by_an_earlier_origin(both):
    folder = both.folder / "posterior"
    early = CUTOFF - 2
    save_posterior(Posterior(both.name, early, central(MONEY, both), {}, {}), folder)
    save_posterior(Posterior(both.name, CUTOFF, central(WAR, both), {}, {}, WAR.row_labels), folder)
    assert set(posterior_of(both, early).parts) == {"money"}
    assert set(posterior_of(both, CUTOFF).parts) == {"money", "war"}


def test_draws_with_other_names_are_refused(both, tmp_path):
    path = save_posterior(Posterior(both.name, CUTOFF, central(MONEY, both), {}, {}), tmp_path)
    with np.load(path) as stored:
        names = stored["names"].copy()
        names[0] = "another"
        np.savez(path, draws=stored["draws"], names=names)
    with pytest.raises(RipenessError, match="fitted with other parameters"):
        read_posterior(path)


@pytest.mark.slow
def test_a_fit_of_the_war_follows_its_front(both):
    found = fit_posterior(both, CUTOFF, part="war", particles=64, repeats=1, seed=2)
    assert found.names == WAR.row_labels
    assert found.diagnostics["mean_log_likelihood"][0] > -200.0
    area = found.draws[WAR.row_labels.index("area_initial_km2")]
    assert abs(np.median(area) - 9000.0) < 3000.0
