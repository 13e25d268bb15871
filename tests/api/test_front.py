"""The front door: names, laziness, and that a room does not hide the function of its name."""

from __future__ import annotations

import subprocess
import sys

import ripeness
import ripeness.fit.posterior  # the room; the function must survive it
from ripeness import api


def test_every_command_is_a_function_of_the_package() -> None:
    assert set(ripeness.__all__) == set(api.COMMANDS)
    for name in api.COMMANDS:
        assert callable(getattr(ripeness, name)), name
        assert getattr(ripeness, name).__doc__


def test_the_room_fit_does_not_hide_the_function_fit() -> None:
    assert ripeness.fit is api.fit
    assert sys.modules["ripeness.fit"].posterior is not None


def test_no_command_is_loaded_before_it_is_called() -> None:
    code = (
        "import sys, ripeness; ripeness.__version__; "
        "print([n for n in ('numpy', 'numba', 'scipy', 'xarray', 'pandas', 'matplotlib') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_comparing_loads_neither_pandas_nor_matplotlib_nor_jax() -> None:
    code = (
        "import sys, ripeness; ripeness.compare('two_states', 'ratchet', members=20, prior=True).to_json(); "
        "print([n for n in ('xarray', 'pandas', 'matplotlib', 'jax') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""
