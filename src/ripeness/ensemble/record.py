"""What identifies a run: hashes of all that its numbers depend on, and the machine that made them."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.base import Month, RipenessError, content_hash
from ripeness.ensemble.simulate import Question
from ripeness.ensemble.start import StartFacts
from ripeness.flow import PolicyRow, layout_of

Floats = NDArray[np.float64]

DrawParameters = Callable[[int, int], Floats]
"""Parameter rows (P, length) of the members from `first` on, called as `draw(first, length)`."""

PACKAGE = Path(__file__).parents[1]

STEPPED = ("month", "programs", "start", "war_month", "war_start")
"""Files of this room that say what a month computes."""

MODEL_SOURCES = ("world/*.py", "bargaining/*.py", "flow/*.py", *(f"ensemble/{name}.py" for name in STEPPED))
"""Files that say what the model computes."""

ENGINE_SOURCES = ("engine/*.py",)
"""Files that say how it is computed; they may move the last bits only."""

HASHED_TOGETHER = 4096
"""Members whose parameters are hashed at a time, so that drawing them needs no memory for all."""


@dataclass(frozen=True)
class Posed:
    """A question stripped to numbers: with the parameters, all that a run depends on.

    policies (NP, T, K) with the reference first; months (T, M); both begin at `first_month`.
    """

    program: str
    names: tuple[str, ...]
    first_month: Month
    start: Month
    until: Month
    policies: Floats
    months: Floats
    facts: StartFacts | None
    seed: int

    @classmethod
    def of(cls, question: Question) -> Posed:
        """The numbers of a question."""
        return cls(
            question.program,
            question.names,
            question.case.first_month,
            question.start,
            question.until,
            question.policies,
            question.months,
            question.facts,
            question.seed,
        )

    def hashes(self) -> dict[str, Any]:
        """Content hashes of the policy rows, the month rows and the facts of the start."""
        reference = layout_of(PolicyRow)["is_reference"].start
        rows = {
            name: np.delete(self.policies[i], reference, axis=1) for i, name in enumerate(self.names)
        }  # a policy has one hash whichever policy carries the record
        return {
            "policy_hashes": {name: content_hash(policy) for name, policy in rows.items()},
            "months_hash": content_hash(self.months),
            "start_hash": content_hash(None if self.facts is None else self.facts._asdict()),
        }


def drawn(parameters: Floats | DrawParameters, first: int, length: int) -> Floats:
    """Parameter rows (P, length) of the members from `first` on."""
    if callable(parameters):
        rows = np.asarray(parameters(first, length), dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != length:
            raise RipenessError(
                f"the draw of members {first} to {first + length} has shape {rows.shape}",
                f"return one column a member, (P, {length})",
            )
        return rows
    return np.asarray(parameters[:, first : first + length], dtype=np.float64)


def parameters_hash(parameters: Floats | DrawParameters, members: int) -> str:
    """Content hash of the parameter rows of all members, drawn a part at a time."""
    parts = [
        content_hash(drawn(parameters, first, min(HASHED_TOGETHER, members - first)))
        for first in range(0, members, HASHED_TOGETHER)
    ]
    return content_hash(parts)


def member_count(parameters: Floats | DrawParameters, members: int | None) -> int:
    """Members of a run; a drawing function does not say how many, an array does."""
    if callable(parameters):
        if members is None or members < 1:
            raise RipenessError(f"members is {members!r}", "say how many members to draw, 1 or more")
        return members
    count = int(parameters.shape[1])
    if count < 1 or (members is not None and members != count):
        raise RipenessError(
            f"members is {members!r} but the parameters have {count} columns", "pass one column a member"
        )
    return count


def run_record(
    question: Question,
    parameters: Floats | DrawParameters,
    *,
    members: int | None = None,
    data_as_of: Month | None = None,
    backend: str = "kernel",
    dtype: str = "float32",
    hashed: str | None = None,
) -> dict[str, Any]:
    """The `run` entry of every document: plain values, with `hash` over all the others.

    `hashed` is the `parameters_hash` where it is known already.
    `data_as_of` is the last month whose data were read (the case's `data_until` by default). Mode is
    `replay` where the counted months begin inside the data, else `forecast`.
    """
    as_of = data_as_of or question.case.data_until
    record: dict[str, Any] = {
        "case": question.case.name,
        "case_hash": question.case.content_hash,
        "program": question.program,
        "policies": list(question.names),
        **Posed.of(question).hashes(),
        "parameters_hash": hashed or parameters_hash(parameters, member_count(parameters, members)),
        "model_version": model_version(),
        "data_as_of": str(as_of),
        "seed": int(question.seed),
        "members": member_count(parameters, members),
        "mode": "replay" if question.start <= as_of else "forecast",
        "start": str(question.start),
        "until": str(question.until),
        "backend": backend,
        "dtype": "float64" if backend == "reference" else dtype,
    }
    return {**record, "hash": record_hash(record)}


def record_hash(record: Mapping[str, Any]) -> str:
    """Content hash of a record's entries but `hash` itself."""
    return content_hash({key: value for key, value in record.items() if key != "hash"})


def model_version() -> str:
    """Package version and a digest of the model's source files, such as `0.1.0+3f0c9a1d2b4e`."""
    return f"{_installed('ripeness')}+{sources_digest(MODEL_SOURCES)[:12]}"


@lru_cache(maxsize=8)
def sources_digest(patterns: tuple[str, ...]) -> str:
    """Content hash of the package's files that match, by name; RipenessError where there are none."""
    files = sorted({path for pattern in patterns for path in PACKAGE.glob(pattern)})
    if not files:
        raise RipenessError(
            f"no source file of {', '.join(patterns)} lies in {PACKAGE}", "install the package as files"
        )
    return content_hash({path.relative_to(PACKAGE).as_posix(): path.read_bytes() for path in files})


def versions() -> dict[str, str]:
    """Versions of what computes and writes a run; importing none of it."""
    libraries = ("numpy", "numba", "llvmlite", "scipy", "pyarrow", "zarr")
    return {
        "ripeness": _installed("ripeness"),
        "engine_sources": sources_digest(ENGINE_SOURCES),
        "python": platform.python_version(),
        **{name: _installed(name) for name in libraries},
    }


def hardware() -> dict[str, Any]:
    """Processor and system; `cpu_features` is a digest of the instruction sets the system reports."""
    name, flags = platform.processor() or platform.machine(), ""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = value.strip()
            if key.strip() in ("flags", "Features"):
                flags = value.strip()
    except OSError:
        pass  # a system without /proc says less of itself
    return {
        "cpu": name,
        "cpu_features": hashlib.sha256(flags.encode()).hexdigest()[:12] if flags else "unknown",
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "cores": os.cpu_count() or 1,
    }


def same_bits_expected(saved: Mapping[str, Any]) -> bool:
    """Whether this machine must reproduce a saved run bit for bit: same processor, engine and libraries.

    `saved` holds `hardware` and `versions` as `run.json` does.
    """
    here, there = versions(), saved["versions"]
    decisive = ("engine_sources", "numpy", "numba", "llvmlite")
    now = hardware()
    return all(here[key] == there.get(key) for key in decisive) and all(
        now[key] == saved["hardware"].get(key) for key in ("cpu", "cpu_features", "machine")
    )


@lru_cache(maxsize=32)
def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"
