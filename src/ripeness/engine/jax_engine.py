"""The JAX engine (extra `grad`): the same step as one compiled loop, with derivatives, and for GPUs.

Members are the last axis of every array; the reference policy is stepped first each month and hands its
shocks to the others. Members are run in chunks of one of two fixed sizes, the last one padded, because
XLA compiles every shape anew and results of another shape may differ in the last bits.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ripeness.engine.arrays import Arrays, check_shape, checked_record
from ripeness.engine.program import BLOCK, Floats, Inputs, Program, Result, add_exactly, checked, settled
from ripeness.engine.shocks import draw
from ripeness.flow import Array, Layout

CHUNKS = (BLOCK, 16 * BLOCK)
"""Members of one compiled call: the smaller size for runs that fit in it."""


class Gradients(NamedTuple):
    """Derivatives of an objective: params (P, N) and policies (NP, T, K)."""

    params: Floats
    policies: Floats


def run(program: Program, inputs: Inputs, keep_paths: int = 0, dtype: str = "float32") -> Result:
    """Run all members, policies and months; `keep_paths` is the number of members whose paths are kept.

    Raises:
        ValueError: the inputs do not fit the program, or the dtype is unknown.
    """
    given = checked(program, inputs)
    _check_dtype(dtype)
    members, (n_policies, n_months) = given.members, given.policies.shape[:2]
    kept = min(keep_paths, members)
    rows = program.outputs.size
    finals = np.empty((n_policies, rows, members), dtype)
    paths = np.empty((n_policies, n_months, rows, kept), dtype)
    state = np.empty((n_policies, program.state.size, members), dtype)
    totals = np.zeros((4, n_policies, n_months, rows))
    size = CHUNKS[0] if members <= CHUNKS[0] else CHUNKS[1]
    with jax.enable_x64(dtype == "float64"):
        simulate = _compiled(program, dtype)
        for start in range(0, members, size):
            n = min(size, members - start)
            lanes = np.minimum(np.arange(start, start + size), members - 1)
            outputs, last = simulate(*_arguments(given, lanes, dtype))
            outputs, last = np.asarray(outputs), np.asarray(last)
            state[:, :, start : start + n] = last[:, :, :n]
            finals[:, :, start : start + n] = outputs[:, -1, :, :n]
            if start < kept:
                paths[..., start : min(kept, start + n)] = outputs[..., : min(n, kept - start)]
            for first in range(0, n, BLOCK):
                block = outputs[..., first : min(first + BLOCK, n)].astype(np.float64)
                totals[0:2] = add_exactly(totals[0], totals[1], block.sum(axis=-1))
                totals[2:4] = add_exactly(totals[2], totals[3], (block * block).sum(axis=-1))
    sums, sums_tail = settled(totals[0], totals[1])
    squares, squares_tail = settled(totals[2], totals[3])
    return Result(finals, paths, sums, squares, sums_tail, squares_tail, state)


def value_and_grad(
    program: Program,
    inputs: Inputs,
    objective: Callable[[Array], Array],
    mode: str = "reverse",
    dtype: str = "float64",
) -> tuple[float, Gradients]:
    """Value of an objective of the outputs and its derivatives by parameters and policies.

    `objective` takes the outputs (NP, T, O, N) of every month and returns a scalar; write it with
    `jax.numpy`. `mode` is `reverse` (cost independent of the number of inputs, memory grows with months) or
    `forward` (cost grows with the number of inputs: for small N). Switches are differentiated along the
    branch taken: an objective of indicators has derivative 0.

    Raises:
        ValueError: the inputs do not fit the program, or mode or dtype are unknown.
    """
    given = checked(program, inputs)
    _check_dtype(dtype)
    if mode not in ("reverse", "forward"):
        raise ValueError(f"mode is {mode!r}; it must be 'reverse' or 'forward'")
    with jax.enable_x64(dtype == "float64"):
        params, state, policies, *rest = _arguments(given, np.arange(given.members), dtype)
        simulate = _compiled(program, dtype)

        def value(params: Array, policies: Array) -> tuple[Array, Array]:
            result = objective(simulate(params, state, policies, *rest)[0])
            return result, result

        derive = jax.grad if mode == "reverse" else jax.jacfwd
        (by_params, by_policies), result = derive(value, argnums=(0, 1), has_aux=True)(params, policies)
        return float(result), Gradients(np.asarray(by_params), np.asarray(by_policies))


@functools.lru_cache(maxsize=32)
def _compiled(program: Program, dtype: str) -> Callable[..., tuple[Array, Array]]:
    return jax.jit(functools.partial(_simulate, program, dtype))


def _simulate(
    program: Program,
    dtype: str,
    params: Array,
    state: Array,
    policies: Array,
    months: Array,
    ids: Array,
    key: Array,
    first_month: Array,
    zero: Array,
) -> tuple[Array, Array]:
    """Outputs (NP, T, O, N) and last state (NP, S, N)."""
    members = params.shape[1]
    parameters = program.params.unpack(params)
    xp = Arrays(jnp)

    def guard(value: Array) -> Array:
        # XLA would fuse this product with the sum that follows into one rounding. `zero` is 0, but only at run
        # time, so the detour over integers cannot be simplified away.
        return lax.bitcast_convert_type(lax.bitcast_convert_type(value, jnp.uint32) ^ zero, jnp.float32)

    def step(rows: Array, policy: Array, month: Array, shocks: Array) -> tuple[Array, Array, Array]:
        after, outputs, used = program.step(
            program.state.unpack(rows),
            parameters,
            program.policy.unpack(policy[:, None]),
            program.month.unpack(month[:, None]),
            program.shocks.unpack(shocks),
            xp,
        )
        return (
            _rows(program.state, after, members, dtype, "the state"),
            _rows(program.outputs, outputs, members, dtype, "the outputs"),
            _rows(program.shocks, used, members, dtype, "the shocks used"),
        )

    def advance(rows: Array, now: tuple[Array, Array, Array]) -> tuple[Array, Array]:
        policy, month, index = now
        drawn = draw((key[:1], key[1:]), ids, index[None], program.shocks.size, jnp, guard).astype(dtype)
        first, reported, used = step(rows[0], policy[0], month, drawn)
        if policy.shape[0] == 1:
            return first[None], reported[None]
        others, heard, _ = jax.vmap(step, in_axes=(0, 0, None, None))(rows[1:], policy[1:], month, used)
        return jnp.concatenate([first[None], others]), jnp.concatenate([reported[None], heard])

    start = jnp.broadcast_to(state, (policies.shape[0], *state.shape[-2:]))
    indices = first_month + jnp.arange(months.shape[0], dtype=jnp.uint32)
    last, outputs = lax.scan(advance, start, (jnp.swapaxes(policies, 0, 1), months, indices))
    return jnp.swapaxes(outputs, 0, 1), last


def _arguments(inputs: Inputs, lanes: Any, dtype: str) -> tuple[Array, ...]:
    """Arguments of `_simulate` for the members `lanes` of the inputs."""
    return (
        jnp.asarray(inputs.params[:, lanes], dtype),
        jnp.asarray(inputs.state[..., lanes], dtype),
        jnp.asarray(inputs.policies, dtype),
        jnp.asarray(inputs.months, dtype),
        jnp.asarray((inputs.first_member + lanes).astype(np.uint32)),
        jnp.asarray(np.array([inputs.seed, inputs.stream], np.uint32)),
        jnp.uint32(inputs.first_month),
        jnp.uint32(0),
    )


def _rows(layout: Layout, record: Any, members: int, dtype: str, what: str) -> Array:
    """Rows (size, N) of a returned record."""
    blocks = []
    for field, value in zip(layout.fields, checked_record(layout, record, what), strict=True):
        check_shape(layout, field.name, field.shape, getattr(value, "shape", ())[:-1], what)
        block = jnp.broadcast_to(jnp.asarray(value, dtype), (*field.shape, members))
        blocks.append(block.reshape((field.rows, members)))
    return jnp.concatenate(blocks)


def _check_dtype(dtype: str) -> None:
    if dtype not in ("float32", "float64"):
        raise ValueError(f"dtype is {dtype!r}; JAX computes in float32 or float64")
