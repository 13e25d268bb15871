"""Vectors of one cache line as a Numba type, so that the kernel says what runs in lanes and leaves it to no compiler.

A `Vector` is 16 numbers of float32 or 8 of float64, whatever the processor has: LLVM splits it where registers
are shorter. `+ - * /` take vectors and numbers. A product and a following sum may be fused into one
rounding, nothing else is relaxed.
"""

from __future__ import annotations

import math
import operator
import os
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic as _intrinsic
from numba.extending import models, overload, register_model

intrinsic: Any = _intrinsic  # its own annotation is that of the function before it is decorated

FUSED = ("contract",)

LOGISTIC_LIMIT = 40.0
"""Arguments of `logistic` are kept this close to 0."""

EXP_32 = (
    1.9875691500e-4,
    1.3981999507e-3,
    8.3334519073e-3,
    4.1665795894e-2,
    1.6666665459e-1,
    5.0000001201e-1,
)
"""Cephes `expf`, of (exp(r) - 1 - r) / r^2."""

EXP_64 = tuple(1.0 / math.factorial(k) for k in range(14, 1, -1))
"""Taylor series of the same on |r| <= log(2) / 2; the rest is below 1e-17."""


class Vector(types.Type):
    """Numba type of a cache line of numbers."""

    def __init__(self, double: bool) -> None:
        self.double = double
        super().__init__(name=f"Vector(double={double})")

    @property
    def lanes(self) -> int:
        """Numbers in it."""
        return 8 if self.double else 16

    @property
    def element(self) -> Any:
        """Numba type of one number."""
        return types.float64 if self.double else types.float32

    @property
    def llvm(self) -> ir.VectorType:
        """Its LLVM type."""
        return ir.VectorType(ir.DoubleType() if self.double else ir.FloatType(), self.lanes)

    def constant(self, value: float) -> ir.Constant:
        """The LLVM constant with a number in every lane."""
        return ir.Constant(self.llvm, [ir.Constant(self.llvm.element, value)] * self.lanes)


@register_model(Vector)
class VectorModel(models.PrimitiveModel):
    """How a `Vector` lies in LLVM."""

    def __init__(self, manager: Any, kind: Vector) -> None:
        super().__init__(manager, kind, kind.llvm)


@intrinsic
def load(typing_context, array, index):  # type: ignore[no-untyped-def]
    """The vector that begins at an element of a flat array."""
    vector = _vector_of(array)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, array, args[0], args[1], vector.llvm)
        return builder.load(place, align=_alignment(vector))

    return vector(array, types.int64), generate


@intrinsic
def store(typing_context, array, index, value):  # type: ignore[no-untyped-def]
    """Write a vector over the elements of a flat array from `index` on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, array, args[0], args[1], value.llvm)
        builder.store(args[2], place, align=_alignment(value))
        return context.get_dummy_value()

    return types.void(array, types.int64, value), generate


@intrinsic
def where(typing_context, test, yes, no):  # type: ignore[no-untyped-def]
    """`yes` in lanes where `test` is above 0, else `no`; both are vectors."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", args[0], test.constant(0.0)), args[1], args[2])

    return test(test, yes, no), generate


@intrinsic
def logistic(typing_context, x):  # type: ignore[no-untyped-def]
    """1 / (1 + exp(-x)) of a vector, its argument kept within 40 of 0."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        one, limit = x.constant(1.0), x.constant(LOGISTIC_LIMIT)
        low = builder.fneg(limit)
        bounded = builder.select(builder.fcmp_ordered(">", args[0], limit), limit, args[0])
        bounded = builder.select(builder.fcmp_ordered("<", bounded, low), low, bounded)
        power = _exponential(builder, x, builder.fneg(bounded))
        return builder.fdiv(one, builder.fadd(one, power))

    return x(x), generate


def _exponential(builder: Any, vector: Vector, x: Any) -> Any:
    """e^x for x within 80 of 0."""
    bits, bias, shift, magic = (
        (64, 1023 - 0x4338000000000000, 52, 6755399441055744.0)
        if vector.double
        else (32, 127 - 0x4B400000, 23, 12582912.0)
    )
    log_2 = (
        (6.93145751953125e-1, 1.42860682030941723212e-6) if vector.double else (0.693359375, -2.12194440e-4)
    )

    def plus_product(base: Any, a: Any, b: Any) -> Any:
        return builder.fadd(builder.fmul(a, b, flags=FUSED), base, flags=FUSED)

    # Adding 1.5 * 2^mantissa rounds to an integer and leaves that integer in the low bits.
    shifted = plus_product(vector.constant(magic), x, vector.constant(math.log2(math.e)))
    n = builder.fsub(shifted, vector.constant(magic))
    r = plus_product(x, n, vector.constant(-log_2[0]))
    r = plus_product(r, n, vector.constant(-log_2[1]))
    first, *rest = EXP_64 if vector.double else EXP_32
    bend = vector.constant(first)
    for coefficient in rest:
        bend = plus_product(vector.constant(coefficient), bend, r)
    value = builder.fadd(plus_product(r, builder.fmul(r, r), bend), vector.constant(1.0))
    integers = ir.VectorType(ir.IntType(bits), vector.lanes)
    whole = [
        ir.Constant(integers, [ir.Constant(ir.IntType(bits), number)] * vector.lanes)
        for number in (bias, shift)
    ]
    exponent = builder.shl(builder.add(builder.bitcast(shifted, integers), whole[0]), whole[1])
    return builder.fmul(value, builder.bitcast(exponent, vector.llvm))


def _operation(name: str) -> Any:
    @intrinsic
    def operation(typing_context, a, b):  # type: ignore[no-untyped-def]
        vector = a if isinstance(a, Vector) else b

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            values = [
                _in_every_lane(context, builder, value, kind, vector)
                for value, kind in zip(args, (a, b), strict=True)
            ]
            return getattr(builder, name)(*values, flags=FUSED)

        return vector(a, b), generate

    return operation


def _overloaded(symbol: Any, name: str) -> None:
    operation = _operation(name)

    @overload(symbol)
    def choose(a, b):  # type: ignore[no-untyped-def]
        if isinstance(a, Vector) or isinstance(b, Vector):
            return lambda a, b: operation(a, b)
        return None


for _symbol, _name in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _overloaded(_symbol, _name)


def _vector_of(array: Any) -> Vector:
    return Vector(array.dtype == types.float64)


def _alignment(vector: Vector) -> int:
    """Bytes: rows of the kernel begin anywhere."""
    return 8 if vector.double else 4


def _in_every_lane(context: Any, builder: Any, value: Any, kind: Any, vector: Vector) -> Any:
    if isinstance(kind, Vector):
        return value
    scalar = context.cast(builder, value, kind, vector.element)
    lane = ir.IntType(32)
    empty = ir.Constant(vector.llvm, ir.Undefined)
    picks = ir.Constant(ir.VectorType(lane, vector.lanes), [lane(0)] * vector.lanes)
    return builder.shuffle_vector(builder.insert_element(empty, scalar, lane(0)), empty, picks)


def _place(context: Any, builder: Any, kind: Any, array: Any, index: Any, target: ir.Type) -> Any:
    """Pointer to an element of a flat array, as a pointer to `target`."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), target.as_pointer())


@intrinsic
def raised(typing_context, counters, index):  # type: ignore[no-untyped-def]
    """Add 1 to a number of an int64 array that threads share, and return what it was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, counters, args[0], args[1], ir.IntType(64))
        return builder.atomic_rmw("add", place, ir.IntType(64)(1), "seq_cst")

    return types.int64(counters, types.int64), generate


@intrinsic
def current(typing_context, counters, index):  # type: ignore[no-untyped-def]
    """A number of an int64 array that threads share."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, counters, args[0], args[1], ir.IntType(64))
        return builder.load_atomic(place, "seq_cst", 8)

    return types.int64(counters, types.int64), generate


give_way: Any = types.ExternalFunction("sched_yield", types.int32()) if hasattr(os, "sched_yield") else None
"""Let another thread run: what waits must not stop the one it waits for."""
