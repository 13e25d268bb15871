"""Proof that a saved run is what it says: every hash again, and the numbers themselves if asked.

Silence is not verification: what is missing, cut off, or cannot be hashed or read is a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Fault, RipenessError
from ripeness.ensemble.chunk import chunk_arrays
from ripeness.ensemble.fans import first_passages
from ripeness.ensemble.plan import (
    FANS,
    INPUTS,
    OUTCOMES,
    PARAMETERS,
    PATHS,
    RUN,
    Plan,
)
from ripeness.ensemble.record import Posed, model_version, parameters_hash, same_bits_expected
from ripeness.ensemble.saved import (
    file_faults,
    read_fans,
    read_inputs,
    read_manifest,
    read_outcomes,
    read_parameters,
    read_paths,
    unfinished,
)

SAMPLE = 2
"""Chunks that are simulated again, unless asked otherwise."""

TOLERANCE = 1e-3
"""Largest difference, in standard deviations over members, that another machine may show."""

FLIPS = 0.01
"""Share of members that may differ by more, because an event fell on the other side of its threshold."""


@dataclass(frozen=True)
class VerifyReport:
    """What was proved and what was not.

    ok: no fault. files: those whose bytes are as written. uncertified: what lies in the folder and is
    no part of the run. members_recomputed: members simulated again under every policy; identical:
    whether all their numbers agree bit for bit (None where nothing was simulated); bits_expected:
    whether they must on this machine; largest_difference: over outcomes, in standard deviations.
    """

    folder: str
    run: Mapping[str, Any]
    ok: bool
    faults: tuple[Fault, ...]
    files: tuple[str, ...]
    uncertified: tuple[str, ...]
    members_recomputed: int = 0
    identical: bool | None = None
    bits_expected: bool | None = None
    largest_difference: float | None = None

    def as_record(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "run": dict(self.run), "faults": [fault.as_record() for fault in self.faults]}


def verify_run(folder: Path | str, recompute: bool = False, sample: int = SAMPLE) -> VerifyReport:
    """Check a saved run offline; with `recompute`, simulate `sample` of its chunks again and compare.

    The first and last chunk are always in the sample (where it is 2 or more), the others spread
    evenly. Never raises for what is wrong with the folder: the report names every fault.
    """
    root = Path(folder)
    manifest, faults = read_manifest(root)
    if not faults:
        faults = unfinished(manifest)
    if not faults:
        faults = file_faults(root, manifest)
        listed = set(manifest["files"])
        faults += [
            Fault(RUN, None, "files", name, f"does not list {name}", "run again into another folder")
            for name in (INPUTS, PARAMETERS, OUTCOMES, FANS)
            if name not in listed
        ]
    if faults:
        return _report(root, manifest, faults)
    try:
        return _verify_numbers(root, manifest, recompute, sample)
    except (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, RipenessError) as cause:
        problem = f"its files cannot be read as a run: {type(cause).__name__}: {cause}"
        return _report(root, manifest, [Fault(RUN, None, "", None, problem, "run again into another folder")])


def _verify_numbers(root: Path, manifest: Mapping[str, Any], recompute: bool, sample: int) -> VerifyReport:
    plan, posed = Plan.read(manifest), read_inputs(root, manifest)
    faults = _input_faults(root, plan, posed)
    outcomes = read_outcomes(root, plan)
    faults += _outcome_faults(root, plan, posed, outcomes)
    if faults or not recompute:
        return _report(root, manifest, faults)
    here = model_version()
    if here != plan.record["model_version"]:
        remedy = f"install the model {plan.record['model_version']}"
        faults.append(
            Fault(
                RUN, None, "model_version", here, "is not the model here, so nothing can be repeated", remedy
            )
        )
        return _report(root, manifest, faults)
    return _recompute(root, manifest, plan, posed, outcomes, sample)


def _input_faults(root: Path, plan: Plan, posed: Posed) -> list[Fault]:
    """Where the stored inputs are not those that the record was made from."""
    here = {
        **posed.hashes(),
        "parameters_hash": parameters_hash(read_parameters(root, plan.records), plan.members),
    }
    remedy = "run again into another folder"
    return [
        Fault(
            PARAMETERS if key == "parameters_hash" else INPUTS,
            None,
            key,
            None,
            "does not hold what the record names",
            remedy,
        )
        for key, digest in here.items()
        if digest != plan.record[key]
    ]


def _outcome_faults(root: Path, plan: Plan, posed: Posed, outcomes: NDArray[Any]) -> list[Fault]:
    """Outcomes that are no numbers, and means that contradict them."""
    remedy = "run again into another folder"
    faults = []
    if not np.isfinite(outcomes).all():
        faults.append(Fault(OUTCOMES, None, "", None, "holds numbers that are not finite", remedy))
    fans = read_fans(root, plan, posed)
    last = fans.means[:, -1][:, plan.outcome_index]
    means, sds = outcomes.mean(axis=2, dtype=np.float64), outcomes.std(axis=2, dtype=np.float64)
    apart = np.abs(last - means) > 1e-5 * (np.abs(means) + sds) + 1e-12
    for policy, row in np.argwhere(apart & ~first_passages(plan.outcome_rows)):
        key = f"{posed.names[policy]}.{plan.outcome_rows[row]}"
        problem = f"has a last mean other than that of {OUTCOMES}"
        faults.append(Fault(FANS, None, key, float(last[policy, row]), problem, remedy))
    if plan.saved_paths and read_paths(root, plan, posed).shape[3] != plan.saved_paths:
        faults.append(Fault(PATHS[0], None, "", None, f"does not hold {plan.saved_paths} members", remedy))
    return faults


def _recompute(
    root: Path,
    manifest: Mapping[str, Any],
    plan: Plan,
    posed: Posed,
    outcomes: NDArray[Any],
    sample: int,
) -> VerifyReport:
    pieces = plan.pieces
    chosen = sorted({round(i) for i in np.linspace(0, len(pieces) - 1, min(max(sample, 1), len(pieces)))})
    saved_paths = read_paths(root, plan, posed)
    spread = np.maximum(outcomes.std(axis=2, dtype=np.float64), 1e-12)[:, :, None]
    identical, largest, flipped, members = True, 0.0, 0.0, 0
    for first, length in (pieces[i] for i in chosen):
        again = chunk_arrays(posed, read_parameters(root, plan.records, first, length), first, plan)
        there = outcomes[:, :, first : first + length]
        kept = max(0, min(plan.saved_paths - first, length))
        path_rows = range(len(posed.names) if kept else 0)
        identical &= np.array_equal(again["outcomes"], there) and all(
            np.array_equal(again[f"paths_{p}"][:, :, :kept], saved_paths[p, :, :, first : first + kept])
            for p in path_rows
        )
        apart = np.abs(again["outcomes"].astype(np.float64) - there) / spread
        largest = max(largest, float(apart.max()))
        flipped += float((apart > TOLERANCE).any(axis=(0, 1)).sum())
        members += length
    expected = same_bits_expected(manifest)
    faults = []
    if expected and not identical:
        problem = f"differs from the same members simulated again, by up to {largest:.3g} standard deviations"
        faults.append(
            Fault(OUTCOMES, None, "", None, problem, "do not use it; report the machine and versions")
        )
    elif not identical and flipped > FLIPS * members:
        problem = (
            f"differs by more than {TOLERANCE:g} standard deviations from {flipped / members:.1%} of the same "
            f"members simulated on this machine (up to {largest:.3g})"
        )
        faults.append(Fault(OUTCOMES, None, "", None, problem, "verify it with the versions in run.json"))
    return _report(root, manifest, faults, members, identical, expected, largest)


def _report(
    root: Path,
    manifest: Mapping[str, Any],
    faults: list[Fault],
    members: int = 0,
    identical: bool | None = None,
    expected: bool | None = None,
    largest: float | None = None,
) -> VerifyReport:
    listed = manifest.get("files", {})
    faulty = {fault.file for fault in faults}
    sound = tuple(sorted(name for name in listed if name not in faulty)) if manifest else ()
    return VerifyReport(
        folder=str(root),
        run=manifest.get("run", {}),
        ok=not faults,
        faults=tuple(faults),
        files=sound,
        uncertified=_strangers(root, set(listed) | {RUN}),
        members_recomputed=members,
        identical=identical,
        bits_expected=expected,
        largest_difference=largest,
    )


def _strangers(root: Path, listed: set[str]) -> tuple[str, ...]:
    """Files and links of the folder that the run does not list."""
    if not root.is_dir():
        return ()
    found = (path for path in root.rglob("*") if path.is_symlink() or not path.is_dir())
    return tuple(sorted({path.relative_to(root).as_posix() for path in found} - listed))
