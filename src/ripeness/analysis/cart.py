"""Boxes from a classification tree (Breiman et al. 1984), a second opinion on those of patient rule induction.

The tree is grown by scikit-learn on ranks, in an order of inputs that depends on the data alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis.prim import MIN_MASS, Box, Floats, Table
from ripeness.base.errors import RipenessError

MAX_DEPTH = 4
"""Most limits on the way to a leaf."""


@dataclass(frozen=True)
class TreeBoxes:
    """The densest leaves that together hold enough cases, as boxes, densest first, and what they hold together.

    split_inputs: inputs on which any of them has a limit.
    """

    boxes: tuple[Box, ...]
    coverage: float
    density: float
    mass: float

    @property
    def split_inputs(self) -> tuple[int, ...]:
        """Inputs with a limit in some box."""
        return tuple(sorted({int(j) for box in self.boxes for j in box.limited}))


@dataclass(frozen=True)
class Agreement:
    """How alike the boxes of two methods are: share of futures in either that are in both, and shared inputs."""

    overlap: float
    shared: tuple[int, ...]
    only_first: tuple[int, ...]
    only_second: tuple[int, ...]


def tree_boxes(
    table: Table, *, least_coverage: float = 0.5, max_depth: int = MAX_DEPTH, min_mass: float = MIN_MASS
) -> TreeBoxes:
    """Leaves of a tree of at most `max_depth` limits, densest first, until they hold enough of the cases.

    RipenessError where scikit-learn is not installed.
    """
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError:
        raise RipenessError(
            "trees need scikit-learn, which is not installed", "pip install 'ripeness[analysis]'"
        ) from None
    columns = np.argsort(table.preference.min(axis=1), kind="stable")
    places, values = zip(*(_ranks(table.inputs[j]) for j in columns), strict=True)
    tree = DecisionTreeClassifier(max_depth=max_depth, min_weight_fraction_leaf=min_mass, random_state=0)
    tree.fit(np.stack(places, axis=1), table.cases, sample_weight=table.weights)
    leaves = sorted(
        (
            table.measured(lower, upper)
            for lower, upper in _leaves(tree.tree_, columns, values, len(table.inputs))
        ),
        key=lambda box: (-box.density, -box.coverage, len(box.limited)),
    )
    taken: list[Box] = []
    for box in leaves:
        if sum(each.coverage for each in taken) >= least_coverage or box.density <= table.base_rate:
            break
        taken.append(box)
    mass = sum(box.mass for box in taken)
    cases = sum(box.mass * box.density for box in taken)
    return TreeBoxes(tuple(taken), sum(box.coverage for box in taken), cases / mass if mass else 0.0, mass)


def agreement(table: Table, first: Sequence[Box], second: Sequence[Box]) -> Agreement:
    """Overlap of the futures in two sets of boxes, and the inputs that they limit."""

    def union(boxes: Sequence[Box]) -> NDArray[np.bool_]:
        inside = np.zeros(table.cases.size, dtype=bool)
        for box in boxes:
            inside |= box.holds(table.inputs)
        return inside

    one, other = union(first), union(second)
    either = int(table.weights[one | other].sum())
    mine, others = ({int(j) for box in boxes for j in box.limited} for boxes in (first, second))
    return Agreement(
        int(table.weights[one & other].sum()) / either if either else 1.0,
        tuple(sorted(mine & others)),
        tuple(sorted(mine - others)),
        tuple(sorted(others - mine)),
    )


def _ranks(row: Floats) -> tuple[Floats, Floats]:
    """Ranks of values among the distinct ones, and these."""
    values, places = np.unique(row, return_inverse=True)
    return places.astype(np.float64), values


def _leaves(
    tree: Any, columns: NDArray[np.intp], values: Sequence[Floats], count: int
) -> list[tuple[Floats, Floats]]:
    """Limits of every leaf, back in the units of the inputs: halfway between the values that a split parts."""
    left, right = tree.children_left, tree.children_right
    feature, threshold = tree.feature, tree.threshold
    found = []

    def walk(node: int, lower: Floats, upper: Floats) -> None:
        if left[node] < 0:
            found.append((lower, upper))
            return
        at = int(feature[node])
        rank = int(np.floor(threshold[node]))
        limit = (values[at][rank] + values[at][rank + 1]) / 2.0
        j = int(columns[at])
        below, above = upper.copy(), lower.copy()
        below[j], above[j] = min(upper[j], limit), max(lower[j], limit)
        walk(int(left[node]), lower, below)
        walk(int(right[node]), above, upper)

    walk(0, np.full(count, -np.inf), np.full(count, np.inf))
    return found
