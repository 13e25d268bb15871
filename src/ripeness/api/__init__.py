"""The one front door: every command as a function, and the same result object for terminal, notebook and page.

Nothing heavy is loaded before a function is called.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ripeness.api.backcasting import backcast
    from ripeness.api.case_library import cases, check, faults_document, new, schema
    from ripeness.api.claim_tests import claims
    from ripeness.api.comparison import Comparison, compare, run
    from ripeness.api.discovering import discover
    from ripeness.api.influence import sensitivity
    from ripeness.api.judging import bench, fit, verify
    from ripeness.api.lever_gradient import gradient
    from ripeness.api.linking import link
    from ripeness.api.natural_experiments import experiments
    from ripeness.api.progress import Progress, Silent
    from ripeness.api.reporting import Report, report
    from ripeness.api.results import Answer, Result, shown_rows
    from ripeness.api.searching import search
    from ripeness.api.talks_measured import talks

COMMANDS = (
    "cases",
    "new",
    "check",
    "schema",
    "run",
    "compare",
    "backcast",
    "experiments",
    "discover",
    "talks",
    "claims",
    "report",
    "link",
    "fit",
    "sensitivity",
    "search",
    "gradient",
    "verify",
    "bench",
)
"""Functions that mirror the commands one for one."""

_HOME = {
    **dict.fromkeys(("cases", "check", "faults_document", "new", "schema"), "case_library"),
    **dict.fromkeys(("Comparison", "compare", "run"), "comparison"),
    "backcast": "backcasting",
    "claims": "claim_tests",
    "discover": "discovering",
    "experiments": "natural_experiments",
    "gradient": "lever_gradient",
    **dict.fromkeys(("bench", "fit", "verify"), "judging"),
    "link": "linking",
    "search": "searching",
    **dict.fromkeys(("Report", "report"), "reporting"),
    "sensitivity": "influence",
    **dict.fromkeys(("Progress", "Silent"), "progress"),
    **dict.fromkeys(("Answer", "Result", "shown_rows"), "results"),
    "talks": "talks_measured",
}

__all__ = [
    "COMMANDS",
    "Answer",
    "Comparison",
    "Progress",
    "Report",
    "Result",
    "Silent",
    "backcast",
    "bench",
    "cases",
    "check",
    "claims",
    "compare",
    "discover",
    "experiments",
    "faults_document",
    "fit",
    "gradient",
    "link",
    "new",
    "report",
    "run",
    "schema",
    "search",
    "sensitivity",
    "shown_rows",
    "talks",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
