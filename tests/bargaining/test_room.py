"""Compiling stays in two files, and neither is loaded before something is solved."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import ripeness.bargaining

ROOM = Path(ripeness.bargaining.__file__).parent
COMPILING = {"kernel.py", "vectors.py"}


def test_numba_is_imported_by_the_kernel_alone():
    importing = re.compile(r"^\s*(import|from) (numba|llvmlite)\b", re.MULTILINE)
    assert {path.name for path in ROOM.glob("*.py") if importing.search(path.read_text())} == COMPILING


def test_importing_the_room_loads_no_compiler():
    code = "import sys, ripeness.bargaining; print('numba' in sys.modules, 'scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
