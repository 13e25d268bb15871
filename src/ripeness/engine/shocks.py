"""Counter-based standard normals, the same bits in every engine.

A shock is a pure function of (seed, stream, member, month, shock index): Threefry2x32 with 20 rounds
(Salmon, Moraes, Dror and Shaw 2011), key (seed, stream), counter (member, month << 16 | shock index).
The first word becomes a standard normal by the inverse distribution function, with Giles's
single-precision inverse error function (GPU Computing Gems, 2010), always in float32. No chunk, thread,
policy or other shock changes it.

The functions are written against an array namespace (NumPy or `jax.numpy`). `guard` is put around every
product: a compiler that would fuse it with the following sum into one rounding must be kept from it
there, or the last bit differs between engines. `lowering.py` holds the same formulas for the kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ripeness.flow import Array

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
"""Rotations of the rounds of Threefry2x32, four by four."""

PARITY = 0x1BD11BDA
"""Constant that the third key word contains (Skein)."""

LOG_POLYNOMIAL = (
    7.0376836292e-2,
    -1.1514610310e-1,
    1.1676998740e-1,
    -1.2420140846e-1,
    1.4249322787e-1,
    -1.6668057665e-1,
    2.0000714765e-1,
    -2.4999993993e-1,
    3.3333331174e-1,
)
"""Cephes `logf`, highest power first."""

LOG_2_HIGH, LOG_2_LOW = 0.693359375, -2.12194440e-4
"""log(2) in two parts, the first exact in few bits (Cephes)."""

ROOT_HALF_BITS = 0x3F3504F3
"""Bits of sqrt(1/2) in float32."""

CENTRE = (
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    0.00021858087,
    -0.00125372503,
    -0.00417768164,
    0.246640727,
    1.50140941,
)
TAIL = (
    -0.000200214257,
    0.000100950558,
    0.00134934322,
    -0.00367342844,
    0.00573950773,
    -0.0076224613,
    0.00943887047,
    1.00167406,
    2.83297682,
)
"""Giles's polynomials for the inverse error function, highest power first."""

ROOT_2 = 1.4142135623730951

Guard = Callable[[Array], Array]


def _as_is(value: Array) -> Array:
    return value


def threefry(key: tuple[Array, Array], counter: tuple[Array, Array], xp: Any) -> tuple[Array, Array]:
    """Two random words from two key words and two counter words, all uint32 arrays."""

    def word(value: int) -> Array:
        return xp.asarray([value], dtype=xp.uint32)

    keys = (key[0], key[1], key[0] ^ key[1] ^ word(PARITY))
    x, y = counter[0] + keys[0], counter[1] + keys[1]
    for group in range(5):
        for turn in ROTATIONS[group % 2]:
            x = x + y
            y = (y << word(turn)) | (y >> word(32 - turn))
            y = y ^ x
        x = x + keys[(group + 1) % 3]
        y = y + keys[(group + 2) % 3] + word(group + 1)
    return x, y


def normal(words: Array, xp: Any, guard: Guard = _as_is) -> Array:
    """Standard normals in float32 from uint32 words, rising with the word, within 5.3 of zero."""
    one = np.float32(1)
    steps = (words >> xp.asarray([9], dtype=xp.uint32)).astype(xp.int32) - xp.asarray(
        [1 << 22], dtype=xp.int32
    )
    x = guard(steps.astype(xp.float32) * np.float32(2.0**-22)) + np.float32(2.0**-23)
    w = -_log(guard((one - x) * (one + x)), xp, guard)
    centre = _polynomial(CENTRE, w - np.float32(2.5), guard)
    tail = _polynomial(TAIL, xp.sqrt(xp.maximum(w, np.float32(0))) - np.float32(3), guard)
    return guard(xp.where(w < np.float32(5), centre, tail) * x) * np.float32(ROOT_2)


def draw(
    key: tuple[Array, Array], members: Array, month: Array, count: int, xp: Any, guard: Guard = _as_is
) -> Array:
    """Shocks (count, N) in float32 of one month.

    `key` = (seed, stream) and `month` are uint32 arrays of length 1, `members` (N,) uint32 ids.
    """
    index = xp.arange(count, dtype=xp.uint32)[:, None]
    second = (month << xp.asarray([16], dtype=xp.uint32)) | index
    ids = xp.broadcast_to(members, (count, members.shape[0]))
    words, _ = threefry(key, (ids, xp.broadcast_to(second, ids.shape)), xp)
    return normal(words, xp, guard)


def _polynomial(coefficients: tuple[float, ...], x: Array, guard: Guard) -> Array:
    value = np.float32(coefficients[0])
    for coefficient in coefficients[1:]:
        value = guard(value * x) + np.float32(coefficient)
    return value


def _log(x: Array, xp: Any, guard: Guard) -> Array:
    """Natural logarithm of positive normal float32 numbers (Cephes), of fixed operations in fixed order."""
    bits = x.view(xp.int32)
    exponent = (bits - xp.asarray([ROOT_HALF_BITS], dtype=xp.int32)) >> xp.asarray([23], dtype=xp.int32)
    m = (bits - (exponent << xp.asarray([23], dtype=xp.int32))).view(xp.float32) - np.float32(1)
    square = guard(m * m)
    power = exponent.astype(xp.float32)
    bend = guard(guard(m * square) * _polynomial(LOG_POLYNOMIAL, m, guard))
    bend = bend + guard(power * np.float32(LOG_2_LOW))
    bend = bend - guard(square * np.float32(0.5))
    return (m + bend) + guard(power * np.float32(LOG_2_HIGH))


def draw_uniforms(key: tuple[Array, Array], members: Array, month: Array, count: int, xp: Any) -> Array:
    """Uniform numbers (count, N) in float32, strictly inside (0, 1); counters as in `draw`."""
    index = xp.arange(count, dtype=xp.uint32)[:, None]
    second = (month << xp.asarray([16], dtype=xp.uint32)) | index
    ids = xp.broadcast_to(members, (count, members.shape[0]))
    words, _ = threefry(key, (ids, xp.broadcast_to(second, ids.shape)), xp)
    return ((words >> xp.asarray([9], dtype=xp.uint32)).astype(xp.float32) + np.float32(0.5)) * np.float32(
        2.0**-23
    )
