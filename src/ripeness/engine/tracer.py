"""Turns the array source of a step into a flat list of scalar operations, by running it on symbols.

`trace(program)` calls `program.step` once with records of expression nodes in place of numbers. Vectors
are NumPy object arrays of nodes, so that indexing, slicing and broadcasting are NumPy's own; members have
no axis here, because one node stands for all of them. What comes back are the nodes of the new state,
the outputs and the shocks used, and `Trace.listing()` writes them down for a code generator.

Nodes are shared: the same operation on the same nodes is one node (common subexpressions). What is
constant is computed at once, and what no result needs is never listed. Simplifications, and no others:

    x + 0, x - 0, 1 x, x / 1, -(-x), where(c, x, x)       are x
    0 r, r a row of policy or month                        is 0 (such rows are checked to be numbers)
    where of a constant comparison                         is the branch
    x / c and x / u, c constant, u uniform                 are x times the reciprocal (error below one ulp)
    x ** n for n = 1, 2, 3, 4                              is a product

`0 * x` and `x - x` stay, because they are NaN where x is not finite and a NaN must show. Sums and products
are not regrouped.

A node is *uniform* if it depends on policy and month only. Uniform nodes do not reach the kernel: NumPy
computes them once a policy and month (`Trace.uniforms`), and the kernel reads a table.
"""

from __future__ import annotations

import functools
import linecache
import sys
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ripeness import flow
from ripeness.engine.arrays import FUNCTIONS, check_shape, checked_record
from ripeness.engine.program import Program
from ripeness.flow import Layout

CONSTANT, UNIFORM, MEMBER = 0, 1, 2
"""What a node depends on: nothing, policy and month, or the member."""

SOURCES = {"state": "s", "params": "p", "shocks": "e", "policy": "k", "month": "m"}
"""Records a step reads, and the letter of their rows in a listing."""

UFUNCS = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "negative": "neg",
    "positive": "pos",
    "absolute": "abs",
    "power": "pow",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
}
"""NumPy functions that Python operators on vectors call, and the operation each stands for."""

EVALUATE: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "abs": np.abs,
    "lt": np.less,
    "le": np.less_equal,
    "min": np.minimum,
    "max": np.maximum,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "where": np.where,
}
"""Operations of a traced program, in NumPy: for constants and uniform nodes."""

TESTS = ("lt", "le")
"""Operations whose value is true or false."""

STEP_LANGUAGE = f"a step may use + - * / < <= > >= abs(), ** 1..4, and of xp: {', '.join(FUNCTIONS)}"


class TraceError(TypeError):
    """A step does something that cannot be compiled; names the line of the model."""


class Node:
    """One scalar operation: `op` on `args`, which are nodes of the same graph.

    `op` is `const` (with `value`), `input` (with `value` such as `s12`: letter of the record and row)
    or a key of `EVALUATE`.
    """

    __slots__ = ("args", "graph", "index", "level", "op", "value")
    __hash__ = object.__hash__
    shape = ()
    ndim = 0

    def __init__(
        self, graph: Graph, index: int, op: str, args: tuple[Node, ...], value: float | str | None, level: int
    ) -> None:
        self.graph, self.index, self.op, self.args, self.value, self.level = (
            graph,
            index,
            op,
            args,
            value,
            level,
        )

    @property
    def is_test(self) -> bool:
        """True for a comparison, which only `where` can use."""
        return self.op in TESTS

    def __add__(self, other: Any) -> Any:
        return self._with("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return self._with("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return self._with("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self._with("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        return self._with("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self._with("mul", other, self)

    def __truediv__(self, other: Any) -> Any:
        return self._with("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._with("div", other, self)

    def __pow__(self, other: Any) -> Any:
        return self._with("pow", self, other)

    def __neg__(self) -> Any:
        return self.graph.apply("neg", self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self.graph.apply("abs", self)

    def __lt__(self, other: Any) -> Any:
        return self._with("lt", self, other)

    def __le__(self, other: Any) -> Any:
        return self._with("le", self, other)

    def __gt__(self, other: Any) -> Any:
        return self._with("gt", self, other)

    def __ge__(self, other: Any) -> Any:
        return self._with("ge", self, other)

    def __eq__(self, other: object) -> Any:
        refuse("== compares a number that is not known while tracing; use < or >")

    def __bool__(self) -> NoReturn:
        refuse(
            "the value of an expression is not known while tracing; write xp.where in place of if, and, or, not"
        )

    def __float__(self) -> NoReturn:
        refuse("the value of an expression is not known while tracing, so float() cannot be taken")

    def __int__(self) -> NoReturn:
        refuse("the value of an expression is not known while tracing, so int() cannot be taken")

    def __index__(self) -> NoReturn:
        refuse("the value of an expression is not known while tracing, so it cannot be an index or a count")

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # protocols that NumPy and copy look for
            raise AttributeError(name)
        refuse(f"an expression has no .{name}")

    def _with(self, op: str, left: Any, right: Any) -> Any:
        if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
            return NotImplemented
        return self.graph.apply(op, left, right)


class NodeArray(np.ndarray):
    """A vector of nodes; operators work element by element and everything unknown is refused."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        op = UFUNCS.get(ufunc.__name__)
        if op is None or options.pop("out", None) is not None:
            refuse(f"NumPy's {ufunc.__name__} does not work on expressions")
        if method == "reduce" and op == "add":
            return _sum(inputs[0], options.get("axis"))
        if method != "__call__":
            refuse(f"NumPy's {ufunc.__name__}.{method} does not work on expressions")
        return _graph_of(self)._map(op, *inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> NoReturn:
        refuse(f"NumPy's {function.__name__} does not work on expressions")

    def __bool__(self) -> NoReturn:
        refuse(
            "the value of an expression is not known while tracing; write xp.where in place of if, and, or, not"
        )


class Graph:
    """The nodes of one trace, and the namespace `xp` that makes them."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Node] = {}
        self.exp = functools.partial(self._map, "exp")
        self.log = functools.partial(self._map, "log")
        self.sqrt = functools.partial(self._map, "sqrt")
        self.tanh = functools.partial(self._map, "tanh")
        self.abs = functools.partial(self._map, "abs")
        self.minimum = functools.partial(self._map, "min")
        self.maximum = functools.partial(self._map, "max")
        self.where = functools.partial(self._map, "where")

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        refuse(f"xp.{name} is not offered")

    def stack(self, values: Sequence[Any], axis: int = 0) -> NodeArray:
        """Values side by side along a new model axis."""
        return _frozen(np.stack([self._plain(value) for value in values], axis=axis))

    def concatenate(self, values: Sequence[Any], axis: int = 0) -> NodeArray:
        """Values one after the other along a model axis."""
        return _frozen(np.concatenate([self._plain(value) for value in values], axis=axis))

    def sum(self, value: Any, axis: int) -> Any:
        """Sum over a model axis, first entry first."""
        return _sum(value, axis)

    def constant(self, value: float) -> Node:
        """The node of a number."""
        number = float(value)
        return self._node("const", (), number, CONSTANT, (number.hex(),))

    def source(self, letter: str, row: int, level: int) -> Node:
        """The node of one row that the step reads."""
        return self._node("input", (), f"{letter}{row}", level, (letter, row))

    def apply(self, op: str, *args: Any) -> Node:
        """The node of an operation on nodes and numbers, simplified."""
        nodes = tuple(self._scalar(arg) for arg in args)
        self._check_kinds(op, nodes)
        if op == "pos":
            return nodes[0]
        if op in ("gt", "ge"):
            return self.apply("lt" if op == "gt" else "le", nodes[1], nodes[0])
        if op == "pow":
            return self._power(*nodes)
        if op == "where" and nodes[0].op == "const":
            return nodes[1] if nodes[0].value else nodes[2]
        if all(node.op == "const" for node in nodes):
            with np.errstate(all="ignore"):
                return self.constant(float(EVALUATE[op](*(node.value for node in nodes))))
        simpler = self._simplified(op, nodes)
        return self._node(op, nodes, None, max(node.level for node in nodes)) if simpler is None else simpler

    def _simplified(self, op: str, nodes: tuple[Node, ...]) -> Node | None:
        """A simpler node of the same value, or None."""
        first, last = nodes[0], nodes[-1]
        if op == "add" and _is(first, 0.0):
            return last
        if op in ("add", "sub") and _is(last, 0.0):
            return first
        if op == "mul" and _is(first, 1.0):
            return last
        if op == "mul" and _is(first, 0.0) and _is_uniform_row(last):
            return first
        if op == "mul" and _is(last, 0.0) and _is_uniform_row(first):
            return last
        if op in ("mul", "div") and _is(last, 1.0):
            return first
        if op == "div" and last.level < first.level:
            return self.apply("mul", first, self.apply("div", 1.0, last))
        if op == "neg" and first.op == "neg":
            return first.args[0]
        if op == "where" and nodes[1] is nodes[2]:
            return nodes[1]
        return None

    def _power(self, base: Node, exponent: Node) -> Node:
        if exponent.op != "const" or exponent.value not in (1.0, 2.0, 3.0, 4.0):
            refuse("** takes the exponents 1, 2, 3 and 4 only; write xp.exp(y * xp.log(x)) for others")
        square = self.apply("mul", base, base)
        steps = {
            1.0: lambda: base,
            2.0: lambda: square,
            3.0: lambda: square * base,
            4.0: lambda: square * square,
        }
        return steps[float(exponent.value)]()

    def _check_kinds(self, op: str, nodes: tuple[Node, ...]) -> None:
        for place, node in enumerate(nodes):
            wants_test = op == "where" and place == 0
            if wants_test and not (node.is_test or node.op == "const"):
                refuse("the first argument of where must be a comparison; write where(x > 0.5, a, b)")
            if node.is_test and not wants_test:
                refuse("a comparison is no number; write where(comparison, 1.0, 0.0)")

    def _node(
        self,
        op: str,
        args: tuple[Node, ...],
        value: float | str | None,
        level: int,
        key: tuple[Any, ...] = (),
    ) -> Node:
        indices = [arg.index for arg in args]
        if op in ("add", "mul"):  # the order of two terms does not matter, not even to the last bit
            indices.sort()
        full_key = (op, *indices, *key)
        if full_key not in self._known:
            self._known[full_key] = Node(self, len(self._known), op, args, value, level)
        return self._known[full_key]

    def _scalar(self, value: Any) -> Node:
        if isinstance(value, np.ndarray) and value.shape == ():
            value = value.item()
        if isinstance(value, Node):
            if value.graph is not self:
                refuse("an expression of another trace was kept; a step must not remember anything")
            return value
        if isinstance(value, (int, float, np.integer, np.floating)):
            return self.constant(float(value))
        refuse(f"{value!r} ({type(value).__name__}) is neither a number nor an expression")

    def _map(self, op: str, *args: Any) -> Any:
        """Apply an operation element by element, with NumPy's broadcasting."""
        plain = [self._plain(arg) for arg in args]
        with np.errstate(all="ignore"):
            mapped = np.frompyfunc(functools.partial(self.apply, op), len(plain), 1)(*plain)
        return _frozen(mapped) if isinstance(mapped, np.ndarray) else mapped

    def _plain(self, value: Any) -> NDArray[Any]:
        """Object array of nodes and numbers."""
        if isinstance(value, np.ndarray):
            if isinstance(value, NodeArray):
                return value.view(np.ndarray)
            return np.asarray(np.frompyfunc(self._scalar, 1, 1)(value), object)
        array = np.empty((), object)
        array[()] = self._scalar(value)
        return array


@dataclass(frozen=True)
class Trace:
    """A traced step: its results as nodes, one a row of state, outputs and shocks used."""

    program: Program
    state: tuple[Node, ...]
    outputs: tuple[Node, ...]
    shocks: tuple[Node, ...]

    @functools.cached_property
    def live(self) -> tuple[Node, ...]:
        """Nodes that some result needs, arguments before users."""
        return reached_from([*self.state, *self.outputs, *self.shocks])

    @functools.cached_property
    def member_nodes(self) -> tuple[Node, ...]:
        """Operations that differ by member: what a kernel computes."""
        return tuple(node for node in self.live if node.level == MEMBER and node.op != "input")

    @functools.cached_property
    def uniform_nodes(self) -> tuple[Node, ...]:
        """Constants, and what is the same for all members: all that the table is computed from."""
        return tuple(node for node in self.live if node.op == "const" or node.level == UNIFORM)

    @functools.cached_property
    def table(self) -> tuple[Node, ...]:
        """Uniform nodes that operations of members or results read, in the order of the table."""
        users = [arg for node in self.member_nodes for arg in node.args]
        needed = {
            node for node in (*users, *self.state, *self.outputs, *self.shocks) if node.level == UNIFORM
        }
        return tuple(sorted(needed, key=lambda node: node.index))

    def uniforms(self, policies: NDArray[np.float64], months: NDArray[np.float64]) -> NDArray[np.float64]:
        """The table (..., T, len(table)) of policies (..., T, K) in months (T, M), in float64; true is 1."""
        values = evaluated(self.uniform_nodes, {"k": np.moveaxis(policies, -1, 0), "m": months.T})
        table = np.empty((*policies.shape[:-1], len(self.table)))
        for column, node in enumerate(self.table):
            table[..., column] = values[node]
        return table

    def listing(self) -> str:
        """The operations of a member in text, one a line: `v<i> <op> <operands>`, then `<row> <operand>`.

        Operands are `v<i>` an operation above, `s`, `p`, `e` rows of state, parameters and shocks,
        `u<i>` column i of the table, and `c<hex>` a number. Result rows are `S`, `O` and `E`.
        """
        results = [
            (f"{letter}{row}", node)
            for letter, nodes in (("S", self.state), ("O", self.outputs), ("E", self.shocks))
            for row, node in enumerate(nodes)
        ]
        return written(
            self.member_nodes, results, {node: f"u{column}" for column, node in enumerate(self.table)}
        )


def written(
    operations: Sequence[Node],
    results: Sequence[tuple[str, Node]],
    names: Mapping[Node, str],
    at_once: bool = False,
) -> str:
    """Text of a listing: operations, arguments before users, and the rows that keep results.

    `names` are operands that the code finds in memory. `at_once` puts a result below the operation that makes
    it, for rows that no operation reads; else all results stand at the end.
    """
    known = dict(names)
    lines: list[str] = []
    kept: dict[Node, list[str]] = {}
    for row, node in results:
        kept.setdefault(node, []).append(row)

    def name(node: Node) -> str:
        if node.op == "const":
            return f"c{float(node.value or 0.0).hex()}"
        return known[node] if node in known else str(node.value)

    for number, node in enumerate(operations):
        lines.append(" ".join([f"v{number}", node.op, *(name(arg) for arg in node.args)]))
        known[node] = f"v{number}"
        if at_once:
            lines.extend(f"{row} {name(node)}" for row in kept.pop(node, []))
    lines.extend(f"{row} {name(node)}" for row, node in results if node in kept)
    return "".join(f"{line}\n" for line in lines)


def reached_from(results: Iterable[Node], stop: Container[Node] = ()) -> tuple[Node, ...]:
    """Nodes that some result needs, arguments before users; what lies behind a node of `stop` is left out."""
    found: set[Node] = set()
    waiting = list(results)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(() if node in stop else node.args)
    return tuple(sorted(found, key=lambda node: node.index))


def evaluated(nodes: Iterable[Node], rows: Mapping[str, NDArray[np.float64]]) -> dict[Node, Any]:
    """Values of those nodes (arguments before users) that do not differ by member; `rows` by letter of the record."""
    values: dict[Node, Any] = {}
    with np.errstate(all="ignore"):
        for node in nodes:
            if node.op == "const":
                values[node] = node.value
            elif node.level == UNIFORM and node.op == "input":
                name = str(node.value)
                values[node] = rows[name[0]][int(name[1:])]
            elif node.level == UNIFORM:
                values[node] = EVALUATE[node.op](*(values[arg] for arg in node.args))
    return values


@functools.lru_cache(maxsize=32)
def trace(program: Program, later: bool = False) -> Trace:
    """`traced`, kept: a program is traced once."""
    return traced(program, later)


def traced(program: Program, later: bool = False) -> Trace:
    """Run the step of a program once on symbols.

    `later` says that the policy is not the first of a run: what only the reference does is then left out,
    and so are the shocks used, which nobody reads.

    Raises:
        TraceError: the step uses something outside its language; the message names the model's line.
        TypeError: the step returns other records or shapes than its layouts say.
    """
    graph = Graph()
    records = [
        _symbols(graph, getattr(program, name), letter, UNIFORM if name in ("policy", "month") else MEMBER)
        for name, letter in SOURCES.items()
    ]
    state, params, shocks, policy, month = records
    if later and program.reference is not None:
        policy = policy._replace(**{program.reference: graph.constant(0.0)})
    try:
        results = program.step(state, params, policy, month, shocks, graph)
    except TraceError:
        raise
    except Exception as error:
        line = _model_line(_last_frames(error))
        raise TraceError(f"{line}: {type(error).__name__}: {error} ({STEP_LANGUAGE})") from error
    whats = ("the state", "the outputs", "the shocks used")
    layouts = (program.state, program.outputs, program.shocks)
    rows = [
        _rows(graph, layout, record, what)
        for layout, record, what in zip(layouts, results, whats, strict=True)
    ]
    state_rows, output_rows, shock_rows = rows
    return Trace(program, state_rows, output_rows, () if later else shock_rows)


def refuse(problem: str) -> NoReturn:
    """Raise a `TraceError` that names the line of the model that is running.

    Raises:
        TraceError: always.
    """
    frames: list[FrameType] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    raise TraceError(
        f"{_model_line([(f.f_code.co_filename, f.f_lineno) for f in frames])}: {problem} ({STEP_LANGUAGE})"
    )


def _model_line(frames: Sequence[tuple[str, int]]) -> str:
    """`file:line: source` of the innermost frame outside this room, the layouts and NumPy."""
    own = (str(Path(__file__).parent), str(Path(flow.__file__).parent), str(Path(np.__file__).parent))
    for filename, number in frames:
        if not filename.startswith(own) and not filename.startswith("<"):
            return f"{filename}, line {number}: `{_source(filename, number)}`"
    return "unknown line"


def _source(filename: str, number: int) -> str:
    return linecache.getline(filename, number).strip()


def _last_frames(error: BaseException) -> list[tuple[str, int]]:
    frames = []
    entry = error.__traceback__
    while entry is not None:
        frames.append((entry.tb_frame.f_code.co_filename, entry.tb_lineno))
        entry = entry.tb_next
    return frames[::-1]


def _is(node: Node, number: float) -> bool:
    return node.op == "const" and node.value == number


def _is_uniform_row(node: Node) -> bool:
    return node.op == "input" and node.level == UNIFORM


def _frozen(array: NDArray[Any]) -> NodeArray:
    """View as expressions; read-only, because a step must not change what it was given."""
    view = array.view(NodeArray)
    view.flags.writeable = False
    return view


def _graph_of(array: NDArray[Any]) -> Graph:
    for item in array.flat:
        if isinstance(item, Node):
            return item.graph
    refuse("an array of plain numbers; build vectors with xp.stack from at least one expression")


def _sum(value: Any, axis: int | None) -> Any:
    if not isinstance(value, np.ndarray) or axis is None or not 0 <= axis < value.ndim:
        refuse("sum needs a vector and one of its model axes, counted from the first")
    terms = [
        _frozen(term) if isinstance(term, np.ndarray) else term
        for term in np.moveaxis(value.view(np.ndarray), axis, 0)
    ]
    return functools.reduce(lambda left, right: left + right, terms)


def _symbols(graph: Graph, layout: Layout, letter: str, level: int) -> Any:
    """Record of input nodes."""
    values: list[Any] = []
    for field in layout.fields:
        nodes = np.empty(field.rows, object)
        for i in range(field.rows):
            nodes[i] = graph.source(letter, field.start + i, level)
        values.append(_frozen(nodes.reshape(field.shape)) if field.shape else nodes[0])
    return layout.record(*values)


def _rows(graph: Graph, layout: Layout, record: Any, what: str) -> tuple[Node, ...]:
    """Nodes of a returned record, one a row.

    Raises:
        TypeError: another record type or shape.
    """
    rows: list[Node] = []
    for field, value in zip(layout.fields, checked_record(layout, record, what), strict=True):
        check_shape(
            layout, field.name, field.shape, value.shape if isinstance(value, np.ndarray) else (), what
        )
        items = value.view(np.ndarray).ravel() if isinstance(value, np.ndarray) else [value]
        nodes = [graph._scalar(item) for item in items]
        if any(node.is_test for node in nodes):
            raise TypeError(
                f"step returned {what}: {layout.record.__name__}.{field.name} is a comparison; "
                "write where(comparison, 1.0, 0.0)"
            )
        rows.extend(nodes)
    return tuple(rows)
