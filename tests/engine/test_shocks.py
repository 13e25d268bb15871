"""Shocks: published test vectors, moments, and the same bits wherever they are drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.engine.program import Inputs, Program
from ripeness.engine.reference import shocks_of
from ripeness.engine.shocks import draw, normal, threefry

WORDS = st.integers(0, 2**32 - 1)


def word(value: int) -> np.ndarray:
    return np.array([value], np.uint32)


@pytest.mark.parametrize(
    ("key", "counter", "expected"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_published_vectors_of_threefry_2x32_20(
    key: tuple[int, int], counter: tuple[int, int], expected: tuple[int, int]
) -> None:
    """Random123, file kat_vectors."""
    x, y = threefry((word(key[0]), word(key[1])), (word(counter[0]), word(counter[1])), np)
    assert (int(x[0]), int(y[0])) == expected


@given(WORDS, WORDS)
def test_normals_rise_with_the_word_and_stay_in_range(first: int, second: int) -> None:
    low, high = normal(np.array(sorted([first, second]), np.uint32), np)
    assert low <= high
    assert abs(low) < 5.4
    assert abs(high) < 5.4


def test_normals_follow_the_inverse_distribution_function() -> None:
    from scipy.stats import norm

    words = np.linspace(0, 2**32 - 1, 40_001).astype(np.uint32)
    share = (words >> 9) * 2.0**-23 + 2.0**-24
    np.testing.assert_allclose(normal(words, np), norm.ppf(share), rtol=2e-6, atol=5e-7)


def test_moments_over_members_months_and_shocks() -> None:
    members = np.arange(20_000, dtype=np.uint32)
    draws = np.array(
        [draw((word(3), word(0)), members, word(month), 5, np) for month in range(10)], np.float64
    )
    n = draws.size
    assert abs(draws.mean()) < 4 / np.sqrt(n)
    assert abs(draws.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs((draws**3).mean()) < 4 * np.sqrt(15 / n)
    assert abs((draws**4).mean() - 3) < 4 * np.sqrt(96 / n)
    correlation = np.corrcoef(draws.transpose(1, 0, 2).reshape(5, -1)) - np.eye(5)
    assert np.abs(correlation).max() < 4 / np.sqrt(200_000)
    assert abs(np.corrcoef(draws[:-1].ravel(), draws[1:].ravel())[0, 1]) < 4 / np.sqrt(n)


def test_a_shock_depends_on_seed_stream_member_month_and_index_only() -> None:
    members = np.arange(300, dtype=np.uint32)
    all_of_them = draw((word(1), word(0)), members, word(4), 6, np)
    np.testing.assert_array_equal(
        draw((word(1), word(0)), members[17:40], word(4), 3, np), all_of_them[:3, 17:40]
    )
    for key, month in (((2, 0), 4), ((1, 1), 4), ((1, 0), 5)):
        assert not np.any(draw((word(key[0]), word(key[1])), members, word(month), 6, np) == all_of_them)


@pytest.mark.parametrize("backend", ["kernel64", "kernel32", "jax64", "jax32"])
def test_every_engine_draws_the_same_bits(
    backend: str, world: Program, make_inputs: Callable[..., Inputs]
) -> None:
    """A world that reports its shocks; the last block is padded, the branch starts in month 3."""

    def step(state: Any, params: Any, policy: Any, month: Any, shocks: Any, xp: Any) -> tuple[Any, Any, Any]:
        outputs = world.outputs.record(shocks.price, state.volume, shocks.volume, shocks.fund, 0.0, 0.0)
        return state, outputs, shocks

    echo = dataclasses.replace(world, name="echo", step=step)
    inputs = make_inputs(
        members=300, policies=1, months=2, seed=2**32 - 1, stream=7, first_member=512, first_month=3
    )
    if backend.startswith("jax"):
        pytest.importorskip("jax")
        from ripeness.engine import jax_engine as engine
    else:
        from ripeness.engine import kernel as engine  # type: ignore[no-redef]
    result = engine.run(echo, inputs, 300, dtype="float64" if backend.endswith("64") else "float32")
    for month in range(2):
        np.testing.assert_array_equal(
            result.paths[0, month, [0, 5, 6]].astype(np.float32), shocks_of(world, inputs, month)
        )
