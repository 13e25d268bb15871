"""The reverse sweep: derivatives by hand, against differences and JAX, the same bits however a run is cut."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ripeness.engine import Inputs, Program, gradient, kernel, reference
from ripeness.engine.adjoint import Adjoint, adjoint
from ripeness.engine.tracer import EVALUATE

OUTPUT, PRESSURE, FUND = 0, 0, 13
"""Row of the output `price`, of the lever `pressure`, and of the state `fund`."""


def smooth(inputs: Inputs) -> Inputs:
    """The same, with triggers out of reach: a switch has no derivative."""
    policies = inputs.policies.copy()
    policies[:, :, 5] = 1e3
    return dataclasses.replace(inputs, policies=policies)


def moved(inputs: Inputs, name: str, place: tuple[int, ...], by: float) -> Inputs:
    array = getattr(inputs, name).copy()
    array[place] += by
    return dataclasses.replace(inputs, **{name: array})


def weights_of(program: Program, members: int, seed: int = 3) -> Any:
    return np.random.default_rng(seed).normal(size=(program.outputs.size, members))


def score(program: Program, inputs: Inputs, weights: Any) -> float:
    return float((reference.run(program, inputs).finals[1] * weights).sum())


def slope(program: Program, inputs: Inputs, weights: Any, name: str, place: tuple[int, ...]) -> float:
    h = 1e-5
    sides = [score(program, moved(inputs, name, place, by), weights) for by in (h, -h)]
    return (sides[0] - sides[1]) / (2 * h)


# By hand: the listings of one month, read in NumPy.


def ran(listing: str, rows: dict[str, dict[int, Any]]) -> dict[str, Any]:
    """Results of a listing by row."""
    values: dict[str, Any] = {}

    def value(name: str) -> Any:
        if name[0] == "c":
            return float.fromhex(name[1:])
        return values[name] if name in values else rows[name[0]][int(name[1:])]

    with np.errstate(all="ignore"):
        for line in listing.splitlines():
            target, *rest = line.split()
            values[target] = EVALUATE[rest[0]](*map(value, rest[1:])) if len(rest) > 1 else value(rest[0])
    return values


def derivative(program: Program, pressure: float, fund: float) -> float:
    """d price / d pressure of one month, by the adjoint."""
    built: Adjoint = adjoint(program, tuple(range(program.outputs.size)))
    policy, month = np.zeros((1, program.policy.size)), np.ones((1, program.month.size))
    policy[0, PRESSURE] = pressure
    table = built.later.uniforms(policy, month)[0]
    rows: dict[str, dict[int, Any]] = {
        "s": dict.fromkeys(range(program.state.size), 0.5) | {FUND: fund},
        "p": dict.fromkeys(range(program.params.size), 2.0),
        "e": dict.fromkeys(range(program.shocks.size), 0.0),
        "u": dict(enumerate(table)),
        "x": dict.fromkeys(range(program.state.size), 0.0),
        "o": dict.fromkeys(range(program.outputs.size), 0.0) | {OUTPUT: 1.0},
    }
    kept = ran(built.tape.listing, rows)
    rows["t"] = {i: kept[f"T{i}"] for i in range(built.numbers)}
    rows["b"] = {i: kept[f"B{i}"] for i in range(built.tests)}
    back = ran(built.reverse.listing, rows)
    sums = np.array([[[back[f"G{i}"] for i in range(len(built.moved))]]])
    return float(built.levers(sums, policy, month)[0, 0, PRESSURE])


@pytest.mark.parametrize(
    ("price", "pressure", "fund", "expected"),
    [
        (lambda k, f, xp: k * f - 3.0 * k, 0.5, 2.0, -1.0),
        (lambda k, f, xp: f - f * k * k, 0.5, 2.0, -2.0),
        (lambda k, f, xp: f / (1.0 + k * f), 0.5, 2.0, -1.0),
        (lambda k, f, xp: xp.exp(k * f), 0.5, 2.0, 2.0 * np.e),
        (lambda k, f, xp: xp.log(k * f), 0.5, 2.0, 2.0),
        (lambda k, f, xp: xp.sqrt(k * f), 0.5, 2.0, 1.0),
        (lambda k, f, xp: xp.tanh(k * f), 0.5, 2.0, 2.0 / np.cosh(1.0) ** 2),
        (lambda k, f, xp: -xp.abs(k - f), 0.5, 2.0, 1.0),
        (lambda k, f, xp: xp.exp(k) + 0.0 * f, 0.5, 2.0, np.exp(0.5)),
        (lambda k, f, xp: xp.where(k * f > 3.0, 7.0 * k, 5.0 * k) + f, 0.5, 2.0, 5.0),
        (lambda k, f, xp: xp.where(k * f > 3.0, 7.0, 5.0) + f, 0.5, 2.0, 0.0),
        (lambda k, f, xp: xp.maximum(k * f, 0.3) + xp.minimum(k * f, 0.3), 0.5, 2.0, 2.0),
        # At a bound the derivative on its inner side; between two that move, the first.
        (lambda k, f, xp: xp.maximum(k * f, 0.0), 0.0, 2.0, 2.0),
        (lambda k, f, xp: xp.minimum(1.0, k * f), 0.5, 2.0, 2.0),
        (lambda k, f, xp: xp.maximum(k * f, 2.0 * k * f), 0.0, 2.0, 2.0),
        # What is infinite in a branch not taken leaves no mark.
        (lambda k, f, xp: xp.where(f > 0.0, k / f, 3.0 * k), 0.5, 0.0, 3.0),
        (lambda k, f, xp: xp.where(f > 0.0, 1.0 / (f * k), k), 0.5, 0.0, 1.0),
        (lambda k, f, xp: xp.where(f > 0.0, xp.sqrt(f * k) + xp.log(f * k), k), 0.5, 0.0, 1.0),
        (lambda k, f, xp: f * 2.0, 0.5, 2.0, 0.0),
    ],
)
def test_each_operation_by_hand(
    price: Callable[..., Any],
    pressure: float,
    fund: float,
    expected: float,
    with_price: Callable[..., Program],
) -> None:
    program = with_price(lambda s, p, k, m, e, xp: price(k.pressure, s.fund, xp))
    assert derivative(program, pressure, fund) == pytest.approx(expected, rel=1e-12)


def test_nothing_is_kept_that_no_lever_moves(with_price: Callable[..., Program]) -> None:
    built = adjoint(with_price(lambda s, p, k, m, e, xp: k.pressure + xp.exp(s.fund)), (OUTPUT,))
    assert (built.numbers, built.tests, built.state) == (0, 0, ())
    assert built.reverse.listing.splitlines() == ["G0 o0"]


# The small world against differences of the reference and against JAX.


def test_by_every_lever_and_month_as_central_differences(
    world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs = smooth(make_inputs(members=7, policies=2, months=6))
    weights = weights_of(world, 7)
    found = gradient.gradient(world, inputs, weights, by_members=True, dtype="float64")
    assert found.value == pytest.approx(score(world, inputs, weights), rel=1e-12)
    for row in range(5):
        for month in range(6):
            expected = slope(world, inputs, weights, "policies", (1, month, row))
            assert found.policies[month, row] == pytest.approx(expected, rel=1e-5, abs=1e-7)
    assert not found.policies[:, 5:].any()  # a threshold and the mark of the reference


def test_by_parameters_and_first_state_where_no_record_is_taken_in(
    world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs = smooth(make_inputs(members=5, policies=2, months=6))
    inputs.months[:, 4] = 0.0
    weights = weights_of(world, 5)
    found = gradient.gradient(world, inputs, weights, by_members=True, dtype="float64")
    for row in range(world.params.size):
        expected = slope(world, inputs, weights, "params", (row, 2))
        assert found.params[row, 2] == pytest.approx(expected, rel=1e-5, abs=1e-7)
    for row in (0, 1, 3, 5, 9, FUND):
        expected = slope(world, inputs, weights, "state", (row, 4))
        assert found.state[row, 4] == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_as_jax(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    jax_engine = pytest.importorskip("ripeness.engine.jax_engine")
    inputs = smooth(make_inputs(members=3, policies=2, months=5))
    weights = weights_of(world, 3)
    _, theirs = jax_engine.value_and_grad(
        world, inputs, lambda paths: (paths[1, -1] * weights).sum(), "reverse"
    )
    ours = gradient.gradient(world, inputs, weights, by_members=True, dtype="float64")
    np.testing.assert_allclose(ours.policies, theirs.policies[1], rtol=1e-10, atol=1e-12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**31), months=st.integers(1, 9), members=st.integers(1, 300))
def test_along_any_direction(
    seed: int, months: int, members: int, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    """The inner product of gradient and direction is the slope of the score along it."""
    rng = np.random.default_rng(seed)
    inputs = smooth(make_inputs(members=members, policies=3, months=months, seed=seed))
    direction = np.zeros_like(inputs.policies)
    direction[2, :, :5] = rng.normal(size=(months, 5))
    weights = weights_of(world, members, seed)
    found = gradient.gradient(world, inputs, weights, 2, by_members=True, dtype="float64")
    h, sides = 1e-5, []
    for sign in (1, -1):
        changed = dataclasses.replace(inputs, policies=inputs.policies + sign * h * direction)
        sides.append(float((reference.run(world, changed).finals[2] * weights).sum()))
    along = float((found.policies * direction[2]).sum())
    scale = float(np.abs(found.policies * direction[2]).sum()) + 1.0
    assert along == pytest.approx((sides[0] - sides[1]) / (2 * h), rel=1e-5, abs=1e-6 * scale)


@pytest.mark.parametrize(("dtype", "by_members"), [("float32", False), ("float64", True)])
def test_chunks_and_threads_change_no_bit(
    dtype: str, by_members: bool, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs, weights = make_inputs(members=1500), weights_of(world, 1500)

    def part(start: int, size: int) -> gradient.Part:
        stop = min(start + size, 1500)
        chunk = dataclasses.replace(
            inputs,
            params=inputs.params[:, start:stop],
            state=inputs.state[:, start:stop],
            first_member=start,
        )
        return gradient.partial_gradient(world, chunk, weights[:, start:stop], 1, by_members, dtype)

    whole = gradient.gradient(world, inputs, weights, 1, by_members, dtype)
    for size in (256, 768):
        with ThreadPoolExecutor(2) as threads:
            starts = range(0, 1500, size)
            parts = list(threads.map(part, starts, [size] * len(starts)))
        joined = gradient.joined(world, inputs, parts, 1, by_members)
        for field in dataclasses.fields(gradient.Gradient):
            np.testing.assert_array_equal(getattr(joined, field.name), getattr(whole, field.name))
    other = dataclasses.replace(inputs, policies=inputs.policies[[0, 2, 1]])
    np.testing.assert_array_equal(
        gradient.gradient(world, other, weights, 2, by_members, dtype).policies, whole.policies
    )


def test_float32_is_near_float64(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    inputs = smooth(make_inputs(members=400, policies=2))
    weights = weights_of(world, 400)
    single = gradient.gradient(world, inputs, weights)
    double = gradient.gradient(world, inputs, weights, by_members=True, dtype="float64")
    scale = np.abs(double.policies).max(axis=0)
    assert (np.abs(single.policies - double.policies) <= 1e-4 * scale).all()


def test_nothing_but_another_step_or_dtype_compiles(
    world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    gradient.prepare(world, True, "float64")
    before = kernel.compilations()
    for options in (
        {"members": 1, "months": 1},
        {"members": 999, "months": 30, "policies": 7},
        {"seed": 99, "stream": 3, "first_member": 2560, "first_month": 17},
    ):
        inputs = make_inputs(**options)
        weights = weights_of(world, inputs.members, inputs.seed)
        gradient.gradient(world, inputs, weights, 1, True, "float64")
        changed = dataclasses.replace(inputs, policies=inputs.policies * 1.1)
        gradient.gradient(world, changed, weights, len(inputs.policies) - 1, True, "float64")
    assert kernel.compilations() == before
    assert gradient.is_cached(world, True, "float64")


def test_what_cannot_be_answered_is_refused(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    inputs, weights = make_inputs(members=3), weights_of(world, 3)
    with pytest.raises(ValueError, match="policy is 0; it must lie in"):
        gradient.gradient(world, inputs, weights, 0)
    with pytest.raises(ValueError, match="weights have shape"):
        gradient.gradient(world, inputs, weights[:, :2])
    with pytest.raises(ValueError, match="dtype is 'float16'"):
        gradient.gradient(world, inputs, weights, dtype="float16")
    endless = dataclasses.replace(inputs, state=inputs.state.copy())
    endless.state[FUND] = np.inf
    with pytest.raises(FloatingPointError, match="leaves the numbers in month"):
        gradient.gradient(world, endless, weights, by_members=True, dtype="float64")
