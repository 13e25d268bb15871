"""Derivatives of the JAX engine against central differences of the reference."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ripeness.engine import Inputs, Program, reference

jax_engine = pytest.importorskip("ripeness.engine.jax_engine")


def objective(outputs: Any) -> Any:
    """Mean final fund of the second policy plus a curved term of the prices."""
    return outputs[1, -1, 5].mean() + 1e-4 * (outputs[:, :, 0] ** 2).mean()


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_derivatives_are_those_of_the_reference(
    mode: str, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs = make_inputs(members=3, policies=2, months=6)
    inputs.policies[:, :, 5] = 1e3  # no trigger: its indicator has no derivative

    def value(changed: Inputs) -> float:
        return float(objective(reference.run(world, changed, keep_paths=3).paths))

    found, gradients = jax_engine.value_and_grad(world, inputs, objective, mode)
    assert found == pytest.approx(value(inputs), rel=1e-12)
    for name, places in (
        ("params", [(0, 0), (3, 2), (4, 1), (5, 2)]),
        ("policies", [(1, 2, 0), (1, 5, 4), (0, 3, 0)]),
    ):
        for place in places:
            sides = []
            for side in (1e-5, -1e-5):
                array = getattr(inputs, name).copy()
                array[place] += side
                sides.append(value(dataclasses.replace(inputs, **{name: array})))
            slope = (sides[0] - sides[1]) / 2e-5
            assert getattr(gradients, name)[place] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_members_are_the_same_in_any_company(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    inputs = make_inputs(members=4500, policies=2, months=2)
    whole = jax_engine.run(world, inputs)
    last = dataclasses.replace(
        inputs, params=inputs.params[:, 4096:], state=inputs.state[:, 4096:], first_member=4096
    )
    np.testing.assert_array_equal(jax_engine.run(world, last).finals, whole.finals[:, :, 4096:])


def test_unknown_mode_is_refused(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    with pytest.raises(ValueError, match="mode is 'sideways'"):
        jax_engine.value_and_grad(world, make_inputs(members=1), objective, "sideways")
