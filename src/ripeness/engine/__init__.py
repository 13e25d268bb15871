"""Three engines for one monthly step: NumPy reference, generated kernel, and JAX.

`reference`, `kernel`, `gradient` and `jax_engine` are loaded when they are first used, so that importing this
package loads neither Numba nor JAX.
"""

from __future__ import annotations

import importlib
from typing import Any

from ripeness.engine.arrays import FUNCTIONS
from ripeness.engine.program import (
    BLOCK,
    Inputs,
    Program,
    Result,
    checked,
    merge_sums,
    require_finite,
)

__all__ = [
    "BLOCK",
    "FUNCTIONS",
    "Inputs",
    "Program",
    "Result",
    "TraceError",
    "checked",
    "gradient",
    "jax_engine",
    "kernel",
    "merge_sums",
    "reference",
    "require_finite",
    "run",
    "trace",
]

_LATER = ("gradient", "jax_engine", "kernel", "reference", "tracer")
_FROM_TRACER = ("TraceError", "trace")


def run(
    program: Program, inputs: Inputs, keep_paths: int = 0, backend: str = "kernel", dtype: str | None = None
) -> Result:
    """Run a program: `kernel` (float32 unless said), `reference` (float64 only) or `jax` (float32 unless said).

    `keep_paths` is the number of members, from the first, whose outputs of every month are kept.

    Raises:
        ValueError: backend or dtype are unknown, or the inputs do not fit the program.
        TraceError: the step uses something outside its language (kernel only).
        ModuleNotFoundError: the backend is not installed; JAX comes with the extra `grad`.
    """
    if backend == "reference":
        if dtype not in (None, "float64"):
            raise ValueError(f"dtype is {dtype!r}; the reference engine computes in float64 only")
        result: Result = _room("reference").run(program, inputs, keep_paths)
    elif backend in ("kernel", "jax"):
        engine = _room("kernel" if backend == "kernel" else "jax_engine")
        result = engine.run(program, inputs, keep_paths, dtype or "float32")
    else:
        raise ValueError(f"backend is {backend!r}; choose 'kernel', 'reference' or 'jax'")
    return result


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return _room(name)
    if name in _FROM_TRACER:
        return getattr(_room("tracer"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _room(name: str) -> Any:
    return importlib.import_module(f"{__name__}.{name}")
