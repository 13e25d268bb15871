"""The monthly loop in C: its layout header, its compilation, and a call like that of the ensemble."""

from __future__ import annotations

import ctypes
import importlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ripeness.ensemble.simulate import Question
from ripeness.ensemble.start import StartFacts
from ripeness.flow import (
    LENGTH,
    SITES,
    Levers,
    MonthRow,
    Outputs,
    Parameters,
    PolicyRow,
    Run,
    Shocks,
    Triggers,
    WorldState,
    layout_of,
    records_of,
)

Floats = NDArray[np.float64]

OUTPUT_ROWS = records_of("money_chain").output_rows

SOURCE = Path(__file__).parent / "c"
SHARED = ("-fopenmp", "-fPIC", "-shared")
FLAGS = {
    "float32": ("-O3", "-march=native", "-ffast-math", "-fsingle-precision-constant", *SHARED),
    "float64": ("-O2", "-ffp-contract=off", "-DREAL=double", *SHARED),
}
"""How the loop is compiled: to be timed, and to be held to the float64 kernel number by number."""

RECORDS = {
    "S": WorldState,
    "P": Parameters,
    "L": Levers,
    "T": Triggers,
    "K": PolicyRow,
    "M": MonthRow,
    "E": Shocks,
    "O": Outputs,
}
"""Prefix of each record's rows in the header."""

FACT_LENGTHS = {"taxable_price": LENGTH["lag"]}
"""Start facts that are vectors."""


CONSTANTS_FROM = (
    "ripeness.world.smooth",
    "ripeness.world.assimilation",
    "ripeness.world.oil_market",
    "ripeness.world.refining",
    "ripeness.world.shipping",
    "ripeness.world.discount",
    "ripeness.world.tax_price",
    "ripeness.world.treasury",
    "ripeness.ensemble.start",
)
"""Modules whose numbers with a name the C version shares, so that a new number alone does not part the two."""


class DisagreementError(AssertionError):
    """The C version computes something else than the kernel; its message names the outputs."""


class Differences(NamedTuple):
    """Largest relative difference of a mean over months, and quantiles over members of the last month's."""

    mean: float
    median: float
    p99: float
    worst: float


RESIDUAL_SIZE = 100.0
"""What residuals, whose value is 0 but for rounding, are compared with: the size of the ships they balance."""


@dataclass(frozen=True)
class Moments:
    """What a run in C leaves: finals (NP, O, N), means and sds (NP, T, O)."""

    finals: NDArray[Any]
    means: Floats
    sds: Floats


@dataclass(frozen=True)
class CLoop:
    """A compiled loop and the seconds that compiling took."""

    library: ctypes.CDLL
    dtype: str
    compile_seconds: float

    def simulate(self, question: Question, parameters: Floats, threads: int) -> Moments:
        """Run all members and policies of a question, as `ripeness.ensemble.simulate.simulate` does."""
        policies = np.ascontiguousarray(question.policies)
        months = np.ascontiguousarray(question.months)
        rows = np.ascontiguousarray(parameters)
        facts = np.concatenate([np.atleast_1d(value).astype(float) for value in question.facts])
        (n_policies, n_months), members = policies.shape[:2], rows.shape[1]
        finals = np.empty((n_policies, len(OUTPUT_ROWS), members), self.dtype)
        sums = np.zeros((2, n_policies, n_months, len(OUTPUT_ROWS)))
        failed = self.library.run_months(
            ctypes.c_long(members),
            *(ctypes.c_int(value) for value in (n_months, n_policies, threads)),
            *(array.ctypes.data_as(ctypes.c_void_p) for array in (rows, facts, policies, months)),
            *(ctypes.c_uint32(value) for value in (question.seed, 0, 0, 0)),
            *(array.ctypes.data_as(ctypes.c_void_p) for array in (finals, sums[0], sums[1])),
        )
        if failed:
            raise MemoryError(f"the C loop found no memory for {members} members")
        means = sums[0] / members
        variances = np.maximum(sums[1] / members - means**2, 0.0) * (members / max(members - 1, 1))
        return Moments(finals, means, np.sqrt(variances))


def available() -> bool:
    """True where there is a C compiler to compare with."""
    return shutil.which("gcc") is not None


def gcc_version() -> str:
    """Version of the C compiler."""
    return subprocess.run(
        ["gcc", "-dumpfullversion"], capture_output=True, text=True, check=True
    ).stdout.strip()


def header() -> str:
    """Rows of every record as C constants, so that a changed layout changes the C version too."""
    return (
        "\n".join(["// Written by bench/c_loop.py from the layouts of ripeness.flow.", *_constants()]) + "\n"
    )


def _constants() -> Iterator[str]:
    for prefix, record in RECORDS.items():
        layout = layout_of(record)
        entries = [f"{prefix}_{field.name} = {field.start}" for field in layout.fields]
        yield "enum { " + ", ".join([*entries, f"{prefix}_ROWS = {layout.size}"]) + " };"
    yield "enum { " + ", ".join(f"SITE_{site} = {i}" for i, site in enumerate(SITES)) + " };"
    yield f"enum {{ T_SLOTS = {LENGTH['trigger']}, T_WATCHED = {LENGTH['watched']} }};"
    for module in CONSTANTS_FROM:
        for name, value in vars(importlib.import_module(module)).items():
            if name.isupper() and isinstance(value, float):
                yield f"#define {name} {value!r}"
    entries, start = [], 0
    for name in StartFacts._fields:
        entries.append(f"F_{name} = {start}")
        start += FACT_LENGTHS.get(name, 1)
    yield "enum { " + ", ".join([*entries, f"F_ROWS = {start}"]) + " };"


def compiled(folder: Path, dtype: str = "float32") -> CLoop:
    """Write the header, compile into `folder` and load.

    RuntimeError with what gcc said where it fails.
    """
    (folder / "layout.h").write_text(header())
    library = folder / f"month_{dtype}.so"
    began = perf_counter()
    command = ["gcc", *FLAGS[dtype], f"-I{folder}", str(SOURCE / "month.c"), "-o", str(library), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(
            f"bench/c/month.c does not compile; a row of ripeness.flow may have a new name:\n{done.stderr}"
        )
    return CLoop(ctypes.CDLL(str(library)), dtype, perf_counter() - began)


def differences(ours: Run, theirs: Moments) -> dict[str, Differences]:
    """How far the two are apart, by output; a number is compared with its own size or its spread over members."""
    found = {}
    for row, name in enumerate(OUTPUT_ROWS):
        spread = RESIDUAL_SIZE if name.endswith("_residual") else float(ours.sds[:, :, row].max()) or 1e-9
        mine, other = ours.finals[:, row].astype(float), theirs.finals[:, row].astype(float)
        by_member = np.abs(mine - other) / np.maximum(np.abs(mine), spread)
        means = ours.means[:, :, row]
        by_month = np.abs(means - theirs.means[:, :, row]) / np.maximum(np.abs(means), spread)
        found[name] = Differences(
            float(by_month.max()),
            float(np.median(by_member)),
            float(np.quantile(by_member, 0.99)),
            float(by_member.max()),
        )
    return found


def require_agreement(found: Mapping[str, Differences], limits: Differences) -> None:
    """DisagreementError where some output differs by more than the limits; names each."""
    faults = [
        f"{name}: {kind} differs by {value:.1e}, more than {limit:.0e}"
        for name, difference in found.items()
        for kind, value, limit in zip(Differences._fields, difference, limits, strict=True)
        if not value <= limit
    ]
    if faults:
        raise DisagreementError(
            "bench/c/month.c no longer computes what the kernel computes; bring it up to src/ripeness/world:\n"
            + "\n".join(faults)
        )
