"""A program to run, and copies of the toy case that may be spoilt."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ripeness.case import locate
from ripeness.cli import app


@pytest.fixture
def program() -> Callable[..., Any]:
    """Call the program with words; the result has stdout, stderr and exit_code."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def case_copy(tmp_path: Path) -> Path:
    """A sound case of its own, named `spoilt`."""
    folder = tmp_path / "spoilt"
    shutil.copytree(locate("two_states"), folder)
    about = folder / "case.yaml"
    about.write_text(about.read_text().replace("case: two_states", "case: spoilt", 1))
    return folder
