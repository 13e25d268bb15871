"""Derivatives of a score by every lever in every month, in one sweep forward and one back.

A score is a weighted sum over members and outputs of the last month. The kernel is generated from the adjoint of
the traced month (`adjoint.py`), compiled once a program and dtype and kept beside the kernels of `kernel.py`:
another policy, date, seed, weight or number of members compiles nothing. Members are taken in the same blocks, and
their contributions are added so that the result does not depend on the chunk or the thread.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from ripeness.engine import adjoint, driver, kernel, lowering, shocks, sweep
from ripeness.engine.lowering import Shape
from ripeness.engine.program import BLOCK, Floats, Inputs, Program, checked


@dataclass(frozen=True)
class Part:
    """What one chunk of members adds to a gradient; B blocks of 256 members.

    finals (O, N): outputs of the last month. values (B,) and sums (B, T, G): the score, and its derivatives by what
    the members of a month share, summed over the members of each block. params (P, N) and state (S, N): derivatives
    by parameters at a given first state, and by that state; no rows unless asked for.
    """

    finals: Floats
    values: NDArray[np.float64]
    sums: NDArray[np.float64]
    params: Floats
    state: Floats


@dataclass(frozen=True)
class Gradient:
    """A score and its derivatives by policy rows (T, K) and, where asked for, params (P, N) and first state (S, N).

    `blocks` (B, T, K) are the terms of `policies` by block of 256 members, `values` (B,) those of the score: their
    scatter says how sure a sum over members is, and a block that stands apart holds a member at a kink. `finals`
    (O, N) are the outputs of the last month that the score weighs.
    """

    value: float
    policies: NDArray[np.float64]
    values: NDArray[np.float64]
    blocks: NDArray[np.float64]
    finals: Floats
    params: Floats
    state: Floats


def gradient(
    program: Program,
    inputs: Inputs,
    weights: Floats,
    policy: int = 1,
    by_members: bool = False,
    dtype: str = "float32",
) -> Gradient:
    """Derivatives of the sum of `weights` (O, N) times outputs of the last month under one policy.

    `policy` is its place in `inputs.policies`, from 1 on: the reference at 0 hands it its shocks, which count as
    given. With `by_members`, also by the parameters and the first state of each member. `adjoint.py` says what a
    derivative does not see.

    Raises:
        ValueError: the inputs do not fit the program, the policy is the reference, or the dtype is unknown.
        FloatingPointError: the score or a derivative is not a finite number.
        TraceError: the step uses something outside its language.
    """
    part = partial_gradient(program, inputs, weights, policy, by_members, dtype)
    return joined(program, inputs, [part], policy, by_members)


def partial_gradient(
    program: Program,
    inputs: Inputs,
    weights: Floats,
    policy: int = 1,
    by_members: bool = False,
    dtype: str = "float32",
) -> Part:
    """The part of one chunk of members; arguments as in `gradient`. Holds no lock while it computes."""
    given = _checked(program, inputs, policy)
    members, months = given.members, len(given.months)
    weighed = np.ascontiguousarray(weights, dtype=np.float64)
    if weighed.shape != (program.outputs.size, members) or not np.isfinite(weighed).all():
        raise ValueError(
            f"{program.name}: weights have shape {weighed.shape}; expected finite numbers of shape "
            f"({program.outputs.size}, {members}), one row an output and one column a member"
        )
    run_blocks = prepare(program, by_members, dtype).run_blocks
    built = _adjoint(program, by_members)
    finals = np.empty((program.outputs.size, members), dtype)
    sums = np.zeros((-(-members // BLOCK), months, len(built.moved)))
    by_params = np.empty((program.params.size if by_members else 0, members), dtype)
    by_state = np.empty((program.state.size if by_members else 0, members), dtype)
    run_blocks(
        given.params,
        given.state,
        _table(built.first, given.policies[0], given.months, dtype),
        _table(built.later, given.policies[policy], given.months, dtype),
        np.array([given.seed, given.stream, given.first_member, given.first_month], np.int64),
        weighed,
        finals,
        sums,
        by_params,
        by_state,
    )
    with np.errstate(invalid="ignore", over="ignore"):
        terms = np.where(weighed == 0.0, 0.0, weighed * finals).sum(axis=0)
        values = np.array([terms[start : start + BLOCK].sum() for start in range(0, members, BLOCK)])
    return Part(finals, values, sums, by_params, by_state)


def joined(
    program: Program, inputs: Inputs, parts: Sequence[Part], policy: int = 1, by_members: bool = False
) -> Gradient:
    """The gradient from the parts of its chunks, in order; of `inputs` only policies and months are read.

    Raises:
        FloatingPointError: the score or a derivative is not a finite number.
    """
    built = _adjoint(program, by_members)
    values = np.concatenate([part.values for part in parts])
    months = np.asarray(inputs.months, dtype=np.float64)
    policies = np.asarray(inputs.policies[policy], dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        blocks = built.levers(np.concatenate([part.sums for part in parts]), policies, months)
        value, by_policy = values.sum(), blocks.sum(axis=0)
    finite = np.isfinite(by_policy)
    if not np.isfinite(value) or not finite.all():
        month, row = (int(i) for i in np.argwhere(~finite)[-1]) if not finite.all() else (len(months) - 1, 0)
        what = f"the derivative by {program.policy.row_names[row]}" if np.isfinite(value) else "the score"
        raise FloatingPointError(
            f"{program.name}: {what} leaves the numbers in month {inputs.first_month + month}. Run the kernel on the "
            "same inputs: `require_finite` names the first output that does"
        )
    return Gradient(
        float(value),
        by_policy,
        values,
        blocks,
        np.concatenate([part.finals for part in parts], axis=1),
        np.concatenate([part.params for part in parts], axis=1),
        np.concatenate([part.state for part in parts], axis=1),
    )


def prepare(program: Program, by_members: bool = False, dtype: str = "float32") -> ModuleType:
    """Load the gradient kernel of a program, compiling it if this machine has not yet; safe to call from a thread.

    Raises:
        ValueError: the dtype is unknown.
        TraceError: the step uses something outside its language.
    """
    with kernel.lock:
        return _prepared(program, by_members, dtype)


def is_cached(program: Program, by_members: bool = False, dtype: str = "float32") -> bool:
    """True if `prepare` need not compile."""
    return kernel.is_kept(_path(program, by_members, dtype))


def _checked(program: Program, inputs: Inputs, policy: int) -> Inputs:
    given = checked(program, inputs)
    if not 1 <= policy < len(given.policies):
        raise ValueError(
            f"{program.name}: policy is {policy}; it must lie in 1..{len(given.policies) - 1}. The reference, 0, "
            "takes in the record, which no lever bends: to differentiate it, give its rows once more as another policy"
        )
    return given


def _table(code: adjoint.Code, policy: Floats, months: Floats, dtype: str) -> Floats:
    table = np.zeros((len(months), max(1, len(code.table))), dtype)
    table[:, : len(code.table)] = code.uniforms(policy, months)
    return table


def _adjoint(program: Program, by_members: bool) -> adjoint.Adjoint:
    return adjoint.adjoint(program, tuple(range(program.outputs.size)), by_members)


@functools.lru_cache(maxsize=16)
def _prepared(program: Program, by_members: bool, dtype: str) -> ModuleType:
    return kernel.loaded(_path(program, by_members, dtype), _source(program, by_members, dtype))


@functools.lru_cache(maxsize=16)
def _source(program: Program, by_members: bool, dtype: str) -> str:
    built = _adjoint(program, by_members)
    if dtype not in kernel.DTYPES:
        raise ValueError(f"dtype is {dtype!r}; the kernel computes in {' or '.join(kernel.DTYPES)}")
    return sweep.TEMPLATE.format(
        name=program.name,
        dtype=dtype,
        shape=Shape(
            dtype,
            program.state.size,
            program.params.size,
            program.shocks.size,
            program.outputs.size,
            max(1, len(built.later.table)),
        ),
        copies=driver.COPIES,
        numbers=built.numbers,
        tests=built.tests,
        moved=len(built.moved),
        first=built.first.listing,
        later=built.later.listing,
        tape=built.tape.listing,
        reverse=built.reverse.listing,
    )


def _path(program: Program, by_members: bool, dtype: str) -> Path:
    name = f"{program.name}_gradient{'_by_members' if by_members else ''}"
    return kernel.path_of(name, dtype, _source(program, by_members, dtype), (lowering, shocks, driver, sweep))
