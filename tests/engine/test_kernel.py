"""The kernel: the same bits however a run is cut, no needless compilation, exact elementary functions."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ripeness.engine import Inputs, Program, kernel, merge_sums, require_finite


def members(inputs: Inputs, start: int, stop: int) -> Inputs:
    return dataclasses.replace(
        inputs, params=inputs.params[:, start:stop], state=inputs.state[:, start:stop], first_member=start
    )


@pytest.mark.parametrize("dtype", kernel.DTYPES)
@pytest.mark.parametrize("size", [256, 512, 1280])
def test_chunks_and_threads_change_no_bit(
    dtype: str, size: int, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs = make_inputs(members=1500)
    whole = kernel.run(world, inputs, 1500, dtype)
    chunks = [members(inputs, i, min(i + size, 1500)) for i in range(0, 1500, size)]
    with ThreadPoolExecutor(2) as threads:
        parts = list(threads.map(lambda chunk: kernel.run(world, chunk, size, dtype), chunks))
    for name in ("finals", "paths", "state"):
        joined = np.concatenate([getattr(part, name) for part in parts], axis=-1)
        np.testing.assert_array_equal(joined, getattr(whole, name))
    for merged, one in zip(merge_sums(parts), merge_sums([whole]), strict=True):
        np.testing.assert_array_equal(merged, one)
    np.testing.assert_array_equal(merge_sums([whole])[0], whole.sums)


@pytest.mark.parametrize("dtype", kernel.DTYPES)
def test_the_other_policies_change_no_bit(
    dtype: str, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    inputs = make_inputs(members=300, policies=5)
    together = kernel.run(world, inputs, 300, dtype)
    for chosen in ([0], [0, 3], [0, 4, 2, 1]):
        some = kernel.run(world, dataclasses.replace(inputs, policies=inputs.policies[chosen]), 300, dtype)
        for name in ("finals", "paths", "state", "sums", "sums_sq"):
            np.testing.assert_array_equal(getattr(some, name), getattr(together, name)[chosen])


def test_one_member_alone_is_the_same_member(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    inputs = make_inputs(members=700)
    whole = kernel.run(world, inputs)
    alone = kernel.run(world, members(inputs, 512, 513))
    np.testing.assert_array_equal(alone.finals[..., 0], whole.finals[..., 512])


def test_nothing_but_another_step_or_dtype_compiles(
    world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    kernel.run(world, make_inputs())
    before = kernel.compilations()
    for options in (
        {"members": 1},
        {"members": 999, "months": 30, "policies": 7},
        {"seed": 99, "stream": 3, "first_member": 2560, "first_month": 17},
    ):
        inputs = make_inputs(**options)
        kernel.run(world, inputs, keep_paths=3)
        kernel.run(world, dataclasses.replace(inputs, policies=inputs.policies * 1.1))
    assert kernel.compilations() == before
    assert kernel.is_cached(world)


def test_another_step_compiles_once(
    with_price: Callable[..., Program], make_inputs: Callable[..., Inputs]
) -> None:
    program = with_price(lambda s, p, k, m, e, xp: s.fund * 0.123)
    before = kernel.compilations()
    assert not kernel.is_cached(program)
    for _ in range(2):
        kernel.run(program, make_inputs(members=2))
    assert kernel.compilations() == before + 1
    assert kernel.is_cached(program)
    assert not kernel.is_cached(program, "float64")


@pytest.mark.slow
def test_another_process_reads_the_cache(world: Program, make_inputs: Callable[..., Inputs]) -> None:
    kernel.run(world, make_inputs(members=2))
    code = (
        f"import runpy; WORLD = runpy.run_path({str(Path(__file__).with_name('conftest.py'))!r})['WORLD']\n"
        "from ripeness.engine import kernel\n"
        "assert kernel.is_cached(WORLD); kernel.prepare(WORLD); print(kernel.compilations())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_a_folder_that_cannot_be_written_does_not_stop_a_run(
    with_price: Callable[..., Program],
    make_inputs: Callable[..., Inputs],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("RIPENESS_CACHE", str(tmp_path / "file"))
    inputs = make_inputs(members=2)
    result = kernel.run(with_price(lambda s, p, k, m, e, xp: s.fund * 0.321), inputs)
    np.testing.assert_allclose(result.finals[0, 0], inputs.state[13] * 0.321, rtol=1e-6)


def functions_step(
    state: Any, params: Any, policy: Any, month: Any, shocks: Any, xp: Any
) -> tuple[Any, Any, Any]:
    """The first six rows of the state go through one function each."""
    s = state
    values = {
        "price": xp.exp(s.log_price),
        "volume": xp.stack(
            [xp.log(s.volume[0]), xp.sqrt(s.volume[1]), xp.tanh(s.volume[2]), xp.maximum(s.volume[3], s.fund)]
        ),
        "fund": xp.minimum(s.volume[3], s.fund),
        "idle": xp.maximum(s.fund, 0.25) + xp.minimum(1.5, s.fund),
        "fired": xp.abs(s.fund),
        "log_likelihood": xp.where(s.fund <= s.volume[3], 1.0, 2.0),
    }
    return state, values, shocks


@pytest.mark.parametrize(("dtype", "ulp"), [("float64", 4), ("float32", 4)])
def test_elementary_functions_are_exact_to_a_few_units_in_the_last_place(
    dtype: str, ulp: int, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    def step(*args: Any) -> tuple[Any, Any, Any]:
        state, values, shocks = functions_step(*args)
        return state, world.outputs.record(**values), shocks

    n = 20_000
    rng = np.random.default_rng(1)
    state = np.zeros((world.state.size, n))
    limit = 80.0 if dtype == "float32" else 700.0
    state[0] = rng.uniform(-limit, limit, n)
    state[1] = np.exp(rng.uniform(-limit, limit, n))
    state[1, : n // 2] = rng.uniform(0.5, 2.0, n // 2)
    state[2] = np.exp(rng.uniform(-80, 80, n))
    state[3] = rng.normal(size=n) * np.exp(rng.uniform(-20, 4, n))
    state[4], state[13] = rng.normal(size=(2, n))
    # Edges: overflow, zeros, negative arguments, infinities.
    state[0, :4] = 1000, -1000, np.inf, -np.inf
    state[1, :4] = 0, -1, np.inf, 1
    state[2, :3] = 0, -1, np.inf
    state[3, :4] = 0, 1000, np.inf, -np.inf
    state = state.astype(dtype).astype(np.float64)
    inputs = dataclasses.replace(
        make_inputs(members=n, policies=1, months=1), state=state, params=np.ones((world.params.size, n))
    )
    found = kernel.run(dataclasses.replace(world, name="functions", step=step), inputs, dtype=dtype).finals[0]
    with np.errstate(all="ignore"):
        expected = {
            0: np.exp(state[0]),
            1: np.log(state[1]),
            2: np.sqrt(state[2]),
            3: np.tanh(state[3]),
            4: np.maximum(state[4], state[13]),
            5: np.minimum(state[4], state[13]),
            6: np.maximum(state[13], 0.25) + np.minimum(1.5, state[13]),
            7: np.abs(state[13]),
            8: np.where(state[13] <= state[4], 1.0, 2.0),
        }
    eps = np.finfo(dtype).eps
    for row, value in expected.items():
        tiny = np.exp(-87.0) if dtype == "float32" else np.exp(-708.0)
        with np.errstate(over="ignore"):
            np.testing.assert_allclose(
                found[row], value.astype(dtype), rtol=ulp * eps, atol=1.01 * tiny, err_msg=str(row)
            )


@pytest.mark.parametrize("dtype", kernel.DTYPES)
def test_nan_is_never_hidden(
    dtype: str, with_price: Callable[..., Program], make_inputs: Callable[..., Inputs]
) -> None:
    """sqrt(-1) goes through minimum, maximum, exp, log, tanh and 0 * x, and still shows."""

    def price(s: Any, p: Any, k: Any, m: Any, e: Any, xp: Any) -> Any:
        bad = xp.sqrt(-xp.abs(s.fund) - 1.0)
        low = xp.minimum(xp.maximum(bad, 0.0), 1.0)
        high = xp.maximum(k.pressure, xp.minimum(s.fund, bad)) + xp.maximum(bad, s.fund)
        return 0.0 * (xp.exp(low) + xp.log(high) + xp.tanh(low))

    program, inputs = with_price(price), make_inputs(members=3, months=2)
    result = kernel.run(program, inputs, dtype=dtype)
    assert np.isnan(result.finals[:, 0]).all()
    with pytest.raises(FloatingPointError, match="month 0: price"):
        require_finite(program, inputs, result)
