"""What an engine is given and what it gives back, the same for all three engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.flow import Layout

BLOCK = 256
"""Members that are computed and summed together; a chunk starts at a multiple of it."""

MAX_MONTHS = 1 << 16
"""Months that the random counter can tell apart; the same number of shocks a month."""

Floats = NDArray[Any]


@dataclass(frozen=True)
class Program:
    """One pure monthly step and the layouts of its records.

    `step(state, params, policy, month, shocks, xp) -> (state, outputs, shocks_used)`; every argument
    but the array namespace `xp` is a record of its layout. State, parameters, shocks and outputs
    differ by member; policy and month are the same for all members.

    `reference` names the field of the policy record, if it has one, that may be 1 for the first policy only:
    an engine may then compute for the others only what they need.
    """

    name: str
    step: Callable[..., tuple[Any, Any, Any]]
    state: Layout
    params: Layout
    policy: Layout
    month: Layout
    shocks: Layout
    outputs: Layout
    reference: str | None = None


@dataclass(frozen=True)
class Inputs:
    """Numbers of one run over N members, NP policies and T months.

    params (P, N), state (S, N) at the start, or (NP, S, N) where policies set out from states of their own,
    policies (NP, T, K) with the reference policy first, months (T, M), all float64. `seed` and `stream` are
    the key of the shocks; `first_member` and `first_month` say where member 0 and month 0 of these arrays stand
    in the whole run, so that a chunk or a branch keeps its shocks.
    """

    params: Floats
    state: Floats
    policies: Floats
    months: Floats
    seed: int = 0
    stream: int = 0
    first_member: int = 0
    first_month: int = 0

    @property
    def members(self) -> int:
        """N."""
        return int(np.shape(self.params)[1])


@dataclass(frozen=True)
class Result:
    """What one run leaves.

    finals (NP, O, N): outputs of the last month. paths (NP, T, O, n): outputs of every month for the
    first n members of the call. state (NP, S, N) at the end. sums and sums_sq (NP, T, O), float64:
    outputs and their squares summed over members, block by block; `*_tail` is what rounding took
    from them, which lets `merge_sums` add chunks so that the total does not depend on the chunks.
    finals, paths and state have the dtype of the run.
    """

    finals: Floats
    paths: Floats
    sums: NDArray[np.float64]
    sums_sq: NDArray[np.float64]
    sums_tail: NDArray[np.float64]
    sums_sq_tail: NDArray[np.float64]
    state: Floats


def merge_sums(results: Sequence[Result]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Totals over chunks of `sums` and `sums_sq`, each (NP, T, O); chunks may have any sizes.

    Adds in twice the precision and rounds once, so the bits do not depend on where the chunks are cut
    (at multiples of `BLOCK`).
    """
    totals = []
    for head_name, tail_name in (("sums", "sums_tail"), ("sums_sq", "sums_sq_tail")):
        total = np.zeros_like(getattr(results[0], head_name))
        tail = np.zeros_like(total)
        for result in results:
            total, tail = add_exactly(total, tail, getattr(result, head_name))
            tail = tail + getattr(result, tail_name)
        totals.append(total + tail)
    return totals[0], totals[1]


def add_exactly(total: Floats, tail: Floats, term: Floats) -> tuple[Floats, Floats]:
    """`total + term`, with the rounding error of the sum added to `tail` (Knuth's two-sum)."""
    with np.errstate(invalid="ignore"):
        grown = total + term
        back = grown - total
        return grown, tail + ((total - (grown - back)) + (term - back))


def settled(total: Floats, tail: Floats) -> tuple[Floats, Floats]:
    """The same sum with all that fits in the head; a sum that is not finite has no tail."""
    with np.errstate(invalid="ignore"):
        head = total + tail
        rest = tail - (head - total)
    return head, np.where(np.isfinite(rest), rest, 0.0)


def checked(program: Program, inputs: Inputs) -> Inputs:
    """The inputs as contiguous float64 arrays.

    Raises:
        ValueError: a shape does not fit the program, a number is NaN, or a counter is out of range.
    """
    params = _rows_of_members(program, "params", program.params, inputs.params, None)
    members = params.shape[1]
    state = _states(program, inputs.state, members, len(np.shape(inputs.policies)) and len(inputs.policies))
    months = _contiguous(inputs.months)
    if months.ndim != 2 or months.shape[1] != program.month.size or not len(months):
        raise ValueError(
            f"{program.name}: months has shape {months.shape}; expected (T, {program.month.size}) with T >= 1, "
            f"one column a row of {program.month.record.__name__}"
        )
    policies = _contiguous(inputs.policies)
    expected = (len(months), program.policy.size)
    if policies.ndim != 3 or policies.shape[1:] != expected or not len(policies):
        raise ValueError(
            f"{program.name}: policies has shape {policies.shape}; expected (NP, {expected[0]}, {expected[1]}) with "
            f"NP >= 1: months of `months`, one column a row of {program.policy.record.__name__}"
        )
    _refuse_nan(program, "months", program.month, months, ("month",))
    _refuse_nan(program, "policies", program.policy, policies, ("policy", "month"))
    _require_reference(program, policies)
    for name in ("seed", "stream"):
        if not 0 <= getattr(inputs, name) < 2**32:
            raise ValueError(f"{program.name}: {name} is {getattr(inputs, name)}; it must lie in 0..2^32-1")
    if inputs.first_member < 0 or inputs.first_member % BLOCK:
        raise ValueError(
            f"{program.name}: first_member is {inputs.first_member}; chunks start at multiples of {BLOCK}"
        )
    if inputs.first_member + members > 2**32:
        raise ValueError(f"{program.name}: member {inputs.first_member + members - 1} is beyond 2^32-1")
    if inputs.first_month < 0 or inputs.first_month + len(months) > MAX_MONTHS:
        raise ValueError(
            f"{program.name}: months {inputs.first_month}..{inputs.first_month + len(months) - 1} do not fit in "
            f"0..{MAX_MONTHS - 1}"
        )
    return Inputs(
        params,
        state,
        policies,
        months,
        int(inputs.seed),
        int(inputs.stream),
        int(inputs.first_member),
        int(inputs.first_month),
    )


def require_finite(program: Program, inputs: Inputs, result: Result) -> None:
    """Say where a run first left the numbers: policy, month and output.

    Raises:
        FloatingPointError: an output of some member is NaN or infinite in some month.
    """
    bad = ~np.isfinite(result.sums)
    if not bad.any():
        return
    policy = int(np.argmax(bad.any(axis=(1, 2))))
    month = int(np.argmax(bad[policy].any(axis=1)))
    rows = [program.outputs.row_names[i] for i in np.flatnonzero(bad[policy, month])]
    raise FloatingPointError(
        f"{program.name}: policy {policy} leaves the numbers in month {inputs.first_month + month}: "
        f"{', '.join(rows[:5])}{' and others' if len(rows) > 5 else ''}. Run the reference engine on one block "
        f"of members from {inputs.first_member} with keep_paths to see the member"
    )


def _require_reference(program: Program, policies: Floats) -> None:
    """No policy but the first is the reference."""
    if program.reference is None:
        return
    later = policies[1:, :, program.policy[program.reference].start]
    wrong = np.argwhere(later != 0.0)
    if len(wrong):
        policy, month = (int(i) for i in wrong[0])
        raise ValueError(
            f"{program.name}: policies: {program.reference} is {later[policy, month]:g} for policy {policy + 1} in "
            f"month {month}; only the first policy may be the reference, put it there"
        )


def _states(program: Program, given: Floats, members: int, policies: int) -> Floats:
    """States at the start, (S, N) or one for each policy."""
    if np.ndim(given) != 3:
        return _rows_of_members(program, "state", program.state, given, members)
    if len(given) != policies:
        raise ValueError(
            f"{program.name}: state has {len(given)} policies; expected {policies}, or one for all"
        )
    return np.stack([_rows_of_members(program, "state", program.state, one, members) for one in given])


def _rows_of_members(
    program: Program, name: str, layout: Layout, array: Floats, members: int | None
) -> Floats:
    values = _contiguous(array)
    fits = (
        values.ndim == 2
        and values.shape[0] == layout.size
        and values.shape[1] == (members or values.shape[1])
    )
    if not fits or not values.shape[1]:
        wanted = "N >= 1" if members is None else members
        raise ValueError(
            f"{program.name}: {name} has shape {values.shape}; expected ({layout.size}, {wanted}), "
            f"one row a row of {layout.record.__name__} and one column a member"
        )
    _refuse_nan(program, name, layout, values.T, ("member",))
    return values


def _contiguous(array: Floats) -> Floats:
    return np.ascontiguousarray(array, dtype=np.float64)


def _refuse_nan(program: Program, name: str, layout: Layout, values: Floats, axes: tuple[str, ...]) -> None:
    """`values` has the rows of the layout as its last axis and `axes` before it."""
    bad = np.isnan(values)
    if not bad.any():
        return
    *place, row = (int(i) for i in np.argwhere(bad)[0])
    where = ", ".join(f"{axis} {index}" for axis, index in zip(axes, place, strict=True))
    raise ValueError(
        f"{program.name}: {name}: {layout.row_names[row]} is NaN at {where} "
        f"({int(bad.sum())} NaN in all); every input must be a number"
    )
