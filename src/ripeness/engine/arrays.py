"""The array namespace `xp` that a step is handed, over NumPy or `jax.numpy`.

Every array ends in the axis of members, of length N, or 1 where all members agree; axes before it are
model axes. A plain number stands for an array that is the same for all members.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from ripeness.flow import Array, Layout

FUNCTIONS = (
    "exp",
    "log",
    "sqrt",
    "tanh",
    "abs",
    "minimum",
    "maximum",
    "where",
    "stack",
    "concatenate",
    "sum",
)
"""All that a step may ask of `xp`."""


class Arrays:
    """`xp` over one array library."""

    exp: Callable[[Array], Array]
    log: Callable[[Array], Array]
    sqrt: Callable[[Array], Array]
    tanh: Callable[[Array], Array]
    abs: Callable[[Array], Array]
    minimum: Callable[[Array, Array], Array]
    maximum: Callable[[Array, Array], Array]
    where: Callable[[Array, Array, Array], Array]

    def __init__(self, library: ModuleType) -> None:
        self._library = library
        for name in ("exp", "log", "sqrt", "tanh", "abs", "minimum", "maximum", "where"):
            setattr(self, name, getattr(library, name))

    def stack(self, values: Sequence[Array], axis: int = 0) -> Array:
        """Values side by side along a new model axis; numbers and uniform values are spread over members."""
        return self._library.stack(self._spread(values), axis=axis)

    def concatenate(self, values: Sequence[Array], axis: int = 0) -> Array:
        """Values one after the other along a model axis."""
        return self._library.concatenate(self._spread(values), axis=axis)

    def sum(self, value: Array, axis: int) -> Array:
        """Sum over a model axis, counted from the first."""
        if axis < 0 or axis >= value.ndim - 1:
            raise TypeError(
                f"sum(axis={axis}) of shape {value.shape}: only model axes, all but the last, can be summed"
            )
        return self._library.sum(value, axis=axis)

    def _spread(self, values: Sequence[Array]) -> list[Array]:
        arrays = [self._library.atleast_1d(self._library.asarray(value)) for value in values]
        members = max(array.shape[-1] for array in arrays)
        return [self._library.broadcast_to(array, (*array.shape[:-1], members)) for array in arrays]


def put(layout: Layout, record: Any, rows: Array, what: str) -> None:
    """Write a record into `rows` (size, N), in place.

    Raises:
        TypeError: the record is of another type or a field has another shape.
    """
    for field, value in zip(layout.fields, checked_record(layout, record, what), strict=True):
        target = rows[field.start : field.start + field.rows].reshape((*field.shape, rows.shape[1]))
        check_shape(layout, field.name, field.shape, getattr(value, "shape", ())[:-1], what)
        target[...] = value


def checked_record(layout: Layout, record: Any, what: str) -> Any:
    """The record, if the step returned one of the layout's type.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(record, layout.record):
        raise TypeError(f"step returned {type(record).__name__} as {what}; expected {layout.record.__name__}")
    return record


def check_shape(
    layout: Layout, name: str, expected: tuple[int, ...], found: tuple[int, ...], what: str
) -> None:
    """Compare the model axes of one field with its layout.

    Raises:
        TypeError: they differ.
    """
    if tuple(found) != expected:
        raise TypeError(
            f"step returned {what}: {layout.record.__name__}.{name} has model axes {tuple(found)}; expected {expected}"
        )
