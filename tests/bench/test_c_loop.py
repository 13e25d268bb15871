"""The C version of the loop computes what the kernel computes, and says so where it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench import c_loop, loop, question

from ripeness.ensemble.simulate import simulate
from ripeness.flow import Run, records_of

OUTPUT_ROWS = records_of("money_chain").output_rows

pytestmark = pytest.mark.skipif(not c_loop.available(), reason="needs gcc")


@pytest.fixture(scope="module")
def small() -> question.Asked:
    return question.Asked("small", question.made_up_question(months=30, record=20), None)


@pytest.fixture(scope="module")
def ours(small: question.Asked) -> Run:
    return simulate(small.question, small.parameters(300), keep_paths=0, dtype="float64", threads=1)


@pytest.fixture(scope="module")
def theirs(small: question.Asked, tmp_path_factory: pytest.TempPathFactory) -> c_loop.Moments:
    folder: Path = tmp_path_factory.mktemp("c")
    return c_loop.compiled(folder, "float64").simulate(small.question, small.parameters(300), threads=1)


def test_every_number_of_every_member_agrees(ours: Run, theirs: c_loop.Moments) -> None:
    c_loop.require_agreement(c_loop.differences(ours, theirs), loop.LIMITS["float64"])
    assert np.allclose(ours.sds, theirs.sds, rtol=1e-6, atol=1e-6)


def test_the_question_moves_what_it_compares(ours: Run) -> None:
    still = [
        name
        for row, name in enumerate(OUTPUT_ROWS)
        if not name.endswith("_residual") and np.ptp(ours.finals[:, row]) == 0.0
    ]
    assert still == []


def test_a_trigger_fires_for_some_members_and_not_for_others(ours: Run, small: question.Asked) -> None:
    armed = small.question.policies.copy()
    field = question.POLICY["triggers"]
    armed[:, :, field.start : field.start + field.rows] = 0.0
    calm = simulate(
        replace(small.question, policies=armed),
        small.parameters(300),
        keep_paths=0,
        dtype="float64",
        threads=1,
    )
    changed = (calm.finals != ours.finals).any(axis=1)
    assert not changed[:-1].any()
    assert 0 < changed[-1].sum() < changed.shape[1]


def test_a_disagreement_names_the_output(ours: Run, theirs: c_loop.Moments) -> None:
    finals = theirs.finals.copy()
    finals[2, OUTPUT_ROWS.index("usd_rub")] *= 1.001
    found = c_loop.differences(ours, replace(theirs, finals=finals))
    with pytest.raises(c_loop.DisagreementError, match=r"usd_rub: p99 differs by 1\.0e-03"):
        c_loop.require_agreement(found, loop.LIMITS["float64"])
