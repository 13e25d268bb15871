"""Joined records: one flat record of several, taken apart without loss."""

from typing import Annotated, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.flow import Array, join, joined, layout_of, part, parts_of


def record(name: str, shapes: list[int]) -> type:
    """A record type with one field a shape: 0 a scalar, else a vector of that length."""
    fields = [
        (f"{name.lower()}_{i}", Annotated[Array, (length,) if length else ()])
        for i, length in enumerate(shapes)
    ]
    return NamedTuple(name, fields)


shapes = st.lists(st.integers(0, 4), min_size=1, max_size=5)


@given(first=shapes, second=shapes, third=shapes, members=st.integers(1, 3))
def test_rows_are_those_of_the_parts_end_to_end_and_come_apart_again(first, second, third, members):
    kinds = [record(name, own) for name, own in zip("ABC", (first, second, third), strict=True)]
    kind = joined("Whole", *kinds)
    layout = layout_of(kind)
    assert parts_of(kind) == tuple(kinds)
    assert layout.size == sum(layout_of(each).size for each in kinds)
    assert layout.row_labels == sum((layout_of(each).row_labels for each in kinds), ())
    rows = np.arange(layout.size * members, dtype=float).reshape(layout.size, members)
    whole = layout.unpack(rows)
    pieces = [part(whole, each) for each in kinds]
    again = join(kind, *pieces)
    assert isinstance(again, kind)
    np.testing.assert_array_equal(np.stack(layout.pack(again)), rows)
    stacked = np.concatenate(
        [np.stack(layout_of(each).pack(piece)) for each, piece in zip(kinds, pieces, strict=True)]
    )
    np.testing.assert_array_equal(stacked, rows)


def test_the_same_join_is_the_same_type():
    first, second = record("A", [0, 2]), record("B", [0])
    assert joined("Whole", first, second) is joined("Whole", first, second)
    assert parts_of(first) == (first,)


def test_a_name_that_stands_twice_is_refused():
    class Other(NamedTuple):
        a_0: Annotated[Array, ()]

    with pytest.raises(ValueError, match="A and Other both have a field a_0"):
        joined("Whole", record("A", [0]), Other)
