"""Inputs that do not fit are refused with the row, the member and the month."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ripeness import engine
from ripeness.engine import Inputs, Program, Result, checked, merge_sums, require_finite


def changed(inputs: Inputs, name: str, place: tuple[int, ...], value: float) -> Inputs:
    array = getattr(inputs, name).copy()
    array[place] = value
    return dataclasses.replace(inputs, **{name: array})


@pytest.mark.parametrize(
    ("name", "place", "said"),
    [
        ("params", (2, 5), r"params: risk\[2\] is NaN at member 5"),
        ("state", (5, 9), r"state: stock\[0,0\] is NaN at member 9"),
        ("policies", (1, 3, 5), r"policies: threshold is NaN at policy 1, month 3"),
        ("months", (4, 2), r"months: observed is NaN at month 4"),
    ],
)
def test_nan_is_named(
    name: str, place: tuple[int, ...], said: str, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    with pytest.raises(ValueError, match=said):
        checked(world, changed(make_inputs(members=20), name, place, np.nan))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"params": np.zeros((3, 20))}, r"params has shape \(3, 20\); expected \(6, N >= 1\)"),
        ({"state": np.zeros((18, 19))}, r"state has shape \(18, 19\); expected \(18, 20\)"),
        ({"months": np.zeros((14, 4))}, r"months has shape \(14, 4\); expected \(T, 5\)"),
        ({"policies": np.zeros((3, 9, 7))}, r"policies has shape \(3, 9, 7\); expected \(NP, 14, 7\)"),
        ({"seed": -1}, "seed is -1"),
        ({"stream": 2**32}, "stream is 4294967296"),
        ({"first_member": 100}, "multiples of 256"),
        ({"first_member": 2**32}, "beyond"),
        ({"first_month": 65530}, "do not fit"),
    ],
)
def test_misfits_are_named(
    change: dict[str, Any], said: str, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    with pytest.raises(ValueError, match=said):
        checked(world, dataclasses.replace(make_inputs(members=20), **change))


def test_no_policy_but_the_first_may_be_the_reference(
    world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    place = (2, 3, world.policy["is_reference"].start)
    with pytest.raises(ValueError, match="is_reference is 1 for policy 2 in month 3"):
        checked(world, changed(make_inputs(), "policies", place, 1.0))


def test_backends_and_dtypes_are_checked(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    inputs = make_inputs(members=3, months=2)
    with pytest.raises(ValueError, match="backend is 'c'"):
        engine.run(world, inputs, backend="c")
    with pytest.raises(ValueError, match="float64 only"):
        engine.run(world, inputs, backend="reference", dtype="float32")
    with pytest.raises(ValueError, match="'float16'"):
        engine.run(world, inputs, dtype="float16")


def test_a_run_that_leaves_the_numbers_is_named(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    inputs = make_inputs(members=30, months=4)
    require_finite(world, inputs, engine.run(world, inputs, backend="reference"))
    broken = changed(inputs, "state", (13, 2), np.inf)
    with pytest.raises(FloatingPointError, match="policy 0 leaves the numbers in month 0: fund"):
        require_finite(world, broken, engine.run(world, broken, backend="reference"))


def test_merged_sums_do_not_depend_on_the_cuts() -> None:
    rng = np.random.default_rng(0)
    terms = rng.normal(size=(64, 1, 1, 3)) * 10.0 ** rng.integers(-6, 7, (64, 1, 1, 3))
    none = np.zeros((1, 1, 3))

    def chunk(part: np.ndarray) -> Result:
        head, tail = none, none
        for term in part:
            head, tail = engine.program.add_exactly(head, tail, term)
        head, tail = engine.program.settled(head, tail)
        return Result(none, none, head, head, tail, tail, none)

    whole = merge_sums([chunk(terms)])
    for size in (1, 3, 7, 20):
        parts = merge_sums([chunk(terms[i : i + size]) for i in range(0, 64, size)])
        np.testing.assert_array_equal(parts[0], whole[0])


def test_importing_the_room_loads_no_engine() -> None:
    code = "import sys, ripeness.engine; print([m for m in ('numba', 'jax', 'llvmlite') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
