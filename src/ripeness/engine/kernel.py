"""The default engine: a vector kernel generated from the step, compiled once a program and dtype.

The kernel takes any number of members, months and policies, any dates, levers, seeds and offsets without
being compiled again: only another step (or another Numba or processor) needs another kernel. It is kept
in the folder `RIPENESS_CACHE`, else `XDG_CACHE_HOME/ripeness`, else `~/.cache/ripeness`, under a hash of
all that it was made from, and nothing breaks if that folder is deleted.

Members are computed in blocks of 256, each of them the same way in every lane, so results do not depend
on the chunk, the thread or the other policies. `run` holds no lock while it computes: call it from
several threads on disjoint chunks.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import inspect
import os
import re
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import llvmlite.binding
import numba
import numpy as np
from numpy.typing import NDArray

from ripeness.engine import driver, lowering, shocks
from ripeness.engine.lowering import Shape
from ripeness.engine.program import Inputs, Program, Result, checked, settled
from ripeness.engine.tracer import trace

DTYPES = ("float32", "float64")

_compiled = 0
lock = threading.Lock()
"""Held while a kernel is compiled or read."""

tables_lock = threading.Lock()
"""Held while a table is made, so that threads on chunks of one run make it once."""

Floats = NDArray[np.float64]


def run(program: Program, inputs: Inputs, keep_paths: int = 0, dtype: str = "float32") -> Result:
    """Run all members, policies and months; `keep_paths` is the number of members whose paths are kept.

    Raises:
        ValueError: the inputs do not fit the program, or the dtype is unknown.
        TraceError: the step uses something outside its language.
    """
    given = checked(program, inputs)
    run_blocks = prepare(program, dtype).run_blocks
    members, (n_policies, n_months) = given.members, given.policies.shape[:2]
    outputs = program.outputs.size
    table = np.zeros((n_policies, n_months, _shape(program, dtype).table), dtype)
    for which, later in ((slice(0, 1), False), (slice(1, None), True)):
        columns = _uniforms(program, later, given.policies[which], given.months)
        table[which, :, : columns.shape[-1]] = columns
    finals = np.empty((n_policies, outputs, members), dtype)
    paths = np.empty((n_policies, n_months, outputs, min(keep_paths, members)), dtype)
    state = np.empty((n_policies, program.state.size, members), dtype)
    totals = np.zeros((4, n_policies, n_months, outputs))
    run_blocks(
        given.params,
        given.state if given.state.ndim == 3 else given.state[None],
        table,
        np.array([given.seed, given.stream, given.first_member, given.first_month], np.int64),
        finals,
        paths,
        state,
        totals,
    )
    sums, sums_tail = settled(totals[0], totals[1])
    squares, squares_tail = settled(totals[2], totals[3])
    return Result(finals, paths, sums, squares, sums_tail, squares_tail, state)


def _uniforms(program: Program, later: bool, policies: Floats, months: Floats) -> Floats:
    """The table of policies in months; kept, as chunks of one run and runs beside one reference ask for the same."""
    with tables_lock:
        return _kept_uniforms(
            program, later, policies.shape, months.shape, policies.tobytes(), months.tobytes()
        )


@functools.lru_cache(maxsize=8)
def _kept_uniforms(
    program: Program,
    later: bool,
    policies_shape: tuple[int, ...],
    months_shape: tuple[int, ...],
    policies: bytes,
    months: bytes,
) -> Floats:
    rows = np.frombuffer(policies).reshape(policies_shape)
    found = trace(program, later).uniforms(rows, np.frombuffer(months).reshape(months_shape))
    found.flags.writeable = False
    return found


def prepare(program: Program, dtype: str = "float32") -> ModuleType:
    """Load the kernel of a program, compiling it if this machine has not yet; safe to call from a thread.

    Raises:
        ValueError: the dtype is unknown.
        TraceError: the step uses something outside its language.
    """
    with lock:
        return _prepared(program, dtype)


def is_cached(program: Program, dtype: str = "float32") -> bool:
    """True if `prepare` need not compile."""
    return is_kept(_path(program, dtype))


def is_kept(path: Path) -> bool:
    """True if the kernel of a file has been compiled."""
    elsewhere = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(elsewhere) if elsewhere else path.parent / "__pycache__"
    return any(folder.rglob(f"{path.stem}.*.nbc"))


def compilations() -> int:
    """Kernels that this process compiled; those read from the cache do not count."""
    return _compiled


def cache_folder() -> Path:
    """Where kernels are kept."""
    chosen = os.environ.get("RIPENESS_CACHE")
    if chosen:
        return Path(chosen) / "kernels"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ripeness" / "kernels"


@functools.lru_cache(maxsize=32)
def _prepared(program: Program, dtype: str) -> ModuleType:
    return loaded(_path(program, dtype), _source(program, dtype))


def loaded(path: Path, source: str) -> ModuleType:
    """Module of a kernel from its source, compiled unless this machine has kept it."""
    global _compiled
    try:
        _write_once(path, source)
    except OSError:  # a folder that cannot be written costs a compilation, not the run
        path = Path(tempfile.mkdtemp(prefix="ripeness-")) / path.name
        _write_once(path, source)
    module = _load(path)
    _compiled += sum(module.run_blocks.stats.cache_misses.values())
    return module


def _shape(program: Program, dtype: str) -> Shape:
    if dtype not in DTYPES:
        raise ValueError(f"dtype is {dtype!r}; the kernel computes in {' or '.join(DTYPES)}")
    return Shape(
        dtype,
        program.state.size,
        program.params.size,
        program.shocks.size,
        program.outputs.size,
        max(1, *(len(trace(program, later).table) for later in (False, True))),
    )


@functools.lru_cache(maxsize=32)
def _source(program: Program, dtype: str) -> str:
    """Text of the kernel's module: the listings, and the driver that Numba compiles around them."""
    return driver.TEMPLATE.format(
        name=program.name,
        dtype=dtype,
        shape=_shape(program, dtype),
        copies=driver.COPIES,
        first_listing=trace(program).listing(),
        later_listing=trace(program, later=True).listing(),
    )


def _path(program: Program, dtype: str) -> Path:
    return path_of(program.name, dtype, _source(program, dtype), (lowering, shocks, driver))


def path_of(name: str, dtype: str, source: str, made_by: Sequence[ModuleType]) -> Path:
    """File of a kernel, named by all that it depends on: its source and the modules that turn it into code."""
    parts = (
        source,
        *(inspect.getsource(module) for module in made_by),
        numba.__version__,
        llvmlite.__version__,
        np.__version__,
        llvmlite.binding.get_host_cpu_name(),
        llvmlite.binding.get_host_cpu_features().flatten(),
    )
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    return cache_folder() / f"{re.sub(r'[^A-Za-z0-9]', '_', name)}_{dtype}_{digest}.py"


def _write_once(path: Path, text: str) -> None:
    """Write a file that other processes may write too; an existing one stays, for its time is part of Numba's key."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    os.replace(temporary, path)


def _load(path: Path) -> Any:
    """Import the module at `path`, which compiles its kernel or reads it from Numba's cache."""
    name = f"ripeness_kernel_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path}: not a Python module; delete it")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
