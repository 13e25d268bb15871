"""The adjoint of a traced month: how a score's derivatives travel back from the end of a month to its start.

One month of a policy maps state, parameters and policy row to the next state and the outputs. Its adjoint takes
the derivatives of a score by the next state and the outputs (cotangents) and gives those by what the month was
made of. It is built here by reverse accumulation over the nodes of the trace, in the same graph, so that
operations shared by both are shared, and is written as two listings that `lowering.py` turns into code:

    tape     the month again from its kept state: values and comparisons that the way back needs (`T`, `B`)
    reverse  from cotangents `x` of the next state and `o` of the outputs: cotangents `X` of the state, and terms
             added up over members in `G` (one row a uniform node of the month) and, where asked for, `P` (parameters)

What members share costs nothing here: `G` is added up over members and goes back to the policy row in NumPy,
all months at once (`Adjoint.levers`).

The differentiated policy is one that does not read the record: the shocks that the reference handed down are
given numbers. Nodes that no lever moves, or that move no wanted output, are left out in every month. Rules:

    where(c, a, b)   the branch taken; the comparison has no derivative (a trigger that is about to fire, a first
                     passage or a threshold moves by a jump, which no derivative sees)
    min, max         the argument taken; where both are equal, the one that moves, if only one does
    abs              -1 below 0, else 1
    a / b, log b     0 where b is 0, sqrt a where a is 0: such values stand in branches not taken
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ripeness.engine.program import Program
from ripeness.engine.tracer import (
    CONSTANT,
    MEMBER,
    TESTS,
    UNIFORM,
    Node,
    Trace,
    evaluated,
    reached_from,
    traced,
    written,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Code:
    """A listing and the uniform nodes in its table, in order."""

    listing: str
    table: tuple[Node, ...]

    def uniforms(self, policy: Floats, months: Floats) -> Floats:
        """The table (T, len(table)) of policy rows (T, K) in months (T, M); true is 1."""
        values = evaluated(reached_from(self.table), {"k": policy.T, "m": months.T})
        table = np.empty((len(months), len(self.table)))
        for column, node in enumerate(self.table):
            table[:, column] = values[node]
        return table


@dataclass(frozen=True)
class Adjoint:
    """All that a reverse sweep over the months of one policy needs.

    `first` steps the reference, for its shocks; `later` the policy, for its states; both keep only what the
    wanted outputs need. `later`, `tape` and `reverse` share one table. `moved` are the uniform nodes of the rows
    `G`, `numbers` and `tests` the rows of the tape, `state` and `params` the rows whose cotangents `reverse` gives.
    """

    outputs: tuple[int, ...]
    first: Code
    later: Code
    tape: Code
    reverse: Code
    numbers: int
    tests: int
    moved: tuple[Node, ...]
    state: tuple[int, ...]
    params: tuple[int, ...]
    by_row: Mapping[int, Node]

    def levers(self, sums: Floats, policy: Floats, months: Floats) -> Floats:
        """Derivatives (B, T, K) by policy rows (T, K) in months (T, M), from the sums (B, T, len(moved)) of `G`."""
        rows = {"k": policy.T, "m": months.T, "y": np.moveaxis(sums, -1, 0)}
        values = evaluated(reached_from(self.by_row.values()), rows)
        found = np.zeros((len(sums), *policy.shape))
        for row, node in self.by_row.items():
            found[:, :, row] = values[node]
        return found


@functools.lru_cache(maxsize=16)
def adjoint(program: Program, outputs: tuple[int, ...], by_members: bool = False) -> Adjoint:
    """The adjoint of a program's month for a score of the output rows `outputs` of the last month.

    With `by_members`, also by parameters and by the state at the start.

    Raises:
        TraceError: the step uses something outside its language.
    """
    month = traced(program, later=True)
    wanted = [month.outputs[row] for row in outputs]
    kept = _rows_read(month, wanted, "s")
    carried = [month.state[row] for row in kept]
    moving, rows = _moving(month, wanted, by_members)
    cotangents = _cotangents(month, outputs, moving, rows)

    ends = [(f"X{row}", cotangents[node]) for node, row in _inputs(cotangents, "s") if row in rows]
    moved = tuple(sorted((n for n in cotangents if n.level == UNIFORM), key=lambda node: node.index))
    ends += [(f"G{column}", cotangents[node]) for column, node in enumerate(moved)]
    by_params = [(row, cotangents[node]) for node, row in _inputs(cotangents, "p")]
    ends += [(f"P{row}", node) for row, node in by_params]

    backward, taped = _split(reached_from(node for _, node in ends))
    numbers = [node for node in taped if not node.is_test]
    tests = [node for node in taped if node.is_test]
    results = [(f"T{row}", node) for row, node in enumerate(numbers)]
    results += [(f"B{row}", node) for row, node in enumerate(tests)]
    again = _in_order(reached_from(taped), month.live[-1].index)
    forward = reached_from([*wanted, *carried])
    table = _table([*forward, *again, *backward], [*wanted, *carried, *(node for _, node in ends)])
    names = {node: f"u{column}" for column, node in enumerate(table)}
    names_back = names | {node: row.lower() for row, node in results}

    keeps = [(f"S{row}", node) for row, node in zip(kept, carried, strict=True)]
    keeps += [(f"O{place}", node) for place, node in enumerate(wanted)]
    read = sorted({row for node in (*forward, *again, *backward) for row in _rows([node], "e")})
    return Adjoint(
        outputs,
        _reference(program, read),
        Code(written(_operations(forward), keeps, names, at_once=True), table),
        Code(_divided_once(written(_operations(again), results, names, at_once=True)), table),
        Code(written(_operations(backward), ends, names_back, at_once=True), table),
        len(numbers),
        len(tests),
        moved,
        rows,
        tuple(row for row, _ in by_params),
        _by_policy_row(moved, moving),
    )


def _reference(program: Program, shocks: Iterable[int]) -> Code:
    """The reference's month, as far as the shocks that are read need it."""
    month = traced(program)
    wanted = [month.shocks[row] for row in shocks]
    kept = _rows_read(month, wanted, "s")
    results = [(f"S{row}", month.state[row]) for row in kept]
    results += [(f"E{row}", node) for row, node in zip(shocks, wanted, strict=True)]
    live = reached_from(node for _, node in results)
    table = _table(live, [node for _, node in results])
    names = {node: f"u{column}" for column, node in enumerate(table)}
    return Code(written(_operations(live), results, names), table)


def _rows_read(month: Trace, wanted: Iterable[Node], letter: str) -> tuple[int, ...]:
    """State rows on which the wanted nodes rest, now or through earlier months."""
    known: set[int] = set()
    found = _rows(reached_from(wanted), letter)
    while found - known:
        known |= found
        found = _rows(reached_from(month.state[row] for row in known), letter)
    return tuple(sorted(known))


def _rows(nodes: Iterable[Node], letter: str) -> set[int]:
    return {int(str(n.value)[1:]) for n in nodes if n.op == "input" and str(n.value)[0] == letter}


def _inputs(nodes: Iterable[Node], letter: str) -> list[tuple[Node, int]]:
    found = [(n, int(str(n.value)[1:])) for n in nodes if n.op == "input" and str(n.value)[0] == letter]
    return sorted(found, key=lambda pair: pair[1])


def movers(node: Node) -> tuple[Node, ...]:
    """Arguments by which a node has a derivative."""
    if node.op in TESTS:
        return ()
    if node.op == "where":
        return node.args[1:]
    if node.op == "mul" and any(_is_zero(arg) for arg in node.args):
        return ()
    return node.args


def _is_zero(node: Node) -> bool:
    return node.op == "const" and node.value == 0.0


def _moving(month: Trace, wanted: Iterable[Node], by_members: bool) -> tuple[set[Node], tuple[int, ...]]:
    """Nodes that something differentiated moves and that move a wanted output, in some month; and their state rows."""
    nodes = month.live
    moved_rows = set(range(len(month.state))) if by_members else set[int]()
    sources = "kp" if by_members else "k"
    while True:
        moved: set[Node] = set()
        for node in nodes:
            if node.op == "input":
                letter, row = str(node.value)[0], int(str(node.value)[1:])
                if letter in sources or (letter == "s" and row in moved_rows):
                    moved.add(node)
            elif not moved.isdisjoint(movers(node)):
                moved.add(node)
        grown = moved_rows | {row for row, node in enumerate(month.state) if node in moved}
        if grown == moved_rows:
            break
        moved_rows = grown
    useful_rows: set[int] = set()
    while True:
        useful = {*wanted, *(month.state[row] for row in useful_rows)}
        for node in reversed(nodes):
            if node in useful:
                useful.update(movers(node))
        grown = useful_rows | _rows(useful, "s")
        if grown == useful_rows:
            break
        useful_rows = grown
    return moved & useful, tuple(sorted(moved_rows & useful_rows))


def _cotangents(
    month: Trace, outputs: tuple[int, ...], moving: set[Node], rows: tuple[int, ...]
) -> dict[Node, Node]:
    """Derivative of the score by each moving node that members compute or read."""
    graph = month.state[0].graph
    found: dict[Node, Node] = {}
    for row in rows:
        if month.state[row] in moving:
            _add(found, month.state[row], graph.source("x", row, MEMBER))
    for place, row in enumerate(outputs):
        if month.outputs[row] in moving:
            _add(found, month.outputs[row], graph.source("o", place, MEMBER))
    for node in reversed(month.live):
        if node in found and node.level == MEMBER:
            _pull(node, found, moving)
    return found


def _by_policy_row(moved: tuple[Node, ...], moving: set[Node]) -> dict[int, Node]:
    """Derivative by each row of the policy, from inputs `y`: the sums of `G` over members."""
    found: dict[Node, Node] = {}
    for column, node in enumerate(moved):
        _add(found, node, node.graph.source("y", column, UNIFORM))
    for node in reversed(reached_from(moved)):
        if node in found:
            _pull(node, found, moving)
    return {row: found[node] for node, row in _inputs(found, "k")}


def _add(found: dict[Node, Node], node: Node, term: Node, minus: bool = False) -> None:
    graph = node.graph
    if node not in found:
        found[node] = graph.apply("neg", term) if minus else term
    else:
        found[node] = graph.apply("sub" if minus else "add", found[node], term)


def _pull(node: Node, found: dict[Node, Node], moving: set[Node]) -> None:
    """Hand a node's cotangent to the arguments that move it."""
    if node.op == "input":
        return
    given = found[node]
    for arg, term, minus in _terms(node, given, moving):
        if arg in moving:
            _add(found, arg, term, minus)


def _terms(node: Node, given: Node, moving: set[Node]) -> Iterator[tuple[Node, Node, bool]]:
    """(argument, its share of the cotangent, whether to subtract it), by the rules of this module."""
    apply = node.graph.apply
    op, first, last = node.op, node.args[0], node.args[-1]
    if op in ("add", "sub"):
        yield first, given, False
        yield last, given, op == "sub"
    elif op == "mul":
        if movers(node):
            yield first, apply("mul", given, last), False
            yield last, apply("mul", given, first), False
    elif op == "div":
        inverse = apply("div", 1.0, last)
        yield first, apply("mul", given, _guarded(inverse, last)), False
        if last in moving:
            yield last, apply("mul", given, _guarded(apply("mul", inverse, node), last)), True
    elif op == "neg":
        yield first, given, True
    elif op == "abs":
        yield first, apply("where", apply("lt", first, 0.0), apply("neg", given), given), False
    elif op in ("min", "max"):
        # At a tie the argument that moves is taken: at a bound, the derivative on the inner side.
        a, b = (first, last) if first in moving else (last, first)
        takes = apply("le", a, b) if op == "min" else apply("le", b, a)
        yield a, apply("where", takes, given, 0.0), False
        yield b, apply("where", takes, 0.0, given), False
    elif op == "where":
        yield node.args[1], apply("where", first, given, 0.0), False
        yield node.args[2], apply("where", first, 0.0, given), False
    elif op == "exp":
        yield first, apply("mul", given, node), False
    elif op == "log":
        yield first, apply("mul", given, _guarded(apply("div", 1.0, first), first)), False
    elif op == "sqrt":
        yield first, apply("mul", given, _guarded(apply("div", 0.5, node), node)), False
    elif op == "tanh":
        yield first, apply("mul", given, apply("sub", 1.0, apply("mul", node, node))), False
    else:
        raise NotImplementedError(f"the adjoint has no rule for {op!r}")


def _guarded(factor: Node, divisor: Node) -> Node:
    """A factor with the divisor in it, 0 where that is 0."""
    if is_positive(divisor):
        return factor
    apply = factor.graph.apply
    return apply("where", apply("lt", 0.0, apply("abs", divisor)), factor, 0.0)


@functools.lru_cache(maxsize=1 << 16)
def is_positive(node: Node) -> bool:
    """True if a node is above 0 whatever the rows it reads hold, as far as its operations show."""
    if node.op == "const":
        return float(node.value or 0.0) > 0.0
    if node.op == "exp":
        return True
    if node.op == "max":
        return any(is_positive(arg) for arg in node.args)
    if node.op == "add":
        return any(is_positive(arg) for arg in node.args) and all(is_not_negative(arg) for arg in node.args)
    if node.op in ("min", "mul", "div", "sqrt"):
        return all(is_positive(arg) for arg in node.args)
    return node.op == "where" and all(is_positive(arg) for arg in node.args[1:])


@functools.lru_cache(maxsize=1 << 16)
def is_not_negative(node: Node) -> bool:
    """True if a node is at least 0 whatever the rows it reads hold, as far as its operations show."""
    if node.op == "const":
        return float(node.value or 0.0) >= 0.0
    if node.op in ("exp", "abs", "sqrt") or (node.op == "mul" and node.args[0] is node.args[1]):
        return True
    if node.op == "max":
        return any(is_not_negative(arg) for arg in node.args)
    if node.op in ("add", "min", "mul", "div"):
        return all(is_not_negative(arg) for arg in node.args)
    return node.op == "where" and all(is_not_negative(arg) for arg in node.args[1:])


def _split(nodes: tuple[Node, ...]) -> tuple[list[Node], list[Node]]:
    """Nodes that rest on a cotangent, and the operations of the month that these read."""
    backward: dict[Node, None] = {}
    for node in nodes:
        is_source = node.op == "input" and str(node.value)[0] in "xo"
        if is_source or any(arg in backward for arg in node.args):
            backward[node] = None
    taped = {
        arg: None
        for node in backward
        for arg in node.args
        if arg not in backward and arg.level == MEMBER and arg.op != "input"
    }
    return list(backward), sorted(taped, key=lambda node: node.index)


def _in_order(nodes: tuple[Node, ...], own: int) -> list[Node]:
    """The month's own nodes (up to index `own`) in their order, each of the adjoint's right after its last argument."""
    places: dict[Node, int] = {}
    for node in nodes:
        places[node] = node.index if node.index <= own else max((places[arg] for arg in node.args), default=0)
    return sorted(nodes, key=lambda node: (places[node], node.index))


def _divided_once(listing: str) -> str:
    """Divisions by a number whose reciprocal is at hand, as products with it (error below one ulp)."""
    lines, inverses = [], dict[str, str]()
    one = f"c{(1.0).hex()}"
    for line in listing.splitlines():
        parts = line.split()
        if len(parts) == 4 and parts[1] == "div":
            if parts[2] == one:
                inverses[parts[3]] = parts[0]
            elif parts[3] in inverses:
                line = f"{parts[0]} mul {parts[2]} {inverses[parts[3]]}"
        lines.append(line)
    return "".join(f"{line}\n" for line in lines)


def _operations(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if node.level == MEMBER and node.op != "input"]


def _table(nodes: Iterable[Node], results: Iterable[Node]) -> tuple[Node, ...]:
    """Uniform nodes that operations of members or results read."""
    needed = {arg for node in _operations(nodes) for arg in node.args} | set(results)
    return tuple(sorted((n for n in needed if n.level not in (MEMBER, CONSTANT)), key=lambda n: n.index))
