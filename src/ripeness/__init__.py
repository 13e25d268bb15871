"""What would each side accept, and when, if this pressure and these talks happened in this order?

Every command is a function here: `ripeness.compare()` answers what `ripeness compare` does. Importing the
package loads nothing heavy; each function loads what it needs when it is called.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ripeness.api import (
        backcast,
        bench,
        cases,
        check,
        claims,
        compare,
        experiments,
        link,
        new,
        report,
        run,
        schema,
        search,
        sensitivity,
        talks,
        verify,
    )

__all__ = [
    "backcast",
    "bench",
    "cases",
    "check",
    "claims",
    "compare",
    "discover",
    "experiments",
    "fit",
    "gradient",
    "link",
    "new",
    "report",
    "run",
    "schema",
    "search",
    "sensitivity",
    "talks",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from ripeness import api

        return getattr(api, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("ripeness")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Front(ModuleType):
    """Keeps the names of commands for the functions: importing the room `fit` must not hide `ripeness.fit()`."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Front
