"""The reference engine: NumPy in float64, no compilation. Every other engine is tested against it."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from ripeness.engine.arrays import Arrays, put
from ripeness.engine.program import BLOCK, Floats, Inputs, Program, Result, add_exactly, checked, settled
from ripeness.engine.shocks import draw

CHUNK = 16 * BLOCK
"""Members stepped together, which bounds the memory of a run."""


def run(program: Program, inputs: Inputs, keep_paths: int = 0) -> Result:
    """Run all members, policies and months; `keep_paths` is the number of members whose paths are kept.

    Raises:
        ValueError: the inputs do not fit the program.
        TypeError: the step returns other records or shapes than its layouts say.
    """
    given = checked(program, inputs)
    n, (n_policies, n_months) = given.members, given.policies.shape[:2]
    kept = min(keep_paths, n)
    rows = program.outputs.size
    finals = np.empty((n_policies, rows, n))
    paths = np.empty((n_policies, n_months, rows, kept))
    state = np.empty((n_policies, program.state.size, n))
    totals = np.zeros((4, n_policies, n_months, rows))
    for start in range(0, n, CHUNK):
        stop = min(start + CHUNK, n)
        chunk = dataclasses.replace(
            given,
            params=given.params[:, start:stop],
            state=given.state[..., start:stop],
            first_member=given.first_member + start,
        )
        with np.errstate(all="ignore"):
            _run_chunk(
                program,
                chunk,
                finals[:, :, start:stop],
                paths[:, :, :, start:stop],
                state[:, :, start:stop],
                totals,
            )
    sums, sums_tail = settled(totals[0], totals[1])
    squares, squares_tail = settled(totals[2], totals[3])
    return Result(finals, paths, sums, squares, sums_tail, squares_tail, state)


def shocks_of(program: Program, inputs: Inputs, month: int) -> NDArray[np.float32]:
    """Shocks (E, N) that month `month` of the run draws, before assimilation."""
    members = np.arange(inputs.first_member, inputs.first_member + inputs.members).astype(np.uint32)
    key = (np.array([inputs.seed], np.uint32), np.array([inputs.stream], np.uint32))
    when = np.array([inputs.first_month + month], np.uint32)
    return draw(key, members, when, program.shocks.size, np)


def _run_chunk(
    program: Program, inputs: Inputs, finals: Floats, paths: Floats, final_state: Floats, totals: Floats
) -> None:
    """Fill the members of one chunk and add them, block by block, to `totals`."""
    n, (n_policies, n_months) = inputs.members, inputs.policies.shape[:2]
    xp = Arrays(np)
    params = program.params.unpack(inputs.params)
    final_state[...] = inputs.state
    used = np.empty((program.shocks.size, n))
    ignored = np.empty_like(used)
    outputs = np.empty((program.outputs.size, n))
    for t in range(n_months):
        month = program.month.unpack(inputs.months[t][:, None])
        shocks = shocks_of(program, inputs, t).astype(np.float64)
        for p in range(n_policies):
            state = program.state.unpack(final_state[p].copy())
            policy = program.policy.unpack(inputs.policies[p, t][:, None])
            after, reported, implied = program.step(
                state, params, policy, month, program.shocks.unpack(shocks), xp
            )
            put(program.state, after, final_state[p], "the state")
            put(program.outputs, reported, outputs, "the outputs")
            put(program.shocks, implied, used if p == 0 else ignored, "the shocks used")
            if p == 0:
                shocks = used
            paths[p, t] = outputs[:, : paths.shape[3]]
            if t == n_months - 1:
                finals[p] = outputs
            for start in range(0, n, BLOCK):
                block = outputs[:, start : start + BLOCK]
                totals[0:2, p, t] = add_exactly(totals[0, p, t], totals[1, p, t], block.sum(axis=1))
                totals[2:4, p, t] = add_exactly(totals[2, p, t], totals[3, p, t], (block * block).sum(axis=1))
