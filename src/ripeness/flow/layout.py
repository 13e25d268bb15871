"""How a record of named fields lies in rows, so that every engine reads the same numbers.

A record is a `NamedTuple` whose fields are annotated with the axes they carry: `Scalar` has none,
`PerBuyer` one entry a buyer, and so on. Members (the futures of an ensemble) are always the last
axis and are not part of the annotation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

from ripeness.flow.axes import LABELS, LENGTH

Array = Any
"""An array of whichever engine runs: NumPy, JAX, or the tracer's expression nodes."""

Scalar = Annotated[Array, ()]
PerBuyer = Annotated[Array, ("buyer",)]
PerFleet = Annotated[Array, ("fleet",)]
PerTrigger = Annotated[Array, ("trigger",)]
PerSite = Annotated[Array, ("site",)]
PerLag = Annotated[Array, ("lag",)]
PerPublic = Annotated[Array, ("public",)]
PerWarSite = Annotated[Array, ("war_site",)]
PerTriggerWatched = Annotated[Array, ("trigger", "watched")]


class Field(NamedTuple):
    """Place of one field: its name, model shape, first row and number of rows."""

    name: str
    shape: tuple[int, ...]
    start: int
    rows: int


@dataclass(frozen=True)
class Layout:
    """Rows of a record type: field order is row order, vectors are contiguous, last axis fastest."""

    record: type
    fields: tuple[Field, ...]

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.fields[-1].start + self.fields[-1].rows if self.fields else 0

    @property
    def row_names(self) -> tuple[str, ...]:
        """One name a row; rows of a vector field are `name[i]` or `name[i,j]`."""
        names: list[str] = []
        for field in self.fields:
            if not field.shape:
                names.append(field.name)
                continue
            for flat in range(field.rows):
                index, rest = [], flat
                for length in reversed(field.shape):
                    index.append(rest % length)
                    rest //= length
                names.append(f"{field.name}[{','.join(str(i) for i in reversed(index))}]")
        return tuple(names)

    @property
    def row_labels(self) -> tuple[str, ...]:
        """As `row_names`, with the labels of named axes: `round_trip_days.india_state`."""
        labels: list[str] = []
        hints = get_type_hints(self.record, include_extras=True)
        for field in self.fields:
            axes = get_args(hints[field.name])[1]
            parts = [
                LABELS.get(a, tuple(str(i) for i in range(n))) for a, n in zip(axes, field.shape, strict=True)
            ]
            labels.extend(".".join((field.name, *combination)) for combination in product(*parts))
        return tuple(labels)

    def __getitem__(self, name: str) -> Field:
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.record.__name__} has no field {name!r}")

    def unpack(self, rows: Array) -> Any:
        """Record whose fields view `rows` (size, ...): a scalar field drops the row axis."""
        values = []
        for field in self.fields:
            block = rows[field.start : field.start + field.rows]
            values.append(block.reshape(field.shape + tuple(block.shape[1:])))
        return self.record(*values)

    def pack(self, record: Any) -> list[Array]:
        """List of rows, in order, from a record; the inverse of `unpack`."""
        rows: list[Array] = []
        for field, value in zip(self.fields, record, strict=True):
            if not field.shape:
                rows.append(value)
            else:
                flat = value.reshape((field.rows, *value.shape[len(field.shape) :]))
                rows.extend(flat[i] for i in range(field.rows))
        return rows


@lru_cache(maxsize=64)
def layout_of(record: type) -> Layout:
    """Layout of a `NamedTuple` type whose fields are annotated with their axes."""
    fields: list[Field] = []
    start = 0
    for name, hint in get_type_hints(record, include_extras=True).items():
        axes = get_args(hint)[1]
        shape = tuple(LENGTH[axis] if isinstance(axis, str) else axis for axis in axes)
        rows = math.prod(shape)
        fields.append(Field(name, shape, start, rows))
        start += rows
    return Layout(record, tuple(fields))
