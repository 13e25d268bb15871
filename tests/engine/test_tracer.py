"""The tracer: what it folds, shares, drops and hoists, and what it refuses with the model's own line."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ripeness.engine import FUNCTIONS
from ripeness.engine.arrays import Arrays
from ripeness.engine.program import Inputs, Program
from ripeness.engine.tracer import MEMBER, UNIFORM, Graph, Node, TraceError, trace

MakeProgram = Callable[[Callable[..., Any]], Program]


@pytest.fixture
def graph() -> Graph:
    return Graph()


def member(graph: Graph, row: int = 0) -> Node:
    return graph.source("s", row, MEMBER)


def test_equal_expressions_are_one_node(graph: Graph) -> None:
    x, y = member(graph), member(graph, 1)
    assert graph.exp(x + y) is graph.exp(y + x)
    assert (x - y) is not (y - x)


def test_constants_are_computed(graph: Graph) -> None:
    two = graph.constant(2)
    assert (graph.sqrt(two * 2) + 1).value == 3.0
    assert graph.where(two < 3, member(graph), 7.0) is member(graph)
    assert math.isnan(graph.log(graph.constant(-1)).value)


def test_safe_simplifications_and_no_others(graph: Graph) -> None:
    x = member(graph)
    less = -x
    for same in (x + 0, 0 + x, x - 0.0, 1 * x, x * 1.0, x / 1, -less, graph.where(x < 1, x, x), x**1):
        assert same is x
    for kept in (0 * x, x - x, x / x):  # NaN where x is not finite
        assert kept.op != "const"
    assert (x / 4).op == "mul"
    assert (x / 4).args[1].value == 0.25
    assert x**2 is x * x
    assert x**4 is (x * x) * (x * x)


def test_what_no_result_needs_is_dropped(with_price: MakeProgram) -> None:
    traced = trace(with_price(lambda s, p, k, m, e, xp: (xp.exp(s.fund), xp.exp(s.fund * 2))[0]))
    assert [node.op for node in traced.member_nodes] == ["exp"]


def test_uniform_expressions_leave_the_member_loop(
    with_price: MakeProgram, make_inputs: Callable[..., Inputs]
) -> None:
    def price(s: Any, p: Any, k: Any, m: Any, e: Any, xp: Any) -> Any:
        scale = xp.exp(-k.pressure / m.days)
        return xp.where(k.pressure > 0.6, s.fund / scale, s.fund * xp.sqrt(m.anchor))

    traced = trace(with_price(price))
    assert [node.op for node in traced.member_nodes] == ["mul", "mul", "where"]
    assert all(node.level == UNIFORM for node in traced.table)
    given = make_inputs(members=1)
    days, pressure = given.months[:, 0], given.policies[1, :, 0]
    table = traced.uniforms(given.policies[1], given.months)
    columns = {node.op: table[:, i] for i, node in enumerate(traced.table)}
    np.testing.assert_allclose(columns["div"], 1 / np.exp(-pressure / days), rtol=1e-15)
    np.testing.assert_array_equal(columns["lt"], pressure > 0.6)


def test_the_listing_is_stable_and_readable(with_price: MakeProgram) -> None:
    listing = trace(with_price(lambda s, p, k, m, e, xp: xp.maximum(s.fund * k.pressure, 0.5))).listing()
    assert listing.splitlines()[:2] == ["v0 mul s13 u0", "v1 max v0 c0x1.0000000000000p-1"]
    assert "O0 v1" in listing.splitlines()


def test_later_policies_leave_out_the_record(world: Program) -> None:
    first, later = trace(world).listing(), trace(world, later=True).listing()
    assert " log " in first and " log " not in later
    assert first.count("\nE") == world.shocks.size and later.count("\nE") == 0
    assert len(later.splitlines()) < len(first.splitlines()) - world.shocks.size


def test_the_same_step_gives_the_same_listing_in_every_process_order(world: Program) -> None:
    again = dataclasses.replace(world, name="again")
    assert trace(world).listing() == trace(again).listing()


def test_the_tracer_offers_what_the_numeric_namespace_offers() -> None:
    graph, numeric = Graph(), Arrays(np)
    for name in FUNCTIONS:
        assert callable(getattr(graph, name))
        assert callable(getattr(numeric, name))


REFUSED: dict[str, tuple[Callable[..., Any], str]] = {
    "if": (lambda s, p, k, m, e, xp: 1.0 if s.fund > 0 else 2.0, "xp.where"),
    "if on a policy": (lambda s, p, k, m, e, xp: 1.0 if k.pressure > 0 else 2.0, "xp.where"),
    "and": (lambda s, p, k, m, e, xp: xp.where(s.fund > 0 and s.fired > 0, 1.0, 2.0), "xp.where"),
    "float": (lambda s, p, k, m, e, xp: float(s.fund), "float"),
    "int": (lambda s, p, k, m, e, xp: int(s.fund), "int"),
    "math": (lambda s, p, k, m, e, xp: math.exp(s.fund), "float"),
    "index": (lambda s, p, k, m, e, xp: s.volume[s.fund], "index"),
    "range": (lambda s, p, k, m, e, xp: sum(s.fund for _ in range(s.fund)), "count"),
    "power": (lambda s, p, k, m, e, xp: s.fund**0.5, "xp.exp"),
    "variable power": (lambda s, p, k, m, e, xp: s.fund**k.pressure, "xp.exp"),
    "equality": (lambda s, p, k, m, e, xp: xp.where(s.fund == 1.0, 1.0, 0.0), "=="),
    "numpy function": (lambda s, p, k, m, e, xp: np.sin(s.volume)[0], "sin"),
    "numpy function of a scalar": (lambda s, p, k, m, e, xp: np.sin(s.fund), "sin"),
    "numpy routine": (lambda s, p, k, m, e, xp: np.cumsum(s.volume)[0], "cumsum"),
    "unknown xp": (lambda s, p, k, m, e, xp: xp.sin(s.fund), "xp.sin"),
    "method": (lambda s, p, k, m, e, xp: s.fund.clip(0, 1), "clip"),
    "flag as condition": (lambda s, p, k, m, e, xp: xp.where(s.fired, 1.0, 0.0), "comparison"),
    "condition as number": (lambda s, p, k, m, e, xp: (s.fund > 0) * 2.0, "comparison"),
    "assignment": (lambda s, p, k, m, e, xp: s.volume.__setitem__(0, 1.0), "read-only"),
    "sum over everything": (lambda s, p, k, m, e, xp: s.volume.sum(), "model axes"),
    "sum over members": (lambda s, p, k, m, e, xp: xp.sum(s.volume, axis=-1), "model axes"),
    "shapes": (lambda s, p, k, m, e, xp: (s.volume + s.lags)[0], "broadcast"),
    "text": (lambda s, p, k, m, e, xp: s.fund + "1", "neither a number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_compiled_is_refused_at_its_line(case: str, with_price: MakeProgram) -> None:
    price, said = REFUSED[case]
    with pytest.raises(TraceError) as caught:
        trace(with_price(price))
    message = str(caught.value)
    assert said in message
    assert "a step may use" in message
    found = re.search(r"test_tracer\.py, line (\d+): `", message)
    assert found is not None, message
    assert int(found[1]) == price.__code__.co_firstlineno


def test_wrong_records_and_shapes_are_named(world: Program, with_price: MakeProgram) -> None:
    with pytest.raises(TypeError, match=r"the outputs: Outputs.price has model axes \(4,\); expected \(\)"):
        trace(with_price(lambda s, p, k, m, e, xp: s.volume))
    with pytest.raises(TypeError, match=r"Outputs.price is a comparison"):
        trace(with_price(lambda s, p, k, m, e, xp: s.fund > 0))
    swapped = dataclasses.replace(world, step=lambda s, p, k, m, e, xp: (e, s, s))
    with pytest.raises(TypeError, match="step returned Shocks as the state; expected State"):
        trace(swapped)


def test_an_expression_of_another_trace_is_refused(with_price: MakeProgram) -> None:
    kept: list[Any] = []

    def price(s: Any, p: Any, k: Any, m: Any, e: Any, xp: Any) -> Any:
        kept.append(s.fund)
        return kept[0] + s.fund

    trace(with_price(price))
    with pytest.raises(TraceError, match="another trace"):
        trace(with_price(price))
