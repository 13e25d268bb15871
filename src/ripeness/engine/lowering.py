"""From a listing to vector machine code: LLVM functions over one vector of members.

The code is written for vectors of `64 / itemsize` members (one cache line), whatever the processor has:
LLVM splits them where registers are shorter. So nothing depends on a compiler's choice to vectorise a
loop. Products and following sums may be fused into one rounding (`contract`), nothing else is relaxed:
NaN and infinity behave as in NumPy, in minimum and maximum too. exp and log are polynomials after Cephes
(S. Moshier), below 2 units in the last place, with these differences to NumPy: exp stays at its value of
-87 (float32) or -708 (float64) below that, and log of subnormal numbers is wrong.

Functions on pointers to aligned tiles [row][lane]:

    step(state, params, shocks, used, outputs, table)   one month of one vector of members
    draw(ids, shocks, month, seed, stream)              its standard normals, as `shocks.py`
    reduce(block, partial)                              sums over a block of outputs, by pivot (below)
    lane_sums(block, sums)                              sums over the lanes of each row
    listed(...)                                         any other listing, such as those of `adjoint.py`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from llvmlite import ir

from ripeness.engine import shocks as normals
from ripeness.engine.program import BLOCK

LINE = 64
"""Bytes of a vector: one cache line, one AVX-512 register."""

SHARED_DIVISIONS = 3
"""Divisions by the same number from which on they are products with its reciprocal (error below one ulp)."""

TOGETHER = 4
"""Shocks drawn side by side: each is one long chain of operations, and a processor can overlap four."""

I1, I32, I64, VOID, DOUBLE = ir.IntType(1), ir.IntType(32), ir.IntType(64), ir.VoidType(), ir.DoubleType()
FUSED = ("contract",)

EXP_32 = (
    1.9875691500e-4,
    1.3981999507e-3,
    8.3334519073e-3,
    4.1665795894e-2,
    1.6666665459e-1,
    5.0000001201e-1,
)
"""Cephes `expf`, of (exp(r) - 1 - r) / r^2."""

EXP_64 = tuple(
    1.0 / f for f in (6227020800, 479001600, 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2)
)
"""Taylor series of the same on |r| <= log(2)/2; the rest is below 1e-17."""

LOG_64 = tuple(2.0 / k for k in range(21, 0, -2))
"""log((1 + s) / (1 - s)) / s in powers of s^2; the rest is below 1e-17 for |s| <= 0.172."""

TANH_32 = (-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1)
TANH_64_P = (-9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3)
TANH_64_Q = (1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3)
"""Cephes `tanhf` and `tanh` for |x| < 0.625: (tanh(x) - x) / x^3."""


@dataclass(frozen=True)
class Shape:
    """Rows of a kernel's tiles and the dtype it computes in."""

    dtype: str
    state: int
    params: int
    shocks: int
    outputs: int
    table: int

    @property
    def itemsize(self) -> int:
        """Bytes of a number."""
        return 4 if self.dtype == "float32" else 8

    @property
    def lanes(self) -> int:
        """Members of a vector."""
        return LINE // self.itemsize

    @property
    def tiles(self) -> int:
        """Vectors of a block."""
        return BLOCK // self.lanes


class Vectors:
    """Writes operations on vectors of one float type at the end of a function."""

    def __init__(self, builder: ir.IRBuilder, lanes: int, double: bool, fused: bool = True) -> None:
        self.builder, self.lanes, self.double = builder, lanes, double
        self.element = DOUBLE if double else ir.FloatType()
        self.integer = I64 if double else I32
        self.type = ir.VectorType(self.element, lanes)
        self.integers = ir.VectorType(self.integer, lanes)
        self.flags = FUSED if fused else ()
        self._numbers: dict[str, ir.Constant] = {}

    def number(self, value: float) -> ir.Constant:
        """A constant in every lane."""
        key = value.hex()  # tells -0 from 0 and one NaN is as good as another
        if key not in self._numbers:
            self._numbers[key] = ir.Constant(self.type, [ir.Constant(self.element, value)] * self.lanes)
        return self._numbers[key]

    def whole(self, value: int) -> ir.Constant:
        """An integer constant in every lane."""
        return ir.Constant(self.integers, [ir.Constant(self.integer, value)] * self.lanes)

    def splat(self, value: ir.Value) -> ir.Value:
        """A scalar in every lane."""
        vector = ir.VectorType(value.type, self.lanes)
        one = self.builder.insert_element(ir.Constant(vector, ir.Undefined), value, I32(0))
        picks = ir.Constant(ir.VectorType(I32, self.lanes), [I32(0)] * self.lanes)
        return self.builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), picks)

    def add(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """a + b."""
        return self.builder.fadd(a, b, flags=self.flags)

    def sub(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """a - b."""
        return self.builder.fsub(a, b, flags=self.flags)

    def mul(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """a b."""
        return self.builder.fmul(a, b, flags=self.flags)

    def div(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """a / b."""
        return self.builder.fdiv(a, b, flags=self.flags)

    def neg(self, a: ir.Value) -> ir.Value:
        """-a."""
        return self.builder.fneg(a)

    def lt(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """a < b, false where either is NaN."""
        return self.builder.fcmp_ordered("<", a, b)

    def le(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """a <= b, false where either is NaN."""
        return self.builder.fcmp_ordered("<=", a, b)

    def where(self, test: ir.Value, a: ir.Value, b: ir.Value) -> ir.Value:
        """a where the test holds, else b."""
        return self.builder.select(test, a, b)

    def max(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """The greater; NaN where either is NaN. A constant is taken to be a number."""
        return self._extreme("<", a, b)

    def min(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """The lesser; NaN where either is NaN."""
        return self._extreme(">", a, b)

    def _extreme(self, order: str, a: ir.Value, b: ir.Value) -> ir.Value:
        if isinstance(b, ir.Constant):
            a, b = b, a
        take_a = self.builder.fcmp_ordered(order, b, a)
        if not isinstance(a, ir.Constant):
            take_a = self.builder.or_(take_a, self.builder.fcmp_unordered("uno", a, a))
        return self.where(take_a, a, b)

    def abs(self, a: ir.Value) -> ir.Value:
        """|a|."""
        return self._intrinsic("llvm.fabs", a)

    def sqrt(self, a: ir.Value) -> ir.Value:
        """Square root, correctly rounded."""
        return self._intrinsic("llvm.sqrt", a)

    def exp(self, x: ir.Value) -> ir.Value:
        """e^x; infinite from 88.4 (float32) or 709.4 (float64)."""
        low, high, magic, bias, shift = (
            (-708.0, 710.0, 6755399441055744.0, 1023 - 0x4338000000000000, 52)
            if self.double
            else (-87.0, 89.0, 12582912.0, 127 - 0x4B400000, 23)
        )
        x = self.min(self.max(x, self.number(low)), self.number(high))
        # Adding 1.5 * 2^mantissa rounds to an integer and leaves that integer in the low bits.
        shifted = self.add(self.mul(x, self.number(1.4426950408889634)), self.number(magic))
        n = self.sub(shifted, self.number(magic))
        high_part, low_part = (
            (6.93145751953125e-1, 1.42860682030941723212e-6)
            if self.double
            else (normals.LOG_2_HIGH, normals.LOG_2_LOW)
        )
        r = self.sub(x, self.mul(n, self.number(high_part)))
        r = self.sub(r, self.mul(n, self.number(low_part)))
        bend = self.polynomial(EXP_64 if self.double else EXP_32, r)
        value = self.add(self.add(self.mul(self.mul(r, r), bend), r), self.number(1.0))
        bits = self.builder.add(self.builder.bitcast(shifted, self.integers), self.whole(bias))
        scale = self.builder.bitcast(self.builder.shl(bits, self.whole(shift)), self.type)
        return self.mul(value, scale)

    def log(self, x: ir.Value) -> ir.Value:
        """Natural logarithm; -infinity of 0, NaN of negative numbers."""
        plain = self._log_double(x) if self.double else self.log_normal(x)
        infinity = self.number(float("inf"))
        plain = self.where(self.lt(x, infinity), plain, x)
        edge = self.where(
            self.builder.fcmp_ordered("==", x, self.number(0.0)),
            self.number(float("-inf")),
            self.number(float("nan")),
        )
        return self.where(self.lt(self.number(0.0), x), plain, edge)

    def tanh(self, x: ir.Value) -> ir.Value:
        """Hyperbolic tangent."""
        one, two = self.number(1.0), self.number(2.0)
        square, size = self.mul(x, x), self.abs(x)
        if self.double:
            ratio = self.div(self.polynomial(TANH_64_P, square), self.polynomial(TANH_64_Q, square))
        else:
            ratio = self.polynomial(TANH_32, square)
        near = self.add(x, self.mul(self.mul(x, square), ratio))
        far = self.sub(one, self.div(two, self.add(self.exp(self.add(size, size)), one)))
        far = self.where(self.lt(x, self.number(0.0)), self.neg(far), far)
        return self.where(self.lt(size, self.number(0.625)), near, far)

    def polynomial(self, coefficients: tuple[float, ...], x: ir.Value) -> ir.Value:
        """Horner's rule, highest power first."""
        value: ir.Value = self.number(coefficients[0])
        for coefficient in coefficients[1:]:
            value = self.add(self.mul(value, x), self.number(coefficient))
        return value

    def log_normal(self, x: ir.Value) -> ir.Value:
        """Logarithm of positive normal float32 numbers, operation by operation as in `shocks.py`."""
        build = self.builder
        bits = build.bitcast(x, self.integers)
        exponent = build.ashr(build.sub(bits, self.whole(normals.ROOT_HALF_BITS)), self.whole(23))
        m = build.bitcast(build.sub(bits, build.shl(exponent, self.whole(23))), self.type)
        m = self.sub(m, self.number(1.0))
        square = self.mul(m, m)
        power = build.sitofp(exponent, self.type)
        bend = self.mul(self.mul(m, square), self.polynomial(normals.LOG_POLYNOMIAL, m))
        bend = self.add(bend, self.mul(power, self.number(normals.LOG_2_LOW)))
        bend = self.sub(bend, self.mul(square, self.number(0.5)))
        return self.add(self.add(m, bend), self.mul(power, self.number(normals.LOG_2_HIGH)))

    def _log_double(self, x: ir.Value) -> ir.Value:
        build = self.builder
        bits = build.bitcast(x, self.integers)
        exponent = build.ashr(build.sub(bits, self.whole(0x3FE6A09E667F3BCD)), self.whole(52))
        m = build.bitcast(build.sub(bits, build.shl(exponent, self.whole(52))), self.type)
        # The exponent is a small integer: read it off the mantissa of 1.5 * 2^52 + exponent.
        magic = 6755399441055744.0
        power = self.sub(
            build.bitcast(build.add(exponent, self.whole(0x4338000000000000)), self.type), self.number(magic)
        )
        s = self.div(self.sub(m, self.number(1.0)), self.add(m, self.number(1.0)))
        value = self.mul(s, self.polynomial(LOG_64, self.mul(s, s)))
        value = self.add(value, self.mul(power, self.number(1.42860682030941723212e-6)))
        return self.add(value, self.mul(power, self.number(6.93145751953125e-1)))

    def _intrinsic(self, name: str, a: ir.Value) -> ir.Value:
        full_name = f"{name}.v{self.lanes}f{64 if self.double else 32}"
        module = self.builder.module
        function = module.globals.get(full_name) or ir.Function(
            module, ir.FunctionType(self.type, [self.type]), full_name
        )
        return self.builder.call(function, [a])


STEP_PLACES = ("sS", "p", "e", "E", "O", "u")
"""Pointers of a step: rows of the letters a listing uses (`Trace.listing`)."""

BITS = 2
"""Bytes between the rows of kept comparisons: one bit a lane."""


def step_function(module: ir.Module, shape: Shape, name: str, listing: str) -> ir.Function:
    """Add `step(state, params, shocks, used, outputs, table)` of a listing to a module."""
    return listed_function(module, shape, name, STEP_PLACES, listing)


def listed_function(
    module: ir.Module, shape: Shape, name: str, places: Sequence[str], listing: str
) -> ir.Function:
    """Add the operations of a listing on one vector of members; one pointer an entry of `places`, which names rows.

    Rows hold a vector each, but for `u`, a number all lanes share, and `b` and `B`, bits of a comparison. Results
    are stored where they stand in the listing; those of `G` and `P` are added to what is there.
    """
    function, builder = _function(module, name, [ir.PointerType()] * len(places))
    write = Vectors(builder, shape.lanes, shape.dtype == "float64")
    bases = {letter: base for letters, base in zip(places, function.args, strict=True) for letter in letters}
    bits, tests = ir.IntType(shape.lanes), ir.VectorType(I1, shape.lanes)
    spacing = dict.fromkeys("bB", BITS) | {"u": shape.itemsize}
    values: dict[str, ir.Value] = {}

    def place_of(row: str) -> ir.Value:
        offset = I64(int(row[1:]) * spacing.get(row[0], LINE))
        return builder.gep(bases[row[0]], [offset], source_etype=ir.IntType(8))

    def operand(name: str) -> ir.Value:
        if name not in values:
            values[name] = _read(name)
        return values[name]

    def _read(name: str) -> ir.Value:
        if name[0] == "c":
            return write.number(float.fromhex(name[1:]))
        place = place_of(name)
        if name[0] == "u":
            return write.splat(builder.load(place, typ=write.element))
        if name[0] == "b":
            return builder.bitcast(builder.load(place, align=BITS, typ=bits), tests)
        return builder.load(place, align=LINE, typ=write.type)

    def keep(results: Sequence[list[str]]) -> None:
        """Store rows; all are read before the first is written."""
        for row, place, value in [(row, place_of(row), operand(name)) for row, name in results]:
            if row[0] == "B":
                builder.store(builder.bitcast(value, bits), place, align=BITS)
            elif row[0] in "GP":
                so_far = builder.load(place, align=LINE, typ=write.type)
                builder.store(write.add(so_far, value), place, align=LINE)
            else:
                builder.store(value, place, align=LINE)

    def test(value: ir.Value) -> ir.Value:
        """A condition; one from the table is stored as a number."""
        return value if value.type.element == I1 else builder.fcmp_unordered("!=", value, write.number(0.0))

    lines = [line.split() for line in listing.splitlines()]
    divisors = Counter(line[3] for line in lines if line[1] == "div")
    reciprocals: dict[str, ir.Value] = {}
    for is_operation, group in groupby(lines, key=lambda line: line[0][0] == "v"):
        if not is_operation:
            keep(list(group))
            continue
        for result, op, *names in group:
            args = [operand(arg) for arg in names]
            if op == "where":
                args[0] = test(args[0])
            if op == "div" and divisors[names[1]] >= SHARED_DIVISIONS:
                if names[1] not in reciprocals:
                    reciprocals[names[1]] = write.div(write.number(1.0), args[1])
                op, args[1] = "mul", reciprocals[names[1]]
            values[result] = getattr(write, op)(*args)
    builder.ret_void()
    return function


def draw_function(module: ir.Module, shape: Shape) -> ir.Function:
    """Add `draw(ids, shocks, month, seed, stream)`: Threefry and normals as `shocks.py`, bit for bit."""
    function, builder = _function(module, "ripeness_draw", [ir.PointerType()] * 2 + [I32] * 3)
    ids, target, month, seed, stream = function.args
    write = Vectors(builder, shape.lanes, double=False, fused=False)
    keys = [seed, stream, builder.xor(builder.xor(seed, stream), I32(normals.PARITY))]
    key = [write.splat(word) for word in keys]
    members = builder.load(ids, align=4, typ=write.integers)
    shifted = builder.shl(month, I32(16))

    def some(index: ir.Value, count: int) -> None:
        indices = [builder.add(index, I32(i)) for i in range(count)]
        x = builder.add(members, key[0])
        counters = [write.splat(builder.add(builder.or_(shifted, i), stream)) for i in indices]
        words = _threefry_rounds(write, key, [(x, y) for y in counters])
        for i, word in zip(indices, words, strict=True):
            value = _normal(write, word)
            if shape.dtype == "float64":
                value = builder.fpext(value, ir.VectorType(DOUBLE, shape.lanes))
            place = builder.gep(
                target, [builder.mul(builder.zext(i, I64), I64(LINE))], source_etype=ir.IntType(8)
            )
            builder.store(value, place, align=LINE)

    rest = shape.shocks % TOGETHER
    _loop(
        builder, function, shape.shocks // TOGETHER, lambda i: some(builder.mul(i, I32(TOGETHER)), TOGETHER)
    )
    some(I32(shape.shocks - rest), rest)
    builder.ret_void()
    return function


def reduce_function(module: ir.Module, shape: Shape) -> ir.Function:
    """Add `reduce(block, partial)`: for each output of a block, sums of d and d^2 over its members.

    d is the distance to the block's first member, which keeps the precision of float32 sums relative
    to the spread of an output and lets padding, a copy of the first member, count for nothing.
    `partial` holds (outputs, 2) doubles.
    """
    function, builder = _function(module, "ripeness_reduce", [ir.PointerType()] * 2)
    block, partial = function.args
    write = Vectors(builder, shape.lanes, shape.dtype == "float64")
    byte = ir.IntType(8)

    def one(index: ir.Value) -> None:
        start = builder.gep(block, [builder.mul(builder.zext(index, I64), I64(LINE))], source_etype=byte)
        pivot = write.splat(builder.load(start, typ=write.element))
        total: ir.Value = write.number(0.0)
        square: ir.Value = write.number(0.0)
        for tile in range(shape.tiles):
            place = builder.gep(start, [I64(tile * shape.outputs * LINE)], source_etype=byte)
            distance = write.sub(builder.load(place, align=LINE, typ=write.type), pivot)
            total = write.add(total, distance)
            square = write.add(square, write.mul(distance, distance))
        for offset, value in ((0, total), (8, square)):
            place = builder.add(builder.mul(builder.zext(index, I64), I64(16)), I64(offset))
            builder.store(_across(write, value), builder.gep(partial, [place], source_etype=byte), align=8)

    _loop(builder, function, shape.outputs, one)
    builder.ret_void()
    return function


def lane_sum_function(module: ir.Module, shape: Shape, name: str, rows: int) -> ir.Function:
    """Add `lane_sums(block, sums)`: the sum over lanes of each of `rows` vectors, as doubles."""
    function, builder = _function(module, name, [ir.PointerType()] * 2)
    block, sums = function.args
    write = Vectors(builder, shape.lanes, shape.dtype == "float64")
    byte = ir.IntType(8)

    def one(index: ir.Value) -> None:
        wide = builder.zext(index, I64)
        start = builder.gep(block, [builder.mul(wide, I64(LINE))], source_etype=byte)
        total = _across(write, builder.load(start, align=LINE, typ=write.type))
        place = builder.gep(sums, [builder.mul(wide, I64(8))], source_etype=byte)
        builder.store(total, place, align=8)

    _loop(builder, function, rows, one)
    builder.ret_void()
    return function


def _function(module: ir.Module, name: str, arguments: list[ir.Type]) -> tuple[ir.Function, ir.IRBuilder]:
    function = ir.Function(module, ir.FunctionType(VOID, arguments), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    return function, ir.IRBuilder(function.append_basic_block("entry"))


def _loop(builder: ir.IRBuilder, function: ir.Function, count: int, body: Callable[[ir.Value], None]) -> None:
    """Run `body` for an index from 0 to count - 1."""
    if not count:
        return
    before = builder.block
    inside, after = function.append_basic_block("loop"), function.append_basic_block("after")
    builder.branch(inside)
    builder.position_at_end(inside)
    index = builder.phi(I32)
    index.add_incoming(I32(0), before)
    body(index)
    following = builder.add(index, I32(1))
    index.add_incoming(following, builder.block)
    builder.cbranch(builder.icmp_unsigned("<", following, I32(count)), inside, after)
    builder.position_at_end(after)


def _threefry_rounds(
    write: Vectors, key: list[ir.Value], pairs: list[tuple[ir.Value, ir.Value]]
) -> list[ir.Value]:
    """First words of Threefry2x32-20; the pairs already hold the counter plus the first two key words."""
    build = write.builder
    for group in range(5):
        for turn in normals.ROTATIONS[group % 2]:
            pairs = [(build.add(x, y), y) for x, y in pairs]
            pairs = [
                (x, build.or_(build.shl(y, write.whole(turn)), build.lshr(y, write.whole(32 - turn))))
                for x, y in pairs
            ]
            pairs = [(x, build.xor(y, x)) for x, y in pairs]
        pairs = [
            (
                build.add(x, key[(group + 1) % 3]),
                build.add(build.add(y, key[(group + 2) % 3]), write.whole(group + 1)),
            )
            for x, y in pairs
        ]
    return [x for x, _ in pairs]


def _normal(write: Vectors, word: ir.Value) -> ir.Value:
    """As `shocks.normal`, operation by operation."""
    build, number, one = write.builder, write.number, write.number(1.0)
    steps = build.sub(build.lshr(word, write.whole(9)), write.whole(1 << 22))
    x = write.add(write.mul(build.sitofp(steps, write.type), number(2.0**-22)), number(2.0**-23))
    w = write.neg(write.log_normal(write.mul(write.sub(one, x), write.add(one, x))))
    centre = write.polynomial(normals.CENTRE, write.sub(w, number(2.5)))
    tail = write.polynomial(normals.TAIL, write.sub(write.sqrt(write.max(w, number(0.0))), number(3.0)))
    return write.mul(
        write.mul(write.where(write.lt(w, number(5.0)), centre, tail), x), number(normals.ROOT_2)
    )


def _across(write: Vectors, value: ir.Value) -> ir.Value:
    """Sum over lanes as a double, halving the vector each time."""
    build, lanes = write.builder, write.lanes
    if not write.double:
        value = build.fpext(value, ir.VectorType(DOUBLE, lanes))
    while lanes > 1:
        half = lanes // 2
        parts: list[Any] = []
        for start in (0, half):
            picks = ir.Constant(ir.VectorType(I32, half), [I32(start + i) for i in range(half)])
            parts.append(build.shuffle_vector(value, ir.Constant(value.type, ir.Undefined), picks))
        value, lanes = build.fadd(parts[0], parts[1]), half
    return build.extract_element(value, I32(0))
