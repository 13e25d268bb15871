"""The three engines tell the same story; the reference engine itself is checked by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from ripeness import engine
from ripeness.engine import Inputs, Program, Result
from ripeness.engine.reference import shocks_of

NAMES = ("finals", "paths", "state", "sums", "sums_sq")


def run(backend: str, world: Program, inputs: Inputs, dtype: str | None = None, keep: int = 10_000) -> Result:
    if backend == "jax":
        pytest.importorskip("jax")
    return engine.run(world, inputs, keep, backend=backend, dtype=dtype)


def test_the_reference_steps_what_the_model_says(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    inputs = make_inputs(members=5, policies=1, months=1)
    inputs = dataclasses.replace(inputs, months=inputs.months * [1, 1, 1, 1, 0])
    result = run("reference", world, inputs)
    price = np.exp(
        inputs.state[0]
        + inputs.params[5] * (np.log(72.0) - inputs.state[0])
        + inputs.params[4] * shocks_of(world, inputs, 0)[0]
    )
    np.testing.assert_allclose(result.finals[0, 0], price, rtol=1e-14)
    np.testing.assert_allclose(result.sums[0, 0, 0], price.sum(), rtol=1e-14)
    np.testing.assert_allclose(result.sums_sq[0, 0, 0], (price**2).sum(), rtol=1e-14)
    np.testing.assert_array_equal(result.paths[0, 0], result.finals[0])


def test_the_reference_is_the_same_for_any_number_of_members_beside(
    world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs = make_inputs(members=5000, months=3)
    whole = run("reference", world, inputs, keep=5)
    few = dataclasses.replace(inputs, params=inputs.params[:, :300], state=inputs.state[:, :300])
    np.testing.assert_allclose(run("reference", world, few).finals, whole.finals[:, :, :300], rtol=1e-14)
    assert whole.paths.shape == (3, 3, world.outputs.size, 5)


@pytest.mark.parametrize("backend", ["kernel", "jax"])
def test_float64_agrees_with_the_reference(
    backend: str, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs = make_inputs(members=700)
    expected, found = run("reference", world, inputs), run(backend, world, inputs, "float64")
    for name in NAMES:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("backend", ["kernel", "jax"])
def test_float32_agrees_in_quantiles_and_moments(
    backend: str, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs = make_inputs(members=700)
    expected, found = run("reference", world, inputs), run(backend, world, inputs, "float32")
    assert found.finals.dtype == np.float32
    levels = np.linspace(0.01, 0.99, 25)
    np.testing.assert_allclose(
        np.quantile(found.finals, levels, axis=2),
        np.quantile(expected.finals, levels, axis=2),
        rtol=2e-3,
        atol=1e-4,
    )
    np.testing.assert_allclose(found.sums, expected.sums, rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(found.sums, found.paths.sum(axis=3, dtype=np.float64), rtol=1e-6, atol=1e-4)
    squares = (found.paths.astype(np.float64) ** 2).sum(axis=3)
    np.testing.assert_allclose(found.sums_sq, squares, rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("backend", ["reference", "kernel", "jax"])
def test_the_reference_policy_hands_its_shocks_to_the_others(
    backend: str, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    """Prices do not depend on the policy, so once the record is assimilated they agree across policies."""
    inputs = make_inputs(members=300)
    prices = run(backend, world, inputs).paths[:, :, 0]
    np.testing.assert_allclose(prices[1], prices[0], rtol=1e-5)
    seen = inputs.months[:, 4] > 0
    gap = np.abs(prices[0].mean(axis=1) - inputs.months[:, 2])
    assert gap[seen].max() < 1.0
    assert gap[~seen].max() > 1.0
    apart = dataclasses.replace(inputs, policies=inputs.policies[[1]])
    assert np.abs(run(backend, world, apart).paths[0, :, 0] - prices[1]).max() > 1.0


@pytest.mark.parametrize("backend", ["reference", "kernel", "jax"])
def test_a_branch_goes_on_as_the_whole_run(
    backend: str, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs = make_inputs(members=260, policies=1, months=10)
    whole = run(backend, world, inputs)
    first = dataclasses.replace(inputs, policies=inputs.policies[:, :4], months=inputs.months[:4])
    rest = dataclasses.replace(
        inputs,
        state=run(backend, world, first).state[0],
        policies=inputs.policies[:, 4:],
        months=inputs.months[4:],
        first_month=4,
    )
    np.testing.assert_array_equal(run(backend, world, rest).paths, whole.paths[:, 4:])
