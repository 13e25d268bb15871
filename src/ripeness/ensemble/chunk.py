"""One chunk of a saved run: its numbers, and the file that holds them until the run is finished."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ripeness.base import RipenessError, content_hash
from ripeness.ensemble.plan import CHUNKS, Plan
from ripeness.ensemble.record import Floats, Posed
from ripeness.ensemble.simulate import run_chunk
from ripeness.ensemble.whole_files import write_whole

Arrays = dict[str, NDArray[Any]]

SUMS = ("sums", "sums_sq", "sums_tail", "sums_sq_tail")
"""Fields of an engine's result that add up over chunks."""


def chunk_arrays(posed: Posed, parameters: Floats, first: int, plan: Plan) -> Arrays:
    """What is kept of one chunk; a pure function of its arguments.

    outcomes (NP, R, n) in the order of `plan.outcome_rows`; sums of all outputs (NP, T, O) with their
    tails; parameters (P, n); paths_0, paths_1, ... (T, O, k), one a policy. RipenessError names the
    member whose outcome is not a finite number.
    """
    record = plan.record
    result = run_chunk(posed, parameters, first, plan.kept, record["backend"], record["dtype"])
    outcomes = result.finals[:, plan.outcome_index]
    bad = np.argwhere(~np.isfinite(outcomes))
    if len(bad):
        policy, row, member = (int(i) for i in bad[0])
        raise RipenessError(
            f"{plan.outcome_rows[row]} of member {first + member} under {posed.names[policy]} is "
            f"{outcomes[policy, row, member]} ({len(bad)} such numbers in members {first} to "
            f"{first + outcomes.shape[2] - 1})",
            "look at that member's parameters with the reference backend",
        )
    arrays: Arrays = {"outcomes": outcomes, "parameters": parameters}
    arrays |= {name: getattr(result, name) for name in SUMS}
    return arrays | {f"paths_{i}": paths for i, paths in enumerate(result.paths)}


def chunk_path(root: Path, first: int) -> Path:
    """File of the chunk that begins with member `first`."""
    return root / CHUNKS / f"{first:010d}.npz"


def write_chunk(path: Path, plan: Plan, arrays: Arrays) -> None:
    """Write a chunk with its digest."""
    digest = np.frombuffer(bytes.fromhex(chunk_digest(plan, arrays)), np.uint8)
    write_whole(path, lambda stream: np.savez(stream, digest=digest, **cast(Any, arrays)))


def chunk_digest(plan: Plan, arrays: Mapping[str, NDArray[Any]]) -> str:
    """Content hash of a chunk's arrays and of the run that they belong to."""
    return content_hash({"run": plan.record["hash"], **{key: arrays[key] for key in sorted(arrays)}})


def read_chunk(path: Path) -> Arrays:
    """All arrays of a chunk's file, its digest among them."""
    with np.load(path, allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


def part_of_chunk(root: Path, first: int, key: str) -> NDArray[Any]:
    """One array of a chunk."""
    with np.load(chunk_path(root, first), allow_pickle=False) as stored:
        return np.asarray(stored[key])
